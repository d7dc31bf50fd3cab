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


def interval_score(samples: Floats, observed: Floats, level: float = LEVEL) -> Floats:
    """Width of the central band, plus what the value misses it by times 2 / (1 - level); in the unit of the value.

    The proper score of a band (Gneiting & Raftery 2007): a narrow band is good only as far as it holds.
    """
    low, high = np.quantile(samples, [0.5 - level / 2, 0.5 + level / 2], axis=-1)
    missed = np.maximum(low - observed, 0.0) + np.maximum(observed - high, 0.0)
    result: Floats = high - low + missed * 2.0 / (1.0 - level)
    return result


BANDWIDTH = 0.01
"""Least bandwidth of a density: an outcome is known to a percentage point."""
HEDGE = 0.01
"""Part of a density that is spread over 0..1, so that nobody is surer than a hundred to one."""


def log_score(samples: Floats, observed: Floats, hedge: float = HEDGE) -> Floats:
    """Minus the logarithm of the density of samples (..., n) of shares at values (...).

    The density is one of Gaussian kernels (Silverman 1986), with a little of the uniform on 0..1.
    """
    n = samples.shape[-1]
    quarter, three = np.quantile(samples, [0.25, 0.75], axis=-1)
    spread = np.minimum(samples.std(axis=-1, ddof=1), (three - quarter) / 1.34)
    width = np.maximum(1.06 * spread * n ** (-1 / 5), BANDWIDTH)[..., None]
    kernels = np.exp(-0.5 * ((observed[..., None] - samples) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
    result: Floats = -np.log((1.0 - hedge) * kernels.mean(axis=-1) + hedge)
    return result


def pit(samples: Floats, observed: Floats) -> Floats:
    """Probability integral transform: the part of samples (..., n) below the value, 0..1; of equal ones, half.

    Where forecasts are reliable, these are spread evenly over 0..1.
    """
    below = (samples < observed[..., None]).mean(axis=-1)
    equal = (samples == observed[..., None]).mean(axis=-1)
    return np.where(np.isnan(observed), np.nan, below + 0.5 * equal)


def apart(a: Floats, b: Floats) -> Floats:
    """Cramér distance of two forecasts, the integral of the squared gap between their distributions; samples (..., n).

    A pool with weight w on ``a`` has the CRPS  w CRPS(a) + (1 - w) CRPS(b) - w (1 - w) apart(a, b).
    """
    both = np.concatenate([a, b], axis=-1)
    order = np.argsort(both, axis=-1)
    step = np.where(order < a.shape[-1], 1.0 / a.shape[-1], -1.0 / b.shape[-1])
    gap = np.cumsum(step, axis=-1)[..., :-1]
    result: Floats = (gap**2 * np.diff(np.take_along_axis(both, order, axis=-1), axis=-1)).sum(axis=-1)
    return result
