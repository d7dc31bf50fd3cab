"""A scenario as text: one YAML file that stands alone, and the digest that tells two scenarios apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sim.scenario.courses import Course
from sim.scenario.dates import DATES, is_date_path, month_label
from sim.scenario.merge import Draft, Leaf
from sim.scenario.models import Contents, EventBase, PowerBase, RepublicBase, Words
from sim.scenario.paths import SECTIONS, STEPS, TEXTS, Path, find, row_at
from sim.scenario.strategies import STANDARD
from sim.scenario.table import BY_NAME, SECTORS
from sim.scenario.yaml import scalar

FORMAT = 1
"""Counts the ways a digest has been made; part of it, so that old ones never match new ones by accident."""

_PLAIN = re.compile(r"[^\W\d_][\w./:-]*")
_PLAIN_LINE = re.compile(r"[^\W\d_]([\w .,()/'+-]*[\w.)])?")


def digest(scenario: Contents, values: Mapping[str, float], courses: Mapping[str, Course]) -> str:
    """SHA-256 (hex) over canonical JSON of what moves the model or labels output; see ``Scenario.hash``."""
    events = {
        key: {
            "kind": spec.kind,
            "date": spec.date_label,
            "about": spec.about,
            "host": spec.host,
            "powers": sorted(spec.powers),
            "republics": sorted(spec.republics or ()),
            "sectors": sorted(spec.sectors or SECTORS),
            **_conditions(spec),
        }
        for key, spec in scenario.events.items()
    }
    content = {
        "format": FORMAT,
        "title": scenario.title,
        "start": scenario.start,
        "months": scenario.months,
        "powers": {code: [spec.name, spec.color, spec.luck, *_played(spec)] for code, spec in scenario.powers.items()},
        "republics": {
            code: [spec.name, spec.capital, spec.color, spec.luck, *_played(spec)]
            for code, spec in scenario.republics.items()
        },
        "events": events,
        "values": {path: value for path, value in values.items() if not _unused(path, value)},
        "rest": scenario.rest,
    }
    stepped = sorted(path for path, course in courses.items() if course.steps)
    if stepped:  # a key that digests from before paths over time do not have
        content["steps"] = stepped
    words = scenario.words.model_dump()
    if words != Words().model_dump():
        content["words"] = words
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


_LATER = ("probability", "repeats", "every")
"""Numbers of an event that older digests do not have: they count where they are said."""


def _unused(path: str, value: float) -> bool:
    section, *_, name = path.split(".")
    return section == "events" and name in _LATER and value == BY_NAME["event", name].default


def _conditions(spec: EventBase) -> dict[str, object]:
    """What an event waits for, excludes and changes, and how often it comes; nothing for one that says none of it."""
    said: dict[str, object] = {
        "if": sorted(spec.needs),
        "unless": sorted(spec.unless),
        "excludes": sorted(spec.excludes),
        "changes": sorted(spec.changes),
        "says": [name for name in _LATER if spec.says(name)],
    }
    return {key: value for key, value in said.items() if value}


def _played(spec: PowerBase | RepublicBase) -> list[str]:
    """An actor's strategy; nothing for the standard one, which a digest never named."""
    return [] if spec.strategy == STANDARD else [spec.strategy]


def to_yaml(scenario: Contents, draft: Draft, sources: bool) -> str:
    """See ``Scenario.to_yaml``. Defaults are not written out; the values of ``rest`` are."""
    lines = [
        f"title: {text(scenario.title)}",
        *_about(scenario.about),
        f"start: {month_label(scenario.start)}",
        f"months: {scenario.months}",
        *_words(draft),
    ]
    for section in SECTIONS:
        writer = _Section(section, draft, sources)
        lines += writer.lines(getattr(scenario, section) if section != "rules" else None)
    if scenario.together:
        lines += ["together:", *(f"  {text(source)}: {value!r}" for source, value in scenario.together.items())]
    if scenario.rest:
        lines += ["rest:", *(f"  {path}: {_settled(path, value, draft)}" for path, value in scenario.rest.items())]
    return "\n".join(lines) + "\n"


def _settled(path: str, value: float, draft: Draft) -> str:
    """An entry of ``rest``, with the range that the root file states for it."""
    span = draft.settled_range(path, value)
    return f"{{value: {value!r}, range: [{span[0]!r}, {span[1]!r}]}}" if span else repr(value)


def text(value: str, flow: bool = False) -> str:
    """Text as a YAML scalar on one line; quoted unless it is plainly safe. ``flow``: inside [] or {}."""
    plain = (_PLAIN if flow else _PLAIN_LINE).fullmatch(value) and isinstance(scalar(value), str)
    if plain and not value.endswith(":") and len(value) <= 300:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(c if c.isprintable() else _escape(ord(c)) for c in escaped) + '"'


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _about(about: str) -> list[str]:
    if not about:
        return []
    rows = about.removesuffix("\n").split("\n")
    block = (
        about.endswith("\n")
        and rows[0]
        and all(row == "" or (row.isprintable() and row[0] != " " and row[-1] != " ") for row in rows)
        and rows[-1]
    )
    return ["about: |", *(f"  {row}" if row else "" for row in rows)] if block else [f"about: {text(about)}"]


def _words(draft: Draft) -> list[str]:
    """What the scenario calls things, where a file says it."""
    said = {path[1:]: _scalar(leaf.value, True) for path, leaf in draft.leaves.items() if path[0] == "words"}
    if not said:
        return []
    lines = [f"  {path[0]}: {value}" for path, value in said.items() if len(path) == 1]
    sectors = ", ".join(f"{path[1]}: {value}" for path, value in said.items() if len(path) == 2)
    return ["words:", *lines, *([f"  sectors: {{{sectors}}}"] if sectors else [])]


def _scalar(value: Any, flow: bool) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(text(str(item), flow=True) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return text(value, flow) if isinstance(value, str) else repr(value)


class _Section:
    """Writes one section, value by value, with a source once for each actor or event where that saves words."""

    def __init__(self, section: str, draft: Draft, sources: bool) -> None:
        self.section, self.sources = section, sources
        self.leaves = {path: leaf for path, leaf in draft.leaves.items() if path[0] == section}

    def lines(self, names: Mapping[str, object] | None) -> list[str]:
        if names is None:
            body = self.group((self.section,), 1)
        else:
            body = ["  source: assumption"] if not self.sources and self.section in ("powers", "republics") else []
            for name in names:
                body += [f"  {name}:", *self.group((self.section, name), 2)]
        return [f"{self.section}:", *body] if body else []

    def group(self, path: Path, depth: int) -> list[str]:
        """The values of one actor, event, or all rules."""
        n, pad = len(path), "  " * depth
        mine = {p: leaf for p, leaf in self.leaves.items() if p[:n] == path}
        counts = Counter(leaf.source for p, leaf in mine.items() if find(p) or is_date_path(p))
        common = counts.most_common(1)[0][0] if counts and () not in counts and self.sources else ()
        out = [f"{pad}source: {_sources(common)}"] if common else []
        keys = list(dict.fromkeys(p[n] for p in mine))
        texts = TEXTS.get(self.section, {})
        for key in sorted(keys, key=lambda key: key not in texts):
            here = {p: leaf for p, leaf in mine.items() if p[n] == key}
            row = None if key in texts else row_at(self.section, key)
            if row and row.inner and row.owner == "dyad":
                out.append(f"{pad}{key}:")
                for name in dict.fromkeys(p[n + 1] for p in here):
                    part = {p: leaf for p, leaf in here.items() if p[n + 1] == name}
                    out.append(f"{pad}  {name}: {self.vector(part, common, n + 2)}")
            elif (*path, key) in here:
                leaf = here[*path, key]
                plain = key in texts and key not in DATES
                out.append(f"{pad}{key}: {_scalar(leaf.value, False) if plain else self.value(leaf, common, False)}")
            else:
                out.append(f"{pad}{key}: {self.vector(here, common, n + 1)}")
        return out

    def vector(self, leaves: Mapping[Path, Leaf], common: tuple[str, ...], depth: int) -> str:
        """Numbers by sector, cause, actor or month as one flow mapping; a shared source and note are written once.

        The keys of the mapping stand at ``depth`` of the paths.
        """
        origins = {(leaf.source, leaf.note, leaf.range) for path, leaf in leaves.items() if path[-1] != STEPS}
        extra: list[str] = []
        if len(origins) == 1 and next(iter(origins))[2] is None and self.sources:
            source, note, _ = origins.pop()
            extra = _extra(() if source == common else source, note, None)
            return "{" + ", ".join([*self.members(leaves, (), depth, bare=True), *extra]) + "}"
        return "{" + ", ".join(self.members(leaves, common, depth, bare=False)) + "}"

    def members(self, leaves: Mapping[Path, Leaf], common: tuple[str, ...], depth: int, *, bare: bool) -> Iterator[str]:
        """Entries of a flow mapping; ``bare``: without sources, notes and ranges."""
        for key in dict.fromkeys(path[depth] for path in leaves):
            here = {path: leaf for path, leaf in leaves.items() if path[depth] == key}
            path, leaf = next(iter(here.items()))
            if len(path) > depth + 1:
                yield f"{key}: {{{', '.join(self.members(here, common, depth + 1, bare=bare))}}}"
            elif bare or key == STEPS:
                yield f"{key}: {_scalar(leaf.value, True)}"
            else:
                yield f"{key}: {self.value(leaf, common, flow=True)}"

    def value(self, leaf: Leaf, common: tuple[str, ...], flow: bool) -> str:
        """One value, written out with source, note and range where it has them of its own."""
        extra = _extra(() if leaf.source == common else leaf.source, leaf.note, leaf.range) if self.sources else []
        if not extra:
            return _scalar(leaf.value, flow)
        return "{" + ", ".join([f"value: {_scalar(leaf.value, True)}", *extra]) + "}"


def _extra(source: tuple[str, ...], note: str, span: tuple[float, float] | None) -> list[str]:
    return [
        *([f"source: {_sources(source)}"] if source else []),
        *([f"note: {text(note, flow=True)}"] if note else []),
        *([f"range: [{span[0]!r}, {span[1]!r}]"] if span else []),
    ]


def _sources(source: Iterable[str]) -> str:
    names = [text(name, flow=True) for name in source]
    return names[0] if len(names) == 1 else "[" + ", ".join(names) + "]"
