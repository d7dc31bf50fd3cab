"""Which numbers of the shipped scenarios rest on a source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.scenario.dates import is_date_path, month_label
from sim.scenario.doubt import range_of
from sim.scenario.locate import shipped
from sim.scenario.paths import split
from sim.scenario.scenario import Scenario, load


@dataclass(frozen=True)
class Number:
    """A number of a scenario with all that is said of it: its range, what it rests on, what the file remarks."""

    path: str
    value: float | str
    """A date as YYYY-MM."""
    unit: str
    low: float | None
    high: float | None
    """Ends of the range in which it is in doubt; None where it is not."""
    range: str
    """Where the range comes from: "stated", the kind whose usual range it is ("share", "size"), or "none"."""
    sources: tuple[str, ...]
    note: str
    stated_in: str
    """Name of the file that says it; "default" for a default."""


def number(scenario: Scenario, path: str) -> Number:
    """The number at a path of a scenario. Raises BadInput for an unknown path."""
    value = scenario.get(path)
    span = range_of(scenario, path, value)
    file = scenario.stated_in(path)
    return Number(
        path,
        month_label(int(value)) if is_date_path(split(path)) else value,
        scenario.words.spell(scenario.parameter(path).unit),
        None if span is None else span.low,
        None if span is None else span.high,
        "none" if span is None else span.origin,
        scenario.source_of(path),
        scenario.note_of(path),
        "default" if file is None else Path(file).stem,
    )


def resting_on(reference: str) -> list[Number]:
    """All numbers of shipped scenarios that rest on a source, each once: as the file that says it has it."""
    found: dict[tuple[str, str], Number] = {}
    for name in shipped():
        scenario = load(name)
        for path in scenario.values:
            if reference in scenario.source_of(path):
                one = number(scenario, path)
                found.setdefault((one.path, one.stated_in), one)
    return list(found.values())
