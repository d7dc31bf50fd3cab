"""Chance: every decision of every actor in every world has its own random numbers.

Numbers are indexed, not drawn in turn: each depends only on the seed, the world's number, the actors concerned, the
decision and the month. So a world has the same luck alone or in any batch, a further month changes nothing before it,
a further power leaves the others' luck unchanged, and world 17 differs between two scenarios only by what they say
(common random numbers).

The generator is NumPy's PCG64DXSM (O'Neill 2014), which can jump to any place of its sequence: one stream for each pair
of actors, laid out by block of months and by world.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import SECTORS

Floats = NDArray[np.floating[Any]]
Worlds = NDArray[np.int64]
Keys = Sequence[tuple[str, ...]]

BLOCK = 24
"""Months drawn at a time."""
_PER_STEP = 2  # numbers of 24 bits in one step of the generator
_BLOCK_APART = 2**64  # steps from one block of months to the next: room for every world
_WORD = 2**32 - 1  # the largest number of 32 bits
_IN_CACHE = 2**15  # steps taken at a time; rows of fewer worlds are slow to turn over
_HALF_STEP = np.float32(2.0**-25)  # moves the generator's grid k x 2^-24 into the open interval (0, 1)
_HIGHEST = np.float32(1.0 - 2.0**-24)  # where half a step more would be rounded to 1

DYAD: dict[str, int] = {
    "arises": 1,
    "project": 1,
    "bid": 1,
    "answer": 1,
    "cancel": 1,
    "voice": 1,
    "stance": 1,
    "walk": len(SECTORS),
}
"""Decisions between one republic and one power, and how many numbers each takes a month.

Two of them decide two things each: ``project`` its sector and, by ``finer``, its size; ``stance`` a guest's stance and,
by ``finer``, how the power answers.
"""
ALONE: dict[str, int] = {"request": 1, "whom": 1, "need": 1, "grant": 1, "shop": 1}
"""Decisions of a republic's own: its request, whom it asks for what, and whether it shops a project around."""
PAST: dict[str, int] = {"arises": 1, "project": 1, "answer": 1}
"""What decided the projects of before day one, between one republic and one power."""
HAPPENING: dict[str, int] = {"fires": 1}
"""What chance decides of an event."""


class Streams:
    """Uniform numbers in (0, 1) for keys (pairs of actors, actors or events) in a batch of worlds.

    ``axes`` is the shape in which the list of keys is to be read, its length if not said.
    """

    def __init__(
        self, seed: int, worlds: Worlds, keys: Keys, decisions: dict[str, int], axes: tuple[int, ...] | None = None
    ) -> None:
        self._seed = seed
        self._keys = [_number(key) for key in keys]
        self._runs, self._place = _runs(worlds)
        self._decisions = decisions
        self._block = -1
        axes = axes or (len(keys),)
        self._grid = {name: np.empty((BLOCK, *axes, wide, len(worlds)), np.float32) for name, wide in decisions.items()}
        """Numbers of a block of months, (month, *axes, width, world)."""

    def draw(self, decision: str, month: int, place: int | slice | None = None) -> Floats:
        """Numbers of ``decision`` in ``month``, (*axes, width, world), or of a place on the first axis; read only."""
        block, row = divmod(month, BLOCK)
        if block != self._block:
            for at, key in enumerate(self._keys):
                self._load(block, at, key)
            self._block = block
        drawn: Floats = self._grid[decision][row]
        return drawn if place is None else drawn[place]

    def _load(self, block: int, place: int, key: int) -> None:
        """Draw a block of months for one key; as many worlds at a time as can be turned over in the cache."""
        width = sum(self._decisions.values())
        steps = -(-BLOCK * width // _PER_STEP)
        distinct = sum(count for _, count in self._runs)
        kept = {
            name: array.reshape(BLOCK, len(self._keys), *array.shape[-2:])[:, place]
            for name, array in self._grid.items()
        }
        grid = kept
        if self._place is not None:
            grid = {name: np.empty((*array.shape[:2], distinct), np.float32) for name, array in kept.items()}
        done = 0
        for first, count in self._runs:
            source = _source(self._seed, key)
            source.advance(block * _BLOCK_APART + first * steps)
            at_once = max(1, _IN_CACHE // steps)
            for start in range(0, count, at_once):
                drawn = _uniform(source, min(at_once, count - start), steps)
                by_month = drawn[:, : BLOCK * width].T.reshape(BLOCK, width, -1)
                at = 0
                for name, wide in self._decisions.items():
                    grid[name][..., done : done + len(drawn)] = by_month[:, at : at + wide]
                    at += wide
                done += len(drawn)
        if self._place is not None:
            for name, array in kept.items():
                array[...] = grid[name][..., self._place]


def once(seed: int, numbers: Worlds, keys: Keys) -> NDArray[np.float64]:
    """One uniform number in (0, 1) for each key and number (of a world, or of a draw that worlds share), (key, number).

    As with everything here, each depends only on seed, key and number.
    """
    runs, place = _runs(numbers)
    bits = np.empty((len(keys), sum(count for _, count in runs)), np.uint64)
    for row, key in zip(bits, keys, strict=True):
        done = 0
        for first, count in runs:
            source = _source(seed, _number(key))
            source.advance(first)
            row[done : done + count] = source.random_raw(count)
            done += count
    bits >>= np.uint64(11)
    out = bits.astype(np.float64) * 2.0**-53 + 2.0**-54
    return out if place is None else out[:, place]


def _uniform(source: np.random.PCG64DXSM, worlds: int, steps: int) -> NDArray[np.float32]:
    """The next numbers for so many worlds, (world, number): those of ``Generator.random`` in float32, quicker."""
    bits = source.random_raw(worlds * steps).astype("<u8", copy=False).view("<u4").reshape(worlds, -1)
    bits >>= 8
    drawn = bits.view("<i4").astype(np.float32)
    drawn *= 2.0**-24
    drawn += _HALF_STEP
    if drawn.max() > _HIGHEST:  # once in thousands of draws: looking is quicker
        np.minimum(drawn, _HIGHEST, out=drawn)
    return drawn


def _source(seed: int, key: int) -> np.random.PCG64DXSM:
    """``PCG64DXSM([seed, key])``, made of 32-bit words in a third less time."""
    words = [word for n in (seed, key) for word in ((n,) if n <= _WORD else (n & _WORD, n >> 32))]
    return np.random.PCG64DXSM(np.array(words, np.uint32))


def _number(key: tuple[str, ...]) -> int:
    """A 64-bit number for a stream, the same on every machine."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(key).encode(), digest_size=8).digest(), "little")


def _runs(worlds: Worlds) -> tuple[list[tuple[int, int]], NDArray[np.intp] | None]:
    """Consecutive runs (first, count) of the distinct worlds, and each world's place among them (None if in turn)."""
    distinct, place = np.unique(worlds, return_inverse=True)
    breaks = np.flatnonzero(np.diff(distinct) != 1) + 1
    runs = [(int(part[0]), len(part)) for part in np.split(distinct, breaks)]
    in_turn = len(distinct) == len(worlds) and bool((np.diff(worlds) > 0).all())
    return runs, None if in_turn else place.astype(np.intp)


def finer(u: Floats) -> Floats:
    """A second uniform number in (0, 1) from the last 12 of the 24 bits of ``u`` (any shape).

    All but independent of a choice made by ``u`` itself, which hangs on its first bits.
    """
    result: Floats = (u * 2.0**12) % 1.0 * (1.0 - 2.0**-12) + 2.0**-13
    return result


def logistic(u: Floats) -> Floats:
    """Standard logistic numbers from uniform ones (any shape)."""
    result: Floats = np.log(u / (1.0 - u))
    return result


def standard(u: Floats, deviation: Floats) -> Floats:
    """Numbers of mean 0 and standard deviation ``deviation`` (..., w or 1) from uniform ones (..., w).

    They are uniform themselves; a year's sum is all but normal.
    """
    centred: Floats = u - 0.5
    centred *= math.sqrt(12.0) * deviation
    return centred
