"""Figures of one file as cells of the record: what each is about, and the line it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.evidence.codes import Codes, codes
from sim.evidence.sheet import Sheet

TRADE, VOTES, ACCORD = "trade", "votes", "accord"
COLUMNS = {
    TRADE: ("republic", "power", "year", "total_usd_m"),
    VOTES: ("republic", "power", "year", "agreement"),
    ACCORD: ("power_a", "power_b", "year", "agreement"),
}
"""Columns of a tidy file of each series: two actors, the year, the figure."""
MOST = {TRADE: 1_000_000.0, VOTES: 1.0, ACCORD: 1.0}
"""Largest figure: more trade than any pair in the world has, in million dollars, so that dollars are noticed."""
WHAT = {TRADE: "million US dollars", VOTES: "a share of 1", ACCORD: "a share of 1"}
UNION, MEMBERS_NEEDED = "EUU", 20
"""Members of the Union that a file must have for their sum or mean to stand for the 27."""
ROLL_CALLS_NEEDED = 10
"""Roll calls in which two must both have voted for their agreement to say anything."""
MOST_CALLS = 10_000.0
"""Largest number of roll calls in a year: far more than there ever were."""
FIRST_SESSION = 1945
"""Session n of the General Assembly begins in the year 1945 + n."""
SHOWN = 6
"""Things of a kind that a remark names."""


class Cell(NamedTuple):
    """A figure and the line it stands on, or the last of several that it was made of."""

    value: float
    line: int


class Key(NamedTuple):
    """What a figure is about: series, republic and power (of accord two powers, in the order of the alphabet), year."""

    kind: str
    one: str
    other: str
    year: int

    def __str__(self) -> str:
        return f"{self.kind} of {self.one} and {self.other} in {self.year}"


@dataclass
class Figures:
    """What one file says."""

    file: str
    known: Codes = field(default_factory=codes)
    """Who is who in it."""
    layout: str = ""
    cells: dict[Key, Cell] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What was left out or made otherwise than the file has it, for the user to know."""
    apart: bool = False
    """Whether agreement is defined otherwise than in the shipped record, so that the two must not be mixed."""


def key_of(kind: str, one: str, other: str, year: int) -> Key:
    """What a figure is about; two powers are put in order."""
    if kind == ACCORD and other < one:
        one, other = other, one
    return Key(kind, one, other, year)


def rows(count: int) -> str:
    """So many rows, in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def span(years: Iterable[int]) -> str:
    """Years from the first to the last, in words."""
    first, last = min(years := list(years)), max(years)
    return f"{first}" if first == last else f"{first} to {last}"


def some(things: list[str]) -> str:
    """The first few of a list, and how many more there are."""
    shown = ", ".join(things[:SHOWN])
    return shown if len(things) <= SHOWN else f"{shown} and {len(things) - SHOWN:,} more"


class Once:
    """Cells, each stated once: the same figure again is remarked on, another one is a problem with both lines."""

    def __init__(self, sheet: Sheet, out: Figures) -> None:
        self.sheet, self.out, self.again = sheet, out, 0

    def put(self, key: Key, value: float, line: int) -> None:
        """Take a figure."""
        before = self.out.cells.setdefault(key, Cell(value, line))
        if before.line == line:
            return
        if abs(before.value - value) > 1e-9 * max(1.0, abs(value)):
            self.sheet.wrong(
                line,
                ".".join((key.one, key.other, str(key.year))),
                f"{value:.10g}, beside {before.value:.10g} in line {before.line}",
                "one figure for a pair and year",
            )
        self.again += 1

    def remark(self) -> None:
        """Say how many rows were there twice."""
        if self.again:
            self.out.notes.append(f"{rows(self.again)} said again what another had said")
