"""Landscape theory: a published case to the digit, the theory's own properties, and blocs read off the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.reading.blocs import ALLIANCE, INDIFFERENT, VOICE, blocs, state
from sim.reading.landscape import energies, is_minimum, landscape, number_of, sides, weights
from sim.scenario import BadInput, Scenario
from tests.worlds import GOOD

# -- the published case: the war in Syria, 2016 (Furnas, Landscape_Theory, 20 February 2016) ---------------------------

ACTORS = ["US", "Rus", "Syr", "Tur", "SA", "Iran", "ISIS", "Hez", "IqKurd", "Nusra", "Iraq"]
SIZES = dict(zip(ACTORS, (10, 10, 50, 10, 10, 20, 100, 20, 40, 10, 50), strict=True))
ROWS = {
    "US": "2 2 5 4 2 1 1 4 2 4",
    "Rus": "4 2 3 3 1 3 2 2 4",
    "Syr": "1 2 4 1 4 1 2 3",
    "Tur": "3 2 2 3 2 2 3",
    "SA": "1 1 3 3 2 3",
    "Iran": "2 5 3 2 2",
    "ISIS": "2 1 2 1",
    "Hez": "3 2 3",
    "IqKurd": "2 3",
    "Nusra": "2",
}
SYRIA = {a: dict(zip(ACTORS[ACTORS.index(a) + 1 :], map(float, row.split()), strict=True)) for a, row in ROWS.items()}


def test_the_published_landscape_has_one_minimum() -> None:
    found = landscape(SIZES, SYRIA)
    assert len(found.energies) == 2**10
    assert len(found.minima) == 1
    (minimum,) = found.minima
    assert minimum.energy == -83200
    assert minimum.blocs[1] == {"Tur", "ISIS", "Nusra"}
    assert minimum.blocs[0] == set(ACTORS) - {"Tur", "ISIS", "Nusra"}
    assert found.energies.min() == -83200
    assert found.energy(["Tur", "ISIS", "Nusra"]) == -83200


def test_the_published_landscape_with_a_smaller_syria() -> None:
    found = landscape(SIZES | {"Syr": 10}, SYRIA)
    deepest = min(found.minima, key=lambda minimum: minimum.energy)
    assert deepest.energy == found.energies.min() == -65600
    assert deepest.blocs[1] == {"ISIS", "Nusra"}


def test_the_published_energies_of_single_actors() -> None:
    found = landscape(SIZES, SYRIA)
    assert found.energy(["US"]) == -4200
    assert found.energy("ISIS") == -80000
    assert found.energy([]) == found.energy(ACTORS) == 0


# -- the theory --------------------------------------------------------------------------------------------------------


@st.composite
def worlds_of_actors(draw: Any, most: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Sizes (n,) and symmetric propensities (n, n) of two to six actors; whole numbers, so that sums are exact."""
    n = draw(st.integers(2, most))
    sizes = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), float)
    upper = draw(st.lists(st.integers(1, 5), min_size=n * n, max_size=n * n))
    table = np.triu(np.array(upper, float).reshape(n, n), 1)
    return sizes, table + table.T + np.diag(np.full(n, 3.0))


@settings(max_examples=40, deadline=None)
@given(case=worlds_of_actors())
def test_energy_is_the_sum_over_ordered_pairs_apart(case: tuple[np.ndarray, np.ndarray]) -> None:
    sizes, table = case
    found = landscape(sizes, table)
    for number, side in enumerate(sides(len(sizes))):
        apart = side[:, None] != side
        assert found.energies[number] == (np.outer(sizes, sizes) * (table - 3) * apart).sum()
        assert number_of(side) == number_of(~side) == number, "which side is called the first does not matter"


@settings(max_examples=40, deadline=None)
@given(case=worlds_of_actors())
def test_a_minimum_is_where_nobody_gains_by_switching(case: tuple[np.ndarray, np.ndarray]) -> None:
    sizes, table = case
    found = landscape(sizes, table)
    said = {number_of(np.array([name in minimum.blocs[1] for name in found.names])) for minimum in found.minima}
    for number, side in enumerate(sides(len(sizes))):
        switched = []
        for actor in range(len(sizes)):
            other = side.copy()
            other[actor] ^= True
            switched.append(found.energies[number_of(other)])
        assert (number in said) == (found.energies[number] <= min(switched))
    assert found.energies.min() in [minimum.energy for minimum in found.minima], "the deepest is one"


@settings(max_examples=40, deadline=None)
@given(case=worlds_of_actors(), seed=st.integers(0, 2**32))
def test_adjustment_one_actor_at_a_time_ends_in_a_minimum(case: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    """Switching whenever it lowers the energy cannot go in circles (Axelrod & Bennett's argument)."""
    sizes, table = case
    found, rng = landscape(sizes, table), np.random.default_rng(seed)
    side = rng.random(len(sizes)) < 0.5
    for _ in range(2 ** len(sizes)):
        gains = []
        for actor in range(len(sizes)):
            other = side.copy()
            other[actor] ^= True
            if found.energies[number_of(other)] < found.energies[number_of(side)]:
                gains.append(other)
        if not gains:
            break
        side = gains[rng.integers(len(gains))]
    assert not gains
    against = {name for name, far in zip(found.names, side ^ side[0], strict=True) if far}
    assert against in [minimum.blocs[1] for minimum in found.minima]


@settings(max_examples=30, deadline=None)
@given(case=worlds_of_actors(), factor=st.integers(1, 7), seed=st.integers(0, 2**32))
def test_sizes_scale_and_order_does_not_matter(case: tuple[np.ndarray, np.ndarray], factor: int, seed: int) -> None:
    sizes, table = case
    found = landscape(sizes, table)
    assert np.array_equal(landscape(factor * sizes, table).energies, factor**2 * found.energies)
    order = np.random.default_rng(seed).permutation(len(sizes))
    shuffled = landscape(sizes[order], table[np.ix_(order, order)], names=[found.names[i] for i in order])
    assert sorted(shuffled.energies) == sorted(found.energies)
    assert {frozenset(minimum.blocs) for minimum in shuffled.minima} == {frozenset(m.blocs) for m in found.minima}


def test_friends_stand_together_and_enemies_apart() -> None:
    assert landscape([1, 2, 3], np.full((3, 3), 5.0)).minima[0].blocs[1] == frozenset()
    two = landscape({"A": 2, "B": 3}, {"A": {"B": 1}})
    assert [minimum.blocs for minimum in two.minima] == [(frozenset("A"), frozenset("B"))]
    assert two.minima[0].energy == 2 * 2 * 3 * (1 - 3)


def test_many_landscapes_at_once_are_each_one_alone() -> None:
    rng = np.random.default_rng(0)
    sizes, table = rng.integers(0, 9, (5, 7)).astype(float), rng.integers(1, 6, (5, 5, 7)).astype(float)
    table = (table + np.swapaxes(table, 0, 1)) / 2
    many = energies(weights(sizes, table))
    holds = is_minimum(many)
    for w in range(7):
        alone = landscape(sizes[:, w], table[:, :, w])
        assert np.array_equal(many[:, w], alone.energies)
        assert holds[:, w].sum() == len(alone.minima)


@pytest.mark.parametrize(
    ("sizes", "table", "message"),
    [
        ({"A": 1}, {}, "2 to 20"),
        ({"A": 1, "B": -1}, {"A": {"B": 3}}, "0 or more"),
        ({"A": 1, "B": 1}, {"A": {"B": 6}}, "from 1 to 5"),
        ({"A": 1, "B": 1}, {"A": {"C": 2}}, "one of A, B"),
        ({"A": 1, "B": 1}, {}, "from 1 to 5"),
        ({"A": 1, "B": 1}, {"A": {"B": 2}, "B": {"A": 4}}, "same both ways"),
        ([1] * 21, np.full((21, 21), 3.0), "2 to 20"),
        ([1, 1], np.full((3, 3), 3.0), "2 rows and columns"),
    ],
)
def test_bad_landscapes_are_refused(sizes: Any, table: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        landscape(sizes, table)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(BadInput, match="did you mean ISIS"):
        landscape(SIZES, SYRIA).energy(["ISIL"])


# -- blocs: the theory laid over a state of the model ------------------------------------------------------------------

SMALL = Scenario.from_yaml(GOOD)


def test_a_state_is_read_as_it_is_said() -> None:
    """Day one of the small world by hand: Kazakhstan and Russia, and the two powers' sizes."""
    result = sim.run(SMALL, 3, 2)
    sizes, table = state(result, 0)
    names = (*result.powers, *result.republics)
    rus, kaz = names.index("RUS"), names.index("KAZ")
    spec = SMALL.republics["KAZ"]
    share = sum(weight * spec.alignment[sector]["RUS"] for sector, weight in spec.need.items())
    limit = spec.voice_threshold + SMALL.rules.leverage_cost * 0.35
    grudge = result.array("grudge")[0, 0, 0]
    assert table[rus, kaz] == pytest.approx(INDIFFERENT + ALLIANCE * share - VOICE * 0.45 / limit - grudge, abs=1e-6)
    assert np.array_equal(table, np.swapaxes(table, 0, 1))
    assert table.min() >= 1
    assert table.max() <= 5
    means = 0.4 * np.exp(-SMALL.rules.strain_on_means * 0.4)
    assert sizes[rus] == pytest.approx(100 * means / (means + 0.66), rel=1e-6)
    assert sizes[2:].sum(axis=0) == pytest.approx(100.0)


def test_blocs_are_the_landscape_of_every_world() -> None:
    found = blocs(sim.run(SMALL, 12, 10, seed=5), "2026-03")
    assert found.date == "2026-03"
    for w in (0, 11):
        alone = landscape(found.sizes[:, w], found.propensities[:, :, w], names=found.names)
        assert np.allclose(alone.energies, found.energies[:, w], rtol=1e-9, atol=1e-9)
    table, together, check = found.table(), found.together(), found.check()
    assert table.deepest.sum() == pytest.approx(1.0)
    assert (table.minimum >= table.deepest).all(), "what is deepest holds"
    assert {code for row in table.itertuples() for code in f"{row.bloc} {row.against}".split()} == set(found.names)
    assert (np.diag(together) == 1).all()
    assert np.array_equal(together, together.T)
    rus = [row for row in table.itertuples() if ("RUS" in str(row.bloc).split()) == ("TJK" in str(row.bloc).split())]
    assert together.loc["RUS", "TJK"] == pytest.approx(sum(row.deepest for row in rus))
    assert check.leader.isin(list(SMALL.powers)).all()


def test_blocs_runs_what_it_is_given() -> None:
    """A scenario runs to the month asked for; a result is taken as it is."""
    from_name = blocs("dushanbe-2025", "2026-01", worlds=4, seed=2)
    from_result = blocs(sim.run("dushanbe-2025", 4, 4, seed=2), 4)
    assert from_name.date == from_result.date == "2026-01"
    assert np.array_equal(from_name.energies, from_result.energies)
    assert blocs(SMALL, 0, worlds=2).date == "2025-09"
    for month in ("1999-01", 99, "soon"):
        with pytest.raises(BadInput, match="a month from 2025-09"):
            blocs(SMALL, month, worlds=2)


def test_quarrel_parts_and_peace_joins() -> None:
    """With Russia at odds with everybody it stands alone more often than where it is respected and close."""
    hated = SMALL.with_values(
        {f"republics.{code}.grievance.RUS": 1.5 for code in SMALL.republics}
        | {"powers.RUS.rivalry": 1.0, "powers.CHN.rivalry": 1.0}
    )
    loved = SMALL.with_values(
        {f"republics.{code}.grievance.RUS": 0.0 for code in SMALL.republics}
        | {"powers.RUS.rivalry": 0.0, "powers.CHN.rivalry": 0.0}
    )
    apart, joined = (blocs(one, 0, worlds=2).together().loc["RUS"].drop("RUS").mean() for one in (hated, loved))
    assert apart < joined
    assert joined == 1.0
