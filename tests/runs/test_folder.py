"""What a folder holds is readable by itself, and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.runs.folder import size
from sim.scenario.table import SECTORS, STANCES
from sim.world import rules


@pytest.mark.slow
def test_decisions_are_written_in_words_and_come_back_as_codes(tmp_path: Path) -> None:
    result = sim.run("dushanbe-2025", worlds=8, months=24)
    result.save(tmp_path, figures=False)
    table = pd.read_parquet(tmp_path / "decisions.parquet")
    first, later = table[table.month == 0], table[table.month > 0]
    assert set(first.answer) == {"no bid"}
    assert set(first.stance) == {"no summit"}
    assert set(later.stance) == {"no summit", *STANCES}
    for name, code, word in (
        ("answer", rules.ACCEPTED, "taken"),
        ("answer", rules.OUTBID, "outbid"),
        ("response", rules.CONCILIATED, "conceded"),
        ("response", rules.COERCED, "punished"),
        ("stance", rules.ASSERTIVE, "assertive"),
    ):
        assert (later[name] == word).sum() == (result.array(name) == code).sum() > 0, name
    openings = pd.read_parquet(tmp_path / "openings.parquet")
    assert set(openings.opener) <= {"nobody", *result.powers}
    assert set(openings.offer_sector) <= set(SECTORS)
    again = sim.Result.load(tmp_path)
    for name in ("answer", "response", "stance", "opener", "offer_sector", "request_power", "request_sector"):
        assert np.array_equal(again.array(name), result.array(name)), name


@pytest.mark.slow
def test_a_folder_is_about_as_large_as_was_said(tmp_path: Path) -> None:
    result = sim.run("dushanbe-2025", worlds=100, months=24)
    result.save(tmp_path)
    there = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert 0.7 * there < size(result.scenario, 100) < 1.4 * there


def test_a_folder_of_a_result_is_no_scenario_and_says_what_reads_it(tmp_path: Path) -> None:
    sim.run("dushanbe-2025", 2, 2).save(tmp_path / "run", figures=False)
    with pytest.raises(sim.BadInput) as caught:
        sim.load(tmp_path / "run")
    assert "(the folder of a result), expected a YAML file, such as" in str(caught.value)
    assert str(caught.value).endswith(
        "run/scenario.yaml; in Python, sim.Result.load reads a run, and sim.Sweep.load a sweep"
    )
    with pytest.raises(sim.BadInput, match=r"\(a folder\), expected a YAML file$"):
        sim.load(tmp_path)
