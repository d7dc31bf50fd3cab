"""What the commands about sweeps print: sizes, effects, sensitivity indices and rules, for 80 columns or a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from sim.cli import layout
from sim.runs.words import percent
from sim.sweeps.factors import SCENARIO

if TYPE_CHECKING:
    from sim.sweeps.discovery import Discovery
    from sim.sweeps.sensitivity import Sensitivity
    from sim.sweeps.sweep import Estimate, Stopped
    from sim.sweeps.table import Sweep

SHOWN = 12
"""Factors of an outcome that are printed; the rest is only counted."""


def sized(estimate: Estimate) -> str:
    """A sweep's size and cost in a line."""
    text = (
        f"{estimate.points:,} points x {estimate.worlds:,} worlds = {estimate.rows:,} worlds of "
        f"{estimate.months:,} months"
    )
    if estimate.left == 0:
        return f"{text}; all done."
    if estimate.left < estimate.rows:
        text += f", {estimate.left:,} of them left"
    if estimate.damaged:
        text += f" ({estimate.damaged} damaged part{'s' if estimate.damaged > 1 else ''} made anew)"
    workers = f"in {estimate.workers} process{'es' if estimate.workers > 1 else ''}"
    if estimate.workers == 0:
        workers = "of one core, shared out by the cluster"
    return (
        f"{text}; about {duration(estimate.seconds)} {workers}, {layout.amount(estimate.disk)} on disk, "
        f"{layout.amount(estimate.memory)} of memory."
    )


def stopped(stop: Stopped) -> str:
    """How much of a sweep was saved before Ctrl-C, and how to resume it, in a line."""
    return (
        f"Stopped: {stop.done:,} of {stop.total:,} worlds are saved in {stop.folder}. The same "
        "command resumes the sweep."
    )


def duration(seconds: float) -> str:
    """A time in words: "8 s", "12 min", "3.4 h"."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def print_sweep(sweep: Sweep) -> None:
    """Print the result of a sweep: how each factor alone moves the main outcomes."""
    console = layout.stdout()
    luck = "the same luck at every point" if sweep.paired else "luck of its own at every point"
    posterior = "" if sweep.posterior is None else f", posterior {sweep.posterior}"
    console.print(
        f"{sweep.size:,} points x {sweep.worlds:,} worlds, design {sweep.design}, {luck}, seed {sweep.seed}{posterior}"
    )
    effects = sweep.effects()
    for outcome in dict.fromkeys(effects.outcome):
        mine = effects[effects.outcome == outcome]
        table = layout.table(
            f"{outcome}, mean where a factor is low and where it is high",
            ["Factor"],
            ["low", "high", "mean", "mean", "change", "±"],
        )
        rows = [_effect(row) for row in mine.head(SHOWN).itertuples()]
        room = (
            layout.NARROWEST
            - sum(max(map(len, column)) for column in list(zip(*rows, strict=True))[1:])
            - 2 * len(rows[0])
        )
        for factor, *cells in rows:
            table.add_row(_broken(factor, room), *cells)
        layout.print_table(console, table)
        _rest(console, len(mine))
    console.print(f"\n±: half of a 95 % interval for the luck of the worlds{_OTHERS.get(sweep.design, _SAMPLE)}.")
    if sweep.design in ("saltelli", "morris"):
        console.print(f"sim sensitivity {sweep.folder or 'DIR'} says more.")
    if sweep.folder is not None:
        console.print(f"\nRows, one a point and world: {sweep.folder}/parts/*.parquet, or sim.Sweep.load in Python.")


def print_sensitivity(sensitivity: Sensitivity) -> None:
    """Print indices by outcome, each with its verdict."""
    console = layout.stdout()
    sobol = sensitivity.kind == "sobol"
    columns = ["S1", "±", "ST", "±"] if sobol else ["mu*", "±", "mu", "sigma"]
    keys = ["S1", "S1_conf", "ST", "ST_conf"] if sobol else ["mu_star", "mu_star_conf", "mu", "sigma"]
    verdict: Any
    for verdict in sensitivity.verdicts.itertuples():
        title = f"{verdict.outcome}: mean {verdict.mean:.4g}, standard deviation between points {verdict.sd:.2g}"
        table = layout.table(title, ["Factor"], columns)
        mine = sensitivity.of(str(verdict.outcome))
        for _, row in mine.head(SHOWN).iterrows():
            table.add_row(str(row["factor"]), *(_index(float(row[key])) for key in keys))
        layout.print_table(console, table)
        _rest(console, len(mine))
        luck = "" if np.isnan(verdict.luck) else f" Luck: {percent(float(verdict.luck), 1)}."
        console.print(f"{verdict.verdict}{luck}")
    legend = (
        "S1: share of the variance that the factor explains alone. ST: with all its interactions."
        if sobol
        else "mu*: mean size of the change when the factor moves. sigma: how much that depends on the others."
    )
    console.print(f"\n{legend} ±: half of a 95 % interval. {sensitivity.note}")


def print_discovery(discovery: Discovery) -> None:
    """Print the boxes and their rules."""
    console = layout.stdout()
    console.print(f"{discovery.where} in {percent(discovery.rate, 1)} of {discovery.rows:,} worlds.", soft_wrap=True)
    if not discovery.boxes:
        console.print("No region of the factor space has a much higher rate.")
        return
    for number, box in enumerate(discovery.boxes, 1):
        console.print(f"\n{number}. {box.rule}")
        lift = box.density / discovery.rate
        console.print(
            f"   coverage {box.coverage:.2f}, density {box.density:.2f}, {lift:.1f} times the overall rate, "
            f"{percent(box.mass, 1)} of all worlds"
        )


_SAMPLE = " and for the other factors, which differ between the two ends"
_OTHERS = {"grid": ""}


def _effect(row: Any) -> list[str]:
    """A row of effects as cells; scenarios, whose names are long, stand beside the factor."""
    ends, name = [_at(row.low_at), _at(row.high_at)], row.factor
    if name == SCENARIO:
        ends, name = ["", ""], f"{name}: {ends[0]} to {ends[1]}"
    return [name, *ends, f"{row.low:.4f}", f"{row.high:.4f}", f"{row.change:+.4f}", f"{row.change_conf:.4f}"]


def _broken(path: str, room: int) -> str:
    """A path in lines that fit, broken after dots and spaces."""
    lines = [""]
    for piece in re.split(r"(?<=[. ])", path):
        if lines[-1] and len((lines[-1] + piece).rstrip()) > max(room, 12):
            lines.append("  ")
        lines[-1] += piece
    return "\n".join(lines)


def _rest(console: Console, count: int) -> None:
    if count > SHOWN:
        console.print(f"... and {count - SHOWN} more factors that matter less")


def _at(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _index(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"
