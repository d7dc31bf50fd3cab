"""What a scenario may say, and how it is read: the lowest floor, on which all others stand.

Importing this package is cheap; ``load`` and ``Scenario`` bring in pydantic when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sim.scenario.errors import BadInput, Problem
from sim.scenario.table import CAUSES, EVENT_KINDS, SECTORS, STANCES, TABLE, Parameter

if TYPE_CHECKING:
    from sim.scenario.jsonschema import json_schema, write_schema
    from sim.scenario.locate import shipped, shipped_dir
    from sim.scenario.scenario import EventSpec, PowerSpec, RepublicSpec, RuleSpec, Scenario, load

_HOMES = {
    "EventSpec": "scenario",
    "PowerSpec": "scenario",
    "RepublicSpec": "scenario",
    "RuleSpec": "scenario",
    "Scenario": "scenario",
    "json_schema": "jsonschema",
    "load": "scenario",
    "shipped": "locate",
    "shipped_dir": "locate",
    "write_schema": "jsonschema",
}
"""Module of each name that is imported only when it is asked for."""

__all__ = [
    "CAUSES",
    "EVENT_KINDS",
    "SECTORS",
    "STANCES",
    "TABLE",
    "BadInput",
    "EventSpec",
    "Parameter",
    "PowerSpec",
    "Problem",
    "RepublicSpec",
    "RuleSpec",
    "Scenario",
    "json_schema",
    "load",
    "shipped",
    "shipped_dir",
    "write_schema",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim.scenario' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sim.scenario.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
