"""Time and memory of the simulation, against the bars it was built to: ``make bench``, or

    python tests/bench.py                    all of it, in a few minutes
    python tests/bench.py batches memory     some sections
    python tests/bench.py sweep --long       also a million worlds

A table on stdout, nothing asserted: times belong to a machine and to what else it is doing, which the head of the table
says. Every section runs in processes of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STORY, MONTHS, YEARS10 = "dushanbe-2025", 63, 120
STRAIN = "powers.RUS.strain"
BATCH = 4096
Row = tuple[str, float, str, float | None, bool]
"""What, value, unit, bar (None: for information), whether more is better."""


def main() -> None:
    """Run the sections asked for and print one row a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"any of: {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--long", action="store_true", help="also a sweep of a million worlds (half an hour or so)")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        name, *numbers = asked.inside
        print(json.dumps(INSIDE[name](*map(int, numbers))))
        return
    unknown = [name for name in asked.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    print(inside("machine"), flush=True)
    print(f"\n{'section':8} {'what':58} {'value':>12} {'':15} {'bar':>8}  {'':8} load", flush=True)
    started = time.perf_counter()
    for name in asked.sections or SECTIONS:
        for what, value, unit, bar, more in SECTIONS[name](asked.long):
            met = "" if bar is None else "met" if (value >= bar if more else value <= bar) else "NOT MET"
            limit = "" if bar is None else f"{'≥' if more else '≤'} {bar:,g}"
            print(f"{name:8} {what:58} {figure(value):>12} {unit:15} {limit:>8}  {met:8} {load()}", flush=True)
    print(f"\n{time.perf_counter() - started:.0f} s in all", flush=True)


# -- sections: what the table shows ------------------------------------------------------------------------------------


def help_(long: bool) -> list[Row]:
    """``sim --help``, median of five."""
    times = [wall(["sim", "--help"]) for _ in range(5)]
    return [("sim --help, median of 5", statistics.median(times), "s", 0.5, False)]


def run(long: bool) -> list[Row]:
    """``sim run`` with tables and figures, median of three."""
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            times.append(wall(["sim", "run", STORY, "--worlds", "500", "--out", f"{folder}/result"]))
    return [(f"sim run {STORY} --out, 500 worlds x {MONTHS} months, of 3", statistics.median(times), "s", 4.0, False)]


def batches(long: bool) -> list[Row]:
    """Worlds a second on one core, against ``mesa.batch_run`` over the same scenario one world at a time, in turns."""
    turns = [(inside("batches", BATCH, 3), inside("batch_run", 20)) for _ in range(5)]
    many, one = (
        {key: statistics.median(turn[side][key] for turn in turns) for key in ("rate", "cpu")} for side in (0, 1)
    )
    times = [turn[0]["rate"] / turn[1]["rate"] for turn in turns]
    months = f"{YEARS10} months, outcomes only"
    return [
        (f"batches of {BATCH:,} worlds x {months}, median", many["rate"], "worlds/s", 2000.0, True),
        ("the same by the processor's own time", many["cpu"], "worlds/s", None, True),
        ("mesa.batch_run, one-world models, the same outcomes", one["rate"], "worlds/s", None, True),
        ("batches over mesa.batch_run, median of 5 turns", statistics.median(times), "times", 200.0, True),
        ("the lowest of the turns", min(times), "times", None, True),
        ("the highest of the turns", max(times), "times", None, True),
    ]


def memory(long: bool) -> list[Row]:
    """Peak of many worlds with summaries only; growth over batches in one process."""
    peak, flat = inside("summaries", 10_000), inside("consecutive", 200)
    return [
        (f"10,000 worlds x {YEARS10} months, summaries only, peak", peak["peak"], "GiB", 2.0, False),
        ("the same, time", peak["seconds"], "s", None, False),
        ("200 batches in one process, growth after the 20th", flat["growth"], "MiB", 10.0, False),
        ("the same, memory at the end", flat["end"], "MiB", None, False),
    ]


def sweep(long: bool) -> list[Row]:
    """Sweeps on two workers: time and memory over five sizes, and what keeping results costs."""
    rows: list[Row] = []
    for worlds in (1_000, 10_000, 100_000, *((1_000_000,) if long else ())):
        found = inside("sweep", worlds)
        head = f"{worlds:,} worlds x {YEARS10} months, 2 workers"
        bars = (40.0, 3.0) if worlds == 100_000 else (None, 3.0 if worlds > 100_000 else None)
        rows += [
            (f"{head}, into a folder", found["seconds"], "s", bars[0], False),
            ("   time for each 1,000 worlds", 1000 * found["seconds"] / worlds, "s", None, False),
            ("   peak memory of all processes together, at most", found["peak"], "GiB", bars[1], False),
        ]
    kept = inside("store", 5)
    return [*rows, ("writing results, over running the worlds", 100 * kept["share"], "%", 10.0, False)]


SECTIONS: dict[str, Callable[[bool], list[Row]]] = {
    "help": help_,
    "run": run,
    "batches": batches,
    "memory": memory,
    "sweep": sweep,
}


# -- measurements, each in a process of its own ------------------------------------------------------------------------


def inside_batches(worlds: int, times: int) -> dict[str, float]:
    """Worlds a second of batches kept as a sweep keeps them, after one to warm up."""
    import numpy as np

    import sim
    from sim.runs.run import run_batch
    from sim.world.record import Record, Watch

    scenario = sim.load(STORY).with_months(YEARS10)

    def once(first: int) -> None:
        record = Record(scenario, worlds, YEARS10, "outcomes")
        run_batch(sim.Ask(scenario), np.arange(first, first + worlds), Watch(record, 0))

    once(0)
    walls, cpus = [], []
    for turn in range(times):
        wall_, cpu = time.perf_counter(), time.process_time()
        once(turn * worlds)
        walls.append(time.perf_counter() - wall_)
        cpus.append(time.process_time() - cpu)
    return {"rate": worlds / statistics.median(walls), "cpu": worlds / statistics.median(cpus)}


def inside_batch_run(worlds: int) -> dict[str, float]:
    """The same through Mesa's own runner: each world a model, the same outcomes kept of it."""
    import warnings

    import mesa
    from mesa.batchrunner import batch_run

    import sim
    from sim.world.record import Record, Watch

    scenario = sim.load(STORY).with_months(YEARS10)

    class OneWorld(sim.DiplomacyModel):
        """One world that reports its outcomes after its last month and stops by itself."""

        def __init__(self, world: int = 0, **_: Any) -> None:
            self.record = Record(scenario, 1, YEARS10, "outcomes")
            super().__init__(scenario, [world], 0, recorder=Watch(self.record, 0))
            self.datacollector = mesa.DataCollector(model_reporters={"outcomes": OneWorld.outcomes})

        def outcomes(self) -> dict[str, float]:
            """All of them after the last month, none before: Mesa's runner wants something collected every step."""
            return {name: float(values[0]) for name, values in self.record.outcomes.items()}

        def step(self) -> None:
            super().step()
            self.datacollector.collect(self)
            self.running = self.month < YEARS10

    OneWorld(0).step()  # warm
    wall_, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa announces what its next version will not have
        rows = batch_run(
            OneWorld, {"world": range(worlds)}, number_processes=1, display_progress=False, max_steps=YEARS10
        )
    wall_, cpu = time.perf_counter() - wall_, time.process_time() - cpu
    many = sim.run(scenario, worlds, keep="outcomes").record.outcomes
    assert all(row["outcomes"] == {name: float(many[name][row["world"]]) for name in many} for row in rows), rows[0]
    return {"rate": worlds / wall_, "cpu": worlds / cpu}


def inside_summaries(worlds: int) -> dict[str, float]:
    """One run with nothing kept but a row of outcomes a world."""
    import sim

    start = time.perf_counter()
    sim.run(STORY, worlds, YEARS10, keep="outcomes")
    return {"seconds": time.perf_counter() - start, "peak": peak_gib(0)}


def inside_consecutive(times: int) -> dict[str, float]:
    """Memory of this process over batches, in MiB."""
    import numpy as np

    import sim
    from sim.runs.run import run_batch
    from sim.world.record import Record, Watch

    scenario = sim.load(STORY).with_months(12)
    sizes = []
    for turn in range(times):
        record = Record(scenario, 256, 12, "outcomes")
        run_batch(sim.Ask(scenario), np.arange(256) + 256 * turn, Watch(record, 0))
        sizes.append(resident_mib())
    return {"growth": sizes[-1] - sizes[min(19, times - 1)], "end": sizes[-1]}


def inside_sweep(worlds: int) -> dict[str, float]:
    """A sweep over ten values, two workers, outcomes only, into a folder."""
    import sim

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        found = sim.sweep(
            STORY, Path(folder) / "sweep", vary={STRAIN: (0.0, 0.9, 10)}, worlds=worlds // 10, months=YEARS10, workers=2
        )
        seconds = time.perf_counter() - start
        assert found.rows == worlds
    return {"seconds": seconds, "peak": peak_gib(2)}


def inside_store(times: int) -> dict[str, float]:
    """Time of encoding and writing batches over the time of running them, on one core."""
    from sim.sweeps import batches as cut
    from sim.sweeps import sweep as sweeping
    from sim.sweeps.plan import Plan
    from sim.sweeps.store import Store

    plan = Plan.of(STORY, vary={STRAIN: (0.0, 0.9, 10)}, worlds=10_000, months=YEARS10)
    job, size = cut.job_of(plan), cut.batch_size(plan)
    running = writing = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "sweep", sweeping.manifest(plan, job, size), {}) as store,
    ):
        for task in cut.tasks(plan, size, range(times)):
            start = time.perf_counter()
            table = cut.run(job, task)
            middle = time.perf_counter()
            store.write(task.number, cut.encode(table))
            running += middle - start
            writing += time.perf_counter() - middle
    return {"share": writing / running}


def machine() -> str:
    """What was measured, where, when, and how fast this machine takes exponentials, which most of the time goes to."""
    import numpy as np

    import sim

    x = np.linspace(-1.0, 1.0, 20_000)
    np.exp(x)
    times = []
    for _ in range(50):
        start = time.perf_counter()
        np.exp(x)
        times.append(time.perf_counter() - start)
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        [
            line.split(":")[1].strip()
            for line in cpuinfo.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        if cpuinfo.exists()
        else []
    )
    wide = [name for name in ("AVX512F", "AVX2") if _has(name)]
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}  sim {sim.__version__}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}\n{os.cpu_count()} cores, {names[0] if names else platform.processor()}, "
        f"{'/'.join(wide) or 'no wide vectors'}, {1e9 * min(times) / x.size:.1f} ns for an exponential, "
        f"load {load()}"
    )


def _has(feature: str) -> bool:
    from numpy._core._multiarray_umath import __cpu_features__

    return bool(__cpu_features__.get(feature))


INSIDE: dict[str, Callable[..., Any]] = {
    "machine": machine,
    "batches": inside_batches,
    "batch_run": inside_batch_run,
    "summaries": inside_summaries,
    "consecutive": inside_consecutive,
    "sweep": inside_sweep,
    "store": inside_store,
}


# -- tools -------------------------------------------------------------------------------------------------------------


def inside(name: str, *numbers: int) -> Any:
    """A measurement in a fresh interpreter, so that not even this program's memory is in it."""
    program = [sys.executable, __file__, "--inside", name, *map(str, numbers)]
    answer = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def wall(command: list[str]) -> float:
    """Seconds that a command of this environment takes."""
    program = Path(sys.executable).with_name(command[0])
    start = time.perf_counter()
    subprocess.run([program, *command[1:]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak_gib(children: int) -> float:
    """Peak memory of this process, and of so many children as if each had taken what the largest did."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    own, theirs = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + children * theirs) * unit / 2**30


def resident_mib() -> float:
    """Memory of this process now, where the system says so; else its peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return peak_gib(0) * 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def load() -> str:
    """Mean number of running programs over the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "-"


def figure(value: float) -> str:
    """A number with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
