"""Priors, and posterior draws that a run can use so that its bands carry what is not known about the parameters."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from sim.scenario import BadInput, Scenario, load
from sim.scenario.errors import nearest
from sim.scenario.files import shipped_dir

Floats = NDArray[np.float64]

FOLDER = "posterior"


@dataclass(frozen=True)
class Prior:
    """Belief about one number as a stretched standard normal: ``value(u)``, u ~ N(0, 1), cut at ``low``, ``high``."""

    name: str
    path: str
    """Path in a scenario; with * for all actors, and then a factor; "" for what no scenario holds."""
    log: bool
    centre: float
    spread: float
    low: float
    high: float
    source: str
    note: str

    def value(self, u: Floats) -> Floats:
        """The number at standard score u, any shape."""
        return self.centre * np.exp(self.spread * u) if self.log else self.centre + self.spread * u

    def inside(self, u: Floats) -> NDArray[np.bool_]:
        """Whether the number at u lies between ``low`` and ``high``."""
        value = self.value(u)
        result: NDArray[np.bool_] = (value >= self.low) & (value <= self.high)
        return result

    @property
    def factor(self) -> bool:
        """Whether the number multiplies the scenario's own values."""
        return "*" in self.path

    def paths(self, scenario: Scenario) -> tuple[str, ...]:
        """The paths it stands for in a scenario; none where the scenario has no such actor."""
        if not self.path:
            return ()
        if not self.factor:
            section, code = self.path.split(".")[:2]
            known = section not in ("powers", "republics") or code in getattr(scenario, section)
            return (self.path,) if known else ()
        section = self.path.split(".")[0]
        return tuple(self.path.replace("*", code) for code in getattr(scenario, section))


def priors(file: str | os.PathLike[str] | None = None) -> tuple[Prior, ...]:
    """Priors of a file, those of the model first, then those of the errors; the shipped ones if none is named.

    Raises
    ------
    BadInput : the file cannot be read or lacks a part.
    """
    path = Path(file) if file is not None else shipped_dir("seeds") / FOLDER / "priors.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(_prior(name, dict(part)) for section in ("parameters", "errors")
                     for name, part in content[section].items())
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput.of(f"{type(error).__name__}: {error}", "a file of priors (see seeds/posterior/priors.yaml)",
                          file=str(path)) from None


def _prior(name: str, part: dict[str, Any]) -> Prior:
    log = "lognormal" in part
    centre, spread = map(float, part["lognormal" if log else "normal"])
    path = str(part.get("path", ""))
    low, high = float(part.get("low", -np.inf)), float(part.get("high", np.inf))
    if path:
        bounds = load("hindcast-2013").parameter(path.replace("*", "KAZ"))
        low, high = (max(low, 0.0), high) if "*" in path else (max(low, bounds.low), min(high, bounds.high))
    return Prior(name, path, log, centre, spread, low, high, str(part.get("source", "assumption")),
                 str(part.get("note", "")))


@dataclass(frozen=True)
class Posterior:
    """Draws of equal weight: one column a parameter, one row a draw; ``facts`` say how they were made."""

    draws: pd.DataFrame
    facts: Mapping[str, Any]

    def variations(self, scenario: Scenario, worlds: int, seed: int = 0) -> dict[str, Floats]:
        """Values for ``sim.run(..., variations=)``: path -> one value a world, shape (worlds,).

        World i takes the same draw however many worlds are run, and every draw is used once before any is used twice.
        Paths that the scenario does not have are left out; factors multiply the scenario's own values, within bounds.
        """
        chosen = self.draws.iloc[(np.arange(worlds) + seed * 7919) % len(self.draws)]
        out: dict[str, Floats] = {}
        for column in chosen.columns:
            prior = Prior(column, column, False, 0.0, 1.0, -np.inf, np.inf, "", "")
            values = chosen[column].to_numpy(dtype=np.float64)
            for path in prior.paths(scenario):
                bounds = scenario.parameter(path)
                scaled = scenario.get(path) * values if prior.factor else values
                out[path] = np.clip(scaled, bounds.low, bounds.high)
        return out

    def write(self, file: str | os.PathLike[str]) -> Path:
        """Write the draws as CSV, facts as a comment in the first line."""
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = self.draws.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        path.write_text(f"# {json.dumps(dict(self.facts), ensure_ascii=False)}\n{body}", encoding="utf-8")
        return path


def shipped_posteriors() -> list[str]:
    """Names of the posteriors that come with sim."""
    return sorted(path.stem for path in (shipped_dir("seeds") / FOLDER).glob("*.csv"))


def load_posterior(name: str | os.PathLike[str] = "dushanbe-2025") -> Posterior:
    """A shipped posterior by name, or one from a file written by ``sim calibrate``.

    Raises
    ------
    BadInput : no such posterior, or a file that does not hold one.
    """
    shipped = shipped_posteriors()
    path = shipped_dir("seeds") / FOLDER / f"{name}.csv" if str(name) in shipped else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
        head, _, body = text.partition("\n")
        draws = pd.read_csv(io.StringIO(body), dtype=np.float64)
        facts = json.loads(head.removeprefix("#"))
        if draws.empty or draws.isna().to_numpy().any() or not isinstance(facts, dict):
            raise ValueError("no draws, or blanks among them")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadInput.of(f"{str(name)!r} ({getattr(error, 'strerror', None) or error})",
                          f"a shipped posterior ({', '.join(shipped) or 'none found'}) or a file of sim calibrate",
                          nearest=nearest(str(name), shipped), path="posterior") from None
    return Posterior(draws, facts)


def batches(total: int, size: int) -> Iterator[NDArray[np.int64]]:
    """World numbers 0 … total - 1 in batches."""
    for first in range(0, total, size):
        yield np.arange(first, min(first + size, total))
