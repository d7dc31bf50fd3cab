"""How means over republics are weighted: each alike, or by gross domestic product.

GDP is that of ``seeds/observed/gdp.csv`` (World Bank, current US dollars), of the last year on record that was over
when the scenario begins. It weighs what is a mean over republics, nothing else: no decision of the model knows of it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem, Scenario, shipped_dir
from sim.scenario.errors import nearest

ALIKE, GDP = "alike", "gdp"
WEIGHTS: dict[str, str] = {ALIKE: "each republic counts alike", GDP: "by gross domestic product"}
"""Ways to weight, and what each means."""


def check(kind: object, scenario: Scenario) -> None:
    """Raise BadInput for a way to weight that does not exist, or that a scenario's republics have no figures for."""
    if kind not in WEIGHTS:
        raise BadInput.of(
            repr(kind), f"one of {', '.join(WEIGHTS)}", path="region_weights", nearest=nearest(str(kind), WEIGHTS)
        )
    if kind == GDP:
        weights_of(str(kind), scenario)


def weights_of(kind: str, scenario: Scenario, republics: Sequence[str] | None = None) -> NDArray[np.float64] | None:
    """The weights of republics (the scenario's, in its order), which sum to 1; None where each counts alike.

    Raises BadInput where a republic has no figure.
    """
    if kind == ALIKE:
        return None
    codes = tuple(scenario.republics if republics is None else republics)
    year, known = year_of(scenario), _figures()
    lacking = [code for code in codes if (code, year) not in known]
    if lacking:
        raise BadInput(
            Problem(
                "",
                None,
                None,
                "region_weights",
                f"no GDP of {scenario.republics[code].name} in {year} on record",
                "alike, or republics that sim data gdp has figures of",
            )
            for code in lacking
        )
    figures = np.array([known[code, year] for code in codes])
    return np.asarray(figures / figures.sum())


def year_of(scenario: Scenario) -> int:
    """The year whose GDP weighs: the last on record that is over when the scenario begins."""
    years = [year for _, year in _figures()]
    return max(min(max(years), scenario.start // 12 - 1), min(years))


def said(kind: str, scenario: Scenario) -> str:
    """How a mean over republics is weighted, in a few words: ``each alike``, ``by GDP of 2023``."""
    return "each alike" if kind == ALIKE else f"by GDP of {year_of(scenario)}"


@lru_cache(maxsize=1)
def _figures() -> dict[tuple[str, int], float]:
    """GDP by republic and year, million current US dollars."""
    with (shipped_dir("seeds") / "observed" / "gdp.csv").open(encoding="utf-8", newline="") as file:
        return {(row["republic"], int(row["year"])): float(row["gdp_usd_m"]) for row in csv.DictReader(file)}
