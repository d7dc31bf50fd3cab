"""Two or more scenarios on the same luck: what one does that the other does not, world by world.

World i has the same chance in every scenario with the same seed, so the difference between two scenarios in world i is
due to the scenarios. Differences are taken within worlds first and summarised over worlds after, which makes them far
more precise than comparing two bands (common random numbers: Law 2015, chapter 11).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.reading import beside
from sim.reading.beside import BAND, EQUAL
from sim.reading.doubt import FEWEST, between, paired
from sim.reading.questions import (
    borrowed,
    changed,
    check,
    check_results,
    check_unvaried,
    labels_of,
    notes_between,
    questions_of,
)
from sim.reading.sizes import least, sizes
from sim.runs.ask import Ask, Askable, Asked
from sim.runs.region import weights_of
from sim.runs.result import Result, quantiles, tidy
from sim.runs.run import Progress, check_repeats, run
from sim.runs.words import listed
from sim.scenario import BadInput, Scenario, load
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest, shown
from sim.scenario.names import pair_of, sector_of, sectors_of

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

Array = NDArray[Any]
ALL = "all"
"""In place of a republic: the mean over all that are compared."""


def compare(
    *scenarios: Askable, names: Sequence[str] | None = None, progress: Progress | None = None, **asked: Unpack[Asked]
) -> Comparison:
    """Run scenarios on the same luck and compare each with the first.

    Parameters
    ----------
    scenarios : two or more scenarios, shipped names or paths; or results, which are not run again, and asks. A scenario
        beside a result or an ask is run as that was: on its worlds, months and seed, with its posterior, variations and
        classes, so that the two differ in the scenario alone.
    names : what to call them; their own names if not given.
    progress : called with worlds done and worlds in all, counted over all that are run.
    asked : worlds, months, seed, republic, power, model, keep, variations, posterior, region_weights, the same for all
        that are run (see ``sim.Ask``). Without ``months`` all run as long as the shortest. With ``keep="overall"``,
        which saves memory, ``sector`` is always "overall".

    Results and asks may differ from one another in classes and variations, and a scenario beside them takes theirs;
    ``Comparison.notes`` and ``headline`` then say so.

    Raises
    ------
    BadInput : fewer than two, different starts, no republic or power in common, results of different seeds or
        posteriors or of other than what is asked beside them, variations of a number that a scenario lacks.

    Examples
    --------
    >>> both = compare("dushanbe-2025", "war-drags-on", worlds=20, months=12)
    >>> both.names
    ('dushanbe-2025', 'war-drags-on')
    """
    given = [load(os.fspath(one)) if isinstance(one, str | os.PathLike) else one for one in scenarios]
    ready = [one for one in given if isinstance(one, Result)]
    said = dict[str, Any]({name: value for name, value in asked.items() if value is not None})
    check_results(ready, said)
    questions = questions_of(given, said)
    labels = labels_of(questions, names)
    check(questions, labels)
    if ready and len(ready) < len(given):
        check_repeats(ready[0])
    pairs = list(zip(given, questions, strict=True))
    total, done, results = sum(ask.worlds for one, ask in pairs if not isinstance(one, Result)), 0, []
    for one, ask in pairs:
        if isinstance(one, Result):
            results.append(one)
            continue
        results.append(run(ask, progress=None if progress is None else _counted(progress, done, total)))
        done += ask.worlds
    return Comparison(labels, results, borrowed(given, questions, said))


def whatif(
    scenario: Askable,
    changes: Mapping[str, object] | Iterable[str],
    *,
    progress: Progress | None = None,
    **asked: Unpack[Asked],
) -> Comparison:
    """Compare a scenario, or what a result or an ask asks, with itself, some values changed.

    ``changes`` maps paths to values, {"powers.RUS.strain": 0.7}, or is a list of "path=value" (then the scenario must
    be a name or a path); the rest as for ``compare``.

    Raises
    ------
    BadInput : no change, a change of what varies from world to world, or whatever else is wrong with it.
    """
    if not isinstance(changes, str | Iterable):
        raise BadInput.of(shown(changes), _CHANGES, path="changes")
    pairs = changes if isinstance(changes, Mapping) else [changes] if isinstance(changes, str) else list(changes)
    if not pairs:
        raise BadInput.of("no change", _CHANGES, path="changes")
    if isinstance(scenario, str | os.PathLike):
        base, other = (Ask.of(load(os.fspath(scenario), set=those, by="changes"), **asked) for those in (None, pairs))
    else:
        if not isinstance(pairs, Mapping):
            raise BadInput.of("a list", "a mapping of paths to values for a loaded scenario", path="changes")
        whole = Ask.of(scenario.finished if isinstance(scenario, Result) else scenario)
        base, other = Ask.of(whole, **asked), Ask.of(changed(whole, pairs), **asked)
    said = [f"{path}={value}" for path, value in pairs.items()] if isinstance(pairs, Mapping) else pairs
    check_unvaried(base, [pair.partition("=")[0].strip() for pair in said])
    same = isinstance(scenario, Result) and base == scenario.finished
    return compare(scenario if same else base, other, names=(base.scenario.name, ", ".join(said)), progress=progress)


_CHANGES = 'at least one change, such as {"powers.RUS.strain": 0.7}'


def clear_from(low: Array, middle: Array, high: Array, least: Array) -> Array:
    """First place on the first axis from which a difference is clear to the end; -1 where it is not.

    ``low``, ``middle`` and ``high`` (time, ...) are the 10, 50 and 90 per cent quantiles of the paired difference.
    Clear is where the band stays on one side of zero and the median at ``least`` that far from it.
    """
    sides = ((low > EQUAL) & (middle >= least), (high < -EQUAL) & (middle <= -least))
    runs = [np.logical_and.accumulate(side[::-1], axis=0).sum(axis=0) for side in sides]
    longest = np.maximum(*runs)
    result: Array = np.where(longest > 0, len(low) - longest, -1)
    return result


class Comparison:
    """Scenarios on the same luck: ``names``, ``results`` (the first is the base), paired differences.

    Differences are "other minus base" in the same world, in shares (-1..1). "Higher" counts the worlds in which the
    other's share is higher. A difference is *clear* from the first month in which the 10 to 90 per cent band of the
    paired difference lies wholly on one side of zero and stays on that side until the last month.
    """

    def __init__(
        self,
        names: Sequence[str],
        results: Sequence[Result],
        lent: Mapping[int, tuple[int, Sequence[str]]] | None = None,
    ) -> None:
        """``lent``: by the place of a scenario, of whose ask it took what nobody asked for it, and that in words."""
        self.names, self.results = tuple(names), tuple(results)
        self._lent = dict(lent or {})
        self.republics, self.powers = _common(self.results)
        self.worlds = min(result.worlds for result in self.results)
        self.months = min(result.months for result in self.results)
        self.seed = self.results[0].seed
        self.posterior = self.results[0].posterior
        self._kept: dict[tuple[int, str], Array] = {}

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What differs besides the scenarios (classes, variations), and what a scenario took from the result or ask
        beside it, a sentence each; mostly none.
        """
        return tuple(dict.fromkeys(note for k in range(1, len(self.names)) for note in self.notes_of(k)))

    def notes_of(self, k: int) -> list[str]:
        """The ``notes`` on one scenario, by its place."""
        name, base = self.names[k], self.names[0]
        taken = [
            f"“{self.names[n]}” is run as “{self.names[self._lent[n][0]]}” was: with {listed(self._lent[n][1])}."
            for n in (0, k)
            if n in self._lent
        ]
        return taken + notes_between(name, self.results[k].finished, base, self.results[0].finished)

    def __repr__(self) -> str:
        notes = "".join(f"; {note.rstrip('.')}" for note in self.notes)
        head = f"{' | '.join(self.names)}: {self.worlds} worlds, {self.months} months, seed {self.seed}"
        return f"<Comparison {head}{notes}>"

    @property
    def scenario(self) -> Scenario:
        """The base's scenario."""
        return self.results[0].scenario

    @property
    def region_weights(self) -> str:
        """How means over republics are weighted; the same in all."""
        return self.results[0].ask.region_weights

    @cached_property
    def dates(self) -> list[str]:
        """Months as "YYYY-MM", months + 1 of them; the first is day one."""
        return month_labels(self.scenario.start, self.months)

    # -- the numbers --------------------------------------------------------------------------------------------------

    def shares(self, which: int | str = 0, sector: str = "overall") -> Array:
        """Shares of one of the scenarios, common actors only: (month + 1, republic, power, world)."""
        result = self.results[self.index(which)]
        picked: Array = result.shares(sector)[: self.months + 1, ..., : self.worlds]
        if (result.republics, result.powers) != (self.republics, self.powers):
            rows = [result.republics.index(code) for code in self.republics]
            columns = [result.powers.index(code) for code in self.powers]
            picked = picked[:, rows][:, :, columns]
        return picked.astype(float, copy=False)

    def differences(self, which: int | str = 1, sector: str = "overall") -> Array:
        """Paired difference of a scenario from the base: (month + 1, republic, power, world) shares, -1..1."""
        k, sector = self.index(which), sector_of(sector)
        if (k, sector) not in self._kept:
            difference = self.shares(k, sector) - self.shares(0, sector)
            difference[np.abs(difference) < EQUAL] = 0.0
            self._kept = {(k, sector): difference}  # only the last: these arrays are large
        return self._kept[k, sector]

    def doubt(self, sector: str = "overall", shares: Array | None = None) -> Array:
        """What doubt alone does to the base's alignments: (month + 1, republic, power), a standard deviation of shares.

        Of ``shares`` (..., world) if given. Zero without doubt, and with too few worlds to tell doubt from chance.
        """
        shares = self.shares(0, sector) if shares is None else shares
        if self.results[0].ask.doubt is None or self.worlds < FEWEST:
            return np.zeros(shares.shape[:-1])
        return np.sqrt(between(paired(shares)))

    @property
    def difference(self) -> Array:
        """Paired difference of the second scenario from the first, overall: (month + 1, republic, power, world)."""
        return self.differences(1)

    def index(self, which: int | str) -> int:
        """Place of a scenario among those compared, by place or by name."""
        if isinstance(which, int) and -len(self.names) <= which < len(self.names):
            return which % len(self.names)
        if which in self.names:
            return self.names.index(str(which))
        raise BadInput.of(
            repr(which), f"one of {', '.join(self.names)}", path="scenario", nearest=nearest(str(which), self.names)
        )

    # -- tables -------------------------------------------------------------------------------------------------------

    def bands(self, sector: str = "overall") -> pd.DataFrame:
        """Difference by month, "all" sectors or one.

        [date, month, scenario, republic, sector, power, low, median, high, mean, size, p_higher, p_lower].
        """
        names = sectors_of(sector)
        doubt = np.stack([self.doubt(name) for name in names], axis=2)
        parts = []
        for k, label in enumerate(self.names[1:], 1):
            stack = np.stack([self.differences(k, name) for name in names], axis=2)
            low, median, high = quantiles(stack, BAND)
            axes = {
                "month": range(self.months + 1),
                "scenario": [label],
                "republic": self.republics,
                "sector": names,
                "power": self.powers,
            }
            values = {
                "low": low,
                "median": median,
                "high": high,
                "mean": stack.mean(axis=-1),
                "size": sizes(median, doubt),
                "p_higher": (stack > 0).mean(axis=-1),
                "p_lower": (stack < 0).mean(axis=-1),
            }
            parts.append(tidy(axes, {name: array[:, None] for name, array in values.items()}, self.dates))
        return parts[0] if len(parts) == 1 else _stacked(parts, self.names[1:])

    def table(self, sector: str = "overall", month: int = -1) -> pd.DataFrame:
        """Where a month (the last) stands: one row for each other scenario, republic and power.

        [scenario, republic, power, size, base, low, median, high, difference_low, difference, difference_high, doubt,
        p_higher, p_lower, clear_since]. ``size`` is a word of ``sim.reading.sizes``; ``base`` the base's median share,
        low/median/high the other's share, ``difference`` the median paired difference with its 10 and 90 per cent
        quantiles, ``doubt`` what doubt alone does to that alignment (``Comparison.doubt``), ``clear_since`` the first
        month (YYYY-MM) from which the difference is clear to the end, None where it is not.
        """
        rows: list[dict[str, Any]] = []
        base, doubt = np.median(self.shares(0, sector)[month], axis=-1), self.doubt(sector)
        for k, label in enumerate(self.names[1:], 1):
            shares, difference = self.shares(k, sector)[month], self.differences(k, sector)
            bands, gaps = quantiles(shares, BAND), quantiles(difference, BAND)
            low, middle, high = gaps
            since = clear_from(low, middle, high, least(doubt)) if self.worlds > 1 else np.full(base.shape, -1)
            word, now = sizes(gaps[1][month], doubt[month]), difference[month]
            for i, j in np.ndindex(len(self.republics), len(self.powers)):
                rows.append(
                    {
                        "scenario": label,
                        "republic": self.republics[i],
                        "power": self.powers[j],
                        "size": str(word[i, j]),
                        "base": float(base[i, j]),
                        **{
                            name: float(band[i, j]) for name, band in zip(("low", "median", "high"), bands, strict=True)
                        },
                        **{
                            name: float(gap[month, i, j])
                            for name, gap in zip(("difference_low", "difference", "difference_high"), gaps, strict=True)
                        },
                        "doubt": float(doubt[month, i, j]),
                        "p_higher": float((now[i, j] > 0).mean()),
                        "p_lower": float((now[i, j] < 0).mean()),
                        "clear_since": self.dates[since[i, j]] if since[i, j] >= 0 else None,
                    }
                )
        frame = pd.DataFrame(rows)
        frame["clear_since"] = frame.clear_since.astype(object).where(frame.clear_since.notna(), None)  # None, not NaN
        return frame

    def matrix(self, sector: str = "overall", month: int = -1) -> pd.DataFrame:
        """Where a month (the last) stands, all scenarios side by side: one row for each republic and power.

        [republic, power, NAME, "NAME size", ...], two columns for each scenario but the base: the median paired
        difference and its size. Rows of republic "all" hold the means over republics,
        weighted as ``region_weights`` says.
        """
        columns: dict[str, Any] = {
            "republic": [r for r in (*self.republics, ALL) for _ in self.powers],
            "power": [*self.powers] * (len(self.republics) + 1),
        }
        weights = weights_of(self.region_weights, self.scenario, self.republics)
        doubt = self.doubt(sector, with_mean(self.shares(0, sector)[month], weights))
        for k, name in enumerate(self.names[1:], 1):
            gap = np.median(with_mean(self.differences(k, sector)[month], weights), axis=-1)
            columns[name], columns[f"{name} size"] = gap.ravel(), sizes(gap, doubt).ravel()
        return pd.DataFrame(columns)

    def outcomes(self) -> pd.DataFrame:
        """Every scalar outcome that the scenarios have in common, paired (months counted from each one's own end).

        [scenario, outcome, base, other, difference_low, difference, difference_high, base_mean, other_mean,
        difference_mean, error, p_higher, p_lower]: medians, then means, which tell more of what is counted and rare;
        ``error`` is the standard error of ``difference_mean``.
        """
        return beside.outcomes(self.results, self.names[1:], self.worlds)

    def leaders(self) -> pd.DataFrame:
        """Who leads each republic at the end, in the base and in each other scenario.

        [scenario, republic, leader_now, leader_base, leader_other, change_base, change_other, another]: the leader of
        day one in the base, the commonest ones at the end, the probabilities that the leader changes, and the part of
        worlds in which another power leads at the end than in the base.
        """
        return beside.leaders(self.results, self.names[1:], self.worlds, self.republics)

    def stances(self) -> pd.DataFrame:
        """How guests stand at summits: [scenario, event, date, republic, power, stance, base, other].

        ``base`` and ``other`` are the probabilities of the stance among the worlds with the summit; NaN in a scenario
        that has no such summit or guest.

        Raises
        ------
        BadInput : a result that does not keep "full".
        """
        return beside.stances(self.results, self.names[1:])

    def only(self, which: int | str = 1) -> dict[str, tuple[str, ...]]:
        """Codes of the powers and republics that only the base has ("base"), or only the other ("other")."""
        return beside.only(self.results, self.index(which))

    # -- words and pictures -------------------------------------------------------------------------------------------

    def sentence(self, republic: str, power: str, which: int | str = 1, sector: str = "overall") -> str:
        """The difference in one republic's alignment with one power as a sentence, its size first, then how sure it is.

        Actors by code or name.
        """
        sentence: Callable[..., str] = lazy.function("Comparison.sentence")
        return sentence(self, republic, power, which, sector)

    def headline(
        self, which: int | str = 1, pairs: Sequence[tuple[str, str]] | None = None, sector: str = "overall"
    ) -> str:
        """The largest differences (of ``pairs``, republic and power, if given) in words, at most three sentences.

        Differences that are negligible are left out if any is not. Changes of leader, what actors did differently
        (``through``), actors that only one of the two has, and other differences between the two than their scenarios
        (``notes``) follow.
        """
        headline: Callable[..., str] = lazy.function("Comparison.headline")
        return headline(self, which, pairs, sector)

    def through(self, which: int | str = 1, most: int = 3) -> list[str]:
        """What actors did otherwise than in the base, mean per world, in a sentence; nothing where nothing is clear.

        The ``most`` outcomes of ``ACTED`` that differ most surely: the mean paired difference is at least that told
        there and four of its standard errors.
        """
        through: Callable[..., list[str]] = lazy.function("Comparison.through")
        return through(self, which, most)

    def title(self, which: int | str) -> str:
        """What to call a scenario on a page: its title with its name, or the name it was given here."""
        k = self.index(which)
        story, name = self.results[k].scenario, self.names[k]
        return f"{story.title} ({name})" if name == story.name else name

    def figure(
        self, which: int | str = 1, sector: str = "overall", title: str | None = None, width: float | None = None
    ) -> Figure:
        """Paired difference of a scenario from the base over time: median and band over worlds, one panel a republic.

        ``title``: what the difference is due to, the scenario if not given; ``width``: inches of the page, if not the
        usual.
        """
        return lazy.figure("Comparison.figure", self, which, sector, title, width)

    def matrix_figure(self, sector: str = "overall") -> Figure:
        """All scenarios against the base side by side: a cell an alignment and scenario, coloured by size and sign."""
        return lazy.figure("Comparison.matrix_figure", self, sector)

    def brief(
        self, out: str | os.PathLike[str], *, progress: Progress | None = None, command: str | None = None
    ) -> Path:
        """Write one page on the comparison, as ``Result.brief`` does on a result."""
        brief: Callable[..., Path] = lazy.function("Comparison.brief")
        return brief(self, out, progress=progress, command=command)

    def pair(self, republic: str, power: str) -> tuple[str, str]:
        """Codes of a republic and a power that all have. Raises BadInput with the nearest names."""
        republics, powers = self.scenario.republics, self.scenario.powers
        return pair_of(republic, {r: republics[r] for r in self.republics}, power, {p: powers[p] for p in self.powers})


def _common(results: Sequence[Result]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Republics and powers that all have, in the base's order."""
    return (
        tuple(code for code in results[0].republics if all(code in one.republics for one in results)),
        tuple(code for code in results[0].powers if all(code in one.powers for one in results)),
    )


def with_mean(values: Array, weights: Array | None = None) -> Array:
    """Values (republic, ...) and in one more row their mean over republics, alike or by ``weights`` (republic,)."""
    return np.concatenate([values, np.average(values, axis=0, weights=weights, keepdims=True)])


def _counted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def _stacked(parts: Sequence[pd.DataFrame], labels: Sequence[str]) -> pd.DataFrame:
    """Tables of several scenarios one below the other, labels still categories."""
    for part in parts:
        part["scenario"] = part["scenario"].cat.set_categories(list(labels))
    return pd.concat(parts, ignore_index=True)
