"""Methods that a function of a higher floor carries out: ``result.plot.triangle()``, ``comparison.figure()``.

A class does not import what draws or stores it, for that stands above it. It declares the method, with types and
docstring, and asks here for the function once the method is called. Which function that is, ``sim/__init__.py`` says:
Python runs it before any other module of the package.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOMES: dict[str, str] = {}
"""Method ("Result.save") -> full name of its function ("sim.runs.folder.save"); filled by ``sim/__init__.py``."""


def function(method: str) -> Callable[..., Any]:
    """The function that carries out a method, imported when it is first asked for."""
    module, _, name = HOMES[method].rpartition(".")
    target: Callable[..., Any] = getattr(import_module(module), name)
    return target


def figure(method: str, *arguments: object) -> Figure:
    """Call the function that draws what a method promises."""
    figure: Figure = function(method)(*arguments)
    return figure
