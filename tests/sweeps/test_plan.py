"""Plans of sweeps: every mistake is told before a world runs, and a design is what it says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.runs.doubt import Doubt
from sim.sweeps import sweep
from sim.sweeps.plan import Plan

STORY = sim.load("dushanbe-2025")
STRAIN, BUDGET = "powers.RUS.strain", "powers.CHN.budget"
DATE, SWITCH = "events.dushanbe-summit.date", "events.dushanbe-summit.on"


def plan(vary: dict[str, Any] | None = None, **fields: Any) -> Plan:
    return Plan.of("dushanbe-2025", vary={STRAIN: (0, 0.9, 4)} if vary is None else vary, **fields)


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"vary": {"powers.RUS.strian": (0, 1, 2)}}, f"did you mean {STRAIN}?"),
        ({"vary": {STRAIN: (0, 1.2, 3)}}, "a number from 0 to 1"),
        ({"vary": {STRAIN: (0.9, 0.1, 3)}}, "the lower value first"),
        ({"vary": {STRAIN: (0, 0.9)}}, "steps"),
        ({"vary": {STRAIN: (0, 0.9, 1)}}, "2 or more"),
        ({"vary": {STRAIN: [0.1, 0.1]}}, "the same value twice"),
        ({"vary": {STRAIN: []}}, "no values"),
        ({"vary": {STRAIN: "low:high:3"}}, "a number from 0 to 1"),
        ({"vary": {STRAIN: float("nan")}}, "a number from 0 to 1"),
        ({"vary": {STRAIN: {"from": 0, "up_to": 1}}}, "{from: 0, to: 0.9, steps: 10}"),
        ({"vary": {}}, "nothing to vary"),
        ({"vary": "everything"}, "a mapping of paths"),
        ({"vary": {STRAIN: (0, 0.9, 3)}, "set": {STRAIN: 0.5}}, "either, not both"),
        ({"vary": {SWITCH: [0, 0.5]}}, "0 or 1"),
        ({"vary": {DATE: ("2020-01", "2025-12", 3)}}, "a month from 2025-10 to 2030-12"),
        ({"vary": {DATE: ["soon"]}}, "a month from"),
        ({"vary": {"events.dushanbe-summit.chance": (0, 1, 2)}}, "no use for"),
        ({"vary": {BUDGET: "10 %:90 %:3"}}, "per cent is for shares only"),
        ({"vary": "all"}, "morris"),
        ({"vary": {"powers.*.starin": (0, 0.2, 3)}}, "no number that fits"),
        ({"doubt": {BUDGET: ["10 %", "90 %"]}}, "per cent is for shares only"),
        ({"vary": {"powers.RUS.interest.trade": (0, 0.2, 3)}}, "sum to 1"),
        ({"vary": {"republics.KAZ.alignment.trade.RUS": (0, 0.9, 5)}}, "sum to at most 1"),
        ({"vary": {"scenario": ["dushanbe-2025", "dushanbe-2052"]}}, "did you mean dushanbe-2025?"),
        ({"design": "lsh"}, "did you mean lhs?"),
        ({"design": "sobol", "points": 100}, "did you mean 128?"),
        ({"design": "saltelli", "points": 6}, "did you mean 8?"),
        ({"design": "morris", "points": 4}, "at least 2 with the design morris"),
        ({"points": 4}, "follows from the factors"),
        ({"design": "lhs", "points": 0}, "1 or more"),
        ({"design": "lhs", "points": 2.5}, "a whole number"),
        ({"worlds": 0}, "1 or more"),
        ({"worlds": True}, "a whole number"),
        ({"months": 99999}, "1 to 1200"),
        ({"seed": -1}, "2^63"),
        ({"luck": "good"}, "paired"),
        ({"trajectories": "yes"}, "true"),
        ({"outcomes": [3]}, "a list of outcomes"),
        ({"wolrds": 5}, "did you mean worlds?"),
        ({"set": {"powers.RUS.respcet": 0.1}}, "did you mean respect?"),
        ({"vary": {STRAIN: (0, 0.9, 20_000), BUDGET: (0, 1, 20_000)}}, "at most"),
        ({"vary": {STRAIN: object()}}, "type object"),
    ],
)
def test_mistakes_are_told_with_a_hint(fields: dict[str, Any], hint: str) -> None:
    with pytest.raises(sim.BadInput) as caught:
        plan(**fields)
    assert hint in str(caught.value)


def test_all_mistakes_come_together_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "scenario: dushanbe-2025\nvary:\n  powers.RUS.strian: {from: 0, to: 1, steps: 3}\n"
        "  powers.CHN.budget: [0.5, 99]\nworlds: many\nseeds: 3\n",
        encoding="utf-8",
    )
    with pytest.raises(sim.BadInput) as caught:
        Plan.load(file)
    assert [(p.line, p.path) for p in caught.value.problems] == [
        (3, "vary.powers.RUS.strian"),
        (4, "vary.powers.CHN.budget"),
        (5, "worlds"),
        (6, "seeds"),
    ]


def test_a_plan_in_yaml_says_what_flags_say(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "scenario: dushanbe-2025\nset: {powers.EUU.strain: 0.2}\n"
        f"vary:\n  {STRAIN}: {{from: 0, to: 0.9, steps: 4}}\n"
        f"  {DATE}: {{from: 2025-10, to: 2025-12}}\n  {SWITCH}: [0, 1]\nworlds: 3\nmonths: 24\nseed: 7\n"
        "outcomes: [RUS.share, '*.leader']\n",
        encoding="utf-8",
    )
    flags = Plan.of(
        "dushanbe-2025",
        set=["powers.EUU.strain=0.2"],
        worlds=3,
        months=24,
        seed=7,
        vary={STRAIN: "0:0.9:4", DATE: "2025-10:2025-12", SWITCH: "0,1"},
        outcomes=["RUS.share", "*.leader"],
    )
    written = Plan.load(file)
    assert written.facts() == flags.facts()
    assert (written.size, written.total) == (24, 72)
    np.testing.assert_array_equal(written.values, flags.values)
    assert Plan.load(file, worlds=5).worlds == 5
    assert written.point(0).get("powers.EUU.strain") == 0.2


def test_rows_of_a_csv(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(
        "scenario,powers.RUS.interest.trade,powers.RUS.interest.energy,events.dushanbe-summit.date\n"
        "dushanbe-2025,0.3,0.2,2025-11\nwar-drags-on,0.2,0.3,2026-01\n",
        encoding="utf-8",
    )
    found = Plan.of("dushanbe-2025", rows=str(file))
    assert found.size == 2
    assert [s.name for s in found.scenarios.values()] == ["dushanbe-2025", "war-drags-on"]
    assert found.point(1).get("powers.RUS.interest.energy") == 0.3
    assert found.point(1).events["dushanbe-summit"].date_label == "2026-01"
    file.write_text("powers.RUS.strain,powers.RUS.strian\n0.5,1\n0.6\n7,1\n", encoding="utf-8")
    with pytest.raises(sim.BadInput) as caught:
        Plan.of("dushanbe-2025", rows=str(file))
    assert [(p.line, p.path) for p in caught.value.problems] == [(1, "powers.RUS.strian"), (3, ""), (4, STRAIN)]
    for text in ("", "powers.RUS.strain\n", 'a,b\n"x\n'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(sim.BadInput):
            Plan.of("dushanbe-2025", rows=str(file))


def test_outcomes_that_do_not_exist_are_refused() -> None:
    with pytest.raises(sim.BadInput, match=r"did you mean RUS\.share"):
        sim.sweep("dushanbe-2025", vary={STRAIN: (0, 0.9, 2)}, outcomes=["RUS.shrae"], worlds=1, months=2)


# -- designs -----------------------------------------------------------------------------------------------------------

FOUR = {
    STRAIN: (0.1, 0.9),
    BUDGET: (0.4, 1.2),
    DATE: ("2025-10", "2026-01"),
    "scenario": ["dushanbe-2025", "war-drags-on"],
}


@pytest.mark.parametrize(
    ("design", "points", "size"), [("lhs", 40, 40), ("sobol", 32, 32), ("saltelli", 16, 96), ("morris", 5, 25)]
)
def test_designs_fill_the_space_of_their_factors(design: str, points: int, size: int) -> None:
    found = plan(FOUR, design=design, points=points)
    assert found.size == size == len(found.values)
    assert (found.values >= [0.1, 0.4, STORY.start, 0]).all()
    assert (found.values <= [0.9, 1.2, STORY.start + 3, 1]).all()
    assert set(found.values[:, 2]) == set(range(STORY.start, STORY.start + 4))
    assert set(found.values[:, 3]) == {0.0, 1.0}
    again = plan(FOUR, design=design, points=points)
    np.testing.assert_array_equal(found.values, again.values)
    assert not np.array_equal(found.values, plan(FOUR, design=design, points=points, seed=1).values)
    if design == "lhs":  # one point in each of 40 slices
        assert len(set(((found.values[:, 0] - 0.1) / 0.8 * 40).astype(int))) == 40


def test_a_grid_is_every_combination() -> None:
    found = plan({STRAIN: (0, 0.9, 4), BUDGET: [0.5, 0.7], SWITCH: (0, 1)})
    assert found.size == 16
    assert len({tuple(row) for row in found.values}) == 16
    assert found.values[:, 0].min() == 0.0
    assert found.values[:, 0].max() == 0.9


def test_the_scenarios_own_range() -> None:
    found = plan({STRAIN: "range"}, design="lhs", points=5)
    assert (found.factors[0].low, found.factors[0].high) == STORY.range_of(STRAIN)
    usual = STORY.doubts["rules.deal_floor"]
    found = plan({"rules.deal_floor": "range"}, design="lhs", points=5)
    assert (found.factors[0].low, found.factors[0].high) == (usual.low, usual.high)
    with pytest.raises(sim.BadInput, match="not in doubt"):
        plan({"rules.share_floor": "range"}, design="lhs", points=5)


def test_ranges_that_differ_between_scenarios_are_told_as_such(tmp_path: Path) -> None:
    other = tmp_path / "surer.yaml"
    other.write_text(
        "extends: dushanbe-2025\ntitle: Surer\nabout: x\n"
        "powers: {RUS: {strain: {value: 0.4, range: [0.35, 0.45], source: assumption}}}\n"
    )
    for name in (STRAIN, "powers.*.strain"):
        with pytest.raises(sim.BadInput) as caught:
            plan({"scenario": ["dushanbe-2025", str(other)], name: "range"}, design="lhs", points=5)
        assert "differ" in str(caught.value)
        assert "0.35 to 0.45" in str(caught.value)


@pytest.mark.slow
def test_all_is_every_number_in_doubt_from_end_to_end() -> None:
    found = Plan.of("dushanbe-2025", vary="all", design="lhs", points=6)
    assert {factor.path: (factor.low, factor.high) for factor in found.factors} == {
        path: (span.low, span.high) for path, span in STORY.doubts.items()
    }
    weights = [path for path in found.paths if path.startswith("republics.KAZ.need.")]
    columns = [found.paths.index(path) for path in weights]
    assert found.values[:, columns].sum(axis=1) == pytest.approx(np.ones(6))
    assert np.ptp(found.values[:, columns[0]]) > 0


def test_a_pattern_is_the_numbers_in_doubt_that_it_fits() -> None:
    found = Plan.of("dushanbe-2025", vary=["powers.RUS.*"], design="lhs", points=6)
    assert set(found.paths) == {path for path in STORY.doubts if path.startswith("powers.RUS.")}
    found = plan({"powers.*.strain": (0.1, 0.2, 2), STRAIN: [0.3, 0.4, 0.5]})
    assert found.size == 3 * 2 ** (len(STORY.powers) - 1)
    fixed = plan({"powers.RUS.*": "range"}, design="lhs", points=6, set={STRAIN: 0.5})
    assert STRAIN not in fixed.paths
    drawn = plan({"rules.*": "range"}, design="lhs", points=6, posterior="dushanbe-2025")
    assert drawn.posterior is not None
    assert not set(drawn.paths) & set(drawn.posterior.paths(STORY))


def test_conduct_before_day_one_varies_by_itself() -> None:
    found = sim.sweep("dushanbe-2025", vary={f"rest.{STRAIN}": (0.2, 0.6, 2)}, worlds=2, months=6)
    low, high = found.means("RUS.share")["RUS.share"]
    assert low != high


def test_shares_may_be_said_in_per_cent(tmp_path: Path) -> None:
    in_numbers = plan({STRAIN: (0.1, 0.6, 3), "rules.inertia.trade": [0.02, 0.05]}).facts()
    assert plan({STRAIN: "10 %:60%:3", "rules.inertia.trade": ["2 %", "5 %"]}).facts() == in_numbers
    table = tmp_path / "rows.csv"
    table.write_text(f"{STRAIN}\n10 %\n0.6\n")
    assert Plan.of("dushanbe-2025", rows=str(table)).values[:, 0].tolist() == [0.1, 0.6]
    assert STORY.with_values({STRAIN: "25 %"}).get(STRAIN) == 0.25
    doubted = plan(doubt={BUDGET: (0.5, 0.9), "powers.RUS.respect": ["10 %", "90 %"]}).doubt
    assert doubted is not None
    assert doubted.ranges["powers.RUS.respect"] == (0.1, 0.9)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 4))
def test_the_quick_check_refuses_what_the_slow_one_refuses(seed: int, count: int) -> None:
    """Points with joint constraints: checked all at once here, and one by one by the scenario itself."""
    rng = np.random.default_rng(seed)
    shares = [f"republics.KAZ.alignment.trade.{p}" for p in STORY.powers]
    paths = [*shares, "republics.KAZ.alignment.energy.RUS", STRAIN]
    picked = sorted(rng.choice(paths, count, replace=False).tolist())
    values = rng.random((3, count)) * 0.6

    def slow(row: Any) -> bool:
        try:
            STORY.with_values(dict(zip(picked, row, strict=True)))
        except sim.BadInput:
            return False
        return True

    from sim.sweeps.factors import Factor, joint_problems

    factors = [Factor(path, "number", 0.0, 1.0) for path in picked]
    for row in values:
        assert slow(row) == (not joint_problems(STORY, factors, row[None]))


# -- size --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_will_not_fit_is_refused_before_a_world_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = plan({STRAIN: (0, 0.9)}, design="lhs", points=2_000_000, worlds=10_000, months=12)
    out = tmp_path / "big"
    with pytest.raises(sim.BadInput, match="this disk has left"):
        sim.sweep(big, out)
    assert not out.exists()
    with pytest.raises(sim.BadInput, match="of memory"):
        sim.sweep(big)
    with pytest.raises(sim.BadInput, match="this disk has left"):
        sweep.dry_run(big, out)


def test_a_dry_run_says_what_it_will_take(tmp_path: Path) -> None:
    found = sweep.dry_run(plan(worlds=100, months=12), tmp_path / "x", workers=2)
    assert (found.points, found.worlds, found.rows, found.left, found.months) == (4, 100, 400, 400, 12)
    assert found.seconds > 0
    assert 50_000 < found.disk < 50_000_000
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_the_doubt_of_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("scenario: dushanbe-2025\nvary: {powers.RUS.strain: [0.2, 0.8]}\nmonths: 2\ndoubt: none\n")
    assert Plan.load(file, doubt=Doubt()).doubt == Doubt()
    done = CliRunner().invoke(app, ["sweep", str(file), "--doubt", "all", "--dry-run"])
    assert done.exit_code == 0, done.output


def test_a_plan_or_rows_that_never_end_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(sim.BadInput, match="/dev/zero: found a device or pipe, expected an ordinary file"):
        Plan.load("/dev/zero")
    (tmp_path / "plan.yaml").write_text("scenario: dushanbe-2025\nrows: /dev/zero\n")
    with pytest.raises(sim.BadInput, match="/dev/zero: found a device or pipe"):
        Plan.load(tmp_path / "plan.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(sim.BadInput, match=r"pipe.yaml: found a device or pipe"):
        Plan.load(tmp_path / "pipe.yaml")
