"""Posterior predictive checks: does the fitted model make records that look like the one it was fitted to?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.evidence.calibrate import Calibration, error_terms
from sim.evidence.errormodel import ilr, logit
from sim.evidence.observed import POWERS, TRADERS

Floats = NDArray[np.float64]

LEAST = 2
"""Years that a feature needs."""


def predictive(calibration: Calibration, size: int = 1000) -> pd.DataFrame:
    """Features of the record and of records made by draws: [what, feature, observed, low, median, high, p].

    Low and high are 5 and 95 per cent of the replicated records, ``p`` the part of them at or below what was observed:
    near 0 or 1, the model cannot make such a record. Log-ratio points. Of each series the years on record are taken,
    of votes those of all five; a series of fewer than two years has no features.
    """
    record = calibration.record
    chosen = calibration.draw(size)
    model = calibration.emulated(record.last).worlds(chosen)
    terms, slope = error_terms(calibration.priors, calibration.scores[chosen], model)
    paths = calibration.paths().worlds(chosen).over(int(record.years[0]), record.last)
    rng = np.random.default_rng([calibration.seed, record.last, 6])
    trade, votes = ilr(record.composition, axis=1)[..., None], logit(record.votes)[..., None]
    made_trade = terms.replicate(record, model.trade, rng)
    made_votes = calibration.votes.replicate(record, paths.shift, slope, rng)
    rows = []

    def add(what: str, name: str, feature: Callable[[Floats], Floats], seen: Floats, made: Floats) -> None:
        observed, replicated = float(feature(seen)[0]), feature(made)
        rows.append(
            (what, name, observed, *np.quantile(replicated, [0.05, 0.5, 0.95]), float((replicated <= observed).mean()))
        )

    for r, code in enumerate(TRADERS):
        known = ~np.isnan(trade[r, 0, :, 0])
        if known.sum() < LEAST:
            continue
        seen, made = trade[r][:, known], made_trade[r][:, known]
        add("trade", f"trade of {code}: mean yearly move", _mean_move, seen, made)
        add("trade", f"trade of {code}: largest yearly move", _largest_move, seen, made)
        add(
            "trade",
            f"trade of {code}: from RUS to CHN, first to last",
            lambda x: -np.sqrt(2.0) * (x[0, -1] - x[0, 0]),
            seen,
            made,
        )
        add(
            "trade",
            f"trade of {code}: to EUU, first to last",
            lambda x: -np.sqrt(1.5) * (x[1, -1] - x[1, 0]),
            seen,
            made,
        )
    for p, power in enumerate(POWERS):
        whole = np.flatnonzero(~np.isnan(votes[:, p, :, 0] + made_votes[:, p, :, 0]).any(axis=0))
        if len(whole) < LEAST:
            continue
        seen, made = votes[:, p][:, whole], made_votes[:, p][:, whole]
        add(
            "votes",
            f"votes with {power}: spread of the five's common move",
            lambda x: np.diff(x.mean(axis=0), axis=0).std(axis=0),
            seen,
            made,
        )
        add(
            "votes",
            f"votes with {power}: spread of own moves",
            lambda x: np.diff(x - x.mean(axis=0), axis=1).std(axis=(0, 1)),
            seen,
            made,
        )
        add(
            "votes",
            f"votes with {power}: common move, first to last",
            lambda x: (x[:, -1] - x[:, 0]).mean(axis=0),
            seen,
            made,
        )
    return pd.DataFrame(rows, columns=["what", "feature", "observed", "low", "median", "high", "p"])


def _moves(x: Floats) -> Floats:
    """Aitchison distances from one known year to the next, (year, n), of coordinates (2, year, n)."""
    result: Floats = np.sqrt((np.diff(x, axis=1) ** 2).sum(axis=0))
    return result


def _mean_move(x: Floats) -> Floats:
    result: Floats = _moves(x).mean(axis=0)
    return result


def _largest_move(x: Floats) -> Floats:
    result: Floats = _moves(x).max(axis=0)
    return result
