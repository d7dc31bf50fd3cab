"""Conditions of an event: what must have happened, or must hold, in a world for the event to happen there.

One condition is one line of text:

- ``war-ends``: that event has happened in an earlier month;
- ``KAZ.RUS.share > 40 %`` (overall), ``KAZ.RUS.trade < 0.2`` (in a sector): alignment of last month;
- ``TJK.RUS.grievance > 0.8``: the sum of grievances of last month, in points;
- ``TJK.RUS.stance == assertive``: a stance taken at some summit so far, or ``... since 2027-01``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sim.scenario.dates import month_number
from sim.scenario.paths import CODE, EVENT_ID
from sim.scenario.table import SECTORS, STANCES

SHARE, GRIEVANCE, STANCE = "share", "grievance", "stance"
MEASURES = (SHARE, *SECTORS, GRIEVANCE, STANCE)
SIGNS = ("<", "<=", ">", ">=")

EXPECTED = (
    "an event's id, or a comparison such as KAZ.RUS.share > 40 %, KAZ.RUS.trade < 0.2, TJK.RUS.grievance > 0.8 or "
    "TJK.RUS.stance == assertive"
)
_HAPPENED = re.compile(EVENT_ID)
_COMPARED = re.compile(
    rf"(?P<republic>{CODE})\.(?P<power>{CODE})\.(?P<what>[a-z]+)\s*(?P<sign><=|>=|==|<|>)\s*"
    r"(?:(?P<number>\d+\.?\d*|\.\d+)(?P<percent>\s*%)?|(?P<word>[a-z]+)(?:\s+since\s+(?P<since>[1-9]\d{3}-(?:0[1-9]|1[0-2])))?)",
    re.ASCII,
)


@dataclass(frozen=True)
class Condition:
    """One condition, read."""

    text: str
    event: str = ""
    """The event that must have happened; "" for a comparison."""
    republic: str = ""
    power: str = ""
    what: str = ""
    """One of ``MEASURES``."""
    sign: str = ""
    level: float = 0.0
    stance: str = ""
    since: int | None = None
    """Month number from which on a stance counts."""


def read(text: str) -> Condition | None:
    """The condition in a text, None where it is none; whether actors and events exist is not asked."""
    said = text.strip()
    if _HAPPENED.fullmatch(said):
        return Condition(said, event=said)
    found = _COMPARED.fullmatch(said)
    if found is None or found["what"] not in MEASURES:
        return None
    condition = Condition(said, "", found["republic"], found["power"], found["what"], found["sign"])
    if found["what"] == STANCE:
        since = month_number(found["since"]) if found["since"] else None
        fits = found["sign"] == "==" and found["word"] in STANCES
        return replace(condition, stance=found["word"], since=since) if fits else None
    if found["number"] is None or found["sign"] not in SIGNS or (found["percent"] and found["what"] == GRIEVANCE):
        return None
    return replace(condition, level=float(found["number"] + ("e-2" if found["percent"] else "")))
