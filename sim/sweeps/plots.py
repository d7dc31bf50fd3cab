"""The figures of a sweep, as ``sweep.plot`` offers them; ``sim.figures`` draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim import lazy
from sim.sweeps.discovery import Discovery
from sim.sweeps.sensitivity import Sensitivity

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class SweepPlots:
    """The figures of one sweep, each a matplotlib ``Figure``, drawn but not saved: ``sweep.plot.tornado("RUS.share")``.

    An ``outcome`` is a name or a pattern; the first one that matches is drawn, by default the first power's share.
    """

    def __init__(self, sweep: object) -> None:
        self._sweep = sweep

    def heat_map(self, outcome: str | None = None, across: str | None = None, up: str | None = None) -> Figure:
        """Mean of an outcome over two factors (default: those that move it most), all other factors and all worlds."""
        return lazy.figure("SweepPlots.heat_map", self._sweep, outcome, across, up)

    def responses(self, outcome: str | None = None, factors: Sequence[str] | None = None) -> Figure:
        """An outcome against each factor: its mean, and the band of 80 % of rows (chance and the other factors)."""
        return lazy.figure("SweepPlots.responses", self._sweep, outcome, factors)

    def scatter_matrix(self, columns: Sequence[str] | None = None) -> Figure:
        """Factors and outcomes (means over worlds) against one another, one dot a point; up to six."""
        return lazy.figure("SweepPlots.scatter_matrix", self._sweep, columns)

    def tornado(self, outcome: str | None = None) -> Figure:
        """What each factor does to an outcome: its mean where the factor is low and where high, by size of change."""
        return lazy.figure("SweepPlots.tornado", self._sweep, outcome)

    def sensitivity(self, outcomes: Sequence[str] | str | None = None) -> Figure:
        """Sobol indices (first order and total) or Morris mu* of outcomes, computed and plotted; see ``indices``."""
        return lazy.figure("SweepPlots.sensitivity", self._sweep, outcomes)

    def indices(self, sensitivity: Sensitivity) -> Figure:
        """Sobol indices (first order and total), Morris mu* or scores by outcome, with 95 % intervals and verdict."""
        return lazy.figure("SweepPlots.indices", self._sweep, sensitivity)

    def boxes(self, discovery: Discovery) -> Figure:
        """In which part of the worlds a condition holds, over two factors, and the boxes as frames with their numbers.

        ``discovery`` is an answer of ``sweep.discover``. Raises BadInput for a sweep of one factor.
        """
        return lazy.figure("SweepPlots.boxes", self._sweep, discovery)

    def save_all(self, directory: str | Path, outcome: str | None = None) -> list[Path]:
        """Draw the figures that the sweep's design allows into ``directory`` (made if missing); returns the paths."""
        save: Callable[..., list[Path]] = lazy.function("SweepPlots.save_all")
        return save(self._sweep, directory, outcome)
