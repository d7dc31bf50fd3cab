"""What commands with ``--out`` write: tables as CSV, figures as PNG and SVG, what was asked, facts as a manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.layout import stamped
from sim.runs.folder import MANIFEST, write_ask
from sim.runs.sheet import csv_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.runs.ask import Ask


def write_folder(
    folder: Path,
    *,
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figure],
    asks: Mapping[str, Ask],
    facts: Mapping[str, Any],
) -> None:
    """Write all of an answer, each by its name without ending; ``facts``, with a ``kind``, become manifest.json.

    What was asked is written by suffix, see ``sim.runs.folder.write_ask``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder, tables)
    write_figures(folder, figures, facts["kind"])
    for suffix, ask in asks.items():
        write_ask(ask, folder, suffix)
    manifest = json.dumps(stamped(facts), indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(manifest + "\n", encoding="utf-8")


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables, numbers to six significant digits."""
    for name, frame in tables.items():
        (folder / f"{name}.csv").write_text(csv_of(frame, "%.6g"), encoding="utf-8", newline="")


def write_figures(folder: Path, figures: Mapping[str, Figure], kind: str) -> None:
    """Write figures; ``kind`` says in the files of what they are."""
    from sim.figures.result import save

    for name, figure in figures.items():
        save(figure, folder / name, f"{kind}: {name}")
