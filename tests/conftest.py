"""What holds for all tests."""

from __future__ import annotations

import gc
import signal
from functools import cache

import pytest
import typer.testing

# A shell's background jobs ignore Ctrl-C, and so would every program that a test starts and stops with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Typer's runner builds all commands of a program anew at each call, which takes longer than most of them do.
typer.testing._get_command = cache(typer.testing._get_command)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is quick unless its file marks it ``browser`` or ``slow``."""
    gc.freeze()  # what has been imported stays
    gc.set_threshold(10_000)  # looking for garbage among it takes a fifteenth of the time
    for item in items:
        if not any(item.get_closest_marker(mark) for mark in ("browser", "slow")):
            item.add_marker(pytest.mark.quick)
