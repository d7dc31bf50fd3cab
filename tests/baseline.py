"""Reference results of every shipped scenario, kept in ``tests/baseline.csv``.

``make baseline`` (``python -m tests.baseline``) writes the file anew and says what changed; do so only when a change of
results is meant, and say in the commit why they changed. ``tests/world/test_baseline.py`` holds the model to the file.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import sim

FILE = Path(__file__).with_name("baseline.csv")
WORLDS, SEED = 64, 0
DIGITS = "%.12g"


def results() -> pd.DataFrame:
    """Mean and standard deviation over worlds of every numeric outcome, by scenario and outcome."""
    tables = []
    for name in sim.shipped():
        result = sim.run(name, WORLDS, seed=SEED, keep="outcomes")
        numbers = result.outcomes().select_dtypes("number")
        tables.append(
            pd.DataFrame(
                {
                    "scenario": name,
                    "outcome": numbers.columns,
                    "mean": numbers.mean().to_numpy(),
                    "spread": numbers.std().to_numpy(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def kept() -> pd.DataFrame:
    """What the file says."""
    return pd.read_csv(FILE)


def changes(old: pd.DataFrame, new: pd.DataFrame, tolerance: float = 1e-9) -> pd.DataFrame:
    """Rows that differ by more than ``tolerance`` (relative, and absolute near nothing), or stand on one side only."""
    keys = ["scenario", "outcome"]
    both = old.merge(new, on=keys, how="outer", suffixes=("_old", "_new"))
    same = both[keys].notna().all(axis=1)
    for value in ("mean", "spread"):
        before, after = both[f"{value}_old"], both[f"{value}_new"]
        same &= (after - before).abs() <= tolerance * (1.0 + before.abs())
    return both[~same]


def main() -> None:
    """Write the file anew and say what changed."""
    new = results()
    if FILE.exists():
        changed = changes(kept(), new)
        print(changed.to_string(index=False) if len(changed) else "Nothing has changed.")
    new.to_csv(FILE, index=False, float_format=DIGITS, lineterminator="\n")
    print(f"{len(new)} reference results are in tests/{FILE.name}.")


if __name__ == "__main__":
    main()
