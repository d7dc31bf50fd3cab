"""The controls around the panels: header, levers and rows of choices, as widgets in plain JavaScript.

They show what the server says and send what a visitor asks for, one message an act. While a slider is dragged only one
message is under way at a time (``heard`` says which one has been taken in), so that a slow server never lags behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from sim.view.panels import Whole

HERE = Path(__file__).parent / "controls"
BASE = (HERE / "base.js").read_text(encoding="utf-8")


def script(name: str) -> str:
    """The module of a control, what all share in front."""
    return BASE + "\n" + (HERE / f"{name}.js").read_text(encoding="utf-8")


class Control(anywidget.AnyWidget):
    """A control. ``show`` is what it shows; ``asked`` is the last thing asked of it, with the number ``n``."""

    _esm = "export default {}"

    show = Whole().tag(sync=True)
    theme = traitlets.Unicode("").tag(sync=True)
    """Set by the browser alone: "light" or "dark"."""
    heard = traitlets.Int(0).tag(sync=True)
    asked = traitlets.Dict()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.on_msg(self._taken_in)

    def _taken_in(self, _: Any, content: Any, buffers: list[memoryview]) -> None:
        if not isinstance(content, dict) or not isinstance(content.get("n"), int):
            return
        self.asked = {**content, "bytes": bytes(buffers[0]) if buffers else b"", "widget": self}
        self.heard = content["n"]

    def give(self, name: str, mime: str, data: bytes) -> None:
        """Have the browser save a file."""
        self.send({"kind": "file", "name": name, "mime": mime}, [data])


class Header(Control):
    """Name, pages, theme; keeps the address. ``show``: {pages: [[id, label]], page, address}.

    Asks {kind: "page", page}, {kind: "address", search}; the theme is a trait.
    """

    _esm = script("header")


class Levers(Control):
    """Scenario, seed, sliders, what is changed, files. ``show`` is made by ``sim.view.levers``.

    Asks {kind: "move", path, value, final} (a number, or the name of an actor's strategy), {kind: "scenario", name},
    {kind: "seed", value}, {kind: "numbers", doubted}, {kind: "posterior", name} ("" for none), {kind: "doubt", path,
    low, high} (without ends: the plausible range), {kind: "undo", path} ("" for all, "numbers" for these), {kind:
    "all"} for the rest of the sliders, {kind: "upload", name} with the file's bytes, {kind: "download", what}.
    """

    _esm = script("levers")


class Split(Control):
    """What sets worlds apart; ``show`` is what ``sim.view.split`` makes, and ``old`` while a newer run is under way.

    Asks nothing: a click on a number goes to its lever, in the browser (the event sim:lever {path}).
    """

    _esm = script("split")


class Fields(Control):
    """A row of choices. ``show``: {label, fields: [{id, kind: "select" or "tabs" or "button", label, value, options:
    [[value, label]]}]}. Asks {kind: "choose", id, value}.
    """

    _esm = script("fields")
