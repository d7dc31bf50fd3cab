"""What a change of a scenario costs: the engagement points a month that it adds to what powers spend and give.

One rule, for packages and for searches. A scenario's powers plan to spend their budgets, with their yearly growth, and
its events give what they pledge and deliver at once; the mean of both over the months of the run is what it costs a
month. A change costs what it adds to that (and saves what it takes away). Nothing else has a price of its own: neither
tone, conditions, reliability nor the dates of summits. Whoever thinks that they cost something says how much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.scenario import Scenario
from sim.scenario.paths import dotted, split, whole

POINTS = "engagement points"
"""The unit of a cost that nobody states otherwise."""
_GIVEN = ("pledge", "aid")
"""What an event gives each republic, from each power and in each sector that it names."""
_PRICED_OF_EVENTS = (
    *_GIVEN,
    "on",
    "date",
    "chance",
    "probability",
    "repeats",
    "every",
    "powers",
    "republics",
    "sectors",
)
_IDLE_OF_EVENTS = ("kind", "about", "source", "note", "after", "before", "host", "if", "unless", "excludes")
"""Keys of an event that say when and why, which costs nothing."""


def planned(scenario: Scenario) -> float:
    """Engagement points a month that a scenario's powers plan to spend and its events give, mean over its months.

    Of an event counted are the times that it is expected to happen within the run; conditions (if, unless) count as
    holding.
    """
    months = np.arange(scenario.months)
    spent = 0.0
    for code in scenario.powers:
        path = f"powers.{code}.budget"
        course = scenario.courses.get(path)
        budget = np.array(
            [course.at(scenario.start + month) if course else scenario.get(path) for month in months.tolist()]
        )
        growth = scenario.get(f"powers.{code}.budget_growth")
        spent += float((budget * (1.0 + growth) ** (months / 12.0)).sum())
    given = sum(_given(scenario, name) for name in scenario.events)
    return (spent + given) / scenario.months


def _given(scenario: Scenario, name: str) -> float:
    """Engagement points that an event is expected to give over the run."""
    spec = scenario.events[name]
    each = sum(float(getattr(spec, key)) for key in _GIVEN)
    if each == 0.0 or spec.on <= 0.0:
        return 0.0
    return each * len(spec.powers) * len(spec.republics or ()) * len(spec.sectors or ()) * _times(scenario, spec)


def _times(scenario: Scenario, spec: Any) -> float:
    """How often an event is expected to happen within the run."""
    end = scenario.start + scenario.months
    most = float(spec.repeats) if spec.says("repeats") else np.inf
    if spec.date is not None:
        if not scenario.start <= spec.date < end:
            return 0.0
        times = 1 + (end - 1 - spec.date) // int(spec.every) if spec.every >= 1.0 else 1
        chance = float(spec.probability) if spec.says("probability") else 1.0
        return float(min(times, most)) * chance
    first = max(scenario.start, spec.after or scenario.start)
    last = end if spec.before is None else min(spec.before, end)
    window = max(last - first, 0)
    if spec.says("probability"):
        whole_window = (scenario.start + scenario.months if spec.before is None else spec.before) - first
        return 1.0 - float((1.0 - float(spec.probability)) ** (window / max(whole_window, 1)))
    most = 1.0 if most == np.inf else most
    chance = float(spec.chance)
    return float(min(window * chance, most)) if most > 1.0 else 1.0 - float((1.0 - chance) ** window)


def added(scenario: Scenario, base: Scenario) -> float:
    """Engagement points a month that a scenario costs beyond another one of the same months."""
    more = planned(scenario) - planned(base)
    return 0.0 if abs(more) < 1e-12 else more


def unpriced(paths: Iterable[str]) -> list[str]:
    """The numbers that paths are of or points of, and that have no price by the rule, in order.

    Dates and conditions of events cost nothing, which is no lack of a price.
    """
    return [path for path in dict.fromkeys(map(_whole, paths)) if not _has_price(path)]


def _has_price(path: str) -> bool:
    keys = whole(split(path))
    if keys[0] == "powers":
        return keys[2:] in (("budget",), ("budget_growth",))
    return keys[0] == "events" and len(keys) > 2 and keys[2] in (*_PRICED_OF_EVENTS, *_IDLE_OF_EVENTS)


def wholes(paths: Iterable[str]) -> frozenset[str]:
    """The numbers that paths are of or points of."""
    return frozenset(map(_whole, paths))


def _whole(path: str) -> str:
    return dotted(whole(split(path)))
