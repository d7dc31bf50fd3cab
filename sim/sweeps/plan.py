"""The plan of a sweep as data: what is varied, how points are chosen, how many worlds each gets, and what is kept.

A plan is read from YAML, from flags or from Python values, always by the same reader, and checked wholly: unknown
keys and paths, values out of bounds anywhere in the design, points whose values do not go together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.runs.doubt import Doubt, balanced
from sim.runs.posterior import Posterior
from sim.runs.region import ALIKE, said, weights_of
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.doubt import vectors
from sim.scenario.errors import nearest
from sim.scenario.locate import display, shipped, text_of
from sim.scenario.paths import MAX_MONTHS
from sim.scenario.yaml import read
from sim.sweeps import design as designs
from sim.sweeps.factors import SCENARIO, Factor, joint_problems, problem
from sim.sweeps.planreader import Reader, node

Floats = NDArray[np.float64]

KEYS: dict[str, str] = {
    "title": "a line of text",
    "scenario": "the name of a shipped scenario or a path",
    "set": "a mapping of paths to values, for every point",
    "vary": "a mapping of paths to what each may be: {from: 0, to: 0.9, steps: 10}, a list of values, or 'range' for "
    "the range in which it is in doubt; paths may be patterns (powers.RUS.*); or 'all', every number in doubt",
    "design": f"one of {', '.join(designs.DESIGNS)}",
    "points": "a whole number, 1 or more",
    "rows": "the path of a CSV file, a column a factor and a row a point",
    "worlds": "a whole number, 1 or more",
    "months": f"a whole number of months, 1 to {MAX_MONTHS}",
    "seed": "a whole number from 0 to 2^63 - 1",
    "luck": "paired (world i has the same luck at every point) or fresh",
    "outcomes": "a list of outcomes to keep, such as [RUS.share, '*.leader']; all if left out",
    "posterior": "the name of a shipped posterior (dushanbe-2025) or the path of a file of sim calibrate",
    "doubt": "all (every number that is not sure, within its range), none, or a mapping of paths to "
    "low:high or [low, high]",
    "region_weights": "alike (each republic counts alike in means over republics) or gdp (by gross domestic product)",
    "trajectories": "true to keep overall alignment by month as well, else false",
}
"""Keys of a plan and what may stand there."""

MAX_POINTS = 20_000_000
MAX_CELLS = 50_000_000
"""Points times factors: the design is held in memory whole."""
MAX_FACTORS = 1000
MOST_NAMED = 4
"""Factors without steps that a grid names one by one when it refuses them."""

_LOADED = (Scenario, Posterior, Doubt)
"""Values of keys that are taken as they are, not read."""


@dataclass(frozen=True)
class Plan:
    """A checked plan. Made by ``Plan.load`` or ``Plan.of``, never directly.

    ``scenarios`` by the name used for them; more than one where the scenario itself is varied. ``rows`` holds the
    points of a design of rows, (point, factor).
    """

    scenarios: Mapping[str, Scenario]
    factors: tuple[Factor, ...]
    design: str = "grid"
    points: int = 0
    worlds: int = 50
    seed: int = 0
    luck: str = "paired"
    outcomes: tuple[str, ...] = ("*",)
    trajectories: bool = False
    title: str = ""
    rows: Floats | None = None
    posterior: Posterior | None = None
    """Draws of parameters, one a world: world i takes draw i modulo their number at every point."""
    doubt: Doubt | None = None
    """What is in doubt, beside the factors, at every point."""
    region_weights: str = ALIKE
    """How means over republics are weighted."""
    balanced: bool = False
    """Whether numbers that must sum to something are scaled at each point so that they do: with many factors, hardly
    any point would do otherwise."""

    # -- making one ---------------------------------------------------------------------------------------------------

    @classmethod
    def load(cls, path: str | Path, **changes: Any) -> Plan:
        """A plan from a YAML file; ``changes`` lay other values over its keys. Raises BadInput with all problems."""
        file, text = Path(path), str(path)
        if text in shipped():
            raise _nothing_to_vary(text)
        if not file.exists():
            raise BadInput.of(f"{text!r} (no such file)", PLAN, path="plan", nearest=nearest(text, shipped()))
        top, problems = read(text_of(file), display(file))
        if not isinstance(top.value, dict):
            raise BadInput.of("no mapping", "a plan: a mapping with scenario, vary, design, ...", file=display(file))
        if not {"scenario", "vary", "rows"} & set(top.value) and {"powers", "republics", "extends"} & set(top.value):
            raise _nothing_to_vary(text)
        for key, value in changes.items():
            if isinstance(value, _LOADED):
                top.value.pop(key, None)
            elif value is not None:
                top.value[key] = node(value)
        posterior, doubt = changes.get("posterior"), changes.get("doubt")
        return _plan(
            Reader(
                top,
                display(file),
                problems,
                file.parent,
                KEYS,
                None,
                posterior if isinstance(posterior, Posterior) else None,
                doubt if isinstance(doubt, Doubt) else None,
            )
        )

    @classmethod
    def of(cls, scenario: str | Path | Scenario | None = None, **fields: Any) -> Plan:
        """A plan from Python values, keys as in YAML.

        >>> Plan.of("dushanbe-2025", vary={"powers.RUS.strain": (0, 0.9, 4)}, worlds=10).size
        4
        """
        given = {"scenario": str(scenario) if isinstance(scenario, Path) else scenario} | fields
        if isinstance(spans := given.get("doubt"), Mapping):  # there a pair is no range with steps
            given["doubt"] = {path: list(span) if isinstance(span, tuple) else span for path, span in spans.items()}
        top = node({key: value for key, value in given.items() if not (value is None or isinstance(value, _LOADED))})
        posterior, doubt = fields.get("posterior"), fields.get("doubt")
        return _plan(
            Reader(
                top,
                "",
                [],
                None,
                KEYS,
                scenario if isinstance(scenario, Scenario) else None,
                posterior if isinstance(posterior, Posterior) else None,
                doubt if isinstance(doubt, Doubt) else None,
            )
        )

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Number of points."""
        return designs.size(self.design, self.factors, self.points)

    @property
    def total(self) -> int:
        """Worlds in all: points x worlds."""
        return self.size * self.worlds

    @property
    def paths(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.path for factor in self.factors)

    @property
    def months(self) -> int:
        """Months of the longest scenario."""
        return max(scenario.months for scenario in self.scenarios.values())

    @cached_property
    def _sample(self) -> tuple[Floats, Floats | None]:
        if self.rows is not None:
            return self.rows, None
        values, unit = designs.sample(self.design, self.factors, self.points, self.seed)
        if self.balanced:
            self._balance(values)
        return values, unit

    def _balance(self, values: Floats) -> None:
        """Scale, at each point, numbers that must sum to something and that are all factors; (point, factor)."""
        places, columns = self._places(values), {path: j for j, path in enumerate(self.paths) if path != SCENARIO}
        for place, scenario in enumerate(self.scenarios.values()):
            mine = places == place
            for members, _ in vectors(scenario, columns).values():
                moved = [path for path in members if path in columns]
                if all(path in columns or scenario.get(path) == 0.0 for path in members):
                    scaled = balanced(scenario, {path: values[mine, columns[path]] for path in moved})
                    for path in moved:
                        values[mine, columns[path]] = scaled[path]

    @property
    def values(self) -> Floats:
        """Values of the points, (point, factor); months as month numbers, scenarios as places in ``scenarios``."""
        return self._sample[0]

    @property
    def unit(self) -> Floats | None:
        """Places in the unit cube, (point, factor), where an analysis needs them."""
        return self._sample[1]

    def scenario_of(self) -> NDArray[np.int64]:
        """Place of each point's scenario in ``scenarios``, (point,)."""
        return self._places(self.values)

    def _places(self, values: Floats) -> NDArray[np.int64]:
        if SCENARIO in self.paths:
            return values[:, self.paths.index(SCENARIO)].astype(np.int64)
        return np.zeros(len(values), dtype=np.int64)

    def point(self, number: int) -> Scenario:
        """The scenario of one point, as ``sim.run`` takes it."""
        chosen = list(self.scenarios.values())[self.scenario_of()[number]]
        labels = {f.path: f.label(v) for f, v in zip(self.factors, self.values[number], strict=True)}
        scenario: Scenario = chosen.with_values({path: value for path, value in labels.items() if path != SCENARIO})
        return scenario

    def check(self) -> None:
        """Check the points themselves, all of them. Raises BadInput with every kind of problem."""
        problems: list[Problem] = []
        where = self.scenario_of()
        for place, (name, scenario) in enumerate(self.scenarios.items()):
            mine = np.flatnonzero(where == place)
            for path, at, what, wanted in joint_problems(scenario, self.factors, self.values[mine]):
                at = int(mine[at])
                file, line = ("", None) if self.rows is None else ("rows", at + 2)
                problems.append(
                    problem(
                        path if len(self.scenarios) == 1 else f"{path} ({name})", what, wanted, file=file, line=line
                    )
                )
        if problems:
            raise BadInput(problems)
        for number in {0, self.size - 1}:  # the slow and complete check agrees, at the ends at least
            self.point(number)

    def facts(self) -> dict[str, Any]:
        """The plan as plain data: what must agree for two runs to belong to one sweep."""
        return {
            "scenarios": [scenario.hash for scenario in self.scenarios.values()],
            "keeps_rest": [
                [path for path in self.paths if path != SCENARIO and scenario.keeps_rest(path)]
                for scenario in self.scenarios.values()
            ],
            "factors": [factor.facts() for factor in self.factors],
            "design": self.design,
            "points": self.points,
            "worlds": self.worlds,
            "months": [scenario.months for scenario in self.scenarios.values()],
            "seed": self.seed,
            "luck": self.luck,
            "outcomes": list(self.outcomes),
            "trajectories": self.trajectories,
        } | {
            key: facts
            for key, facts in (
                ("posterior", self.posterior and self.posterior.manifest),
                ("doubt", self.doubt and [self.doubt.manifest(s) for s in self.scenarios.values()]),
                ("region_weights", self._weights()),
            )
            if facts
        }

    def _weights(self) -> list[list[Any]]:
        """The weights of republics by scenario; empty where each counts alike."""
        if self.region_weights == ALIKE:
            return []
        found = [(s, weights_of(self.region_weights, s)) for s in self.scenarios.values()]
        return [[said(self.region_weights, s), [] if w is None else w.tolist()] for s, w in found]


PLAN = (
    "a plan (a YAML file); or a scenario with what is to vary, such as --vary powers.RUS.strain=0:0.9:10 "
    '(in Python vary={"powers.RUS.strain": (0, 0.9, 10)})'
)


def _nothing_to_vary(scenario: str) -> BadInput:
    return BadInput.of(f"the scenario {scenario} and nothing to vary", PLAN, path="plan")


def _plan(reader: Reader) -> Plan:
    """Put a plan together; raises BadInput with all problems."""
    reader.keys()
    scenarios, factors = reader.scenarios(), reader.factors()
    rows: Floats | None = None
    name = reader.text("rows")
    if name is not None and scenarios:
        rows, factors = _rows(reader, name)
    posterior = reader.posterior(factors)
    design = reader.choice("design", designs.DESIGNS, "rows" if name is not None else "grid")
    points = reader.number("points", 1, MAX_POINTS, designs.DEFAULT_POINTS.get(design, 0))
    _check_design(reader, design, points, factors, name)
    plan = Plan(
        scenarios,
        factors,
        design,
        0 if rows is None and design == "grid" else points,
        worlds=reader.number("worlds", 1, 2**31 - 1, 50),
        seed=reader.number("seed", 0, 2**63 - 1, 0),
        luck=reader.choice("luck", ("paired", "fresh"), "paired"),
        outcomes=reader.names("outcomes") or ("*",),
        trajectories=reader.flag("trajectories"),
        title=reader.text("title") or "",
        rows=rows,
        posterior=posterior,
        doubt=reader.doubt(factors),
        region_weights=reader.weights(),
        balanced=reader.gathered,
    )
    if rows is not None:
        plan = replace(plan, points=len(rows))
    reader.finish()
    most = min(MAX_POINTS, MAX_CELLS // len(plan.factors))
    if plan.size > most:
        raise BadInput.of(
            f"{plan.size:,} points",
            f"at most {most:,} with {len(plan.factors)} factors{f'; or {_OTHER_DESIGNS}' if design == 'grid' else ''}",
            path="design",
            file=reader.file,
        )
    plan.check()
    return plan


def _check_design(reader: Reader, design: str, points: int, factors: Sequence[Factor], rows: str | None) -> None:
    if (design == "rows") != (rows is not None):
        reader.wrong("design", repr(design), "'design: rows' with 'rows: FILE.csv', neither alone")
    told = reader.has("vary") and reader.problems  # what is to vary could not be read for another reason
    if not factors and rows is None and not told:
        reader.wrong("vary", "nothing to vary", KEYS["vary"])
    if rows is not None and reader.has("vary"):
        reader.wrong("vary", "factors beside rows", "either, not both: the columns of the CSV are the factors")
    if len(factors) > MAX_FACTORS:
        reader.wrong("vary", f"{len(factors)} factors", f"at most {MAX_FACTORS}")
    if design in ("grid", "rows") and reader.has("points"):
        reader.wrong(
            "points",
            str(points),
            f"no 'points' with the design {design}: its size follows from the factors"
            if design == "grid"
            else "no 'points' with rows: its size is the file's",
        )
    if design in designs.POWERS_OF_TWO and points & (points - 1):
        reader.wrong(
            "points",
            str(points),
            f"a power of two, which the design {design} needs for its balance",
            str(1 << (points - 1).bit_length()),
        )
    if design == "morris" and len(factors) < 2:
        reader.wrong("vary", f"{len(factors)} factor", "at least 2 with the design morris")
    if design == "morris" and points < 2:
        reader.wrong("points", str(points), "at least 2 trajectories with the design morris")
    if design == "grid":
        stepless = [factor for factor in factors if not factor.levels()]
        if len(stepless) > MOST_NAMED:
            reader.wrong("vary", f"a grid of {len(stepless)} factors without steps", _OTHER_DESIGNS)
            return
        for factor in stepless:
            reader.wrong(
                f"vary.{factor.path}",
                "a range without steps",
                "steps, as in {from: 0, to: 0.9, steps: 10} or 0:0.9:10, or another design (lhs)",
            )


_OTHER_DESIGNS = (
    "a design for many factors: morris (screens them), lhs (covers their ranges) or saltelli (Sobol indices, many runs)"
)


def _rows(reader: Reader, name: str) -> tuple[Floats | None, tuple[Factor, ...]]:
    """Points and factors of a CSV file; problems, with their lines, go to the reader."""
    path = (reader.folder or Path()) / name
    file = display(path)
    try:
        table = list(csv.reader(io.StringIO(text_of(path)), strict=True))
    except csv.Error as error:
        raise BadInput.of(str(error), "a CSV file with a header", file=file) from None
    head, *lines = table or [[]]
    head = [cell.strip() for cell in head]
    numbered = [(number, row) for number, row in enumerate(lines, 2) if any(cell.strip() for cell in row)]
    if not numbered or not any(head):
        raise BadInput.of("no rows", "a header of paths and a row for each point", file=file)
    for place, column in enumerate(head):
        if column in head[:place]:
            reader.problems.append(problem(column, "the same column twice", "one column a factor", file=file, line=1))
    for number, row in numbered:
        if len(row) != len(head):
            reader.problems.append(
                problem("", f"{len(row)} cells", f"{len(head)}, as the header has", file=file, line=number)
            )
    before = len(reader.problems)
    columns = [
        reader.column(path, [(number, row[j].strip() if j < len(row) else "") for number, row in numbered], file)
        for j, path in enumerate(head)
    ]
    if len(reader.problems) > before or any(column is None for column in columns):
        return None, ()
    kept = [column for column in columns if column is not None]
    return np.stack([values for _, values in kept], axis=1), tuple(factor for factor, _ in kept)


def unknown_outcomes(patterns: Sequence[str], names: Sequence[str], kept: Sequence[str]) -> None:
    """Refuse patterns of outcomes that match nothing."""
    from fnmatch import fnmatchcase

    idle = [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in kept)]
    if idle:
        raise BadInput(
            problem(
                "outcomes",
                repr(pattern),
                "an outcome, such as RUS.share, TJK.RUS.change or *.leader",
                nearest(pattern, names),
            )
            for pattern in idle
        )
