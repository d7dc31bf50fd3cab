"""Ask the model once: many worlds of one scenario, in batches, with everything kept that the reader asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.runs.posterior import Posterior, load_posterior, vary
from sim.runs.result import Result
from sim.scenario import BadInput, Problem, Scenario, load
from sim.world.actors import Power, Republic
from sim.world.agents import Classes
from sim.world.model import DiplomacyModel
from sim.world.parameters import Variations
from sim.world.record import KEEPS, Record, Watch
from sim.world.rules import DRIVERS

BATCH = 4096
"""Worlds run at a time: enough to make a line of NumPy pay; more gain nothing and make Ctrl-C and progress coarser."""

Progress = Callable[[int, int], None]
"""Called with worlds done and worlds in all."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run; ``result`` holds the worlds finished so far, or None."""

    def __init__(self, result: Result | None) -> None:
        super().__init__("interrupted")
        self.result = result


def run(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int = 500,
    months: int | None = None,
    seed: int = 0,
    *,
    republic: Classes = Republic,
    power: Classes = Power,
    model: type[DiplomacyModel] = DiplomacyModel,
    keep: str = "full",
    variations: Variations | None = None,
    posterior: Posterior | str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario in many worlds.

    Parameters
    ----------
    scenario : a scenario, a shipped name or a path.
    worlds : number of worlds, 1 or more; world i has the same luck in every scenario with the same seed.
    months : length of the run, 1 or more; the scenario's own if not given.
    seed : seed of all chance, 0 or more.
    republic, power : your subclass of ``sim.Republic`` or ``sim.Power``, or {code: class}; ``model``: of the model.
    keep : "outcomes" (one row a world), "overall" (and overall alignment by month), "full" (and all that happened) or
        "drivers" (and what moved each alignment, exactly).
    variations : numeric paths of the scenario -> one value a world, shape (worlds,).
    posterior : draws of parameters, a shipped name, a file of ``sim calibrate`` or loaded; world i takes draw i modulo
        their number, so that bands hold what the record leaves open as well as chance. What it draws or scales may be
        set by nothing else but the scenario's root file.
    progress : called with (worlds done, worlds in all) after each batch.

    Raises
    ------
    BadInput : a number out of range, a path that is set twice, or whatever is wrong with scenario or posterior.
    Interrupted : Ctrl-C; carries the worlds finished.

    Examples
    --------
    >>> result = run("dushanbe-2025", worlds=20, months=12)
    >>> result.summary().columns.tolist()[:3]
    ['republic', 'power', 'now']
    """
    if not isinstance(scenario, Scenario):
        scenario = load(os.fspath(scenario))
    _check(worlds, seed, keep)
    if months is not None:
        scenario = scenario.with_months(months)
    drawn = None if posterior is None else load_posterior(posterior)
    variations = vary(scenario, worlds, drawn, variations)
    record = Record(scenario, worlds, scenario.months, keep, drivers=driver_names(republic))
    done = 0
    try:
        while done < worlds:
            batch = np.arange(done, min(done + BATCH, worlds))
            part = (
                None
                if variations is None
                else {
                    path: np.asarray(values)[batch] if np.shape(values) == (worlds,) else values
                    for path, values in variations.items()
                }
            )
            run_batch(
                scenario, batch, seed, Watch(record, done), variations=part, republic=republic, power=power, model=model
            )
            done += len(batch)
            if progress is not None:
                progress(done, worlds)
    except KeyboardInterrupt:
        if not done:
            raise Interrupted(None) from None
        record.truncate(done)
        raise Interrupted(Result(scenario, seed, record, worlds, drawn)) from None
    return Result(scenario, seed, record, posterior=drawn)


def run_batch(
    scenario: Scenario,
    worlds: NDArray[np.int64],
    seed: int,
    watch: Watch,
    *,
    variations: Variations | None = None,
    republic: Classes = Republic,
    power: Classes = Power,
    model: type[DiplomacyModel] = DiplomacyModel,
) -> None:
    """Run one batch of worlds for the scenario's months; ``watch`` records it."""
    batch = model(scenario, worlds, seed, variations=variations, republic=republic, power=power, recorder=watch)
    try:
        for _ in range(scenario.months):
            batch.step()
    finally:
        batch.release()


def memory(scenario: Scenario, worlds: int, keep: str = "full") -> int:
    """Bytes that the record of a run will take, without running it."""
    record = Record(scenario, 0, scenario.months, keep)
    per_world = sum(int(np.prod(array.shape[:-1])) * array.itemsize for array in record.arrays.values())
    return per_world * worlds


def driver_names(republic: Classes) -> Sequence[str]:
    """Names on the driver axis: the model's, and those a subclass of Republic declares in ``extra_drivers``."""
    classes: list[Any] = list(republic.values()) if not isinstance(republic, type) else [republic]
    extra = [name for cls in classes for name in getattr(cls, "extra_drivers", ())]
    return (*DRIVERS, *dict.fromkeys(extra))


def _check(worlds: int, seed: int, keep: str) -> None:
    problems = []
    if worlds != int(worlds) or worlds < 1:
        problems.append(Problem("", None, None, "worlds", repr(worlds), "a whole number, 1 or more"))
    if seed != int(seed) or not 0 <= seed < 2**63:
        problems.append(Problem("", None, None, "seed", repr(seed), "a whole number from 0 to 2^63 - 1"))
    if keep not in KEEPS:
        problems.append(Problem("", None, None, "keep", repr(keep), f"one of {', '.join(KEEPS)}"))
    if problems:
        raise BadInput(problems)
