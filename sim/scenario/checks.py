"""Whether what the files say makes sense: pydantic's findings and the rules that take several values at once.

All checks work on the draft, the plain values with their places, so that every problem is found at once even where
pydantic refuses the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from pydantic import ValidationError

from sim.scenario.errors import nearest, printable
from sim.scenario.events import check_events
from sim.scenario.merge import Collector, Draft, Leaf, nearest_actor, number, what_value
from sim.scenario.models import Contents
from sim.scenario.paths import (
    ANNOTATED,
    CHANGES,
    CODE,
    INNER,
    MAX_POWERS,
    MAX_REPUBLICS,
    SECTIONS,
    STEPS,
    TIMES,
    Path,
    choices_at,
    dotted,
    expected_at,
    find,
    is_point,
    keys_at,
    number_text,
    one_of,
    own_depth,
    row_at,
    split,
    vectors,
    whole,
)
from sim.scenario.table import SECTORS, TABLE

C = TypeVar("C", bound=Contents)

SUM_TOLERANCE = 1e-6
"""Slack of weights that must sum to 1."""

SHARE_TOLERANCE = 1e-9
"""Slack of shares that must not exceed 1: only what rounding of decimals can do."""


def validate(kind: type[C], draft: Draft, collect: Collector) -> C | None:
    """The draft as a checked scenario, or None where there are problems; all of them go to ``collect``."""
    before = len(collect.problems)
    contents = None
    review = _Review(draft, collect)
    try:
        contents = kind.model_validate(draft.tree())
    except ValidationError as error:
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            path = tuple(str(part) for part in item["loc"] if not isinstance(part, int) and part != "[key]")
            review.refused(path, item["type"])
    review.actors()
    review.words()
    review.dyads()
    review.shares()
    review.courses()
    review.sums()
    review.sources()
    check_events(draft, collect, review.powers, review.republics)
    review.changes()
    review.rest()
    review.together()
    return contents if len(collect.problems) == before else None


class _Review:
    """The draft under review, with what several checks ask for."""

    def __init__(self, draft: Draft, collect: Collector) -> None:
        self.draft, self.collect = draft, collect
        self.powers, self.republics = draft.names("powers"), draft.names("republics")
        self.known = {section: set(draft.names(section)) for section in ("powers", "republics", "events")}

    @cached_property
    def children(self) -> dict[Path, list[str]]:
        """Keys right below each mapping."""
        return self.draft.children()

    @cached_property
    def conduct(self) -> list[str]:
        """Every path ``rest`` may name."""
        paths = numeric_paths(self.powers[:MAX_POWERS], self.republics[:MAX_REPUBLICS], ())
        return [dotted(path) for path in paths if (row := find(path)) and row.role == "conduct"]

    # -- what pydantic found --------------------------------------------------------------------------------------

    def refused(self, path: Path, kind: str) -> None:
        """Put an error of pydantic's into words; ``kind`` is its type."""
        leaf = self.draft.leaves.get(path)
        if kind == "missing":
            strangers = [key for key in self.children.get(path[:-1], ()) if key not in (keys_at(path[:-1]) or ())]
            near = nearest(path[-1], strangers[:20])
            self.collect.add(
                self.draft.key_place(path[:-1]),
                path,
                "nothing",
                expected_at(path),
                f"{path[-1]} instead of {printable(near)}" if near else None,
            )
        elif kind == "extra_forbidden":
            names = keys_at(path[:-1]) or ()
            self.collect.add(
                self.draft.key_place(path),
                path,
                f"the unknown key {printable(path[-1])!r}",
                one_of(names),
                nearest(path[-1], names),
            )
        elif leaf is None:
            self._mapping_refused(path, kind)
        else:
            near = nearest(leaf.value, choices_at(path)) if isinstance(leaf.value, str) else None
            self.collect.add(leaf.place, path, _found(leaf, kind), expected_at(path), near)

    def _mapping_refused(self, path: Path, kind: str) -> None:
        if find(path) and any(problem.path.startswith(dotted(path)) for problem in self.collect.problems):
            return  # what is wrong with its parts has been told
        keys = self.children.get(path, [])
        expected = expected_at(path)
        if kind in ("too_short", "too_long") and len(path) == 1:
            found = f"{len(keys)} {path[0]}"
            expected = f"1 to {MAX_POWERS if path[0] == 'powers' else MAX_REPUBLICS}"
        else:
            some = ", ".join(printable(key) for key in keys[:4]) + (", ..." if len(keys) > 4 else "")
            found = f"a mapping of {some}" if keys else "an empty mapping"
        near = next((near for key in keys[:4] if (near := nearest(key, ANNOTATED))), None) if find(path) else None
        self.collect.add(self.draft.key_place(path), path, found, expected, near)

    # -- actors ---------------------------------------------------------------------------------------------------

    def actors(self) -> None:
        """Codes are well-formed, and no two actors share a code or a key of chance."""
        lucks: dict[str, Path] = {}
        for path in (*(("powers", code) for code in self.powers), *(("republics", code) for code in self.republics)):
            code = path[1]
            if not re.fullmatch(CODE, code):
                near = re.sub(r"[^A-Z0-9_]", "", code.upper()[:100])
                self.collect.add(
                    self.draft.key_place(path),
                    path,
                    f"the code {printable(code)!r}",
                    "2 to 8 capital letters, digits and _, a letter first",
                    near if re.fullmatch(CODE, near) else None,
                )
            leaf = self.draft.leaves.get((*path, "luck"))
            luck = leaf.value if leaf and isinstance(leaf.value, str) else code
            if luck in lucks:
                what = "luck" if leaf or code != lucks[luck][1] else "code"
                self.collect.add(
                    leaf.place if leaf else self.draft.key_place(path),
                    (*path, "luck") if leaf else path,
                    f"the {what} {printable(luck)!r}, which {printable(dotted(lucks[luck]))} has too",
                    f"a {what} of its own for each actor",
                )
            lucks.setdefault(luck, path)

    def words(self) -> None:
        """The kind of actor is named in the singular and the plural, or not at all."""
        said = {key: leaf for key in ("member", "members") if (leaf := self.draft.leaves.get(("words", key)))}
        if len(said) == 1:
            ((key, leaf),) = said.items()
            other = "members" if key == "member" else "member"
            self.collect.add(leaf.key, ("words", key), f"'{key}' without '{other}'", f"'{other}' as well")

    def dyads(self) -> None:
        """Every number between two actors names one that exists."""
        for path in self.draft.leaves:
            row = find(path) if path[0] == "republics" else None
            if row is None or row.owner not in ("dyad", "pair"):
                continue
            section = "republics" if row.owner == "pair" else "powers"
            code = whole(path)[-1]
            if code in self.known[section] and (code != path[1] or section == "powers"):
                continue
            valid = [name for name in (self.republics if row.owner == "pair" else self.powers) if name != path[1]]
            found = "the republic itself" if code == path[1] else f"the unknown {_ONE[section]} {printable(code)!r}"
            self.collect.add(
                self.draft.key_place(path), path, found, one_of(valid), nearest_actor(self.draft, section, code, valid)
            )

    def shares(self) -> None:
        """Every alignment names every power; a power left out in many places is told once, where it stands."""
        left_out: dict[str, list[Path]] = {}
        for code in self.republics:
            for sector in SECTORS:
                shares: Path = ("republics", code, "alignment", sector)
                there = set(self.children.get(shares, ())) if shares in self.draft.maps else self.known["powers"]
                for power in self.powers:
                    if power not in there:
                        left_out.setdefault(power, []).append((*shares, power))
        for power, paths in left_out.items():
            if len(paths) == 1:
                self.collect.add(self.draft.key_place(paths[0]), paths[0], "nothing", expected_at(paths[0]))
                continue
            some = ", ".join(printable(dotted(path)) for path in paths[:2]) + (", ..." if len(paths) > 2 else "")
            self.collect.add(
                self.draft.key_place(("powers", power)),
                ("powers", power),
                f"no share of it in {len(paths)} alignments ({some})",
                "a share for it in every sector of every republic's alignment",
            )

    # -- paths over time ------------------------------------------------------------------------------------------

    def courses(self) -> None:
        """Each point of a path over time is a number within the bounds of what it is a path of."""
        for path, leaf in self.draft.leaves.items():
            row = find(path) if is_point(path) else None
            value = number(leaf.value)
            if row and (value is None or not row.low <= value <= row.high):
                self.collect.add(leaf.place, path, what_value(leaf.value, leaf.text), expected_at(path))

    # -- sums and sources -----------------------------------------------------------------------------------------

    def sums(self) -> None:
        """Weights sum to 1, shares to no more than 1."""
        for section, names in (("powers", self.powers), ("republics", self.republics)):
            for row in vectors(section):
                for actor in names:
                    path = (section, actor, row.name)
                    if row.total == "one":
                        self._sum(path, INNER[row.inner or "sector"], exact=True)
                    else:
                        for name in INNER[row.inner or "sector"]:
                            self._sum((*path, name), self.powers, exact=False)

    def _sum(self, path: Path, names: Sequence[str], exact: bool) -> None:
        if path not in self.draft.maps:
            return
        points = {name: self.children.get((*path, name), []) for name in names}
        if any(points.values()):
            self._sums_over_time(path, {name: [key for key in keys if key != STEPS] for name, keys in points.items()})
            return
        leaves = [(name, leaf) for name in names if (leaf := self.draft.leaves.get((*path, name)))]
        values = [value for _, leaf in leaves if (value := number(leaf.value)) is not None]
        if len(values) != len(leaves) or (exact and len(values) != len(names)):
            return  # a missing or wrong member has been reported
        total = sum(values)
        if not (abs(total - 1) > SUM_TOLERANCE if exact else total > 1 + SHARE_TOLERANCE):
            return
        # where members come from several places, an override by hand is what went wrong
        place = next((leaf.place for _, leaf in leaves if leaf.place.line is None), self.draft.key_place(path))
        listed = " + ".join(f"{name} {value:g}" for (name, _), value in zip(leaves, values, strict=True))
        mixed = "; set the others too" if len({leaf.place.file for _, leaf in leaves}) > 1 else ""
        expected = "weights that sum to 1" if exact else "shares that sum to at most 1 (the rest lies with others)"
        self.collect.add(place, path, f"a sum of {total:.10g} ({listed})", expected + mixed)

    def _sums_over_time(self, path: Path, points: dict[str, list[str]]) -> None:
        """Weights that are paths over time: all of them, with the same months, and a sum of 1 in each."""
        steps = {name: (*path, name, STEPS) in self.draft.leaves for name in points}
        if len({tuple(months) for months in points.values()}) > 1 or len(set(steps.values())) > 1:
            moving = ", ".join(f"{name} ({', '.join(months)})" for name, months in points.items() if months)
            self.collect.add(
                self.draft.key_place(path),
                path,
                f"paths over time of {moving}" + (", not all in steps" if len(set(steps.values())) > 1 else ""),
                f"paths of all of {', '.join(points)} with the same months, as they must sum to 1 in each, or none",
            )
            return
        for month in next(iter(points.values())):
            leaves = [self.draft.leaves.get((*path, name, month)) for name in points]
            values = [value for leaf in leaves if leaf and (value := number(leaf.value)) is not None]
            if len(values) == len(points) and abs(sum(values) - 1) > SUM_TOLERANCE:
                listed = " + ".join(f"{name} {value:g}" for name, value in zip(points, values, strict=True))
                found = f"a sum of {sum(values):.10g} in {month} ({listed})"
                self.collect.add(self.draft.key_place(path), path, found, "weights that sum to 1 in each month")

    def sources(self) -> None:
        """Every number of an actor says where it comes from; missing sources are told once an actor."""
        bare: dict[Path, list[Path]] = {}
        for path, leaf in self.draft.leaves.items():
            if path[0] in ("powers", "republics") and not leaf.source and find(path):
                bare.setdefault(path[:2], []).append(path)
        for actor, paths in bare.items():
            if len(paths) == 1:
                self.collect.add(
                    self.draft.leaves[paths[0]].place,
                    paths[0],
                    "a value without a source",
                    "'source:' beside it or in a mapping around it",
                )
                continue
            some = ", ".join(printable(dotted(path[2:])) for path in paths[:4]) + (", ..." if len(paths) > 4 else "")
            self.collect.add(
                self.draft.key_place(actor),
                actor,
                f"{len(paths)} values without a source ({some})",
                "'source:' beside each or in a mapping around them",
            )

    # -- rest -----------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Every entry names a number of conduct that exists, within its bounds."""
        for path, leaf in self.draft.leaves.items():
            if path[0] != "rest" or len(path) != 2:
                continue
            target = split(path[1])
            row = None if is_point(target) else find(target)
            known = row is not None and self._exists(target)
            value = number(leaf.value)
            if row is None or not known or row.role != "conduct":
                why = f"which is a {row.role}, not conduct" if row and known else "which is no number of this scenario"
                self.collect.add(
                    leaf.key,
                    path,
                    f"the path {printable(path[1])!r}, {why}",
                    "the path of a number that says how an actor behaves",
                    None if known else nearest(path[1], self.conduct),
                )
            elif value is not None and not row.low <= value <= row.high:
                self.collect.add(leaf.place, path, what_value(leaf.value, leaf.text), expected_at(path))

    def together(self) -> None:
        """Every entry names a source that some number rests on first."""
        named = {leaf.source[0] for leaf in self.draft.leaves.values() if leaf.source}
        for path, leaf in self.draft.leaves.items():
            if path[0] == "together" and len(path) == 2 and path[1] not in named:
                self.collect.add(
                    leaf.key, path, f"the source {printable(path[1])!r}, on which no number rests first",
                    "the first source of some number of the scenario", nearest(path[1], named),
                )  # fmt: skip

    def changes(self) -> None:
        """What events change are numbers of conduct, each by an amount or a factor within bounds."""
        heads = [p for p in self.draft.maps if len(p) == 3 and p[0] == "events" and p[2] == CHANGES]
        for path in ((*head, target) for head in heads for target in self.children.get(head, ())):
            below, row = self.children.get(path, []), find(path)
            if row is None or not self._exists(split(path[3])):
                self.collect.add(
                    self.draft.key_place(path),
                    path,
                    f"the path {printable(path[3])!r}, which is no number of conduct",
                    "the path of a number that says how an actor behaves",
                    nearest(path[3], self.conduct),
                )
                continue
            at: Path = (*path, TIMES) if below == [TIMES] else path
            leaf, bounds = self.draft.leaves.get(at), find(at) or row
            value = number(leaf.value) if leaf else None
            if value is None or not bounds.low <= value <= bounds.high:
                found = what_value(leaf.value, leaf.text) if leaf else f"a mapping of {', '.join(below) or 'nothing'}"
                either = "" if at != path else f" to add, or {{{TIMES}: factor}}"
                place = leaf.place if leaf else self.draft.key_place(at)
                self.collect.add(place, at, found, number_text(bounds) + either)

    def _exists(self, path: Path) -> bool:
        """Whether the actors named in the path of a number exist."""
        if path[0] not in SECTIONS or (path[0] != "rules" and path[1] not in self.known[path[0]]):
            return False
        row = row_at(path[0], path[own_depth(path)])
        if row is None or row.owner not in ("dyad", "pair"):
            return True
        return path[-1] in self.known["republics" if row.owner == "pair" else "powers"] and path[-1] != path[1]


_ONE = {"powers": "power", "republics": "republic"}


def _found(leaf: Leaf, kind: str) -> str:
    if kind in ("string_too_long", "too_long"):
        return f"text of {len(str(leaf.value)):,} letters"
    if kind == "value_error" and isinstance(leaf.value, list) and len(set(leaf.value)) < len(leaf.value):
        return "the same name twice"
    return what_value(leaf.value, leaf.text)


def numeric_paths(powers: Sequence[str], republics: Sequence[str], events: Sequence[str]) -> list[Path]:
    """The path of every number of the table that a scenario with these actors and events has, in table order."""
    paths: list[Path] = []
    for row in TABLE:
        section = {"power": "powers", "rule": "rules", "event": "events"}.get(row.owner, "republics")
        owners = {"powers": powers, "republics": republics, "events": events}.get(section)
        heads: list[Path] = [(section,)] if owners is None else [(section, owner) for owner in owners]
        for head in heads:
            inner: list[Path] = [(name,) for name in INNER[row.inner]] if row.inner else [()]
            if row.owner in ("dyad", "pair"):
                others = powers if row.owner == "dyad" else [code for code in republics if code != head[1]]
                inner = [(*part, other) for part in inner for other in others]
            paths += [(*head, row.name, *part) for part in inner]
    return paths
