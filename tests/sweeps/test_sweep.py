"""Sweeps: a row is what ``sim.run`` says of its point, seed and world, however the sweep is cut and whoever runs it."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.runs.run import run
from sim.sweeps import batches
from sim.sweeps.plan import Plan

STRAIN, BUDGET = "powers.RUS.strain", "powers.CHN.budget"
DATE, SWITCH = "events.dushanbe-summit.date", "events.dushanbe-summit.on"
VARY: dict[str, Any] = {
    STRAIN: (0.0, 0.9),
    "republics.KAZ.grievance.RUS": (0.1, 1.0),
    "rules.voice_rate": (0.05, 0.6),
    DATE: ("2025-10", "2026-01"),
    SWITCH: (0, 1),
    "events.dushanbe-summit.tone": (0.1, 0.9),
    "scenario": ["dushanbe-2025", "crowded-steppe"],
}


class Stubborn(sim.Republic):
    """A republic that judges every offer a little worse."""

    def judge(self, size: Any, sector: Any) -> Any:
        return super().judge(size, sector) - 0.3


class Clumsy(sim.Republic):
    """A republic that breaks."""

    def judge(self, size: Any, sector: Any) -> Any:
        raise ValueError("the pen is dry")


def check_row(plan: Plan, row: pd.Series) -> None:
    """A row against ``sim.run`` of its point, with as many worlds as it takes to have its world."""
    point, world = int(row["point"]), int(row["world"])
    alone = run(plan.point(point), world + 1, seed=plan.seed, keep="outcomes").outcomes().iloc[world]
    for name, value in alone.items():
        assert row[str(name)] == value, (point, world, name)


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_a_row_is_what_run_says(seed: int) -> None:
    plan = Plan.of("dushanbe-2025", vary=VARY, design="lhs", points=12, worlds=4, months=9, seed=seed)
    table = sim.sweep(plan).table()
    assert len(table) == 48
    for at in np.random.default_rng(seed).choice(48, 5, replace=False):
        check_row(plan, table.iloc[at])


@pytest.mark.slow
def test_conduct_of_a_power_that_the_root_lacks() -> None:
    """Day one of a power that came later settles as ``with_values`` settles it."""
    vary = {"powers.TUR.strain": (0.2, 0.8, 2), "republics.KAZ.leverage.USA": [0.1, 0.3]}
    plan = Plan.of("crowded-steppe", vary=vary, worlds=2, months=6)
    table = sim.sweep(plan).table()
    for at in range(len(table)):
        check_row(plan, table.iloc[at])


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan.of("dushanbe-2025", vary=VARY, design="lhs", points=8, worlds=8, months=5)


@pytest.fixture(scope="module")
def whole(plan: Plan) -> pd.DataFrame:
    """Rows of all its points, chunked as the sweep sees fit."""
    return sim.sweep(plan).table()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7, 30, 64, 1000])
def test_any_chunking_gives_the_same_rows(size: int, plan: Plan, whole: pd.DataFrame) -> None:
    job = batches.job_of(plan)
    tasks = list(batches.tasks(plan, size))
    assert [task.number for task in tasks] == list(range(batches.task_count(plan, size)))
    if size == 1:
        tasks = tasks[::9]
    parts = pa.concat_tables(batches.run(job, task) for task in tasks).unify_dictionaries().to_pandas()
    keys = ["point", "world"]
    expected = parts[keys].merge(whole, on=keys)
    pd.testing.assert_frame_equal(parts, expected, check_exact=True, check_categorical=False)
    if size > 1:
        assert len(parts) == plan.total
        assert not parts.duplicated(keys).any()


@pytest.mark.slow
def test_workers_give_the_same_bytes(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"vary": VARY, "design": "lhs", "points": 40, "worlds": 10, "months": 6, "seed": 3}
    steps: list[tuple[int, int]] = []
    sim.sweep("dushanbe-2025", tmp_path / "one", workers=1, progress=lambda *done: steps.append(done), **fields)
    sim.sweep("dushanbe-2025", tmp_path / "two", workers=2, **fields)
    names = [sorted(path.name for path in (tmp_path / way / "parts").iterdir()) for way in ("one", "two")]
    assert names[0] == names[1]  # names hold checksums of the bytes
    assert len(names[0]) == 4
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1] == (400, 400)


@pytest.mark.slow
def test_every_cell_differs_where_its_factor_matters() -> None:
    """A sweep whose values were never applied would give the same numbers everywhere."""
    vary: dict[str, Any] = {
        STRAIN: [0.1, 0.7],
        BUDGET: [0.5, 1.5],
        DATE: ["2025-10", "2026-06"],
        SWITCH: [0, 1],
        "rules.deal_effect": [0.2, 1.5],
        "republics.KAZ.alignment.energy.RUS": [0.1, 0.4],
    }
    for path, values in vary.items():
        found = sim.sweep("dushanbe-2025", vary={path: values}, worlds=4, months=24)
        _, outcomes = found.arrays("*")
        moved = (outcomes[0] != outcomes[1]).any(axis=1)
        assert moved.all(), path
    _, values = sim.sweep("dushanbe-2025", vary={STRAIN: (0, 0.9, 10)}, worlds=6, months=24).arrays("RUS.share")
    assert len(np.unique(values.mean(axis=1))) == 10
    assert (np.diff(values.mean(axis=1)[:, 0]) < 0).all()


@pytest.mark.slow
def test_a_design_names_scenarios_and_months(tmp_path: Path) -> None:
    names = ["dushanbe-2025", "war-drags-on"]
    vary = {"scenario": names, "events.dushanbe-summit.date": ["2025-10", "2025-12"]}
    swept = sim.sweep("dushanbe-2025", tmp_path / "s", vary=vary, worlds=1, months=6)
    design = pd.read_parquet(tmp_path / "s" / "design.parquet")
    assert set(design["scenario"]) == set(names)
    assert set(design["events.dushanbe-summit.date"]) == {"2025-10", "2025-12"}
    assert swept.points["scenario"].tolist() == design["scenario"].tolist()
    assert np.array_equal(swept.values, Plan.of("dushanbe-2025", vary=vary, worlds=1, months=6).values)


@pytest.mark.slow
def test_luck_is_paired_or_fresh() -> None:
    fields: dict[str, Any] = {"vary": {"powers.EUU.strings": [0.4, 0.41]}, "worlds": 6, "months": 6}
    paired = sim.sweep("dushanbe-2025", **fields)
    fresh_plan = Plan.of("dushanbe-2025", luck="fresh", **fields)
    fresh = sim.sweep(fresh_plan)
    assert paired.table(["world"])["world"].tolist() == [*range(6)] * 2
    assert fresh.table(["world"])["world"].tolist() == [*range(12)]
    gap = [np.abs(np.diff(found.arrays("RUS.share")[1][..., 0], axis=0)).mean() for found in (paired, fresh)]
    assert gap[0] < gap[1] / 5
    check_row(fresh_plan, fresh.table().iloc[9])


@pytest.mark.slow
def test_reading(tmp_path: Path) -> None:
    vary = {STRAIN: (0, 0.9, 3), DATE: ("2025-10", "2025-11"), "scenario": ["dushanbe-2025", "crowded-steppe"]}
    plan = Plan.of("dushanbe-2025", vary=vary, worlds=5, months=7, trajectories=True)
    found = sim.sweep(plan, tmp_path / "s")
    table = found.table()
    assert table.columns[:5].tolist() == ["point", "world", *vary]
    assert table["point"].tolist() == sorted(table["point"])
    assert set(table[DATE]) == {"2025-10", "2025-11"}
    assert set(table["KAZ.leader"]) <= {"RUS", "CHN", "EUU", "TUR", "USA"}
    assert table["TUR.share"].isna().sum() == 30  # only one of the scenarios has Türkiye
    factors, outcomes = found.arrays(["RUS.share", "KAZ.RUS.*"])
    assert factors.shape == (12, 3)
    assert outcomes.shape == (12, 5, 5)
    np.testing.assert_array_equal(outcomes[..., 0].reshape(-1), table["RUS.share"])
    means = table.groupby("point")["RUS.share"].mean()
    np.testing.assert_allclose(found.means("RUS.share")["RUS.share"], means, rtol=1e-12)
    moves = found.trajectories("KAZ", "RUS")
    assert moves.shape == (12, 5, 8)
    np.testing.assert_array_equal(moves[..., -1].reshape(-1), table["KAZ.RUS.share"])
    full = run(plan.point(3), 5, seed=plan.seed, keep="overall").array("overall")[:, 0, 0]
    np.testing.assert_array_equal(moves[3], full.T)
    assert found.points.loc[1].tolist() == [0.0, "2025-10", "crowded-steppe"]
    assert "12 points x 5 worlds" in repr(found)
    for bad in (
        lambda: found.arrays("RUS.shrae"),
        lambda: found.arrays("KAZ.leader"),
        lambda: found.table(["x"]),
        lambda: found.trajectories("KAZ", "XXX"),
        found.sensitivity,
        lambda: found.factor("x"),
    ):
        with pytest.raises(sim.BadInput):
            bad()


@pytest.mark.slow
def test_parts_are_plain_parquet(tmp_path: Path) -> None:
    sim.sweep(
        "dushanbe-2025", tmp_path / "s", vary={STRAIN: (0, 0.9, 3)}, worlds=50, months=3, outcomes=["RUS.*", "*.leader"]
    )
    import pyarrow.dataset as ds

    whole = ds.dataset(tmp_path / "s" / "parts", format="parquet").to_table()
    assert whole.num_rows == 150
    assert whole.column_names[:3] == ["point", "world", STRAIN]
    assert {"RUS.share", "UZB.leader"} <= set(whole.column_names)


@pytest.mark.slow
def test_classes_of_ones_own(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"vary": {STRAIN: (0, 0.9, 3)}, "worlds": 90, "months": 5}
    plain = sim.sweep("dushanbe-2025", **fields)
    here = sim.sweep("dushanbe-2025", republic=Stubborn, **fields)
    there = sim.sweep("dushanbe-2025", republic=Stubborn, workers=2, **fields)
    pd.testing.assert_frame_equal(here.table(), there.table(), check_exact=True)
    assert not here.table().equals(plain.table())
    sim.sweep("dushanbe-2025", tmp_path / "s", **fields)
    with pytest.raises(sim.BadInput, match="Stubborn"):
        sim.sweep("dushanbe-2025", tmp_path / "s", republic=Stubborn, **fields)

    class Local(sim.Republic):
        pass

    with pytest.raises(sim.BadInput, match="workers=1"):
        sim.sweep("dushanbe-2025", republic=Local, workers=2, **fields)


@pytest.mark.parametrize("worlds", [4097, 9_000, 12_500, 100_000])
def test_a_large_sweep_is_an_even_number_of_batches_about_equally_large(worlds: int) -> None:
    plan = Plan.of("dushanbe-2025", vary={STRAIN: (0.0, 0.9, 8)}, worlds=worlds, months=1)
    size = batches.batch_size(plan)
    assert size <= batches.BATCH
    assert batches.task_count(plan, size) % 2 == 0
    assert plan.total - size * (batches.task_count(plan, size) - 1) > 0.9 * size, "the last is hardly smaller"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bug_in_a_batch_is_told_as_it_is(workers: int) -> None:
    with pytest.raises((ValueError, RuntimeError), match="the pen is dry"):
        sim.sweep("dushanbe-2025", republic=Clumsy, vary={STRAIN: (0, 0.9, 3)}, worlds=90, months=3, workers=workers)


@pytest.mark.parametrize("workers", [0, -1, 2.5, True])
def test_workers_are_counted(workers: Any) -> None:
    with pytest.raises(sim.BadInput, match="workers"):
        sim.sweep("dushanbe-2025", vary={STRAIN: (0, 0.9, 3)}, worlds=2, months=3, workers=workers)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_stays_flat_over_200_batches() -> None:
    """Mesa 3.3 keeps every model; their arrays must go all the same (kept, they would be hundreds of megabytes)."""

    def held() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    plan = Plan.of("dushanbe-2025", vary={STRAIN: (0, 0.9, 2)}, worlds=32, months=1, outcomes=["RUS.share"])
    job = batches.job_of(plan)
    task = next(batches.tasks(plan, 64))
    for _ in range(30):
        batches.finished(job, task)
    before = held()
    for _ in range(200):
        batches.finished(job, task)
    assert held() - before < 24 * 2**20


def test_the_same_sweep_has_the_same_indices() -> None:
    """SALib takes the seed 0 for none; the intervals then differ from call to call."""
    found = sim.sweep(
        "dushanbe-2025",
        vary={STRAIN: (0, 0.9), "powers.CHN.budget": (0.3, 1.2)},
        design="saltelli",
        points=8,
        worlds=2,
        months=3,
        outcomes=["RUS.share"],
        workers=1,
    )
    first, again = found.sensitivity().table, found.sensitivity().table
    assert first.equals(again)
