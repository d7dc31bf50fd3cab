"""Reads a file of packages: the packages, what is wanted, and the sweep that it comes to, all mistakes at once."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.decisions.costs import POINTS, added, unpriced, wholes
from sim.decisions.want import EXAMPLE, Want
from sim.decisions.want import read as read_wants
from sim.runs.doubt import Doubt
from sim.runs.posterior import Posterior, load_posterior, own_posterior
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest, printable, shown
from sim.scenario.locate import display, shipped_dir, text_of
from sim.scenario.paths import EVENT_ID
from sim.scenario.yaml import Node, read
from sim.sweeps import design as designs
from sim.sweeps.factors import SCENARIO, Factor
from sim.sweeps.plan import KEYS as PLAN_KEYS
from sim.sweeps.plan import Plan
from sim.sweeps.planreader import Reader, node, plain

NOTHING = "do-nothing"
"""The package that is always there: the scenario as it is."""
WORLDS = 200
MOST = 200
"""Packages at most."""
KEYS: dict[str, str] = {
    **{key: PLAN_KEYS[key] for key in ("title", "scenario", "set", "months", "worlds", "seed", "vary", "posterior")},
    "points": "a whole number, 1 or more: points of 'vary', each with all worlds",
    "doubt": "all (every number that is not sure, within its range; so where nothing is said), none, or a mapping of "
    "paths to low:high or [low, high]",
    "target": f"what is wanted, or a list of that, such as {EXAMPLE}",
    "cost_unit": "a unit of your own for costs, such as 'million euros'; every package then says its cost",
    "packages": "a mapping of names to packages: about, set, events, cost",
}
"""Keys of a file of packages and what may stand there."""
PACKAGE_KEYS: dict[str, str] = {
    "about": "a line of text",
    "set": "a mapping of paths to values",
    "events": "events as in a scenario: an id and what the event is; null takes one away",
    "cost": "a number, what it costs a month; or {per_month: 0.1, once: 3}",
}
"""Keys of a package and what may stand there."""
_COSTS = ("per_month", "once")
_EXPECTED = "packages: a mapping with scenario, target and packages"


@dataclass(frozen=True)
class Package:
    """One package: what it sets (by path, events by ``events.ID``), and what that costs a month.

    ``moves`` are the paths of all that it says, the keys of its events one by one. ``stated`` says whether the file
    says the cost; ``unpriced`` are numbers that it moves and that have no price by the rule (see
    ``sim.decisions.costs``), where it does not.
    """

    name: str
    about: str
    values: Mapping[str, Any]
    cost: float
    moves: tuple[str, ...] = ()
    stated: bool = False
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crossing:
    """What a file of packages asks: the packages, doing nothing first, what is wanted, and the sweep it comes to."""

    packages: tuple[Package, ...]
    wants: tuple[Want, ...]
    unit: str
    plan: Plan
    base: Scenario


def shipped_packages() -> list[str]:
    """Names of the files of packages that come with sim."""
    return sorted(path.stem for path in (shipped_dir("scenarios") / "packages").glob("*.yaml"))


def read_packages(
    file: str | os.PathLike[str] | Mapping[str, Any], changes: Mapping[str, Any] | None = None
) -> Crossing:
    """What a file of packages asks, checked wholly; ``changes`` take the place of its keys. Raises BadInput."""
    changes = dict(changes or {})
    given = changes.pop("doubt", None)
    top, name, problems, folder = _top(file)
    assert isinstance(top.value, dict)
    if given is not None:
        top.value.pop("doubt", None)
    posterior = changes.pop("posterior", None)
    if posterior is not None:
        top.value.pop("posterior", None)
    top.value |= {key: node(value) for key, value in changes.items()}
    return _Reading(Reader(top, name, problems, folder, KEYS), Doubt.of(given), given is not None, posterior).crossing()


def _top(file: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[Node, str, list[Problem], Path | None]:
    if isinstance(file, Mapping):
        said = dict(file)
        if isinstance(spans := said.get("doubt"), Mapping):  # there a pair is no range with steps
            said["doubt"] = {path: list(span) if isinstance(span, tuple) else span for path, span in spans.items()}
        return node(said), "", [], None
    if not isinstance(file, str | os.PathLike):
        raise BadInput.of(shown(file), "the path of a file of packages, or its content", path="packages")
    path = Path(file)
    if str(file) in shipped_packages():
        path = shipped_dir("scenarios") / "packages" / f"{file}.yaml"
    elif not path.is_file():
        names = shipped_packages()
        raise BadInput.of(
            f"{printable(str(file))!r} (no such file)",
            f"a file of packages (YAML), or one that comes with sim ({', '.join(names)})",
            path="packages",
            nearest=nearest(str(file), names),
        )
    top, problems = read(text_of(path), display(path), _EXPECTED)
    if not isinstance(top.value, dict):
        raise BadInput.of("no mapping", _EXPECTED, file=display(path), line=top.line, column=top.column)
    return top, display(path), problems, path.parent


class _Reading:
    """One file of packages being read."""

    def __init__(self, reader: Reader, doubt: Doubt | None, said: bool, posterior: Posterior | str | None) -> None:
        self.reader, self.doubt, self.said, self.posterior = reader, doubt, said, posterior

    def crossing(self) -> Crossing:
        reader = self.reader
        reader.keys()
        worlds, points = reader.number("worlds", 1, 2**31 - 1, WORLDS), reader.number("points", 1, 100_000, 20)
        seed, title, unit = reader.number("seed", 0, 2**63 - 1, 0), reader.text("title") or "", reader.text("cost_unit")
        if reader.has("points") and not reader.has("vary"):
            reader.wrong("points", "points without 'vary'", "'vary' with them; more futures are more 'worlds'")
        found = reader.scenarios()
        if "packages" not in reader.top:
            reader.wrong("packages", "nothing", KEYS["packages"])
        if "target" not in reader.top:
            reader.wrong("target", "nothing", KEYS["target"])
        if len(found) > 1:
            reader.wrong("vary", "several scenarios", "one; packages say what differs")
        if not found:
            reader.finish()
        base = next(iter(found.values()))
        factors = reader.factors()
        wants = self.wants(base)
        made = list(self.packages(base, unit))
        self.different(base, made)
        reader.finish()
        scenarios = {NOTHING: base} | {package.name: story for package, story in made}
        moved = wholes(path for package, _ in made for path in package.moves)
        doubt = self._doubt(factors, moved)
        for factor in factors:
            if not wholes([factor.path]).isdisjoint(moved):
                reader.wrong(f"vary.{factor.path}", "a number that a package sets", "one of the two")
        drawn = self._posterior(base, scenarios, factors, doubt)
        reader.finish()
        plan = _plan(scenarios, factors, points, worlds=worlds, seed=seed, title=title, posterior=drawn, doubt=doubt)
        nothing = Package(NOTHING, "the scenario as it is", {}, 0.0)
        return Crossing((nothing, *(package for package, _ in made)), wants, unit or POINTS, plan, base)

    # -- what is wanted -----------------------------------------------------------------------------------------------

    def wants(self, base: Scenario) -> tuple[Want, ...]:
        target = self.reader.top.get("target")
        if target is None:
            return ()
        items = target.value if isinstance(target.value, list) else [target]
        if not items:
            self.reader.wrong("target", "an empty list", KEYS["target"])
        for item in items:
            if not isinstance(item.value, str):
                self.reader.wrong("target", repr(printable(item.text)), KEYS["target"], at=item)
        texts = [(i.value, i.line or None, i.column or None) for i in items if isinstance(i.value, str)]
        wants, problems = read_wants(texts, base, path="target", file=self.reader.file)
        self.reader.problems += problems
        return wants

    # -- packages -----------------------------------------------------------------------------------------------------

    def packages(self, base: Scenario, unit: str | None) -> Iterator[tuple[Package, Scenario]]:
        top = self.reader.top.get("packages")
        if top is None:
            return
        if not isinstance(top.value, dict) or not top.value:
            empty = "no package" if isinstance(top.value, dict) else "no mapping"
            self.reader.wrong("packages", repr(printable(top.text)) if top.text else empty, KEYS["packages"])
            return
        if len(top.value) > MOST:
            self.reader.wrong("packages", f"{len(top.value)} packages", f"at most {MOST}")
            return
        for name, spec in top.value.items():
            at = f"packages.{name}"
            if not re.fullmatch(EVENT_ID, name) or len(name) > 64 or name == NOTHING:
                taken = " (the scenario as it is stands there by itself)" if name == NOTHING else ""
                expected = "small letters, digits and dashes, a letter first, at most 64"
                self.reader.wrong(at, f"the name {printable(name)!r}{taken}", expected, at=spec)
                continue
            if not isinstance(spec.value, dict):
                self.reader.wrong(at, "no mapping", f"a mapping: {', '.join(PACKAGE_KEYS)}", at=spec)
                continue
            for key, value in spec.value.items():
                if key not in PACKAGE_KEYS:
                    near = nearest(key, PACKAGE_KEYS)
                    found, expected = f"the unknown key {printable(key)!r}", f"one of {', '.join(PACKAGE_KEYS)}"
                    self.reader.wrong(f"{at}.{key}", found, expected, near, value)
            made = self.package(name, spec.value, base, unit)
            if made:
                yield made

    def package(
        self, name: str, spec: Mapping[str, Node], base: Scenario, unit: str | None
    ) -> tuple[Package, Scenario] | None:
        before = len(self.reader.problems)
        values, places = self.values(name, spec)
        cost = self.cost(name, spec.get("cost"), base.months)
        about = spec.get("about")
        if about is not None and not isinstance(about.value, str):
            self.reader.wrong(f"packages.{name}.about", repr(printable(about.text)), PACKAGE_KEYS["about"], at=about)
        if len(self.reader.problems) > before:
            return None
        try:
            story = base.with_values(values, by=f"packages.{name}")
        except BadInput as error:
            self.reader.problems += [_placed(one, name, places, self.reader.file) for one in error.problems]
            return None
        if unit and cost is None:
            self.reader.wrong(f"packages.{name}", "no cost", f"its cost in {unit}", at=next(iter(spec.values()), None))
            return None
        paths = [path for path in places if path in story.values or path.split(".")[0] != "events"]
        moved = [path for path in paths if _moves(base, story, path)]
        said = str(about.value) if about is not None else ""
        if cost is not None:
            return Package(name, said, values, cost, tuple(places), True), story
        return Package(name, said, values, added(story, base), tuple(places), False, tuple(unpriced(moved))), story

    def different(self, base: Scenario, made: Sequence[tuple[Package, Scenario]]) -> None:
        """Refuse a package that changes nothing, and one that is another one by another name.

        Left alone are packages with an event after the end of the run: a shorter run makes them alike.
        """
        top = self.reader.top.get("packages")
        seen = {base.hash: ""}
        for package, story in made:
            if any(path.split(".")[1] in story.left_out for path in package.moves if path.startswith("events.")):
                continue
            other = seen.setdefault(story.hash, package.name)
            if other != package.name:
                found = f"the same as {other}" if other else "nothing that differs from the scenario"
                expected = "another change, or one of the two" if other else "a change of the scenario"
                at = top.value[package.name] if top and isinstance(top.value, dict) else None
                self.reader.wrong(f"packages.{package.name}", found, expected, at=at)

    def values(self, name: str, spec: Mapping[str, Node]) -> tuple[dict[str, Any], dict[str, Node]]:
        """What a package sets by path, whole events by theirs; and where each stands, down to the keys of events."""
        values: dict[str, Any] = {}
        places: dict[str, Node] = {}
        for key, head in (("set", ""), ("events", "events.")):
            part = spec.get(key)
            if part is None:
                continue
            if not isinstance(part.value, dict):
                self.reader.wrong(f"packages.{name}.{key}", repr(printable(part.text)), PACKAGE_KEYS[key], at=part)
                continue
            for path, value in part.value.items():
                values[head + path] = plain(value)
                places |= dict(_places(head + path, value))
        if not values and not any(problem.path.startswith(f"packages.{name}") for problem in self.reader.problems):
            self.reader.wrong(
                f"packages.{name}", "nothing that it does", "'set' or 'events'", at=next(iter(spec.values()), None)
            )
        return values, places

    def cost(self, name: str, spec: Node | None, months: int) -> float | None:
        """The cost a month that a package states; None where it states none."""
        if spec is None or spec.value is None:
            return None
        parts = spec.value if isinstance(spec.value, dict) else {"per_month": spec}
        at, numbers = f"packages.{name}.cost", {key: _number(part) for key, part in parts.items()}
        before = len(self.reader.problems)
        if not parts:
            self.reader.wrong(at, "an empty mapping", PACKAGE_KEYS["cost"], at=spec)
        for key, part in parts.items():
            if key not in _COSTS:
                found, near = f"the unknown key {printable(key)!r}", nearest(key, _COSTS)
                self.reader.wrong(f"{at}.{key}", found, f"one of {', '.join(_COSTS)}", near, part)
            elif numbers[key] is None:
                whole, found = part is spec, repr(printable(part.text)) if part.text else "no number"
                wanted = PACKAGE_KEYS["cost"] if whole else "a number"
                self.reader.wrong(at if whole else f"{at}.{key}", found, wanted, at=part)
        if len(self.reader.problems) > before:
            return None
        return (numbers.get("per_month") or 0.0) + (numbers.get("once") or 0.0) / months

    # -- futures ------------------------------------------------------------------------------------------------------

    def _doubt(self, factors: Sequence[Factor], moved: frozenset[str]) -> Doubt | None:
        """What is in doubt: what the file or the caller says, else everything; but for what packages decide."""
        doubt = self.doubt if self.said else self.reader.doubt(factors) if self.reader.has("doubt") else Doubt()
        if doubt is None:
            return None
        for path in doubt.ranges:
            if not wholes([path]).isdisjoint(moved):
                self.reader.wrong(f"doubt.{path}", "a number that a package sets", "one of the two")
        varied = wholes(factor.path.removeprefix("rest.") for factor in factors)
        return replace(doubt, without=doubt.without | moved | varied)

    def _posterior(
        self, base: Scenario, scenarios: Mapping[str, Scenario], factors: Sequence[Factor], doubt: Doubt | None
    ) -> Posterior | None:
        """The draws: those asked for, else the scenario's own where everything is in doubt and they fit."""
        if self.posterior == "none":
            return None
        if self.posterior is not None:
            drawn: Posterior | None = load_posterior(self.posterior)
        elif self.reader.has("posterior"):
            said = self.reader.text("posterior")
            drawn = None if said == "none" else self.reader.posterior(factors)
        else:
            drawn = own_posterior(base) if doubt is not None and doubt.everything else None
        for name, story in scenarios.items() if drawn is not None else ():
            try:
                assert drawn is not None
                drawn.check(story, {factor.path: "a factor" for factor in factors})
            except BadInput as error:
                for one in error.problems:
                    wanted = f"{one.expected}; --posterior none, or 'posterior: none', leaves it out"
                    self.reader.wrong(f"packages.{name}.{one.path}", one.found, wanted, one.nearest)
        return drawn


def _plan(scenarios: Mapping[str, Scenario], factors: Sequence[Factor], points: int, **asked: Any) -> Plan:
    """The sweep: every package at every point of what is varied, or once where nothing is."""
    places = tuple(float(place) for place in range(len(scenarios)))
    whole = Factor(SCENARIO, "scenario", 0.0, len(scenarios) - 1.0, values=places, names=tuple(scenarios))
    drawn = np.zeros((1, 0))
    if factors:
        drawn, _ = designs.sample("lhs", factors, points, asked["seed"])
    first, rest = np.repeat(np.array(places), len(drawn)), np.tile(drawn, (len(places), 1))
    rows = np.concatenate([first[:, None], rest], axis=1)
    plan = Plan(dict(scenarios), (whole, *factors), "rows", len(rows), rows=rows, **asked)
    plan.check()
    return plan


def _number(part: Node) -> float | None:
    value = part.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _places(path: str, value: Node) -> Iterator[tuple[str, Node]]:
    """Paths of a value and of all that is inside it, each with its node."""
    inside = value.value if isinstance(value.value, dict) else {}
    for key, part in inside.items():
        yield from _places(f"{path}.{key}", part)
    yield path, value


def _moves(base: Scenario, story: Scenario, path: str) -> bool:
    """Whether a path stands for another number than in the base; of what is no number (a strategy), always."""
    if path in story.values and path in base.values:
        return story.get(path) != base.get(path)
    return not (path.startswith("events.") and path.count(".") < 2)


def _placed(one: Problem, name: str, places: Mapping[str, Node], file: str) -> Problem:
    """A problem of a scenario as one of the file of packages, where the value stands."""
    keys = one.path.split(".")
    tries = (".".join(keys[:end]) for end in range(len(keys), 0, -1))
    at = next((places[path] for path in tries if path in places), None)
    line, column = (at.line or None, at.column or None) if at else (None, None)
    return Problem(
        file, line, column, printable(f"packages.{name}.{one.path}", 120), one.found, one.expected, one.nearest
    )
