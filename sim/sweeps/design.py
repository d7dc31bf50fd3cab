"""Where in the space of its factors a sweep looks: grids, samples, and the designs that sensitivity indices need.

Samples are drawn in the unit cube and mapped by each factor, so a month, a switch or a scenario may stand in any of
them. A design depends on the plan alone: the same plan and seed give the same points.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput
from sim.sweeps.factors import Factor

Floats = NDArray[np.float64]

DESIGNS: dict[str, str] = {
    "grid": "every combination of the factors' steps or values",
    "lhs": "Latin hypercube: each factor's range is covered evenly, however many factors there are",
    "sobol": "Sobol sequence: as lhs, and pairs of factors are covered evenly too",
    "saltelli": "for Sobol indices (sim sensitivity): points x (factors + 2) runs",
    "morris": "for Morris screening (sim sensitivity), cheap with many factors: points x (factors + 1) runs",
    "rows": "the rows of a CSV file",
}
"""Designs by name, and what they are for."""

POWERS_OF_TWO = ("sobol", "saltelli")
"""Designs whose ``points`` must be a power of two, without which the sequence loses its balance."""

DEFAULT_POINTS: dict[str, int] = {"lhs": 100, "sobol": 128, "saltelli": 256, "morris": 20}
"""``points`` where a plan says none."""

LEVELS = 4
"""Levels of a Morris design."""


def size(design: str, factors: Sequence[Factor], points: int) -> int:
    """How many points a design has, without making it (a design of rows has ``points``)."""
    if design == "grid":
        return math.prod(len(factor.levels()) for factor in factors)
    return points * {"saltelli": len(factors) + 2, "morris": len(factors) + 1}.get(design, 1)


def sample(design: str, factors: Sequence[Factor], points: int, seed: int) -> tuple[Floats, Floats | None]:
    """Values (point, factor) of a design and, where values do not tell it, places in the unit cube (point, factor).

    ``points`` is the number of points, for saltelli and morris that of base samples and trajectories.

    References
    ----------
    McKay, Beckman & Conover 1979 (lhs); Sobol' 1967, Owen 2020 (sobol, scrambled); Saltelli et al. 2010 (saltelli);
    Morris 1991 (morris).
    """
    if design == "grid":
        axes = np.meshgrid(*(np.array(factor.levels()) for factor in factors), indexing="ij")
        return np.stack([axis.reshape(-1) for axis in axes], axis=1), None
    unit = _unit(design, len(factors), points, seed)
    values = np.stack([factor.at(unit[:, j]) for j, factor in enumerate(factors)], axis=1)
    return values, unit if design == "morris" else None


def _unit(design: str, count: int, points: int, seed: int) -> Floats:
    from scipy.stats import qmc

    unit: Floats
    if design == "lhs":
        unit = qmc.LatinHypercube(count, rng=np.random.default_rng(seed)).random(points)
    elif design == "sobol":
        unit = qmc.Sobol(count, rng=np.random.default_rng(seed)).random(points)
    elif design == "saltelli":
        need("SALib")
        from SALib.sample import sobol

        unit = sobol.sample(salib_problem(count), points, calc_second_order=False, seed=np.random.default_rng(seed))
    else:
        need("SALib")
        from SALib.sample import morris

        unit = morris.sample(salib_problem(count), points, num_levels=LEVELS, seed=np.random.default_rng(seed))
    return np.clip(unit, 0.0, 1.0)


def salib_problem(count: int) -> dict[str, object]:
    """The unit cube as SALib wants it described."""
    return {"num_vars": count, "names": [str(j) for j in range(count)], "bounds": [[0.0, 1.0]] * count}


def need(package: str) -> None:
    """Refuse with a hint where an optional package is missing."""
    if importlib.util.find_spec(package) is None:
        raise BadInput.of(f"no package {package}", "the extra 'experiments': pip install 'sim[experiments]'")
