"""Events: when they happen, in which worlds, and what they change, each with an example worked by hand."""

from __future__ import annotations

import numpy as np

import sim
from sim.scenario import Scenario
from tests.worlds import GOOD

START = Scenario.from_yaml(GOOD).start
MONTHS = 24


def small(*events: str, **changes: object) -> Scenario:
    """The small scenario with some events of its own in place of what it has."""
    head = GOOD[: GOOD.index("events:\n")]
    story = Scenario.from_yaml(head + "events:\n" + "".join(f"  {event}\n" for event in events), "small")
    return story.with_values(changes) if changes else story


def happened(scenario: Scenario, event: str, worlds: int = 400, seed: int = 0) -> np.ndarray:
    """Whether an event happened in each month of each world, (month, world)."""
    result = sim.run(scenario, worlds, seed=seed)
    return result.array("event")[:, list(scenario.events).index(event)]


def test_a_window_of_chance_opens_with_after_and_closes_before_before() -> None:
    """From January to March 2026: the months 3, 4 and 5 of a run from October 2025 on, and no other."""
    came = happened(small("a: {kind: other, chance: 0.3, after: 2026-01, before: 2026-04}"), "a")
    assert set(np.flatnonzero(came.any(axis=1))) == {3, 4, 5}
