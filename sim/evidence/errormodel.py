"""What lies between the model and the record: how trade mixes and votes stray from alignment, in closed form.

Trade. With the three powers' trade mix in isometric log-ratios (Egozcue et al. 2003), in which distances are
Aitchison's, the mix is an exactly linear function of the model's logits. So is the model's chance: a random walk
passed through the filter of inertia. Its law is therefore known, and need not be sampled to fit: a year's mix is

    y = the model's mean + its luck + level + filtered walk(volatility, inertia) + noise(republic),

the level unknown (that is how every forecast starts from the record), the rest normal. Luck is what large projects,
refusals and rebukes do beside the walk; its covariance is estimated from worlds (``emulator``), so that it is counted
once. Votes. On the logit scale

    z = level(dyad) + δ · the powers' own accord + common walk and noise of the five + own walk and noise
        + slope · (overall alignment - overall alignment of day one),

so that the powers' drifting apart and whatever shifts all five together is not taken for realignment. Sizes of walks
and noises of the votes, and δ, are fitted to the record that is given, by penalised likelihood, without the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import minimize

from sim.evidence.observed import PAIRS, POWERS, Observed

Floats = NDArray[np.float64]

DIFFUSE = 4.0
"""Variance of an unknown level: far more than any level's distance from zero."""
RUN_IN = 240
"""Months before the record over which the walk has been running."""

_BASIS = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]) / np.sqrt([[2.0], [6.0]])


def ilr(composition: Floats, axis: int) -> Floats:
    """Isometric log-ratios (2 of them in the place of ``axis``) of three parts > 0."""
    moved = np.moveaxis(np.log(composition), axis, 0)
    result: Floats = np.moveaxis(np.tensordot(_BASIS, moved, 1), 0, axis)
    return result


def parts(coordinates: Floats, axis: int) -> Floats:
    """Three parts, sum 1, of two isometric log-ratios; the inverse of :func:`ilr`."""
    weight = np.exp(np.tensordot(_BASIS.T, np.moveaxis(coordinates, axis, 0), 1))
    result: Floats = np.moveaxis(weight / weight.sum(axis=0), 0, axis)
    return result


def logit(share: Floats) -> Floats:
    """Log-odds of shares, kept away from 0 and 1 by half a roll call in a hundred."""
    result: Floats = special.logit(np.clip(share, 0.005, 0.995))
    return result


def walk_law(inertia: Floats, years: int, run_in: int = RUN_IN) -> Floats:
    """Covariance of yearly means of the model's filtered walk of unit volatility, (n, years, years).

    ``inertia`` (n,) is the share of the distance covered a month. The walk has been running for ``run_in`` months
    before the first year; what it had gathered until then beyond the filter's memory is part of the unknown level.
    """
    months = 12 * years
    lag = np.arange(months)[:, None] - np.arange(-run_in, months)[None]
    mean = np.kron(np.eye(years), np.full((1, 12), 1.0 / 12.0))
    out = np.empty((len(inertia), years, years))
    after, steps = np.maximum(lag + 1, 0), np.arange(months + run_in + 1)
    for i, rate in enumerate(inertia):
        answer = np.where(lag >= 0, (1.0 - (1.0 - rate) ** steps)[after], 0.0)
        # before the record only the difference from the walk itself matters: the rest is level
        answer[:, :run_in] -= 1.0
        yearly = mean @ answer if run_in else mean @ np.where(lag >= 0, answer, 0.0)
        out[i] = yearly @ yearly.T / 12.0
    return out


class WalkLaws:
    """:func:`walk_law` for many inertias, by interpolation between a few dozen."""

    def __init__(self, years: int) -> None:
        self._log = np.linspace(np.log(1e-3), 0.0, 97)
        self._laws = walk_law(np.exp(self._log), years)

    def __call__(self, inertia: Floats) -> Floats:
        """Covariances, (n, years, years)."""
        place = np.interp(np.log(inertia), self._log, np.arange(len(self._log)))
        left = np.minimum(place.astype(np.int64), len(self._log) - 2)
        part = (place - left)[:, None, None]
        result: Floats = (1.0 - part) * self._laws[left] + part * self._laws[left + 1]
        return result


@lru_cache(maxsize=32)
def _laws_of(years: int) -> WalkLaws:
    """The laws for a number of years; reckoned once, they depend on nothing else."""
    return WalkLaws(years)


@dataclass(frozen=True)
class Trade:
    """The trade part of the error model for draws of (volatility, inertia, noise): shapes (n,), (n,), (n, republic).

    ``luck`` (republic, year, year) is the covariance of the model's own luck about its mean path, ``scale`` (n,) the
    factor on its standard deviation; None where the model has none.
    """

    volatility: Floats
    inertia: Floats
    noise: Floats
    luck: Floats | None = None
    scale: Floats | None = None

    def _law(self, republic: int, years: int, laws: WalkLaws) -> Floats:
        law = self.volatility[:, None, None] ** 2 * laws(self.inertia) + DIFFUSE
        law += (self.noise[:, republic] ** 2)[:, None, None] * np.eye(years)
        if self.luck is not None and self.scale is not None:
            law += (self.scale**2)[:, None, None] * self.luck[republic]
        return law

    def likelihood(self, record: Observed, model: Floats) -> Floats:
        """Log-likelihood of the record, (n,), given the model without chance in its years, (republic, 2, year, n)."""
        y = ilr(record.composition, axis=1)
        laws = _laws_of(len(record.years))
        total = np.zeros(len(self.inertia))
        for r in range(y.shape[0]):
            seen = ~np.isnan(y[r, 0])
            if seen.any():
                lower = np.linalg.cholesky(self._law(r, len(seen), laws)[:, seen][:, :, seen])
                gap = np.moveaxis(y[r][:, seen, None] - model[r][:, seen], 2, 0)
                white = np.linalg.solve(lower, np.swapaxes(gap, 1, 2))
                total += -0.5 * (white**2).sum(axis=(1, 2))
                total += -2.0 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
        return total

    def replicate(self, record: Observed, model: Floats, rng: np.random.Generator) -> Floats:
        """One record as it might have been for each draw, (republic, 2, year, n), but for its level; gaps stay."""
        y = ilr(record.composition, axis=1)
        laws = _laws_of(y.shape[2])
        out = np.empty(model.shape)
        for r in range(y.shape[0]):
            law = self._law(r, y.shape[2], laws) - DIFFUSE
            lower = np.linalg.cholesky(law + 1e-12 * np.eye(y.shape[2]))
            shock = lower @ rng.standard_normal((model.shape[3], y.shape[2], 2))
            out[r] = model[r] + np.moveaxis(shock, 0, 2).swapaxes(0, 1)
        return np.where(np.isnan(y)[..., None], np.nan, out)

    def forecast(self, record: Observed, model: Floats, rng: np.random.Generator) -> Floats:
        """One future for each draw, (republic, 2, later year, n); ``model`` runs over the record's years and on."""
        y = ilr(record.composition, axis=1)
        known, total = len(record.years), model.shape[2]
        laws = _laws_of(total)
        out = np.empty((*model.shape[:2], total - known, model.shape[3]))
        for r in range(y.shape[0]):
            seen = np.flatnonzero(~np.isnan(y[r, 0]))
            law = self._law(r, total, laws)
            gap = np.moveaxis(y[r][:, seen, None] - model[r][:, seen], 2, 0)
            mean, spread = given(law, seen, np.arange(known, total), np.swapaxes(gap, 1, 2))
            shock = spread @ rng.standard_normal(mean.shape)
            out[r] = model[r][:, known:] + np.moveaxis(mean + shock, 0, 2).swapaxes(0, 1)
        return out


def given(law: Floats, seen: NDArray[np.int64], later: NDArray[np.int64], gap: Floats) -> tuple[Floats, Floats]:
    """Mean (n, later, k) and lower Cholesky factor (n, later, later) of what comes later, given gaps (n, seen, k)."""
    inside, across = law[:, seen][:, :, seen], law[:, later][:, :, seen]
    gain = np.swapaxes(np.linalg.solve(inside, np.swapaxes(across, 1, 2)), 1, 2)
    left = law[:, later][:, :, later] - gain @ np.swapaxes(across, 1, 2)
    spread = np.linalg.cholesky(left + 1e-12 * np.eye(len(later)))
    return gain @ gap, np.asarray(spread, dtype=np.float64)


# -- votes -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Votes:
    """The vote part of the error model, fitted to one record: variances a year on the logit scale, and δ."""

    common_walk: float
    common_noise: float
    own_walk: float
    own_noise: float
    accord_effect: float
    accord_walk: float
    accord_noise: float

    @classmethod
    def fit(cls, record: Observed) -> Votes:
        """Sizes of walks and noises by penalised likelihood of the record alone."""
        z, accord = logit(record.votes), logit(record.accord)
        walk, noise = _local_level(accord[:, None])

        def cost(x: Floats) -> float:
            trial = cls(*_variances(x), float(x[4]), walk, noise)
            fit = trial._alone(z, accord)
            # standard deviations of about a tenth, within a factor of three or so; δ about half
            return -fit + 0.5 * float((((x[:4] - np.log(0.1)) / 1.0) ** 2).sum() + ((x[4] - 0.5) / 0.5) ** 2)

        start = np.array([np.log(0.1)] * 4 + [0.5])
        best = minimize(cost, start, method="Nelder-Mead", options={"maxiter": 600, "xatol": 1e-3, "fatol": 1e-3})
        return cls(*_variances(best.x), float(best.x[4]), walk, noise)

    def _law(self, republics: int, years: int) -> Floats:
        """Covariance of one power's (republic, year) grid, flattened."""
        walk, one = walk_covariance(years), np.eye(years)
        common = self.common_walk * walk + self.common_noise * one
        own = self.own_walk * walk + self.own_noise * one + DIFFUSE
        result: Floats = np.kron(np.ones((republics, republics)), common) + np.kron(np.eye(republics), own)
        return result

    def _gap(self, z: Floats, accord: Floats, power: int) -> Floats:
        """Votes of one power less what its accord with the others explains, (republic, year)."""
        result: Floats = z[:, power] - self.accord_effect * _accord_of(accord, power)
        return result

    def _alone(self, z: Floats, accord: Floats) -> float:
        """Log-likelihood of all votes where alignment says nothing."""
        law = self._law(z.shape[0], z.shape[2])
        roots: dict[bytes, Floats] = {}  # where the same cells are on record, the root is the same
        total = 0.0
        for power in range(len(POWERS)):
            gap = self._gap(z, accord, power).ravel()
            seen = ~np.isnan(gap)
            if seen.any():
                key = seen.tobytes()
                if key not in roots:
                    roots[key] = np.asarray(np.linalg.cholesky(law[seen][:, seen]), dtype=np.float64)
                white = np.linalg.solve(roots[key], gap[seen])
                total += float(-0.5 * white @ white - np.log(np.diagonal(roots[key])).sum())
        return total

    def likelihood(self, record: Observed, shift: Floats, slope: Floats) -> Floats:
        """Log-likelihood, (n,), given the model's shift of overall alignment, (republic, power, year, n), and slope."""
        z, accord = logit(record.votes), logit(record.accord)
        law = self._law(z.shape[0], z.shape[2])
        total = np.zeros(len(slope))
        for power in range(z.shape[1]):
            gap = self._gap(z, accord, power).ravel()
            seen = ~np.isnan(gap)
            if seen.any():
                said = (slope * shift[:, power]).reshape(-1, len(slope))
                white = np.linalg.solve(np.linalg.cholesky(law[seen][:, seen]), gap[seen, None] - said[seen])
                total += -0.5 * (white**2).sum(axis=0)
        return total

    def replicate(self, record: Observed, shift: Floats, slope: Floats, rng: np.random.Generator) -> Floats:
        """One record of log-odds as it might have been for each draw, (republic, power, year, n), but for its level."""
        republics, powers, years, n = shift.shape
        law = self._law(republics, years) - np.kron(np.eye(republics), np.full((years, years), DIFFUSE))
        lower = np.linalg.cholesky(law + 1e-9 * np.eye(len(law)))
        shock = lower @ rng.standard_normal((powers, len(law), n))
        accord = np.stack([_accord_of(logit(record.accord), power) for power in range(powers)])
        out = slope * shift + shock.reshape(powers, republics, years, n).swapaxes(0, 1)
        result: Floats = out + self.accord_effect * accord[None, :, :, None]
        return result

    def forecast(self, record: Observed, shift: Floats, slope: Floats, rng: np.random.Generator) -> Floats:
        """One future for each draw, agreement (republic, power, later year, n); ``shift`` runs on past the record."""
        z, accord = logit(record.votes), logit(record.accord)
        republics, powers, total, n = shift.shape
        known = len(record.years)
        later = np.arange(known, total)
        to_come = self._accord_to_come(accord, total - known, n, rng)
        law = self._law(republics, total)[None]
        grid = np.arange(republics * total).reshape(republics, total)
        out = np.empty((republics, powers, total - known, n))
        for power in range(powers):
            gap = self._gap(z, accord, power)
            seen = np.flatnonzero(~np.isnan(gap.ravel()))
            old, new = grid[:, :known].ravel()[seen], grid[:, later].ravel()
            said = (slope * shift[:, power]).reshape(-1, n)
            mean, spread = given(law, old, new, (gap.ravel()[seen, None] - said[old])[None])
            futures = said[new] + mean[0] + spread[0] @ rng.standard_normal(mean[0].shape)
            out[:, power] = futures.reshape(republics, -1, n) + self.accord_effect * _accord_of(to_come, power)
        result: Floats = special.expit(out)
        return result

    def _accord_to_come(self, accord: Floats, years: int, n: int, rng: np.random.Generator) -> Floats:
        """Futures of the powers' accord, (pair, year, n), by its own walk and noise."""
        pairs, known = accord.shape
        total = known + years
        law = (self.accord_walk * walk_covariance(total) + self.accord_noise * np.eye(total) + DIFFUSE)[None]
        out = np.empty((pairs, years, n))
        for pair in range(pairs):
            seen = np.flatnonzero(~np.isnan(accord[pair]))
            mean, spread = given(law, seen, np.arange(known, total), accord[pair, seen][None, :, None])
            out[pair] = mean[0] + spread[0] @ rng.standard_normal((years, n))
        return out


def _variances(x: Floats) -> tuple[float, float, float, float]:
    """Variances of the first four log standard deviations."""
    first, second, third, fourth = np.exp(2.0 * x[:4])
    return float(first), float(second), float(third), float(fourth)


def _accord_of(accord: Floats, power: int) -> Floats:
    """One power's mean accord with the other powers; pairs on the first axis."""
    mine = [i for i, pair in enumerate(PAIRS) if POWERS[power] in pair]
    result: Floats = accord[mine].mean(axis=0)
    return result


def walk_covariance(years: int) -> Floats:
    """Covariance of a random walk of unit variance a year, from its first year on."""
    step = np.arange(years, dtype=np.float64)
    result: Floats = np.minimum(step[:, None], step[None])
    return result


def _local_level(series: Floats) -> tuple[float, float]:
    """Variances of walk and noise of series (k, 1, year) that share them, by penalised likelihood."""
    years = series.shape[-1]

    def cost(x: Floats) -> float:
        law = np.exp(2.0 * x[0]) * walk_covariance(years) + np.exp(2.0 * x[1]) * np.eye(years) + DIFFUSE
        total = 0.5 * float((((x - np.log(0.1)) / 1.0) ** 2).sum())
        for one in series[:, 0]:
            seen = ~np.isnan(one)
            lower = np.linalg.cholesky(law[seen][:, seen])
            white = np.linalg.solve(lower, one[seen])
            total += 0.5 * float(white @ white) + float(np.log(np.diagonal(lower)).sum())
        return total

    best = minimize(cost, np.full(2, np.log(0.1)), method="Nelder-Mead")
    return float(np.exp(2.0 * best.x[0])), float(np.exp(2.0 * best.x[1]))
