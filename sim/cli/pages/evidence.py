"""What ``sim calibrate`` and ``sim backtest`` print and write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli import layout
from sim.cli.save import write_figures, write_folder, write_tables
from sim.evidence.baselines import ALONE, METHODS, MODEL, OWN
from sim.evidence.observed import NAMES
from sim.runs.posterior import ENOUGH
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
    "who": "who was chosen in the three years after an origin: shares",
    "how much": "how much in the three years after an origin: logarithm",
}
MEASURES = ("crps", "logs", "interval", "error")
"""Scores by which methods are compared."""


def _title(what: str) -> str:
    """What a table is about: "Arms, who was chosen ..."."""
    series, colon, question = what.partition(": ")
    return f"{series.capitalize()}, {WHAT[question]}" if colon else WHAT[what]


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
    if fit.effective < ENOUGH:
        console.print(
            f"Mind: with fewer than {ENOUGH} effective worlds these ranges and draws mean little; ask for more "
            "--worlds or --rounds."
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


def print_backtest(test: Backtest, format: str, *more: Backtest) -> None:
    """The tables as a page, or for programs; ``more`` are scored beside it, as the sectors are."""
    if format == "csv":
        layout.print_csv(pd.concat([one.table() for one in (test, *more)], ignore_index=True))
    elif format == "json":
        content = _records(tables(test)) | {"manifest": layout.stamped(test.facts)}
        for one in more:
            content[one.facts["kind"]] = _records(tables(one)) | {"manifest": one.facts}
        layout.print_json(content)
    else:
        _print_page(test, more)


def _print_page(test: Backtest, more: tuple[Backtest, ...]) -> None:
    console = layout.stdout()
    facts = test.facts
    known = "events after the origin hidden" if test.blind else "dated events known to the model"
    known = "by methods that need no story" if "scenario" not in facts else known
    console.print(f"Backtest: forecasts from {facts['origins'][0]} to {facts['origins'][-1]}, {known}", style="bold")
    for one in (test, *more):
        _print_scores(console, one)
    console.print(
        "Error: of trade the Aitchison distance of the mix over the three powers; of votes in shares of 1; of who was "
        "chosen half the sum over all shares. Own part: the same of the distance from the mean of the five. CRPS: "
        "error of the whole forecast, band and all; log: minus the logarithm of the density; interval: width of the "
        "80 % band and what lay outside; of all these, lower is better. 80 % band: how often it held; it should be "
        "about 80 %. Error model alone: the same statistics with the simulation taken out. Combination: the pool of "
        f"{test.mine if test.mine != MODEL else 'the model'} with the best rival, by what was known at the origin."
    )
    for one in (test, *more):
        _print_verdict(console, one)
        _print_weights(console, one)
    _print_directions(console, test)
    _print_colophon(console, facts)


def _print_scores(console: Any, test: Backtest) -> None:
    scores = test.table()
    for what in dict.fromkeys(scores["what"]):
        own = ["own part"] if what == "votes" else []
        table = layout.table(
            _title(what), ["Years", "Method"], ["error", *own, "CRPS", "log", "interval", "80 % band", "cells"]
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
                minus(f"{row.logs:.3f}"),
                f"{row.interval:.3f}",
                layout.chance(float(row.covered)),
                str(row.cells),
            )
            previous = int(row.horizon)
        layout.print_table(console, table)


def _print_colophon(console: Any, facts: Mapping[str, Any]) -> None:
    said = [f"Seed {facts['seed']}"]
    if "rounds" in facts:
        rounds = f"{facts['rounds']} round{'' if facts['rounds'] == 1 else 's'}"
        each = " at the first origin and one at each later" if "origins" in facts else ""
        said.append(f"{rounds} of {facts['worlds']:,} worlds{each}")
    said.append(f"record {facts['record'][:12]}")
    if "scenario" in facts:
        said.append(f"scenario {facts['scenario']}")
    console.print("\n" + ", ".join(said))
    console.print(layout.computed_with())


def _print_verdict(console: Any, test: Backtest) -> None:
    """``mine`` against the best other method and its own error model, by horizon."""
    mine = "the model" if test.mine == MODEL else test.mine
    table = layout.table(
        f"What {mine} gains over the best rival, and over its own error model, in CRPS",
        ["", "Years", "Over"],
        ["gain", "2.5 %", "97.5 %", "p", "found from", "dyads"],
        ["verdict"],
    )
    for _, part in test.gains("crps").groupby(["what", "horizon"], sort=False):
        best = part[~part.method.isin(OWN)].sort_values("gain").head(1)
        for row in layout.rows(pd.concat([best, part[part.method == ALONE]])):
            spread = (row.gain, row.low, row.high)
            gain, low, high = ("–" if pd.isna(x) else minus(f"{100 * x:+.1f} %") for x in spread)
            p, least = (
                "–" if pd.isna(row.p) else f"{row.p:.3f}",
                "–" if pd.isna(row.detectable) else f"{100 * row.detectable:.0f} %",
            )
            dyads = f"{row.dyads} of {row.of}"
            table.add_row(
                str(row.what), str(row.horizon), str(row.method), gain, low, high, p, least, dyads, row.verdict
            )
    layout.print_table(console, table)
    console.print(
        f"Above 0 {mine} is better. The range and p are of a bootstrap of years, in blocks as long as the horizon; "
        "fewer than six blocks allow no verdict. Found from: the least gain that this record would show in four cases "
        "of five. Dyads: in how many it is better on average. Of many comparisons one in twenty is told by luck."
    )


def _print_weights(console: Any, test: Backtest) -> None:
    """What ``mine`` would add to a pool with the best rival."""
    weights = test.weights()
    if weights.empty:
        return
    mine = "the model" if test.mine == MODEL else test.mine
    table = layout.table(
        f"Weight of {mine} in the best pool with the best rival",
        ["", "Years", "Rival"],
        ["weight", "2.5 %", "97.5 %", "gain over the rival"],
    )
    best = weights.loc[weights.groupby(["what", "horizon"], sort=False)["other"].idxmin()]
    for row in layout.rows(best):
        ends = ["–" if pd.isna(x) else f"{x:.2f}" for x in (row.low, row.high)]
        gain = minus(f"{100 * row.gain:+.1f} %")
        table.add_row(str(row.what), str(row.horizon), str(row.rival), f"{row.weight:.2f}", *ends, gain)
    layout.print_table(console, table)
    console.print("Found with hindsight: 0 where it adds nothing, 1 where the rival adds nothing.")


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


def save_backtest(test: Backtest, folder: Path, *more: Backtest) -> None:
    """Write cells.csv, the tables, the figures and a manifest; tables of ``more`` have their kind before the name."""
    from sim.figures.evidence import forecasts, reliability, scores

    every = tables(test) | {"cells": test.cells, "places": test.places}
    for one in more:
        every |= {f"{one.facts['kind']}-{name}": frame for name, frame in tables(one).items()}
        every |= {f"{one.facts['kind']}-cells": one.cells}
    figures = {"scores": scores(test), "reliability": reliability(test, *more)}
    if any(one.trade is not None and one.method == MODEL for one in test.forecasts):
        figures["forecasts"] = forecasts(test)
    write_folder(folder, tables=every, figures=figures, asks={}, facts=test.facts)


def tables(test: Backtest) -> dict[str, pd.DataFrame]:
    """Tables of a backtest by name: mean scores, gains by each score, weights in pools, directions."""
    gains = pd.concat([test.gains(measure).assign(measure=measure) for measure in MEASURES], ignore_index=True)
    return {"scores": test.table(), "gains": gains, "weights": test.weights(), "directions": test.directions()}


def _records(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    return {name: layout.records(frame, decimals=6) for name, frame in tables.items()}
