"""A change of shares split into what moved the log-ratios behind them, by Aumann and Shapley's rule.

Along the path the log-ratios really took, straight from month to month, every driver gets the gradient of the share
times its own step, integrated over the month (Aumann & Shapley 1974; "integrated gradients", Sundararajan et al. 2017).
By the chain rule the parts add up to the change; what is left is the error of the quadrature, below 1e-9.

Axes: republic r, power p, power q whose log-ratio it is, sector s, world w; driver d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.realign import shares

Floats = NDArray[np.float64]

STRIDE = 0.25
"""Longest step in log points that is integrated at once; then the rule's error is far below 1e-9."""
_POINTS = np.polynomial.legendre.leggauss(3)
NODES, WEIGHTS = (_POINTS[0] + 1.0) / 2.0, _POINTS[1] / 2.0
"""Gauss-Legendre rule on 0..1, exact for polynomials of degree 5."""


def mean_gradient(start: Floats, end: Floats) -> Floats:
    """Mean of the softmax's gradient along the straight line between two log-ratios.

    ``start``, ``end`` (r, p, s, w), others at 0. Returns (r, p, q, s, w): d share_p / d log-ratio_q.
    """
    step = end - start
    pieces = max(1, int(np.ceil(np.abs(step).max() / STRIDE)))
    total = np.zeros((*start.shape[:2], *start.shape[1:]))
    diagonal = np.arange(start.shape[1])
    for piece in range(pieces):
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            share = shares(start + (piece + node) / pieces * step)
            total -= weight / pieces * share[:, :, None] * share[:, None]
            total[:, diagonal, diagonal] += weight / pieces * share
    return total


def split(logit: Floats, drivers: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Parts of the change of shares: series, owners, logit, before, after (see ``sim.reading.explain.Explanation``).

    ``logit`` (t+1, r, p, s, w), ``drivers`` (t+1, d, r, p, s, w), ``weights`` (r, s, w or 1) of the sectors. What the
    drivers leave of the logits' steps goes to one more driver, the last.
    """
    months, d, r, p, _, w = drivers.shape
    series, owners = np.zeros((months, d + 1, r, p, w)), np.zeros((d + 1, p, r, p, w))
    for t in range(months - 1):
        gradient = mean_gradient(logit[t], logit[t + 1]) * weights[:, None, None]
        step = drivers[t + 1] - drivers[t]
        left = (logit[t + 1] - logit[t]) - step.sum(axis=0)
        step = np.concatenate([step, left[None]])  # (d, r, q, s, w)
        for q in range(p):
            for s in range(weights.shape[1]):
                owners[:, q] += gradient[:, :, q, s] * step[:, :, None, q, s]
        series[t + 1] = owners.sum(axis=1)
    shift = drivers[-1] - drivers[0]
    left = (logit[-1] - logit[0]) - shift.sum(axis=0)
    before, after = ((shares(logit[t]) * weights[:, None]).sum(axis=2) for t in (0, -1))
    return series, owners, np.concatenate([shift, left[None]]), before, after
