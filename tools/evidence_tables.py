"""The tables of docs/evidence.md and README.md, made from the files in docs/evidence, each between its two markers.

    python -m tools.evidence_tables

`make evidence` makes these files first. A test fails where a page is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from sim.evidence.baselines import ALONE, MODEL, OWN, POOLED
from sim.runs.words import minus

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "evidence"
PAGES = (ROOT / "docs" / "evidence.md", ROOT / "README.md")
BEGIN = "<!-- {}: made by tools/evidence_tables.py, do not edit from here -->\n"
END = "<!-- {} end -->\n"


def kept(name: str) -> pd.DataFrame:
    """A file of docs/evidence."""
    return pd.read_csv(FOLDER / f"{name}.csv")


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines).replace("| --- ", "|---").replace("|--- |", "|---|")


def percent(value: float, digits: int = 0) -> str:
    """A part as per cent with its sign."""
    return minus(f"{round(100 * value, digits) + 0.0:+.{digits}f}")  # no minus before nothing


def gained(row: pd.Series) -> str:
    """A gain with its range, per cent."""
    ranged = "" if pd.isna(row.low) else f" ({percent(row.low)} to {percent(row.high)})"
    return f"{percent(row.gain, 1)}{ranged}"


def by_method(name: str, what: str, error: str) -> str:
    """A row a method, scores at 1, 2 and 3 years in each cell."""
    table = kept(name)
    table = table[table.what == what]

    def cell(part: pd.DataFrame, column: str, digits: int) -> str:
        scale = 100 if column == "covered" else 1
        return ", ".join(minus(f"{scale * value:.{digits}f}") for value in part.sort_values("horizon")[column])

    rows = [
        (
            f"**{method}**" if method == MODEL else str(method),
            cell(part, "error", 3),
            cell(part, "crps", 4),
            cell(part, "logs", 2),
            cell(part, "interval", 3),
            f"{cell(part, 'covered', 0)} %",
        )
        for method, part in table.groupby("method", sort=False)
    ]
    return markdown(["method", error, "CRPS", "log score", "interval score", "80 % band held"], rows)


def readme() -> str:
    """The short table of the README: the model, the best rival and the error model alone."""
    table = kept("scores")
    gains = kept("gains").query("measure == 'crps'")
    rows = []
    for what in ("trade", "votes"):
        for horizon in (1, 2, 3):
            part = table[(table.what == what) & (table.horizon == horizon)].set_index("method")
            best = part[~part.index.isin(OWN)].crps.idxmin()
            told = gains[(gains.what == what) & (gains.horizon == horizon)].set_index("method")
            rows.append(
                (
                    what,
                    str(horizon),
                    f"{part.crps[MODEL]:.4f}",
                    f"{part.crps[best]:.4f} ({best})",
                    f"{part.crps[ALONE]:.4f}",
                    f"{100 * part.covered[MODEL]:.0f} %",
                    f"{gained(told.loc[best])} %",
                    str(told.verdict[best]),
                )
            )
    head = [
        "what",
        "years",
        "model",
        "best rival",
        "error model alone",
        "80 % band held",
        "gain over the rival",
        "told",
    ]
    return markdown(head, rows)


def gains() -> str:
    """What the model gains in CRPS over the best rival and over its error model alone, events known and hidden."""
    known, hidden = (kept(name).query("measure == 'crps'") for name in ("gains", "gains-blind"))
    keys = ["what", "horizon", "method"]
    rows = []
    for _, part in known.groupby(["what", "horizon"], sort=False):
        best = part[~part.method.isin(OWN)].sort_values("gain").method.iloc[0]
        for method in (best, ALONE):
            one = part[part.method == method].iloc[0]
            two = hidden.set_index(keys).loc[tuple(one[keys])]
            rows.append(
                (
                    str(one.what),
                    str(one.horizon),
                    method,
                    gained(one),
                    f"{one.p:.2f}",
                    f"{100 * one.detectable:.0f}",
                    str(one.verdict),
                    f"{one.dyads} of {one.of}",
                    gained(two),
                    str(two.verdict),
                )
            )
    rows.sort(key=lambda row: (row[0], row[1]))
    head = ["what", "years", "over", "gain, %", "p", "found from, %", "verdict", "dyads", "events hidden, %", "verdict"]
    return markdown(head, rows)


def long_gains() -> str:
    """The same of the error model on the long record of votes, over every rival."""
    table = kept("votes-gains").query("measure == 'crps'")
    rows = []
    for method, part in table[~table.method.isin(OWN)].groupby("method", sort=False):
        cells = [f"{gained(row)}, {row.verdict}" for _, row in part.sort_values("horizon").iterrows()]
        rows.append((str(method), *cells))
    return markdown(["error model alone over", "1 year, %", "2 years, %", "3 years, %"], rows)


def weights() -> str:
    """The model's weight in the best pool with the best rival, events known and hidden."""
    known, hidden = kept("weights"), kept("weights-blind")
    rows = []
    for _, part in known.groupby(["what", "horizon"], sort=False):
        one = part.loc[part.other.idxmin()]
        two = hidden[(hidden.what == one.what) & (hidden.horizon == one.horizon) & (hidden.rival == one.rival)].iloc[0]
        rows.append((str(one.what), str(one.horizon), str(one.rival), *map(_weighed, (one, two))))
    rows.sort(key=lambda row: (row[0], row[1]))
    return markdown(["what", "years", "with", "weight of the model", "with later events hidden"], rows)


def _weighed(row: pd.Series) -> str:
    ranged = "" if pd.isna(row.low) else f" ({row.low:.2f} to {row.high:.2f})"
    return f"{row.weight:.2f}{ranged}, pool {percent(row.gain, 1)} %"


def sectors() -> str:
    """Each series of a sector: the model beside the best rival, pooling and the simulation alone."""
    scores, hidden = kept("sectors-scores"), kept("sectors-scores-blind")
    told = kept("sectors-gains").query("measure == 'crps'").set_index(["what", "method"])
    rows = []
    for what, part in scores.groupby("what", sort=False):
        mine = part.set_index("method")
        best = mine[~mine.index.isin(OWN)].crps.idxmin()
        blind = hidden[hidden.what == what].set_index("method").crps
        alone = f"{mine.crps['simulation alone']:.3f}" if "simulation alone" in mine.index else ""
        rows.append(
            (
                str(what),
                str(mine.cells[MODEL]),
                f"{mine.crps[MODEL]:.3f}",
                f"{blind[MODEL]:.3f}",
                f"{mine.crps[POOLED]:.3f}",
                f"{mine.crps[best]:.3f} ({best})",
                alone,
                f"{100 * mine.covered[MODEL]:.0f} %",
                gained(told.loc[(what, POOLED)]),
            )
        )
    head = ["series", "cells", "model", "events hidden", "pooling", "best rival", "simulation alone", "band held"]
    return markdown([*head, "model over pooling, %"], rows)


def ablation() -> str:
    """What the whole model gains over each variant, CRPS; events known and hidden."""
    table = kept("ablation")
    rows = []
    for (blind, what, horizon), part in table.groupby(["blind", "what", "horizon"], sort=False):
        one = part.set_index("variant")
        if what.startswith("projects"):
            continue  # two windows: in the file, too few to show
        cells = [gained(one.loc[name]) if name in one.index else "" for name in one.index if name != MODEL]
        cells += [""] * (4 - len(cells))
        rows.append(("hidden" if blind else "known", str(what), str(horizon), f"{one.crps[MODEL]:.4f}", *cells))
    head = ["events", "what", "years", "CRPS", "over no deals, %", "over no grievances, %", "over neither, %"]
    return markdown([*head, "over the error model alone, %"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "readme": readme,
    "trade": lambda: by_method("scores", "trade", "distance"),
    "votes": lambda: by_method("scores", "votes", "error"),
    "long votes": lambda: by_method("votes-scores", "votes", "error"),
    "gains": gains,
    "long gains": long_gains,
    "weights": weights,
    "sectors": sectors,
    "ablation": ablation,
}


def filled(text: str) -> str:
    """A page with its tables made anew."""
    for name, table in TABLES.items():
        begin, end = BEGIN.format(name), END.format(name)
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        text = re.sub(pattern, lambda _, t=table, b=begin, e=end: f"{b}\n{t()}\n{e}", text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
