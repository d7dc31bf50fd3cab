"""The record: trade with the powers and votes in the General Assembly, by year, as arrays.

Whoever fits or forecasts is given ``Observed.upto(origin)``, a new object in which later years do not exist; only the
scorer holds the whole record. That is how nothing can leak from the years to be forecast.

Axes: trade (republic, power, year) in million US dollars, of which the composition over the powers is used; votes
(republic, power, year) and accord, the powers' agreement among themselves, (pair, year), shares of roll calls, 0..1.
What is not on record is NaN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem
from sim.scenario.errors import folder_of
from sim.scenario.locate import shipped_dir

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

FEW = 10
"""Roll calls that a year's agreement needs to count: of fewer it says next to nothing."""
LONG = 1992
"""First year of the long record of votes."""

_KEYS = {
    "trade": ["republic", "power", "year", "total_usd_m"],
    "votes": ["republic", "power", "year", "agreement"],
    "accord": ["power_a", "power_b", "year", "agreement"],
}
_FILES = {"trade": "trade.csv", "votes": "unga_agreement.csv", "accord": "unga_powers.csv"}


@dataclass(frozen=True)
class Observed:
    """A record of consecutive years; see the module for axes and units."""

    years: NDArray[np.int64]
    trade: Floats
    votes: Floats
    accord: Floats

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
        return Observed(
            self.years[kept].copy(), *(part[..., kept].copy() for part in (self.trade, self.votes, self.accord))
        )

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


def load_observed(file: str | Path | None = None, first: int = 2010) -> Observed:
    """The shipped record, or one in which a file's series takes the place of the shipped one.

    Parameters
    ----------
    file : a CSV with the columns of ``seeds/observed/trade.csv`` (republic, power, year, total_usd_m), of
        ``unga_agreement.csv`` (republic, power, year, agreement) or of ``unga_powers.csv`` (power_a, power_b, year,
        agreement); other columns are left alone; a row whose ``year_complete`` does not begin with "yes" is left out.
    first : first year that is read; ``LONG`` for all of the votes, which go back further than trade. A year's agreement
        that rests on fewer than ``FEW`` roll calls is left out.

    Raises
    ------
    BadInput : a file that cannot be read or has other columns, or a number that is none or out of range.
    """
    frames = {kind: _read(shipped_dir("seeds") / "observed" / name) for kind, name in _FILES.items()}
    if file is not None:
        frame = _read(folder_of(file, "a CSV file, as text or path", path="observed"))
        kinds = [kind for kind, keys in _KEYS.items() if set(keys) <= set(frame.columns)]
        if not kinds:
            raise BadInput.of(
                f"the columns {', '.join(map(str, frame.columns))}",
                "the columns " + " or ".join(", ".join(keys) for keys in _KEYS.values()),
                file=str(file),
            )
        frames[kinds[0]] = _checked(frame, kinds[0], str(file))
    complete = frames["votes"]
    if "year_complete" in complete:
        complete = complete[complete["year_complete"].astype(str).str.startswith("yes")]
    if "n_votes" in complete:
        complete = complete[~(complete["n_votes"] < FEW)]
    last = int(max(frames["trade"]["year"].max(), complete["year"].max()))
    years = np.arange(first, last + 1)
    accord = frames["accord"]
    pairs = accord[["power_a", "power_b"]].apply(lambda row: "-".join(sorted(row)), axis=1)
    accord = accord.assign(pair=pairs)
    return Observed(
        years,
        _cube(frames["trade"], ("republic", TRADERS), ("power", POWERS), years, "total_usd_m"),
        _cube(complete, ("republic", VOTERS), ("power", POWERS), years, "agreement"),
        _cube(accord, ("pair", tuple("-".join(sorted(pair)) for pair in PAIRS)), None, years, "agreement"),
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInput.of(
            f"{getattr(error, 'strerror', None) or error}", "a CSV file that can be read", file=str(path)
        ) from None


def _checked(frame: pd.DataFrame, kind: str, file: str) -> pd.DataFrame:
    """The frame, if its years and values are numbers within bounds."""
    value = _KEYS[kind][-1]
    top = np.inf if kind == "trade" else 1.0
    problems = []
    for column, low, high in (("year", 1900.0, 2200.0), (value, 0.0, top)):
        numbers = pd.to_numeric(frame[column], errors="coerce")
        wrong = (numbers.isna() & frame[column].notna()) | (numbers < low) | (numbers > high)
        expected = f"a number from {low:g} to {high:g}" if np.isfinite(high) else "a number, 0 or more"
        problems += [
            Problem(file, int(row) + 2, None, column, repr(frame[column].iloc[row]), expected)
            for row in np.flatnonzero(wrong)[:10]
        ]
        frame = frame.assign(**{column: numbers})
    if problems:
        raise BadInput(problems)
    return frame.dropna(subset=["year"]).astype({"year": int})


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
