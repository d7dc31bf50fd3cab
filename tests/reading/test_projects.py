"""Who gets the projects: sums agree with the table of projects, and the words with the sums."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import sim
from sim.reading.projects import ALL, AT_ONCE, contests, in_world, paragraph, taken, told
from sim.runs.projects import DONE, TAKEN
from sim.runs.words import named, percent


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run("war-drags-on", worlds=AT_ONCE + 8)


@pytest.fixture(scope="module")
def won(result: sim.Result) -> pd.DataFrame:
    """Every project that somebody got, one by one."""
    table = result.projects()
    return table[table.outcome == TAKEN]


def test_counts_sizes_and_what_is_called_off_are_those_of_the_projects(result: sim.Result, won: pd.DataFrame) -> None:
    table = taken(result).set_index(["republic", "power"])
    assert len(table) == (1 + len(result.republics)) * len(result.powers)
    for republic, power in table.index:
        mine = won[(won.power == power) & ((won.republic == republic) | (republic == ALL))]
        counts = np.bincount(mine.world, minlength=result.worlds)
        row = table.loc[(republic, power)]
        assert row.projects == pytest.approx(counts.mean())
        assert (row.low, row.high) == pytest.approx(np.quantile(counts, (0.1, 0.9)))
        assert row["size"] == pytest.approx(mine["size"].mean())
        assert row.called_off == pytest.approx(mine.cancelled.sum() / mine.agreed.sum(), abs=1e-9)


def test_contests_count_bids_for_the_same_project(result: sim.Result) -> None:
    table = contests(result).set_index(["republic", "power", "rival"])
    projects = result.projects()
    projects = projects[projects.opener.notna()]
    for republic, power, rival in (("UZB", "CHN", "RUS"), (ALL, "RUS", "EUU"), ("TJK", "EUU", "CHN")):
        its = projects[(projects.republic == republic) | (republic == ALL)]
        # who got it bid too; where nobody did, the opener did, unless it had no money
        first = its.power.where(its.power.notna(), its.opener.where(its["size"] > 0))
        bid = [set(filter(None, rivals.split(", "))) | {one} for rivals, one in zip(its.rivals, first, strict=True)]
        met = its[[{power, rival} <= codes for codes in bid]]
        row = table.loc[(republic, power, rival)]
        assert row.met == pytest.approx(len(met) / result.worlds)
        assert row.won == pytest.approx((met.power == power).sum() / result.worlds)
        assert row.lost == pytest.approx((met.power == rival).sum() / result.worlds)
        other = table.loc[(republic, rival, power)]
        assert (other.met, other.won, other.lost) == (row.met, row.lost, row.won)


def test_an_ended_project_has_little_pending(result: sim.Result, won: pd.DataFrame) -> None:
    over = won[won.ended.notna()]
    assert (over.pending <= DONE * over.agreed + 1e-6).all()
    going = won[won.ended.isna()]
    assert (going.pending > DONE * going.agreed - 1e-6).all()
    assert len(over) > 0
    assert len(going) > 0
    assert (over.ended >= over.date).all()
    # seen from an earlier end, a project that ended by then has ended in the same month, and the others have not
    middle = result.months // 2
    short = sim.run("war-drags-on", worlds=4, months=middle).projects()
    keys = ["world", "month", "republic", "power", "sector"]
    both = short[short.outcome == TAKEN].merge(won, on=keys, suffixes=("", "_later"))
    assert len(both) > 20
    last = result.dates[middle]
    wanted = both.ended_later.where(both.ended_later <= last)
    assert both.ended.fillna("").tolist() == wanted.fillna("").tolist()


def test_one_world_marks_what_was_called_off_and_what_stalled(result: sim.Result) -> None:
    table = pd.concat([in_world(result, world) for world in range(12)])
    assert (table.called_off == (table.cancelled >= table.agreed / 3)).all()
    assert (table.stalled == (table.lapsed > table.delivered)).all()
    assert set(table[table.stalled].power) == {"RUS"}  # at war it keeps less than half of its word
    assert table.called_off.any()
    assert ((table.until >= table.month) & (table.until <= result.months)).all()
    assert set(table.outcome) == {TAKEN}


def test_a_project_in_words(result: sim.Result) -> None:
    names = {code: named(spec.name) for code, spec in result.scenario.powers.items()}
    kinds = set()
    for world in range(6):
        for row in in_world(result, world).itertuples():
            said, fate = told(result.scenario, row, result.dates[-1]).split("). ")
            power, rivals = names[row.power], [names[code] for code in row.rivals.split(", ") if code]
            assert said.lower().startswith(f"{power} wins the {row.sector} ".lower())
            assert f" in {result.scenario.republics[row.republic].name} in " in said
            assert f"({row.size:.2f} points" in said
            assert all(rival in said.partition(" against ")[2] for rival in rivals)
            opened = row.opener != row.power
            assert (f"{names[row.opener]}, which opened it" in said) == (opened and row.opener in row.rivals)
            assert ("nobody" in said) == (not rivals and not opened)
            kinds.add((opened, len(rivals)))
            assert fate.startswith("By December 2030, ")
            assert ("is called off" in fate) == (row.cancelled >= 0.005 * row.agreed)
    assert {(False, 0), (False, 1), (True, 1), (True, 2)} <= kinds


def test_the_paragraph_says_the_table(result: sim.Result) -> None:
    table, met = taken(result), contests(result)
    for republic in (ALL, "UZB"):
        said = paragraph(result, table, met, republic)
        mine = table[table.republic == republic].sort_values("projects", ascending=False)
        assert said.startswith(
            f"Of {mine.projects.sum():.1f} projects a world{' in Uzbekistan' * (republic == 'UZB')}, "
        )
        most = result.scenario.powers[mine.power.iloc[0]].name
        assert f"{most} wins {mine.projects.iloc[0]:.1f} [{mine.low.iloc[0]:.0f}–{mine.high.iloc[0]:.0f}]" in said
        assert len(re.findall(r"bid for the same project", said)) == 3
        assert f"Russia calls off most: {percent(mine.called_off.max())} of the points it agreed." in said
    none = sim.run("dushanbe-2025", worlds=2, months=1)
    few = taken(none)
    silent = few.groupby("republic").projects.sum()
    for republic in silent[silent == 0].index:
        assert paragraph(none, few, contests(none), republic).startswith("No project is taken")
    assert (silent == 0).any()
