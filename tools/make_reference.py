"""Write ``docs/reference/``: parameters and scenario keys from the table and the schema, commands from their own help.

The pages are in the repository, so that they can be read without building the site; ``make docs`` regenerates them and
a test fails if they are out of date. Nothing in them is written by hand.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import typer
from scipy.stats import norm

import sim.cli.app
from sim.runs.priors import Prior, priors
from sim.scenario import json_schema
from sim.scenario.paths import find, owners_in
from sim.scenario.strategies import strategies_of
from sim.scenario.table import CAUSES, EVENT_KINDS, SECTORS, TABLE, Owner, Parameter, parameters

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/make_reference.py; do not edit. -->\n\n"
OWNERS: dict[Owner, tuple[str, str]] = {
    "power": ("Powers", "powers.RUS."),
    "republic": ("Republics", "republics.KAZ."),
    "dyad": ("A republic towards a power", "republics.KAZ."),
    "pair": ("Between republics", "republics.KAZ."),
    "rule": ("Rules of the model", "rules."),
    "event": ("Events", "events.dushanbe-summit."),
}
PARAMETERS = """# Parameters

Every number that a scenario may set. *Day one* values describe the state at the start; *conduct* is how an actor
behaves from then on; *rules* are the same for all actors. **Bold** parameters are the sliders that the dashboard shows
without a click; the others are under "all parameters". The last column is the source of the default; a scenario names
the source of each value it sets (`sim show NAME --sources`). † is fitted to the record, see
[below](#fitted-to-the-record).
"""
FITTED = """
## Fitted to the record

`sim calibrate` fits these numbers. Their priors are in `seeds/posterior/priors.yaml` and not in the rows above: a row
holds for every actor and sector, a prior for one of them (China's growth in trade is not Russia's), and it is centred
on one scenario, `hindcast-2013`. The bounds of the row truncate the prior. A path with `*` is a factor on every
republic's own value. [Evidence](../evidence.md) gives the posterior.

| path | prior median | 80 % of the prior between | bounds of the row | reason | source |
|---|---|---|---|---|---|
"""
SCENARIOS = """# Scenario files

A scenario is one YAML file. `scenarios/schema.json` holds the same rules for an editor, and `sim check FILE` reports
all mistakes at once, with line and column. Unknown keys are refused.

## The file

| key | what it holds |
|---|---|
"""
NUMBERS = """
## A number

A number may be plain (`strain: 0.4`) or say more:

```yaml
strain: {value: 0.4, range: [0.25, 0.6], source: assumption, note: why}
```

`source` and `note` on a mapping hold for everything below it unless a nearer one is given. A source is `assumption`,
`claim:…`, `data:…` or `lit:…`. `null` removes what is inherited. A share may be said in per cent (`25 %`), in
`--set` too.

## A path over time

A number of conduct (role in [Parameters](parameters.md)) may change from month to month:

```yaml
budget: {2026: 0.4, 2028-07: {value: 0.9, range: [0.6, 1.2]}, source: assumption}
strain: {2026: 60 %, 2027-03: 30 %, steps: true}
```

Keys are months, `YYYY-MM`, in order; a year means its January. Values are linear between points, or with `steps` each
holds until the next; before the first and after the last point they are constant. Points may lie before or after the
run. A range belongs to a point. Each point is a number with a path of its own, `powers.RUS.budget.2028-07`, that can be
set and varied like any other; a year means its January there, too. A path in a file that extends another takes the
place of whatever number or path stood there. Weights that sum to 1 (`interest`) move together: all have the same months
and sum to 1 in each. What stands for the number itself is its value in the first month: `sim show` prints the points.
"""
STRATEGIES = """
## Strategies

What `strategy` may name. None has numbers of its own: how strongly it acts follows from the actor's parameters.

| actors | strategy | how it acts | source |
|---|---|---|---|
"""
EXITS = """Results go to stdout, progress and notes to stderr. Exit codes: 0 success, 2 bad input, 130 stopped with
Ctrl-C. A mistake is told in a line: where it is, what was found there, what was expected, and the nearest valid name.

`sim --install-completion`, once, lets the Tab key complete commands, options, scenarios, sectors and strategies;
`sim --show-completion` prints what that adds to the shell.
"""
ROLES = {"state": "day one", "conduct": "conduct", "rule": "rule", "event": "event"}


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {"parameters.md": parameter_page(), "scenario-file.md": scenario_page(), "cli.md": command_page()}


def write() -> list[Path]:
    """Write the pages that differ from what is there; returns their paths."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


# -- parameters --------------------------------------------------------------------------------------------------------


def parameter_page() -> str:
    """All parameters by owner: path, unit, bounds, default, role, help, where its default comes from."""
    parts = [MADE + PARAMETERS]
    for owner, (title, prefix) in OWNERS.items():
        parts.append(f"\n## {title}\n\nPath: `{prefix}…`\n\n")
        parts.append(f"| parameter | unit | bounds | default | role | what it is | source |\n{'|---' * 7}|\n")
        parts += [_row(row) for row in parameters(owner)]
    parts.append(f"\nSectors: {_codes(SECTORS)}. Causes of grievance: {_codes(CAUSES)}.\n")
    return "".join([*parts, FITTED, *map(_prior, believed())])


@cache
def believed() -> tuple[tuple[Prior, Parameter], ...]:
    """Priors of the model's parameters, each with its row of the table."""
    rows = [(prior, find(tuple(prior.path.replace("*", "KAZ").split(".")))) for prior in priors() if prior.path]
    return tuple((prior, row) for prior, row in rows if row is not None)


def _prior(both: tuple[Prior, Parameter]) -> str:
    prior, row = both
    median, *ends = prior.value(np.array([0.0, *norm.ppf([0.1, 0.9])]))
    low, high = np.clip(ends, prior.low, prior.high)
    return (
        f"| `{prior.path}` | {median:.3g} | {low:.2g} and {high:.2g} | {row.low:g} to {row.high:g} "
        f"| {_cell(prior.note)} | {prior.source} |\n"
    )


def _row(row: Parameter) -> str:
    tail = {"dyad": ".RUS", "pair": ".UZB"}.get(row.owner, "")
    inner = {"sector": ".SECTOR", "cause": ".CAUSE", None: ""}[row.inner]
    name = f"`{row.name}{inner}{tail}`"
    default = "must be given" if row.default is None else f"{row.default:g}"
    total = {"one": " All together sum to 1.", "at_most_one": " Over the powers at most 1.", None: ""}[row.total]
    name = f"**{name}**" if row.group == "first" else name
    name += " †" if row in [fitted for _, fitted in believed()] else ""
    return (
        f"| {name} | {row.unit} | {row.low:g} to {row.high:g} | {default} | {ROLES[row.role]} "
        f"| {_cell(row.help)}{total} | {row.source} |\n"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# -- scenario files ----------------------------------------------------------------------------------------------------


def scenario_page() -> str:
    """The keys of a scenario file, from its JSON Schema."""
    schema = json_schema()
    parts = [MADE + SCENARIOS]
    needed = set(schema["then"]["required"])
    for key, about in schema["properties"].items():
        text = about.get("description") or schema["$defs"]["rules"]["title"] + "."
        parts.append(
            f"| `{key}` | {_cell(text)}{' Needed, unless the file extends another.' if key in needed else ''} |\n"
        )
    parts.append(NUMBERS)
    for section, kind in (("powers", "power"), ("republics", "republic"), ("rules", "rules"), ("events", "event")):
        parts.append(_section(section, schema["$defs"][kind]))
    parts.append(f"\nKinds of events: {_codes(EVENT_KINDS)}.\n")
    parts.append(STRATEGIES)
    for section in ("powers", "republics"):
        parts += [
            f"| {section} | `{row.name}` | {_cell(row.help)} | {row.source} |\n" for row in strategies_of(section)
        ]
    return "".join(parts)


def _section(section: str, schema: dict[str, Any]) -> str:
    numbers = {row.name for row in TABLE if row.owner in owners_in(section)}
    texts = {
        key: about
        for key, about in schema["properties"].items()
        if key not in numbers and key not in ("source", "note")
    }
    parts = [f"\n## `{section}`\n\n"]
    if texts:
        parts.append("| key | what it holds |\n|---|---|\n")
        parts += [f"| `{key}` | {_cell(about['description'])} |\n" for key, about in texts.items()]
        parts.append("\n")
    links = [f"`{row.name}`" for row in TABLE if row.owner in owners_in(section)]
    return "".join([*parts, "Numbers (see [Parameters](parameters.md)): ", ", ".join(links), ".\n"])


# -- commands ----------------------------------------------------------------------------------------------------------


def command_page() -> str:
    """Every command from its own help."""
    group: Any = typer.main.get_command(sim.cli.app.app)
    top = group.context_class(group, info_name="sim")
    parts = [f"{MADE}# Commands\n\n{_plain(group.help)}\n\n{EXITS}"]
    for name, command in group.commands.items():
        context = command.context_class(command, info_name=name, parent=top)
        usage = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(context))
        parts.append(f"\n## sim {name}\n\n{_plain(command.help)}\n\n```text\nsim {name} {usage}\n```\n\n")
        records = [record for param in command.params if (record := param.get_help_record(context))]
        parts += ["| argument or option | what it does |\n|---|---|\n"] if records else []
        parts += [f"| `{_cell(option)}` | {_cell(_plain(text))} |\n" for option, text in records]
        if command.epilog:
            example = command.epilog.replace("[bold]", "`").replace("[/bold]", "`")
            parts.append(f"\n{example}\n")
    return "".join(parts)


def _plain(text: str | None) -> str:
    """Help without the marks of rich, and safe in Markdown."""
    plain = re.sub(r"\[/?bold\]", "", text or "").strip()
    return plain.replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")


if __name__ == "__main__":
    write()
