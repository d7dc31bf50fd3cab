"""Which factors matter: Sobol indices and Morris screening, with how far to trust them.

``Sweep.sensitivity`` asks for those of a sweep, with one mean over worlds a point; ``indices`` works on any function of
a plan's points, so that the same code can be tried on functions whose indices are known. Scores, for a sweep of any
design, are in ``sim.sweeps.trees``.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.sweeps.design import LEVELS, need, salib_problem

Floats = NDArray[np.float64]

GOOD, FAIR = {"saltelli": 0.05, "morris": 0.1}, {"saltelli": 0.15, "morris": 0.3}
"""Half-widths of 95 % intervals, up to which indices are good, or rank only: of total indices, and of mu* as a share of
the largest. Screening asks for less."""
MAIN: dict[str, str] = {"sobol": "ST", "morris": "mu_star", "scores": "score"}
"""The column by which factors are ordered, by kind."""
RESAMPLES = 300
"""Bootstrap samples behind an interval."""
SEED = 1
"""Of the bootstrap. Not 0, which SALib takes for no seed at all."""


@dataclass(frozen=True)
class Sensitivity:
    """Indices and what they are worth.

    ``table``: for Sobol [outcome, factor, S1, S1_conf, ST, ST_conf], shares of the variance between points (first
    order, total) with 95 % half-widths; for Morris [outcome, factor, mu_star, mu_star_conf, mu, sigma], change of the
    outcome over a factor's whole range; for scores [outcome, factor, score, error, chance], parts of the spread between
    points, ``chance`` what luck alone scores. ``verdicts``: [outcome, grade, verdict, mean, sd, luck]: grade "good",
    "ranks only", "too small" or "flat"; ``luck`` is the variance of a point's mean, from the luck of its worlds, as a
    share of the variance between points; of scores it is ``foretold`` instead, the part of the spread that is foretold
    at points left out.
    """

    kind: str
    table: pd.DataFrame
    verdicts: pd.DataFrame
    note: str

    def of(self, outcome: str) -> pd.DataFrame:
        """Rows of one outcome, the most important factor first."""
        key = MAIN[self.kind]
        mine = self.table[self.table.outcome == outcome]
        return mine.sort_values(key, ascending=False, kind="stable", ignore_index=True)


def indices(
    design: str,
    factors: Sequence[str],
    outcomes: Sequence[str],
    values: Floats,
    unit: Floats | None = None,
    noise: Floats | None = None,
    note: str = "",
) -> Sensitivity:
    """Indices of functions evaluated at the points of a saltelli or morris design.

    Parameters
    ----------
    values : (point, outcome), in the order of the design.
    unit : places of the points in the unit cube (point, factor); needed for morris.
    noise : (outcome,) variance of a value that chance explains, for the verdict.
    """
    need("SALib")
    rows: list[dict[str, Any]] = []
    verdicts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k, outcome in enumerate(outcomes):
            y = np.ascontiguousarray(values[:, k])
            indices = _sobol(y, len(factors)) if design == "saltelli" else _morris(y, unit, len(factors))
            rows += [
                {"outcome": outcome, "factor": factor} | {key: float(indices[key][j]) for key in indices}
                for j, factor in enumerate(factors)
            ]
            share = float(noise[k] / y.var()) if noise is not None and y.var() > 0 else math.nan
            verdicts.append(
                {
                    "outcome": outcome,
                    **_verdict(design, indices, len(y), len(factors)),
                    "mean": float(y.mean()),
                    "sd": float(y.std()),
                    "luck": share,
                }
            )
    return Sensitivity("sobol" if design == "saltelli" else "morris", pd.DataFrame(rows), pd.DataFrame(verdicts), note)


def _flat(y: Floats) -> bool:
    """Whether an outcome is the same at all points, to rounding."""
    return bool(np.ptp(y) <= 1e-12 * max(1.0, float(np.abs(y).max())))


def _sobol(y: Floats, count: int) -> dict[str, Floats]:
    from SALib.analyze import sobol

    keys = ("S1", "S1_conf", "ST", "ST_conf")
    if _flat(y):
        return dict.fromkeys(keys, np.full(count, np.nan))
    indices = sobol.analyze(salib_problem(count), y, calc_second_order=False, num_resamples=RESAMPLES, seed=SEED)
    return {key: np.asarray(indices[key], dtype=float) for key in keys}


def _morris(y: Floats, unit: Floats | None, count: int) -> dict[str, Floats]:
    from SALib.analyze import morris

    keys = ("mu_star", "mu_star_conf", "mu", "sigma")
    if _flat(y):
        return dict.fromkeys(keys, np.zeros(count))
    assert unit is not None
    indices = morris.analyze(salib_problem(count), unit, y, num_resamples=RESAMPLES, num_levels=LEVELS, seed=0)
    return {key: np.asarray(indices[key], dtype=float) for key in keys}


def _verdict(design: str, indices: dict[str, Floats], size: int, count: int) -> dict[str, str]:
    """A grade and a sentence: is the sample large enough?"""
    remarks = []
    if design == "saltelli":
        base, width = size // (count + 2), float(np.max(indices["ST_conf"]))
        if np.isnan(indices["ST"]).all():
            return _FLAT
        what = f"total indices to ±{100 * width:.0f} %"
        total = float(indices["S1"].sum())
        if total > 1.0 + float(np.sqrt((indices["S1_conf"] ** 2).sum())):
            remarks.append(f"first-order indices sum to {100 * total:.0f} %")
        if (indices["S1"] < -indices["S1_conf"]).any():
            remarks.append("an index is below zero by more than its interval")
    else:
        base, largest = size // (count + 1), float(indices["mu_star"].max())
        if largest == 0.0:
            return _FLAT
        width = float(indices["mu_star_conf"].max()) / largest
        what = f"mu* to ±{100 * width:.0f} % of the largest"
    grade = "too small" if width > FAIR[design] or remarks else "ranks only" if width > GOOD[design] else "good"
    text = _SAID[grade].format(what) + "".join(f"; {remark}" for remark in remarks) + "."
    if grade != "good":
        needed = max(math.ceil(base * (width / GOOD[design]) ** 2), 2 * base)
        if design == "saltelli":
            needed = 1 << (needed - 1).bit_length()
        text += f" About {needed:,} points instead of {base:,} would do."
    return {"grade": grade, "verdict": text}


_FLAT = {"grade": "flat", "verdict": "The outcome is the same at every point: no factor moves it."}
_SAID = {
    "good": "Large enough: it gives {} (95 %)",
    "ranks only": "Enough to rank the factors, no more: it gives {} (95 %)",
    "too small": "Too small a sample to trust: it gives {} (95 %)",
}
