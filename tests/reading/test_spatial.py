"""Spatial models: two published cases to the last printed digit, what defines a median, a scenario's baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.reading.landscape import sides
from sim.reading.spatial import values, weighted_mean, weighted_median
from sim.scenario import BadInput, Scenario
from tests.worlds import GOOD
from tools import second_opinions

# -- published cases ---------------------------------------------------------------------------------------------------


def test_the_published_emission_standards() -> None:
    """Bueno de Mesquita (1994): mean 7.389956, median 7.0; and how near the median is to another."""
    position, weight = second_opinions.emissions()
    assert f"{weighted_mean(position, weight):.6f}" == second_opinions.EMISSIONS_PRINTED["weighted mean"] == "7.389956"
    assert f"{weighted_median(position, weight):.1f}" == second_opinions.EMISSIONS_PRINTED["weighted median"] == "7.0"
    assert weight[position <= 7].sum() / weight.sum() == pytest.approx(0.504, abs=5e-4)
    keener = dict(second_opinions.EMISSIONS) | {"United Kingdom": (0.16, 10, 94)}
    power, position, salience = np.array(list(keener.values())).T
    assert weighted_median(position, power * salience) == 10.0


def test_a_public_copy_with_two_rows_exchanged_says_the_same() -> None:
    cases = dict(second_opinions.EMISSIONS)
    cases["Netherlands"], cases["Belgium"] = cases["Belgium"], cases["Netherlands"]
    power, position, salience = np.array(list(cases.values())).T
    assert weighted_mean(position, power * salience) == pytest.approx(weighted_mean(*second_opinions.emissions()))
    assert weighted_median(position, power * salience) == 7.0


def test_the_published_values_of_ktab() -> None:
    """All 169 numbers, to the three decimals that are printed."""
    printed = np.array([line.split() for line in second_opinions.KTAB_PRINTED.strip().splitlines()], float)
    assert printed.shape == (13, 13)
    assert (np.abs(second_opinions.ktab() - printed) <= 0.0005 + 1e-9).all()


def test_seventeen_nations_have_as_many_landscapes_as_published() -> None:
    """Axelrod and Bennett (1993); of the rest of Europe in 1936 the inputs are not public, see the page."""
    assert sides(17).shape == (65_536, 17)


# -- what they are -----------------------------------------------------------------------------------------------------

ACTORS = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 9)), min_size=1, max_size=8).filter(
    lambda actors: any(weight for _, weight in actors)
)


@given(actors=ACTORS)
def test_no_position_defeats_the_weighted_median(actors: list[tuple[int, int]]) -> None:
    """Black's theorem: if all vote for what is nearer to them, no other position gets more weight."""
    position, weight = (np.array(column, float) for column in zip(*actors, strict=True))
    median = weighted_median(position, weight)
    for other in (*position, median - 0.25, median + 0.25):
        nearer = np.sign(np.abs(position - median) - np.abs(position - other))
        assert (nearer * weight).sum() <= 0.0


@given(actors=ACTORS, shift=st.integers(-9, 9))
def test_mean_and_median_move_with_all_positions(actors: list[tuple[int, int]], shift: int) -> None:
    position, weight = (np.array(column, float) for column in zip(*actors, strict=True))
    for where in (weighted_mean, weighted_median):
        assert where(position + shift, 2 * weight) == pytest.approx(where(position, weight) + shift)
        assert position.min() <= where(position, weight) <= position.max()


def test_who_cares_for_one_issue_sees_only_that() -> None:
    position, salience = np.array([[0.0, 0.0], [0.25, 1.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])
    assert values(position, salience) == pytest.approx(np.array([[1.0, 0.75], [1 - np.sqrt(1.0625 / 2), 1.0]]))


@pytest.mark.parametrize(
    ("position", "weight", "message"),
    [
        ([1, 2], [1], "one weight for each"),
        ([], [], "not all 0"),
        ([1], [0], "not all 0"),
        ([1, 2], [1, -1], "weights of 0 or more"),
        ([1, float("nan")], [1, 1], "finite"),
    ],
)
def test_bad_positions_are_refused(position: list[float], weight: list[float], message: str) -> None:
    for where in (weighted_mean, weighted_median):
        with pytest.raises(BadInput, match=message):
            where(position, weight)


# -- a scenario --------------------------------------------------------------------------------------------------------

SMALL = Scenario.from_yaml(GOOD)


def test_the_baseline_by_hand() -> None:
    """Kazakhstan in a world where powers court by interest alone: without rivalry and grudges."""
    plain = {"powers.RUS.rivalry": 0.0, "powers.CHN.rivalry": 0.0}
    small = SMALL.with_values(plain | {"rules.grudge_per_refusal": 0.0, "rules.grudge_per_rebuke": 0.0})
    interest = {"RUS": [0.35, 0.25, 0.25, 0.1, 0.05], "CHN": [0.1, 0.25, 0.25, 0.3, 0.1]}
    endowment = [[0.8, 1.0, 1.0, 0.9, 1.0], [0.6, 0.25, 0.2, 0.3, 0.3], [0.6, 0.8, 0.5, 0.7, 0.6]]
    worth = {power: np.array(endowment) @ weights for power, weights in interest.items()}  # of the three republics
    means = {"RUS": 0.4 * np.exp(-0.5 * 0.4), "CHN": 0.66}
    russia, china = (means[power] * worth[power][0] / sum(worth[power]) for power in ("RUS", "CHN"))
    own = 0.6 * (russia + china)  # autonomy of Kazakhstan
    today = 0.25 * 0.6 + 0.3 * 0.2 + 0.2 * 0.35 + 0.15 * 0.2 + 0.1 * 0.2
    row = sim.median_voter(sim.run(small, 4, 2)).set_index(["republic", "power"]).loc[("KAZ", "RUS")]
    assert row["day_one"] == pytest.approx(today)
    assert row["mean"] == pytest.approx((russia + own * today) / (russia + china + own))
    assert china < russia + own, "Kazakhstan and Russia outweigh China, Kazakhstan and China outweigh Russia"
    assert russia < china + own
    assert row["median"] == pytest.approx(today)


def test_a_majority_of_the_weight_has_its_whole_wish() -> None:
    """Where China alone outweighs Kazakhstan and Russia, the median gives it everything."""
    rich = SMALL.with_values({"powers.CHN.budget": 8.0})
    table = sim.median_voter(sim.run(rich, 2, 1)).set_index(["republic", "power"])
    assert table["median"]["KAZ"].to_dict() == {"RUS": 0.0, "CHN": 1.0}
    assert 0.0 < table["mean"]["KAZ", "RUS"] < table["day_one"]["KAZ", "RUS"]


def test_more_means_pull_the_mean_and_more_autonomy_holds_it() -> None:
    def mean(scenario: Scenario) -> float:
        return float(sim.median_voter(sim.run(scenario, 2, 1)).set_index(["republic", "power"])["mean"]["KAZ", "RUS"])

    rich = SMALL.with_values({"powers.RUS.budget": 4.0})
    assert mean(rich) > mean(SMALL)
    day_one = float(sim.median_voter(sim.run(SMALL, 2, 1)).set_index(["republic", "power"]).day_one["KAZ", "RUS"])
    free, bound = (SMALL.with_values({"republics.KAZ.autonomy": value}) for value in (1.0, 0.0))
    assert abs(mean(free) - day_one) < abs(mean(bound) - day_one)


def test_the_band_is_that_of_the_result() -> None:
    result = sim.run(SMALL, 30, 6, keep="overall")
    table, bands = sim.median_voter(result), result.bands()
    last = bands[bands.month == 6].set_index(["republic", "power"])
    for row in table.to_dict("records"):
        there = last.loc[(row["republic"], row["power"])]
        assert (row["low"], row["simulated"], row["high"]) == pytest.approx((there.low, there["median"], there.high))
        assert row["outside"] == (not row["low"] <= row["mean"] <= row["high"])
    with pytest.raises(BadInput, match="keep"):
        sim.median_voter(sim.run(SMALL, 3, 2, keep="outcomes"))
