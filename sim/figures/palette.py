"""Colours and names of what figures and dashboard show, without matplotlib, which the dashboard does not load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

POWER_COLORS: tuple[str, ...] = ("#bf4a32", "#d99a1c", "#2f6db3", "#1b8a7a", "#c58bc4", "#32363d")
"""For powers whose scenario names no colour, by order."""
CAUSE_COLORS: dict[str, str] = {
    "neglect": "#9fb4c4",
    "disrespect": "#a8719a",
    "broken_promise": "#e3c88f",
    "overdependence": "#3f7d6b",
    "coercion": "#4a3040",
}
CAUSE_COLORS_DARK: dict[str, str] = {
    "neglect": "#8aa2b5",
    "disrespect": "#c188b2",
    "broken_promise": "#d9bd80",
    "overdependence": "#4f9a84",
    "coercion": "#efe3ea",
}
"""The same on a dark page."""
CAUSE_NAMES: dict[str, str] = {
    "neglect": "Neglect",
    "disrespect": "Disrespect",
    "broken_promise": "Broken promises",
    "overdependence": "Overdependence",
    "coercion": "Coercion",
}
STANCE_COLORS: dict[str, str] = {"deferential": "#d5dae1", "transactional": "#8d97a6", "assertive": "#2b3445"}


class Coloured(Protocol):
    """A power as a scenario describes it."""

    @property
    def color(self) -> str | None: ...


def power_colors(powers: Mapping[str, Coloured]) -> dict[str, str]:
    """One colour (#rrggbb) a power, the same everywhere: the scenario's own, else the next unused of the palette."""
    own = {code: spec.color.lower() for code, spec in powers.items() if spec.color}
    spare = [color for color in POWER_COLORS if color not in own.values()] or list(POWER_COLORS)
    without = [code for code in powers if code not in own]
    found = own | {code: spare[i % len(spare)] for i, code in enumerate(without)}
    return {code: found[code] for code in powers}
