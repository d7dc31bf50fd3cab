"""What the model's worlds have in common, and how far their luck takes them: a path's mean and its own covariance.

A world's path holds the luck of its large projects. To weigh worlds by how near they came to the record would mostly
find the luckiest one, and a walk fitted beside it would count that luck twice. So the worlds of all draws are taken
together: a path's mean is regressed on the parameters, what is left is luck, and the error model adds its covariance
as it adds that of the walk (a synthetic likelihood, Wood 2010, over a regression instead of many worlds a draw).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.evidence.hindcast import Paths

Floats = NDArray[np.float64]

_RIDGE = 1.0
"""Worlds' worth of belief that parameters do nothing; settles what few worlds leave open."""
_FAR = 4.0
"""Robust standard deviations from the mean beyond which a world counts no more."""
_PASSES = 3
"""Fits with such worlds pulled in."""


@dataclass(frozen=True)
class Emulator:
    """Worlds of given parameters, by year from ``first`` on."""

    first: int
    trade: Floats
    """(trader, 2, year, n) mean log-ratios of each world's parameters."""
    shift: Floats
    """(voter, power, year, n) mean change of overall alignment."""
    luck: Floats
    """(trader, year, year) covariance of a world's log-ratios about that mean, mean of the two."""
    scale: Floats
    """(n,) factor on the standard deviation of luck at each world's parameters; root mean square 1."""

    def worlds(self, chosen: NDArray[np.int64]) -> Emulator:
        """Some of the worlds."""
        return Emulator(self.first, self.trade[..., chosen], self.shift[..., chosen], self.luck, self.scale[chosen])


def emulate(scores: Floats, paths: Paths) -> Emulator:
    """Fit to worlds with standard scores (n, k) of the parameters that they were run with, and their paths."""
    features = np.column_stack([np.ones(len(scores)), scores, scores**2 - 1.0])
    trade, shift = _fitted(features, paths.trade), _fitted(features, paths.shift)
    # where a share all but vanishes, one world's log-ratio outweighs thousands: pull such worlds in, and fit again
    for _ in range(_PASSES):
        near = _pulled_in(paths.trade - trade)
        trade = _fitted(features, trade + near)
    strayed = _pulled_in(paths.trade - trade)
    size = np.log(np.maximum((strayed**2).mean(axis=(0, 1, 2)), 1e-12))
    scale = np.exp(0.5 * _fitted(features[:, : 1 + scores.shape[1]], size))
    scale /= np.sqrt((scale**2).mean())
    # not of residuals over scale: worlds far out, where the slope makes scale tiny and luck is not, would decide it
    luck = np.einsum("rcyn,rczn->ryz", strayed, strayed) / (2 * len(scores))
    return Emulator(paths.first, trade, shift, luck, scale)


def _pulled_in(strayed: Floats) -> Floats:
    """Residuals (..., n) no further from 0 than some robust standard deviations (Huber 1964)."""
    far = _FAR * 1.4826 * np.median(np.abs(strayed), axis=-1, keepdims=True)
    result: Floats = np.clip(strayed, -far, far)
    return result


def _fitted(features: Floats, values: Floats) -> Floats:
    """Least squares of (..., n) on features (n, k), the first of them constant, with a weak pull to no effect."""
    penalty = _RIDGE * np.eye(features.shape[1])
    penalty[0, 0] = 0.0
    flat = values.reshape(-1, len(features))
    slopes = np.linalg.solve(features.T @ features + penalty, features.T @ flat.T)
    result: Floats = (features @ slopes).T.reshape(values.shape)
    return result
