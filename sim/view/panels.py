"""The panels: widgets that get a whole run once and play it in the browser.

Each is a small file of plain JavaScript under ``panels/``; what they share (``SHARED``, ``style.css``) is put in
front of each when this module is imported, because a widget's script must be one module. Panels of the same
``group`` keep in step in the browser, by a window event ``sim:step`` {group, month, focus, hover, power, playing}; the
server hears of a month or a choice only when it is settled.

A payload need be sent once: a panel whose ``run`` (or ``baseline``) is ``{"id": payload["id"]}`` finds it with any
other panel of the page that has it whole.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from sim.figures import palette

HERE = Path(__file__).parent
GEO = HERE / "geo" / "region.json"


SHARED = ("shared", "hub", "save", "frame")


def script(*names: str, **data: Any) -> str:
    """The whole module of a panel: shared helpers, constants for it, its own files."""
    constants = [f"const {key} = {json.dumps(value, separators=(',', ':'))};\n" for key, value in data.items()]
    shared, own = (
        [(HERE / "panels" / f"{name}.js").read_text(encoding="utf-8") for name in files] for files in (SHARED, names)
    )
    return "\n".join([*shared, *constants, *own])


STYLE = (HERE / "panels" / "style.css").read_text(encoding="utf-8")


class Sealed:
    """A value for a ``Whole`` trait, handed on unopened: Reacton walks through dicts and lists at each rendering."""

    __slots__ = ("inside",)

    def __init__(self, inside: dict[str, Any]) -> None:
        self.inside = inside

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.inside is self.inside

    def __hash__(self) -> int:
        return id(self.inside)


def written(value: dict[str, Any], _: object = None) -> dict[str, Any] | str:
    """A whole run as text, anything smaller as it is: ipywidgets looks at every number of a dict for buffers."""
    if "dates" not in value:
        return value
    with _lock:
        found = _written.pop(id(value), None)
        text = found[1] if found else json.dumps(value, separators=(",", ":"))
        _written[id(value)] = (value, text)
        while len(_written) > TEXTS:
            _written.popitem(last=False)
    return text


TEXTS = 4
"""Runs whose text is kept, for the other visitors and the other panels that are sent the same."""
_written: OrderedDict[int, tuple[dict[str, Any], str]] = OrderedDict()
_lock = threading.Lock()


class Whole(traitlets.Dict):
    """A dict that may be given sealed; runs go to the browser as text."""

    def validate(self, obj: Any, value: Any) -> Any:
        """The dict itself."""
        return super().validate(obj, value.inside if isinstance(value, Sealed) else value)


class Panel(anywidget.AnyWidget):
    """What every panel takes; see ``sim.view.payload`` for ``run`` and ``baseline``."""

    _esm = script("empty")
    _css = STYLE

    run = Whole().tag(sync=True, to_json=written)
    """The payload drawn, or {"id": ...} of one that another panel of the page has."""
    baseline = Whole().tag(sync=True, to_json=written)
    """{} or a payload drawn as a faint outline."""
    month = traitlets.Int(0).tag(sync=True)
    """Month of the playhead, 0 (day one) to the run's months."""
    focus = traitlets.Unicode("").tag(sync=True)
    """Code of the republic looked at, or ""."""
    sector = traitlets.Unicode("overall").tag(sync=True)
    """Sector shown, or "overall"."""
    power = traitlets.Unicode("").tag(sync=True)
    """Code of the power looked at, or ""."""
    world = traitlets.Int(0).tag(sync=True)
    """World followed; its numbers are in ``run["follow"]``."""
    theme = traitlets.Unicode("light").tag(sync=True)
    """ "light" or "dark"."""
    group = traitlets.Unicode("sim").tag(sync=True)
    """Panels of one group keep in step."""
    clicked = traitlets.Dict().tag(sync=True)
    """The entry or event last clicked: {kind, event, month, republic, power, n}; n counts clicks."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.on_msg(self._asked)

    def _asked(self, _: Any, content: Any, buffers: list[memoryview]) -> None:
        """Give the browser its own numbers back as Parquet."""
        if isinstance(content, dict) and content.get("kind") == "parquet" and buffers:
            name = re.sub(r"[^a-z0-9.-]+", "-", str(content.get("name", ""))[:120].lower())
            data = parquet(bytes(buffers[0]))
            if data:
                self.send({"kind": "file", "name": name, "mime": "application/vnd.apache.parquet"}, [data])


TABLE_BYTES = 32 * 2**20
"""Largest table of a panel, unpacked."""


def parquet(packed: bytes) -> bytes:
    """The numbers of a panel, CSV packed by gzip, as Parquet: numbers as numbers, nothing as null; b"" for damage."""
    import pandas as pd

    unpack = zlib.decompressobj(wbits=31)
    stream = io.BytesIO()
    try:
        text = unpack.decompress(packed, TABLE_BYTES)
        if not unpack.eof:
            return b""
        table = pd.read_csv(io.BytesIO(text), keep_default_na=False, na_values=[""])
        table.to_parquet(stream, index=False)
    except (zlib.error, ValueError):  # pandas' own errors are ValueErrors
        return b""
    return stream.getvalue()


class Player(Panel):
    """Play, pause, step, scrub and speed; the months' events above the track."""

    _esm = script("player", "clock")


class MapPanel(Panel):
    """The region, coloured by each republic's mix of alignment, with a ribbon for what each power has alive there."""

    _esm = script("places", "map", GEO=json.loads(GEO.read_text(encoding="utf-8")))


class Triangle(Panel):
    """Where each republic stands between the first three powers; the key of the map's colours."""

    _esm = script("mesh", "triangle")


class Fans(Panel):
    """Alignment over time: all worlds as bands, the followed world as a line, one cell a republic."""

    _esm = script("fans")


class Grievances(Panel):
    """Each republic's grievance against each power, by cause."""

    _esm = script(
        "grievances",
        CAUSE_NAMES=palette.CAUSE_NAMES,
        CAUSE_COLORS={"light": palette.CAUSE_COLORS, "dark": palette.CAUSE_COLORS_DARK},
    )


class Deliveries(Panel):
    """What each power pledged, what came and what lapsed."""

    _esm = script("deliveries")


class Projects(Panel):
    """Who won which project in the followed world, month by month, and how it goes over worlds."""

    _esm = script("projects")


class Ledger(Panel):
    """What happened in the followed world, in words; follows the playhead, each row can be clicked."""

    _esm = script("ledger")


class Waterfall(Panel):
    """From one share to another by what moved it.

    ``run`` is {title, start, end, parts: [{name, label, low, median, high, power?, color?}], caption?, unit?}; unit
    "share" (the default: 0..1, shown as points) or "number".
    """

    _esm = script("waterfall")


class DifferenceFan(Panel):
    """Paired differences of shares over time; ``run`` is what ``sim.view.payload.difference_payload`` returns."""

    _esm = script("difference")


class Heat(Panel):
    """A grid of values.

    ``run`` is {title, caption?, x: {label, ticks}, y: {label, ticks}, values: rows (y) of columns (x), unit?: "share"
    or "number", diverging?: bool, color?, digits?}. A click puts {kind: "cell", x, y, value} into ``clicked``.
    """

    _esm = script("heat")


class Curves(Panel):
    """Lines with bands over a number.

    ``run`` is {title, caption?, x: {label, values}, y: {label}, series: [{name, color, low?, median, high?}], unit?,
    mark?: an x value to point out}.
    """

    _esm = script("curves")


class Bars(Panel):
    """Bars with whiskers, longest first as given.

    ``run`` is {title, caption?, rows: [{name, label?, value, low?, high?, color?, about?}], unit?: "share", "points"
    (changes of shares) or "number", digits?}. A click
    puts {kind: "bar", name} into ``clicked``.
    """

    _esm = script("bars")
