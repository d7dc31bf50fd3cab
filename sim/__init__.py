"""Five republics of Central Asia between Russia, China and the European Union, month by month.

``import sim`` is light: each name below loads what it needs when it is first used.

>>> import sim
>>> result = sim.run("dushanbe-2025", worlds=500)  # doctest: +SKIP
>>> print(result.headline())  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.evidence.backtest import backtest
    from sim.evidence.calibrate import calibrate
    from sim.evidence.observed import load_observed
    from sim.reading.compare import compare, whatif
    from sim.reading.explain import explain, explain_event
    from sim.runs.ask import Ask
    from sim.runs.posterior import load_posterior
    from sim.runs.result import Result
    from sim.runs.run import run
    from sim.scenario import BadInput, Scenario, load, shipped
    from sim.sweeps.sweep import sweep
    from sim.sweeps.table import Sweep
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
    "calibrate": "sim.evidence.calibrate",
    "compare": "sim.reading.compare",
    "explain": "sim.reading.explain",
    "explain_event": "sim.reading.explain",
    "load": "sim.scenario",
    "load_observed": "sim.evidence.observed",
    "load_posterior": "sim.runs.posterior",
    "run": "sim.runs.run",
    "shipped": "sim.scenario",
    "sweep": "sim.sweeps.sweep",
    "whatif": "sim.reading.compare",
}
"""Where each public name lives; importing it is put off until it is asked for."""

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
    "calibrate",
    "compare",
    "explain",
    "explain_event",
    "load",
    "load_observed",
    "load_posterior",
    "run",
    "shipped",
    "sweep",
    "whatif",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    if name in ("Result", "compare", "explain", "explain_event", "run", "whatif"):
        _hang_pictures()
    if name in ("Sweep", "sweep"):
        _hang_sweep_pictures()
    if name == "calibrate":
        _hang_calibration_picture()
    globals()[name] = value
    return value


def _hang_calibration_picture() -> None:
    """Give every calibration its figure."""
    from sim.evidence.calibrate import Calibration

    def figure(fit: Calibration) -> Any:
        """Prior and posterior, see ``sim.figures.evidence.prior_posterior``."""
        from sim.figures.evidence import prior_posterior

        return prior_posterior(fit)

    Calibration.figure = figure


def _hang_sweep_pictures() -> None:
    """Give every sweep its figures."""
    from sim.sweeps.table import Sweep

    def plot(sweep: Sweep) -> Any:
        """Figures of the sweep, see ``sim.figures.sweeps.Plots``."""
        from sim.figures.sweeps import Plots

        return Plots(sweep)

    Sweep.plot = property(plot)


def _hang_pictures() -> None:
    """Give every result its figures and panels. They know results, not the other way round; the roof knows both."""
    from sim.runs.result import Result

    def plot(result: Result) -> Any:
        """Figures of the result, see ``sim.figures.result.Plots``."""
        from sim.figures.result import Plots

        return Plots(result)

    def board(result: Result, *which: str, **options: Any) -> Any:
        """Panels of the result in step, for a notebook, see ``sim.view.board.board``."""
        try:
            from sim.view.board import board
        except ModuleNotFoundError as missing:
            from sim.scenario import BadInput

            raise BadInput.of(
                f"no {missing.name} installed", "the extra view: pip install 'sim[view]'", path="board"
            ) from missing
        return board(result, *which, **options)

    Result.plot = property(plot)
    Result.board = board


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
