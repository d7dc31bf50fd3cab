"""Writing a scenario and reading it back, the hash that tells scenarios apart, and what importing costs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, load, shipped
from tests.worlds import GOOD, edited


@pytest.fixture(scope="module")
def good() -> Scenario:
    return Scenario.from_yaml(GOOD, name="small")


def assert_same(one: Scenario, other: Scenario) -> None:
    assert other == one
    assert other.hash == one.hash
    assert hash(other) == hash(one)
    assert dict(other.values) == dict(one.values)
    assert other.rest == one.rest
    assert (list(other.powers), list(other.republics)) == (list(one.powers), list(one.republics))
    assert other.about == one.about


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_come_back_from_text(name):
    scenario = load(name)
    again = Scenario.from_yaml(scenario.to_yaml(), name=name)
    assert_same(scenario, again)
    for path in scenario.values:
        for ask in ("source_of", "note_of", "range_of"):
            assert getattr(again, ask)(path) == getattr(scenario, ask)(path), (ask, path)
    assert_same(scenario, Scenario.from_yaml(scenario.to_yaml(sources=False)))
    assert_same(scenario, pickle.loads(pickle.dumps(scenario)))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    title=st.text(min_size=1, max_size=40),
    about=st.text(max_size=80),
    line=st.text(max_size=40),
    strain=st.floats(0, 1),
    budget=st.floats(0, 20),
    tone=st.floats(0, 1),
)
def test_any_text_and_number_come_back(title, about, line, strain, budget, tone):
    if any("\ud800" <= c <= "\udfff" for c in title + about + line):
        return
    new = Scenario.from_yaml(GOOD).with_values(
        {
            "title": title,
            "about": about,
            "events.long-war.about": line,
            "powers.RUS.strain": strain,
            "powers.CHN.budget": budget,
            "events.first-summit.tone": tone,
        }
    )
    again = Scenario.from_yaml(new.to_yaml())
    assert_same(new, again)
    assert (again.title, again.events["long-war"].about) == (title, line)


def test_what_the_hash_is_about(good):
    def same(*edits) -> bool:
        return Scenario.from_yaml(edited(GOOD, *edits), name="other").hash == good.hash

    assert same(("    autonomy: 0.6\n", "    autonomy: 6e-1\n"))
    assert same(('note: "a guess", range: [0.25, 0.6]', "note: x"))
    assert same(("Nothing here is real.", "All made up."))
    assert same(("    leverage: {RUS: 0.65}", "    leverage: {CHN: 0, RUS: 0.65}")), "a default written out"
    assert same(("{RUS: 0.6, CHN: 0.1}", "{CHN: 0.1, RUS: 0.6}"))
    assert same(("republics: [KAZ, UZB]", "republics: [UZB, KAZ]"))
    assert same(("    name: Russia\n", "    name: Russia\n    luck: RUS\n"))
    assert not same(("    autonomy: 0.6\n", "    autonomy: 0.61\n"))
    assert not same(("name: Russia", "name: The bear"))
    assert not same(("date: 2025-10-09", "date: 2025-10-10"))
    assert not same(("    name: Russia\n", "    name: Russia\n    luck: CZAR\n"))
    assert not same(("about: The leaders meet.", "about: They meet."))
    assert not same(("months: 24", "months: 25"))
    assert good.with_values({"powers.RUS.strain": 0.5}) != good.with_values(
        {"powers.RUS.strain": 0.5, "rest.powers.RUS.strain": 0.3}
    )


def test_order_of_actors_is_kept_but_not_hashed(good):
    cut, end = GOOD.index("  TJK:\n"), GOOD.index("rules:")
    middle = GOOD.index("  UZB:\n")
    turned = Scenario.from_yaml(GOOD[:cut] + GOOD[middle:end] + GOOD[cut:middle] + GOOD[end:])
    assert list(turned.republics) == ["KAZ", "UZB", "TJK"]
    assert turned.hash == good.hash


def test_hash_is_the_same_in_another_process(good):
    code = (
        "import sys; from sim.scenario import Scenario; "
        "print(Scenario.from_yaml(sys.stdin.read()).with_values({'powers.RUS.strain': 0.1}).hash)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        input=GOOD,
        text=True,
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert found.stdout.strip() == good.with_values({"powers.RUS.strain": 0.1}).hash


def test_importing_is_light():
    code = (
        "import sys, sim.scenario; "
        "print([m for m in ('pydantic', 'yaml', 'numpy', 'mesa', 'pandas') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert found.stdout.strip() == "[]"
