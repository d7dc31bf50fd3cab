"""The figures of a result, as ``result.plot`` offers them; ``sim.figures`` draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sim import lazy
from sim.scenario.names import OVERALL, sector_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Keeper(Protocol):
    """A result, which knows how much of a run it keeps."""

    def needs(self, keep: str, asked: str) -> None: ...


class ResultPlots:
    """The figures of one result, each a matplotlib ``Figure``, drawn but not saved: ``result.plot.triangle()``."""

    def __init__(self, result: Keeper) -> None:
        self._result = result

    def alignment_fans(self, sector: str = "overall", width: float | None = None) -> Figure:
        """Each republic's alignment with every power over time: median, bands over worlds, one typical world.

        ``sector`` is "overall" (need-weighted) or a sector's name; ``width`` inches of the page, if not the usual.
        """
        self._result.needs(_least(sector), "plot.alignment_fans")
        return lazy.figure("ResultPlots.alignment_fans", self._result, sector, width)

    def alignment_change(self, sector: str = "overall") -> Figure:
        """Change of each alignment since day one in points: median, bands over worlds, one typical world.

        The same worlds as ``alignment_fans``, on a scale that shows how sure a small shift is.
        """
        self._result.needs(_least(sector), "plot.alignment_change")
        return lazy.figure("ResultPlots.alignment_change", self._result, sector)

    def triangle(self, powers: Sequence[str] | None = None) -> Figure:
        """Where each republic stands between three powers, day one and end, with the cloud of possible ends.

        ``powers``: three codes or names (default: the first three of the scenario); shares are rescaled to their sum.
        """
        self._result.needs("overall", "plot.triangle")
        return lazy.figure("ResultPlots.triangle", self._result, powers)

    def grievance_by_cause(self, power: str | None = None) -> Figure:
        """Each republic's grievance against one power over time, by cause, with the band of the total over worlds.

        ``power`` (code or name) defaults to the one that meets most grievance over the run.
        """
        self._result.needs("full", "plot.grievance_by_cause")
        return lazy.figure("ResultPlots.grievance_by_cause", self._result, power)

    def ledger_timeline(self, world: int | None = None) -> Figure:
        """One world's story: a row a republic, in it a lane a power, month by month.

        ``world`` counts from 0; the default is the typical world.
        """
        self._result.needs("full", "plot.ledger_timeline")
        return lazy.figure("ResultPlots.ledger_timeline", self._result, world)

    def projects(self, world: int | None = None, republic: str | None = None) -> Figure:
        """The projects that each republic took in one world, as bars, coloured by power, as thick as they are large.

        ``world`` counts from 0; the default is the typical world. ``republic`` is a code; the default is all.
        """
        return lazy.figure("ResultPlots.projects", self._result, world, republic)

    def leaders(self) -> Figure:
        """The chance that each power leads each republic at the end, and that the leader changes."""
        self._result.needs("overall", "plot.leaders")
        return lazy.figure("ResultPlots.leaders", self._result)

    def stances(self) -> Figure:
        """The guests' stances at each summit: chances of a deferential, a transactional and an assertive one."""
        self._result.needs("full", "plot.stances")
        return lazy.figure("ResultPlots.stances", self._result)

    def save_all(self, directory: str | Path) -> list[Path]:
        """Draw every figure and write it to ``directory`` (made if missing) as PNG and SVG; returns the paths written.

        A run without a summit has no ``stances`` figure.
        """
        self._result.needs("full", "plot.save_all")
        save: Callable[..., list[Path]] = lazy.function("ResultPlots.save_all")
        return save(self._result, directory)


def _least(sector: str) -> str:
    """How much a run must keep to show alignment in a sector."""
    return "overall" if sector_of(sector) == OVERALL else "full"
