"""What a sweep varies: a number of the scenario, the month of an event, its switch, or the scenario itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.runs.words import month_words, named
from sim.scenario import Problem, Scenario
from sim.scenario.checks import SHARE_TOLERANCE, SUM_TOLERANCE
from sim.scenario.dates import is_date_path, month_label
from sim.scenario.doubt import REST, vectors
from sim.scenario.errors import nearest, printable
from sim.scenario.paths import CHANGES, TIMES, find, is_month, number_text, split
from sim.scenario.table import SECTORS

Floats = NDArray[np.float64]

SCENARIO = "scenario"
"""Name of the factor whose values are whole scenarios."""

RELATIVE = ".vs_base"
"""Ending of outcomes relative to the base, the first scenario with nothing varied: the difference in the same world.
A sweep keeps them only where its plan names them."""

Kind = Literal["number", "month", "switch", "scenario"]


@dataclass(frozen=True)
class Factor:
    """One thing that is varied.

    ``kind``: "number" (any value from ``low`` to ``high``), "month" (whole months, as month numbers), "switch" (0 or 1)
    or "scenario" (``names``; values are places in it). ``values`` are given where only those may be taken; ``steps``
    is how many a grid takes between ``low`` and ``high``.
    """

    path: str
    kind: Kind
    low: float
    high: float
    values: tuple[float, ...] = ()
    steps: int | None = None
    names: tuple[str, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether it takes only some values."""
        return bool(self.values) or self.kind != "number"

    def levels(self) -> tuple[float, ...]:
        """The values a grid takes; none if a range says no steps."""
        if self.values:
            return self.values
        if self.kind == "number":
            return tuple(np.linspace(self.low, self.high, self.steps).tolist()) if self.steps else ()
        whole = np.arange(self.low, self.high + 1)
        if self.steps and self.steps < len(whole):
            whole = np.unique(np.round(np.linspace(self.low, self.high, self.steps)))
        return tuple(whole.tolist())

    def at(self, unit: Floats) -> Floats:
        """Values at places of the unit interval (any shape): evenly spread over the range or over the levels."""
        if not self.discrete:
            # so written that 0 and 1 give the ends exactly and nothing lies outside them
            return np.minimum(self.low + unit * (self.high - self.low), self.high)
        levels = np.array(self.values or np.arange(self.low, self.high + 1))
        chosen: Floats = levels[np.minimum((unit * len(levels)).astype(np.int64), len(levels) - 1)]
        return chosen

    def label(self, value: float) -> str | float:
        """A value as a table shows it: months as "YYYY-MM", scenarios by name."""
        if self.kind == "scenario":
            return self.names[int(value)]
        return month_label(int(value)) if self.kind == "month" else float(value)

    def labels(self) -> list[str] | None:
        """All labels a factor of words may have, in order; None for numbers."""
        if self.kind == "scenario":
            return list(self.names)
        months = range(int(self.low), int(self.high) + 1)
        return [month_label(month) for month in months] if self.kind == "month" else None

    def codes(self, values: Floats) -> NDArray[np.int32]:
        """Places of values among ``labels``."""
        return (values - (self.low if self.kind == "month" else 0.0)).astype(np.int32)

    def column(self, values: Floats) -> pa.Array:
        """Values as a column of a table: numbers, or words of which each is written once."""
        labels = self.labels()
        if labels is None:
            return pa.array(values)
        return pa.DictionaryArray.from_arrays(pa.array(self.codes(values)), pa.array(labels))

    def read(self, column: pa.ChunkedArray) -> Floats:
        """The values of a ``column``. Raises KeyError for a word that is none of the factor's."""
        labels = self.labels()
        if labels is None:
            numbers: Floats = column.to_numpy()
            return numbers
        values = np.arange(len(labels)) + (self.low if self.kind == "month" else 0.0)
        known = dict(zip(labels, values.tolist(), strict=True))
        return np.array([known[word] for word in column.to_pylist()])

    def facts(self) -> dict[str, object]:
        """The factor as plain data, for the manifest."""
        facts: dict[str, object] = {"path": self.path, "kind": self.kind, "low": self.low, "high": self.high}
        return facts | {
            key: value
            for key, value in (("values", list(self.values)), ("steps", self.steps), ("names", list(self.names)))
            if value
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, object]) -> Factor:
        """A factor from what ``facts`` gave."""
        taken = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        return cls(**taken)  # type: ignore[arg-type]


def kind_of(path: str) -> Kind:
    """What varies at a path."""
    if path == SCENARIO:
        return "scenario"
    keys = tuple(path.split("."))
    if is_date_path(keys):
        return "month"
    return "switch" if len(keys) == 3 and keys[0] == "events" and keys[2] == "on" else "number"


def factor_is_share(path: str) -> bool:
    """Whether the number at a path is a part of a whole, which is said in per cent."""
    row = find(split(path.removeprefix(REST)))
    return row is not None and row.is_share


def outcome_is_share(name: str) -> bool:
    """Whether an outcome is a part of a whole, or a difference of such."""
    return name.removesuffix(RELATIVE).rpartition(".")[2] in _SHARES


def bounds(scenario: Scenario, path: str) -> tuple[float, float]:
    """Lowest and highest value a scenario allows at a numeric path, one value taken alone."""
    keys = path.split(".")
    if is_date_path(tuple(keys)):
        shift = 1 if keys[2] == "before" else 0
        return float(scenario.start + shift), float(scenario.start + scenario.months - 1 + shift)
    row = scenario.parameter(path)
    return row.low, row.high


def expected(scenario: Scenario, path: str) -> str:
    """What may stand at a path, in words."""
    kind = kind_of(path)
    if kind == "switch":
        return "0 or 1"
    if kind == "month":
        low, high = bounds(scenario, path)
        return f"a month from {month_label(int(low))} to {month_label(int(high))}"
    return number_text(scenario.parameter(path))


def path_problem(scenarios: Mapping[str, Scenario], path: str) -> tuple[str, str, str | None] | None:
    """What is wrong with a path as a factor (found, expected, nearest), None if nothing."""
    for name, scenario in scenarios.items():
        known = [*scenario.numeric_paths(), *scenario.rest_paths()]
        if path not in set(known):
            there = path in scenario.values
            found = ("a number that this event has no use for" if there else "no number") + f" of {printable(name)}"
            expected = "a numeric path of the scenario (sim show --sources lists them) or 'scenario'"
            return found, expected, nearest(path, [*known, SCENARIO])
    return None


def joint_problems(scenario: Scenario, factors: Sequence[Factor], values: Floats) -> list[tuple[str, int, str, str]]:
    """What is wrong with points taken whole: (path, first such point, found, expected).

    ``values`` (point, factor). Weights must sum to 1, shares to no more than 1, a window of chance must open before it
    closes; only what a factor touches is looked at.
    """
    columns = {factor.path: values[:, j] for j, factor in enumerate(factors) if factor.kind != "scenario"}
    problems = []
    for path, (members, exact) in vectors(scenario, columns).items():
        total = sum(
            (columns[m] if m in columns else np.full(len(values), scenario.get(m)) for m in members),
            start=np.zeros(len(values)),
        )
        wrong = np.abs(total - 1.0) > SUM_TOLERANCE if exact else total > 1.0 + SHARE_TOLERANCE
        if wrong.any():
            at = int(wrong.argmax())
            what = "weights that sum to 1" if exact else "shares that sum to at most 1 (the rest lies with others)"
            problems.append(
                (
                    path,
                    at,
                    f"a sum of {total[at]:.10g} at point {at} ({wrong.sum():,} of {len(values):,})",
                    f"{what} at every point; rows of a CSV (design: rows) can change several together",
                )
            )
    events = {tuple(path.split("."))[1] for path in columns if path.startswith("events.")}
    for event in sorted(events):
        ends = [f"events.{event}.{key}" for key in ("after", "before")]
        if not all(path in scenario.values for path in ends):
            continue
        after, before = (columns.get(path, np.full(len(values), scenario.get(path))) for path in ends)
        wrong = before <= after
        if wrong.any():
            at = int(wrong.argmax())
            months = [month_label(int(end[at])) for end in (before, after)]
            problems.append(
                (
                    ends[1],
                    at,
                    f"{months[0]} at point {at}, not later than 'after' ({months[1]})",
                    "a month later than 'after' at every point",
                )
            )
    return problems


def words(path: str, scenario: Scenario) -> str:
    """A factor in plain words: "Russia's strain", "the European Union's budget", "the date of dushanbe-summit"."""
    if path.startswith(REST):
        return f"{words(path.removeprefix(REST), scenario)} before day one"
    keys = split(path)
    if path == SCENARIO:
        return "the scenario"
    if keys[0] == "rules":
        return " in ".join(key.replace("_", " ") for key in keys[1:])
    if keys[0] == "events":
        if keys[2] == "on":
            return f"the event {keys[1]}"
        if keys[2] == CHANGES:
            return f"the {'factor on' if keys[-1] == TIMES else 'change of'} {words(keys[3], scenario)} by {keys[1]}"
        return f"the {' of '.join(key.replace('_', ' ') for key in reversed(keys[2:]))} of {keys[1]}"
    actors = {code: spec.name for group in (scenario.powers, scenario.republics) for code, spec in group.items()}
    text = f"{_own(actors.get(keys[1], keys[1]))} {keys[2].replace('_', ' ')}"
    for key in keys[3:]:
        if key in SECTORS:
            text += scenario.words.within(key)
        elif is_month(key):
            text += f" in {month_words(key)}"
        elif key in actors:
            text += f" {_TOWARDS.get(keys[2], 'towards')} {named(actors[key])}"
        else:
            text += f" over {key.replace('_', ' ')}"
    return text


def outcome_words(name: str, scenario: Scenario) -> str:
    """An outcome in plain words: "Kazakhstan's alignment with Russia", "mean alignment with Russia" (of the republics),
    "Kazakhstan's grievance against Russia", "Tajikistan's leading power".
    """
    if name.endswith(RELATIVE):
        return f"{outcome_words(name.removesuffix(RELATIVE), scenario)} against the base"
    *actors, what = name.split(".")
    known = {code: spec.name for group in (scenario.powers, scenario.republics) for code, spec in group.items()}
    if not actors or actors[0] not in known:
        return name
    sector = "".join(f"{scenario.words.sector(key)} " for key in actors[1:] if key in SECTORS)
    *republics, last = [code for code in actors if code in known]
    if what in _OF_PAIRS:
        mean = "" if what == "rebukes" else "mean "
        whose = f"{_own(known[republics[0]])} " if republics else mean
        return f"{_OF_PAIRS[what].format(whose + sector)} {named(known[last])}"
    others = f" with {named(known[last])}" if republics else ""
    return f"{_own(known[actors[0]])} {sector}{_NAMED.get(what, what.replace('_', ' '))}{others}"


def _own(name: str) -> str:
    """``Russia's``, ``the United States'``."""
    return named(name) + ("'" if name.endswith("s") else "'s")


_TOWARDS = {"alignment": "with", "leverage": "under", "grievance": "against", "solidarity": "with"}
_OF_PAIRS = {
    "share": "{}alignment with",
    "change": "change of {}alignment with",
    "grievance": "{}grievance against",
    "rebukes": "{}rebukes of",
}
"""Outcomes of a republic and a power, which a power has over all republics too; in braces, whose."""
_SHARES = ("share", "change", "leader_changed", "hedging", "terms")
"""Outcomes that are parts of a whole."""
_NAMED = {
    "leader": "leading power",
    "leader_changed": "change of leading power",
    "leader_month": "month of the new leading power",
    "accepted": "accepted offers",
    "delivered": "deliveries",
    "lapsed": "lapsed pledges",
    "deals": "living deals",
}


def problem(
    path: str,
    found: str,
    expected: str,
    nearest: str | None = None,
    *,
    file: str = "",
    line: int | None = None,
    column: int | None = None,
) -> Problem:
    """A problem of a plan."""
    return Problem(file, line or None, column or None, printable(path), found, expected, nearest)
