"""A run of any scenario held against trade in the years that it covers: any actors, with figures of a user's own.

What a run says of a year's trade mix is the last mix on record before it began, moved as the run moves alignment in
trade: part ∝ part then × share of the year / share on day one, per power and world. So the level comes from the record,
as in every forecast of the backtest, and the run is scored for the change. Its band holds its own chance and doubt, and
no noise of the figures. "As before" is the last mix without any change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.evidence.catalogue import series
from sim.evidence.cells import COLUMNS, TRADE
from sim.evidence.codes import codes
from sim.evidence.owndata import Paths, gather
from sim.evidence.scores import LEVEL, covered, crps
from sim.runs.result import Result
from sim.scenario import BadInput, Scenario

Floats = NDArray[np.float64]
SHIPPED = ("trade", "trade-newcomers")
"""Shipped series of trade, the first in doubt of a pair."""
LEAST = 2
"""Powers that a mix needs."""


@dataclass(frozen=True)
class RunScore:
    """Scores of a run: one row of ``cells`` a republic, power and year.

    Columns: republic, power, year, observed (part of the mix over the powers on record), since (year of the mix before
    the run), before (the part then), low, median, high (80 % band of the run), crps and as_before (error of the part,
    of the run and of no change, in shares of 1), covered (0 or 1).
    """

    cells: pd.DataFrame
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Means by republic and of all: [republic, figures, crps, as_before, covered]."""
        whole = self.cells.assign(republic="all")
        parts = [self.cells, whole] if self.cells.republic.nunique() > 1 else [self.cells]
        grouped = pd.concat(parts, ignore_index=True).groupby("republic", sort=False)
        means = grouped[["crps", "as_before", "covered"]].mean()
        means.insert(0, "figures", grouped.size())
        return means.reset_index()


def score_run(result: Result, files: Paths | None = None) -> RunScore:
    """Score a run against trade on record, and a user's own figures over it.

    Parameters
    ----------
    result : a run that keeps "full".
    files : CSV files in any layout, or folders of them, as for ``load_observed``; about any actors of the scenario.

    Raises
    ------
    BadInput : a file that cannot be understood, or no year that the run covers as a whole with figures of two powers,
        and of the same before it.
    """
    scenario = result.scenario
    figures, notes = _trade(scenario, files)
    shares = result.shares("trade").astype(np.float64)
    start = scenario.start
    years = [year for year in sorted({year for _, _, year in figures}) if 0 <= 12 * year - start <= result.months - 12]
    rows = []
    for i, republic in enumerate(result.republics):
        for year in years:
            mix = {power: figures.get((republic, power, year), 0.0) for power in result.powers}
            there = [power for power, amount in mix.items() if amount > 0.0]
            since = _before(figures, republic, there, start // 12)
            if len(there) < LEAST or since is None:
                continue
            seen = _parts(np.array([mix[power] for power in there]))
            old = _parts(np.array([figures[republic, power, since] for power in there]))
            place = [result.powers.index(power) for power in there]
            first = 12 * year - start + 1  # day one is month 0
            moved = shares[first : first + 12, i, place].mean(axis=0) / shares[0, i, place]
            said = _parts(old[:, None] * moved)
            low, median, high = np.quantile(said, [0.5 - LEVEL / 2, 0.5, 0.5 + LEVEL / 2], axis=-1)
            scores = crps(said, seen), np.abs(old - seen), covered(said, seen)
            rows += [
                (republic, power, year, *values)
                for power, *values in zip(
                    there, seen, [since] * len(there), old, low, median, high, *scores, strict=True
                )
            ]
    if not rows:
        first, last = -(-start // 12), (start + result.months) // 12 - 1
        if last < first:
            raise BadInput.of(f"a run of {result.months} months", "one that covers a whole year", path="months")
        raise BadInput.of(
            f"no trade of {', '.join(result.republics)} with two powers in a whole year of the run",
            f"figures of a year from {first} to {last}, and of the same powers in {start // 12} or before",
            path="observed",
        )
    names = ["republic", "power", "year", "observed", "since", "before", "low", "median", "high"]
    return RunScore(pd.DataFrame(rows, columns=[*names, "crps", "as_before", "covered"]), tuple(notes))


def _trade(scenario: Scenario, files: Paths | None) -> tuple[dict[tuple[str, str, int], float], list[str]]:
    """Trade of the scenario's actors, (republic, power, year) -> million dollars, and remarks on the files."""
    found: dict[tuple[str, str, int], float] = {}
    for name in SHIPPED:
        for republic, power, year, total in series(name).frame()[list(COLUMNS[TRADE])].itertuples(index=False):
            if total > 0.0:
                found.setdefault((str(republic), str(power), int(year)), float(total))
    notes: list[str] = []
    if files is not None:
        mine = gather(files, codes().of_scenario(scenario))
        notes += mine.notes
        trade = {(key.one, key.other, key.year): cell.value for key, cell in mine.cells.items() if key.kind == TRADE}
        if len(trade) < len(mine.cells):
            notes.append("not used: votes, whose level a run does not say")
        found |= trade
    return {
        key: total for key, total in found.items() if key[0] in scenario.republics and key[1] in scenario.powers
    }, notes


def _before(figures: dict[tuple[str, str, int], float], republic: str, powers: list[str], start: int) -> int | None:
    """The last year, no later than that of the start, with figures of all these powers."""
    known = {year for code, _, year in figures if code == republic and year <= start}
    whole = [year for year in known if all(figures.get((republic, power, year), 0.0) > 0.0 for power in powers)]
    return max(whole, default=None)


def _parts(amounts: Floats) -> Floats:
    """Amounts as parts of their sum over the first axis."""
    result: Floats = amounts / amounts.sum(axis=0)
    return result
