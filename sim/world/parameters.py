"""From a scenario to arrays: every parameter with the axes the table gives it, the worlds axis last.

A parameter that is the same in all worlds keeps a worlds axis of length 1; one that varies (a sweep, a posterior) has
one value a world. Actors stand in canonical order (by their key of luck), so that the order of a file changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.dates import DATES
from sim.scenario.doubt import REST
from sim.scenario.errors import nearest
from sim.scenario.table import CAUSES, SECTORS, Parameter, parameters

Floats = NDArray[np.floating[Any]]
SINGLE = np.float32
"""What is felt, judged and held by share; engagement is counted in float64, and log-ratios, which are explained to the
last bit, are kept in it."""
Variations = Mapping[str, NDArray[np.float64]]
"""Path of a numeric value -> one value a world, shape (world,)."""

_INNER: dict[str | None, tuple[str, ...]] = {"sector": SECTORS, "cause": CAUSES, None: ("",)}


@dataclass(frozen=True)
class Actors:
    """Codes of powers and republics in canonical order, and what of their luck is keyed by."""

    powers: tuple[str, ...]
    republics: tuple[str, ...]
    luck: Mapping[str, str]

    def on(self, axis: str) -> tuple[str, ...]:
        """Codes on the axis "power" or "republic"."""
        return self.powers if axis == "power" else self.republics

    @classmethod
    def of(cls, scenario: Scenario) -> Actors:
        """Actors of a scenario."""
        luck = {code: spec.luck or code for code, spec in [*scenario.powers.items(), *scenario.republics.items()]}
        return cls(
            tuple(sorted(scenario.powers, key=luck.__getitem__)),
            tuple(sorted(scenario.republics, key=luck.__getitem__)),
            luck,
        )


@dataclass(frozen=True)
class Parameters:
    """Arrays by owner and name; ``p.power["strain"]`` has shape (power, world or 1), and so on (see the table)."""

    power: Mapping[str, Floats]
    republic: Mapping[str, Floats]
    dyad: Mapping[str, Floats]
    pair: Mapping[str, Floats]
    rule: Mapping[str, Floats]
    event: Mapping[str, Mapping[str, Floats]]

    def of(self, axis: str, place: slice) -> dict[str, Floats]:
        """Parameters of the actors at a place on the axis "power" or "republic", by name; the axis stays.

        A power's strain, respect and strings, which move, are state; so are what a republic starts from.
        """
        if axis == "power":
            return {name: v[place] for name, v in self.power.items() if name not in ("strain", "respect", "strings")}
        owned = {**self.republic, "leverage": self.dyad["leverage"], "solidarity": self.pair["solidarity"]}
        return {name: values[place] for name, values in owned.items()}

    def in_single(self) -> Parameters:
        """The same in float32, but for events, whose engagement is counted and whose dates are months."""
        owned = ("power", "republic", "dyad", "pair", "rule")
        return replace(self, **{o: {name: v.astype(SINGLE) for name, v in getattr(self, o).items()} for o in owned})

    def widened(self, rows: Collection[tuple[str, str]], worlds: int) -> Parameters:
        """The same with a worlds axis of full length for the rows named by owner and name."""
        arrays = {owner: dict(getattr(self, owner)) for owner, _ in rows}
        for owner, name in rows:
            values = arrays[owner][name]
            arrays[owner][name] = np.array(np.broadcast_to(values, (*values.shape[:-1], worlds)))
        return replace(self, **arrays)


def paths(parameter: Parameter, actors: Actors) -> NDArray[np.str_]:
    """Scenario paths of a parameter's elements, in the shape of its array without the worlds axis."""
    inner = _INNER[parameter.inner]
    tail = [f".{name}" if name else "" for name in inner]
    if parameter.owner == "power":
        rows: Any = [[f"powers.{p}.{parameter.name}{t}" for t in tail] for p in actors.powers]
    elif parameter.owner == "republic":
        rows = [[f"republics.{r}.{parameter.name}{t}" for t in tail] for r in actors.republics]
    elif parameter.owner == "dyad":
        rows = [
            [[f"republics.{r}.{parameter.name}{t}.{p}" for t in tail] for p in actors.powers] for r in actors.republics
        ]
    elif parameter.owner == "pair":
        rows = [
            [[f"republics.{r}.{parameter.name}{t}.{q}" for t in tail] for q in actors.republics]
            for r in actors.republics
        ]
    else:
        rows = [f"rules.{parameter.name}{t}" for t in tail]
    table = np.array(rows)
    return table if parameter.inner else table[..., 0]


def arrays(
    scenario: Scenario, worlds: int, variations: Variations | None = None, *, settled: bool = False
) -> Parameters:
    """All parameters of a scenario for a number of worlds.

    Parameters
    ----------
    scenario : a checked scenario.
    worlds : length of the worlds axis of what varies.
    variations : values that differ from world to world; every path must be numeric in the scenario, every array have
        shape (world,).
    settled : give conduct its values of before day one (``scenario.rest``, varied by "rest." and its path; of actors
        that the root file does not have, those of today), rules and the picture of day one as they are: the world that
        had settled on day one.

    Raises
    ------
    BadInput : a path that is not one of the scenario's, or an array of another length.
    """
    varied = dict(variations or {})
    check_variations(scenario, worlds, varied)
    varied |= {path: over_time(scenario, path, scenario.start, varied) for path in _moving(scenario, varied)}
    actors = Actors.of(scenario)
    before, kept = (scenario.rest, frozenset(scenario.rest_paths())) if settled else ({}, frozenset[str]())
    said = dict(scenario.values) | {path: course.at(scenario.start) for path, course in scenario.courses.items()}

    def moved(path: str) -> str | None:
        """The variation that holds for a path: before day one that of "rest.", or its own if it has no rest."""
        if settled and REST + path in varied:
            return REST + path
        return path if path in varied and REST + path not in kept else None

    def fill(parameter: Parameter, names: NDArray[np.str_]) -> Floats:
        flat: list[str] = names.ravel().tolist()
        moving = [(i, by) for i, name in enumerate(flat) if (by := moved(name))]
        same = [parameter.owner == "pair" and name.split(".")[1] == name.rsplit(".", 1)[1] for name in flat]
        values = [
            0.0 if own else before[name] if name in before else said[name] for own, name in zip(same, flat, strict=True)
        ]
        out = np.empty((len(flat), worlds if moving else 1))
        out[...] = np.array(values)[:, None]
        for i, by in moving:
            out[i] = varied[by]
        return out.reshape(*names.shape, -1)

    def owned(*owner: Any) -> dict[str, Floats]:
        return {p.name: fill(p, paths(p, actors)) for p in parameters(*owner)}

    events = {name: _event(scenario, name, varied, fill) for name in scenario.events}
    return Parameters(owned("power"), owned("republic"), owned("dyad"), owned("pair"), owned("rule"), events)


def _event(scenario: Scenario, name: str, varied: Variations, fill: Any) -> dict[str, Floats]:
    """Values of one event; 'date', 'after' and 'before' in months from the start (NaN: not said)."""
    out: dict[str, Floats] = {}
    for parameter in parameters("event"):
        tail = [f".{inner}" if inner else "" for inner in _INNER[parameter.inner]]
        names = np.array([f"events.{name}.{parameter.name}{t}" for t in tail])
        out[parameter.name] = fill(parameter, names if parameter.inner else names[0])
    spec = scenario.events[name]
    for key in DATES:
        path = f"events.{name}.{key}"
        if path in varied:
            out[key] = np.floor(varied[path]) - scenario.start
        else:
            out[key] = np.array([np.nan if getattr(spec, key) is None else scenario.get(path) - scenario.start])
    return out


def over_time(scenario: Scenario, path: str, month: int, varied: Variations) -> NDArray[np.float64]:
    """What a path over time is in a month (year x 12 + month - 1), with its points varied or not, (w or 1,)."""
    course = scenario.courses[path]
    points = [f"{path}.{key}" for key in course.points]
    values = zip(points, course.values, strict=True)
    now: NDArray[np.float64] = course.at(month, [varied.get(point, np.array([value])) for point, value in values])
    return now


def _moving(scenario: Scenario, varied: Variations) -> list[str]:
    """Paths over time of which a point varies."""
    courses = scenario.courses.items()
    return [path for path, course in courses if any(f"{path}.{key}" in varied for key in course.points)]


def check_variations(scenario: Scenario, worlds: int, varied: Variations) -> None:
    """Raise BadInput for a path that is no number of the scenario, or values that are not one finite number a world."""
    known = scenario.variable if varied else frozenset()
    problems = [
        Problem(
            "",
            None,
            None,
            path,
            f"no number of {scenario.name!r}",
            "a numeric path of the scenario",
            nearest(path, known),
        )
        for path in varied
        if path not in known
    ]
    problems += [
        Problem("", None, None, path, f"shape {np.shape(values)}", f"one value for each of {worlds} worlds")
        for path, values in varied.items()
        if np.shape(values) != (worlds,)
    ]
    problems += [
        Problem("", None, None, path, "values that are not finite", "one finite number a world")
        for path, values in varied.items()
        if not np.isfinite(values).all()
    ]
    if problems:
        raise BadInput(problems)
