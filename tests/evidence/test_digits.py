"""Another processor's arithmetic moves numbers in the eighth digit or so, and nothing that is printed."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

OLDER = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3"}
"""Makes NumPy compute as on a processor without wide vectors."""


def printed(*arguments: str, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sim", *arguments], capture_output=True, text=True, check=True, env=os.environ | settings
    )
    return done.stdout


def test_a_fit_prints_the_same_on_an_older_processor() -> None:
    arguments = ("calibrate", "--origin", "2015", "--worlds", "100", "--rounds", "2", "-q")
    here, there = (printed(*arguments, "--format", "csv", **settings) for settings in ({}, OLDER))
    one, other = (
        pd.read_csv(io.StringIO(text), index_col="parameter").select_dtypes("number") for text in (here, there)
    )
    assert (one - other).abs().max().max() < 1e-5, "accurate to far more than is shown"
    assert (one.round(3) == other.round(3)).all(axis=None), "nothing printed flips"
