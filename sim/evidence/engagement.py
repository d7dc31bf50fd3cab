"""What powers agree and deliver by sector and year, on average over worlds: the model's side of arms and projects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.evidence.calibrate import ANEW, Calibration, variations
from sim.evidence.observed import POWERS, VOTERS
from sim.runs.ask import batches
from sim.runs.run import BATCH
from sim.scenario import Scenario
from sim.scenario.table import SECTORS
from sim.world.model import DiplomacyModel

Floats = NDArray[np.float64]

WORLDS = 600
"""Worlds that the mean is taken over; with other luck than any world of a calibration."""


@dataclass(frozen=True)
class Engagement:
    """Points a year in projects and in deals struck at once, steady engagement left out; means over worlds.

    ``agreed`` and ``delivered`` are (republic, power, sector, year); republics as in ``VOTERS``, powers as in
    ``POWERS``. The first year, the one before the run, holds a usual year: the first of the run without any event.
    """

    first: int
    agreed: Floats
    delivered: Floats

    def over(self, name: str, years: NDArray[np.int64]) -> Floats:
        """A flow in some years; years before the run are usual ones."""
        flow: Floats = getattr(self, name)
        return flow[..., np.maximum(years - self.first, 0)]


def engagement(fit: Calibration, last: int, worlds: int = WORLDS) -> Engagement:
    """Run worlds drawn from a calibration to the year ``last``, by the story that it was told."""
    scores = fit.scores[fit.draw(worlds)]
    told = fit.scenario
    draws = variations(fit.scenario, fit.priors, scores)
    first = told.start // 12
    usual = _flows(told.without_events(*told.events), draws, worlds, first, fit.seed)
    along = _flows(told, draws, worlds, last, fit.seed)
    agreed, delivered = np.concatenate([usual, along], axis=-1)
    return Engagement(first - 1, agreed, delivered)


def _flows(scenario: Scenario, draws: dict[str, Floats], worlds: int, last: int, seed: int) -> Floats:
    """Agreed and delivered, (2, republic, power, sector, year), means over worlds, from the first year told on."""
    years = last - scenario.start // 12 + 1
    total = np.zeros((2, len(VOTERS), len(POWERS), len(SECTORS), years))
    for batch in batches(worlds, BATCH):
        model = DiplomacyModel(
            scenario,
            ANEW + np.arange(worlds)[batch],
            seed,
            recorder=_Adder(total),
            variations={path: values[batch] for path, values in draws.items()},
        )
        try:
            for _ in range(12 * years):
                model.step()
        finally:
            model.release()
    return total / worlds


class _Adder:
    """Adds up a batch's flows by year."""

    flows = True

    def __init__(self, total: Floats) -> None:
        self.total = total

    def day_one(self, model: DiplomacyModel) -> None:
        """Nothing has flowed yet; note where the actors of the record stand."""
        republics, powers = model.actors.republics, model.actors.powers
        self._place = np.ix_([republics.index(code) for code in VOTERS], [powers.index(code) for code in POWERS])

    def month_over(self, model: DiplomacyModel) -> None:
        """Add a month's flows."""
        state = model.state
        due, spent, done = state.due, state.spent, state.done
        assert due is not None
        assert spent is not None
        assert done is not None
        agreed = model.flows()["agreed"] - spent
        fell = due + spent
        delivered = due * np.divide(done, fell, out=np.zeros(done.shape), where=fell > 0.0)
        if model.aid is not None:
            delivered = delivered + model.aid
        for i, flow in enumerate((agreed, delivered)):
            self.total[i, ..., model.month // 12] += flow.sum(axis=-1)[self._place]
