"""What ``sim tournament`` prints and writes: each player's strategies, and what follows from their payoffs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.cli import layout
from sim.cli.save import write_figures, write_tables
from sim.sweeps.tournament import measures_of

if TYPE_CHECKING:
    from sim.sweeps.tournament import Tournament

_FIGURES = "figures"


def save_tournament(found: Tournament, folder: Path) -> list[Path]:
    """Write the table and the figure beside the worlds of a tournament; returns the paths."""
    write_tables(folder, {"tournament": found.table()})
    (folder / _FIGURES).mkdir(exist_ok=True)
    write_figures(folder / _FIGURES, {"payoffs": found.figure()}, "tournament")
    return [folder / "tournament.csv", *(folder / _FIGURES / f"payoffs.{kind}" for kind in ("png", "svg"))]


def print_tournament(found: Tournament, format: str) -> None:
    """Print a table a player, with a strategy a row, and the paragraph; all mixes as CSV or JSON."""
    if format == "csv":
        layout.print_csv(found.table())
        return
    if format == "json":
        layout.print_json(
            {
                "players": {player.code: list(player.strategies) for player in found.players},
                "worlds": found.sweep.worlds,
                "seed": found.sweep.seed,
                "posterior": found.sweep.posterior,
                "mixes": layout.records(found.table()),
                "strategies": layout.records(found.summary()),
                "words": found.paragraph(),
            }
        )
        return
    console, summary = layout.stdout(), found.summary()
    for i, player in enumerate(found.players):
        measures = measures_of(player.section)
        names = [f"{measure.name}{'*' * (measure == found.payoff(i))}" for measure in measures]
        table = layout.table(f"Strategies of {player.name}", ["Strategy"], [*names, "best reply", "behind"])
        row: Any
        for _, row in summary[summary.actor == player.code].iterrows():
            cells = [_number(row[measure.name]) for measure in measures]
            table.add_row(row.strategy, *cells, f"{row.best} of {row.of}", _number(row.behind))
        layout.print_table(console, table)
        for measure in measures:
            console.print(f"{measure.name}: {measure.unit}", style="dim")
    console.print(f"\n{found.paragraph()}")
    console.print(
        "\n*: what is played for. Payoffs: means over worlds and over the mixes of the others. Best reply: to how many "
        "of these mixes. Behind: the best reply, in the worst of them. Every mix, with bands: --format csv."
    )
    drawn = "" if found.sweep.posterior is None else f", posterior {found.sweep.posterior}"
    console.print(f"\nSeed {found.sweep.seed}, {found.sweep.worlds:,} worlds, {len(found.mixes):,} mixes{drawn}")


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"
