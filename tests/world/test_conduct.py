"""Conduct that moves while a run lasts: what actors see of it, and what it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.scenario import Scenario
from sim.scenario.table import parameters
from tests.worlds import GOOD

SMALL = Scenario.from_yaml(GOOD, "small")


def seen(scenario: Scenario, look: Any, months: int, worlds: int = 2, **how: Any) -> list[Any]:
    """What ``look`` finds in the model after each month."""
    model = sim.DiplomacyModel(scenario, worlds, **how)
    found = []
    for _ in range(months):
        model.step()
        found.append(look(model))
    return found


def constant(scenario: Scenario) -> Scenario:
    """All conduct as paths over time that stay where they are."""
    paths = [path for path in scenario.numeric_paths() if scenario.parameter(path).role == "conduct"]
    return scenario.with_values({path: {"2020": scenario.get(path), "2040": scenario.get(path)} for path in paths})


def test_paths_that_stay_change_nothing() -> None:
    """To the last bit, though every number of conduct is then one that may move."""
    still = constant(SMALL)
    assert len(still.courses) > 60
    before, after = (sim.run(one, 20, keep="drivers") for one in (SMALL, still))
    for name, array in before.record.arrays.items():
        assert np.array_equal(array, after.record.arrays[name]), name


def test_actors_see_this_months_value() -> None:
    """0.2 until December 2025, then in four months to 0.6: 0.1 a month."""
    moved = SMALL.with_values({"powers.CHN.rivalry": {"2025-12": 0.2, "2026-04": 0.6}})
    rivalry = seen(moved, lambda model: float(model.acting("power")[0].rivalry[0, 0]), 8)
    assert rivalry == pytest.approx([0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6])


def test_what_follows_from_conduct_follows_it() -> None:
    """What courting is worth is interest times endowment, of this month."""
    interest = {"security": 0.1, "trade": 0.25, "energy": 0.25, "infrastructure": 0.3, "minerals": 0.1}
    later = interest | {"trade": 0.0, "minerals": 0.35}
    moved = SMALL.with_values(
        {"powers.CHN.interest": {name: {"2025-10": interest[name], "2025-12": later[name]} for name in interest}}
    )
    worth = seen(moved, lambda model: model.acting("power")[0].worth[0, 0, :, 0].copy(), 3)
    endowment = np.array([0.8, 1.0, 1.0, 0.9, 1.0])
    for part, found in zip((0.0, 0.5, 1.0), worth, strict=True):
        now = np.array([interest[name] * (1 - part) + later[name] * part for name in interest])
        np.testing.assert_allclose(found, endowment * now, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["strain", "respect"])
def test_a_path_of_strain_or_tone_is_the_months_strain_or_tone(name: str) -> None:
    moved = SMALL.without_events("long-war").with_values({f"powers.RUS.{name}": {"2025-10": 0.2, "2026-10": 0.8}})
    found = seen(moved, lambda model: float(getattr(model.state, name)[1, 0]), 14)
    assert found == pytest.approx([*np.linspace(0.2, 0.8, 13), 0.8])


def test_a_budget_grows_by_the_growth_of_each_month() -> None:
    """No growth in the first year, 21 % a year from then on: then a tenth in half a year."""
    base = SMALL.without_events("long-war").with_values({"powers.CHN.budget_growth": {"2025": 0.0}})
    moved = base.with_values({"powers.CHN.budget_growth": {"2025": 0.0, "2026-10": 0.21, "steps": True}})
    plain, grown = (np.array(seen(one, lambda model: float(model.state.purse[0, 0]), 19)) for one in (base, moved))
    np.testing.assert_allclose(grown[:13] / plain[:13], 1.0, rtol=1e-6)
    assert grown[18] / plain[18] == pytest.approx(1.1, rel=1e-5)


@pytest.mark.parametrize(
    ("path", "sign"), [("powers.CHN.capability_growth.trade", 1), ("powers.CHN.legacy_erosion", -1)]
)
def test_what_has_grown_or_worn_off_stays(path: str, sign: int) -> None:
    """0.12 log points a year for half a year are 0.06, and stay 0.06 when the growth has ended."""
    moved = SMALL.with_values({path: {"2025": 0.12, "2026-04": 0.0, "steps": True}})
    driver = "capability" if sign > 0 else "legacy"

    def pull(model: Any) -> float:
        return float(model.acting("republic")[0].moved_by[driver][..., 0, 1 if sign > 0 else 0, 0])

    found = seen(moved, pull, 18)
    assert found == pytest.approx([sign * min(k + 1, 6) * 0.01 for k in range(18)], rel=1e-5)


def test_a_point_may_vary_between_worlds() -> None:
    """Each world has the history of the scenario with its value; day one is the same for all."""
    path, point = "powers.RUS.strain", "powers.RUS.strain.2026-06"
    moved = SMALL.with_values({path: {"2025-10": 0.4, "2026-06": 0.5}})
    both = sim.run(moved, 2, variations={point: np.array([0.1, 0.9])})
    assert np.array_equal(both.array("overall")[0, ..., 0], sim.run(moved, 1).array("overall")[0, ..., 0])
    for world, value in enumerate((0.1, 0.9)):
        alone = sim.run(moved.with_values({point: value}), world + 1)
        for name in ("overall", "strain", "fund"):
            assert np.array_equal(both.array(name)[..., world], alone.array(name)[..., world]), name


def test_day_one_is_settled_as_without_the_path() -> None:
    moved = sim.load("dushanbe-2025", {"powers.RUS.strain": {"2025": 0.9}}).with_months(2)
    settled, base = (sim.DiplomacyModel(one).equilibrium for one in (moved, sim.load("dushanbe-2025")))
    for name, values in vars(base).items():
        assert np.array_equal(values, vars(settled)[name]), name


def test_a_users_class_sees_it_too() -> None:
    class Watcher(sim.Power):
        def plan(self) -> None:
            super().plan()
            seen_by.append(float(self.budget[0, 0]))

    seen_by: list[float] = []
    moved = SMALL.with_values({"powers.CHN.budget": {"2025-10": 0.2, "2025-12": 0.6}})
    sim.run(moved, 1, months=3, power={"CHN": Watcher})
    assert seen_by == pytest.approx([0.2, 0.4, 0.6])


@pytest.mark.slow
def test_every_number_of_conduct_may_move() -> None:
    """One after the other; Tajikistan speaks up often enough that the answers to it show."""
    story = SMALL.with_values({"republics.TJK.grievance.RUS": 1.5})
    base = sim.run(story, 30, months=18)
    for row in parameters("power", "republic", "dyad", "pair"):
        if row.role != "conduct" or row.total:
            continue
        path = next(path for path in SMALL.numeric_paths() if SMALL.parameter(path) is row)
        low, high = max(row.low, 0.2 * row.high), min(row.high, 3.0 * max(SMALL.get(path), 0.3))
        moved = sim.run(story.with_values({path: {"2026-01": low, "2026-06": max(high, low)}}), 30, months=18)
        different = any(
            not np.array_equal(array, moved.record.arrays[name]) for name, array in base.record.arrays.items()
        )
        assert different, path
