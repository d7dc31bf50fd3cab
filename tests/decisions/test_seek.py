"""``sim seek``: settings are what ``sim.run`` says, a kill changes nothing, and what is found is told plainly."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.decisions.log import EVALUATIONS
from sim.decisions.sought import Sought
from sim.runs.doubt import Doubt
from sim.sweeps.plan import Plan
from sim.sweeps.sweep import Stopped

pytest.importorskip("platypus")

ROOT = Path(__file__).parents[2]
WANT = "KAZ.EUU.share +0.5 pp vs base"
LEVERS: dict[str, Any] = {
    "powers.EUU.budget": (0.333, 3.0),
    "powers.EUU.respect": "50 %:95 %",
    "events.eu-summit-2027.date": ("2027-01", "2027-06"),
}
QUICK: dict[str, Any] = {"evaluations": 40, "worlds": 6, "months": 24}


@pytest.fixture(scope="module")
def found() -> Sought:
    return sim.seek("dushanbe-2025", LEVERS, WANT, **QUICK)


# -- what is found -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_setting_is_what_sim_run_says_in_futures_that_were_not_searched(found: Sought) -> None:
    """Those of the next seed; levers are in doubt nowhere."""
    place = found.surest
    told: dict[str, Any] = {"doubt": Doubt(without=frozenset(LEVERS)), "posterior": "dushanbe-2025", "seed": 1}
    base = sim.load("dushanbe-2025").with_months(24)
    moved = base.with_values(found.search.labels(found.settings[place].tolist()))
    outcomes = [sim.run(story, worlds=6, **told).record.outcomes["KAZ.EUU.share"] for story in (moved, base)]
    np.testing.assert_allclose(found.gains[0, place], outcomes[0] - outcomes[1], atol=1e-12)
    assert not found.gains[0, 0].any()  # doing nothing comes first


@pytest.mark.slow
def test_the_front_trades_cost_for_gain(found: Sought) -> None:
    table = found.table()
    assert table.cost.is_monotonic_increasing
    assert table.columns[:6].tolist() == ["setting", "cost", "unit", *LEVERS]
    np.testing.assert_allclose(table.cost, table["powers.EUU.budget"] - 0.333, atol=1e-9)
    tried = found.evaluated()
    front = tried[tried.front].sort_values("cost")
    assert front["KAZ.EUU.share mean"].is_monotonic_increasing
    assert len(front) > 2
    assert tried["powers.EUU.budget"].between(0.333, 3.0).all()
    assert tried["events.eu-summit-2027.date"].between("2027-01", "2027-06").all()
    assert (tried["powers.EUU.budget"].round(2) == tried["powers.EUU.budget"]).mean() > 0.9  # round steps
    best = found.chosen
    assert best is not None
    cheaper = found.costs < found.costs[best]
    assert not (found.margin[cheaper] >= 0.0).any()


@pytest.mark.slow
def test_a_lever_that_does_next_to_nothing_stays_where_it_is(found: Sought) -> None:
    """A summit's month does not move the mean of an alignment by a fiftieth of a point."""
    labels = [found.search.labels(row)["events.eu-summit-2027.date"] for row in found.settings.tolist()]
    assert labels.count("2027-04") > len(labels) / 2


@pytest.mark.slow
def test_the_words_say_the_cheapest_way_its_odds_and_its_floor(found: Sought) -> None:
    words, best = found.paragraph(), found.chosen
    assert best is not None
    assert f"costs {found.costs[best]:.2g} engagement points a month and works in" in words
    assert "the European Union's budget" in words
    assert "Counted as free: the European Union's respect" in words
    assert "futures each; what is said here is of 6 others" in words


@pytest.mark.slow
def test_robust_counts_futures_and_seeds_are_reproducible() -> None:
    asked: dict[str, Any] = {"robust": True, "evaluations": 20, "worlds": 4, "months": 6, "doubt": False}
    levers = {"powers.EUU.budget": (0.333, 3.0)}
    one, same, other = (sim.seek("dushanbe-2025", levers, WANT, seed=seed, **asked) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.settings, same.settings)
    np.testing.assert_array_equal(one.tried.points, same.tried.points)
    assert not np.array_equal(one.tried.points, other.tried.points)
    aims = one.tried.objectives
    np.testing.assert_allclose(-aims[:, 1], one.tried.measures[:, 1], atol=0.5 / 4)


@pytest.mark.slow
def test_what_cannot_be_reached_is_told_plainly() -> None:
    levers = {"powers.EUU.budget": (0.333, 0.4)}
    asked: dict[str, Any] = {"evaluations": 20, "worlds": 4, "months": 6}
    for robust in (False, True):
        made = sim.seek("dushanbe-2025", levers, "KAZ.EUU.share +20 pp vs base", robust=robust, **asked)
        assert made.chosen is None
        assert made.floor is None
        words = made.paragraph()
        assert "within these levers that is not reached. The setting that comes nearest gains" in words
        assert "gets there in 0 % of futures" in words
        assert "no setting gets there" in " ".join(text.get_text() for text in made.figure().texts)


@pytest.mark.slow
@pytest.mark.parametrize("robust", [False, True])
def test_a_lever_that_helps_is_moved_however_far_the_target_is(robust: bool) -> None:
    levers = {"powers.EUU.budget": (0.333, 3.0)}
    asked: dict[str, Any] = {"evaluations": 20, "worlds": 4, "months": 12, "robust": robust, "doubt": False}
    made = sim.seek("dushanbe-2025", levers, "KAZ.EUU.share >= 90 %", **asked)
    means = made.gains[0].mean(axis=1)
    assert means[made.surest] == means.max() > means[0]
    words = made.paragraph()
    assert f"reaches {100.0 * means.max():.1f} % on average" in words
    assert "the European Union's budget" in words


@pytest.mark.slow
@pytest.mark.parametrize(("anyway", "told"), [(0, True), (10, True), (16, False), (24, False), (100, False)])
def test_a_floor_is_told_only_where_doing_nothing_works_less_often(anyway: int, told: bool) -> None:
    """Of 200 futures doing nothing works in some; a tenth is 20, and chance makes 16 of it."""
    made = sim.seek(
        "dushanbe-2025", {"powers.EUU.budget": (0.333, 1.0)}, WANT, evaluations=20, worlds=2, months=1, doubt=False
    )
    gains = np.full((1, 2, 200), 0.01)
    gains[0, 0, anyway:] = 0.0
    tried = replace(made.tried, measures=np.array([[0.4, 0.5, 0.01]]))
    settings = np.array([[0.333], [0.933]])
    shown = replace(made, tried=tried, settings=settings, costs=np.array([0.0, 0.6]), gains=gains)
    assert (shown.floor == 0.4) is told
    assert ("Below 0.4 engagement points a month nothing" in shown.paragraph()) is told


@pytest.mark.slow
def test_what_happens_anyway_needs_nothing() -> None:
    made = sim.seek(
        "dushanbe-2025", {"powers.EUU.budget": (0.333, 1.0)}, "KAZ.EUU.share >= 1 %", evaluations=20, worlds=4, months=4
    )
    assert made.chosen == 0
    assert "nothing has to be done for that; it happens in 100 % of futures" in made.paragraph()


@pytest.mark.slow
def test_a_price_of_ones_own_takes_the_place_of_the_rule() -> None:
    search = sim.seek(
        "dushanbe-2025",
        {"powers.EUU.budget": (0.0, 1.0), "powers.EUU.respect": (0.5, 0.9)},
        WANT,
        prices={"powers.EUU.respect": 2.0},
        evaluations=20,
        worlds=2,
        months=2,
        doubt=False,
    ).search
    assert search.cost([0.433, 0.7]) == pytest.approx(0.1)
    assert [search.cost([0.333, respect]) for respect in (0.6, 0.8)] == pytest.approx([0.2, 0.2])
    assert search.free == []


@pytest.mark.slow
def test_a_gift_that_may_be_given_costs_what_it_gives() -> None:
    """Switched off it costs nothing, whatever it would give; so it counts as free neither in this nor in that."""
    event = {"kind": "pledge", "on": 0, "date": "2026-06", "powers": ["EUU"], "republics": ["KAZ"], "pledge": 1.0}
    story = sim.load("dushanbe-2025").with_months(12).with_values({"events.gift": event | {"sectors": ["energy"]}})
    levers = {"events.gift.on": (0, 1), "events.gift.pledge": (0.5, 4.0), "events.gift.date": ("2026-01", "2026-08")}
    made = sim.seek(story, levers, "EUU.deals +0.2 vs base", evaluations=20, worlds=2, doubt=False)
    month = made.search.now[2]
    assert made.search.cost([0.0, 4.0, month]) == 0.0
    assert made.search.cost([1.0, 3.0, month + 1]) == pytest.approx(0.25)
    assert made.search.free == []
    assert made.chosen
    assert "the event gift happens" in made.moves(made.chosen)


# -- kept and gone on with ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_more_evaluations_go_on_from_those_there_are(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"worlds": 4, "months": 4, "doubt": False}
    levers = {"powers.EUU.budget": (0.333, 3.0)}
    short = sim.seek("dushanbe-2025", levers, WANT, tmp_path, evaluations=20, **asked)
    before = (tmp_path / EVALUATIONS).read_bytes()
    longer = sim.seek("dushanbe-2025", levers, WANT, tmp_path, evaluations=60, **asked)
    assert (tmp_path / EVALUATIONS).read_bytes().startswith(before)
    np.testing.assert_array_equal(longer.tried.points[: len(short.tried.points)], short.tried.points)
    whole = sim.seek("dushanbe-2025", levers, WANT, evaluations=60, **asked)
    np.testing.assert_array_equal(longer.settings, whole.settings)
    np.testing.assert_array_equal(longer.gains, whole.gains)
    with pytest.raises(sim.BadInput, match="worlds: found a search with 4, expected 5"):
        sim.seek("dushanbe-2025", levers, WANT, tmp_path, evaluations=20, **(asked | {"worlds": 5}))


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_measured(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 40 * 4:
            raise KeyboardInterrupt

    levers = {"powers.EUU.budget": (0.333, 3.0)}
    asked: dict[str, Any] = {"worlds": 4, "months": 4, "evaluations": 60, "doubt": False}
    with pytest.raises(Stopped) as stopped:
        sim.seek("dushanbe-2025", levers, WANT, tmp_path, progress=stop, **asked)
    assert stopped.value.done >= 20 * 4
    again = sim.seek("dushanbe-2025", levers, WANT, tmp_path, **asked)
    np.testing.assert_array_equal(again.settings, sim.seek("dushanbe-2025", levers, WANT, **asked).settings)


COMMAND = [
    *("seek", "dushanbe-2025", "--lever", "powers.EUU.budget=0.333:3", "--lever", "powers.EUU.respect=50 %:95 %"),
    *("--want", WANT, "--least", "cost", "--evaluations", "60", "--worlds", "40", "--months", "12"),
]


@pytest.mark.slow
def test_killed_it_ends_with_the_same_front(tmp_path: Path) -> None:
    """``kill -9`` in the middle; then the same command, which gives what a search that was not disturbed gives."""
    program = "from sim.cli.app import main; main()"
    killed, log = tmp_path / "killed", tmp_path / "killed" / EVALUATIONS
    process = subprocess.Popen(
        [sys.executable, "-c", program, *COMMAND, "--out", str(killed)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    while process.poll() is None and (not log.exists() or log.read_bytes().count(b"\n") < 20):
        time.sleep(0.02)
    assert process.poll() is None, "it was over before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    with log.open("ab") as stream:
        stream.write(b"0badc0de [[0.3")  # as if the last kill had hit it while it wrote
    answers = []
    for out in (killed, tmp_path / "whole"):
        done = CliRunner().invoke(app, [*COMMAND, "--out", str(out), "--format", "csv"])
        assert done.exit_code == 0, done.output
        answers.append((done.stdout, (out / "front.csv").read_text(), (out / "tried.csv").read_text()))
    assert answers[0] == answers[1]


# -- mistakes, and the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--want": "KAZ.EUU.shar +1 pp vs base"}, "--want: found 'KAZ.EUU.shar', expected an outcome"),
        ({"--lever": "powers.EUU.budgt=0.3:1"}, "lever powers.EUU.budgt: found no number of dushanbe-2025"),
        ({"--lever": "powers.EUU.budget=1:0.3"}, "lever powers.EUU.budget: found from 1 to 0.3"),
        (
            {"--lever": "powers.EUU.budget=0.3:99"},
            "lever powers.EUU.budget: found '99', expected a number from 0 to 20",
        ),
        ({"--lever": "powers.EUU.budget"}, "expected PATH=LOW:HIGH"),
        ({"--lever": "powers.EUU.respect=0.5:0.9"}, "--price: found no lever that costs anything"),
        ({"--lever": "events.eu-summit-2027.month=2027-01:2027-06"}, "did you mean events.eu-summit-2027.date?"),
        ({"--lever": "scenario=dushanbe-2025,war-drags-on"}, "lever: found whole scenarios"),
        ({"--lever": "powers.EUU.*=range"}, "lever: found a pattern of paths"),
        ({"--lever": "rules.deal_effect=0.3:0.5"}, "rules.deal_effect: found set by a lever and by the posterior"),
        ({"--least": "costs"}, "--least: found 'costs', expected cost, which is what can be least; did you mean cost?"),
        ({"--price": "powers.EUU.respct=1"}, "--price: found 'powers.EUU.respct', expected one of the levers"),
        ({"--lever": "rules.deal_effect=0.3:0.5"}, "--posterior none leaves it out"),
        ({"--want": "KAZ.EUU.share >= 200 %"}, "--want: found 'KAZ.EUU.share >= 200 %', expected an amount of KAZ.EUU"),
        ({"--want": "RUS.rebukes <= -5"}, "an amount of RUS.rebukes, which is 0 or more"),
        ({"--price": "powers.EUU.budget=-1"}, "price powers.EUU.budget: found -1, expected a number, 0 or more"),
        ({"--price": "powers.EUU.budget=much"}, "found 'much' for powers.EUU.budget, expected a number"),
        ({"--doubt": "powers.EUU.budget=0.2:0.6"}, "a number that is a lever as well"),
    ],
)
def test_a_mistake_is_told(changed: dict[str, str], told: str) -> None:
    given = {"--lever": "powers.EUU.budget=0.333:1", "--want": WANT, "--worlds": "2", "--months": "24"} | changed
    done = CliRunner().invoke(app, ["seek", "dushanbe-2025", *(part for pair in given.items() for part in pair)])
    said = re.sub(r"\s*\n?│?\s+│?\s*", " ", done.stderr)
    assert done.exit_code == 2, done.output
    assert told in said
    assert "Traceback" not in done.stderr


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wants = ["KAZ.EU.share +1 pp vs base", WANT, "more of everything", WANT]
    with pytest.raises(sim.BadInput) as caught:
        sim.seek("dushanbe-2025", {"powers.EUU.budgt": (0.3, 1.0)}, wants, prices={"powers.RUS.respect": 1.0})
    told = [problem.found for problem in caught.value.problems]
    assert len(told) == 5
    assert {"'KAZ.EU.share'", "'more of everything'", f"{WANT!r} twice", "'powers.RUS.respect'"} < set(told)


@pytest.mark.slow
def test_a_folder_of_something_else_is_named(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"worlds": 2, "months": 1, "doubt": False}
    levers = {"powers.EUU.budget": (0.333, 1.0)}
    sim.seek("dushanbe-2025", levers, WANT, tmp_path / "search", evaluations=20, **asked)
    with pytest.raises(sim.BadInput, match=r"found the folder of a search .*, expected the folder of a sweep"):
        sim.Sweep.load(tmp_path / "search")
    sim.sweep(Plan.of("dushanbe-2025", vary={"powers.EUU.budget": [0.4, 0.5]}, **asked), tmp_path / "sweep", workers=1)
    with pytest.raises(sim.BadInput, match=r"found the folder of a sweep .*expected the folder of a search"):
        sim.seek("dushanbe-2025", levers, WANT, tmp_path / "sweep", evaluations=20, **asked)


@pytest.mark.slow
def test_the_page_lists_the_way_and_the_folder_holds_it(tmp_path: Path) -> None:
    asked = ["--evaluations", "20", "--worlds", "4", "--months", "6", "--out", str(tmp_path)]
    line = ["seek", "dushanbe-2025", "--lever", "powers.EUU.budget=0.333:3", "--want", WANT, *asked]
    page = CliRunner().invoke(app, line)
    assert page.exit_code == 0, page.output
    assert "nothing is done" in page.stdout
    assert "EUU.budget" in page.stdout
    answer = json.loads(CliRunner().invoke(app, [*line, "--format", "json"]).stdout)
    assert answer["front"][0]["cost"] == 0.0
    assert answer["manifest"]["kind"] == "seek"
    assert answer["words"] in " ".join(page.stdout.split()).replace("- ", "-")
    files = {path.name for path in tmp_path.iterdir()}
    assert files >= {"manifest.json", EVALUATIONS, "front.csv", "tried.csv", "trade-off.png", "trade-off.svg"}


@pytest.mark.slow
def test_the_figure_marks_what_is_wanted_and_the_way(found: Sought) -> None:
    figure = found.figure()
    marks = [mark.get_gid() for axes in figure.axes for mark in axes.get_children() if mark.get_gid()]
    assert {"wanted 0.5", "front", "tried", "band", "chosen"} <= set(marks)
