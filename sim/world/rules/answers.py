"""How offers and requests are answered: random-utility choice (McFadden 1974) and bargaining near indifference."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.axes import summed

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.intp]

NO_OFFER, REJECTED, OUTBID, ACCEPTED = -1, 0, 1, 2
"""Codes of an answer to a bid: nobody's was taken, another's was, or this one."""


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), any shape, without overflow for any finite x."""
    with np.errstate(over="ignore"):  # exp overflows to infinity, of which one part is 0
        result: Floats = 1.0 / (1.0 + np.exp(-x))  # twice as quick as by way of tanh
    return result


def standing(
    grievance: Floats, grievance_cost: Floats, dependence: Floats, tolerance: Floats, dependence_cost: Floats
) -> Floats:
    """Utility (<= 0) that a power's record and weight take from anything it offers, (p, w).

    ``grievance`` (p, w) >= 0 points, ``dependence`` (p, w) 0..1 overall share, the rest (w,) or (1,). Sources:
    Hirschman 1970 (discontent), Kuik 2008 (dependence above what is comfortable is hedged against).
    """
    result: Floats = -(grievance_cost * grievance) - dependence_cost * np.maximum(dependence - tolerance, 0.0)
    return result


def offer_utility(
    appeal: Floats,
    need: Floats,
    need_appeal: Floats,
    size: Floats,
    expected: Floats,
    size_appeal: Floats,
    strings: Floats,
    autonomy: Floats,
    strings_cost: Floats,
    standing: Floats,
) -> Floats:
    """Utility of a bid to a republic, any common shape ending in (p, w).

    appeal + need_appeal x need + size_appeal x ln(size / expected) - strings_cost x strings x autonomy + standing.
    ``size`` and ``expected`` in points > 0: the bid, and the project as it was opened; ``need``, ``strings`` and
    ``autonomy`` 0..1.
    """
    pull: Floats = size_appeal * np.log(size / expected) + need_appeal * need
    return pull + (appeal - strings_cost * strings * autonomy) + standing


def concession(rivalry: Floats, rivals_share: Floats, grudge: Floats, noise: Floats) -> Floats:
    """Log-odds, in units of the choice noise, that a power bids against another: rivalry against grudge.

    ``rivals_share`` and ``grudge`` (..., w); ``rivalry`` (..., w) or (1,), >= 0.
    """
    result: Floats = (rivalry * rivals_share - grudge) / noise
    return result


def chances(utility: Floats, noise: Floats) -> Floats:
    """Logit choice probabilities over the axis before the worlds: (..., k, w), sum to 1."""
    weight = np.exp((utility - utility.max(axis=-2, keepdims=True)) / noise)
    result: Floats = weight / summed(weight, -2)[..., None, :]
    return result


def unmet(need: Floats, live: Floats, usual: Floats, floor: Floats) -> Floats:
    """How badly each sector's need is unmet, (s, w): need x (floor + usual) / (floor + live deals of all powers).

    ``live`` and ``usual`` (s, w) points >= 0, ``floor`` points > 0. Equal to need on day one.
    """
    result: Floats = need * (floor + usual) / (floor + live)
    return result


def grant_chance(responsiveness: Floats, strain: Floats, strain_on_means: Floats, grudge: Floats) -> Floats:
    """Probability that a power grants a request: responsiveness x exp(-k strain - grudge), all (..., w)."""
    result: Floats = responsiveness * np.exp(-strain_on_means * strain - grudge)
    return result
