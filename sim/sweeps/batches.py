"""A sweep cut into batches: each a pure function of the plan and its number, wherever and in whatever order it runs."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.runs.ask import Ask
from sim.runs.modelversion import MAIN, classes_of, model_version
from sim.runs.run import run_batch
from sim.scenario import BadInput
from sim.sweeps.factors import RELATIVE, Factor
from sim.sweeps.plan import Plan, unknown_outcomes
from sim.world.actors import Power, Republic
from sim.world.agents import Classes
from sim.world.model import DiplomacyModel
from sim.world.record import Record, Watch

BATCH = 4096
"""Worlds in a batch at most: enough to make a line of NumPy pay, few enough to lose little when one is lost."""
SMALLEST = 128
"""Worlds in a batch at least, where there are so many: fewer would cost more than they spread."""
_PAIRS = 15 * BATCH
"""Worlds x republics x powers in a batch at most, which bounds its memory (about 200 MB)."""

LEADER = ".leader"
"""Outcomes of this ending are codes of powers; all others are numbers."""


@dataclass(frozen=True)
class Job:
    """What all batches of a sweep share; small enough to travel with each."""

    asks: tuple[Ask, ...]
    """What is asked of each scenario at every point: its worlds, with values of the factors laid over them."""
    factors: tuple[Factor, ...]
    fresh: bool
    outcomes: tuple[str, ...]
    whole: frozenset[str]
    """Outcomes that are whole numbers."""
    trajectories: tuple[str, ...]
    """Pairs whose overall alignment by month is kept, "KAZ.RUS"."""

    @property
    def worlds(self) -> int:
        """Worlds of a point."""
        return self.asks[0].worlds

    @property
    def classes(self) -> tuple[Classes, Classes, type[DiplomacyModel]]:
        """Classes of republics and powers, and of the model."""
        return self.asks[0].republic, self.asks[0].power, self.asks[0].model

    def variations(self, task: Task, place: NDArray[np.int64], luck: NDArray[np.int64]) -> dict[str, Any]:
        """Values of a batch's worlds, by path: those of their points, and of their draws. ``place`` in task.points."""
        values = self.asks[task.scenario].values_of(luck)
        return values | {f.path: task.values[place, j] for j, f in enumerate(self.factors) if f.kind != "scenario"}


@dataclass(frozen=True)
class Task:
    """One batch: rows ``first`` … ``first + count`` of the (point, world) pairs of ``points``, all of one scenario."""

    number: int
    scenario: int
    points: NDArray[np.int64]
    values: NDArray[np.float64]
    first: int
    count: int


@dataclass(frozen=True)
class Done:
    """A finished batch: its number, rows, the bytes of its Parquet file, and the version of the model that made it."""

    number: int
    rows: int
    data: bytes
    version: str


# -- the sweep as batches ----------------------------------------------------------------------------------------------


def job_of(
    plan: Plan, republic: Classes = Republic, power: Classes = Power, model: type[DiplomacyModel] = DiplomacyModel
) -> Job:
    """What the batches of a plan share. Raises BadInput for outcomes that do not exist."""
    asks = tuple(
        Ask(
            scenario,
            plan.worlds,
            plan.seed,
            keep="overall" if plan.trajectories else "outcomes",
            posterior=plan.posterior,
            doubt=plan.doubt,
            republic=republic,
            power=power,
            model=model,
            region_weights=plan.region_weights,
        )
        for scenario in plan.scenarios.values()
    )
    names: dict[str, bool] = {}
    # outcomes are named after actors: scenarios that have the same ones have the same outcomes
    told_apart = {(tuple(ask.scenario.powers), tuple(ask.scenario.republics)): ask for ask in asks}
    for ask in told_apart.values():
        for name, values in probe(ask).items():
            whole = bool(np.issubdtype(values.dtype, np.integer))
            names[name] = names.get(name, True) and whole
    relative = [pattern for pattern in plan.outcomes if pattern.endswith(RELATIVE)]
    if relative:
        names |= {name + RELATIVE: False for name in names if not name.endswith(LEADER)}
    kept = tuple(
        name
        for name in names
        if any(fnmatchcase(name, pattern) for pattern in (relative if name.endswith(RELATIVE) else plan.outcomes))
    )
    unknown_outcomes(plan.outcomes, tuple(names), kept)
    pairs = (
        tuple(
            dict.fromkeys(
                f"{r}.{p}" for scenario in plan.scenarios.values() for r in scenario.republics for p in scenario.powers
            )
        )
        if plan.trajectories
        else ()
    )
    return Job(asks, plan.factors, plan.luck == "fresh", kept, frozenset(name for name in kept if names[name]), pairs)


def probe(ask: Ask) -> Mapping[str, Any]:
    """Outcomes of one world of one month: their names and types."""
    record = Record(ask.scenario, 1, 1, "outcomes")
    batch = ask.model(ask.scenario, 1, 0, republic=ask.republic, power=ask.power, recorder=Watch(record, 0))
    batch.step()
    batch.release()
    return record.outcomes


def batch_size(plan: Plan) -> int:
    """Worlds in a batch: a function of the plan alone."""
    pairs = max(len(scenario.republics) * len(scenario.powers) for scenario in plan.scenarios.values())
    most = max(1, min(BATCH, _PAIRS // pairs))
    size = min(most, max(SMALLEST, -(-plan.total // 16)))
    if size < most:
        return size
    parts = -(-plan.total // most)
    return -(-plan.total // (parts + parts % 2))  # an even number of them, lest one of two workers waits at the end


def tasks(plan: Plan, size: int, wanted: Sequence[int] | None = None) -> Iterator[Task]:
    """The batches of a plan, or those of the numbers wanted (in rising order); made one at a time."""
    number = 0
    left = None if wanted is None else set(wanted)
    where = plan.scenario_of()
    for place in range(len(plan.scenarios)):
        mine = np.flatnonzero(where == place)
        total = len(mine) * plan.worlds
        for start in range(0, total, size):
            if left is None or number in left:
                count = min(size, total - start)
                a, b = start // plan.worlds, -(-(start + count) // plan.worlds)
                points = mine[a:b]
                yield Task(number, place, points, plan.values[points], start - a * plan.worlds, count)
            number += 1


def task_count(plan: Plan, size: int) -> int:
    """Number of batches."""
    points = np.bincount(plan.scenario_of(), minlength=len(plan.scenarios))
    return int((-(-points * plan.worlds // size)).sum())


# -- running one -------------------------------------------------------------------------------------------------------


def run(job: Job, task: Task) -> pa.Table:
    """Run a batch: one row a (point, world) pair, in that order, in the columns of ``schema``."""
    ask = job.asks[task.scenario]
    row = task.first + np.arange(task.count)
    place, world = row // job.worlds, row % job.worlds
    point = task.points[place]
    luck = point * job.worlds + world if job.fresh else world
    variations = job.variations(task, place, luck)
    record = Record(ask.scenario, task.count, ask.months, ask.keep, weights=ask.weights)
    run_batch(ask, luck, Watch(record, 0), variations=variations)
    if any(name.endswith(RELATIVE) for name in job.outcomes):
        _compare_with_base(job, record, luck)
    columns: list[Any] = [pa.array(point), pa.array(luck)]
    for j, factor in enumerate(job.factors):
        columns.append(factor.column(task.values[place, j]))
    columns += [_outcome(job, record, name) for name in job.outcomes]
    for pair in job.trajectories:
        columns.append(_trajectory(record, pair))
    return pa.Table.from_arrays(columns, schema=schema(job))


def _compare_with_base(job: Job, record: Record, luck: NDArray[np.int64]) -> None:
    """Add outcomes relative to the base: the first scenario with nothing varied, in the same worlds."""
    base = job.asks[0]
    worlds, place = np.unique(luck, return_inverse=True)  # points share worlds where luck is paired
    unchanged = Record(base.scenario, len(worlds), base.months, "outcomes", weights=base.weights)
    run_batch(base, worlds, Watch(unchanged, 0), variations=base.values_of(worlds))
    for name in [name.removesuffix(RELATIVE) for name in job.outcomes if name.endswith(RELATIVE)]:
        if name in record.outcomes and name in unchanged.outcomes:
            record.outcomes[name + RELATIVE] = (
                record.outcomes[name].astype(np.float64) - unchanged.outcomes[name][place]
            )


def _outcome(job: Job, record: Record, name: str) -> pa.Array:
    values = record.outcomes.get(name)
    if values is None:  # another scenario of this sweep has it
        return pa.nulls(record.worlds, _type(job, name))
    if name.endswith(LEADER):
        return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int32)), pa.array(record.labels["power"]))
    return pa.array(values.astype(np.int32) if name in job.whole else values)


def _trajectory(record: Record, pair: str) -> pa.Array:
    r, p = pair.split(".")
    labels = record.labels
    if r not in labels["republic"] or p not in labels["power"]:
        return pa.nulls(record.worlds, pa.list_(pa.float64()))
    values = record.arrays["overall"][:, labels["republic"].index(r), labels["power"].index(p)]
    ends = np.arange(record.worlds + 1, dtype=np.int32) * len(values)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(np.ascontiguousarray(values.T).reshape(-1)))


def schema(job: Job) -> pa.Schema:
    """Columns of a part: point, world, factors, outcomes, and trajectories ("KAZ.RUS.months": lists by month)."""
    words = pa.dictionary(pa.int32(), pa.string())
    fields = [("point", pa.int64()), ("world", pa.int64())]
    fields += [(factor.path, pa.float64() if factor.labels() is None else words) for factor in job.factors]
    fields += [(name, _type(job, name)) for name in job.outcomes]
    fields += [(trajectory_column(pair), pa.list_(pa.float64())) for pair in job.trajectories]
    return pa.schema([pa.field(name, kind) for name, kind in fields])


def trajectory_column(pair: str) -> str:
    """Column of the trajectories of a pair."""
    return f"{pair}.months"


def _type(job: Job, name: str) -> pa.DataType:
    if name.endswith(LEADER):
        return pa.dictionary(pa.int32(), pa.string())
    return pa.int32() if name in job.whole else pa.float64()


def encode(table: pa.Table) -> bytes:
    """The bytes of a Parquet file."""
    words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=1, use_dictionary=words, write_statistics=False)
    return bytes(sink.getvalue())


def run_packed(job: bytes, task: Task) -> Done:
    """Run a batch in another process: the job comes as ``pack`` made it."""
    return finished(_unpack(job), task)


def finished(job: Job, task: Task) -> Done:
    """Run a batch and make its file."""
    version = model_version(*job.classes, imported=True)
    return Done(task.number, task.count, encode(run(job, task)), version)


def pack(job: Job) -> bytes:
    """A job as bytes. Raises BadInput for classes that another process cannot be told about."""
    try:
        if any(getattr(cls, "__module__", "") == MAIN for cls in classes_of(*job.classes)):
            import cloudpickle  # type: ignore[import-untyped]  # travels with distributed; carries classes of notebooks and scripts

            return bytes(cloudpickle.dumps(job))
        return pickle.dumps(job)
    except Exception as error:
        raise BadInput.of(
            f"{type(error).__name__}: {error}",
            "classes of a module that other processes can import, or workers=1",
            path="republic, power, model",
        ) from error


@lru_cache(maxsize=4)
def _unpack(job: bytes) -> Job:
    unpacked: Job = pickle.loads(job)  # noqa: S301 - from our own parent process
    return unpacked
