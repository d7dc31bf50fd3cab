"""Posterior draws of parameters that a run can use, so that its bands carry what is not known about them."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.priors import FOLDER, Prior
from sim.runs.words import listed, named
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.errors import nearest, shown
from sim.scenario.locate import shipped_dir, text_of
from sim.scenario.paths import SECTIONS

Floats = NDArray[np.float64]

MOST = 1 << 26
"""Bytes of the largest file of draws that is read."""
ENOUGH = 50
"""Effective sample size below which draws are so few worlds again and again that their ranges mean little."""
RECORD = "hindcast-2013"
"""The scenario of the record: what is fitted to it says something of its republics, and of no others."""


@cache
def _fitted() -> Scenario:
    """The scenario that is fitted to the record."""
    return load(RECORD)


def on_record(scenario: Scenario) -> bool:
    """Whether the record, and what was fitted to it, is about any actor of a scenario."""
    return not set(_fitted().republics).isdisjoint(scenario.republics)


def _apart(scenario: Scenario) -> str:
    """The actors by which a scenario differs from the one that was fitted, in words; "" if by none."""
    mine, fitted = ({**one.powers, **one.republics} for one in (scenario, _fitted()))
    more = [named(spec.name) for code, spec in mine.items() if code not in fitted]
    fewer = [named(spec.name) for code, spec in fitted.items() if code not in mine]
    return " and ".join(f"{how} {listed(names)}" for how, names in (("with", more), ("without", fewer)) if names)


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of equal weight: one column a parameter, one row a draw; ``facts`` say how they were made.

    World i takes draw i modulo the number of draws, so a world's history is the same alone, in any batch, in a sweep.
    """

    draws: pd.DataFrame
    facts: Mapping[str, Any]
    name: str = "posterior"
    """The shipped name or the file it was read from."""

    @cached_property
    def digest(self) -> str:
        """Hash of parameters and draws, as ``write`` writes them."""
        return hashlib.blake2b(self._body().encode(), digest_size=8).hexdigest()

    @property
    def manifest(self) -> dict[str, Any]:
        """What is written of it beside results."""
        return {"name": self.name, "draws": len(self.draws), "digest": self.digest, "origin": self.facts.get("origin")}

    def said(self) -> str:
        """The posterior in a few words, for the last line of a page; with a warning where it says next to nothing."""
        effective = self.facts.get("effective")
        weak = isinstance(effective, int | float) and effective < ENOUGH
        thin = f", effective sample size {effective:,.0f}: too few to rely on" if weak else ""
        return f"posterior {self.name} ({len(self.draws):,} draws{thin})"

    def paths(self, scenario: Scenario) -> list[str]:
        """Every path of a scenario that the draws set or scale."""
        return [path for prior in self._priors() for path in prior.paths(scenario)]

    def check(self, scenario: Scenario, taken: Mapping[str, str] | None = None) -> None:
        """Refuse what is set twice, by the draws and by hand.

        The draws take the place of the root file's values. A path that anything else sets as well (a file that extends
        the root, ``--set``, ``with_values``, or ``taken``: path -> what sets it) is an error, even where the draws
        would only scale it.

        Raises
        ------
        BadInput : such a path, naming both; a parameter that the scenario does not know; a scenario with other actors.
        """
        apart = _apart(scenario) if self.facts.get("scenario") == RECORD else ""
        if apart:
            raise BadInput.of(
                f"{self.name}, fitted to {_fitted().words.region}, for a scenario {apart}",
                "a posterior fitted to the same actors, or none",
                path="posterior",
            )
        problems = []
        for path in self.paths(scenario):
            if path not in scenario.values:
                problems.append(
                    Problem(
                        self.name,
                        None,
                        None,
                        path,
                        "no number of the scenario",
                        "a posterior of its parameters",
                        nearest(path, scenario.values),
                    )
                )
                continue
            other = (taken or {}).get(path) or scenario.changed_by(path)
            if other is not None:
                problems.append(
                    Problem("", None, None, path, f"set by {other} and by the posterior {self.name}", "one of the two")
                )
        if problems:
            raise BadInput(problems)

    def variations(self, scenario: Scenario, worlds: int | NDArray[np.int64]) -> dict[str, Floats]:
        """Values for ``sim.run(..., variations=)``: path -> one value a world, shape (worlds,).

        ``worlds``: how many, or the numbers of the worlds. Parameters of actors that the scenario does not have are
        left out; factors multiply the scenario's own values; all are held within the bounds of the parameter table.
        """
        chosen = self.draws.iloc[(np.arange(worlds) if isinstance(worlds, int) else worlds) % len(self.draws)]
        out: dict[str, Floats] = {}
        for prior in self._priors():
            values = chosen[prior.name].to_numpy(dtype=np.float64)
            for path in prior.paths(scenario):
                bounds = scenario.parameter(path)
                scaled = scenario.get(path) * values if prior.factor else values
                out[path] = np.clip(scaled, bounds.low, bounds.high)
        return out

    def write(self, file: str | os.PathLike[str]) -> Path:
        """Write the draws as CSV, facts as a comment in the first line."""
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {json.dumps(dict(self.facts), ensure_ascii=False)}\n{self._body()}", encoding="utf-8")
        return path

    def _body(self) -> str:
        return str(self.draws.to_csv(index=False, float_format=_number, lineterminator="\n"))

    def _priors(self) -> list[Prior]:
        return [Prior(column, column, False, 0.0, 1.0, -np.inf, np.inf, "", "") for column in self.draws.columns]


def _number(value: Any) -> str:
    """Six digits where they say it exactly (as those of ``sim calibrate`` do), else as many as it takes."""
    short = f"{value:.6g}"
    return short if float(short) == value else repr(float(value))


def shipped_posteriors() -> list[str]:
    """Names of the posteriors that come with sim."""
    return sorted(path.stem for path in (shipped_dir("seeds") / FOLDER).glob("*.csv"))


def own_posterior(scenario: Scenario) -> Posterior | None:
    """The shipped posterior of a scenario's root file, where it fits: same actors, nothing it draws set otherwise."""
    if scenario.root_name not in shipped_posteriors():
        return None
    posterior = load_posterior(scenario.root_name)
    try:
        posterior.check(scenario)
    except BadInput:
        return None
    return posterior


def load_posterior(name: Posterior | str | os.PathLike[str] = "dushanbe-2025") -> Posterior:
    """A shipped posterior by name, or one from a file written by ``sim calibrate``; one that is loaded as it is.

    Raises
    ------
    BadInput : no such posterior, or a file that does not hold one.
    """
    if isinstance(name, Posterior):
        return name
    if not isinstance(name, str | os.PathLike):
        raise BadInput.of(
            shown(name), "the name of a posterior, a file of sim calibrate or a posterior", path="posterior"
        )
    shipped = shipped_posteriors()
    path = shipped_dir("seeds") / FOLDER / f"{name}.csv" if str(name) in shipped else Path(name)
    try:
        text = text_of(path, MOST)
        head, _, body = text.partition("\n")
        draws = pd.read_csv(io.StringIO(body), dtype=str).astype(np.float64)  # pandas 2 itself reads a digit off
        facts = json.loads(head.removeprefix("#"))
        if draws.empty or not np.isfinite(draws.to_numpy()).all() or not isinstance(facts, dict):
            raise ValueError("no draws, or blanks among them")
        odd = [column for column in draws if str(column).split(".")[0] not in SECTIONS or str(column).count(".") < 1]
        if odd:
            raise ValueError(f"the column {odd[0]!r}, which is no path of a scenario")
    except (BadInput, ValueError) as error:
        reason = error.problems[0].found if isinstance(error, BadInput) else error
        raise BadInput.of(
            f"{str(name)!r} ({reason})",
            f"a shipped posterior ({', '.join(shipped) or 'none found'}) or a file of sim calibrate",
            nearest=nearest(str(name), shipped),
            path="posterior",
        ) from None
    return Posterior(draws, facts, str(name))
