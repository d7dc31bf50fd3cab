"""Figures of evidence: scores beside baselines, forecasts beside the record, prior and posterior, predictive checks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.evidence.backtest import Backtest
from sim.evidence.baselines import METHODS, MODEL
from sim.evidence.calibrate import Calibration
from sim.evidence.errormodel import parts
from sim.evidence.observed import NAMES, POWERS, TRADERS
from sim.figures import style
from sim.figures.palette import POWER_COLORS
from sim.figures.style import FAINT, GRID, INK, LABEL, MUTED, Box, write
from sim.runs.words import number, spelled

Floats = NDArray[np.float64]

COLORS = dict(zip(POWERS, POWER_COLORS, strict=False))
SHADES = ("#9fb4c4", "#5a7894", "#1d2433")
"""Of one, two and three years ahead."""
MEASURES = {
    "error": ("Point error", "distance"),
    "crps": ("CRPS", "shares"),
    "covered": ("Coverage of the 80 % band", "per cent"),
}


def scores(test: Backtest) -> Figure:
    """Every method's scores by horizon, trade above votes."""
    table = test.table()
    kinds = [
        (what, label) for what, label in (("trade", "Trade mix"), ("votes", "UN votes")) if what in set(table.what)
    ]
    known = "Events after the origin hidden." if test.blind else "Dated events known to the model."
    known = known if MODEL in set(table.method) else ""
    fig, body = style.page(
        "The model and its rivals" if known else "Rivals on the long record",
        "Mean score over origins, republics and (votes) powers; dots from light to dark "
        f"are 1, 2 and 3 years ahead. Left is better in the first two columns; the last should be near 80. {known}",
        _footer(test),
        9.6,
        3.2 * len(kinds),
    )
    for i, (what, label) in enumerate(kinds):
        part = table[table.what == what]
        methods = [method for method in METHODS if method in set(part.method)]
        high = body.height / len(kinds)
        for j, (column, (name, unit)) in enumerate(MEASURES.items()):
            wide = (body.width - 1.75) / 3
            box = Box(body.left + 1.75 + j * wide, body.top - (i + 1) * high + 0.3, wide - 0.35, high - 0.65)
            top = 1.0 if column == "covered" else float(part[column].max()) * 1.05
            ticks = [0.0, 0.4, 0.8] if column == "covered" else style.nice_ticks(top, 3)
            ax = style.panel(
                fig,
                box,
                (0, max(top, ticks[-1])),
                (len(methods) - 0.5, -0.5),
                xticks=(ticks, [f"{100 * t:.0f}" if column == "covered" else f"{t:g}" for t in ticks]),
            )
            ax.vlines(ticks, -0.5, len(methods) - 0.5, color=GRID, lw=0.7, zorder=0)
            unit = "shares" if column == "error" and what == "votes" else unit
            write(
                fig,
                box.left,
                box.top + 0.14,
                f"{label}: {name.lower()}, {unit}" if j == 0 else f"{name}, {unit}",
                LABEL,
                bold=True,
            )
            for k, method in enumerate(methods):
                mine = part[part.method == method].sort_values("horizon")
                ax.plot(mine[column], [k] * len(mine), color=FAINT, lw=1.2, zorder=1)
                ax.scatter(mine[column], [k] * len(mine), c=[SHADES[(h - 1) % 3] for h in mine.horizon], s=26, zorder=2)
                if j == 0:
                    y = box.top - (k + 0.5) / len(methods) * box.height
                    write(
                        fig,
                        body.left + 1.6,
                        y,
                        method,
                        LABEL,
                        INK if method == MODEL else MUTED,
                        method == MODEL,
                        ha="right",
                    )
    return fig


def reliability(*tests: Backtest) -> Figure:
    """Whether chances held: where outcomes lay in forecasts, above; how often values rose, below."""
    columns = [(test, what) for test in tests for what in _kinds(test)]
    fig, body = style.page(
        "Did the forecasts' chances hold?",
        "Above: part of outcomes in each tenth of their forecast, which reliable forecasts fill evenly (line; were "
        "all outcomes independent, nine bars of ten would end between the dashes). Below: chance that the value would "
        "rise, and how often it did; a dot's area is the number of forecasts, and reliable ones lie on the diagonal.",
        _footer(tests[0]),
        max(2.4 * len(columns), 6.5),
        4.6,
    )
    wide, high = body.width / len(columns), body.height / 2
    tenths, chances = np.linspace(0.0, 1.0, 11), np.linspace(0.0, 1.0, 6)
    for i, (test, what) in enumerate(columns):
        places = test.places[(test.places.method == test.mine) & test.places.what.str.endswith(what)]
        left = body.left + 0.35 + i * wide
        upper = Box(left, body.bottom + high + 0.3, wide - 0.55, high - 0.75)
        part = np.histogram(places.pit, tenths)[0] / len(places)
        top = max(0.3, 1.05 * float(part.max()))
        marks = ([0.0, 0.5, 1.0], ["0", "0.5", "1"])
        ticks = [tick for tick in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5) if tick <= top]
        ax = style.panel(
            fig, upper, (0, 1), (0, top), xticks=marks, yticks=(ticks, [f"{100 * tick:.0f} %" for tick in ticks])
        )
        ax.bar(tenths[:-1] + 0.05, part, 0.09, color=POWER_COLORS[2], alpha=0.55, zorder=1)
        ax.axhline(0.1, color=INK, lw=1.0, zorder=2)
        for side in (-1.645, 1.645):
            ax.axhline(
                max(0.1 + side * np.sqrt(0.09 / len(places)), 0.0), color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=2
            )
        write(fig, upper.left, upper.top + 0.3, f"{what.capitalize()}, {len(places):,}", LABEL, bold=True)
        span = f"{places.origin.min()}–{places.origin.max()}: {test.mine}"
        write(fig, upper.left, upper.top + 0.13, span, LABEL, MUTED)
        lower = Box(left, body.bottom + 0.3, wide - 0.55, high - 0.55)
        ax = style.panel(fig, lower, (0, 1), (0, 1), xticks=marks, yticks=([0, 0.5, 1], ["0", "0.5", "1"]))
        ax.plot([0, 1], [0, 1], color=FAINT, lw=1.0, zorder=1)
        bins = np.clip(np.digitize(places.chance, chances) - 1, 0, len(chances) - 2)
        grouped = places.groupby(bins)
        sizes = 160.0 * grouped.size() / len(places) + 6.0
        ax.scatter(grouped.chance.mean(), grouped.rose.mean(), s=sizes, color=POWER_COLORS[0], zorder=3, clip_on=False)
    return fig


def _kinds(test: Backtest) -> list[str]:
    """What its outcomes are: trade and votes, or who was chosen and how much."""
    return list(dict.fromkeys(what.rpartition(": ")[2] for what in test.places.what))


def forecasts(test: Backtest, origins: Sequence[int] = (2015, 2018, 2021)) -> Figure:
    """The record of each republic's trade mix, and the model's 80 % bands from some origins."""
    record = test.record
    assert record is not None
    shown = [one for one in test.forecasts if one.method == MODEL and one.origin in origins] or [
        one for one in test.forecasts if one.method == MODEL
    ][:1]
    fig, body = style.page(
        "Forecast and record: the trade mix over the three powers",
        "Dots: the record. Bands and lines: 80 % and median of the model's forecasts from "
        f"{', '.join(str(f.origin) for f in shown)}, each fitted to the record up to that year. "
        f"{'Later events hidden.' if test.blind else 'Dated events known.'}",
        _footer(test),
        9.6,
        6.0,
    )
    years = record.years
    mix = record.composition
    high, wide = body.height / len(TRADERS), (body.width - 0.4) / len(POWERS)
    for r, code in enumerate(TRADERS):
        for p, power in enumerate(POWERS):
            box = Box(body.left + 0.4 + p * wide, body.top - (r + 1) * high + 0.28, wide - 0.25, high - 0.6)
            marks = [year for year in range(2010, 2031, 4) if years[0] <= year <= years[-1]]
            ax = style.panel(
                fig,
                box,
                (years[0] - 0.5, years[-1] + 0.7),
                (0, 0.8),
                xticks=(marks, [str(year) for year in marks]),
                yticks=([0, 0.2, 0.4, 0.6, 0.8], ["0", "20", "40", "60", "80"] if p == 0 else [""] * 5),
            )
            title = f"{NAMES[code]}: {NAMES[power]}, %"
            write(fig, box.left, box.top + 0.13, title, LABEL, style.ink(COLORS[power]), True)
            for one in shown:
                if one.trade is None:
                    continue
                ahead = [h for h in range(one.trade.shape[2]) if h < 3]
                share = parts(one.trade[r], axis=0)[p][ahead]
                low, middle, top = np.quantile(share, [0.1, 0.5, 0.9], axis=-1)
                x = one.origin + 1 + np.array(ahead)
                ax.fill_between(x, low, top, color=COLORS[power], alpha=0.22, lw=0)
                ax.plot(x, middle, color=COLORS[power], lw=1.4)
            ax.scatter(years, mix[r, p], color=INK, s=13, zorder=3)
    return fig


def prior_posterior(fit: Calibration) -> Figure:
    """Prior (line) and posterior (filled) of each parameter."""
    table = fit.table()
    learnt_by = dict(zip(table["parameter"], table["learnt"], strict=True))
    fig, body = style.page(
        f"What the record up to {fit.origin} says about the parameters",
        "Grey line: the prior. Filled: the posterior. Per cent: how much of the prior's variance the fit removes; "
        f"near 0 the record says nothing. {len(fit.weights):,} worlds, effective sample size {fit.effective:,.0f}.",
        f"record {fit.record.digest[:12]}, seed {fit.seed}",
        9.6,
        6.4,
    )
    for i, (prior, box) in enumerate(zip(fit.priors, _boxes(body, len(fit.priors), 4), strict=True)):
        grid = np.linspace(-3.2, 3.2, 121)
        width = 0.5 * max(float(np.sqrt(np.cov(fit.scores[:, i], aweights=fit.weights))), 0.15)
        kernel = np.exp(-0.5 * ((grid[:, None] - fit.scores[:, i]) / width) ** 2) @ fit.weights
        kernel /= width * np.sqrt(2 * np.pi)
        before = np.exp(-0.5 * grid**2) / np.sqrt(2 * np.pi)
        inside = prior.inside(grid)
        grid, kernel, before = grid[inside], kernel[inside], before[inside]
        marks = [-2.0, 0.0, 2.0]
        ax = style.panel(
            fig,
            box,
            (-3.2, 3.2),
            (0, 1.08 * max(kernel.max(), before.max())),
            xticks=(marks, [number(float(prior.value(np.array(m)))) for m in marks]),
        )
        ax.fill_between(grid, kernel, color=POWER_COLORS[2], alpha=0.45, lw=0)
        ax.plot(grid, before, color=MUTED, lw=1.2)
        ax.axhline(0, color=FAINT, lw=0.7)
        learnt = max(float(learnt_by[prior.name]), 0.0)
        write(fig, box.left, box.top + 0.13, spelled(prior.name, NAMES), LABEL, bold=True)
        write(fig, box.right, box.top + 0.13, f"{100 * learnt:.0f} %", LABEL, MUTED, ha="right")
    return fig


def predictive_check(check: pd.DataFrame, origin: int) -> Figure:
    """What the record shows against what the fitted model makes."""
    line = 0.24
    fig, body = style.page(
        "Posterior predictive check",
        "Bar and tick: 90 % and median of the records that posterior draws generate. "
        "Dot: the observed record; hollow where it lies outside.",
        f"record up to {origin}; log-ratio points",
        9.6,
        line * len(check) + 0.3,
    )
    box = Box(body.left + 3.9, body.bottom + 0.05, body.width - 4.0, line * len(check))
    numbers = check[["low", "median", "high", "observed", "p"]].to_numpy(dtype=np.float64)
    left, right = min(1.05 * float(numbers[:, :4].min()), 0.0), 1.05 * float(numbers[:, :4].max())
    ticks = [tick for tick in (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0) if left <= tick <= right]
    ax = style.panel(fig, box, (left, right), (len(check), 0), xticks=(ticks, [number(t) for t in ticks]))
    ax.vlines(ticks, 0, len(check), color=GRID, lw=0.7, zorder=0)
    for k, (low, median, high, seen, p) in enumerate(numbers):
        y, outside = k + 0.5, not 0.05 <= p <= 0.95
        ax.plot([low, high], [y, y], color=FAINT, lw=5, solid_capstyle="butt", zorder=1)
        ax.plot([median, median], [y - 0.25, y + 0.25], color=MUTED, lw=1.2, zorder=2)
        ax.scatter([seen], [y], s=24, zorder=3, facecolors=style.PAPER if outside else INK, edgecolors=INK)
        write(fig, box.left - 0.1, box.top - y * line, spelled(str(check["feature"].iloc[k]), NAMES), LABEL, ha="right")
    return fig


def _boxes(body: Box, count: int, columns: int) -> list[Box]:
    rows = -(-count // columns)
    wide, high = body.width / columns, body.height / rows
    return [
        Box(body.left + (i % columns) * wide, body.top - (i // columns + 1) * high + 0.28, wide - 0.3, high - 0.62)
        for i in range(count)
    ]


def _footer(test: Backtest) -> str:
    facts = test.facts
    fitted = f"{facts['rounds']} rounds of {facts['worlds']:,} worlds and one at each later origin, "
    return (
        f"origins {facts['origins'][0]}–{facts['origins'][-1]}, {fitted if 'rounds' in facts else ''}"
        f"seed {facts['seed']}, record {facts['record'][:12]}"
    )


__all__ = ["forecasts", "predictive_check", "prior_posterior", "reliability", "scores"]
