"""Pledges fall due, are delivered or lapse; deals live and fade. What is pledged is pending, delivered or lapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.offers import QUANTUM, whole

Floats = NDArray[np.floating[Any]]


def fading(half_life: Floats) -> Floats:
    """Part that fades in a month for a half-life in months (> 0), same shape, 0..1."""
    result: Floats = -np.expm1(-np.log(2.0) / half_life)
    return result


def falling_due(pledges: Floats, pace: Floats, out: Floats | None = None) -> Floats:
    """Points of the pending pledges (..., w) that fall due this month: the part ``pace`` of them, 0..1."""
    return whole(np.multiply(pledges, pace / QUANTUM, out=out))


def performance(reliability: Floats, strain: Floats, strain_on_delivery: Floats) -> Floats:
    """Part of what falls due that is delivered, 0..1: reliability x (1 - k strain), all (w,)."""
    result: Floats = reliability * (1.0 - strain_on_delivery * strain)
    return result


def delivered(due: Floats, performance: Floats, out: Floats | None = None) -> Floats:
    """Points delivered of what is due (..., w), in whole quanta; the rest, due - delivered, lapses."""
    return whole(np.multiply(due, performance / QUANTUM, out=out))


def lapse_rate(due: Floats, done: Floats) -> Floats:
    """Part of what fell due that lapsed, 0..1, any shape; 0 where nothing was due. Both in points, whole quanta."""
    rate: Floats = (due - done) / np.maximum(due, QUANTUM)
    return rate
