"""What is right in a scenario and may surprise all the same, in sentences: ``sim check`` and ``sim show`` say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sim.scenario.conditions import read
from sim.scenario.paths import TIMES, dotted, find, split


class Scenario(Protocol):
    """What is asked here of a scenario."""

    @property
    def months(self) -> int: ...
    @property
    def left_out(self) -> tuple[str, ...]: ...
    @property
    def events(self) -> Mapping[str, Any]: ...


def remarks(scenario: Scenario) -> list[str]:
    """Events left out, events that wait for one that is switched off, and changes that move other weights, too."""
    found = []
    if scenario.left_out:
        found.append(f"left out, beyond its {scenario.months} months: {', '.join(scenario.left_out)}")
    off = {name for name, event in scenario.events.items() if event.on == 0.0}
    for name, event in scenario.events.items():
        waits = {condition.event for text in event.needs if (condition := read(text))}
        if name not in off and (waits := waits & off):
            found.append(f"{name} never happens, as it waits for {', '.join(sorted(waits))}, which is switched off")
    moved: dict[str, dict[str, list[str]]] = {}
    for name, event in scenario.events.items():
        for target, change in event.changes.items():
            keys = split(target)
            row = find(keys)
            if row and row.total == "one" and change != 0.0 and change != {TIMES: 1.0}:
                moved.setdefault(name, {}).setdefault(dotted(keys[:3]), []).append(keys[3])
    for name, vectors in moved.items():
        for head, members in vectors.items():
            found.append(
                f"{name} changes {head} in {', '.join(members)}; as they must sum to 1, all of {head} are scaled to do "
                "so while that holds"
            )
    return found
