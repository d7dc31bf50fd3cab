"""A tornado: one number at a time at the ends of its range, on the scenario's own luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from sim.scenario.doubt import REST
from sim.scenario.table import SECTORS

STORY = sim.load("dushanbe-2025").with_months(12)
NEED, BUDGET, SHARE = "republics.KAZ.need.trade", "powers.CHN.budget", "republics.UZB.alignment.security.RUS"
DOUBT = {NEED: (0.2, 0.4), BUDGET: (0.4, 1.0), SHARE: (0.3, 0.5)}


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return sim.tornado(STORY, worlds=5, doubt=DOUBT).table.set_index(["path", "outcome"])


@pytest.mark.slow
def test_an_end_is_the_scenario_with_that_number_all_along(found: pd.DataFrame) -> None:
    """By hand, end by end: a share; a weight, the others scaled; conduct, before day one too."""
    weights = {f"republics.KAZ.need.{sector}": STORY.get(f"republics.KAZ.need.{sector}") for sector in SECTORS}
    for path, (low, high) in DOUBT.items():
        for end, column in ((low, "at_low"), (high, "at_high")):
            values = {path: end}
            if path == NEED:
                total = sum(weights.values()) - weights[NEED] + end
                values = {member: (end if member == NEED else weight) / total for member, weight in weights.items()}
            if path == BUDGET:
                values[REST + path] = end
            again = sim.run(STORY, 5, variations={name: np.full(5, value) for name, value in values.items()})
            for outcome in ("KAZ.CHN.share", "UZB.RUS.share", "CHN.change"):
                mean = again.record.outcomes[outcome].mean()
                assert found.loc[(path, outcome), column] == pytest.approx(mean, abs=1e-12), (path, end, outcome)


@pytest.mark.slow
def test_a_point_dated_after_day_one_leaves_the_past_alone() -> None:
    """Each end is what ``whatif`` makes of the point; of one dated before day one, the past moves with it."""
    story = sim.load("dushanbe-2025", set=[f"{BUDGET}={{2025: 0.6, 2026-03: 0.7}}"]).with_months(12)
    early, late = f"{BUDGET}.2025-01", f"{BUDGET}.2026-03"
    only_late = sim.load("dushanbe-2025", set=[f"{BUDGET}={{2026-03: {story.get('rest.' + BUDGET)}}}"]).with_months(12)
    for base, path in ((story, late), (only_late, late)):
        span = (0.5 * base.get(path), 1.2 * base.get(path))
        rows = sim.tornado(base, worlds=4, doubt={path: span}).table.set_index("outcome")
        for end, column in zip(span, ("at_low", "at_high"), strict=True):
            again = sim.run(base.with_values({path: end}), 4).record.outcomes
            assert rows.loc["KAZ.CHN.share", column] == pytest.approx(again["KAZ.CHN.share"].mean(), abs=1e-12)
        assert REST + BUDGET not in sim.Ask.of(base, worlds=4, doubt={path: span}).doubts
    held = story.with_values({early: story.get(REST + BUDGET)})
    assert REST + BUDGET in sim.Ask.of(held, worlds=4, doubt={early: (0.1, 1.5)}).doubts


def test_the_middle_is_the_scenario_itself(found: pd.DataFrame) -> None:
    base = sim.run(STORY, 5).record.outcomes
    for outcome, rows in found.groupby(level="outcome"):
        assert rows.base.to_numpy() == pytest.approx(np.full(len(DOUBT), base[str(outcome)].mean()), abs=1e-12)
    assert (found.swing - (found.at_high - found.at_low)).abs().max() < 1e-12


def test_rows_come_by_size_and_of_each_number_the_alignment_it_moves_most() -> None:
    whole = sim.tornado(STORY, worlds=4, doubt=DOUBT)
    rows = whole.of()
    assert sorted(rows.path) == sorted(DOUBT)
    assert rows.swing.abs().is_monotonic_decreasing
    assert dict(zip(rows.path, rows.outcome, strict=True))[SHARE] == "UZB.RUS.share"
    assert whole.of("UZB.RUS.share", most=1).path.tolist() == [SHARE]


@pytest.mark.slow
def test_everything_in_doubt_has_a_row() -> None:
    short = STORY.with_months(2)
    spans = {path for path in short.doubts if not path.startswith(REST)}
    assert set(sim.tornado(short, worlds=2).of("RUS.share").path) == spans


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"doubt": False}, "nothing in doubt"),
        ({"worlds": 1}, "2 or more"),
        ({"posterior": "dushanbe-2025"}, "one value of every number"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, object], told: str) -> None:
    with pytest.raises(sim.BadInput, match=told):
        sim.tornado(STORY, **asked)  # type: ignore[arg-type]


def test_an_unknown_outcome_is_refused_with_the_nearest() -> None:
    with pytest.raises(sim.BadInput, match=r"did you mean UZB\.RUS\.share"):
        sim.tornado(STORY.with_months(1), worlds=2, doubt=DOUBT).of("UZB.RU.share")
