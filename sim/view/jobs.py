"""A page's own ensembles: asked for when what they depend on changes, stopped when the visitor turns elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import solara

from sim.scenario import BadInput
from sim.view.engine import Reporter, Runner

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class JobState(Generic[T]):
    """The state of a job: its last value, the progress of a newer one, what went wrong."""

    value: T | None = None
    key: object = None
    done: float | None = None
    problem: str = ""


def use_job(key: object, work: Callable[[Reporter], T]) -> JobState[T]:
    """What ``work`` returns for a key, computed in a thread; the value before stays until a new one has come."""
    state: Any = solara.use_memo(lambda: solara.reactive(JobState()), [])

    def runner() -> Runner:
        def tell(done: float | None) -> None:
            now = state.value
            state.set(JobState(now.value, now.key, done))

        def failed(error: BaseException) -> None:
            said = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
            state.set(JobState(problem=said, key=key))

        return Runner(tell, failed)

    mine: Runner = solara.use_memo(runner, [])
    solara.use_effect(lambda: mine.close, [])

    def ask() -> None:
        def do(report: Reporter) -> None:
            value = work(report)
            report(1.0)
            state.set(JobState(value, key))

        mine.ask(do)

    solara.use_effect(ask, [key])
    answer: JobState[T] = state.value
    return answer
