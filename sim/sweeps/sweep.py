"""Running a sweep: check it, estimate its cost, run what is missing, save every finished batch."""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.folder import versions
from sim.runs.modelversion import model_version
from sim.runs.run import Progress
from sim.scenario import BadInput, Scenario
from sim.scenario.errors import folder_of, shown
from sim.sweeps import batches
from sim.sweeps.batches import Job, Task
from sim.sweeps.plan import Plan
from sim.sweeps.store import FORMAT, Memory, Store, check, find_parts, identity, manifest_seal, sound_parts
from sim.sweeps.table import UNIT, Sweep, design_digest
from sim.sweeps.workers import run_here, run_in_processes, run_on_dask
from sim.world.actors import Power, Republic
from sim.world.agents import Classes
from sim.world.model import DiplomacyModel
from sim.world.record import Record, Watch

_PROCESS = 170 * 2**20
"""Bytes of a worker process before its first batch."""
_STARTUP = 1.5
"""Seconds until worker processes are at work."""
_QUICK = 4.0
"""Seconds under which starting worker processes would take longer than it saves."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a sweep: ``done`` of ``total`` rows are saved in ``folder`` (None: nowhere)."""

    def __init__(self, done: int, total: int, folder: Path | None) -> None:
        super().__init__("stopped")
        self.done, self.total, self.folder = done, total, folder


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take: rows and batches in all, rows still to run, seconds, and bytes of disk and of memory.

    ``workers`` is 0 where a cluster runs it; seconds are then those of one core. ``damaged`` parts are to be run anew.
    """

    points: int
    worlds: int
    rows: int
    batches: int
    months: int
    workers: int
    left: int
    seconds: float
    disk: int
    memory: int
    damaged: int = 0


def sweep(
    plan: Plan | str | os.PathLike[str] | Scenario,
    out: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    dask: str | None = None,
    republic: Classes = Republic,
    power: Classes = Power,
    model: type[DiplomacyModel] = DiplomacyModel,
    progress: Progress | None = None,
    tell: Callable[[Estimate], None] | None = None,
    command: str | None = None,
    **fields: Any,
) -> Sweep:
    """Run a sweep, or resume one.

    Parameters
    ----------
    plan : a plan; or the path of a plan's YAML file; or, with ``vary`` or ``rows`` among ``fields``, a scenario.
    out : folder to save it in: new, or that of the same sweep, which is then resumed; None keeps results in memory.
    workers : processes on this machine; by default all cores, or one for a sweep of a few seconds.
    dask : address of a Dask scheduler to run on instead.
    republic, power, model : classes of your own, as in ``sim.run``.
    progress, tell : called after each batch; called with the estimated cost before the first.
    fields : keys of a plan (``vary``, ``design``, ``points``, ``worlds``, ``months``, ``seed``, ``posterior``, …).

    Raises
    ------
    BadInput : anything wrong with the plan, a size that will not fit, a folder that cannot be used or written.
    Stopped : Ctrl-C; finished batches are saved.

    Examples
    --------
    >>> result = sweep("dushanbe-2025", vary={"powers.RUS.strain": (0, 0.9, 3)}, worlds=4, months=6)
    >>> result.table(["powers.RUS.strain", "RUS.share"]).shape
    (12, 2)
    """
    plan = make_plan(plan, fields)
    if workers is not None and (type(workers) is not int or workers < 1):
        raise BadInput.of(repr(workers), "a whole number, 1 or more", path="workers")
    job = batches.job_of(plan, republic, power, model)
    size = batches.batch_size(plan)
    facts, design, memory = manifest(plan, job, size, command), design_table(plan), Memory()
    folder = None if out is None else folder_of(out, "a folder to save the sweep in", path="out")
    # before the folder is made, so that what will not fit leaves no trace
    expected = estimate(plan, job, facts, 0 if dask is not None else workers, folder)
    if tell is not None:
        tell(expected)
    with nullcontext() if folder is None else Store.open(folder, facts, _files(plan, design)) as store:
        shelf: Store | Memory = memory if store is None else store
        there = shelf.parts()
        missing = [number for number in range(facts["parts"]) if number not in there]
        _run(plan, job, size, missing, shelf, expected, dask, progress, store)
    if folder is None:
        return Sweep(facts, design, memory, scenario=next(iter(plan.scenarios.values())))
    return Sweep.load(folder)


def dry_run(plan: Plan, out: str | os.PathLike[str] | None = None, workers: int | None = None) -> Estimate:
    """What a sweep would take (``workers`` 0: on a cluster); nothing is written.

    Raises BadInput as ``sweep`` does before its first world.
    """
    job = batches.job_of(plan)
    facts = manifest(plan, job, batches.batch_size(plan))
    return estimate(plan, job, facts, workers, None if out is None else Path(out))


def make_plan(plan: Plan | str | os.PathLike[str] | Scenario, fields: dict[str, Any]) -> Plan:
    """A plan from whatever ``sweep`` was given."""
    given = {key: value for key, value in fields.items() if value is not None}
    if isinstance(plan, Plan):
        if given:
            raise BadInput.of(f"{', '.join(given)} beside a plan", "one or the other")
        return plan
    if isinstance(plan, Scenario) or "vary" in given or "rows" in given:
        return Plan.of(plan if isinstance(plan, Scenario) else str(plan), **given)
    if not isinstance(plan, str | os.PathLike):
        raise BadInput.of(shown(plan), "a plan, the path of its file, or a scenario and what to vary", path="plan")
    return Plan.load(str(plan), **given)


def _run(
    plan: Plan,
    job: Job,
    size: int,
    missing: list[int],
    shelf: Store | Memory,
    expected: Estimate,
    dask: str | None,
    progress: Progress | None,
    store: Store | None,
) -> None:
    todo = batches.tasks(plan, size, missing)
    answers: Iterator[batches.Done]
    if not missing:
        return
    if dask is not None:
        answers = run_on_dask(job, todo, dask)
    elif expected.workers > 1:
        answers = run_in_processes(job, todo, expected.workers)
    else:
        answers = run_here(job, todo)
    version = model_version(*job.classes, imported=True)
    left = _rows_of(plan, size, missing)
    done, before, started = 0, plan.total - left, time.monotonic()
    if store is not None:
        store.log(f"running {len(missing)} of {expected.batches} parts on {dask or f'{expected.workers} workers'}")
    try:
        with closing(answers):  # type: ignore[type-var]
            for answer in answers:
                if answer.version != version:
                    raise BadInput.of(
                        f"workers with {answer.version}", version, path="workers" if dask is None else "--dask"
                    )
                shelf.write(answer.number, answer.data)
                done += answer.rows
                if store is not None:
                    store.log(
                        f"part {answer.number}: {answer.rows} rows, {before + done} of {expected.rows}, "
                        f"{done / max(time.monotonic() - started, 1e-9):.0f} a second"
                    )
                if progress is not None:
                    progress(done, left)
    except KeyboardInterrupt:
        if store is not None:
            store.log("stopped")
        raise Stopped(before + done, expected.rows, store.folder if store else None) from None
    if store is not None:
        store.log("complete")


# -- what it is ------------------------------------------------------------------------------------------------------


def manifest(plan: Plan, job: Job, size: int, command: str | None = None) -> dict[str, Any]:
    """What is written about a sweep. ``same`` must agree for a folder to be resumed."""
    same = {
        "plan": plan.facts(),
        "design_digest": design_digest(plan.values),
        "batch": size,
        "columns": {"outcomes": list(job.outcomes), "trajectories": list(job.trajectories)},
        "model": model_version(*job.classes),
    }
    facts = {
        "format": FORMAT,
        "kind": "sweep",
        "title": plan.title,
        "same": same,
        "points": plan.size,
        "parts": batches.task_count(plan, size),
        "rows": plan.total,
        "scenarios": dict(zip(plan.scenarios, _scenario_files(plan), strict=True)),
        "classes": job.asks[0].classes,
        "command": command or " ".join(sys.argv),
        "versions": versions(),
    }
    return {**facts, "seal": manifest_seal(facts)}


def _scenario_files(plan: Plan) -> list[str]:
    """Names of files for the resolved scenarios."""
    stems = [Path(name).stem for name in plan.scenarios]
    return [
        f"scenario-{stem}.yaml" if stems.count(stem) == 1 else f"scenario-{stem}-{place}.yaml"
        for place, stem in enumerate(stems)
    ]


def design_table(plan: Plan) -> pa.Table:
    """The points: a column a factor, and where the design needs it a column of its place in the unit cube.

    Scenarios stand by name, months as "YYYY-MM".
    """
    columns = {factor.path: factor.column(plan.values[:, j]) for j, factor in enumerate(plan.factors)}
    if plan.unit is not None:
        columns |= {UNIT + path: plan.unit[:, j] for j, path in enumerate(plan.paths)}
    return pa.table(columns)


def _files(plan: Plan, design: pa.Table) -> dict[str, str | bytes]:
    sink = io.BytesIO()
    pq.write_table(design, sink, compression="zstd")
    texts = {
        name: scenario.to_yaml() for name, scenario in zip(_scenario_files(plan), plan.scenarios.values(), strict=True)
    }
    return {"design.parquet": sink.getvalue(), **texts}


# -- what it takes -----------------------------------------------------------------------------------------------------


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def estimate(
    plan: Plan, job: Job, facts: dict[str, Any], workers: int | None = None, folder: Path | None = None
) -> Estimate:
    """What a sweep will take, from a few months of one batch, and from what the folder already holds.

    ``facts`` are its manifest; ``workers`` is 0 for a cluster.

    Raises
    ------
    BadInput : a folder of another sweep, more than the disk has room for or the machine has memory.
    """
    parts, size = facts["parts"], facts["same"]["batch"]
    there, damaged = _kept(folder, facts)
    missing = [number for number in range(parts) if number not in there]
    left = _rows_of(plan, size, missing)
    seconds, held = 0.0, 0
    if missing:
        first = next(batches.tasks(plan, size))
        seconds, held = _rehearse(job, first)
        seconds *= left / first.count
    wanted = workers if workers is not None else (1 if seconds < _QUICK else cores())
    busy = min(max(1, wanted), max(1, len(missing)))
    per_row = 7 * len(job.outcomes) + 8 * len(job.trajectories) * (plan.months + 1) + 24
    disk = left * per_row + 2_000_000
    memory = busy * (held + _PROCESS) + plan.values.nbytes * 4 + size * per_row * (busy + 2) + _PROCESS
    if folder is None:
        memory += plan.total * per_row
    _refuse(disk, memory, folder)
    seconds = seconds / min(busy, cores()) + (_STARTUP if busy > 1 else 0.0)
    return Estimate(
        plan.size,
        plan.worlds,
        plan.total,
        parts,
        plan.months,
        busy if wanted else 0,
        left,
        seconds,
        disk,
        memory,
        damaged,
    )


def _kept(folder: Path | None, facts: dict[str, Any]) -> tuple[set[int], int]:
    """Parts of this very sweep that a folder holds, and how many are damaged."""
    if folder is None or not folder.is_dir():
        return set(), 0
    try:
        check(folder, facts)
        there = sound_parts(folder, identity(facts))
        return there, len({number for number, _ in find_parts(folder)} - there)
    except OSError as error:
        raise BadInput.of(
            error.strerror or str(error), "a folder that can be read and written", file=str(folder)
        ) from error


def _rows_of(plan: Plan, size: int, missing: list[int]) -> int:
    if len(missing) == batches.task_count(plan, size):
        return plan.total
    return sum(task.count for task in batches.tasks(plan, size, missing))


def _rehearse(job: Job, task: Task) -> tuple[float, int]:
    """Seconds and bytes that a batch takes."""
    ask = job.asks[task.scenario]
    months = ask.months
    place = (task.first + np.arange(task.count)) // job.worlds
    variations = job.variations(task, place, np.arange(task.count))
    times = [time.perf_counter()]
    batch = ask.model(
        ask.scenario,
        np.arange(task.count),
        ask.seed,
        variations=variations,
        republic=ask.republic,
        power=ask.power,
        recorder=Watch(Record(ask.scenario, task.count, months, "outcomes"), 0),
    )
    times.append(time.perf_counter())
    for _ in range(min(months, 4)):
        batch.step()
        times.append(time.perf_counter())
    held = 3 * batch.state.nbytes + 100 * 2**10 * task.count
    batch.release()
    passed = np.diff(times)
    month = float(np.median(passed[2:])) if len(passed) > 2 else float(passed[-1])
    draw = max(float(passed[1]) - month, 0.0)  # random numbers are drawn some months at a time
    return float(passed[0]) + draw * -(-months // 24) + month * months + 0.01, held


def _refuse(disk: int, memory: int, folder: Path | None) -> None:
    if folder is not None:
        nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(nearest).free
        if disk > free:
            raise BadInput.of(
                f"a sweep of about {disk / 2**30:,.1f} GiB",
                f"at most {free / 2**30:,.1f} GiB, which is "
                "what this disk has left; keep fewer outcomes, points or worlds",
                file=str(folder),
            )
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return
    if memory > 0.9 * there:
        raise BadInput.of(
            f"a sweep that needs about {memory / 2**30:,.1f} GiB of memory",
            f"at most "
            f"{0.9 * there / 2**30:,.1f} GiB here; with a folder (out) results need none, and fewer "
            "workers need less",
        )
