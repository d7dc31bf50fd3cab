"""A sweep's folder: finished batches as Parquet parts that survive a crash, a kill, a full disk and a flipped bit.

``manifest.json`` says what the sweep is; it is written last when a folder is made, and a folder without one holds
nothing worth keeping. ``design.parquet`` holds the points, ``scenario-….yaml`` the resolved scenarios, ``log.txt`` what
happened when. Each part is written beside its place, flushed to the disk and renamed into it; its name carries a seal
over its bytes, its number and the sweep, so that a part that was changed, renamed or brought from elsewhere is found
out. The process that writes holds a lock that the system drops when the process ends, however that comes about.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.folder import other_kind
from sim.runs.lock import LOCK, Held, hold
from sim.scenario import BadInput, Problem
from sim.scenario.errors import fault, printable

MANIFEST, DESIGN, LOG, PARTS = "manifest.json", "design.parquet", "log.txt", "parts"
FORMAT = 2
"""Version of the folder's layout."""

_PART = re.compile(r"part-(\d{6,})-([0-9a-f]{16})\.parquet")
_SEALED = ("same", "points", "parts", "rows", "scenarios")
"""What the seal of a manifest is over; the rest is for people."""
_OURS = re.compile(
    r"manifest\.json|design\.parquet|log\.txt|lock|parts|figures|scenario-.*\.yaml|.*\.partial"
    r"|(sensitivity|discovery|tournament|packages)\..*"
)


class Shelf(Protocol):
    """Where finished batches go."""

    def write(self, number: int, data: bytes) -> None:
        """Keep the bytes of a part."""

    def parts(self) -> dict[int, Any]:
        """What can be read as a Parquet file, by number."""


class Memory:
    """A shelf that lasts as long as the program."""

    def __init__(self) -> None:
        self._parts: dict[int, bytes] = {}

    def write(self, number: int, data: bytes) -> None:
        """Keep the bytes of a part."""
        self._parts[number] = data

    def parts(self) -> dict[int, Any]:
        """Readers of the parts, by number."""
        return {number: pa.BufferReader(data) for number, data in sorted(self._parts.items())}


class Store(Held):
    """A folder being written by this process; a context manager that lets go of the lock."""

    def __init__(self, folder: Path, lock: int, identity: str) -> None:
        self.folder, self._lock, self._identity = folder, lock, identity

    @classmethod
    def open(cls, folder: Path, manifest: dict[str, Any], files: dict[str, str | bytes]) -> Self:
        """Take a folder for writing: a new one with ``files``, or one of the same sweep to go on with.

        ``manifest["same"]`` is what must agree with what is there. Parts that are not sound are removed, to be made
        anew; a damaged manifest is mended if a sound part proves that the sweep is this one. Raises BadInput where the
        folder cannot be written, holds something else, another sweep or one of another model, or is being written by
        another process.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            check(folder, manifest)
            store = cls(folder, hold(folder / LOCK, folder, "a sweep"), identity(manifest))
        except OSError as error:
            raise BadInput.of(fault(error), "a folder that can be written", file=str(folder)) from error
        try:
            check(folder, manifest)  # once more, as another one may have been here before the lock was held
            (folder / PARTS).mkdir(exist_ok=True)
            for name, content in files.items():  # follows from the manifest, so what differs was damaged
                if not _says(folder / name, content):
                    write_whole(folder / name, content)
            if _facts(folder) is None:
                write_whole(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
            store._tidy()
        except OSError as error:
            store.close()
            raise BadInput.of(fault(error), "a folder that can be written", file=str(folder)) from error
        except BaseException:
            store.close()
            raise
        return store

    def _tidy(self) -> None:
        for leftover in (self.folder / PARTS).glob("*.partial"):
            leftover.unlink()
        seen: set[int] = set()
        for number, path in find_parts(self.folder):
            if number in seen or not sound(path, self._identity):
                path.unlink()
                self.log(f"{path.name} was damaged or not of this sweep; removed")
            else:
                seen.add(number)

    def parts(self) -> dict[int, Any]:
        """Paths of the parts, by number."""
        return dict(sorted(find_parts(self.folder)))

    def write(self, number: int, data: bytes) -> None:
        """Keep the bytes of a part, whole or not at all. Raises BadInput where the disk refuses."""
        path = self.folder / PARTS / f"part-{number:06d}-{seal(data, number, self._identity)}.parquet"
        try:
            write_whole(path, data)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            wanted = "more room" if full else "a folder that can be written"
            raise BadInput.of(
                f"{error.strerror or error} while writing part {number}",
                f"{wanted}; finished parts are saved, and the same command resumes the sweep",
                file=str(self.folder),
            ) from error

    def log(self, text: str) -> None:
        """Add a line to the log; a log that cannot be written stops nothing."""
        try:
            with (self.folder / LOG).open("a", encoding="utf-8") as stream:
                stream.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")
        except OSError:
            pass


# -- reading -----------------------------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sweep's folder. Raises BadInput where there is none, it is damaged, or of something else."""
    manifest = _facts(folder)
    if manifest is None:
        there = (folder / MANIFEST).exists()
        raise BadInput.of(
            "a manifest that is damaged" if there else "no manifest",
            "a folder written by `sim sweep --out`" + ("; run the same sweep again to repair it" if there else ""),
            file=str(folder),
        )
    return manifest


def _facts(folder: Path) -> dict[str, Any] | None:
    """The manifest, None where there is none or it is damaged. Raises BadInput where it is of something else."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind, found = manifest["kind"], manifest["format"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if kind != "sweep" or found != FORMAT:
        raise BadInput.of(*other_kind(kind, found, "sweep", FORMAT), file=str(folder))
    return manifest if manifest.get("seal") == manifest_seal(manifest) else None


def manifest_seal(manifest: dict[str, Any]) -> str:
    """The seal over what a manifest says of the sweep."""
    return _digest({key: manifest.get(key) for key in _SEALED})


def identity(manifest: dict[str, Any]) -> str:
    """Which sweep a manifest is of: equal for all runs that may go on with one another."""
    return _digest(manifest["same"])


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).hexdigest()


def check(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder with other files, of another sweep, or with parts that nothing shows to be of this one."""
    strangers = sorted(path.name for path in folder.iterdir() if not _OURS.fullmatch(path.name))
    if strangers:
        raise BadInput.of(
            f"a folder with other files in it ({printable(strangers[0])})",
            "a new or empty folder, or one of a sweep",
            file=str(folder),
        )
    there = _facts(folder)
    if there is not None:
        agree(folder, there, manifest)
        return
    mine = identity(manifest)
    files = (folder / PARTS).iterdir() if (folder / PARTS).is_dir() else ()
    kept = [path for path in files if path.suffix != ".partial"]
    begun = (folder / MANIFEST).exists()
    if (begun or kept) and not any(sound(path, mine) for path in kept):
        raise BadInput.of(
            f"{'a damaged manifest' if begun else f'{PARTS} without a manifest'}, and no part of the "
            "sweep that is asked for now",
            "a new or empty folder, or one of the same sweep",
            file=str(folder),
        )


def agree(folder: Path, there: dict[str, Any], wanted: dict[str, Any], what: str = "a sweep") -> None:
    """Refuse to go on with a sweep, or ``what`` it is, that is not the same one; says what differs."""
    old, new = _flat(there["same"]), _flat(wanted["same"])
    problems = [
        Problem(
            str(folder),
            None,
            None,
            key,
            f"{what} with {_short(old.get(key))}",
            f"{_short(new.get(key))}, as asked for now; name another folder or ask the same",
        )
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]
    asked = [problem for problem in problems if problem.path.split(".")[0] not in ("batch", "design_digest", "columns")]
    if problems:
        raise BadInput(asked or problems)  # the rest follows from what was asked


def _flat(value: Any, head: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _flat(item, f"{head}.{key}" if head else key).items()}
    return {head: json.loads(json.dumps(value))}


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


def find_parts(folder: Path) -> Iterator[tuple[int, Path]]:
    """Parts of a folder by what their names say; unchecked."""
    if (folder / PARTS).is_dir():
        for path in sorted((folder / PARTS).iterdir()):
            match = _PART.fullmatch(path.name)
            if match:
                yield int(match[1]), path


def sound(path: Path, sweep: str) -> bool:
    """Whether a part's bytes are those that were written under this number for the sweep of this identity."""
    match = _PART.fullmatch(path.name)
    return match is not None and seal(path.read_bytes(), int(match[1]), sweep) == match[2]


def sound_parts(folder: Path, sweep: str) -> set[int]:
    """Numbers of the parts that are sound."""
    return {number for number, path in find_parts(folder) if sound(path, sweep)}


def seal(data: bytes, number: int, sweep: str) -> str:
    """16 hexadecimal digits over a part's bytes, its number and the identity of its sweep."""
    return hashlib.blake2b(data, digest_size=8, key=f"{sweep}:{number}".encode()).hexdigest()


def read_design(folder: Path) -> pa.Table:
    """The points of a sweep, unchecked."""
    try:
        return pq.read_table(folder / DESIGN)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput.of(
            f"{DESIGN}: {error}", "the design as written; run the same sweep again to repair it", file=str(folder)
        ) from error


# -- writing -----------------------------------------------------------------------------------------------------------


def _says(path: Path, content: str | bytes) -> bool:
    """Whether a file is there with this content."""
    return path.is_file() and path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and see it to the disk."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        _see_to_disk(path.parent)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _see_to_disk(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
