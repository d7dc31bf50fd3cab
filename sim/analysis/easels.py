"""Processes that draw a run's figures beside this one: matplotlib uses one core, and drawing takes longer than running.

They are started early, so that they have imported what they need by the time there is something to draw; a process that
dies costs time and no figure, for this one then draws what was its part.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiments.result import Result

_START = ("import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
          "from sim.analysis.easels import paint; paint()")
_PARTS: tuple[dict[str, tuple[str, ...]], ...] = (
    {"alignment_fans": ("overall", "event"), "triangle": ("overall",), "leaders": ("overall",)},
    {"ledger_timeline": ("answer", "accepted", "lapsed", "rebuke", "response", "event"), "stances": ("stance", "event"),
     "alignment_change": ("overall", "event"), "grievance_by_cause": ("grievance", "event")},
)
"""Figures for each process, about equally long to draw, and the arrays they read."""


class Easels:
    """Two processes for the figures of one result; leave the context and they are gone."""

    def __init__(self) -> None:
        self._processes = [_process() for _ in _PARTS]
        self._threads = ThreadPoolExecutor(len(_PARTS))
        self._drawing: list[Future[list[Path]]] = []
        self._left = False

    def __enter__(self) -> Easels:
        return self

    def __exit__(self, *_: object) -> None:
        self._left = True
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
        self._threads.shutdown()

    def begin(self, result: Result, folder: Path) -> None:
        """Have all figures of a result that keeps "full" drawn into a folder; see ``finish``."""
        self._drawing = [
            self._threads.submit(self._ask, process, _only(result, part), folder, list(part))
            for process, part in zip(self._processes, _PARTS, strict=True)
        ]

    def finish(self) -> list[Path]:
        """Wait for the figures; returns the paths written. Raises what went wrong in drawing, as if drawn here."""
        return [path for drawn in self._drawing for path in drawn.result()]

    def _ask(self, process: subprocess.Popen[bytes], result: Result, folder: Path, names: list[str]) -> list[Path]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((result, folder, names), process.stdin)
            process.stdin.flush()
            answer: Any = pickle.load(process.stdout)  # noqa: S301 - from our own child process
        except (OSError, EOFError, pickle.UnpicklingError):
            return [] if self._left else _draw(result, folder, names)
        if isinstance(answer, BaseException):
            raise answer
        written: list[Path] = answer
        return written


def spare() -> bool:
    """Whether this machine has a core for it."""
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1) > 1


def _process() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", _START], stdin=subprocess.PIPE,  # noqa: S603
                               stdout=subprocess.PIPE, start_new_session=True)  # Ctrl-C reaches only this process
    assert process.stdin is not None
    pickle.dump(sys.path, process.stdin)
    process.stdin.flush()
    return process


def _only(result: Result, part: dict[str, tuple[str, ...]]) -> Result:
    """The result with no more arrays than the figures read."""
    less, record = copy(result), copy(result.record)
    needed = {name for names in part.values() for name in names}
    record.arrays = {name: array for name, array in record.arrays.items() if name in needed}
    less.record = record
    return less


def _draw(result: Result, folder: Path, names: list[str]) -> list[Path]:
    from sim.analysis.figures import save_all

    return save_all(result, folder, names)


def paint() -> None:
    """The life of such a process: import, then draw what comes on stdin."""
    import sim.analysis.figures
    import sim.experiments.result  # noqa: F401 - what is asked for is one

    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # nothing that is printed may get among the answers
        answer: Any
        try:
            result, folder, names = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent process
        except EOFError:  # nothing to draw
            return
        try:
            answer = _draw(result, folder, names)
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            answer = error
        pickle.dump(answer, answers)
