"""What ``sim data`` prints: the observed figures, where they are from and what contradicts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli import layout
from sim.evidence.catalogue import DRAWN
from sim.evidence.observed import NAMES

if TYPE_CHECKING:
    from sim.evidence.catalogue import Series

CITED = 12
"""Citations of a series that are printed."""
KEYS = ("republic", "power", "power_a", "power_b", "target", "year", "period", "date", "start", "end")
"""Columns that say what a figure is about; kept short and first."""


def print_catalogue(known: Mapping[str, Series], format: str) -> None:
    """All observed series with coverage, sources and contradictions."""
    rows = [
        {
            "name": one.name,
            "kind": one.kind,
            "years": _years(one),
            "cells": one.cells,
            "title": one.title,
            "coverage": one.coverage,
            "source": one.source,
            "licence": one.licence,
            "contradictions": list(one.contradictions),
        }
        for one in known.values()
    ]
    if format == "json":
        layout.print_json({"series": rows})
        return
    if format == "csv":
        layout.print_csv(
            pd.DataFrame(
                [
                    row | {"contradictions": " | ".join(one.contradictions)}
                    for row, one in zip(rows, known.values(), strict=True)
                ]
            )
        )
        return
    console = layout.stdout()
    table = layout.table(
        "Observed figures (scenarios cite them as data:NAME)",
        ["Name", "Kind", "Years"],
        ["cells"],
        ["What, coverage, known faults"],
    )
    for one in known.values():
        known_faults = "".join(f"\nMind: {text}" for text in one.contradictions)
        said = f"{one.title}.\nCovers: {one.coverage}.\nFrom: {one.source}.{known_faults}\n"
        table.add_row(one.name, one.kind, _years(one), str(one.cells), said)
    layout.print_table(console, table)
    console.print(f"sim data NAME shows the figures; --plot FILE draws those by year: {', '.join(DRAWN)}.")


def print_series(one: Series, format: str) -> None:
    """The figures of one series."""
    frame = one.frame()
    if format == "csv":
        layout.print_csv(frame)
        return
    if format == "json":
        layout.print_json(
            {
                "name": one.name,
                "title": one.title,
                "coverage": one.coverage,
                "source": one.source,
                "licence": one.licence,
                "contradictions": list(one.contradictions),
                "rows": layout.records(frame),
                "citations": dict(one.citations().itertuples(index=False)),
            }
        )
        return
    console = layout.stdout()
    console.print(f"{one.name}: {one.title}", style="bold")
    console.print(f"Covers: {one.coverage}. From: {one.source}. Licence: {one.licence}.")
    for text in one.contradictions:
        console.print(f"Mind: {text}")
    keys = [name for name in frame.columns if name in KEYS and frame[name].notna().any()]
    numbers = [
        name
        for name in frame.columns
        if name not in keys and pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().any()
    ]
    texts = [
        name
        for name in frame.columns
        if name not in (*keys, *numbers, "source", "confidence") and frame[name].notna().any()
    ]
    table = layout.table("", keys, numbers, [texts[0] if len(texts) == 1 else "remarks"] if texts else [])
    for row in frame.itertuples(index=False):
        said = [str(getattr(row, name)) for name in texts if not pd.isna(getattr(row, name))]
        table.add_row(*(_cell(getattr(row, name)) for name in (*keys, *numbers)), *([", ".join(said)] if texts else []))
    layout.print_table(console, table)
    codes = sorted({str(code) for key in keys for code in frame[key].dropna()} & set(NAMES), key=list(NAMES).index)
    if codes:
        console.print(f"\n{', '.join(f'{code} {NAMES[code]}' for code in codes)}.")
    cited = one.citations()
    console.print(
        f"\nSources: {'; '.join(cited.citation[:CITED])}"
        f"{f' and {len(cited) - CITED} more (--format csv names each row’s)' if len(cited) > CITED else ''}."
    )


def _years(one: Series) -> str:
    """The years that its figures are of: "1992–2025"; nothing where they are of none."""
    return "" if one.years is None else "–".join(dict.fromkeys(map(str, one.years)))


def _cell(value: Any) -> str:
    """A figure as written in the file, without a tail of zeros."""
    if pd.isna(value):
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
