"""The calendar: chances of events."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def monthly_chance(probability: Floats, months: Floats) -> Floats:
    """Constant monthly chance that comes to a ``probability`` p over n ``months``: 1 - (1 - p)^(1/n).

    All (w,): ``probability`` 0..1, ``months`` >= 1.
    """
    with np.errstate(divide="ignore"):  # what is certain is so in the first month
        result: Floats = -np.expm1(np.log1p(-probability) / months)
    return result
