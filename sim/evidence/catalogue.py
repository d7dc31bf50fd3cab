"""The observed figures that come with sim: what there is, how far it reaches, where it is from, what contradicts it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sim.scenario import BadInput, shipped_dir
from sim.scenario.errors import nearest
from sim.scenario.sources import records

FOLDER = "observed"


@dataclass(frozen=True)
class Series:
    """One file of figures; scenarios cite it as ``data:<name>``."""

    name: str
    file: str
    title: str
    coverage: str
    source: str
    licence: str
    contradictions: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """The figures as they are kept; empty cells are missing values, nothing is interpolated."""
        return pd.read_csv(shipped_dir("seeds") / FOLDER / self.file)

    def citations(self) -> pd.DataFrame:
        """What the ``source`` column stands for: [id, citation], in order of first use."""
        used = list(dict.fromkeys(self.frame()["source"].dropna()))
        known = pd.read_csv(shipped_dir("seeds") / FOLDER / "sources.csv").set_index("id")["citation"]
        return pd.DataFrame({"id": used, "citation": [str(known.get(name, "")) for name in used]})


def catalogue() -> dict[str, Series]:
    """All shipped series by name, from ``seeds/observed/index.yaml``."""
    known = {}
    for name, record in records("data").items():
        said = record.get("contradictions")
        texts = {
            key: " ".join(str(record.get(key) or "").split())
            for key in ("file", "title", "coverage", "source", "licence")
        }
        known[name] = Series(name, **texts, contradictions=tuple(map(str, said)) if isinstance(said, list) else ())
    return known


def series(name: str) -> Series:
    """One series by name (a file's name will do).

    Raises
    ------
    BadInput : there is none of that name.
    """
    known = catalogue()
    wanted = name.removeprefix("data:")
    by_file = {one.file: key for key, one in known.items()}
    wanted = by_file.get(wanted, wanted)
    if wanted not in known:
        raise BadInput.of(repr(name), f"one of {', '.join(known)}", path="name", nearest=nearest(wanted, known))
    return known[wanted]
