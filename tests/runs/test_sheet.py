"""Tables for spreadsheets: no text of a scenario is ever a formula, in any place that writes or prints CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.runs.sheet import RISKY, csv_of, inert
from tests.worlds import GOOD, edited

FORMULA = '=HYPERLINK("http://example.org","look")'
NASTY = edited(
    GOOD,
    ("title: A small world", f"title: '{FORMULA}'"),
    ("name: Russia", "name: '@SUM(1)'"),
    ("name: Kazakhstan", "name: '+1+1'"),
    ("about: The leaders meet.", "about: '-2+3'"),
    ('note: "a guess"', "note: '=1+1'"),
)
"""A scenario whose every text is a formula."""


def formulas(text: str) -> list[str]:
    """Cells of a CSV that a spreadsheet would compute."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [cell for cell in cells if cell.startswith(RISKY) and cell == inert(cell) and not number(cell)]


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "-", "=", FORMULA])
def test_what_would_be_computed_is_text(text: str) -> None:
    frame = pd.DataFrame({text: [text, "fine"], "change": [-0.5, 1e-9]})
    written = csv_of(frame)
    assert not [cell for row in csv.reader(io.StringIO(written)) for cell in row if cell == text]
    assert next(csv.reader(io.StringIO(written)))[0] == f"'{text}".replace("\r", "\n")
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(written))[["change"]], frame[["change"]])


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.one_of(st.floats(allow_nan=False), st.integers(), st.text(max_size=6), st.none()), max_size=5))
def test_numbers_and_other_text_stay_as_they_are(cells: list[object]) -> None:
    for cell in cells:
        safe = inert(cell)
        if not isinstance(cell, str) or not (cell.startswith(RISKY) or "\r" in cell):
            assert safe == cell
    assert [inert(f"{x}") for x in cells if isinstance(x, int | float)] == [
        f"{x}" for x in cells if isinstance(x, int | float)
    ]


def test_a_table_without_text_is_what_pandas_writes() -> None:
    frame = pd.DataFrame(
        {"a": [1, -2], "b": [-0.25, np.nan], "c": ["x", None], "d": pd.Categorical(["u", "v"]), "e": [True, False]}
    )
    assert csv_of(frame, "%.6g") == frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")


@pytest.mark.parametrize(
    "words",
    [
        ["show", "{file}", "--sources"],
        ["run", "{file}", "--worlds", "2", "--months", "4"],
        ["compare", "{file}", "{file2}", "--worlds", "2", "--months", "4"],
        ["explain", "{file}", "--worlds", "2", "--months", "4"],
    ],
    ids=lambda words: words[0],
)
def test_no_command_prints_a_formula(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "nasty.yaml").write_text(NASTY, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(NASTY.replace("budget: 0.4", "budget: 0.5"), encoding="utf-8")
    places = {"file": tmp_path / "nasty.yaml", "file2": tmp_path / "other.yaml"}
    done = CliRunner().invoke(app, [*(word.format(**places) for word in words), "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) > 1
    assert not formulas(done.stdout)
    assert ("'=1+1" in done.stdout) == (words[0] == "show"), "sources have notes, which it is about; the others do not"


def test_no_file_of_a_result_holds_a_formula(tmp_path: Path) -> None:
    folder = sim.run(sim.Scenario.from_yaml(NASTY), 3, 12).save(tmp_path / "out", figures=False)
    sheets = sorted(folder.glob("*.csv"))
    assert "'-2+3" in (folder / "ledger.csv").read_text(encoding="utf-8"), "what it is about"
    for sheet in sheets:
        assert not formulas(sheet.read_text(encoding="utf-8")), sheet.name
