"""Sums over one axis, in one fixed order, whatever the array's layout: the ground of bit-for-bit equal worlds."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def summed(x: Floats, axis: int) -> Floats:
    """Sum over ``axis`` from first to last (never the worlds axis), any shape (..., w).

    With two worlds or more NumPy adds along the worlds, row after row; with one it may regroup the sum, so that case
    is added up by hand.
    """
    if x.shape[-1] > 1:
        total: Floats = np.add.reduce(x, axis=axis)
        return total
    return reduce(np.add, np.moveaxis(x, axis, 0))
