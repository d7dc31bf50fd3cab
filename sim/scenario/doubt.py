"""How far each number of a scenario is in doubt: the range it states or, where it states none, the table's by kind.

To *doubt* a number means that it may have been otherwise all along, so that conduct is doubted before day one, too: its
path there is ``rest.`` and the path. What was set by hand (``--set``, ``with_values``) is a change, what is asked
about, and not doubted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sim.scenario.dates import is_date_path, month_number
from sim.scenario.merge import Draft
from sim.scenario.paths import INNER, Path, dotted, find, is_month, is_point, split, whole
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
    def start(self) -> int: ...
    @property
    def powers(self) -> Mapping[str, Any]: ...
    @property
    def values(self) -> Mapping[str, float]: ...
    @property
    def rest(self) -> Mapping[str, float]: ...
    def numeric_paths(self) -> list[str]: ...
    def rest_paths(self) -> list[str]: ...
    def get(self, path: str) -> float: ...
    def keeps_rest(self, path: str) -> bool: ...
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


def all_along(scenario: Scenario, path: str, value: float) -> bool:
    """Whether a number that is ``value`` held before day one, too, so that to doubt it is to doubt the past as well.

    A point of a path over time that is dated after day one is no past, though the path before its first point is as
    that.
    """
    keys = split(path)
    if is_point(keys) and month_number(keys[-1]) > scenario.start:
        return False
    return scenario.keeps_rest(path) and scenario.get(before(path)) == value


def ranges(scenario: Scenario, draft: Draft) -> dict[str, Range]:
    """The range of every number of a scenario that is in doubt, by path; those before day one last.

    ``draft``: what its files and whoever set something by hand say.
    """
    found, values, rest = {}, scenario.values, scenario.rest
    for path in scenario.numeric_paths():
        keys = split(path)
        leaf = draft.leaves.get(keys)
        if is_date_path(keys) or (leaf is not None and leaf.by_hand):
            continue
        span = _range(keys, values[path], leaf.range if leaf is not None else None)
        if span:
            found[path] = span
    for path in scenario.rest_paths():
        now = path.removeprefix(REST)
        value = rest[now] if now in rest else values[now] if now in values else scenario.get(now)
        span = _range(split(now), value, draft.settled_range(now, value))
        if span:
            found[path] = span
    return found


def range_of(scenario: Scenario, path: str, value: float) -> Range | None:
    """The range of one number, stated or by kind; None where it is not in doubt."""
    return _range(split(path.removeprefix(REST)), value, scenario.range_of(path))


def _range(keys: Path, value: float, stated: tuple[float, float] | None) -> Range | None:
    if stated:
        return Range(stated[0], value, stated[1])
    row = find(keys)
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
