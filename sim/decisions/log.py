"""The memory of a search in a folder: one line a point that was evaluated, appended and seen to the disk.

``manifest.json`` says what is searched; ``evaluations.jsonl`` has what was measured, each line with a seal over itself.
A line that a crash cut off, or that was changed, is left out and measured anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from sim.runs.folder import other_kind
from sim.runs.lock import LOCK, Held, hold
from sim.scenario import BadInput
from sim.scenario.errors import fault, printable
from sim.sweeps.store import agree, write_whole

MANIFEST, EVALUATIONS = "manifest.json", "evaluations.jsonl"
KIND = "seek"
FORMAT = 1
"""Version of the folder's layout."""

Row = tuple[float, ...]


class Log(Held, MutableMapping[Row, Row]):
    """What is known of each point; what is added is written at the next ``flush``. A context manager.

    Without a folder it lasts as long as the program.
    """

    def __init__(self, folder: Path | None = None, facts: dict[str, Any] | None = None) -> None:
        """Take a folder: a new or empty one, or that of the same search (``facts["same"]``).

        Raises BadInput where it cannot be written, holds something else, or another search.
        """
        self.folder, self._known, self._new = folder, dict[Row, Row](), list[tuple[Row, Row]]()
        if folder is None:
            return
        facts = {"kind": KIND, "format": FORMAT, **(facts or {})}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = hold(folder / LOCK, folder, "a search")
            self._take(folder, facts)
        except OSError as error:
            self.close()
            raise BadInput.of(fault(error), "a folder that can be written", file=str(folder)) from error
        except BaseException:
            self.close()
            raise

    def _take(self, folder: Path, facts: dict[str, Any]) -> None:
        manifest = folder / MANIFEST
        there = _facts(manifest)
        if there is None:
            others = sorted(path.name for path in folder.iterdir() if path.name not in (LOCK, f"{MANIFEST}.partial"))
            if others:
                what = printable(others[0])
                raise BadInput.of(
                    f"a folder with other files in it ({what})",
                    "a new or empty folder, or a search's",
                    file=str(folder),
                )
            write_whole(manifest, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
            return
        if there.get("kind") != KIND or there.get("format") != FORMAT or not isinstance(there.get("same"), dict):
            found, expected = other_kind(there.get("kind"), there.get("format"), KIND, FORMAT)
            raise BadInput.of(found, f"{expected}, or a new folder", file=str(folder))
        agree(folder, there, facts, "a search")
        log = folder / EVALUATIONS
        if log.is_file():
            data = log.read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            if len(whole) < len(data):  # a line that was cut off
                with log.open("r+b") as stream:
                    stream.truncate(len(whole))
            self._known = dict(_rows(whole))

    # -- a mapping ----------------------------------------------------------------------------------------------------

    def __getitem__(self, point: Row) -> Row:
        return self._known[point]

    def __setitem__(self, point: Row, measures: Row) -> None:
        self._known[point] = measures
        self._new.append((point, measures))

    def __delitem__(self, point: Row) -> None:
        raise TypeError("what was measured is not forgotten")

    def __iter__(self) -> Iterator[Row]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    # -- the disk -----------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Append what is new and see it to the disk. Raises BadInput where the disk refuses."""
        new, self._new = self._new, []
        if self.folder is None or not new:
            return
        try:
            with (self.folder / EVALUATIONS).open("ab") as stream:
                stream.write(b"".join(_line(point, measures) for point, measures in new))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise BadInput.of(
                f"{error.strerror or error} while writing evaluations",
                "a disk with room; what was finished is saved, and the same command goes on from there",
                file=str(self.folder),
            ) from error


def _line(point: Row, measures: Row) -> bytes:
    body = json.dumps([list(point), list(measures)])
    return f"{_seal(body)} {body}\n".encode()


def _seal(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=4).hexdigest()


def _rows(data: bytes) -> Iterator[tuple[Row, Row]]:
    for line in data.decode("utf-8", errors="replace").splitlines():
        seal, _, body = line.partition(" ")
        if seal == _seal(body):
            point, measures = json.loads(body)
            yield tuple(point), tuple(measures)


def _facts(path: Path) -> dict[str, Any] | None:
    """What a manifest says; None where there is none. Raises BadInput for one that cannot be read."""
    if not path.is_file():
        return None
    try:
        facts: Any = json.loads(path.read_text(encoding="utf-8"))
        return facts if isinstance(facts, dict) else {}
    except ValueError:
        raise BadInput.of("a manifest that is damaged", "a search's, or a new folder", file=str(path)) from None
