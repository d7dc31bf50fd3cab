"""What ``sim packages`` and ``sim seek`` print and write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.cli import layout
from sim.cli.save import write_figures, write_tables
from sim.decisions import regret
from sim.runs.ask import Ask
from sim.runs.words import capital, number
from sim.scenario.paths import said
from sim.sweeps.factors import outcome_words

if TYPE_CHECKING:
    from sim.decisions.packages import Packages
    from sim.decisions.sought import Sought
    from sim.decisions.want import Want
    from sim.scenario import Scenario
    from sim.sweeps.sweep import Stopped

_FIGURES = "figures"
ROWS = 12
"""Settings that a page lists; CSV and JSON have all."""
_WORST = "Worst 10th: mean of the tenth of futures that is worst for what is wanted (of a want of less the highest)."


def save_packages(found: Packages, folder: Path) -> list[Path]:
    """Write table and figure beside the futures of packages; returns the paths."""
    write_tables(folder, {"packages": found.table()})
    (folder / _FIGURES).mkdir(exist_ok=True)
    write_figures(folder / _FIGURES, {"packages": found.figure()}, "packages")
    return [folder / "packages.csv", *(folder / _FIGURES / f"packages.{kind}" for kind in ("png", "svg"))]


def print_packages(found: Packages, format: str) -> None:
    """Packages as a page to read, or for a program."""
    if format == "csv":
        layout.print_csv(found.table())
        return
    if format == "json":
        layout.print_json(
            {
                "packages": layout.records(found.table()),
                "futures": found.futures,
                "robust": found.names[found.robust] if found.reached.max() > 0.0 else None,
                "best_on_average": found.names[found.best],
                "words": found.paragraph(),
                "manifest": layout.stamped({"kind": "packages", **found.sweep.manifest["same"]}),
            }
        )
        return
    console, story = layout.stdout(), found.crossing.base
    for want, gain in zip(found.wants, found.gains, strict=True):
        table = layout.table(
            _title(want, story), ["Package"], ["reached", "mean", "worst 10th", "regret", "9 of 10", "cost"]
        )
        good = want.good(gain)
        behind, worst = regret.regret(good), want.sign * regret.worst(good)
        for i, package in enumerate(found.packages):
            table.add_row(
                package.name + (" ◂" if i == found.robust and found.reached[i] > 0.0 else ""),
                layout.chance(float(want.met(gain)[i].mean())),
                want.shown(float(gain[i].mean())),
                want.shown(float(worst[i])),
                _regret(want, float(behind[i].mean())),
                _regret(want, float(np.quantile(behind[i], regret.HIGH))),
                number(package.cost, 2) + ("*" if package.unpriced else ""),
            )
        layout.print_table(console, table)
    if len(found.wants) > 1:
        parts = [f"{name} {layout.chance(part)}" for name, part in zip(found.names, found.reached, strict=True)]
        console.print(f"\nAll of it at once: {', '.join(parts)}.")
    console.print(f"\n{found.paragraph()}")
    star = " *: moves something that has no price." if any(p.unpriced for p in found.packages) else ""
    console.print(
        f"\nReached: part of the futures. {_WORST} Regret: behind the best package of the same future, on average and "
        f"at most in nine of ten. Cost: {found.crossing.unit} a month.{star}"
    )
    plan = found.crossing.plan
    ask = Ask(story, plan.worlds, plan.seed, posterior=plan.posterior, doubt=plan.doubt)
    console.print(layout.colophon(found.futures, [story.hash], ask))


# -- a search ----------------------------------------------------------------------------------------------------------


def stopped_search(stop: Stopped) -> str:
    """What was kept of a search before Ctrl-C, in a line."""
    return f"Stopped: {stop.done:,} worlds are kept in {stop.folder}. The same command goes on from there."


def save_sought(found: Sought, folder: Path) -> list[Path]:
    """Write tables and the figure into the folder of a search; returns the paths."""
    write_tables(folder, {"front": found.table(), "tried": found.evaluated()})
    write_figures(folder, {"trade-off": found.figure()}, "seek")
    return [folder / name for name in ("front.csv", "tried.csv", "trade-off.png", "trade-off.svg")]


def print_sought(found: Sought, format: str) -> None:
    """What a search found as a page to read, or for a program."""
    if format == "csv":
        layout.print_csv(found.table())
        return
    if format == "json":
        layout.print_json(
            {
                "front": layout.records(found.table()),
                "chosen": found.chosen,
                "surest": found.surest,
                "nothing_works_below": found.floor,
                "evaluations": found.evaluations,
                "words": found.paragraph(),
                "manifest": layout.stamped({"kind": "seek", **found.search.facts}),
            }
        )
        return
    console, asked = layout.stdout(), found.search
    shown = _shown(found)
    for want, gain in zip(asked.wants, found.gains, strict=True):
        table = layout.table(
            _title(want, asked.scenario), [], ["cost", "reached", "mean", "worst 10th", "regret"], ["Setting"]
        )
        good = want.good(gain)
        behind, worst = regret.regret(good), want.sign * regret.worst(good)
        for place in shown:
            table.add_row(
                number(float(found.costs[place]), 3),
                layout.chance(float(want.met(gain)[place].mean())),
                want.shown(float(gain[place].mean())),
                want.shown(float(worst[place])),
                _regret(want, float(behind[place].mean())),
                ("▸ " if place == found.chosen else "") + _setting(found, place),
            )
        layout.print_table(console, table)
    left = len(found.settings) - len(shown)
    if left:
        console.print(f"{left} more settings between these: --format csv.")
    console.print(f"\n{found.paragraph()}")
    console.print(
        f"\nCost: {asked.unit} a month. Reached: part of the futures. {_WORST} Regret: behind the best of all these "
        "settings in the same future, on average. Levers that are not named stay where they are."
    )
    ask = Ask(asked.scenario, asked.worlds, asked.seed, posterior=asked.posterior, doubt=asked.doubt)
    console.print(layout.colophon(asked.worlds, [asked.scenario.hash], ask))


def _shown(found: Sought) -> list[int]:
    """The settings that a page lists: doing nothing, the cheapest that works, the surest, and others between them."""
    count = len(found.settings)
    if count <= ROWS:
        return list(range(count))
    even = np.linspace(0, count - 1, ROWS - 2).round().astype(int).tolist()
    return sorted({*even, found.surest, *([found.chosen] if found.chosen is not None else [])})


def _setting(found: Sought, place: int) -> str:
    """A setting in a few words: paths and values of what is moved."""
    asked = found.search
    now, there = asked.labels(asked.now), asked.labels(found.settings[place].tolist())
    parts = []
    for lever in asked.levers:
        path, value = lever.path, there[lever.path]
        if value != now[path]:
            shown = ("yes" if value else "no") if lever.kind == "switch" else said(path, value, 4)
            parts.append(f"{_short(path)} {shown}")
    return ", ".join(parts) or "nothing is done"


def _short(path: str) -> str:
    """A path without its section: ``EUU.budget``."""
    return path.partition(".")[2].removesuffix(".on")


def _title(want: Want, story: Scenario) -> str:
    unit = {"pp": "percentage points", "%": "%", "": ""}[want.unit]
    what = capital(outcome_words(want.outcome, story)) + (", against doing nothing" if want.relative else "")
    return f"{what}{f' ({unit})' if unit else ''}; wanted: {want.aim}"


def _regret(want: Want, behind: float) -> str:
    """A regret, which has no sign."""
    return f"{100.0 * behind if want.is_share else behind:.1f}"
