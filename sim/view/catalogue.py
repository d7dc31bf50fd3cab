"""Which scenarios a visitor may open: those shipped, the one the server was started with, and what he uploads.

A scenario from outside may build on a shipped one by its name; no other file of the server can be reached through it.
"""

from __future__ import annotations

import base64
import binascii
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from sim.scenario import BadInput, Scenario, load, shipped
from sim.scenario.errors import nearest, printable
from sim.scenario.locate import shipped_dir
from sim.scenario.yaml import MAX_BYTES, decode, read

ADDRESS_BYTES = 12_000
"""Letters of an uploaded scenario, packed, that an address can carry."""
KEPT = 32
"""Scenarios kept ready to be used again."""


@dataclass
class Catalogue:
    """Scenarios by name; ``given`` is a name or a path from the command line, opened at first."""

    given: str = "dushanbe-2025"
    results: Path | None = None
    """Folder of sweeps."""
    _own: dict[str, Scenario] = field(default_factory=dict)
    _kept: OrderedDict[tuple[str, str], Scenario] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        scenario = load(self.given)
        self.first = scenario.name
        if self.given not in shipped():
            self._own[self.first] = scenario

    @property
    def names(self) -> list[str]:
        """Names that can be opened: the one given first, then those shipped."""
        return [self.first, *(name for name in shipped() if name != self.first)]

    def scenario(self, name: str, text: str = "") -> Scenario:
        """The scenario of a name, or of an uploaded text.

        Raises
        ------
        BadInput : no such name (paths are not names), or whatever is wrong with the text.
        """
        with self._lock:
            key = (name, text)
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        if not text and name not in self.names:
            raise BadInput.of(
                repr(printable(name)),
                f"one of {', '.join(self.names)}",
                path="scenario",
                nearest=nearest(name, self.names),
            )
        made = from_text(text, name) if text else self._own.get(name) or load(name)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def titles(self) -> dict[str, str]:
        """Title of every scenario by name."""
        return {
            name: ("" if name in self._own else shipped_title(name)) or self.scenario(name).title for name in self.names
        }


def shipped_title(name: str) -> str:
    """The title of a shipped scenario from its line, for reading whole files takes long; "" where it has none."""
    text = (shipped_dir("scenarios") / f"{name}.yaml").read_text(encoding="utf-8")
    line = next((line for line in text.splitlines() if line.startswith("title: ")), "")
    top, problems = read(line, name)
    return str(top.value["title"].value) if isinstance(top.value, dict) and not problems else ""


def from_upload(data: bytes, name: str) -> tuple[str, Scenario]:
    """Text and scenario of an uploaded file.

    Raises
    ------
    BadInput : every mistake with its line; files too large, not UTF-8, or building on a file that is not shipped.
    """
    text = decode(data, printable(name) or "upload")
    return text, from_text(text, name)


def from_text(text: str, name: str) -> Scenario:
    """The scenario in a text that comes from outside."""
    file = printable(name) or "upload"
    top, problems = read(text, file)
    extends = top.value.get("extends") if isinstance(top.value, dict) else None
    if extends is not None and extends.value not in shipped():
        said = printable(extends.text) if isinstance(extends.value, str) else "no name"
        error = BadInput.of(
            repr(said),
            f"the name of a shipped scenario: {', '.join(shipped())}",
            path="extends",
            file=file,
            line=extends.line,
            column=extends.column,
            nearest=nearest(said, shipped()),
        )
        raise BadInput([*problems, *error.problems])
    return Scenario.from_yaml(text, name=file)


def pack(text: str) -> str:
    """An uploaded text as letters fit for an address; "" where it would be too long for one."""
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii").rstrip("=")
    return packed if len(packed) <= ADDRESS_BYTES else ""


def unpack(packed: str) -> str:
    """The text that ``pack`` packed; BadInput where it is damaged or swells beyond the size of a scenario."""
    damaged = BadInput.of("a damaged scenario", "an address as this page made it", path="yaml")
    if len(packed) > ADDRESS_BYTES:
        raise damaged
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        swelling = zlib.decompressobj()
        data = swelling.decompress(raw, MAX_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError):
        raise damaged from None
    if not swelling.eof and len(data) <= MAX_BYTES:
        raise damaged
    return decode(data, "address")


offered: Catalogue | None = None
"""What this server offers; ``sim.view.serve`` sets it before anybody comes. None: all that is shipped."""
