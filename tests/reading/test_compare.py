"""Comparisons: paired by luck, so that identical scenarios differ nowhere and a difference is the scenarios' doing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

import sim
from sim.reading.compare import Comparison, clear_from, whatif
from sim.reading.differing import given
from sim.runs.result import Result
from sim.runs.words import percent
from sim.scenario import BadInput, Scenario
from tests.worlds import GOOD, edited

SMALL = Scenario.from_yaml(GOOD, "small").with_months(6)


def moved(base: Result, deltas: Any) -> Result:
    """The result with Kazakhstan's alignment with Russia changed by ``deltas`` (month + 1, world)."""
    other = sim.run(base.scenario, base.worlds, seed=base.seed, keep="overall")
    other.record.arrays["overall"][:, 0, 0] += deltas
    return other


# -- what is compared is paired ----------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@example(seed=st.integers(0, 2**40), worlds=st.integers(1, 8))
def test_identical_scenarios_differ_by_exactly_nothing(seed: int, worlds: int) -> None:
    both = sim.compare(SMALL, SMALL, worlds=worlds, seed=seed)
    assert both.names == ("small (1)", "small (2)")
    assert not both.difference.any()
    table = both.table()
    assert not table[["difference_low", "difference", "difference_high", "p_higher", "p_lower"]].to_numpy().any()
    assert all(since is None for since in table.clear_since)
    outcomes = both.outcomes()
    assert not outcomes[["difference", "p_higher", "p_lower"]].to_numpy().any()
    assert both.headline() == "No alignment differs in any world."
    assert both.sentence("KAZ", "RUS").startswith("No difference: Kazakhstan’s alignment with Russia")
    assert "is the same in" in both.sentence("KAZ", "RUS")


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@example(seed=st.integers(0, 2**40), strain=st.floats(0.0, 0.9))
def test_the_difference_is_world_by_world(seed: int, strain: float) -> None:
    other = SMALL.with_values({"powers.RUS.strain": strain})
    both = sim.compare(SMALL, other, worlds=6, seed=seed, names=("base", "strained"))
    one, two = (sim.run(story, 6, seed=seed).array("overall").astype(float) for story in (SMALL, other))
    assert np.abs(both.difference - (two - one)).max() < 1e-8
    back = sim.compare(other, SMALL, worlds=6, seed=seed)
    assert np.array_equal(back.difference, -both.difference)


def test_pairing_is_far_surer_than_two_bands_side_by_side() -> None:
    both = sim.compare(SMALL.with_months(24), SMALL.with_months(24).with_values({"powers.RUS.strain": 0.55}), worlds=60)
    paired = both.difference[-1].std(axis=-1)
    apart = np.sqrt(both.shares(0)[-1].var(axis=-1) + both.shares(1)[-1].var(axis=-1))
    assert (paired < 0.5 * apart).all()


def test_results_are_not_run_again_and_set_seed_and_worlds() -> None:
    ready = sim.run(SMALL, 7, seed=9)
    other = SMALL.with_values({"powers.RUS.strain": 0.8})
    both = sim.compare(ready, other)
    assert both.results[0] is ready
    assert (both.worlds, both.seed) == (7, 9)
    assert not sim.compare(ready, SMALL).difference.any()
    few = sim.compare(ready, other, worlds=3)
    assert np.array_equal(few.difference, both.difference[..., :3])
    for beside in ({"worlds": 99}, {"seed": 1}, {"months": 7}, {"republic": type("Mine", (sim.Republic,), {})}):
        with pytest.raises(BadInput, match=next(iter(beside))):
            sim.compare(ready, other, **beside)


def test_only_common_actors_and_months_are_compared() -> None:
    both = sim.compare("dushanbe-2025", sim.load("crowded-steppe").with_months(3), worlds=2)
    assert both.powers == ("RUS", "CHN", "EUU")
    assert both.months == 3
    assert len(both.dates) == 4
    assert both.shares(1).shape == (4, 5, 3, 2)


# -- a case reckoned by hand -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case() -> Comparison:
    """Ten worlds: in month 1 all gain 5 points, from month 2 on nine gain 1 to 9 and one loses 1; in 6 all 2 more."""
    base = sim.run(SMALL, 10, seed=4, keep="overall")
    deltas = np.zeros((7, 10))
    deltas[1] = 0.05
    deltas[2:] = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, -0.01]
    deltas[6] += 0.02
    return Comparison(("base", "gainers"), (base, moved(base, deltas)))


def test_probability_band_and_first_clear_month_by_hand(case: Comparison) -> None:
    row = case.table().query("republic == 'KAZ' and power == 'RUS'").iloc[0]
    # the last month: -1+2, 1+2, ..., 9+2 points, so all ten are higher; the 10 % quantile is the 0.9th of 0..9
    assert row.p_higher == 1.0
    assert row.p_lower == 0.0
    assert row.difference == pytest.approx(0.045 + 0.02)
    assert row.difference_low == pytest.approx(-0.01 + 0.9 * 0.02 + 0.02)
    assert row.difference_high == pytest.approx(0.08 + 0.1 * 0.01 + 0.02)
    # from month 2 on the 10 % quantile is -1 + 0.9 * 2 = 0.8 points, above 0: clear from month 1, when all gained
    assert row.clear_since == case.dates[1]
    early = case.table(month=3).query("republic == 'KAZ' and power == 'RUS'").iloc[0]
    assert (early.p_higher, early.p_lower) == (0.9, 0.1)
    rest = case.table().query("republic != 'KAZ' or power != 'RUS'")
    assert not rest[["difference", "p_higher", "p_lower"]].to_numpy().any()
    assert all(since is None for since in rest.clear_since)
    assert row["size"] == "large"
    assert set(rest["size"]) == {"negligible"}


def test_the_sentence_says_size_first_then_the_numbers_and_their_condition(case: Comparison) -> None:
    assert case.sentence("KAZ", "RUS").startswith(
        "A large difference: Kazakhstan’s alignment with Russia is 6.5 percentage points higher in March 2026, "
    )
    assert case.sentence("KAZ", "RUS").endswith(
        "; higher in 100 % of worlds, given these numbers; clear from October 2025 on."
    )
    assert case.headline() == case.sentence("KAZ", "RUS"), "what does not differ is not told beside what does"


def test_what_is_not_clear_is_said_and_drawn_so() -> None:
    base = sim.run(SMALL, 10, seed=4, keep="overall")
    torn = Comparison(("base", "torn"), (base, moved(base, np.linspace(-0.05, 0.06, 10))))
    assert torn.sentence("KAZ", "RUS").endswith("not clear at the end.")
    assert torn.table().clear_since.isna().all()
    torn.figure().canvas.draw()


def test_what_is_sure_and_too_small_is_negligible_and_not_clear() -> None:
    base = sim.run(SMALL, 10, seed=4, keep="overall")
    faint = Comparison(("base", "faint"), (base, moved(base, -0.0008)))
    row = faint.table().query("republic == 'KAZ' and power == 'RUS'").iloc[0]
    assert (row["size"], row.p_lower, row.clear_since) == ("negligible", 1.0, None)
    assert faint.headline().startswith(
        "No alignment differs by more than a negligible amount; the largest: a negligible difference: Kazakhstan’s"
    )
    grown = np.full((7, 1), -0.0008)
    grown[4:] = -0.0026
    later = Comparison(("base", "later"), (base, moved(base, grown))).table()
    assert later.clear_since[0] == base.dates[4], "from the month in which it is at least small"
    assert later["size"][0] == "small"


def test_one_world_tells_a_size_and_no_certainty() -> None:
    one = sim.compare(SMALL, SMALL.with_values({"powers.RUS.strain": 0.8}), worlds=1)
    assert "of worlds" not in one.headline()
    assert "in the one world run." in one.headline()
    assert one.table().clear_since.isna().all()
    one.figure().canvas.draw()


def test_clear_from_by_hand() -> None:
    low = np.array([-1, 1, -1, 1, 1.0])
    high = np.array([1, 2, 1, 2, 2.0])
    middle = (low + high) / 2
    assert clear_from(low, middle, high, np.zeros(5)) == 3, "once more on both sides in month 2"
    assert clear_from(-high, -middle, -low, np.zeros(5)) == 3, "and the same below zero"
    assert clear_from(low[:3], middle[:3], high[:3], np.zeros(3)) == -1
    assert clear_from(np.ones(3), np.ones(3), np.ones(3), np.zeros(3)) == 0
    assert clear_from(np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)) == -1
    crossing = clear_from(np.array([1.0, -3.0]), np.array([1.5, -2.0]), np.array([2.0, -1.0]), np.zeros(2))
    assert crossing == 1, "clear, but on the other side before"
    growing = np.array([0.1, 0.3, 0.2, 0.3])
    assert clear_from(growing, growing, growing, np.full(4, 0.25)) == 3, "large enough for good only in month 3"


@settings(max_examples=30, deadline=None)
@example(low=st.lists(st.integers(-2, 2), min_size=1, max_size=8), gap=st.integers(0, 2), least=st.integers(0, 3))
def test_clear_from_is_what_its_words_say(low: list[int], gap: int, least: int) -> None:
    lows, highs = np.array(low, float), np.array(low, float) + gap
    middles = (lows + highs) / 2
    sides = [
        1 if a > 0 and m >= least else -1 if b < 0 and m <= -least else 0
        for a, m, b in zip(lows, middles, highs, strict=True)
    ]
    stays = [n for n in range(len(sides)) if sides[n] and all(side == sides[n] for side in sides[n:])]
    assert clear_from(lows, middles, highs, np.full(len(low), float(least))) == (min(stays) if stays else -1)


# -- with doubt --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doubtful() -> Comparison:
    return whatif("dushanbe-2025", ["powers.RUS.strain=0.7"], worlds=60, months=24, doubt=True)


@pytest.mark.slow
def test_with_doubt_both_sides_take_the_same_draws(doubtful: Comparison) -> None:
    base, other = (result.ask for result in doubtful.results)
    for path in set(base.doubts) & set(other.doubts) - {"powers.RUS.strain"}:
        if not path.startswith("rest."):
            assert np.array_equal(base.number(path), other.number(path)), path
    assert np.ptp(base.number("powers.CHN.budget")) > 0.0
    same = sim.compare("dushanbe-2025", "dushanbe-2025", worlds=10, months=6, doubt=True)
    assert not same.difference.any()
    spread = doubtful.difference[-1].std(axis=-1)
    apart = np.sqrt(sum(doubtful.shares(k)[-1].var(axis=-1) for k in (0, 1)))
    assert (spread < 0.7 * apart).all(), "pairing takes out what both have in common"


def test_what_doubt_alone_makes_is_the_spread_that_the_split_says(doubtful: Comparison) -> None:
    parts = sim.doubts(doubtful.results[0]).parts.set_index("outcome")
    expected = parts.spread * np.sqrt(parts.judgement + parts.record)
    table = doubtful.table()
    for row in table.itertuples():
        assert row.doubt == pytest.approx(expected[f"{row.republic}.{row.power}.share"], rel=1e-4)
    assert set(table["size"][table.difference.abs() < table.doubt]) == {"negligible"}
    few = whatif("dushanbe-2025", ["powers.RUS.strain=0.7"], worlds=10, months=6, doubt=True)
    assert not few.doubt().any(), "too few worlds to tell doubt from chance"


def test_a_share_of_worlds_is_said_with_its_condition(doubtful: Comparison) -> None:
    largest = doubtful.table().query("size != 'negligible'").iloc[0]
    assert "of worlds, with numbers in doubt;" in doubtful.sentence(largest.republic, largest.power)
    one = whatif(SMALL, {"rules.catharsis": 0.2}, worlds=60, doubt={"powers.RUS.strain": (0.1, 0.9)})
    assert given(one.results[1].ask) == "with one number in doubt"
    assert given(sim.Ask(SMALL, 3)) == "given these numbers"
    assert given(sim.Ask(SMALL, 3, variations={"powers.RUS.strain": np.array([0.1, 0.2, 0.3])})) == (
        "with the numbers that worlds take"
    )


# -- beside alignment --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_leaders_are_told_as_probabilities_of_both() -> None:
    both = sim.compare("dushanbe-2025", "war-drags-on", worlds=40)
    table = both.leaders().set_index("republic")
    for republic in both.republics:
        ends = [result.record.outcomes[f"{republic}.leader"] for result in both.results]
        row = table.loc[republic]
        assert row.another == (ends[0] != ends[1]).mean()
        assert row.leader_other == both.powers[np.bincount(ends[1]).argmax()]
        assert row.change_base == both.results[0].leaders().set_index("republic").probability_of_change[republic]
    most = (table.change_other - table.change_base).abs().idxmax()
    name = both.scenario.republics[most].name
    assert f"in {name} in {percent(table.change_other[most])} of worlds instead of" in both.headline()


def test_means_tell_what_medians_of_counts_hide() -> None:
    base = sim.run(SMALL, 10, seed=4)
    other = sim.run(SMALL, 10, seed=4)
    other.record.outcomes["RUS.rebukes"] = base.record.outcomes["RUS.rebukes"].copy()
    other.record.outcomes["RUS.rebukes"][:4] += 5
    row = Comparison(("base", "other"), (base, other)).outcomes().set_index("outcome").loc["RUS.rebukes"]
    assert row.difference == 0.0
    assert row.difference_mean == pytest.approx(2.0)
    assert row.other_mean - row.base_mean == pytest.approx(2.0)
    assert row.error == pytest.approx(np.sqrt(0.4 * 0.6) * 5 / np.sqrt(10))


@pytest.mark.slow
def test_stances_stand_side_by_side() -> None:
    both = sim.compare("dushanbe-2025", "assertive-five", worlds=40, months=6)
    table = both.stances()
    one = table.query("event == 'dushanbe-summit' and republic == 'UZB' and stance == 'assertive'").iloc[0]
    expected = [
        result.stances().query("event == 'dushanbe-summit' and republic == 'UZB'").assertive.iloc[0]
        for result in both.results
    ]
    assert [one.base, one.other] == expected
    assert one.base < one.other
    without = sim.load("dushanbe-2025").without_events("dushanbe-summit")
    lone = sim.compare("dushanbe-2025", without, worlds=4, months=3, names=("with", "without")).stances()
    assert lone.other.isna().all()
    assert lone.base.notna().all()


@pytest.mark.slow
def test_actors_that_only_one_has_are_told() -> None:
    both = sim.compare("dushanbe-2025", "crowded-steppe", worlds=2, months=3)
    assert both.only() == {"base": (), "other": ("TUR", "USA")}
    assert "Only “crowded-steppe” has Türkiye and the United States; “dushanbe-2025” does not." in both.headline()
    back = sim.compare("crowded-steppe", "dushanbe-2025", worlds=2, months=3)
    assert back.only() == {"base": ("TUR", "USA"), "other": ()}
    assert "Only “crowded-steppe” has Türkiye and the United States" in back.headline()


# -- many scenarios ----------------------------------------------------------------------------------------------------


def test_the_matrix_holds_every_difference_and_the_means_by_hand() -> None:
    base = sim.run(SMALL, 10, seed=4, keep="overall")
    three = Comparison(("base", "up", "down"), (base, moved(base, 0.02), moved(base, -0.004)))
    matrix = three.matrix()
    assert list(matrix.columns) == ["republic", "power", "up", "up size", "down", "down size"]
    assert len(matrix) == (len(three.republics) + 1) * len(three.powers)
    first = matrix.iloc[0]
    assert (first.republic, first.power, first["up size"], first["down size"]) == ("KAZ", "RUS", "clear", "small")
    assert (first.up, first.down) == (pytest.approx(0.02), pytest.approx(-0.004))
    mean = matrix.query("republic == 'all' and power == 'RUS'").iloc[0]
    assert mean.up == pytest.approx(0.02 / len(three.republics))
    figure = three.matrix_figure()
    cells = {patch.get_gid() for patch in figure.axes[0].patches}
    assert len(cells) == 2 * len(matrix)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"+2.0", "−0.4", "•", "••"} <= texts


# -- tables ------------------------------------------------------------------------------------------------------------


def test_tables_hold_all_scenarios_sectors_and_months() -> None:
    three = sim.compare(
        SMALL,
        SMALL.with_values({"powers.RUS.strain": 0.8}),
        SMALL.with_values({"powers.CHN.budget": 1.2}),
        worlds=4,
        names=("a", "b", "c"),
    )
    assert set(three.table().scenario) == {"b", "c"}
    bands = three.bands("all")
    assert len(bands) == 2 * 7 * 3 * 6 * 2
    assert (bands.low <= bands["median"]).all()
    last = bands[(bands.date == three.dates[-1]) & (bands.sector == "overall")]
    assert np.allclose(last["median"], three.table().difference)
    assert list(last["size"]) == list(three.table()["size"])
    assert np.allclose(
        three.table("trade").difference,
        np.median(np.concatenate([three.differences(k, "trade")[-1] for k in (1, 2)]), axis=-1).ravel(),
    )
    outcomes = three.outcomes()
    assert "RUS.share" in set(outcomes.outcome)
    assert not any(str(name).endswith(".leader") for name in outcomes.outcome)
    assert three.index("c") == three.index(2) == three.index(-1) == 2
    assert "trade" in three.headline("c", sector="trade")


# -- whatif ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_whatif_is_a_compare_with_itself() -> None:
    changes = {"powers.RUS.strain": 0.7, "rules.catharsis": 0.2}
    one = whatif(SMALL, changes, worlds=5, seed=3)
    two = sim.compare(SMALL, SMALL.with_values(changes), worlds=5, seed=3)
    assert np.array_equal(one.difference, two.difference)
    assert one.names == ("small", "powers.RUS.strain=0.7, rules.catharsis=0.2")
    by_text = whatif("dushanbe-2025", ["powers.RUS.strain=0.7"], worlds=3, months=4)
    by_value = whatif(sim.load("dushanbe-2025"), {"powers.RUS.strain": 0.7}, worlds=3, months=4)
    assert np.array_equal(by_text.difference, by_value.difference)
    assert by_text.difference.any()


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sim.compare(SMALL), "two or more"),
        (lambda: sim.compare("dushanbe-2025", "hindcast-2013"), "start together"),
        (lambda: sim.compare(sim.run(SMALL, 2, seed=1), sim.run(SMALL, 2, seed=2)), "same seed"),
        (lambda: sim.compare(SMALL, SMALL, names=("a", "a")), "all different"),
        (lambda: sim.compare("dushanbe-2025", "war-drags-onn"), "did you mean war-drags-on"),
        (lambda: whatif(SMALL, {}), "no change"),
        (lambda: whatif(SMALL, ["powers.RUS.strain=0.7"]), "a mapping"),
        (lambda: whatif(SMALL, {"powers.RUS.strian": 0.7}), "did you mean strain"),
    ],
)
def test_bad_questions_are_refused(call: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()


def test_unknown_parts_are_refused(case: Comparison) -> None:
    for ask in (
        lambda: case.sentence("KAX", "RUS"),
        lambda: case.sentence("KAZ", "RUSS"),
        lambda: case.shares("gainer"),
        lambda: case.differences(1, "trad"),
    ):
        with pytest.raises(BadInput):
            ask()


def test_scenarios_without_actors_in_common_are_refused() -> None:
    text = edited(GOOD.replace("RUS", "TUR").replace("CHN", "USA"), ("name: Russia", "name: Türkiye"))
    other = Scenario.from_yaml(text)
    with pytest.raises(BadInput, match="powers in common"):
        sim.compare(SMALL, other)


@pytest.mark.slow
def test_what_actors_do_differently_is_told_where_it_is_clear() -> None:
    both = sim.compare("dushanbe-2025", "assertive-five", worlds=60)
    said = both.through()
    assert len(said) == 1
    assert said[0] in both.headline()
    base, other = (result.record.outcomes for result in both.results)
    gap = float((other["RUS.rebukes"] - base["RUS.rebukes"]).mean())
    assert f"Russia is rebuked {gap:.1f} more times" in both.through(most=20)[0]
    terms = float((other["RUS.terms"] - base["RUS.terms"]).mean())
    assert f"Russia’s strings are {-100 * terms:.0f} % looser" in both.through(most=20)[0]
    assert said[0].count(";") <= 2
    assert sim.compare("dushanbe-2025", "dushanbe-2025", worlds=5, months=12).through() == []
