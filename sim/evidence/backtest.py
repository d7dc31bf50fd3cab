"""Rolling-origin backtest: forecasts from one origin after another, scored against what then happened.

Only :func:`score` sees the record after an origin. What fits or forecasts is given ``Observed.upto(origin)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.evidence.baselines import ALONE, COMBINED, METHODS, MODEL, POOLED, RIVALS, RULES, SHIFT, Forecast, baselines
from sim.evidence.calibrate import Calibration, Round, calibrate, check_beliefs, error_terms, told_anew
from sim.evidence.errormodel import ilr, parts
from sim.evidence.hindcast import foreseeable, story, unforeseen
from sim.evidence.observed import POWERS, TRADERS, VOTERS, Observed
from sim.evidence.paired import TWO, Paired, paired, resampled, weight
from sim.evidence.scores import apart, covered, crps, interval_score, log_score, pit
from sim.runs.priors import Prior, priors
from sim.runs.run import Progress
from sim.scenario import BadInput, Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

ORIGINS = tuple(range(2013, 2024))
"""From the first year of the story, before which there is no simulation, to the last but one of the record."""
VOTE_ORIGINS = tuple(range(1997, 2024))
"""Of the long record of votes, which methods without a story can use: from its sixth year on."""
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
    of the five), crps, logs and interval (of shares of the mix, mean of three; of agreement; see
    ``sim.evidence.scores``), covered (by the 80 % band; mean over the mix's three shares). ``pools`` has what a linear
    pool of ``mine`` with each rival needs, a row a cell: rival, year, excess (CRPS of mine less the rival's) and
    distance (Cramér). ``mine`` is the method that the others are held against.
    """

    cells: pd.DataFrame
    forecasts: tuple[Forecast, ...]
    record: Observed | None
    blind: bool
    facts: dict[str, Any]
    pools: pd.DataFrame = field(repr=False)
    mine: str
    places: pd.DataFrame = field(repr=False)
    """Where outcomes lay in their forecasts, a row a share, agreement or amount: [method, what, republic, power,
    origin, horizon, pit, chance, rose]. ``pit`` is the part of the forecast below the outcome; ``chance`` the
    forecast's chance that the value would be above the last one known, ``rose`` whether it was (1 or 0)."""

    def __repr__(self) -> str:
        return (
            f"<Backtest {self.facts['scenario']}: origins {', '.join(map(str, self.facts['origins']))}, "
            f"{self.facts['rounds']} rounds of {self.facts['worlds']:,} worlds, seed {self.facts['seed']}>"
        )

    def figure(self) -> Figure:
        """Every method's scores by horizon, trade above votes."""
        return lazy.figure("Backtest.figure", self)

    def table(self) -> pd.DataFrame:
        """Mean scores: [what, horizon, method, error, own, crps, logs, interval, covered, cells]."""
        grouped = self._fair().groupby(["what", "horizon", "method"], sort=False)
        table = grouped[["error", "own", "crps", "logs", "interval", "covered"]].mean()
        table["cells"] = grouped.size()
        order = pd.MultiIndex.from_tuples(
            [
                key
                for what in dict.fromkeys(self.cells.what)
                for h in sorted(set(self.cells.horizon))
                for m in dict.fromkeys([*METHODS, *self.cells.method])
                if (key := (what, h, m)) in table.index
            ],
            names=table.index.names,
        )
        return table.loc[order].reset_index()

    def _fair(self) -> pd.DataFrame:
        """The cells that ``mine`` was scored on, of all methods."""
        keys = ["what", "origin"]
        return self.cells.merge(self.cells.loc[self.cells.method == self.mine, keys].drop_duplicates(), on=keys)

    def gains(self, measure: str = "crps") -> pd.DataFrame:
        """How much lower ``mine`` scores than each other method, and whether that can be told from luck.

        [what, horizon, method, gain, low, high, p, blocks, detectable, verdict, dyads, of]: gain in parts of the
        other's mean score (of the log score in nats), the rest as in ``sim.evidence.paired``; ``dyads`` is in how many
        pairs (republics of trade) mine is better on average, ``of`` how many there are.
        """
        rows = []
        for what, horizon, part in _parts(self._fair()):
            by_year = part.pivot_table(index="year", columns="method", values=measure, aggfunc="sum")
            by_dyad = part.pivot_table(index=["republic", "power"], columns="method", values=measure, aggfunc="mean")
            number = part[part.method == self.mine].groupby("year").size().to_numpy(dtype=np.float64)
            mine = by_year[self.mine].to_numpy()
            for method in [m for m in dict.fromkeys(part.method) if m != self.mine]:
                other = by_year[method].to_numpy()
                found = paired(mine, other, number if measure == "logs" else other, horizon)
                better = int((by_dyad[self.mine] < by_dyad[method]).sum())
                rows.append((what, horizon, method, *_told(found), better, len(by_dyad)))
        return pd.DataFrame(rows, columns=["what", "horizon", "method", *TOLD, "dyads", "of"])

    def weights(self) -> pd.DataFrame:
        """What ``mine`` adds to a linear pool with each rival.

        [what, horizon, rival, weight, low, high, other, pool, gain]: ``weight`` is the weight on mine with which the
        pool would have had the lowest CRPS, with a 95 per cent interval from blocks of years; ``other`` the rival's
        CRPS, ``pool`` the pool's, ``gain`` how much lower that is, in parts. All are found with hindsight; the method
        "combination" had to choose beforehand.
        """
        rows = []
        for what, horizon, rival, part in _parts(self.pools, "rival"):
            sums = part.groupby("year")[["excess", "distance", "other"]].sum()
            excess, distance, other = sums.to_numpy().T
            counts = resampled(len(sums), horizon)
            low, high = np.quantile(weight(counts @ excess, counts @ distance), [0.025, 0.975])
            if len(sums) < TWO * horizon:
                low = high = np.nan
            best = float(weight(excess.sum(), distance.sum()))
            pool = other.sum() + best * excess.sum() - best * (1.0 - best) * distance.sum()
            told = (best, low, high, other.sum() / len(part), pool / len(part), 1.0 - pool / other.sum())
            rows.append((what, horizon, rival, *told))
        return pd.DataFrame(
            rows, columns=["what", "horizon", "rival", "weight", "low", "high", "other", "pool", "gain"]
        )

    def directions(self) -> pd.DataFrame:
        """Whether the forecast from 2019 had the sign of the change from 2013–19 to 2022–24 right.

        [method, what, republic, power, before, after, said, right]: shares of the mix or agreement, yearly means of the
        years on record; ``said`` is the forecast's median for the same years. "own votes" is agreement less the mean of
        the five. Empty unless the origin 2019 was run to the end of the record.
        """
        rows = []
        for one in self.forecasts:
            if one.origin == SPLIT and self.record is not None and self.record.last >= AFTER[0]:
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
    each: Callable[[Calibration], None] | None = None,
    rivals: bool = True,
) -> Backtest:
    """Forecast from each origin and score.

    Parameters
    ----------
    record : the whole record; only the scorer sees all of it.
    scenario : the story; events known only afterwards are left out of it (see ``hindcast.foreseeable``).
    origins, horizons : last years known, and years ahead.
    blind : hide the events dated after the origin; they are known otherwise, to the model alone.
    worlds, rounds, seed : of each calibration. Each origin after the first weighs anew the worlds of the one before,
        but for its second round, as worlds do not depend on what is known at an origin, and adds one round.
    beliefs : priors; the shipped ones if not given.
    progress : called with worlds done and worlds in all.
    each : called with each origin's calibration, for whoever would ask more of it.
    rivals : forecast by the other methods, too; whoever varies the model alone need not.

    Raises
    ------
    BadInput : origins that the record or the scenario does not reach.
    """
    whole = story(scenario)
    told = foreseeable(whole)
    _check(record, origins, horizons, told.start // 12)
    beliefs = priors() if beliefs is None else beliefs
    check_beliefs(beliefs)
    furthest = min(max(AFTER[1], max(origins) + max(horizons)), record.last)
    more = 1 if rounds > 2 else rounds - 1
    total, finished = worlds * (rounds + more * (len(origins) - 1)), 0
    made: list[Forecast] = []
    rounds_so_far: tuple[Round, ...] = ()
    for origin in sorted(origins):
        known = record.upto(origin)
        last = min(max(origin + max(horizons), AFTER[1] if origin == SPLIT else origin), record.last)

        def step(done: int, _: int, before: int = finished) -> None:
            if progress is not None:
                progress(before + done, total)

        fit = calibrate(
            known,
            scenario=told,
            worlds=worlds,
            rounds=rounds,
            seed=seed,
            last=furthest,
            beliefs=beliefs,
            earlier=rounds_so_far,
            progress=step,
        )
        finished += worlds * (rounds - len(rounds_so_far))
        rounds_so_far = (fit.rounds[0], *fit.rounds[2:]) if rounds > 2 else fit.rounds[:1]
        if blind:
            fit = told_anew(fit, unforeseen(told, origin), last, min(SAMPLES, len(fit.weights)))
        if each is not None:
            each(fit)
        made.append(forecast(fit, last))
        if rivals:
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
    return _scored(made, record, horizons, facts, MODEL)


def backtest_votes(
    record: Observed,
    *,
    origins: Sequence[int] = VOTE_ORIGINS,
    horizons: Sequence[int] = HORIZONS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast votes alone from each origin by the methods that need no story, and score.

    The simulation starts in 2013, as the shares of earlier years are not known well enough. What the model says of
    votes it says through its error model, so that is what is held against the rivals here. All use the whole record up
    to the origin.

    Parameters
    ----------
    record : the long record, ``load_observed(first=LONG)``; only the scorer sees all of it.
    origins, horizons, seed, progress : as for ``backtest``.

    Raises
    ------
    BadInput : origins that the record does not reach.
    """
    _check(record, origins, horizons, int(record.years[0]))
    votes, made = record.votes_alone(), []
    for number, origin in enumerate(origins):
        ahead = min(max(horizons), record.last - origin)
        made += baselines(votes.upto(origin), ahead, priors(), SAMPLES, seed)
        if progress is not None:
            progress(number + 1, len(origins))
    facts = {
        "kind": "votes",
        "origins": list(origins),
        "horizons": list(horizons),
        "blind": True,
        "record": record.digest,
        "seed": seed,
    }
    return _scored(made, votes, horizons, facts, ALONE)


def _parts(frame: pd.DataFrame, *more: str) -> Iterator[tuple[Any, ...]]:
    """What, horizon and ``more`` of each group of rows, and the group."""
    for key, part in frame.groupby(["what", "horizon", *more], sort=False):
        yield (*key, part)


TOLD = ("gain", "low", "high", "p", "blocks", "detectable", "verdict")


def _told(found: Paired) -> tuple[Any, ...]:
    return tuple(getattr(found, name) for name in TOLD)


def _scored(
    made: list[Forecast], record: Observed, horizons: Sequence[int], facts: dict[str, Any], mine: str
) -> Backtest:
    """Forecasts with their scores and their combinations."""
    cells = score(made, record, horizons)
    pools = _pools(made, cells, record, horizons, mine)
    if len(pools):
        pooled = [_combined(made, origin, pools[pools.year <= origin], mine) for origin in facts["origins"]]
        cells = pd.concat([cells, score(pooled, record, horizons)], ignore_index=True)
        made = [*made, *pooled]
    places = pd.concat([_places(one, record, horizons) for one in made], ignore_index=True)
    return Backtest(cells, tuple(made), record, bool(facts["blind"]), facts, pools, mine, places)


EVEN = 3
"""Years' worth of belief that both forecasts of a combination are as good."""
_CELL = ["what", "republic", "power", "origin", "horizon", "year"]
_THIN = 1000
"""Samples of each forecast that the distance of two is taken from."""


def _pools(
    made: list[Forecast], cells: pd.DataFrame, record: Observed, horizons: Sequence[int], mine: str
) -> pd.DataFrame:
    """What pools of ``mine`` with each rival need, see ``Backtest``."""
    rows: list[tuple[Any, ...]] = []
    by_method = {(one.method, one.origin): one for one in made}
    for one in (one for one in made if one.method == mine):
        for horizon in (h for h in horizons if one.origin + h <= record.last):
            for rival in (by_method[rival, one.origin] for rival in RIVALS if (rival, one.origin) in by_method):
                key = (one.origin, horizon, one.origin + horizon, rival.method)
                if one.trade is not None and rival.trade is not None:
                    mixes = (parts(trade[:, :, horizon - 1, :_THIN], axis=1) for trade in (one.trade, rival.trade))
                    gap = apart(*mixes)
                    rows += [("trade", code, "", *key, gap[i].mean()) for i, code in enumerate(TRADERS)]
                if one.votes is not None and rival.votes is not None:
                    gap = apart(one.votes[:, :, horizon - 1, :_THIN], rival.votes[:, :, horizon - 1, :_THIN])
                    rows += [
                        ("votes", code, power, *key, gap[i, j])
                        for i, code in enumerate(VOTERS)
                        for j, power in enumerate(POWERS)
                    ]
    far = pd.DataFrame(rows, columns=[*_CELL, "rival", "distance"])
    score_of = cells.set_index([*_CELL, "method"])["crps"]
    own = score_of.xs(mine, level="method").rename("mine")
    other = score_of.rename("other").rename_axis(index={"method": "rival"})
    far = far.join(own, on=_CELL).join(other, on=[*_CELL, "rival"])
    far = far.dropna(subset=["mine", "other"]).assign(excess=far.mine - far.other)
    return far.drop(columns="mine")


def _combined(made: list[Forecast], origin: int, past: pd.DataFrame, mine: str) -> Forecast:
    """The linear pool of ``mine`` with the best rival of the past, by the weight that was best in the past.

    ``past`` has what had happened by the origin. Of few years weights are drawn towards a half (as if ``EVEN`` more
    years had said that), and before ``EVEN`` years have been scored the rival is the last value.
    """
    here = {one.method: one for one in made if one.origin == origin}
    out: dict[str, Floats | None] = {"trade": None, "votes": None}
    for what in out:
        own = getattr(here[mine], what)
        if own is None:
            continue
        known = past[past.what == what]
        rival, part = next(iter(RULES)), 0.5
        years = known.year.nunique()
        if years >= EVEN:
            rival = str(known.groupby("rival")["other"].mean().idxmin())
        if years:
            sums = known[known.rival == rival][["excess", "distance"]].sum()
            part = float(weight(sums.excess, sums.distance * (1.0 + EVEN / years)))
        many = round(part * own.shape[-1])
        out[what] = np.concatenate([own[..., :many], getattr(here[rival], what)[..., many:]], axis=-1)
    return Forecast(COMBINED, origin, out["trade"], out["votes"])


def _places(one: Forecast, record: Observed, horizons: Sequence[int]) -> pd.DataFrame:
    """Rows of ``Backtest.places`` of one forecast."""
    rows: list[tuple[Any, ...]] = []
    known = record.upto(one.origin)

    def add(what: str, codes: tuple[str, ...], futures: Floats, before: Floats, truth: Floats) -> None:
        """``futures`` (republic, power, year, n), ``before`` and ``truth`` (republic, power, year)."""
        for horizon in (h for h in horizons if h <= futures.shape[2] and one.origin + h <= record.last):
            samples, seen = futures[:, :, horizon - 1], truth[..., len(known.years) + horizon - 1]
            place = pit(samples, seen)
            for r, p in np.argwhere(~np.isnan(seen)):
                past = before[r, p][~np.isnan(before[r, p])]
                if len(past):
                    key = (one.method, what, codes[r], POWERS[p], one.origin, horizon, place[r, p])
                    rows.append((*key, (samples[r, p] > past[-1]).mean(), float(seen[r, p] > past[-1])))

    if one.trade is not None:
        add("trade", TRADERS, parts(one.trade, axis=1), known.composition, record.composition)
    if one.votes is not None:
        add("votes", VOTERS, one.votes, known.votes, record.votes)
    names = ["method", "what", "republic", "power", "origin", "horizon", "pit", "chance", "rose"]
    return pd.DataFrame(rows, columns=names)


SCORES = (crps, log_score, interval_score, covered)
"""Of samples and outcomes, in the order of the columns crps, logs, interval and covered."""


def score(forecasts: Iterable[Forecast], record: Observed, horizons: Sequence[int]) -> pd.DataFrame:
    """Scores of forecasts against the whole record; see ``Backtest.cells``. Years not on record are left out."""
    mix, coordinates = record.composition, ilr(record.composition, axis=1)
    with np.errstate(invalid="ignore"):
        there = ~np.isnan(record.votes)
        centre = np.where(there, record.votes, 0.0).sum(axis=0) / there.sum(axis=0)
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
                told = [one_score(shares, mix[..., place]).mean(axis=1) for one_score in SCORES]
                rows += [
                    (one.method, "trade", code, "", one.origin, horizon, year, gap[i], np.nan, *(s[i] for s in told))
                    for i, code in enumerate(TRADERS)
                    if not np.isnan(gap[i])
                ]
            if one.votes is not None and h < one.votes.shape[2]:
                samples, truth = one.votes[:, :, h], record.votes[..., place]
                point = np.median(samples, axis=-1)
                off = np.abs(point - truth)
                own = np.abs((point - point.mean(axis=0)) - (truth - centre[..., place]))
                told = [one_score(samples, truth) for one_score in SCORES]
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
                        *(s[i, j] for s in told),
                    )
                    for i, code in enumerate(VOTERS)
                    for j, power in enumerate(POWERS)
                    if not np.isnan(off[i, j])
                ]
    keys = ["method", "what", "republic", "power", "origin", "horizon", "year"]
    return pd.DataFrame(rows, columns=[*keys, "error", "own", "crps", "logs", "interval", "covered"])


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


__all__ = [
    "ALONE",
    "METHODS",
    "MODEL",
    "POOLED",
    "RULES",
    "SHIFT",
    "Backtest",
    "backtest",
    "backtest_votes",
    "forecast",
    "score",
]
