"""A tornado: each doubted number at either end of its range, all others as the scenario says, on the same luck.

As every end has the same luck as the scenario itself, the difference is the number's alone, and few worlds are enough.
All ends run side by side, as worlds of a few large batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.runs.ask import Ask, Askable, Asked
from sim.runs.doubt import Doubt, balanced
from sim.runs.run import BATCH, run_batch
from sim.scenario import BadInput, Scenario
from sim.scenario.doubt import REST, Range, all_along, before
from sim.scenario.errors import nearest
from sim.world.record import Record, Watch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

COLUMNS = ["path", "low", "value", "high", "origin", "outcome", "at_low", "base", "at_high", "swing", "error", "sure"]
FEWEST = 2
SURE = 2.0
"""Standard errors of a swing above which it is no matter of luck."""
WORLDS = 24
"""Worlds at either end of a range: with paired luck enough for a tenth of a point."""


@dataclass(frozen=True, eq=False)
class Tornado:
    """What each doubted number does to where alignment ends and how it changes, between the ends of its range.

    ``table``: [path, low, value, high, origin, outcome, at_low, base, at_high, swing, error, sure], means over worlds,
    one row a number and outcome; ``swing`` = at_high - at_low, ``error`` its standard error over worlds, ``sure``
    whether it is more than twice that.
    """

    ask: Ask
    table: pd.DataFrame

    @property
    def scenario(self) -> Scenario:
        """What was asked about."""
        return self.ask.scenario

    def of(self, outcome: str | None = None, most: int | None = None, what: str = "share") -> pd.DataFrame:
        """Rows of one outcome, or of each number the alignment that it moves most, the largest swing first.

        ``what``: by where alignments end ("share") or by how they change ("change"), where no outcome is named.

        Raises
        ------
        BadInput : an outcome that is not in the table.
        """
        rows = self.table
        if outcome is not None:
            names = list(dict.fromkeys(rows.outcome))
            if outcome not in names:
                raise BadInput.of(
                    repr(outcome), "an outcome such as KAZ.RUS.share", path="outcome", nearest=nearest(outcome, names)
                )
            rows = rows[rows.outcome == outcome]
        order = rows.assign(size=rows.swing.abs()).sort_values("size", ascending=False, kind="stable")
        if outcome is None:
            order = order[order.outcome.str.count(r"\.") == 2]
            order = order[order.outcome.str.endswith(f".{what}")].drop_duplicates("path")
        return order.drop(columns="size").head(most if most is not None else len(order)).reset_index(drop=True)

    def figure(self, outcome: str | None = None) -> Figure:
        """Bars from one end of each range to the other, longest first; of an outcome, or of what each moves most."""
        return lazy.figure("Tornado.figure", self, outcome)


def tornado(
    scenario: Askable, *, progress: Callable[[int, int], None] | None = None, **asked: Unpack[Asked]
) -> Tornado:
    """Put each doubted number at either end of its range, and see where alignments end.

    Parameters
    ----------
    scenario : a scenario, a shipped name or a path; an ask or a result.
    progress : called with (worlds done, worlds in all).
    asked : worlds (24 at either end), months, seed, doubt (everything that is not sure, if not said), classes; see
        ``sim.Ask``.

    Raises
    ------
    BadInput : nothing in doubt, a posterior or variations, or whatever is wrong with scenario or doubt.
    """
    given = {"worlds": WORLDS, "doubt": True} | {name: value for name, value in asked.items() if value is not None}
    ask = Ask.of(scenario, **given, keep="outcomes")  # type: ignore[arg-type]
    if ask.worlds < FEWEST:
        raise BadInput.of(f"{ask.worlds}", f"{FEWEST} or more, so that luck can be told apart", path="worlds")
    if ask.posterior is not None or ask.variations:
        raise BadInput.of("values that vary from world to world", "one value of every number", path="tornado")
    spans = {path: span for path, span in ask.doubts.items() if not path.startswith(REST)}
    if not spans:
        raise BadInput.of("nothing in doubt", "a scenario or a doubt with ranges", path="doubt")
    actors = [f"{r}.{p}" for r in ask.scenario.republics for p in ask.scenario.powers] + [*ask.scenario.powers]
    names = [f"{one}.{what}" for what in ("share", "change") for one in actors]
    total = (2 * len(spans) + 1) * ask.worlds
    means, done = np.empty((2 * len(spans) + 1, len(names), ask.worlds)), 0
    ends = list(_ends(ask, spans))
    for first in range(0, len(ends), at_once := max(1, BATCH // ask.worlds)):
        some = ends[first : first + at_once]
        means[first : first + len(some)] = _run(ask, some, names)
        done += len(some) * ask.worlds
        if progress is not None:
            progress(done, total)
    return Tornado(ask, _table(spans, names, means))


def _ends(ask: Ask, spans: dict[str, Range]) -> Iterator[dict[str, float]]:
    """What is set at each end of each range, the scenario itself first: path -> value, before day one too."""
    assert isinstance(ask.doubt, Doubt)
    yield {}
    for path, span in spans.items():
        for end in (span.low, span.high):
            moved = {path: end}
            if all_along(ask.scenario, path, span.value):
                moved[before(path)] = end
            yield balanced(ask.scenario, moved)


def _run(ask: Ask, ends: list[dict[str, float]], names: list[str]) -> Floats:
    """Outcomes at some ends, (end, outcome, world)."""
    worlds = np.tile(np.arange(ask.worlds), len(ends))
    paths = dict.fromkeys(path for end in ends for path in end)
    own = {path: ask.scenario.get(path) for path in paths}
    values = {
        path: np.repeat([end.get(path, own[path]) for end in ends], ask.worlds).astype(np.float64) for path in paths
    }
    record = Record(ask.scenario, len(worlds), ask.months, "outcomes", weights=ask.weights)
    run_batch(ask, worlds, Watch(record, 0), variations=values)
    return np.stack([record.outcomes[name].reshape(len(ends), ask.worlds) for name in names], axis=1)


def _table(spans: dict[str, Range], names: list[str], means: Floats) -> pd.DataFrame:
    base = means[0].mean(axis=-1)
    rows = []
    for i, (path, span) in enumerate(spans.items()):
        low, high = means[1 + 2 * i], means[2 + 2 * i]
        swing = high - low
        error = (
            swing.std(axis=-1, ddof=1) / np.sqrt(swing.shape[-1])
            if swing.shape[-1] > 1
            else np.full(len(names), np.nan)
        )
        columns = [low.mean(axis=-1), base, high.mean(axis=-1), swing.mean(axis=-1), error]
        sure = np.abs(columns[3]) > SURE * error
        head = (path, span.low, span.value, span.high, span.origin)
        rows += [
            (*head, name, *map(float, numbers), bool(clear))
            for name, clear, *numbers in zip(names, sure, *columns, strict=True)
        ]
    return pd.DataFrame(rows, columns=COLUMNS)
