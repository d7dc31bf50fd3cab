"""What changes cost by the one rule: engagement points a month that budgets and events add."""

from __future__ import annotations

from typing import Any

import pytest

import sim
from sim.decisions.costs import added, planned, unpriced

BASE = sim.load("dushanbe-2025").with_months(60)
PLEDGE: dict[str, Any] = {
    "kind": "pledge",
    "date": "2026-06",
    "powers": ["EUU"],
    "republics": ["KAZ", "UZB"],
    "sectors": ["energy", "minerals", "trade"],
    "pledge": 0.5,
}


def event(**more: Any) -> sim.Scenario:
    """The base with a pledge of 0.5 x 2 republics x 3 sectors = 3 points, or as said."""
    return BASE.with_values({"events.gift": {key: v for key, v in (PLEDGE | more).items() if v is not None}})


def test_a_budget_costs_what_it_adds_each_month() -> None:
    assert added(BASE.with_values({"powers.EUU.budget": 0.533}), BASE) == pytest.approx(0.2)
    assert added(BASE.with_values({"powers.EUU.budget": 0.233}), BASE) == pytest.approx(-0.1)
    assert added(BASE, BASE) == 0.0


def test_a_budget_over_time_and_one_that_grows_cost_their_means() -> None:
    """Steps: 0.333 for the first 27 months (to the end of 2027), 0.633 for the other 33."""
    steps = BASE.with_values({"powers.EUU.budget": {"2025-10": 0.333, "2028-01": 0.633, "steps": True}})
    assert added(steps, BASE) == pytest.approx(0.3 * 33 / 60)
    grows = BASE.with_values({"powers.EUU.budget_growth": 0.1})
    assert added(grows, BASE) == pytest.approx(0.333 * sum(1.1 ** (m / 12) - 1 for m in range(60)) / 60)


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({}, 3.0),
        ({"aid": 0.25}, 4.5),
        ({"powers": ["EUU", "CHN"]}, 6.0),
        ({"probability": 0.5}, 1.5),
        ({"every": 12}, 15.0),  # June of 2026 to 2030
        ({"every": 12, "repeats": 3}, 9.0),
        ({"on": 0}, 0.0),
        ({"date": None, "chance": 0.1, "after": "2026-01", "before": "2026-03"}, 3.0 * (1 - 0.9**2)),
        ({"date": None, "probability": 0.4, "before": "2027-01"}, 1.2),
    ],
)
def test_an_event_costs_what_it_is_expected_to_give(more: dict[str, Any], points: float) -> None:
    assert added(event(**more), BASE) == pytest.approx(points / 60)


def test_what_a_scenario_plans_is_its_budgets_and_gifts() -> None:
    alone = BASE.without_events(*BASE.events)
    assert planned(alone) == pytest.approx(sum(spec.budget for spec in BASE.powers.values()))


def test_what_has_no_price_is_named() -> None:
    moved = ["powers.EUU.budget", "powers.EUU.respect", "events.gift.date", "events.gift.pledge", "events.gift.tone"]
    assert unpriced([*moved, "powers.EUU.budget.2028-01", "powers.EUU.respect"]) == [
        "powers.EUU.respect",
        "events.gift.tone",
    ]
