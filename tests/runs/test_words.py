"""Numbers and names read alike wherever they are printed."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.runs.words import initials, percent, short_names


@pytest.mark.parametrize(
    ("part", "plain", "short", "tenths"),
    [
        (0.0, "0 %", "0 %", "0.0 %"),
        (1.0, "100 %", "100 %", "100.0 %"),
        (0.506, "51 %", "51 %", "50.6 %"),
        (0.004, "under 1 %", "<1 %", "0.4 %"),
        (0.997, "over 99 %", ">99 %", "99.7 %"),
        (0.0001, "under 1 %", "<1 %", "under 0.1 %"),
        (0.9999, "over 99 %", ">99 %", "over 99.9 %"),
    ],
)
def test_neither_none_nor_all_unless_it_is(part: float, plain: str, short: str, tenths: str) -> None:
    assert (percent(part), percent(part, short=True), percent(part, 1)) == (plain, short, tenths)


def test_short_names() -> None:
    names = {
        "EUU": "European Union",
        "RUS": "Russia",
        "USA": "United States",
        "UAE": "United Sheikhdoms",
        "LNG": "Longwordland",
    }
    assert short_names(names) == {"EUU": "EU", "RUS": "Russia", "USA": "USA", "UAE": "UAE", "LNG": "LNG"}
    assert initials(names) == {"EUU": "EU", "RUS": "RUS", "USA": "USA", "UAE": "UAE", "LNG": "LNG"}


def test_one_world_of_many_is_not_rounded_away_in_a_sentence() -> None:
    """A chance that a run cannot rule out must not be printed as certainty: 1 world of 300 goes the other way."""
    result = sim.run("dushanbe-2025", 300, 1, keep="outcomes")
    one = np.arange(300) == 17
    for power in result.powers:
        result.record.outcomes[f"{power}.change"] = np.where(one, 0.01, -0.01)
    for republic in result.republics:
        result.record.outcomes[f"{republic}.leader_changed"] = one
    said = result.headline()
    assert said.count("lower in over 99 % of worlds") == 3, said
    assert "(under 1 % of worlds)" in said
    for republic in result.republics:
        result.record.outcomes[f"{republic}.leader_changed"] = ~one
    assert result.headline().count("(over 99 % of worlds)") == 5


def test_the_headline_says_who_wins_projects_and_how_those_who_speak_up_are_answered() -> None:
    result = sim.run("dushanbe-2025", 40, keep="outcomes")
    out, said = result.record.outcomes, result.headline()
    won = {power: float(out[f"{power}.projects"].mean()) for power in result.powers}
    most = max(won, key=won.__getitem__)
    name = result.scenario.powers[most].name
    assert f"Of {sum(won.values()):.1f} projects in a world, {name} wins {won[most]:.1f}" in said
    for power in result.powers:
        assert f"{won[power]:.1f}" in said
    answers = {what: sum(float(out[f"{p}.{what}"].mean()) for p in result.powers) for what in ("conceded", "punished")}
    part = answers["conceded"] / sum(answers.values())
    assert f"{percent(part)} are concessions" in said
    for name in out:
        if name.endswith((".projects", ".conceded", ".punished")):
            out[name] = np.zeros_like(out[name])
    assert "projects" not in result.headline()
    assert "speak up" not in result.headline()
