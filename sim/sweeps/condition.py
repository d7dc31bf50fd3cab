"""Conditions in words, ``RUS.share < 0.25 and TJK.leader == CHN``, read and evaluated without running any code.

Grammar: comparisons (< <= > >= == !=) of names, numbers (of shares also per cent: 25 % is 0.25) and codes or months,
joined by ``and``, ``or``, ``not`` and parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import BadInput
from sim.scenario.errors import nearest, printable

Flags = NDArray[np.bool_]

_TOKEN = re.compile(
    r"\s*(?:(?P<month>\d{4}-\d{2})(?![\w.])"
    r"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?P<percent>\s*%)?"
    r"|(?P<name>[A-Za-z_][\w.-]*)|(?P<op><=|>=|==|!=|<|>|=|\(|\)))"
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "=": np.equal,
    "!=": np.not_equal,
}
_SAID = {"==": "is", "=": "is", "!=": "is not"}
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
MAX_LETTERS = 2000


@dataclass(frozen=True)
class Condition:
    """A condition that was read: its text, the names it is about, and how to tell where it holds."""

    text: str
    names: tuple[str, ...]
    _holds: Callable[[Mapping[str, Any]], Flags]

    def said(self, word: Callable[[str], str]) -> str:
        """Its text as a sentence would have it, each name and code put as ``word`` puts it."""
        text = re.sub(r"\s*(<=|>=|==|!=|=|<|>)\s*", lambda match: f" {_SAID.get(match[1], match[1])} ", self.text)
        return re.sub(r"(?<![\w.])[A-Za-z_][\w.-]*", lambda match: word(match[0]), text)

    def holds(self, columns: Mapping[str, Any]) -> Flags:
        """Where it holds; ``columns`` are arrays of one length by name. Nothing compares with NaN."""
        return np.asarray(self._holds(columns), dtype=bool)


def parse(
    text: str, known: Collection[str], words: Collection[str] = (), shares: Callable[[str], bool] = bool
) -> Condition:
    """Read a condition about ``known`` names, of which ``words`` hold codes or months and no numbers.

    ``shares`` says of a name whether it may be compared with per cent. Raises BadInput, saying where the text stops
    making sense.
    """
    reader = _Reader(text, known, words, shares)
    holds = reader.either()
    if reader.at < len(reader.tokens):
        raise reader.wrong("the end, 'and' or 'or'")
    return Condition(text.strip(), tuple(dict.fromkeys(reader.names)), holds)


class _Reader:
    def __init__(
        self, text: str, known: Collection[str], words: Collection[str], shares: Callable[[str], bool]
    ) -> None:
        self.text, self.known, self.words, self.shares = text, known, words, shares
        self.at, self.names, self.depth = 0, list[str](), 0
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None or len(text) > MAX_LETTERS:
                raise BadInput.of(
                    repr(printable(text[place:].strip()[:20])),
                    "a condition such as RUS.share < 0.25",
                    path="where",
                    column=place + 1,
                )
            kind = match.lastgroup or ""
            if kind in ("number", "percent"):
                self.tokens.append((kind, repr(float(match["number"]) / (100.0 if match["percent"] else 1.0))))
            else:
                self.tokens.append((kind, match[kind]))
            place = match.end()

    def wrong(self, expected: str, near: str | None = None) -> BadInput:
        found = repr(printable(self.tokens[self.at][1])) if self.at < len(self.tokens) else "the end"
        return BadInput.of(f"{found} in {printable(self.text)!r}", expected, path="where", nearest=near)

    def take(self, *texts: str) -> str | None:
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind in ("name", "op") and text in texts:
                self.at += 1
                return text
        return None

    def either(self) -> Callable[[Mapping[str, Any]], Flags]:
        parts = [self.both()]
        while self.take("or", "OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda c: np.logical_or.reduce([part(c) for part in parts])

    def both(self) -> Callable[[Mapping[str, Any]], Flags]:
        parts = [self.one()]
        while self.take("and", "AND"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else lambda c: np.logical_and.reduce([part(c) for part in parts])

    def one(self) -> Callable[[Mapping[str, Any]], Flags]:
        self.depth += 1
        if self.depth > 100:
            raise self.wrong("less nesting")
        if self.take("not", "NOT"):
            inner = self.one()
            self.depth -= 1
            return lambda c: np.logical_not(inner(c))
        if self.take("("):
            inner = self.either()
            if not self.take(")"):
                raise self.wrong("')'")
            self.depth -= 1
            return inner
        self.depth -= 1
        return self.comparison()

    def comparison(self) -> Callable[[Mapping[str, Any]], Flags]:
        first = self.at
        left = self.operand(None)
        sign = self.take(*_COMPARE)
        if sign is None:
            raise self.wrong("one of < <= > >= == !=")
        right = self.operand(left)
        stranger = next((side for side in (left, right) if isinstance(side, str) and not self.shares(side)), None)
        if stranger in self.known and any(kind == "percent" for kind, _ in self.tokens[first : self.at]):
            raise BadInput.of(
                f"per cent in {printable(self.text)!r}", f"a plain number: {stranger} is no share", path="where"
            )
        if isinstance(left, float) and isinstance(right, float):
            self.at -= 1
            raise self.wrong("a name, not two numbers")
        worded = [side in self.words or not (isinstance(side, float) or side in self.known) for side in (left, right)]
        if worded[0] != worded[1]:
            self.at -= 1
            raise self.wrong("two numbers, or a name and a code that it may be")
        if (
            all(worded)
            and sign in _MIRROR
            and not all(re.fullmatch(r"\d{4}-\d{2}", str(x)) or x in self.words for x in (left, right))
        ):
            raise self.wrong("== or != with codes")
        compare = _COMPARE[sign]

        def holds(columns: Mapping[str, Any]) -> Flags:
            a, b = (columns[side] if isinstance(side, str) and side in self.known else side for side in (left, right))
            flags: Flags = np.asarray(compare(np.asarray(a), np.asarray(b)), dtype=bool)
            if sign == "!=":
                flags = flags & ~_unknown(a) & ~_unknown(b)
            return flags

        return holds

    def operand(self, other: float | str | None) -> float | str:
        if self.at >= len(self.tokens):
            raise self.wrong("a name or a number")
        kind, text = self.tokens[self.at]
        if kind in ("number", "percent"):
            self.at += 1
            return float(text)
        if kind == "op":
            raise self.wrong("a name or a number")
        if text in self.known:
            self.names.append(text)
        elif kind != "month" and (not isinstance(other, str) or other not in self.words):
            raise self.wrong("a factor or an outcome of the sweep", nearest(text, self.known))
        self.at += 1
        return text


def _unknown(values: Any) -> Flags:
    array = np.asarray(values)
    return np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, dtype=bool)
