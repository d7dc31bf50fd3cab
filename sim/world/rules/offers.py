"""What powers put on the table: means, whom and what they court, and how much they offer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.axes import summed

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.intp]

QUANTUM = 2.0**-30
"""Engagement is counted in whole multiples of this many points, so that sums of it are exact in float64."""


def counted(points: Floats) -> Floats:
    """Points (any shape, >= 0) rounded down to whole quanta."""
    return whole(points / QUANTUM)


def whole(quanta: Floats) -> Floats:
    """Points from quanta (any shape, >= 0), rounded down to whole ones, in place of ``quanta``.

    A quantum is a power of two, so that dividing by it is exact and may be done where it costs no pass over memory.
    """
    np.floor(quanta, out=quanta)
    quanta *= QUANTUM
    return quanta


def means(budget: Floats, growth: Floats, month: int, boost: Floats, strain: Floats, strain_on_means: Floats) -> Floats:
    """Points a power can spend this month: budget x (1 + growth)^years x boost x exp(-k strain).

    All (w,): ``budget`` points a month >= 0; ``growth`` share a year > -1; ``boost`` factor >= 0 from events;
    ``strain`` 0..1; ``strain_on_means`` k >= 0. Source: assumption; strain eats means and attention alike.
    """
    result: Floats = budget * np.exp(np.log1p(growth) * (month / 12.0) - strain_on_means * strain) * boost
    return result


def courting_value(worth: Floats, rivalry: Floats, rivals_share: Floats, grudge: Floats, attention: Floats) -> Floats:
    """What courting each republic in each sector is worth to one power, (r, s, w) >= 0.

    ``worth`` (r, s, w or 1): interest x endowment, 0..1; ``rivalry`` (1, w) >= 0; ``rivals_share`` (r, s, w) 0..1:
    share of other powers; ``grudge`` and ``attention`` (r, w), >= 0 and >= 1. A share that rivals hold makes a republic
    worth more, a grudge makes it worth less.
    """
    value: Floats = rivals_share * rivalry
    value += 1.0
    value *= worth
    value *= (attention * np.exp(-grudge))[..., None, :]
    return value


def divide(purse: Floats, value: Floats) -> Floats:
    """Points offered to each republic, (r, w): the purse (w,) split in proportion to value (r, w), in whole quanta.

    Rounded down, so the offers never sum to more than the purse. No value anywhere, no offer.
    """
    total = summed(value, 0)
    return whole(purse / QUANTUM * (value / np.where(total > 0.0, total, 1.0)))


def pick(value: Floats, u: Floats) -> Ints:
    """Index along the axis before the worlds, drawn in proportion to ``value`` (..., k, w) by ``u`` (..., w)."""
    mark = u * summed(value, -2)
    running = value[..., 0, :]
    index = (running <= mark).view(np.int8)  # bytes are added up much faster than a flag is cast to an index
    for k in range(1, value.shape[-2] - 1):
        running = running + value[..., k, :]
        index += (running <= mark).view(np.int8)
    return index.astype(np.intp)
