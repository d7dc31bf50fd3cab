"""An explanation as a paragraph: what moved an alignment, which powers were behind it, how much of it was chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.reading.explain import Explanation
from sim.runs.result import quantiles
from sim.runs.words import capital, listed, month_words, named, percent, points, possessive, signed, state_words
from sim.scenario.table import CAUSES

Floats = NDArray[np.float64]

DEALS, GRIEVANCE, CHANCE = "deals", "grievance", "chance"
DRIVER_WORDS: dict[str, str] = {
    "capability": "growing capability",
    "strain": "strain",
    "deals": "projects and deals",
    GRIEVANCE: "grievances",
    "legacy": "old ties wearing off",
    "hedging": "hedging against dependence",
    "events": "direct effects of events",
    CHANCE: "random drift",
    "neglect": "grievance over neglect",
    "disrespect": "grievance over disrespect",
    "broken_promise": "grievance over broken promises",
    "overdependence": "grievance over dependence",
    "coercion": "grievance over coercion",
    "other": "causes without a name",
}
"""Drivers in running text; a subclass's own drivers keep their names."""

SMALL = 0.0005
"""A mean part below this (0.05 points) is left out of the text."""


def driver_words(driver: str) -> str:
    """A driver in running text."""
    return DRIVER_WORDS.get(driver, driver.replace("_", " "))


def grouped(explanation: Explanation, republic: str, power: str) -> dict[str, Floats]:
    """Parts of one alignment by driver, the causes of grievance added up: name -> (w,)."""
    i, j = explanation.place(republic, power)
    parts: dict[str, Floats] = {}
    for name, values in zip(explanation.drivers, explanation.parts[:, i, j], strict=True):
        key = GRIEVANCE if name in CAUSES else name
        parts[key] = parts[key] + values if key in parts else values
    return parts


def part_of_spread(part: Floats, total: Floats) -> float:
    """Share of the total's variance over worlds that one part accounts for, (w,) each; the shares add up to 1.

    Covariance of the part with the total over the variance of the total. Below 0 where the part works against the rest.
    """
    variance = float(total.var())
    return float(((part - part.mean()) * (total - total.mean())).mean() / variance) if variance > 0 else 0.0


def paragraph(explanation: Explanation, republic: str, power: str) -> str:
    """Why the alignment of a republic with a power (by code or name) moved, with bands over worlds.

    All are means over worlds, which add up as medians do not. Sentences: from where to where; which drivers went with
    the change and which against it; the part of each power; how much is chance.
    """
    i, j = explanation.place(republic, power)
    change = explanation.change[i, j]
    parts = grouped(explanation, republic, power)
    text = [_shift(explanation, i, j, change)]
    if float(np.abs(change).max()) < 1e-9 and all(float(np.abs(values).max()) < 1e-9 for values in parts.values()):
        return text[0]
    rule_driven = {name: values for name, values in parts.items() if name != CHANCE}
    text += _pushes(explanation, rule_driven, i, j)
    text += _whose(explanation, i, j)
    ask = explanation.ask
    text += _chance(parts, change, unsure=ask.doubt is not None or ask.posterior is not None or bool(ask.variations))
    return " ".join(text)


def _shift(explanation: Explanation, i: int, j: int, change: Floats) -> str:
    story = explanation.scenario
    republic = story.republics[explanation.republics[i]].name
    power = named(story.powers[explanation.powers[j]].name)
    where = story.words.within(explanation.sector)
    before, after = (100 * float(values[i, j].mean()) for values in (explanation.before, explanation.after))
    start = state_words(explanation.dates[0], story.start_label)
    average = "" if explanation.worlds == 1 else " on average"
    head = (
        f"{capital(possessive(republic))} alignment with {power}{where} goes{average} from {before:.1f} % {start} to "
        f"{after:.1f} % at the end of {month_words(explanation.dates[-1])}"
    )
    if explanation.worlds == 1:
        return f"{head} ({signed(float(change[0]))} percentage points; one world only, so no uncertainty can be given)."
    low, high = (float(q) for q in quantiles(change, (0.1, 0.9)))
    mean = signed(float(change.mean()))
    return f"{head}: {mean} percentage points, between {signed(low)} and {signed(high)} in 80 % of worlds."


def _pushes(explanation: Explanation, parts: dict[str, Floats], i: int, j: int) -> list[str]:
    """Rule-driven parts with the change and against it, largest first, means over worlds with their bands."""
    change = float(explanation.change[i, j].mean())
    mean = {name: float(values.mean()) for name, values in parts.items()}
    said = []
    order = [change < 0, change >= 0]  # those that go the way of the change come first
    for down in (order[0], order[1]):
        names = sorted(
            (name for name, value in mean.items() if abs(value) >= SMALL and (value < 0) == down),
            key=lambda name: -abs(mean[name]),
        )
        if names:
            drivers = listed(
                [
                    f"{_whose_driver(explanation, name, i, j)}{driver_words(name)} ({_band(parts[name])})"
                    for name in names
                ]
            )
            said.append(f"What {'lowers' if down else 'raises'} it: {drivers}.")
    return said or ["No driver but chance moves it by as much as a tenth of a percentage point."]


def _whose_driver(explanation: Explanation, driver: str, i: int, j: int) -> str:
    """``China’s `` where a part comes mostly from another power's driver, else nothing."""
    causes = CAUSES if driver == GRIEVANCE else (driver,)
    rows = [k for k, name in enumerate(explanation.drivers) if name in causes]
    by_power = np.abs(explanation.owners[rows, :, i, j].sum(axis=0).mean(axis=-1))
    most = int(by_power.argmax())
    if most == j or by_power[most] < 0.6 * by_power.sum() or driver in ("events", "other"):
        return ""
    owner = possessive(explanation.scenario.powers[explanation.powers[most]].name)
    return f"{owner} "


def _band(values: Floats) -> str:
    if len(values) == 1:
        return signed(float(values[0]))
    low, high = quantiles(values, (0.1, 0.9))
    return f"{signed(float(values.mean()))} [{signed(float(low))} to {signed(float(high))}]"


def _whose(explanation: Explanation, i: int, j: int) -> list[str]:
    """The parts by the power whose drivers they are, without chance: alignment with one power moves when others act."""
    rules = [k for k, name in enumerate(explanation.drivers) if name != CHANCE]
    by_power = explanation.owners[rules, :, i, j].sum(axis=0).mean(axis=-1)  # (q,)
    order = [int(q) for q in np.argsort(-np.abs(by_power), kind="stable") if abs(by_power[q]) >= SMALL]
    if len(order) < 2 and (not order or order[0] == j):
        return []
    names = explanation.scenario.powers
    own = [
        f"{signed(float(by_power[q]))} from {named(names[explanation.powers[q]].name)}" + (" itself" if q == j else "")
        for q in order
    ]
    return [f"By power, without drift: {listed(own)}."]


def _chance(parts: dict[str, Floats], change: Floats, *, unsure: bool) -> list[str]:
    """The random walk's size against that of the shift, and its share of the variance between worlds."""
    walk = parts.get(CHANCE)
    if walk is None or len(change) < 2 or float(change.std()) < 1e-9:
        return []
    ruled = abs(float((change - walk).mean()))
    low, high = (float(q) for q in quantiles(walk, (0.1, 0.9)))
    width = (high - low) / 2
    spread = part_of_spread(walk, change)
    said = []
    if width > ruled:
        said.append(
            f"{'Chance dominates: drift' if spread >= 0.5 else 'Drift'} alone spreads worlds by {points(width)} either "
            f"way, more than the "
            f"{points(ruled)} that all other drivers add up to on average, so in a single world the direction is "
            "uncertain."
        )
    else:
        said.append(f"Drift alone spreads worlds by {points(width)} either way.")
    acted = part_of_spread(actors(parts, change), change)
    if acted > max(spread, 0.0):
        said.append(
            f"Projects, grievances and the answers to those who speak up account for {percent(min(acted, 1.0))} of the "
            f"variance between worlds, drift for {percent(max(spread, 0.0))}."
        )
        return said
    luck = f"Luck in projects, bids, deliveries, grievances and events{' and numbers that differ' if unsure else ''}"
    source = "Drift" if spread >= 0.5 else luck
    part = min(max(spread if spread >= 0.5 else 1.0 - spread, 0.0), 1.0)
    most = "nearly all" if part >= 0.95 else percent(part)
    verb = "account" if unsure and spread < 0.5 else "accounts"
    said.append(f"{source} {verb} for {most} of the variance between worlds.")
    return said


def actors(parts: dict[str, Floats], change: Floats) -> Floats:
    """What actors did to one alignment, (w,): the parts of deals and of grievances; ``parts`` as of ``grouped``."""
    result: Floats = parts.get(DEALS, np.zeros_like(change)) + parts.get(GRIEVANCE, 0.0)
    return result


def headline(explanation: Explanation) -> str:
    """What sets worlds apart, actors or drift, mean over all alignments, in a sentence; empty for one world."""
    acted, drifted = [], []
    for republic in explanation.republics:
        for power in explanation.powers:
            i, j = explanation.place(republic, power)
            parts, change = grouped(explanation, republic, power), explanation.change[i, j]
            if len(change) < 2 or float(change.std()) < 1e-9:
                continue
            acted.append(part_of_spread(actors(parts, change), change))
            drifted.append(part_of_spread(parts[CHANCE], change) if CHANCE in parts else 0.0)
    if not acted:
        return ""
    by_actors, by_drift = (min(max(float(np.mean(values)), 0.0), 1.0) for values in (acted, drifted))
    told = (
        f"Projects, grievances and the answers to those who speak up explain {percent(by_actors)} of the variance "
        f"between worlds"
    )
    drift = f"drift that no rule explains {percent(by_drift)}"
    note = "(mean over alignments; what dampens both, such as hedging, counts below nothing)"
    if by_actors >= by_drift:
        return f"{told}, {drift} {note}."
    return (
        f"Drift, which no rule explains, accounts for {percent(by_drift)} of the variance between worlds, projects and "
        f"grievances for {percent(by_actors)} {note}."
    )


def summary_rows(explanation: Explanation) -> list[dict[str, Any]]:
    """For every alignment: codes, median change, its largest rule-driven parts and chance's share of the variance."""
    rows = []
    for republic in explanation.republics:
        for power in explanation.powers:
            i, j = explanation.place(republic, power)
            parts = grouped(explanation, republic, power)
            change = explanation.change[i, j]
            low, middle, high = (float(q) for q in quantiles(change, (0.1, 0.5, 0.9)))
            order = sorted((n for n in parts if n != CHANCE), key=lambda n: -abs(float(parts[n].mean())))
            rows.append(
                {
                    "republic": republic,
                    "power": power,
                    "low": low,
                    "median": middle,
                    "high": high,
                    "main": [(name, float(parts[name].mean())) for name in order[:2]],
                    "chance": part_of_spread(parts[CHANCE], change) if CHANCE in parts else 0.0,
                }
            )
    return rows
