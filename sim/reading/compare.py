"""Two or more scenarios on the same luck: what one does that the other does not, world by world.

World i has the same chance in every scenario with the same seed, so the difference between two scenarios in world i is
due to the scenarios. Differences are taken within worlds first and summarised over worlds after, which makes them far
more precise than comparing two bands (common random numbers: Law 2015, chapter 11).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.runs.ask import SHOWN, Ask, Askable, Asked
from sim.runs.result import Result, quantiles, tidy
from sim.runs.run import Progress, check_repeats, run
from sim.runs.words import capital, listed, month_words, named, percent, points, possessive, signed
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest, shown
from sim.scenario.names import pair_of, sector_of, sectors_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]
BAND: tuple[float, float, float] = (0.1, 0.5, 0.9)
"""Quantiles over worlds: low, median and high of every band."""
ACTED: dict[str, tuple[float, str]] = {
    "projects": (0.5, "{p} wins # projects"),
    "conceded": (0.2, "{p} makes # concessions to those who speak up"),
    "punished": (0.2, "{p} punishes # who speak up"),
    "rebukes": (0.2, "{p} is rebuked # times"),
    "terms": (0.02, "{owner} strings are #"),
    "cancelled": (0.5, "{p} calls off # points of pledges"),
}
"""Outcomes that say what actors did: least mean difference that is told, and how; # is the difference."""
EQUAL = 1e-9
"""Shares nearer to one another than this are the same: what is left is rounding."""


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
    asked : worlds, months, seed, republic, power, model, keep, variations, posterior, the same for all that are run
        (see ``sim.Ask``). Without ``months`` all run as long as the shortest. With ``keep="overall"``, which saves
        memory, ``sector`` is always "overall".

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
    _check_results(ready, said)
    questions = _questions(given, said)
    labels = _labels(questions, names)
    _check(questions, labels)
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
    return Comparison(labels, results, _lent(given, questions, said))


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
        base, other = Ask.of(whole, **asked), Ask.of(_changed(whole, pairs), **asked)
    said = [f"{path}={value}" for path, value in pairs.items()] if isinstance(pairs, Mapping) else pairs
    _check_unvaried(base, [pair.partition("=")[0].strip() for pair in said])
    same = isinstance(scenario, Result) and base == scenario.finished
    return compare(scenario if same else base, other, names=(base.scenario.name, ", ".join(said)), progress=progress)


_CHANGES = 'at least one change, such as {"powers.RUS.strain": 0.7}'


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
        return tuple(dict.fromkeys(note for k in range(1, len(self.names)) for note in self._notes(k)))

    def _notes(self, k: int) -> list[str]:
        name, base = self.names[k], self.names[0]
        taken = [
            f"“{self.names[n]}” is run as “{self.names[self._lent[n][0]]}” was: with {listed(self._lent[n][1])}."
            for n in (0, k)
            if n in self._lent
        ]
        return taken + _differences(name, self.results[k].finished, base, self.results[0].finished)

    def __repr__(self) -> str:
        notes = "".join(f"; {note.rstrip('.')}" for note in self.notes)
        head = f"{' | '.join(self.names)}: {self.worlds} worlds, {self.months} months, seed {self.seed}"
        return f"<Comparison {head}{notes}>"

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
        k, sector = self.index(which), sector_of(sector)
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
        names = sectors_of(sector)
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
        """The difference in one republic's alignment with one power as a sentence, with its uncertainty.

        Actors by code or name.
        """
        republic, power = self._pair(republic, power)
        k, sector = self.index(which), sector_of(sector)
        wanted = (self.names[k], republic, power)
        rows: Iterable[Any] = self.table(sector).itertuples()
        row = next(row for row in rows if (row.scenario, row.republic, row.power) == wanted)
        story = self.results[k].scenario
        where = story.words.within(sector)
        text = capital(
            f"{possessive(story.republics[republic].name)} alignment with {named(story.powers[power].name)}{where} in "
            f"{month_words(self.dates[-1])}: {100 * row.median:.0f} % "
            f"[{100 * row.low:.0f}–{100 * row.high:.0f}]"
        )
        gap = row.difference
        if row.p_higher == row.p_lower == 0.0:
            return f"{text}, the same in every world."
        if abs(gap) < 0.0005:
            return (
                f"{text}, about the same ({signed(row.difference_low)} to "
                f"{signed(row.difference_high)} percentage points in 80 % of worlds)."
            )
        way, sure = ("higher", row.p_higher) if gap > 0 else ("lower", row.p_lower)
        text += f", {points(gap)} {way}, {way} in {percent(sure)} of worlds"
        since = f"clear from {month_words(row.clear_since)} on" if row.clear_since else "not clear at the end"
        return f"{text}; {since}."

    def headline(
        self, which: int | str = 1, pairs: Sequence[tuple[str, str]] | None = None, sector: str = "overall"
    ) -> str:
        """The largest differences (of ``pairs``, republic and power, if given) in words, at most three sentences.

        What actors did differently (``through``) and other differences between the two than their scenarios
        (``notes``) follow.
        """
        table = self.table(sector)
        table = table[table.scenario == self.names[self.index(which)]]
        if pairs is not None:
            pairs = [self._pair(republic, power) for republic, power in pairs]
            table = table[[pair in pairs for pair in zip(table.republic, table.power, strict=True)]]
        largest = table.reindex(table.difference.abs().sort_values(ascending=False, kind="stable").index)[:3]
        text = [self.sentence(str(row.republic), str(row.power), which, sector) for row in largest.itertuples()]
        if not (largest.p_higher + largest.p_lower > 0).any():
            text = ["No alignment differs in any world."]
        return " ".join([*text, *self.through(which), *self._notes(self.index(which))])

    def through(self, which: int | str = 1, most: int = 3) -> list[str]:
        """What actors did otherwise than in the base, mean per world, in a sentence; nothing where nothing is clear.

        The ``most`` outcomes of ``ACTED`` that differ most surely: the mean paired difference is at least that told
        there and four of its standard errors.
        """
        k = self.index(which)
        base, other = (self.results[n].record.outcomes for n in (0, k))
        found: list[tuple[float, str]] = []
        for power in self.powers:
            for outcome, (least, words) in ACTED.items():
                name = f"{power}.{outcome}"
                if name not in base or name not in other or self.worlds < 2:
                    continue
                gap = other[name][: self.worlds].astype(float) - base[name][: self.worlds]
                mean, error = float(gap.mean()), float(gap.std() / np.sqrt(len(gap)))
                if abs(mean) >= max(least, 4.0 * error):
                    who = named(self.results[k].scenario.powers[power].name)
                    amount = f"{100 * abs(mean):.0f} % {'tighter' if mean > 0 else 'looser'}"
                    count = f"{abs(mean):.1f} {'more' if mean > 0 else 'fewer'}"
                    said = words.format(p=who, owner=possessive(self.results[k].scenario.powers[power].name))
                    told = said.replace("#", amount if outcome == "terms" else count)
                    found.append((abs(mean) / max(error, EQUAL), told))
        chosen = [text for _, text in sorted(found, key=lambda one: -one[0])[:most]]
        return [f"What actors do differently, mean per world: {'; '.join(chosen)}."] if chosen else []

    def title(self, which: int | str) -> str:
        """What to call a scenario on a page: its title with its name, or the name it was given here."""
        k = self.index(which)
        story, name = self.results[k].scenario, self.names[k]
        return f"{story.title} ({name})" if name == story.name else name

    def figure(self, which: int | str = 1, sector: str = "overall", title: str | None = None) -> Figure:
        """Paired difference of a scenario from the base over time: median and band over worlds, one panel a republic.

        ``title``: what the difference is due to, the scenario if not given.
        """
        return lazy.figure("Comparison.figure", self, which, sector, title)

    def _pair(self, republic: str, power: str) -> tuple[str, str]:
        """Codes of a republic and a power that all have. Raises BadInput with the nearest names."""
        republics, powers = self.scenario.republics, self.scenario.powers
        return pair_of(republic, {r: republics[r] for r in self.republics}, power, {p: powers[p] for p in self.powers})


# -- what is asked ----------------------------------------------------------------------------------------------------


def _questions(given: Sequence[Any], asked: Mapping[str, Any]) -> list[Ask]:
    """What each of those compared asks: a result its own; a scenario what the first result or ask beside it asks."""
    own = [
        one.finished if isinstance(one, Result) else None if isinstance(one, Scenario) else Ask.of(one) for one in given
    ]
    lead = next((ask for ask in own if ask is not None), None)
    lengths = [one.months for one in given if isinstance(one, Scenario)] + [ask.months for ask in own if ask]
    counts = [ask.worlds for ask in own if ask]
    said = {"worlds": min(counts, default=None), **asked, "months": asked.get("months", min(lengths, default=None))}
    questions = []
    for one, ask in zip(given, own, strict=True):
        if isinstance(one, Result):
            questions.append(one.finished)
            continue
        base = ask or (Ask.of(one) if lead is None else _moved(lead, one))
        questions.append(Ask.of(base, **said))
    return questions


def _lent(
    given: Sequence[Any], questions: Sequence[Ask], asked: Mapping[str, Any]
) -> dict[int, tuple[int, Sequence[str]]]:
    """What scenarios took from the first result or ask beside them and was not asked for them, by their places."""
    lead = next((place for place, one in enumerate(given) if not isinstance(one, Scenario)), None)
    lent: dict[int, tuple[int, Sequence[str]]] = {}
    for place, (one, ask) in enumerate(zip(given, questions, strict=True)):
        if lead is not None and isinstance(one, Scenario):
            own = Ask.of(one, **{**asked, "worlds": ask.worlds}).beside
            if more := [text for text in ask.beside if text not in own]:
                lent[place] = (lead, more)
    return lent


def _moved(lead: Ask, story: Scenario) -> Ask:
    """What ``lead`` asks, asked of another scenario."""
    known = set(story.numeric_paths())
    lacking = [path for path in lead.variations if path not in known]
    if lacking:
        raise BadInput(
            Problem(
                "",
                None,
                None,
                path,
                f"no number of {story.name!r}",
                f"a scenario with all that varies from world to world in {lead.scenario.name!r}",
                nearest(path, known),
            )
            for path in lacking
        )
    return replace(lead, scenario=story, keep="full" if lead.keep == "drivers" else lead.keep)


def _changed(ask: Ask, pairs: Mapping[str, object]) -> Ask:
    return replace(ask, scenario=ask.scenario.with_values(pairs, by="changes"))


def _check_unvaried(base: Ask, paths: Sequence[str]) -> None:
    """A change of what varies from world to world would change nothing."""
    twice = [path for path in paths if path in base.variations]
    if twice:
        raise BadInput(
            Problem("", None, None, path, "changed here, and varied from world to world", "one of the two")
            for path in twice
        )


def _check_results(ready: Sequence[Result], asked: Mapping[str, Any]) -> None:
    """What is asked beside results must be what they answer."""
    problems = []
    for one in ready:
        problems += [
            Problem("", None, None, name, repr(asked[name]), f"at most {most}, which {one!r} has")
            for name, most in (("worlds", one.worlds), ("months", one.months))
            if asked.get(name, 0) > most
        ]
        others = {key: value for key, value in asked.items() if key not in ("worlds", "months", "keep")}
        problems += [
            Problem("", None, None, key, "another than a result has", f"that of {one!r}, which is not run again")
            for key, value in others.items()
            if Ask.of(one.finished, **{key: value}) != one.finished
        ]
    if problems:
        raise BadInput(problems)


def _check(questions: Sequence[Ask], labels: Sequence[str]) -> None:
    problems = []
    stories = [ask.scenario for ask in questions]
    if len(questions) < 2:
        problems.append(Problem("", None, None, "scenarios", f"{len(questions)}", "two or more"))
    if len(labels) != len(questions) or len(set(labels)) < len(labels):
        problems.append(Problem("", None, None, "names", repr(list(labels)), "one name each, all different"))
    if len({story.start for story in stories}) > 1:
        starts = ", ".join(f"{label} {story.start_label}" for label, story in zip(labels, stories, strict=False))
        problems.append(Problem("", None, None, "start", f"different ones ({starts})", "scenarios that start together"))
    seeds = sorted({ask.seed for ask in questions})
    if len(seeds) > 1:
        problems.append(
            Problem(
                "",
                None,
                None,
                "seed",
                f"results of seeds {', '.join(map(str, seeds))}",
                "results of the same seed, so that worlds can be paired",
            )
        )
    posteriors = [ask.posterior for ask in questions]
    if len({one and one.digest for one in posteriors}) > 1:
        said = ", ".join(dict.fromkeys("none" if one is None else one.name for one in posteriors))
        problems.append(
            Problem(
                "",
                None,
                None,
                "posterior",
                f"different ones ({said})",
                "results of the same posterior, so that worlds can be paired",
            )
        )
    if any(ask.doubt != questions[0].doubt for ask in questions):
        said = ", ".join(dict.fromkeys(ask.doubt.said(ask.doubts) if ask.doubt else "none" for ask in questions))
        problems.append(
            Problem("", None, None, "doubt", f"different ones ({said})", "results of the same doubt, so that they pair")
        )
    problems += [
        Problem("", None, None, what, "none in common", f"scenarios with {what} in common")
        for what in ("republics", "powers")
        if stories and not set.intersection(*(set(getattr(story, what)) for story in stories))
    ]
    if problems:
        raise BadInput(problems)


# -- names and notes --------------------------------------------------------------------------------------------------


def _labels(questions: Sequence[Ask], names: Sequence[str] | None) -> list[str]:
    """Names to tell them apart: given ones; or their own, where they repeat with what is asked beside, or numbered."""
    if names is not None:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise BadInput.of(shown(names), "one name each, all different", path="names")
        return [str(name) for name in names]
    own = [ask.scenario.name for ask in questions]
    beside = [
        f"{name} ({', '.join(ask.beside)})" if ask.beside else name for name, ask in zip(own, questions, strict=True)
    ]
    said = [
        other if own.count(name) > 1 and len(set(beside)) > 1 else name for name, other in zip(own, beside, strict=True)
    ]
    return [name if said.count(name) == 1 else f"{name} ({said[: i + 1].count(name)})" for i, name in enumerate(said)]


def _differences(name: str, ask: Ask, base_name: str, base: Ask) -> list[str]:
    """What differs between two asks besides their scenarios, a sentence each."""
    notes = []
    head = "The two differ" if ask.scenario == base.scenario else "The two differ also"
    if ask.classes != base.classes:
        mine, theirs = (listed(one.own_names) or "sim’s own" for one in (ask, base))
        notes.append(f"{head} in classes: “{name}” has {mine}, “{base_name}” {theirs}.")
    worlds = min(ask.worlds, base.worlds)
    apart, hidden = [], []
    for path in dict.fromkeys([*ask.variations, *base.variations]):
        if not np.array_equal(_taken(ask, path, worlds), _taken(base, path, worlds)):
            apart.append(path)
        elif ask.scenario.values.get(path) != base.scenario.values.get(path):
            hidden.append(path)
    if apart:
        notes.append(f"{head} in the values that worlds take of {_paths(apart)}.")
    if hidden:
        notes.append(f"Worlds of both take the same values of {_paths(hidden)}, in which the scenarios differ.")
    return notes


def _taken(ask: Ask, path: str, worlds: int) -> Array:
    """Values of a number in the first worlds; of one that a scenario lacks, what equals nothing."""
    return ask.number(path)[:worlds] if path in ask.scenario.values else np.array([np.nan])


def _paths(paths: Sequence[str]) -> str:
    return listed(list(paths)) if len(paths) <= SHOWN else f"{len(paths)} numbers"


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
