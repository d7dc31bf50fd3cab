"""A comparison in words: how large a difference is, then which way, then how sure that is and on what condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sim.reading.beside import EQUAL
from sim.reading.compare import Comparison
from sim.reading.doubt import FEWEST
from sim.reading.sizes import NEGLIGIBLE, drowned
from sim.runs.ask import Ask
from sim.runs.doubt import numbers
from sim.runs.words import capital, listed, month_words, named, percent, points, possessive, signed
from sim.scenario import Scenario
from sim.scenario.names import sector_of

ACTED: dict[str, tuple[float, str]] = {
    "projects": (0.5, "{p} wins # projects"),
    "conceded": (0.2, "{p} makes # concessions to those who speak up"),
    "punished": (0.2, "{p} punishes # who speak up"),
    "rebukes": (0.2, "{p} is rebuked # times"),
    "terms": (0.02, "{owner} strings are #"),
    "cancelled": (0.5, "{p} calls off # points of pledges"),
}
"""Outcomes that say what actors did: least mean difference that is told, and how; # is the difference."""
TOLD = 0.05
"""Least difference of the probabilities of a change of leader that is told in words."""


def given(ask: Ask) -> str:
    """What a share of worlds is conditional on, to be said beside it."""
    if ask.doubt is not None:
        return "with numbers in doubt" if numbers(ask.doubts) > 1 else "with one number in doubt"
    if ask.posterior is not None or ask.variations:
        return "with the numbers that worlds take"
    return "given these numbers"


def unweighed(comparison: Comparison) -> list[str]:
    """That sizes leave doubt out, where there is doubt and too few worlds to weigh it; else nothing."""
    if comparison.results[0].ask.doubt is None or not 1 < comparison.worlds < FEWEST:
        return []
    told = (
        "Numbers are in doubt, but sizes do not weigh it: what doubt alone makes of an alignment takes "
        f"{FEWEST} worlds or more to say, and with them some differences may be negligible."
    )
    return [told]


def sized(size: str, difference: float, doubt: float) -> str:
    """A size with its article; where doubt alone makes it negligible, that too: ``a small difference``."""
    if drowned(size, difference):
        return f"a difference that is negligible beside the {points(doubt)} that numbers in doubt alone make"
    return f"{'an' if size[0] in 'aeiou' else 'a'} {size} difference"


def sentence(comparison: Comparison, republic: str, power: str, which: int | str = 1, sector: str = "overall") -> str:
    """The difference in one republic's alignment with one power as a sentence, its size first, then how sure it is.

    Actors by code or name.
    """
    republic, power = comparison.pair(republic, power)
    k, sector = comparison.index(which), sector_of(sector)
    wanted = (comparison.names[k], republic, power)
    rows: Iterable[Any] = comparison.table(sector).itertuples()
    row = next(row for row in rows if (row.scenario, row.republic, row.power) == wanted)
    one = comparison.worlds == 1
    whose = alignment_words(comparison.results[k].scenario, republic, power, sector)
    when = f"in {month_words(comparison.dates[-1])}"
    level = f"{100 * row.median:.0f} %" + ("" if one else f" [{100 * row.low:.0f}–{100 * row.high:.0f}]")
    if row.p_higher == row.p_lower == 0.0:
        return f"No difference: {whose} {when}, {level}, is the same in {'the world run' if one else 'every world'}."
    size, condition = capital(sized(row.size, row.difference, row.doubt)), given(comparison.results[k].ask)
    if abs(row.difference) < 0.0005:
        text = f"{size}: {whose} is about the same {when}, {level}"
        band = f"{signed(row.difference_low)} to {signed(row.difference_high)} percentage points"
        return f"{text}." if one else f"{text} ({band} in 80 % of worlds, {condition})."
    way, sure = ("higher", row.p_higher) if row.difference > 0 else ("lower", row.p_lower)
    text = f"{size}: {whose} is {points(row.difference)} {way} {when}, {level}"
    if one:
        return f"{text}, in the one world run."
    text = f"{text}; {way} in {percent(sure)} of worlds, {condition}"
    if drowned(row.size, row.difference) and (row.difference_low > EQUAL or row.difference_high < -EQUAL):
        return f"{text}: sure in its sign, small beside the doubt."
    return f"{text}; {f'clear from {month_words(row.clear_since)} on' if row.clear_since else 'not clear at the end'}."


def headline(
    comparison: Comparison,
    which: int | str = 1,
    pairs: Sequence[tuple[str, str]] | None = None,
    sector: str = "overall",
) -> str:
    """The largest differences (of ``pairs``, republic and power, if given) in words, at most three sentences.

    See ``Comparison.headline``.
    """
    k = comparison.index(which)
    table = comparison.table(sector)
    table = table[table.scenario == comparison.names[k]]
    if pairs is not None:
        pairs = [comparison.pair(republic, power) for republic, power in pairs]
        table = table[[pair in pairs for pair in zip(table.republic, table.power, strict=True)]]
    order = table.reindex(table.difference.abs().sort_values(ascending=False, kind="stable").index)
    telling = order[order["size"] != NEGLIGIBLE]
    text = [
        sentence(comparison, str(row.republic), str(row.power), k, sector)
        for row in (telling.head(3) if len(telling) else order.head(1)).itertuples()
    ]
    if not (table.p_higher + table.p_lower > 0).any():
        text = ["No alignment differs in any world."]
    elif not len(telling):
        most = order.iloc[0]
        doubted = " or than numbers in doubt alone make" if drowned(most["size"], most.difference) else ""
        largest = f"{text[0][0].lower()}{text[0][1:]}"
        text = [f"No alignment differs by more than a negligible amount{doubted}; the largest: {largest}"]
    beside = (_leading(comparison, k), through(comparison, k), actors(comparison, k), comparison.notes_of(k))
    return " ".join([*text, *(said for part in beside for said in part)])


def through(comparison: Comparison, which: int | str = 1, most: int = 3) -> list[str]:
    """What actors did otherwise than in the base, mean per world, in a sentence; nothing where nothing is clear.

    The ``most`` outcomes of ``ACTED`` that differ most surely: see ``Comparison.through``.
    """
    k = comparison.index(which)
    base, other = (comparison.results[n].record.outcomes for n in (0, k))
    found: list[tuple[float, str]] = []
    for power in comparison.powers:
        for outcome, (least, words) in ACTED.items():
            name = f"{power}.{outcome}"
            if name not in base or name not in other or comparison.worlds < 2:
                continue
            gap = other[name][: comparison.worlds].astype(float) - base[name][: comparison.worlds]
            mean, error = float(gap.mean()), float(gap.std() / np.sqrt(len(gap)))
            if abs(mean) >= max(least, 4.0 * error):
                who = comparison.results[k].scenario.powers[power].name
                amount = f"{100 * abs(mean):.0f} % {'tighter' if mean > 0 else 'looser'}"
                count = f"{abs(mean):.1f} {'more' if mean > 0 else 'fewer'}"
                said = words.format(p=named(who), owner=possessive(who))
                told = said.replace("#", amount if outcome == "terms" else count)
                found.append((abs(mean) / max(error, EQUAL), told))
    chosen = [text for _, text in sorted(found, key=lambda one: -one[0])[:most]]
    return [f"What actors do differently, mean per world: {'; '.join(chosen)}."] if chosen else []


def actors(comparison: Comparison, k: int) -> list[str]:
    """Powers and republics that only one of the two has, a sentence each; they are not compared."""
    found, told = comparison.only(k), []
    for side, other in ((0, k), (k, 0)):
        story = comparison.results[side].scenario
        specs = dict(story.powers) | dict(story.republics)
        codes = found["other" if side else "base"]
        if codes:
            names = listed([named(specs[code].name) for code in codes])
            told.append(f"Only “{comparison.names[side]}” has {names}; “{comparison.names[other]}” does not.")
    return told


def alignment_words(story: Scenario, republic: str, power: str, sector: str) -> str:
    """An alignment in running text: ``Kazakhstan’s alignment with Russia in trade``."""
    whose, whom = possessive(story.republics[republic].name), named(story.powers[power].name)
    return f"{whose} alignment with {whom}{story.words.within(sector)}"


def _leading(comparison: Comparison, k: int, most: int = 3) -> list[str]:
    """Changes of leader that are likelier or less likely than in the base, in a sentence."""
    if comparison.worlds == 1:
        return []
    table = comparison.leaders()
    table = table[table.scenario == comparison.names[k]].assign(gap=lambda rows: rows.change_other - rows.change_base)
    table = table[table.gap.abs() >= TOLD].sort_values("gap", key=abs, ascending=False, kind="stable").head(most)
    if table.empty:
        return []
    story = comparison.results[k].scenario
    told = [
        f"in {story.republics[row.republic].name} in {percent(row.change_other)} of worlds instead of "
        f"{percent(row.change_base)}"
        for _, row in table.iterrows()
    ]
    return [f"The leading power changes {listed(told)}, {given(comparison.results[k].ask)}."]
