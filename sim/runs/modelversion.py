"""Which model made a number: the version of sim, a digest of its source, and digests of classes of the user's own.

A class is written down by module, qualified name and digest (``class_facts``) and found again by them (``find_class``).
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache, reduce
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sim.scenario import BadInput, Problem
from sim.world.actors import Power, Republic
from sim.world.agents import Classes
from sim.world.model import DiplomacyModel

MAIN = "__main__"
"""Where classes of scripts and notebooks live; other processes cannot import them."""


def model_version(*classes: Classes, imported: bool = False) -> str:
    """Version of sim, a digest of the model's source, NumPy, and each class of the user's own with a digest.

    A class counts with all it inherits from, down to sim's own classes. A class of a package or module counts with its
    module and what that imports from the same package; one of a script or notebook with its own text, for
    the rest of a script is free to change. ``imported`` leaves that text out: such a class travels to
    other processes as it is, which have no text of it.
    """
    theirs = [cls for cls in classes_of(*classes) if not _is_sims(cls)]
    digests = [f"{_name(cls)} {_own_digest(cls, imported)}" for cls in theirs]
    return " ".join([f"sim {version('sim')} {_digest()} numpy {np.__version__}", *digests])


def classes_of(*classes: Classes) -> list[type[Any]]:
    """The classes named, one by one."""
    return [cls for given in classes for cls in (given.values() if isinstance(given, Mapping) else [given])]


# -- classes in a manifest ---------------------------------------------------------------------------------------------


class Missing:
    """What stands in for a class that cannot be found again: it names the class, and no model can be made of it."""

    facts: ClassVar[dict[str, str]]
    why: ClassVar[str]


def class_facts(cls: Any) -> dict[str, str]:
    """A class as plain data: its module, its qualified name and a digest of its source and the model's.

    Anything else that makes actors (a lambda) is written down too, though it will not be found again.
    """
    if is_missing(cls):
        return dict(cls.facts)
    text = "" if _is_sims(cls) else _own_digest(cls, imported=False)
    return {"module": cls.__module__, "name": _name(cls), "digest": _hashed(_digest(), text) if text else _digest()}


def find_class(facts: Mapping[str, str]) -> type[Any]:
    """The class written down by ``class_facts``, or a ``Missing`` one that says why it is not to be had.

    What has no name of its own in a module (a lambda, a class of a function), what another session cannot import (a
    class of a script or a notebook) and what has another source by now is missing.
    """
    module, name = facts["module"], facts["name"]
    found: Any = None
    if module == MAIN or "<" in name:
        why = "it belongs to a script, a notebook or a function, where it cannot be found again"
    else:
        try:
            found = reduce(getattr, name.split("."), import_module(module))
            why = "" if class_facts(found) == dict(facts) else "its source, or the model's, has changed since"
        except Exception as error:  # noqa: BLE001 - importing runs somebody's module; what it fails of is told below
            why = f"{type(error).__name__}: {error}"
    if not why and isinstance(found, type):
        return found
    return type(name, (Missing,), {"facts": dict(facts), "why": why or "it is no class"})


def own(cls: Any) -> bool:
    """Whether a class is a user's own and not one of sim's."""
    return not _is_sims(cls)


def check_found(*classes: Classes) -> None:
    """Raise BadInput, naming them, for classes that could not be found again."""
    missing = {f"{cls.facts['module']}.{cls.facts['name']}": cls for cls in classes_of(*classes) if is_missing(cls)}
    if missing:
        raise BadInput(
            Problem("", None, None, "class", f"{name}, which is not to be had ({cls.why})", _WANTED)
            for name, cls in missing.items()
        )


_WANTED = "the class that made the result, to run the model again; tables and figures do without"


def is_missing(cls: Any) -> bool:
    """Whether a class stands in for one that cannot be found again."""
    return isinstance(cls, type) and issubclass(cls, Missing)


# -- digests -----------------------------------------------------------------------------------------------------------


@cache
def _digest() -> str:
    root = Path(__file__).parents[1]
    return _hashed(
        *(_text_of(file) for file in [*sorted((root / "world").rglob("*.py")), root / "scenario" / "table.py"])
    )


def _name(cls: Any) -> str:
    """Its qualified name; of a nameless maker of actors, its kind in angle brackets, as of lambdas."""
    return str(getattr(cls, "__qualname__", f"<{type(cls).__qualname__}>"))


def _own_digest(cls: Any, imported: bool) -> str:
    """Digest of a class of a user's own, or of something else that makes actors."""
    return _class_digest(cls, imported) if isinstance(cls, type) else _hashed(_member_text(cls), _captured(cls))


@lru_cache(maxsize=64)
def _class_digest(cls: type[Any], imported: bool) -> str:
    bases = [base for base in cls.__mro__ if not _is_sims(base)]
    modules = {name: text for base in bases for name, text in _modules(base.__module__)}
    texts: list[str] = []
    if not imported:
        texts = [_class_text(base) for base in bases if base.__module__ == MAIN]
        texts += [text for base in bases for member in vars(base).values() if (text := _captured(member))]
    return _hashed(*texts, *(name + text for name, text in sorted(modules.items())))


def _is_sims(cls: type[Any]) -> bool:
    """Whether a class is sim's, or one that sim's classes inherit from, or Python's."""
    package = cls.__module__.partition(".")[0]
    return (package in ("sim", *sys.stdlib_module_names) and cls.__module__ != MAIN) or any(
        cls in theirs.__mro__ for theirs in (Republic, Power, DiplomacyModel)
    )


def _modules(name: str) -> Iterator[tuple[str, str]]:
    """A module and those of its package that it imports, and so on, with their texts; none for a script or notebook.

    Read from the files, not from what happens to be loaded, so that every process finds the same.
    """
    todo, seen = [name], {MAIN}
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        text = _module_text(name)
        if text is not None:
            yield name, text
            package = name.partition(".")[0]
            todo += [other for other in _imports(text, name) if other.partition(".")[0] == package]


def _module_text(name: str) -> str | None:
    with suppress(ImportError, AttributeError, ValueError, OSError):
        spec = find_spec(name)
        return _text_of(Path(spec.origin)) if spec is not None and spec.origin is not None else None
    return None


def _imports(text: str, name: str) -> Iterator[str]:
    """Names that may be of modules, in the imports of a module."""
    spec = find_spec(name)
    here = "" if spec is None else name if spec.submodule_search_locations is not None else spec.parent
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), here)
            yield from (source, *(f"{source}.{alias.name}" for alias in node.names))


def _class_text(cls: type[Any]) -> str:
    """Source of a class; in a notebook, where Python has none of a class, that of its methods and its plain values."""
    try:
        return inspect.getsource(cls)
    except (OSError, TypeError):
        return "\n".join(
            [
                cls.__qualname__,
                *(
                    f"{name} {_member_text(value)}"
                    for name, value in vars(cls).items()
                    if not name.startswith("__") or inspect.isfunction(value)
                ),
            ]
        )


def _member_text(value: Any) -> str:
    value = getattr(value, "__func__", getattr(value, "fget", value))
    if not inspect.isfunction(value):
        return repr(value) if isinstance(value, bool | int | float | str | tuple | None) else ""
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        code = value.__code__
        return repr((code.co_code, code.co_names, [it for it in code.co_consts if isinstance(it, int | float | str)]))


def _captured(value: Any) -> str:
    """Plain values that a method, or a lambda, took from the function it was made in: two of one text may differ so."""
    value = getattr(value, "__func__", getattr(value, "fget", value))
    held: list[Any] = []
    for cell in getattr(value, "__closure__", None) or ():
        with suppress(ValueError):  # a cell that is still empty
            held.append(cell.cell_contents)
    return "".join(repr(it) for it in held if isinstance(it, bool | int | float | str | tuple))


def _text_of(file: Path) -> str:
    return file.read_bytes().replace(b"\r\n", b"\n").decode(errors="replace")


def _hashed(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=6).hexdigest()
