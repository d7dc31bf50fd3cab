"""Why alignment moved: each change split into its drivers, with nothing left over.

Log-ratios move through a linear filter of additive drivers, so their shifts are sums of the drivers' own. Shares
are split along the path that each world took, see ``sim.reading.attribution``. The parts add up to the change in every
world and over any span of months, do not depend on the order of the drivers, and a driver that does not move gets
nothing.

A share depends on the log-ratios of all powers: China's growth lowers alignment with Russia. ``by_power`` attributes
each part to the power whose driver it is; ``table`` sums over powers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.reading.attribution import split
from sim.reading.beside import BAND
from sim.runs.ask import Ask, Askable, Options
from sim.runs.oneworld import telling, typical_world
from sim.runs.posterior import Posterior
from sim.runs.result import Result, quantiles, tidy
from sim.runs.run import Progress, check_same, driver_names, memory, run_batch
from sim.scenario import BadInput, Scenario
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest
from sim.scenario.names import OVERALL, pair_of, sector_of
from sim.scenario.table import SECTORS
from sim.world.parameters import SINGLE
from sim.world.record import Record, Watch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]
Floats = NDArray[np.float64]

OTHER = "other"
"""Name of what no declared driver explains (a subclass that moves alignment by rules of its own)."""
TOTAL = "total"
"""Name of the row that holds the whole change."""
ROOM = 96 * 2**20
"""Bytes of drivers and logits held at a time."""


def explain(
    scenario: Askable,
    worlds: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
    sector: str = "overall",
    progress: Progress | None = None,
    before_month: Callable[[], None] | None = None,
    **options: Unpack[Options],
) -> Explanation:
    """Run a scenario and split the change of every alignment into its drivers.

    Parameters
    ----------
    scenario : a scenario, a name, a path or an ``Ask``; or a result, which is explained with all that it asks (classes,
        variations, posterior). A result of ``sim.run(..., keep="drivers")`` is not run again.
    worlds, months, seed, progress, before_month, options : as for ``sim.run``.
    since, until : first and last month explained, "YYYY-MM", from the beginning of the one to the end of the other;
        the whole run if not given.
    sector : "overall" (need-weighted) or one sector.

    Raises
    ------
    BadInput : a month outside the run, an unknown sector, a result that its model no longer gives or whose classes are
        not available, whatever is wrong with the scenario.

    Examples
    --------
    >>> why = explain("dushanbe-2025", worlds=20, months=6)
    >>> bool(why.residual < 1e-6)
    True
    """
    given = scenario.finished if isinstance(scenario, Result) else scenario
    ask = Ask.of(given, worlds=worlds, months=months, seed=seed, **options)
    answered = scenario if isinstance(scenario, Result) and ask == given else None
    sector = sector_of(sector)
    first, last = _span(ask.scenario, since, until)
    weights = _weights(ask, sector)
    if answered is not None and answered.record.wants("drivers"):
        names = answered.record.labels["driver"]
        pieces = [_split(answered.record, first, last, weights)]
        ends: list[Mapping[str, Array]] = [answered.record.outcomes]
    else:
        names, pieces = tuple(driver_names(ask.republic)), []
        ends = []
        for numbers in ask.batches(int(np.clip(ROOM // memory(ask.scenario, 1, "drivers"), 1, 512))):
            watch = _Watch(ask.scenario, len(numbers), names)
            run_batch(ask, numbers, watch, before_month=before_month)
            if answered is not None:
                check_same(answered, watch.record, numbers)
            mine = weights if weights.shape[-1] == 1 else weights[..., numbers]
            pieces.append(_split(watch.record, first, last, mine))
            ends.append(telling(watch.record.outcomes))
            if progress is not None:
                progress(int(numbers[-1]) + 1, ask.worlds)
    series, owners, shift, before, after = (np.concatenate(arrays, axis=-1) for arrays in zip(*pieces, strict=True))
    typical = typical_world({name: np.concatenate([end[name] for end in ends]) for name in telling(ends[0])})
    return _trimmed(Explanation(ask, sector, first, (*names, OTHER), series, owners, shift, before, after, typical))


def _split(record: Record, first: int, last: int, weights: Floats) -> tuple[Floats, ...]:
    """Parts of the changes from the end of one month to that of another."""
    logit, drivers = (record.arrays[name][first : last + 1] for name in ("logit", "drivers"))
    return split(logit, drivers, weights)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Changes of alignment over a span of months and their parts; differences of shares, -1..1, worlds last.

    ``drivers`` names the driver axis d; r, p are in the scenario's order, q is the power whose driver it is.
    """

    ask: Ask
    """What was asked of the model: the worlds that are explained."""
    sector: str
    """"overall" or a sector: which share is explained."""
    first: int
    """Month at whose end the span begins (0 is day one)."""
    drivers: tuple[str, ...]
    series: Floats
    """(month + 1, d, r, p, w): parts from the beginning of the span to the end of each month; zero at first."""
    owners: Floats
    """(d, q, r, p, w): parts over the span, by the power q whose driver it is."""
    logit: Floats
    """(d, r, p, s, w): shift of each log-ratio over the span in log points, exact sum of drivers."""
    before: Floats
    """(r, p, w): share at the beginning."""
    after: Floats
    """(r, p, w): share at the end."""
    typical_world: int
    """The world told where one stands for all: that of the same run's result, whatever sector and span."""

    def __repr__(self) -> str:
        return (
            f"<Explanation {self.scenario.name} ({self.sector}), {self.dates[0]} to {self.dates[-1]}: "
            f"{self.worlds} worlds, seed {self.seed}>"
        )

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""
        return self.ask.scenario

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        return self.ask.seed

    @property
    def posterior(self) -> Posterior | None:
        """The draws that the worlds took, if any."""
        return self.ask.posterior

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return int(self.before.shape[-1])

    @property
    def republics(self) -> tuple[str, ...]:
        """Codes of the republics."""
        return tuple(self.scenario.republics)

    @property
    def powers(self) -> tuple[str, ...]:
        """Codes of the powers."""
        return tuple(self.scenario.powers)

    @property
    def dates(self) -> list[str]:
        """Months whose ends are explained, "YYYY-MM"; the first is the month before the span."""
        return month_labels(self.scenario.start + self.first, len(self.series) - 1)

    @property
    def parts(self) -> Floats:
        """Parts over the whole span, (d, r, p, w)."""
        last: Floats = self.series[-1]
        return last

    @property
    def change(self) -> Floats:
        """Change of each share over the span, (r, p, w)."""
        return self.after - self.before

    @property
    def residual(self) -> float:
        """Largest distance, over all shares and worlds, between a change and the sum of its parts."""
        return float(np.abs(self.parts.sum(axis=0) - self.change).max())

    def place(self, republic: str, power: str) -> tuple[int, int]:
        """Places on their axes of a republic and a power, by code or name; raises BadInput with the nearest names."""
        codes = pair_of(republic, self.scenario.republics, power, self.scenario.powers)
        return self.republics.index(codes[0]), self.powers.index(codes[1])

    # -- tables -------------------------------------------------------------------------------------------------------

    def table(self) -> pd.DataFrame:
        """Parts by driver and their total: [republic, power, driver, low, median, high, mean].

        Shares, quantiles 10, 50 and 90 per cent over worlds. Means add up to the total's mean, medians only nearly.
        """
        stack = np.concatenate([self.parts, self.change[None]])
        return self._bands({"driver": (*self.drivers, TOTAL)}, stack, "republic", "power", "driver")

    def by_power(self) -> pd.DataFrame:
        """Parts by driver and by its power ("of"): [republic, power, of, driver, low, median, high, mean].

        Rows of driver "total" hold all that comes from one power.
        """
        stack = np.concatenate([self.owners, self.owners.sum(axis=0, keepdims=True)])
        return self._bands(
            {"driver": (*self.drivers, TOTAL), "of": self.powers}, stack, "republic", "power", "of", "driver"
        )

    def logits(self) -> pd.DataFrame:
        """Shift of each log-ratio by driver, exact, in log points.

        [republic, power, sector, driver, low, median, high, mean].
        """
        stack = np.concatenate([self.logit, self.logit.sum(axis=0, keepdims=True)])
        low, median, high = quantiles(stack, BAND)
        frame = tidy(
            {"driver": (*self.drivers, TOTAL), "republic": self.republics, "power": self.powers, "sector": SECTORS},
            {"low": low, "median": median, "high": high, "mean": stack.mean(axis=-1)},
            [],
        )
        return _arranged(frame, ["republic", "power", "sector", "driver"])

    def by_month(self) -> pd.DataFrame:
        """Parts so far, by month: [date, month, republic, power, driver, low, median, high, mean]."""
        low, median, high = quantiles(self.series, BAND)
        months = range(self.first, self.first + len(self.series))
        frame = tidy(
            {"month": months, "driver": self.drivers, "republic": self.republics, "power": self.powers},
            {"low": low, "median": median, "high": high, "mean": self.series.mean(axis=-1)},
            self.dates,
        )
        return _arranged(frame, ["date", "month", "republic", "power", "driver"])

    def _bands(self, axes: dict[str, Sequence[str]], stack: Floats, *order: str) -> pd.DataFrame:
        low, median, high = quantiles(stack, BAND)
        frame = tidy(
            {**axes, "republic": self.republics, "power": self.powers},
            {"low": low, "median": median, "high": high, "mean": stack.mean(axis=-1)},
            [],
        )
        return _arranged(frame, list(order))

    @property
    def weights(self) -> Floats:
        """Weights of the sectors in the share explained, (r, s, w or 1)."""
        return _weights(self.ask, self.sector)

    def moves(self, world: int | None = None) -> pd.DataFrame:
        """What moved each alignment in one world: projects, stances, rebukes with their answers, and what remains.

        [republic, power, date, month, kind, of, sector, size, outcome, part]: ``part`` of the change of ``republic``'s
        alignment with ``power``, a share, that is due to what power ``of`` did or was told; for an alignment they add
        up, in that world, to the parts of deals and grievances; largest first. ``kind`` is project, stance, rebuke,
        event, pending (on day one), steady (engagement), day one (deals living then), treatment (all other
        grievance) or rest (rounding, and what a class of a user's own does). The typical world if none is named.
        Not of a difference (``minus``), which has two worlds in one.

        Raises
        ------
        BadInput : no such world.
        """
        moves: Callable[..., pd.DataFrame] = lazy.function("Explanation.moves")
        return moves(self, world)

    # -- words and pictures -------------------------------------------------------------------------------------------

    def paragraph(self, republic: str, power: str) -> str:
        """Why the alignment of a republic with a power (by code or name) moved, with bands over worlds.

        Sentences: from where to where; which drivers went with the change and which against it; the part of each
        power; how much is chance.
        """
        paragraph: Callable[..., str] = lazy.function("Explanation.paragraph")
        return paragraph(self, republic, power)

    def waterfall(self, republic: str, power: str) -> Figure:
        """From alignment at the beginning to alignment at the end, driver by driver, with bands over worlds."""
        return lazy.figure("Explanation.waterfall", self, republic, power)

    def minus(self, other: Explanation) -> Explanation:
        """This one's parts minus another's, world by world (same span, seed and actors); drivers either has count."""
        if (self.first, self.dates, self.republics, self.powers, self.seed, self.worlds) != (
            other.first,
            other.dates,
            other.republics,
            other.powers,
            other.seed,
            other.worlds,
        ):
            raise BadInput.of(repr(other), f"an explanation of the same months, actors, seed and worlds as {self!r}")
        names = tuple(dict.fromkeys((*self.drivers, *other.drivers)))
        a, b = (tuple(_aligned(one, name, names) for name in ("series", "owners", "logit")) for one in (self, other))
        series, owners, logit = (x - y for x, y in zip(a, b, strict=True))
        return replace(
            self,
            drivers=names,
            series=series,
            owners=owners,
            logit=logit,
            before=self.after - self.change + other.change,
        )


def _trimmed(explanation: Explanation) -> Explanation:
    """Without the last driver, what is left over, where it is rounding only."""
    if np.abs(explanation.logit[-1]).max() > 1e-9 or np.abs(explanation.series[:, -1]).max() > 1e-9:
        return explanation
    return replace(
        explanation,
        drivers=explanation.drivers[:-1],
        series=explanation.series[:, :-1],
        owners=explanation.owners[:-1],
        logit=explanation.logit[:-1],
    )


class _Watch(Watch):
    """Records logits, drivers and outcomes of one batch and nothing else."""

    def __init__(self, scenario: Scenario, worlds: int, names: Sequence[str]) -> None:
        record = Record(scenario, worlds, scenario.months, "drivers", drivers=names)
        record.arrays = {name: record.arrays[name] for name in ("logit", "drivers", "event")}
        super().__init__(record, 0)


def _weights(ask: Ask, sector: str) -> Floats:
    """Weights of the sectors in the share explained, (r, s, w or 1): the needs that the worlds have, or one sector."""
    if sector != OVERALL:
        chosen = np.zeros((len(ask.scenario.republics), len(SECTORS), 1))
        chosen[:, SECTORS.index(sector)] = 1.0
        return chosen
    need = [[ask.number(f"republics.{code}.need.{name}") for name in SECTORS] for code in ask.scenario.republics]
    flat = np.broadcast_arrays(*(values for row in need for values in row))
    rounded: Floats = np.stack(flat).astype(SINGLE).astype(float)  # as the model has them
    return rounded.reshape(len(need), len(SECTORS), -1)


def _span(story: Scenario, since: str | None, until: str | None) -> tuple[int, int]:
    """Months at whose ends the span begins and ends."""
    dates = month_labels(story.start, story.months)[1:]
    for date, what in ((since, "since"), (until, "until")):
        if date is not None and date not in dates:
            raise BadInput.of(
                repr(date), f"a month of the run, {dates[0]} to {dates[-1]}", path=what, nearest=nearest(date, dates)
            )
    first = dates.index(since) if since is not None else 0
    last = dates.index(until) + 1 if until is not None else len(dates)
    if last <= first:
        raise BadInput.of(f"{until} before {since}", "a first month that is not after the last", path="until")
    return first, last


def _aligned(one: Explanation, name: str, drivers: Sequence[str]) -> Floats:
    """An array of an explanation with these drivers on its driver axis, zero where it has none."""
    values: Floats = getattr(one, name)
    axis = 1 if name == "series" else 0
    nothing = np.zeros_like(values.take([0], axis=axis))
    return np.concatenate(
        [
            values.take([one.drivers.index(driver)], axis=axis) if driver in one.drivers else nothing
            for driver in drivers
        ],
        axis=axis,
    )


def _arranged(frame: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    numbers = [column for column in frame.columns if column not in order]
    return frame[order + numbers].sort_values(order, kind="stable").reset_index(drop=True)
