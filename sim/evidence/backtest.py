"""Rolling-origin backtest: forecasts from one origin after another, scored against what then happened.

Only :func:`score` sees the record after an origin. What fits or forecasts is given ``Observed.upto(origin)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.evidence.baselines import ALONE, METHODS, MODEL, RULES, SHIFT, Forecast, baselines
from sim.evidence.calibrate import Calibration, calibrate, check_beliefs, error_terms, first_round
from sim.evidence.errormodel import ilr, parts
from sim.evidence.hindcast import foreseeable, story
from sim.evidence.observed import POWERS, TRADERS, VOTERS, Observed
from sim.evidence.scores import covered, crps
from sim.runs.priors import Prior, priors
from sim.runs.run import Progress
from sim.scenario import BadInput, Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

ORIGINS = tuple(range(2015, 2022))
HORIZONS = (1, 2, 3)
SPLIT = 2019
"""Origin of the test of directions: what came before it against the last years of the record."""
BEFORE, AFTER = (2013, 2019), (2022, 2024)
SAMPLES = 2000


def forecast(calibration: Calibration, last: int, size: int = SAMPLES) -> Forecast:
    """The model's futures from the calibration's origin to the year ``last``; each draw's own luck, walk and noise."""
    record = calibration.record
    chosen = calibration.draw(size)
    model = calibration.emulated(last).worlds(chosen)
    terms, slope = error_terms(calibration.priors, calibration.scores[chosen], model)
    paths = calibration.paths().worlds(chosen).over(int(record.years[0]), last)
    rng = np.random.default_rng([calibration.seed, record.last, 4])
    trade = terms.forecast(record, model.trade, rng)
    return Forecast(MODEL, record.last, trade, calibration.votes.forecast(record, paths.shift, slope, rng))


@dataclass(frozen=True)
class Backtest:
    """Forecasts and their scores, one row of ``cells`` a forecast value.

    Columns: method, what ("trade" or "votes"), republic, power ("" for a whole trade mix), origin, horizon, year,
    error (Aitchison distance; absolute error of agreement), own (of votes: absolute error of the distance from the mean
    of the five), crps (shares of the mix, mean of three; agreement), covered (mean over the mix's three shares).
    """

    cells: pd.DataFrame
    forecasts: tuple[Forecast, ...]
    record: Observed
    blind: bool
    facts: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"<Backtest {self.facts['scenario']}: origins {', '.join(map(str, self.facts['origins']))}, "
            f"{self.facts['rounds']} rounds of {self.facts['worlds']:,} worlds, seed {self.facts['seed']}>"
        )

    def figure(self) -> Figure:
        """Every method's scores by horizon, trade above votes."""
        return lazy.figure("Backtest.figure", self)

    def table(self) -> pd.DataFrame:
        """Mean scores: [what, horizon, method, error, own, crps, covered, cells]."""
        grouped = self.cells.groupby(["what", "horizon", "method"], sort=False)
        table = grouped[["error", "own", "crps", "covered"]].mean()
        table["cells"] = grouped.size()
        order = pd.MultiIndex.from_tuples(
            [
                key
                for what in ("trade", "votes")
                for h in sorted(set(self.cells.horizon))
                for m in METHODS
                if (key := (what, h, m)) in table.index
            ],
            names=table.index.names,
        )
        return table.loc[order].reset_index()

    def gains(self, measure: str = "crps", tries: int = 2000) -> pd.DataFrame:
        """How much lower the model scores than each other method: [what, horizon, method, gain, low, high].

        Parts of the other's mean score; low and high are 5 and 95 per cent of a bootstrap of whole origins, which are
        few and overlap, so the interval is rough and rather too narrow.
        """
        rng = np.random.default_rng(5)
        rows = []
        for (what, horizon), part in self.cells.groupby(["what", "horizon"], sort=False):
            sums = part.pivot_table(index="origin", columns="method", values=measure, aggfunc="sum")
            pick = rng.integers(len(sums), size=(tries, len(sums)))
            mine = sums[MODEL].to_numpy()
            for method in [m for m in METHODS if m in sums and m != MODEL]:
                other = sums[method].to_numpy()
                spread = 1.0 - mine[pick].sum(axis=1) / other[pick].sum(axis=1)
                rows.append((what, horizon, method, 1.0 - mine.sum() / other.sum(), *np.quantile(spread, [0.05, 0.95])))
        return pd.DataFrame(rows, columns=["what", "horizon", "method", "gain", "low", "high"])

    def directions(self) -> pd.DataFrame:
        """Whether the forecast from 2019 had the sign of the change from 2013–19 to 2022–24 right.

        [method, what, republic, power, before, after, said, right]: shares of the mix or agreement, yearly means of the
        years on record; ``said`` is the forecast's median for the same years. "own votes" is agreement less the mean of
        the five. Empty unless the origin 2019 was run to the end of the record.
        """
        rows = []
        for one in self.forecasts:
            if one.origin == SPLIT and SPLIT in self.record.years and self.record.last >= AFTER[0]:
                rows += _directions(one, self.record)
        names = ["method", "what", "republic", "power", "before", "after", "said"]
        table = pd.DataFrame(rows, columns=names)
        table["right"] = np.sign(table.after - table.before) == np.sign(table.said - table.before)
        return table


def backtest(
    record: Observed,
    *,
    origins: Sequence[int] = ORIGINS,
    horizons: Sequence[int] = HORIZONS,
    blind: bool = False,
    scenario: Scenario | str = "hindcast-2013",
    worlds: int = 2000,
    rounds: int = 4,
    seed: int = 0,
    beliefs: tuple[Prior, ...] | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast from each origin and score.

    Parameters
    ----------
    record : the whole record; only the scorer sees all of it.
    scenario : the story; events known only afterwards are left out of it (see ``hindcast.foreseeable``).
    origins, horizons : last years known, and years ahead.
    blind : hide the events dated after the origin; they are known otherwise, to the model alone.
    worlds, rounds, seed : of each calibration.
    beliefs : priors; the shipped ones if not given.
    progress : called with worlds done and worlds in all.

    Raises
    ------
    BadInput : origins that the record or the scenario does not reach.
    """
    whole = story(scenario)
    told = foreseeable(whole)
    _check(record, origins, horizons, told.start // 12)
    beliefs = priors() if beliefs is None else beliefs
    check_beliefs(beliefs)
    furthest = max(AFTER[1], max(origins) + max(horizons))
    total, finished = worlds * (rounds * len(origins) - (0 if blind else len(origins) - 1)), 0

    def count(part: int) -> None:
        nonlocal finished
        finished += part
        if progress is not None:
            progress(min(finished, total), total)

    # worlds of the prior do not depend on any record, so all origins may share them, unless events are hidden
    shared = None if blind else first_round(told, beliefs, worlds, seed, furthest, count)
    made: list[Forecast] = []
    for origin in origins:
        known = record.upto(origin)
        last = max(origin + max(horizons), AFTER[1] if origin == SPLIT else origin)
        before = worlds if shared is not None else 0
        seen = [before]

        def step(done: int, _: int, seen: list[int] = seen) -> None:
            count(max(done - seen[0], 0))
            seen[0] = max(done, seen[0])

        fit = calibrate(
            known,
            scenario=told,
            worlds=worlds,
            rounds=rounds,
            seed=seed,
            last=last,
            beliefs=beliefs,
            first=shared,
            blind=blind,
            progress=step,
        )
        made.append(forecast(fit, last))
        made += baselines(known, last - origin, beliefs, SAMPLES, seed)
    facts = {
        "kind": "backtest",
        "origins": list(origins),
        "horizons": list(horizons),
        "blind": blind,
        "scenario": whole.name,
        "scenario_hash": whole.hash,
        "record": record.digest,
        "worlds": worlds,
        "rounds": rounds,
        "seed": seed,
    }
    return Backtest(score(made, record, horizons), tuple(made), record, blind, facts)


def score(forecasts: Iterable[Forecast], record: Observed, horizons: Sequence[int]) -> pd.DataFrame:
    """Scores of forecasts against the whole record; see ``Backtest.cells``. Years not on record are left out."""
    mix, coordinates = record.composition, ilr(record.composition, axis=1)
    centre = record.votes.mean(axis=0)
    rows: list[tuple[Any, ...]] = []
    for one in forecasts:
        for horizon in horizons:
            year = one.origin + horizon
            if year > record.last:
                continue
            place, h = year - int(record.years[0]), horizon - 1
            if one.trade is not None and h < one.trade.shape[2]:
                samples = one.trade[:, :, h]
                gap = np.sqrt(((samples.mean(axis=-1) - coordinates[..., place]) ** 2).sum(axis=1))
                shares = parts(samples, axis=1)
                ranked = crps(shares, mix[..., place]).mean(axis=1)
                held = covered(shares, mix[..., place]).mean(axis=1)
                rows += [
                    (one.method, "trade", code, "", one.origin, horizon, year, gap[i], np.nan, ranked[i], held[i])
                    for i, code in enumerate(TRADERS)
                    if not np.isnan(gap[i])
                ]
            if one.votes is not None and h < one.votes.shape[2]:
                samples, truth = one.votes[:, :, h], record.votes[..., place]
                point = np.median(samples, axis=-1)
                off = np.abs(point - truth)
                own = np.abs((point - point.mean(axis=0)) - (truth - centre[..., place]))
                ranked, held = crps(samples, truth), covered(samples, truth)
                rows += [
                    (
                        one.method,
                        "votes",
                        code,
                        power,
                        one.origin,
                        horizon,
                        year,
                        off[i, j],
                        own[i, j],
                        ranked[i, j],
                        held[i, j],
                    )
                    for i, code in enumerate(VOTERS)
                    for j, power in enumerate(POWERS)
                    if not np.isnan(off[i, j])
                ]
    names = ["method", "what", "republic", "power", "origin", "horizon", "year", "error", "own", "crps", "covered"]
    return pd.DataFrame(rows, columns=names)


def _directions(one: Forecast, record: Observed) -> list[tuple[Any, ...]]:
    years = record.years
    old = (years >= BEFORE[0]) & (years <= BEFORE[1])
    new = (years >= AFTER[0]) & (years <= AFTER[1])
    rows: list[tuple[Any, ...]] = []

    def add(what: str, codes: tuple[str, ...], truth: Floats, futures: Floats) -> None:
        """``truth`` (republic, power, year), ``futures`` (republic, power, year ahead, n)."""
        for i, code in enumerate(codes):
            for j, power in enumerate(POWERS):
                there = new & ~np.isnan(truth[i, j])
                ahead = years[there] - one.origin - 1
                if there.any() and not np.isnan(truth[i, j, old]).all() and ahead.max() < futures.shape[2]:
                    said = np.median(futures[i, j, ahead].mean(axis=0))
                    rows.append(
                        (one.method, what, code, power, np.nanmean(truth[i, j, old]), truth[i, j, there].mean(), said)
                    )

    if one.trade is not None:
        add("trade", TRADERS, record.composition, parts(one.trade, axis=1))
    if one.votes is not None:
        add("votes", VOTERS, record.votes, one.votes)
        add("own votes", VOTERS, record.votes - record.votes.mean(axis=0), one.votes - one.votes.mean(axis=0))
    return rows


def _check(record: Observed, origins: Sequence[int], horizons: Sequence[int], start: int) -> None:
    first = max(start, int(record.years[0]) + 3)
    if not origins or not horizons or min(origins) < first or max(origins) > record.last or min(horizons) < 1:
        raise BadInput.of(
            f"origins {list(origins)} and horizons {list(horizons)}",
            f"origins from {first} to {record.last} and horizons of 1 year or more",
            path="backtest",
        )


__all__ = ["ALONE", "METHODS", "MODEL", "RULES", "SHIFT", "Backtest", "backtest", "forecast", "score"]
