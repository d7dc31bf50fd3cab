"""What ``sim blocs`` prints and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import layout
from sim.cli.save import write_folder
from sim.runs.words import state_words

if TYPE_CHECKING:
    from sim.reading.blocs import Blocs


def print_blocs(result: Blocs, format: str) -> None:
    """Who stands with whom, as a page or for a program."""
    from sim.reading.blocs import ASSUMPTIONS

    table = result.table()
    if format == "csv":
        layout.print_csv(table)
        return
    if format == "json":
        layout.print_json(
            {
                "blocs": layout.records(table),
                "check": layout.records(result.check()),
                "together": {
                    str(a): {str(b): float(part) for b, part in row.items()}
                    for a, row in result.together().to_dict(orient="index").items()
                },
                "assumptions": {name: " ".join(text.split()) for name, text in ASSUMPTIONS.items()},
                "manifest": layout.stamped(_facts(result)),
            }
        )
        return
    console = layout.stdout()
    console.print(
        f"{result.scenario.title}: who stands with whom {state_words(result.date, result.scenario.start_label)}",
        style="bold",
    )
    console.print("A cross-check by landscape theory (Axelrod & Bennett 1993), not an outcome of the model.")
    alone = result.worlds == 1
    heads = ["deepest", "holds"] if alone else ["deepest in", "holds in"]
    out = layout.table("Two blocs", [], heads, ["on one side", "on the other"])
    names = {
        code: spec.name for group in (result.scenario.powers, result.scenario.republics) for code, spec in group.items()
    }
    for row in layout.rows(table.head(8)):
        out.add_row(
            layout.part(row.deepest, alone),
            layout.part(row.minimum, alone),
            *(", ".join(names[code] for code in side.split()) or "nobody" for side in (row.bloc, row.against)),
        )
    layout.print_table(console, out)
    if len(table) > 8:
        console.print(f"{len(table) - 8} rarer ones not shown.")
    out = layout.table(
        "Beside the model's own answer",
        [result.scenario.words.heading, "Leader"],
        ["leads", "stands with that leader"] if alone else ["leads in", "stands with that leader in"],
    )
    for row in layout.rows(result.check()):
        out.add_row(
            names[row.republic],
            names[row.leader],
            *(layout.part(value, alone) for value in (row.share, row.with_leader)),
        )
    layout.print_table(console, out)
    out = layout.table("How a state of the model is read", ["What"], [], ["Assumption (judgement)"])
    for name, text in ASSUMPTIONS.items():
        out.add_row(*(result.scenario.words.spell(" ".join(words.split())) for words in (name, text)))
    layout.print_table(console, out)
    console.print(layout.colophon(result.worlds, [result.scenario.hash[:12]], result.ask))


def save_blocs(result: Blocs, folder: Path) -> None:
    """Write blocs.csv, together.csv, check.csv, the figure, what was asked and a manifest."""
    together = result.together().rename_axis("actor").reset_index()
    write_folder(
        folder,
        tables={"blocs": result.table(), "together": together, "check": result.check()},
        figures={"blocs": result.figure()},
        asks={"": result.ask},
        facts=_facts(result),
    )


def _facts(result: Blocs) -> dict[str, Any]:
    return {"kind": "blocs", **result.ask.manifest, "month": result.date}
