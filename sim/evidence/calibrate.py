"""Fit parameters to the record by adaptive importance sampling over thousands of worlds.

Adaptive multiple importance sampling (Cornuet, Marin, Mira & Robert 2012): a first round of worlds draws its parameters
from the prior, each later round from the posterior of the rounds before it (with a part still from the prior), and all
worlds of all rounds are weighted together by likelihood x prior / mixture of all proposals. Chosen over ABC, because
the error model gives a likelihood and no tolerance need be chosen; over CMA-ES, because draws are wanted, not an
optimum; and because rounds are independent batches of worlds, which is what the model is fast at.

The record given here ends with the origin (``Observed.upto``): nothing later exists for this module.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from sim import lazy
from sim.evidence.emulator import Emulator, emulate
from sim.evidence.errormodel import Trade, Votes
from sim.evidence.hindcast import Paths, story, tell
from sim.evidence.observed import TRADERS, Observed
from sim.runs.folder import versions
from sim.runs.lock import LOCK, hold
from sim.runs.posterior import Posterior
from sim.runs.priors import Prior, priors
from sim.runs.run import Progress
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import folder_of, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

PRIOR_PART = 0.2
"""Part of every later round that is still drawn from the prior."""
TAIL = 5.0
"""Degrees of freedom of the Student t that the rest is drawn from."""
WIDER = 1.3
"""Its spread, in standard deviations of the posterior so far."""
ANEW = 10**7
"""Number of the first world that has luck which no round has."""
FACTS = "calibration.json"


@dataclass(frozen=True)
class Round:
    """Worlds of one round: standard scores of their parameters (n, d), their numbers (n,), and their yearly paths."""

    scores: Floats
    worlds: NDArray[np.int64]
    paths: Paths
    mean: Floats | None
    """Centre of the Student t it was drawn from, (d,); None for the prior."""
    cov: Floats | None

    def log_density(self, scores: Floats) -> Floats:
        """Log-density of the proposal at standard scores (n, d), up to the prior's constant."""
        d = scores.shape[1]
        prior: Floats = -0.5 * (scores**2).sum(axis=1) - 0.5 * d * np.log(2.0 * np.pi)
        if self.mean is None or self.cov is None:
            return prior
        lower = np.linalg.cholesky(self.cov)
        white = np.linalg.solve(lower, (scores - self.mean).T)
        student = (
            gammaln((TAIL + d) / 2)
            - gammaln(TAIL / 2)
            - 0.5 * d * np.log(TAIL * np.pi)
            - np.log(np.diagonal(lower)).sum()
            - 0.5 * (TAIL + d) * np.log1p((white**2).sum(axis=0) / TAIL)
        )
        result: Floats = np.logaddexp(np.log(PRIOR_PART) + prior, np.log(1.0 - PRIOR_PART) + student)
        return result


@dataclass(frozen=True)
class Calibration:
    """Weighted worlds: what the record up to the origin says about the parameters."""

    record: Observed
    scenario: Scenario
    priors: tuple[Prior, ...]
    votes: Votes
    rounds: tuple[Round, ...]
    weights: Floats
    """Of all worlds of all rounds, summing to 1."""
    seed: int

    def __repr__(self) -> str:
        return (
            f"<Calibration {self.scenario.name} up to {self.origin}: {len(self.weights):,} worlds, "
            f"effective sample size {self.effective:,.0f}, seed {self.seed}>"
        )

    @property
    def origin(self) -> int:
        """Last year of the record."""
        return self.record.last

    @property
    def scores(self) -> Floats:
        """Standard scores of all worlds, (n, d)."""
        return np.concatenate([part.scores for part in self.rounds])

    @property
    def effective(self) -> float:
        """Effective number of worlds (Kish): 1 / sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())

    def paths(self) -> Paths:
        """Paths of all worlds."""
        return joined(self.rounds)

    def emulated(self, last: int) -> Emulator:
        """Mean path and luck of all worlds, from the first year on record to ``last``."""
        paths = self.paths().over(int(self.record.years[0]), last)
        return emulate(run_with(self.priors, self.scores), paths)

    def values(self, scores: Floats) -> dict[str, Floats]:
        """Parameters by name, each (n,), at standard scores (n, d)."""
        return {prior.name: prior.value(scores[:, i]) for i, prior in enumerate(self.priors)}

    def draw(self, size: int) -> NDArray[np.int64]:
        """Indices of worlds drawn by weight (systematic resampling), shuffled, (size,)."""
        rng = np.random.default_rng([self.seed, self.origin, 1])
        steps = (rng.random() + np.arange(size)) / size
        chosen = np.searchsorted(np.cumsum(self.weights), steps * (1.0 - 1e-12))
        return rng.permutation(np.minimum(chosen, len(self.weights) - 1))

    def posterior(self, size: int = 500) -> Posterior:
        """Draws of equal weight of the model's parameters, for runs."""
        values = self.values(self.scores[self.draw(size)])
        draws = pd.DataFrame({prior.path: values[prior.name] for prior in self.priors if prior.path})
        draws = draws.map(lambda value: float(f"{value:.6g}"))  # as the file has them, so that both run alike
        return Posterior(draws, self.facts() | {"effective": round(self.effective, 1), "draws": size})

    def facts(self) -> dict[str, Any]:
        """How it was made."""
        return _facts(self.scenario, self.record, self.seed, len(self.rounds[0].worlds)) | {"rounds": len(self.rounds)}

    def figure(self) -> Figure:
        """Prior (line) and posterior (filled) of each parameter."""
        return lazy.figure("Calibration.figure", self)

    def table(self) -> pd.DataFrame:
        """Prior and posterior of each parameter: [parameter, path, prior_low … prior_high, low, median, high, learnt].

        Quantiles are of 10, 50 and 90 per cent; ``learnt`` is 1 - posterior variance / prior variance of the standard
        score: near 0 where the record says nothing.
        """
        rows = []
        for i, prior in enumerate(self.priors):
            score = self.scores[:, i]
            inside = np.linspace(-6, 6, 4001)
            inside = inside[prior.inside(inside)]
            mass = np.exp(-0.5 * inside**2)
            before = [float(prior.value(weighted_quantile(inside, mass, q))) for q in (0.1, 0.5, 0.9)]
            after = [float(prior.value(weighted_quantile(score, self.weights, q))) for q in (0.1, 0.5, 0.9)]
            spread = float(np.average((inside - np.average(inside, weights=mass)) ** 2, weights=mass))
            mean = float(np.average(score, weights=self.weights))
            learnt = 1.0 - float(np.average((score - mean) ** 2, weights=self.weights)) / spread
            rows.append((prior.name, prior.path, *before, *after, learnt))
        return pd.DataFrame(
            rows,
            columns=["parameter", "path", "prior_low", "prior_median", "prior_high", "low", "median", "high", "learnt"],
        )


def weighted_quantile(values: Floats, weights: Floats, q: float) -> Floats:
    """Quantile of weighted values."""
    order = np.argsort(values)
    mass = np.cumsum(weights[order])
    result: Floats = np.interp(q * mass[-1], mass, values[order])
    return result


def calibrate(
    record: Observed,
    *,
    scenario: Scenario | str = "hindcast-2013",
    worlds: int = 2000,
    rounds: int = 4,
    seed: int = 0,
    last: int | None = None,
    beliefs: tuple[Prior, ...] | None = None,
    earlier: Sequence[Round] = (),
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit to a record; its last year is the origin.

    Parameters
    ----------
    record : what was known at the origin (``Observed.upto``).
    scenario : the story from its January on; its events are taken as known.
    worlds, rounds : worlds in a round, and rounds.
    last : year to which worlds run, for forecasts; the origin if not given.
    beliefs : priors; the shipped ones if not given.
    earlier : rounds run before by the same scenario, priors and seed, and as far as ``last``; they are the first of
        ``rounds``. Their worlds are weighed anew by this record, so it does not matter for which they were run.
    folder : where finished rounds are kept; rounds found there are not run again.
    progress : called with worlds done and worlds in all.

    Raises
    ------
    BadInput : numbers out of range, no prior of a number that is needed, or a folder that holds another calibration.
    """
    if not isinstance(record, Observed):
        raise BadInput.of(shown(record), "a record, such as sim.load_observed().upto(2024)", path="record")
    _check(worlds, rounds, seed)
    beliefs = priors() if beliefs is None else beliefs
    check_beliefs(beliefs)
    base = story(scenario)
    if record.last < base.start // 12:
        raise BadInput.of(
            repr(record.last), f"a year from {base.start // 12} on, where {base.name} starts", path="origin"
        )
    last = record.last if last is None else last
    facts = _facts(base, record, seed, worlds) | {"last": last, "priors": _digest(beliefs)}
    done: list[Round] = []
    total, finished = worlds * (rounds - len(earlier)), 0
    weights = np.array([])

    def count(part: int) -> None:
        nonlocal finished
        finished += part
        if progress is not None:
            progress(finished, total)

    with nullcontext() if folder is None else _Store(folder_of(folder, "a folder for the rounds"), facts) as store:
        votes = Votes.fit(record)  # after the folder is ours, so that a second writer is refused before it computes
        for number in range(rounds):
            part = store.load(number) if store is not None else None
            if part is None and number < len(earlier):
                done.append(earlier[number])
                continue
            if part is None:
                weights = _weigh(record, beliefs, votes, done) if done else weights
                fresh = int(done[-1].worlds[-1]) // worlds + 1 if done else 0  # no world's luck comes twice
                part = _round(base, beliefs, fresh, worlds, seed, last, done, weights, count)
                if store is not None:
                    store.save(number, part)
            else:
                count(worlds)
            done.append(part)
    weights = _weigh(record, beliefs, votes, done)
    return Calibration(record, base, beliefs, votes, tuple(done), weights, seed)


def told_anew(fit: Calibration, scenario: Scenario, last: int, size: int) -> Calibration:
    """Parameters drawn by weight from a calibration, with new luck, run by a story that is the same up to the origin.

    So a forecast that is not to know what happens after it need not be fitted again: until then its worlds are the
    same, to the last bit. Their luck is new because worlds of neighbouring numbers are quick to run.
    """
    base = story(scenario)
    scores, numbers = fit.scores[fit.draw(size)], ANEW + np.arange(size)
    paths = tell(base, variations(base, fit.priors, scores), numbers, last, fit.seed)
    only = Round(scores, numbers, paths, None, None)
    return replace(fit, scenario=base, rounds=(only,), weights=np.full(size, 1.0 / size))


def _round(
    scenario: Scenario,
    beliefs: tuple[Prior, ...],
    number: int,
    worlds: int,
    seed: int,
    last: int,
    done: list[Round],
    weights: Floats,
    progress: Callable[[int], None] | None,
) -> Round:
    rng = np.random.default_rng([seed, number, 2])
    mean = cov = None
    if number:
        scores = np.concatenate([part.scores for part in done])
        mean = np.average(scores, axis=0, weights=weights)
        cov = WIDER**2 * np.cov(scores.T, aweights=weights, ddof=0) + 1e-4 * np.eye(scores.shape[1])
    scores = _propose(rng, beliefs, worlds, mean, cov)
    numbers = number * worlds + np.arange(worlds)
    paths = tell(scenario, variations(scenario, beliefs, scores), numbers, last, seed, progress)
    return Round(scores, numbers, paths, mean, cov)


def _propose(
    rng: np.random.Generator, beliefs: tuple[Prior, ...], worlds: int, mean: Floats | None, cov: Floats | None
) -> Floats:
    """Standard scores inside the bounds, (worlds, d)."""
    kept: list[Floats] = []
    while sum(map(len, kept)) < worlds:
        scores = rng.standard_normal((worlds, len(beliefs)))
        if mean is not None and cov is not None:
            scale = np.sqrt(TAIL / rng.chisquare(TAIL, worlds))[:, None]
            student = mean + scale * (scores @ np.linalg.cholesky(cov).T)
            scores = np.where(rng.random(worlds)[:, None] < PRIOR_PART, scores, student)
        good = np.all([prior.inside(scores[:, i]) for i, prior in enumerate(beliefs)], axis=0)
        kept.append(scores[good])
    return np.concatenate(kept)[:worlds]


def variations(scenario: Scenario, beliefs: tuple[Prior, ...], scores: Floats) -> dict[str, Floats]:
    """Values for a run, path -> (n,); the volatility is left at nothing, as the error model takes care of it."""
    out: dict[str, Floats] = {}
    for i, prior in enumerate(beliefs):
        values = prior.value(scores[:, i])
        for path in prior.paths(scenario):
            if not path.startswith("rules.volatility."):
                bounds = scenario.parameter(path)
                out[path] = np.clip(scenario.get(path) * values if prior.factor else values, bounds.low, bounds.high)
    return out


def run_with(beliefs: tuple[Prior, ...], scores: Floats) -> Floats:
    """Standard scores (n, k) of those parameters alone that a world is run with."""
    return scores[:, [bool(p.path) and not p.path.startswith("rules.volatility.") for p in beliefs]]


def error_terms(beliefs: tuple[Prior, ...], scores: Floats, model: Emulator | None = None) -> tuple[Trade, Floats]:
    """The trade part of the error model and the slopes of votes, for worlds of standard scores (n, d).

    With the luck of ``model``, if given, which holds the same worlds.
    """
    value = {prior.name: prior.value(scores[:, i]) for i, prior in enumerate(beliefs)}
    noise = np.stack([value[f"noise_{code}"] for code in TRADERS], axis=1)
    luck, scale = (None, None) if model is None else (model.luck, model.scale)
    return Trade(value["volatility"], value["inertia"], noise, luck, scale), value["vote_slope"]


def joined(rounds: Sequence[Round]) -> Paths:
    """Paths of all worlds of some rounds."""
    return Paths(
        rounds[0].paths.first,
        np.concatenate([part.paths.trade for part in rounds], axis=-1),
        np.concatenate([part.paths.overall for part in rounds], axis=-1),
    )


def _weigh(record: Observed, beliefs: tuple[Prior, ...], votes: Votes, done: list[Round]) -> Floats:
    """Weights of all worlds so far, summing to 1."""
    scores = np.concatenate([part.scores for part in done])
    seen = emulate(run_with(beliefs, scores), joined(done).over(int(record.years[0]), record.last))
    trade, slope = error_terms(beliefs, scores, seen)
    fit = trade.likelihood(record, seen.trade) + votes.likelihood(record, seen.shift, slope)
    sizes = np.array([len(part.worlds) for part in done], dtype=np.float64)
    mixture = logsumexp([part.log_density(scores) for part in done], axis=0, b=(sizes / sizes.sum())[:, None])
    prior = -0.5 * (scores**2).sum(axis=1) - 0.5 * scores.shape[1] * np.log(2.0 * np.pi)
    log = fit + prior - mixture
    result: Floats = np.exp(log - logsumexp(log))
    return result


def _facts(scenario: Scenario, record: Observed, seed: int, worlds: int) -> dict[str, Any]:
    return {
        "kind": "calibration",
        "origin": record.last,
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "record": record.digest,
        "seed": seed,
        "worlds": worlds,
        "versions": versions(),
    }


class _Store:
    """A folder with the finished rounds of one calibration; a context manager that lets go of its lock."""

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._check_files(folder / FACTS)
            self._lock = hold(folder / LOCK, folder, "a calibration")
        except OSError as error:
            raise BadInput.of(str(error), "a folder that can be read and written", file=str(folder)) from None
        try:
            self._take(folder / FACTS, json.loads(json.dumps(dict(facts))))
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def _check_files(self, path: Path) -> None:
        if not path.exists() and any(file.name != LOCK for file in self.folder.iterdir()):
            raise BadInput.of("a folder with other files in it", "a new or empty folder", file=str(self.folder))

    def _take(self, path: Path, wanted: dict[str, Any]) -> None:
        """Take the folder for what is wanted, where it holds nothing else."""
        try:
            self._check_files(path)
            if path.exists():
                saved = json.loads(path.read_text(encoding="utf-8"))
                differing = [key for key, value in wanted.items() if saved.get(key) != value]
                if differing:
                    raise BadInput.of(
                        f"a calibration that differs in {', '.join(differing)}",
                        "a new or empty folder",
                        file=str(self.folder),
                    )
            else:
                path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
        except (OSError, ValueError) as error:
            raise BadInput.of(str(error), "a folder that can be read and written", file=str(self.folder)) from None

    def load(self, number: int) -> Round | None:
        """A finished round, or None."""
        path = self.folder / f"round-{number}.npz"
        if not path.exists():
            return None
        try:
            with np.load(path) as held:
                paths = Paths(int(held["first"]), held["trade"], held["overall"])
                mean, cov = (held["mean"], held["cov"]) if "mean" in held else (None, None)
                return Round(held["scores"], held["worlds"], paths, mean, cov)
        except (OSError, ValueError, KeyError) as error:
            raise BadInput.of(f"{path.name}: {error}", "a finished round", file=str(self.folder)) from None

    def save(self, number: int, part: Round) -> None:
        """Keep a round; a half-written file never takes its name."""
        more: dict[str, Any] = {} if part.mean is None or part.cov is None else {"mean": part.mean, "cov": part.cov}
        partial = self.folder / f"partial-{number}.npz"
        np.savez(
            partial,
            first=part.paths.first,
            scores=part.scores,
            worlds=part.worlds,
            trade=part.paths.trade,
            overall=part.paths.overall,
            **more,
        )
        partial.replace(self.folder / f"round-{number}.npz")


def check_beliefs(beliefs: tuple[Prior, ...]) -> None:
    """Refuse priors that leave out a number of the error model."""
    needed = ("volatility", "inertia", *(f"noise_{code}" for code in TRADERS), "vote_slope")
    names = [prior.name for prior in beliefs]
    missing = [name for name in needed if name not in names]
    if missing:
        raise BadInput.of(f"no prior of {', '.join(missing)}", f"priors of {', '.join(needed)}", path="beliefs")


def _digest(beliefs: tuple[Prior, ...]) -> str:
    """Hash of what priors say; rounds drawn from others must not be mixed with theirs."""
    said = [(p.name, p.path, p.log, p.centre, p.spread, p.low, p.high) for p in beliefs]
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


def _check(worlds: int, rounds: int, seed: int) -> None:
    wrong = [
        Problem("", None, None, name, repr(value), f"a whole number, {low} or more")
        for name, value, low in (("worlds", worlds, 50), ("rounds", rounds, 1), ("seed", seed, 0))
        if value < low
    ]
    if wrong:
        raise BadInput(wrong)
