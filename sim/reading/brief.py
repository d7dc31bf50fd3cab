"""What a brief says, as plain data: sections of paragraphs, points, tables and code; ``sim.figures.brief`` lays it out.

A brief is about one result, or about a comparison, whose first scenario is the base. Nothing is computed here that
other answers do not compute: headline and tables are those of ``sim run`` and ``sim compare``, drivers those of
``sim explain``, what would change the answer that of ``sim tornado``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.reading.compare import ALL, Comparison
from sim.reading.differing import given, unweighed
from sim.reading.doubt import FEWEST, bands_hold, doubts
from sim.reading.explain import Explanation
from sim.reading.sizes import legend, mark, spelled
from sim.reading.telling import CHANCE, driver_words, grouped, summary_rows
from sim.reading.telling import headline as telling
from sim.runs.folder import versions
from sim.runs.result import Result
from sim.runs.words import capital, listed, month_words, named, percent, signed
from sim.scenario import Scenario
from sim.scenario.dates import month_label
from sim.scenario.doubt import ASKED, STATED
from sim.scenario.paths import said
from sim.scenario.sources import ASSUMPTION, describe
from sim.sweeps.factors import outcome_words, words
from sim.sweeps.tornado import Tornado

Floats = NDArray[np.float64]

DRIVEN, NUMBERS, TURNS, DATED, OTHERS, CITED = 5, 5, 3, 8, 6, 6
"""Rows of a brief, at most: alignments with their drivers; numbers that matter; numbers that would turn a leading
power; dated events; numbers in which other scenarios differ from the base; sources that are quoted."""
LETTERS = 110
"""Letters of a source's text that a brief quotes at most."""
LIKELY = 0.05
"""Least chance of a change of leading power that is told."""


@dataclass(frozen=True)
class Rows:
    """A table: its title, headings, rows of cells, and how many columns at the left hold text."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: int = 1


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """Lines that stand as they are: commands."""

    text: str


@dataclass(frozen=True)
class Picture:
    """Where a figure stands, and what it shows."""

    name: str
    about: str


Block = str | Rows | Points | Lines | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what is below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A page: title, what it is about, sections; ``dense``: it says so much that it is set small to fit two pages."""

    title: str
    about: str
    sections: tuple[Section, ...]
    dense: bool = False


def of_result(result: Result, why: Explanation, moved: Tornado, caveat: Sequence[str], command: str) -> Brief:
    """The brief of one result; ``why`` explains it, ``moved`` is the tornado of what it asks, ``caveat`` the evidence's
    and ``command`` what makes this page again.
    """
    story = result.scenario
    sections = (
        Section("The claim", (result.headline(), _bands(result))),
        Section("In pictures and numbers", (*_pictures(), _ends(result), _leaders(result))),
        Section("What drives it", _drives(result, why)),
        Section("What was assumed", _assumed(result, moved)),
        Section("What would change the answer", _changes(result, moved)),
        Section("How far to trust it", (Points(tuple(caveat)),)),
        Section("How to reproduce it", _again([result], command)),
    )
    return Brief(story.title, story.about, sections)


def of_comparison(
    both: Comparison, whys: Sequence[Explanation], moved: Tornado, caveat: Sequence[str], command: str
) -> Brief:
    """The brief of a comparison; ``whys`` explain its results in their order, ``moved`` is the tornado of the base."""
    names = both.names[1:]
    many = len(names) > 1
    claims = [_in_short(both, name) for name in names] if many else [both.headline()]
    table = _matrix(both) if many else _differences(both)
    reading = " ".join([_paired(both), legend(bool(both.doubt().any()), marks=many), *unweighed(both)])
    sections = (
        Section("The claim", (*claims, reading)),
        Section("In pictures and numbers", (*_pictures(both), table)),
        Section("What drives it", _drives_apart(both, whys)),
        Section("What was assumed", (*_apart(both), *_assumed(both.results[0], moved, both))),
        Section("What would change the answer", _changes(both.results[0], moved, both)),
        Section("How far to trust it", (Points(tuple(caveat)),)),
        Section("How to reproduce it", _again(both.results, command)),
    )
    others = listed([f"“{both.results[k].scenario.title}”" for k in range(1, len(both.names))])
    title = f"{both.results[0].scenario.title} and {others}, compared"
    return Brief(title, both.scenario.about, sections, dense=True)


# -- the claim ---------------------------------------------------------------------------------------------------------


def _bands(result: Result) -> str:
    if result.worlds == 1:
        return "One world is one possible history; how sure this is takes more of them."
    return (
        f"In brackets the band that holds 80 % of {result.worlds:,} worlds. {bands_hold(result.ask)} "
        "It is what follows from stated assumptions, not a forecast."
    )


def _in_short(both: Comparison, name: str) -> str:
    """The largest difference that a scenario makes, of several, and how many are clear."""
    table = both.table()
    mine = table[table.scenario == name]
    most = mine.iloc[int(mine.difference.abs().to_numpy().argmax())]
    clear = int(mine["size"].isin(["clear", "large"]).sum())
    return (
        f"{both.title(name)} against {both.title(0)}: {both.sentence(most.republic, most.power, name)} "
        f"{capital(str(clear)) if clear else 'None'} of {len(mine)} alignments {'is' if clear == 1 else 'are'} clearly "
        "or largely different."
    )


def farthest(both: Comparison) -> str:
    """The scenario that differs from the base most, by its largest median difference."""
    table = both.table()
    return str(table.scenario.iloc[int(table.difference.abs().to_numpy().argmax())])


def _paired(both: Comparison) -> str:
    if both.worlds == 1:
        return "Both ran on the same luck, in one world only, which tells nothing of how sure a difference is."
    return (
        f"All ran on the same luck and are compared world by world, in {both.worlds:,} worlds, "
        f"{given(both.results[-1].ask)}. It is what follows from stated assumptions, not a forecast."
    )


# -- pictures and numbers ----------------------------------------------------------------------------------------------


def _pictures(both: Comparison | None = None) -> tuple[Picture, Picture]:
    """The two pictures of a brief, of a result or of a comparison, see ``sim.figures.brief``."""
    if both is None:
        return (
            Picture("fans", "Alignment of each republic with each power over time, with bands"),
            Picture("tornado", "What the numbers that matter most do to changes of alignment"),
        )
    other = both.title(farthest(both))
    return (
        Picture("difference", f"Difference in each alignment over time, with bands: {other} minus {both.title(0)}"),
        Picture("fans", "Alignment of each republic with each power over time in the base, with bands"),
    )


def _ends(result: Result) -> Rows:
    """The table of ``sim run``."""
    story, alone = result.scenario, result.worlds == 1
    rows = []
    for row in _rows(result.summary()):
        band = [_share(row.median)] if alone else [_share(value) for value in (row.low, row.median, row.high)]
        sure = [] if alone else [percent(row.p_lower, short=True)]
        names = (story.republics[row.republic].name, story.powers[row.power].name)
        rows.append((*names, _share(row.now), *band, signed(row.change), *sure))
    heads = ["now", "end", "change"] if alone else ["now", "10 %", "median", "90 %", "change", "lower in"]
    title = (
        f"Alignment, {month_words(result.dates[1])} to {month_words(result.dates[-1])}, % of {story.words.a_member}’s "
        "engagement"
    )
    return Rows(title, (story.words.heading, "Power", *heads), _once(rows), 2)


def _leaders(result: Result) -> Rows:
    story = result.scenario
    powers = {code: spec.name for code, spec in story.powers.items()}
    rows = tuple(
        (
            story.republics[row.republic].name,
            powers[row.leader_now],
            powers[row.leader_end],
            percent(row.probability_of_change, short=True),
            "" if row.probability_of_change == 0 else str(row.median_month),
        )
        for row in _rows(result.leaders())
    )
    heads = (story.words.heading, "now", "most often at the end", "chance of a change", "median month")
    return Rows("Leading power", heads, rows, 3)


def _differences(both: Comparison) -> Rows:
    """The table of ``sim compare``."""
    story, alone = both.results[1].scenario, both.worlds == 1
    rows = [
        (
            story.republics[row.republic].name,
            story.powers[row.power].name,
            spelled(row.size, row.difference),
            _share(row.base),
            _share(row.median),
            signed(row.difference),
            *([] if alone else [_span(row.difference_low, row.difference_high), percent(row.p_higher, short=True)]),
            row.clear_since or "–",
        )
        for row in _rows(both.table())
    ]
    sure = [] if alone else ["80 % of worlds", "higher in"]
    heads = (story.words.heading, "Power", "size", "base", "other", "difference", *sure, "clear since")
    title = f"Alignment in {month_words(both.dates[-1])}, %; differences in percentage points"
    return Rows(title, heads, _once(rows), 3)


def _matrix(both: Comparison) -> Rows:
    story, names = both.scenario, both.names[1:]
    mean = f"Mean, {both.results[0].ask.weighted}"
    rows = [
        (
            mean if row["republic"] == ALL else story.republics[row["republic"]].name,
            story.powers[row["power"]].name,
            *(f"{signed(row[name])} {mark(row[f'{name} size'], row[name])}".rstrip() for name in names),
        )
        for row in both.matrix().to_dict("records")
    ]
    title = (
        f"Median difference of alignment in {month_words(both.dates[-1])} from {both.title(0)}, in percentage points, "
        "with its size"
    )
    return Rows(title, (story.words.heading, "Power", *names), _once(rows), 2)


# -- drivers -----------------------------------------------------------------------------------------------------------


def _drives(result: Result, why: Explanation) -> tuple[Block, ...]:
    story = why.scenario
    apart = [] if result.ask.doubt is None or result.worlds < FEWEST else doubts(result).sentences()[:1]
    most = sorted(summary_rows(why), key=lambda row: -abs(row["median"]))[:DRIVEN]
    alone = why.worlds == 1
    rows = tuple(
        (
            _pair(story, row["republic"], row["power"]),
            _parts(row["main"]),
            signed(row["median"]),
            *([] if alone else [_span(row["low"], row["high"])]),
        )
        for row in most
    )
    sure = ("mostly by", "change") if alone else ("mostly by (mean)", "median change", "80 % of worlds")
    heads = ("Alignment", *sure)
    headline = [text for text in [telling(why)] if text]
    return (*apart, *headline, Rows("The largest changes, in percentage points, and what moved them", heads, rows, 2))


def _drives_apart(both: Comparison, whys: Sequence[Explanation]) -> tuple[Block, ...]:
    """What moves alignment otherwise than in the base: mean differences of drivers, in the same worlds."""
    story, table, rows = both.scenario, both.table(), []
    table = table[table.p_higher + table.p_lower > 0]
    if table.empty:
        return ("No alignment differs in any world, so there is nothing to explain.",)
    for k, name in enumerate(both.names[1:], 1):
        mine = table[table.scenario == name]
        mine = mine.reindex(mine.difference.abs().sort_values(ascending=False, kind="stable").index)
        for row in _rows(mine.head(max(1, DRIVEN // (len(both.names) - 1)))):
            base, other = (grouped(why, row.republic, row.power) for why in (whys[0], whys[k]))
            gaps = {
                driver: float(np.mean(other.get(driver, 0.0)) - np.mean(base.get(driver, 0.0)))
                for driver in dict.fromkeys([*base, *other])
                if driver != CHANCE
            }
            main = sorted(gaps.items(), key=lambda item: -abs(item[1]))[:3]
            label = _pair(story, row.republic, row.power)
            rows.append((*([name] if len(both.names) > 2 else []), label, _parts(main), signed(row.difference)))
    heads = (*(["Scenario"] if len(both.names) > 2 else []), "Alignment", "through (mean)", "median difference")
    title = "The largest differences, in percentage points, and the drivers that make them"
    return (Rows(title, heads, tuple(rows), len(heads) - 1),)


def _parts(main: Iterable[tuple[str, float]]) -> str:
    told = [f"{driver_words(name)} {signed(mean)}" for name, mean in main if abs(mean) >= 0.0005]
    return ", ".join(told) or "nothing but chance"


# -- assumptions -------------------------------------------------------------------------------------------------------


def _assumed(result: Result, moved: Tornado, both: Comparison | None = None) -> tuple[Block, ...]:
    story, whose = result.scenario, "the scenario" if both is None else "the base"
    paths = list(dict.fromkeys([*_by_hand(story), *most_moving(moved, _room(both)).path]))
    known = story.numeric_paths()
    judged = sum(1 for path in known if story.source_of(path) == (ASSUMPTION,))
    text = (
        f"{capital(whose)} has {len(known)} numbers; {percent(judged / len(known))} of them are judgement alone, the "
        "others rest on sources as well. These matter most for how alignments "
        "change, or were set by hand:"
    )
    rows = tuple(
        (
            capital(words(path, story)),
            ", ".join(story.source_of(path)),
            _number(path, story.get(path)),
            _range(result, path),
        )
        for path in paths
    )
    table = Rows("Assumptions", ("Number", "source", "value", "range"), rows, 2)
    asked = [(story, path) for path in paths] + ([] if both is None else _differing(both))
    cited = dict.fromkeys(source for one, path in asked for source in one.source_of(path) if source != ASSUMPTION)
    events = _events(story)
    sources = tuple(f"{source}: {_short(describe(source))}" for source in list(cited)[:CITED])
    return (text, table, *([events] if events else []), *([Points(sources)] if sources else []))


def _by_hand(story: Scenario) -> list[str]:
    return [path for path in story.numeric_paths() if story.by_hand(path)][:OTHERS]


def _room(both: Comparison | None) -> int:
    """How many numbers that matter there is room for."""
    return NUMBERS if both is None or len(both.names) == 2 else NUMBERS - 2


def _range(result: Result, path: str) -> str:
    span = result.ask.doubts.get(path) or result.scenario.doubts.get(path)
    if span is None:
        return "–"
    usual = {STATED: "", ASKED: " (as asked)"}.get(span.origin, " (usual of its kind)")
    return f"{_number(path, span.low)} to {_number(path, span.high)}{usual}"


def _events(story: Scenario) -> str:
    """The dated events, and how many more may happen."""
    dated = sorted((event.date, name) for name, event in story.events.items() if event.date is not None)
    told = [f"{name} ({month_words(month_label(date))})" for date, name in dated[:DATED]]
    more = len(dated) - len(told)
    chance = len(story.events) - len(dated)
    parts = [listed([*told, *([f"{more} more"] if more else [])])] if told else []
    parts += [f"{chance} more may happen by chance" if told else f"{chance} may happen by chance"] if chance else []
    return f"Events: {'; '.join(parts)}." if parts else ""


def _apart(both: Comparison) -> tuple[Block, ...]:
    """In what the other scenarios differ from the base."""
    base, rows, differing = both.scenario, [], _differing(both)
    room = max(2, OTHERS // (len(both.names) - 1))
    for k, name in enumerate(both.names[1:], 1):
        story = both.results[k].scenario
        shown = [path for one, path in differing if one is story]
        rows += [
            (
                name,
                capital(words(path, story)),
                ", ".join(story.source_of(path)),
                _number(path, base.get(path)),
                _number(path, story.get(path)),
            )
            for path in shown[:room]
        ]
        if len(shown) > room:
            rows.append((name, f"and {len(shown) - room} more numbers", "", "", ""))
        told = [
            f"{head} {listed(events[:DATED])}"
            for head, mine, theirs in (("only here", story, base), ("only in the base", base, story))
            if (events := [event for event in mine.events if event not in theirs.events])
        ]
        if told:
            rows.append((name, f"events {'; '.join(told)}", "", "", ""))
    if not rows:
        return ()
    heads = ("Scenario", "What is different", "source", "base", "here")
    return (Rows("In what the scenarios differ", heads, _once(rows), 3),)


def _differing(both: Comparison) -> list[tuple[Scenario, str]]:
    """The numbers in which other scenarios differ from the base, with the scenario."""
    base = both.scenario
    stories = [result.scenario for result in both.results[1:]]
    return [
        (story, path)
        for story in stories
        for path in story.numeric_paths()
        if base.values.get(path, story.get(path)) != story.get(path)
    ]


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1].rstrip()}…"


# -- what would change it ----------------------------------------------------------------------------------------------


def _changes(result: Result, moved: Tornado, both: Comparison | None = None) -> tuple[Block, ...]:
    story, whose, rows = moved.scenario, "the scenario" if both is None else "the base", []
    for row in _rows(most_moving(moved, _room(both))):
        ends = f"from {_number(row.path, row.low)} to {_number(row.path, row.high)}"
        span = f"from {signed(row.at_low)} to {signed(row.at_high)} points"
        unsure = "" if row.sure else " (luck alone may explain it)"
        what = outcome_words(row.outcome, story)
        rows.append(f"{capital(words(row.path, story))} {ends}: {what} {span}{unsure}.")
    text = (
        f"Each number in doubt put at either end of its range, the others as {whose} has them, on the same luck "
        f"({moved.ask.worlds} worlds at an end). What moves most how an alignment changes, and what gives another "
        f"leading power in {month_words(result.dates[-1])}, by means over those worlds, than leads most often in the "
        f"{result.worlds:,} of this page:"
    )
    lead = {row.republic: row.leader_end for row in _rows(result.leaders())}
    told = turns(moved, lead, TURNS + _room(both) - NUMBERS)
    return (text, Points((*rows, *told, *otherwise(moved, lead))), _turning(result))


def otherwise(moved: Tornado, lead: Mapping[str, str]) -> list[str]:
    """Republics whose leading power is another in the worlds of a tornado, whatever number is moved, in words."""
    story, table = moved.scenario, moved.table
    base = table[table.path == table.path.iloc[0]].set_index("outcome").base
    told = []
    for republic, spec in story.republics.items():
        there = max(story.powers, key=lambda power: base[f"{republic}.{power}.share"])
        if there != lead[republic]:
            who, page = (named(story.powers[power].name) for power in (there, lead[republic]))
            told.append(
                f"{spec.name} is close: {page} leads most often here, but {who} by means over those "
                f"{moved.ask.worlds} worlds, so that what turns it cannot be told by them."
            )
    return told


def most_moving(moved: Tornado, most: int = NUMBERS) -> pd.DataFrame:
    """The rows of the numbers that move most how an alignment changes, each with that alignment."""
    return moved.of(None, most, "change")


def _turning(result: Result) -> str:
    """Where the leading power may change by itself."""
    story = result.scenario
    powers = {code: named(spec.name) for code, spec in story.powers.items()}
    likely = [row for row in _rows(result.leaders()) if row.probability_of_change >= LIKELY]
    if not likely:
        return f"In no {story.words.member} does the leading power change in {percent(LIKELY)} of worlds or more."
    told = [
        f"in {story.republics[row.republic].name} (now {powers[row.leader_now]}) in "
        f"{percent(row.probability_of_change)}"
        for row in likely
    ]
    return f"Without any of that the leading power changes {listed(told)} of worlds."


def turns(moved: Tornado, lead: Mapping[str, str], most: int = TURNS) -> list[str]:
    """Numbers that, at an end of their range, give a republic another leading power (by mean share), in words.

    Another than ``lead`` (republic -> power), the answer of the page, and another than without that end: where the
    worlds of the tornado have another leader than the page anyway, a number that leaves it so has turned nothing.
    """
    story, table = moved.scenario, moved.table
    powers = list(story.powers)
    found: list[tuple[float, str]] = []
    for republic, spec in story.republics.items():
        names = [f"{republic}.{power}.share" for power in powers]
        mine = table[table.outcome.isin(names)]
        for end, key in (("low", "at_low"), ("high", "at_high")):
            by_path = mine.pivot(index="path", columns="outcome", values=key)[names]
            now = mine.pivot(index="path", columns="outcome", values="base")[names].to_numpy().argmax(axis=1)
            then = by_path.to_numpy().argmax(axis=1)
            answer = powers.index(lead[republic])
            for at in np.flatnonzero((then != now) & (then != answer)):
                path, shares = str(by_path.index[int(at)]), by_path.to_numpy()[at]
                value = mine[mine.path == path][end].iloc[0]
                who, before = (named(story.powers[powers[place]].name) for place in (then[at], answer))
                text = (
                    f"With {words(path, story)} at {_number(path, value)}, {spec.name}’s leading power is {who} "
                    f"instead of {before}."
                )
                found.append((float(shares[then[at]] - shares[answer]), text))
    return [text for _, text in sorted(found, key=lambda one: -one[0])[:most]]


# -- again -------------------------------------------------------------------------------------------------------------


def _again(results: Sequence[Result], command: str) -> tuple[Block, ...]:
    first = results[0]
    count = f"{first.worlds:,} world{'s' * (first.worlds > 1)} of {first.months:,} months"
    beside = f", with {', '.join(first.ask.beside)}" if first.ask.beside else ""
    scenarios = tuple(
        f"{one.scenario.name}: scenario {one.scenario.hash[:12]}, all that was asked {one.finished.digest[:12]}"
        for one in results
    )
    made = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (Lines(command), f"Seed {first.seed}, {count}{beside}. Digests:", Points(scenarios), f"Made with {made}.")


# -- cells -------------------------------------------------------------------------------------------------------------


def _rows(frame: pd.DataFrame) -> Iterable[Any]:
    return frame.itertuples(index=False)


def _share(value: float) -> str:
    return f"{100 * value:.1f}"


def _span(low: float, high: float) -> str:
    return f"{signed(low)} to {signed(high)}"


def _pair(story: Scenario, republic: str, power: str) -> str:
    return f"{story.republics[republic].name} with {named(story.powers[power].name)}"


def _once(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Rows in which a name that repeats the one above is left out."""
    made: list[tuple[str, ...]] = []
    previous = ""
    for head, *rest in rows:
        made.append(("" if head == previous else head, *rest))
        previous = head
    return tuple(made)


def _number(path: str, value: float) -> str:
    """A value of the number at a path, with a real minus."""
    text = said(path, value, 3)
    return f"−{text[1:]}" if text.startswith("-") else text
