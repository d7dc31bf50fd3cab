"""How grievances grow and fade: treatment worse than usual is felt, against expectations (Gurr 1970).

A republic is used to the treatment it had when day one's grievances had settled. Each month a cause moves back towards
its level of day one and is pushed by how much worse (or better) the treatment is than usual.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def shortfall(size: Floats, expected: Floats) -> Floats:
    """Part of the expected offer that is missing, -1..1, any shape; ``expected`` points > 0.

    Negative where the offer is larger than expected: attention soothes, up to an offer of twice the usual size.
    """
    result: Floats = np.maximum(1.0 - size / expected, -1.0)
    return result


def overdependence(dependence: Floats, tolerance: Floats) -> Floats:
    """Overall share above what is tolerated, 0..1, any shape."""
    result: Floats = np.maximum(dependence - tolerance, 0.0)
    return result


def feel(
    grievance: Floats, settled: Floats, treatment: Floats, usual: Floats, gain: Floats, fade: Floats, settling: Floats
) -> Floats:
    """Grievance after a month, any shape (..., cause, w), never below 0.

    grievance - fade x (grievance - settled) + gain x (treatment - usual) - settling. ``gain`` points a month per
    unit of treatment, ``fade`` 0..1 a month, ``settling`` points a month: what venting, making up and punishing move
    on average in an unchanged world, already part of the settled level.
    """
    change: Floats = treatment - usual
    change *= gain
    change -= fade * (grievance - settled)
    change -= settling
    change += grievance
    return np.maximum(change, 0.0, out=change)
