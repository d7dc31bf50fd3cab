"""Ensembles for the visitors of one server: run ahead in threads, cancelled month by month, kept for the next who asks.

The server has one ``Engine``; every visitor has an ``Runner`` of his own, which does the newest thing asked of it and
drops what is out of date. Numbers are those of ``sim.run``, which is told to stop where nobody waits any more.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from sim.runs.ask import Ask
from sim.runs.result import Result
from sim.runs.run import run
from sim.view.payload import Payload, payload
from sim.world.record import Record

Key = tuple[str, str, int]
"""What tells ensembles apart: what was asked, the scenario's name, the world followed."""
AT_ONCE = max(1, min(4, os.cpu_count() or 1))
"""Ensembles that may run at the same time; others wait their turn."""
ROOM = 48 * 2**20
"""Bytes of finished ensembles kept for all visitors together."""
INT_BYTES = 36
"""Bytes of a whole number in a list."""


class Cancelled(Exception):  # noqa: N818 - not an error: nobody waits for the answer any more
    """Raised inside an ensemble that nobody wants any more."""


class Reporter(Protocol):
    """Told, before every month of an ensemble, how much of it is done (0 to 1); may raise ``Cancelled``."""

    def __call__(self, done: float) -> None: ...


def nobody(done: float) -> None:
    """For ensembles that run to their end and tell nobody."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A finished ensemble: what the panels draw, and overall shares and outcomes of all worlds."""

    payload: Payload
    result: Result
    nbytes: int


def monthly(report: Reporter, months: int) -> Callable[[], None]:
    """What ``sim.run`` calls before every month: tells ``report`` how many of so many months in all are done."""
    done = count()
    return lambda: report(min(next(done) / max(months, 1), 1.0))


class Engine:
    """Runs ensembles for everybody; at most ``at_once`` at a time, results kept within ``room`` bytes."""

    def __init__(self, at_once: int = AT_ONCE, room: int = ROOM) -> None:
        self.room = room
        self._turns = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._under_way: dict[Key, threading.Lock] = {}
        self.running = 0
        """Ensembles running now."""
        self.started = 0
        """Ensembles begun since the server started."""

    @property
    def nbytes(self) -> int:
        """Bytes of what is kept."""
        with self._lock:
            return sum(kept.nbytes for kept in self._kept.values())

    @contextmanager
    def turn(self, report: Reporter) -> Iterator[None]:
        """Wait for a turn, asking now and then whether it is still wanted."""
        while not self._turns.acquire(timeout=0.1):
            report(0.0)
        with self._lock:
            self.running += 1
            self.started += 1
        try:
            yield
        finally:
            with self._lock:
                self.running -= 1
            self._turns.release()

    def ensemble(self, ask: Ask, report: Reporter = nobody) -> Result:
        """``sim.run`` in its turn; not kept."""
        with self.turn(report):
            return run(ask, before_month=monthly(report, ask.months))

    def kept(self, ask: Ask, report: Reporter = nobody, *, world: int = -1, coarse: bool = False) -> Kept:
        """The payload and slim result of an ensemble, from what is kept where it has been run before.

        Who asks for what is being run for another waits for that.
        """
        key = (ask.digest, ask.scenario.name, world)
        with self._alone(key, report):
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            return self._made(key, ask, report, coarse)

    @contextmanager
    def _alone(self, key: Key, report: Reporter) -> Iterator[None]:
        """Let one at a time look for a key."""
        with self._lock:
            lock = self._under_way.setdefault(key, threading.Lock())
        while not lock.acquire(timeout=0.1):
            report(0.0)
        try:
            yield
        finally:
            lock.release()
            with self._lock:
                if not lock.locked():
                    self._under_way.pop(key, None)

    def _made(self, key: Key, ask: Ask, report: Reporter, coarse: bool) -> Kept:
        """Run for a key, and keep unless it is coarse."""
        _, _, world = key
        # a whole result is large: the turn lasts until what is kept of it has been made
        with self.turn(report):
            full = run(ask, before_month=monthly(report, ask.months))
            sent = payload(full, world=None if world < 0 else min(world, ask.worlds - 1), coarse=coarse)
            kept = Kept(sent, slim(full), slim_bytes(full) + INT_BYTES * _numbers(sent))
            del full
        if not coarse:
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > 1 and sum(one.nbytes for one in self._kept.values()) > self.room:
                    self._kept.popitem(last=False)
        return kept


def slim(result: Result) -> Result:
    """The same result with overall shares and outcomes only: enough for differences and their sentences."""
    record = Record(result.scenario, 0, result.months, "outcomes")
    record.keep, record.worlds = "overall", result.worlds
    record.arrays = {"overall": result.array("overall")}
    record.outcomes = result.record.outcomes
    return Result(result.ask, record)


def slim_bytes(result: Result) -> int:
    """Bytes of what ``slim`` holds."""
    return int(result.array("overall").nbytes) + sum(int(values.nbytes) for values in result.record.outcomes.values())


def _numbers(value: Any) -> int:
    """How many numbers a payload holds."""
    if isinstance(value, dict):
        return sum(_numbers(item) for item in value.values())
    if isinstance(value, list):
        return sum(_numbers(item) for item in value) if value and isinstance(value[0], dict | list) else len(value)
    return 1


Work = Callable[[Reporter], None]
"""What a runner does: is given a reporter to pass on, publishes what it finds itself."""


@dataclass(frozen=True, eq=False)
class Wish:
    """One thing asked for. A lasting wish (a released slider) stops what runs; a passing one (a slider still moving)
    waits until the one before is done, and only the newest of them is done at all.
    """

    work: Work
    lasting: bool = True


class Runner:
    """Does, in a thread of its own, the newest thing one visitor asked for."""

    def __init__(
        self,
        tell: Callable[[float | None], None] = lambda _: None,
        failed: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        self._tell, self._failed = tell, failed
        self._lock = threading.Lock()
        self._next: Wish | None = None
        self._now: Wish | None = None
        self._cancelled: Wish | None = None
        self._thread: threading.Thread | None = None
        self.closed = False

    @property
    def busy(self) -> bool:
        """Whether anything is running or waiting."""
        return self._thread is not None

    def ask(self, work: Work, *, lasting: bool = True) -> None:
        """Do this next; what was asked before and has not begun is dropped."""
        with self._lock:
            if self.closed:
                return
            self._next = Wish(work, lasting)
            if lasting or (self._now and self._now.lasting):
                self._cancelled = self._now
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ensemble", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop what runs and take no more; the visitor has left."""
        with self._lock:
            self.closed = True
            self._next, self._cancelled = None, self._now

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until all is done; whether it is."""
        end = time.monotonic() + seconds
        while self.busy and time.monotonic() < end:
            time.sleep(0.005)
        return not self.busy

    def _work(self) -> None:
        while True:
            with self._lock:
                self._now, self._next = self._next, None
                if self._now is None:
                    self._thread = None
                    return
            self._do(self._now)

    def _do(self, wish: Wish) -> None:
        said = time.monotonic() if wish.lasting else float("inf")

        def report(done: float) -> None:
            nonlocal said
            if self._cancelled is wish or self.closed:
                raise Cancelled
            if time.monotonic() - said > TELL_EVERY:
                said = time.monotonic()
                self._tell(done)

        try:
            wish.work(report)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - told to the visitor in the page, whatever it is
            if not self.closed and self._cancelled is not wish:
                self._failed(error)


TELL_EVERY = 0.8
"""Seconds between two words on progress; what takes less is done without a word."""
