"""A layer: what one file says, value by value, each with its place, its source and how sure it is.

Layers are laid over each other in ``sim.scenario.merge``. Nothing here knows the model: whether the values make sense
is asked once, of all layers together, in ``sim.scenario.checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sim.scenario import sources
from sim.scenario.dates import is_date_path
from sim.scenario.errors import KEPT_PROBLEMS, BadInput, Problem, nearest, printable
from sim.scenario.paths import ANNOTATED, SECTIONS, Path, dotted, expected_at, find
from sim.scenario.yaml import Node, Scalar

Value = Scalar | list[Scalar]


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
        shown = printable(dotted(path), 120)
        self.problems.append(Problem(place.file, place.line, place.column, shown, found, expected, near))
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

    def filled(self) -> set[Path]:
        """Mappings that hold more than a source and a note."""
        return {path[:-1] for table in (self.leaves, self.maps, self.drops) for path in table if path}


def by_hand(layer: Layer, name: str) -> Layer:
    """The layer with every value's source an assumption: what a user overrides no longer rests on the old source."""
    for path, leaf in layer.leaves.items():
        layer.leaves[path] = replace(leaf, source=leaf.source or (sources.ASSUMPTION,), note=leaf.note or f"by {name}")
    return layer


def is_annotated(node: Node, path: Path) -> bool:
    """Whether a mapping is a value written out as {value, source, note, range}."""
    if not isinstance(node.value, dict) or not (find(path) or is_date_path(path)):
        return False
    return "value" in node.value or ("range" in node.value and all(key in ANNOTATED for key in node.value))


def layer_of(top: Node, file: str, collect: Collector) -> Layer:
    """The layer of a file whose top level is a mapping; problems of form go to ``collect``."""
    layer = Layer()
    _Walk(layer, file, collect).mapping(top, ())
    return layer


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
            self.layer.leaves[path] = Leaf(node.value, node.text, self.place(node), self.key(node))
        elif is_annotated(node, path):
            self.annotated(node, path)
        else:
            self.mapping(node, path)

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
        if inner.value is None or isinstance(inner.value, dict | list):
            self.collect.add(self.place(inner), path, what(inner), expected_at(path))
            return
        value = number(inner.value)
        if span and value is not None and not span[0] <= value <= span[1]:
            self.collect.add(
                self.place(inner),
                path,
                f"the value {printable(inner.text)} outside its range {span[0]:g} to {span[1]:g}",
                "a value inside its range",
            )
        self.layer.leaves[path] = Leaf(inner.value, inner.text, self.place(inner), self.key(node), source, note, span)

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
        numbers = [float(i.value) for i in items if isinstance(i.value, int | float) and not isinstance(i.value, bool)]
        if len(items) != 2 or len(numbers) != 2 or not numbers[0] < numbers[1]:
            self.collect.add(
                self.place(node),
                (*path, "range"),
                what(node),
                "a list of two numbers, low then high, such as [0.2, 0.6]",
            )
            return None
        return numbers[0], numbers[1]


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


def number(value: Value) -> float | None:
    """The value as a float if it is a number, else None; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
