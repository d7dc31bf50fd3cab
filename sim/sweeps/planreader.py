"""Reads the parts of a plan out of nodes that know their place, and gathers every problem on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.runs.doubt import Doubt
from sim.runs.posterior import Posterior, load_posterior
from sim.runs.region import ALIKE, WEIGHTS, check
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.dates import month_of
from sim.scenario.doubt import REST, range_of
from sim.scenario.errors import nearest, printable
from sim.scenario.merge import in_share, no_share
from sim.scenario.paths import MAX_MONTHS, split
from sim.scenario.yaml import Node, scalar
from sim.sweeps.factors import SCENARIO, Factor, bounds, expected, kind_of, path_problem, problem

Floats = NDArray[np.float64]

RANGE = "range"
"""In place of a range: the one in which the number is in doubt, stated by the scenario or that of its kind."""
ALL = "all"
"""In place of a path: every number in doubt."""


def node(value: Any, depth: int = 0) -> Node:
    """A Python value as the node a file would give; a tuple (low, high) or (low, high, steps) is a range."""
    if depth > 6:
        raise BadInput.of("a value nested too deeply", "plain data")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return Node({str(key): node(item, depth + 1) for key, item in value.items()}, 0, 0)
    if isinstance(value, tuple) and len(value) in (2, 3) and depth:
        return node(dict(zip(("from", "to", "steps"), value, strict=False)), depth + 1)
    if isinstance(value, list | tuple | range):
        return Node([node(item, depth + 1) for item in value], 0, 0)
    if value is None or isinstance(value, str | bool | int | float):
        return Node(value, 0, 0, str(value))
    raise BadInput.of(f"a value of type {type(value).__name__}", "a number, text, a list, (low, high) or a mapping")


def plain(value: Node) -> Any:
    """A node as plain data."""
    if isinstance(value.value, dict):
        return {key: plain(item) for key, item in value.value.items()}
    return [plain(item) for item in value.value] if isinstance(value.value, list) else value.value


class Reader:
    """One plan being read."""

    def __init__(
        self,
        top: Node,
        file: str,
        problems: list[Problem],
        folder: Path | None,
        known: Mapping[str, str],
        scenario: Scenario | None = None,
        posterior: Posterior | None = None,
        doubt: Doubt | None = None,
    ) -> None:
        assert isinstance(top.value, dict)
        self.top, self.file, self.problems, self.folder, self.known = top.value, file, problems, folder, known
        self._given, self._drawn, self._doubted = scenario, posterior, doubt
        self._scenarios: dict[str, Scenario] = {}
        self.gathered = False
        """Whether factors came by ``all`` or a pattern."""

    # -- problems -----------------------------------------------------------------------------------------------------

    def wrong(self, path: str, found: str, wanted: str, near: str | None = None, at: Node | None = None) -> None:
        """Note a problem at a path of the plan."""
        spot = at or self.top.get(path.split(".", maxsplit=1)[0])
        self.problems.append(
            problem(
                path,
                found,
                wanted,
                near,
                file=self.file,
                line=spot.line if spot else None,
                column=spot.column if spot else None,
            )
        )

    def finish(self) -> None:
        """Raise BadInput if there were problems."""
        if self.problems:
            raise BadInput(self.problems)

    def keys(self) -> None:
        """Refuse unknown keys."""
        for key, value in self.top.items():
            if key not in self.known:
                self.wrong(
                    key,
                    f"the unknown key {printable(key)!r}",
                    f"one of {', '.join(self.known)}",
                    nearest(key, self.known),
                    value,
                )

    # -- plain values -------------------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Whether the plan says it."""
        return key in self.top

    def _value(self, key: str, kind: type | tuple[type, ...], otherwise: Any) -> Any:
        found = self.top.get(key)
        if found is None or found.value is None:
            return otherwise
        if not isinstance(found.value, kind) or (isinstance(found.value, bool) and kind is not bool):
            shown = printable(found.text or type(found.value).__name__)
            self.wrong(key, repr(shown), self.known[key])
            return otherwise
        return found.value

    def text(self, key: str) -> str | None:
        """Text, or None."""
        value = self._value(key, str, None)
        return None if value is None else str(value)

    def flag(self, key: str) -> bool:
        """A yes or no; no if not said."""
        return bool(self._value(key, bool, False))

    def choice(self, key: str, valid: Collection[str], otherwise: str) -> str:
        """One of several words."""
        value = str(self._value(key, str, otherwise))
        if value not in valid:
            self.wrong(key, repr(printable(value)), f"one of {', '.join(valid)}", nearest(value, valid))
            return otherwise
        return value

    def number(self, key: str, low: int, high: int, otherwise: int) -> int:
        """A whole number."""
        value = int(self._value(key, int, otherwise))
        if key in self.top and not low <= value <= high:
            self.wrong(key, f"{value:,}", self.known[key])
            return max(otherwise, low)
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of words; one alone may stand for a list of one."""
        value = self._value(key, (list, str), [])
        items = [value] if isinstance(value, str) else [item.value for item in value]
        if not all(isinstance(item, str) and item for item in items):
            self.wrong(key, "something that is no name", self.known[key])
            return ()
        return tuple(dict.fromkeys(items))

    def weights(self) -> str:
        """How means over republics are weighted."""
        kind = self.choice("region_weights", WEIGHTS, ALIKE)
        for name, scenario in self._scenarios.items():
            try:
                check(kind, scenario)
            except BadInput as error:
                self.wrong("region_weights", f"{error.problems[0].found} ({name})", error.problems[0].expected)
        return kind

    # -- scenarios and factors ----------------------------------------------------------------------------------------

    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the plan, by name, with its ``set`` and ``months`` applied."""
        asked, base = self._asked(), self.text("scenario")
        if not asked and base is None and self._given is None:
            self.wrong("scenario", "nothing", self.known["scenario"])
            return {}
        scenarios: dict[str, Scenario] = {}
        if asked:
            for name in asked:
                self._add(scenarios, name, name)
        else:
            self._add(scenarios, base if base is not None else getattr(self._given, "name", "scenario"), base)
        self._scenarios = scenarios
        return scenarios

    def _asked(self) -> list[str]:
        """Scenarios named as a factor, in ``vary`` or in the rows of a CSV file."""
        vary = self.top.get("vary")
        spec = vary.value.get(SCENARIO) if vary and isinstance(vary.value, dict) else None
        if spec is not None and spec.value == RANGE:
            self.wrong(f"vary.{SCENARIO}", "no scenarios", "their names, such as dushanbe-2025,war-drags-on", at=spec)
            self.finish()
        if spec is not None:
            items = (
                spec.value
                if isinstance(spec.value, list)
                else [Node(t.strip(), spec.line, spec.column) for t in str(spec.value).split(",")]
            )
            return [str(item.value) for item in items]
        rows = self.top.get("rows")
        if rows is None or not isinstance(rows.value, str):
            return []
        import csv

        from sim.scenario.locate import text_of

        lines = csv.DictReader(text_of((self.folder or Path()) / rows.value).splitlines())
        return (
            list(dict.fromkeys((row.get(SCENARIO) or "").strip() for row in lines))
            if SCENARIO in (lines.fieldnames or [])
            else []
        )

    def _add(self, scenarios: dict[str, Scenario], name: str, asked: str | None) -> None:
        changes = self.top.get("set")
        setting = plain(changes) if changes else None
        if setting is not None and not isinstance(setting, dict | list):
            self.wrong("set", repr(printable(str(setting))), self.known["set"])
            setting = None
        try:
            if asked is None:
                assert self._given is not None
                scenario = (
                    self._given.with_values(setting, by="the plan's set") if isinstance(setting, dict) else self._given
                )
            else:
                path = asked if self.folder is None or not (self.folder / asked).is_file() else self.folder / asked
                scenario = load(path, set=setting, by="the plan's set")
            months = self.number("months", 1, MAX_MONTHS, 0)
            scenarios[name] = scenario.with_months(months) if months and months != scenario.months else scenario
        except BadInput as error:
            self.problems += error.problems

    def posterior(self, factors: Sequence[Factor]) -> Posterior | None:
        """The draws of the plan; a path that they and a factor, ``set`` or a scenario's own file set is a problem."""
        posterior = None
        try:
            posterior = self._draws
            for scenario in self._scenarios.values() if posterior is not None else ():
                assert posterior is not None
                posterior.check(scenario, {factor.path: "a factor" for factor in factors})
        except BadInput as error:
            for one in error.problems:
                self.wrong(
                    "posterior" if one.path in ("", "posterior") else f"posterior, {one.path}",
                    one.found,
                    one.expected,
                    one.nearest,
                    self.top.get("posterior"),
                )
        return posterior

    @cached_property
    def _draws(self) -> Posterior | None:
        """The draws that the plan names or was given. Raises BadInput."""
        name = self.text("posterior")
        if name is None:
            return self._drawn
        there = self.folder is not None and (self.folder / name).is_file()
        return load_posterior(self.folder / name if self.folder is not None and there else name)

    def doubt(self, factors: Sequence[Factor]) -> Doubt | None:
        """What is in doubt; numbers that a scenario does not have, or that a factor varies, are problems."""
        said = self.top.get("doubt")
        if said is None or said.value in (None, "none", False):
            return self._undisputed(self._doubted, factors)
        try:
            everything = said.value in ("all", True)
            doubt = Doubt.of(True if everything else plain(said))
            assert doubt is not None
            for scenario in self._scenarios.values():
                doubt.resolved(scenario)
        except BadInput as error:
            for one in error.problems:
                self.wrong(f"doubt.{one.path}".removesuffix(".doubt"), one.found, one.expected, one.nearest)
            return None
        return self._undisputed(doubt, factors)

    def _undisputed(self, doubt: Doubt | None, factors: Sequence[Factor]) -> Doubt | None:
        """The doubt itself; a number that a factor varies as well is a problem."""
        for factor in factors if doubt else ():
            if doubt and factor.path in doubt.ranges:
                self.wrong(f"doubt.{factor.path}", "a number that is varied as well", "one of the two")
        return doubt

    def factors(self) -> tuple[Factor, ...]:
        """The factors of ``vary``; problems are noted."""
        vary = self.top.get("vary")
        if vary is None:
            return ()
        asked = _asked(vary)
        if asked is None:
            self.wrong("vary", repr(printable(vary.text)), self.known["vary"])
            return ()
        fixed = self.top.get("set")
        setting = plain(fixed) if fixed else {}
        both = set(setting) if isinstance(setting, dict) else {str(text).partition("=")[0] for text in setting}
        made: dict[str, Factor] = {}
        for name, spec in asked.items():
            if name in both:
                self.wrong(f"vary.{name}", "a path that 'set' fixes", "either, not both", at=spec)
            gathers = name == ALL or "*" in name
            self.gathered |= gathers
            for path in self._fitting(name, spec, {*asked, *both, *made}) if gathers else [name]:
                factor = self._factor(path, spec)
                if factor is not None:
                    made[path] = factor
        return tuple(made.values())

    def _fitting(self, pattern: str, spec: Node, taken: Collection[str]) -> list[str]:
        """Numbers of all scenarios that ``all`` or a pattern stands for: in doubt, where they are to take their range.

        Left out are those that are ``taken`` and those that the posterior sets.
        """
        known: dict[str, None] | None = None
        try:
            drawn = {
                path for one in self._scenarios.values() for path in (self._draws.paths(one) if self._draws else ())
            }
        except BadInput:
            drawn = set()  # told where the posterior is read
        ranged = spec.value == RANGE
        for scenario in self._scenarios.values():
            mine = scenario.doubts if ranged else [*scenario.numeric_paths(), *scenario.rest_paths()]
            known = dict.fromkeys(path for path in mine if known is None or path in known)
        fits = [path for path in known or () if pattern == ALL or fnmatchcase(path, pattern)]
        found = [path for path in fits if path not in taken and path.removeprefix(REST) not in drawn]
        if not found and self._scenarios:
            what = "number in doubt" if ranged else "number"
            why = f"no {what} that is not set otherwise" if fits else f"no {what} that fits"
            self.wrong(f"vary.{pattern}", why, "all, or a pattern such as powers.RUS.* (sim show --sources)", at=spec)
        apart = [path for path in found if len(self._ranges(path)) > 1] if ranged else []
        if apart:
            self.wrong(
                f"vary.{pattern}",
                f"{len(apart)} numbers whose ranges differ, such as {apart[0]} ({self._told(apart[0])})",
                "scenarios with the same ranges, or a range for each of these: from and to",
                at=spec,
            )
            return []
        return found

    def _ranges(self, path: str) -> dict[tuple[float, float] | None, list[str]]:
        """Ranges of a number, stated or by kind (None: not in doubt), and the scenarios that have each."""
        found: dict[tuple[float, float] | None, list[str]] = {}
        for name, scenario in self._scenarios.items():
            span = range_of(scenario, path, scenario.get(path))
            found.setdefault((span.low, span.high) if span else None, []).append(name)
        return found

    def _told(self, path: str) -> str:
        """The ranges of a number in words."""
        return "; ".join(
            f"{f'{span[0]:g} to {span[1]:g}' if span else 'none'} in {', '.join(names)}"
            for span, names in self._ranges(path).items()
        )

    def _factor(self, path: str, spec: Node) -> Factor | None:
        if path == SCENARIO:
            names = tuple(self._scenarios)
            if isinstance(spec.value, dict) or len(names) < 1:
                self.wrong(f"vary.{SCENARIO}", "no list of scenarios", "a list of scenarios", at=spec)
                return None
            return _whole(names)
        if not self._scenarios:
            return None
        bad = path_problem(self._scenarios, path)
        if bad:
            self.wrong(f"vary.{path}", *bad, at=spec)
            return None
        span, values = self._span(path, spec)
        if values is not None:
            numbers = [number for item in values if (number := self._point(path, item, spec)) is not None]
            if len(numbers) < len(values):
                return None
            if not numbers or len(set(numbers)) < len(numbers):
                found = "the same value twice" if numbers else "no values"
                self.wrong(f"vary.{path}", found, "values that differ", at=spec)
                return None
            return Factor(path, kind_of(path), min(numbers), max(numbers), tuple(numbers))
        if span is None:
            return None
        low, high = (self._point(path, item, spec) for item in span[:2])
        if low is None or high is None:
            return None
        if not low < high:
            self.wrong(f"vary.{path}", f"from {span[0]} to {span[1]}", "the lower value first", at=spec)
            return None
        steps = span[2]
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 1_000_000):
            self.wrong(f"vary.{path}", f"{printable(str(steps))} steps", "a whole number of steps, 2 or more", at=spec)
            return None
        return Factor(path, kind_of(path), low, high, (), steps)

    def _span(self, path: str, spec: Node) -> tuple[tuple[Any, Any, Any] | None, list[Any] | None]:
        """What a factor's text, list or mapping says: (low, high, steps), or a list of values, or neither."""
        wanted = "0:0.9 or 0:0.9:10 (from:to:steps), of shares 0 %:90 %, values such as 0.2,0.4, or 'range'"
        if isinstance(spec.value, dict):
            given = plain(spec)
            if set(given) - {"from", "to", "steps"} or not {"from", "to"} <= set(given):
                self.wrong(
                    f"vary.{path}",
                    f"a mapping of {printable(', '.join(given))}",
                    "{from: 0, to: 0.9, steps: 10}",
                    at=spec,
                )
                return None, None
            return (given["from"], given["to"], given.get("steps")), None
        if isinstance(spec.value, list):
            return None, [plain(item) for item in spec.value]
        if spec.value == RANGE:
            ranges = self._ranges(path)
            span = next(iter(ranges))
            if len(ranges) > 1 or span is None:
                found = f"ranges that differ: {self._told(path)}" if len(ranges) > 1 else "no range: it is not in doubt"
                self.wrong(f"vary.{path}", found, "a range: from and to", at=spec)
                return None, None
            return (*span, None), None
        if isinstance(spec.value, str):
            parts = [part.strip() for part in spec.value.split(":")]
            if len(parts) in (2, 3):
                return (scalar(parts[0]), scalar(parts[1]), scalar(parts[2]) if len(parts) == 3 else None), None
            if len(parts) == 1 and parts[0]:
                return None, [scalar(part.strip()) for part in spec.value.split(",")]
        elif isinstance(spec.value, int | float) and not isinstance(spec.value, bool):
            return None, [spec.value]
        self.wrong(f"vary.{path}", repr(printable(spec.text)), wanted, at=spec)
        return None, None

    def _point(self, path: str, value: Any, at: Node) -> float | None:
        """A value of a factor as a number, within the bounds of every scenario; None with a problem noted."""
        number, near = self._number(path, value)
        if near is not None:
            self.wrong(f"vary.{path}", repr(printable(str(value))), near, at=at)
        return number

    def _number(self, path: str, value: Any) -> tuple[float | None, str | None]:
        kind = kind_of(path)
        value = in_share(value, split(path))
        scenarios = list(self._scenarios.values())
        number: float | None = None
        if kind == "month" and isinstance(value, str):
            month = month_of(value)
            number = None if month is None else float(month)
        elif isinstance(value, int | float) and (not isinstance(value, bool) or kind == "switch"):
            number = float(value) + 0.0
        if number is None or (kind == "switch" and number not in (0.0, 1.0)) or (kind == "month" and number % 1):
            return None, no_share(value, expected(scenarios[0], path))
        for scenario in scenarios:
            low, high = bounds(scenario, path)
            if not low <= number <= high:
                return None, expected(scenario, path)
        return number, None

    def column(self, path: str, cells: Sequence[tuple[int, str]], file: str) -> tuple[Factor, Floats] | None:
        """A factor and its values, (point,), from the cells of a CSV column, each with its line."""
        if path == SCENARIO:
            names = tuple(self._scenarios)
            values = np.array([float(names.index(cell)) if cell in names else 0.0 for _, cell in cells])
            return _whole(names), values
        bad = path_problem(self._scenarios, path)
        if bad:
            self.problems.append(problem(path, *bad, file=file, line=1))
            return None
        numbers = []
        for line, cell in cells:
            number, near = self._number(path, scalar(cell))
            if number is None:
                self.problems.append(problem(path, repr(printable(cell)), near or "", file=file, line=line))
            numbers.append(number or 0.0)
        values = np.array(numbers)
        return Factor(path, kind_of(path), float(values.min()), float(values.max())), values


def _asked(vary: Node) -> dict[str, Node] | None:
    """What ``vary`` names: a mapping as it is, names with the range of each; None for anything else."""
    if isinstance(vary.value, dict):
        return vary.value
    named = vary.value if isinstance(vary.value, list) else [vary] if vary.value == ALL else []
    if not named or not all(isinstance(item.value, str) for item in named):
        return None
    return {str(item.value): Node(RANGE, item.line, item.column, RANGE) for item in named}


def _whole(names: tuple[str, ...]) -> Factor:
    """The factor of whole scenarios."""
    return Factor(SCENARIO, "scenario", 0.0, len(names) - 1.0, tuple(float(i) for i in range(len(names))), None, names)
