"""What is measured of the model for the guide: what each parameter moves, and how large the patterns are."""

from __future__ import annotations

import pytest

import sim
from sim.scenario.table import TABLE
from tools import parameter_effects, patterns


def test_every_parameter_has_its_effect_told() -> None:
    table, _ = parameter_effects.kept()
    assert sorted(table.parameter) == sorted(row.name for row in parameter_effects.judged())


def test_the_page_of_effects_is_made_from_its_table() -> None:
    assert parameter_effects.PAGE.read_text(encoding="utf-8") == parameter_effects.page(*parameter_effects.kept())


@pytest.mark.slow
def test_ends_of_a_range_lie_about_the_value_and_are_values_the_scenario_takes() -> None:
    story = sim.load(parameter_effects.SCENARIO)
    for row in parameter_effects.judged():
        low, high, _ = parameter_effects.ends(story, row)
        story.with_values(low), story.with_values(high)
        if row.total is None:
            assert all(low[path] <= story.get(path) <= high[path] for path in low), row.name


@pytest.mark.slow
def test_effects_see_what_moves_and_what_does_not() -> None:
    story = sim.load(parameter_effects.SCENARIO).with_months(12)
    rows = [row for row in TABLE if (row.owner, row.name) in (("power", "budget"), ("rule", "share_floor"))]
    table = parameter_effects.effects(story, rows, 60).set_index("parameter")
    assert table.noticeable.to_dict() == {"budget": True, "share_floor": False}
    steps = table.loc["budget", ["at_low", "baseline", "at_high"]].astype(float).diff()[1:]
    assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.slow
def test_the_page_of_patterns_has_every_measure() -> None:
    """Its numbers take 2,000 worlds; that each is still computed, and that the page has it, takes few."""
    kept = patterns.PAGE.read_text(encoding="utf-8")
    made = patterns.page(12)
    assert [line.split("|")[1:4] for line in made.splitlines() if line.startswith("|")] == [
        line.split("|")[1:4] for line in kept.splitlines() if line.startswith("|")
    ]
