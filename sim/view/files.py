"""What a visitor saves: the run as a table, the scenario as YAML, and the command that gives the same numbers."""

from __future__ import annotations

import io
import re
import shlex

from sim.reading.doubt import bands_hold
from sim.runs.result import Result
from sim.runs.sheet import csv_of
from sim.scenario import Scenario
from sim.view.state import NONE, View, written


def command(view: View) -> str:
    """The command that gives the numbers of a view; an uploaded file by its name."""
    words = ["sim", "run", f"{view.scenario}.yaml" if view.text else view.scenario]
    for path, value in view.changes:
        words += ["--set", f"{path}={written(value)}"]
    words += ["--seed", str(view.seed)] if view.seed else []
    words += [] if view.doubted else ["--doubt", NONE]
    for path, low, high in view.ranges:
        words += ["--doubt", f"{path}={written(low)}:{written(high)}"]
    words += ["--posterior", view.posterior] if view.posterior else []
    return shlex.join(words)


def table(result: Result, what: str, view: View) -> bytes:
    """Bands of all sectors by month as CSV, or the overall shares of every world as Parquet.

    How they were made is the first line of the CSV, behind a #, and in pandas' ``attrs`` of the Parquet file.
    """
    made = {"command": command(view), "bands": bands_hold(result.ask)}
    if what == "csv":
        said = re.sub(r",(?=[=+@-])", ",''", made["command"])  # no cell that is a formula, and to a shell the same
        first = f"# {said} ({made['bands']})"
        return f"{first}\n{csv_of(result.bands('all'), '%.6g')}".encode()
    stream, shares = io.BytesIO(), result.alignment()
    shares.attrs["sim"] = made
    shares.to_parquet(stream, index=False)
    return stream.getvalue()


def scenario_file(scenario: Scenario, view: View, posterior: str) -> bytes:
    """The scenario as YAML; what it cannot hold, and how to have it all the same, in comments above it."""
    lines = [f"What the dashboard showed: {command(view)}"]
    if view.doubt is None:
        lines.append("The numbers were as written. For the same from this file: --doubt none.")
    else:
        lines.append("A scenario does not hold which numbers are in doubt. Run from this file, changed numbers are in")
        lines.append("doubt like the others; --doubt none takes all as written.")
    if posterior:
        lines.append(f"The worlds took the posterior draws of --posterior {posterior}.")
    return "".join([*(f"# {line}\n" for line in lines), scenario.to_yaml()]).encode()
