"""How well options do over the same futures: satisficing, worst tenth, regret. Pure functions, arrays in and out.

Values are of options in futures, (option, future), more being better. An option *satisfices* in a future where it
reaches what is wanted (Simon 1955); its *regret* there is how far it falls behind the best of all options in that
very future (Savage 1951). What holds in many futures without being best in any is robust (Lempert et al. 2003).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WORST = 0.1
"""Part of the futures that counts as the worst."""
HIGH = 0.9
"""Quantile of regret over futures that stands for a bad case."""
SURE = 1.96
"""Standard errors on each side within which a difference counts as none: an interval of 95 %."""


def reached(met: Flags) -> Floats:
    """Part of the futures in which each option satisfices, (option,), from ``met`` (option, future)."""
    part: Floats = met.mean(axis=-1)
    return part


def worst(values: Floats, part: float = WORST) -> Floats:
    """Mean of each option's worst futures, a ``part`` of them, rounded up, (option,)."""
    count = max(1, int(np.ceil(part * values.shape[-1] - 1e-9)))
    lowest: Floats = np.sort(values, axis=-1)[..., :count].mean(axis=-1)
    return lowest


def regret(values: Floats) -> Floats:
    """How far each option falls behind the best one in each future, (option, future), 0 or more."""
    behind: Floats = values.max(axis=0) - values
    return behind


def ahead(values: Floats, others: Floats, shared: int = 1) -> tuple[float, float]:
    """Mean of a paired difference (future,) and its standard error; ``shared`` neighbouring futures are one draw."""
    difference = np.asarray(values, dtype=np.float64) - np.asarray(others, dtype=np.float64)
    whole = len(difference) // shared * shared
    draws = difference[:whole].reshape(-1, shared).mean(axis=1)
    error = float(draws.std(ddof=1) / np.sqrt(len(draws))) if len(draws) > 1 else 0.0
    return float(difference.mean()), error
