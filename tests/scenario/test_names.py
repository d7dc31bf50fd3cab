"""Actors by code or name and sectors by name, wherever they are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.scenario import BadInput, Scenario
from sim.scenario.names import code_of, sector_of
from tests.worlds import GOOD

ROOT = Path(__file__).parents[2]
STORY = sim.load("dushanbe-2025").with_months(3)
SMALL = Scenario.from_yaml(GOOD, "small").with_months(2)


@pytest.mark.parametrize("given", ["TJK", "tjk", "Tajikistan", "tajikistan", " TAJIKISTAN "])
def test_an_actor_is_known_by_code_and_by_name_in_any_letters(given: str) -> None:
    assert code_of(given, STORY.republics) == "TJK"
    assert code_of(given, STORY.powers) is None


def test_a_code_goes_before_a_name_and_a_name_of_two_is_nobodys() -> None:
    names = {f"republics.{code}.name": "Kazakhstan" for code in ("TJK", "UZB", "KAZ")}
    alike = STORY.with_values(names)
    assert code_of("KAZ", alike.republics) == "KAZ"
    assert code_of("Kazakhstan", alike.republics) is None
    assert code_of("uzb", STORY.with_values({"republics.TJK.name": "UZB"}).republics) == "UZB"


@pytest.mark.slow
def test_names_do_what_codes_do() -> None:
    why = sim.explain(STORY, 3)
    assert why.paragraph("Tajikistan", "Russia") == why.paragraph("TJK", "RUS")
    assert why.place("tajikistan", "european union") == why.place("TJK", "EUU")
    assert why.waterfall("Tajikistan", "Russia").texts[0].get_text() == why.waterfall("TJK", "RUS").texts[0].get_text()
    both = sim.whatif(STORY, {"powers.RUS.strain": 0.9}, worlds=3)
    assert both.sentence("Tajikistan", "Russia") == both.sentence("TJK", "RUS")
    assert both.headline(pairs=[("Tajikistan", "Russia")]) == both.headline(pairs=[("TJK", "RUS")])
    result = sim.run(STORY, 3)
    assert result.plot.grievance_by_cause("russia").texts[0].get_text().startswith("Grievance against Russia")
    assert result.plot.triangle(["china", "EUU", "Russia"]).texts[0].get_text().startswith("China, ")
    assert sim.Ask.of(STORY, republic={"tajikistan": sim.Republic}) == sim.Ask.of(STORY, republic={"TJK": sim.Republic})
    found = sim.tournament(SMALL, ["russia"], ["Kazakhstan"], worlds=1, workers=1)
    assert [player.code for player in found.players] == ["RUS", "KAZ"]


def test_a_sector_is_known_in_any_letters() -> None:
    assert sector_of(" Security") == "security"
    result = sim.run(STORY, 3)
    assert (result.shares("Trade") == result.shares("trade")).all()
    assert result.bands("Trade").equals(result.bands("trade"))
    assert sim.explain(result, sector="TRADE").sector == "trade"
    both = sim.compare(result, result, names=["a", "b"])
    assert both.sentence("KAZ", "RUS", sector="Trade") == both.sentence("KAZ", "RUS", sector="trade")
    assert "in trade" in result.plot.alignment_fans("Trade").texts[0].get_text()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda why: why.paragraph("Tajikstan", "RUS"), "republic: found 'Tajikstan'.*did you mean Tajikistan"),
        (lambda why: why.paragraph("TJK", "Rusia"), "power: found 'Rusia'.*did you mean Russia"),
        (lambda why: why.paragraph(3, "RUS"), "republic: found 3, expected one of KAZ"),
        (lambda why: why.paragraph(None, None), "power: found None, expected one of RUS"),
        (lambda why: sector_of("energie"), "did you mean energy"),
        (lambda why: sector_of(4), "sector: found 4, expected overall or one of"),
        (lambda why: sim.run(STORY, 2).plot.grievance_by_cause("chna"), "power: found 'chna'.*did you mean CHN|China"),
        (lambda why: sim.run(STORY, 2).plot.triangle(3), "powers: found 3, expected three different ones of RUS"),
        (lambda why: sim.run(STORY, 2).plot.triangle(["RUS", "Russia", "CHN"]), "three different ones"),
        (lambda why: sim.tournament(SMALL, ["RUS", "Russia"], worlds=1), "RUS twice, expected each actor once"),
    ],
)
def test_the_nearest_name_is_suggested(call: Any, message: str) -> None:
    why = sim.explain(STORY, 2)
    with pytest.raises(BadInput, match=message):
        call(why)


@pytest.mark.slow
def test_names_on_the_command_line() -> None:
    def said(*options: str) -> str:
        command = [sys.executable, "-m", "sim", "explain", "dushanbe-2025", "--months", "2", "--worlds", "3", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        return done.stdout.rpartition("Seed")[0]

    named = said("--republic", "tajikistan", "--power", "Russia", "--sector", "Trade")
    assert named
    assert named == said("--republic", "TJK", "--power", "RUS", "--sector", "trade")
