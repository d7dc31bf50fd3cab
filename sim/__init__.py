"""Five republics of Central Asia between Russia, China and the European Union, month by month.

``import sim`` is light: each name below loads what it needs when it is first used.

>>> import sim
>>> result = sim.run("dushanbe-2025", worlds=20, months=12)
>>> result.headline().partition(":")[0]
'Mean alignment over republics (each alike) by 2026-09'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sim import lazy

if TYPE_CHECKING:
    from sim.decisions.packages import packages
    from sim.decisions.seek import seek
    from sim.evidence.backtest import backtest
    from sim.evidence.calibrate import calibrate
    from sim.evidence.observed import load_observed
    from sim.evidence.runscore import score_run
    from sim.figures.brief import brief
    from sim.reading.compare import compare, whatif
    from sim.reading.doubt import doubts
    from sim.reading.effect import explain_event
    from sim.reading.explain import explain
    from sim.reading.spatial import median_voter
    from sim.runs.ask import Ask
    from sim.runs.posterior import load_posterior
    from sim.runs.result import Result
    from sim.runs.run import run
    from sim.scenario import BadInput, Scenario, load, shipped
    from sim.sweeps.outcomes import outcomes
    from sim.sweeps.sweep import sweep
    from sim.sweeps.table import Sweep
    from sim.sweeps.tornado import tornado
    from sim.sweeps.tournament import tournament
    from sim.world.actors import Power, Republic
    from sim.world.model import DiplomacyModel

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Ask": "sim.runs.ask",
    "BadInput": "sim.scenario",
    "DiplomacyModel": "sim.world.model",
    "Power": "sim.world.actors",
    "Republic": "sim.world.actors",
    "Result": "sim.runs.result",
    "Scenario": "sim.scenario",
    "Sweep": "sim.sweeps.table",
    "backtest": "sim.evidence.backtest",
    "brief": "sim.figures.brief",
    "calibrate": "sim.evidence.calibrate",
    "compare": "sim.reading.compare",
    "doubts": "sim.reading.doubt",
    "explain": "sim.reading.explain",
    "explain_event": "sim.reading.effect",
    "load": "sim.scenario",
    "load_observed": "sim.evidence.observed",
    "load_posterior": "sim.runs.posterior",
    "median_voter": "sim.reading.spatial",
    "packages": "sim.decisions.packages",
    "outcomes": "sim.sweeps.outcomes",
    "run": "sim.runs.run",
    "score_run": "sim.evidence.runscore",
    "seek": "sim.decisions.seek",
    "shipped": "sim.scenario",
    "sweep": "sim.sweeps.sweep",
    "tornado": "sim.sweeps.tornado",
    "tournament": "sim.sweeps.tournament",
    "whatif": "sim.reading.compare",
}
"""Where each public name lives; importing it is put off until it is asked for."""

_METHODS: dict[str, str] = {
    "Backtest.figure": "sim.figures.evidence.scores",
    "Blocs.figure": "sim.figures.reading.bloc_table",
    "Calibration.figure": "sim.figures.evidence.prior_posterior",
    "Comparison.brief": "sim.figures.brief.of_both",
    "Comparison.figure": "sim.figures.reading.difference_fans",
    "Comparison.headline": "sim.reading.differing.headline",
    "Comparison.matrix_figure": "sim.figures.matrix.matrix_figure",
    "Comparison.sentence": "sim.reading.differing.sentence",
    "Comparison.through": "sim.reading.differing.through",
    "Explanation.moves": "sim.reading.moves.moves",
    "Explanation.paragraph": "sim.reading.telling.paragraph",
    "Explanation.waterfall": "sim.figures.reading.waterfall",
    "Packages.figure": "sim.figures.decisions.packages",
    "Result.board": "sim.view.board.board",
    "Result.brief": "sim.figures.brief.of_run",
    "Result.load": "sim.runs.folder.load",
    "Result.save": "sim.runs.folder.save",
    "ResultPlots.alignment_change": "sim.figures.fans.alignment_change",
    "ResultPlots.alignment_fans": "sim.figures.fans.alignment_fans",
    "ResultPlots.grievance_by_cause": "sim.figures.fans.grievance_by_cause",
    "ResultPlots.leaders": "sim.figures.chances.leaders",
    "ResultPlots.ledger_timeline": "sim.figures.chronicle.ledger_timeline",
    "ResultPlots.projects": "sim.figures.projects.projects",
    "ResultPlots.save_all": "sim.figures.result.save_all",
    "ResultPlots.stances": "sim.figures.chances.stances",
    "ResultPlots.triangle": "sim.figures.triangle.triangle",
    "Sought.figure": "sim.figures.decisions.trade_off",
    "SweepPlots.boxes": "sim.figures.heatmap.boxes",
    "SweepPlots.heat_map": "sim.figures.heatmap.heat_map",
    "SweepPlots.indices": "sim.figures.sweeps.indices",
    "SweepPlots.responses": "sim.figures.sweeps.responses",
    "SweepPlots.save_all": "sim.figures.sweeps.save_all",
    "SweepPlots.scatter_matrix": "sim.figures.sweeps.scatter_matrix",
    "SweepPlots.sensitivity": "sim.figures.sweeps.sensitivity",
    "SweepPlots.tornado": "sim.figures.sweeps.tornado",
    "Tornado.figure": "sim.figures.sweeps.ends_of_ranges",
    "Tournament.figure": "sim.figures.tournament.payoffs",
}
"""The function that carries out a method whose class must not know it: what draws a result stands above the result."""

lazy.HOMES.update(_METHODS)

__all__ = [
    "Ask",
    "BadInput",
    "DiplomacyModel",
    "Power",
    "Republic",
    "Result",
    "Scenario",
    "Sweep",
    "__version__",
    "backtest",
    "brief",
    "calibrate",
    "compare",
    "doubts",
    "explain",
    "explain_event",
    "load",
    "load_observed",
    "load_posterior",
    "median_voter",
    "outcomes",
    "packages",
    "run",
    "score_run",
    "seek",
    "shipped",
    "sweep",
    "tornado",
    "tournament",
    "whatif",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
