"""A brief on one page: what ``sim.reading.brief`` says, with two pictures, as one HTML file or as Markdown.

HTML asks for nothing outside the file: pictures are data URIs, styles are in it, scripts there are none. Its print
styles fit A4; a browser prints it or saves it as PDF. Text of scenarios is escaped.
"""

from __future__ import annotations

import base64
import html
import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Unpack

from matplotlib.figure import Figure

from sim.evidence.page import ELSEWHERE, caveats, evidence
from sim.figures.fans import alignment_fans
from sim.figures.reading import difference_fans
from sim.figures.result import save, svg
from sim.figures.sweeps import ends_of
from sim.reading.brief import (
    Block,
    Brief,
    Lines,
    Picture,
    Points,
    Rows,
    farthest,
    most_moving,
    of_comparison,
    of_result,
)
from sim.reading.compare import Comparison, compare
from sim.reading.explain import explain
from sim.runs.ask import Ask, Askable, Asked
from sim.runs.posterior import on_record
from sim.runs.result import Result
from sim.runs.run import Progress, run
from sim.scenario import BadInput, Scenario
from sim.scenario.doubt import REST
from sim.scenario.errors import shown
from sim.sweeps.tornado import WORLDS, Tornado, tornado

ENDINGS = (".html", ".md")
"""Kinds of file a brief may be."""
WIDTH = 9.0
"""Inches of a picture with panels: where A4 shows it at four fifths of its size, its small print can be read."""
Draw = Callable[[], Figure]


def brief(
    *scenarios: Askable,
    out: str | os.PathLike[str],
    progress: Progress | None = None,
    command: str | None = None,
    **asked: Unpack[Asked],
) -> Path:
    """Write one page on a scenario, or on how others differ from the first: claim, pictures, table, drivers, sources.

    Parameters
    ----------
    scenarios : one or more scenarios, shipped names or paths; asks, or results, which are not run again.
    out : the file, ``.html`` (one file with all in it) or ``.md`` (pictures beside it).
    progress : called with worlds done and worlds in all.
    command : what the page says makes it again; the program's own command line if not given.
    asked : worlds, months, seed, posterior, doubt and so on, as for ``sim.run`` and ``sim.compare``.

    The worlds are those of ``sim.run`` and ``sim.compare``; the drivers are those of the same worlds, and what would
    change the answer is a tornado of 24 worlds at either end of each range, those in doubt or else all that are not
    sure. Returns the path.

    Raises
    ------
    BadInput : no scenario, a file that cannot be written or of another kind, whatever is wrong with a scenario.
    """
    path = target(out)
    if not scenarios:
        raise BadInput.of("no scenario", "one, or several to compare", path="scenarios")
    first = Ask.of(scenarios[0], **asked)
    ready = sum(isinstance(one, Result) for one in scenarios)
    steps = _Steps(progress, first.worlds * (2 * len(scenarios) - ready) + _ends(first))
    if len(scenarios) > 1:
        both = compare(*scenarios, progress=steps.next(), **asked)
        return _of_both(both, path, steps, command)
    given = scenarios[0]
    return _of_run(given if isinstance(given, Result) else run(first, progress=steps.next()), path, steps, command)


def of_run(
    result: Result,
    out: str | os.PathLike[str],
    *,
    progress: Callable[[int, int], None] | None = None,
    command: str | None = None,
) -> Path:
    """Write one page on the result: claim, two pictures, table, drivers, assumptions, what would change it, caveat.

    ``out`` ends in ``.html`` (one file with all in it) or ``.md`` (pictures beside it); its worlds are run again to
    explain them. ``sim.brief`` says more.

    Raises
    ------
    BadInput : a file that cannot be written or of another kind.
    """
    return _of_run(result, target(out), _Steps(progress, result.worlds + _ends(result.ask)), command)


def of_both(
    both: Comparison, out: str | os.PathLike[str], *, progress: Progress | None = None, command: str | None = None
) -> Path:
    """Write one page on the comparison, as ``Result.brief`` does on a result."""
    total = sum(result.worlds for result in both.results) + _ends(both.results[0].ask)
    return _of_both(both, target(out), _Steps(progress, total), command)


def _of_run(result: Result, path: Path, steps: _Steps, command: str | None) -> Path:
    why = explain(result, progress=steps.next())
    moved = _moved(result.ask, steps)
    said = of_result(result, why, moved, _caveat(result.scenario), command or _command())
    draw: dict[str, Draw] = {
        "fans": lambda: alignment_fans(result, width=WIDTH),
        "tornado": lambda: ends_of(moved, most_moving(moved)),
    }
    return _write(said, draw, path)


def _of_both(both: Comparison, path: Path, steps: _Steps, command: str | None) -> Path:
    whys = [explain(result, progress=steps.next()) for result in both.results]
    moved = _moved(both.results[0].ask, steps)
    said = of_comparison(both, whys, moved, _caveat(both.scenario), command or _command())
    draw: dict[str, Draw] = {
        "fans": lambda: alignment_fans(both.results[0], width=WIDTH),
        "difference": lambda: difference_fans(both, farthest(both), width=WIDTH),
    }
    return _write(said, draw, path)


def target(out: str | os.PathLike[str]) -> Path:
    """The file to write, checked before any work is done. Raises BadInput."""
    if not isinstance(out, str | os.PathLike):
        raise BadInput.of(shown(out), "the path of a file to write", path="out")
    path = Path(out)
    if path.suffix.lower() not in ENDINGS:
        raise BadInput.of(repr(path.name), f"a file that ends in {' or '.join(ENDINGS)}", path="out")
    try:
        if path.is_dir():
            raise BadInput.of("a folder", "a file", file=str(path))
        if not path.parent.is_dir():
            raise BadInput.of("no such folder", "a folder to write in", file=str(path.parent))
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise BadInput.of("no permission to write", "a file that can be written", file=str(path))
        if path.exists() and (not path.is_file() or not _own(path)):
            raise BadInput.of("a file that is no brief", "a brief to write over, or no file yet", file=str(path))
    except OSError as error:
        raise BadInput.of(error.strerror or str(error), "a file that can be written", file=str(path)) from error
    return path


_OWN_HTML, _OWN_MARKDOWN = '<meta name="generator" content="sim brief">', "<!-- generator: sim brief -->"
"""What says of a page that it is a brief, which may be written over."""
_LOOKED = 4096
"""Bytes at either end of a file in which that stands."""


def _own(path: Path) -> bool:
    """Whether a file is a brief, or empty."""
    with path.open("rb") as file:
        head = file.read(_LOOKED)
        file.seek(max(path.stat().st_size - _LOOKED, 0))
        tail = file.read(_LOOKED)
    return not head or _OWN_HTML.encode() in head or _OWN_MARKDOWN.encode() in tail


class _Steps:
    """Progress over several runs of ``total`` worlds: ``next`` gives the next run the part that follows the last."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def next(self) -> Progress | None:
        """For the run that comes next."""
        tell, before = self._progress, self._done
        if tell is None:
            return None

        def update(done: int, _: int) -> None:
            self._done = before + done
            tell(self._done, max(self._total, self._done))

        return update


def _at_ends(ask: Ask) -> Ask:
    """What a tornado of an ask asks: its ranges in doubt, or all that are not sure where nothing is."""
    return Ask.of(ask, worlds=WORLDS, variations=None, posterior=None, doubt=ask.doubt or True, keep="outcomes")


def _moved(ask: Ask, steps: _Steps) -> Tornado:
    plain = _at_ends(ask)
    return tornado(plain, worlds=plain.worlds, doubt=plain.doubt, progress=steps.next())


def _ends(ask: Ask) -> int:
    """How many worlds that takes."""
    return WORLDS * (1 + 2 * sum(not path.startswith(REST) for path in _at_ends(ask).doubts))


def _caveat(story: Scenario) -> list[str]:
    """What the evidence says of the model, or why it says nothing about this scenario."""
    found = caveats(evidence()) if on_record(story) else [ELSEWHERE]
    return [*found, story.words.spell(ALWAYS)]


ALWAYS = (
    "Bands never contain what nobody listed: other shocks, or another form of the model. Republics are single actors, "
    "and most numbers are judgements with a range."
)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _write(said: Brief, draw: dict[str, Draw], path: Path) -> Path:
    try:
        if path.suffix.lower() == ".html":
            text = as_html(said, {name: svg(figure(), said.title) for name, figure in draw.items() if _has(said, name)})
            path.write_text(text, encoding="utf-8")
            return path
        names = {}
        for name, figure in draw.items():
            if _has(said, name):
                names[name] = save(figure(), path.with_name(f"{path.stem}-{name}"), said.title)[0].name
        path.write_text(as_markdown(said, names), encoding="utf-8")
    except OSError as error:
        raise BadInput.of(error.strerror or str(error), "a file that can be written", file=str(path)) from error
    return path


def _has(said: Brief, name: str) -> bool:
    return any(isinstance(b, Picture) and b.name == name for section in said.sections for b in section.blocks)


# -- HTML --------------------------------------------------------------------------------------------------------------

STYLE = """
:root { --ink: #1d2433; --muted: #5a6271; --line: #d9dde3; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.5rem 3rem; color: var(--ink); background: #fff;
  font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0 0 .3em; }
h2 { font-size: 1.12em; margin: 1.5em 0 .4em; padding-top: .5em; border-top: 1px solid var(--line); }
p, ul { margin: .35em 0; }
ul { padding-left: 1.2em; }
.about { color: var(--muted); }
.claim p:first-of-type { font-size: 1.1em; }
figure { margin: .8em 0; }
img { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; margin: .7em 0; font-size: .92em; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .2em; }
th { font-weight: 600; color: var(--muted); border-bottom: 1px solid var(--muted); }
th, td { padding: .13em .5em .13em 0; text-align: right; vertical-align: baseline; }
th.text, td.text { text-align: left; }
td.first { white-space: nowrap; }
tr.head td { border-top: 1px solid var(--line); }
pre { background: #f4f5f7; padding: .5em .7em; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4em 0; }
.wide { overflow-x: auto; }
.tables { display: flex; flex-wrap: wrap; gap: 0 2.2em; }
.tables > * { flex: 1 1 20em; }
.tables > :first-child { flex: 3 1 30em; }
.tables td.text { white-space: nowrap; }
.tables > * + * { flex: 2 1 20em; }
ul { columns: 22em 2; column-gap: 2.2em; }
.how-to-reproduce-it ul { columns: 1; }
li { break-inside: avoid; }
@media screen and (max-width: 40rem) {
  body { padding: 1rem 1rem 2rem; }
  table { font-size: .78em; }
  td.first, .tables td.text { white-space: normal; }
  figure { overflow-x: auto; }
  figure img { width: auto; min-width: 46rem; }
  .wide table { min-width: 32rem; }
  figure::before, .wide::before { content: "↔ wider than the screen: scroll sideways"; position: sticky; left: 0;
    color: var(--muted); font-size: .78em; }
}
@page { size: A4; margin: 9mm 11mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 7.6pt; line-height: 1.27; }
  h1 { font-size: 15pt; }
  h2 { font-size: 9.2pt; margin: .5em 0 .15em; padding-top: .25em; break-after: avoid; }
  p, ul { margin: .15em 0; }
  .claim p:first-of-type { font-size: 8.4pt; }
  figure { margin: .25em 0; break-inside: avoid; }
  figure img { max-height: 88mm; object-fit: contain; }
  figure.tornado img { max-height: 58mm; }
  table { margin: .2em 0; break-inside: avoid; font-size: 7.1pt; line-height: 1.24; }
  th, td { padding: 0 .5em 0 0; }
  tbody tr:first-child td { padding-top: .15em; }
  pre { padding: .25em .5em; }
  .tables { flex-wrap: nowrap; }
  .last { display: grid; grid-template-columns: 4fr 3fr; gap: 0 2.2em; }
  .last ul { columns: 1; }
  .dense { font-size: 7.1pt; }
  .dense table { font-size: 6.8pt; line-height: 1.18; }
}
"""


def as_html(said: Brief, pictures: dict[str, bytes]) -> str:
    """The page as one HTML file; ``pictures`` by name, as SVG."""
    parts = []
    for section in said.sections:
        kind = re.sub(r"[^a-z]+", "-", section.title.lower()).strip("-").removeprefix("the-")
        blocks = "\n".join(_html_group(group, pictures) for group in _groups(section.blocks))
        parts.append(f'<section class="{kind}">\n<h2>{_safe(section.title)}</h2>\n{blocks}\n</section>')
    kind = ' class="dense"' if said.dense else ""
    body = "\n".join([*parts[:-2], f'<div class="last">{"".join(parts[-2:])}</div>'])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
{_OWN_HTML}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_safe(said.title)}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body{kind}>
<h1>{_safe(said.title)}</h1>
<p class="about">{_safe(said.about)}</p>
{body}
</body>
</html>
"""


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks in their order, tables that follow one another together."""
    return [list(group) for _, group in groupby(blocks, lambda block: isinstance(block, Rows) or id(block))]


def _html_group(group: Sequence[Block], pictures: dict[str, bytes]) -> str:
    made = "\n".join(_html(block, pictures) for block in group)
    return made if len(group) == 1 else f'<div class="tables">{made}</div>'


def _html(block: Block, pictures: dict[str, bytes]) -> str:
    match block:
        case Rows():
            return _html_table(block)
        case Points():
            return f"<ul>{''.join(f'<li>{_safe(item)}</li>' for item in block.items)}</ul>"
        case Lines():
            return f"<pre>{_safe(block.text)}</pre>"
        case Picture():
            data = base64.b64encode(pictures[block.name]).decode()
            source = f"data:image/svg+xml;base64,{data}"
            return f'<figure class="{block.name}"><img alt="{_safe(block.about)}" src="{source}"></figure>'
        case _:
            return f"<p>{_safe(block)}</p>"


def _html_table(table: Rows) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        kinds = [_KINDS[min(place, 1)] if place < table.text else "" for place in range(len(row))]
        filled = max((place for place, cell in enumerate(row) if cell), default=0) + 1
        if filled <= len(row) - 2:  # text alone, which takes the room of the numbers that are not there
            kinds = [*kinds[: filled - 1], f'{kinds[filled - 1]} colspan="{len(row) - filled + 1}"']
        return "".join(f"<{tag}{kind}>{_safe(cell)}</{tag}>" for kind, cell in zip(kinds, row, strict=False))

    grouped = any(not row[0] for row in table.rows)
    heads = [' class="head"' if grouped and row[0] else "" for row in table.rows]
    rows = "".join(f"<tr{head}>{cells(row, 'td')}</tr>\n" for head, row in zip(heads, table.rows, strict=True))
    return (
        f'<div class="wide"><table><caption>{_safe(table.title)}</caption>\n'
        f"<thead><tr>{cells(table.heads, 'th')}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


_KINDS = (' class="text first"', ' class="text"')
"""Of cells that hold text: in the first column, and in others."""


def _safe(text: str) -> str:
    """Text without what a browser would take for anything else; numbers stay with their per cent."""
    return html.escape("".join(c if c.isprintable() else " " for c in text)).replace(" %", "&nbsp;%")


# -- Markdown ----------------------------------------------------------------------------------------------------------


def as_markdown(said: Brief, pictures: dict[str, str]) -> str:
    """The page as Markdown; ``pictures`` are the names of files beside it."""
    parts = [f"# {_plain(said.title)}", f"*{_plain(said.about.strip())}*" if said.about.strip() else ""]
    for section in said.sections:
        parts += [f"## {_plain(section.title)}", *(_markdown(block, pictures) for block in section.blocks)]
    return "\n\n".join(part for part in [*parts, _OWN_MARKDOWN] if part) + "\n"


def _markdown(block: Block, pictures: dict[str, str]) -> str:
    match block:
        case Rows():
            head = "| " + " | ".join(map(_plain, block.heads)) + " |"
            rule = "|" + "|".join("---" if place < block.text else "---:" for place in range(len(block.heads))) + "|"
            rows = ["| " + " | ".join(map(_plain, row)) + " |" for row in block.rows]
            return f"**{_plain(block.title)}**\n\n" + "\n".join([head, rule, *rows])
        case Points():
            return "\n".join(f"- {_plain(item)}" for item in block.items)
        case Lines():
            return "\n".join(f"    {line}" for line in block.text.splitlines())
        case Picture():
            return f"![{_plain(block.about)}](<{pictures[block.name]}>)"
        case _:
            return _plain(block)


def _plain(text: str) -> str:
    """Text on one line, without what Markdown would take for anything else."""
    text = "".join(c if c.isprintable() else " " for c in text)
    text = re.sub(r"([\\`*_\[\]|~])", r"\\\1", html.escape(text, quote=False))
    return re.sub(r"^(\s*)([#+-]|\d+[.)])(?=\s)", r"\1\\\2", text)
