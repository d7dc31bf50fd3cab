"""Realignment: shares as a softmax of log-ratios to 'others', moved by additive drivers through a linear filter.

Gravity or Armington shares with a political wedge (Armington 1969, Pollins 1989); log-ratios as in compositional data
(Aitchison 1986). Because the filter is linear and the drivers add up, every shift decomposes exactly into its drivers.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import CAUSES
from sim.world.rules.axes import summed

Floats = NDArray[np.floating[Any]]

DRIVERS: tuple[str, ...] = ("capability", "strain", "deals", *CAUSES, "legacy", "hedging", "events", "chance")
"""What moves alignment; the order of the driver axis everywhere."""
_LARGE = 80.0


def interior(share: Floats, floor: Floats) -> Floats:
    """Shares (..., p, s, w) kept off the borders: none, nor that of 'others', below ``floor`` (> 0).

    Shares inside the borders are returned as they are. A log-ratio to nothing is infinite; a share too small to count
    is taken as ``floor``, and powers that leave nothing to others give up in proportion what others need.
    """
    lifted = np.maximum(share, floor)
    total = summed(lifted, -3)[..., None, :, :]
    result: Floats = np.where(total > 1.0 - floor, lifted * ((1.0 - floor) / total), lifted)
    return result


def logits(share: Floats) -> Floats:
    """Log-ratios to 'others' from shares (..., p, s, w) in (0, 1), summing to less than 1 over powers."""
    others = 1.0 - summed(share, -3)
    result: Floats = np.log(share / others[..., None, :, :])
    return result


def shares(logit: Floats, out: Floats | None = None) -> Floats:
    """Shares (..., p, s, w) from log-ratios to 'others' (..., p, s, w): softmax over powers with others at 0.

    Written to ``out`` if given, in its precision; in float32 exp overflows from 88, so that large ones are lowered.
    """
    weight = logit.copy() if out is None else out
    weight[...] = logit
    others = np.ones(1, weight.dtype)
    if weight.max() > _LARGE:  # changes nothing where none is large
        lowered = np.maximum(weight.max(axis=-3) - _LARGE, 0.0)
        weight -= lowered[..., None, :, :]
        others = np.exp(-lowered)
    np.exp(weight, out=weight)
    total = summed(weight, -3)
    total += others
    weight /= total[..., None, :, :]
    return weight


def deal_pull(deals: Floats, usual: Floats, floor: Floats, effect: Floats) -> Floats:
    """Pull gained by living deals above the usual, log points: effect x ln((floor + deals) / (floor + usual))."""
    pull: Floats = deals + floor
    pull /= usual + floor
    np.log(pull, out=pull)
    pull *= effect
    return pull


def target(first: Floats, drivers: Iterable[Floats]) -> Floats:
    """Where log-ratios are drawn to, (p, s, w): those of day one, ``first`` (p, s, 1 or w), and all drivers.

    Each driver is (p, s or 1, w or 1); those that are the same in all sectors are added up first, for they are small.
    Added up in float64, so that what is explained by drivers is all there is.
    """
    parts = list(drivers)
    total = first.astype(np.float64)
    for part in (part for part in parts if part.shape[-2] > 1):
        total = np.add(total, part, out=total if total.shape == part.shape else None)
    alike = [part for part in parts if part.shape[-2] == 1]
    if alike:
        by_power = reduce(np.add, alike[1:], alike[0].astype(np.float64))
        total = np.add(total, by_power, out=total if total.shape[-1] == by_power.shape[-1] else None)
    return total


def drift(logit: Floats, target: Floats, inertia: Floats) -> Floats:
    """Move ``logit`` in place towards ``target`` by ``inertia`` (0..1 a month); all (..., s, w).

    ``target`` is used up: it holds the step when this returns.
    """
    step = np.subtract(target, logit, out=target)
    step *= inertia
    logit += step
    return logit
