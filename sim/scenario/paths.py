"""What a dotted path in a scenario means: the row of the parameter table behind it, and what may stand there.

A path is a tuple of keys, ``("powers", "RUS", "strain")``; users read and write it with dots. Codes and event ids hold
no dots, so the two forms say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from sim.scenario.errors import printable
from sim.scenario.strategies import names_of
from sim.scenario.table import BY_NAME, CAUSES, EVENT_KINDS, SECTORS, TABLE, Owner, Parameter, parameters

Path = tuple[str, ...]

SECTIONS = ("powers", "republics", "rules", "events")
TOP_KEYS = ("title", "about", "extends", "start", "months", "words", *SECTIONS, "rest", "together")
RESERVED = ("source", "note")
ANNOTATED = ("value", "source", "note", "range")
STEPS = "steps"
"""The key in a path over time that says whether each value holds until the next."""
CHANGES, TIMES = "changes", "times"
"""The key of an event under which it changes conduct, and that of a change by a factor."""

CODE = r"[A-Z][A-Z0-9_]{1,7}"
EVENT_ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
COLOR = r"#[0-9a-fA-F]{6}"
LUCK = r"[A-Za-z0-9_-]{1,32}"
MAX_MONTHS = 1200
MAX_POWERS = 50
MAX_REPUBLICS = 200
MAX_TITLE = 200
MAX_ABOUT = 20_000
REGION, MEMBER, MEMBERS = "Central Asia", "republic", "republics"
"""What the region and the actors between the powers are called where a scenario does not say."""

TEXTS: dict[str, dict[str, str]] = {
    "": {
        "title": f"text of 1 to {MAX_TITLE} letters",
        "about": "text",
        "start": "a month as YYYY-MM, such as 2025-10",
        "months": f"a whole number of months, 1 to {MAX_MONTHS}",
        "extends": "the name of a shipped scenario or a path",
    },
    "words": {
        "region": "the name of the region",
        "member": "what one of the actors between the powers is called, such as country",
        "members": "what they are called together, such as countries",
        "sectors": f"labels of sectors by name, such as minerals: metals, out of {', '.join(SECTORS)}",
    },
    "powers": {
        "name": "the power's name",
        "color": 'a colour such as "#b83a3a" (in quotes)',
        "luck": "a key of 1 to 32 letters, digits, - and _",
        "strategy": f"one of {', '.join(names_of('powers'))}",
    },
    "republics": {
        "name": "the republic's name",
        "capital": "the name of the capital",
        "color": 'a colour such as "#b83a3a" (in quotes)',
        "luck": "a key of 1 to 32 letters, digits, - and _",
        "strategy": f"one of {', '.join(names_of('republics'))}",
    },
    "events": {
        "kind": f"one of {', '.join(EVENT_KINDS)}",
        "date": "a month as YYYY-MM or a day as YYYY-MM-DD, such as 2025-10-09",
        "about": "a line of text",
        "after": "a month as YYYY-MM, such as 2026-01",
        "before": "a month as YYYY-MM, such as 2027-01",
        "powers": "a list of powers, such as [RUS, CHN]",
        "republics": "a list of republics, such as [KAZ]",
        "sectors": f"a list of sectors out of {', '.join(SECTORS)}",
        "host": "the code of a republic",
        "if": "a condition or a list of conditions that must all hold, such as [war-ends, KAZ.RUS.share > 40 %]",
        "unless": "a condition or a list of conditions of which none may hold",
        "excludes": "an event or a list of events; of all of them only the first to happen happens",
        CHANGES: "a mapping of paths of conduct to what is added, or to {times: factor}",
    },
}
"""Keys that are not numbers of the table, by section, and what is expected there."""

MAPPING_OF = {
    "powers": "powers by code",
    "republics": "republics by code",
    "rules": "rules by name",
    "events": "events by id",
    "rest": "numbers by path",
    "together": "correlations by source",
    "words": "region, member, members and sectors to what they are called",
}

INNER: dict[str, tuple[str, ...]] = {"sector": SECTORS, "cause": CAUSES}

POINT = r"[1-9]\d{3}(-(0[1-9]|1[0-2]))?"
"""A month of a path over time; a year means its January."""
_YEAR = re.compile(r"[1-9]\d{3}", re.ASCII)
_POINT = re.compile(POINT, re.ASCII)


def dotted(path: Sequence[str]) -> str:
    """The path as users write it."""
    return ".".join(path)


def split(text: str) -> Path:
    """The keys of a dotted path; a year becomes its January.

    A key of ``rest`` or of an event's ``changes`` is a path itself and stays whole.
    """
    keys = tuple(text.split("."))
    if keys[0] == "rest" and len(keys) > 1:
        return ("rest", ".".join(keys[1:]))
    if keys[0] == "events" and len(keys) > 3 and keys[2] == CHANGES:
        end = len(keys) - (keys[-1] == TIMES)
        return (*keys[:3], ".".join(keys[3:end]), *keys[end:])
    return (*keys[:-1], point_key(keys[-1])) if len(keys) > 3 and _YEAR.fullmatch(keys[-1]) else keys


def point_key(text: str) -> str:
    """The month of a point as YYYY-MM."""
    return text if "-" in text else f"{text}-01"


def is_month(key: str) -> bool:
    """Whether a key may be the month of a point."""
    return _POINT.fullmatch(key) is not None


def is_point(path: Path) -> bool:
    """Whether ``path`` leads to a point of a path over time."""
    row = find(path[:-1]) if len(path) > 3 and is_month(path[-1]) else None
    return row is not None and row.role == "conduct"


def whole(path: Path) -> Path:
    """The path of the number that a point belongs to; any other path as it is."""
    return path[:-1] if is_point(path) else path


_OWNERS: dict[str, tuple[Owner, ...]] = {
    "powers": ("power",),
    "republics": ("republic", "dyad", "pair"),
    "rules": ("rule",),
    "events": ("event",),
}


def owners_in(section: str) -> tuple[Owner, ...]:
    """Owners of the parameters that stand in a section."""
    return _OWNERS[section]


def row_at(section: str, name: str) -> Parameter | None:
    """Row of the table for a parameter of an actor, the rules or an event."""
    return next((BY_NAME[owner, name] for owner in owners_in(section) if (owner, name) in BY_NAME), None)


def own_depth(path: Path) -> int:
    """Keys in front of a parameter's name: ``rules`` has one, ``powers.RUS`` two."""
    return 1 if path[0] == "rules" else 2


@lru_cache(8192)
def find(path: Path) -> Parameter | None:
    """Row of the table for the number at ``path``, or None; whether the actors exist is not asked.

    A point of a path over time has the row of its number.
    """
    if not path or path[0] not in SECTIONS:
        return None
    head = own_depth(path)
    if len(path) <= head:
        return None
    if path[0] == "events" and path[2:3] == (CHANGES,):
        return _change(path)
    if is_point(path):
        path = path[:-1]
    row = row_at(path[0], path[head])
    if row is None:
        return None
    rest = path[head + 1 :]
    shape: list[tuple[str, ...] | None] = []
    if row.inner:
        shape.append(INNER[row.inner])
    if row.owner in ("dyad", "pair"):
        shape.append(None)  # any code
    fits = len(rest) == len(shape) and all(s is None or key in s for key, s in zip(rest, shape, strict=True))
    return row if fits else None


def _change(path: Path) -> Parameter | None:
    """Row of what an event changes in a number of conduct: an amount or, below ``times``, a factor."""
    keys = split(path[3]) if len(path) > 3 else ()
    row = None if not keys or is_point(keys) or keys[0] == "events" else find(keys)
    if row is None or row.role != "conduct" or path[4:] not in ((), (TIMES,)):
        return None
    return change_row(row, times=len(path) > 4)


@cache
def change_row(row: Parameter, *, times: bool) -> Parameter:
    """Stand-in row for what an event adds to a number of conduct, or for the factor by which it multiplies it."""
    name = row.name.replace("_", " ")
    kind = Parameter(row.name, "event", "factor", 0.0, 100.0, 1.0, f"Factor on {name}.", "assumption", role="event")
    if times:
        return kind
    return replace(
        kind, unit=row.unit, low=row.low - row.high, high=row.high - row.low, default=0.0, help=f"Added to {name}."
    )


def number_text(row: Parameter) -> str:
    """What is expected where the row's number stands: bounds and unit."""
    return f"a number from {row.low:g} to {row.high:g} ({row.unit.removesuffix(', 0 to 1')})"


def said(path: str, value: float | str, digits: int = 6) -> str:
    """A value of the number at a dotted path for people: shares in per cent; words, such as months, as they are."""
    if isinstance(value, str):
        return value
    row = find(split(path.removeprefix("rest.")))
    return f"{value:.{digits}g}" if row is None else row.said(value, digits)


def keys_at(path: Path) -> tuple[str, ...] | None:
    """Keys a mapping at ``path`` may have, without ``source`` and ``note``; None where they are the user's own."""
    if not path:
        return TOP_KEYS
    if path[0] == "words":
        return {1: tuple(TEXTS["words"]), 2: SECTORS if path[-1] == "sectors" else None}.get(len(path))
    if path[0] not in SECTIONS:
        return None
    head = own_depth(path)
    if len(path) < head:
        return None
    if len(path) == head:
        rows = parameters(*owners_in(path[0]))
        return (*TEXTS.get(path[0], {}), *(row.name for row in rows))
    row = row_at(path[0], path[head])
    if row and row.inner and len(path) == head + 1:
        return INNER[row.inner]
    return None


def choices_at(path: Path) -> tuple[str, ...]:
    """The words of which one must stand at ``path``; none where it is not a choice of words."""
    if len(path) != 3:
        return ()
    if path[0] == "events" and path[2] == "kind":
        return EVENT_KINDS
    return names_of(path[0]) if path[2] == "strategy" else ()


def expected_at(path: Path) -> str:
    """What is expected at ``path``, in words."""
    row = find(path)
    if row:
        return number_text(row)
    if path[:1] == ("together",) and len(path) > 1:
        return "a correlation from 0 to 1"
    if path[:1] == ("rest",) and len(path) > 1:
        under = find(split(path[1]))
        return number_text(under) if under else "a number"
    if len(path) == 1:
        return TEXTS[""].get(path[0]) or f"a mapping of {MAPPING_OF.get(path[0], 'values')}"
    if path[0] == "words":
        return TEXTS["words"].get(path[1], "a known key") if len(path) == 2 else "what the sector is called"
    if path[0] not in SECTIONS:
        return "a known key"
    head = own_depth(path)
    if len(path) == head + 1 and path[head] in TEXTS.get(path[0], {}):
        return TEXTS[path[0]][path[head]]
    if len(path) == 2 and path[0] != "rules":
        return f"a mapping with {_some(keys_at(path) or ())}"
    row = row_at(path[0], path[head]) if len(path) > head else None
    if row and row.inner and len(path) == head + 1:
        return f"a mapping of {_some(INNER[row.inner])}"
    if row and row.owner in ("dyad", "pair"):
        return f"a mapping of {'republics' if row.owner == 'pair' else 'powers'} to numbers"
    return "a known key"


def _some(names: Sequence[str], most: int = 9) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def one_of(names: Sequence[str]) -> str:
    """``names`` as a choice in words."""
    return f"one of {_some([printable(name) for name in names[:31]], most=30)}" if names else "nothing"


def vectors(section: str) -> tuple[Parameter, ...]:
    """Rows of a section that must sum to something."""
    return tuple(row for row in TABLE if row.owner in owners_in(section) and row.total)
