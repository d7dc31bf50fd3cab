"""Priors: what is believed of a parameter before the record is looked at, read from YAML."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput, Scenario, load, sources
from sim.scenario.errors import nearest, printable
from sim.scenario.locate import display, shipped_dir, text_of
from sim.scenario.merge import Collector, Place, number, what
from sim.scenario.paths import find
from sim.scenario.table import Parameter
from sim.scenario.yaml import Node, read

Floats = NDArray[np.float64]

FOLDER = "posterior"
"""Folder of ``seeds`` with the shipped priors and posteriors."""
SECTIONS = ("parameters", "errors")
"""Of a file of priors: numbers of the scenario, and those of the error model, which no scenario holds."""
KEYS = ("path", "lognormal", "normal", "low", "high", "source", "note")
PATHS = "a number of the scenario, such as rules.deal_effect, or of all actors, such as republics.*.hedging"
LAWS = "two numbers, median and spread (lognormal) or mean and spread (normal), such as [0.5, 0.2], spread above 0"


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
    BadInput : the file cannot be read, or names every mistake in it with its line.
    """
    path = Path(file) if file is not None else shipped_dir("seeds") / FOLDER / "priors.yaml"
    name = display(path)
    top, problems = read(text_of(path), name, "priors: a mapping of parameters and errors")
    reader = _Reader(name, Collector(problems))
    result = reader.all(top)
    if reader.collect.problems:
        raise BadInput(reader.collect.problems)
    return result


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file of priors being read; problems go to ``collect``."""

    file: str
    collect: Collector

    def all(self, top: Node) -> tuple[Prior, ...]:
        if not isinstance(top.value, dict):
            self.wrong(top, (), what(top), "a mapping of parameters and errors")
            return ()
        self.keys(top.value, (), SECTIONS)
        result: list[Prior] = []
        for section in SECTIONS:
            node = top.value.get(section)
            if node is None or not isinstance(node.value, dict):
                self.wrong(node or top, (section,), what(node) if node else "nothing", "a mapping of priors by name")
                continue
            for name, part in node.value.items():
                if isinstance(part.value, dict):
                    result.append(self.prior(name, part, part.value, section))
                else:
                    self.wrong(part, (section, name), what(part), f"a mapping of {', '.join(KEYS)}")
        return tuple(result)

    def prior(self, name: str, node: Node, parts: Mapping[str, Node], section: str) -> Prior:
        """One prior; where something is wrong with it, what is returned is of no use."""
        at = (section, name)
        self.keys(parts, at, KEYS if section == "parameters" else KEYS[1:])
        laws = [key for key in ("lognormal", "normal") if key in parts]
        if len(laws) != 1:
            self.wrong(node, at, " and ".join(laws) or "neither lognormal nor normal", "one of lognormal and normal")
        centre, spread = self.law(parts[laws[0]], (*at, laws[0])) if laws else (1.0, 1.0)
        path, row = self.path(node, parts, at) if section == "parameters" else ("", None)
        low, high = self.bound(parts, at, "low", -np.inf), self.bound(parts, at, "high", np.inf)
        if "*" in path:
            low = max(low, 0.0)
        elif row:
            low, high = max(low, row.low), min(high, row.high)
        if not low < high or not low <= centre <= high:  # draws outside are drawn again, so some must be inside
            self.wrong(node, at, f"{centre:g} within {low:g} to {high:g}", "bounds around the centre, low below high")
        note = self.text(parts, at, "note", "")
        return Prior(name, path, laws == ["lognormal"], centre, spread, low, high, self.source(parts, at), note)

    def law(self, node: Node, at: tuple[str, ...]) -> tuple[float, float]:
        items = node.value if isinstance(node.value, list) else []
        numbers = [value for item in items if (value := number(_scalar(item))) is not None and np.isfinite(value)]
        if len(items) != 2 or len(numbers) != 2 or numbers[1] <= 0 or (at[-1] == "lognormal" and numbers[0] <= 0):
            self.wrong(node, at, what(node), LAWS + (" and median above 0" if at[-1] == "lognormal" else ""))
            return 1.0, 1.0
        return numbers[0], numbers[1]

    def path(self, node: Node, parts: Mapping[str, Node], at: tuple[str, ...]) -> tuple[str, Parameter | None]:
        """The path and the table's row of what stands there; whether the actors exist is for the scenario to say."""
        path = self.text(parts, at, "path", "")
        row = find(tuple(path.replace("*", "KAZ").split(".")))
        if "path" not in parts:
            self.wrong(node, at, "no path", PATHS)
        elif path and row is None:
            near = nearest(path, load("hindcast-2013").numeric_paths())
            self.wrong(parts["path"], (*at, "path"), repr(printable(path)), PATHS, near)
        return path, row

    def source(self, parts: Mapping[str, Node], at: tuple[str, ...]) -> str:
        source = self.text(parts, at, "source", sources.ASSUMPTION)
        fault = sources.fault(source)
        if fault:
            self.wrong(parts["source"], (*at, "source"), f"the unknown source {printable(source)!r}", *fault)
        return source

    def bound(self, parts: Mapping[str, Node], at: tuple[str, ...], key: str, otherwise: float) -> float:
        if key not in parts:
            return otherwise
        value = number(_scalar(parts[key]))
        if value is None or np.isnan(value):
            self.wrong(parts[key], (*at, key), what(parts[key]), "a number")
            return otherwise
        return value

    def text(self, parts: Mapping[str, Node], at: tuple[str, ...], key: str, otherwise: str) -> str:
        if key not in parts:
            return otherwise
        value = parts[key].value
        if not isinstance(value, str) or not value:
            self.wrong(parts[key], (*at, key), what(parts[key]), "text")
            return otherwise
        return value

    def keys(self, parts: Mapping[str, Node], at: tuple[str, ...], known: tuple[str, ...]) -> None:
        for key, child in parts.items():
            if key not in known:
                found, expected = f"the unknown key {printable(key)!r}", f"one of {', '.join(known)}"
                place = Place(self.file, child.key_line, child.key_column)
                self.collect.add(place, (*at, key), found, expected, nearest(key, known))

    def wrong(self, node: Node, at: tuple[str, ...], found: str, expected: str, near: str | None = None) -> None:
        self.collect.add(Place(self.file, node.line, node.column), at, found, expected, near)


def _scalar(node: Node) -> bool | int | float | str | None:
    return None if isinstance(node.value, dict | list) else node.value
