"""What decision trees say of a sweep: its regions as the leaves of one tree, and scores of factors from many.

The leaves are those of CART (Breiman et al. 1984), used for scenario discovery beside PRIM (Lempert, Bryant & Bankes
2008). Unlike boxes they divide the whole space and do not overlap. Scores are the parts of the spread that factors take
away in extremely randomised trees (Geurts, Ernst & Wehenkel 2006), which asks nothing of a design. Both trees are those
of scikit-learn. Trials are points, not worlds: a point's worlds share its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario import BadInput
from sim.sweeps.design import need
from sim.sweeps.factors import Factor
from sim.sweeps.sensitivity import Sensitivity

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_POINTS = 10_000
"""Most points that trees use; larger sweeps are sampled evenly."""
FEWEST = 20
"""Points below which trees are not asked."""
FEWEST_IN_LEAF = 5
"""Points in a leaf at least."""
FOLDS = 5
"""Parts of the points, each predicted from the others."""
TREES = 100
"""Extremely randomised trees behind a score."""
FEWEST_LEAVES = 2
"""Leaves that a tree which divides anything has at least."""
MOSTLY = 0.5
"""Rate above which a condition holds mostly."""
GOOD, FAIR = 0.8, 0.5
"""Parts of the spread, foretold where points were left out, from which scores are good, or rank only."""
SEED = 1


@dataclass(frozen=True)
class Trial:
    """How well a tree foretells worlds of points that it has not seen (cross-validation over points).

    ``brier`` is the mean squared miss of its rates, ``base`` that of the overall rate, ``dense`` the share of worlds in
    which the condition holds among points in whose leaf it mostly does (NaN: no such points), ``folds`` how many parts.
    """

    folds: int
    brier: float
    base: float
    dense: float

    @property
    def skill(self) -> float:
        """Part of the overall rate's miss that the tree avoids; 0 no better, 1 perfect, below 0 worse."""
        return 1.0 - self.brier / self.base if self.base > 0 else 0.0


class Columns:
    """Factors as the columns of a tree: ranks among a factor's values; of a scenario one column a name."""

    def __init__(self, factors: Sequence[Factor], values: Floats) -> None:
        self.factors, self.levels = factors, [np.unique(values[:, j]) for j in range(len(factors))]
        self.of: list[tuple[int, int | None]] = []
        """Factor of each column, and which of its levels the column tells from the others (None: it has an order)."""
        for j, factor in enumerate(factors):
            named = factor.kind == "scenario" and len(self.levels[j]) > 2
            self.of += [(j, place) for place in range(len(self.levels[j]))] if named else [(j, None)]

    def table(self, values: Floats) -> Floats:
        """The columns of points, (point, column); ``values`` (point, factor)."""
        ranks = [np.searchsorted(there, values[:, j]) for j, there in enumerate(self.levels)]
        return np.stack(
            [ranks[j] if place is None else ranks[j] == place for j, place in self.of], axis=1, dtype=np.float64
        )

    def summed(self, by_column: Floats) -> Floats:
        """Numbers by column, (column,), added up by factor, (factor,)."""
        of = [j for j, _ in self.of]
        summed: Floats = np.bincount(of, by_column[: len(of)], len(self.factors)).astype(np.float64)
        return summed


def leaves(
    columns: Columns, values: Floats, rates: Floats, counts: Whole, most: int, least: float
) -> tuple[list[dict[int, Whole]], Trial]:
    """The leaves of a tree, each as what it leaves of factors (factor -> ranks among its values), and how it fares.

    ``values`` (point, factor), ``rates`` (point,) are shares of worlds in which a condition holds, ``counts`` (point,)
    the worlds of each. The tree has the fewest leaves, up to ``most``, that foretell points left out as well as the
    best number does (within a standard error); it is one leaf, {}, where none foretells better than the overall rate. A
    leaf holds ``least`` of all worlds.

    Raises
    ------
    BadInput : too few points, or scikit-learn not installed.
    """
    _enough(len(values))
    kept = _sampled(len(values))
    x, y, weight = columns.table(values)[kept], rates[kept], counts[kept].astype(np.float64)
    parts = np.random.default_rng(SEED).permutation(len(kept)) % FOLDS
    told = np.empty(len(kept))
    for part in range(FOLDS):
        out = parts == part
        size = _leaves_worth(x[~out], y[~out], weight[~out], most, least)  # chosen without the points left out
        told[out] = _grown(x[~out], y[~out], weight[~out], size, least).predict(x[out])
    total = weight.sum()
    base = np.array([np.average(y[parts != part], weights=weight[parts != part]) for part in range(FOLDS)])[parts]
    mostly = told > MOSTLY
    trial = Trial(
        FOLDS,
        float((weight * _miss(y, told)).sum() / total),
        float((weight * _miss(y, base)).sum() / total),
        float(np.average(y[mostly], weights=weight[mostly])) if mostly.any() else float("nan"),
    )
    tree = _grown(x, y, weight, _leaves_worth(x, y, weight, most, least), least).tree_
    return list(_paths(tree, columns)), trial


def _miss(rate: Floats, told: Floats) -> Floats:
    """Mean squared difference of a point's worlds (0 or 1) from what was told of them."""
    return rate - 2.0 * rate * told + told**2


def _leaves_worth(x: Floats, y: Floats, weight: Floats, most: int, least: float) -> int:
    """The smallest number of leaves whose miss at points left out is within a standard error of the least one's."""
    parts = np.random.default_rng(SEED + 1).permutation(len(x)) % FOLDS
    miss = np.empty((most, FOLDS))
    for part in range(FOLDS):
        out = parts == part
        for size in range(1, most + 1):
            told = _grown(x[~out], y[~out], weight[~out], size, least).predict(x[out])
            miss[size - 1, part] = np.average(_miss(y[out], told), weights=weight[out])
    means = miss.mean(axis=1)
    best = int(means.argmin())
    above = miss - miss[best]  # paired by part: how hard a part is to foretell does not count
    error = above.std(axis=1, ddof=1) / np.sqrt(FOLDS)
    return int(np.flatnonzero(means - means[best] <= error)[0]) + 1


class _Mean:
    """A tree of one leaf, which scikit-learn does not grow."""

    tree_ = None

    def __init__(self, mean: float) -> None:
        self.mean = mean

    def predict(self, x: Floats) -> Floats:
        """The same for all."""
        return np.full(len(x), self.mean)


def _grown(x: Floats, y: Floats, weight: Floats, size: int, least: float) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    if size == 1:
        return _Mean(float(np.average(y, weights=weight)))
    tree = DecisionTreeRegressor(
        max_leaf_nodes=size,
        min_samples_leaf=min(FEWEST_IN_LEAF, len(x) // 4),
        min_weight_fraction_leaf=least,
        random_state=SEED,
    )
    return tree.fit(x, y, sample_weight=weight)


def _paths(tree: Any, columns: Columns) -> list[dict[int, Whole]]:
    """What each leaf leaves of the factors that lead to it, by rank."""
    if tree is None:
        return [{}]
    found = []
    ahead: list[tuple[int, dict[int, Whole]]] = [(0, {})]
    while ahead:
        node, left = ahead.pop()
        if tree.children_left[node] < 0:
            found.append(left)
            continue
        j, place = columns.of[tree.feature[node]]
        ranks = left.get(j, np.arange(len(columns.levels[j])))
        low = ranks != place if place is not None else ranks <= tree.threshold[node]
        ahead += [(int(tree.children_right[node]), left | {j: ranks[~low]})]
        ahead += [(int(tree.children_left[node]), left | {j: ranks[low]})]
    return found


# -- scores ------------------------------------------------------------------------------------------------------------


def scores(
    factors: Sequence[Factor], values: Floats, outcomes: Sequence[str], means: Floats, blocks: Whole
) -> Sensitivity:
    """How much of each outcome's spread between points the factors take away in extremely randomised trees.

    ``values`` (point, factor), ``means`` (point, outcome) over worlds; ``blocks`` (point,) of points that are left out
    together, because they share values by design. Beside the factors stand shuffled copies of them, which can tell
    nothing: what these score at most (``chance``) is what luck alone scores.

    Raises
    ------
    BadInput : too few points, or scikit-learn not installed.
    """
    _enough(len(values))
    kept = _sampled(len(values))
    columns = Columns(factors, values)
    x, blocks = columns.table(values)[kept], blocks[kept]
    rng = np.random.default_rng(SEED)
    shuffled = np.stack([rng.permutation(column) for column in x.T], axis=1)
    rows: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for k, outcome in enumerate(outcomes):
        y = means[kept, k]
        mean, spread = float(y.mean()), float(y.std())
        facts = {"outcome": outcome, "mean": mean, "sd": spread}
        if np.ptp(y) <= 1e-12 * max(1.0, float(np.abs(y).max())):
            rows += [{"outcome": outcome, "factor": f.path, "score": 0.0, "error": 0.0, "chance": 0.0} for f in factors]
            verdicts.append(facts | {"grade": "flat", "verdict": _FLAT, "foretold": 0.0})
            continue
        forest = _forest().fit(np.concatenate([x, shuffled], axis=1), y)
        by_tree = np.stack([tree.feature_importances_ for tree in forest.estimators_])
        idle = by_tree[:, x.shape[1] :].mean(axis=0)
        mine = np.stack([columns.summed(one) for one in by_tree])
        for j, factor in enumerate(factors):
            error = 1.96 * float(mine[:, j].std(ddof=1)) / np.sqrt(TREES)
            rows.append(
                {
                    "outcome": outcome,
                    "factor": factor.path,
                    "score": float(mine[:, j].mean()),
                    "error": error,
                    "chance": float(idle.max()),
                }
            )
        verdicts.append(facts | _verdict(_foretold(x, y, blocks)))
    note = (
        "Score: part of the spread between points (means over worlds) that a factor takes away in extremely randomised "
        f"trees, ±: half of a 95 % interval for the luck of {TREES} trees. A score says neither which way a factor "
        "works nor with which others. Chance: the most that a shuffled factor scores."
    )
    return Sensitivity("scores", pd.DataFrame(rows), pd.DataFrame(verdicts), note)


def _forest() -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(n_estimators=TREES, min_samples_leaf=2, random_state=SEED, n_jobs=1)


def _foretold(x: Floats, y: Floats, blocks: Whole) -> float:
    """Part of the spread that the same trees foretell at points left out."""
    _, block = np.unique(blocks, return_inverse=True)
    parts = (np.random.default_rng(SEED).permutation(block.max() + 1) % FOLDS)[block]
    told = np.empty(len(y))
    for part in np.unique(parts):
        out = parts == part
        told[out] = _forest().fit(x[~out], y[~out]).predict(x[out])
    return 1.0 - float(((y - told) ** 2).mean() / y.var())


def _verdict(foretold: float) -> dict[str, Any]:
    grade = "good" if foretold >= GOOD else "ranks only" if foretold >= FAIR else "too small"
    said = {
        "good": "Scores to be trusted",
        "ranks only": "Enough to rank the main factors, no more",
        "too small": "Too little to trust",
    }[grade]
    part = f"{100 * max(foretold, 0.0):.0f} %"
    return {
        "grade": grade,
        "verdict": f"{said}: at points left out, the trees foretell {part} of the spread.",
        "foretold": foretold,
    }


_FLAT = "The outcome is the same at every point: no factor moves it."


def _enough(points: int) -> None:
    need("sklearn")
    if points < FEWEST:
        raise BadInput.of(f"a sweep of {points} points", f"{FEWEST} or more, for trees to tell anything", path="points")


def _sampled(points: int) -> Whole:
    return np.unique(np.linspace(0, points - 1, min(MOST_POINTS, points)).astype(np.int64))
