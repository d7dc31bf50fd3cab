"""tools/one_past.py: the story of 2013 to 2025 ends where the baseline starts, within what day one is good to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from tools import one_past as tool

KEPT = pd.read_csv(tool.FILE)
OVERALL_CELLS, SECTOR_CELLS = 13, 69
"""Within the range, of 15 and 75; the others are named and explained in docs/evidence.md."""


def test_ranges_by_hand() -> None:
    """Kazakhstan and Russia: trade states its range; largest in security and energy alone, so 0.1 there, else 0.05."""
    widths = tool.half_widths(sim.load(tool.DAY_ONE), "KAZ", "RUS")
    assert widths["security"] == widths["energy"] == (0.1, 0.1)
    assert widths["infrastructure"] == widths["minerals"] == (0.05, 0.05)
    assert widths["trade"] == pytest.approx((0.019, 0.019))
    needs, good = np.array([0.25, 0.3, 0.2, 0.15, 0.1]), np.array([0.1, 0.019, 0.1, 0.05, 0.05])
    by_hand = np.sqrt(((needs * good) ** 2).sum())
    assert widths["overall"] == pytest.approx((by_hand, by_hand))


def test_a_stated_range_comes_first(tmp_path: Path) -> None:
    child = tmp_path / "stated.yaml"
    child.write_text(
        f"extends: {tool.DAY_ONE}\ntitle: x\nabout: x\nrepublics:\n  KAZ:\n    alignment:\n"
        "      security: {RUS: {value: 0.62, range: [0.6, 0.7], source: assumption}}\n",
        encoding="utf-8",
    )
    below, above = tool.half_widths(sim.load(str(child)), "KAZ", "RUS")["security"]
    assert (below, above) == pytest.approx((0.02, 0.08))


@pytest.mark.slow
def test_the_kept_table_is_what_the_scenarios_give() -> None:
    """Whoever changes either scenario or the model makes the table again: python tools/one_past.py."""
    found = tool.one_past(worlds=200)
    labels = ["sector", "republic", "power"]
    pd.testing.assert_frame_equal(found[labels], KEPT[labels])
    for column in ("first", "day_one", "range_low", "range_high"):
        np.testing.assert_allclose(found[column], KEPT[column], atol=1e-4)
    spread = (KEPT.high - KEPT.low) / 2.56
    assert (np.abs(found["mean"] - KEPT["mean"]) < 4.5 * spread / np.sqrt(200) + 1e-3).all()


def test_one_history_overall() -> None:
    overall = KEPT[KEPT.sector == "overall"]
    assert len(overall) == 15
    assert overall.within.sum() >= OVERALL_CELLS, overall[~overall.within]


def test_one_history_by_sector() -> None:
    by_sector = KEPT[KEPT.sector != "overall"]
    assert len(by_sector) == 75
    assert by_sector.within.sum() >= SECTOR_CELLS, by_sector[~by_sector.within]
