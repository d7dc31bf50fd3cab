"""A result as a folder: tidy Parquet and CSV, what was asked, a manifest, figures; and back again.

What was asked is the resolved scenario, the variations, the posterior and, in the manifest, everything else; so a
folder can be asked again, and what other answers are kept in (``write_ask``) can be, too.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.runs.ask import Ask
from sim.runs.doubt import Doubt
from sim.runs.ledger import OUTBID, REFUSED, RESPONSES, TAKEN
from sim.runs.modelversion import find_class
from sim.runs.posterior import load_posterior
from sim.runs.region import ALIKE
from sim.runs.result import Result
from sim.runs.run import memory
from sim.runs.sheet import csv_of
from sim.scenario import BadInput, Scenario
from sim.scenario import load as load_scenario
from sim.scenario.errors import folder_of, printable
from sim.scenario.table import STANCES
from sim.world import rules
from sim.world.agents import Classes
from sim.world.record import CHANNELS, KEEPS, Record

Array = NDArray[Any]
MANIFEST, SCENARIO, POSTERIOR, VARIATIONS = "manifest.json", "scenario.yaml", "posterior.csv", "variations.parquet"
WRITTEN = "a folder written by `sim run --out`"
FORMAT = 3
"""Version of the folder's layout."""
_FOLDERS = {
    "run": "the folder of a run (sim run)",
    "sweep": "the folder of a sweep (sim sweep, sim packages)",
    "seek": "the folder of a search (sim seek)",
    "calibration": "the folder of a calibration (sim calibrate)",
    "backtest": "the folder of a backtest (sim backtest)",
}
"""Whose folder one is, by the kind that its manifest says."""

# One Parquet file for the channels that share axes; columns are named by channel.
TABLES: dict[str, tuple[str, ...]] = {
    "overall": ("overall",),
    "alignment": ("alignment",),
    "grievance": ("grievance",),
    "deals": ("accepted", "due", "delivered", "lapsed", "cancelled", "pledges", "deals"),
    "decisions": ("steady", "offer_size", "answer", "rebuke", "response", "stance", "terms"),
    "openings": ("opener", "offer_sector", "shopped", "request_power", "request_sector", "granted"),
    "powers": ("strain", "respect", "fund"),
    "grudges": ("grudge",),
}

FIGURES, SHEETS, PACKED = 1_500_000, 2_500, 0.7
"""Bytes of the figures as far as they are always alike, those that go with each month of each alignment, and of Parquet
for a byte of the record: measured on shipped scenarios of 6 to 63 months with 4 to 500 worlds."""


def size(scenario: Scenario, worlds: int) -> int:
    """About how many bytes the folder of a run will take, figures included."""
    alignments = len(scenario.republics) * len(scenario.powers)
    return FIGURES + SHEETS * scenario.months * alignments + round(PACKED * memory(scenario, worlds))


def _words(record: Record, name: str) -> tuple[int, tuple[str, ...]] | None:
    """The first code of a channel of codes, and what each says, that first; None for a channel of numbers."""
    labels = record.labels
    said: dict[str, tuple[int, tuple[str, ...]]] = {
        "answer": (rules.NO_OFFER, ("no bid", REFUSED, OUTBID, TAKEN)),
        "response": (rules.SILENT, ("nobody spoke up", *RESPONSES.values())),
        "stance": (-1, ("no summit", *STANCES)),
        "opener": (-1, ("nobody", *labels["power"])),
        "request_power": (-1, ("nobody", *labels["power"])),
        "offer_sector": (0, labels["sector"]),
        "request_sector": (0, labels["sector"]),
    }
    return said.get(name)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on."""
    names = ("sim", "mesa", "numpy", "pandas", "pyarrow", "pydantic", "PyYAML")
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def manifest(result: Result, command: str | None = None) -> dict[str, Any]:
    """What a run was: with the files beside it enough to run it again. ``digest`` is that of what was asked."""
    return {
        "format": FORMAT,
        "kind": "run",
        **result.ask.manifest,
        "worlds": result.worlds,
        "worlds_asked": result.asked,
        "keep": _kept(result),
        "labels": {axis: list(names) for axis, names in result.record.labels.items()},
        "dates": [result.dates[0], result.dates[-1]],
        "typical_world": result.typical_world,
        "command": command or " ".join(sys.argv),
        "versions": versions(),
    }


def _kept(result: Result) -> str:
    """How much of a result a folder keeps: drivers are too large, ``explain`` runs them again."""
    return min(result.record.keep, "full", key=KEEPS.index)


def write_ask(ask: Ask, folder: Path, suffix: str = "") -> None:
    """Write scenario, variations and posterior, those that there are, and take away those of an earlier one.

    ``suffix`` goes before the ending of each name, where a folder holds several.
    """
    scenario, posterior, variations = (_named(folder, name, suffix) for name in (SCENARIO, POSTERIOR, VARIATIONS))
    scenario.write_text(ask.scenario.to_yaml(), encoding="utf-8")
    if ask.posterior is None:
        posterior.unlink(missing_ok=True)
    else:
        ask.posterior.write(posterior)
    if ask.variations:
        _write(variations, pa.table({path: pa.array(values) for path, values in ask.variations.items()}))
    else:
        variations.unlink(missing_ok=True)


def read_ask(folder: Path, facts: Mapping[str, Any], suffix: str = "") -> Ask:
    """The ask of ``Ask.manifest`` and of the files that ``write_ask`` wrote.

    A class that is not to be had here has a stand-in, with which the model cannot be run. Raises BadInput where the
    files are not those of the manifest; KeyError where the manifest lacks something.
    """
    scenario, posterior, variations = (_named(folder, name, suffix) for name in (SCENARIO, POSTERIOR, VARIATIONS))
    stated = facts["posterior"]
    varied = pq.read_table(variations) if facts["variations"] else pa.table({})
    ask = Ask(
        load_scenario(scenario).read_back(facts["scenario"], facts["root_actors"], facts.get("changes", {})),
        facts.get("worlds_asked", facts["worlds"]),
        facts["seed"],
        facts["keep"],
        variations={name: varied.column(name).to_numpy() for name in varied.column_names},
        posterior=None if stated is None else replace(load_posterior(posterior), name=stated["name"]),
        republic=_classes(facts["classes"]["republic"]),
        power=_classes(facts["classes"]["power"]),
        doubt=Doubt.read(facts["doubt"]),
        model=find_class(facts["classes"]["model"]["*"]),
        region_weights=facts.get("region_weights", ALIKE),
    )
    if ask.digest != facts["digest"]:
        raise BadInput.of(
            f"a {scenario.name}, {variations.name} or {posterior.name} that is not of this manifest",
            "the files as they were written",
            file=str(folder),
        )
    return ask


def _classes(facts: Mapping[str, Mapping[str, str]]) -> Classes:
    classes = {code: find_class(cls) for code, cls in facts.items()}
    return classes["*"] if list(classes) == ["*"] else classes


def _named(folder: Path, name: str, suffix: str) -> Path:
    stem, _, ending = name.partition(".")
    return folder / f"{stem}{suffix}.{ending}"


def save(
    result: Result, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
) -> Path:
    """Write a result to a folder, made if need be.

    ``<table>.parquet`` for every table of ``TABLES`` that the run keeps, ``outcomes.parquet``, ``projects.parquet``; as
    CSV, ``alignment.csv`` (bands by month), ``grievance.csv``, ``deals.csv`` (means by month), ``outcomes.csv``, and
    of the typical world ``projects.csv`` and ``ledger.csv`` (also as Parquet); ``scenario.yaml``, ``posterior.csv`` and
    ``variations.parquet`` (if there were any), ``manifest.json``; figures as PNG and SVG. Drivers are not written:
    ``explain`` runs them again.

    Raises
    ------
    BadInput : the folder cannot be written, or holds something that is not a result.
    """
    folder = folder_of(directory, "a folder to write to, as text or path")
    _make(folder)
    try:
        write_ask(result.ask, folder)
        with ThreadPoolExecutor(1) as aside:  # writing leaves the interpreter free to draw
            tables = aside.submit(_write_tables, result, folder)
            if figures and result.record.wants("full"):
                result.plot.save_all(folder)
            tables.result()
        (folder / MANIFEST).write_text(json.dumps(manifest(result, command), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput.of(f"{error.strerror or error}", "a folder that can be written", file=str(folder)) from error
    return folder


def _write_tables(result: Result, folder: Path) -> None:
    for name, channels in TABLES.items():
        present = [channel for channel in channels if channel in result.record.arrays]
        if present:
            _write(folder / f"{name}.parquet", _table(result, present))
    outcomes = result.outcomes().reset_index()
    _write(folder / "outcomes.parquet", pa.Table.from_pandas(outcomes, preserve_index=False))
    for name, frame in _sheets(result, outcomes):
        (folder / f"{name}.csv").write_text(csv_of(frame, "%.6g"), encoding="utf-8", newline="")
    if result.record.wants("full"):
        _write(folder / "ledger.parquet", pa.Table.from_pandas(result.ledger(), preserve_index=False))
        _write(folder / "projects.parquet", pa.Table.from_pandas(result.projects(), preserve_index=False))
        fired = np.argwhere(result.array("event"))
        _write(
            folder / "events.parquet",
            pa.table({name: fired[:, k].astype(np.int32) for k, name in enumerate(("month", "event", "world"))}),
        )


def load(directory: str | os.PathLike[str]) -> Result:
    """Read back a folder written by ``save``, with what was asked.

    A class of a user's own is found again by its name, if its source is what it was. Where it is not to be had, tables
    and figures do without; what must run the model again refuses.

    Raises
    ------
    BadInput : no result there, or a part of it missing, damaged or of another run.
    """
    folder = folder_of(directory, WRITTEN)
    facts = _manifest(folder)
    try:
        ask = read_ask(folder, facts)
        record = Record(ask.scenario, facts["worlds"], ask.months, facts["keep"], facts["labels"]["driver"])
        for name, channels in TABLES.items():
            present = [channel for channel in channels if channel in record.arrays]
            if present:
                _fill(record, pq.read_table(folder / f"{name}.parquet", columns=present), present)
        outcomes = pq.read_table(folder / "outcomes.parquet").to_pandas().drop(columns="world")
        codes = list(record.labels["power"])
        record.outcomes = {
            name: np.array([codes.index(code) for code in values]) if name.endswith(".leader") else values.to_numpy()
            for name, values in outcomes.items()
        }
        if record.wants("full"):
            fired = pq.read_table(folder / "events.parquet")
            record.arrays["event"][tuple(fired.column(k).to_numpy() for k in range(3))] = True
    except (OSError, pa.ArrowInvalid, KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadInput.of(_fault(error), WRITTEN, file=str(folder)) from error
    return Result(ask, record)


def written(folder: Path) -> dict[str, Any] | None:
    """The manifest of whatever is in a folder; empty where it cannot be read, None where there is none."""
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run. Raises BadInput where there is none, or one of something else."""
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput.of(_fault(error) if folder.is_dir() else "no such folder", WRITTEN, file=str(folder)) from error
    except ValueError as error:
        raise BadInput.of(f"text that is no JSON ({error})", WRITTEN, file=str(folder / MANIFEST)) from error
    told = [facts.get(key) for key in ("kind", "format")] if isinstance(facts, dict) else [None, None]
    if told != ["run", FORMAT]:
        found, expected = other_kind(told[0], told[1], "run", FORMAT)
        raise BadInput.of("no kind and format" if None in told else found, expected, file=str(folder / MANIFEST))
    result: dict[str, Any] = facts
    return result


def other_kind(kind: object, form: object, wanted: str, own: int) -> tuple[str, str]:
    """What is found and expected where a manifest is not of the ``wanted`` kind, or not of its ``own`` format."""
    if kind == wanted:
        return f"{_FOLDERS[wanted]}, of format {printable(str(form))}", f"one of format {own}"
    return _FOLDERS.get(str(kind), f"a folder of another kind ({printable(str(kind), 40)})"), _FOLDERS[wanted]


def _fault(error: Exception) -> str:
    """What is wrong with a folder, in words."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"no {Path(error.filename).name} in it"
    if isinstance(error, KeyError):
        return f"nothing called {error} where it was written"
    return f"{type(error).__name__}: {error}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = any(folder.iterdir()) and not (folder / MANIFEST).exists() and not (folder / SCENARIO).exists()
    except OSError as error:
        raise BadInput.of(
            f"{error.strerror or error}", "a folder that can be made and written", file=str(folder)
        ) from error
    if foreign:
        raise BadInput.of(
            "a folder with other files in it", "a new or empty folder, or one of an earlier run", file=str(folder)
        )


def _write(path: Path, table: pa.Table) -> None:
    """Write a table; dictionaries only for labels, for measures hardly ever repeat and looking for repeats is slow."""
    labels = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    measures = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    sorted_by = [name for name in ("month",) if name in table.column_names]  # lets readers skip what they do not need
    partial = path.with_suffix(".partial")
    pq.write_table(
        table,
        partial,
        compression="zstd",
        compression_level=1,
        use_dictionary=labels,
        use_byte_stream_split=measures,
        write_statistics=sorted_by or False,
    )
    partial.replace(path)


def _table(result: Result, channels: list[str]) -> pa.Table:
    """Channels that share axes as one long table: month, the axes' labels, world, one column a channel."""
    known = {channel.name: channel for channel in CHANNELS}
    axes = known[channels[0]].axes
    stock = any(known[name].stock for name in channels)
    labels: list[list[str]] = [list(result.record.labels[axis]) for axis in axes]
    first = 0 if stock else 1
    shape = (result.months + 1 - first, *(len(names) for names in labels), result.worlds)
    columns: dict[str, Any] = {}
    for place, name in enumerate(("month", *axes, "world")):
        index = np.arange(shape[place], dtype=np.int32)
        spread = np.broadcast_to(index.reshape([-1 if k == place else 1 for k in range(len(shape))]), shape).ravel()
        if name in ("month", "world"):
            columns[name] = pa.array(spread + (first if name == "month" else 0))
        else:
            columns[name] = pa.DictionaryArray.from_arrays(pa.array(spread), pa.array(labels[place - 1]))
    dates = pa.array(result.dates)
    columns = {"date": pa.DictionaryArray.from_arrays(columns["month"], dates), **columns}
    for name in channels:
        values = result.record.arrays[name]
        words = _words(result.record, name)
        if stock and not known[name].stock:  # on day one nothing has happened
            values = np.concatenate([np.full_like(values[:1], 0 if words is None else words[0]), values])
        flat = np.ascontiguousarray(values).reshape(-1)
        columns[name] = (
            pa.array(flat)
            if words is None
            else pa.DictionaryArray.from_arrays(pa.array(flat - np.int8(words[0])), pa.array(words[1]))
        )
    return pa.table(columns)


def _fill(record: Record, table: pa.Table, channels: list[str]) -> None:
    known = {channel.name: channel for channel in CHANNELS}
    stock = any(known[name].stock for name in channels)
    for name in channels:
        array = record.arrays[name]
        shape = (record.months + stock, *array.shape[1:])
        words = _words(record, name)
        values = (table.column(name).to_numpy() if words is None else _codes(table.column(name), *words)).reshape(shape)
        array[:] = values[1:] if stock and not known[name].stock else values


def _codes(column: pa.ChunkedArray, first: int, words: Sequence[str]) -> Array:
    """The codes of a column of words. Raises ValueError for a word that is none of them."""
    whole = column.unify_dictionaries().combine_chunks()
    known = np.array([words.index(word) + first for word in whole.dictionary.to_pylist()])
    codes: Array = known[whole.indices.to_numpy()]
    return codes


def _sheets(result: Result, outcomes: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables small enough for a spreadsheet, by file name."""
    yield "outcomes", outcomes
    if result.record.wants("overall"):
        yield "alignment", result.bands("all" if result.record.wants("full") else "overall")
    if result.record.wants("full"):
        yield "ledger", result.ledger()
        yield "projects", result.projects(result.typical_world)
        by = {"month": range(result.months + 1), "republic": result.republics, "power": result.powers}
        yield (
            "grievance",
            result.tidy(
                by | {"cause": result.record.labels["cause"]}, {"mean": result.array("grievance").mean(axis=-1)}
            ),
        )
        by |= {"sector": result.record.labels["sector"]}
        flows = {
            name: np.concatenate([np.zeros_like(mean[:1]), mean])
            for name in ("accepted", "delivered", "lapsed")
            for mean in [result.array(name).mean(axis=-1)]
        }
        yield "deals", result.tidy(by, flows | {"live": result.array("deals").mean(axis=-1)})
