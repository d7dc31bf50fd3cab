"""What deals and grievances are worth in forecasts: the backtest without each, without both, without the simulation.

Each variant is calibrated and scored as `sim backtest` does it. Switched off, an effect is 0 in every world and its
prior is left out. `tools/evidence.py` runs the variants and writes docs/evidence/ablation.csv.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.evidence.backtest import Backtest
from sim.evidence.baselines import ALONE, MODEL
from sim.evidence.hindcast import STORY
from sim.evidence.observed import load_observed
from sim.evidence.paired import paired
from sim.evidence.sectors import backtest_sectors, load_amounts
from sim.runs.priors import priors
from sim.scenario import load

DEALS, GRIEVANCES = "rules.deal_effect", "rules.grievance_effect"
VARIANTS = {
    "model": (),
    "without deals": (DEALS,),
    "without grievances": (GRIEVANCES,),
    "without both": (DEALS, GRIEVANCES),
}
WHOLE = "model"
MEASURES = ("error", "crps", "logs", "interval", "covered")


def without(variant: str, *, blind: bool, seed: int = 0, worlds: int = 2000, rounds: int = 4) -> tuple[Backtest, ...]:
    """The backtests of trade and votes and of the sectors with some rules' effects at 0."""
    off = VARIANTS[variant]
    told = load(STORY).with_values(dict.fromkeys(off, 0.0))
    beliefs = tuple(prior for prior in priors() if prior.path not in off)
    settings = {"scenario": told, "beliefs": beliefs, "blind": blind, "seed": seed, "worlds": worlds, "rounds": rounds}
    settings |= {"rivals": variant == WHOLE}
    return backtest_sectors(load_amounts(), load_observed(), **settings)


def ablation(tests: Mapping[str, tuple[Backtest, ...]]) -> pd.DataFrame:
    """Scores of variants and of the error model alone, and what the whole model gains over each in CRPS.

    [blind, what, horizon, variant, error, crps, logs, interval, covered, gain, low, high, p, blocks, verdict]
    """
    whole = pd.concat([test.cells for test in tests[WHOLE]])
    parts = {name: pd.concat([test.cells for test in several]) for name, several in tests.items()}
    frames = {name: frame[frame.method == MODEL] for name, frame in parts.items()}
    frames[ALONE] = whole[whole.method == ALONE]
    keys = ["what", "republic", "power", "origin", "horizon", "year"]
    rows = []
    for name, frame in frames.items():
        for (what, horizon), part in frame.groupby(["what", "horizon"], sort=False):
            mine = frames[WHOLE].merge(part[keys], on=keys)
            sums = (one.groupby("year").crps.sum().to_numpy(dtype=np.float64) for one in (mine, part))
            found = paired(*(first := tuple(sums)), first[1], int(str(horizon)))
            told = () if name == WHOLE else (found.gain, found.low, found.high, found.p, found.blocks, found.verdict)
            rows.append((tests[WHOLE][0].blind, what, horizon, name, *part[list(MEASURES)].mean(), *told))
    names = ["blind", "what", "horizon", "variant", *MEASURES, "gain", "low", "high", "p", "blocks", "verdict"]
    table = pd.DataFrame(rows, columns=names)
    order = {name: i for i, name in enumerate([*VARIANTS, ALONE])}
    place = {what: i for i, what in enumerate(dict.fromkeys(table.what))}
    table = table.sort_values(["what", "horizon", "variant"], key=lambda x: x.map(place | order).fillna(x))
    return table.round(6).reset_index(drop=True)
