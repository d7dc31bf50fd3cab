"""A loaded scenario: checked, frozen, and able to say every number it holds and where it comes from.

``rest``: day one is the middle of history, not its beginning. Each actor's conduct up to day one is what brought
about the picture of day one; where a scenario changes an actor's conduct (a file that ``extends`` another, ``--set``,
:meth:`Scenario.with_values`), the value of the root file is kept in ``rest``, and the model settles day one under it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property, reduce
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from pydantic import PrivateAttr

from sim.scenario import checks, overrides, sources, writing
from sim.scenario.courses import Course
from sim.scenario.dates import DATES, date_row, month_label
from sim.scenario.doubt import REST, Range, ranges
from sim.scenario.errors import BadInput, Problem, nearest, printable, shown
from sim.scenario.events import NEEDS_POWERS, late_events, needed
from sim.scenario.locate import SUFFIXES, File, chain, locate
from sim.scenario.merge import Collector, Draft, Leaf, Place, changed, merged
from sim.scenario.models import Contents, EventSpec, PowerSpec, RepublicSpec, RuleSpec, freeze
from sim.scenario.paths import CHANGES, MAX_MONTHS, TEXTS, TIMES, Path, dotted, find, one_of, split, whole
from sim.scenario.table import Parameter

__all__ = ["EventSpec", "PowerSpec", "RepublicSpec", "RuleSpec", "Scenario", "load"]


class Scenario(Contents):
    """A scenario ready to be run. Made by :func:`load`, :meth:`from_yaml` or a ``with_...`` method, never directly.

    ``start`` is a month number (year x 12 + month - 1). Two scenarios are equal where their ``hash`` is.
    """

    _name: str = ""
    _draft: Draft = PrivateAttr(default_factory=Draft)
    _values: dict[str, float] = PrivateAttr(default_factory=dict)
    _courses: dict[str, Course] = PrivateAttr(default_factory=dict)

    # -- making one -----------------------------------------------------------------------------------------------

    @classmethod
    def from_yaml(cls, text: str, name: str = "scenario", folder: str | FilePath | None = None) -> Scenario:
        """The scenario in a text; a relative ``extends`` starts from ``folder`` (default: the working folder)."""
        if not isinstance(text, str):
            raise BadInput.of(shown(text), "the text of a scenario", path=name)
        collect = Collector()
        return _build(name, merged(chain(File(name, text, FilePath(folder) if folder else None)), collect), collect)

    def _adopt(self, name: str, draft: Draft) -> Scenario:
        """Take what the fields do not hold; only while the scenario is being made."""
        self._name, self._draft = name, draft
        paths = checks.numeric_paths(tuple(self.powers), tuple(self.republics), tuple(self.events))
        paths += [
            ("events", event, key)
            for event, spec in self.events.items()
            for key in DATES
            if getattr(spec, key) is not None
        ]
        paths += [
            ("events", event, CHANGES, target, *([TIMES] if isinstance(change, dict) else []))
            for event, spec in self.events.items()
            for target, change in spec.changes.items()
        ]
        courses = draft.courses()
        self._courses = {dotted(path): course for path, course in courses.items()}
        self._values = {
            dotted(at): value + 0.0  # no negative zero
            for path in paths
            for at, value in (
                zip([(*path, point) for point in courses[path].points], courses[path].values, strict=True)
                if path in courses
                else [(path, float(reduce(_inside, path, self)))]
            )
        }
        object.__setattr__(self, "rest", freeze(self._settled(self.rest)))
        return self

    def _settled(self, explicit: Mapping[str, float]) -> dict[str, float]:
        """The root's value of each conduct number that differs from it; ``explicit`` ones go first."""
        root = self._draft
        rest: dict[str, float] = {}
        for text in dict.fromkeys(dotted(whole(split(text))) for text in self._values):
            if not text.startswith(("powers.", "republics.")):
                continue
            path = split(text)
            row = find(path)
            if row is None or row.role != "conduct":
                continue
            settled = explicit.get(text)
            if settled is None and self._named(path) <= root.root_actors:
                course = root.root_courses.get(path)
                settled = course.at(self.start) if course else root.root.get(path, row.default)
            if settled is not None and settled != self.get(text):
                rest[text] = float(settled)
        return rest

    @staticmethod
    def _named(path: Path) -> set[str]:
        """Codes of the actors that a number of conduct is about."""
        row = find(path)
        return {path[1], path[-1]} if row and row.owner in ("dyad", "pair") else {path[1]}

    # -- asking it ------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name of the file without its suffix."""
        return self._name

    @property
    def values(self) -> Mapping[str, float]:
        """Every number of the scenario by dotted path, defaults and dates (as month numbers) included.

        Of a path over time each point is a number: ``powers.RUS.budget.2028-01``.
        """
        return MappingProxyType(self._values)

    @property
    def courses(self) -> Mapping[str, Course]:
        """The paths over time, by the path of the number that they move."""
        return MappingProxyType(self._courses)

    @property
    def start_label(self) -> str:
        """The first month as YYYY-MM."""
        return month_label(self.start)

    def get(self, path: str) -> float:
        """The number at a dotted path; a month number for a date; of a path over time its value in the first month.

        Of conduct, "rest." and its path is the value before day one. Raises BadInput for an unknown path.
        """
        if path.startswith(REST):
            now = path.removeprefix(REST)
            if not self.keeps_rest(now):
                raise self._unknown(path)
            return self.rest.get(now, self.get(now))
        if path in self._courses:
            return float(self._courses[path].at(self.start))
        return self._values[self._known(path)]

    def parameter(self, path: str) -> Parameter:
        """Row of the parameter table behind a path: unit, bounds, default, role, help. Raises BadInput."""
        now = path.removeprefix(REST)
        name = now if now in self._courses else self._known(now)
        return find(split(name)) or date_row(self.start, self.months)

    def numeric_paths(self) -> list[str]:
        """The path of every number that may be varied, in the order of the table, dates of events last.

        Left out is what an event cannot use: the chance of a dated event, the tone of what is no summit, effects on
        powers where none is named.
        """
        return [path for path in self._values if not path.startswith("events.") or self._varies(path)]

    def rest_paths(self) -> list[str]:
        """The path, "rest." before it, of all conduct whose value before day one may be varied apart from today's."""
        return list(self._rest_paths)

    @cached_property
    def _rest_paths(self) -> tuple[str, ...]:
        actors = [path for path in self._values if path.startswith(("powers.", "republics."))]
        kept = dict.fromkeys(dotted(whole(split(path))) for path in actors if self.keeps_rest(path))
        return tuple(REST + path for path in kept)

    @cached_property
    def variable(self) -> frozenset[str]:
        """Every path that variations may name: ``numeric_paths`` and ``rest_paths``."""
        return frozenset([*self.numeric_paths(), *self._rest_paths])

    def _varies(self, path: str) -> bool:
        _, event, key, *_ = path.split(".")
        spec = self.events[event]
        if key == "chance":
            return not (spec.date or spec.says("probability"))
        if key in ("probability", "repeats", "every"):
            return spec.says(key)
        if key == "tone":
            return spec.kind == "summit" and bool(spec.powers)
        return bool(spec.powers) or key not in NEEDS_POWERS

    def keeps_rest(self, path: str) -> bool:
        """Whether changing the number at ``path`` leaves day one settled under the value it had (see ``rest``).

        So it is with the conduct of actors of the root file, and where the scenario says ``rest`` itself.
        """
        keys = whole(split(path))
        row = find(keys)
        if row is None or row.role != "conduct":
            return False
        return ("rest", dotted(keys)) in self._draft.leaves or self._named(keys) <= self._draft.root_actors

    @property
    def root_actors(self) -> frozenset[str]:
        """Codes of the actors of the root file, whose conduct may change without changing day one (``keeps_rest``)."""
        return self._draft.root_actors

    @property
    def root_name(self) -> str:
        """Name of the root file, without folder and suffix."""
        return FilePath(self._draft.root_file).stem

    def changed_by(self, path: str) -> str | None:
        """What laid a value over the root file's at ``path``: a file above it, or the ``by`` of ``load`` and
        ``with_values``; None if nothing did.
        """
        leaf = self._leaf(path)
        return leaf.place.file if leaf and leaf.place.file != self._draft.root_file else None

    def _known(self, path: str) -> str:
        """The path of a number as the scenario writes it. Raises BadInput for an unknown one."""
        name = path if path in self._values else dotted(split(path))
        if name not in self._values:
            raise BadInput.of(
                "no number of this scenario",
                f"the path of one, such as {next(iter(self._values))}",
                path=printable(path),
                nearest=nearest(path, self._values),
            )
        return name

    @property
    def changes(self) -> dict[str, str]:
        """What laid a value over the root file's, by the path of the number; see ``changed_by``."""
        found = {path: self.changed_by(path) for path in self._values}
        return {path: by for path, by in found.items() if by is not None}

    def _leaf(self, path: str) -> Leaf | None:
        return self._draft.leaves.get(split(self._known(path)))

    def source_of(self, path: str) -> tuple[str, ...]:
        """Sources of the number at ``path``; those of the parameter table for a default."""
        leaf = self._leaf(path)
        row = find(split(path))
        return (leaf.source if leaf else ()) or (row.source if row else sources.ASSUMPTION,)

    def stated_in(self, path: str) -> str | None:
        """The file that says the number at ``path`` (or the ``by`` of what set it); None for a default."""
        leaf = self._leaf(path)
        return leaf.place.file if leaf else None

    def note_of(self, path: str) -> str:
        """What the scenario says about the number at ``path``, or ""."""
        leaf = self._leaf(path)
        return leaf.note if leaf else ""

    def range_of(self, path: str) -> tuple[float, float] | None:
        """How sure the number at ``path`` is, as (low, high), where the scenario says so."""
        if path.startswith(REST):
            return self._draft.settled_range(path.removeprefix(REST), self.get(path))
        leaf = self._leaf(path)
        return leaf.range if leaf else None

    @cached_property
    def doubts(self) -> Mapping[str, Range]:
        """The range of every number that is in doubt, stated or by kind; see ``sim.scenario.doubt``."""
        return MappingProxyType(ranges(self, self._draft))

    def by_hand(self, path: str) -> bool:
        """Whether the number at ``path`` was set by ``--set`` or ``with_values``: a change, what is asked about."""
        leaf = self._leaf(path)
        return leaf is not None and leaf.by_hand

    @property
    def left_out(self) -> tuple[str, ...]:
        """Events of the files that lie beyond the end of a run that was shortened, or wait for one that does."""
        return self._draft.left_out

    # -- changing it ----------------------------------------------------------------------------------------------

    def with_values(self, values: Mapping[str, object], *, by: str = "with_values") -> Scenario:
        """A checked copy with other values by path, as ``--set`` does it. Raises BadInput with all problems.

        A date may be text (YYYY-MM) or a month number; what follows its decimal point is dropped. ``by``: what
        messages and ``changed_by`` call the one who set them.
        """
        if not isinstance(values, Mapping):
            raise BadInput.of(shown(values), 'values by path, such as {"powers.RUS.strain": 0.7}', path=by)
        return self._changed(self._draft, values, by)

    def with_months(self, months: int, *, by: str = "months") -> Scenario:
        """A copy that runs for ``months``; events that lie beyond, and those that wait for them, are left out.

        ``by``: what messages call the argument.
        """
        given: Any = months
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MAX_MONTHS:
            raise BadInput.of(printable(repr(given)), TEXTS[""]["months"], path=by)
        return self._changed(self._draft, {"months": months}, by)

    def _changed(self, draft: Draft, values: Mapping[str, object], by: str) -> Scenario:
        collect = Collector()
        top = overrides.from_mapping(values, draft, by, collect.problems)
        return _build(self._name, changed(draft, top, by, collect), collect)

    def without_events(self, *events: str) -> Scenario:
        """A copy without the named events, and without those that happen only after one of them.

        Raises BadInput for an unknown one.
        """
        unknown = [event for event in events if event not in self.events]
        if unknown:
            raise BadInput(
                Problem(
                    "",
                    None,
                    None,
                    f"events.{printable(str(event))}",
                    "no event of this scenario",
                    one_of(list(self.events)),
                    nearest(event, self.events),
                )
                for event in unknown
            )
        return _build(self._name, _without(self._draft, events), Collector())

    def read_back(self, name: str, root_actors: Iterable[str], changes: Mapping[str, str]) -> Scenario:
        """A copy that knows what ``to_yaml`` does not write: the name, the root file's actors, and ``changes``.

        Raises BadInput for a change of a number that there is not.
        """
        draft = self._draft.copy()
        draft.root_actors = frozenset(root_actors)
        for path, by in changes.items():
            place = Place(by, 1 if FilePath(by).suffix in SUFFIXES else None)  # what is set by hand stands on no line
            there = self._leaf(path)  # none where it equals a default, which is not written
            draft.leaves[split(path)] = replace(there or Leaf(self._values[path], "", place, place), place=place)
        return _build(name, draft, Collector())

    # -- writing it -----------------------------------------------------------------------------------------------

    def to_yaml(self, sources: bool = True) -> str:
        """One file that stands alone and loads to an equal scenario.

        Without ``sources`` it says that every value is an assumption, which makes it shorter.
        """
        return writing.to_yaml(self, self._draft, sources)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of all that moves the model or labels its output.

        Not in it: sources, notes, ranges, the scenario's own ``about`` and name, and the order of actors and events,
        which the model does not depend on (results list actors in file order all the same).
        """
        return writing.digest(self, self.values, self.courses)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        return (
            f"Scenario({self._name!r}: {self.title!r}, {self.start_label}, {self.months} months, "
            f"{len(self.powers)} powers, {len(self.republics)} republics, {len(self.events)} events)"
        )

    __str__ = __repr__


def _build(name: str, draft: Draft, collect: Collector) -> Scenario:
    """Check a draft and freeze it; raises BadInput with all problems, those collected before included."""
    late = late_events(draft)
    if late:
        there = draft.names("events")
        draft = _without(draft, late)
        left = set(draft.names("events"))
        draft.left_out = (*draft.left_out, *(event for event in there if event not in left))
    scenario = checks.validate(Scenario, draft, collect)
    if scenario is None or collect.problems:
        raise BadInput(collect.problems)
    return scenario._adopt(name, draft)  # noqa: SLF001 - this is its maker


def _inside(whole: Any, key: str) -> Any:
    return whole[key] if isinstance(whole, dict) else getattr(whole, key)


def _without(draft: Draft, events: Iterable[str]) -> Draft:
    """The draft without some events, those that wait for one of them, and what others say of them."""
    named = set(events)
    waits = {event: set(needed(draft.leaves.get(("events", event, "if")))) for event in draft.names("events")}
    while more := {event for event, others in waits.items() if event not in named and others & named}:
        named |= more
    gone = {("events", event) for event in named}
    left = draft.copy()
    left.leaves = {
        path: kept
        for path, leaf in draft.leaves.items()
        if path[:2] not in gone and (kept := _unnamed(path, leaf, named))
    }
    left.maps = {path: places for path, places in draft.maps.items() if path[:2] not in gone}
    return left


def _unnamed(path: Path, leaf: Leaf, events: AbstractSet[str]) -> Leaf | None:
    """A value without the events among what it excludes or waits not to happen; None where nothing is left of it."""
    if path[0] != "events" or path[2:] not in (("unless",), ("excludes",)):
        return leaf
    texts = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    kept = [i for i, text in enumerate(texts) if str(text).strip() not in events]
    if len(kept) == len(texts):
        return leaf
    return replace(leaf, value=[texts[i] for i in kept], items=tuple(leaf.items[i] for i in kept)) if kept else None


def load(
    name: str | os.PathLike[str], set: Mapping[str, object] | Iterable[str] | None = None, *, by: str = "load(set=)"
) -> Scenario:
    """The scenario of a shipped name or a path, with overrides laid over it.

    ``set`` is a mapping of dotted paths to values or a list of "path=value", as on the command line; ``by`` is what
    messages and ``Scenario.changed_by`` call it. Raises BadInput with every problem found.
    """
    if not isinstance(name, str | os.PathLike):
        raise BadInput.of(shown(name), "the name of a shipped scenario or the path of a YAML file", path="scenario")
    collect = Collector()
    file = locate(name if isinstance(name, str) else FilePath(name))
    draft = merged(chain(file), collect)
    if set:
        draft = changed(draft, overrides.from_any(set, draft, by, collect.problems), by, collect)
    return _build(file.stem, draft, collect)
