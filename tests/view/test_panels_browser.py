"""Panels in a real browser: what is on the screen, in step, by mouse and keyboard, light and dark, wide and narrow."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from tests.panel_page import CLASHES, Shown, browser, panel_page

pytest.importorskip("anywidget", reason="the extra view is not installed (pip install 'sim[view]')")

from sim.reading.projects import in_world
from sim.view.payload import difference_payload, payload

pytestmark = pytest.mark.browser

ALL = ["Player", "MapPanel", "Triangle", "Fans", "Grievances", "Projects", "Deliveries", "Ledger"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run("dushanbe-2025", worlds=40)


@pytest.fixture(scope="module")
def sent(result: sim.Result) -> dict[str, Any]:
    return json.loads(json.dumps(payload(result)))


@pytest.fixture(scope="module")
def changed() -> sim.Result:
    return sim.run("moscow-reasserts", worlds=40)


def shown(run: dict[str, Any], names: list[str] = ALL, **traits: Any) -> Shown:
    """Panels of one run; the first has it whole, the others know its id."""
    known = {"id": run["id"]}
    return [(name.lower(), name, {"run": known if i else run} | traits) for i, name in enumerate(names)]


def made_up(republics: int, powers: int, months: int = 24, worlds: int = 30) -> dict[str, Any]:
    """A payload of any size, with names that are long."""
    rng, t = np.random.default_rng(0), months + 1
    codes = ["KAZ", "KGZ", "TJK", "TKM", "UZB", "AZE", "XAA", "XAB"][:republics]
    kinds = ["RUS", "CHN", "EUU", "TUR", "USA", "IND"][:powers]
    base = rng.uniform(60, 800 / powers, (republics, powers, 1))
    line = np.clip(base + rng.normal(0, 6, (republics, powers, t)).cumsum(-1), 1, 999).astype(int)
    spread = np.linspace(0, 30, t).astype(int)
    bands = np.stack([line + k * spread for k in (-2, -1, 0, 1, 2)]).ravel().tolist()
    flow = np.linspace(0, 300, t).astype(int)
    flows = np.broadcast_to(flow, (republics, powers, t)).ravel().tolist()
    return {
        "id": f"made-{republics}-{powers}",
        "title": "Made up",
        "name": "made-up",
        "seed": 0,
        "worlds": worlds,
        "months": months,
        "dates": [f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(t)],
        "coarse": False,
        "levels": [0.1, 0.25, 0.5, 0.75, 0.9],
        "republics": [{"code": c, "name": f"The Federal Republic of {c.title()}", "capital": ""} for c in codes],
        "powers": [
            {"code": c, "name": f"United Principalities {c}", "short": c, "color": color}
            for c, color in zip(kinds, ("#bf4a32", "#d99a1c", "#2f6db3", "#1b8a7a", "#c58bc4", "#32363d"), strict=False)
        ],
        "sectors": ["overall"],
        "causes": ["neglect", "coercion"],
        "bands": {"overall": bands},
        "cloud": {
            "months": [0, months],
            "worlds": worlds,
            "share": rng.integers(100, 800 // powers, (2, republics, powers, worlds)).ravel().tolist(),
        },
        "events": [
            {
                "id": "a-summit",
                "kind": "summit",
                "about": "A summit of all.",
                "powers": [kinds[0]],
                "republics": codes,
                "host": codes[0],
                "often": 1000,
            }
        ],
        "grievance": rng.integers(0, 40, republics * powers * 2 * t).tolist(),
        "follow": {
            "world": 3,
            "share": {"overall": line.ravel().tolist()},
            "deals": {"overall": flows},
            "grievance": rng.integers(0, 40, republics * powers * 2 * t).tolist(),
            "pending": flows,
            "accepted": flows,
            "delivered": flows,
            "lapsed": flows,
            "events": [[2, 0]],
            "ledger": {"kinds": ["event"], "wordings": ["A summit of all."], "rows": [[2, 0, 0, 0, 0]]},
            "projects": {
                "sectors": ["security", "infrastructure"],
                "rows": [
                    [m, min(m + n, months), m % republics, n % powers, 0, n % 2, 10 + 40 * n, 5, 9 * n, 1, 0, 1, n % 4]
                    for m in range(1, months + 1, 2)
                    for n in (m % 7,)
                ],
                "said": [f"A project of month {m}. It came." for m in range(1, months + 1, 2)],
            },
        },
        "projects": {
            "table": [[[3.1, 1, 6, None, None]] * powers] * (republics + 1),
            "met": [[[[2.5, 1]] * powers] * powers] * (republics + 1),
            "said": ["Somebody wins most."] * (republics + 1),
        },
    }


CONTRAST = """() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255)
      .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const panel of document.querySelectorAll(".sim-panel:not(.sim-map):not(.sim-heat)")) {
    const paper = light(getComputedStyle(panel).backgroundColor);
    for (const node of panel.querySelectorAll("text, tspan, p, h3, time, span, b, small, button")) {
      if (![...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
      if (node.closest("[hidden], .sim-tip, .sim-play")) continue;
      const style = getComputedStyle(node), ink = light(node instanceof SVGElement ? style.fill : style.color);
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (ratio < 4.45) found.push(`${node.textContent}: ${ratio.toFixed(2)}`);
    }
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390), ("light", 1920)]
)
@pytest.mark.parametrize("focus", ["", "TJK"])
def test_all_panels_draw_clearly(chromium: Any, sent: dict[str, Any], theme: str, width: int, focus: str) -> None:
    with panel_page(chromium, shown(sent, month=40, focus=focus), theme=theme, width=width) as page:
        assert page.locator(".sim-panel").count() == len(ALL)
        assert page.locator(".sim-error").count() == 0
        assert page.locator("svg[data-chart]").count() == 7
        assert page.evaluate(CLASHES) == []
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize(("republics", "powers"), [(1, 1), (1, 6), (8, 1), (8, 6), (2, 2)])
@pytest.mark.parametrize("width", [1280, 390])
def test_any_number_of_actors(chromium: Any, republics: int, powers: int, width: int) -> None:
    with panel_page(chromium, shown(made_up(republics, powers), month=20), width=width) as page:
        assert page.locator(".sim-error").count() == 0
        assert [one for one in page.evaluate(CLASHES) if "XA" not in one or "cut" in one] == []
        assert page.locator("#fans .sim-hot").count() == republics
        assert page.locator("#mappanel .sim-chip[data-republic]").count() == max(0, republics - 6)
        page.click("#player [data-key=play]")
        page.wait_for_timeout(200)


def test_values_on_screen_are_those_of_the_run(chromium: Any, result: sim.Result, sent: dict[str, Any]) -> None:
    world = result.typical_world
    with panel_page(chromium, shown(sent, month=33)) as page:
        change = 100 * np.median(result.shares() - result.shares()[0], axis=-1)
        for r, republic in enumerate(result.republics):
            for p, power in enumerate(result.powers):
                said = page.locator(f"#fans [data-value={republic}-{power}]").text_content()
                assert float(said.split()[-1].replace("−", "-")) == pytest.approx(change[33, r, p], abs=0.16)
            told = page.locator(f"#fans [data-drift={republic}]").text_content()
            p = next(k for k, power in enumerate(sent["powers"]) if power["short"] in told)
            assert abs(change[33, r, p]) > np.abs(change[33, r]).max() - 0.1  # as whole per mille tell it
            share, sign = result.shares()[:, r, p], np.sign(change[33, r, p])
            part = 100 * float((sign * (share[33] - share[0]) > 0).mean())
            assert told.startswith("▲" if sign > 0 else "▼")
            assert float(re.search(r"(\d+)\u202f%", told)[1]) == pytest.approx(part, abs=0.6)
        page.click("#fans .sim-chip:has-text('Level')")
        page.wait_for_timeout(120)
        for sector, month in (("overall", 33), ("trade", 33), ("trade", 50)):
            page.evaluate("value => models.fans.tell('sector', value)", sector)
            page.evaluate("value => models.player.tell('month', value)", month)
            page.wait_for_timeout(120)
            share = result.shares(sector)[month, ..., world]
            for r, republic in enumerate(result.republics):
                for p, power in enumerate(result.powers):
                    said = page.locator(f"#fans [data-value={republic}-{power}]").text_content()
                    assert abs(int(said.split()[-1]) - 100 * share[r, p]) <= 0.56, (sector, month, republic, power)
        assert "Nov 2029" in page.inner_text("#player .sim-now")
        grievance = result.array("grievance")[50, ..., world].sum(-1).ravel()
        written = page.locator("#grievances text").all_text_contents()
        numbers = [float(x) for x in written if x.count(".") == 1 and len(x) == 4]
        np.testing.assert_allclose(numbers[: len(grievance)], grievance, atol=0.03)


def test_playing_leaves_the_server_alone(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        page.select_option("#player select", "24")
        page.click("#player [data-key=play]")
        page.wait_for_function("+document.querySelector('#player .sim-track').getAttribute('aria-valuenow') > 20")
        assert page.evaluate("Object.values(models).flatMap((one) => one.saved).length") == 0
        page.wait_for_function("document.querySelector('#player [aria-label^=Play]')")
        page.wait_for_timeout(300)
        assert page.evaluate("models.player.saved") == [{"month": 63}]


def test_pause_tells_the_month_shown(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        page.click("#player [data-key=play]")
        page.wait_for_timeout(600)
        page.click("#player [data-key=play]")
        page.wait_for_timeout(300)
        month = page.evaluate("models.player.values.month")
        assert 1 <= month < 20
        assert f"month {month} of 63" in page.inner_text("#player .sim-now")


def test_keyboard(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent, month=10)) as page:

        def month() -> int:
            page.wait_for_timeout(200)
            return page.evaluate("models.player.values.month")

        page.keyboard.press("ArrowRight")  # nothing has the focus: the page's keys are the player's
        assert month() == 11
        page.focus("#fans [data-republic=TJK]")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert month() == 9
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        assert page.evaluate("models.fans.values.focus") == "TJK"
        assert page.evaluate("document.activeElement.dataset.republic") == "TJK"
        page.keyboard.press("End")
        assert month() == 63
        page.keyboard.press("Home")
        assert month() == 0
        page.focus("#player .sim-track")
        page.keyboard.press("Space")
        page.wait_for_timeout(400)
        page.keyboard.press("Space")
        assert 1 <= month() < 15
        page.focus("#ledger [data-scroll]")
        before = month()
        page.keyboard.press("End")
        assert month() == before


def test_scrubbing(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        box = page.locator("#player .sim-track").bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + 21)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 21, steps=8)
        assert page.evaluate("models.player.saved.length") == 0
        page.mouse.up()
        page.wait_for_timeout(250)
        assert page.evaluate("models.player.values.month") in (31, 32)
        assert page.evaluate("models.player.saved.length") == 1
        month = page.evaluate("models.player.values.month")
        assert page.get_attribute("#player .sim-track", "aria-valuenow") == str(month)


def test_hovering_and_choosing_reach_every_panel(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        page.hover("#fans [data-republic=UZB]")
        assert page.locator("#triangle [data-republic=UZB] circle").get_attribute("r") == "7.5"
        assert page.locator("#mappanel [data-republic=UZB]").get_attribute("stroke-width") == "2"
        assert float(page.locator("#grievances [data-republic=KAZ]").get_attribute("opacity")) < 1
        assert page.locator("#fans .sim-tip").is_visible()
        assert "Uzbekistan" in page.inner_text("#fans .sim-tip")
        page.click("#triangle [data-republic=KGZ] circle", force=True)
        page.wait_for_timeout(250)
        assert page.evaluate("[models.triangle.values.focus, models.player.values.focus]") == ["KGZ", "KGZ"]
        assert page.locator("#fans [data-republic=KGZ]").get_attribute("aria-pressed") == "true"
        assert "Kyrgyzstan" in page.inner_text("#deliveries h3")
        assert "Kyrgyzstan, by cause" in page.inner_text("#grievances .sim-legend")
        page.click("#mappanel [data-power=CHN]")
        assert page.evaluate("models.mappanel.values.power") == "CHN"
        assert float(page.locator("#mappanel [data-power=RUS]").get_attribute("opacity")) < 1


def test_the_server_may_move_the_playhead_but_not_while_it_plays(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        page.evaluate("models.fans.tell('month', 20)")
        page.wait_for_timeout(250)
        assert "month 20 of 63" in page.inner_text("#player .sim-now")
        page.click("#player [data-key=play]")
        page.evaluate("models.player.tell('month', 2)")
        page.wait_for_timeout(100)
        assert int(page.get_attribute("#player .sim-track", "aria-valuenow")) >= 20


def test_ledger(chromium: Any, result: sim.Result, sent: dict[str, Any]) -> None:
    table = result.ledger()
    with panel_page(chromium, shown(sent, month=24)) as page:
        telling = table[table.kind.isin(["event", "stance", "rebuke", "grievance", "project"])]
        assert page.locator("#ledger li").count() == len(telling)
        assert page.locator("#ledger li:not(.sim-later)").count() == (telling.month <= 24).sum()
        page.click("#ledger .sim-chip:has-text('Projects')")
        page.wait_for_timeout(150)
        assert page.locator("#ledger li").count() == table.kind.isin(["project", "cancellation"]).sum()
        first = page.locator("#ledger li span").first.text_content()
        assert (
            first.replace("\u00a0points", " points") == table[table.kind.isin(["project", "cancellation"])].text.iloc[0]
        )
        assert "\u00a0points" in first  # no line ends between a number and its unit
        page.fill("#ledger input", "minerals")
        page.wait_for_timeout(400)
        wanted = table.kind.isin(["project", "cancellation"]) & table.text.str.contains("minerals")
        assert page.locator("#ledger li").count() == wanted.sum()
        assert page.evaluate("document.activeElement.type") == "search"
        page.fill("#ledger input", "")
        page.click("#ledger .sim-chip:has-text('Events')")
        page.wait_for_timeout(400)
        page.locator("#ledger li button", has_text="Second EU–Central Asia summit").click()
        page.wait_for_timeout(250)
        clicked = page.evaluate("models.ledger.values.clicked")
        assert clicked == {
            "kind": "event",
            "event": "eu-summit-2027",
            "month": 19,
            "republic": "KAZ",
            "power": "EUU",
            "n": 1,
        }
        assert page.evaluate("models.player.values.month") == 19


def test_projects(chromium: Any, result: sim.Result, sent: dict[str, Any]) -> None:
    table = in_world(result, result.typical_world)
    with panel_page(chromium, shown(sent, ["Player", "Projects"], month=result.months)) as page:
        bars = page.locator("#projects [data-project]")
        assert bars.count() == len(table)
        assert page.locator("#projects .sim-gone").count() == table.called_off.sum() + 1  # and one in the key
        said = bars.evaluate_all("all => all.map((bar) => bar.getAttribute('aria-label'))")
        assert sorted(said) == sorted(sent["follow"]["projects"]["said"])
        size = {
            label: box["height"]
            for label, box in zip(said, [bar.locator(".sim-bar").bounding_box() for bar in bars.all()], strict=True)
        }
        order = [
            size[text]
            for text, _ in sorted(
                zip(sent["follow"]["projects"]["said"], table["size"], strict=True), key=lambda one: one[1]
            )
        ]
        assert all(a <= b + 0.6 for a, b in itertools.pairwise(order))
        bars.nth(0).hover()
        assert said[0].startswith(page.inner_text("#projects .sim-tip .sim-strong"))
        page.mouse.move(5, 5)
        bars.nth(0).focus()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == said[1]
        assert page.inner_text("#projects .sim-tip").replace("\n", " ") == said[1]
        assert bars.evaluate_all("all => all.filter((bar) => bar.tabIndex === 0).length") == 1
        page.keyboard.press("Enter")
        months = {
            text: row[0]
            for row, text in zip(sent["follow"]["projects"]["rows"], sent["follow"]["projects"]["said"], strict=True)
        }
        page.wait_for_function(
            "month => document.querySelector('.sim-track').ariaValueNow === String(month)", arg=months[said[1]]
        )
        later = bars.evaluate_all("all => all.filter((bar) => bar.getAttribute('opacity') === '0.25').length")
        assert later == (table.month > months[said[1]]).sum()
        page.click("#projects [data-republic=UZB]")
        mine = (table.republic == "UZB").sum()
        page.wait_for_function(
            "count => document.querySelectorAll('#projects [data-project]').length === count", arg=int(mine)
        )
        assert page.locator("#projects .sim-told li").count() == mine
        assert page.inner_text("#projects .sim-say").replace("\u00a0", " ") == sent["projects"]["said"][5]
        cells = page.locator("#projects tbody tr").nth(1).locator("td").all_inner_texts()
        mean, low, high, each, _ = sent["projects"]["table"][5][1]
        assert cells[:3] == [f"{mean:.1f}", f"{low:.0f}–{high:.0f}", f"{each:.2f}"]
        met, won = sent["projects"]["met"][5][1][0]
        assert cells[4].replace("\u00a0", " ") == f"won {100 * won / met:.0f} % of {met:.1f}"
        assert cells[5] == "–"


def test_event_dots_of_the_player(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent, ["Player"])) as page:
        assert page.locator(".sim-dot").count() == len(sent["follow"]["events"])
        page.click("[data-event=russia-summit-2027]")
        page.wait_for_timeout(200)
        assert page.evaluate("models.player.values.clicked.event") == "russia-summit-2027"
        assert page.evaluate("models.player.values.month") == 25


def test_baseline_is_drawn_until_it_is_gone(chromium: Any, sent: dict[str, Any], changed: sim.Result) -> None:
    run = payload(changed)
    panels = shown(run, ["Player", "Fans", "Triangle"])
    panels[0][2]["baseline"] = sent
    for one in panels[1:]:
        one[2]["baseline"] = {"id": sent["id"]}
    with panel_page(chromium, panels) as page:
        assert page.locator("#fans [data-baseline=RUS]").count() == 3 * len(run["republics"])
        assert "before the change" in page.inner_text("#fans .sim-caption")
        page.evaluate("models.fans.tell('baseline', {})")
        page.wait_for_timeout(120)
        assert page.locator("#fans [data-baseline]").count() == 0


def test_a_named_run_may_come_late_and_is_not_lost(chromium: Any, sent: dict[str, Any], changed: sim.Result) -> None:
    run = payload(changed)
    with panel_page(chromium, shown(sent, ["Player", "Fans"])) as page:
        page.evaluate("id => models.fans.tell('run', { id })", run["id"])
        page.wait_for_timeout(100)
        assert page.locator("#fans [data-republic]").count() == 5  # the old one stays until the new one is here
        assert f"no. {sent['follow']['world']}" in page.inner_text("#fans .sim-caption")
        page.evaluate("run => models.player.tell('run', run)", run)
        page.wait_for_timeout(100)
        assert f"no. {run['follow']['world']}" in page.inner_text("#fans .sim-caption")
        for i in range(15):
            page.evaluate("([run, id]) => models.player.tell('run', { ...run, id })", [run, f"dragged-{i}"])
        page.evaluate("models.fans.tell('theme', 'dark')")
        page.wait_for_timeout(100)
        assert f"no. {run['follow']['world']}" in page.inner_text("#fans .sim-caption")


def test_saving(chromium: Any, sent: dict[str, Any], result: sim.Result, tmp_path: Path) -> None:
    with panel_page(chromium, shown(sent)) as page:
        for kind in ("CSV", "SVG", "PNG"):
            page.click("#fans .sim-icon")
            with page.expect_download() as waiting:
                page.click(f"#fans .sim-menu >> text={kind}")
            saved = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(saved)
            content = saved.read_bytes()
            assert saved.name == f"fans-dushanbe-2025.{kind.lower()}"
            if kind == "CSV":
                lines = content.decode().splitlines()
                assert len(lines) == 1 + 64 * 15
                expected = result.shares()[0, 0, 0, result.typical_world]
                assert float(lines[1].split(",")[-1]) == pytest.approx(expected, abs=6e-4)
            elif kind == "SVG":
                assert content.startswith(b"<svg xmlns=")
                assert b"Alignment over time" in content
                assert b"Kazakhstan" in content
            else:
                assert content.startswith(b"\x89PNG")
                assert len(content) > 20_000


def test_a_saved_table_holds_no_formula(chromium: Any, tmp_path: Path) -> None:
    """Text of a scenario that a spreadsheet would compute is text in the CSV, and as it is in the Parquet file."""
    run = made_up(2, 2)
    run["follow"]["ledger"]["wordings"] = ['=HYPERLINK("http://example.org")']
    run["events"][0]["about"] = '=HYPERLINK("http://example.org")'
    with panel_page(chromium, shown(run, ["Player", "Ledger"])) as page:
        page.click("#ledger .sim-icon")
        with page.expect_download() as waiting:
            page.click("#ledger .sim-menu >> text=CSV")
        waiting.value.save_as(tmp_path / "ledger.csv")
    (row,) = pd.read_csv(tmp_path / "ledger.csv").to_dict("records")
    assert row["text"] == '\'=HYPERLINK("http://example.org")'
    assert row["month"] == 2


def test_a_fault_stays_in_its_panel(chromium: Any, sent: dict[str, Any]) -> None:
    panels = shown(sent, ["Player", "Fans", "Triangle"])
    panels[1] = ("fans", "Fans", {"run": sent | {"id": "broken", "follow": {"share": None, "world": 0}}})
    with panel_page(chromium, panels) as page:
        assert "cannot be shown" in page.inner_text("#fans [role=alert]")
        assert page.locator("#triangle circle").count() == 5
        page.evaluate("run => models.fans.tell('run', run)", {"id": sent["id"]})
        page.wait_for_timeout(120)
        assert page.locator("#fans [role=alert]").count() == 0


def test_panels_come_and_go(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent)) as page:
        page.click("#player [data-key=play]")
        page.evaluate("undo.fans(); undo.player();")
        page.wait_for_timeout(150)
        assert page.locator("#fans .sim-panel, #player .sim-panel").count() == 0
        before = page.locator("#triangle circle").first.get_attribute("transform")
        page.wait_for_timeout(200)
        assert page.locator("#triangle circle").first.get_attribute("transform") == before
        page.evaluate("theme => Object.values(models).forEach((one) => one.tell('theme', theme))", "dark")
        page.evaluate("theme => Object.values(models).forEach((one) => one.tell('theme', theme))", "light")
        page.wait_for_timeout(120)
        assert set(page.locator(".sim-panel").evaluate_all("all => all.map((x) => x.dataset.theme)")) == {"light"}


def test_motion_off_steps_by_whole_months(chromium: Any, sent: dict[str, Any]) -> None:
    with panel_page(chromium, shown(sent, ["Player"]), reduced_motion="reduce") as page:
        page.evaluate("""() => {
          window.seen = [];
          window.addEventListener("sim:step", (event) => "month" in event.detail && seen.push(event.detail.month));
        }""")
        page.click("[data-key=play]")
        page.wait_for_timeout(500)
        seen = page.evaluate("seen")
        assert len(seen) > 3
        assert all(float(month).is_integer() for month in seen)


GRID = {
    "title": "A grid",
    "unit": "share",
    "x": {"label": "strain", "ticks": [0.0, 0.5, 1.0]},
    "y": {"label": "respect", "ticks": [0.1, 0.9]},
    "values": [[0.1, 0.2, 0.3], [0.3, None, 0.5]],
}
CURVES = {
    "title": "Curves",
    "unit": "share",
    "x": {"label": "strain", "values": [0, 0.5, 1]},
    "y": {"label": "share"},
    "series": [
        {
            "name": "Russia",
            "color": "#bf4a32",
            "median": [0.3, 0.2, 0.1],
            "low": [0.2, 0.1, 0.0],
            "high": [0.4, 0.3, 0.2],
        }
    ],
}
BARS = {
    "title": "Bars",
    "rows": [
        {"name": "a", "label": "strain of Russia", "value": 0.4, "low": 0.3, "high": 0.5},
        {"name": "b", "label": "luck", "value": -0.1},
    ],
}
FALL = {
    "title": "Why",
    "start": 0.37,
    "end": 0.34,
    "startLabel": "Oct 2025",
    "endLabel": "Dec 2030",
    "parts": [
        {"name": "deals", "label": "Deals", "low": -0.01, "median": 0.01, "high": 0.03},
        {"name": "neglect", "label": "Neglect", "low": -0.05, "median": -0.03, "high": -0.01},
    ],
}


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_charts_of_explicit_data(
    chromium: Any, result: sim.Result, changed: sim.Result, theme: str, width: int
) -> None:
    data = [
        ("Waterfall", FALL),
        ("Heat", GRID),
        ("Curves", CURVES),
        ("Bars", BARS),
        ("DifferenceFan", difference_payload(changed, result)),
    ]
    panels: Shown = [(name.lower(), name, {"run": run, "month": 63}) for name, run in data]
    with panel_page(chromium, panels, theme=theme, width=width) as page:
        assert page.locator(".sim-error").count() == 0
        assert page.evaluate(CLASHES) == []
        assert page.evaluate(CONTRAST) == []
        assert page.locator("#waterfall [data-part]").count() == 3  # what is left to explain has a bar of its own
        assert "−1.0" in page.locator("#waterfall [data-part=rest]").text_content()
        page.click("#heat [data-cell='1,0']")
        assert page.evaluate("models.heat.values.clicked") | {"n": 0} == {
            "kind": "cell",
            "event": "",
            "month": 0,
            "republic": "",
            "power": "",
            "x": 0.5,
            "y": 0.1,
            "value": 0.2,
            "n": 0,
        }
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.dataset.cell") == "1,1"
        page.click("#bars [data-bar=b]")
        assert page.evaluate("models.bars.values.clicked.name") == "b"
        said = page.locator("#differencefan [data-republic=TJK] tspan").first.text_content()
        difference = changed.shares()[-1, result.republics.index("TJK"), 0] - result.shares()[-1, 2, 0]
        assert abs(float(said.split()[-1].replace("−", "-")) - 100 * np.median(difference)) < 0.11
