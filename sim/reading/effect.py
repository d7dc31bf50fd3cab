"""What an event changed: the same worlds with it and without it, and through which drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.reading.beside import BAND
from sim.reading.compare import Comparison, compare
from sim.reading.differing import alignment_words, given, sized
from sim.reading.explain import Explanation, explain
from sim.reading.sizes import NEGLIGIBLE, sizes
from sim.runs.ask import Ask, Askable, Options
from sim.runs.result import Result, quantiles
from sim.runs.run import Progress
from sim.runs.words import listed, month_words, percent, points, signed
from sim.scenario.occasions import provided, when


@dataclass(frozen=True)
class Effect:
    """What an event changed: the same worlds with it and without it, and through which drivers."""

    event: str
    comparison: Comparison
    """Base: without the event; the other: with it."""
    explanation: Explanation
    """Parts with the event minus parts without it, in the same world."""

    @property
    def came(self) -> NDArray[np.bool_]:
        """The worlds in which it happened, (w,): all for a dated event, those that chance chose for another."""
        with_it = self.comparison.results[1]
        fired = with_it.array("event")[:, list(with_it.scenario.events).index(self.event)]
        return np.asarray(fired.any(axis=0))

    @property
    def always(self) -> bool:
        """Whether it happens in every world, as a dated event without conditions does."""
        return self.explanation.scenario.events[self.event].certain and bool(self.came.all())

    @property
    def parts(self) -> NDArray[np.float64]:
        """Mean parts in the worlds in which it happened, (d, r, p); zero where there are none."""
        parts, came = self.explanation.parts, self.came
        return parts[..., came].mean(axis=-1) if came.any() else np.zeros(parts.shape[:-1])

    def table(self) -> pd.DataFrame:
        """``Comparison.table`` of the sector explained, and what is so where it happened.

        [..., came, low_if_came, difference_if_came, high_if_came, size_if_came]. ``came``: part of the worlds in which
        it happened; then the median difference in those with its 10 and 90 per cent quantiles, and its size (NaN, None
        where there are none).
        """
        sector, came = self.explanation.sector, self.came
        table = self.comparison.table(sector)
        last = self.comparison.differences(1, sector)[-1]
        bands = quantiles(last[..., came], BAND) if came.any() else [np.full(last.shape[:2], np.nan)] * len(BAND)
        table["came"] = float(came.mean())
        for name, band in zip(("low", "difference", "high"), bands, strict=True):
            table[f"{name}_if_came"] = band.ravel()
        doubt = self.comparison.doubt(sector)[-1]
        table["size_if_came"] = sizes(bands[1], doubt).ravel() if came.any() else None
        return table

    def headline(self, pairs: Sequence[tuple[str, str]] | None = None) -> str:
        """What it changed (of ``pairs``, republic and power, if given) in words.

        Of an event that happens in every world, ``Comparison.headline``. Of another, first in how many worlds it comes,
        then what it changes there: up to three alignments, those of the actors it is about first.
        """
        both, sector = self.comparison, self.explanation.sector
        if self.always:
            return both.headline(pairs=pairs, sector=sector)
        notes = " ".join(["", *both.through(), *both.notes])
        often = float(self.came.mean())
        ask = self.explanation.ask
        if often == 0.0:
            event = ask.scenario.events[self.event]
            nowhere = (
                f"comes in none of the {both.worlds:,} worlds" if both.worlds > 1 else "does not come in the world run"
            )
            said = f"The scenario says: {when(event)}. {provided(event)}".rstrip()
            return f"It {nowhere}, so that it changes nothing. {said}{notes}"
        text = (
            f"It comes in {percent(often)} of worlds, {given(ask)}" if both.worlds > 1 else "It comes in the world run"
        )
        table = self.table()
        if pairs is not None:
            chosen = [both.pair(republic, power) for republic, power in pairs]
            table = table[[pair in chosen for pair in zip(table.republic, table.power, strict=True)]]
        event = ask.scenario.events[self.event]
        about = table.republic.isin(list(event.republics or both.republics)) & table.power.isin(
            list(event.powers or both.powers)
        )
        order = table.assign(rest=~about, away=-table.difference_if_came.abs())
        order = order.sort_values(["rest", "away"], kind="stable")
        telling = order[order.size_if_came != NEGLIGIBLE]
        told = [self._told(row) for row in (telling.head(3) if len(telling) else order.head(1)).itertuples()]
        scale = "" if len(telling) else "every difference is negligible: "
        return f"{text}; there, by {month_words(both.dates[-1])}, {scale}it {listed(told)}.{notes}"

    def _told(self, row: Any) -> str:
        way = "raises" if row.difference_if_came > 0 else "lowers"
        band = f" [{signed(row.low_if_came)} to {signed(row.high_if_came)}]" if self.came.sum() > 1 else ""
        what = alignment_words(self.explanation.scenario, row.republic, row.power, self.explanation.sector)
        size = sized(row.size_if_came, row.difference_if_came, row.doubt)
        return f"{way} {what} by {points(row.difference_if_came)}{band} ({size})"


def explain_event(
    scenario: Askable,
    event: str,
    worlds: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    *,
    sector: str = "overall",
    progress: Progress | None = None,
    **options: Unpack[Options],
) -> Effect:
    """What an event changed, by running the same worlds without it; arguments as for ``explain``.

    Variations of the event's own numbers have nothing to vary where it is left out.

    Raises
    ------
    BadInput : no such event (or it lies beyond the months run), whatever is wrong with the scenario.
    """
    given = scenario.finished if isinstance(scenario, Result) else scenario
    ask = Ask.of(given, worlds=worlds, months=months, seed=seed, **options)
    without = replace(
        ask,
        scenario=ask.scenario.without_events(event),
        variations={path: v for path, v in ask.variations.items() if not path.startswith(f"events.{event}.")},
        keep="full",
    )
    answered = isinstance(scenario, Result) and scenario.record.wants("full") and ask == given
    with_it = scenario if answered else replace(ask, keep="full")
    stages = [None if progress is None else _stage(progress, k, ask.worlds) for k in range(3)]
    both = compare(
        without,
        with_it,
        names=(f"without {event}", f"with {event}"),
        progress=None if progress is None else lambda done, _: progress(done, 4 * ask.worlds),
    )
    parts = [
        explain(one, sector=sector, progress=tell) for one, tell in zip((with_it, without), stages[1:], strict=True)
    ]
    return Effect(event, both, parts[0].minus(parts[1]))


def _stage(progress: Progress, stage: int, worlds: int) -> Progress:
    return lambda done, _: progress((stage + 1) * worlds + done, 4 * worlds)
