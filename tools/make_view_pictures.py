"""Take the dashboard's pictures for ``docs/view``: ``python tools/make_view_pictures.py [FOLDER] [NAME ...]``.

Starts ``sim view`` on two small sweeps, visits every page in Chromium, light and dark, at the width of a desktop and of
a phone, and a few of their states; saves PNGs of few colours, so that they stay small. With names, only those pictures.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import sim

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.panel_page import ARGS, CHROMIUM

FOLDER = Path(__file__).parents[1] / "docs" / "view"
STRAIN, RESPECT = "powers.RUS.strain", "powers.RUS.respect"
DESK, PHONE = (1280, 800), (390, 844)
READY = {
    "explore": ".sim-ledger li",
    "compare": ".sim-difference [data-republic]",
    "why": ".sim-waterfall [data-part]",
    "sweep": ".sim-bars [data-bar]",
    "about": ".app-verdict",
}
ADDRESS = {
    "explore": "",
    "compare": "with=war-drags-on",
    "why": "republic=TJK&power=RUS",
    "sweep": "sweep=strain",
    "about": "",
}


class Shot(NamedTuple):
    """A picture: its name, the page and the rest of its address, what to do first, whether to show the whole page."""

    name: str
    page: str
    rest: str = ""
    act: str = ""
    whole: bool = False
    theme: str = "light"
    size: tuple[int, int] = DESK


PAGES = tuple(
    Shot(
        f"{page}{'-phone' if size is PHONE else ''}{'-dark' if theme == 'dark' else ''}",
        page,
        ADDRESS[page],
        theme=theme,
        size=size,
    )
    for page in READY
    for size in (DESK, PHONE)
    for theme in ("light", "dark")
)
STATES = (
    Shot("explore-whole", "explore", whole=True),
    Shot("explore-republic", "explore", "republic=TJK&month=40", whole=True),
    Shot("explore-lever", "explore", f"set={STRAIN}=0.85", "fans"),
    Shot("explore-projects", "explore", "", "projects", size=(1280, 1100)),
    Shot("explore-projects-dark", "explore", "", "projects", theme="dark", size=(1280, 1100)),
    Shot("explore-strategy", "explore", "set=powers.CHN.strategy=merchant", "strategy"),
    Shot("explore-trade", "explore", "sector=trade", "fans"),
    Shot("explore-doubt", "explore", f"doubt={STRAIN}:0.1:0.8"),
    Shot("explore-written", "explore", "doubt=none"),
    Shot("explore-parameters", "explore", "", "parameters"),
    Shot("explore-refused", "explore", "", "upload"),
    Shot("compare-whole", "compare", ADDRESS["compare"], whole=True),
    Shot("compare-change", "compare", f"set={STRAIN}=0.85"),
    Shot("why-event", "why", "republic=TJK&power=RUS&event=russia-summit-2027", "event"),
    Shot("sweep-indices", "sweep", "sweep=three-factors"),
)
BAD = "title: My own\nextends: dushanbe-2025\nmonth: 3\npowers:\n  RUS:\n    strain: {value: 7, source: assumption}\n"


@contextmanager
def serving() -> Iterator[str]:
    """The address of a dashboard with a grid and a sample for Sobol indices."""
    with tempfile.TemporaryDirectory() as folder:
        sim.sweep(
            "dushanbe-2025",
            Path(folder) / "strain",
            worlds=20,
            workers=1,
            vary={STRAIN: (0, 0.9, 7), RESPECT: (0.1, 0.9, 5)},
        )
        sim.sweep(
            "dushanbe-2025",
            Path(folder) / "three-factors",
            worlds=10,
            workers=1,
            design="saltelli",
            points=32,
            vary={STRAIN: (0, 0.9), RESPECT: (0.1, 0.9), "powers.CHN.respect": (0.1, 0.9)},
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "sim", "view", "--port", str(port), "--no-browser", "--results", folder]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        try:
            print(server.stderr.readline().strip())
            yield f"http://localhost:{port}/"
        finally:
            server.terminate()
            server.wait(30)


def prepare(page: Page, act: str) -> None:
    """Bring a page into the state to be shown."""
    if act == "fans":
        page.evaluate("document.querySelector('.sim-fans').scrollIntoView()")
    elif act == "projects":
        page.evaluate("document.querySelector('.sim-projects').scrollIntoView()")
    elif act == "strategy":
        page.click(".app-levers summary:has-text('Russia')")
        page.click(".app-levers summary:has-text('China')")
    elif act == "parameters":
        page.click("[data-key=all]")
        page.fill("[data-key=find]", "half-life")
        page.evaluate("document.querySelector('.app-side').scrollTop = 520; scrollTo(0, 0)")
    elif act == "upload":
        page.set_input_files("#app-file", {"name": "mine.yaml", "mimeType": "text/yaml", "buffer": BAD.encode()})
        page.wait_for_selector(".app-problems li")
        page.locator(".app-problems").scroll_into_view_if_needed()
    elif act == "event":
        page.wait_for_selector(".app-card[data-ready=True] .app-say")
        page.evaluate("document.querySelector('.app-card[data-event]').scrollIntoView()")
    page.wait_for_timeout(700)


def take(browser: Any, address: str, shot: Shot, folder: Path) -> Path:
    """Take one picture."""
    width, height = shot.size
    there = browser.new_context(viewport={"width": width, "height": height}, color_scheme=shot.theme)
    page = there.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}?page={shot.page}&{shot.rest}")
    page.wait_for_selector(READY[shot.page])
    prepare(page, shot.act)
    file = folder / f"{shot.name}.png"
    page.screenshot(path=file, full_page=shot.whole)
    there.close()
    picture = Image.open(file).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)
    return file


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, serving() as address:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for shot in PAGES + STATES:
            if shot.name in sys.argv[2:] or len(sys.argv) < 3:
                file = take(browser, address, shot, folder)
                print(f"{file.name}: {file.stat().st_size / 1024:.0f} KiB")
        browser.close()


if __name__ == "__main__":
    main()
