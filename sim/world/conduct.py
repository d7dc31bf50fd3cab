"""Conduct that moves while the run lasts: paths over time, and what events change for a while.

Every number of conduct that moves is written into its place in the parameters' arrays at the beginning of a month, so
that actors, who look at these arrays, see this month's value. A scenario in which nothing moves has no such numbers and
costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.paths import TIMES
from sim.scenario.table import Parameter, parameters
from sim.world.parameters import Actors, Parameters, Variations, over_time, paths

Floats = NDArray[np.floating[Any]]

CONDUCT = tuple(row for row in parameters("power", "republic", "dyad", "pair") if row.role == "conduct")
COMPOUND = "budget_growth"
RATES = (COMPOUND, "capability_growth", "legacy_erosion")
"""Yearly rates, which the model multiplies by the years since day one. Where one moves, its place holds its mean of the
months so far, so that what has grown or worn off stays."""


@dataclass
class Change:
    """What an event changes in a number: an amount added or, with ``times``, a factor."""

    event: str
    times: bool
    value: Floats
    """(w or 1,)."""


@dataclass
class Mover:
    """One number of conduct that moves: where it stands, and what it is from month to month."""

    path: str
    row: Parameter
    place: tuple[int, ...]
    """Place in the array of the parameter, without the worlds axis."""
    usual: Floats
    """What it is where it is no path over time and no event changes it, (w or 1,)."""
    changes: list[Change]
    now: Floats = field(default_factory=lambda: np.zeros(1))
    """What stands there this month, (w or 1,)."""
    total: Floats = field(default_factory=lambda: np.zeros(1))
    """Sum of a rate (of its logarithm, where it compounds) over the months so far."""

    def changed(self, value: Floats, degree: Callable[[str], Floats]) -> Floats:
        """``value`` with what events make of it, to the ``degree`` 0..1 to which each holds: factors, then amounts."""
        for change in sorted(self.changes, key=lambda change: not change.times):
            held = degree(change.event)
            if held.any():
                value = value * (1.0 + (change.value - 1.0) * held) if change.times else value + change.value * held
        return value if not self.changes else np.clip(value, self.row.low, self.row.high)

    def hold(self, value: Floats, month: int) -> None:
        """Take this month's value, (w or 1,)."""
        if self.row.name == COMPOUND:  # means of the first month have not grown, those of the second by one month's
            rate = np.log1p(value)
            self.now = np.expm1(self.total / month) if month else value
            self.total = self.total + rate
        elif self.row.name in RATES:
            self.total = self.total + value
            self.now = self.total / (month + 1)
        else:
            self.now = value


class Conduct:
    """The numbers of conduct that move in a batch of worlds, and the parameters that hold them."""

    def __init__(self, scenario: Scenario, given: Parameters, actors: Actors, worlds: int, varied: Variations) -> None:
        self._scenario, self._varied = scenario, varied
        changes = _changes(scenario, varied)
        # a change of one of several weights that sum to 1 moves all of them
        heads = {path.rpartition(".")[0] for path in changes if scenario.parameter(path).total}
        moving = {*scenario.courses, *changes}
        self.movers: list[Mover] = []
        self._weights: dict[str, list[Mover]] = {}
        wide: set[tuple[str, str]] = set()
        for row in CONDUCT if moving else ():
            names = paths(row, actors)
            for place in np.ndindex(names.shape):
                path = str(names[place])
                head = path.rpartition(".")[0]
                if path not in moving and head not in heads:
                    continue
                usual = varied[path] if path in varied else np.array([scenario.get(path)])
                mover = Mover(path, row, place, usual, changes.get(path, []))
                self.movers.append(mover)
                if head in heads:
                    self._weights.setdefault(head, []).append(mover)
                if mover.changes or head in heads or len(self._base(mover, scenario.start)) > 1:
                    wide.add((row.owner, row.name))
        self.parameters = given.widened(wide, worlds)

    def turn(self, month: int, degree: Callable[[str], Floats]) -> bool:
        """Write what holds in ``month`` (0 is the scenario's first) into the parameters; whether anything changed.

        ``degree`` tells to which degree, 0..1, the lasting changes of an event hold, (w or 1,).
        """
        if not self.movers:
            return False
        values = {
            mover.path: mover.changed(self._base(mover, self._scenario.start + month), degree) for mover in self.movers
        }
        for weights in self._weights.values():
            held = sum((np.abs(degree(c.event)) for mover in weights for c in mover.changes), start=np.zeros(1))
            total = sum((values[mover.path] for mover in weights), start=np.zeros(1))
            scale = np.where((held > 0.0) & (total > 0.0), total, 1.0)
            values |= {mover.path: values[mover.path] / scale for mover in weights}
        moved = False
        for mover in self.movers:
            mover.hold(values[mover.path], month)
            array = getattr(self.parameters, mover.row.owner)[mover.row.name]
            value = np.broadcast_to(mover.now.astype(array.dtype), array.shape[-1:])
            if not np.array_equal(array[mover.place], value):
                array[mover.place] = value
                moved = True
        return moved

    def _base(self, mover: Mover, month: int) -> Floats:
        """What the scenario says of a number in a month (year x 12 + month - 1), (w or 1,)."""
        if mover.path in self._scenario.courses:
            return over_time(self._scenario, mover.path, month, self._varied)
        return mover.usual

    def at(self, path: str) -> Floats | None:
        """What a number that moves is this month, (w or 1,); None for any other."""
        return next((mover.now for mover in self.movers if mover.path == path), None)


def _changes(scenario: Scenario, varied: Variations) -> dict[str, list[Change]]:
    """What events change, by the path of the number, in the order of their names."""
    found: dict[str, list[Change]] = {}
    for name in sorted(scenario.events):
        for target, change in scenario.events[name].changes.items():
            times = isinstance(change, dict)
            path = f"events.{name}.changes.{target}" + (f".{TIMES}" if times else "")
            value = varied[path] if path in varied else np.array([scenario.get(path)])
            found.setdefault(target, []).append(Change(name, times, value))
    return found
