"""When an event comes, how likely, and on what condition, in words."""

from __future__ import annotations

from typing import Any

from sim.scenario.dates import month_label


def when(event: Any) -> str:
    """The date of an event, or how likely it is and over which months: ``40 % from 2026-01 to 2026-12``."""
    probability = f"{100 * event.probability:g} %" if event.says("probability") else ""
    if event.date is not None:
        return " ".join(part for part in (event.date_label, probability) if part)
    window = f" from {month_label(event.after)}" if event.after else ""
    window += f" to {month_label(event.before - 1)}" if event.before else ""
    return (probability or f"{100 * event.chance:g} % a month") + window


def provided(event: Any) -> str:
    """What an event waits for and excludes, and how often it comes; "" for one that happens once and anyhow."""
    parts = [f"Only if {' and '.join(event.needs)}."] if event.needs else []
    parts += [f"Not if {' or '.join(event.unless)}."] if event.unless else []
    parts += [f"Excludes {', '.join(event.excludes)}."] if event.excludes else []
    parts += [f"Again every {event.every:g} months."] if event.every else []
    parts += [f"{event.repeats:g} times at most."] if event.says("repeats") else []
    return " ".join(parts)
