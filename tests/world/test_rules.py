"""Each rule against an example worked by hand; the arithmetic is in the comments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.world import rules

ONE = np.array([1.0])


def at(*values: float) -> np.ndarray:
    """One row a value, one world."""
    return np.array(values, dtype=float)[:, None]


# -- offers -----------------------------------------------------------------------------------------------------------


def test_means_shrink_with_strain_and_grow_with_years() -> None:
    # 2 points a month, 10 % more after one year, halved by events, exp(-0.5 x 0.4) left: 2 x 1.1 x 0.5 x 0.818731
    got = rules.means(np.array([2.0]), np.array([0.1]), 12, np.array([0.5]), np.array([0.4]), np.array([0.5]))
    assert got == pytest.approx(2.0 * 1.1 * 0.5 * 0.8187307530779818)


def test_rivals_make_a_republic_worth_more_and_a_grudge_less() -> None:
    # worth 0.3; rivals hold half and rivalry is 0.6: 0.3 x 1.3 = 0.39; grudge ln 2 halves it, attention 1.5: 0.2925
    got = rules.courting_value(
        np.array([[[0.3]]]), np.array([0.6]), np.array([[[0.5]]]), np.array([[np.log(2.0)]]), np.array([[1.5]])
    )
    assert got == pytest.approx(0.2925)


def test_purse_is_divided_in_proportion_in_whole_quanta() -> None:
    # 1 point over values 1, 2, 1: a quarter, a half, a quarter, all of them whole multiples of the quantum
    got = rules.divide(ONE, at(1.0, 2.0, 1.0))
    assert got[:, 0].tolist() == [0.25, 0.5, 0.25]
    third = rules.divide(ONE, at(1.0, 1.0, 1.0))
    assert third.sum() <= 1.0
    assert np.all(third % rules.QUANTUM == 0.0)


def test_nothing_of_value_means_no_offer() -> None:
    assert rules.divide(ONE, at(0.0, 0.0)).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize(("u", "expected"), [(0.05, 0), (0.1999, 0), (0.21, 1), (0.69, 1), (0.71, 2), (0.9999, 2)])
def test_sector_is_drawn_in_proportion_to_value(u: float, expected: int) -> None:
    # values 2, 5, 3 of 10: borders at 0.2 and 0.7
    assert rules.pick(at(2.0, 5.0, 3.0), np.array([u]))[0] == expected


# -- answers ----------------------------------------------------------------------------------------------------------


def test_standing_counts_grievance_and_only_excess_dependence() -> None:
    # -(0.6 x 0.5) = -0.3; dependence 0.55 is 0.15 above 0.4, times 2: -0.3 more; 0.3 is below and costs nothing
    got = rules.standing(at(0.5, 0.5), np.array([0.6]), at(0.55, 0.3), np.array([0.4]), np.array([2.0]))
    assert got[:, 0] == pytest.approx([-0.6, -0.3])


def test_offer_utility() -> None:
    # appeal 0.9, need 0.3, twice the expected size: ln 2, strings 0.4 x autonomy 0.5 x 1.5 = 0.3, standing -0.2
    got = rules.offer_utility(
        np.array([0.9]),
        at(0.3),
        np.array([1.0]),
        at(0.2),
        at(0.1),
        np.array([1.0]),
        at(0.4),
        np.array([0.5]),
        np.array([1.5]),
        at(-0.2),
    )
    assert got[0, 0] == pytest.approx(0.9 + 0.3 + np.log(2.0) - 0.3 - 0.2)


def test_rivalry_against_grudge_decides_whether_a_power_bids() -> None:
    # 0.6 x 0.5 - 0.1 = 0.2, in units of noise 0.5: 0.4
    got = rules.concession(np.array([0.6]), np.array([0.5]), np.array([0.1]), np.array([0.5]))
    assert got[0] == pytest.approx(0.4)


def test_sigmoid_is_the_logistic_function_and_does_not_overflow() -> None:
    # 1 / (1 + e^-ln 3) = 3 / 4
    assert rules.sigmoid(np.array([0.0, np.log(3.0), -np.log(3.0)])) == pytest.approx([0.5, 0.75, 0.25])
    assert rules.sigmoid(np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]


def test_choice_probabilities_are_logit() -> None:
    # utilities 0 and ln 3 at noise 1: one to three
    assert rules.chances(at(0.0, np.log(3.0)), ONE)[:, 0] == pytest.approx([0.25, 0.75])


def test_unmet_need_is_need_on_day_one_and_falls_with_deals() -> None:
    # need 0.4, floor 0.5: usual 1.5 and live 1.5 leave 0.4; live 3.5 leaves 0.4 x 2 / 4
    got = rules.unmet(at(0.4, 0.4), at(1.5, 3.5), at(1.5, 1.5), np.array([0.5]))
    assert got[:, 0] == pytest.approx([0.4, 0.2])


def test_strain_and_grudge_make_a_power_deaf() -> None:
    # 0.8 x exp(-0.5 x 0.4 - 0.3) = 0.8 x exp(-0.5)
    got = rules.grant_chance(np.array([0.8]), np.array([0.4]), np.array([0.5]), np.array([0.3]))
    assert got[0] == pytest.approx(0.8 * np.exp(-0.5))


def test_points_are_rounded_down_to_whole_quanta_in_place_or_not() -> None:
    # two and a half quanta are two
    points = at(2.5 * rules.QUANTUM)
    assert rules.counted(points)[0, 0] == 2.0 * rules.QUANTUM
    assert points[0, 0] == 2.5 * rules.QUANTUM
    quanta = at(2.5)
    assert rules.whole(quanta)[0, 0] == 2.0 * rules.QUANTUM
    assert quanta[0, 0] == 2.0 * rules.QUANTUM


def test_the_foremost_is_the_largest_and_of_equals_the_first() -> None:
    # one world a column: 3 is largest in the first, the second has two of 2
    assert rules.foremost(np.array([[1.0, 2.0], [3.0, 2.0], [2.0, 1.0]])).tolist() == [1, 0]


# -- projects ---------------------------------------------------------------------------------------------------------


def test_normal_numbers_are_nearly_normal() -> None:
    # quantiles of the normal distribution: 0 at one half, 1.2816 at 0.9, 2.3263 at 0.99
    got = rules.normal(np.array([0.5, 0.9, 0.1, 0.99]))
    assert got == pytest.approx([0.0, 1.2816, -1.2816, 2.3263], abs=0.01)


def test_what_steady_engagement_leaves_is_saved_until_the_fund_is_full() -> None:
    # 2 a month, 0.5 of them steady: 1.5, if the fund of 10 has room; a fund of 9 takes 1; strain left only 0.4: nothing
    got = rules.saved(at(2.0, 2.0, 0.4), at(0.5, 0.5, 0.5), at(3.0, 9.0, 3.0), at(10.0, 10.0, 10.0))
    assert got[:, 0] == pytest.approx([1.5, 1.0, 0.0])


def test_a_usual_project_is_a_years_means_for_projects_over_their_number() -> None:
    # 0.5 a month, 0.8 of it for projects, 4 of them a year: 12 x 0.4 / 4; none at all, nothing
    got = rules.usual_size(at(0.5, 0.5), at(0.8, 0.8), at(4.0, 0.0))
    assert got[:, 0] == pytest.approx([1.2, 0.0])


def test_projects_arise_where_courting_pays() -> None:
    # 6 a year, a quarter of them here, courted twice as much: 6 / 12 x 0.25 x 2 = 0.25 a month
    got = rules.arising(at(6.0), at(0.25), at(2.0))
    assert got[0, 0] == pytest.approx(1.0 - np.exp(-0.25))


def test_sizes_are_lognormal_with_the_usual_size_as_their_mean() -> None:
    # the median, at one half, is exp(-spread^2 / 2) of the mean
    assert rules.project_size(at(2.0), at(1.0), at(0.5))[0, 0] == pytest.approx(2.0 * np.exp(-0.5))
    u = (np.arange(100_000) + 0.5) / 100_000
    assert rules.project_size(np.array([2.0]), np.array([1.0]), u).mean() == pytest.approx(2.0, rel=0.01)


def test_a_full_rival_betters_its_bid_most_where_others_hold_most() -> None:
    # 1.5 x exp(0.5 x 0.8 x 0.6)
    assert rules.bid(at(1.5), at(0.8), at(0.6), np.array([0.5]))[0, 0] == pytest.approx(1.5 * np.exp(0.24))


def test_bids_stay_within_the_fund() -> None:
    # two bids of 3 and 1 with 2 in the fund are halved; with 5 they stand
    bids = np.array([[[3.0, 3.0]], [[1.0, 1.0]]])
    got = rules.within(bids, np.array([[2.0, 5.0]]))
    assert got[:, 0] == pytest.approx(np.array([[1.5, 3.0], [0.5, 1.0]]))


def test_a_large_project_takes_longer() -> None:
    # sixteen times the usual size takes 16^0.25 = 2 times as long; a tiny one a month at least
    got = rules.delay(at(1.6, 1e-9), at(0.1, 0.1), at(24.0, 24.0), np.array([0.25]))
    assert got[:, 0] == pytest.approx([48.0, 1.0])


def test_what_was_pending_goes_on_at_its_pace_when_a_project_joins() -> None:
    # 3 points at 0.1 a month are 0.3; one point over 20 months is 0.05 more: 0.35 of 4
    got = rules.joined(at(3.0), at(0.1), at(1.0), at(20.0))
    assert got[0, 0] == pytest.approx(0.35 / 4.0)


def test_projects_are_booked_where_they_belong() -> None:
    # two republics, two powers, two sectors, one world; the second power pledges 1 to the first republic in sector 1
    pledges, pace = np.zeros((2, 2, 2, 1)), np.zeros((2, 2, 2, 1))
    points, sector = np.array([[[1.0]], [[0.0]]]), np.array([[[1]], [[0]]])
    rules.book(pledges, pace, points, sector, at(1.0), at(10.0), np.array([0.25]), first=1)  # of the usual size
    assert np.argwhere(pledges).tolist() == [[0, 1, 1, 0]]
    assert (pledges.sum(), pace.sum()) == pytest.approx((1.0, 0.1))


def test_strain_and_grudge_call_projects_off() -> None:
    # 0.12 a year, times exp(1.5 x 0.4 + 1 x 0.4) = e: 0.01 e a month
    got = rules.cancel_chance(np.array([0.12]), at(0.4), np.array([1.5]), at(0.4), ONE)
    assert got[0, 0] == pytest.approx(1.0 - np.exp(-0.01 * np.e))


def test_powers_court_where_it_has_paid() -> None:
    # gains of 3 and 1, mean 2: half again and half as much, at half the learning a quarter
    got = rules.learnt(np.array([[[3.0]], [[1.0]]]), np.array([[0.5]]))
    assert got[:, 0, 0] == pytest.approx([1.25, 0.75])


# -- delivery ---------------------------------------------------------------------------------------------------------


def test_pledges_are_delivered_or_lapse_to_the_last_bit() -> None:
    # of 6 points a twelfth, 0.5, is due; reliability 0.8 at full strain with a half lost: 0.4; 0.2 come, 0.3 lapse
    pledges = rules.counted(np.array([6.0]))
    due = rules.falling_due(pledges, np.array([1.0 / 12.0]))
    done = rules.delivered(due, rules.performance(np.array([0.8]), ONE, np.array([0.5])))
    assert due[0] == pytest.approx(0.5)
    assert done[0] == pytest.approx(0.2, abs=2 * rules.QUANTUM)
    assert (pledges - due) + done + (due - done) == pledges
    assert rules.lapse_rate(due, done)[0] == pytest.approx(0.6, abs=1e-8)


def test_nothing_due_lapses_nothing() -> None:
    assert rules.lapse_rate(np.zeros(1), np.zeros(1))[0] == 0.0


def test_half_is_left_after_a_half_life() -> None:
    # 24 months of fading with half-life 24
    assert (1.0 - rules.fading(np.array([24.0]))[0]) ** 24 == pytest.approx(0.5)


# -- grievance --------------------------------------------------------------------------------------------------------


def test_shortfall_is_the_missing_part_and_surplus_soothes_to_a_limit() -> None:
    assert rules.shortfall(at(0.05, 0.15, 0.9), at(0.1, 0.1, 0.1))[:, 0] == pytest.approx([0.5, -0.5, -1.0])


def test_dependence_is_felt_above_what_is_tolerated() -> None:
    # 0.55 is 0.15 above 0.4; 0.3 is below
    assert rules.overdependence(at(0.55, 0.3), np.array([0.4]))[:, 0] == pytest.approx([0.15, 0.0])


def test_grievance_moves_by_treatment_worse_than_usual() -> None:
    # 0.5, settled 0.4, fading 10 % of the gap: -0.01; treatment 0.3 worse, gain 0.1: +0.03; settling 0.005: 0.515
    got = rules.feel(
        np.array([0.5]),
        np.array([0.4]),
        np.array([0.7]),
        np.array([0.4]),
        np.array([0.1]),
        np.array([0.1]),
        np.array([0.005]),
    )
    assert got[0] == pytest.approx(0.515)


def test_usual_treatment_leaves_a_settled_grievance_alone() -> None:
    got = rules.feel(
        np.array([0.4]), np.array([0.4]), np.array([0.7]), np.array([0.7]), ONE, np.array([0.1]), np.zeros(1)
    )
    assert got[0] == 0.4


def test_grievance_never_falls_below_nothing() -> None:
    got = rules.feel(np.array([0.01]), np.zeros(1), np.zeros(1), ONE, ONE, np.array([0.1]), np.zeros(1))
    assert got[0] == 0.0


# -- voice ------------------------------------------------------------------------------------------------------------


def test_leverage_keeps_quiet_and_nerve_speaks() -> None:
    # 0.7 - 0.6 - 0.25 x 0.8 + 0.15 = 0.05
    got = rules.pressure(at(0.7), np.array([0.6]), at(0.8), np.array([0.25]), at(0.15))
    assert got[0, 0] == pytest.approx(0.05)


def test_rebukes_come_at_half_their_rate_on_the_threshold() -> None:
    got = rules.rebuke_chance(np.array([0.0, 10.0, -10.0]), np.array([0.2]), np.array([0.08]))
    assert got == pytest.approx([0.1, 0.2, 0.0])


def test_a_power_concedes_from_fear_and_punishes_where_it_has_a_hold() -> None:
    # tone 0.5 + fear 0.3 - grudge 0.1 = 0.7; 2 x coerciveness 0.5 x leverage 0.6 = 0.6; letting pass 0.2, noise 0.5:
    # weights e^1.4, e^1.2, e^0.4
    got = rules.response_chances(
        at(0.5), at(0.3), at(0.1), at(0.5), at(0.6), np.array([2.0]), np.array([0.2]), np.array([0.5])
    )
    weights = np.exp([1.4, 1.2, 0.4])
    assert got[:, 0, 0] == pytest.approx(weights / weights.sum())


def test_leverage_makes_punishment_likelier() -> None:
    # nothing else to weigh: punish against concede and letting pass, 1 to 1 to 1 without leverage, e to 1 to 1 with it
    zero = at(0.0)
    free, held = (
        rules.response_chances(zero, zero, zero, at(0.5), at(hold), np.array([2.0]), np.zeros(1), ONE)[1, 0, 0]
        for hold in (0.0, 1.0)
    )
    assert (free, held) == pytest.approx((1.0 / 3.0, np.e / (np.e + 2.0)))


@pytest.mark.parametrize(
    ("felt", "expected"),
    [(0.01, rules.ASSERTIVE), (-0.1, rules.TRANSACTIONAL), (-0.34, rules.TRANSACTIONAL), (-0.36, rules.DEFERENTIAL)],
)
def test_stances(felt: float, expected: int) -> None:
    assert rules.stance(np.array([felt]), np.array([0.35]))[0] == expected


# -- realignment ------------------------------------------------------------------------------------------------------


def powers(*values: float) -> np.ndarray:
    """One power a value, one sector, one world."""
    return np.array(values, dtype=float)[:, None, None]


def test_shares_are_kept_off_the_borders_and_else_left_alone() -> None:
    floor = np.array([0.01])
    assert rules.interior(powers(0.3, 0.5), floor).ravel().tolist() == [0.3, 0.5]
    # nothing becomes the floor; 0.6 + 0.4 leave nothing to others, so both give up a hundredth of what they have
    assert rules.interior(powers(0.0, 0.5), floor).ravel().tolist() == [0.01, 0.5]
    assert rules.interior(powers(0.6, 0.4), floor).ravel() == pytest.approx([0.594, 0.396])


def test_shares_and_log_ratios_are_each_others_inverse() -> None:
    # shares 0.5, 0.3 and 0.2 for others: ln 2.5 and ln 1.5
    share = powers(0.5, 0.3)
    logit = rules.logits(share)
    assert logit.ravel() == pytest.approx([np.log(2.5), np.log(1.5)])
    assert rules.shares(logit) == pytest.approx(share)


def test_log_ratios_too_large_for_float32_still_give_shares() -> None:
    # 200 against 199 and 0 for others: e to 1, others next to nothing
    share = np.empty((2, 1, 1), np.float32)
    rules.shares(powers(200.0, 199.0), out=share)
    assert share.ravel() == pytest.approx([np.e / (1.0 + np.e), 1.0 / (1.0 + np.e)], rel=1e-6)


def test_doubling_deals_pulls_by_the_effect_times_ln_two() -> None:
    # floor 0.2, usual 0.8, now 1.8: ln(2 / 1) x 0.8
    got = rules.deal_pull(np.array([1.8]), np.array([0.8]), np.array([0.2]), np.array([0.8]))
    assert got[0] == pytest.approx(0.8 * np.log(2.0))


def test_the_target_is_day_one_and_all_drivers() -> None:
    # two sectors at 1 and 2; a driver alike in both, 0.5, one of 0.1 and 0.2: 1.6 and 2.7; none at all: day one
    first = np.array([[[1.0], [2.0]]])
    got = rules.target(first, [np.array([[[0.5]]]), np.array([[[0.1], [0.2]]])])
    assert got[0, :, 0] == pytest.approx([1.6, 2.7])
    assert (rules.target(first, []) == first).all()


def test_alignment_covers_its_inertia_of_the_way() -> None:
    # from 1 to a target of 2 at 0.04 a month: 1.04
    assert rules.drift(np.array([1.0]), np.array([2.0]), np.array([0.04]))[0] == pytest.approx(1.04)


def test_a_sum_goes_over_the_axis_named() -> None:
    # columns 1 + 3 and 2 + 4, rows 1 + 2 and 3 + 4
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert rules.summed(table, 0).tolist() == [4.0, 6.0]
    assert rules.summed(table[:, :, None], 1).ravel().tolist() == [3.0, 7.0]


def test_a_sum_is_the_same_for_one_world_and_for_many() -> None:
    rows = np.random.default_rng(0).normal(size=(11, 300))
    many = rules.summed(rows, 0)
    for w in (1, 2, 7):
        assert (rules.summed(np.ascontiguousarray(rows[:, :w]), 0) == many[:w]).all()


def test_axes_by_name() -> None:
    one, two = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(2, 2, 3)  # (r, w), (r, p, w)
    assert rules.over(one, "power").shape == (2, 1, 3)
    assert rules.over(two, "sector").shape == (2, 2, 1, 3)
    assert (rules.over(one, "power")[:, 0] == [[0, 1, 2], [3, 4, 5]]).all()
    assert (rules.total(two, "power") == [[3, 5, 7], [15, 17, 19]]).all()
    assert (rules.total(two, "republic") == [[6, 8, 10], [12, 14, 16]]).all()


def test_values_are_taken_in_the_sectors_named() -> None:
    # two republics of three sectors: the first asks for its last and its first, the second for its second, twice
    need = np.array([[[0.1], [0.2], [0.7]], [[0.3], [0.6], [0.1]]])
    sector = np.array([[[2, 2], [0, 2]], [[1, 1], [1, 0]]])
    assert rules.in_sector(need, sector).tolist() == [[[0.7, 0.7], [0.1, 0.7]], [[0.6, 0.6], [0.6, 0.3]]]
    odds = np.stack([need, 2.0 * need], axis=1)  # for two powers
    assert rules.in_sectors(odds, sector).tolist() == [[[0.7, 0.7], [0.2, 1.4]], [[0.6, 0.6], [1.2, 0.6]]]


# -- the examples themselves ------------------------------------------------------------------------------------------


def test_a_chance_over_a_window_as_one_a_month() -> None:
    """Four in ten over six months: each month 1 - 0.6^(1/6) = 0.0816, and certain is certain at once."""
    assert rules.monthly_chance(np.array([0.4]), np.array([6.0])) == pytest.approx([0.0816], abs=5e-5)
    assert rules.monthly_chance(np.array([0.0, 1.0]), np.array([6.0])).tolist() == [0.0, 1.0]


def test_places_are_the_indices_of_flags_that_are_up() -> None:
    """Of two rows of three worlds, up in the last world of the first row and in the first of the second."""
    flags = np.array([[False, False, True], [True, False, False]])
    assert [list(index) for index in rules.places(flags)] == [[0, 1], [2, 0]]


def spoilt(result: Any) -> Any:
    """A rule's answer made wrong: numbers larger, truths the other way round."""
    if isinstance(result, tuple):
        return tuple(map(spoilt, result))
    if result.dtype == bool:
        return ~result
    return result + (1 if result.dtype.kind in "iu" else 0.1)


def wrong(rule: Callable[..., Any]) -> Callable[..., Any]:
    """The rule with a wrong answer, in the array it was to be written to as well."""

    def call(*given: Any, **named: Any) -> Any:
        untouched = [value.copy() if isinstance(value, np.ndarray) else value for value in given]
        result = rule(*untouched, **named)
        result = None if result is None else spoilt(result)
        if (out := named.get("out")) is not None:
            out[...] = result
        return result

    return call


def calls_of(test: Callable[..., None]) -> list[tuple[Any, ...]]:
    """Arguments that pytest would call a test of this file with."""
    (marks,) = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"] or [[()]]
    return list(marks)


@pytest.mark.parametrize("name", [name for name in rules.__all__ if inspect.isfunction(getattr(rules, name))])
def test_a_wrong_rule_fails_an_example_of_this_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [test for key, test in globals().items() if key.startswith("test_") and name in test.__code__.co_names]
    monkeypatch.setattr(rules, name, wrong(getattr(rules, name)))
    noticed = 0
    for test in examples:
        for given in calls_of(test):
            try:
                test(*given)
            except AssertionError:
                noticed += 1
    assert noticed, f"{name} may give anything: no example of this file fails"
