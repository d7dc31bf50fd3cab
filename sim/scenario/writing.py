"""A scenario as text: one YAML file that stands alone, and the digest that tells two scenarios apart."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sim.scenario.dates import DATES, is_date_path, month_label
from sim.scenario.merge import Draft, Leaf
from sim.scenario.models import Contents, PowerBase, RepublicBase
from sim.scenario.paths import INNER, SECTIONS, TEXTS, Path, find, row_at
from sim.scenario.strategies import STANDARD
from sim.scenario.table import SECTORS
from sim.scenario.yaml import scalar

FORMAT = 1
"""Counts the ways a digest has been made; part of it, so that old ones never match new ones by accident."""

_PLAIN = re.compile(r"[^\W\d_][\w./:-]*")
_PLAIN_LINE = re.compile(r"[^\W\d_]([\w .,()/'+-]*[\w.)])?")


def digest(scenario: Contents, values: Mapping[str, float]) -> str:
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
        "values": dict(values),
        "rest": scenario.rest,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


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


def _scalar(value: Any, flow: bool) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(text(str(item), flow=True) for item in value) + "]"
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
                for name in INNER[row.inner]:
                    part = {p: leaf for p, leaf in here.items() if p[n + 1] == name}
                    if part:
                        out.append(f"{pad}  {name}: {self.vector(part, common)}")
            elif (*path, key) in here:
                leaf = here[*path, key]
                plain = key in texts and key not in DATES
                out.append(f"{pad}{key}: {_scalar(leaf.value, False) if plain else self.value(leaf, common, False)}")
            else:
                out.append(f"{pad}{key}: {self.vector(here, common)}")
        return out

    def vector(self, leaves: Mapping[Path, Leaf], common: tuple[str, ...]) -> str:
        """Numbers by sector, cause or actor as one flow mapping; a shared source and note are written once."""
        origins = {(leaf.source, leaf.note, leaf.range) for leaf in leaves.values()}
        extra: list[str] = []
        if len(origins) == 1 and next(iter(origins))[2] is None and self.sources:
            source, note, _ = origins.pop()
            extra = _extra(() if source == common else source, note, None)
            parts = [f"{path[-1]}: {_scalar(leaf.value, True)}" for path, leaf in leaves.items()]
        else:
            parts = [f"{path[-1]}: {self.value(leaf, common, flow=True)}" for path, leaf in leaves.items()]
        return "{" + ", ".join([*parts, *extra]) + "}"

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
