"""The observed figures that come with sim: what there is, how far it reaches, where it is from, what contradicts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from sim.evidence.cells import ROLL_CALLS_NEEDED
from sim.scenario import BadInput, shipped_dir
from sim.scenario.errors import nearest
from sim.scenario.sources import records

FOLDER = "observed"


@dataclass(frozen=True)
class Series:
    """One file of figures; scenarios cite it as ``data:<name>``."""

    name: str
    file: str
    kind: str
    title: str
    coverage: str
    source: str
    licence: str
    contradictions: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """The figures as they are kept; empty cells are missing values, nothing is interpolated."""
        return pd.read_csv(shipped_dir("seeds") / FOLDER / self.file)

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year that the figures are of; None where no column says so."""
        frame = self.frame()
        said = [frame[column].dropna().astype(str) for column in ("year", "period", "date", "start") if column in frame]
        found = [year for text in said[:1] for year in text.str.extract(r"((?:19|20)\d\d)")[0].dropna().astype(int)]
        return (min(found), max(found)) if found else None

    @property
    def cells(self) -> int:
        """How many figures there are: rows that say something."""
        return len(self.frame())

    def yearly(self) -> pd.DataFrame:
        """What a figure of it shows: [panel, line, year, value], one value a year, in the unit ``self.unit``.

        Agreement of fewer than ten roll calls is left out.
        Flows of one year are added up: projects by sector, finance by kind, deliveries of arms by supplier. Each order
        of arms is spread evenly over its years of delivery.

        Raises
        ------
        BadInput : its figures are not yearly.
        """
        return self._drawn.tidy(self.frame())

    @property
    def partial(self) -> set[int]:
        """Years of which the record is not complete yet, by its column ``year_complete``."""
        frame = self.frame()
        if "year_complete" not in frame:
            return set()
        return {int(year) for year in frame["year"][~frame["year_complete"].astype(str).str.startswith("yes")]}

    @property
    def heading(self) -> str:
        """Title of a figure of it."""
        return self._drawn.heading

    @property
    def unit(self) -> str:
        """Unit of ``yearly``."""
        return self._drawn.unit

    @property
    def flows(self) -> bool:
        """Whether a year's figures add up to a whole."""
        return self._drawn.flows

    @property
    def _drawn(self) -> Drawn:
        if self.name not in DRAWN:
            raise BadInput.of(f"{self.name}, which cannot be drawn", f"one that can: {', '.join(DRAWN)}", path="plot")
        return DRAWN[self.name]

    def citations(self) -> pd.DataFrame:
        """What the ``source`` column stands for: [id, citation], in order of first use."""
        used = list(dict.fromkeys(self.frame()["source"].dropna()))
        known = pd.read_csv(shipped_dir("seeds") / FOLDER / "sources.csv").set_index("id")["citation"]
        return pd.DataFrame({"id": used, "citation": [str(known.get(name, "")) for name in used]})


@dataclass(frozen=True)
class Drawn:
    """How a series becomes figures by year."""

    tidy: Callable[[pd.DataFrame], pd.DataFrame]
    unit: str
    heading: str
    flows: bool = False


def _by_power(value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def tidy(frame: pd.DataFrame) -> pd.DataFrame:
        return _tidy(frame.assign(panel=frame["republic"], line=frame["power"], value=frame[value]))

    return tidy


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """One value a panel, line and year; what there is several of is added up."""
    there = frame.dropna(subset=["value"])
    if "n_votes" in there:
        there = there[~(there["n_votes"] < ROLL_CALLS_NEEDED)]
    summed: pd.DataFrame = there.groupby(["panel", "line", "year"], sort=True)["value"].sum().reset_index()
    return summed


def deliveries(frame: pd.DataFrame) -> pd.DataFrame:
    """Arms delivered by year from a register of orders: [republic, power, year, tiv], an order spread evenly."""
    known = frame.dropna(subset=["years_delivered", "tiv_delivered"])
    years = known["years_delivered"].astype(str)
    each = known.assign(year=years.str.split("; "), tiv=known["tiv_delivered"] / (years.str.count(";") + 1))
    each = each.explode("year")
    each = each.assign(year=each["year"].astype(float).astype(int))
    out: pd.DataFrame = each.groupby(["republic", "power", "year"], sort=True)["tiv"].sum().reset_index()
    return out


def _arms(frame: pd.DataFrame) -> pd.DataFrame:
    given = deliveries(frame)
    return _tidy(given.assign(panel=given["republic"], line=given["power"], value=given["tiv"]))


def _pairs(frame: pd.DataFrame) -> pd.DataFrame:
    return _tidy(frame.assign(panel=frame["power_a"] + "–" + frame["power_b"], line="", value=frame["agreement"]))


def _projects(frame: pd.DataFrame) -> pd.DataFrame:
    year = frame["date"].str[:4].astype(int)
    return _tidy(frame.assign(panel=frame["republic"], line=frame["sector"], year=year, value=frame["usd_m"]))


def _finance(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {"aid_usd_m": "aid", "other_official_usd_m": "other official", "vague_usd_m": "vague"}
    long = frame.rename(columns=kinds).melt(["republic", "year"], list(kinds.values()), "line", "value")
    return _tidy(long.assign(panel=long["republic"]))


DRAWN: dict[str, Drawn] = {
    "trade": Drawn(
        _by_power("total_usd_m"), "million US dollars", "Goods trade of each republic with Russia, China and the EU"
    ),
    "unga-agreement": Drawn(
        _by_power("agreement"),
        "share of roll calls",
        "Votes in the General Assembly: how often a republic and a power agree",
    ),
    "unga-powers": Drawn(_pairs, "share of roll calls", "Votes in the General Assembly: how often two powers agree"),
    "arms-orders": Drawn(
        _arms, "delivered, trend-indicator values", "Major arms delivered to each republic, by supplier", flows=True
    ),
    "china-projects": Drawn(
        _projects,
        "million US dollars announced",
        "Chinese investments and building contracts of 100 million US dollars and more",
        flows=True,
    ),
    "china-finance": Drawn(
        _finance, "million US dollars of 2021 committed", "Commitments of official Chinese finance", flows=True
    ),
    "fdi-china": Drawn(
        _by_power("fdi_stock_usd_m"),
        "million US dollars, stock",
        "Stock of Chinese direct investment as China reports it",
    ),
}
"""Series with figures by year."""


def catalogue() -> dict[str, Series]:
    """All shipped series by name, from ``seeds/observed/index.yaml``."""
    known = {}
    for name, record in records("data").items():
        said = record.get("contradictions")
        texts = {
            key: " ".join(str(record.get(key) or "").split())
            for key in ("file", "kind", "title", "coverage", "source", "licence")
        }
        known[name] = Series(name, **texts, contradictions=tuple(map(str, said)) if isinstance(said, list) else ())
    return known


def series(name: str) -> Series:
    """One series by name (a file's name will do).

    Raises
    ------
    BadInput : there is none of that name.
    """
    known = catalogue()
    wanted = name.removeprefix("data:")
    by_file = {one.file: key for key, one in known.items()}
    wanted = by_file.get(wanted, wanted)
    if wanted not in known:
        raise BadInput.of(repr(name), f"one of {', '.join(known)}", path="name", nearest=nearest(wanted, known))
    return known[wanted]
