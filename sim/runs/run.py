"""Ask the model once: many worlds of one scenario, in batches, with everything kept that the reader asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from sim.runs.ask import Ask, Askable, Options, by_code
from sim.runs.result import Result
from sim.scenario import BadInput, Scenario
from sim.world.agents import Classes
from sim.world.model import Recorder
from sim.world.parameters import Variations
from sim.world.record import Record, Watch
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
    scenario: Askable,
    worlds: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    *,
    progress: Progress | None = None,
    before_month: Callable[[], None] | None = None,
    **options: Unpack[Options],
) -> Result:
    """Run a scenario in many worlds.

    Parameters
    ----------
    scenario : a scenario, a shipped name or a path; or an ``Ask``, or a result, which is then asked again with what
        differs.
    worlds : number of worlds, 1 or more (500); world i has the same luck in every scenario with the same seed.
    months : length of the run, 1 or more; the scenario's own if not given.
    seed : seed of all chance, 0 or more (0).
    progress : called with (worlds done, worlds in all) after each batch.
    before_month : called before every month of every batch; may raise to stop the run.
    options : republic, power, model (classes of your own), keep, variations, posterior, region_weights; see
        ``sim.Ask``.

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
    ask = Ask.of(scenario, worlds=worlds, months=months, seed=seed, **options)
    record = Record(ask.scenario, ask.worlds, ask.months, ask.keep, driver_names(ask.republic), ask.weights)
    done = 0
    try:
        for batch in ask.batches(BATCH):
            run_batch(ask, batch, Watch(record, done), before_month=before_month)
            done += len(batch)
            if progress is not None:
                progress(done, ask.worlds)
    except KeyboardInterrupt:
        if not done:
            raise Interrupted(None) from None
        record.truncate(done)
        raise Interrupted(Result(ask, record)) from None
    return Result(ask, record)


def run_batch(
    ask: Ask,
    worlds: NDArray[np.int64],
    recorder: Recorder,
    *,
    variations: Variations | None = None,
    before_month: Callable[[], None] | None = None,
) -> None:
    """Run the numbered worlds of an ask, whatever their number; ``recorder`` records them.

    ``variations`` (path -> (len(worlds),)) take the place of the ask's own values of these worlds: points of a sweep.
    Raises BadInput for a class that could not be found again.
    """
    ask.check_found()
    batch = ask.model(
        ask.scenario,
        worlds,
        ask.seed,
        variations=ask.values_of(worlds) if variations is None else variations,
        republic=ask.republic,
        power=ask.power,
        recorder=recorder,
    )
    try:
        for _ in range(ask.months):
            if before_month is not None:
                before_month()
            batch.step()
    finally:
        batch.release()


TRIED = 4
"""Worlds that are run again to see whether a class still does what it did."""


def check_repeats(result: Result) -> None:
    """Refuse a result with classes of a user's own that do not give its first worlds again.

    A class may have changed since, or what it uses, where no digest of its source can see it. Raises BadInput.
    """
    ask = Ask.of(result.finished, worlds=min(TRIED, result.worlds), keep="outcomes")
    if ask.own_classes:
        check_same(result, run(ask).record, np.arange(ask.worlds))


def check_same(result: Result, again: Record, worlds: NDArray[np.int64]) -> None:
    """Raise BadInput where worlds of a result, by number, came out otherwise when they were run again."""
    for name, values in again.outcomes.items():
        kept = result.record.outcomes.get(name)
        if kept is None or not np.allclose(kept[worlds], values, rtol=1e-6, atol=1e-6):
            raise BadInput.of(
                f"worlds that come out otherwise when they are run again (in {name})",
                f"the model as it was when {result!r} was made, classes of your own and all that they use included",
                path="result",
            )


def memory(scenario: Scenario, worlds: int, keep: str = "full") -> int:
    """Bytes that the record of a run will take, without running it."""
    record = Record(scenario, 0, scenario.months, keep)
    per_world = sum(int(np.prod(array.shape[:-1])) * array.itemsize for array in record.arrays.values())
    return per_world * worlds


def driver_names(republic: Classes) -> Sequence[str]:
    """Names on the driver axis: the model's, and those a subclass of Republic declares in ``extra_drivers``."""
    extra = [name for cls in by_code(republic).values() for name in getattr(cls, "extra_drivers", ())]
    return (*DRIVERS, *dict.fromkeys(extra))
