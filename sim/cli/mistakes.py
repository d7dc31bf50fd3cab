"""What is wrong with a command line, said as all other mistakes are: what was found, what was expected.

Typer's own messages depend on its version and frame what they say in a box, so only its findings are taken: which
parameter, what kind of mistake. What is expected of a parameter stands in the signature of the command.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo

from sim.scenario.errors import BadInput, nearest, printable

Usage: type[Exception] = typer.BadParameter.__bases__[0]
"""What Typer raises for any mistake on a command line; it has no public name."""


def mistake(error: Any, typed: Sequence[str], group: Any) -> BadInput:
    """A mistake that Typer found on a command line, ``typed``, of the program ``group``, as one of ours."""
    kind, option = type(error).__name__, getattr(error, "option_name", "")
    words = [*map(" ".join, itertools.pairwise(typed)), *typed]  # the names of some are two words
    name = next((word for word in words if word in group.commands), "")
    command, path = group.commands.get(name, group), f"sim {name}".strip()
    param = getattr(error, "param", None) or next((one for one in command.params if option in one.opts), None)
    if kind == "NoSuchOption":
        known = [option for one in command.params for option in one.opts if option.startswith("--")]
        found = f"the unknown option {printable(option)!r}"
        return BadInput.of(found, f"one that {path} --help lists", path=path, nearest=nearest(option, known))
    if param is None:
        extra = re.search(r"\(([^()]*)\)$", error.format_message())
        found = f"{printable(extra[1])!r} too much" if extra else printable(error.format_message())
        usage = " ".join(_called(one) for one in command.params if one.param_type_name == "argument")
        return BadInput.of(found, f"{path} {usage}".strip(), path=path)
    if kind == "BadOptionUsage" and getattr(param, "is_flag", False):
        return BadInput.of("a value", "none, as it is a switch", path=option)
    hint = Hint.of(command, param)
    if kind == "BadOptionUsage":
        return BadInput.of("nothing", hint.expected, path=option)
    if kind == "MissingParameter":
        return BadInput.of(f"no {_called(param)}", hint.expected, path=path)
    value = _typed(param, typed)
    found = "a value that does not fit" if value is None else repr(printable(value))
    return BadInput.of(found, hint.expected, path=_called(param), nearest=nearest(value, hint.choices))


def _called(param: Any) -> str:
    """What a user calls a parameter: ``--worlds``, ``SCENARIO``."""
    options = [name for name in param.opts if name.startswith("--")]
    return options[0] if options else str(param.metavar or param.name)


def _typed(param: Any, typed: Sequence[str]) -> str | None:
    """What stands on the command line for an option, the last time it is named."""
    found = None
    for word, after in zip(typed, [*typed[1:], None], strict=True):
        name, equals, value = word.partition("=")
        if name in param.opts:
            found = value if equals else after
    return found


@dataclass
class Hint:
    """What the signature of a command says of one of its parameters."""

    kind: Any
    """Its type; of a list, that of the members."""
    info: Any
    """What Typer is told of it."""

    @classmethod
    def of(cls, command: Any, param: Any) -> Hint:
        """That of a parameter by its name."""
        said = get_type_hints(command.callback, include_extras=True)[param.name]
        kind, info = get_args(said)[:2]
        if get_origin(kind) in (Union, UnionType):
            kind = next(one for one in get_args(kind) if one is not NoneType)
        return cls(get_args(kind)[0] if get_origin(kind) is list else kind, info)

    @property
    def choices(self) -> list[str]:
        """The words of which it is one; none where it is no choice."""
        chosen = isinstance(self.kind, type) and issubclass(self.kind, StrEnum)
        return [str(one.value) for one in self.kind] if chosen else []

    @property
    def expected(self) -> str:
        """What may stand there."""
        low, high = self.info.min, self.info.max
        if self.kind in (int, float):
            number = "a whole number" if self.kind is int else "a number"
            bounds = (
                f" from {low:g} to {high:g}" if high is not None else f", {low:g} or more" if low is not None else ""
            )
            return number + bounds
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = (self.info.help or "").rstrip(".")
        told = words if words[1:2].isupper() else words[:1].lower() + words[1:]  # CSV stays CSV
        return told if isinstance(self.info, ArgumentInfo) or not self.info.metavar else f"{self.info.metavar} ({told})"
