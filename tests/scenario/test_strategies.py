"""``strategy:`` in a file: the valid names, the nearest one, the digest, and the way to YAML and back."""

from __future__ import annotations

import pytest

import sim
from sim.scenario import json_schema
from sim.scenario.sources import fault
from sim.scenario.strategies import STANDARD, STRATEGIES, names_of, strategies_of
from tests.worlds import GOOD, edited

COERCER = edited(GOOD, ("    budget: 0.66\n", "    budget: 0.66\n    strategy: coercer\n"))


def told(text: str) -> str:
    with pytest.raises(sim.BadInput) as error:
        sim.Scenario.from_yaml(text)
    return str(error.value)


def test_there_are_enough_and_each_has_a_source() -> None:
    assert all(len(names_of(section)) > 5 for section in ("powers", "republics"))
    assert not [row.name for row in STRATEGIES if fault(row.source) or not row.source.startswith("lit:")]
    assert len({row.name for row in STRATEGIES}) == len(STRATEGIES)


def test_a_file_names_one() -> None:
    scenario = sim.Scenario.from_yaml(COERCER)
    assert scenario.powers["CHN"].strategy == "coercer"
    assert scenario.powers["RUS"].strategy == scenario.republics["KAZ"].strategy == STANDARD


def test_the_digest_tells_strategies_apart_and_knows_none_from_standard() -> None:
    plain, coercer = sim.Scenario.from_yaml(GOOD), sim.Scenario.from_yaml(COERCER)
    merchant = coercer.with_values({"powers.CHN.strategy": "merchant"})
    assert len({plain.hash, coercer.hash, merchant.hash}) == 3
    assert coercer.with_values({"powers.CHN.strategy": STANDARD}).hash == plain.hash


def test_it_goes_to_yaml_and_back() -> None:
    scenario = sim.Scenario.from_yaml(COERCER)
    assert "strategy: coercer" in scenario.to_yaml()
    assert sim.Scenario.from_yaml(scenario.to_yaml()) == scenario
    assert "strategy" not in sim.Scenario.from_yaml(GOOD).to_yaml()


def test_an_override_may_set_it_and_an_extending_file_drop_it(tmp_path) -> None:
    assert (
        sim.load("dushanbe-2025", set=["republics.UZB.strategy=auctioneer"]).republics["UZB"].strategy == "auctioneer"
    )
    (tmp_path / "base.yaml").write_text(COERCER)
    (tmp_path / "more.yaml").write_text("extends: base.yaml\npowers: {CHN: {strategy: null}}\n")
    assert sim.load(tmp_path / "more.yaml").powers["CHN"].strategy == STANDARD


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coercr", "did you mean coercer?"),
        ("hedger", "expected one of standard, patron, merchant"),  # a strategy of republics
        ("3", "expected one of standard, patron, merchant"),
        ("[coercer]", "expected one of standard, patron, merchant"),
    ],
)
def test_a_wrong_name_is_told_with_place_and_choice(name: str, said: str) -> None:
    message = told(COERCER.replace("strategy: coercer", f"strategy: {name}"))
    line = COERCER[: COERCER.index("strategy:")].count("\n") + 1
    assert said in message
    assert f":{line}:" in message
    assert "powers.CHN.strategy" in message


def test_a_near_name_of_the_other_section_is_not_offered() -> None:
    message = told(edited(GOOD, ("    autonomy: 0.6\n", "    autonomy: 0.6\n    strategy: coercer\n")))
    assert "republics.KAZ.strategy" in message
    assert "one of standard, hedger, bandwagoner" in message
    assert "did you mean" not in message


def test_events_have_none() -> None:
    assert "unknown key 'strategy'" in told(edited(GOOD, ("    kind: war\n", "    kind: war\n    strategy: coercer\n")))


@pytest.mark.parametrize("section", ["power", "republic"])
def test_the_schema_describes_each(section: str) -> None:
    choice = json_schema()["$defs"][section]["properties"]["strategy"]
    listed = {one["const"]: one["description"] for one in choice["anyOf"] if "const" in one}
    rows = strategies_of(f"{section}s")
    assert list(listed) == [row.name for row in rows]
    assert all(row.help in listed[row.name] and row.source in listed[row.name] for row in rows)
    assert choice["default"] == STANDARD
