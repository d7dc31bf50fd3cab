"""Who runs the batches: this process, other processes of this machine, or a Dask cluster. All give the same bytes.

Each way is a generator of finished batches, in the order they are finished. Closing it stops the workers; they also
stop by themselves when this process dies. A batch whose worker dies is given to another one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from sim.scenario import BadInput
from sim.sweeps.batches import Done, Job, Task, finished, pack, run_packed

TRIES = 3
"""How often a batch is tried before the sweep gives up on workers that die."""

CONNECT = 10
"""Seconds to wait for a scheduler."""
_AHEAD = 2
"""Batches under way on a cluster for each of its threads."""

_START = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); from sim.sweeps.workers import serve; serve()"
)


def run_here(job: Job, tasks: Iterable[Task]) -> Iterator[Done]:
    """Run the batches in this process."""
    for task in tasks:
        yield finished(job, task)


# -- processes of this machine -----------------------------------------------------------------------------------------


def run_in_processes(job: Job, tasks: Iterable[Task], workers: int) -> Iterator[Done]:
    """Run the batches in so many processes of this machine.

    Workers are fresh interpreters, not forks: they share nothing, and the caller's script is not run again. They are in
    a process group of their own, so that Ctrl-C reaches only this process.
    """
    packed = pack(job)
    todo: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Done | BaseException | None] = queue.SimpleQueue()
    rest = iter(tasks)
    open_, crew = 0, [_Worker(packed, todo, done) for _ in range(workers)]
    try:
        for task in _first(rest, workers + 1):  # one ahead, so that nobody waits for this process
            todo.put(task)
            open_ += 1
        for worker in crew:
            worker.start()
        while open_:
            answer = _wait(done)
            if isinstance(answer, BaseException):
                raise answer
            open_ -= 1
            for task in _first(rest, 1):
                todo.put(task)
                open_ += 1
            yield answer
    finally:
        for worker in crew:
            worker.stop()
        for _ in crew:
            todo.put(None)


def _wait(done: queue.SimpleQueue[Any]) -> Any:
    while True:
        with contextlib.suppress(queue.Empty):
            return done.get(timeout=0.5)  # a wait without end would not let Ctrl-C in on every system


def _first(tasks: Iterator[Task], count: int) -> Iterator[Task]:
    for _, task in zip(range(count), tasks, strict=False):
        yield task


class _Worker(threading.Thread):
    """A thread of this process that feeds one worker process and starts a new one where it dies."""

    def __init__(self, job: bytes, todo: queue.SimpleQueue[Task | None], done: queue.SimpleQueue[Any]) -> None:
        super().__init__(daemon=True)
        self._job, self._todo, self._done = job, todo, done
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        """Feed batches until there are no more."""
        try:
            while (task := self._todo.get()) is not None and not self._stopped:
                self._done.put(self._try(task))
        except BaseException as error:  # noqa: BLE001 - goes to whoever reads the results
            self._done.put(error)
        finally:
            self.stop()

    def _try(self, task: Task) -> Any:
        for _ in range(TRIES):
            try:
                process = self._process or self._start()
                assert process.stdin is not None
                assert process.stdout is not None
                pickle.dump(task, process.stdin)
                process.stdin.flush()
                return pickle.load(process.stdout)  # noqa: S301 - from our own child process
            except (OSError, EOFError, pickle.UnpicklingError):
                if self._stopped:
                    return InterruptedError("stopped")
                self._end()
        return _given_up(
            task,
            f"worker processes that died {TRIES} times",
            "enough memory for all of them; fewer --workers need less",
        )

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._process = process
        if self._stopped:
            process.kill()
        assert process.stdin is not None
        pickle.dump(sys.path, process.stdin)
        pickle.dump(self._job, process.stdin)
        process.stdin.flush()
        return process

    def stop(self) -> None:
        """End the worker process at once; from any thread."""
        self._stopped = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]


def _given_up(task: Task, found: str, wanted: str) -> BadInput:
    return BadInput.of(
        f"{found} (part {task.number})",
        f"{wanted}. Finished parts are saved; the same command resumes the sweep",
        path="workers",
    )


def serve() -> None:
    """The life of a worker process: batches in on stdin, results out on stdout, until stdin ends."""
    tasks: BinaryIO = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a user's class prints must not get among the answers
        job = pickle.load(tasks)  # noqa: S301 - from our own parent process
        while True:
            try:
                task = pickle.load(tasks)  # noqa: S301 - from our own parent process
            except EOFError:
                return
            answer: Any
            try:
                answer = run_packed(job, task)
            except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
                answer = _portable(error)
            try:
                pickle.dump(answer, answers)
                answers.flush()
            except OSError:  # the parent is gone
                return


def _portable(error: Exception) -> Exception:
    """An error that survives the way to the parent, with the traceback of here."""
    if isinstance(error, BadInput | MemoryError):
        return error
    return RuntimeError("a batch failed:\n" + "".join(traceback.format_exception(error)))


# -- a cluster ---------------------------------------------------------------------------------------------------------


def run_on_dask(job: Job, tasks: Iterable[Task], address: str) -> Iterator[Done]:
    """Run the batches on a Dask cluster; results come back here, so no disk is shared.

    Raises BadInput where there is no ``distributed``, no scheduler at the address, or the cluster is lost on the way.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise BadInput.of(
            "no package distributed", "the extra 'experiments': pip install 'sim[experiments]'", path="--dask"
        ) from None
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise BadInput.of(
            f"{address!r} ({type(error).__name__}: {error})",
            "the address of a running Dask scheduler, such as tcp://host:8786",
            path="--dask",
        ) from None
    packed = pack(job)
    rest = iter(tasks)
    tries: dict[int, int] = {}
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told once, below
    with client:
        waiting: Any = as_completed(loop=client.loop)  # type: ignore[no-untyped-call]
        under_way: dict[Any, Task] = {}

        def submit(task: Task) -> None:
            tries[task.number] = tries.get(task.number, 0) + 1
            # the job travels with each batch: data kept on a worker would be lost with it
            future = client.submit(run_packed, packed, task, pure=False, retries=TRIES)
            under_way[future.key] = task
            waiting.add(future)

        for task in _first(rest, _room(client)):
            submit(task)
        for future in waiting:
            task = under_way.pop(future.key)
            try:
                answer: Done = future.result()
            except Exception as error:  # noqa: BLE001 - looked at there
                _judge(error, task, tries[task.number], client.status)
                submit(task)
                continue
            tries.pop(task.number)
            future.release()
            for more in _first(rest, max(1, _room(client) - len(under_way))):
                submit(more)
            yield answer


_LOST = ("KilledWorker", "FutureCancelledError", "CancelledError", "CommClosedError")
"""What Dask calls it when workers die with a batch, or the scheduler goes."""


def _judge(error: Exception, task: Task, tried: int, status: str) -> None:
    """Raise what a batch on a cluster failed of, unless it may be tried again."""
    if isinstance(error, ImportError):
        raise _given_up(task, f"workers on which {error}", "workers with the same packages as here") from error
    if type(error).__name__ not in _LOST:
        raise error
    if status != "running":
        raise _given_up(task, "a scheduler that is gone", "one that stays until the end") from error
    if tried >= TRIES:
        raise _given_up(task, f"workers that died {TRIES} times", "enough memory on each of them") from error


def _room(client: Any) -> int:
    """Batches that the cluster should have at hand."""
    return max(4, _AHEAD * int(sum(client.nthreads().values())))
