"""Spatial models of bargaining: what follows from positions, power and salience alone, as a baseline for the model.

Everybody has a position on a line and weighs as much as its power times its salience, how much it cares (Bueno de
Mesquita 1994, in European Community Decision Making, chapter 4). The weighted median is the position that no other
defeats if all vote for what is nearer to them (Black 1948, Journal of Political Economy 56, 23-34); the weighted mean
splits the difference. Neither knows time, luck, events or grievances. ``median_voter`` lays both over a scenario.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.reading.beside import BAND
from sim.runs.result import Result, quantiles
from sim.scenario import BadInput
from sim.world.equilibrium import equilibrium
from sim.world.parameters import Actors, arrays

Floats = NDArray[np.float64]


def weighted_mean(position: Sequence[float] | Floats, weight: Sequence[float] | Floats) -> float:
    """Mean of positions, (n,), with weights of 0 or more, (n,): the difference split by weight.

    Raises
    ------
    BadInput : not as many weights as positions, a weight below 0, all of them 0, no finite number.

    Examples
    --------
    >>> weighted_mean([4, 7, 10], [1, 1, 2])
    7.75
    """
    position, weight = _checked(position, weight)
    return float((position * weight).sum() / weight.sum())


def weighted_median(position: Sequence[float] | Floats, weight: Sequence[float] | Floats) -> float:
    """Position, of those in (n,), with half of the weight on either side; midway if two share the middle.

    Raises
    ------
    BadInput : as for ``weighted_mean``.

    Examples
    --------
    >>> weighted_median([10, 4, 7], [2, 2, 1]), weighted_median([4, 10], [1, 1])
    (7.0, 7.0)
    """
    position, weight = _checked(position, weight)
    order = np.argsort(position, kind="stable")
    order = order[weight[order] > 0.0]
    below = np.cumsum(weight[order])
    first, last = (int(np.searchsorted(below, below[-1] / 2.0, side)) for side in ("left", "right"))
    return float((position[order[first]] + position[order[last]]) / 2.0)


def values(position: Floats, salience: Floats) -> Floats:
    """How much each actor values each other's position, (n, n): 1 for its own, 0 at the far end of every issue.

    1 less the distance, in which an issue counts as much as the actor cares for it: the value layer of KTAB
    (King Abdullah Petroleum Studies and Research Center; its ``smp`` example).

    Parameters
    ----------
    position : 0 to 1, (n, issues).
    salience : 0 or more, (n, issues); an actor must care for something.

    Examples
    --------
    >>> values(np.array([[0.0, 0.5], [1.0, 0.5]]), np.array([[1.0, 0.0], [1.0, 1.0]])).round(3).tolist()
    [[1.0, 0.0], [0.293, 1.0]]
    """
    apart = position[:, None] - position[None]  # (n, n, issues)
    squares = (salience[:, None] * apart) ** 2
    result: Floats = 1.0 - np.sqrt(squares.sum(axis=2) / (salience**2).sum(axis=1)[:, None])
    return result


def median_voter(result: Result) -> pd.DataFrame:
    """What the weighted mean and median of positions say of each alignment, beside what the simulation says.

    The issue is a power's share of a republic's engagement. The power wants all of it (1), its rivals want it to have
    none (0), the republic wants it to stay as it is on day one. A power weighs what its courting would usually put into
    the republic by the numbers of day one (its means times the part that falls on this republic, points a month), the
    republic as much as all of them together times its autonomy. That reading is judgement. Numbers are those the
    scenario writes, without doubt.

    Parameters
    ----------
    result : any result; the scenario it was asked for is what the baseline reads.

    Returns
    -------
    DataFrame : [republic, power, day_one, mean, median, low, simulated, high, outside]. Shares, 0 to 1; ``low``,
        ``simulated`` and ``high`` are the 10, 50 and 90 per cent quantiles over worlds in the last month, and
        ``outside`` says whether the mean lies outside them.

    Examples
    --------
    >>> import sim
    >>> table = sim.median_voter(sim.run("dushanbe-2025", worlds=20, months=12))
    >>> bool(table["mean"].between(0.0, 1.0).all())
    True
    """
    scenario = result.scenario
    actors, parameters = Actors.of(scenario), arrays(scenario, 1)
    settled = equilibrium(parameters)  # of a world in which the numbers of day one had always been
    low, middle, high = quantiles(result.shares()[-1], BAND)  # (r, p)
    rows = []
    order = [actors.powers.index(power) for power in result.powers]
    for i, republic in enumerate(result.republics):
        r = actors.republics.index(republic)
        courting, shares = settled.expected[r, order, 0], settled.overall[r, order, 0]
        weight = np.append(courting, parameters.republic["autonomy"][r, 0] * courting.sum())
        for j, power in enumerate(result.powers):
            today = float(shares[j])
            wanted = np.append(np.arange(len(order)) == j, today)
            mean, median = weighted_mean(wanted, weight), weighted_median(wanted, weight)
            band = (float(low[i, j]), float(middle[i, j]), float(high[i, j]))
            rows.append((republic, power, today, mean, median, *band, not band[0] <= mean <= band[2]))
    names = ["republic", "power", "day_one", "mean", "median", "low", "simulated", "high", "outside"]
    return pd.DataFrame(rows, columns=names)


def _checked(position: Sequence[float] | Floats, weight: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    at, heavy = np.asarray(position, dtype=float), np.asarray(weight, dtype=float)
    if at.ndim != 1 or at.shape != heavy.shape:
        found = f"{at.size} positions and {heavy.size} weights"
        raise BadInput.of(found, "one weight for each position", path="weight")
    if not (np.isfinite(at).all() and np.isfinite(heavy).all() and (heavy >= 0.0).all() and heavy.any()):
        found = ", ".join(f"{x:g} (weight {w:g})" for x, w in zip(at[:5], heavy[:5], strict=True)) or "nothing"
        raise BadInput.of(found, "finite numbers and weights of 0 or more, not all 0", path="weight")
    return at, heavy
