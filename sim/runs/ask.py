"""What is asked of the model, as one frozen value: everything that the numbers of a run depend on.

``Ask.of`` makes one of whatever names a scenario, or of another ask (a result carries its own), with what differs. It
is checked once, when it is made. Whoever runs the model or reads a result takes an ask, so that an answer can always be
traced to its question, asked again, and distinguished from the answer to another one (``digest``).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import isbuiltin
from typing import Any, Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from sim.runs import region
from sim.runs.doubt import SHARED, Doubt, Doubted, numbers
from sim.runs.modelversion import check_found, class_facts, classes_of, is_missing, own
from sim.runs.posterior import Posterior, load_posterior
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.dates import is_date_path
from sim.scenario.doubt import REST, Range
from sim.scenario.errors import nearest, shown
from sim.scenario.models import FrozenDict, freeze
from sim.scenario.names import code_of, unknown
from sim.world.actors import Power, Republic
from sim.world.agents import Classes, chosen_classes
from sim.world.model import DiplomacyModel
from sim.world.parameters import Variations, check_variations, over_time
from sim.world.record import KEEPS

Floats = NDArray[np.float64]

SHOWN = 3
"""Varied numbers that are named one by one in words; more are counted."""


class Options(TypedDict, total=False):
    """What may be said beside a scenario, but for worlds, months and seed; see ``Ask`` for what each means."""

    republic: Classes
    power: Classes
    model: type[DiplomacyModel]
    keep: str
    variations: Variations | None
    posterior: Posterior | str | os.PathLike[str] | None
    doubt: Doubted
    region_weights: str


class Asked(Options, total=False):
    """All that may be said beside a scenario."""

    worlds: int | None
    months: int | None
    seed: int | None


class Answer(Protocol):
    """What carries the ask that it answers: a result, an explanation."""

    @property
    def ask(self) -> Ask: ...


@dataclass(frozen=True, eq=False)
class Ask:
    """A question to the model. Two are equal where their ``digest`` is.

    ``Ask.of`` is the convenient way to make one.

    Raises
    ------
    BadInput : a number out of range, variations that do not fit the scenario, a path set twice, no class.

    Examples
    --------
    >>> ask = Ask.of("dushanbe-2025", worlds=100, months=12)
    >>> Ask.of(ask, seed=1).months
    12
    """

    scenario: Scenario
    """What is simulated, cut to the months that are asked for."""
    worlds: int = 500
    """How many worlds, 1 or more; world i has the same luck in every scenario with the same seed."""
    seed: int = 0
    """Seed of all chance, 0 to 2^63 - 1."""
    keep: str = "full"
    """How much of the run is kept: "outcomes" (one row a world), "overall" (and overall alignment by month), "full"
    (and all that happened) or "drivers" (and what moved each alignment, exactly)."""
    variations: Variations = field(default_factory=FrozenDict)
    """Numeric paths of the scenario -> one value a world, shape (worlds,); kept as copies that cannot be written to."""
    posterior: Posterior | None = None
    """Draws of parameters: world i takes draw i modulo their number, so that bands show parameter uncertainty as well
    as chance. What it draws or scales may be set by nothing else but the scenario's root file."""
    doubt: Doubt | None = None
    """What is in doubt: each pair of neighbouring worlds has its own draw of every number that is not known for sure,
    within its range, but for those that posterior or variations set. None: the scenario's values in every world."""
    republic: Classes = Republic
    """Class of the republics, or {code: class} ("*": those not named)."""
    power: Classes = Power
    """Class of the powers, or {code: class}."""
    model: type[DiplomacyModel] = DiplomacyModel
    """Class of the model."""
    region_weights: str = region.ALIKE
    """How means over republics are weighted: "alike", or "gdp" (see ``sim.runs.region``)."""

    # -- making one ---------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, given: Askable, **asked: Unpack[Asked]) -> Ask:
        """The ask of a scenario, a shipped name, a path, a result or another ask, and what differs from it.

        ``worlds``, ``months`` and ``seed`` that are None are as they were. ``posterior`` may be a shipped name or a
        file of ``sim calibrate``. Fewer worlds are the first of those there were, with their variations.

        Raises BadInput as ``Ask`` does, and for whatever is wrong with scenario or posterior.
        """
        for name in set(asked) - Asked.__optional_keys__:
            near = nearest(name, Asked.__optional_keys__)
            raise TypeError(f"no argument {name!r}{f'; did you mean {near!r}?' if near else ''}")
        base, changes = _base(given), dict[str, Any](asked)
        for name in ("worlds", "months", "seed"):
            if changes.get(name) is None:
                changes.pop(name, None)
        months = changes.pop("months", None)
        if months is not None and (months != base.months or not _whole(months)):
            changes["scenario"] = base.scenario.with_months(int(months) if _whole(months) else months)
        if changes.get("posterior") is not None:
            changes["posterior"] = load_posterior(changes["posterior"])
        if "doubt" in changes:
            changes["doubt"] = Doubt.of(changes["doubt"])
        if "variations" in changes:
            changes["variations"] = {} if changes["variations"] is None else changes["variations"]
        elif changes.get("worlds", base.worlds) != base.worlds and base.variations:
            changes["variations"] = _first(base, changes["worlds"])
        return replace(base, **changes) if changes else base

    def __post_init__(self) -> None:
        _check_kinds(self)
        for name, standard, actors in (
            ("republic", Republic, self.scenario.republics),
            ("power", Power, self.scenario.powers),
        ):
            object.__setattr__(self, name, _coded(name, getattr(self, name), standard, actors))
        held = {path: _held(path, values) for path, values in self.variations.items()}
        check_variations(self.scenario, self.worlds, held)
        _check_bounds(self.scenario, held)
        if self.posterior is not None:
            self.posterior.check(self.scenario, dict.fromkeys(held, "variations"))
        if self.doubt is not None:
            self.doubt.resolved(self.scenario)
        region.check(self.region_weights, self.scenario)
        for name, value in (("worlds", int(self.worlds)), ("seed", int(self.seed)), ("variations", freeze(held))):
            object.__setattr__(self, name, value)

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def months(self) -> int:
        """Length of the run."""
        return self.scenario.months

    @cached_property
    def weights(self) -> Floats | None:
        """Weights of means over republics, (republic,), which sum to 1; None where each counts alike."""
        return region.weights_of(self.region_weights, self.scenario)

    def batches(self, size: int) -> Iterator[NDArray[np.int64]]:
        """Numbers of the worlds, so many at a time."""
        return batches(self.worlds, size)

    def values_of(self, worlds: NDArray[np.int64]) -> dict[str, Floats]:
        """What differs between the numbered worlds, path -> (len(worlds),): the posterior's draws and variations."""
        number = worlds if self.doubt is None else worlds // SHARED
        draws = {} if self.posterior is None else self.posterior.variations(self.scenario, number)
        set_ = draws | {path: values[worlds] for path, values in self.variations.items()}
        return set_ if self.doubt is None else self.doubt.values(self.scenario, worlds, self.seed, set_) | set_

    def number(self, path: str) -> Floats:
        """The number at a path as the worlds have it: (worlds,) where it differs between them, else (1,).

        Of a path over time, its value in the first month.
        """
        if path in self.scenario.courses:
            return over_time(self.scenario, path, self.scenario.start, self._varied)
        return self._varied[path] if path in self._varied else np.array([self.scenario.get(path)])

    @cached_property
    def doubts(self) -> dict[str, Range]:
        """The ranges of what is in doubt, by path; those of what posterior or variations set are left out."""
        if self.doubt is None:
            return {}
        others = {*self.variations, *(self.posterior.paths(self.scenario) if self.posterior else ())}
        found = self.doubt.resolved(self.scenario)
        return {path: span for path, span in found.items() if path.removeprefix(REST) not in others}

    @cached_property
    def _varied(self) -> Mapping[str, Floats]:
        return self.values_of(np.arange(self.worlds))

    def check_found(self) -> None:
        """Raise BadInput, naming it, for a class that could not be found again when the result was read back."""
        check_found(self.republic, self.power, self.model)

    @property
    def own_classes(self) -> bool:
        """Whether any class is not one of sim's."""
        return any(own(cls) for cls in classes_of(self.republic, self.power, self.model))

    # -- what tells it from others ------------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> dict[str, dict[str, dict[str, str]]]:
        """The classes by "republic", "power" and "model", then by code ("*": all others); see ``class_facts``."""
        return {
            "republic": {code: class_facts(cls) for code, cls in by_code(self.republic).items()},
            "power": {code: class_facts(cls) for code, cls in by_code(self.power).items()},
            "model": {"*": class_facts(self.model)},
        }

    @cached_property
    def digest(self) -> str:
        """32 hexadecimal digits over all that the numbers depend on; not over how much of them is kept.

        Scenario, worlds, months, seed, the bytes of variations and draws, what becomes of day one where they vary, and
        the source of every class with that of the model. NumPy's version stands in the manifest beside it.
        """
        hashed = hashlib.blake2b(digest_size=16)
        varied = [*self.variations, *(self.posterior.paths(self.scenario) if self.posterior else ())]
        facts = (
            self.scenario.hash,
            self.worlds,
            self.months,
            self.seed,
            sorted((kind, code, sorted(cls.items())) for kind, of in self.classes.items() for code, cls in of.items()),
            sorted(path for path in varied if self.scenario.keeps_rest(path)),
            self.posterior and self.posterior.digest,
            self.doubt and self.doubt.manifest(self.scenario)["digest"],
            *([] if self.weights is None else [self.weights.tolist()]),
        )
        hashed.update(repr(facts).encode())
        for path, values in sorted(self.variations.items()):
            hashed.update(path.encode() + b"\0" + values.tobytes())
        return hashed.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ask) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def manifest(self) -> dict[str, Any]:
        """What is written of it beside results; with the files that ``sim.runs.folder`` writes, all of it."""
        return {
            "digest": self.digest,
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "root_actors": sorted(self.scenario.root_actors),
            "changes": self.scenario.changes,
            "seed": self.seed,
            "worlds": self.worlds,
            "months": self.months,
            "keep": self.keep,
            "posterior": None if self.posterior is None else self.posterior.manifest,
            "variations": sorted(self.variations),
            "doubt": None
            if self.doubt is None
            else self.doubt.manifest(self.scenario) | {"numbers": numbers(self.doubts)},
            "classes": self.classes,
            "region_weights": self.region_weights,
        }

    # -- words --------------------------------------------------------------------------------------------------------

    @property
    def beside(self) -> list[str]:
        """What scenario, worlds, months and seed do not say, in a few words each: classes, variations, posterior."""
        paths = list(self.variations)
        varied = paths if len(paths) <= SHOWN else [f"{len(paths)} numbers"]
        posterior = [] if self.posterior is None else [self.posterior.said()]
        doubt = [] if self.doubt is None else [self.doubt.said(self.doubts)]
        weighted = [] if self.weights is None else [f"means over {self.scenario.words.members} {self.weighted}"]
        return [*self.own_names, *(f"{path} varied" for path in varied), *posterior, *doubt, *weighted]

    @property
    def weighted(self) -> str:
        """How means over republics are weighted, in a few words: ``each alike``, ``by GDP of 2023``."""
        return region.said(self.region_weights, self.scenario)

    @property
    def own_names(self) -> list[str]:
        """Names of the classes that are not sim's standard ones, with whose they are: "republic Member"."""
        return [
            f"{kind if code == '*' else code} {cls['name'].rpartition('.')[2]}"
            for kind, standard in (("republic", Republic), ("power", Power), ("model", DiplomacyModel))
            for code, cls in self.classes[kind].items()
            if (cls["module"], cls["name"]) != (standard.__module__, standard.__qualname__)
        ]

    def __repr__(self) -> str:
        more = "".join(f", {text}" for text in self.beside)
        return f"<Ask {self.scenario.name}: {self.worlds} worlds, {self.months} months, seed {self.seed}{more}>"


Askable = Scenario | str | os.PathLike[str] | Ask | Answer
"""What may be asked: a scenario, a shipped name or a path; an ask, or what carries one, such as a result."""


def batches(total: int, size: int) -> Iterator[NDArray[np.int64]]:
    """World numbers 0 … total - 1 in batches."""
    for first in range(0, total, size):
        yield np.arange(first, min(first + size, total))


def by_code(classes: Classes) -> Mapping[str, Any]:
    """Classes by the codes of their actors, "*" for those not named."""
    return classes if isinstance(classes, Mapping) else {"*": classes}


def _base(given: Askable) -> Ask:
    if isinstance(given, Ask):
        return given
    if isinstance(given, Scenario):
        return Ask(given)
    if isinstance(given, str | os.PathLike):
        return Ask(load(os.fspath(given)))
    ask = getattr(given, "ask", None)
    if not isinstance(ask, Ask):
        raise BadInput.of(shown(given), "a scenario, its name or path, an ask or a result", path="scenario")
    return ask


def _first(ask: Ask, worlds: int) -> Variations:
    """Variations of the first worlds. Raises BadInput where there are not as many."""
    if worlds > ask.worlds:
        raise BadInput.of(
            repr(worlds), f"at most the {ask.worlds} that variations are given for, or other variations", path="worlds"
        )
    return {path: values[:worlds] for path, values in ask.variations.items()}


def _held(path: str, values: Any) -> Floats:
    """A copy of the values that cannot be written to."""
    try:
        held = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadInput.of(f"{values!r:.60}", "one number for each world", path=path) from None
    held.flags.writeable = False
    return held


def _check_kinds(ask: Ask) -> None:
    """Raise BadInput for what is of another kind than a field wants; what it says is looked at afterwards."""
    found: dict[str, tuple[Any, bool, str]] = {
        "scenario": (ask.scenario, isinstance(ask.scenario, Scenario), "a scenario; Ask.of takes a name or path, too"),
        "worlds": (ask.worlds, _whole(ask.worlds) and ask.worlds >= 1, "a whole number, 1 or more"),
        "seed": (ask.seed, _whole(ask.seed) and 0 <= ask.seed < 2**63, "a whole number from 0 to 2^63 - 1"),
        "keep": (ask.keep, ask.keep in KEEPS, f"one of {', '.join(KEEPS)}"),
        "model": (ask.model, _models(ask.model), "a subclass of sim.DiplomacyModel"),
        "posterior": (
            ask.posterior,
            isinstance(ask.posterior, Posterior | None),
            "a posterior; Ask.of takes a name, too",
        ),
        "variations": (ask.variations, isinstance(ask.variations, Mapping), f"values by path, such as {_VARIED}"),
    }
    problems = [
        Problem("", None, None, name, repr(value) if isinstance(value, str | int | float) else shown(value), expected)
        for name, (value, fits, expected) in found.items()
        if not fits
    ]
    if found["variations"][1]:
        paths: Iterable[Any] = ask.variations
        problems += [
            Problem("", None, None, "variations", f"the path {shown(path)}", f"text, as in {_VARIED}")
            for path in paths
            if not isinstance(path, str)
        ]
    if problems:
        raise BadInput(problems)


_VARIED = '{"powers.RUS.strain": values}'


def _models(given: Any) -> bool:
    """Whether something may make models: a subclass, or a function or partial of a user's own."""
    if isinstance(given, type):
        return issubclass(given, DiplomacyModel) or is_missing(given)
    return callable(given) and not isbuiltin(given)


def _coded(kind: str, classes: Classes, standard: type[Any], actors: Mapping[str, Any]) -> Classes:
    """Classes by code, those that say what goes without saying left out, so that the same question is the same ask.

    Raises BadInput for what is no class, for whom the scenario does not have, and for one named twice.
    """
    problems, chosen = [], dict[str, Any]()
    given: Mapping[Any, Any] = by_code(classes)
    for name, cls in given.items():
        code = code_of(name, actors) or name
        if not isinstance(name, str):
            problems.append(unknown(name, actors, kind))
        elif code in chosen:
            problems.append(Problem("", None, None, kind, f"{name!r} a second time", "each actor once"))
        elif isbuiltin(cls):  # any other function may make actors
            problems.append(Problem("", None, None, kind, repr(cls), f"a subclass of sim.{standard.__name__}"))
        else:
            chosen[code] = cls
    if problems:
        raise BadInput(problems)
    found = {code: cls for code, cls in chosen.items() if not is_missing(cls)}
    chosen_classes(standard, found, {code: spec.name for code, spec in actors.items()})
    others = chosen.pop("*", standard)
    if not chosen:
        return others  # type: ignore[no-any-return]
    by_actor: Classes = freeze(chosen if others is standard else chosen | {"*": others})
    return by_actor


def _check_bounds(scenario: Scenario, held: Mapping[str, Floats]) -> None:
    """Raise BadInput for varied numbers outside the bounds of the parameter table; dates may lie anywhere."""
    rows = {path: scenario.parameter(path) for path in held if not is_date_path(tuple(path.split(".")))}
    problems = [
        Problem("", None, None, path, f"{low:g} to {high:g}", f"numbers from {row.low:g} to {row.high:g}")
        for path, row in rows.items()
        for low, high in [(held[path].min(), held[path].max())]
        if low < row.low or high > row.high
    ]
    if problems:
        raise BadInput(problems)


def _whole(value: Any) -> bool:
    if isinstance(value, bool | np.bool_):  # True is a 1 to Python, but nobody asks for True worlds
        return False
    return isinstance(value, int | np.integer) or (isinstance(value, float) and value.is_integer())
