"""One world out of many: which stands for all where only one can be told, and which is meant by a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput
from sim.scenario.errors import printable

Array = NDArray[Any]


def telling(outcomes: Mapping[str, Array]) -> dict[str, Array]:
    """The outcomes that choose the typical world: final shares and rebukes of every republic with every power."""
    return {
        name: values
        for name, values in outcomes.items()
        if name.count(".") == 2 and name.endswith((".share", ".rebukes"))
    }


def typical_world(outcomes: Mapping[str, Array]) -> int:
    """The world nearest to the median of final shares and rebukes, each in units of its spread.

    ``outcomes``: name -> (w,), as of ``sim.world.record.conclude``; those of ``telling`` count.
    """
    columns = np.stack(list(telling(outcomes).values())).astype(float)
    spread = columns.std(axis=1, keepdims=True)
    distance = (columns - np.median(columns, axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    return int((distance**2).sum(axis=0).argmin())


def world_of(given: Any, worlds: int) -> int:
    """The number of a world, as it was asked for. Raises BadInput for what is no number of a world."""
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or not 0 <= given < worlds:
        raise BadInput.of(printable(repr(given)), f"a world from 0 to {worlds - 1}", path="world")
    return int(given)
