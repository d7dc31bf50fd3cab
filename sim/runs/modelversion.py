"""Which model made a number: the version of sim, a digest of its source, and digests of classes of the user's own."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

import numpy as np

import sim
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
    own = [cls for cls in classes_of(*classes) if not _is_sims(cls)]
    digests = [
        f"{cls.__qualname__} {_class_digest(cls, imported)}"  # type: ignore[arg-type]  # classes are hashable
        for cls in own
    ]
    return " ".join([f"sim {sim.__version__} {_digest()} numpy {np.__version__}", *digests])


def classes_of(*classes: Classes) -> list[type[Any]]:
    """The classes named, one by one."""
    return [cls for given in classes for cls in (given.values() if isinstance(given, Mapping) else [given])]


@cache
def _digest() -> str:
    root = Path(sim.__file__).parent
    return _hashed(
        *(_text_of(file) for file in [*sorted((root / "world").rglob("*.py")), root / "scenario" / "table.py"])
    )


@lru_cache(maxsize=64)
def _class_digest(cls: type[Any], imported: bool) -> str:
    bases = [base for base in cls.__mro__ if not _is_sims(base)]
    modules = {name: text for base in bases for name, text in _modules(base.__module__)}
    texts = [] if imported else [_class_text(base) for base in bases if base.__module__ == MAIN]
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


def _text_of(file: Path) -> str:
    return file.read_bytes().replace(b"\r\n", b"\n").decode(errors="replace")


def _hashed(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=6).hexdigest()
