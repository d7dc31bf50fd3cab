"""How good a forecast was: distances, probability scores and coverage, all lower-is-better but the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.8
"""Probability that a band should hold."""


def aitchison(a: Floats, b: Floats, axis: int = 0) -> Floats:
    """Aitchison distance of compositions (parts > 0, any scale) along ``axis``; 0 or more (Aitchison 1986).

    Examples
    --------
    >>> round(float(aitchison(np.array([0.5, 0.3, 0.2]), np.array([5.0, 3.0, 2.0]))), 12)
    0.0
    """
    gap = np.log(a) - np.log(b)
    result: Floats = np.sqrt(((gap - gap.mean(axis=axis, keepdims=True)) ** 2).sum(axis=axis))
    return result


def crps(samples: Floats, observed: Floats) -> Floats:
    """Continuous ranked probability score of samples (..., n) against values (...), in the unit of the value.

    Mean distance to what happened less half the mean distance of two samples (Gneiting & Raftery 2007, fair form); for
    a certain forecast it is the absolute error.
    """
    n = samples.shape[-1]
    spread = np.zeros(samples.shape[:-1])
    if n > 1:
        weight = 2.0 * np.arange(1, n + 1) - n - 1.0
        spread = (np.sort(samples, axis=-1) * weight).sum(axis=-1) / (n * (n - 1.0))
    result: Floats = np.abs(samples - observed[..., None]).mean(axis=-1) - spread
    return result


def covered(samples: Floats, observed: Floats, level: float = LEVEL) -> Floats:
    """1 where the central band of samples (..., n) holds the value (...), 0 where not, NaN where that is NaN."""
    low, high = np.quantile(samples, [0.5 - level / 2, 0.5 + level / 2], axis=-1)
    held = (observed >= low) & (observed <= high)
    return np.where(np.isnan(observed), np.nan, held.astype(np.float64))
