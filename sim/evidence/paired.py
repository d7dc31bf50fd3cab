"""Whether a difference between two methods can be told from luck: both scored on the same cells, by year.

What happened in a year moves all dyads of that year, and forecasts several years ahead overlap. So years are drawn
again in blocks as long as the horizon (moving blocks, closed to a circle: Künsch 1989, Politis & Romano 1992), each
with all its dyads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TRIES = 4000
ENOUGH = 6
"""Blocks needed for a verdict. With five, five of the same sign come by luck in 1 case of 16."""
TWO = 2
"""Blocks of which anything can be drawn."""
POWER = 2.8
"""Standard errors that a difference must have to be found at 5 per cent in four cases of five."""


@dataclass(frozen=True)
class Paired:
    """A gain, parts of the other's score, with what luck leaves of it."""

    gain: float
    low: float
    """2.5 and 97.5 per cent of the resamples."""
    high: float
    p: float
    """Two-sided: how often resamples lie on the other side of nothing."""
    blocks: int
    """Years over the length of a block."""
    detectable: float
    """The least gain that this record would show in four cases of five."""

    @property
    def verdict(self) -> str:
        """Told from luck at 5 per cent: better, worse, no difference told; or too few years for a verdict."""
        if self.blocks < ENOUGH:
            return "too few years"
        if self.p >= 0.05:
            return "no difference told"
        return "better" if self.gain > 0.0 else "worse"


@lru_cache(maxsize=64)
def resampled(years: int, block: int, tries: int = TRIES, seed: int = 5) -> NDArray[np.int64]:
    """How often each year is drawn, (tries, years): whole blocks from a circle of years, as many years as there are."""
    rng = np.random.default_rng([seed, years, block])
    starts = rng.integers(years, size=(tries, -(-years // block)))
    drawn = ((starts[..., None] + np.arange(block)) % years).reshape(tries, -1)[:, :years]
    counts: NDArray[np.int64] = (drawn[..., None] == np.arange(years)).sum(axis=1)
    return counts


def paired(mine: Floats, other: Floats, size: Floats, block: int) -> Paired:
    """Compare sums of scores by year, (year,), lower being better.

    ``size`` (year,) is what a year's difference is measured against, in the unit of the scores: the other's own sums,
    where they are above 0. ``block`` is the horizon in years. Years of fewer than two blocks say nothing of luck: NaN.
    """
    blocks = len(mine) // block
    if blocks < TWO:
        nan = float("nan")
        return Paired(float((other - mine).sum() / size.sum()), nan, nan, nan, blocks, nan)
    counts = resampled(len(mine), block)
    spread = (counts @ (other - mine)) / (counts @ size)
    gain = float((other - mine).sum() / size.sum())
    low, high = np.quantile(spread, [0.025, 0.975])
    side = min(int((spread <= 0.0).sum()), int((spread >= 0.0).sum()))
    p = min(1.0, 2.0 * (side + 1) / (len(spread) + 1))
    return Paired(gain, float(low), float(high), p, blocks, POWER * float(spread.std()))


def weight(excess: Floats, distance: Floats) -> Floats:
    """Weight of the first of two forecasts in the linear pool with the least CRPS, 0..1.

    ``excess`` is the first's CRPS less the second's, ``distance`` their Cramér distance; sums of any cells, (...).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        best = 0.5 - excess / (2.0 * distance)
    return np.where(distance > 0.0, np.clip(best, 0.0, 1.0), 0.5)
