"""Strict YAML: text in, nodes that know their place out.

PyYAML only splits the text into events; what a scalar means is decided here, because PyYAML's own rules surprise
(``NO`` is false, ``12:30`` is 750, ``1e6`` is text, the last of two equal keys wins). Here, as in YAML 1.2:

- numbers are ``12``, ``-0.5``, ``1e6``, ``.inf``, ``.nan``; ``true`` and ``false`` are the only booleans;
- everything else that is not quoted is text: ``NO``, ``on``, ``yes``, ``12:30``, ``2025-10``;
- a key is always text, so the event parameter ``on`` needs no quotes.

Refused with a clear message: duplicate keys, tags, merge keys, keys that are not plain text, more than one document,
aliases that grow without bound, deep nesting, text that is not UTF-8. No input may raise anything but
:class:`~sim.scenario.errors.BadInput`, and none may take long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from sim.scenario.errors import KEPT_PROBLEMS, BadInput, Problem, nearest, printable

MAX_BYTES = 1 << 20
MAX_NODES = 50_000
MAX_DEPTH = 30

SCENARIO = "a scenario: a mapping with title, start, months, powers, republics, ..."

Scalar = None | bool | int | float | str

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""An escape may write half a character; PyYAML's own reader lets it through where libyaml does not."""

_SYNTAX = {
    "cannot start any token": "a character that cannot start a value (a tab, '@', '`' or '%')",
    "mapping values are not allowed": "a ':' where no key can stand",
    "could not find expected ':'": "a line without ':'",
    "did not find expected key": "a line that does not fit the lines around it",
    "unexpected end of stream": "a quote that is never closed",
    "duplicate anchor": "the same anchor twice",
    "undefined alias": "an alias (*) without its anchor (&)",
    "exceeded maximum nesting depth": f"values nested more than {MAX_DEPTH} deep",
}
_WELL_FORMED = "well-formed YAML (same indentation for keys of a mapping, spaces not tabs, quotes around odd text)"


@dataclass(slots=True)
class Node:
    """A value and its place: ``line`` and ``column`` of the value, ``key_line`` and ``key_column`` of its key.

    All count from 1. ``text`` is what a scalar looked like in the file. ``size`` is the number of nodes with all
    aliases written out, ``height`` how deep the value nests.
    """

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    column: int
    text: str = ""
    key_line: int = 0
    key_column: int = 0
    size: int = 1
    height: int = 1
    part: bool = False
    """Only some points of a path over time, the rest of which stays as it is."""


def scalar(text: str) -> Scalar:
    """What an unquoted scalar means. Whole numbers of more than 15 digits become floats."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 16 else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def decode(data: bytes, file: str, most: int = MAX_BYTES) -> str:
    """The text of a file; refuses what is too large, not UTF-8 or has control characters."""
    if len(data) > most:
        raise BadInput.of(f"more than {most:,} bytes", f"a file of at most {most:,} bytes", file=file)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput.of("UTF-16 text", "UTF-8 text (save the file again as UTF-8)", file=file, line=1, column=1)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise BadInput.of(
            f"the byte 0x{data[error.start]:02x}, which is not UTF-8",
            "UTF-8 text (save the file again as UTF-8)",
            file=file,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
        ) from None


def read(text: str, file: str, expected: str = SCENARIO) -> tuple[Node, list[Problem]]:
    """The one document in ``text``, and the problems that did not stop the reading.

    ``expected`` is what an empty file is told that it should hold. Raises BadInput where nothing can be made of the
    rest: a syntax error, or one of the limits.
    """
    if len(text) > MAX_BYTES:
        raise BadInput.of(f"more than {MAX_BYTES:,} letters", f"at most {MAX_BYTES:,}", file=file)
    bad = _FORBIDDEN.search(text)
    if bad:
        before = text[: bad.start()]
        name = "a NUL character" if bad[0] == "\0" else f"the character U+{ord(bad[0]):04X}"
        raise BadInput.of(
            name, "printable text", file=file, line=before.count("\n") + 1, column=len(before) - before.rfind("\n")
        )
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                break
    except yaml.YAMLError as error:
        builder.problems.append(_syntax_problem(error, file))
        raise BadInput(builder.problems) from None
    if builder.root is None:
        builder.add(1, 1, "", "nothing", expected)
        raise BadInput(builder.problems)
    return builder.root, builder.problems


def _syntax_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = str(getattr(error, "problem", None) or error)
    found = next((ours for theirs, ours in _SYNTAX.items() if theirs in said), None)
    found = found or f"a mistake in the YAML ({printable(said)})"
    line, column = (int(mark.line) + 1, int(mark.column) + 1) if mark else (1, 1)
    return Problem(file, line, column, "", found, _WELL_FORMED)


@dataclass(slots=True)
class _Frame:
    """A mapping or list whose end has not been read."""

    node: Node
    anchor: str | None
    is_key: bool = False
    waits_for_value: bool = False
    key: str | None = None
    """The key whose value comes next; None where the value is read and thrown away."""
    key_place: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Builder:
    """Puts nodes together from events, without recursion."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, Node | None] = field(default_factory=dict)
    """Nodes by anchor; None while the node is still being read."""
    documents: int = 0
    nodes: int = 0

    def add(self, line: int, column: int, path: str, found: str, expected: str, near: str | None = None) -> None:
        if len(self.problems) >= KEPT_PROBLEMS:
            raise BadInput(self.problems)
        self.problems.append(Problem(self.file, line, column, path, found, expected, near))

    def path(self, *more: str) -> str:
        return ".".join(printable(part) for part in (*(f.key for f in self.stack if f.key is not None), *more))

    def take(self, event: Event) -> bool:
        """Use the next event; False when the rest is of no interest."""
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, ScalarEvent):
            self._tag(event, line, column)
            plain = event.implicit[0] or (event.tag is not None and not event.style)
            node = Node(scalar(event.value) if plain else event.value, line, column, event.value)
            if _SURROGATE.search(event.value):
                self.add(line, column, self.path(), "half of a surrogate pair", "the character itself")
            if event.anchor:
                self.anchors[event.anchor] = node
            self._place(node)
        elif isinstance(event, AliasEvent):
            self._alias(event, line, column)
        elif isinstance(event, CollectionStartEvent):
            self._tag(event, line, column)
            self._open(event, line, column)
        elif isinstance(event, CollectionEndEvent):
            frame = self.stack.pop()
            if frame.anchor:
                self.anchors[frame.anchor] = frame.node
            if frame.is_key:
                self._bad_key(frame.node.line, frame.node.column, "a mapping or list as a key")
            else:
                self._place(frame.node)
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.add(line, column, "", "a second document ('---')", "one document a file")
                return False
        return True

    def _tag(self, event: ScalarEvent | CollectionStartEvent, line: int, column: int) -> None:
        if event.tag is not None:
            self.add(line, column, self.path(), f"the tag {printable(event.tag)}", "a value without a tag (!)")

    def _open(self, event: CollectionStartEvent, line: int, column: int) -> None:
        self._count(1, line, column)
        if len(self.stack) >= MAX_DEPTH:
            self._too_deep(line, column)
        node = Node({} if isinstance(event, MappingStartEvent) else [], line, column)
        if event.anchor:
            self.anchors[event.anchor] = None
        top = self.stack[-1] if self.stack else None
        is_key = top is not None and isinstance(top.node.value, dict) and not top.waits_for_value
        self.stack.append(_Frame(node, event.anchor, is_key))

    def _too_deep(self, line: int, column: int) -> None:
        self.add(line, column, "", f"values nested more than {MAX_DEPTH} deep", f"at most {MAX_DEPTH} levels")
        raise BadInput(self.problems)

    def _count(self, more: int, line: int, column: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            self.add(
                line,
                column,
                "",
                f"more than {MAX_NODES:,} values (aliases written out)",
                f"at most {MAX_NODES:,} values",
            )
            raise BadInput(self.problems)

    def _alias(self, event: AliasEvent, line: int, column: int) -> None:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            known = event.anchor in self.anchors
            self.add(
                line,
                column,
                self.path(),
                f"the alias *{printable(event.anchor or '')}",
                "an alias of something outside itself" if known else "an alias whose anchor stands before it",
                nearest(event.anchor or "", [name for name, there in self.anchors.items() if there]),
            )
            node = Node(None, line, column)
            self._place(node, keep=False)
            return
        self._count(node.size, line, column)
        if len(self.stack) + node.height > MAX_DEPTH:
            self._too_deep(line, column)
        self._place(replace(node, line=line, column=column), counted=True)

    def _place(self, node: Node, keep: bool = True, counted: bool = False) -> None:
        """Hang a finished node where it belongs."""
        if not counted and not isinstance(node.value, dict | list):
            self._count(1, node.line, node.column)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        parent = frame.node
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict):
            if not frame.waits_for_value:
                self._key(frame, parent.value, node)
                return
            if frame.key is not None and keep:
                node.key_line, node.key_column = frame.key_place
                parent.value[frame.key] = node
            frame.waits_for_value, frame.key = False, None
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)

    def _key(self, frame: _Frame, mapping: dict[str, Node], node: Node) -> None:
        frame.waits_for_value = True
        name = node.text
        if isinstance(node.value, dict | list):
            self._bad_key(node.line, node.column, "a mapping or list as a key")
        elif not name:
            self._bad_key(node.line, node.column, "a value without a key")
        elif name == "<<":
            self.add(
                node.line,
                node.column,
                self.path(name),
                "a merge key (<<)",
                "the values written out, or 'extends' for a whole scenario",
            )
        elif name in mapping:
            self.add(
                node.line,
                node.column,
                self.path(name),
                "the same key a second time",
                f"each key once (first on line {mapping[name].key_line})",
            )
        else:
            frame.key, frame.key_place = name, (node.line, node.column)

    def _bad_key(self, line: int, column: int, found: str) -> None:
        self.stack[-1].waits_for_value = True
        self.add(line, column, self.path(), found, "a word as a key")
