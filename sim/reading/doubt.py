"""What sets worlds apart: chance, judgement or the record, and which doubted numbers matter most.

Neighbouring worlds share their numbers and differ in their luck (``sim.runs.doubt``). So what they have in common is
due to the numbers, and the rest to chance: the variance between pairs of a one-way analysis of variance, which is the
closed Sobol index of all doubted numbers together. What the posterior's parameters explain of it, by linear regression,
is the record's part, the rest judgement's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.ask import Ask
from sim.runs.doubt import SHARED
from sim.runs.result import Result
from sim.runs.words import listed, percent, points
from sim.scenario import BadInput
from sim.scenario.doubt import ASKED, REST, STATED, Range
from sim.sweeps.factors import outcome_words, words

Floats = NDArray[np.float64]

FEWEST = 40
"""Worlds below which a split says nothing."""
SURE = 4.0
"""Standard errors of a correlation by which a number must stand out to be named among hundreds."""
ENDS = 0.8
"""Part of a range's draws between the ends that an effect is given for: from its 10 % to its 90 % quantile."""
NAMED = 3
"""Numbers that are named."""


@dataclass(frozen=True, eq=False)
class Doubts:
    """How much of the spread of a result's outcomes is due to what, and which numbers matter most."""

    result: Result

    @cached_property
    def pairs(self) -> NDArray[np.int64]:
        """First world of each whole pair."""
        return np.arange(0, self.result.worlds // SHARED * SHARED, SHARED)

    def outcome(self, name: str) -> Floats:
        """Values of an outcome in the worlds of whole pairs, (2, pair)."""
        return paired(np.asarray(self.result.record.outcomes[name], dtype=np.float64))

    def shares(self) -> list[str]:
        """The outcomes that are split: where each alignment ends."""
        return [f"{r}.{p}.share" for r in self.result.republics for p in self.result.powers]

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Parts of the variance between worlds: [outcome, spread, chance, judgement, record, error].

        ``spread``: standard deviation over worlds; the three parts sum to 1; ``error``: standard error of the part that
        is not chance's.
        """
        return pd.DataFrame([self.split(name) for name in self.shares()])

    def split(self, name: str) -> dict[str, float | str]:
        """The parts of one outcome, as a row of ``parts``."""
        values = self.outcome(name)
        away = values - values.mean()
        variance = float((away**2).mean())
        if variance == 0.0:
            return {"outcome": name, "spread": 0.0, "chance": 1.0, "judgement": 0.0, "record": 0.0, "error": 0.0}
        common = float(between(values)) / variance
        middle = values.mean(axis=0)
        record = min(explained(self.fitted, middle) * float(middle.var()) / variance, common)
        return {
            "outcome": name,
            "spread": float(np.sqrt(variance)),
            "chance": 1.0 - common,
            "judgement": common - record,
            "record": record,
            "error": (1.0 - common**2) / float(np.sqrt(len(middle))),
        }

    @cached_property
    def fitted(self) -> Floats:
        """The posterior's parameters of each pair, standardised, (pair, parameter); none without a posterior."""
        posterior = self.result.posterior
        if posterior is None:
            return np.zeros((len(self.pairs), 0))
        drawn = posterior.draws.to_numpy(dtype=np.float64)[(self.pairs // SHARED) % len(posterior.draws)]
        spread = drawn.std(axis=0)
        return np.asarray((drawn - drawn.mean(axis=0))[:, spread > 0] / spread[spread > 0])

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """Doubted numbers that stand out, by how much of all spread they explain, the first most.

        [path, low, value, high, origin, outcome, effect, explained]: ``outcome`` is the alignment that it moves most,
        ``effect`` by how much (a share) between the 10 % and the 90 % quantile of its draws, ``explained`` the mean
        part, over all alignments, of the variance between pairs.
        """
        spans = {path: span for path, span in self.result.ask.doubts.items() if not path.startswith(REST)}
        return effects(self, spans, self.shares())

    @cached_property
    def whole(self) -> dict[str, float]:
        """The parts of all alignments' spread: chance, judgement, record, and error; {} where nothing varies."""
        parts, weights = self.parts, self.parts.spread**2
        if not weights.sum():
            return {}
        mean = {
            part: float((parts[part] * weights).sum() / weights.sum()) for part in ("chance", "judgement", "record")
        }
        return mean | {"error": float(np.sqrt((weights**2 * parts.error**2).sum()) / weights.sum())}

    @property
    def named(self) -> dict[str, str]:
        """What the parts are called, in the order they are told."""
        fitted = {"record": "the parameters fitted to the record"} if self.fitted.size else {}
        return {"chance": "chance", "judgement": "judgement (numbers in doubt)", **fitted}

    @property
    def matter(self) -> list[pd.Series]:
        """The rows of ``numbers`` that are named: those that matter most."""
        return [row for _, row in self.numbers.head(NAMED).iterrows()]

    def sentences(self) -> list[str]:
        """What the bands hold, and the numbers that matter most, in words."""
        if not self.whole:
            return []
        rest = sum(round(self.whole[part], 2) for part in self.named if part != "chance")
        rounded = {part: round(self.whole[part], 2) if part != "chance" else 1.0 - rest for part in self.named}
        parts_told = ", ".join(f"{percent(rounded[part])} {said}" for part, said in self.named.items())
        told = [f"What sets worlds apart: {parts_told}; give or take {percent(max(self.whole['error'], 0.01))}."]
        rows = self.matter
        if rows:
            told.append(
                f"The numbers that matter most for where alignments end: {'; '.join(self.told(row) for row in rows)}."
            )
        else:
            told.append("No single number stands out from these draws; a tornado moves each alone.")
        return told

    def told(self, row: pd.Series) -> str:
        """One number that matters, in words."""
        story = self.result.scenario
        return (
            f"{words(row.path, story)} ({row.low:.3g} to {row.high:.3g}), which moves "
            f"{outcome_words(row.outcome, story)} by {points(row.effect)}"
        )


def doubts(result: Result) -> Doubts:
    """What sets a result's worlds apart. See ``Doubts``.

    Raises
    ------
    BadInput : a result without doubt, or of too few worlds.
    """
    if result.ask.doubt is None:
        raise BadInput.of("a result without doubt", "one that was run with doubt=True", path="doubt")
    if result.worlds < FEWEST:
        raise BadInput.of(f"{result.worlds} worlds", f"{FEWEST} or more", path="worlds")
    return Doubts(result)


def bands_hold(ask: Ask, mend: str = "") -> str:
    """What the spread between worlds is made of, in a sentence; ``mend``: how doubt is added where there is none."""
    posterior, held = ask.posterior, ["chance"]
    if ask.variations:
        held.append("the values varied between worlds")
    if ask.doubt is not None:
        found = ask.doubts
        paths = list(dict.fromkeys(path.removeprefix(REST) for path in found))
        own = sum(1 for path, span in found.items() if span.origin in (STATED, ASKED) and not path.startswith(REST))
        held.append(
            f"doubt of {words(paths[0], ask.scenario)}"
            if len(paths) == 1
            else f"doubt of {len(paths)} numbers ({own} with a range of their own, the others that of their kind)"
        )
    if posterior is not None:
        until = f" up to {posterior.facts['origin']}" if "origin" in posterior.facts else ""
        held.append(f"what the record{until} leaves open of fitted parameters ({posterior.name})")
    if len(held) == 1:
        return f"The bands show chance only, as if every number were known{f'; {mend}' if mend else ''}."
    return f"The bands show {listed(held)}."


def paired(values: Floats) -> Floats:
    """Values (..., world) of whole pairs of neighbours, (2, ..., pair)."""
    whole = values.shape[-1] // SHARED * SHARED
    return np.stack([values[..., k:whole:SHARED] for k in range(SHARED)])


def between(values: Floats) -> Floats:
    """Variance that two worlds of a draw have in common, doubt's part of it all, of ``values`` (2, ..., pair)."""
    away = values - values.mean(axis=(0, -1), keepdims=True)
    common: Floats = np.clip((away[0] * away[1]).mean(axis=-1), 0.0, (away**2).mean(axis=(0, -1)))
    return common


def explained(columns: Floats, values: Floats) -> float:
    """Part of the variance of ``values`` (n,) that linear regression on ``columns`` (n, k) explains, adjusted; 0..1."""
    n, k = columns.shape
    variance = float(values.var())
    if k == 0 or n <= k + 2 or variance == 0.0:
        return 0.0
    design = np.column_stack([np.ones(n), columns])
    left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return float(np.clip(1.0 - left.var() / variance * (n - 1) / (n - k - 1), 0.0, 1.0))


def effects(doubts: Doubts, spans: dict[str, Range], outcomes: Iterable[str]) -> pd.DataFrame:
    """See ``Doubts.numbers``."""
    columns = ["path", "low", "value", "high", "origin", "outcome", "effect", "explained"]
    ask, names = doubts.result.ask, list(outcomes)
    assert ask.doubt is not None
    place = ask.doubt.uniform(ask.scenario, list(spans), doubts.pairs, ask.seed) - 0.5  # (number, pair)
    means = np.stack([doubts.outcome(name).mean(axis=0) for name in names])
    means = means - means.mean(axis=1, keepdims=True)
    spread = means.std(axis=1)
    place = place - place.mean(axis=1, keepdims=True)
    slope = place @ means.T / np.maximum((place**2).sum(axis=1), 1e-12)[:, None]  # (number, outcome)
    correlation = slope * place.std(axis=1)[:, None] / np.where(spread > 0.0, spread, 1.0)
    weight = spread**2 / max(float((spread**2).sum()), 1e-300)
    rows = []
    for i, (path, span) in enumerate(spans.items()):
        if np.abs(correlation[i]).max() * np.sqrt(place.shape[1]) < SURE:
            continue
        most = int(np.abs(slope[i]).argmax())
        value = float((correlation[i] ** 2 * weight).sum())
        rows.append((path, span.low, span.value, span.high, span.origin, names[most], ENDS * slope[i, most], value))
    return pd.DataFrame(rows, columns=columns).sort_values("explained", ascending=False, ignore_index=True)
