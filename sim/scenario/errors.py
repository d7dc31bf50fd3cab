"""What a user is told when an input is wrong.

Every floor raises :class:`BadInput` for mistakes of the user, never for mistakes of the program. One exception
carries every problem found, so that a file can be put right in one go.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

SHOWN_PROBLEMS = 50
"""Problems printed before the rest is only counted."""

KEPT_PROBLEMS = 500
"""Problems kept at all; a file with more is hopeless and only time would be lost."""

SHOWN_LETTERS = 130
"""Letters of a value or key that are printed before it is cut: more than any path of a scenario has."""


def printable(text: str, letters: int = SHOWN_LETTERS) -> str:
    """``text`` on one line, control characters escaped, cut to ``letters``."""
    cut = text if len(text) <= letters else text[: letters - 3] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def shown(value: object) -> str:
    """A value of a kind that was not expected, with its kind: ``3 (int)``, ``[1, 2] (list)``; a class as it is."""
    text = printable(repr(value), 60)
    return text if isinstance(value, type) or value is None else f"{text} ({type(value).__name__})"


def folder_of(given: object, expected: str, *, path: str = "folder") -> Path:
    """A folder or file given as text or path. Raises BadInput for anything else."""
    if not isinstance(given, str | os.PathLike):
        raise BadInput.of(shown(given), expected, path=path)
    return Path(given)


def fault(error: OSError) -> str:
    """What is in the way of a folder that cannot be made, read or written, in words."""
    if isinstance(error, FileExistsError):
        return "a file"
    if isinstance(error, NotADirectoryError):
        return "a file in place of one of the folders"
    return error.strerror or str(error)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what was found there and what was expected.

    ``line`` and ``column`` count from 1 and are None where a place makes no sense (a value of ``--set``, a missing
    file). ``path`` is the dotted path in the scenario, "" for the whole file. ``nearest`` is the valid name closest
    to what was found, if any is close.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    found: str
    expected: str
    nearest: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in (None, ""))
        head = "".join(f"{part}: " for part in (place, self.path) if part)
        tail = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{head}found {self.found}, expected {self.expected}{tail}"

    def order(self) -> tuple[str, int, int, str, str]:
        """Key that sorts problems by place."""
        return (self.file, self.line or 0, self.column or 0, self.path, self.found)


class BadInput(Exception):  # noqa: N818 - "bad input" is what it is; it is the user's error, not the program's
    """All the mistakes found in an input, sorted by place.

    The text has one line a problem, ``file:line:column: path: found X, expected Y; did you mean Z?``. The command
    line prints it and ends with code 2.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(dict.fromkeys(problems), key=Problem.order)
        super().__init__(self.problems)

    @classmethod
    def of(
        cls,
        found: str,
        expected: str,
        *,
        path: str = "",
        nearest: str | None = None,
        file: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> BadInput:
        """The error of a single problem."""
        return cls([Problem(file, line, column, path, found, expected, nearest)])

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if len(self.problems) > SHOWN_PROBLEMS:
            lines.append(f"... and {len(self.problems) - SHOWN_PROBLEMS} more problems")
        return "\n".join(lines)


def nearest(name: object, valid: Iterable[str]) -> str | None:
    """The valid name closest to ``name``, or None if none is close, or it is no text.

    Upper and lower case, underscores and dashes are not counted as differences. Long names are not compared:
    the comparison takes quadratic time, and no valid name is long.
    """
    if not isinstance(name, str) or len(name) > SHOWN_LETTERS:
        return None
    plain = {_plain(other): other for other in valid}
    close = get_close_matches(_plain(name), plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
