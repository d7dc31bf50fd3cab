"""Worlds drawn from everything a scenario may say: every number anywhere in its bounds, sums kept."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

import sim
from sim.scenario.table import BY_NAME, Parameter

Floats = NDArray[np.float64]


def parameter_of(path: str) -> Parameter:
    """The table's row of a path."""
    head, *tail = path.split(".")
    name = tail[0] if head == "rules" else tail[1]
    owners = {"powers": ["power"], "rules": ["rule"], "events": ["event"], "republics": ["republic", "dyad", "pair"]}
    return next(BY_NAME[owner, name] for owner in owners[head] if (owner, name) in BY_NAME)


def any_worlds(scenario: sim.Scenario, worlds: int, seed: int, edge: float = 0.2) -> dict[str, Floats]:
    """A value a world for every numeric path but dates; with probability ``edge`` a bound itself."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, Floats] = {}
    sums: dict[str, list[str]] = defaultdict(list)
    for path in scenario.numeric_paths():
        if path.rsplit(".", 1)[1] in ("date", "after", "before"):
            continue
        row = parameter_of(path)
        values = rng.uniform(row.low, row.high, worlds)
        bound = np.where(rng.random(worlds) < 0.5, row.low, row.high)
        drawn[path] = np.where(rng.random(worlds) < edge, bound, values)
        if row.total:
            sums[path.rsplit(".", 1)[0]].append(path)
    for paths in sums.values():
        parts = np.stack([drawn[path] for path in paths]) + 1e-9
        most = parameter_of(paths[0]).total == "at_most_one"
        whole = np.maximum(parts.sum(axis=0), 1.0) if most else parts.sum(axis=0)
        drawn.update(zip(paths, parts / whole, strict=True))
    return drawn
