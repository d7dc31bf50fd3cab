"""The numbers in README and docs/evidence.md are those of the tables kept beside it, which ``sim backtest`` wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.evidence.baselines import ALONE, METHODS, MODEL, SHIFT
from sim.evidence.hindcast import STORY, story
from sim.evidence.observed import load_observed

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "evidence"
SCORES = pd.read_csv(KEPT / "scores.csv").set_index(["what", "horizon", "method"])
BLIND = pd.read_csv(KEPT / "scores-blind.csv").set_index(["what", "horizon", "method"])
DOC = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COLUMNS = {
    "distance": ("trade", "error", 3),
    "CRPS trade": ("trade", "crps", 4),
    "band trade": ("trade", "covered", 0),
    "error": ("votes", "error", 4),
    "own": ("votes", "own", 4),
    "CRPS votes": ("votes", "crps", 4),
    "band votes": ("votes", "covered", 0),
}
"""Columns of the tables in the documents: what, score and decimals shown."""


def shown(what: str, horizon: int, method: str, score: str, decimals: int) -> str:
    """A score as the documents write it."""
    value = float(SCORES.loc[(what, horizon, method), score])
    return f"{100 * value:.0f} %" if score == "covered" else f"{value:.{decimals}f}"


def tables(text: str) -> list[list[list[str]]]:
    """Tables of a Markdown text whose header names a method: rows of cells, header first, without stars."""
    found = re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE)
    rows = [
        [[cell.strip(" *") for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
        for table in found
    ]
    return [[table[0], *table[2:]] for table in rows if "method" in table[0]]


def test_the_table_of_the_document_is_the_one_kept() -> None:
    (table,) = tables(DOC)
    head, *rows = table
    assert head == ["years", "method", *COLUMNS]
    years, methods = "", []
    for row in rows:
        years = row[0] or years
        methods.append((int(years), row[1]))
        for column, cell in zip(head[2:], row[2:], strict=True):
            what, score, decimals = COLUMNS[column]
            missing = row[1] == SHIFT and what == "trade"
            assert cell == ("" if missing else shown(what, int(years), row[1], score, decimals)), (row, column)
    assert methods == [(horizon, method) for horizon in (1, 2, 3) for method in METHODS], "always beside all baselines"


def test_the_table_of_the_readme_is_the_one_kept() -> None:
    """One row a method, scores at 1, 2 and 3 years in each cell."""
    assert "docs/evidence.md" in README
    (table,) = tables(README)
    head, *rows = table
    assert head == ["method", "distance", "CRPS trade", "band trade", "error", "CRPS votes", "band votes"]
    assert [row[0] for row in rows] == list(METHODS)
    for row in rows:
        for column, cell in zip(head[1:], row[1:], strict=True):
            what, score, decimals = COLUMNS[column]
            parts = [
                shown(what, horizon, row[0], score, decimals)
                for horizon in (1, 2, 3)
                if not (row[0] == SHIFT and what == "trade")
            ]
            assert cell.replace(" %", "") == ", ".join(parts).replace(" %", ""), (row[0], column)


@pytest.mark.parametrize("text", [DOC, README], ids=["document", "README"])
def test_the_bands_are_told_as_the_table_says(text: str) -> None:
    bands = {
        what: ", ".join(f"{100 * SCORES.loc[(what, h, MODEL), 'covered']:.0f}" for h in (1, 2, 3))
        for what in ("trade", "votes")
    }
    assert f"trade {bands['trade']} %, votes {bands['votes']} % at 1, 2, 3 years" in " ".join(text.split())


def test_the_gains_are_told_as_the_table_says() -> None:
    gains = []
    for what in ("trade", "votes"):
        for horizon in (2, 3):
            others = [m for m in METHODS if m not in (MODEL, ALONE) and (what, horizon, m) in SCORES.index]
            best = min(SCORES.loc[(what, horizon, m), "crps"] for m in others)
            gains.append(f"{100 * (1 - SCORES.loc[(what, horizon, MODEL), 'crps'] / best):.1f}")
    flat = " ".join(DOC.split())
    assert f"trade {gains[0]} and {gains[1]} % below the best baseline" in flat
    assert f"votes {gains[2]} and {gains[3]} %" in flat


def test_the_hidden_events_are_told_too() -> None:
    flat = " ".join(DOC.split())
    for score, decimals in (("error", 3), ("crps", 4)):
        said = ", ".join(f"{BLIND.loc[('trade', horizon, MODEL), score]:.{decimals}f}" for horizon in (1, 2, 3))
        assert said in flat, said
    others = [method for method in METHODS if method != MODEL]
    for method in others:
        rows = [(w, h, method) for w in ("trade", "votes") for h in (1, 2, 3) if (w, h, method) in SCORES.index]
        assert SCORES.loc[rows].equals(BLIND.loc[rows]), "events are known to the model alone"


def test_the_kept_tables_are_of_this_record_and_story() -> None:
    """Whoever changes the record or the story runs the backtest again."""
    for name, blind in (("manifest.json", False), ("manifest-blind.json", True)):
        manifest = json.loads((KEPT / name).read_text(encoding="utf-8"))
        assert manifest["record"] == load_observed().digest
        assert manifest["scenario_hash"] == story(STORY).hash
        assert manifest["blind"] == blind
        assert (manifest["origins"], manifest["horizons"]) == (list(range(2015, 2022)), [1, 2, 3])


def test_pictures_that_the_document_shows_are_there() -> None:
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", DOC)
    assert len(named) >= 4
    for picture in named:
        assert (ROOT / "docs" / picture).stat().st_size > 10_000, picture


def test_the_ablation_is_told_as_the_kept_table_says() -> None:
    """Trade alone: votes are the same within 0.0003 in all variants, which the document says."""
    kept = pd.read_csv(KEPT / "ablation.csv").set_index(["what", "horizon", "variant"])
    order = [MODEL, "without deals", "without grievances", "without both", ALONE]
    found = re.findall(r"(?:^\|.*\n)+", DOC, re.MULTILINE)
    (table,) = [one.splitlines() for one in found if "variant" in one.splitlines()[0]]
    head, _, *rows = [[cell.strip(" *") for cell in line.strip().strip("|").split("|")] for line in table]
    assert head == ["years", "variant", "distance", "CRPS", "band", "spread"]
    years, told = "", []
    for row in rows:
        years = row[0] or years
        told.append((int(years), row[1]))
        one = kept.loc[("trade", int(years), row[1])]
        assert row[2:] == [f"{one.error:.3f}", f"{one.crps:.4f}", f"{100 * one.covered:.0f} %", f"{one.spread:.3f}"]
    assert told == [(horizon, variant) for horizon in (1, 2, 3) for variant in order]
    for horizon in (1, 2, 3):
        votes = [kept.loc[("votes", horizon, variant), "crps"] for variant in order]
        assert max(votes) - min(votes) < 0.0003
        for method in (MODEL, ALONE):
            for what in ("trade", "votes"):
                for score in ("error", "crps", "covered"):
                    shown_there = SCORES.loc[(what, horizon, method), score]
                    assert kept.loc[(what, horizon, method), score] == pytest.approx(shown_there, abs=2e-5)


def test_the_two_pasts_are_told_as_the_kept_table_says() -> None:
    kept = pd.read_csv(KEPT / "one-past.csv")
    found = re.findall(r"(?:^\|.*\n)+", DOC, re.MULTILINE)
    (table,) = [one.splitlines() for one in found if one.startswith("| share ")]
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table[2:]]
    for row, (sector, part) in zip(rows, kept.groupby("sector", sort=False), strict=True):
        gap = 100 * (part["mean"] - part.day_one)
        powers = gap.groupby(part.power).mean()
        said = [f"{powers[power]:+.1f}".replace("-", "−") for power in ("RUS", "CHN", "EUU")]
        assert row[0] == sector
        assert [row[1], row[3], *row[5:]] == [
            str(part.within.sum()),
            f"{gap.abs().mean():.1f}",
            *said,
            str(part.in_band.sum()),
        ]
    by_sector = kept[kept.sector != "overall"]
    assert f"{by_sector.within.sum()} of 75 sector shares" in " ".join(DOC.split())
