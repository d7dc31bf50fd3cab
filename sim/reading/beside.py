"""What differs between paired results beside alignment: outcomes, leading powers, stances at summits, actors.

Functions take the results, the first of which is the base, and the names of the others; worlds are paired by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.runs.result import Result, quantiles
from sim.scenario.table import STANCES

BAND: tuple[float, float, float] = (0.1, 0.5, 0.9)
"""Quantiles over worlds: low, median and high of every band."""
EQUAL = 1e-9
"""Numbers nearer to one another than this are the same: what is left is rounding."""


def outcomes(results: Sequence[Result], names: Sequence[str], worlds: int) -> pd.DataFrame:
    """See ``Comparison.outcomes``."""
    rows: list[dict[str, Any]] = []
    first = results[0].record.outcomes
    for label, result in zip(names, results[1:], strict=True):
        other = result.record.outcomes
        for name in first:
            if name not in other or name.endswith((".leader", ".leader_month")):
                continue
            a, b = (values[name][:worlds].astype(float) for values in (first, other))
            gap = np.where(np.abs(b - a) < EQUAL, 0.0, b - a)
            low, median, high = (float(q) for q in quantiles(gap, BAND))
            rows.append(
                {
                    "scenario": label,
                    "outcome": name,
                    "base": float(np.median(a)),
                    "other": float(np.median(b)),
                    "difference_low": low,
                    "difference": median,
                    "difference_high": high,
                    "base_mean": float(a.mean()),
                    "other_mean": float(b.mean()),
                    "difference_mean": float(gap.mean()),
                    "error": float(gap.std() / np.sqrt(worlds)) if worlds > 1 else np.nan,
                    "p_higher": float((gap > 0).mean()),
                    "p_lower": float((gap < 0).mean()),
                }
            )
    return pd.DataFrame(rows)


def leaders(results: Sequence[Result], names: Sequence[str], worlds: int, republics: Sequence[str]) -> pd.DataFrame:
    """See ``Comparison.leaders``."""
    rows = []
    base = results[0].leaders().set_index("republic")
    for label, result in zip(names, results[1:], strict=True):
        for republic in republics:
            ends = [
                np.array(one.powers)[one.record.outcomes[f"{republic}.leader"][:worlds]] for one in (results[0], result)
            ]
            changes = [
                float(one.record.outcomes[f"{republic}.leader_changed"][:worlds].mean()) for one in (results[0], result)
            ]
            rows.append(
                (
                    label,
                    republic,
                    base.loc[republic, "leader_now"],
                    *(str(pd.Series(end).mode()[0]) for end in ends),
                    *changes,
                    float((ends[0] != ends[1]).mean()),
                )
            )
    columns = [
        "scenario",
        "republic",
        "leader_now",
        "leader_base",
        "leader_other",
        "change_base",
        "change_other",
        "another",
    ]
    return pd.DataFrame(rows, columns=columns)


def stances(results: Sequence[Result], names: Sequence[str]) -> pd.DataFrame:
    """See ``Comparison.stances``."""
    keys = ["event", "republic", "power"]
    base, *others = (
        one.stances().melt([*keys, "date"], list(STANCES), var_name="stance", value_name="part") for one in results
    )
    parts = []
    for label, other in zip(names, others, strict=True):
        both = base.merge(other, on=[*keys, "stance"], how="outer", suffixes=("_base", "_other"), sort=False)
        both.insert(0, "scenario", label)
        both.insert(2, "date", both.date_base.fillna(both.date_other))
        both["stance"] = pd.Categorical(both.stance, STANCES)
        parts.append(both.sort_values(["date", *keys, "stance"], kind="stable"))
    columns = ["scenario", "event", "date", "republic", "power", "stance", "part_base", "part_other"]
    made = pd.concat(parts, ignore_index=True)[columns]
    return made.rename(columns={"part_base": "base", "part_other": "other"})


def only(results: Sequence[Result], k: int) -> dict[str, tuple[str, ...]]:
    """Codes of the powers and republics that only the base has ("base"), or only the k-th ("other")."""
    mine, theirs = ([*one.powers, *one.republics] for one in (results[k], results[0]))
    return {
        "base": tuple(code for code in theirs if code not in mine),
        "other": tuple(code for code in mine if code not in theirs),
    }
