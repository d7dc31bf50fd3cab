"""The numbers in README and docs/evidence.md are those of the files kept beside it, which ``make evidence`` wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from sim.evidence.backtest import ORIGINS, VOTE_ORIGINS
from sim.evidence.baselines import ALONE, METHODS, MODEL, OWN
from sim.evidence.hindcast import STORY, story
from sim.evidence.observed import LONG, load_observed
from sim.evidence.sectors import digest, load_amounts
from tools.ablation import VARIANTS
from tools.evidence_tables import PAGES, TABLES, filled, kept, percent

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "evidence"
DOC = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCORES = kept("scores").set_index(["what", "horizon", "method"]).sort_index()
VERDICT = " ".join(DOC.partition("\n## Verdict\n")[2].partition("\n## ")[0].split())


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_the_tables_of_the_pages_are_those_kept(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, "python -m tools.evidence_tables"


def test_every_table_is_shown() -> None:
    shown = {name for name in TABLES for text in (DOC, README) if f"<!-- {name}: made by" in text}
    assert shown == set(TABLES)


def test_rivals_are_always_beside_the_model() -> None:
    for horizon in (1, 2, 3):
        trade = {method for method in METHODS if ("trade", horizon, method) in SCORES.index}
        assert trade == set(METHODS) - {"common shift"}
        assert all(("votes", horizon, method) in SCORES.index for method in METHODS)


@pytest.mark.parametrize("text", [DOC, README], ids=["document", "README"])
def test_the_bands_are_told_as_the_table_says(text: str) -> None:
    bands = {
        what: ", ".join(f"{100 * SCORES.loc[(what, h, MODEL), 'covered']:.0f}" for h in (1, 2, 3))
        for what in ("trade", "votes")
    }
    assert f"trade {bands['trade']} %, votes {bands['votes']} % at 1, 2, 3 years" in " ".join(text.split())


def best_rival(what: str, horizon: int, score: str = "crps") -> float:
    return float(min(SCORES.loc[(what, horizon)].drop(index=list(OWN), errors="ignore")[score]))


def test_the_gains_are_told_as_the_table_says() -> None:
    """Of CRPS, and of point errors, at 1, 2 and 3 years against the best rival, per cent."""
    for score in ("crps", "error"):
        said = []
        for what in ("trade", "votes"):
            gains = [(1 - SCORES.loc[(what, h, MODEL), score] / best_rival(what, h, score)) for h in (1, 2, 3)]
            said.append(f"{what} " + ", ".join(percent(gain, 1) for gain in gains) + " %")
        assert ", ".join(said) in VERDICT, f"{score}: {', '.join(said)}"


def test_the_directions_are_told_as_the_table_says() -> None:
    """[trade, votes, votes relative to the five], events known and hidden."""
    told = []
    for name in ("directions", "directions-blind"):
        mine = kept(name)
        counts = mine[mine.method == MODEL].groupby("what").right.sum()
        told.append(f"trade mix {counts['trade']} of 9, votes {counts['votes']} of 15")
    assert told[0] in VERDICT
    assert told[0] in " ".join(README.split())
    assert told[1] in VERDICT


@pytest.mark.slow
def test_the_kept_tables_are_of_this_record_and_story() -> None:
    """Whoever changes the record or the story runs the backtest again."""
    for name, blind in (("manifest.json", False), ("manifest-blind.json", True)):
        manifest = json.loads((KEPT / name).read_text(encoding="utf-8"))
        assert manifest["record"] == load_observed().digest
        assert manifest["sectors"] == digest(load_amounts())
        assert manifest["scenario_hash"] == story(STORY).hash
        assert manifest["blind"] == blind
        assert (manifest["origins"], manifest["horizons"]) == (list(ORIGINS), [1, 2, 3])
    votes = json.loads((KEPT / "manifest-votes.json").read_text(encoding="utf-8"))
    assert votes["record"] == load_observed(first=LONG).digest
    assert votes["origins"] == list(VOTE_ORIGINS)


def test_events_are_known_to_the_model_alone() -> None:
    hidden = kept("scores-blind").set_index(["what", "horizon", "method"]).sort_index()
    others = [key for key in SCORES.index if key[2] not in (MODEL, "combination")]
    assert SCORES.loc[others].equals(hidden.loc[others])


def test_pictures_that_the_document_shows_are_there() -> None:
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", DOC)
    assert len(named) >= 5
    for picture in named:
        assert (ROOT / "docs" / picture).stat().st_size > 10_000, picture


def test_the_ablation_is_of_the_same_runs() -> None:
    table = kept("ablation")
    for blind, name in ((False, "scores"), (True, "scores-blind")):
        scores = kept(name).set_index(["what", "horizon", "method"]).sort_index()
        mine = table[table.blind == blind].set_index(["what", "horizon", "variant"]).sort_index()
        assert set(mine.loc[("trade", 1)].index) == {*VARIANTS, ALONE}
        for what in ("trade", "votes"):
            for horizon in (1, 2, 3):
                for method in (MODEL, ALONE):
                    one = mine.loc[(what, horizon, method), "crps"]
                    assert one == pytest.approx(scores.loc[(what, horizon, method), "crps"], abs=2e-6)


def test_the_two_pasts_are_told_as_the_kept_table_says() -> None:
    past = pd.read_csv(KEPT / "one-past.csv")
    found = re.findall(r"(?:^\|.*\n)+", DOC, re.MULTILINE)
    (table,) = [one.splitlines() for one in found if one.startswith("| share ")]
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table[2:]]
    for row, (sector, part) in zip(rows, past.groupby("sector", sort=False), strict=True):
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
    by_sector = past[past.sector != "overall"]
    assert f"{by_sector.within.sum()} of 75 sector shares" in " ".join(DOC.split())
