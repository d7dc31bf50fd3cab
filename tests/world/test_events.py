"""Events: when they happen, in which worlds, and what they change, each with an example worked by hand."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest

import sim
from sim.cli.pages.scenario import print_scenario
from sim.reading.blocs import means
from sim.scenario import BadInput, Scenario
from sim.scenario.table import SECTORS, STANCES
from sim.sweeps import factors
from sim.view import levers
from sim.world import rules
from tests.worlds import GOOD

START = Scenario.from_yaml(GOOD).start
MONTHS = 24


def small(*events: str, **changes: object) -> Scenario:
    """The small scenario with some events of its own in place of what it has."""
    head = GOOD[: GOOD.index("events:\n")]
    story = Scenario.from_yaml(head + "events:\n" + "".join(f"  {event}\n" for event in events), "small")
    return story.with_values(changes) if changes else story


def happened(scenario: Scenario, event: str, worlds: int = 400, seed: int = 0) -> np.ndarray:
    """Whether an event happened in each month of each world, (month, world)."""
    result = sim.run(scenario, worlds, seed=seed)
    return result.array("event")[:, list(scenario.events).index(event)]


def test_a_window_of_chance_opens_with_after_and_closes_before_before() -> None:
    """From January to March 2026: the months 3, 4 and 5 of a run from October 2025 on, and no other."""
    came = happened(small("a: {kind: other, chance: 0.3, after: 2026-01, before: 2026-04}"), "a")
    assert set(np.flatnonzero(came.any(axis=1))) == {3, 4, 5}


def fraction(scenario: Scenario, event: str, worlds: int = 4000) -> float:
    """Part of the worlds in which an event happens at all; the model's own months are left out."""
    return float(came(scenario, event, worlds).any(axis=0).mean())


def came(scenario: Scenario, event: str, worlds: int) -> np.ndarray:
    """Whether an event happens in each month of each world, (month, world), with nothing but the calendar turning."""
    model = CalendarOnly(scenario, worlds)
    place, months = list(scenario.events).index(event), []
    for _ in range(scenario.months):
        model.step()
        months.append(np.broadcast_to(model.now.fired.get(place, False), (worlds,)))
    return np.array(months)


class CalendarOnly(sim.DiplomacyModel):
    """Only the calendar turns: many worlds in no time, where the state does not matter."""

    SCHEDULE = ("the_calendar_turns",)


# -- probability -------------------------------------------------------------------------------------------------------


def test_a_probability_at_a_date_is_one_draw_in_that_month() -> None:
    months = came(small("a: {kind: other, probability: 40 %, date: 2026-06}"), "a", 4000)
    assert set(np.flatnonzero(months.any(axis=1))) == {8}
    assert months.mean(axis=1)[8] == pytest.approx(0.4, abs=0.03)


def test_a_probability_of_a_window_becomes_a_constant_monthly_chance() -> None:
    """36 % in two months are 20 % a month, 1 - 0.8 x 0.8: 20 of 100 worlds in the first, 16 in the second."""
    assert rules.monthly_chance(np.array([0.36, 0.0, 1.0]), np.array([2.0, 5.0, 7.0])) == pytest.approx([0.2, 0.0, 1.0])
    months = came(small("a: {kind: other, probability: 0.36, after: 2026-06, before: 2026-08}"), "a", 4000)
    assert months.mean(axis=1)[7:11] == pytest.approx([0.0, 0.2, 0.16, 0.0], abs=0.02)
    open_from_the_start = small("a: {kind: other, probability: 0.36, before: 2026-10}")
    assert fraction(open_from_the_start, "a") == pytest.approx(0.36, abs=0.025)


def test_a_shorter_run_does_not_change_what_comes_before_its_end() -> None:
    """The probability is over the window as said, also where the run ends inside it."""
    long = small("a: {kind: other, probability: 0.6, before: 2027-10}")
    assert np.array_equal(came(long.with_months(9), "a", 500), came(long, "a", 500)[:9])
    beyond = small("a: {kind: other, probability: 0.6, before: 2029-10}")
    assert fraction(beyond, "a") == pytest.approx(1 - 0.4**0.5, abs=0.025), "half of the window lies in the run"


def test_a_probability_may_vary_between_worlds() -> None:
    story = small("a: {kind: other, probability: 0.5, date: 2025-12}")
    varied = sim.run(story, 400, months=4, variations={"events.a.probability": np.repeat([0.0, 1.0], 200)})
    happens = varied.array("event")[2, 0]
    assert (happens[:200].any(), happens[200:].all()) == (False, True)


# -- conditions --------------------------------------------------------------------------------------------------------


def test_worlds_keep_their_luck_when_a_condition_is_added() -> None:
    """Where the condition holds all along, an event comes in the same month; where it never does, not at all."""
    free = came(small("a: {kind: other, chance: 0.05}"), "a", 400)
    held = small("a: {kind: other, chance: 0.05, if: [KAZ.RUS.share > 1 %, TJK.CHN.grievance < 5]}")
    assert np.array_equal(came(held, "a", 400), free)
    assert not came(small("a: {kind: other, chance: 0.05, unless: KAZ.RUS.share > 1 %}"), "a", 400).any()
    waits = small("a: {kind: other, chance: 0.05, if: b}", "b: {kind: other, date: 2026-03}")
    late = came(waits, "a", 400)
    first = free.argmax(axis=0)
    after = free.any(axis=0) & (first > 5)
    assert np.array_equal(late[:, after], free[:, after]), "b has happened before it"
    assert not late[:6].any(), "b happens in month 5 and counts from the next on"
    assert late.sum() > after.sum(), "what came too early may come later"


def test_conditions_look_at_the_state_of_last_month() -> None:
    """In each world the event comes in the first month at whose beginning the share has passed the level."""
    story = small(
        "a: {kind: other, chance: 1.0, if: KAZ.RUS.trade < 19.8 %}",
        "b: {kind: war, date: 2025-12, powers: [RUS], strain: 0.5}",
    )
    result = sim.run(story, 60)
    share = result.array("alignment")[:-1, 0, 0, SECTORS.index("trade")]
    below = share < 0.198
    expected = below & (below.cumsum(axis=0) == 1)
    assert np.array_equal(result.array("event")[:, 0], expected)
    assert expected.any()


def test_a_grievance_may_be_a_condition() -> None:
    """The war adds a grievance of 0.3 to one of 0.45: above 0.6 from the month after on."""
    story = small(
        "a: {kind: other, chance: 1.0, if: KAZ.RUS.grievance >= 0.6}",
        "b: {kind: war, date: 2026-01, powers: [RUS], grievance: {coercion: 0.3}}",
    )
    months = happened(story, "a", 20)
    assert set(np.flatnonzero(months.any(axis=1))) == {4}


def test_a_stance_may_be_a_condition() -> None:
    """Two summits; a guest who was assertive at either counts, or only at the second, from 2026 on."""
    summits = [
        f"{name}: {{kind: summit, date: {date}, powers: [RUS], republics: [KAZ], host: TJK, tone: 0.1}}"
        for name, date in (("first", "2025-11"), ("second", "2026-02"))
    ]
    story = small(
        "ever: {kind: other, chance: 1.0, after: 2026-06, if: KAZ.RUS.stance == assertive}",
        "lately: {kind: other, chance: 1.0, after: 2026-06, if: KAZ.RUS.stance == assertive since 2026-01}",
        *summits,
    )
    result = sim.run(story.with_values({"republics.KAZ.grievance.RUS": 0.75}), 200)
    bold = result.array("stance")[:, 0, 0] == STANCES.index("assertive")
    events = result.array("event").any(axis=0)
    assert 0 < bold[1].sum() < 200
    assert np.array_equal(events[0], bold[1] | bold[4])
    assert np.array_equal(events[1], bold[4])


# -- exclusion ---------------------------------------------------------------------------------------------------------


def test_of_events_that_exclude_each_other_only_the_first_happens() -> None:
    """Half of the worlds each, where nothing sets them apart, also where luck would have both in the same month."""
    story = small("b: {kind: other, chance: 0.5}", "a: {kind: other, chance: 0.5, excludes: b}")
    a, b = (came(story, name, 2000).any(axis=0) for name in "ab")
    assert not (a & b).any()
    assert (a | b).all()
    assert a.mean() == pytest.approx(0.5, abs=0.03)
    free = [came(small(f"{name}: {{kind: other, chance: 0.5}}"), name, 2000).argmax(axis=0) for name in "ab"]
    apart = free[0] != free[1]
    assert np.array_equal(a[apart], (free[0] < free[1])[apart])


@pytest.mark.slow
def test_a_date_goes_before_chance_in_the_same_month() -> None:
    story = small(
        "a: {kind: other, probability: 0.9, date: 2026-01, excludes: [b, c]}",
        "b: {kind: other, date: 2026-01}",
        "c: {kind: other, chance: 0.9, after: 2026-02}",
    )
    assert (fraction(story, "b"), fraction(story, "a")) == (1.0, 0.0)
    assert fraction(story, "c") == 1.0, "b does not exclude it, and a has not happened"


# -- repetition --------------------------------------------------------------------------------------------------------


def test_a_random_event_repeats_as_often_as_said() -> None:
    months = came(small("a: {kind: other, chance: 0.5, repeats: 3}"), "a", 200)
    free = came(small("a: {kind: other, chance: 0.5, repeats: 1200}"), "a", 200)
    assert months.sum(axis=0).max() == 3
    assert np.array_equal(months, free & (free.cumsum(axis=0) <= 3))


@pytest.mark.parametrize(
    ("said", "months"),
    [("every: 6", [2, 8, 14, 20]), ("every: 6, repeats: 3", [2, 8, 14]), ("every: 6, if: b", [8, 14, 20])],
)
def test_a_dated_event_comes_every_so_many_months(said: str, months: list[int]) -> None:
    story = small(f"a: {{kind: other, date: 2025-12, {said}}}", "b: {kind: other, date: 2025-12}")
    assert np.flatnonzero(came(story, "a", 3).all(axis=1)).tolist() == months


def test_lasting_changes_begin_anew_each_time() -> None:
    """Built up over two months, held for three: 0.1, 0.2, 0.2 from December, and again from June."""
    story = small(
        "a: {kind: war, date: 2025-12, every: 6, powers: [RUS], strain: 0.2, over: 2, lasts: 3}",
        **{"powers.RUS.strain": 0.4},
    )
    model, strain = CalendarOnly(story, 1), []
    for _ in range(12):
        model.step()
        strain.append(float(model.state.strain[1, 0]))
    once = [0.5, 0.6, 0.6, 0.4, 0.4, 0.4]
    assert strain == pytest.approx([0.4, 0.4, *once, *once[:4]])


# -- changes of conduct ------------------------------------------------------------------------------------------------


def test_an_event_changes_conduct_for_a_while() -> None:
    """Coerciveness 0.2 + 0.3, built up over three months and held for five; budget 0.4 x 1.5 likewise."""
    story = small(
        "a: {kind: other, date: 2025-12, over: 3, lasts: 5,"
        " changes: {powers.RUS.coerciveness: +0.3, powers.RUS.budget: {times: 1.5}}}"
    )
    model, seen = CalendarOnly(story, 1), []
    for _ in range(9):
        model.step()
        power = model.parameters.power
        seen.append((float(power["coerciveness"][1, 0]), float(power["budget"][1, 0])))
    degree = np.array([0, 0, 1 / 3, 2 / 3, 1, 1, 1, 0, 0])
    np.testing.assert_allclose(np.array(seen), np.stack([0.2 + 0.3 * degree, 0.4 * (1 + 0.5 * degree)], 1), rtol=1e-6)


def test_changes_hold_only_where_the_event_has_happened_and_stay_within_bounds() -> None:
    story = small("a: {kind: other, chance: 0.2, changes: {republics.KAZ.autonomy: 90 %}}")
    model = CalendarOnly(story, 50)
    for _ in range(5):
        model.step()
    there = model.calendar.happenings[0].fired < 5
    autonomy = model.parameters.republic["autonomy"][model.actors.republics.index("KAZ")]
    assert 0 < there.sum() < 50
    np.testing.assert_allclose(autonomy, np.where(there, 1.0, 0.6), rtol=1e-6)


def test_weights_still_sum_to_one() -> None:
    """Trade 0.25 + 0.25 of a sum of 1.25: 0.4; security 0.35 / 1.25 = 0.28; and so on."""
    story = small("a: {kind: other, date: 2025-11, lasts: 2, changes: {powers.RUS.interest.trade: 0.25}}")
    model, seen = CalendarOnly(story, 2), []
    for _ in range(4):
        model.step()
        seen.append(model.parameters.power["interest"][1, :, 0].copy())
    usual = [0.35, 0.25, 0.25, 0.1, 0.05]
    np.testing.assert_allclose(
        seen, [usual, [0.28, 0.4, 0.2, 0.08, 0.04], [0.28, 0.4, 0.2, 0.08, 0.04], usual], rtol=1e-6
    )


def test_an_event_changes_a_path_over_time() -> None:
    story = small("a: {kind: other, date: 2025-12, lasts: 1, changes: {powers.RUS.rivalry: {times: 2}}}").with_values(
        {"powers.RUS.rivalry": {"2025-10": 0.2, "2026-02": 0.6}}
    )
    model, seen = CalendarOnly(story, 1), []
    for _ in range(5):
        model.step()
        seen.append(float(model.parameters.power["rivalry"][1, 0]))
    assert seen == pytest.approx([0.2, 0.3, 0.8, 0.5, 0.6])


def test_what_an_event_changes_may_vary_between_worlds() -> None:
    path = "events.a.changes.powers.RUS.budget.times"
    story = small("a: {kind: other, date: 2025-12, changes: {powers.RUS.budget: {times: 1.5}}}")
    assert story.get(path) == 1.5
    both = sim.run(story, 2, months=12, variations={path: np.array([0.5, 2.0])})
    for world, value in enumerate((0.5, 2.0)):
        alone = sim.run(story.with_values({path: value}), world + 1, months=12)
        assert np.array_equal(both.array("overall")[..., world], alone.array("overall")[..., world])
    assert np.divide(*means(both, 12)[0]) == pytest.approx(0.25)


def test_blocs_of_a_month_see_what_conditions_and_changes_have_made_of_it() -> None:
    """The calendar that is run again for them brings the same events, and the same conduct."""
    story = small(
        "a: {kind: other, chance: 0.3, if: KAZ.RUS.trade < 20 %, changes: {powers.RUS.budget: {times: 3}}}",
        "first: {kind: summit, date: 2025-11, powers: [RUS], republics: [KAZ], host: TJK, tone: 0.1}",
        "b: {kind: other, chance: 0.3, if: KAZ.RUS.stance == transactional, excludes: a}",
    )
    result = sim.run(story, 60, months=12)
    richer = result.array("event")[:, 0].any(axis=0)
    points = means(result, 12)[0]
    assert 0 < richer.sum() < 60
    assert points[richer].min() == pytest.approx(3 * points[~richer].max(), rel=1e-4)


# -- leaving out -------------------------------------------------------------------------------------------------------


def test_an_event_left_out_takes_along_what_waits_for_it() -> None:
    story = small(
        "a: {kind: other, date: 2026-01}",
        "b: {kind: other, date: 2026-02, if: a}",
        "c: {kind: other, date: 2026-03, if: [b]}",
        "d: {kind: other, date: 2026-03, unless: [a, KAZ.RUS.share > 0.9], excludes: a}",
    )
    left = story.without_events("a")
    assert list(left.events) == ["d"]
    assert (left.events["d"].unless, left.events["d"].excludes) == (("KAZ.RUS.share > 0.9",), ())
    assert Scenario.from_yaml(left.to_yaml()) == left
    effect = sim.explain_event(story, "a", worlds=3, months=6)
    assert effect.came.all()


def test_conditions_and_changes_are_written_and_read_back_and_count_in_the_hash() -> None:
    says = [
        "chance: 0.1",
        "chance: 0.1, repeats: 1",
        "chance: 0.1, if: b",
        "chance: 0.1, unless: b",
        "chance: 0.1, excludes: b",
        "date: 2026-01",
        "date: 2026-01, every: 6",
        "date: 2026-01, every: 6, repeats: 1",
        "date: 2026-01, probability: 0",
        "probability: 0, before: 2026-01",
        "date: 2026-01, changes: {powers.RUS.budget: 0.5}",
        "date: 2026-01, changes: {powers.RUS.budget: {times: {value: 0.5, range: [0.2, 0.9], note: judged}}}",
    ]
    stories = [small(f"a: {{kind: other, {said}}}", "b: {kind: other, date: 2025-11}") for said in says]
    assert len({story.hash for story in stories}) == len(says)
    for story in stories:
        back = Scenario.from_yaml(story.to_yaml())
        assert back == story
        assert [back.range_of(path) for path in back.values] == [story.range_of(path) for path in story.values]
    path = "events.a.changes.powers.RUS.budget.times"
    assert stories[-1].range_of(path) == (0.2, 0.9)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "events.a: found an event without a time"),
        ("chance: 0.1, probability: 0.1", "events.a.probability: found a probability beside a chance"),
        ("probability: 0.1", "events.a.probability: found a probability of no time, expected 'date', or 'before'"),
        ("probability: 0.1, date: 2026-01, before: 2026-05", "events.a.before: found 'before' without 'chance'"),
        ("chance: 0.1, every: 3", "events.a.every: found 'every' without 'date'"),
        ("date: 2026-01, repeats: 3", "events.a.repeats: found 'repeats' at a single date, expected 'every' as well"),
        ("chance: 0.1, repeats: 2.5", "events.a.repeats: found the number 2.5, expected a whole number"),
        ("chance: 0.1, if: other-one", "events.a.if: found the unknown event 'other-one', expected one of a, b, c"),
        ("chance: 0.1, if: a", "events.a.if: found the event itself, expected another event"),
        ("chance: 0.1, excludes: [a]", "events.a.excludes: found the event itself"),
        ("chance: 0.1, if: [b]", "events.a.if: found a circle (a if b if c if a), expected events of which one can"),
        ("chance: 0.1, if: KAZ.RUS.share", "found the condition 'KAZ.RUS.share', expected an event's id, or a compar"),
        ("chance: 0.1, if: KAZ.RUS.share = 0.4", "found the condition 'KAZ.RUS.share = 0.4'"),
        ("chance: 0.1, if: KAZ.RUS.grievance > 40 %", "found the condition 'KAZ.RUS.grievance > 40 %'"),
        ("chance: 0.1, if: KAZ.RUS.stance == bold", "found the condition 'KAZ.RUS.stance == bold'"),
        ("chance: 0.1, if: KAZ.RUS.stance > assertive", "found the condition 'KAZ.RUS.stance > assertive'"),
        ("chance: 0.1, unless: KAS.RUS.share > 0.4", "events.a.unless: found the unknown republic 'KAS' in"),
        (
            "chance: 0.1, unless: KAZ.CHM.share > 0.4",
            "found the unknown power 'CHM' in 'KAZ.CHM.share > 0.4', expected",
        ),
        ("chance: 0.1, if: KAZ.RUS.stance == assertive since 2040-01", "found 2040-01, outside the run"),
        ("date: 2026-01, changes: {powers.RUS.bugdet: 1}", "found the path 'powers.RUS.bugdet', which is no number of"),
        ("date: 2026-01, changes: {rules.deal_effect: 1}", "which is no number of conduct"),
        ("date: 2026-01, changes: {powers.RUS.budget: 40}", "found the number 40, expected a number from -20 to 20"),
        (
            "date: 2026-01, changes: {powers.RUS.budget: {times: -1}}",
            "budget.times: found the number -1, expected a num",
        ),
        (
            "date: 2026-01, changes: {powers.RUS.budget: {by: 2}}",
            "found a mapping of by, expected a number from -20 to",
        ),
        (
            "date: 2026-01, changes: {powers.RUS.budget: x1.5}",
            "found the text 'x1.5', expected a number from -20 to 20 ",
        ),
        ("date: 2026-01, changes: 3", "events.a.changes: found the number 3, expected a mapping of paths of conduct"),
        ("date: 2026-01, every: 0", "events.a.every: found the number 0, expected a whole number, 1 or more, or no"),
        (
            "chance: 0.1, if: KAZ.RUS.share > 40",
            "which never holds, expected a level between 0 and 100 %, such as 40 %",
        ),
        (
            "chance: 0.1, if: KAZ.RUS.trade >= 100 %",
            "found 'KAZ.RUS.trade >= 100 %', which never holds, expected a lev",
        ),
        ("chance: 0.1, unless: KAZ.RUS.share < 120 %", "found 'KAZ.RUS.share < 120 %', which always holds, expected"),
        ("chance: 0.1, unless: KAZ.RUS.grievance < 0", "which never holds, expected a level above 0 points"),
        ("date: 2025-12, if: late", "events.a.if: found 'late', which comes in 2026-03 at the earliest, expected an"),
        ("chance: 0.1, before: 2026-03, unless: late", "events.a.unless: found 'late', which comes in 2026-03 at the"),
        ("date: 2026-03, if: [after-late]", "found 'after-late', which comes in 2026-04 at the earliest"),
        ("chance: 0.1, if: last", "found 'last', which comes in 2027-09 at the earliest, expected an event that may"),
        (
            "chance: 0.1, if: nothing",
            "events.a.if: found 'nothing', whose chance is 0, expected an event that can happ",
        ),
        ("chance: 0.1, if: b, unless: b", "events.a.unless: found 'b', which must have happened before this event"),
        ("chance: 0.1, if: after-late, unless: late", "events.a.unless: found 'late', which must have happened before"),
        ("chance: 0.1, if: after-late, excludes: late", "events.a.excludes: found 'late', which must have happened be"),
        ("chance: 0.1, if: rival", "events.a.if: found 'rival', which excludes this event, expected an event that can"),
        ("chance: 0.1, if: [this, that]", "found 'this' and 'that', which exclude each other, expected events that ca"),
        (
            "chance: 0.1, if: [KAZ.RUS.share > 40 %, KAZ.RUS.share < 30 %]",
            "found 'KAZ.RUS.share < 30 %' beside 'KAZ.RUS.share > 40 %', expected conditions that can hold in the same",
        ),
        (
            "chance: 0.1, if: KAZ.RUS.trade >= 0.4, unless: KAZ.RUS.trade >= 0.4",
            "events.a.unless: found 'KAZ.RUS.trade >= 0.4' beside 'KAZ.RUS.trade >= 0.4'",
        ),
        ("chance: 0.1, if: [KAZ.RUS.share > 60 %, KAZ.CHN.share > 50 %]", "found KAZ's shares above 110 % in all, exp"),
        ("chance: 0.1, if: KAZ.RUS.stance == assertive", "without a summit before it at which KAZ meets RUS, expected"),
        ("chance: 0.1, if: TJK.RUS.stance == assertive since 2027-09", "found a stance since 2027-09, expected a mont"),
        (
            "chance: 0.1, if: TJK.RUS.stance == assertive, unless: TJK.RUS.stance == assertive",
            "found 'TJK.RUS.stance == assertive', which 'if' asks for, expected conditions that can hold in the same",
        ),
    ],
)
def test_what_is_wrong_with_an_event_is_told(said: str, message: str) -> None:
    others = ["b: {kind: other, chance: 0.1, if: c}", "c: {kind: other, chance: 0.1, if: a}"]
    others = others if "[b]" in said else ["b: {kind: other, chance: 0.1}", "c: {kind: other, chance: 0.1}"]
    if re.search(r"late|last|nothing|rival|this|stance|share", said):
        others += [
            "late: {kind: other, date: 2026-03}",
            "after-late: {kind: other, chance: 0.1, if: late}",
            "last: {kind: other, date: 2027-09}",
            "nothing: {kind: other, chance: 0}",
            "rival: {kind: other, chance: 0.1, excludes: a}",
            "this: {kind: other, chance: 0.1, excludes: that}",
            "that: {kind: other, chance: 0.1}",
            "meets: {kind: summit, date: 2026-02, host: KAZ, powers: [RUS], republics: [TJK]}",
        ]
    with pytest.raises(BadInput) as caught:
        small(f"a: {{kind: other{', ' if said else ''}{said}}}", *others)
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1, caught.value
    assert caught.value.problems[0].line is not None


@pytest.mark.parametrize(
    "said",
    [
        "chance: 0.1, if: [b, KAZ.RUS.share > 30 %, KAZ.RUS.share < 40 %], unless: c, excludes: late",
        "date: 2026-04, if: [late, TJK.RUS.stance == assertive since 2026-02], unless: TJK.RUS.stance == deferential",
        "date: 2026-03, every: 6, if: late",
        "chance: 0.1, unless: TJK.RUS.stance == assertive since 2027-01, if: TJK.RUS.stance == assertive",
        "date: 2026-04, if: off, unless: KAZ.RUS.grievance <= 0",
        "date: 2026-04, every: 6, kind: summit, host: UZB, powers: [CHN], unless: KAZ.CHN.stance == assertive",
    ],
)
def test_conditions_that_may_hold_are_no_mistake(said: str) -> None:
    small(
        f"a: {{{'' if 'kind' in said else 'kind: other, '}{said}}}",
        "b: {kind: other, chance: 0.1}",
        "c: {kind: other, chance: 0.1, excludes: b}",
        "late: {kind: other, date: 2026-03}",
        "off: {kind: other, date: 2026-02, on: 0}",
        "meets: {kind: summit, date: 2026-02, host: KAZ, powers: [RUS], republics: [TJK]}",
    )


def test_what_only_waits_for_an_event_that_cannot_happen_is_not_told_as_well() -> None:
    with pytest.raises(BadInput) as caught:
        small(
            "a: {kind: other, chance: 0.1, if: b}",
            "b: {kind: other, chance: 0.1, if: [c, KAZ.RUS.share > 2]}",
            "c: {kind: other, chance: 0.1, excludes: a}",
        )
    assert [problem.path for problem in caught.value.problems] == ["events.b.if"]


def test_a_shorter_run_leaves_out_what_can_no_longer_happen() -> None:
    story = small(
        "a: {kind: other, chance: 0.1, if: b}",
        "b: {kind: other, date: 2026-06}",
        "c: {kind: other, chance: 0.1, before: 2026-09, unless: b}",
    )
    short = story.with_months(9)  # to 2026-06, whose b comes too late for a
    assert short.left_out == ("a",)
    assert list(short.events) == ["b", "c"]


def test_levers_and_factors_say_points_and_changes_in_words() -> None:
    story = small("a: {kind: other, date: 2025-12, changes: {powers.RUS.budget: {times: 2}, powers.CHN.rivalry: 0.1}}")
    story = story.with_values({"republics.KAZ.leverage.RUS": {"2026": 0.3, "2028-02": 0.5}})
    said = {
        "events.a.changes.powers.RUS.budget.times": ("Factor on Russia: budget", "the factor on Russia's budget by a"),
        "events.a.changes.powers.CHN.rivalry": ("Change of China: rivalry", "the change of China's rivalry by a"),
        "republics.KAZ.leverage.RUS.2028-02": (
            "Leverage, Russia in February 2028",
            "Kazakhstan's leverage under Russia in February 2028",
        ),
    }
    assert {path: (levers.label(story, path), factors.words(path, story)) for path in said} == said


def test_show_says_when_events_come_and_what_they_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    story = small(
        "a: {kind: other, probability: 40 %, after: 2026-01, before: 2027-01, about: Talks., excludes: b}",
        "b: {kind: other, date: 2026-12, every: 6, repeats: 3, if: c, unless: KAZ.RUS.share > 60 %}",
        "c: {kind: other, date: 2026-03, probability: 0.5}",
    )
    with StringIO() as page, redirect_stdout(page):
        print_scenario(story, sources=False)
        said = " ".join(page.getvalue().split())
    assert "40 % from 2026-01 to 2026-12 a (other): Talks. Excludes b." in said
    assert "2026-12 b (other): Only if c. Not if KAZ.RUS.share > 60 %. Again every 6 months. 3 times at most." in said
    assert "2026-03 50 % c (other):" in said
