"""The rule: arrays in, arrays out, nothing of Mesa; the worlds axis is last and never summed over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def heard(before: Floats, refused: NDArray[np.bool_], solidarity: Floats, fades: float) -> Floats:
    """What members have heard of refusals by their fellows, (m, p, w) >= 0: fades, and grows with this month's.

    ``before`` (m, p, w); ``refused`` (r, p, w), True where republic r refused power p; ``solidarity`` (m, r, w or 1),
    0 to 1, of each member with each republic; ``fades``: part forgotten in a month, 0 to 1.
    """
    news: Floats = (solidarity[:, :, None] * refused).sum(axis=1)
    return (1.0 - fades) * before + news


def discouraged(heard: Floats, weight: float) -> Floats:
    """Utility (<= 0) that refusals heard of take from a power's offer, (m, p, w): -weight x ln(1 + heard).

    The second refusal says less than the first. ``heard`` (m, p, w) >= 0; ``weight`` >= 0 utility points.
    """
    result: Floats = -weight * np.log1p(heard)
    return result
