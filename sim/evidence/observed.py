"""The record: trade with the powers and votes in the General Assembly, by year, as arrays.

Whoever fits or forecasts is given ``Observed.upto(origin)``, a new object in which later years do not exist; only the
scorer holds the whole record. That is how nothing can leak from the years to be forecast.

Axes: trade (republic, power, year) in million US dollars, of which the composition over the powers is used; votes
(republic, power, year) and accord, the powers' agreement among themselves, (pair, year), shares of roll calls, 0..1.
What is not on record is NaN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.evidence.cells import span
from sim.evidence.owndata import Paths, gather, shipped
from sim.scenario import BadInput

Floats = NDArray[np.float64]

POWERS: tuple[str, ...] = ("RUS", "CHN", "EUU")
TRADERS: tuple[str, ...] = ("KAZ", "KGZ", "UZB")
"""Republics whose trade is on record year by year."""
VOTERS: tuple[str, ...] = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
NAMES = {
    "RUS": "Russia",
    "CHN": "China",
    "EUU": "European Union",
    "KAZ": "Kazakhstan",
    "KGZ": "Kyrgyzstan",
    "TJK": "Tajikistan",
    "TKM": "Turkmenistan",
    "UZB": "Uzbekistan",
}
"""Names of those on record, for pages and pictures."""
PAIRS: tuple[tuple[str, str], ...] = (("RUS", "CHN"), ("RUS", "EUU"), ("CHN", "EUU"))

LONG = 1992
"""First year of the long record of votes."""


@dataclass(frozen=True)
class Observed:
    """A record of consecutive years; see the module for axes and units."""

    years: NDArray[np.int64]
    trade: Floats
    votes: Floats
    accord: Floats
    notes: tuple[str, ...] = ()
    """What a user should know of figures of their own: what was left out, replaced, or is not used."""

    def __repr__(self) -> str:
        return (
            f"<Observed {self.years[0]} to {self.years[-1]}: trade of {len(TRADERS)}, votes of {len(VOTERS)} republics>"
        )

    def upto(self, year: int) -> Observed:
        """The record as it stood at the end of ``year``: a copy without anything later.

        Raises
        ------
        BadInput : the record does not reach that year.
        """
        if not self.years[0] <= year <= self.years[-1]:
            raise BadInput.of(repr(year), f"a year of the record, {self.years[0]} to {self.years[-1]}", path="origin")
        kept = self.years <= year
        trade, votes, accord = (part[..., kept].copy() for part in (self.trade, self.votes, self.accord))
        return Observed(self.years[kept].copy(), trade, votes, accord)

    def unused(self) -> list[tuple[int, str]]:
        """Years and figures that say nothing there, as others of their year are missing."""
        out = []
        for i, code in enumerate(TRADERS):
            there, said = self.trade[i] > 0.0, ~np.isnan(self.trade[i])
            for year in self.years[said.any(axis=0) & ~there.all(axis=0)]:
                missing = [POWERS[j] for j in np.flatnonzero(~there[:, self.years == year])]
                out.append((int(year), f"trade of {code} in {year}, as there is none with {', '.join(missing)}"))
        blind = np.isnan(self.accord).any(axis=0) & ~np.isnan(self.votes).all(axis=(0, 1))
        why = "as the powers' among themselves are missing"
        out += [(int(year), f"votes of {year}, {why} (unga_powers.csv)") for year in self.years[blind]]
        return out

    @property
    def last(self) -> int:
        """The last year."""
        return int(self.years[-1])

    @property
    def has_trade(self) -> bool:
        """Whether the trade of any year is on record with all three powers."""
        return bool(np.isfinite(self.composition).any())

    def votes_alone(self) -> Observed:
        """The record without trade."""
        return replace(self, trade=np.full_like(self.trade, np.nan))

    @property
    def composition(self) -> Floats:
        """Each power's part of the trade with the three, (republic, power, year); NaN where one is missing or 0."""
        some = np.where(self.trade > 0.0, self.trade, np.nan)
        result: Floats = some / some.sum(axis=1, keepdims=True)
        return result

    @property
    def digest(self) -> str:
        """Fingerprint of all values."""
        parts = [np.ascontiguousarray(part).tobytes() for part in (self.years, self.trade, self.votes, self.accord)]
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def with_noise_after(self, year: int, seed: int = 0) -> Observed:
        """The record with every value after ``year`` replaced by chance: forecasts from there must not notice."""
        rng = np.random.default_rng(seed)
        later = self.years > year

        def spoilt(part: Floats, scale: float) -> Floats:
            return np.where(later, rng.uniform(0.05, 0.95, part.shape) * scale, part)

        return replace(
            self, trade=spoilt(self.trade, 1e4), votes=spoilt(self.votes, 1.0), accord=spoilt(self.accord, 1.0)
        )


def load_observed(file: Paths | None = None, first: int = 2010) -> Observed:
    """The shipped record, or one with the figures of a user's files laid over it.

    Parameters
    ----------
    file : a CSV file or several, or folders of them, in any layout of ``sim.evidence.formats``: tidy files with the
        columns of ``seeds/observed/trade.csv`` (republic, power, year, total_usd_m), of ``unga_agreement.csv``
        (republic, power, year, agreement) or of ``unga_powers.csv`` (power_a, power_b, year, agreement), or exports of
        UN Comtrade, World Bank's WITS, the UN Digital Library or Voeten. A figure replaces the one for the same pair
        and year, of the record or of a file before it. ``notes`` of the result say what was left out.
    first : first year that is read; ``LONG`` for all of the votes, which go back further than trade. A year's agreement
        that rests on fewer than ``ROLL_CALLS_NEEDED`` roll calls is left out.

    Raises
    ------
    BadInput : a file that cannot be read or understood, or a figure that cannot be right; each with file and line.
    """
    frames = shipped()
    if file is None:
        return _cubes(frames, first)
    mine = gather(file)
    frames, news, replaced = mine.over(frames)
    made = _cubes(frames, first)
    years = {key.year for key in news}
    notes = [*mine.notes, *replaced]
    notes += [f"not used: {text}" for year, text in made.unused() if year in years]
    fitted = {"trade": TRADERS, "votes": VOTERS, "accord": POWERS}
    idle = {f"{key.kind} of {key.one}" for key in mine.cells if key.one not in fitted[key.kind]}
    idle |= {f"{key.kind} with {key.other}" for key in mine.cells if key.other not in POWERS}
    notes += [f"not used, as nothing is fitted to it: {', '.join(sorted(idle))}"] if idle else []
    early = [year for year in years if year < first]
    notes += [f"not used: {span(early)}, before the record begins in {first}"] if early else []
    return replace(made, notes=tuple(notes))


def _cubes(frames: Mapping[str, pd.DataFrame], first: int) -> Observed:
    """Series as arrays, from ``first`` to the last year of trade or votes."""
    last = int(pd.concat([frames["trade"]["year"], frames["votes"]["year"]]).max())
    years = np.arange(first, last + 1)
    accord = frames["accord"]
    pairs = accord[["power_a", "power_b"]].apply(lambda row: "-".join(sorted(row)), axis=1)
    accord = accord.assign(pair=pairs)
    return Observed(
        years,
        _cube(frames["trade"], ("republic", TRADERS), ("power", POWERS), years, "total_usd_m"),
        _cube(frames["votes"], ("republic", VOTERS), ("power", POWERS), years, "agreement"),
        _cube(accord, ("pair", tuple("-".join(sorted(pair)) for pair in PAIRS)), None, years, "agreement"),
    )


def _cube(
    frame: pd.DataFrame,
    rows: tuple[str, tuple[str, ...]],
    columns: tuple[str, tuple[str, ...]] | None,
    years: NDArray[np.int64],
    value: str,
) -> Floats:
    """Values by row, column and year; NaN where there are none."""
    axes = [rows] if columns is None else [rows, columns]
    out = np.full((*(len(names) for _, names in axes), len(years)), np.nan)
    rows_of: Iterable[Any] = frame.itertuples(index=False)
    for row in rows_of:
        year = int(row.year) - int(years[0])
        keys = [getattr(row, key) for key, _ in axes]
        if 0 <= year < len(years) and all(key in names for key, (_, names) in zip(keys, axes, strict=True)):
            out[(*(names.index(key) for key, (_, names) in zip(keys, axes, strict=True)), year)] = getattr(row, value)
    return out
