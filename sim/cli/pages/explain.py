"""What ``sim explain`` prints and writes: why alignment moved, or what an event changed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli import layout
from sim.cli.pages.compare import by_republic, comparison_facts, gap, indented
from sim.cli.save import write_folder
from sim.reading.moves import DIPLOMATIC, in_one_world, most_moving
from sim.reading.sizes import legend, spelled
from sim.reading.telling import CHANCE, SMALL, driver_words, part_of_spread, summary_rows
from sim.reading.telling import headline as telling
from sim.runs.words import capital, minus, month_words, short_names, signed

if TYPE_CHECKING:
    from sim.reading.effect import Effect
    from sim.reading.explain import Explanation


def print_explanation(why: Explanation, format: str, republic: str | None, power: str | None) -> None:
    """An explanation as a page (of one alignment, of one actor's, or of all), or for a program."""
    pairs = chosen_pairs(why, republic, power)
    if format == "csv":
        layout.print_csv(_of(why.table(), pairs))
    elif format == "json":
        layout.print_json(
            {
                "headline": telling(why),
                "paragraphs": {f"{r}.{p}": why.paragraph(r, p) for r, p in pairs},
                "parts": layout.records(_of(why.table(), pairs)),
                "by_power": layout.records(_of(why.by_power(), pairs)),
                "typical_world": why.typical_world,
                "moves": layout.records(_told(_of(why.moves(), pairs))),
                "manifest": layout.stamped(_facts(why)),
            }
        )
    else:
        console = layout.stdout()
        console.print(
            f"{why.scenario.title}: why alignment moved, {month_words(why.dates[1])} to {month_words(why.dates[-1])}",
            style="bold",
        )
        if republic is None and power is None:
            _overview(why)
        else:
            moves = why.moves()
            for r, p in pairs:
                console.print()
                console.print(why.paragraph(r, p))
                console.print(in_one_world(why, moves, r, p))
                _one_alignment(why, r, p)
        console.print(
            f"\nParts add up to the change in every world (to {max(why.residual, 1e-16):.0e}); means add up "
            "too, medians need not."
        )
        console.print(layout.colophon(why.worlds, [why.scenario.hash[:12]], why.ask))


def _overview(why: Explanation) -> None:
    alone = why.worlds == 1
    table = layout.table(
        f"Change of alignment in percentage points, and what moved it most{'' if alone else ' (mean)'}",
        ["Alignment with"],
        ["change" if alone else "median change", *([] if alone else ["drift's\npart"])],
        ["mostly by" if alone else "mostly by (mean)"],
    )
    for row in by_republic(table, [SimpleNamespace(**row) for row in summary_rows(why)], why.scenario):
        mostly = [f"{driver_words(name)} {signed(mean)}" for name, mean in row.main if abs(mean) >= 0.0005]
        table.add_row(
            indented(why.scenario, row.power),
            signed(row.median) + ("" if alone else f" [{signed(row.low)} to {signed(row.high)}]"),
            *([] if alone else [layout.chance(min(max(row.chance, 0.0), 1.0))]),
            ", ".join(mostly) or "nothing but chance",
        )
    console = layout.stdout()
    layout.print_table(console, table)
    if not alone:
        console.print(
            "Drift's part: its share of the variance between worlds; drift is a random walk that no rule explains."
        )
    console.print("--republic and --power explain one alignment in full.")
    if not alone:
        console.print(telling(why))
    world = why.typical_world
    where = "this world" if alone else f"a typical world (number {world})"
    table = layout.table(f"What moved each most in {where}", ["Share"], ["change"], ["through"])
    moves = why.moves()
    pairs = [SimpleNamespace(republic=r, power=p) for r in why.republics for p in why.powers]
    for row in by_republic(table, pairs, why.scenario):
        i, j = why.place(row.republic, row.power)
        table.add_row(
            indented(why.scenario, row.power),
            signed(float(why.change[i, j, world])),
            most_moving(why, moves, row.republic, row.power) or "–",
        )
    layout.print_table(console, table)


def _told(moves: pd.DataFrame) -> pd.DataFrame:
    """Moves by somebody on a day, of a twentieth of a point or more."""
    return moves[moves.kind.isin(DIPLOMATIC) & (moves.part.abs() >= SMALL)].reset_index(drop=True)


def _one_alignment(why: Explanation, republic: str, power: str) -> None:
    i, j = why.place(republic, power)
    short = short_names({p: why.scenario.powers[p].name for p in why.powers})
    alone = why.worlds == 1
    table = layout.table("", ["Driver"], [*(["part"] if alone else ["mean", "80 % band", "spread"]), *short.values()])
    frame = _of(why.table(), [(republic, power)]).set_index("driver")
    change = why.change[i, j]
    for d, name in enumerate((*why.drivers, "total")):
        row: Any = frame.loc[name]
        total = d == len(why.drivers)
        values = change if total else why.parts[d, i, j]
        owners = why.owners[:, :, i, j].sum(axis=0) if total else why.owners[d, :, i, j]
        table.add_row(
            "all" if total else driver_words(name),
            signed(float(row["mean"])),
            *(
                []
                if alone
                else [f"[{signed(float(row.low))} to {signed(float(row.high))}]", _part(part_of_spread(values, change))]
            ),
            *(signed(float(own.mean())) for own in owners),
            style="bold" if total else None,
        )
    layout.print_table(layout.stdout(), table)
    spread = "Spread: share of the variance between worlds, below 0 where a driver offsets others. "
    layout.stdout().print(
        f"Percentage points. {'' if alone else spread}Last columns: "
        f"{'the part' if alone else 'the mean'} by the power whose driver it is. "
        f"“{capital(driver_words(CHANCE))}” is a random walk that no rule explains; luck in answers and "
        "deliveries shows in deals and grievances."
    )


def _part(value: float) -> str:
    """A part in per cent that may be below 0."""
    return minus(f"{round(100 * value) + 0} %")


def print_effect(effect: Effect, format: str, republic: str | None, power: str | None) -> None:
    """What an event changed: the paired difference, and through which drivers."""
    both, sector = effect.comparison, effect.explanation.sector
    pairs = chosen_pairs(effect.explanation, republic, power)
    table, headline = effect.table(), effect.headline(pairs)
    table = table[[(row.republic, row.power) in pairs for row in layout.rows(table)]]
    if format == "csv":
        layout.print_csv(table)
        return
    if format == "json":
        layout.print_json(
            {
                "event": effect.event,
                "headline": headline,
                "table": layout.records(table),
                "parts": layout.records(_of(effect.explanation.table(), pairs)),
                "manifest": layout.stamped(comparison_facts(both)),
            }
        )
        return
    console, story = layout.stdout(), effect.explanation.scenario
    event = story.events[effect.event]
    console.print(f"{effect.event}: {event.about or event.kind}", style="bold")
    console.print(f"Its effect, from running the same worlds without it. {headline}")
    if not effect.came.any():  # there is no difference to lay out
        console.print(layout.colophon(both.worlds, [story.hash[:12]], effect.explanation.ask))
        return
    where, always, parts = story.words.within(sector), effect.always, effect.parts
    out = layout.table(
        f"Difference it makes{where} by {month_words(both.dates[-1])}"
        f"{'' if always else ' in the worlds where it happened'}, percentage points",
        ["Alignment with"],
        ["difference", "size", "clear\nsince" if always else "in all\nworlds"],
        ["through (mean)"],
    )
    for row in by_republic(out, layout.rows(table), story):
        i, j = effect.explanation.place(row.republic, row.power)
        moved = sorted(zip(effect.explanation.drivers, parts[:, i, j], strict=True), key=lambda one: -abs(one[1]))
        through = [f"{driver_words(name)} {signed(part)}" for name, part in moved[:3] if abs(part) >= SMALL]
        cells = (
            [gap(row), spelled(row.size, row.difference), row.clear_since or "–"]
            if always
            else [gap_where(row), spelled(row.size_if_came, row.difference_if_came), signed(row.difference)]
        )
        out.add_row(indented(story, row.power), *cells, ", ".join(through) or "–")
    layout.print_table(console, out)
    console.print(legend(bool(both.doubt(sector).any())))
    if not always:
        decides = "Chance decides" if event.random and not event.needs and not event.unless else "Each world decides"
        told = (
            "A world without it is the same in both, so the median over all worlds says less than that over the worlds "
            "where it happened."
        )
        if effect.explanation.worlds == 1:
            told = "It did."
        console.print(f"{decides} whether it happens. {told}")
    console.print(layout.colophon(both.worlds, [story.hash[:12]], effect.explanation.ask))


def gap_where(row: Any) -> str:
    """The difference and its 80 % band in the worlds where an event happened."""
    return f"{signed(row.difference_if_came)} [{signed(row.low_if_came)} to {signed(row.high_if_came)}]"


def chosen_pairs(why: Explanation, republic: str | None, power: str | None) -> list[tuple[str, str]]:
    """The alignments asked for; raises BadInput for an unknown actor."""
    why.place(republic or why.republics[0], power or why.powers[0])
    return [(r, p) for r in why.republics for p in why.powers if republic in (None, r) and power in (None, p)]


def save_explanation(why: Explanation, folder: Path, republic: str | None = None, power: str | None = None) -> None:
    """Write parts.csv, by_power.csv, logits.csv, by_month.csv, moves.csv (typical world), waterfalls (those asked for,
    else each republic's largest move), what was asked and a manifest.
    """
    pairs = chosen_pairs(why, republic, power)
    if republic is None and power is None:
        size = abs(why.change).mean(axis=-1)
        pairs = [(r, why.powers[int(size[i].argmax())]) for i, r in enumerate(why.republics)]
    write_folder(
        folder,
        tables={
            "parts": why.table(),
            "by_power": why.by_power(),
            "logits": why.logits(),
            "by_month": why.by_month(),
            "moves": why.moves(),
        },
        figures={f"waterfall-{r}-{p}": why.waterfall(r, p) for r, p in pairs},
        asks={"": why.ask},
        facts=_facts(why),
    )


def save_effect(effect: Effect, folder: Path) -> None:
    """Write what ``save_comparison`` does, and parts.csv: through which drivers."""
    both, sector = effect.comparison, effect.explanation.sector
    write_folder(
        folder,
        tables={
            "table": effect.table(),
            "differences": both.bands(sector),
            "outcomes": both.outcomes(),
            "parts": effect.explanation.table(),
        },
        figures={"difference": both.figure(sector=sector, title=f"the event “{effect.event}”")},
        asks={"": effect.explanation.ask},
        facts=comparison_facts(both) | {"event": effect.event, "sector": sector},
    )


def _facts(why: Explanation) -> dict[str, Any]:
    return {
        "kind": "explanation",
        **why.ask.manifest,
        "sector": why.sector,
        "span": [why.dates[1], why.dates[-1]],
        "residual": why.residual,
    }


def _of(frame: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    wanted = [(r, p) in set(pairs) for r, p in zip(frame.republic, frame.power, strict=True)]
    return frame[wanted].reset_index(drop=True)
