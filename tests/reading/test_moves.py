"""What moved alignment, one thing at a time: the parts add up to the drivers, and name what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from sim.reading.explain import Explanation
from sim.reading.moves import COLUMNS, DIPLOMATIC, in_one_world, most_moving, told
from sim.runs.words import signed
from sim.scenario.table import CAUSES


@pytest.fixture(scope="module", params=["dushanbe-2025", "brussels-delivers"])
def why(request: pytest.FixtureRequest) -> Explanation:
    return sim.explain(request.param, worlds=24)


@pytest.fixture(scope="module")
def table(why: Explanation) -> pd.DataFrame:
    return why.moves()


def parts(why: Explanation, world: int) -> np.ndarray:
    """Parts of deals and grievances by whose they are, (q, r, p)."""
    rows = [k for k, name in enumerate(why.drivers) if name in ("deals", *CAUSES)]
    return why.owners[rows, ..., world].sum(axis=0)


def added(why: Explanation, table: pd.DataFrame) -> np.ndarray:
    sums = table.groupby(["of", "republic", "power"]).part.sum()
    return np.array([[[sums.get((q, r, p), 0.0) for p in why.powers] for r in why.republics] for q in why.powers])


def test_parts_add_up_to_the_drivers(why: Explanation, table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert np.abs(added(why, table) - parts(why, why.typical_world)).max() < 1e-9
    other = (why.typical_world + 1) % why.worlds
    assert np.abs(added(why, why.moves(other)) - parts(why, other)).max() < 1e-9


def test_little_is_left_unexplained(why: Explanation, table: pd.DataFrame) -> None:
    rest = table[table.kind == "rest"]
    assert rest.part.abs().max() < 1e-6


@pytest.mark.slow
def test_spans_and_sectors() -> None:
    why = sim.explain("dushanbe-2025", worlds=6, months=30, since="2026-06", until="2027-12", sector="energy")
    for world in (0, 5):
        table = why.moves(world)
        assert np.abs(added(why, table) - parts(why, world)).max() < 1e-9
        assert table[table.kind == "rest"].part.abs().max() < 1e-6


def test_worlds_that_vary_are_taken_apart_with_their_own_numbers() -> None:
    rng = np.random.default_rng(1)
    varied = {"rules.deal_effect": rng.uniform(0.1, 0.6, 5), "rules.coercion_cut": rng.uniform(0.0, 0.5, 5)}
    why = sim.explain("dushanbe-2025", worlds=5, months=24, variations=varied)
    table = why.moves(3)
    assert np.abs(added(why, table) - parts(why, 3)).max() < 1e-9
    assert table[table.kind == "rest"].part.abs().max() < 1e-6


def test_projects_are_those_of_the_result(why: Explanation, table: pd.DataFrame) -> None:
    result = sim.run(why.scenario, worlds=24)
    projects = result.projects(why.typical_world)
    taken = projects[projects.outcome == "taken"]
    key = ["republic", "power", "month", "sector"]
    mine = table[table.kind == "project"].rename(columns={"power": "with", "of": "power"})
    sizes = mine.drop_duplicates(key).set_index(key)["size"]
    known = taken.set_index(key)["size"]
    assert set(sizes.index) <= set(known.index)
    np.testing.assert_allclose(sizes, known[sizes.index])
    own = mine[mine["with"] == mine.power]
    delivered = taken[taken.delivered > 0.05].set_index(key).index
    assert set(delivered) <= set(own.set_index(key).index)
    assert (own.set_index(key).part.reindex(delivered) > 0.0).all()


def test_what_moved_most_is_named(why: Explanation, table: pd.DataFrame) -> None:
    assert set(DIPLOMATIC) & set(table.kind)
    first = table[(table.republic == "UZB") & (table.power == "CHN") & table.kind.isin(DIPLOMATIC)].iloc[0]
    text = most_moving(why, table, "UZB", "CHN")
    change = signed(float(why.change[why.place("UZB", "CHN")][why.typical_world]))
    assert f"(number {why.typical_world}: {change} points) it is moved most by {text}." in in_one_world(
        why, table, "UZB", "CHN"
    )
    assert text.startswith(told(why, first))
    with pytest.raises(sim.BadInput, match="a world from 0 to 23"):
        why.moves(24)
