"""The actor: a republic that bargains harder with a power that its fellows have refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import sim
from sim.world.rules import REJECTED
from steppe_club import rules

Floats = NDArray[np.float64]


class Member(sim.Republic):
    """Remembers what its fellows refused, weighted by solidarity, and values that power's offers less.

    Collective bargaining without an institution: what one dares, the next dares more easily (diffusion of precedent).
    """

    fades = 0.1
    """Part of what was heard that is forgotten in a month."""
    weight = 0.5
    """Utility points that ln(1 + refusals heard) takes from an offer."""

    def bind(self) -> None:
        """Start without memory."""
        super().bind()
        self.heard: Floats = np.zeros_like(self.overall)

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """As every republic, less what was heard of refusals."""
        return super().judge(size, sector) + rules.discouraged(self.heard, self.weight)

    def listen(self) -> None:
        """When the month's answers are known to all, take note of them; its own do not count."""
        super().listen()
        refused = self.model.state.answer == REJECTED
        refused[self.place] = False
        self.heard = rules.heard(self.heard, refused, self.solidarity, self.fades)
