"""Two or more scenarios on the same luck: what one does that the other does not, world by world.

World i has the same chance in every scenario with the same seed, so the difference between two scenarios in world i is
the scenarios' doing. Differences are taken within worlds first and summed up over worlds after, which makes them far
surer than two bands laid side by side (common random numbers: Law 2015, chapter 11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.posterior import Posterior, load_posterior
from sim.runs.result import Result, quantiles, tidy
from sim.runs.run import Progress, run
from sim.runs.words import capital, month_words, percent, points, possessive, signed
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest
from sim.scenario.table import SECTORS
from sim.world.actors import Power, Republic
from sim.world.model import Classes
from sim.world.parameters import Variations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]
Comparable = Scenario | Result | str | Path

BAND: tuple[float, float, float] = (0.1, 0.5, 0.9)
"""Quantiles over worlds: low, median and high of every band."""
EQUAL = 1e-9
"""Shares nearer to one another than this are the same: what is left is rounding."""


def compare(
    *scenarios: Comparable,
    worlds: int = 500,
    months: int | None = None,
    seed: int = 0,
    names: Sequence[str] | None = None,
    republic: Classes = Republic,
    power: Classes = Power,
    keep: str = "full",
    variations: Variations | None = None,
    posterior: Posterior | str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run scenarios on the same luck and compare each with the first.

    Parameters
    ----------
    scenarios : two or more scenarios, shipped names, paths, or results (which are not run again; then their own
        seed, number of worlds and posterior hold for all).
    worlds, months, seed, republic, power, variations, posterior : as for ``sim.run``, the same for all. Without
        ``months`` all run as long as the shortest.
    names : what to call them; their own names if not given.
    keep : "full", or "overall" to save memory (then ``sector`` is always "overall").
    progress : called with worlds done and worlds in all, counted over all scenarios.

    Raises
    ------
    BadInput : fewer than two, different starts, no republic or power in common, results of different seeds or
        posteriors.

    Examples
    --------
    >>> both = compare("dushanbe-2025", "russian-peace", worlds=20, months=12)  # doctest: +SKIP
    >>> print(both.sentence("TJK", "RUS"))  # doctest: +SKIP
    """
    given = [load(one) if isinstance(one, str | Path) else one for one in scenarios]
    stories = [one.scenario if isinstance(one, Result) else one for one in given]
    labels = _labels(stories, names)
    _check(given, stories, labels)
    ready = [one for one in given if isinstance(one, Result)]
    drawn = None if posterior is None else load_posterior(posterior)
    _check_posteriors(ready, drawn)
    if ready:
        seed, worlds, drawn = ready[0].seed, min(one.worlds for one in ready), ready[0].posterior
    length = min(
        [*(one.months for one in ready), *(one.months for one in stories)]
        if months is None
        else [months, *(one.months for one in ready)]
    )
    fresh = len(given) - len(ready)
    results, done = [], 0
    for one in given:
        if isinstance(one, Scenario):
            tell = None if progress is None else _counted(progress, done, fresh * worlds)
            one = run(
                one,
                worlds,
                length,
                seed,
                republic=republic,
                power=power,
                keep=keep,
                variations=variations,
                posterior=drawn,
                progress=tell,
            )
            done += worlds
        results.append(one)
    return Comparison(labels, results)


def whatif(
    scenario: Scenario | str | Path,
    changes: Mapping[str, object] | Iterable[str],
    *,
    worlds: int = 500,
    months: int | None = None,
    seed: int = 0,
    keep: str = "full",
    posterior: Posterior | str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare a scenario with itself, some values changed.

    ``changes`` maps paths to values, {"powers.RUS.strain": 0.7}, or is a list of "path=value" (then the scenario must
    be a name or a path); the rest as for ``compare``.

    Raises
    ------
    BadInput : no change, or whatever is wrong with it.
    """
    pairs = changes if isinstance(changes, Mapping) else [changes] if isinstance(changes, str) else list(changes)
    if not pairs:
        raise BadInput.of("no change", "at least one PATH=VALUE", path="changes")
    if isinstance(scenario, Scenario):
        if not isinstance(pairs, Mapping):
            raise BadInput.of("a list", "a mapping of paths to values for a loaded scenario", path="changes")
        base, other = scenario, scenario.with_values(pairs)
    else:
        base, other = load(scenario), load(scenario, set=pairs)
    said = [f"{path}={value}" for path, value in pairs.items()] if isinstance(pairs, Mapping) else pairs
    return compare(
        base,
        other,
        worlds=worlds,
        months=months,
        seed=seed,
        keep=keep,
        posterior=posterior,
        progress=progress,
        names=(base.name, ", ".join(said)),
    )


def clear_from(low: Array, high: Array) -> Array:
    """First place on the first axis from which a band stays on one side of zero to the end; -1 where it does not.

    ``low`` and ``high`` (time, ...) are the 10 and 90 per cent quantiles of the paired difference.
    """
    runs = [np.logical_and.accumulate(side[::-1], axis=0).sum(axis=0) for side in (low > EQUAL, high < -EQUAL)]
    longest = np.maximum(*runs)
    result: Array = np.where(longest > 0, len(low) - longest, -1)
    return result


class Comparison:
    """Scenarios on the same luck: ``names``, ``results`` (the first is the base), paired differences.

    Differences are "other minus base" in the same world, in shares (-1..1). "Higher" counts the worlds in which the
    other's share is higher. A difference is *clear* from the first month in which the 10 to 90 per cent band of the
    paired difference lies wholly on one side of zero and stays on that side until the last month.
    """

    def __init__(self, names: Sequence[str], results: Sequence[Result]) -> None:
        self.names, self.results = tuple(names), tuple(results)
        self.republics, self.powers = _common(self.results)
        self.worlds = min(result.worlds for result in self.results)
        self.months = min(result.months for result in self.results)
        self.seed = self.results[0].seed
        self.posterior = self.results[0].posterior
        self._kept: dict[tuple[int, str], Array] = {}

    def __repr__(self) -> str:
        return f"<Comparison {' | '.join(self.names)}: {self.worlds} worlds, {self.months} months, seed {self.seed}>"

    @property
    def scenario(self) -> Scenario:
        """The base's scenario."""
        return self.results[0].scenario

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
        k = self.index(which)
        if (k, sector) not in self._kept:
            difference = self.shares(k, sector) - self.shares(0, sector)
            difference[np.abs(difference) < EQUAL] = 0.0
            self._kept = {(k, sector): difference}  # only the last: these arrays are large
        return self._kept[k, sector]

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

        [date, month, scenario, republic, sector, power, low, median, high, mean, p_higher, p_lower].
        """
        names = ["overall", *SECTORS] if sector == "all" else [sector]
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
                "p_higher": (stack > 0).mean(axis=-1),
                "p_lower": (stack < 0).mean(axis=-1),
            }
            parts.append(tidy(axes, {name: array[:, None] for name, array in values.items()}, self.dates))
        return parts[0] if len(parts) == 1 else _stacked(parts, self.names[1:])

    def table(self, sector: str = "overall", month: int = -1) -> pd.DataFrame:
        """Where a month (the last) stands: one row for each other scenario, republic and power.

        [scenario, republic, power, base, low, median, high, difference_low, difference, difference_high, p_higher,
        p_lower, clear_since]. ``base`` is the base's median share, low/median/high the other's share, ``difference``
        the median paired difference with its 10 and 90 per cent quantiles, ``clear_since`` the first month (YYYY-MM)
        from which the difference is clear to the end, None where it is not.
        """
        rows: list[tuple[Any, ...]] = []
        base = np.median(self.shares(0, sector)[month], axis=-1)
        for k, label in enumerate(self.names[1:], 1):
            shares, difference = self.shares(k, sector)[month], self.differences(k, sector)
            bands, gaps = quantiles(shares, BAND), quantiles(difference, BAND)
            since = clear_from(gaps[0], gaps[2])
            now = difference[month]
            for i, j in np.ndindex(len(self.republics), len(self.powers)):
                rows.append(
                    (
                        label,
                        self.republics[i],
                        self.powers[j],
                        float(base[i, j]),
                        *(float(band[i, j]) for band in bands),
                        *(float(gap[month, i, j]) for gap in gaps),
                        float((now[i, j] > 0).mean()),
                        float((now[i, j] < 0).mean()),
                        self.dates[since[i, j]] if since[i, j] >= 0 else None,
                    )
                )
        frame = pd.DataFrame(
            rows,
            columns=[
                "scenario",
                "republic",
                "power",
                "base",
                "low",
                "median",
                "high",
                "difference_low",
                "difference",
                "difference_high",
                "p_higher",
                "p_lower",
                "clear_since",
            ],
        )
        frame["clear_since"] = pd.Series([row[-1] for row in rows], dtype=object)  # where it is not, None and not NaN
        return frame

    def outcomes(self) -> pd.DataFrame:
        """Every scalar outcome that the scenarios have in common, paired (months counted from each one's own end).

        [scenario, outcome, base, other, difference_low, difference, difference_high, p_higher, p_lower]; medians.
        """
        rows: list[tuple[Any, ...]] = []
        first = self.results[0].record.outcomes
        for k, label in enumerate(self.names[1:], 1):
            other = self.results[k].record.outcomes
            for name in first:
                if name in other and not name.endswith((".leader", ".leader_month")):
                    a, b = (values[name][: self.worlds].astype(float) for values in (first, other))
                    gap = np.where(np.abs(b - a) < EQUAL, 0.0, b - a)
                    rows.append(
                        (
                            label,
                            name,
                            float(np.median(a)),
                            float(np.median(b)),
                            *(float(q) for q in quantiles(gap, BAND)),
                            float((gap > 0).mean()),
                            float((gap < 0).mean()),
                        )
                    )
        return pd.DataFrame(
            rows,
            columns=[
                "scenario",
                "outcome",
                "base",
                "other",
                "difference_low",
                "difference",
                "difference_high",
                "p_higher",
                "p_lower",
            ],
        )

    # -- words and pictures -------------------------------------------------------------------------------------------

    def sentence(self, republic: str, power: str, which: int | str = 1, sector: str = "overall") -> str:
        """The difference for one republic and one power in a sentence, with how sure it is."""
        self._known(republic, self.republics, "republic")
        self._known(power, self.powers, "power")
        k = self.index(which)
        wanted = (self.names[k], republic, power)
        rows: Iterable[Any] = self.table(sector).itertuples()
        row = next(row for row in rows if (row.scenario, row.republic, row.power) == wanted)
        story = self.results[k].scenario
        where = "" if sector == "overall" else f" in {sector}"
        text = capital(
            f"{possessive(story.powers[power].name)} share of {story.republics[republic].name}{where} in "
            f"{month_words(self.dates[-1])}: {100 * row.median:.0f} % "
            f"[{100 * row.low:.0f}–{100 * row.high:.0f}]"
        )
        gap = row.difference
        if row.p_higher == row.p_lower == 0.0:
            return f"{text}, the same in every world."
        if abs(gap) < 0.0005:
            return (
                f"{text}, no different on the whole ({signed(row.difference_low)} to "
                f"{signed(row.difference_high)} points in eight worlds of ten)."
            )
        way, sure = ("higher", row.p_higher) if gap > 0 else ("lower", row.p_lower)
        text += f", {points(gap)} {way}, {way} in {percent(sure)} of worlds"
        since = f"clear from {month_words(row.clear_since)} on" if row.clear_since else "not clear at the end"
        return f"{text}; {since}."

    def headline(
        self, which: int | str = 1, pairs: Sequence[tuple[str, str]] | None = None, sector: str = "overall"
    ) -> str:
        """The largest differences (of ``pairs``, republic and power, if given) in words, at most three sentences."""
        table = self.table(sector)
        table = table[table.scenario == self.names[self.index(which)]]
        if pairs is not None:
            table = table[[pair in pairs for pair in zip(table.republic, table.power, strict=True)]]
        largest = table.reindex(table.difference.abs().sort_values(ascending=False, kind="stable").index)[:3]
        if not (largest.p_higher + largest.p_lower > 0).any():
            return "No share differs in any world."
        return " ".join(self.sentence(str(row.republic), str(row.power), which, sector) for row in largest.itertuples())

    def title(self, which: int | str) -> str:
        """What to call a scenario on a page: its title with its name, or the name it was given here."""
        k = self.index(which)
        story, name = self.results[k].scenario, self.names[k]
        return f"{story.title} ({name})" if name == story.name else name

    def figure(self, which: int | str = 1, sector: str = "overall", title: str | None = None) -> Figure:
        """Fans of the paired difference over time, see ``sim.figures.reading.difference_fans``."""
        from sim.figures.reading import difference_fans

        return difference_fans(self, which, sector, title)

    def _known(self, code: str, codes: Sequence[str], what: str) -> None:
        if code not in codes:
            raise BadInput.of(
                repr(code), f"a {what} that all have: {', '.join(codes)}", path=what, nearest=nearest(code, codes)
            )


# -- checks -----------------------------------------------------------------------------------------------------------


def _labels(stories: Sequence[Scenario], names: Sequence[str] | None) -> list[str]:
    """Names to tell them apart: given ones, or their own, numbered where they repeat."""
    if names is not None:
        return [str(name) for name in names]
    own = [story.name for story in stories]
    return [name if own.count(name) == 1 else f"{name} ({own[: i + 1].count(name)})" for i, name in enumerate(own)]


def _check(given: Sequence[Scenario | Result], stories: Sequence[Scenario], labels: Sequence[str]) -> None:
    problems = []
    if len(given) < 2:
        problems.append(Problem("", None, None, "scenarios", f"{len(given)}", "two or more"))
    if len(labels) != len(given) or len(set(labels)) < len(labels):
        problems.append(Problem("", None, None, "names", repr(list(labels)), "one name each, all different"))
    if len({story.start for story in stories}) > 1:
        starts = ", ".join(f"{label} {story.start_label}" for label, story in zip(labels, stories, strict=False))
        problems.append(Problem("", None, None, "start", f"different ones ({starts})", "scenarios that start together"))
    seeds = {one.seed for one in given if isinstance(one, Result)}
    if len(seeds) > 1:
        problems.append(
            Problem(
                "",
                None,
                None,
                "seed",
                f"results of seeds {', '.join(map(str, sorted(seeds)))}",
                "results of the same seed, so that worlds can be paired",
            )
        )
    problems += [
        Problem("", None, None, what, "none in common", f"scenarios with {what} in common")
        for what in ("republics", "powers")
        if stories and not set.intersection(*(set(getattr(story, what)) for story in stories))
    ]
    if problems:
        raise BadInput(problems)


def _check_posteriors(ready: Sequence[Result], asked: Posterior | None) -> None:
    """Worlds can be paired only if they took the same draws."""
    drawn = [one.posterior for one in ready] + ([asked] if asked is not None else [])
    if len({None if one is None else one.digest for one in drawn}) > 1:
        said = ", ".join(dict.fromkeys("none" if one is None else one.name for one in drawn))
        raise BadInput.of(
            f"different ones ({said})", "results of the same posterior, so that worlds can be paired", path="posterior"
        )


def _common(results: Sequence[Result]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Republics and powers that all have, in the base's order."""
    return (
        tuple(code for code in results[0].republics if all(code in one.republics for one in results)),
        tuple(code for code in results[0].powers if all(code in one.powers for one in results)),
    )


def _counted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def _stacked(parts: Sequence[pd.DataFrame], labels: Sequence[str]) -> pd.DataFrame:
    """Tables of several scenarios one below the other, labels still categories."""
    for part in parts:
        part["scenario"] = part["scenario"].cat.set_categories(list(labels))
    return pd.concat(parts, ignore_index=True)
