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
from sim.world.equilibrium import Equilibrium, Past
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

    Flows of the month (``FLOWS``) are None in a model whose recorder does not ask for them.
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
    pace: Floats = _over("republic", "power", "sector")
    """Part of what is pending that falls due in a month, 0..1."""
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
    fund: Floats = _over("power", dtype=np.float64)
    """Points saved for projects."""
    terms: Floats = _over("republic", "power")
    """What concessions (below 0) and deference (above 0) change in a power's strings, part of them, -1 and more."""
    success: Floats = _over("republic", "power", first=1e-4)
    """Recent gains of alignment, which a power learns from, share a month."""

    # -- what was decided this month -----------------------------------------------------------------------------------
    purse: Floats = _over("power", dtype=np.float64)
    """Points a power can spend this month."""
    courted: Floats = _over("republic", "power", dtype=np.float64)
    """Points that courting puts into a republic, spent or saved for projects."""
    steady: Floats = _over("republic", "power", dtype=np.float64)
    """Points of it in steady engagement, over all sectors."""
    arises: Flags = _over("republic", "power", dtype=np.bool_)
    """Whether the power is ready to open a project."""
    wanted_size: Floats = _over("republic", "power", dtype=np.float64)
    wanted_sector: Ints = _over("republic", "power", dtype=np.intp)
    """What it would open."""
    opened: Flags = _over("republic", dtype=np.bool_)
    opener: Ints = _over("republic", dtype=np.intp)
    """Whether a project is on the table, and the place of the power that opened it."""
    opened_size: Floats = _over("republic", dtype=np.float64)
    offer_sector: Ints = _over("republic", dtype=np.intp)
    shopped: Flags = _over("republic", dtype=np.bool_)
    """Whether the republic asks others to bid."""
    offer_size: Floats = _over("republic", "power", dtype=np.float64)
    """Points bid for the project on the table, 0 where a power does not bid."""
    strings: Floats = _over("republic", "power")
    """Strings of what a power bids, 0..1."""
    answer: Codes = _over("republic", "power", dtype=np.int8)
    """Code of ``rules.answers``."""
    request_power: Ints = _over("republic", dtype=np.intp, first=-1)
    """Place of the power asked, -1 where nobody was."""
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
    """Points of what was pending that fell due."""
    spent: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    """Points of steady engagement, which falls due as it is spent."""
    done: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    """Points of both that were delivered."""
    cancelled: Floats | None = _over("republic", "power", "sector", dtype=np.float64)
    """Points of what was pending that were called off."""

    @classmethod
    def day_one(
        cls, equilibrium: Equilibrium, past: Past, parameters: Parameters, actors: Actors, worlds: int, *, flows: bool
    ) -> State:
        """Day one: the equilibrium, each world's own past of projects, and the strain and respect of today.

        Arrays in C order, for so many worlds.

        ``flows``: with those of the month.
        """
        lengths = {
            "republic": len(actors.republics),
            "power": len(actors.powers),
            "sector": len(SECTORS),
            "cause": len(CAUSES),
        }
        known = {
            **{name: getattr(equilibrium, name) for name in ("alignment", "logit", "overall", "grievance", "grudge")},
            **{name: getattr(past, name) for name in ("pledges", "pace", "deals", "fund")},
            **{name: parameters.power[name] for name in ("strain", "respect")},
            "expected": np.maximum(equilibrium.expected, rules.QUANTUM),
        }

        def first(name: str, axes: tuple[str, ...], dtype: Any, value: float) -> Any:
            if name in FLOWS and not flows:
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


FLOWS = ("before", "due", "spent", "done", "cancelled")
"""Flows of the month."""
AXES: dict[str, tuple[str, ...]] = {f.name: f.metadata["axes"] for f in fields(State)}
"""Axes of every array of the state by name, without the worlds axis."""
