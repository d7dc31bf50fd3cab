"""Speed and memory of the dashboard, measured in a real browser, against the bars it was built to: ``make bench``, or

    python tests/bench_view.py               all of it, in three minutes or so
    python tests/bench_view.py paint lever   some sections

A table on stdout, nothing asserted: times belong to a machine and to what else it is doing, so the load is told beside
each. Needs Chromium, Playwright and the extra view.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.panel_page import ARGS, CHROMIUM

STORY, STRAIN = "dushanbe-2025", "powers.RUS.strain"
SHOWN = ".sim-fans [data-value]"
VISITORS, ROUNDS = 50, 3
Row = tuple[str, float, str, float | None, bool]
"""What, value, unit, bar (None: for information), whether more is better."""


def main() -> None:
    """Run the sections asked for and print one row a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"any of: {', '.join(SECTIONS)} (default: all)")
    asked = parser.parse_args()
    unknown = [name for name in asked.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        sys.exit("bench_view needs Playwright: pip install playwright")
    if CHROMIUM is None:
        sys.exit("bench_view needs Chromium: apt-get install chromium")
    print(f"{'section':8} {'what':62} {'value':>9} {'':5} {'bar':>8}  {'':8} load", flush=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for name in asked.sections or SECTIONS:
            for what, value, unit, bar, more in SECTIONS[name](chromium):
                met = "" if bar is None else "met" if (value >= bar if more else value <= bar) else "NOT MET"
                limit = "" if bar is None else f"{'≥' if more else '≤'} {bar:,g}"
                print(
                    f"{name:8} {what:62} {value:9,.2f} {unit:5} {limit:>8}  {met:8} {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
        chromium.close()


class Server:
    """``sim view`` as a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sim", "view", STORY, "--port", str(port), "--no-browser"],
            stderr=subprocess.PIPE,
            text=True,
        )
        said = self.process.stderr.readline()
        if "http" not in said:
            self.process.kill()
            sys.exit(f"the server did not start: {said}{self.process.stderr.read()}")
        self.address = f"http://localhost:{port}/"

    @property
    def memory(self) -> float:
        """Resident memory, MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    @property
    def cpu(self) -> float:
        """Seconds of processor used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[Server]:
    """A server, stopped in the end."""
    server = Server()
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)


def opened(chromium: Any, server: Server) -> Any:
    """A page with its fans drawn."""
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(120_000)
    page.goto(server.address)
    page.wait_for_selector(SHOWN)
    return page


def paint(chromium: Any) -> list[Row]:
    """From ``sim view`` to fans of 500 worlds on the screen, best and median of five."""
    times = []
    for _ in range(5):
        with serving() as server:
            page = opened(chromium, server)
            times.append(time.perf_counter() - server.started)
            page.context.close()
    return [
        ("first paint from sim view, fans included, quietest of 5", min(times), "s", 4.0, False),
        ("the same, median of 5", statistics.median(times), "s", None, False),
    ]


# Counts from the release of the slider to the frame after the sentence and the panels have changed.
RELEASE = """([place, final]) => new Promise((done) => {
  const said = document.querySelector(".app-said"), from = performance.now(), old = said.dataset.run;
  const fans = document.querySelector(".sim-fans .sim-body"), map = document.querySelector(".sim-map .sim-body");
  const drawn = { fans: fans.firstElementChild, map: map.firstElementChild };
  const slider = document.querySelector("[data-path='powers.RUS.strain'] input[type=range]");
  slider.value = place;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  if (final) slider.dispatchEvent(new Event("change", { bubbles: true }));
  const look = () => {
    const now = document.querySelector(".app-said").dataset;
    const fresh = now.run !== old && now.worlds === (final ? "500" : "48");
    if (fresh && fans.firstElementChild !== drawn.fans && map.firstElementChild !== drawn.map)
      requestAnimationFrame(() => done(performance.now() - from));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def lever(chromium: Any) -> list[Row]:
    """A slider let go at 40 places, and moved without letting go at 20."""
    with serving() as server:
        page = opened(chromium, server)
        page.wait_for_timeout(500)
        final, coarse = [], []
        for turn in range(40):
            final.append(page.evaluate(RELEASE, [100 + (turn * 317) % 800, True]))
            page.wait_for_timeout(150)
        for turn in range(20):
            coarse.append(page.evaluate(RELEASE, [110 + (turn * 211) % 800, False]))
            page.wait_for_timeout(100)
            page.evaluate(RELEASE, [120 + (turn * 211) % 800, True])
            page.wait_for_timeout(100)
        page.context.close()
    return [
        ("slider released -> fans, map, sentence, median of 40", statistics.median(final), "ms", 400, False),
        ("the same, 95th percentile", statistics.quantiles(final, n=20)[-1], "ms", 800, False),
        ("the same, quietest", min(final), "ms", None, False),
        ("slider moving -> coarse fans (48 worlds), median of 20", statistics.median(coarse), "ms", None, False),
    ]


FRAMES = """() => new Promise((done) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < 2000) requestAnimationFrame(frame);
    else done((times.length - 1) / (now - times[0]) * 1000);
  };
  requestAnimationFrame(frame);
})"""


def play(chromium: Any) -> list[Row]:
    """Frames a second while playing, best and median of five spans of two seconds; what the server does meanwhile."""
    with serving() as server:
        page = opened(chromium, server)
        page.wait_for_timeout(1500)
        rates, used = [], 0.0
        for _ in range(5):
            page.keyboard.press("Home")
            page.wait_for_timeout(600)
            page.click(".sim-player [data-key=play]")
            before = server.cpu
            rates.append(page.evaluate(FRAMES))
            used += server.cpu - before
            page.click(".sim-player [data-key=play]")
        page.context.close()
    return [
        ("playback, frames a second, best of 5", max(rates), "fps", 50, True),
        ("the same, median of 5", statistics.median(rates), "fps", None, True),
        ("server's processor meanwhile (2 % is idle)", 100 * used / (5 * 2.0), "%", 2.0, False),
    ]


def crowd(chromium: Any) -> list[Row]:
    """Memory of the server with 50 visitors at once, each with a change of his own, three times over."""
    open_, left = [], []
    with serving() as server:
        opened(chromium, server).context.close()
        first = server.memory
        for _ in range(ROUNDS):
            pages = []
            for visitor in range(VISITORS):
                page = chromium.new_context(viewport={"width": 900, "height": 600}).new_page()
                page.set_default_timeout(120_000)
                page.goto(f"{server.address}?set={STRAIN}={0.1 + visitor / 100:.2f}")
                page.wait_for_selector(".app-said[data-run]")
                pages.append(page)
            open_.append(server.memory)
            for page in pages:
                page.context.close()
            time.sleep(25)  # kernels are culled 20 s after their page has gone
            left.append(server.memory)
    return [
        ("memory of the server with one visitor", first, "MiB", None, False),
        *((f"with {VISITORS} visitors, round {i + 1}", value, "MiB", 600, False) for i, value in enumerate(open_)),
        ("growth from the first round to the last, all gone", left[-1] - left[0], "MiB", 20, False),
    ]


SECTIONS: dict[str, Callable[[Any], list[Row]]] = {"paint": paint, "lever": lever, "play": play, "crowd": crowd}

if __name__ == "__main__":
    main()
