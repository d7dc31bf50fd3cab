"""JSON Schema of scenario files, made from the parameter table: what editors offer while a scenario is written.

It is kept as ``scenarios/schema.json``. It checks one file at a time, so it allows what only the whole chain of files
can judge: a file that ``extends`` another may leave things out and may drop things with ``null``.
"""

from __future__ import annotations

import json
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.locate import shipped_dir
from sim.scenario.paths import (
    CHANGES,
    CODE,
    COLOR,
    EVENT_ID,
    INNER,
    LUCK,
    MAX_ABOUT,
    MAX_MONTHS,
    MAX_TITLE,
    MEMBER,
    MEMBERS,
    POINT,
    REGION,
    STEPS,
    TEXTS,
    TIMES,
    owners_in,
)
from sim.scenario.strategies import STANDARD, strategies_of
from sim.scenario.table import EVENT_KINDS, SECTORS, TABLE, Parameter, parameters

Schema = dict[str, Any]

_NULL: Schema = {"type": "null", "description": "Drops what is inherited."}
_MONTH = r"^[1-9]\d{3}-(0[1-9]|1[0-2])$"
_DAY = r"^[1-9]\d{3}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$"


def json_schema() -> Schema:
    """The schema as a dictionary, JSON Schema draft 7, which editors know best."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A scenario of sim",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string", "minLength": 1, "maxLength": MAX_TITLE, "description": "A line for people."},
            "about": _or_null({"type": "string", "maxLength": MAX_ABOUT, "description": "A page a reader enjoys."}),
            "extends": {
                "type": "string",
                "minLength": 1,
                "description": "A shipped scenario's name or a path relative to this file; only what differs follows.",
            },
            "start": {"type": "string", "pattern": _MONTH, "description": "The first month, YYYY-MM."},
            "months": {"type": "integer", "minimum": 1, "maximum": MAX_MONTHS, "description": "Length of the run."},
            "words": _called(),
            "powers": _by(f"^{CODE}$", "power", "The powers by code."),
            "republics": _by(f"^{CODE}$", "republic", "The republics by code."),
            "rules": {"$ref": "#/$defs/rules"},
            "events": _by(f"^(?!(source|note)$){EVENT_ID}$", "event", "What happens, by id."),
            "together": {
                "type": "object",
                "description": "How strongly numbers that rest on one source err together, when they are doubted.",
                "additionalProperties": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _NULL]},
            },
            "rest": {
                "type": "object",
                "additionalProperties": False,
                "description": "Values of conduct under which day one had settled, by path, where they differ from "
                "today's.",
                "patternProperties": {
                    r"^(powers|republics)\.": {
                        "anyOf": [
                            {"type": ["number", "null"]},
                            {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["value"],
                                "properties": {"value": {"type": "number"}, "range": _RANGE},
                            },
                        ]
                    }
                },
            },
        },
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["title", "start", "months", "powers", "republics"]},
        "$defs": {
            "source": {
                "description": "Where values come from; holds for everything below unless a nearer one is given.",
                "anyOf": [_SOURCE, {"type": "array", "items": _SOURCE, "minItems": 1}],
            },
            "note": {"type": "string", "description": "Why the values are what they are."},
            "power": _group("powers", "A power"),
            "republic": _group("republics", "A republic"),
            "rules": _group("rules", "Laws of the model, the same before and after day one"),
            "event": _group("events", "An event"),
            **{_key(row): _number(row) for row in TABLE},
        },
    }


def _called() -> Schema:
    name: Schema = {"type": "string", "minLength": 1, "maxLength": 80}
    about = {
        "region": f"The region's name. Default {REGION}.",
        "member": f"What one of the actors between the powers is called. Default {MEMBER}.",
        "members": f"What they are called together. Default {MEMBERS}.",
    }
    sectors = {
        "description": "What sectors are called; their keys stay.",
        "type": "object",
        "properties": dict.fromkeys(SECTORS, _or_null({"description": "Its label.", **name})),
        "additionalProperties": False,
    }
    return {
        "description": "What the scenario calls its region, its actors and the sectors in all text made for people.",
        "type": "object",
        "properties": {
            **{key: _or_null({"description": words, **name}) for key, words in about.items()},
            "sectors": sectors,
        },
        "additionalProperties": False,
    }


_SOURCE: Schema = {"type": "string", "pattern": r"^(assumption|(claim|data|lit):\S+)$"}


def _or_null(schema: Schema) -> Schema:
    """The schema, or null to drop what is inherited; the description stays where editors look for it."""
    inner = {key: value for key, value in schema.items() if key != "description"}
    return {"description": schema["description"], "anyOf": [inner, _NULL]}


def _origin() -> Schema:
    return {"source": {"$ref": "#/$defs/source"}, "note": {"$ref": "#/$defs/note"}}


def _by(pattern: str, kind: str, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": _origin(),
        "additionalProperties": False,
        "patternProperties": {pattern: {"anyOf": [{"$ref": f"#/$defs/{kind}"}, _NULL]}},
    }


def _group(section: str, title: str) -> Schema:
    """Schema of one actor, one event, or the rules."""
    fields = {name: _TEXT_SCHEMAS[section, name] for name in TEXTS.get(section, {})}
    for row in parameters(*owners_in(section)):
        fields[row.name] = _parameter(row)
    return {"title": title, "type": "object", "properties": {**_origin(), **fields}, "additionalProperties": False}


def _words(row: Parameter) -> str:
    default = "" if row.default is None else f" Default {row.default:g}."
    total = {"one": " All together sum to 1.", "at_most_one": " Over the powers at most 1.", None: ""}[row.total]
    return f"{row.help} Unit: {row.unit}; from {row.low:g} to {row.high:g}.{total}{default}"


def _number(row: Parameter) -> Schema:
    plain: Schema = {"type": "number", "minimum": row.low, "maximum": row.high}
    said = [plain, _PERCENT] if row.is_share else [plain]
    course = [_course(said)] if row.role == "conduct" else []
    return {
        "description": _words(row),
        **({"default": row.default} if row.default is not None else {}),
        "anyOf": [*said, _annotated(*said, *course), *course, _NULL],
    }


_RANGE: Schema = {
    "type": "array",
    "items": {"type": ["number", "string"]},
    "minItems": 2,
    "maxItems": 2,
    "description": "How sure the value is: low, then high.",
}


_PERCENT: Schema = {"type": "string", "pattern": r"^[-+]?(\d+\.?\d*|\.\d+)\s*%$"}


def _course(said: list[Schema]) -> Schema:
    """A path over time of what may be ``said``."""
    steps = {"type": "boolean", "description": "Whether each value holds until the next; else linear in between."}
    return {
        "type": "object",
        "description": "A path over time: values by month, YYYY-MM or YYYY.",
        "properties": {**_origin(), STEPS: steps},
        "additionalProperties": False,
        "patternProperties": {f"^{POINT}$": {"anyOf": [*said, _annotated(*said)]}},
        "minProperties": 1,
    }


def _annotated(*said: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"value": said[0] if len(said) == 1 else {"anyOf": list(said)}, **_origin(), "range": _RANGE},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _mapping(row: Parameter, properties: Schema, others: Schema | None = None) -> Schema:
    mapping: Schema = {"type": "object", "properties": {**_origin(), **properties}, "additionalProperties": False}
    if others is not None:
        mapping["patternProperties"] = {f"^{CODE}$": others}
    return {"description": _words(row), "anyOf": [mapping, _NULL]}


def _key(row: Parameter) -> str:
    return f"{row.owner}-{row.name}"


def _parameter(row: Parameter) -> Schema:
    one: Schema = {"$ref": f"#/$defs/{_key(row)}"}
    if row.owner in ("dyad", "pair"):
        one = _mapping(row, {}, one)
    return _mapping(row, dict.fromkeys(INNER[row.inner], one)) if row.inner else one


def _text(description: str, **limits: Any) -> Schema:
    return _or_null({"type": "string", **limits, "description": description})


def _dates() -> dict[tuple[str, str], Schema]:
    texts = {
        "date": ("Month (YYYY-MM) or day (YYYY-MM-DD) of a fixed event; the model uses the month.", _DAY),
        "after": ("First month in which a random event may happen.", _MONTH),
        "before": ("Month before which a random event must happen.", _MONTH),
    }
    found: dict[tuple[str, str], Schema] = {}
    for key, (words, pattern) in texts.items():
        plain = {"type": "string", "pattern": pattern}
        found["events", key] = {"description": words, "anyOf": [plain, _annotated(plain), _NULL]}
    return found


def _list(description: str, items: Schema) -> Schema:
    return _or_null({"type": "array", "items": items, "uniqueItems": True, "description": description})


def _strategy(section: str) -> Schema:
    """One of the strategies of a section, each with its line of help."""
    listed = [{"const": row.name, "description": f"{row.help} Source: {row.source}."} for row in strategies_of(section)]
    words = "How it acts from day one on; sim strategies says more."
    return {"description": words, "default": STANDARD, "anyOf": [*listed, _NULL]}


def _change() -> Schema:
    amount: Schema = {"anyOf": [{"type": "number"}, _PERCENT]}
    factor: Schema = {"type": "number", "minimum": 0}
    times = {
        "type": "object",
        "properties": {TIMES: {"anyOf": [factor, _annotated(factor)]}, **_origin()},
        "additionalProperties": False,
        "required": [TIMES],
    }
    return {"anyOf": [amount, _annotated(amount), times, _NULL]}


_LINE: Schema = {"type": "string", "minLength": 1}
_CODE: Schema = {"type": "string", "pattern": f"^{CODE}$"}

_TEXT_SCHEMAS: dict[tuple[str, str], Schema] = {
    **{
        (section, "name"): {"type": "string", "minLength": 1, "maxLength": 80, "description": "Name for people."}
        for section in ("powers", "republics")
    },
    **{
        (section, "color"): _text("Colour in figures, #rrggbb, in quotes.", pattern=f"^{COLOR}$")
        for section in ("powers", "republics")
    },
    **{
        (section, "luck"): _text("Key of the actor's streams of chance; default its code.", pattern=f"^{LUCK}$")
        for section in ("powers", "republics")
    },
    **{(section, "strategy"): _strategy(section) for section in ("powers", "republics")},
    ("republics", "capital"): _text("Its capital.", minLength=1, maxLength=80),
    ("events", "kind"): {"enum": list(EVENT_KINDS), "description": "A label for the ledger; a summit is more."},
    **_dates(),
    ("events", "about"): _text("One line for the ledger.", maxLength=MAX_ABOUT),
    ("events", "powers"): _list("The powers it is about; needed for any effect on or by powers.", _CODE),
    ("events", "republics"): _list("The guests, or the republics affected; left out: all.", _CODE),
    ("events", "sectors"): _list("The agenda, or the sectors affected; left out: all.", {"enum": list(SECTORS)}),
    **{
        ("events", key): _or_null({"description": words, "anyOf": [_LINE, {"type": "array", "items": _LINE}]})
        for key, words in (
            ("if", "Conditions that must all hold in a world for it to happen there."),
            ("unless", "Conditions of which none may hold."),
            ("excludes", "Events: of them and this one only the first to happen happens."),
        )
    },
    ("events", CHANGES): {
        "description": "Numbers of conduct that it changes for a while, by path: what is added, or {times: factor}.",
        "type": "object",
        "properties": _origin(),
        "patternProperties": {r"^(powers|republics)\.": _change()},
        "additionalProperties": False,
    },
    ("events", "host"): _text("The republic that hosts a summit.", pattern=f"^{CODE}$"),
}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def write_schema(path: str | FilePath | None = None) -> FilePath:
    """Write the schema to a file, by default ``scenarios/schema.json`` of the checkout; returns its path."""
    target = FilePath(path) if path else shipped_dir("scenarios") / "schema.json"
    target.write_text(schema_text(), encoding="utf-8")
    return target
