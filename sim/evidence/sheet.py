"""A CSV file read row by row: columns by any of their names, numbers and years checked, every mistake with its line."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.scenario import BadInput, Problem
from sim.scenario.errors import KEPT_PROBLEMS, printable
from sim.scenario.locate import display, refuse_unreadable, unreadable

MOST = 1 << 29
"""Bytes of the largest file that is read: half a gigabyte, more than all roll calls of the United Nations."""
PREAMBLE = 10
"""Lines that may stand before the header, as World Bank has them."""
DELIMITERS = ",;\t"


def plain(name: str) -> str:
    """A column's name in small letters and digits only, by which it is known."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class Sheet:
    """An open file: its columns, its rows once, and what was found wrong so far."""

    def __init__(self, path: Path) -> None:
        self.file = display(path)
        self.problems: list[Problem] = []
        refuse_unreadable(path, MOST)
        self.columns: list[str] = []
        """Names as the file has them."""
        self._places: dict[str, int] = {}
        self._rows = self._read(path)
        self._head()

    def _read(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Numbered rows, without empty ones and comments (#)."""
        try:
            # names in other letters do no harm; codes and numbers are plain
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
                first = stream.readline()
                while first.startswith("#"):
                    first = stream.readline()
                if "\0" in first:
                    raise self.refuse("UTF-16 text or no text", "a CSV file in UTF-8 (save it again as such)")
                stream.seek(0)
                rows = csv.reader(stream, delimiter=max(DELIMITERS, key=first.count), strict=True)
                try:
                    for row in rows:
                        if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                            yield rows.line_num, row
                except csv.Error as error:
                    raise BadInput.of(str(error), "a CSV file", file=self.file, line=rows.line_num) from None
        except OSError as error:
            raise unreadable(path, error) from None

    def _head(self) -> None:
        """Take the header: the first row, or after World Bank's preamble the one with most cells."""
        lines = []
        for _ in range(PREAMBLE):
            line = next(self._rows, None)
            if line is None:
                break
            lines.append(line)
            if len(lines) == 1 and plain(line[1][0]) != "datasource":
                break
            if len([cell for cell in line[1] if cell.strip()]) > 3:
                break
        if not lines:
            raise BadInput.of("an empty file", "a CSV file with a header", file=self.file)
        self.line, head = lines[-1]
        self.columns = [cell.strip() for cell in head]
        for place, name in enumerate(map(plain, self.columns)):
            if name and name in self._places:
                self.wrong(self.line, self.columns[place], "the same column twice", "each column once")
            self._places.setdefault(name, place)

    # -- columns ------------------------------------------------------------------------------------------------------

    def place(self, *names: str) -> int | None:
        """Where the first of these columns that is there stands."""
        return next((self._places[name] for name in names if name in self._places), None)

    def years(self) -> dict[int, int]:
        """Columns named by a year: year -> place."""
        return {int(name): place for name, place in self._places.items() if len(name) == 4 and name.isdecimal()}

    # -- rows ---------------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each row, as many cells as columns; a row of another length is a problem."""
        wide = len(self.columns)
        for line, row in self._rows:
            if len(row) < wide or any(cell.strip() for cell in row[wide:]):  # some exports end rows with a comma
                self.wrong(line, "", f"{len(row)} cells", f"{wide}, as the header has")
            else:
                yield line, row
            if len(self.problems) >= KEPT_PROBLEMS:
                break
        self.finish()

    def year(self, line: int, text: str, column: str = "year") -> int | None:
        """A whole year that has begun."""
        number = _number(text)
        if number is not None and number.is_integer() and FIRST <= number <= this_year():
            return int(number)
        self.wrong(line, column, repr(printable(text)), f"a whole year from {FIRST} to {this_year()}")
        return None

    def number(self, line: int, text: str, column: str, high: float, what: str) -> float | None:
        """A number from 0 to ``high``."""
        number = _number(text)
        if number is not None and 0.0 <= number <= high:
            return number
        mark = _separator(text) if number is None else None
        if mark is not None:
            self.wrong(line, column, f"'{printable(text)}'", mark)
            return None
        near = f"{number / 100:.6g}" if number is not None and high == 1.0 and 1.0 < number <= 100.0 else None
        self.wrong(line, column, printable(text), f"{what} from 0 to {high:,.10g}", near)
        return None

    def wrong(self, line: int, column: str, found: str, expected: str, near: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, None, column, found, expected, near))

    def finish(self) -> None:
        """Raise BadInput if there were problems."""
        if self.problems:
            raise BadInput(self.problems)

    def refuse(self, found: str, expected: str, near: str | None = None) -> BadInput:
        """The error of the file as a whole."""
        return BadInput.of(found, expected, file=self.file, nearest=near)


FIRST = 1900
"""No figure is older."""


def this_year() -> int:
    """The year that is now; no figure is of a later one."""
    return dt.datetime.now(tz=dt.UTC).year


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if "_" not in text and number - number == 0.0 else None


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([,.'’ \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
"""A number with a separator between thousands."""
_COMMA = re.compile(r"[+-]?\d+,\d+")


def _separator(text: str) -> str | None:
    """What is expected in place of a number with a separator that is not understood; None where it is none."""
    if grouped := _GROUPED.fullmatch(text):
        mark = {",": "commas", ".": "points", "'": "apostrophes", "’": "apostrophes"}.get(grouped[1], "spaces")
        return f"a number without {mark} between thousands, and a point before decimals"
    return "a number with a point, not a comma, before decimals" if _COMMA.fullmatch(text) else None


def without_commas(text: str) -> str:
    """A number without commas between thousands, where they stand as World Bank puts them; else as it was."""
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text


def pick(row: Sequence[str], place: int | None) -> str:
    """A cell, or nothing where there is no such column."""
    return row[place].strip() if place is not None else ""
