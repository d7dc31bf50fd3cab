"""What ``sim calibrate`` and ``sim backtest`` print and write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli.pages.run import _chance, _print_table, _rows, _stdout, _table, command
from sim.evidence.baselines import ALONE, METHODS, MODEL
from sim.evidence.observed import NAMES
from sim.runs.folder import versions
from sim.runs.words import spelled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.evidence.backtest import Backtest
    from sim.evidence.calibrate import Calibration

MANIFEST = "manifest.json"
WHAT = {
    "trade": "Trade mix of Kazakhstan, Kyrgyzstan and Uzbekistan",
    "votes": "Agreement in the General Assembly, five republics",
    "own votes": "the same, less the mean of the five",
}


def print_calibration(fit: Calibration, check: pd.DataFrame, format: str = "table") -> None:
    """Prior and posterior of every parameter, and whether the fitted model makes such records."""
    if format == "csv":
        sys.stdout.write(fit.table().to_csv(index=False, lineterminator="\n"))
        return
    facts = _manifest(fit.facts() | {"effective": round(fit.effective, 1)})
    if format == "json":
        _print_json({"parameters": fit.table(), "predictive": check}, facts)
        return
    console = _stdout()
    console.print(
        f"Fitted to the record up to {fit.origin}: {len(fit.weights):,} worlds, by weight worth {fit.effective:,.0f}",
        style="bold",
    )
    table = _table(
        "Parameters: 80 % ranges before and after", ["Parameter"], ["prior", "posterior", "median", "learnt"]
    )
    for row in _rows(fit.table()):
        table.add_row(
            spelled(str(row.parameter), NAMES),
            *(
                text.replace("-", "−")
                for text in (
                    f"{row.prior_low:.3f} to {row.prior_high:.3f}",
                    f"{row.low:.3f} to {row.high:.3f}",
                    f"{row.median:.3f}",
                )
            ),
            _chance(max(float(row.learnt), 0.0)),
        )
    _print_table(console, table)
    console.print("Learnt: part of the prior's variance that the record takes away; near 0 the record says nothing.")
    table = _table(
        "Posterior predictive check: would the fitted model make such a record?",
        ["Feature"],
        ["record", "5 %", "median", "95 %", "p"],
    )
    previous = ""
    for row in _rows(check):
        of, _, feature = spelled(str(row.feature), NAMES).partition(": ")
        if of != previous:
            table.add_row(of)
        previous = of
        table.add_row(
            f"  {feature}",
            *(f"{value:.3f}".replace("-", "−") for value in (row.observed, row.low, row.median, row.high)),
            f"{row.p:.2f}",
        )
    _print_table(console, table)
    console.print("Log-ratio points; p near 0 or 1: it would not.")
    _print_colophon(console, facts)


def print_backtest(test: Backtest, format: str) -> None:
    """The tables as a page, or for programs."""
    if format == "csv":
        sys.stdout.write(test.table().to_csv(index=False, lineterminator="\n"))
    elif format == "json":
        _print_json(_tables(test), _manifest(test.facts))
    else:
        _print_page(test)


def _print_page(test: Backtest) -> None:
    console = _stdout()
    facts = test.facts
    known = "events after the origin hidden" if test.blind else "dated events known to the model"
    console.print(f"Backtest: forecasts from {facts['origins'][0]} to {facts['origins'][-1]}, {known}", style="bold")
    scores = test.table()
    for what in ("trade", "votes"):
        own = ["own part"] if what == "votes" else []
        table = _table(
            WHAT[what],
            ["Years", "Method"],
            ["distance" if what == "trade" else "error", *own, "CRPS", "80 % band", "cells"],
        )
        previous = 0
        for row in _rows(scores[scores.what == what]):
            middle = [f"{row.own:.4f}"] if own else []
            table.add_row(
                "" if row.horizon == previous else str(row.horizon),
                str(row.method),
                f"{row.error:.4f}",
                *middle,
                f"{row.crps:.4f}",
                _chance(float(row.covered)),
                str(row.cells),
            )
            previous = int(row.horizon)
        _print_table(console, table)
    console.print(
        "Distance: Aitchison, of the mix over the three powers. Error: in shares of 1. Own part: the same of "
        "the distance from the mean of the five. CRPS: error of the whole forecast, band and all, in shares "
        "of 1; of all these, lower is better. 80 % band: how often it held; it should be about 80 %. Error "
        "model alone: the same statistics with the simulation taken out."
    )
    _print_verdict(console, test)
    _print_directions(console, test)
    _print_colophon(console, facts)


def _print_json(tables: Mapping[str, pd.DataFrame], facts: dict[str, Any]) -> None:
    answer: dict[str, Any] = {
        name: json.loads(frame.to_json(orient="records", double_precision=6)) for name, frame in tables.items()
    }
    sys.stdout.write(json.dumps(answer | {"manifest": facts}, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _print_colophon(console: Any, facts: Mapping[str, Any]) -> None:
    rounds = f"{facts['rounds']} round{'' if facts['rounds'] == 1 else 's'}"
    each = " an origin" if "origins" in facts else ""
    console.print(
        f"\nSeed {facts['seed']}, {rounds} of {facts['worlds']:,} worlds{each}, record "
        f"{facts['record'][:12]}, scenario {facts['scenario']}"
    )
    console.print(", ".join(f"{name} {version}" for name, version in versions().items()))


def _print_verdict(console: Any, test: Backtest) -> None:
    """The model against the best other method, by horizon."""
    table = _table(
        "The model's gain on the best baseline, and on its own error model alone",
        ["", "Years", "By"],
        ["best baseline", "gain", "5 %", "95 %", "on error model"],
    )
    for measure, label in (("crps", "CRPS"), ("error", "point")):
        gains = test.gains(measure)
        for (what, horizon), part in gains.groupby(["what", "horizon"], sort=False):
            alone = part[part.method == ALONE].gain.iloc[0]
            best = part[part.method != ALONE].sort_values("gain").iloc[0]
            gain, low, high, on = (
                f"{100 * value:+.1f} %".replace("-", "−") for value in (best.gain, best.low, best.high, alone)
            )
            if len(test.facts["origins"]) == 1:
                low = high = "–"  # one origin has no spread
            table.add_row(str(what), str(horizon), label, str(best.method), gain, low, high, on)
    _print_table(console, table)
    console.print("Above 0 the model is better. The range is a bootstrap of whole origins: few, and overlapping.")


def _print_directions(console: Any, test: Backtest) -> None:
    found = test.directions()
    if found.empty:
        return
    table = _table(
        "Directions right, forecast from 2019: 2022–24 against 2013–19",
        ["Method"],
        ["trade mix", "votes", "votes, own part"],
    )
    counts = found.groupby(["method", "what"]).right.agg(["sum", "size"])
    for method in METHODS:
        keys = [(method, what) for what in ("trade", "votes", "own votes")]
        cells = [f"{counts['sum'][key]} of {counts['size'][key]}" if key in counts.index else "–" for key in keys]
        table.add_row(method, *cells)
    _print_table(console, table)
    wrong = found[(found.method == MODEL) & ~found.right]
    for what in ("trade", "votes"):
        missed = ", ".join(f"{NAMES[row.republic]}–{NAMES[row.power]}" for row in _rows(wrong[wrong.what == what]))
        console.print(f"Missed by the model, {what}: {missed or 'none'}")


# -- files -------------------------------------------------------------------------------------------------------------


def save_calibration(fit: Calibration, check: pd.DataFrame, folder: Path) -> None:
    """Write posterior.csv, parameters.csv, predictive.csv and the figures beside the rounds."""
    from sim.figures import evidence as figures_backtest

    fit.posterior().write(folder / "posterior.csv")
    fit.table().to_csv(folder / "parameters.csv", index=False, float_format="%.6g", lineterminator="\n")
    check.to_csv(folder / "predictive.csv", index=False, float_format="%.6g", lineterminator="\n")
    _draw(
        folder,
        {
            "prior-posterior": lambda: figures_backtest.prior_posterior(fit),
            "predictive": lambda: figures_backtest.predictive_check(check, fit.origin),
        },
    )


def save_backtest(test: Backtest, folder: Path) -> None:
    """Write cells.csv, the tables, the figures and a manifest."""
    from sim.figures import evidence as figures_backtest

    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in (_tables(test) | {"cells": test.cells}).items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    _draw(
        folder, {"scores": lambda: figures_backtest.scores(test), "forecasts": lambda: figures_backtest.forecasts(test)}
    )
    (folder / MANIFEST).write_text(json.dumps(_manifest(test.facts), indent=1) + "\n", encoding="utf-8")


def _tables(test: Backtest) -> dict[str, pd.DataFrame]:
    gains = pd.concat([test.gains(measure).assign(measure=measure) for measure in ("crps", "error")], ignore_index=True)
    return {"scores": test.table(), "gains": gains, "directions": test.directions()}


def _manifest(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"command": command(), "versions": versions()}


def _draw(folder: Path, figures: dict[str, Callable[[], Figure]]) -> None:
    for name, make in figures.items():
        figure = make()
        figure.savefig(folder / f"{name}.png", dpi=150)
        figure.savefig(folder / f"{name}.svg")
