"""What a scenario calls its region, its actors and the sectors."""

from __future__ import annotations

import pytest

from sim.scenario import BadInput, Scenario, load
from sim.scenario.models import Words
from tests.worlds import GOOD, edited

SAID = "words: {region: the South Caucasus, member: country, members: countries, sectors: {minerals: metals}}\n"


def test_words_are_said_inherited_changed_and_written(tmp_path) -> None:
    called = Scenario.from_yaml(edited(GOOD, ("powers:\n  source", f"{SAID}powers:\n  source")))
    assert (called.words.region, called.words.members) == ("the South Caucasus", "countries")
    assert called.words.sectors == {name: name for name in called.words.sectors} | {"minerals": "metals"}
    back = Scenario.from_yaml(called.to_yaml())
    assert (back, back.words) == (called, called.words)
    assert called != Scenario.from_yaml(GOOD), "they label output"
    (tmp_path / "base.yaml").write_text(called.to_yaml())
    above = Scenario.from_yaml(
        "extends: base.yaml\nwords: {region: Pontus, sectors: {trade: commerce}}\n", folder=tmp_path
    )
    assert (above.words.region, above.words.member) == ("Pontus", "country")
    assert (above.words.sector("minerals"), above.words.sector("trade")) == ("metals", "commerce")
    assert load("dushanbe-2025").words == Words()
    assert load("dushanbe-2025", ["words.region=the steppe"]).words.region == "the steppe"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Each dot is a republic: where", "Each dot is an emirate: where"),
        ("A republic's largest", "An emirate's largest"),
        ("Republic and republics.", "Emirate and emirates."),
        (
            "--republic and republics.KAZ.need stay, republican too",
            "--republic and republics.KAZ.need stay, republican too",
        ),
    ],
)
def test_fixed_texts_are_spelled_as_the_scenario_has_it(before: str, after: str) -> None:
    assert Words(member="emirate", members="emirates").spell(before) == after
    assert Words().spell(before) == before


def test_sectors_in_a_sentence() -> None:
    called = Words.model_validate({"sectors": {"minerals": "metals and mining"}})
    assert called.alignment("minerals") == "alignment in metals and mining"
    assert (called.alignment("overall"), called.within("overall")) == ("overall alignment", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "words.regoin=x",
            "words.regoin: found the unknown key 'regoin', expected one of region, member, members, sectors",
        ),
        ("words.sectors.mineral=x", "words.sectors.mineral: found the unknown key 'mineral'"),
        ("words.region=3", "words.region: found the number 3, expected the name of the region"),
        ("words.member=country", "words.member: found 'member' without 'members', expected 'members' as well"),
        ("words.sectors=x", "words.sectors: found the text 'x', expected labels of sectors by name"),
        ("words=x", "words: found a whole section, expected a path inside it, such as words.region"),
        ("words.region=null", "words.region: found null for something that is not inherited"),
    ],
)
def test_what_is_wrong_with_words_is_told(change: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load("dushanbe-2025", [change])
    assert message in str(caught.value)
