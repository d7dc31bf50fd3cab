"""Tournaments: the logic of games by hand, the worlds as ``sim.run`` has them, and a folder that survives a kill."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.scenario.strategies import names_of
from sim.sweeps.tournament import Game, Tournament, measure_of, tournament

ROOT = Path(__file__).parents[2]
QUICK: dict[str, Any] = {"worlds": 6, "months": 4}


def game(*players: Any) -> Game:
    """A game of one world, whose payoffs are sure: one table a player, rows the first player's strategies."""
    return Game(np.array(players, dtype=float)[..., None])


# -- games by hand -----------------------------------------------------------------------------------------------------


def test_the_prisoners_dilemma() -> None:
    """Rows and columns: keep quiet, talk. Whatever the other does, talking is better; both talk."""
    found = game([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    assert found.best_replies(0).tolist() == [[False, False], [True, True]]
    assert found.best_replies(1).tolist() == [[False, True], [False, True]]
    assert (found.never_worse(0), found.never_worse(1)) == ([1], [1])
    assert found.equilibria() == found.equilibria(sure=True) == [(1, 1)]
    assert found.behind(0)[0].tolist() == [[-2, -1], [0, 0]]


def test_matching_pennies_has_no_equilibrium() -> None:
    found = game([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert found.best_replies(0).tolist() == [[True, False], [False, True]]
    assert found.best_replies(1).tolist() == [[False, True], [True, False]]
    assert found.equilibria() == found.never_worse(0) == found.never_worse(1) == []


def test_the_stag_hunt_has_two_equilibria_and_nobody_a_strategy_that_is_never_worse() -> None:
    found = game([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    assert found.equilibria() == [(0, 0), (1, 1)]
    assert found.never_worse(0) == found.never_worse(1) == []


def test_a_weakly_dominant_strategy() -> None:
    """The first row is as good as the second against the first column and better against the second."""
    found = game([[2, 2], [2, 0]], [[1, 0], [1, 0]])
    assert found.never_worse(0) == [0]
    assert found.equilibria() == [(0, 0), (1, 0)]


def test_two_strategies_against_three() -> None:
    found = game([[1, 5, 0], [2, 4, 3]], [[1, 2, 9], [8, 7, 6]])
    assert found.best_replies(0).tolist() == [[False, True, False], [True, False, True]]
    assert found.best_replies(1).tolist() == [[False, False, True], [True, False, False]]
    assert found.equilibria() == [(1, 0)]


def test_three_players() -> None:
    """Each gains by doing what the next does; the third does not care."""
    one = np.zeros((2, 2, 2))
    one[0, 0], one[1, 1] = 1, 1
    found = game(one, one, np.zeros((2, 2, 2)))
    assert found.never_worse(2) == [0, 1]
    assert found.equilibria() == [(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)]


def test_what_is_behind_by_no_more_than_chance_is_not_worse() -> None:
    """100 worlds, differences of mean -0.1: of standard deviation 1 within 1.96 standard errors of 0.1, of 0.1 not."""
    noise = np.where(np.arange(100) % 2, 1.0, -1.0)
    best = np.zeros(100)
    for spread, close in ((1.0, True), (0.1, False)):
        found = Game(np.stack([best, -0.1 + spread * noise])[None])
        assert found.best_replies(0).tolist() == [True, close]
        assert found.equilibria(sure=True) == [(0,)]


def test_differences_are_paired() -> None:
    """What luck does to both strategies alike hides nothing."""
    luck = 50.0 * np.where(np.arange(100) % 2, 1.0, -1.0)
    found = Game(np.stack([luck, luck - 0.1])[None])
    assert found.best_replies(0).tolist() == [True, False]


# -- the worlds --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Tournament:
    """One power and one republic."""
    return tournament("dushanbe-2025", ["RUS"], ["TJK"], **QUICK)


@pytest.mark.slow
def test_every_strategy_meets_every_mix(small: Tournament) -> None:
    assert [player.code for player in small.players] == ["RUS", "TJK"]
    assert [player.strategies for player in small.players] == [names_of("powers"), names_of("republics")]
    assert len(set(small.mixes)) == len(small.mixes) == 8 * 6
    table = small.table()
    assert len(table) == 48 * (2 + 3)
    assert set(table.payoff) == {"share", "cost", "delivered", "terms", "grievance"}
    assert (table.low <= table.high).all()
    assert set(table[table.payoff.isin(["share", "delivered"])].best_reply) == {True, False}
    assert table[~table.payoff.isin(["share", "delivered"])].best_reply.isna().all()


@pytest.mark.slow
def test_a_mix_is_what_run_says_of_it(small: Tournament) -> None:
    for mix in (("standard", "standard"), ("coercer", "auctioneer")):
        told = sim.load("dushanbe-2025", set={"powers.RUS.strategy": mix[0], "republics.TJK.strategy": mix[1]})
        alone = sim.run(told, **QUICK, keep="outcomes").outcomes()
        at = small.mixes.index(mix)
        for player, measure, name in ((0, "share", "RUS.change"), (1, "terms", "TJK.terms")):
            mine = measure_of(small.players[player].section, measure)
            values = small.values(player, mine).reshape(48, -1)[at]
            assert np.array_equal(values, alone[name].to_numpy() * 100.0), (mix, measure)
        assert np.allclose(alone["TJK.delivered"], small.values(1, small.payoff(1)).reshape(48, -1)[at])


@pytest.mark.slow
def test_every_mix_takes_the_same_posterior_draws(tmp_path: Path) -> None:
    """World i of each mix is world i of ``sim.run`` with these draws; the manifest says which they are."""
    drawn = tournament("dushanbe-2025", [], ["TJK"], tmp_path, posterior="dushanbe-2025", **QUICK)
    told = sim.load("dushanbe-2025", set={"republics.TJK.strategy": "auctioneer"})
    alone = sim.run(told, **QUICK, keep="outcomes", posterior="dushanbe-2025").outcomes()
    values = drawn.values(0, measure_of("republics", "terms"))[names_of("republics").index("auctioneer")]
    assert np.array_equal(values, alone["TJK.terms"].to_numpy() * 100.0)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["same"]["plan"]["posterior"] == sim.load_posterior("dushanbe-2025").manifest
    assert Tournament.load(tmp_path).sweep.posterior == "dushanbe-2025"
    with pytest.raises(sim.BadInput, match="posterior"):  # another tournament, not the rest of this one
        tournament("dushanbe-2025", [], ["TJK"], tmp_path, **QUICK)


def test_outcomes_of_a_republic_add_up() -> None:
    table = sim.run("dushanbe-2025", 5, 12).outcomes()
    delivered = sum(table[f"{code}.delivered"] for code in ("KAZ", "KGZ", "TJK", "TKM", "UZB"))
    assert np.allclose(delivered, table["RUS.delivered"] + table["CHN.delivered"] + table["EUU.delivered"])
    mean = sum(table[f"TJK.{power}.grievance"] for power in ("RUS", "CHN", "EUU")) / 3
    assert np.allclose(table["TJK.grievance"], mean)


def test_less_is_better_where_it_is_a_cost(small: Tournament) -> None:
    cheap = Tournament(small.sweep, small.players, "cost", "grievance")
    for player in range(2):
        values = cheap.values(player, cheap.payoff(player)).mean(axis=-1)
        assert np.allclose(cheap.game.means[player], -values)
    best = cheap.game.best_replies(0)
    assert best[np.unravel_index(cheap.values(0, cheap.payoff(0)).mean(axis=-1).argmin(), best.shape)]


def test_words_name_what_the_game_says(small: Tournament) -> None:
    """Payoffs put in by hand: standard is never worse for Russia, nothing is for Tajikistan."""
    rules = np.zeros((2, 8, 6, 2))
    rules[0, 0] = 1.0
    rules[1, :, 0], rules[1, 1, :] = 1.0, np.arange(6)[:, None]
    told = Tournament(small.sweep, small.players)
    vars(told)["game"] = Game(rules)
    text = told.paragraph()
    assert "Russia plays for a larger share of the region and Tajikistan plays for more deliveries." in text
    assert "Russia: standard is never worse than any other, whatever the others do." in text
    assert "Tajikistan: no strategy is never worse; standard is a best reply to most mixes" in text
    assert "mixes of the others' (7 of 8)." in text
    assert "Russia as standard and Tajikistan as standard are best replies to each other" in text
    assert text.count("no other mix is") == 1
    vars(told)["game"] = Game(np.zeros((2, 8, 6, 2)))
    assert "For Russia no choice is worse than another" in told.paragraph()
    pennies = np.zeros((2, 8, 6, 2))
    for row in range(8):
        pennies[0, row, row % 6], pennies[1, row, (row + 1) % 6] = 1.0, 1.0
    vars(told)["game"] = Game(pennies)
    assert "No mix holds strategies that are best replies to each other" in told.paragraph()


@pytest.mark.slow
def test_the_figure_has_a_cell_for_every_mix(small: Tournament) -> None:
    drawn = [patch for ax in small.figure().axes for patch in ax.patches]
    cells = [str(patch.get_gid()).split() for patch in drawn if str(patch.get_gid()).startswith("cell")]
    assert len(cells) == 2 * 48
    _, column, row, value = cells[0]
    means = small.values(0, small.payoff(0)).mean(axis=-1)
    assert float(value) == pytest.approx(means[int(row), int(column)], rel=1e-4)
    frames = {str(patch.get_gid()) for patch in drawn if str(patch.get_gid()).startswith("reply")}
    assert frames
    texts = [text.get_text() for text in small.figure().texts]
    assert "patient investor" in texts
    assert "auctioneer" in texts


@pytest.mark.slow
def test_one_player_has_a_best_strategy_and_a_figure() -> None:
    alone = tournament("dushanbe-2025", republics=["UZB"], worlds=4, months=2)
    assert len(alone.mixes) == 6
    assert "of all its strategies" in alone.paragraph() or "no choice is worse" in alone.paragraph()
    assert len(alone.figure().axes) == 1


# -- what it refuses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"powers": ["RUSS"]}, "'RUSS', expected one of RUS, CHN, EUU; did you mean RUS?"),
        ({"republics": ["RUS"]}, "'RUS', expected one of KAZ"),
        ({"powers": ["RUS", "RUS"]}, "RUS twice"),
        ({"powers": ["RUS"], "power_payoff": "shares"}, "one of share, cost; did you mean share?"),
        ({"republics": ["UZB"], "republic_payoff": "share"}, "one of delivered, terms, grievance"),
        ({"powers": ["RUS"], "worlds": 0}, "a whole number, 1 or more"),
        ({"powers": ["RUS"], "posterior": "dushanbe"}, "did you mean dushanbe-2025?"),
        (
            {"powers": ["RUS", "CHN", "EUU"], "republics": ["TJK"]},
            "3,072 mixes (8 x 8 x 8 x 6 strategies of RUS, CHN, EUU, TJK), expected at most 1,024",
        ),
    ],
)
def test_bad_input(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(sim.BadInput, match=re.escape(said)):
        tournament("dushanbe-2025", **fields)


@pytest.mark.slow
def test_another_sweep_is_no_tournament(tmp_path: Path) -> None:
    numbers, scenarios = {"powers.RUS.strain": [0.1, 0.2]}, {"scenario": ["dushanbe-2025", "war-drags-on"]}
    for name, vary in (("a", numbers), ("b", scenarios)):
        sim.sweep("dushanbe-2025", tmp_path / name, vary=vary, worlds=1, months=1, outcomes=["RUS.share"])
        with pytest.raises(sim.BadInput, match="a folder written by `sim tournament --out`"):
            Tournament.load(tmp_path / name)


# -- the folder --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_killed_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """kill -9 after the second part; said again, only the missing parts are run, and all bytes are those of one run."""
    words = ["tournament", "dushanbe-2025", "--republic", "TJK", "--worlds", "400", "--months", "24", "--workers", "1"]
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    tournament("dushanbe-2025", republics=["TJK"], out=whole, worlds=400, months=24, workers=1)
    program = subprocess.Popen(
        [sys.executable, "-m", "sim", *words, "--out", str(torn)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while program.poll() is None and len(parts(torn)) < 2:
        time.sleep(0.005)
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    before = parts(torn)
    assert 2 <= len(before) < len(parts(whole)) == 18
    with pytest.raises(sim.BadInput, match="parts missing"):
        Tournament.load(torn)
    kept = {name: (torn / "parts" / name).stat().st_mtime_ns for name in before}
    answer = CliRunner().invoke(app, [*words, "--out", str(torn)], prog_name="sim")
    assert answer.exit_code == 0, answer.output
    assert parts(torn) == parts(whole)  # names hold seals over the bytes
    assert {name: (torn / "parts" / name).stat().st_mtime_ns for name in before} == kept
    assert Tournament.load(torn).table().equals(Tournament.load(whole).table())
    assert (torn / "tournament.csv").is_file()
    assert (torn / "figures" / "payoffs.svg").is_file()
    other = CliRunner().invoke(app, [*words, "--seed", "1", "--out", str(torn)], prog_name="sim")
    assert other.exit_code == 2
    assert "seed" in other.output


def parts(folder: Path) -> list[str]:
    """Names of finished parts."""
    return sorted(path.name for path in (folder / "parts").glob("*.parquet")) if (folder / "parts").is_dir() else []


# -- the command -------------------------------------------------------------------------------------------------------


def call(*words: str) -> Any:
    command = ("tournament", "dushanbe-2025", "--republic", "TJK", "--worlds", "4", "--months", "2", "-q", *words)
    return CliRunner().invoke(app, command, prog_name="sim", env={"COLUMNS": "80"})


@pytest.mark.slow
def test_a_page_to_read() -> None:
    answer = call()
    assert answer.exit_code == 0, answer.output
    assert "Strategies of Tajikistan" in answer.stdout
    assert "delivered*" in answer.stdout
    assert "Seed 0, 4 worlds, 6 mixes" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_for_programs() -> None:
    rows = list(csv.DictReader(io.StringIO(call("--format", "csv").stdout)))
    found = json.loads(call("--format", "json").stdout)
    assert len(rows) == len(found["mixes"]) == 6 * 3
    assert [row["strategy"] for row in found["strategies"]] == list(names_of("republics"))
    assert found["words"].startswith("Tajikistan plays for more deliveries.")


@pytest.mark.slow
def test_values_may_be_set_and_payoffs_chosen() -> None:
    answer = call("--set", "powers.RUS.strategy=coercer", "--republic-payoff", "terms")
    assert answer.exit_code == 0, answer.output
    assert "terms*" in answer.stdout
    wrong = call("--republic-payoff", "term")
    assert wrong.exit_code == 2
    assert "did you mean terms?" in wrong.output


@pytest.mark.slow
def test_posterior_draws_are_named_and_not_set_by_hand_as_well() -> None:
    answer = call("--posterior", "dushanbe-2025")
    assert answer.exit_code == 0, answer.output
    assert "6 mixes, posterior dushanbe-2025" in " ".join(answer.stdout.split())
    assert json.loads(call("--posterior", "dushanbe-2025", "--format", "json").stdout)["posterior"] == "dushanbe-2025"
    fitted = sim.load_posterior("dushanbe-2025").paths(sim.load("dushanbe-2025"))[0]
    twice = call("--posterior", "dushanbe-2025", "--set", f"{fitted}={sim.load('dushanbe-2025').get(fitted)}")
    assert twice.exit_code == 2
    assert "one of the two" in " ".join(twice.output.split())
