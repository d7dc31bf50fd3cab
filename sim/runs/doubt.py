"""Doubt: worlds that differ in every number that is not known for sure, each drawn from its range.

A number is as likely to be above as below what the scenario says, and the likelier the nearer to it (half a triangle on
either side). Two neighbouring worlds share a draw, so that what doubt does can be told from what chance does: it is
what they have in common (``sim.reading.doubt``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.doubt import ASKED, REST, Range, all_along, before, vectors
from sim.scenario.errors import nearest, printable
from sim.scenario.merge import ONE_RANGE, in_share, no_share, swapped_ends
from sim.scenario.models import FrozenDict, freeze
from sim.scenario.paths import dotted, split, whole
from sim.world.luck import once

Floats = NDArray[np.float64]

T = TypeVar("T", float, Floats)

_ENDS = ("low", "value", "high")
SHARED = 2
"""Neighbouring worlds that share a draw."""
OTHERS = 0.5
"""Part of what lies with others that stays with them, however large the drawn shares of the powers."""


@dataclass(frozen=True)
class Doubt:
    """What is doubted: every number that is not sure (``everything``), and numbers with a range of one's own.

    Raises
    ------
    BadInput : a range whose ends are no numbers or swapped, a path with two ranges; and when it meets a scenario: a
        path it does not have, a range that is out of bounds or beside the value.
    """

    everything: bool = True
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=FrozenDict)
    """Path -> (low, high); of conduct, this holds before day one, too, but not of a point of a path over time that is
    dated after day one."""
    without: frozenset[str] = frozenset()
    """Numbers that are not doubted after all, neither today nor before day one: what somebody decides. Of a path over
    time its number, ``powers.RUS.budget``, for all points."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ranges", freeze(spans((str(path), span) for path, span in self.ranges.items())))

    @classmethod
    def of(cls, given: Doubted) -> Doubt | None:
        """True: every number that is not sure; a mapping path -> (low, high): these alone; False, None: nothing."""
        if given is None or given is False:
            return None
        if given is True:
            return cls()
        if isinstance(given, Doubt):
            return given
        if not isinstance(given, Mapping):
            raise BadInput.of(f"{given!r:.60}", "True, False or a mapping of path to (low, high)", path="doubt")
        return cls(False, given)

    def resolved(self, scenario: Scenario) -> dict[str, Range]:
        """The range of every number of a scenario that is doubted, by path ("rest." before it: before day one)."""
        found = dict(scenario.doubts) if self.everything else {}
        problems = []
        for path, (low, high) in self.ranges.items():
            if path in scenario.courses:
                points = ", ".join(f"{path}.{point}" for point in scenario.courses[path].points)
                problems.append(Problem("", None, None, path, ONE_RANGE[0], f"one for one of its points: {points}"))
                continue
            try:
                value, row = scenario.get(path), scenario.parameter(path)
            except BadInput:
                near = nearest(path, scenario.values)
                lacking = f"no number of {scenario.name!r}"
                problems.append(Problem("", None, None, printable(path), lacking, "a path of the scenario", near))
                continue
            if not row.low <= low <= value <= high <= row.high or low == high:
                expected = f"a range around {value:g}, within {row.low:g} to {row.high:g}"
                problems.append(Problem("", None, None, path, f"{low:g} to {high:g}", expected))
                continue
            found[path] = Range(low, value, high, ASKED)
            if all_along(scenario, path, value):
                found[before(path)] = found[path]
        if problems:
            raise BadInput(problems)
        return {path: span for path, span in found.items() if self.without.isdisjoint(_wholes(path))}

    def values(
        self, scenario: Scenario, worlds: NDArray[np.int64], seed: int, without: Collection[str] = ()
    ) -> dict[str, Floats]:
        """The drawn numbers of the numbered worlds, path -> (len(worlds),), but for paths set by something else.

        Weights that sum to one are scaled to do so; shares that leave others less than half of what the scenario leaves
        them are scaled down.
        """
        found = {path: span for path, span in self.resolved(scenario).items() if path.removeprefix(REST) not in without}
        if not found:
            return {}
        low, value, high = (np.array([[getattr(span, end)] for span in found.values()]) for end in _ENDS)
        rows = triangular(low, value, high, self.uniform(scenario, list(found), worlds, seed))
        drawn = balanced(scenario, dict(zip(found, rows, strict=True)))
        return {
            path: values
            for path, values in drawn.items()
            if path.removeprefix(REST) not in without and self.without.isdisjoint(_wholes(path))
        }

    def manifest(self, scenario: Scenario) -> dict[str, Any]:
        """What is written of it beside results of a scenario; ``digest`` is over all that its draws depend on."""
        found = self.resolved(scenario)
        facts = (
            sorted((path, span.low, span.value, span.high) for path, span in found.items()),
            sorted(scenario.together.items()),
            sorted((path, _source(scenario, path)) for path in found) if scenario.together else (),
        )
        return {
            "everything": self.everything,
            "ranges": {path: list(span) for path, span in self.ranges.items()},
            "numbers": numbers(found),
            "digest": hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest(),
            **({"without": sorted(self.without)} if self.without else {}),
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any] | None) -> Doubt | None:
        """The doubt of a ``manifest``."""
        if facts is None:
            return None
        return cls(facts["everything"], facts["ranges"], frozenset(facts.get("without", ())))

    def said(self, found: Mapping[str, Range]) -> str:
        """The doubt in a few words, for the last line of a page."""
        if len(self.ranges) == 1 and not self.everything:
            return f"{next(iter(self.ranges))} in doubt"
        return f"{numbers(found)} numbers in doubt"

    def uniform(self, scenario: Scenario, paths: list[str], worlds: NDArray[np.int64], seed: int) -> Floats:
        """Where in its range each number lies, (path, world) in (0, 1).

        The same before day one as after, and at every point of a path over time. Numbers whose first source is among
        the scenario's ``together`` are correlated, by a Gaussian copula.
        """
        names = [dotted(whole(split(path.removeprefix(REST)))) for path in paths]
        draws, known = worlds // SHARED, {name: row for row, name in enumerate(dict.fromkeys(names))}
        own: Floats = once(seed, draws, [("doubt", name) for name in known])[[known[name] for name in names]]
        for source, correlation in scenario.together.items():
            rows = [i for i, path in enumerate(paths) if _source(scenario, path) == source]
            if rows:
                common = ndtri(once(seed, draws, [("doubt of", source)]))
                own[rows] = ndtr(np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * ndtri(own[rows]))
        return own


Doubted = Doubt | bool | Mapping[str, tuple[float, float]] | None
"""How doubt may be said."""


def _source(scenario: Scenario, path: str) -> str:
    """The first source of a number, before day one that of today's; of a path over time that of its first point."""
    now = path.removeprefix(REST)
    course = scenario.courses.get(now)
    return scenario.source_of(f"{now}.{course.points[0]}" if course else now)[0]


def _wholes(path: str) -> tuple[str, str]:
    """A path without "rest.", and that of the number it is a point of."""
    now = path.removeprefix(REST)
    return now, dotted(whole(split(now)))


def numbers(found: Iterable[str]) -> int:
    """How many numbers ranges are of, before day one and after counted once."""
    return len({path.removeprefix(REST) for path in found})


def triangular(low: Floats, value: Floats, high: Floats, u: Floats) -> Floats:
    """Numbers from uniform ones, any shapes: half a triangle below the value, half above, so that it is the median."""
    below = value - (value - low) * (1.0 - np.sqrt(2.0 * np.minimum(u, 0.5)))
    above = (high - value) * (1.0 - np.sqrt(2.0 * (1.0 - np.maximum(u, 0.5))))
    result: Floats = np.clip(below + above, low, high)
    return result


def balanced(scenario: Scenario, drawn: Mapping[str, T]) -> dict[str, T]:
    """Numbers by path, and those that must sum to something with them, so scaled that they do.

    Weights sum to one; shares leave others at least half of what the scenario leaves them.
    """
    out: dict[str, Any] = dict(drawn)
    for members, exact in vectors(scenario, drawn).values():
        values = {path: drawn.get(path, scenario.get(path)) for path in members}
        total: Any = sum(values.values())
        if exact:
            out |= {path: value / total for path, value in values.items()}
            continue
        most = 1.0 - OTHERS * (1.0 - sum(scenario.get(path) for path in members))
        scale = np.minimum(most / np.maximum(total, most), 1.0)
        if np.any(scale < 1.0):
            out |= {path: value * scale for path, value in values.items()}
    return out


def spans(given: Iterable[tuple[str, Any]]) -> dict[str, tuple[float, float]]:
    """Ranges by path, a year as its January. Raises BadInput for a path that is given twice, naming both ranges."""
    found: dict[str, tuple[float, float]] = {}
    for text, span in given:
        path, ends = dotted(split(text)), pair(text, span)
        if path in found:
            both = " and ".join(f"{low:g}:{high:g}" for low, high in (found[path], ends))
            raise BadInput.of(f"two ranges, {both}", "one range for each path", path=printable(text))
        found[path] = ends
    return found


def pair(path: str, span: Any) -> tuple[float, float]:
    """The ends of a range, given as numbers or text, or as one text ``LOW:HIGH``; those of a share may be in per cent.

    Raises BadInput.
    """
    ends = [end.strip() for end in span.split(":")] if isinstance(span, str) else span
    try:
        low, high = (float(str(in_share(end, split(path)))) for end in ends)
    except (TypeError, ValueError):
        wanted = no_share(str(span), "two numbers, low and high")
        raise BadInput.of(printable(repr(span)), wanted, path=printable(path)) from None
    if low > high:
        raise BadInput.of(swapped_ends(low, high), f"the lower end first, {high:g} then {low:g}", path=printable(path))
    return low, high
