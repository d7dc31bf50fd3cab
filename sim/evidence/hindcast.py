"""The model run over the years on record, one world a draw of parameters, and remembered by year as the record is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.evidence.errormodel import ilr
from sim.evidence.observed import POWERS, TRADERS, VOTERS
from sim.runs.ask import batches
from sim.runs.run import BATCH
from sim.scenario import BadInput, Scenario, load
from sim.scenario.table import SECTORS
from sim.world.model import DiplomacyModel

Floats = NDArray[np.float64]

STORY = "hindcast-2013"
AFTERWARDS = "afterwards-"
"""How the names of events begin that only later figures show."""


@dataclass(frozen=True)
class Paths:
    """Yearly means of worlds: ``trade`` (trader, 2, year, w) log-ratios, ``overall`` (voter, power, year, w) shares.

    The first year is the one before the run, and holds day one.
    """

    first: int
    trade: Floats
    overall: Floats

    def over(self, first: int, last: int) -> Paths:
        """The years ``first`` to ``last``; years before the run are as day one."""
        index = np.maximum(np.arange(first, last + 1) - self.first, 0)
        return Paths(first, self.trade[:, :, index], self.overall[:, :, index])

    def worlds(self, chosen: NDArray[np.int64]) -> Paths:
        """Some of the worlds."""
        return Paths(self.first, self.trade[..., chosen], self.overall[..., chosen])

    @property
    def shift(self) -> Floats:
        """Change of overall alignment since the first year, in shares."""
        return self.overall - self.overall[:, :, :1]


def story(scenario: Scenario | str = STORY) -> Scenario:
    """The scenario without chance in alignment, which the error model adds in closed form.

    Raises
    ------
    BadInput : it does not start in a January or lacks an actor of the record.
    """
    base = load(scenario) if isinstance(scenario, str) else scenario
    missing = [code for code in (*POWERS, *VOTERS) if code not in base.powers and code not in base.republics]
    if base.start % 12 or missing:
        raise BadInput.of(
            f"{base.name}: a start in {base.start_label}, without {', '.join(missing) or 'nobody'}",
            f"a scenario that starts in a January, with {', '.join((*POWERS, *VOTERS))}",
            path="scenario",
        )
    return base.with_values({f"rules.volatility.{sector}": 0.0 for sector in SECTORS})


def foreseeable(scenario: Scenario) -> Scenario:
    """The scenario without the events that were put in to match later figures: those named "afterwards-..."."""
    told_later = [name for name in scenario.events if name.startswith(AFTERWARDS)]
    return scenario.without_events(*told_later) if told_later else scenario


def unforeseen(scenario: Scenario, origin: int) -> Scenario:
    """The scenario without the events dated after the end of the year ``origin``."""
    later = [name for name, event in scenario.events.items() if event.date is not None and event.date // 12 > origin]
    return scenario.without_events(*later) if later else scenario


def tell(
    scenario: Scenario,
    draws: Mapping[str, Floats],
    worlds: NDArray[np.int64],
    last: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Paths:
    """Run to the end of the year ``last``: a world for each value of ``draws`` (path -> (n,)), numbered ``worlds``.

    ``progress`` is called with the number of worlds just finished.
    """
    first = scenario.start // 12
    years = last - first + 1
    trade = np.empty((len(TRADERS), len(POWERS), years + 1, len(worlds)))
    overall = np.empty((len(VOTERS), len(POWERS), years + 1, len(worlds)))
    for batch in batches(len(worlds), BATCH):
        recorder = _ByYear(trade[..., batch[0] : batch[-1] + 1], overall[..., batch[0] : batch[-1] + 1])
        model = DiplomacyModel(
            scenario,
            worlds[batch],
            seed,
            recorder=recorder,
            variations={path: values[batch] for path, values in draws.items()},
        )
        try:
            for _ in range(12 * years):
                model.step()
        finally:
            model.release()
        if progress is not None:
            progress(len(batch))
    return Paths(first - 1, ilr(trade, axis=1), overall)


class _ByYear:
    """Adds up months to yearly means: trade shares (trader, power, year, w), overall shares (voter, power, year, w)."""

    flows = False

    def __init__(self, trade: Floats, overall: Floats) -> None:
        self.trade, self.overall = trade, overall

    def day_one(self, model: DiplomacyModel) -> None:
        """Year 0 is day one."""
        codes, powers = model.actors.republics, [model.actors.powers.index(code) for code in POWERS]
        self._trade = np.ix_([codes.index(code) for code in TRADERS], powers)
        self._overall = np.ix_([codes.index(code) for code in VOTERS], powers)
        self.trade[:], self.overall[:] = 0.0, 0.0
        self._add(model, 0, 1.0)

    def month_over(self, model: DiplomacyModel) -> None:
        """A twelfth of the year."""
        self._add(model, 1 + model.month // 12, 1.0 / 12.0)

    def _add(self, model: DiplomacyModel, year: int, weight: float) -> None:
        trade = model.state.alignment[:, :, SECTORS.index("trade")]
        self.trade[:, :, year] += weight * trade[self._trade]
        self.overall[:, :, year] += weight * model.state.overall[self._overall]
