"""Costs and lists as answers about decisions write them."""

from __future__ import annotations

from collections.abc import Sequence

from sim.runs.words import listed, number

NAMED = 3
"""Things that are named one by one in words; more are counted."""


def per_month(cost: float, unit: str) -> str:
    """A cost in words: ``0.4 engagement points a month``, ``nothing``."""
    return "nothing" if cost == 0.0 else f"{number(cost, 2)} {unit} a month"


def listing(parts: Sequence[str], most: int = NAMED) -> str:
    """The first few of a list, the others counted."""
    return listed([*parts[:most], f"{len(parts) - most} more"] if len(parts) > most else list(parts))
