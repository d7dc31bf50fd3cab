"""Paths over time: a number of conduct that changes from month to month, ``budget: {2026: 0.4, 2028: 0.9}``.

In a draft each point is a leaf below the number it belongs to, under its month: ``powers.RUS.budget.2028-01``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario.dates import month_label, month_number
from sim.scenario.paths import STEPS, Path, is_point


@dataclass(frozen=True)
class Course:
    """A path over time: its months (numbers, in order), its values, and whether each holds until the next."""

    months: tuple[int, ...]
    values: tuple[float, ...]
    steps: bool = False

    @property
    def points(self) -> list[str]:
        """The key of each point, YYYY-MM."""
        return [month_label(month) for month in self.months]

    def at(self, month: int, values: Any = None) -> Any:
        """The value in a month: linear between points, constant before the first and after the last.

        ``values`` stand in for the course's own: a number or an array for each point (a sweep varies them).
        """
        values = self.values if values is None else values
        after = bisect_right(self.months, month)
        if after == 0:
            return values[0]
        if self.steps or after == len(self.months) or self.months[after - 1] == month:
            return values[after - 1]
        first, last = self.months[after - 1 : after + 1]
        part = (month - first) / (last - first)
        return values[after - 1] * (1.0 - part) + values[after] * part


def courses_of(values: Mapping[Path, object]) -> dict[Path, Course]:
    """Every path over time among values by path, by the path of its number; points without a number are left out."""
    points: dict[Path, dict[int, float]] = {}
    for path, value in values.items():
        if is_point(path):
            found = points.setdefault(path[:-1], {})
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[month_number(path[-1])] = float(value)
    return {
        path: Course(
            tuple(sorted(found)), tuple(found[month] for month in sorted(found)), values.get((*path, STEPS)) is True
        )
        for path, found in points.items()
        if found
    }
