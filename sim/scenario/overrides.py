"""Overrides by path: ``--set powers.RUS.strain=0.5`` and its like in Python, as one more layer over the files.

Each function gives the node that a file of the same content would be read as, and adds what is wrong to ``problems``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.scenario.dates import is_date_path, month_label
from sim.scenario.errors import BadInput, Problem, nearest, printable, shown
from sim.scenario.merge import Draft
from sim.scenario.paths import SECTIONS, TOP_KEYS, Path, dotted, is_point, one_of, split
from sim.scenario.yaml import MAX_DEPTH, Node, read, scalar

ONE = "path=value, such as powers.RUS.strain=0.5"


def from_any(set: object, draft: Draft, name: str, problems: list[Problem]) -> Node:
    """Overrides given as a mapping of paths to values or as a list of "path=value"; ``name`` of what gave them."""
    if isinstance(set, Mapping):
        return from_mapping(set, draft, name, problems)
    if not isinstance(set, str | Iterable):
        raise BadInput.of(shown(set), f"values by path, or texts: {ONE}", path=name)
    return from_texts([set] if isinstance(set, str) else list(set), draft, name, problems)


def from_texts(texts: Sequence[object], draft: Draft, name: str, problems: list[Problem]) -> Node:
    """Overrides given as "path=value"; a value is read as in a YAML file."""
    pairs: list[tuple[str, Node]] = []
    for text in texts:
        path, equals, value = text.partition("=") if isinstance(text, str) else ("", "", "")
        if not equals or not path.strip():
            problems.append(_problem(name, "", printable(repr(text)), ONE))
            continue
        try:
            pairs.append((path.strip(), _parse(value.strip(), name)))
        except BadInput as error:
            problems += [
                Problem(name, None, None, printable(path.strip()), p.found, p.expected, p.nearest)
                for p in error.problems
            ]
    return _nest(pairs, draft, name, problems)


def from_mapping(values: Mapping[str, object], draft: Draft, name: str, problems: list[Problem]) -> Node:
    """Overrides given as Python values; a number where a date stands is a month number."""
    pairs = []
    for path, value in values.items():
        try:
            pairs.append((str(path), _node(_as_date(str(path), _plain(value)))))
        except (TypeError, ValueError):
            problems.append(
                _problem(
                    name, str(path), f"a value of type {type(value).__name__}", "a number, text, or a list of text"
                )
            )
    return _nest(pairs, draft, name, problems)


def _problem(name: str, path: str, found: str, expected: str, near: str | None = None) -> Problem:
    return Problem(name, None, None, printable(path), found, expected, near)


def _parse(text: str, name: str) -> Node:
    if text[:1] not in ("[", "{", '"', "'"):
        return Node(scalar(text), 0, 0, text)
    node, problems = read(text, name)
    if problems:
        raise BadInput(problems)
    _forget_places(node)
    return node


def _forget_places(node: Node) -> None:
    """Lines make no sense in an override. Nesting is bounded by the reader."""
    node.line = node.column = node.key_line = node.key_column = 0
    children = node.value.values() if isinstance(node.value, dict) else node.value
    for child in children if not isinstance(children, str | int | float | None) else ():
        _forget_places(child)


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item() if hasattr(value, "item") and not hasattr(value, "items") else value


def _as_date(path: str, value: Any) -> Any:
    if not is_date_path(split(path)) or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return month_label(int(value)) if 12_000 <= value < 120_000 else value


def _node(value: Any, depth: int = 0) -> Node:
    if depth > MAX_DEPTH:
        raise TypeError
    if value is None or isinstance(value, str):
        return Node(value, 0, 0, value or "")
    if isinstance(value, bool):
        return Node(value, 0, 0, str(value).lower())
    if isinstance(value, int):
        return Node(value, 0, 0, str(value)) if abs(value) < 10**15 else _node(_float(value))
    if isinstance(value, float):
        return Node(float(value), 0, 0, repr(float(value)))
    if isinstance(value, Mapping):
        return Node({str(key): _node(_plain(item), depth + 1) for key, item in value.items()}, 0, 0)
    if isinstance(value, list | tuple):
        return Node([_node(_plain(item), depth + 1) for item in value], 0, 0)
    raise TypeError


def _float(value: int) -> float:
    return float(value) if abs(value) < 10**300 else math.inf if value > 0 else -math.inf


def _nest(pairs: Sequence[tuple[str, Node]], draft: Draft, name: str, problems: list[Problem]) -> Node:
    """One mapping out of dotted paths; refuses unknown places and two values for the same one."""
    top = Node({}, 0, 0)
    taken: dict[Path, Node] = {}
    for text, node in pairs:
        path = split(text)
        fault = _fault(path, draft, isinstance(node.value, dict))
        if fault:
            problems.append(_problem(name, text, *fault))
            continue
        other = next((p for p in taken if p[: len(path)] == path[: len(p)]), None)
        if other is not None:
            found = "the same path a second time" if other == path else f"a path that overlaps {dotted(other)}"
            problems.append(_problem(name, text, found, "one value for each path"))
            continue
        taken[path] = node
        spot = top
        for key in path[:-1]:
            assert isinstance(spot.value, dict)
            spot = spot.value.setdefault(key, Node({}, 0, 0))
        spot.part = spot.part or is_point(path)
        assert isinstance(spot.value, dict)
        spot.value[path[-1]] = node
    return top


def _fault(path: Path, draft: Draft, whole: bool) -> tuple[str, str, str | None] | None:
    """What is wrong with the path, what was expected, and the nearest valid one."""
    tops = [key for key in TOP_KEYS if key != "extends"]
    if path[0] not in tops:
        return f"the unknown key {printable(path[0])!r}", one_of(tops), _joined(nearest(path[0], tops), path[1:])
    if path[0] in (*SECTIONS, "rest", "words") and len(path) == 1 and not whole:
        return "a whole section", f"a path inside it, such as {_example(path[0], draft)}", None
    if path[0] in ("powers", "republics", "events"):
        names = draft.names(path[0])
        if len(path) > 1 and path[1] not in names and not (whole and len(path) == 2):
            near = nearest(path[1], names)
            singular = {"powers": "power", "republics": "republic", "events": "event"}[path[0]]
            return (
                f"the unknown {singular} {printable(path[1])!r}",
                one_of(names),
                _joined(near and f"{path[0]}.{near}", path[2:]),
            )
    if is_point(path) and path not in draft.leaves:
        points = [p[-1] for p in draft.leaves if p[:-1] == path[:-1] and is_point(p)]
        there = f"{one_of(points)}, or a whole path" if points else "a number or a whole path over time"
        near = nearest(path[-1], points)
        return f"the point {path[-1]}", f"{there}, such as {{2026: 0.4, 2028: 0.9}}", near and _joined(near, ())
    return None


def _joined(head: str | None, tail: Path) -> str | None:
    return printable(".".join((head, *tail))) if head else None


def _example(section: str, draft: Draft) -> str:
    names = draft.names(section)
    examples = {"powers": "strain", "republics": "autonomy", "events": "on"}
    if section in examples:
        return f"{section}.{names[0] if names else 'RUS'}.{examples[section]}"
    others = {"rules": "rules.catharsis", "words": "words.region"}
    return others.get(section, "rest.powers.RUS.strain")
