"""How far each number of a scenario is in doubt: the range it states or, where it states none, the table's by kind.

To *doubt* a number means that it may have been otherwise all along, so that conduct is doubted before day one, too: its
path there is ``rest.`` and the path. What was set by hand (``--set``, ``with_values``) is a change, what is asked
about, and not doubted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sim.scenario.dates import is_date_path
from sim.scenario.paths import INNER, dotted, find, is_month, split, whole
from sim.scenario.table import default_range

REST = "rest."
"""Before the path of conduct: its value before day one."""
STATED = "stated"
"""Origin of a range that the scenario states."""
ASKED = "asked"
"""Origin of a range that whoever asks has set."""


class Scenario(Protocol):
    """What is asked here of a scenario."""

    @property
    def powers(self) -> Mapping[str, Any]: ...
    def numeric_paths(self) -> list[str]: ...
    def rest_paths(self) -> list[str]: ...
    def get(self, path: str) -> float: ...
    def by_hand(self, path: str) -> bool: ...
    def range_of(self, path: str) -> tuple[float, float] | None: ...


@dataclass(frozen=True, slots=True)
class Range:
    """A number, how low and how high it may be, and where that comes from: "stated", "asked" or the kind of number."""

    low: float
    value: float
    high: float
    origin: str = STATED


def before(path: str) -> str:
    """The path of a number of conduct before day one; of a point of a path over time, that of the whole."""
    return REST + dotted(whole(split(path)))


def ranges(scenario: Scenario) -> dict[str, Range]:
    """The range of every number of a scenario that is in doubt, by path; those before day one last."""
    found = {}
    for path in [*scenario.numeric_paths(), *scenario.rest_paths()]:
        if is_date_path(tuple(path.split("."))) or (not path.startswith(REST) and scenario.by_hand(path)):
            continue
        span = range_of(scenario, path, scenario.get(path))
        if span:
            found[path] = span
    return found


def range_of(scenario: Scenario, path: str, value: float) -> Range | None:
    """The range of one number, stated or by kind; None where it is not in doubt."""
    stated = scenario.range_of(path)
    if stated:
        return Range(stated[0], value, stated[1])
    row = find(split(path.removeprefix(REST)))
    kind = row and default_range(row, value)
    return Range(kind[0], value, kind[1], kind[2]) if kind else None


def vectors(scenario: Scenario, touched: Iterable[str]) -> dict[str, tuple[list[str], bool]]:
    """Numbers that sum to something and that any of the paths is one of: path -> paths of all, whether to 1 exactly."""
    found: dict[str, tuple[list[str], bool]] = {}
    for path in touched:
        before = REST if path.startswith(REST) else ""
        keys = split(path.removeprefix(before))
        row = find(keys)
        if row is None or row.total is None:
            continue
        head = before + ".".join(keys[:3])
        if row.total == "one":
            month = f".{keys[-1]}" if is_month(keys[-1]) else ""  # of a point of a path over time
            found[head + month] = [f"{head}.{name}{month}" for name in INNER[row.inner or "sector"]], True
        else:
            sector = f"{head}.{keys[3]}"
            found[sector] = [f"{sector}.{power}" for power in scenario.powers], False
    return found
