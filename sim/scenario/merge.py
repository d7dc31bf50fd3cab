"""From the files of a scenario to one draft: what each says, value by value, and the files laid over each other.

A *layer* is what one file says: each value by its path, with its place, its source and how sure it is. Layers are laid
over each other from the root file up, which gives the *draft*: a layer replaces values, adds new ones and, for null,
drops inherited ones. Whether the values make sense is asked once, of the draft, in ``sim.scenario.checks``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from sim.scenario import sources
from sim.scenario.courses import Course, courses_of
from sim.scenario.dates import is_date_path, month_of
from sim.scenario.errors import KEPT_PROBLEMS, BadInput, Problem, nearest, printable
from sim.scenario.paths import (
    ANNOTATED,
    CHANGES,
    RESERVED,
    SECTIONS,
    STEPS,
    Path,
    dotted,
    expected_at,
    find,
    is_month,
    is_point,
    keys_at,
    number_text,
    one_of,
    point_key,
    split,
)
from sim.scenario.table import Parameter
from sim.scenario.yaml import Node, Scalar

Value = Scalar | list[Scalar]

MAX = sys.float_info.max
ONE_RANGE = (
    "one range for a path over time",
    "a range at each point, such as {2026: {value: 0.4, range: [0.3, 0.5]}, 2028: 0.9}",
)
"""What is found and expected where a path over time has a range as if it were one number."""
_PERCENT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))\s*%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, for messages; ``line`` None where lines make no sense."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value with where it stands (``key``: where its key stands), where it comes from and how sure it is."""

    value: Value
    text: str
    place: Place
    key: Place
    source: tuple[str, ...] = ()
    note: str = ""
    range: tuple[float, float] | None = None
    items: tuple[Place, ...] = ()
    """Places of the members of a list."""
    inherits: bool = False
    """Only says more (source, note, range) about an inherited value."""

    @property
    def by_hand(self) -> bool:
        """Whether it was set by ``--set`` or in Python: what is set by hand stands on no line."""
        return self.place.line is None


@dataclass(frozen=True, slots=True)
class Origin:
    """Source and note that hold for everything below a mapping."""

    source: tuple[str, ...]
    note: str


class Collector:
    """Gathers problems; stops the reading once there are too many to be of use."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self.problems = list(problems)

    def add(self, place: Place, path: Path, found: str, expected: str, near: str | None = None) -> None:
        """Note a problem."""
        shown = printable(dotted(path))
        self.extend([Problem(place.file, place.line, place.column, shown, found, expected, near)])

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note problems."""
        self.problems += problems
        if len(self.problems) >= KEPT_PROBLEMS:
            raise BadInput(self.problems)


@dataclass(slots=True)
class Layer:
    """What one file says: values, mappings, drops, and sources of mappings, all by path."""

    leaves: dict[Path, Leaf] = field(default_factory=dict)
    maps: dict[Path, tuple[Place, Place]] = field(default_factory=dict)
    """Places of each mapping and of its key."""
    drops: dict[Path, Place] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    courses: set[Path] = field(default_factory=set)
    """Numbers that it gives a whole path over time."""

    def filled(self) -> set[Path]:
        """Mappings that hold more than a source and a note."""
        return {path[:-1] for table in (self.leaves, self.maps, self.drops) for path in table if path}


@dataclass(slots=True)
class Draft:
    """All layers of a scenario laid over each other, and what the lowest one, the root, said."""

    leaves: dict[Path, Leaf] = field(default_factory=dict)
    maps: dict[Path, tuple[Place, Place]] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    root: dict[Path, float] = field(default_factory=dict)
    """Numbers of the root file."""
    root_ranges: dict[Path, tuple[float, float]] = field(default_factory=dict)
    """How sure they are, where it says so."""
    root_courses: dict[Path, Course] = field(default_factory=dict)
    """Its paths over time."""
    root_actors: frozenset[str] = frozenset()
    root_file: str = ""
    orphans: dict[str, tuple[str, Place]] = field(default_factory=dict)
    """Events that lost their host, or all their republics or powers, when actors were dropped: whom, and where."""
    longest: int = 0
    """Months of the longest run that a layer says, where one above it shortens it; else 0."""
    left_out: tuple[str, ...] = ()
    """Events left out because the run was shortened."""

    def copy(self) -> Draft:
        """A draft that can be changed without changing this one."""
        return replace(
            self, leaves=dict(self.leaves), maps=dict(self.maps), origins=dict(self.origins), orphans=dict(self.orphans)
        )

    def settled_range(self, path: str, value: float) -> tuple[float, float] | None:
        """How sure a value of conduct before day one is, where the entry of ``rest`` or the root file says so."""
        said = self.leaves.get(("rest", path))
        span = said.range if said else self.root_ranges.get(tuple(path.split(".")))
        return span if span and span[0] <= value <= span[1] else None

    def names(self, section: str) -> list[str]:
        """Actors or events of a section, in file order."""
        return list(
            dict.fromkeys(
                path[1] for table in (self.maps, self.leaves) for path in table if len(path) == 2 and path[0] == section
            )
        )

    def key_place(self, path: Path) -> Place:
        """Where the key of ``path`` stands, or else that of the nearest mapping around it."""
        if path in self.leaves:
            return self.leaves[path].key
        while path not in self.maps and path:
            path = path[:-1]
        return self.maps[path][1] if path in self.maps else Place("")

    def children(self) -> dict[Path, list[str]]:
        """Keys right below each mapping."""
        found: dict[Path, list[str]] = {}
        for table in (self.maps, self.leaves):
            for path in table:
                if path:
                    found.setdefault(path[:-1], []).append(path[-1])
        return found

    def remove(self, paths: AbstractSet[Path]) -> None:
        """Take out the paths and all that lies below them."""
        if not paths:
            return
        shortest = min(map(len, paths))

        def stays(path: Path) -> bool:
            return not any(path[:n] in paths for n in range(shortest, len(path) + 1))

        self.leaves = {path: leaf for path, leaf in self.leaves.items() if stays(path)}
        self.maps = {path: places for path, places in self.maps.items() if stays(path)}
        self.origins = {path: origin for path, origin in self.origins.items() if stays(path)}

    def courses(self) -> dict[Path, Course]:
        """The paths over time, by the path of their number."""
        return courses_of(
            {path: leaf.value for path, leaf in self.leaves.items() if is_month(path[-1]) or path[-1] == STEPS}
        )

    def tree(self) -> dict[str, Any]:
        """The values as nested dictionaries, in file order; of a path over time the value of the first month."""
        top: dict[str, Any] = {}
        spots: dict[Path, dict[str, Any]] = {(): top}
        moving = {path[:-1] for path in self.leaves if is_point(path)}
        for path in sorted(self.maps, key=len):
            if path and path not in moving:
                spots[path] = spots[path[:-1]].setdefault(path[-1], {})
        for path, leaf in self.leaves.items():
            if path[:-1] not in moving:
                spots[path[:-1]][path[-1]] = leaf.value
        courses, start = (self.courses(), self.leaves.get(("start",))) if moving else ({}, None)
        first = month_of(start.value, day_allowed=False) if start else None
        for path in moving:
            row = find(path)
            assert row is not None
            value = courses[path].at(first or 0) if path in courses else row.low
            fits = row.low <= value <= row.high
            spots[path[:-1]][path[-1]] = value if fits else row.low  # points out of bounds are told one by one
        return top


def merged(files: Iterable[tuple[str, Node, list[Problem]]], collect: Collector) -> Draft:
    """The draft of a chain of files, which come from the one asked for down to the root: name, content, problems."""
    layers: list[tuple[str, Layer]] = []
    try:
        for file, top, problems in files:
            collect.problems += problems
            if isinstance(top.value, dict):
                layers.append((file, layer_of(top, file, collect)))
    except BadInput as error:  # the chain is broken; what was found before counts too
        raise BadInput([*collect.problems, *error.problems]) from None
    file, root = layers.pop()
    draft = overlay(Draft(root_file=file), root, collect)
    draft.root = {
        path: value for path, leaf in draft.leaves.items() if (value := number(leaf.value)) is not None and find(path)
    }
    draft.root_ranges = {path: leaf.range for path, leaf in draft.leaves.items() if leaf.range}
    draft.root_courses = draft.courses()
    draft.root_actors = frozenset([*draft.names("powers"), *draft.names("republics")])
    for _, layer in reversed(layers):
        draft = overlay(draft, layer, collect)
    return draft


def changed(draft: Draft, top: Node, name: str, collect: Collector) -> Draft:
    """The draft with overrides laid over it; they rest on no source but the user's own judgement."""
    layer = layer_of(top, name, collect)
    for path, leaf in layer.leaves.items():
        layer.leaves[path] = replace(leaf, source=leaf.source or (sources.ASSUMPTION,), note=leaf.note or f"by {name}")
    return overlay(draft, layer, collect)


# -- from a file to a layer --------------------------------------------------------------------------------------------


def layer_of(top: Node, file: str, collect: Collector) -> Layer:
    """The layer of a file whose top level is a mapping; problems of form go to ``collect``."""
    layer = Layer()
    _Walk(layer, file, collect).mapping(top, ())
    return layer


def is_course(node: Node, path: Path) -> bool:
    """Whether a mapping is a path over time: {2026: 0.4, 2028: 0.9}."""
    if not isinstance(node.value, dict) or is_month(path[-1]):
        return False
    row = find(path)
    return row is not None and row.role == "conduct" and any(is_month(key) or key == STEPS for key in node.value)


def _row(path: Path) -> Parameter | None:
    """Row of the number at a path, which may be one of ``rest``."""
    return find(tuple(path[1].split("."))) if path[:1] == ("rest",) and len(path) == 2 else find(path)


def is_annotated(node: Node, path: Path) -> bool:
    """Whether a mapping is a value written out as {value, source, note, range}."""
    if not isinstance(node.value, dict) or not (_row(path) or is_date_path(path)):
        return False
    return "value" in node.value or ("range" in node.value and all(key in ANNOTATED for key in node.value))


@dataclass(slots=True)
class _Walk:
    """One pass over the nodes of a file."""

    layer: Layer
    file: str
    collect: Collector

    def place(self, node: Node) -> Place:
        return Place(self.file, node.line or None, node.column or None)

    def key(self, node: Node) -> Place:
        return Place(self.file, node.key_line or node.line or None, node.key_column or node.column or None)

    def mapping(self, node: Node, path: Path) -> None:
        self.layer.maps[path] = self.place(node), self.key(node)
        children = node.value if isinstance(node.value, dict) else {}
        if path and path[0] in SECTIONS and not children.keys().isdisjoint(("source", "note")):
            self.layer.origins[path] = Origin(self.source(children, path), self.note(children, path))
        for key, child in children.items():
            if path and path[0] in SECTIONS and key in ("source", "note"):
                continue
            self.value(child, (*path, key))

    def value(self, node: Node, path: Path) -> None:
        if path == ("extends",):
            return
        if node.value is None:
            self.layer.drops[path] = self.place(node)
        elif isinstance(node.value, list):
            self.list(node, path)
        elif not isinstance(node.value, dict):
            value = in_share(node.value, path)
            self.layer.leaves[path] = Leaf(value, node.text, self.place(node), self.key(node))
        elif is_course(node, path):
            self.course(node, path)
        elif is_annotated(node, path):
            self.annotated(node, path)
        else:
            self.mapping(node, path)

    def course(self, node: Node, path: Path) -> None:
        """A path over time: each point is a leaf of its own, below the number's path."""
        parts = node.value if isinstance(node.value, dict) else {}
        self.layer.maps[path] = self.place(node), self.key(node)
        if not node.part:
            self.layer.courses.add(path)
        if not parts.keys().isdisjoint(RESERVED):
            self.layer.origins[path] = Origin(self.source(parts, path), self.note(parts, path))
        last = ""
        for key, child in parts.items():
            here = (*path, point_key(key)) if is_month(key) else (*path, key)
            if key in RESERVED:
                continue
            if key == "range":
                self.collect.add(self.key(child), here, *ONE_RANGE)
            elif key == STEPS:
                if isinstance(child.value, bool):
                    self.layer.leaves[here] = Leaf(child.value, child.text, self.place(child), self.key(child))
                else:
                    self.collect.add(self.place(child), here, what(child), "true or false")
            elif not is_month(key):
                expected = f"a month as YYYY-MM or YYYY, or '{STEPS}'"
                near = nearest(key, (STEPS, *RESERVED))
                self.collect.add(self.key(child), here, f"the key {printable(key)!r}", expected, near)
            elif here[-1] <= last:
                found = f"{key} {'a second time' if here[-1] == last else f'after {last}'}"
                self.collect.add(self.key(child), here, found, "months in order, each once")
            elif child.value is None or (isinstance(child.value, list | dict) and not is_annotated(child, here)):
                self.collect.add(self.place(child), here, what(child), expected_at(path))
            else:
                last = here[-1]
                self.value(child, here)
        if not any(map(is_month, parts)):
            self.collect.add(self.place(node), path, "a path over time without a month", "{YYYY-MM: value, ...}")

    def list(self, node: Node, path: Path) -> None:
        items = node.value if isinstance(node.value, list) else []
        values: list[Scalar] = []
        for item in items:
            if isinstance(item.value, dict | list):
                self.collect.add(self.place(item), path, f"{what(item)} inside a list", expected_at(path))
            elif item.value is None:
                self.collect.add(self.place(item), path, "nothing inside a list", expected_at(path))
            else:
                values.append(item.text if isinstance(item.value, bool | int | float) else item.value)
        places = tuple(self.place(item) for item in items if not isinstance(item.value, dict | list | None))
        self.layer.leaves[path] = Leaf(values, "a list", self.place(node), self.key(node), items=places)

    def annotated(self, node: Node, path: Path) -> None:
        parts = node.value if isinstance(node.value, dict) else {}
        for key, child in parts.items():
            if key not in ANNOTATED:
                self.collect.add(
                    self.key(child),
                    (*path, key),
                    f"the unknown key {printable(key)!r}",
                    f"one of {', '.join(ANNOTATED)}",
                    nearest(key, ANNOTATED),
                )
        source, note, span = self.source(parts, path), self.note(parts, path), self.range(parts, path)
        inner = parts.get("value")
        if inner is None:
            self.layer.leaves[path] = Leaf(
                None, "", self.place(node), self.key(node), source, note, span, inherits=True
            )
            return
        if is_course(inner, path):
            if span:
                self.collect.add(self.key(parts["range"]), (*path, "range"), *ONE_RANGE)
            self.course(inner, path)
            own = self.layer.origins.get(path, Origin((), ""))
            self.layer.origins[path] = Origin(own.source or source, own.note or note)
            return
        if inner.value is None or isinstance(inner.value, dict | list):
            self.collect.add(self.place(inner), path, what(inner), expected_at(path))
            return
        said = in_share(inner.value, path)
        value = number(said)
        if span and value is not None and not span[0] <= value <= span[1]:
            self.collect.add(
                self.place(inner),
                path,
                f"the value {printable(inner.text)} outside its range {span[0]:g} to {span[1]:g}",
                "a value inside its range",
            )
        self.layer.leaves[path] = Leaf(said, inner.text, self.place(inner), self.key(node), source, note, span)

    def source(self, parts: Mapping[str, Node], path: Path) -> tuple[str, ...]:
        node = parts.get("source")
        if node is None:
            return ()
        items = node.value if isinstance(node.value, list) else [node]
        good: list[str] = []
        for item in items:
            if not isinstance(item.value, str) or not item.value:
                self.collect.add(
                    self.place(item),
                    (*path, "source"),
                    what(item),
                    "a source: assumption, claim:..., data:... or lit:...",
                )
                continue
            fault = sources.fault(item.value)
            if fault:
                self.collect.add(
                    self.place(item), (*path, "source"), f"the unknown source {printable(item.value)!r}", *fault
                )
            else:
                good.append(item.value)
        if not items:
            self.collect.add(self.place(node), (*path, "source"), "an empty list", "at least one source")
        return tuple(dict.fromkeys(good)) or (sources.ASSUMPTION,)

    def note(self, parts: Mapping[str, Node], path: Path) -> str:
        node = parts.get("note")
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.collect.add(self.place(node), (*path, "note"), what(node), "text")
            return ""
        return node.value

    def range(self, parts: Mapping[str, Node], path: Path) -> tuple[float, float] | None:
        node = parts.get("range")
        if node is None:
            return None
        items = node.value if isinstance(node.value, list) else []
        said = [in_share(i.value, path) if isinstance(i.value, str) else i.value for i in items]
        numbers = [float(i) for i in said if isinstance(i, int | float) and not isinstance(i, bool)]
        if len(items) != 2 or len(numbers) != 2 or not numbers[0] < numbers[1]:
            swapped = len(items) == len(numbers) == 2 and numbers[0] > numbers[1]
            self.collect.add(
                self.place(node),
                (*path, "range"),
                swapped_ends(*numbers) if swapped else what(node),
                "a list of two numbers, low then high, such as [0.2, 0.6]",
            )
            return None
        row = _row(path)
        low, high = (row.low, row.high) if row else (-MAX, MAX)
        outside = [item for item, value in zip(items, numbers, strict=True) if not low <= value <= high]
        for item in outside:
            bounds = number_text(row) if row else "a finite number"
            self.collect.add(self.place(item), (*path, "range"), what(item), f"{bounds}, as an end of a range")
        return None if outside else (numbers[0], numbers[1])


# -- from layers to a draft --------------------------------------------------------------------------------------------


def overlay(below: Draft, layer: Layer, collect: Collector) -> Draft:
    """``layer`` laid over ``below``; a new draft. Drops of things that do not exist go to ``collect``."""
    draft = below.copy()
    _drop(draft, layer, collect)
    draft.longest = max(draft.longest, _shortened(below, layer))
    draft.remove(layer.courses & draft.maps.keys())
    filled = layer.filled()
    for path, places in layer.maps.items():
        inherited = draft.leaves.get(path)
        if inherited and path in layer.origins and path not in filled:
            # {source: ...} alone says more about an inherited value
            origin = layer.origins[path]
            draft.leaves[path] = replace(
                inherited, source=origin.source or inherited.source, note=origin.note or inherited.note
            )
            continue
        draft.leaves.pop(path, None)
        draft.maps[path] = places
    draft.remove({path for path, leaf in layer.leaves.items() if path in draft.maps and not leaf.inherits})
    for path, leaf in layer.leaves.items():
        inherited = draft.leaves.get(path)
        if not leaf.inherits:
            draft.leaves[path] = _sourced(leaf, path, layer, inherited or _stood_for(path, below), below)
        elif inherited:
            draft.leaves[path] = replace(
                inherited,
                source=leaf.source or inherited.source,
                note=leaf.note or inherited.note,
                range=leaf.range or inherited.range,
            )
        else:
            collect.add(leaf.place, path, "no value", expected_at(path))
    draft.origins = {**draft.origins, **layer.origins}
    return draft


def _sourced(leaf: Leaf, path: Path, layer: Layer, inherited: Leaf | None, below: Draft) -> Leaf:
    """The value with the nearest source: its own, one around it in its file, or that of the files below."""
    near = _enclosing(layer.origins, path)
    source = leaf.source or near.source or (inherited.source if inherited else ())
    return replace(leaf, source=source or _enclosing(below.origins, path).source, note=leaf.note or near.note)


def _shortened(below: Draft, layer: Layer) -> int:
    """The months that a layer replaces by fewer, else 0."""
    before, now = below.leaves.get(("months",)), layer.leaves.get(("months",))
    lengths = [number(leaf.value) if leaf else None for leaf in (before, now)]
    return int(lengths[0]) if lengths[0] and lengths[1] and lengths[0] > lengths[1] else 0


def _stood_for(path: Path, below: Draft) -> Leaf | None:
    """What a path over time, or a number in place of one, was laid over."""
    number = path[:-1] if is_point(path) else path
    if number not in below.maps or not find(number):
        return below.leaves.get(number) if number != path else None
    return next((leaf for point, leaf in below.leaves.items() if point[:-1] == number and is_point(point)), None)


def _enclosing(origins: Mapping[Path, Origin], path: Path) -> Origin:
    """The nearest source and the nearest note of the mappings around ``path``."""
    source: tuple[str, ...] = ()
    note = ""
    for end in range(len(path) - 1, 0, -1):
        origin = origins.get(path[:end])
        if origin:
            source, note = source or origin.source, note or origin.note
    return Origin(source, note)


def _drop(draft: Draft, layer: Layer, collect: Collector) -> None:
    there = draft.children() if layer.drops else {}
    gone: set[Path] = set()
    for path, place in layer.drops.items():
        known = keys_at(path[:-1])
        if len(path) == 1 and path[0] in (*SECTIONS, "rest", "words"):
            collect.add(
                place,
                path,
                "nothing (null)",
                f"{expected_at(path)} (drop what is inherited one by one, or leave the key out)",
            )
        elif path in draft.leaves or path in draft.maps:
            gone.add(path)
        elif known is not None and path[-1] not in known:
            collect.add(
                place, path, f"the unknown key {printable(path[-1])!r}", one_of(known), nearest(path[-1], known)
            )
        elif draft.maps:
            collect.add(
                place,
                path,
                "null for something that is not inherited",
                "null only where there is something to drop",
                nearest(path[-1], there.get(path[:-1], ())),
            )
        elif len(path) == 2 and path[0] in SECTIONS:
            layer.leaves[path] = Leaf(None, "", place, place)  # refused later, but the name is known
        else:
            collect.add(place, path, "nothing (null)", expected_at(path))
    draft.remove(gone)
    _forget(
        draft, {path[1]: layer.drops[path] for path in gone if len(path) == 2 and path[0] in ("powers", "republics")}
    )


def _forget(draft: Draft, codes: Mapping[str, Place]) -> None:
    """Take dropped actors out of every dyad, pair, list of an event and ``rest`` entry that was inherited."""
    if not codes:
        return
    for path, leaf in draft.leaves.items():
        lost = _lost(path, leaf, codes.keys())
        if lost:
            draft.orphans.setdefault(path[1], (f"{path[2]} {', '.join(lost)}", codes[lost[0]]))
    gone = codes.keys()

    def stays(path: Path) -> bool:
        changes = path[:1] == ("events",) and path[2:3] == (CHANGES,) and len(path) > 3
        inner = path[3] if changes else path[-1] if path[:1] == ("rest",) else ""
        return gone.isdisjoint(path[2:] if path[:1] == ("republics",) else split(inner))

    draft.leaves = {path: _without(path, leaf, gone) for path, leaf in draft.leaves.items() if stays(path)}
    draft.maps = {path: places for path, places in draft.maps.items() if stays(path)}


def _lost(path: Path, leaf: Leaf, codes: AbstractSet[str]) -> list[str]:
    """The dropped actors that an event cannot do without: its host, or all the republics or powers it names."""
    if path[0] != "events" or path[2:] not in (("host",), ("powers",), ("republics",)):
        return []
    named = [str(value) for value in (leaf.value if isinstance(leaf.value, list) else [leaf.value])]
    return named if named and codes >= set(named) else []


def _without(path: Path, leaf: Leaf, codes: AbstractSet[str]) -> Leaf:
    named = path[0] == "events" and path[2:] in (("powers",), ("republics",))
    if not named or not isinstance(leaf.value, list) or codes.isdisjoint(map(str, leaf.value)):
        return leaf
    kept = [i for i, value in enumerate(leaf.value) if value not in codes]
    return replace(leaf, value=[leaf.value[i] for i in kept], items=tuple(leaf.items[i] for i in kept))


# -- words for messages ------------------------------------------------------------------------------------------------


def nearest_actor(draft: Draft, section: str, text: str, codes: Sequence[str]) -> str | None:
    """The code (or sector) meant by a misspelt one or by the actor's name."""
    names = {str(leaf.value): code for code in codes if (leaf := draft.leaves.get((section, code, "name")))}
    near = nearest(text, [*codes, *names])
    return names.get(near, near) if near else None


def what(node: Node) -> str:
    """A node in words, for messages."""
    if isinstance(node.value, dict):
        return "a mapping" if node.value else "an empty mapping"
    if isinstance(node.value, list):
        return f"a list of {len(node.value)}" if node.value else "an empty list"
    return what_value(node.value, node.text)


def what_value(value: Value, text: str = "") -> str:
    """A value in words, for messages."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"{text or str(value).lower()} (true or false)"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        return f"the text {printable(value)!r}"
    return f"the number {printable(text) or value}"


def swapped_ends(low: float, high: float) -> str:
    """Two ends of a range of which the higher stands first, in words."""
    return f"{low:g} before {high:g}, the ends swapped"


def in_share(value: Scalar, path: Path) -> Scalar:
    """25 % as 0.25 where a share stands at ``path``; anything else as it is."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    row = find(split(path[1]) if path[0] == "rest" and len(path) > 1 else path) if match else None
    return float(f"{match[1]}e-2") if match and row and row.is_share else value


def no_share(value: object, wanted: str) -> str:
    """What was ``wanted`` instead of a value, and if it is in per cent, that this is for shares only."""
    return f"{wanted}; per cent is for shares only" if isinstance(value, str) and "%" in value else wanted


def number(value: Value) -> float | None:
    """The value as a float if it is a number, else None; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
