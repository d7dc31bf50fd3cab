"""Conduct that moves while the run lasts: paths over time.

Every number of conduct that moves is written into its place in the parameters' arrays at the beginning of a month, so
that actors, who look at these arrays, see this month's value. A scenario in which nothing moves has no such numbers and
costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.table import Parameter, parameters
from sim.world.parameters import Actors, Parameters, Variations, over_time, paths

Floats = NDArray[np.floating[Any]]

CONDUCT = tuple(row for row in parameters("power", "republic", "dyad", "pair") if row.role == "conduct")
COMPOUND = "budget_growth"
RATES = (COMPOUND, "capability_growth", "legacy_erosion")
"""Yearly rates, which the model multiplies by the years since day one. Where one moves, its place holds its mean of the
months so far, so that what has grown or worn off stays."""


@dataclass
class Mover:
    """One number of conduct that moves: where it stands, and what it is from month to month."""

    path: str
    row: Parameter
    place: tuple[int, ...]
    """Place in the array of the parameter, without the worlds axis."""
    now: Floats = field(default_factory=lambda: np.zeros(1))
    """What stands there this month, (w or 1,)."""
    total: Floats = field(default_factory=lambda: np.zeros(1))
    """Sum of a rate (of its logarithm, where it compounds) over the months so far."""

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
        moving = set(scenario.courses)
        self.movers: list[Mover] = []
        wide: set[tuple[str, str]] = set()
        for row in CONDUCT if moving else ():
            names = paths(row, actors)
            for place in np.ndindex(names.shape):
                path = str(names[place])
                if path not in moving:
                    continue
                self.movers.append(Mover(path, row, place))
                if len(over_time(scenario, path, scenario.start, varied)) > 1:
                    wide.add((row.owner, row.name))
        self.parameters = given.widened(wide, worlds)

    def turn(self, month: int) -> bool:
        """Write what holds in ``month`` (0 is the scenario's first) into the parameters; whether anything changed."""
        moved = False
        for mover in self.movers:
            mover.hold(over_time(self._scenario, mover.path, self._scenario.start + month, self._varied), month)
            array = getattr(self.parameters, mover.row.owner)[mover.row.name]
            value = mover.now.astype(array.dtype)
            if not np.array_equal(array[mover.place], np.broadcast_to(value, array.shape[-1:])):
                array[mover.place] = value
                moved = True
        return moved

    def at(self, path: str) -> Floats | None:
        """What a number that moves is this month, (w or 1,); None for any other."""
        return next((mover.now for mover in self.movers if mover.path == path), None)
