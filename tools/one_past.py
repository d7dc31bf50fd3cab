"""Whether the shipped story of 2013 to 2025 ends where the baseline starts: one history for both.

    python tools/one_past.py          # writes docs/evidence/one-past.csv and prints it

Runs `hindcast-2013` and holds the state at the end of the month before `dushanbe-2025` starts against its day one, dyad
by dyad: need-weighted overall, then sector by sector. A share of day one is good to the range that its scenario gives;
where it gives none, to 0.1 for the largest power of a row and 0.05 for the others, whatever doubt makes of it, so that
the yardstick stays. Overall, the sectors' errors are taken as independent. A test fails where the file is out of date.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import sim
from sim.scenario import Scenario
from sim.scenario.table import SECTORS

FILE = Path(__file__).parents[1] / "docs" / "evidence" / "one-past.csv"
STORY, DAY_ONE = "hindcast-2013", "dushanbe-2025"
WORLDS = 2000
LARGEST, OTHERS = 0.1, 0.05
"""How good a judged share is: that of the largest power of a row, and those of the others."""
BAND = (0.1, 0.9)


def half_widths(scenario: Scenario, republic: str, power: str) -> dict[str, tuple[float, float]]:
    """How far the share of day one may lie below and above what is written, by sector and "overall"."""
    widths = {}
    for sector in SECTORS:
        row = scenario.republics[republic].alignment[sector]
        path = f"republics.{republic}.alignment.{sector}.{power}"
        stated = scenario.range_of(path)
        default = LARGEST if power == max(row, key=lambda code: row[code]) else OTHERS
        value = scenario.get(path)
        widths[sector] = (value - stated[0], stated[1] - value) if stated else (default, default)
    need = scenario.republics[republic].need
    weight = np.array([need[sector] for sector in SECTORS]) / sum(need.values())
    below, above = (np.sqrt(((weight * [widths[s][side] for s in SECTORS]) ** 2).sum()) for side in (0, 1))
    return {"overall": (float(below), float(above))} | widths


def one_past(story: Scenario | str = STORY, worlds: int = WORLDS, seed: int = 0) -> pd.DataFrame:
    """[sector, republic, power, first, mean, low, high, day_one, range_low, range_high, within, in_band], 90 rows.

    Shares of 1. ``first`` is January 2013, ``mean``, ``low`` and ``high`` the hindcast's mean and 10 and 90 % at the
    end of the month before day one, ``within`` whether the mean lies in the range of day one, ``in_band`` whether day
    one lies between low and high.
    """
    told, now = sim.load(story) if isinstance(story, str) else story, sim.load(DAY_ONE)
    result = sim.run(told, worlds=worlds, seed=seed)
    month = now.start - told.start  # the end of that many months
    rows = []
    for sector in ("overall", *SECTORS):
        shares = result.shares(sector)  # (month, r, p, w)
        for i, republic in enumerate(result.republics):
            need = now.republics[republic].need
            for j, power in enumerate(result.powers):
                alignment = now.republics[republic].alignment
                by_sector = {s: alignment[s][power] for s in SECTORS}
                by_sector["overall"] = sum(need[s] * by_sector[s] for s in SECTORS) / sum(need.values())
                written, (below, above) = by_sector[sector], half_widths(now, republic, power)[sector]
                end = shares[month, i, j].astype(np.float64)
                mean, (low, high) = float(end.mean()), np.quantile(end, BAND)
                bounds = max(written - below, 0.0), min(written + above, 1.0)
                within, in_band = bounds[0] <= mean <= bounds[1], low <= written <= high
                first = float(shares[0, i, j].mean())
                rows.append((sector, republic, power, first, mean, low, high, written, *bounds, within, in_band))
    names = ["sector", "republic", "power", "first", "mean", "low", "high", "day_one", "range_low", "range_high"]
    return pd.DataFrame(rows, columns=[*names, "within", "in_band"]).round(4)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """By sector: cells within the range, cells in the band, mean absolute gap, and the powers' mean gaps, in points."""
    gap = 100 * (table["mean"] - table.day_one)
    rows = {}
    for sector, part in table.groupby("sector", sort=False):
        off = gap[part.index]
        powers = off.groupby(part.power, sort=False).mean()
        rows[sector] = {"cells": len(part), "within": part.within.sum(), "in_band": part.in_band.sum()}
        rows[sector] |= {"gap": off.abs().mean()} | powers.to_dict()
    return pd.DataFrame(rows).T.round(2)


if __name__ == "__main__":
    found = one_past()
    found.to_csv(FILE, index=False, lineterminator="\n")
    with pd.option_context("display.max_rows", None, "display.width", 200):
        print(found.to_string(index=False))
        print(summary(found).to_string())
