"""What changes from month to month: every array of the model, with its axes said once.

Axes always stand in the order republic, power, sector or cause, world; the worlds axis is last and not named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import CAUSES, SECTORS
from sim.world import rules
from sim.world.equilibrium import Equilibrium
from sim.world.parameters import SINGLE, Actors, Parameters

Array = NDArray[Any]
Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.intp]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]


def _over(*axes: str, dtype: Any = SINGLE, first: float = 0.0) -> Any:
    """A field: the axes of its array, its type, and its value on day one where the equilibrium does not say it."""
    return field(metadata={"axes": axes, "dtype": dtype, "first": first})


@dataclass
class State:
    """All that changes. Shares are 0..1, engagement and grievance in points.

    Flows of the month (``before``, ``due``, ``done``) are None in a model whose recorder does not ask for them.
    """

    # -- where things stand --------------------------------------------------------------------------------------------
    alignment: Floats = _over("republic", "power", "sector")
    """Share of each power in each republic's sectors."""
    logit: Floats = _over("republic", "power", "sector", dtype=np.float64)
    """Log-ratio of that share to the others' share."""
    overall: Floats = _over("republic", "power")
    """Shares weighted by need."""
    walk: Floats = _over("republic", "power", "sector")
    """Random walk so far, log points."""
    pledges: Floats = _over("republic", "power", "sector", dtype=np.float64)
    """Points agreed and pending."""
    deals: Floats = _over("republic", "power", "sector")
    """Points delivered and living."""
    grievance: Floats = _over("republic", "power", "cause")
    """Points by cause, against each power."""
    grudge: Floats = _over("republic", "power")
    """Points a power holds against each republic."""
    expected: Floats = _over("republic", "power")
    """Points a month: the offer a republic is used to."""
    attention: Floats = _over("republic", "power", first=1.0)
    """Factor, 1 and more: what making up with a republic adds to what courting it is worth."""
    stir: Floats = _over("republic", "power")
    """Points by which others' rebukes lower the threshold of speaking out."""
    strain: Floats = _over("power")
    respect: Floats = _over("power")
    purse: Floats = _over("power", dtype=np.float64)
    """Points a power can spend this month."""

    # -- what was decided this month -----------------------------------------------------------------------------------
    offer_size: Floats = _over("republic", "power", dtype=np.float64)
    offer_sector: Ints = _over("republic", "power", dtype=np.intp)
    willing: Flags = _over("republic", "power", dtype=np.bool_)
    """Whether the power would meet a counter-offer."""
    answer: Codes = _over("republic", "power", dtype=np.int8)
    """Code of ``rules.answers``."""
    request_power: Ints = _over("republic", dtype=np.intp)
    request_sector: Ints = _over("republic", dtype=np.intp)
    granted: Flags = _over("republic", dtype=np.bool_)
    lapse: Floats = _over("republic", "power")
    """Part of what fell due that lapsed, 0..1."""
    standing: Floats = _over("republic", "power")
    """Utility that a power's record takes from anything it offers."""
    pressure: Floats = _over("republic", "power")
    """Points past the threshold of speaking out."""
    rebuke: Flags = _over("republic", "power", dtype=np.bool_)
    response: Codes = _over("republic", "power", dtype=np.int8)
    """Code of ``rules.voice``."""
    stance: Codes = _over("republic", "power", dtype=np.int8, first=-1)
    """Index of a stance, -1 where there is no summit."""

    # -- flows of the month, where somebody asks for them --------------------------------------------------------------
    before: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    """Points pending at the beginning of the month."""
    due: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    done: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    """Points that fell due, and that were delivered of them."""

    @classmethod
    def day_one(
        cls, equilibrium: Equilibrium, parameters: Parameters, actors: Actors, worlds: int, *, flows: bool
    ) -> State:
        """Day one: the equilibrium under the strain and respect of today, for so many worlds (arrays in C order).

        ``flows``: with those of the month.
        """
        lengths = {
            "republic": len(actors.republics),
            "power": len(actors.powers),
            "sector": len(SECTORS),
            "cause": len(CAUSES),
        }
        known = {
            **{name: getattr(equilibrium, name) for name in ("alignment", "logit", "overall", "pledges", "deals")},
            **{name: getattr(equilibrium, name) for name in ("grievance", "grudge")},
            **{name: parameters.power[name] for name in ("strain", "respect")},
            "expected": np.maximum(equilibrium.expected, rules.QUANTUM),
        }

        def first(name: str, axes: tuple[str, ...], dtype: Any, value: float) -> Any:
            if name in ("before", "due", "done") and not flows:
                return None
            shape = (*(lengths[axis] for axis in axes), worlds)
            return np.array(np.broadcast_to(known.get(name, value), shape), dtype, order="C")

        return cls(**{f.name: first(f.name, *f.metadata.values()) for f in fields(cls)})

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in vars(self).values() if array is not None)

    def of(self, axis: str, place: slice) -> Iterator[tuple[str, Array]]:
        """Names and views of all arrays that have an axis, cut to a place on it; the axis stays."""
        for name, axes in AXES.items():
            array = getattr(self, name)
            if axis in axes and array is not None:
                yield name, array[(slice(None),) * axes.index(axis) + (place,)]


AXES: dict[str, tuple[str, ...]] = {f.name: f.metadata["axes"] for f in fields(State)}
"""Axes of every array of the state by name, without the worlds axis."""
