"""Two writers of one folder: the second is refused before it computes anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.evidence.errormodel import Votes
from sim.runs.lock import LOCK, claim, hold, release
from sim.scenario import BadInput

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "run": ["run", "dushanbe-2025", "--worlds", "2", "--months", "1"],
    "explain": ["explain", "dushanbe-2025", "--worlds", "2", "--months", "1"],
    "calibrate": ["calibrate", "--worlds", "50", "--rounds", "1"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_another_command_is_to_write_is_refused(command: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    claim(out)
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "sim", *COMMANDS[command], "--out", str(out)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
    finally:
        release()
    assert answer.returncode == 2
    assert f"{out}: found a folder that another process is writing (process {os.getpid()} on " in answer.stderr
    assert not answer.stdout
    assert not out.exists(), "refused before anything was computed or made"


def test_a_claim_leaves_no_trace_and_may_be_let_go(tmp_path: Path) -> None:
    claim(tmp_path / "out")
    claim(tmp_path / "out")  # the same command may claim it again
    release()
    claim(tmp_path / "out")
    release()
    assert not list(tmp_path.iterdir())


def test_two_calibrations_into_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Votes, "fit", lambda record: pytest.fail("fits before the folder is its own"))
    handle = hold(tmp_path / LOCK, tmp_path, "a calibration")
    try:
        with pytest.raises(BadInput, match="found a calibration that another process is writing"):
            sim.calibrate(
                sim.load_observed().upto(2016),
                worlds=50,
                rounds=1,
                folder=tmp_path,
                progress=lambda done, total: pytest.fail("computes"),
            )
    finally:
        os.close(handle)
