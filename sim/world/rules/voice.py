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
SILENT, CONCILIATED, COERCED, IGNORED = 0, 1, 2, 3
"""Codes of a power's response to a rebuke; SILENT where nobody spoke up."""


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


def response_chances(
    tone: Floats,
    fear: Floats,
    grudge: Floats,
    coerciveness: Floats,
    leverage: Floats,
    appeal: Floats,
    ignoring: Floats,
    slope: Floats,
) -> Floats:
    """Chances that a power concedes, punishes or lets pass, (3, r, p, w), when a republic speaks up.

    Logit over tone + fear - grudge, appeal x coerciveness x leverage, and ``ignoring``, with noise of scale ``slope``.
    ``fear`` >= 0: rivalry x the share of rivals, to whom the republic could turn; ``tone``, ``coerciveness`` and
    ``leverage`` 0..1. Source: who needs the other less may threaten (Hirschman 1945, Keohane and Nye 1977); the form is
    an assumption.
    """
    concede, punish = (tone + fear - grudge) / slope, appeal * coerciveness * leverage / slope
    ignore = np.broadcast_to(ignoring / slope, np.broadcast_shapes(concede.shape, punish.shape))
    top = np.maximum(np.maximum(concede, punish), ignore)
    odds = np.stack([np.exp(utility - top) for utility in np.broadcast_arrays(concede, punish, ignore)])
    result: Floats = odds / ((odds[0] + odds[1]) + odds[2])
    return result


def stance(felt: Floats, band: Floats) -> Stances:
    """Stance of a guest from pressure with its noise (..., w): assertive above 0, deferential below -band."""
    step: Stances = (felt > 0.0).astype(np.int8)
    step += felt >= -band
    return step
