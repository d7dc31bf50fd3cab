"""The program ``sim``: its commands in the order of ``sim --help``, and how each ends.

The modules beside this one hold the commands, one short function each; ``pages`` prints their answers, ``layout`` is
what the pages share.

Exit codes: 0 done, 2 the input was bad, 130 stopped with Ctrl-C (finished worlds are shown, and saved with --out).
Answers go to stdout, progress and notes to stderr. Commands import what they need, so that ``sim --help`` is quick.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import sim
from sim.cli.brief import brief
from sim.cli.decisions import packages, seek
from sim.cli.evidence import add, backtest, calibrate, data, score
from sim.cli.mistakes import Usage, mistake
from sim.cli.reading import blocs, compare, explain, whatif
from sim.cli.run import run
from sim.cli.scenarios import check, list_scenarios, outcomes, schema, show, source, strategies
from sim.cli.sweeps import discover, sensitivity, sweep, tornado, tournament
from sim.cli.view import view
from sim.scenario.errors import nearest, printable


class Commands(TyperGroup):
    """The group of commands; turns every expected failure into one clean message and its exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Parse the command line and run it; what is wrong with it is told as every other mistake is."""
        typed = sys.argv[1:] if args is None else list(args)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except Usage as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                code = 2  # the help has been printed
            elif standalone_mode:
                typer.echo(str(mistake(error, typed, self)), err=True)
                code = 2
            else:
                raise
        return sys.exit(code or 0) if standalone_mode else code

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named first, or by the first two words; for another name the nearest one."""
        if (both := " ".join(args[:2])) in self.commands:
            args = [both, *args[2:]]
        if args[0] not in self.commands:
            expected = f"one of {', '.join(self.commands)}"
            found = f"the unknown command {printable(args[0])!r}"
            raise sim.BadInput.of(found, expected, path="sim", nearest=nearest(args[0], self.commands))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
            return answer
        except KeyboardInterrupt:
            typer.echo("Stopped before anything was finished.", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # Whoever read our output (head, less) has seen enough; point stdout elsewhere so that the last flush works.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except MemoryError as error:
            typer.echo(f"Not enough memory; ask for fewer worlds or months. {error}", err=True)
            raise typer.Exit(2) from None
        except OSError as error:
            typer.echo(f"{error.filename or 'output'}: {error.strerror or error}", err=True)
            raise typer.Exit(2) from None
        except Exception as error:
            if not isinstance(error, sim.BadInput):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        finally:
            if "sim.runs.lock" in sys.modules:  # else no folder was claimed
                sys.modules["sim.runs.lock"].release()


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: [bold]sim run dushanbe-2025 --worlds 200[/bold]\n\n"
    "[bold]sim --install-completion[/bold], once, lets the Tab key complete commands, options and names.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sim {sim.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Simulate diplomacy in Central Asia: how republics and powers deal with one another, month by month.

    A scenario sets the starting state and the coming events; many worlds, each with its own luck, show what may follow.
    """


for command, example in (
    (run, "sim run dushanbe-2025 --set powers.RUS.strain=0.7 --out results/strained"),
    (list_scenarios, "sim list"),
    (show, "sim show dushanbe-2025 --sources"),
    (source, "sim source claim:war-strain"),
    (check, "sim check my-scenario.yaml another.yaml"),
    (schema, "sim schema --out scenarios/schema.json"),
    (strategies, "sim strategies"),
    (outcomes, "sim outcomes dushanbe-2025 --outcome 'KAZ.*'"),
    (sweep, "sim sweep dushanbe-2025 --vary powers.RUS.strain=0:0.9:10 --out strain"),
    (tornado, "sim tornado dushanbe-2025 --outcome UZB.RUS.share"),
    (tournament, "sim tournament dushanbe-2025 --power RUS --power CHN --out results/tournament"),
    (sensitivity, "sim sensitivity my-sweep --outcome RUS.share"),
    (discover, "sim discover my-sweep --where 'RUS.share < 25 %'"),
    (packages, "sim packages eu-kazakhstan --out results/packages"),
    (
        seek,
        "sim seek dushanbe-2025 --lever powers.EUU.budget=0.333:1.2 --want 'KAZ.EUU.share +2 pp vs base' --least cost",
    ),
    (calibrate, "sim calibrate --origin 2019 --out results/calibration-2019"),
    (backtest, "sim backtest --blind --out results/backtest-blind"),
    (compare, "sim compare dushanbe-2025 war-drags-on --out results/war"),
    (whatif, "sim whatif dushanbe-2025 --set powers.RUS.strain=0.7"),
    (explain, "sim explain dushanbe-2025 --republic TJK --power RUS"),
    (brief, "sim brief dushanbe-2025 war-drags-on --out war.html"),
    (blocs, "sim blocs war-drags-on --month 2028-12"),
    (data, "sim data trade"),
    (add, "sim data add comtrade-2025.csv --into figures"),
    (score, "sim data score south-caucasus-2025 --observed figures"),
    (view, "sim view dushanbe-2025 --results results"),
):
    words = example.split()[1:]
    app.command(
        " ".join(words[:2]) if command in (add, score) else words[0], epilog=f"Example: [bold]{example}[/bold]"
    )(command)


def main() -> None:
    """Entry point of the command."""
    gc.set_threshold(50_000)  # libraries make many objects that stay; looking for garbage among them takes a tenth
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # where a letter cannot be shown, a question mark, not a traceback
    app(prog_name="sim")
