"""The search itself: known fronts, one of them seen through noise; the same seed, the same points; memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim import BadInput
from sim.decisions.log import EVALUATIONS, Log
from sim.decisions.search import POPULATION, Found, search, undominated

pytest.importorskip("platypus")

Floats = NDArray[np.float64]


def volume(objectives: Floats, worst: tuple[float, float]) -> float:
    """Hypervolume of points of two aims that are minimised, from 0 to ``worst``."""
    from platypus import Hypervolume, Problem, Solution

    problem, solutions = Problem(1, 2), []
    for row in objectives.tolist():
        solution = Solution(problem)
        solution.objectives[:], solution.feasible, solution.constraint_violation = row, True, 0.0
        solutions.append(solution)
    return float(Hypervolume(minimum=[0.0, 0.0], maximum=list(worst))(solutions))


def zdt1(unit: Floats) -> Floats:
    """Zitzler, Deb & Thiele 2000; the front is f2 = 1 - sqrt(f1)."""
    g = 1.0 + 9.0 * unit[:, 1:].mean(axis=1)
    return np.column_stack([unit[:, 0], g * (1.0 - np.sqrt(unit[:, 0] / g))])


def binh_korn(unit: Floats) -> Floats:
    """Binh & Korn 1997, without constraints; the front is x = y up to 3, then y = 3."""
    x, y = 5.0 * unit[:, 0], 3.0 * unit[:, 1]
    return np.column_stack([4.0 * (x**2 + y**2), (x - 5.0) ** 2 + (y - 5.0) ** 2])


def noisy(unit: Floats) -> Floats:
    """The same through noise of 1 % of either range: what 100 futures with a spread of 10 % would leave."""
    rngs = [np.random.default_rng((point * 1e6).astype(int)) for point in unit]
    return binh_korn(unit) + np.array([rng.normal(0.0, (1.4, 0.5)) for rng in rngs])


def same(measures: Floats) -> Floats:
    return measures


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_zdt1_is_found(seed: int) -> None:
    along = np.linspace(0.0, 1.0, 400)
    true = volume(np.column_stack([along, 1.0 - np.sqrt(along)]), (1.1, 1.1))
    found = search(zdt1, same, 6, 3000, seed=seed)
    assert 0.95 * true <= volume(found.objectives[found.front], (1.1, 1.1)) <= true * 1.001


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("measured", [binh_korn, noisy])
def test_binh_and_korn_is_found_in_noise_too(measured: Callable[[Floats], Floats], seed: int) -> None:
    """What is compared is what the points found are truly worth."""
    both, last = np.linspace(0.0, 3.0, 300), np.linspace(3.0, 5.0, 200)
    ways = np.concatenate([np.column_stack([both, both]), np.column_stack([last, np.full(200, 3.0)])])
    true = volume(binh_korn(ways / (5.0, 3.0)), (140.0, 50.0))
    found = search(measured, same, 2, 400, seed=seed)
    assert 0.95 * true <= volume(binh_korn(found.points[found.front]), (140.0, 50.0)) <= true * 1.001


def test_the_front_by_hand() -> None:
    points = np.array([[1.0, 4.0], [2.0, 2.0], [2.0, 3.0], [4.0, 1.0], [2.0, 2.0], [5.0, 5.0]])
    assert undominated(points).tolist() == [True, True, False, True, False, False]
    assert Found(points, points, points).front.tolist() == [0, 1, 3]


def test_the_same_seed_proposes_the_same_points_and_leaves_chance_alone() -> None:
    random.seed(7)
    expected = random.random()
    random.seed(7)
    first, again, other = (search(zdt1, same, 3, 60, seed=seed) for seed in (4, 4, 5))
    assert random.random() == expected
    assert np.array_equal(first.points, again.points)
    assert not np.array_equal(first.points, other.points)


def test_what_is_remembered_is_not_measured_again_and_changes_nothing() -> None:
    calls: list[int] = []

    def counted(unit: Floats) -> Floats:
        calls.append(len(unit))
        return zdt1(unit)

    memory: dict[tuple[float, ...], tuple[float, ...]] = {}
    short = search(counted, same, 3, 3 * POPULATION, seed=2, memory=memory)
    known = sum(calls)
    calls.clear()
    longer = search(counted, same, 3, 6 * POPULATION, seed=2, memory=memory)
    assert np.array_equal(longer.points[: len(short.points)], short.points)
    assert sum(calls) == len(longer.points) - known
    assert np.array_equal(longer.points, search(zdt1, same, 3, 6 * POPULATION, seed=2).points)


def test_points_that_lie_in_one_place_are_measured_once() -> None:
    found = search(zdt1, same, 2, 200, seed=1, rounded=lambda unit: np.round(unit, 1), at_once=3)
    assert len(np.unique(found.points, axis=0)) == len(found.points) <= 121


def test_the_first_generation_begins_where_it_is_told_to() -> None:
    assert search(zdt1, same, 2, 20, start=[[0.25, 0.5]]).points[0].tolist() == [0.25, 0.5]


# -- the log -----------------------------------------------------------------------------------------------------------


def kept(folder: Path, facts: dict[str, object] | None = None) -> Log:
    return Log(folder, {"same": facts or {"seed": 0}})


def test_a_line_that_was_cut_off_or_changed_is_left_out(tmp_path: Path) -> None:
    with kept(tmp_path) as log:
        for k in range(4):
            log[(float(k), 0.1)] = (k / 3.0, 1.0)
        log.flush()
    file = tmp_path / EVALUATIONS
    lines = file.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(b"0.333", b"0.334")
    file.write_bytes(lines[0] + changed + lines[2] + lines[3][:-9])
    with kept(tmp_path) as log:
        assert dict(log) == {(0.0, 0.1): (0.0, 1.0), (2.0, 0.1): (2.0 / 3.0, 1.0)}
        log[(9.0, 9.0)] = (1.0, 1.0)
        log.flush()
    with kept(tmp_path) as log:
        assert len(log) == 3


def test_another_search_or_a_second_writer_is_refused(tmp_path: Path) -> None:
    with kept(tmp_path, {"seed": 0, "worlds": 20}), pytest.raises(BadInput, match="another process is writing"):
        kept(tmp_path, {"seed": 0, "worlds": 20})
    with pytest.raises(BadInput, match="worlds: found a search with 20, expected 30"):
        kept(tmp_path, {"seed": 0, "worlds": 30})
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"other files in it \(notes.txt\)"):
        kept(other)
    assert [path.name for path in other.iterdir() if path.name != "lock"] == ["notes.txt"]
