"""Sums over one axis, in one fixed order, whatever the array's layout: the ground of bit-for-bit equal worlds."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def foremost(x: Floats) -> NDArray[np.intp]:
    """Index of the largest along the axis before the worlds, (..., k, w) -> (..., w); the first of equals.

    As ``argmax``, which turns the array over before it looks.
    """
    most = x[..., 0, :]
    index = np.zeros(most.shape, np.int8)
    for k in range(1, x.shape[-2]):
        more = x[..., k, :] > most
        np.maximum(index, more.view(np.int8) * np.int8(k), out=index)
        most = np.maximum(most, x[..., k, :])
    return index.astype(np.intp)


def summed(x: Floats, axis: int) -> Floats:
    """Sum over ``axis`` from first to last (never the worlds axis), any shape (..., w).

    With two worlds or more NumPy adds along the worlds, row after row; with one it may regroup the sum, so that case
    is added up by hand.
    """
    if x.shape[-1] > 1:
        total: Floats = np.add.reduce(x, axis=axis)
        return total
    first, *rest = np.moveaxis(x, axis, 0)
    return reduce(np.add, rest, first.copy())  # a sum of one is no view of ``x`` either: callers add to it in place
