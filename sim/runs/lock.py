"""One writer a folder: locks that the system drops when the process that holds them ends, however that comes about."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import lock_descriptor

from sim.scenario import BadInput

LOCK = "lock"
"""Name of the lock inside a folder that is written bit by bit."""

_claimed: dict[Path, int] = {}
"""Locks of folders claimed by this process."""


def hold(path: Path, folder: Path, what: str) -> int:
    """Hold a file; close the descriptor to let go. Raises BadInput, naming ``folder``, where another process holds it.

    ``what`` the folder is to hold: "a sweep".
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not lock_descriptor(handle, blocking=False):
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip() if hasattr(os, "pread") else ""
            raise BadInput.of(
                f"{what} that another process is writing ({holder or 'unknown'})",
                "one writer at a time; wait for it or stop it",
                file=str(folder),
            )
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
    except BaseException:
        os.close(handle)
        raise
    return handle


class Held:
    """What holds a lock as long as it is open; a context manager that lets go of it."""

    _lock = -1
    """The descriptor that ``hold`` gave; below 0: none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def claim(folder: Path) -> None:
    """Claim a folder that will be written at the end of a command, so that a second one is refused before it computes.

    The lock stands among the machine's temporary files: the folder may not be there yet, and nothing is to be left in
    it if the command fails. Where it cannot be made, there is none. Raises BadInput as ``hold`` does.
    """
    place = folder.resolve()
    if place in _claimed:
        return
    name = hashlib.blake2b(os.fsencode(place), digest_size=8).hexdigest()
    with suppress(OSError):
        _claimed[place] = hold(Path(tempfile.gettempdir()) / f"sim-{name}.lock", folder, "a folder")


def release() -> None:
    """Let go of all folders that this process has claimed."""
    while _claimed:
        os.close(_claimed.popitem()[1])
