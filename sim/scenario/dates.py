"""Months: numbers, labels, and where a scenario holds them.

A month is a whole number, year x 12 + month - 1, in all that computes; people read and write it as YYYY-MM.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from sim.scenario.paths import Path
from sim.scenario.table import Parameter

DATES = ("date", "after", "before")
"""Keys of an event that hold a month."""

MONTH = Parameter(
    "month",
    "event",
    "month number, year x 12 + month - 1",
    0,
    0,
    None,
    "Month of the event; what follows the month number after a decimal point is dropped.",
    "assumption",
    role="event",
)
"""Stands in for a row of the table where a date is asked for as a number."""


def month_number(text: str) -> int:
    """The month number (year x 12 + month - 1) of checked text, YYYY-MM or YYYY-MM-DD."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_label(number: int) -> str:
    """YYYY-MM of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_labels(start: int, months: int) -> list[str]:
    """YYYY-MM of the states of a run of ``months`` from month ``start``: the month before it, then the end of each."""
    return [month_label(number) for number in range(start - 1, start + months)]


def parse_month(value: object, day_allowed: bool) -> int:
    """The month number of YYYY-MM or, if a day is allowed, YYYY-MM-DD. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("not text")
    match = re.fullmatch(r"([1-9]\d{3})-(\d{2})(?:-(\d{2}))?", value, re.ASCII)
    if not match or (match[3] and not day_allowed):
        raise ValueError("not a month")
    date(int(match[1]), int(match[2]), int(match[3] or 1))  # raises ValueError for a day that no calendar has
    return month_number(value)


def month_of(value: object, day_allowed: bool = True) -> int | None:
    """The month number of well-formed text, else None."""
    try:
        return parse_month(value, day_allowed)
    except ValueError:
        return None


def is_date_path(path: Path) -> bool:
    """Whether a date of an event stands at ``path``."""
    return len(path) == 3 and path[0] == "events" and path[2] in DATES


def date_row(start: int, months: int) -> Parameter:
    """The stand-in row for a date of a run that starts in month ``start`` and lasts ``months``."""
    return replace(MONTH, low=float(start), high=float(start + months - 1))
