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
    from sim.analysis.compare import compare
    from sim.analysis.explain import explain
    from sim.experiments.result import Result
    from sim.experiments.run import run
    from sim.experiments.sweep import Sweep
    from sim.experiments.sweeping import sweep
    from sim.scenario import BadInput, Scenario, load, shipped
    from sim.world.actors import Power, Republic
    from sim.world.model import DiplomacyModel

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "BadInput": "sim.scenario",
    "DiplomacyModel": "sim.world.model",
    "Power": "sim.world.actors",
    "Republic": "sim.world.actors",
    "Result": "sim.experiments.result",
    "Scenario": "sim.scenario",
    "Sweep": "sim.experiments.sweep",
    "compare": "sim.analysis.compare",
    "explain": "sim.analysis.explain",
    "load": "sim.scenario",
    "run": "sim.experiments.run",
    "shipped": "sim.scenario",
    "sweep": "sim.experiments.sweeping",
}
"""Where each public name lives; importing it is put off until it is asked for."""

__all__ = [
    "BadInput",
    "DiplomacyModel",
    "Power",
    "Republic",
    "Result",
    "Scenario",
    "Sweep",
    "__version__",
    "compare",
    "explain",
    "load",
    "run",
    "shipped",
    "sweep",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    if name in ("Result", "compare", "explain", "run"):
        _hang_pictures()
    if name in ("Sweep", "sweep"):
        _hang_sweep_pictures()
    globals()[name] = value
    return value


def _hang_sweep_pictures() -> None:
    """Give every sweep its figures."""
    from sim.experiments.sweep import Sweep

    def plot(sweep: Sweep) -> Any:
        """Figures of the sweep, see ``sim.analysis.sweeps.Plots``."""
        from sim.analysis.sweeps import Plots

        return Plots(sweep)

    Sweep.plot = property(plot)


def _hang_pictures() -> None:
    """Give every result its figures and panels. They know results, not the other way round; the roof knows both."""
    from sim.experiments.result import Result

    def plot(result: Result) -> Any:
        """Figures of the result, see ``sim.analysis.figures.Plots``."""
        from sim.analysis.figures import Plots

        return Plots(result)

    def board(result: Result, *which: str, **options: Any) -> Any:
        """Panels of the result in step, for a notebook, see ``sim.view.board.board``."""
        try:
            from sim.view.board import board
        except ModuleNotFoundError as missing:
            from sim.scenario import BadInput

            raise BadInput.of(f"no {missing.name} installed", "the extra view: pip install 'sim[view]'",
                              path="board") from missing
        return board(result, *which, **options)

    Result.plot = property(plot)
    Result.board = board


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
