"""Packages of moves against the same uncertain futures: which reaches what is wanted, at what cost, and how surely.

A file of packages is a plan of a sweep (``sim.sweeps.plan``: scenario, set, months, worlds, seed, doubt, posterior,
vary) that says what is wanted and crosses its futures with named packages instead of one factor with another. So it is
kept, resumed and shared out as sweeps are. World i draws the same luck, and the same numbers that are in doubt, in
every package: packages are compared future by future. What any package decides is in doubt in none of them, nor where
nothing is done.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.decisions import regret
from sim.decisions.costs import POINTS, added, unpriced, wholes
from sim.decisions.want import EXAMPLE, Want
from sim.decisions.want import read as read_wants
from sim.decisions.words import listing, per_month
from sim.runs.doubt import SHARED, Doubt
from sim.runs.posterior import Posterior, load_posterior, own_posterior
from sim.runs.run import Progress
from sim.runs.words import capital, listed, percent
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest, printable, shown
from sim.scenario.locate import display, shipped_dir, text_of
from sim.scenario.paths import EVENT_ID
from sim.scenario.yaml import Node, read
from sim.sweeps import design as designs
from sim.sweeps.factors import SCENARIO, Factor, words
from sim.sweeps.plan import KEYS as PLAN_KEYS
from sim.sweeps.plan import Plan
from sim.sweeps.planreader import Reader, node, plain
from sim.sweeps.sweep import Estimate, sweep
from sim.sweeps.table import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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


@dataclass(frozen=True, eq=False)
class Packages:
    """Packages that were run; made by ``packages``."""

    crossing: Crossing
    sweep: Sweep

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages, doing nothing first."""
        return self.crossing.packages

    @property
    def wants(self) -> tuple[Want, ...]:
        """What is wanted."""
        return self.crossing.wants

    @property
    def names(self) -> list[str]:
        """Names of the packages."""
        return [package.name for package in self.packages]

    @property
    def futures(self) -> int:
        """How many futures each package meets."""
        return self.sweep.size // len(self.packages) * self.sweep.worlds

    def outcome(self, name: str) -> Floats:
        """An outcome in every future, (package, future)."""
        values: Floats = self.sweep.arrays([name])[1][:, :, 0].reshape(len(self.packages), -1)
        return values

    @cached_property
    def gains(self) -> Floats:
        """What each want is measured by, (want, package, future); see ``Want.gain``."""
        outcomes = [self.outcome(want.outcome) for want in self.wants]
        return np.stack([want.gain(v, v[:1]) for want, v in zip(self.wants, outcomes, strict=True)])

    @cached_property
    def met(self) -> Flags:
        """Where all that is wanted is reached, (package, future)."""
        each = [want.met(gain) for want, gain in zip(self.wants, self.gains, strict=True)]
        met: Flags = np.logical_and.reduce(each)
        return met

    @cached_property
    def reached(self) -> Floats:
        """Part of the futures in which all that is wanted is reached, (package,)."""
        return regret.reached(self.met)

    def table(self) -> pd.DataFrame:
        """One row a package and want: [package, about, cost, unit, want, reached, all_reached, mean, low, high,
        worst_tenth, regret, regret_p90, satisfices_most], the last False for all where none reaches it at all.

        ``mean``, the band of 80 % of the futures (``low`` to ``high``), the mean of the worst tenth and regret are in
        the outcome's unit (shares as parts of 1); ``regret`` is a mean over futures, ``regret_p90`` the 90 % quantile.
        """
        rows = []
        for want, gain in zip(self.wants, self.gains, strict=True):
            good = want.good(gain)
            behind = regret.regret(good)
            low, high = np.quantile(gain, (0.1, 0.9), axis=1)
            for i, package in enumerate(self.packages):
                rows.append(
                    {
                        "package": package.name,
                        "about": package.about,
                        "cost": package.cost,
                        "unit": f"{self.crossing.unit} a month",
                        "want": want.text,
                        "reached": float(want.met(gain)[i].mean()),
                        "all_reached": float(self.reached[i]),
                        "mean": float(gain[i].mean()),
                        "low": float(low[i]),
                        "high": float(high[i]),
                        "worst_tenth": float(want.sign * regret.worst(good)[i]),
                        "regret": float(behind[i].mean()),
                        "regret_p90": float(np.quantile(behind[i], regret.HIGH)),
                        "satisfices_most": bool(i == self.robust and self.reached[i] > 0.0),
                    }
                )
        return pd.DataFrame(rows)

    # -- which is which -----------------------------------------------------------------------------------------------

    @cached_property
    def robust(self) -> int:
        """Place of the package that satisfices in most futures; of several the cheapest."""
        order = sorted(range(len(self.packages)), key=lambda i: (-self.reached[i], self.packages[i].cost))
        return order[0]

    @cached_property
    def best(self) -> int:
        """Place of the package that is best on average, by the first want."""
        return int(self.wants[0].good(self.gains[0]).mean(axis=1).argmax())

    def surely_more(self, a: int, b: int) -> bool:
        """Whether package ``a`` satisfices in more futures than ``b`` by more than chance."""
        mean, error = regret.ahead(self.met[a], self.met[b], SHARED)
        return mean > regret.SURE * error

    def paragraph(self) -> str:
        """What follows, in words: what satisfices in most futures, what is best on average, what each costs."""
        return " ".join([*self._most(), *self._average(), *self._regret(), *self._cheapest(), *self._priceless()])

    def _most(self) -> Iterator[str]:
        robust, part = self.robust, self.reached[self.robust]
        aim = listed([want.said(self.crossing.base) for want in self.wants])
        if part == 0.0:
            yield f"{aim}: no package gets there in any of the {self.futures:,} futures."
            return
        name, cost = self.packages[robust].name, self._cost(robust)
        if robust == 0:
            yield f"{aim}: no package gets there in more futures than doing nothing ({percent(part)})."
            return
        yield f"{aim}: {name} gets there most often, in {percent(part)} of futures, {cost}."
        if part < 0.5:
            yield "That is fewer than half of them: no package can be relied on to get there."
        rivals = [i for i in range(1, len(self.packages)) if i != robust and not self.surely_more(robust, i)]
        if rivals:
            some = listed([f"{self.packages[i].name} ({percent(self.reached[i])})" for i in rivals[:3]])
            yield f"By no more than chance it is ahead of {some}."
        if self.reached[0] > 0.0:
            yield f"Doing nothing gets there in {percent(self.reached[0])}."

    def _average(self) -> Iterator[str]:
        best, robust, want, gain = self.best, self.robust, self.wants[0], self.gains[0]
        mean = want.size(float(gain[best].mean())) + (" of the first of these" if len(self.wants) > 1 else "")
        name = self.packages[best].name
        if best == 0 or self.reached[robust] == 0.0:
            yield f"On average {name} does best ({mean})." if best else "On average no package beats doing nothing."
        elif best == robust:
            yield f"It is also best on average ({mean})."
        elif self.surely_more(robust, best):
            worst = [want.size(want.sign * float(regret.worst(want.good(gain[[i]]))[0])) for i in (best, robust)]
            yield (
                f"{capital(name)} is best on average ({mean}, against "
                f"{want.size(float(gain[robust].mean()))} of {self.packages[robust].name}) but not robust: it gets "
                f"there in {percent(self.reached[best])} of futures only, and its worst tenth is at {worst[0]}, that "
                f"of {self.packages[robust].name} at {worst[1]}."
            )
        else:
            yield f"{capital(name)} is best on average ({mean}), and gets there less often by no more than chance."

    def _regret(self) -> Iterator[str]:
        want, gain = self.wants[0], self.gains[0]
        high = np.quantile(regret.regret(want.good(gain)), regret.HIGH, axis=1)
        least = int(high.argmin())
        if least not in (self.robust, self.best):
            yield (
                f"The least to regret is {self.packages[least].name}: in nine futures of ten it is "
                f"no more than {want.size(float(high[least])).lstrip('+')} behind the best package of that future."
            )

    def _cheapest(self) -> Iterator[str]:
        half = [i for i in range(len(self.packages)) if self.reached[i] >= 0.5]
        if half and self.packages[cheap := min(half, key=lambda i: self.packages[i].cost)].cost < self._price:
            yield (
                f"The cheapest that gets there in at least half of them is {self.packages[cheap].name} "
                f"({percent(self.reached[cheap])}), {self._cost(cheap)}."
            )

    @property
    def _price(self) -> float:
        return self.packages[self.robust].cost

    def _priceless(self) -> Iterator[str]:
        moved = [package for package in self.packages if package.unpriced]
        if moved:
            said = [f"{p.name} ({listing([words(path, self._scenario(p)) for path in p.unpriced])})" for p in moved]
            yield f"What it costs to move some numbers is not counted: {listed(said)}; say so with 'cost'."

    def _scenario(self, package: Package) -> Scenario:
        return list(self.crossing.plan.scenarios.values())[self.names.index(package.name)]

    def _cost(self, i: int) -> str:
        return f"for {per_month(self.packages[i].cost, self.crossing.unit)}"

    def figure(self) -> Figure:
        """What each package gains over all futures, against what is wanted, with how often it gets there and cost."""
        return lazy.figure("Packages.figure", self)


def packages(
    file: str | os.PathLike[str] | Mapping[str, Any],
    out: str | os.PathLike[str] | None = None,
    *,
    worlds: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    doubt: Doubt | bool | None = None,
    posterior: Posterior | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[Estimate], None] | None = None,
    command: str | None = None,
) -> Packages:
    """Run packages of moves over the same uncertain futures.

    Parameters
    ----------
    file : path of a file of packages, a shipped name ("eu-kazakhstan"), or its content as a mapping.
    out : folder to keep the futures in, as a sweep's: the same call goes on where it stopped.
    worlds, months, seed : instead of the file's (200 worlds, the scenario's months, seed 0).
    doubt : True (every number that is not sure), False (none) or a ``Doubt``, instead of the file's (all).
    posterior : draws of parameters, instead of the file's; by default those of the scenario, unless doubt is none or
        "none" is asked for.
    workers, progress, tell, command : as in ``sim.sweep``.

    Raises
    ------
    BadInput : whatever is wrong with the file, and all that ``sim.sweep`` refuses.
    Stopped : Ctrl-C; what was finished is kept in ``out``.

    Examples
    --------
    >>> found = packages("eu-kazakhstan", worlds=2, months=6)
    >>> found.names[0], found.table().shape[0] == len(found.names)
    ('do-nothing', True)
    """
    changes = {"worlds": worlds, "months": months, "seed": seed, "doubt": doubt, "posterior": posterior}
    asked = read_packages(file, {key: value for key, value in changes.items() if value is not None})
    return Packages(asked, sweep(asked.plan, out, workers=workers, progress=progress, tell=tell, command=command))


# -- reading -----------------------------------------------------------------------------------------------------------


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
    fine = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if fine else None  # type: ignore[arg-type]


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
