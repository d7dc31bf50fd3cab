"""Methods that figures, folders and panels carry out: what they give, whichever module was imported first.

mypy reads this file too (see ``pyproject.toml``): ``assert_type`` fails there where a type is lost on the way, so what
it accepts is what an editor completes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pytest
from matplotlib.figure import Figure

import sim
from sim.evidence.backtest import Backtest
from sim.evidence.calibrate import Calibration
from sim.reading.blocs import Blocs, blocs
from sim.reading.compare import Comparison
from sim.reading.explain import Explanation
from sim.runs.plots import ResultPlots
from sim.runs.result import Result
from sim.sweeps.discovery import Discovery
from sim.sweeps.plots import SweepPlots
from sim.sweeps.sensitivity import Sensitivity
from sim.sweeps.table import Sweep

ROOT = Path(__file__).parents[2]
STORY = "dushanbe-2025"
STRAIN, BUDGET = "powers.RUS.strain", "powers.CHN.budget"

PROGRAMS = {
    "a run": """
        from sim.runs.run import run
        result = run("dushanbe-2025", worlds=3, months=3)
        result.save(folder)
        assert type(result).load(folder).worlds == 3
        assert result.plot.leaders().axes
        assert result.board("map").children
    """,
    "a comparison": """
        from sim.reading.compare import compare
        assert compare("dushanbe-2025", "war-drags-on", worlds=2, months=2).figure().axes
    """,
    "an explanation": """
        from sim.reading.explain import explain
        why = explain("dushanbe-2025", 2, 2)
        assert why.waterfall("KAZ", "CHN").axes
        assert why.paragraph("KAZ", "CHN")
    """,
    "blocs": """
        from sim.reading.blocs import blocs
        assert blocs("dushanbe-2025", 1, worlds=2).figure().axes
    """,
    "a sweep": """
        from sim.sweeps.sweep import sweep
        assert sweep("dushanbe-2025", vary={"powers.RUS.strain": (0, 0.9, 3)}, worlds=2, months=2).plot.tornado().axes
    """,
    "a calibration": """
        from sim.evidence.calibrate import calibrate
        from sim.evidence.observed import load_observed
        assert calibrate(load_observed().upto(2014), worlds=50, rounds=1).figure().axes
    """,
}
"""What a program does that imports one module and nothing else."""


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_methods_work_whichever_module_was_imported(program: str, tmp_path: Path) -> None:
    lines = [f"folder = {str(tmp_path / 'out')!r}", *(line.strip() for line in program.strip().splitlines())]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, cwd=ROOT)


@pytest.mark.slow
def test_a_result_has_typed_figures(tmp_path: Path) -> None:
    result = assert_type(sim.run(STORY, worlds=3, months=2), Result)
    plot = assert_type(result.plot, ResultPlots)
    drawn = [
        assert_type(plot.alignment_fans("trade"), Figure),
        assert_type(plot.alignment_change(), Figure),
        assert_type(plot.triangle(["RUS", "CHN", "EUU"]), Figure),
        assert_type(plot.grievance_by_cause("RUS"), Figure),
        assert_type(plot.ledger_timeline(1), Figure),
        assert_type(plot.projects(1, "KAZ"), Figure),
        assert_type(plot.leaders(), Figure),
        assert_type(plot.stances(), Figure),
    ]
    assert all(isinstance(figure, Figure) for figure in drawn)
    assert assert_type(result.save(tmp_path, figures=False), Path) == tmp_path
    assert assert_type(Result.load(tmp_path), Result).worlds == 3


@pytest.mark.slow
def test_comparisons_explanations_and_blocs_have_typed_figures() -> None:
    both = assert_type(sim.compare(STORY, "war-drags-on", worlds=3, months=2), Comparison)
    why = assert_type(sim.explain(STORY, 3, 2), Explanation)
    found = assert_type(blocs(STORY, 2, worlds=3), Blocs)
    drawn = [
        assert_type(both.figure("war-drags-on", title="the war"), Figure),
        assert_type(both.matrix_figure(), Figure),
        assert_type(why.waterfall("KAZ", "CHN"), Figure),
        assert_type(found.figure(), Figure),
    ]
    assert all(isinstance(figure, Figure) for figure in drawn)
    assert assert_type(why.paragraph("KAZ", "CHN"), str)
    assert assert_type(both.headline(), str)
    assert assert_type(both.through(), list[str]) == []


@pytest.mark.slow
def test_a_sweep_has_typed_figures_and_answers(tmp_path: Path) -> None:
    swept = assert_type(
        sim.sweep(
            STORY, vary={STRAIN: (0.0, 0.9), BUDGET: (0.1, 3.0)}, design="saltelli", points=16, worlds=2, months=6
        ),
        Sweep,
    )
    plot = assert_type(swept.plot, SweepPlots)
    indices = assert_type(swept.sensitivity("RUS.share"), Sensitivity)
    middle = swept.means("RUS.share")["RUS.share"].median()
    boxes = assert_type(swept.discover(f"RUS.share < {middle}", boxes=1, threshold=0.5), Discovery)
    drawn = [
        assert_type(plot.heat_map("RUS.share", across=STRAIN), Figure),
        assert_type(plot.responses("RUS.share", [STRAIN]), Figure),
        assert_type(plot.scatter_matrix([STRAIN, "RUS.share"]), Figure),
        assert_type(plot.tornado("RUS.share"), Figure),
        assert_type(plot.sensitivity("RUS.share"), Figure),
        assert_type(plot.indices(indices), Figure),
        assert_type(plot.boxes(boxes), Figure),
    ]
    assert all(isinstance(figure, Figure) for figure in drawn)
    names = {path.stem for path in assert_type(plot.save_all(tmp_path, "RUS.share"), list[Path])}
    assert names == {"tornado", "responses", "scatter_matrix", "heat_map"}


def types_of_evidence(test: Backtest, fit: Calibration) -> None:
    """For mypy alone: these two take minutes to make and are drawn in ``tests/evidence``."""
    assert_type(test.figure(), Figure)
    assert_type(fit.figure(), Figure)
