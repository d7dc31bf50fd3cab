"""What the commands about sweeps print: sizes, effects, sensitivity indices and rules, for 80 columns or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from sim.cli import layout
from sim.runs.words import percent
from sim.scenario.paths import said
from sim.sweeps.factors import SCENARIO, outcome_is_share

if TYPE_CHECKING:
    from sim.sweeps.discovery import Discovery
    from sim.sweeps.sensitivity import Sensitivity
    from sim.sweeps.sweep import Estimate, Stopped
    from sim.sweeps.table import Sweep
    from sim.sweeps.trees import Trial

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


def print_sweep(sweep: Sweep, format: str) -> None:
    """Print the result of a sweep: how each factor alone moves the main outcomes."""
    if format == "csv":
        layout.print_csv(sweep.effects())
        return
    if format == "json":
        layout.print_json({"effects": layout.records(sweep.effects()), "manifest": sweep.manifest})
        return
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
            f"{outcome}, mean where a factor is low and where it is high{_UNIT if sweep.is_share(outcome) else ''}",
            ["Factor"],
            ["low", "high", "mean", "mean", "change", "±"],
        )
        rows = [_effect(row, share=sweep.is_share(outcome)) for row in mine.head(SHOWN).itertuples()]
        room = (
            layout.NARROWEST
            - sum(max(map(len, column)) for column in list(zip(*rows, strict=True))[1:])
            - 2 * len(rows[0])
        )
        for factor, *cells in rows:
            table.add_row(layout.broken(factor, room), *cells)
        layout.print_table(console, table)
        _rest(console, len(mine))
    console.print(f"\n±: half of a 95 % interval for the luck of the worlds{_OTHERS.get(sweep.design, _SAMPLE)}.")
    if any(map(sweep.is_mean, effects.outcome)):
        console.print(f"Means over {sweep.scenario.words.members}: {sweep.weighted}.")
    if sweep.design in ("saltelli", "morris"):
        console.print(f"sim sensitivity {sweep.folder or 'DIR'} says more.")
    if sweep.folder is not None:
        console.print(f"\nRows, one a point and world: {sweep.folder}/parts/*.parquet, or sim.Sweep.load in Python.")


def print_sensitivity(sensitivity: Sensitivity, format: str) -> None:
    """Print indices by outcome, each with its verdict."""
    if format == "csv":
        layout.print_csv(sensitivity.table)
        return
    if format == "json":
        tables = {"indices": sensitivity.table, "verdicts": sensitivity.verdicts}
        layout.print_json({**{name: layout.records(one) for name, one in tables.items()}, "note": sensitivity.note})
        return
    console = layout.stdout()
    part, screened = sensitivity.kind != "morris", sensitivity.kind == "morris"
    columns, keys = _COLUMNS[sensitivity.kind]
    verdict: Any
    for verdict in sensitivity.verdicts.itertuples():
        share = outcome_is_share(str(verdict.outcome))
        mean, sd = (
            (f"{100 * verdict.mean:.1f} %", f"{100 * verdict.sd:.2g} points")
            if share
            else (f"{verdict.mean:.4g}", f"{verdict.sd:.2g}")
        )
        title = f"{verdict.outcome}: mean {mean}, standard deviation between points {sd}"
        if share and screened:
            title += "; mu in points"
        table = layout.table(title, ["Factor"], columns)
        mine = sensitivity.of(str(verdict.outcome))
        for _, row in mine.head(SHOWN).iterrows():
            factor = layout.broken(str(row["factor"]), layout.NARROWEST - 40)
            table.add_row(factor, *(_index(float(row[key]), part=part, points=share) for key in keys))
        layout.print_table(console, table)
        _rest(console, len(mine))
        luck = getattr(verdict, "luck", np.nan)
        console.print(f"{verdict.verdict}{'' if np.isnan(luck) else f' Luck: {percent(float(luck), 1)}.'}")
    legend = {
        "sobol": "S1: share of the variance that the factor explains alone. ST: with all its interactions. ±: half of "
        "a 95 % interval. ",
        "morris": "mu*: mean size of the change when the factor moves. sigma: how much that depends on the others. ±: "
        "half of a 95 % interval. ",
    }.get(sensitivity.kind, "")
    console.print(f"\n{legend}{sensitivity.note}")


def print_discovery(discovery: Discovery, format: str) -> None:
    """Print the boxes and their rules."""
    if format == "csv":
        layout.print_csv(discovery.table)
        return
    if format == "json":
        layout.print_json(
            {
                "where": discovery.where,
                "rate": discovery.rate,
                "rows": discovery.rows,
                "method": discovery.method,
                "rules": [box.rule for box in discovery.boxes],
                "boxes": layout.records(discovery.table),
                "trial": None if discovery.trial is None else _plain(discovery.trial),
            }
        )
        return
    console = layout.stdout()
    console.print(f"{discovery.where} in {percent(discovery.rate, 1)} of {discovery.rows:,} worlds.", soft_wrap=True)
    trial = discovery.trial
    if not discovery.boxes:
        console.print(
            "No region of the factor space has a much higher rate."
            if trial is None
            else "No tree foretells it better than the overall rate does, where points are left out."
        )
        return
    for number, box in enumerate(discovery.boxes, 1):
        console.print(f"\n{number}. {box.rule}")
        times = f"{box.density / discovery.rate:.1f}"
        lift = "" if not box.density else f"{'under 0.1' if times == '0.0' else times} times the overall rate, "
        console.print(
            f"   coverage {percent(box.coverage)}, density {percent(box.density)}, {lift}"
            f"{percent(box.mass, 1)} of all worlds"
        )
    if trial is not None:
        console.print(f"\n{tried(trial, discovery.rate)}")


def tried(trial: Trial, rate: float) -> str:
    """How a tree fared where points were left out, against the overall rate, in words."""
    text = (
        f"Rates are of the points that the tree was grown on. Tried on points left out ({trial.folds} parts, each "
        f"foretold from the others), its mean squared miss is {trial.brier:.3f} against {trial.base:.3f} of the "
        "overall rate: "
    )
    text += f"{percent(trial.skill)} less." if trial.skill > 0 else "no better."
    if np.isnan(trial.dense):
        return f"{text} No leaf there in which it mostly holds."
    return f"{text} Where it says mostly, it holds in {percent(trial.dense)} of worlds, against {percent(rate)} of all."


def _plain(trial: Trial) -> dict[str, float | int | None]:
    dense = None if np.isnan(trial.dense) else trial.dense
    return {"folds": trial.folds, "brier": trial.brier, "base": trial.base, "skill": trial.skill, "dense": dense}


_COLUMNS = {
    "sobol": (["S1", "±", "ST", "±"], ["S1", "S1_conf", "ST", "ST_conf"]),
    "morris": (["mu*", "±", "mu", "sigma"], ["mu_star", "mu_star_conf", "mu", "sigma"]),
    "scores": (["score", "±", "chance"], ["score", "error", "chance"]),
}
"""Headings of a table of indices, and the columns they stand above, by kind."""
_UNIT = " (change in points)"
_SAMPLE = " and for the other factors, which differ between the two ends"
_OTHERS = {"grid": ""}


def _effect(row: Any, *, share: bool) -> list[str]:
    """A row of effects as cells; scenarios, whose names are long, stand beside the factor."""
    ends, name = [said(row.factor, end, 3) for end in (row.low_at, row.high_at)], row.factor
    if name == SCENARIO:
        ends, name = ["", ""], f"{name}: {ends[0]} to {ends[1]}"
    if share:
        means = [f"{100 * value:.2f} %" for value in (row.low, row.high)]
        return [name, *ends, *means, f"{100 * row.change:+.2f}", f"{100 * row.change_conf:.2f}"]
    return [name, *ends, f"{row.low:.4g}", f"{row.high:.4g}", f"{row.change:+.3g}", f"{row.change_conf:.3g}"]


def _rest(console: Console, count: int) -> None:
    if count > SHOWN:
        console.print(f"... and {count - SHOWN} more factors that matter less")


def _index(value: float, *, part: bool, points: bool) -> str:
    """An index: of Sobol a part of the variance, in per cent; of Morris in the outcome's unit, points of a share."""
    if np.isnan(value):
        return "-"
    if part:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.2f}" if points else f"{value:.3g}"
