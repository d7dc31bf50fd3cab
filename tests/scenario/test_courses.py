"""Paths over time: what a scenario may say of them, and what it makes of it."""

from __future__ import annotations

import pytest

from sim.scenario import BadInput, Scenario, load
from sim.scenario.courses import Course
from tests.worlds import GOOD, edited

BUDGET = "powers.RUS.budget"
MOVING = edited(GOOD, ("    budget: 0.4\n", "    budget: {2026: 0.4, 2026-07: 0.7, 2027: 0.1}\n"))


def month(label: str) -> int:
    return int(label[:4]) * 12 + int(label[5:]) - 1


def test_a_path_is_linear_between_points_and_constant_outside() -> None:
    """From 0.4 in January to 0.7 in July: 0.05 a month; then down to 0.1 in six months, 0.1 a month."""
    course = Scenario.from_yaml(MOVING).courses[BUDGET]
    said = {"2025-10": 0.4, "2026-01": 0.4, "2026-02": 0.45, "2026-06": 0.65, "2026-07": 0.7, "2026-10": 0.4}
    said |= {"2027-01": 0.1, "2040-01": 0.1}
    assert {label: course.at(month(label)) for label in said} == pytest.approx(said)


def test_a_path_in_steps_holds_each_value_until_the_next() -> None:
    course = Course((month("2026-01"), month("2026-07")), (0.4, 0.7), steps=True)
    assert [course.at(month(label)) for label in ("2025-12", "2026-06", "2026-07", "2030-01")] == [0.4, 0.4, 0.7, 0.7]


def test_each_point_is_a_number_of_its_own() -> None:
    good = Scenario.from_yaml(MOVING)
    assert [path for path in good.numeric_paths() if path.startswith(f"{BUDGET}.")] == [
        f"{BUDGET}.2026-01",
        f"{BUDGET}.2026-07",
        f"{BUDGET}.2027-01",
    ]
    assert BUDGET not in good.numeric_paths()
    assert good.get(BUDGET) == good.powers["RUS"].budget == 0.4, "its value in the first month"
    assert good.parameter(f"{BUDGET}.2027-01").high == 20
    assert good.with_values({f"{BUDGET}.2027": 0.3}).courses[BUDGET].values == (0.4, 0.7, 0.3)
    assert good.get(f"{BUDGET}.2026") == 0.4, "a year means its January"


def test_a_path_takes_the_place_of_a_number_and_the_other_way_round(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(MOVING)
    over = Scenario.from_yaml("extends: base.yaml\npowers: {RUS: {budget: {2026-03: 0.2}}}\n", folder=tmp_path)
    assert over.courses[BUDGET] == Course((month("2026-03"),), (0.2,)), "nothing is left of the path below"
    plain = Scenario.from_yaml("extends: base.yaml\npowers: {RUS: {budget: 0.3}}\n", folder=tmp_path)
    assert (plain.get(BUDGET), dict(plain.courses)) == (0.3, {})
    assert plain.rest == over.rest | plain.rest == {BUDGET: 0.4}, "the root's value in the first month"
    assert plain.source_of(BUDGET) == over.source_of(f"{BUDGET}.2026-03") == ("assumption",)


def test_day_one_settles_under_the_number_that_a_path_replaces() -> None:
    moved = load("dushanbe-2025", ["powers.RUS.budget={2025: 0.4, 2028: 0.9}"])
    assert moved.rest == {BUDGET: load("dushanbe-2025").get(BUDGET)}
    assert moved.with_values({BUDGET: load("dushanbe-2025").get(BUDGET)}) == load("dushanbe-2025")


@pytest.mark.parametrize(
    "value",
    [
        "{2026: 0.4, 2027-07: 0.7}",
        "{2026: 0.4, 2027-07: 0.7, steps: true}",
        "{value: {2026: 0.4, 2027: 0.7}, source: assumption, note: grows}",
        "{2026: {value: 0.4, range: [0.3, 0.5], note: low}, 2027: 0.7, source: assumption}",
    ],
)
def test_a_path_is_written_and_read_back(value: str) -> None:
    good = Scenario.from_yaml(edited(GOOD, ("    budget: 0.4\n", f"    budget: {value}\n")))
    back = Scenario.from_yaml(good.to_yaml())
    assert back == good
    for path in good.numeric_paths():
        facts = [(one.source_of(path), one.note_of(path), one.range_of(path)) for one in (good, back)]
        assert facts[0] == facts[1], path
    assert Scenario.from_yaml(good.to_yaml(sources=False)) == good


def test_steps_and_months_count_in_the_hash() -> None:
    values = ["{2026: 0.4, 2027: 0.7}", "{2026: 0.4, 2027: 0.7, steps: true}", "{2026: 0.4, 2027-02: 0.7}"]
    assert len({Scenario.from_yaml(edited(GOOD, ("budget: 0.4", f"budget: {v}"))).hash for v in values}) == 3


def test_paths_between_actors_and_of_weights() -> None:
    weights = ", ".join(
        f"{name}: {{2026: {first}, 2027: {last}}}"
        for name, first, last in (
            ("security", 0.35, 0.15),
            ("trade", 0.25, 0.25),
            ("energy", 0.25, 0.25),
            ("infrastructure", 0.1, 0.3),
            ("minerals", 0.05, 0.05),
        )
    )
    good = Scenario.from_yaml(
        edited(
            GOOD,
            ("leverage: {RUS: 0.35, CHN: 0.2}", "leverage: {RUS: {2026: 0.3, 2027: 0.5}, CHN: 0.2}"),
            (
                "interest: {security: 0.35, trade: 0.25, energy: 0.25, infrastructure: 0.1, minerals: 0.05}",
                f"interest: {{{weights}}}",
            ),
        )
    )
    assert good.courses["republics.KAZ.leverage.RUS"].values == (0.3, 0.5)
    assert good.courses["powers.RUS.interest.infrastructure"].values == (0.1, 0.3)
    assert Scenario.from_yaml(good.to_yaml()) == good
    alone = load("dushanbe-2025", ["republics.KAZ.leverage.RUS={2026: 0.3, 2027: 0.5}"])
    without = Scenario.from_yaml(alone.to_yaml().replace("title:", "title: x", 1))
    assert without.courses == alone.courses


def test_an_actor_that_is_dropped_takes_its_paths_with_it(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(
        edited(GOOD, ("solidarity: {TJK: 0.3}", "solidarity: {TJK: {2026: 0.3, 2027: 0.5}}"))
    )
    left = Scenario.from_yaml(
        "extends: base.yaml\nrepublics: {TJK: null}\nevents: null\n".replace(
            "events: null\n", "events: {first-summit: null, landslide: null}\n"
        ),
        folder=tmp_path,
    )
    assert not left.courses


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{2027: 0.4, 2026: 0.9}", f"{BUDGET}.2026-01: found 2026 after 2027-01, expected months in order, each once"),
        ("{2026: 0.4, 2026-01: 0.9}", f"{BUDGET}.2026-01: found 2026-01 a second time, expected months in order"),
        ("{2026: 40}", f"{BUDGET}.2026-01: found the number 40, expected a number from 0 to 20"),
        ("{2026: high}", f"{BUDGET}.2026-01: found the text 'high', expected a number from 0 to 20"),
        ("{2026: 0.4, 2026-13: 1}", f"{BUDGET}.2026-13: found the key '2026-13', expected a month as YYYY-MM or YYYY"),
        ("{2026: 0.4, step: true}", "found the key 'step', expected a month as YYYY-MM or YYYY, or 'steps'; did you "),
        ("{2026: 0.4, steps: 1}", f"{BUDGET}.steps: found the number 1, expected true or false"),
        ("{steps: true}", "found a path over time without a month"),
        ("{}", f"{BUDGET}: found an empty mapping, expected a number from 0 to 20"),
        ("{2026: null}", f"{BUDGET}.2026-01: found nothing (null), expected a number"),
        ("{2026: [1]}", f"{BUDGET}.2026-01: found a list of 1, expected a number"),
        ("{2026: {2027: 1}}", f"{BUDGET}.2026-01: found a mapping, expected a number"),
        ("{steps: true}", f"{BUDGET}: found a path over time without a month, expected {{YYYY-MM: value, ...}}"),
        ("{value: {steps: true}}", f"{BUDGET}: found a path over time without a month"),
        (
            "{value: {2026: 1}, range: [0, 1]}",
            f"{BUDGET}.range: found one range for a path over time, expected a range at each point, such as",
        ),
        ("{2026: 1, range: [0, 1]}", f"{BUDGET}.range: found one range for a path over time, expected a range at each"),
        ("{value: 1, range: [2, 0.5]}", f"{BUDGET}.range: found 2 before 0.5, the ends swapped, expected a list of"),
        ("{2026: {value: 2, range: [0, 1]}}", f"{BUDGET}.2026-01: found the value 2 outside its range 0 to 1"),
    ],
)
def test_what_is_wrong_with_a_path_is_told_where_it_is(value: str, message: str) -> None:
    text = edited(GOOD, ("    budget: 0.4\n", f"    budget: {value}\n"))
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(text, "bad.yaml")
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1, caught.value
    line = text[: text.index("budget:")].count("\n") + 1
    assert {problem.line for problem in caught.value.problems} == {line}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("rules.deal_effect={2026: 1}", "expected a number from 0 to 3"),
        ("republics.KAZ.need.trade={2026: 0.3}", "expected a number from 0 to 1"),
        ("republics.KAZ.leverage={2026: 0.3}", "found the unknown power '2026'"),
        ("powers.RUS.interest.trade={2026: 0.3}", "expected paths of all of security, trade, energy"),
        ("powers.RUS.budget.2026=0.3", "found the point 2026-01, expected a number or a whole path over time"),
        ("rest.powers.RUS.budget={2026: 0.3}", "expected a number from 0 to 20"),
        ("rest.powers.RUS.budget.2026-01=0.3", "which is no number of this scenario"),
    ],
)
def test_what_cannot_be_a_path(change: str, message: str) -> None:
    with pytest.raises(BadInput, match=message.replace("(", r"\(")):
        load("dushanbe-2025", [change])


def test_weights_must_sum_to_one_at_each_point() -> None:
    path = "powers.RUS.interest"
    names = load("dushanbe-2025").powers["RUS"].interest
    wrong = {name: {2026: value, 2027: 0.3} for name, value in names.items()}
    with pytest.raises(BadInput, match=f"{path}: found a sum of 1.5 in 2027-01"):
        load("dushanbe-2025", {path: wrong})


@pytest.mark.parametrize("text", ["25 %", "25%", "'25 %'", "{value: 25 %, range: [20 %, 30%]}"])
def test_a_share_may_be_said_in_per_cent(text: str) -> None:
    said = load("dushanbe-2025", [f"powers.RUS.strain={text}"])
    assert said.get("powers.RUS.strain") == 0.25
    assert said.range_of("powers.RUS.strain") in (None, (0.2, 0.3))
    assert load("dushanbe-2025", ["rest.powers.RUS.strain=7 %"]).rest["powers.RUS.strain"] == 0.07
    with pytest.raises(BadInput, match=r"found .*, expected a number from 0 to 20 \(engagement points a month\)"):
        load("dushanbe-2025", [f"powers.RUS.budget={text}"])
