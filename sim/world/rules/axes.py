"""Axes and sums: arrays have their axes in the order republic, power, sector or cause, world.

Sums go over one axis, in one fixed order, whatever the array's layout: the ground of bit-for-bit equal worlds.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_NEW: dict[str, Any] = {
    "republic": np.s_[None],
    "power": np.s_[:, None],
    "sector": np.s_[..., None, :],
    "cause": np.s_[..., None, :],
}
_AT: dict[str, int] = {"republic": 0, "power": 1, "sector": -2, "cause": -2}


def over(x: NDArray[Any], axis: str) -> NDArray[Any]:
    """``x`` with an axis of length 1 put in its place, so that it is the same over the axis named.

    Axes before the one named must be there: a republic's (r, w) over "power" is (r, 1, w), (r, p, w) over "sector" is
    (r, p, 1, w).
    """
    wider: NDArray[Any] = x[_NEW[axis]]
    return wider


def in_sector(values: NDArray[Any], sector: NDArray[np.intp]) -> NDArray[Any]:
    """Values (r, s, w or 1) in the sectors (r, p, w) named by their index, (r, p, w)."""
    r, s, w = values.shape
    first = (np.arange(r) * (s * w))[:, None, None] + np.arange(w)
    chosen: NDArray[Any] = values.take(first + sector * w)  # one flat index is far quicker than three
    return chosen


def in_sectors(values: NDArray[Any], sector: NDArray[np.intp]) -> NDArray[Any]:
    """Values (r, p, s, w or 1) in the sectors (r, p, w) named by their index, (r, p, w)."""
    r, p, s, w = values.shape
    chosen = in_sector(values.reshape(r * p, s, w), sector.reshape(r * p, 1, -1))
    return chosen.reshape(r, p, -1)


def places(flags: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Indices of the flags that are up, as ``nonzero`` gives them, which is slow where few are."""
    return np.unravel_index(np.flatnonzero(flags), flags.shape)


def foremost(x: Floats) -> NDArray[np.intp]:
    """Index of the largest along the axis before the worlds, (..., k, w) -> (..., w); the first of equals.

    The same as ``argmax`` over that axis, which would copy the array with the axis last before it looks.
    """
    most = x[..., 0, :]
    index = np.zeros(most.shape, np.int8)
    for k in range(1, x.shape[-2]):
        more = x[..., k, :] > most
        np.maximum(index, more.view(np.int8) * np.int8(k), out=index)
        most = np.maximum(most, x[..., k, :])
    return index.astype(np.intp)


def total(x: Floats, axis: str) -> Floats:
    """Sum over a named axis (see ``over``), from its first place to its last."""
    return summed(x, _AT[axis])


def summed(x: Floats, axis: int) -> Floats:
    """Sum over ``axis`` from first to last (never the worlds axis), any shape (..., w).

    With two worlds or more NumPy adds along the worlds, row after row; with one it may regroup the sum, so that case
    is added up by hand.
    """
    if x.shape[-1] > 1:
        result: Floats = np.add.reduce(x, axis=axis)
        return result
    first, *rest = np.moveaxis(x, axis, 0)
    return reduce(np.add, rest, first.copy())  # a sum of one is no view of ``x`` either: callers add to it in place
