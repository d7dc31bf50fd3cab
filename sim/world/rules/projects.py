"""Projects: how powers save for them, when one arises, how large it is, how rivals bid, and how it is delivered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world.rules.axes import places, total
from sim.world.rules.offers import QUANTUM, whole

Floats = NDArray[np.floating[Any]]

_LAMBDA = 0.1349
"""Tukey's lambda that comes nearest to the normal distribution (Joiner and Rosenblatt 1971)."""
_SCALE = 0.1975
_LARGE = 20.0
_LESS = 1.0 - 2.0**-40
"""So that rounding does not put bids a quantum above the fund."""


def normal(u: Floats) -> Floats:
    """Standard normal numbers from uniform ones, any shape: (u^l - (1 - u)^l) / 0.1975 with l = 0.1349.

    Within 0.01 of the normal quantile between the 1st and the 99th per cent, and a little shorter in the tails.
    """
    result: Floats = (np.exp(_LAMBDA * np.log(u)) - np.exp(_LAMBDA * np.log1p(-u))) / _SCALE
    return result


def _in_a_month(rate: Floats) -> Floats:
    """Chance that what happens ``rate`` times a year happens in a month, any shape: 1 - exp(-rate / 12)."""
    result: Floats = -np.expm1(-np.minimum(rate / 12.0, _LARGE))
    return result


def saved(means: Floats, steady: Floats, fund: Floats, ceiling: Floats) -> Floats:
    """Points put into the fund for projects this month, (p, w) >= 0: what steady engagement leaves, up to the ceiling.

    ``means``, ``steady``, ``fund`` and ``ceiling`` in points. Steady engagement is a commitment and comes first, so
    that what strain eats is eaten from projects.
    """
    result: Floats = np.minimum(np.maximum(means - steady, 0.0), np.maximum(ceiling - fund, 0.0))
    return result


def usual_size(means: Floats, part: Floats, projects: Floats) -> Floats:
    """Points of a usual project, (p, w): a year's ``means`` (points a month) for projects over the projects of a year.

    ``part`` of the means 0..1; 0 where there are no ``projects`` (a year).
    """
    size: Floats = np.where(projects > 0.0, 12.0 * means * part / np.maximum(projects, 1e-6), 0.0)
    return size


def arising(projects: Floats, weight: Floats, courting: Floats) -> Floats:
    """Chance that a power opens a project with each republic this month, (r, p, w) 0..1.

    1 - exp(-projects / 12 x weight x courting): ``projects`` a year (p, w), ``weight`` (r, p, w) the republic's part of
    what courting all is worth, ``courting`` a factor >= 0.
    """
    return _in_a_month(projects * weight * courting)


def project_size(usual: Floats, spread: Floats, u: Floats) -> Floats:
    """Points that a project would take, (r, p, w): lognormal with mean ``usual``, by uniform numbers ``u``.

    usual x exp(spread x z - spread^2 / 2), z normal; ``spread`` log points (p, w).
    """
    result: Floats = usual * np.exp(spread * (normal(u) - 0.5 * spread))
    return result


def bid(size: Floats, rivalry: Floats, rivals_share: Floats, raising: Floats) -> Floats:
    """Points bid for a project that is shopped around: size x exp(raising x rivalry x rivals' share), any shape.

    ``size`` points of the project as it was opened; ``rivals_share`` 0..1 of others in the republic. Source: local
    rulers play outsiders against each other (Cooley 2012); the form is an assumption.
    """
    result: Floats = size * np.exp(raising * rivalry * rivals_share)
    return result


def within(bids: Floats, fund: Floats) -> Floats:
    """Bids of a month (r, p, w) cut in proportion to what the fund (p, w) holds, in whole quanta: never above it."""
    bids = bids.astype(np.float64)
    part = np.minimum(fund / np.maximum(total(bids, "republic"), QUANTUM) * _LESS, 1.0)
    return whole(bids * part / QUANTUM)


def delay(size: Floats, usual: Floats, months: Floats, exponent: Floats) -> Floats:
    """Months that a project takes, >= 1: months x (size / usual size)^exponent; all points > 0, any shape."""
    result: Floats = np.maximum(months * (size / usual) ** exponent, 1.0)
    return result


def joined(pending: Floats, pace: Floats, added: Floats, months: Floats) -> Floats:
    """Part of what is pending that falls due in a month, 0..1, after ``added`` points that take ``months``.

    What was pending goes on as before: (pending x pace + added / months) / (pending + added), any shape.
    """
    result: Floats = (pending * pace + added / months) / np.maximum(pending + added, QUANTUM)
    return result


def book(
    pledges: Floats,
    pace: Floats,
    points: Floats,
    sector: NDArray[np.intp],
    usual: Floats,
    months: Floats,
    exponent: Floats,
    first: int = 0,
) -> None:
    """Add projects of ``points`` in ``sector``, both (r, p, w), to what is pending; see ``delay`` and ``joined``.

    ``pledges`` and their ``pace``, (r, all powers, s, w), are changed in place; ``usual`` size and ``months`` are the
    powers' own, (p, w or 1), ``exponent`` (w or 1,); ``first`` is the place of the first of the p powers. Projects are
    rare, so only where there is one.
    """
    r, p, w = places(points > 0.0)
    if len(r):
        at = (r, p + first, sector[r, p, w], w)
        size = points[r, p, w]

        def there(values: Floats) -> Floats:
            return np.broadcast_to(values, points.shape)[r, p, w]

        takes = delay(size, np.maximum(there(usual), QUANTUM), there(months), there(exponent))
        pace[at] = joined(pledges[at], pace[at], size, takes)
        pledges[at] += size


def cancel_chance(rate: Floats, strain: Floats, on_strain: Floats, grudge: Floats, on_grudge: Floats) -> Floats:
    """Monthly chance that a power calls off what is pending with a republic, (r, p, w) 0..1.

    1 - exp(-rate / 12 x exp(on_strain x strain + on_grudge x grudge)); ``rate`` a year.
    """
    worse = np.minimum(on_strain * strain + on_grudge * grudge, _LARGE)
    return _in_a_month(rate * np.exp(worse))


def learnt(success: Floats, learning: Floats) -> Floats:
    """Factor on what courting each republic is worth, (r, p, w) > 0: 1 + learning x (success / its mean - 1).

    ``success`` (r, p, w) >= 0: recent gains of alignment; ``learning`` 0..1. Source: reinforcement by what paid (Roth
    and Erev 1995).
    """
    mean = total(success, "republic") / len(success)
    result: Floats = 1.0 + learning * (success / np.maximum(mean, 1e-9) - 1.0)
    return result
