"""Partial pooling over republics with a common shock: the statistician's rival to the simulation.

Trade mixes in log-ratios and agreement in log-odds, a coordinate (log-ratio, power) at a time: a republic's value is

    level + common walk and noise + own walk and noise + (common drift + own drift) · years,

the level unknown, the rest normal, with sizes of their own. Sizes are fitted by penalised likelihood, one set for all
coordinates of a kind, so a republic's drift is drawn towards the common one, and that towards none, as far as the
record says that they differ. It knows nothing of powers, deals or events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sim.evidence.errormodel import DIFFUSE, given, walk_covariance

Floats = NDArray[np.float64]

_CENTRES = np.log([0.1, 0.1, 0.1, 0.1, 0.03, 0.03])
"""Standard deviations a year, within a factor of three or so: walks and noises about a tenth, drifts a third of it."""


@dataclass(frozen=True)
class Pooling:
    """Variances a year: of common walk, common noise, own walk, own noise, common drift and own drift."""

    sizes: Floats

    @classmethod
    def fit(cls, series: Floats) -> Pooling:
        """Sizes from series (republic, coordinate, year), NaN where there is nothing on record."""

        def cost(x: Floats) -> float:
            return 0.5 * float(((x - _CENTRES) ** 2).sum()) - cls(np.exp(2.0 * x)).likelihood(series)

        best = minimize(cost, _CENTRES, method="Nelder-Mead", options={"maxiter": 400, "xatol": 1e-2, "fatol": 1e-2})
        return cls(np.exp(2.0 * best.x))

    def law(self, republics: int, years: int, known: int) -> Floats:
        """Covariance of a (republic, year) grid, flattened; drifts turn about the last of the ``known`` years."""
        walk, noise, own_walk, own_noise, drift, own_drift = self.sizes
        still, moved = walk_covariance(years), np.arange(years) - (known - 1.0)
        line = np.outer(moved, moved)
        common = walk * still + noise * np.eye(years) + drift * line
        own = own_walk * still + own_noise * np.eye(years) + own_drift * line + DIFFUSE
        result: Floats = np.kron(np.ones((republics, republics)), common) + np.kron(np.eye(republics), own)
        return result

    def likelihood(self, series: Floats) -> float:
        """Log-likelihood, up to a constant."""
        republics, _, years = series.shape
        law, total = self.law(republics, years, years), 0.0
        for seen, among in _alike(series):
            lower = np.linalg.cholesky(law[seen][:, seen])
            white = np.linalg.solve(lower, series[:, among].swapaxes(0, 1).reshape(len(among), -1)[:, seen].T)
            total -= 0.5 * float((white**2).sum()) + len(among) * float(np.log(np.diagonal(lower)).sum())
        return total

    def forecast(self, series: Floats, ahead: int, size: int, rng: np.random.Generator) -> Floats:
        """Futures, (republic, coordinate, year ahead, size)."""
        republics, coordinates, known = series.shape
        total = known + ahead
        law = self.law(republics, total, known)[None]
        grid = np.arange(republics * total).reshape(republics, total)
        out = np.empty((republics, coordinates, ahead, size))
        for c in range(coordinates):
            seen = np.flatnonzero(~np.isnan(series[:, c]).ravel())
            old, new = grid[:, :known].ravel()[seen], grid[:, known:].ravel()
            mean, spread = given(law, old, new, series[:, c].ravel()[seen][None, :, None])
            futures = mean[0] + spread[0] @ rng.standard_normal((len(new), size))
            out[:, c] = futures.reshape(republics, ahead, size)
        return out


def _alike(series: Floats) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Cells on record and the coordinates of which these, and no others, are."""
    there = ~np.isnan(series.swapaxes(0, 1).reshape(series.shape[1], -1))
    kinds, which = np.unique(there, axis=0, return_inverse=True)
    return [(np.flatnonzero(kind), np.flatnonzero(which.ravel() == i)) for i, kind in enumerate(kinds) if kind.any()]
