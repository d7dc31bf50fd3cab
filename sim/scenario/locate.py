"""Where scenario files are, and the chain of files behind one scenario.

A scenario is asked for by a shipped name (``dushanbe-2025``) or by a path. ``extends`` names another one, and so on
down to a file that stands alone, the root of the chain.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from sim.scenario.errors import BadInput, Problem, nearest, printable
from sim.scenario.yaml import MAX_BYTES, Node, decode, read

MAX_CHAIN = 10
"""Files one scenario may be spread over."""

SUFFIXES = (".yaml", ".yml")
RAN = "scenario.yaml"
"""File in the folder of a run that says what was run."""


@dataclass(frozen=True)
class File:
    """A file that has been read, or text that stands for one."""

    name: str
    """For messages."""
    text: str
    folder: Path | None = None
    """Where its relative ``extends`` starts from; the working folder if None."""
    path: Path | None = None
    """Resolved, to see whether a chain comes back to it."""

    @property
    def stem(self) -> str:
        """The name a scenario gets from it."""
        return Path(self.name).stem


@cache
def shipped_dir(kind: str) -> Path:
    """Folder of the data files that come with the package; ``kind`` is "scenarios" or "seeds".

    In an installed wheel they lie inside the package, in a checkout at the top of the tree.
    """
    package = Path(__file__).resolve().parent.parent
    installed = package / "_shipped" / kind
    return installed if installed.is_dir() else package.parent / kind


def shipped() -> list[str]:
    """Names of the scenarios that come with the package, sorted."""
    return sorted(path.stem for path in shipped_dir("scenarios").glob("*.yaml"))


def display(path: Path) -> str:
    """``path`` as a user wants to read it: relative to the working folder where it lies inside it."""
    try:
        return str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except (ValueError, OSError):
        return str(path)


def locate(name: str | Path, near: Path | None = None, at: tuple[str, Node] | None = None) -> File:
    """The file meant by a shipped name or a path, read.

    ``near`` is the folder that a relative path starts from (default: the working folder). ``at`` is the file and the
    node that ask for it, for the error message. Text without a folder or a YAML suffix is a shipped name first.
    Raises BadInput where there is no such file, or none that can be read.
    """
    path = _path_of(name, near, at)
    return File(display(path), text_of(path), path.parent, path.resolve())


def _path_of(name: str | Path, near: Path | None, at: tuple[str, Node] | None) -> Path:
    text = str(name)
    file, line, column = (at[0], at[1].line, at[1].column) if at else ("", None, None)
    path_key = "extends" if at else ""
    if not text.strip() or "\0" in text:
        raise BadInput.of(
            "no name" if not text.strip() else "a NUL character in a name",
            "the name of a shipped scenario or a path",
            path=path_key,
            file=file,
            line=line,
            column=column,
        )
    path = (near or Path()) / text
    is_name = isinstance(name, str) and Path(text).name == text and Path(text).suffix not in SUFFIXES
    if is_name and text in shipped():
        return shipped_dir("scenarios") / f"{text}.yaml"
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = "no such file" if missing else str(getattr(error, "strerror", "") or type(error).__name__).lower()
        what = "shipped scenario" if is_name else "file"
        raise BadInput.of(
            f"{printable(text)!r} ({'no such ' + what if missing else reason})",
            f"a shipped scenario ({', '.join(shipped()) or 'none found'}) or the path of a YAML file",
            path=path_key,
            nearest=_near_name(path, text),
            file=file,
            line=line,
            column=column,
        ) from None
    if not stat.S_ISREG(mode):
        kind, expected = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file", "a YAML file"
        if (path / "manifest.json").is_file():
            kind = "the folder of a result"
            expected += f", such as {printable(text)}/{RAN}" if (path / RAN).is_file() else ""
            expected += "; in Python, sim.Result.load reads a run, and sim.Sweep.load a sweep"
        raise BadInput.of(f"{printable(text)!r} ({kind})", expected, path=path_key, file=file, line=line, column=column)
    return path


def _near_name(path: Path, text: str) -> str | None:
    near = nearest(Path(text).stem, shipped())
    if near:
        return near
    try:
        beside = [str(Path(text).with_name(p.name)) for p in path.parent.iterdir() if p.suffix in SUFFIXES]
    except (OSError, ValueError):
        return None
    return nearest(text, beside[:200])


def text_of(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file; raises BadInput where it cannot be read, is larger than ``most`` bytes or is not UTF-8."""
    refuse_unreadable(path, most)
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    return decode(data, display(path), most)


def refuse_unreadable(path: Path, most: int) -> None:
    """Refuse, before it is opened, what is no ordinary file (a device never ends) or has more than ``most`` bytes."""
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if not stat.S_ISREG(facts.st_mode):
        kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a device or pipe"
        raise BadInput.of(kind, "an ordinary file", file=display(path))
    if facts.st_size > most:
        raise BadInput.of(f"{facts.st_size:,} bytes", f"a file of at most {most:,} bytes", file=display(path))


def unreadable(path: Path, error: Exception) -> BadInput:
    """The error for a file that cannot be opened or read on."""
    reason = str(getattr(error, "strerror", None) or type(error).__name__).lower()
    return BadInput.of(f"a file that cannot be read ({reason})", "a file you may read", file=display(path))


@lru_cache(maxsize=8)
def _content(text: str, name: str) -> tuple[Node, tuple[Problem, ...]]:
    """What a file says; kept, as many scenarios extend one root. Nobody changes its nodes."""
    top, problems = read(text, name)
    return top, tuple(problems)


def chain(file: File) -> Iterator[tuple[str, Node, list[Problem]]]:
    """The files behind a scenario from the one given down to the root: name for messages, content, problems.

    Raises BadInput where the chain breaks; what was yielded before has problems of its own to add.
    """
    seen = [file]
    while True:
        top, problems = _content(file.text, file.name)
        yield file.name, top, list(problems)
        if not isinstance(top.value, dict):
            kind = "a list" if isinstance(top.value, list) else f"the text {printable(top.text)!r}"
            raise BadInput.of(
                kind,
                "a mapping with title, start, months, powers, republics, ...",
                file=file.name,
                line=top.line,
                column=top.column,
            )
        extends = top.value.get("extends")
        if extends is None:
            return
        if not isinstance(extends.value, str):
            raise _broken(
                file.name,
                extends,
                f"{printable(extends.text)!r}" if extends.text else "no name",
                "the name of a shipped scenario or a path in quotes",
            )
        below = locate(extends.value, file.folder, (file.name, extends))
        paths = [one.path for one in seen]
        if below.path in paths:
            circle = [one.stem for one in (*seen[paths.index(below.path) :], below)]
            raise _broken(
                file.name, extends, f"a circle ({' -> '.join(circle)})", "a chain that ends in a file without 'extends'"
            )
        if len(seen) == MAX_CHAIN:
            raise _broken(file.name, extends, f"a chain of more than {MAX_CHAIN} files", f"at most {MAX_CHAIN} files")
        seen.append(below)
        file = below


def _broken(file: str, node: Node, found: str, expected: str) -> BadInput:
    return BadInput.of(found, expected, path="extends", file=file, line=node.line, column=node.column)
