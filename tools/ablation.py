"""What deals and grievances are worth in forecasts: the backtest without each, without both, without the simulation.

    python tools/ablation.py          # writes docs/evidence/ablation.csv and prints it; some three minutes

Each variant is calibrated and scored as `sim backtest` does it. Switched off, an effect is 0 in every world and its
prior is left out. Spread is the standard deviation of the forecast: log-ratio points of the trade mix, shares of 1 of
agreement (root mean square over cells).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sim.evidence.backtest import Backtest, backtest
from sim.evidence.baselines import ALONE, MODEL
from sim.evidence.hindcast import STORY
from sim.evidence.observed import load_observed
from sim.runs.priors import priors
from sim.scenario import load

FILE = Path(__file__).parents[1] / "docs" / "evidence" / "ablation.csv"
DEALS, GRIEVANCES = "rules.deal_effect", "rules.grievance_effect"
VARIANTS = {
    "model": (),
    "without deals": (DEALS,),
    "without grievances": (GRIEVANCES,),
    "without both": (DEALS, GRIEVANCES),
}
WHOLE = "model"


def without(*off: str, worlds: int = 2000, rounds: int = 4) -> Backtest:
    """The backtest with some rules' effects at 0."""
    told = load(STORY).with_values(dict.fromkeys(off, 0.0))
    beliefs = tuple(prior for prior in priors() if prior.path not in off)
    return backtest(load_observed(), scenario=told, beliefs=beliefs, worlds=worlds, rounds=rounds)


def measures(test: Backtest, method: str, variant: str) -> pd.DataFrame:
    """[variant, what, horizon, error, crps, covered, spread] of one method of a backtest."""
    table = test.table()
    table = table[table.method == method].drop(columns=["method", "own", "cells"])
    table.insert(0, "variant", variant)
    made = [one for one in test.forecasts if one.method == method]
    futures = {"trade": [one.trade for one in made], "votes": [one.votes for one in made]}
    table["spread"] = [
        np.sqrt(np.nanmean([one[:, :, row.horizon - 1].var(axis=-1) for one in futures[row.what] if one is not None]))
        for row in table.itertuples()
    ]
    return table


def ablation(names: tuple[str, ...] = tuple(VARIANTS)) -> pd.DataFrame:
    """Measures of variants, and with the whole model those of the error model alone."""
    parts = []
    for name in names:
        test = without(*VARIANTS[name])
        parts.append(measures(test, MODEL, name))
        if name == WHOLE:
            parts.append(measures(test, ALONE, ALONE))
    order = {name: i for i, name in enumerate((*VARIANTS, ALONE))}
    table = pd.concat(parts)
    return table.sort_values(["what", "horizon", "variant"], key=lambda x: x.map(order).fillna(x)).round(6)


if __name__ == "__main__":
    chosen = tuple(sys.argv[1:]) or tuple(VARIANTS)
    found = ablation(chosen)
    if not sys.argv[1:]:
        found.to_csv(FILE, index=False, lineterminator="\n")
    print(found.to_csv(index=False) if sys.argv[1:] else found.to_string(index=False))
