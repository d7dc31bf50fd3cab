"""Voice: who speaks out in public, how the power answers, and how guests stand at a summit (Hirschman 1970)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.answers import sigmoid

Floats = NDArray[np.floating[Any]]
Stances = NDArray[np.int8]

DEFERENTIAL, TRANSACTIONAL, ASSERTIVE = 0, 1, 2
"""Codes of a stance."""
SILENT, CONCILIATED, COERCED = 0, 1, 2
"""Codes of a power's response to a rebuke; SILENT where there was none."""


def pressure(grievance: Floats, threshold: Floats, leverage: Floats, leverage_cost: Floats, nerve: Floats) -> Floats:
    """By how many grievance points a republic is past its threshold of speaking out against each power, (p, w).

    ``grievance`` (p, w) summed over causes; ``threshold`` (w,) of the republic alone; ``leverage`` (p, w) 0..1 raises
    it (loyalty is cheaper than voice for the dependent), ``nerve`` (p, w) lowers it: stage, others' rebukes, events.
    """
    result: Floats = grievance - threshold - leverage_cost * leverage + nerve
    return result


def rebuke_chance(pressure: Floats, rate: Floats, slope: Floats) -> Floats:
    """Monthly probability of a public rebuke, 0..rate: rate x sigmoid(pressure / slope), any shape."""
    result: Floats = rate * sigmoid(pressure / slope)
    return result


def conciliation_chance(respect: Floats, coerciveness: Floats, grudge: Floats, slope: Floats) -> Floats:
    """Chance that a power makes up rather than punishes: sigmoid((respect - coerciveness - grudge) / slope)."""
    return sigmoid((respect - coerciveness - grudge) / slope)


def stance(felt: Floats, band: Floats) -> Stances:
    """Stance of a guest from pressure with its noise (..., w): assertive above 0, deferential below -band."""
    step: Stances = (felt > 0.0).astype(np.int8)
    step += felt >= -band
    return step
