"""Landscape theory: which two blocs a set of actors falls into, from their sizes and how they feel about one another.

Axelrod and Bennett (1993, British Journal of Political Science 23, 211-233) give every way of dividing the actors into
two blocs an energy: high where actors who get on stand on opposite sides, low where those who do not stand apart.
Actors switch sides one at a time as long as that lowers the energy, so a partition comes to rest in a local minimum.

Propensities are on the scale from 1 (enemies) over 3 (indifferent) to 5 (allies) used in the published study of the
war in Syria (A. Furnas, Landscape_Theory, 2016); centred at 3, the energy of a configuration is the sum over ordered
pairs of size x size x (propensity - 3), of those on opposite sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem
from sim.scenario.errors import nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INDIFFERENT = 3.0
"""The propensity that neither draws together nor drives apart."""
LOWEST, HIGHEST = 1.0, 5.0
MOST = 20
"""Most actors: half a million configurations."""
TIE = 1e-9
"""Energies nearer than this part of the largest weight are equal."""


def landscape(
    sizes: Mapping[str, float] | Sequence[float],
    propensities: Mapping[str, Mapping[str, float]] | object,
    *,
    names: Sequence[str] | None = None,
) -> Landscape:
    """The landscape of a set of actors.

    Parameters
    ----------
    sizes : actors' sizes, 0 or more, by name, or in order (then with ``names``, or called A, B, C ...).
    propensities : 1 to 5, symmetric; a square table in the same order, or by name: {"US": {"Rus": 2, ...}, ...}, where
        a pair may be given either way round. The diagonal does not matter.
    names : names of the actors where ``sizes`` has none.

    Raises
    ------
    BadInput : a size or propensity out of range or missing, not symmetric, more than ``MOST`` actors or fewer than two.

    Examples
    --------
    >>> three = landscape({"A": 1, "B": 1, "C": 1}, {"A": {"B": 5, "C": 1}, "B": {"C": 2}})
    >>> [sorted(bloc) for bloc in three.minima[0].blocs], three.minima[0].energy
    ([['A', 'B'], ['C']], -6.0)
    """
    if isinstance(sizes, Mapping):
        labels, values = [str(name) for name in sizes], list(sizes.values())
    else:
        values = list(sizes)
        labels = [str(name) for name in names] if names is not None else [_letter(i) for i in range(len(values))]
    size = np.asarray(values, dtype=float)
    problems = _wrong_actors(labels, size)
    if problems:
        raise BadInput(problems)
    table = (
        _by_name(propensities, labels) if isinstance(propensities, Mapping) else np.asarray(propensities, dtype=float)
    )
    problems = _wrong_table(table, labels)
    if problems:
        raise BadInput(problems)
    table = table.copy()
    np.fill_diagonal(table, INDIFFERENT)  # nobody stands apart from itself
    return Landscape(tuple(labels), size, table)


@dataclass(frozen=True)
class Minimum:
    """A partition from which no single actor gains by switching: its two blocs, the first actor's first, and energy."""

    blocs: tuple[frozenset[str], frozenset[str]]
    energy: float


@dataclass(frozen=True, eq=False)
class Landscape:
    """Energies of all partitions of ``names`` (n) with ``sizes`` (n,) and ``propensities`` (n, n), 1..5."""

    names: tuple[str, ...]
    sizes: Floats
    propensities: Floats

    @cached_property
    def energies(self) -> Floats:
        """Energy of every configuration, (2^(n-1),); see ``sides`` for what their numbers mean."""
        result: Floats = energies(weights(self.sizes[:, None], self.propensities[:, :, None]))[:, 0]
        return result

    @cached_property
    def minima(self) -> tuple[Minimum, ...]:
        """Local minima, deepest first: no single switch leads lower (equal neighbours allowed)."""
        scale = float(np.abs(self.sizes[:, None] * self.sizes * (self.propensities - INDIFFERENT)).max())
        minima = np.flatnonzero(is_minimum(self.energies[:, None], TIE * scale)[:, 0])
        minima = minima[np.argsort(self.energies[minima], kind="stable")]
        return tuple(Minimum(self.blocs(int(number)), float(self.energies[number])) for number in minima)

    def blocs(self, number: int) -> tuple[frozenset[str], frozenset[str]]:
        """The two blocs of a configuration by number; the first actor is in the first."""
        against = frozenset(name for i, name in enumerate(self.names[1:]) if number >> i & 1)
        return frozenset(self.names) - against, against

    def energy(self, config: Iterable[str]) -> float:
        """Energy with the named actors on one side and all others on the other.

        Raises
        ------
        BadInput : a name that is not among the actors.
        """
        chosen = [config] if isinstance(config, str) else list(config)
        unknown = [name for name in chosen if name not in self.names]
        if unknown:
            raise BadInput(
                [
                    Problem(
                        "",
                        None,
                        None,
                        "config",
                        repr(name),
                        f"one of {', '.join(self.names)}",
                        nearest(str(name), self.names),
                    )
                    for name in unknown
                ]
            )
        side = np.array([name in chosen for name in self.names])
        return float(self.energies[number_of(side)])


# -- the arithmetic, for many landscapes at once; w is the axis of landscapes (worlds), last ---------------------------


def sides(n: int) -> NDArray[np.bool_]:
    """All configurations of n actors, (2^(n-1), n): whether each stands against the first actor.

    Configuration k has actor i + 1 against the first where bit i of k is set.
    """
    bits = (np.arange(2 ** (n - 1))[:, None] >> np.arange(n - 1)) & 1
    return np.concatenate([np.zeros((len(bits), 1), dtype=bool), bits.astype(bool)], axis=1)


def number_of(side: NDArray[np.bool_]) -> int:
    """Number of the configuration in which actors stand on these sides, (n,); the two sides may be swapped."""
    against = side[1:] ^ side[0]
    return int((against * (1 << np.arange(len(against), dtype=np.int64))).sum())


def weights(sizes: Floats, propensities: Floats) -> Floats:
    """Energy of each ordered pair when it stands apart: size x size x (propensity - 3), (n, n, w), diagonal 0."""
    result: Floats = sizes[:, None] * sizes[None] * (propensities - INDIFFERENT)
    diagonal = np.arange(len(sizes))
    result[diagonal, diagonal] = 0.0
    return result


def energies(weight: Floats) -> Floats:
    """Energy of every configuration from the pairs' weights, (n, n, w) -> (2^(n-1), w).

    With x = 1 or -1 for the side, pairs apart have (1 - x_i x_j) / 2 = 1; so E = (sum of weights - x'Wx) / 2. Done by
    doubling: adding actor k to all configurations of those before it takes one product with its column of weights.
    """
    n = weight.shape[0]
    both = weight + np.swapaxes(weight, 0, 1)
    energy: Floats = np.zeros((1, weight.shape[-1]))
    for k in range(1, n):
        side = sides(k).astype(float)  # configurations of the actors before k
        against = side @ both[:k, k]  # to those who stand against the first, if k stands with it
        apart = both[:k, k].sum(axis=0) - against
        energy = np.concatenate([energy + against, energy + apart])
    return energy


def is_minimum(energy: Floats, tie: float | Floats = 0.0) -> NDArray[np.bool_]:
    """Whether no single actor's switch leads to an energy lower by more than ``tie``, (2^(n-1), w)."""
    count = len(energy)
    number = np.arange(count)
    lowest = energy[::-1].copy()  # the first actor switches sides: as if all others did
    for bit in range(count.bit_length() - 1):
        np.minimum(lowest, energy[number ^ (1 << bit)], out=lowest)
    result: NDArray[np.bool_] = energy <= lowest + tie
    return result


# -- checks ------------------------------------------------------------------------------------------------------------


def _letter(i: int) -> str:
    return chr(ord("A") + i % 26) + (str(i // 26) if i >= 26 else "")


def _wrong_actors(labels: Sequence[str], size: Floats) -> list[Problem]:
    problems = []
    if not 2 <= len(size) <= MOST:
        problems.append(Problem("", None, None, "sizes", f"{len(size)} actors", f"2 to {MOST}"))
    if len(labels) != len(size) or len(set(labels)) < len(labels):
        problems.append(Problem("", None, None, "names", repr(list(labels)), "one name for each size, all different"))
    elif not (np.isfinite(size) & (size >= 0)).all():
        problems += [
            Problem("", None, None, f"sizes.{name}", f"{value:g}", "a number, 0 or more")
            for name, value in zip(labels, size, strict=True)
            if not (np.isfinite(value) and value >= 0)
        ]
    return problems


def _by_name(given: Mapping[str, Mapping[str, float]], labels: Sequence[str]) -> Floats:
    table = np.full((len(labels), len(labels)), np.nan)
    problems = []
    for a, row in given.items():
        for b, value in row.items():
            unknown = [name for name in (a, b) if name not in labels]
            problems += [
                Problem(
                    "",
                    None,
                    None,
                    "propensities",
                    repr(name),
                    f"one of {', '.join(labels)}",
                    nearest(str(name), labels),
                )
                for name in unknown
            ]
            if unknown:
                continue
            i, j = labels.index(a), labels.index(b)
            table[i, j] = value
            if a not in given.get(b, {}):
                table[j, i] = value
    if problems:
        raise BadInput(problems)
    return table


def _wrong_table(table: Floats, labels: Sequence[str]) -> list[Problem]:
    n = len(labels)
    if table.shape != (n, n):
        return [Problem("", None, None, "propensities", f"shape {table.shape}", f"a table of {n} rows and columns")]
    problems = []
    for i in range(n):
        for j in range(i + 1, n):
            pair, values = f"propensities.{labels[i]}.{labels[j]}", (table[i, j], table[j, i])
            if not all(LOWEST <= value <= HIGHEST for value in values):
                problems.append(
                    Problem("", None, None, pair, f"{values[0]:g}", f"a number from {LOWEST:g} to {HIGHEST:g}")
                )
            elif values[0] != values[1]:
                problems.append(
                    Problem(
                        "", None, None, pair, f"{values[0]:g} one way and {values[1]:g} the other", "the same both ways"
                    )
                )
    return problems
