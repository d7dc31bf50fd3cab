"""Where values come from: the ids a ``source:`` may name.

``claim:<id>`` is a claim of the article (``seeds/claims.yaml``), ``data:<id>`` a file of observed figures
(``seeds/observed/index.yaml``), ``lit:<id>`` a work of the literature (``seeds/literature.yaml``), and ``assumption``
the modellers' own judgement.
"""

from __future__ import annotations

from functools import cache

from sim.scenario.errors import BadInput, nearest, printable
from sim.scenario.locate import shipped_dir, text_of
from sim.scenario.yaml import Node, Scalar, read

ASSUMPTION = "assumption"

FILES = {"claim": "claims.yaml", "data": "observed/index.yaml", "lit": "literature.yaml"}
"""File of the folder ``seeds`` that holds the ids of each kind."""

SourceRecord = dict[str, "Scalar | list[Scalar]"]


@cache
def records(kind: str) -> dict[str, SourceRecord]:
    """The records of a kind ("claim", "data" or "lit") by id; values of a record that nest are left out.

    Claims are a list under ``claims``, each with its ``id``; the others are mappings of ids to records.
    Raises BadInput where the file is missing or is not of that form.
    """
    name = f"seeds/{FILES[kind]}"
    text = text_of(shipped_dir("seeds") / FILES[kind])
    if kind == "claim":
        top, problems = read(text, name)
        if problems:
            raise BadInput(problems)
        listed = top.value.get("claims") if isinstance(top.value, dict) else None
        found = [_record(node) for node in listed.value] if listed and isinstance(listed.value, list) else []
        return {str(record["id"]): record for record in found if "id" in record}
    return mapping_of(text, name)


def mapping_of(text: str, name: str) -> dict[str, SourceRecord]:
    """A YAML text that maps ids to records; ``name`` is what messages call it.

    Raises BadInput where it is of no such form.
    """
    top, problems = read(text, name)
    if problems:
        raise BadInput(problems)
    if not isinstance(top.value, dict):
        raise BadInput.of("no mapping", "a mapping of ids to records", file=name, line=top.line, column=top.column)
    return {key: _record(node) for key, node in top.value.items() if isinstance(node.value, dict)}


def _record(node: Node) -> SourceRecord:
    record: SourceRecord = {}
    for key, child in node.value.items() if isinstance(node.value, dict) else ():
        if isinstance(child.value, list):
            record[key] = [item.value for item in child.value if not isinstance(item.value, dict | list)]
        elif not isinstance(child.value, dict):
            record[key] = child.value
    return record


def known() -> tuple[str, ...]:
    """Every source a scenario may name."""
    return (ASSUMPTION, *(f"{kind}:{name}" for kind in FILES for name in records(kind)))


def fault(reference: str) -> tuple[str, str | None] | None:
    """What was expected instead of an unknown source and the nearest known one, or None if it is known."""
    if reference == ASSUMPTION:
        return None
    kind, colon, name = reference.partition(":")
    if not colon or kind not in FILES:
        expected = "'assumption' or an id with its kind: claim:..., data:... or lit:..."
        return expected, nearest(reference, known()) or nearest(kind, (ASSUMPTION, *FILES))
    if name in records(kind):
        return None
    near = nearest(name, records(kind))
    return f"an id of seeds/{FILES[kind]}", near and f"{kind}:{near}"


def record_of(reference: str) -> SourceRecord:
    """What is known of a source, its text or title among it. Raises BadInput for an unknown one, with the nearest."""
    wrong = fault(reference)
    if wrong:
        expected, near = wrong
        raise BadInput.of(repr(printable(reference)), expected, path="source", nearest=near)
    if reference == ASSUMPTION:
        return {"text": "Judgement of the authors."}
    kind, _, name = reference.partition(":")
    return {key: value for key, value in records(kind)[name].items() if key != "id" and value not in (None, "")}


def describe(reference: str) -> str:
    """A line about a source for people: its title where it has one, else its id."""
    kind, colon, name = reference.partition(":")
    record = records(kind).get(name, {}) if colon and kind in FILES else {}
    for key in ("title", "text"):
        if isinstance(record.get(key), str):
            return printable(str(record[key]), 200)
    return reference


def cited(reference: str) -> str:
    """Literature as running text cites it: ``Keohane and Nye (1977)``; the id where there are no authors."""
    kind, _, name = reference.partition(":")
    record = records(kind).get(name, {}) if kind in FILES else {}
    authors = record.get("authors")
    if not isinstance(authors, list):
        return reference
    return f"{' and '.join(str(author).partition(',')[0] for author in authors)} ({record.get('year')})"
