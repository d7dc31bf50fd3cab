"""Projects one by one: their sums are the recorded flows, and nothing of a project is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.runs.projects import BEFORE, COLUMNS, REFUSED, TAKEN, UNPAID
from sim.scenario.table import SECTORS
from sim.world import rules

CELL = ["world", "republic", "power", "sector"]


@pytest.fixture(scope="module", params=["dushanbe-2025", "brussels-delivers"])
def result(request: pytest.FixtureRequest) -> sim.Result:
    return sim.run(request.param, worlds=30)


def by_cell(result: sim.Result, values: np.ndarray) -> np.ndarray:
    """(r, p, s, w) -> flat in the order of CELL."""
    return np.moveaxis(values, -1, 0).ravel()


def test_rows_sum_to_the_recorded_flows(result: sim.Result) -> None:
    table = result.projects()
    assert tuple(table.columns) == COLUMNS
    cells = [range(result.worlds), result.republics, result.powers, SECTORS]
    index = pd.MultiIndex.from_product(cells, names=CELL)
    sums = table.dropna(subset="power").groupby(CELL)[["agreed", "delivered", "lapsed", "cancelled", "pending"]].sum()
    sums = sums.reindex(index, fill_value=0.0)
    due, cancelled = (result.array(name).sum(axis=0, dtype=np.float64) for name in ("due", "cancelled"))
    np.testing.assert_allclose(sums.delivered + sums.lapsed, by_cell(result, due), atol=2e-5)
    np.testing.assert_allclose(sums.cancelled, by_cell(result, cancelled), atol=2e-5)
    np.testing.assert_allclose(sums.pending, by_cell(result, result.array("pledges")[-1]), atol=2e-5)
    story = result.scenario
    performance = np.stack(
        [
            rules.performance(
                np.array(story.get(f"powers.{code}.reliability")),
                result.array("strain")[1:, j],
                np.array(story.get("rules.strain_on_delivery")),
            )
            for j, code in enumerate(result.powers)
        ],
        axis=1,
    )
    came = (result.array("due") * performance[:, None, :, None]).sum(axis=0)
    np.testing.assert_allclose(sums.delivered, by_cell(result, came), atol=5e-5)


def test_nothing_of_a_project_is_lost(result: sim.Result) -> None:
    table = result.projects()
    parts = table[["delivered", "lapsed", "cancelled", "pending"]]
    np.testing.assert_allclose(parts.sum(axis=1), table.agreed, atol=1e-9)
    assert (parts >= 0.0).all(axis=None)


def test_every_project_on_a_table_has_a_row(result: sim.Result) -> None:
    table, answer = result.projects(), result.array("answer")
    opened = table[table.outcome.isin([TAKEN, REFUSED, UNPAID])]
    assert len(opened) == (result.array("opener") >= 0).sum()
    taken = opened[opened.outcome == TAKEN]
    assert len(taken) == (answer == rules.ACCEPTED).sum()
    for code in result.powers:
        of = taken[taken.power == code]
        wanted = result.record.outcomes[f"{code}.projects"]
        np.testing.assert_array_equal(np.bincount(of.world, minlength=result.worlds), wanted)
    bids = opened.rivals.str.count(",") + (opened.rivals != "") + (opened.power.notna() | (opened["size"] > 0))
    assert bids.sum() == (answer != rules.NO_OFFER).sum()
    assert opened.power.isna().equals(opened.outcome != TAKEN)
    assert not opened.rivals[~opened.shopped & (opened.outcome == TAKEN)].any()
    lost = taken[taken.power != taken.opener]
    assert len(lost) > 0
    assert lost.shopped.all()


def test_what_was_pending_and_what_events_pledged_stand_apart(result: sim.Result) -> None:
    table = result.projects()
    before = table[table.outcome == BEFORE]
    np.testing.assert_allclose(before["size"].sum(), result.array("pledges")[0].sum(dtype=np.float64), rtol=1e-6)
    assert (before.month == 0).all()
    assert before.opener.isna().all()
    pledged = table[table.outcome.str.startswith("pledged by")]
    wanted = sum(
        float(story.get(f"events.{name}.pledge"))
        * result.array("event")[:, e].sum()
        * len(event.powers or ())
        * len(event.republics or result.republics)
        * len(event.sectors or SECTORS)
        for story in [result.scenario]
        for e, (name, event) in enumerate(story.events.items())
    )
    np.testing.assert_allclose(pledged["size"].sum(), wanted, rtol=1e-9)
    assert wanted > 0


def test_one_world_is_the_same_as_among_all(result: sim.Result) -> None:
    table = result.projects()
    one = result.projects(7)
    assert one.equals(table[table.world == 7].reset_index(drop=True))
    with pytest.raises(sim.BadInput, match="a world from 0 to 29"):
        result.projects(30)
    with pytest.raises(sim.BadInput, match="keep"):
        sim.run("dushanbe-2025", worlds=2, months=3, keep="overall").projects()


@pytest.mark.slow
def test_a_folder_holds_the_table(tmp_path: Path) -> None:
    result = sim.run("dushanbe-2025", worlds=4, months=12)
    folder = result.save(tmp_path / "out", figures=False)
    table = result.projects()
    assert pd.read_parquet(folder / "projects.parquet").equals(table)
    assert len(pd.read_csv(folder / "projects.csv")) == (table.world == result.typical_world).sum()
    assert sim.Result.load(folder).projects().equals(table)
