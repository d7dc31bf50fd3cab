"""What ``sim calibrate`` and ``sim backtest`` print and write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli import layout
from sim.cli.save import write_figures, write_folder, write_tables
from sim.evidence.baselines import ALONE, METHODS, MODEL
from sim.evidence.observed import NAMES
from sim.runs.words import minus, spelled

if TYPE_CHECKING:
    from sim.evidence.backtest import Backtest
    from sim.evidence.calibrate import Calibration
    from sim.evidence.runscore import RunScore
    from sim.runs.result import Result

WHAT = {
    "trade": "Trade mix of Kazakhstan, Kyrgyzstan and Uzbekistan",
    "votes": "Agreement in the General Assembly, five republics",
    "own votes": "the same, minus the mean of the five",
}


def print_calibration(fit: Calibration, check: pd.DataFrame, format: str = "table") -> None:
    """Prior and posterior of every parameter, and the posterior predictive check."""
    if format == "csv":
        layout.print_csv(fit.table())
        return
    facts = fit.facts() | {"effective": round(fit.effective, 1)}
    if format == "json":
        layout.print_json(
            _records({"parameters": fit.table(), "predictive": check}) | {"manifest": layout.stamped(facts)}
        )
        return
    console = layout.stdout()
    console.print(
        f"Fitted to the record up to {fit.origin}: {len(fit.weights):,} worlds, "
        f"effective sample size {fit.effective:,.0f}",
        style="bold",
    )
    table = layout.table(
        "Parameters: 80 % ranges before and after", ["Parameter"], ["prior", "posterior", "median", "learnt"]
    )
    for row in layout.rows(fit.table()):
        table.add_row(
            spelled(str(row.parameter), NAMES),
            *(
                minus(text)
                for text in (
                    f"{row.prior_low:.3f} to {row.prior_high:.3f}",
                    f"{row.low:.3f} to {row.high:.3f}",
                    f"{row.median:.3f}",
                )
            ),
            layout.chance(max(float(row.learnt), 0.0)),
        )
    layout.print_table(console, table)
    console.print("Learnt: share of the prior's variance that the record removes; near 0 the record says nothing.")
    table = layout.table(
        "Posterior predictive check: could the fitted model have produced the record?",
        ["Feature"],
        ["record", "5 %", "median", "95 %", "p"],
    )
    previous = ""
    for row in layout.rows(check):
        of, _, feature = spelled(str(row.feature), NAMES).partition(": ")
        if of != previous:
            table.add_row(of)
        previous = of
        table.add_row(
            f"  {feature}",
            *(minus(f"{value:.3f}") for value in (row.observed, row.low, row.median, row.high)),
            f"{row.p:.2f}",
        )
    layout.print_table(console, table)
    console.print("Log-ratio points; p near 0 or 1: it could not.")
    _print_colophon(console, facts)


def print_backtest(test: Backtest, format: str) -> None:
    """The tables as a page, or for programs."""
    if format == "csv":
        layout.print_csv(test.table())
    elif format == "json":
        layout.print_json(_records(_tables(test)) | {"manifest": layout.stamped(test.facts)})
    else:
        _print_page(test)


def _print_page(test: Backtest) -> None:
    console = layout.stdout()
    facts = test.facts
    known = "events after the origin hidden" if test.blind else "dated events known to the model"
    console.print(f"Backtest: forecasts from {facts['origins'][0]} to {facts['origins'][-1]}, {known}", style="bold")
    scores = test.table()
    for what in ("trade", "votes"):
        own = ["own part"] if what == "votes" else []
        table = layout.table(
            WHAT[what],
            ["Years", "Method"],
            ["distance" if what == "trade" else "error", *own, "CRPS", "80 % band", "cells"],
        )
        previous = 0
        for row in layout.rows(scores[scores.what == what]):
            middle = [f"{row.own:.4f}"] if own else []
            table.add_row(
                "" if row.horizon == previous else str(row.horizon),
                str(row.method),
                f"{row.error:.4f}",
                *middle,
                f"{row.crps:.4f}",
                layout.chance(float(row.covered)),
                str(row.cells),
            )
            previous = int(row.horizon)
        layout.print_table(console, table)
    console.print(
        "Distance: Aitchison, of the mix over the three powers. Error: in shares of 1. Own part: the same of "
        "the distance from the mean of the five. CRPS: error of the whole forecast, band and all, in shares "
        "of 1; of all these, lower is better. 80 % band: how often it held; it should be about 80 %. Error "
        "model alone: the same statistics with the simulation taken out."
    )
    _print_verdict(console, test)
    _print_directions(console, test)
    _print_colophon(console, facts)


def _print_colophon(console: Any, facts: Mapping[str, Any]) -> None:
    rounds = f"{facts['rounds']} round{'' if facts['rounds'] == 1 else 's'}"
    each = " an origin" if "origins" in facts else ""
    console.print(
        f"\nSeed {facts['seed']}, {rounds} of {facts['worlds']:,} worlds{each}, record "
        f"{facts['record'][:12]}, scenario {facts['scenario']}"
    )
    console.print(layout.computed_with())


def _print_verdict(console: Any, test: Backtest) -> None:
    """The model against the best other method, by horizon."""
    table = layout.table(
        "The model's gain over the best baseline, and over its own error model alone",
        ["", "Years", "By"],
        ["best baseline", "gain", "5 %", "95 %", "over error model"],
    )
    for measure, label in (("crps", "CRPS"), ("error", "point")):
        gains = test.gains(measure)
        for (what, horizon), part in gains.groupby(["what", "horizon"], sort=False):
            alone = part[part.method == ALONE].gain.iloc[0]
            best = part[part.method != ALONE].sort_values("gain").iloc[0]
            gain, low, high, on = (minus(f"{100 * value:+.1f} %") for value in (best.gain, best.low, best.high, alone))
            if len(test.facts["origins"]) == 1:
                low = high = "–"  # one origin has no spread
            table.add_row(str(what), str(horizon), label, str(best.method), gain, low, high, on)
    layout.print_table(console, table)
    console.print("Above 0 the model is better. The range is a bootstrap of whole origins: few, and overlapping.")


def _print_directions(console: Any, test: Backtest) -> None:
    directions = test.directions()
    if directions.empty:
        return
    table = layout.table(
        "Directions right, forecast from 2019: 2022–24 against 2013–19",
        ["Method"],
        ["trade mix", "votes", "votes, own part"],
    )
    counts = directions.groupby(["method", "what"]).right.agg(["sum", "size"])
    for method in METHODS:
        keys = [(method, what) for what in ("trade", "votes", "own votes")]
        cells = [f"{counts['sum'][key]} of {counts['size'][key]}" if key in counts.index else "–" for key in keys]
        table.add_row(method, *cells)
    layout.print_table(console, table)
    wrong = directions[(directions.method == MODEL) & ~directions.right]
    for what in ("trade", "votes"):
        missed = ", ".join(
            f"{NAMES[row.republic]}–{NAMES[row.power]}" for row in layout.rows(wrong[wrong.what == what])
        )
        console.print(f"Missed by the model, {what}: {missed or 'none'}")


def print_run_score(scored: RunScore, result: Result, format: str) -> None:
    """How a run's trade mixes compare with the record."""
    if format == "csv":
        layout.print_csv(scored.cells)
        return
    if format == "json":
        tables = _records({"cells": scored.cells, "scores": scored.table()})
        layout.print_json(
            tables | {"manifest": layout.stamped({"scenario": result.scenario.name, "seed": result.seed})}
        )
        return
    console = layout.stdout()
    actors = {**result.scenario.republics, **result.scenario.powers}
    table = layout.table(
        "Trade mix over the powers on record: the run and what happened, per cent",
        ["", "Year", "Power"],
        ["before", "10 %", "median", "90 %", "observed"],
    )
    previous = ("", 0)
    for row in layout.rows(scored.cells):
        here = (str(row.republic), int(row.year))
        shares = (f"{100 * value:.1f}" for value in (row.before, row.low, row.median, row.high, row.observed))
        named = actors[here[0]].name if here[0] != previous[0] else ""
        year = "" if here == previous else f"{row.year} ({row.since})"
        table.add_row(named, year, actors[str(row.power)].name, *shares)
        previous = here
    layout.print_table(console, table)
    table = layout.table("Scores", ["Republic"], ["figures", "CRPS", "as before", "80 % band"])
    for row in layout.rows(scored.table()):
        name = actors[str(row.republic)].name if row.republic in actors else "all"
        table.add_row(
            name, str(row.figures), f"{row.crps:.4f}", f"{row.as_before:.4f}", layout.chance(float(row.covered))
        )
    layout.print_table(console, table)
    console.print(
        "Before: the mix of the year in brackets, the last on record before the run. CRPS: error of the run's whole "
        "band, in shares of 1; as before: that of no change; lower is better. 80 % band: how often it held. Parts of "
        "a mix go together and years resemble their neighbours, so few figures tell nothing from luck."
    )
    console.print(f"\nSeed {result.seed}, {result.worlds:,} worlds, scenario {result.scenario.name}")
    console.print(layout.computed_with())


# -- files -------------------------------------------------------------------------------------------------------------


def save_calibration(fit: Calibration, check: pd.DataFrame, folder: Path) -> None:
    """Write posterior.csv, parameters.csv, predictive.csv and the figures beside the rounds."""
    from sim.figures.evidence import predictive_check, prior_posterior

    fit.posterior().write(folder / "posterior.csv")
    write_tables(folder, {"parameters": fit.table(), "predictive": check})
    figures = {"prior-posterior": prior_posterior(fit), "predictive": predictive_check(check, fit.origin)}
    write_figures(folder, figures, "calibration")


def save_backtest(test: Backtest, folder: Path) -> None:
    """Write cells.csv, the tables, the figures and a manifest."""
    from sim.figures.evidence import forecasts, scores

    write_folder(
        folder,
        tables=_tables(test) | {"cells": test.cells},
        figures={"scores": scores(test), "forecasts": forecasts(test)},
        asks={},
        facts=test.facts,
    )


def _tables(test: Backtest) -> dict[str, pd.DataFrame]:
    gains = pd.concat([test.gains(measure).assign(measure=measure) for measure in ("crps", "error")], ignore_index=True)
    return {"scores": test.table(), "gains": gains, "directions": test.directions()}


def _records(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    return {name: layout.records(frame, decimals=6) for name, frame in tables.items()}
