"""The dashboard as visitors meet it: ``sim view`` as a process of its own, a real Chromium, what is on the screen."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.reading.doubt import bands_hold
from sim.reading.moves import in_one_world
from sim.reading.projects import contests, in_world, paragraph, taken
from sim.reading.sizes import legend, spelled
from sim.runs.doubt import Doubt
from sim.runs.posterior import own_posterior
from sim.runs.words import signed
from sim.view.visit import MEND
from tests.panel_page import CLASHES, browser

pytest.importorskip("solara", reason="the extra view is not installed (pip install 'sim[view]')")

pytestmark = pytest.mark.browser

WORLDS, STRAIN = 500, "powers.RUS.strain"
OWN_WARNING = "Failed to evaluate Vue script"  # Solara's own navigator.vue says so on every page


def restored() -> None:
    """Ctrl-C reaches the server even where the tests themselves run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    sim.sweep(
        "dushanbe-2025",
        folder / "strain",
        vary={STRAIN: (0, 0.9, 3), "powers.RUS.respect": (0.2, 0.8, 2)},
        worlds=4,
        months=6,
        workers=1,
    )
    sim.sweep(
        "dushanbe-2025",
        folder / "three",
        vary={STRAIN: (0, 0.9), "powers.RUS.respect": (0.2, 0.8), "powers.CHN.respect": (0.2, 0.8)},
        worlds=4,
        months=6,
        workers=1,
        design="saltelli",
        points=4,
    )
    return folder


@pytest.fixture(scope="module")
def address(chromium: Any, results: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sim",
            "view",
            "dushanbe-2025",
            "--port",
            str(port),
            "--no-browser",
            "--results",
            str(results),
        ],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=restored,  # noqa: PLW1509
    )
    said = server.stderr.readline()
    assert f"http://localhost:{port}/" in said, said + server.stderr.read()
    yield f"http://localhost:{port}/"
    server.send_signal(signal.SIGINT)
    rest = server.communicate(timeout=30)[1]
    assert server.returncode == 0
    assert "Traceback" not in rest, rest


@contextmanager
def visit(
    chromium: Any,
    address: str,
    query: str = "",
    *,
    width: int = 1280,
    theme: str = "light",
    ready: str = "",
    **context: Any,
) -> Iterator[Any]:
    """A visitor's page; leaving it checks for page errors, console errors and requests to anywhere else."""
    there = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=theme, **context)
    page = there.new_page()
    page.set_default_timeout(60_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    page.on(
        "console",
        lambda message: (
            troubles.append(f"{message.type}: {message.text}")
            if message.type in ("error", "warning") and OWN_WARNING not in message.text
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            troubles.append(f"asked for {request.url[:200]}")
            if not request.url.startswith((address, "data:", f"blob:{address}"))
            else None
        ),
    )
    page.goto(address + query)
    page.wait_for_selector(ready or ".app-said[data-run]")
    try:
        yield page
    finally:
        there.close()
    assert not troubles, troubles


def in_doubt(scenario: sim.Scenario) -> dict[str, Any]:
    """What ``sim run`` asks of a scenario, unless told otherwise."""
    return {"doubt": True, "posterior": own_posterior(scenario)}


_runs: dict[tuple[str, float | None, int], sim.Result] = {}


def run_of(name: str = "dushanbe-2025", strain: float | None = None, seed: int = 0) -> sim.Result:
    """``sim.run`` of what the page shows."""
    key = (name, strain, seed)
    if key not in _runs:
        scenario = sim.load(name, set=[] if strain is None else [f"{STRAIN}={strain}"])
        _runs[key] = sim.run(scenario, worlds=WORLDS, seed=seed, **in_doubt(scenario))
    return _runs[key]


def spoken(page: Any, card: str = ".app-said") -> str:
    """The sentence of a card, its no-break spaces as spaces."""
    return page.inner_text(f"{card} .app-say").replace("\u00a0", " ")


def number(text: str) -> float:
    """The last number of a text."""
    return float(re.findall(r"[+\-]?\d+(?:\.\d+)?", text.replace("−", "-"))[-1])


def values_shown(page: Any, result: sim.Result, month: int) -> None:
    """The fans show the run's changes and levels at a month."""
    page.wait_for_selector(f".sim-fans[data-run='{page.get_attribute('.app-said', 'data-run')}']")
    change = 100 * np.median(result.shares() - result.shares()[0], axis=-1)
    for place, (republic, power) in enumerate((r, p) for r in result.republics for p in result.powers):
        said = page.locator(f".sim-fans [data-value={republic}-{power}]").first.text_content()
        assert number(said) == pytest.approx(change[month].ravel()[place], abs=0.16), (republic, power)
    page.click(".sim-fans .sim-chip:has-text('Level')")
    page.wait_for_selector(".sim-fans .sim-chip[aria-pressed=true]:has-text('Level')")
    world = int(re.search(r"no\. (\d+)", page.inner_text(".sim-ledger .sim-caption"))[1])
    level = 100 * result.shares()[month, ..., world]
    for place, (republic, power) in enumerate((r, p) for r in result.republics for p in result.powers):
        said = page.locator(f".sim-fans [data-value={republic}-{power}]").first.text_content()
        assert number(said) == pytest.approx(level.ravel()[place], abs=0.56), (republic, power)
    page.click(".sim-fans .sim-chip:has-text('Change')")


def moved_to(page: Any, place: int, path: str = STRAIN) -> float:
    """Let the slider go at a thousandth of its way; the value the address then holds."""
    run = page.get_attribute(".app-said", "data-run")
    page.fill(f"[data-path='{path}'] input[type=range]", str(place))
    page.wait_for_function("path => location.search.includes(path + '=')", arg=path)
    page.wait_for_function(
        "run => document.querySelector('.app-said').dataset.run !== run && "
        "document.querySelector('.app-said').dataset.worlds === '500'",
        arg=run,
    )
    return number(re.search(rf"set={path}=([\d.]+)", page.url)[1])


def saved_from(page: Any, panel: str) -> None:
    """A panel's picture and numbers can be saved; the numbers are the same in both kinds of file."""
    files = {}
    for kind in ("PNG", "SVG", "CSV", "Parquet"):
        page.click(f".sim-{panel} .sim-icon")
        with page.expect_download() as waiting:
            page.click(f".sim-{panel} .sim-menu >> text={kind}")
        assert waiting.value.suggested_filename.startswith(panel)
        assert waiting.value.suggested_filename.endswith(f".{kind.lower()}")
        files[kind] = Path(waiting.value.path())
    assert files["PNG"].read_bytes().startswith(b"\x89PNG")
    assert files["SVG"].read_bytes().startswith(b"<svg")
    numbers = pd.read_csv(files["CSV"], keep_default_na=False, na_values=[""])
    assert len(numbers)
    pd.testing.assert_frame_equal(pd.read_parquet(files["Parquet"]), numbers)


# -- explore ----------------------------------------------------------------------------------------------------------


def test_explore_shows_the_run(chromium: Any, address: str) -> None:
    result = run_of()
    with visit(chromium, address) as page:
        assert spoken(page) == result.headline()
        assert page.get_attribute(".app-said", "data-hash") == result.scenario.hash
        values_shown(page, result, result.months)
        told = result.ledger(result.typical_world)
        wanted = told.kind.isin(["event", "stance", "rebuke", "grievance", "project"]).sum()
        assert page.locator(".sim-ledger li").count() == wanted
        assert f"no. {result.typical_world}" in page.inner_text(".sim-ledger .sim-caption")
        change = np.median(result.shares()[-1] - result.shares()[0], axis=-1)
        for r, republic in enumerate(result.republics):
            said = page.text_content(f".sim-map [data-moved={republic}]")
            top = np.abs(change[r]).argmax()
            assert said.startswith("▲" if change[r, top] > 0 else "▼")
            assert number(said.split("·")[0]) == pytest.approx(100 * change[r, top], abs=0.16)
        projects = in_world(result, result.typical_world)
        assert page.locator(".sim-projects [data-project]").count() == len(projects)
        over = page.inner_text(".sim-projects .sim-say").replace("\u00a0", " ")
        assert over == paragraph(result, taken(result), contests(result))
        due = [result.array(name)[..., result.typical_world].sum(axis=(0, 1, 3)) for name in ("delivered", "lapsed")]
        for power, came, lapsed in zip(result.powers, *due, strict=True):
            name = result.scenario.powers[power].name
            kept, shown = 100 * came / (came + lapsed), page.inner_text(".sim-deliveries").replace(" %", "\u202f%")
            # the panel has flows in tenths of a point, so that a half may be rounded either way
            assert any(f"kept {kept + off:.0f}\u202f%" in shown for off in (-0.3, 0.0, 0.3)), name
        page.click(".app-tabs [data-value=trade]")
        page.wait_for_function("location.search.includes('sector=trade')")
        page.wait_for_selector(".sim-fans h3:has-text('trade')")
        trade = 100 * np.median(result.shares("trade")[-1] - result.shares("trade")[0], axis=-1)
        assert number(page.text_content(".sim-fans [data-value=KAZ-CHN]")) == pytest.approx(trade[0, 1], abs=0.16)
        assert "the part of the triangle they are in" in page.inner_text(".sim-triangle .sim-caption")
        page.click(".sim-triangle .sim-chip:has-text('Whole')")
        page.wait_for_function("!document.querySelector('.sim-triangle .sim-caption').textContent.includes('the part')")
        for panel in ("map", "triangle", "fans", "grievances", "projects", "deliveries"):
            saved_from(page, panel)
        page.click("text=Follow another world")
        other = (result.typical_world + 1) % WORLDS
        page.wait_for_selector(f".sim-ledger .sim-caption:has-text('no. {other}')")
        page.wait_for_function("location.search.includes('world=')")


def test_play_keyboard_and_hover(chromium: Any, address: str) -> None:
    with visit(chromium, address, "?month=10&republic=TJK") as page:

        def month() -> str:
            page.wait_for_timeout(50)
            return page.get_attribute(".sim-player .sim-track", "aria-valuenow")

        assert month() == "10"
        page.keyboard.press("ArrowRight")
        assert month() == "11"
        page.wait_for_function("location.search.includes('month=11')")
        page.click(".sim-player [data-key=play]")
        page.wait_for_function("+document.querySelector('.sim-track').getAttribute('aria-valuenow') > 13")
        page.click(".sim-player [data-key=play]")
        stopped = month()
        page.wait_for_function("month => location.search.includes('month=' + month + '&')", arg=stopped)
        page.keyboard.press("Home")
        assert month() == "0"
        page.keyboard.press("End")
        assert month() == "63"
        page.mouse.wheel(0, 900)
        page.wait_for_function("scrollY > 400")  # header and player stay in sight
        assert [page.locator(one).bounding_box()["y"] for one in (".app-head", ".sim-player")] == [0, 48]
        page.hover(".sim-fans [data-republic=UZB]")
        page.wait_for_selector(".sim-map [data-republic=UZB][stroke-width='2']")
        page.focus("[data-field=sector] [aria-checked=true]")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("location.search.includes('sector=security')")
        page.keyboard.press("Shift+Tab")
        page.focus(".app-skip")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "app-main"
        page.locator(".sim-ledger li:has-text('Third Russia–Central Asia summit') button").click()
        page.click(".app-event >> text=Run the worlds without it")
        page.wait_for_selector(".app-card[data-event=russia-summit-2027]")
        assert "page=why" in page.url


def test_a_slider_moved_and_everything_kept(chromium: Any, address: str, tmp_path: Path) -> None:
    before = run_of()
    with visit(chromium, address, "?republic=TJK&month=40", accept_downloads=True) as page:
        page.click(".sim-fans [data-republic=TJK]")  # back to all republics
        page.wait_for_function("!location.search.includes('republic')")
        strain = moved_to(page, 800)
        after = run_of(strain=strain)
        paired = sim.compare(before, after)
        table = paired.table()
        top = table.loc[table.difference.abs().idxmax()]
        assert spoken(page) == paired.sentence(top.republic, top.power)
        assert page.get_attribute(".app-said", "data-hash") == after.scenario.hash
        values_shown(page, after, 40)
        assert page.locator(".sim-fans [data-baseline=RUS]").count() == 3 * len(after.republics)
        assert "0.4 → " in page.inner_text(".app-changes")
        assert page.evaluate(CLASHES) == []

        box = page.locator(f"[data-path='{STRAIN}'] input[type=range]").bounding_box()
        page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 9)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 9, steps=6)
        page.wait_for_selector(".app-said[data-worlds='48']")  # the coarse fan follows
        page.mouse.up()
        page.wait_for_selector(".app-said[data-worlds='500']")
        page.keyboard.press("Escape")
        strain = number(re.search(rf"set={STRAIN}=([\d.]+)", page.url)[1])
        after, sentence = run_of(strain=strain), spoken(page)

        saved = {}
        for what in ("yaml", "csv", "parquet"):
            with page.expect_download() as waiting:
                page.click(f"[data-key=save-{what}]")
            saved[what] = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(saved[what])
        line = saved["yaml"].read_text(encoding="utf-8").splitlines()[0].removeprefix("# What the dashboard showed: ")
        answer = subprocess.run(
            [sys.executable, "-m", *shlex.split(line), "--format", "json", "-q"],
            capture_output=True,
            text=True,
            check=True,
        )
        told = pd.DataFrame(json.loads(answer.stdout)["summary"])
        own = after.summary()
        np.testing.assert_allclose(told["median"].astype(float), own["median"], atol=1e-6)
        assert sim.load(saved["yaml"]).hash == after.scenario.hash
        bands = pd.read_csv(saved["csv"], comment="#")
        assert len(bands) == len(after.bands("all"))
        shares = pd.read_parquet(saved["parquet"])
        np.testing.assert_array_equal(shares.share.to_numpy(), after.alignment().share.to_numpy())

        page.reload()
        page.wait_for_selector(f".app-said[data-hash='{after.scenario.hash}']")
        assert spoken(page) == sentence
        assert page.get_attribute(".sim-track", "aria-valuenow") == "40"
        with visit(chromium, address, page.url.removeprefix(address)) as shared:
            assert spoken(shared) == sentence
            assert shared.get_attribute(".sim-track", "aria-valuenow") == "40"
        page.click("[data-key=undo-all]")
        page.wait_for_function("!location.search.includes('set=')")
        page.wait_for_selector(f".app-said[data-hash='{before.scenario.hash}']")
        page.wait_for_function("!document.querySelector('.sim-fans [data-baseline]')")
        page.click(".app-nav [data-key=about]")
        page.wait_for_selector(".app-verdict")
        page.go_back()
        page.wait_for_selector(".app-said[data-run]")
        assert "page=about" not in page.url


def test_a_strategy_chosen_shared_saved_and_undone(chromium: Any, address: str, tmp_path: Path) -> None:
    base, path = run_of().scenario, "powers.CHN.strategy"
    with visit(chromium, address, accept_downloads=True) as page:
        page.click(".app-levers summary:has-text('China')")
        choice = page.get_by_label("Strategy of China")
        assert choice.input_value() == "standard"
        assert "without a strategy" in page.inner_text(f"[data-path='{path}'] .app-help")
        choice.focus()
        page.keyboard.type("merch")  # no mouse
        page.wait_for_function("location.search.includes('set=powers.CHN.strategy=merchant')")
        changed = base.with_values({path: "merchant"})
        page.wait_for_selector(f".app-said[data-hash='{changed.hash}']")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Strategy of China"
        about = page.inner_text(f"[data-path='{path}'] .app-help")
        assert about.startswith("Goes where there is something to gain")
        assert "Armington (1969)" in about
        assert choice.get_attribute("aria-describedby") == page.get_attribute(f"[data-path='{path}'] .app-help", "id")
        assert "China: strategy standard → merchant" in page.inner_text(".app-changes")
        assert page.inner_text(".app-levers summary:has-text('China') .app-played") == "merchant"
        assert page.evaluate(CLASHES) == []
        paired = sim.compare(run_of(), sim.run(changed, worlds=WORLDS, **in_doubt(changed)))
        table = paired.table()
        top = table.loc[table.difference.abs().idxmax()]
        assert spoken(page) == paired.sentence(top.republic, top.power)
        with page.expect_download() as waiting:
            page.click("[data-key=save-yaml]")
        waiting.value.save_as(tmp_path / "changed.yaml")
        assert sim.load(tmp_path / "changed.yaml").powers["CHN"].strategy == "merchant"
        with visit(chromium, address, page.url.removeprefix(address)) as shared:
            assert shared.get_attribute(".app-said", "data-hash") == changed.hash
        page.click(f"[data-key='undo-{path}']")
        page.wait_for_selector(f".app-said[data-hash='{base.hash}']")
        assert choice.input_value() == "standard"
    with visit(chromium, address, "?set=powers.CHN.strategy=merchnt") as page:
        assert "did you mean merchant?" in page.inner_text(".app-problem")
        assert page.get_attribute(".app-said", "data-hash") == base.hash


def test_all_parameters_are_found_with_their_sources(chromium: Any, address: str) -> None:
    base = run_of().scenario
    with visit(chromium, address) as page:
        page.click("[data-key=all]")
        page.wait_for_selector(".app-rest [data-key=find]")
        page.fill("[data-key=find]", "half-life")
        page.wait_for_selector(".app-rest [data-path*=half_life]", state="attached")
        page.fill("[data-key=find]", "inertia")
        page.wait_for_timeout(100)
        for summary in page.locator(".app-rest summary").all():
            if summary.evaluate("node => !node.parentElement.open"):
                summary.click()
        shown = page.locator(".app-rest [data-path]").evaluate_all("all => all.map((x) => x.dataset.path)")
        assert shown
        assert set(shown) == {path for path in base.numeric_paths() if "inertia" in path}
        page.locator(f"[data-path='{shown[0]}'] .app-what").click()
        about = page.inner_text(f"[data-path='{shown[0]}'] .app-help")
        row = base.parameter(shown[0])
        assert row.help in about
        assert f"Unit: {row.unit}" in about
        assert "Source: " in about


def test_numbers_are_in_doubt_or_as_written(chromium: Any, address: str) -> None:
    base = run_of().scenario
    with visit(chromium, address) as page:
        assert page.get_attribute("[data-key=numbers-doubt]", "aria-checked") == "true"
        assert page.is_checked("[data-key=posterior]")
        found = sim.doubts(run_of())
        parts, _ = found.sentences()
        assert page.get_attribute(".app-bar", "aria-label") in parts.replace("\u00a0", " ")
        shares = page.locator(".app-bar i").evaluate_all("all => all.map((x) => x.getBoundingClientRect().width)")
        assert [w / sum(shares) for w in shares] == pytest.approx([found.whole[part] for part in found.named], abs=0.01)
        page.focus("[data-key=numbers-doubt]")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("location.search.includes('doubt=none')")
        page.wait_for_selector(".app-said .app-note:has-text('chance only')")
        written = sim.run(base, worlds=WORLDS)
        assert spoken(page) == written.headline()
        values_shown(page, written, written.months)
        assert "chance only" in page.inner_text(".sim-fans .sim-caption")
        assert not page.is_visible(".app-bar")
        assert not page.is_checked("[data-key=posterior]")
        page.check("[data-key=posterior]")
        page.wait_for_selector(".app-said .app-note:has-text('leaves open of fitted parameters')")
        page.click(".app-levers summary:has-text('Kazakhstan')")
        page.fill("[data-path='republics.KAZ.hedging'] input[type=range]", "900")
        page.wait_for_selector(".app-problem:has-text('one of the two')")
        page.wait_for_function(
            "value => Math.abs(document.querySelector(\"[data-path='republics.KAZ.hedging'] "
            'input[type=number]:not(.app-low)").value - value) < 0.006',
            arg=base.get("republics.KAZ.hedging"),
        )
        page.uncheck("[data-key=posterior]")
        page.wait_for_function("!location.search.includes('posterior')")
        page.click("[data-key=undo-numbers]")
        page.wait_for_function("!location.search.includes('doubt')")
        page.wait_for_selector(".app-bar")
        assert spoken(page) == run_of().headline()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_lever_is_doubted_and_found(chromium: Any, address: str, width: int, theme: str) -> None:
    base, top = run_of().scenario, sim.doubts(run_of()).numbers.iloc[0]
    with visit(chromium, address, width=width, theme=theme) as page:
        page.click(f"[data-number='{top.path}'] button")  # one of the rest, which are fetched first
        lever = f"[data-path='{top.path}']"
        page.wait_for_selector(f"{lever} input[type=range]:focus")
        low, high = round(top.value * 0.9, 4), round(top.value * 1.1, 4)
        page.focus(f"{lever} .app-chip")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{lever} .app-low")
        assert page.get_attribute(f"{lever} .app-chip", "aria-pressed") == "true"
        assert [number(page.input_value(f"{lever} .app-{end}")) for end in ("low", "high")] == pytest.approx(
            [top.low, top.high], rel=1e-3
        )
        for end, value in (("low", low), ("high", high)):
            page.fill(f"{lever} .app-{end}", str(value))
            page.press(f"{lever} .app-{end}", "Enter")
            page.wait_for_function("text => location.search.includes(text)", arg=f":{value}")
        assert f"doubt={top.path}:{low:g}:{high:g}" in page.url
        assert "in doubt" in page.inner_text(".app-changes")
        assert page.evaluate(CLASHES) == []
        asked = in_doubt(base) | {"doubt": Doubt(True, {top.path: (low, high)})}
        result = sim.run(base, worlds=WORLDS, **asked)
        page.wait_for_function(
            "said => document.querySelector('.app-said .app-say').textContent.replaceAll('\u00a0', ' ') === said",
            arg=result.headline(),
        )
        page.fill(f"{lever} .app-low", str(top.value * 1.05))
        page.press(f"{lever} .app-low", "Enter")
        page.wait_for_selector(".app-problem:has-text('expected a range around')")
        page.wait_for_function(
            "([at, low]) => +document.querySelector(at).value === low", arg=[f"{lever} .app-low", low]
        )
        page.click(f"{lever} .app-chip")
        page.wait_for_function("!location.search.includes('doubt')")
        page.wait_for_selector(f"{lever} input[type=range]:enabled")


# -- compare, why, sweep, about ---------------------------------------------------------------------------------------


def test_compare_in_step_and_paired(chromium: Any, address: str) -> None:
    one, other = run_of(), run_of("war-drags-on")
    paired = sim.compare(one, other)
    with visit(chromium, address, "?page=compare&with=war-drags-on", ready=".app-said[data-ready=True]") as page:
        assert (
            page.evaluate(
                "new Promise((done) => { const it = AbortSignal.timeout(2000);"
                "setTimeout(() => done(it.aborted), 2100); })"
            )
            is False
        )  # see theme.js
        assert spoken(page) == paired.headline()
        page.wait_for_selector(".sim-difference [data-republic]")
        page.focus(".sim-player .sim-track")
        page.keyboard.press("Home")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        for side in ("left", "right"):
            run = one if side == "left" else other
            change = 100 * np.median(run.shares()[3] - run.shares()[0], axis=-1)
            said = page.text_content(f"[data-side={side}] [data-value=TJK-RUS]")
            assert number(said) == pytest.approx(change[2, 0], abs=0.16)
        for axis in (".sim-fans", ".sim-grievances"):  # side by side, one scale
            scales = [
                page.locator(f"[data-side={side}] {axis} text[font-size='10']").all_text_contents()
                for side in ("left", "right")
            ]
            assert scales[0] == scales[1] != []
        page.keyboard.press("End")
        page.wait_for_timeout(100)
        middle = np.median(paired.differences()[-1], axis=-1)
        for r, republic in enumerate(paired.republics):
            spans = page.locator(f".sim-difference [data-republic={republic}] tspan").all_text_contents()
            for p in range(len(paired.powers)):
                assert number(spans[p]) == pytest.approx(100 * middle[r, p], abs=0.11)
        rows = page.locator(".app-table tbody tr").evaluate_all(
            "all => all.map((row) => [...row.children].map((cell) => cell.textContent))"
        )
        for row, own in zip(rows, paired.table().itertuples(), strict=True):
            assert row[4] == spelled(own.size, own.difference)
            assert row[5] == signed(own.difference)
            assert row[6] == f"{signed(own.difference_low)} to {signed(own.difference_high)}"
        note = " ".join(page.text_content(".app-card:has(.app-table) .app-note").split())
        assert "Shares of worlds: with numbers in doubt. Size, by the median difference in points" in note
        assert legend(doubt=True) in note
        said = " ".join(page.text_content(".app-said .app-note").split())
        for title, run in (("Dushanbe 2025", one), ("The war drags on", other)):
            held = bands_hold(run.ask, MEND)
            assert f"“{title}”: {held[0].lower()}{held[1:]}" in said
        assert page.evaluate(CLASHES) == []
        saved_from(page, "difference")


def test_why_adds_up_and_leaves_an_event_out(chromium: Any, address: str) -> None:
    with visit(chromium, address, "?page=why&republic=KAZ&power=RUS", ready=".app-said[data-ready=True]") as page:
        page.wait_for_selector(".sim-waterfall [data-part]")
        texts = page.locator(".sim-waterfall text").all_text_contents()
        shares = [number(text) for text in texts if text.endswith("%")]
        last = page.locator(".sim-waterfall [data-part] text:last-of-type")
        parts = [number(text) for text in last.all_text_contents()]
        assert shares[0] + sum(parts) == pytest.approx(shares[-1], abs=0.05 * len(parts) + 0.1)
        explained = sim.explain("dushanbe-2025", worlds=200, **in_doubt(run_of().scenario))
        told = in_one_world(explained, explained.moves(), "KAZ", "RUS")
        assert spoken(page) == f"{explained.paragraph('KAZ', 'RUS')} {told}"
        i, j = explained.place("KAZ", "RUS")
        assert shares[0] == pytest.approx(100 * explained.before[i, j].mean(), abs=0.06)
        same = [".sim-player", ".sim-ledger", ".sim-waterfall"]
        for panel in same:
            page.evaluate("panel => { document.querySelector(panel).dataset.marked = 'yes'; }", panel)
        page.click(".sim-player [data-event=russia-summit-2027]", force=True)
        page.wait_for_function("location.search.includes('event=russia-summit-2027')")
        page.wait_for_selector(".app-card[data-event=russia-summit-2027][data-ready=True]")
        base = run_of().scenario
        gone = base.without_events("russia-summit-2027")
        without = sim.compare(base, gone, worlds=WORLDS, names=("with", "without"), **in_doubt(base))
        assert spoken(page, ".app-card[data-event]") == f"Without it: {without.headline()}"
        middle = np.median(without.differences()[-1], axis=-1)
        page.wait_for_selector(".sim-difference [data-republic=KAZ]")
        # what comes in above must not have the panels below it torn down and made anew
        assert [panel for panel in same if page.locator(f"{panel}[data-marked=yes]").count() != 1] == []
        spans = page.locator(".sim-difference [data-republic=KAZ] tspan").all_text_contents()
        assert number(spans[0]) == pytest.approx(100 * middle[0, 0], abs=0.11)
        scale = page.locator(".sim-difference [data-republic=KAZ] text[text-anchor=end]").all_text_contents()
        steps = np.diff([number(text) for text in scale if not text.startswith("’")])
        assert steps == pytest.approx(np.full(4, steps[0]))  # each line of the grid says where it is
        assert page.evaluate(CLASHES) == []
        saved_from(page, "waterfall")


def test_sweep_shows_means_curves_and_effects(chromium: Any, address: str, results: Path) -> None:
    found = sim.Sweep.load(results / "strain")
    with visit(chromium, address, "?page=sweep", ready=".app-said[data-ready=True]") as page:
        outcome = page.get_attribute(".app-said", "data-outcome")
        page.wait_for_selector(".sim-heat [data-cell]")
        assert page.locator(".sim-heat [data-cell]").count() == 6
        assert page.locator(".sim-curves svg[data-chart]").count() == 1
        means = found.means([outcome])
        shown = sorted(
            number(text)
            for text in page.locator(".sim-heat text").all_text_contents()
            if re.fullmatch(r"[−\d.]+", text) and "." in text
        )
        for mean in means[outcome]:
            assert min(abs(100 * mean - value) for value in shown) < 0.06
        assert "Mean over 4 worlds and the points in a cell." in page.inner_text(".sim-heat .sim-caption")
        bars = page.locator(".sim-bars [data-bar]")
        for place, row in enumerate(found.effects([outcome]).itertuples()):
            assert number(bars.nth(place).get_attribute("aria-label")) == pytest.approx(100 * row.change, abs=0.06)
            bars.nth(place).hover()
            low, high = (row.change - row.change_conf, row.change + row.change_conf)
            assert f"[{signed(low)} to {signed(high)}]" in page.inner_text(".sim-bars .sim-tip")
        for panel in ("heat", "curves", "bars"):
            saved_from(page, panel)
        page.select_option("[data-field=outcome] select", "CHN.share")
        page.wait_for_selector(".app-said[data-outcome='CHN.share'][data-ready=True]")
        assert page.evaluate(CLASHES) == []
        page.select_option("[data-field=sweep] select", "three")
        page.wait_for_selector(".app-said[data-sweep=three][data-ready=True]")
        indices = sim.Sweep.load(results / "three").sensitivity([outcome]).of(outcome)
        page.wait_for_selector(".sim-bars [data-bar='China: respect']")
        assert "differ from point to point" in page.inner_text(".sim-heat .sim-caption")
        for place, row in enumerate(indices.itertuples()):
            assert number(bars.nth(place).get_attribute("aria-label")) == pytest.approx(row.ST, abs=0.006)
            assert bars.nth(place).locator("path").count() == 1  # the whisker
        assert page.evaluate(CLASHES) == []


# -- uploads ----------------------------------------------------------------------------------------------------------


def test_uploads(chromium: Any, address: str, tmp_path: Path) -> None:
    good, bad, huge = tmp_path / "mine.yaml", tmp_path / "bad.yaml", tmp_path / "huge.yaml"
    good.write_text(
        "title: My own\nextends: dushanbe-2025\npowers:\n  RUS:\n    strain: {value: 0.6, source: assumption}\n",
        encoding="utf-8",
    )
    bad.write_text(
        "title: Bad\nextends: dushanbe-2025\nmonth: 3\npowers:\n  RUS:\n    strain: {value: 7, source: assumption}\n",
        encoding="utf-8",
    )
    with huge.open("wb") as file:
        file.truncate(50 * 2**20)
    with visit(chromium, address) as page:
        before = page.get_attribute(".app-said", "data-hash")
        page.set_input_files("#app-file", bad)
        page.wait_for_selector(".app-problems li")
        said = page.locator(".app-problems li").all_text_contents()
        assert [text.split(":")[:2] for text in said] == [["bad.yaml", "3"], ["bad.yaml", "6"]]
        assert page.get_attribute(".app-said", "data-hash") == before
        page.set_input_files("#app-file", huge)
        page.wait_for_selector(".app-upload-said:has-text('huge.yaml cannot be opened')")
        assert "a scenario has at most" in page.inner_text(".app-upload-said")
        page.set_input_files("#app-file", good)
        page.wait_for_selector(".app-said h1:has-text('My own')")
        result = sim.run(good, worlds=WORLDS, **in_doubt(sim.load(good)))
        page.wait_for_selector(f".app-said[data-hash='{result.scenario.hash}']")
        values_shown(page, result, result.months)
        page.reload()
        page.wait_for_selector(".app-said h1:has-text('My own')")
        assert "yaml=" in page.url


def test_a_message_too_large_is_refused_and_the_server_lives(chromium: Any, address: str) -> None:
    client = pytest.importorskip("websockets.sync.client", reason="Solara's server brings it")
    from websockets.exceptions import ConnectionClosed, InvalidStatus

    uri = address.replace("http", "ws") + "jupyter/api/kernels/0/channels?session_id=x"

    def flood() -> None:
        with client.connect(uri, max_size=None) as line:
            line.send(b"0" * (50 * 2**20))
            while True:
                line.recv(30)

    with pytest.raises((ConnectionClosed, InvalidStatus, ConnectionError)):
        flood()
    with visit(chromium, address) as page:
        assert spoken(page) == run_of().headline()


# -- everybody, everywhere --------------------------------------------------------------------------------------------

READY = {
    "explore": ".sim-ledger li",
    "compare": ".sim-difference [data-republic]",
    "why": ".sim-waterfall [data-part]",
    "sweep": ".sim-heat [data-cell]",
    "about": ".app-verdict",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_clean(chromium: Any, address: str, width: int, theme: str) -> None:
    with visit(chromium, address, width=width, theme=theme) as page:
        for name, ready in READY.items():
            if name != "explore":
                page.click(f".app-nav [data-key={name}]")
            page.wait_for_selector(ready)
            page.wait_for_timeout(250)
            assert page.get_attribute("html", "data-theme") == theme
            assert set(page.locator(".sim-panel").evaluate_all("all => all.map((x) => x.dataset.theme)")) <= {theme}
            assert page.locator(".sim-error, .app-problem").count() == 0
            assert page.evaluate(CLASHES) == [], name
        other = "dark" if theme == "light" else "light"
        page.click(".app-nav [data-key=explore]")
        if width < 900:
            page.click(".app-fold")
        page.fill(f"[data-path='{STRAIN}'] input[type=range]", "700")
        page.evaluate("for (let i = 0; i < 3; i += 1) document.querySelector('.app-theme').click()")  # while it runs
        page.wait_for_selector(".app-said[data-worlds='500']")
        assert page.get_attribute("html", "data-theme") == other
        page.wait_for_selector(f".sim-ledger[data-theme={other}] li")


def test_two_visitors_and_one_who_leaves(chromium: Any, address: str) -> None:
    with visit(chromium, address) as one:
        with visit(chromium, address) as two:
            strain = moved_to(two, 650)
            assert two.get_attribute(".app-said", "data-hash") == run_of(strain=strain).scenario.hash
            assert one.get_attribute(".app-said", "data-hash") == run_of().scenario.hash
            two.fill(f"[data-path='{STRAIN}'] input[type=range]", "100")  # and leaves in the middle of it
        assert spoken(one) == run_of().headline()
        assert "set=" not in one.url
        moved_to(one, 300)
