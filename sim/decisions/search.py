"""A search with two aims that can be stopped anywhere, of any function of a point in the unit cube.

NSGA-II (Deb et al. 2002; Platypus) proposes generations of points; whoever evaluates them may do a generation at once.
Random numbers are a function of the seed alone, and every point that was evaluated is remembered, in a file if there is
one. So a search that is run again proposes the same points, takes from memory what is known, and goes on from there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.sweeps.design import need

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

POPULATION = 20
"""Points of a generation."""

Memory = MutableMapping[tuple[float, ...], tuple[float, ...]]
"""What is known: measures by point."""


@dataclass(frozen=True)
class Found:
    """All points that were tried, in the order in which they first were, (point, dimension), and what was measured."""

    points: Floats
    measures: Floats
    objectives: Floats
    """What was minimised, (point, 2)."""

    @cached_property
    def front(self) -> NDArray[np.int64]:
        """Places of the points that no other one betters in both aims, by rising first aim."""
        places = np.flatnonzero(undominated(self.objectives))
        return places[np.argsort(self.objectives[places, 0], kind="stable")]


def search(
    evaluate: Callable[[Floats], Floats],
    objectives: Callable[[Floats], Floats],
    dimensions: int,
    evaluations: int,
    seed: int = 0,
    *,
    start: Sequence[Sequence[float]] = (),
    population: int = POPULATION,
    memory: Memory | None = None,
    rounded: Callable[[Floats], Floats] = np.asarray,
    at_once: int = POPULATION,
    kept: Callable[[], None] = lambda: None,
) -> Found:
    """Search the unit cube for points that are good in two aims.

    Parameters
    ----------
    evaluate : measures (point, measure) of points (point, dimension) that are not known yet.
    objectives : what is to be minimised, (point, 2), of measures.
    dimensions, evaluations : of the cube; how many points to propose, rounded up to whole generations.
    seed : of all chance; the same seed proposes the same points.
    start : points of the first generation; the others are a Latin hypercube.
    memory : what is known already, and where new measures are kept.
    rounded : where points really lie (steps of a lever, months); points that lie in one place are one.
    at_once, kept : how many points ``evaluate`` is given at a time at most; called after each time.

    Raises
    ------
    BadInput : Platypus is not installed.

    References
    ----------
    Deb, Pratap, Agarwal & Meyarivan 2002 (NSGA-II).
    """
    need("platypus")
    from platypus import (
        NSGAII,
        Archive,
        Direction,
        Evaluator,
        InjectedPopulation,
        Problem,
        Real,
        Solution,
        nondominated_sort,
        nondominated_truncate,
    )
    from scipy.stats import qmc

    known: Memory = {} if memory is None else memory
    tried: dict[tuple[float, ...], None] = {}

    class Whole(Evaluator):  # type: ignore[misc]
        """Evaluates a generation at once."""

        def evaluate_all(self, jobs: Sequence[Any], **_: Any) -> Sequence[Any]:
            proposed = np.array([list(job.solution.variables) for job in jobs])
            places = [tuple(point) for point in rounded(proposed).tolist()]
            missing = [place for place in dict.fromkeys(places) if place not in known]
            for begin in range(0, len(missing), at_once):
                some = missing[begin : begin + at_once]
                measured = np.asarray(evaluate(np.array(some)), dtype=np.float64)
                for place, row in zip(some, measured.tolist(), strict=True):
                    known[place] = tuple(row)
                kept()
            tried.update(dict.fromkeys(places))
            aims = objectives(np.array([known[place] for place in places]))
            for job, row in zip(jobs, aims.tolist(), strict=True):
                job.solution.objectives[:] = row
                job.solution.evaluated, job.solution.feasible = True, True
            return jobs

    class Remembering(NSGAII):  # type: ignore[misc]
        """NSGA-II in which one parent is of all the best so far: of twenty alone the front would soon drift."""

        population: list[Any]

        def iterate(self) -> None:
            """One generation."""
            offspring: list[Any] = []
            while len(offspring) < self.population_size:
                mates = [self.selector.select_one(self.population), random.choice(self.archive)]  # noqa: S311 - no secret
                random.shuffle(mates)
                offspring += self.variator.evolve(mates)
            self.evaluate_all(offspring)
            self.archive.extend(offspring)
            everybody = offspring + self.population
            nondominated_sort(everybody)
            self.population = nondominated_truncate(everybody, self.population_size)

    first = [list(point) for point in start][:population]
    spread = qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(max(population - len(first), 0))
    before = random.getstate()
    random.seed(seed)  # Platypus draws from it
    try:
        problem = Problem(dimensions, 2)
        problem.types[:] = Real(0.0, 1.0)
        problem.directions[:] = Direction.MINIMIZE
        solutions = []
        for point in [*spread.tolist()[::-1], *first[::-1]]:  # the generator takes the last one first
            solution = Solution(problem)
            solution.variables[:] = point
            solutions.append(solution)
        algorithm = Remembering(
            problem, population, InjectedPopulation(solutions), archive=Archive(), evaluator=Whole()
        )
        for _ in range(-(-evaluations // population)):
            algorithm.step()
    finally:
        random.setstate(before)
    points = np.array(list(tried))
    measures = np.array([known[place] for place in tried])
    return Found(points, measures, objectives(measures))


def undominated(objectives: Floats) -> Flags:
    """Which rows (point, 2) no other betters, being as low in both aims and lower in one; of equals the first."""
    order = np.lexsort((objectives[:, 1], objectives[:, 0]))
    second = objectives[order, 1]
    flags = np.zeros(len(objectives), dtype=bool)
    flags[order] = np.concatenate([[True], second[1:] < np.minimum.accumulate(second)[:-1]])[: len(second)]
    return flags
