"""Who gets the projects: how many, how large, against whom, and what became of them, over worlds and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.projects import DONE, TAKEN, parts_of
from sim.runs.result import Result, quantiles
from sim.runs.words import capital, listed, month_words, named, percent
from sim.scenario import Scenario
from sim.world import rules

Floats = NDArray[np.float64]

ALL = "all"
"""All republics together, in place of the code of one."""
BAND = (0.1, 0.9)
AT_ONCE = 32
SELDOM = 0.5
"""Meetings a world of two powers over one project; fewer are not told."""
MOST_PAIRS = 3
"""Pairs of powers that are told."""


class Listed(Protocol):
    """What is read of a result for the projects of one world; see ``sim.runs.result.Result``."""

    @property
    def dates(self) -> Sequence[str]: ...
    def projects(self, world: int | None = None) -> pd.DataFrame: ...


def in_world(result: Listed, world: int) -> pd.DataFrame:
    """The projects that were taken in one world: the columns of ``Result.projects`` and [until, called_off, stalled].

    ``until`` is the month, counted as ``month``, in which it ended, or the run's last. ``called_off``: a third of it or
    more was. ``stalled``: more of it has lapsed than was delivered.
    """
    table = result.projects(world)
    table = table[table.outcome == TAKEN].reset_index(drop=True)
    places = {date: month for month, date in enumerate(result.dates)}
    until = [places.get(date, len(result.dates) - 1) for date in table.ended]
    return table.assign(
        until=until, called_off=table.cancelled >= DONE * table.agreed, stalled=table.lapsed > table.delivered
    )


def taken(result: Result) -> pd.DataFrame:
    """Projects over worlds: [republic, power, projects, low, high, size, called_off], a row a republic and power.

    ``projects`` is the mean a world, ``low`` and ``high`` the band of 80 % of the worlds, ``size`` the mean of a
    project in points, ``called_off`` the part of all points agreed that was called off by the end, 0..1; both NaN
    where there are none. The first rows, republic "all", are those of all republics together. Of a result that keeps
    "full".
    """
    t, i, j, w = np.nonzero(result.array("answer") == rules.ACCEPTED)
    size = result.array("offer_size")[t, i, j, w].astype(np.float64)
    sector = result.array("offer_sector")[t, i, w].astype(np.intp)
    gone = np.empty_like(size)
    for first in range(0, result.worlds, AT_ONCE):  # so many worlds fit the processor's cache
        mine = (w >= first) & (w < first + AT_ONCE)
        part = parts_of(result, slice(first, first + AT_ONCE)).called_off()
        gone[mine] = size[mine] * part[t[mine], i[mine], j[mine], sector[mine], w[mine] - first]
    shape = (len(result.republics), len(result.powers), result.worlds)

    def by_world(values: Floats | None = None) -> Floats:
        cells = np.ravel_multi_index((i, j, w), shape)
        return _with_all(np.bincount(cells, values, int(np.prod(shape))).reshape(shape).astype(np.float64))

    count, points, lost = by_world(), by_world(size).sum(axis=-1), by_world(gone).sum(axis=-1)
    low, high = quantiles(count, BAND)
    with np.errstate(invalid="ignore"):
        mean, part = points / count.sum(axis=-1), lost / points
    columns = {"projects": count.mean(axis=-1), "low": low, "high": high, "size": mean, "called_off": part}
    places = pd.MultiIndex.from_product([[ALL, *result.republics], result.powers], names=["republic", "power"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=places).reset_index()


def contests(result: Result) -> pd.DataFrame:
    """Who bid against whom: [republic, power, rival, met, won, lost], a row a republic and ordered pair of powers.

    ``met`` is the number of projects a world that both bid for, ``won`` and ``lost`` how many of these the power and
    the rival got; the rest went to a third or to nobody. The first rows are those of all republics.
    """
    answer = result.array("answer")
    bids, got = answer != rules.NO_OFFER, answer == rules.ACCEPTED

    def mean(flags: NDArray[np.bool_]) -> Floats:
        """(t, r, w) -> a world's mean number, all republics first."""
        return _with_all(np.count_nonzero(flags, axis=(0, 2)) / result.worlds)

    rows = []
    for p, power in enumerate(result.powers):
        for q, rival in enumerate(result.powers):
            if p == q:
                continue
            met = bids[:, :, p] & bids[:, :, q]
            parts = (mean(met), mean(met & got[:, :, p]), mean(met & got[:, :, q]))
            rows += [
                (place, republic, p, power, rival, *(float(part[place]) for part in parts))
                for place, republic in enumerate([ALL, *result.republics])
            ]
    rows.sort(key=lambda row: (row[0], row[2]))
    columns = ["place", "republic", "at", "power", "rival", "met", "won", "lost"]
    return pd.DataFrame(rows, columns=columns).drop(columns=["place", "at"])


def _with_all(values: Floats) -> Floats:
    """Republics on the first axis, and before them their sum."""
    together: Floats = np.concatenate([values.sum(axis=0, keepdims=True), values])
    return together


# -- in words ----------------------------------------------------------------------------------------------------------


def told(scenario: Scenario, row: Any, last: str) -> str:
    """One project of ``in_world`` in two sentences: who won what against whom, and what has become of it.

    ``last`` is the run's last month.
    """
    powers, republic = scenario.powers, scenario.republics[row.republic].name
    winner, when = capital(named(powers[row.power].name)), month_words(row.date)
    rivals, sector = [code for code in row.rivals.split(", ") if code], scenario.words.sector(row.sector)
    names = [f"{named(powers[code].name)}{', which opened it,' * (code == row.opener)}" for code in rivals]
    against = f", against {listed(names)}".removesuffix(",") if rivals else ""
    if row.opener == row.power and not rivals:
        alone = "nobody bids against it" if row.shopped else "nobody else is asked"
        said = f"{winner} wins the {sector} project that it opens in {republic} in {when}; {alone}"
    else:
        said = f"{winner} wins the {sector} bid in {republic} in {when}{against}"
        if row.opener not in (row.power, *rivals):
            said += f"; {named(powers[row.opener].name)} opened it and could not pay"
    parts = {
        "is delivered": row.delivered,
        "has lapsed": row.lapsed,
        "is called off": row.cancelled,
        "is still due": row.pending,
    }
    fate = [f"{percent(points / row.agreed)} {word}" for word, points in parts.items() if points >= 0.005 * row.agreed]
    return f"{said} ({row.size:.2f} points). By {month_words(last)}, {listed(fate)}."


def paragraph(result: Result, table: pd.DataFrame, met: pd.DataFrame, republic: str = ALL) -> str:
    """Who wins most, who wins against whom, and whose projects are called off most, over worlds.

    ``table`` and ``met`` are those of ``taken`` and ``contests``.
    """
    names = {code: named(spec.name) for code, spec in result.scenario.powers.items()}
    # plain loops: the view says this of every republic after each change
    mine = _rows_of(table, republic)
    mine.sort(key=lambda row: -row.projects)
    where = "" if republic == ALL else f" in {result.scenario.republics[republic].name}"
    total = sum(row.projects for row in mine)
    if total == 0.0:
        return f"No project is taken{where} in any world."
    wins = [
        f"{names[row.power]} {'wins ' * (not place)}{row.projects:.1f} [{row.low:.0f}–{row.high:.0f}]"
        for place, row in enumerate(mine)
    ]
    said = [f"Of {total:.1f} projects a world{where}, {listed(wins)}."]
    order = [row.power for row in mine]
    pairs = [row for row in _rows_of(met, republic) if order.index(row.power) < order.index(row.rival)]
    pairs = [row for row in pairs if row.met >= SELDOM]
    for row in sorted(pairs, key=lambda row: -row.met)[:MOST_PAIRS]:
        one, other = names[row.power], names[row.rival]
        said.append(
            f"Where {one} and {other} bid for the same project, {one} gets {percent(row.won / row.met)} and {other} "
            f"{percent(row.lost / row.met)}."
        )
    gone = max((row for row in mine if row.projects > 0), key=lambda row: row.called_off)
    if gone.called_off > 0:
        said.append(f"{capital(names[gone.power])} calls off most: {percent(gone.called_off)} of the points it agreed.")
    return " ".join(said)


def _rows_of(table: pd.DataFrame, republic: str) -> list[Any]:
    rows: Any = table.itertuples()
    return [row for row in rows if row.republic == republic]
