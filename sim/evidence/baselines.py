"""Forecasts that know nothing of diplomacy, each with a spread learnt from its own past errors.

Each sees the record up to the origin only, as the model does. A baseline's spread is normal, with the mean square of
the errors that the same baseline would have made from earlier years of that record: own errors of a series and those of
all its like, weighted by how many there are. "Error model alone" is the model's own error model with the simulation
taken out: what it scores is owed to statistics, not to diplomacy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.evidence.calibrate import error_terms
from sim.evidence.errormodel import Trade, Votes, ilr, logit
from sim.evidence.observed import Observed
from sim.evidence.pooling import Pooling
from sim.runs.priors import Prior

Floats = NDArray[np.float64]
Rule = Callable[[NDArray[np.int64], Floats, int], Floats]
"""Years known (k,), values known (m, k), years ahead -> forecast (m,)."""

ENOUGH = 6
"""Past errors needed before a spread is taken from them alone."""
BORROWED = 5.0
"""How many own errors the errors of all other series of the kind are worth."""


@dataclass(frozen=True)
class Forecast:
    """Futures from an origin: ``trade`` (trader, 2, year, n) log-ratios, ``votes`` (voter, power, year, n) shares."""

    method: str
    origin: int
    trade: Floats | None
    votes: Floats | None


def last_value(years: NDArray[np.int64], values: Floats, ahead: int) -> Floats:  # noqa: ARG001
    """As it was last."""
    return values[:, -1]


def linear_drift(years: NDArray[np.int64], values: Floats, ahead: int) -> Floats:
    """On along the line from the first value to the last."""
    slope = (values[:, -1] - values[:, 0]) / max(int(years[-1] - years[0]), 1)
    result: Floats = values[:, -1] + slope * ahead
    return result


def shrunken_drift(years: NDArray[np.int64], values: Floats, ahead: int) -> Floats:
    """On along a line from the last value, the flatter the less sure its slope is.

    The mean yearly change is drawn towards none by the part that chance has in its square: slope² / (slope² + squared
    standard error), of all coordinates of a series together.
    """
    if len(years) < 3:
        return values[:, -1]  # one change does not say how sure it is
    steps = np.diff(values, axis=1) / np.diff(years)
    slope = (values[:, -1] - values[:, 0]) / (years[-1] - years[0])
    error = steps.var(axis=1, ddof=1).sum() / steps.shape[1]
    square = float((slope**2).sum())
    result: Floats = values[:, -1] + slope * ahead * (square / (square + error) if square > 0.0 else 0.0)
    return result


def historic_mean(years: NDArray[np.int64], values: Floats, ahead: int) -> Floats:  # noqa: ARG001
    """Back to the mean of all that is on record."""
    result: Floats = values.mean(axis=1)
    return result


RULES: dict[str, tuple[Rule, int]] = {
    "last value": (last_value, 1),
    "linear drift": (linear_drift, 3),
    "shrunken drift": (shrunken_drift, 3),
    "historic mean": (historic_mean, 2),
}
"""Baselines and the number of values each needs."""
SHIFT, POOLED, ALONE, MODEL = "common shift", "partial pooling", "error model alone", "model"
COMBINED, OUTRIGHT = "combination", "simulation alone"
METHODS = (MODEL, *RULES, SHIFT, POOLED, ALONE, COMBINED)
OWN = (MODEL, ALONE, COMBINED, OUTRIGHT)
"""Methods that owe the model something."""
RIVALS = (*RULES, SHIFT, POOLED)
"""Those that owe the model nothing."""


def baselines(
    record: Observed, ahead: int, beliefs: tuple[Prior, ...], size: int = 2000, seed: int = 0
) -> list[Forecast]:
    """All baselines' futures for ``ahead`` years after the record's last, ``size`` samples each."""
    rng = np.random.default_rng([seed, record.last, 3])
    out = by_rule(record, ahead, size, rng)
    shared = np.stack(
        [
            _futures(record.votes[None, :, power], record.years, _common_shift, 3, ahead, size, rng, alike=True)[0]
            for power in range(record.votes.shape[1])
        ],
        axis=1,
    )
    out.append(Forecast(SHIFT, record.last, None, np.clip(shared, 0.0, 1.0)))
    out.append(pooled(record, ahead, size, rng))
    out.append(_alone(record, ahead, beliefs, size, rng))
    return out


def pooled(record: Observed, ahead: int, size: int, rng: np.random.Generator) -> Forecast:
    """Futures by partial pooling over the republics."""
    mixes = None
    if record.has_trade:
        series = ilr(record.composition, axis=1)
        mixes = Pooling.fit(series).forecast(series, ahead, size, rng)
    odds = logit(record.votes)
    votes = special.expit(Pooling.fit(odds).forecast(odds, ahead, size, rng))
    return Forecast(POOLED, record.last, mixes, votes)


def by_rule(record: Observed, ahead: int, size: int, rng: np.random.Generator) -> list[Forecast]:
    """Futures by each rule of ``RULES``."""
    trade = ilr(record.composition, axis=1)
    out = []
    for name, (rule, least) in RULES.items():
        mixes = _futures(trade, record.years, rule, least, ahead, size, rng) if record.has_trade else None
        votes = np.stack(
            [
                _futures(record.votes[:, power, None], record.years, rule, least, ahead, size, rng)[:, 0]
                for power in range(record.votes.shape[1])
            ],
            axis=1,
        )
        out.append(Forecast(name, record.last, mixes, np.clip(votes, 0.0, 1.0)))
    return out


def _common_shift(years: NDArray[np.int64], values: Floats, ahead: int) -> Floats:
    """Last values, all moved on by the mean yearly change of all of them (rows are the five republics)."""
    slope = (values[:, -1] - values[:, 0]).mean() / max(int(years[-1] - years[0]), 1)
    result: Floats = values[:, -1] + slope * ahead
    return result


def _futures(
    series: Floats,
    years: NDArray[np.int64],
    rule: Rule,
    least: int,
    ahead: int,
    size: int,
    rng: np.random.Generator,
    *,
    alike: bool = False,
) -> Floats:
    """Futures of series (group, m, year) under a rule, (group, m, ahead, size); ``alike``: one spread for all m."""
    group, m, _ = series.shape
    errors = _past_errors(series, years, rule, least)
    out = np.empty((group, m, ahead, size))
    for g in range(group):
        seen = np.flatnonzero(~np.isnan(series[g]).any(axis=0))
        if not len(seen):
            out[g] = np.nan
            continue
        since = int(years[-1] - years[seen[-1]])
        for step in range(1, ahead + 1):
            centre = rule(years[seen], series[g][:, seen], since + step)
            square = _mean_square(errors, g, m, since + step)
            square = np.eye(m) * np.trace(square) / m if alike else square
            spread = np.linalg.cholesky(square + 1e-10 * np.eye(m))
            out[g, :, step - 1] = centre[:, None] + spread @ rng.standard_normal((m, size))
    return out


def _past_errors(
    series: Floats, years: NDArray[np.int64], rule: Rule, least: int
) -> dict[int, list[tuple[int, Floats]]]:
    """Errors (which series, (m,)) that the rule would have made inside the record, by years ahead."""
    errors: dict[int, list[tuple[int, Floats]]] = {}
    for g, one in enumerate(series):
        seen = np.flatnonzero(~np.isnan(one).any(axis=0))
        for k in range(least, len(seen)):
            known = seen[:k]
            for target in seen[k:]:
                step = int(years[target] - years[known[-1]])
                errors.setdefault(step, []).append((g, one[:, target] - rule(years[known], one[:, known], step)))
    return errors


def _mean_square(errors: dict[int, list[tuple[int, Floats]]], g: int, m: int, step: int) -> Floats:
    """Mean square (m, m) of errors so many years ahead: own and borrowed; from fewer years where there are too few."""
    steps = sorted(errors, key=lambda other: (len(errors[other]) < ENOUGH, abs(other - step)))
    if not steps:
        return np.eye(m)
    near = steps[0]
    squares = [(who, np.outer(e, e)) for who, e in errors[near]]
    pooled = np.mean([square for _, square in squares], axis=0)
    own = [square for who, square in squares if who == g]
    result: Floats = (np.sum(own, axis=0) + BORROWED * pooled) / (len(own) + BORROWED)
    return result * max(step / near, 1.0)


def _alone(record: Observed, ahead: int, beliefs: tuple[Prior, ...], size: int, rng: np.random.Generator) -> Forecast:
    """The model's error model around a simulation that says nothing."""
    still = np.zeros((*record.votes.shape[:2], len(record.years) + ahead, size))
    votes = Votes.fit(record).forecast(record, still, np.zeros(size), rng)
    return Forecast(ALONE, record.last, _trade_alone(record, ahead, beliefs, size, rng), votes)


def _trade_alone(
    record: Observed, ahead: int, beliefs: tuple[Prior, ...], size: int, rng: np.random.Generator
) -> Floats | None:
    if not record.has_trade:
        return None
    n = 10 * size
    scores = rng.standard_normal((n, len(beliefs)))
    scores = scores[np.all([prior.inside(scores[:, i]) for i, prior in enumerate(beliefs)], axis=0)]
    trade, _ = error_terms(beliefs, scores)
    republics, years = record.trade.shape[0], len(record.years)
    log = trade.likelihood(record, np.zeros((republics, 2, years, 1)))
    chosen = rng.choice(len(scores), size, p=special.softmax(log))
    terms = Trade(trade.volatility[chosen], trade.inertia[chosen], trade.noise[chosen])
    return terms.forecast(record, np.zeros((republics, 2, years + ahead, size)), rng)
