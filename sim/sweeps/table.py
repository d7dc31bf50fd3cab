"""The result of a sweep: one row per point and world, with factors and outcomes, read from a folder or from memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.errors import folder_of, nearest
from sim.sweeps import discovery, sensitivity, trees
from sim.sweeps.batches import LEADER, trajectory_column
from sim.sweeps.condition import parse
from sim.sweeps.discovery import Discovery
from sim.sweeps.factors import RELATIVE, SCENARIO, Factor, factor_is_share, outcome_is_share, outcome_words, words
from sim.sweeps.plots import SweepPlots
from sim.sweeps.sensitivity import Sensitivity
from sim.sweeps.store import Shelf, find_parts, identity, read_design, read_manifest, sound
from sim.world.record import outcomes_of

if TYPE_CHECKING:
    import os

Floats = NDArray[np.float64]
UNIT = "unit "
"""Before the name of a column of the design: the place in the unit cube."""


@dataclass(frozen=True)
class Folder:
    """Parts of a sweep's folder, for reading."""

    path: Path

    def write(self, number: int, data: bytes) -> None:
        """Not for writing."""
        raise NotImplementedError

    def parts(self) -> dict[int, Any]:
        """Paths of the parts, by number."""
        return dict(find_parts(self.path))


def design_digest(values: Floats) -> str:
    """32 hexadecimal digits over the values of the points, (point, factor)."""
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).hexdigest()


class Sweep:
    """A sweep's results: ``factors``, ``points``, ``outcomes``, and tables and arrays of them.

    Made by ``sim.sweep`` or ``Sweep.load``. Rows are in the order of points and, within a point, of worlds.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        design: pa.Table,
        shelf: Shelf,
        folder: Path | None = None,
        scenario: Scenario | None = None,
    ) -> None:
        self.manifest, self.folder, self._shelf = manifest, folder, shelf
        plan = manifest["same"]["plan"]
        self.factors = tuple(Factor.of_facts(facts) for facts in plan["factors"])
        self.design: str = plan["design"]
        self.worlds: int = plan["worlds"]
        self.seed: int = plan["seed"]
        self.paired: bool = plan["luck"] == "paired"
        self.outcomes: tuple[str, ...] = tuple(manifest["same"]["columns"]["outcomes"])
        self._design, self._scenario = design, scenario

    def __repr__(self) -> str:
        return (
            f"<Sweep {', '.join(self.manifest['scenarios'])}: {self.design}, {self.size:,} points x "
            f"{self.worlds:,} worlds, {len(self.factors)} factors, {self.rows:,} rows>"
        )

    @classmethod
    def load(cls, directory: str | os.PathLike[str], *, incomplete: bool = False) -> Sweep:
        """Read a folder written by ``sim sweep --out``; every part is checked against its seal.

        Raises BadInput where there is no sweep, a part is damaged, or (unless ``incomplete``) parts are missing.
        """
        folder = folder_of(directory, "a folder written by `sim sweep --out`")
        manifest = read_manifest(folder)
        mine = identity(manifest)
        try:
            bad = [path for _, path in find_parts(folder) if not sound(path, mine)]
        except OSError as error:
            raise BadInput.of(error.strerror or str(error), "a folder that can be read", file=str(folder)) from error
        if bad:
            raise BadInput(
                Problem(
                    str(path),
                    None,
                    None,
                    "",
                    "a part that is damaged or of another sweep",
                    "what was written; run the same sweep again to repair it",
                )
                for path in bad
            )
        sweep = cls(manifest, read_design(folder), Folder(folder), folder)
        if not sweep.design_holds():
            raise BadInput.of(
                "a design that is damaged",
                "the points as they were written; run the same sweep again to repair it",
                file=str(folder),
            )
        if sweep.missing and not incomplete:
            raise BadInput.of(
                f"{len(sweep.missing):,} of {manifest['parts']:,} parts missing",
                "a finished sweep; run the same sweep again to finish it (or load with incomplete=True)",
                file=str(folder),
            )
        return sweep

    # -- what is in it ------------------------------------------------------------------------------------------------

    def design_holds(self) -> bool:
        """Whether the points are those that the manifest speaks of."""
        wanted = {*self.paths, *(UNIT + path for path in self.paths if self.design == "morris")}
        try:
            return wanted <= set(self._design.column_names) and (
                design_digest(self.values) == self.manifest["same"]["design_digest"]
            )
        except (KeyError, TypeError):  # a word that is no factor's
            return False

    @property
    def size(self) -> int:
        """Number of points."""
        return int(self._design.num_rows)

    @property
    def paths(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.path for factor in self.factors)

    @property
    def weighted(self) -> str:
        """How means over republics are weighted, in a few words: ``each alike``, ``by GDP of 2023``."""
        weights = self.manifest["same"]["plan"].get("region_weights")
        return "each alike" if weights is None else str(weights[0][0])

    def is_mean(self, outcome: str) -> bool:
        """Whether an outcome is a mean over republics."""
        kind = outcomes_of(self.scenario).get(outcome.removesuffix(RELATIVE))
        return kind is not None and kind.regional

    @property
    def posterior(self) -> str | None:
        """Name of the posterior whose draws the worlds took, if any."""
        posterior = self.manifest["same"]["plan"].get("posterior")
        return None if posterior is None else str(posterior["name"])

    @cached_property
    def missing(self) -> list[int]:
        """Numbers of the parts that are not there."""
        there = self._shelf.parts()
        return [number for number in range(self.manifest["parts"]) if number not in there]

    @property
    def rows(self) -> int:
        """Number of rows there are."""
        return sum(pq.read_metadata(part).num_rows for part in self._shelf.parts().values())

    @property
    def numbers(self) -> tuple[str, ...]:
        """Outcomes that are numbers (leaders are not)."""
        return tuple(name for name in self.outcomes if not name.endswith(LEADER))

    @cached_property
    def values(self) -> Floats:
        """Values of the points, (point, factor): months as month numbers, scenarios as places among the names."""
        return np.stack([factor.read(self._design.column(factor.path)) for factor in self.factors], axis=1)

    @property
    def unit(self) -> Floats | None:
        """Places of the points in the unit cube, (point, factor), where the design keeps them (morris)."""
        if UNIT + self.paths[0] not in self._design.column_names:
            return None
        return np.stack([self._design.column(UNIT + path).to_numpy() for path in self.paths], axis=1)

    @cached_property
    def scenario(self) -> Scenario:
        """The (first) scenario, as it was resolved."""
        if self._scenario is not None:
            return self._scenario
        assert self.folder is not None
        return load(self.folder / next(iter(self.manifest["scenarios"].values())))

    def factor(self, path: str) -> int:
        """Place of a factor. Raises BadInput for an unknown one."""
        if path not in self.paths:
            raise BadInput.of(
                repr(path), f"one of {', '.join(self.paths)}", path="factor", nearest=nearest(path, self.paths)
            )
        return self.paths.index(path)

    def pick(self, patterns: Sequence[str] | str | None) -> list[str]:
        """Outcomes (numbers only) that match; where nothing is asked, the share of each power over the region."""
        if patterns is None:
            shares = [name for name in self.numbers if name.count(".") == 1 and name.endswith(".share")]
            return shares or list(self.numbers[:3])
        asked = [patterns] if isinstance(patterns, str) else list(patterns)
        idle = [a for a in asked if not any(fnmatchcase(name, a) for name in self.numbers)]
        if idle:
            raise BadInput(
                Problem(
                    "",
                    None,
                    None,
                    "outcome",
                    repr(a),
                    "an outcome that this sweep keeps, a number",
                    nearest(a, self.numbers),
                )
                for a in idle
            )
        return [name for name in self.numbers if any(fnmatchcase(name, a) for a in asked)]

    # -- tables -------------------------------------------------------------------------------------------------------

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The parts in turn, as Arrow tables; never more than one in memory."""
        for part in self._shelf.parts().values():
            yield pq.read_table(part, columns=None if columns is None else list(columns))

    def table(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One tidy row a point and world: [point, world, factors, outcomes], or the ``columns`` named.

        Months are "YYYY-MM", leaders codes of powers.
        """
        known = ["point", "world", *self.paths, *self.outcomes]
        wanted = known if columns is None else list(columns)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise BadInput(
                Problem(
                    "", None, None, "columns", repr(name), "a factor or outcome of this sweep", nearest(name, known)
                )
                for name in unknown
            )
        keys = [name for name in ("point", "world") if name not in wanted]
        parts = [part.unify_dictionaries() for part in self.tables([*keys, *wanted])]
        if not parts:
            return pd.DataFrame({name: [] for name in wanted})
        whole: pd.DataFrame = pa.concat_tables(parts).unify_dictionaries().to_pandas()
        if SCENARIO in self.paths:  # batches hold one scenario each, so rows stand by scenario
            whole = whole.sort_values(["point", "world"], kind="stable", ignore_index=True)
        return whole[wanted]

    @property
    def points(self) -> pd.DataFrame:
        """The points as a table: one column a factor, months as "YYYY-MM", scenarios by name."""
        columns: dict[str, Any] = {}
        for j, factor in enumerate(self.factors):
            labels, values = factor.labels(), self.values[:, j]
            columns[factor.path] = values if labels is None else np.array(labels)[factor.codes(values)]
        return pd.DataFrame(columns).rename_axis("point")

    def arrays(self, outcomes: Sequence[str] | str | None = None) -> tuple[Floats, Floats]:
        """Factors in, outcomes out: values (point, factor) and outcomes (point, world, outcome).

        ``outcomes`` are names or patterns, in the sweep's order. Raises BadInput where rows are missing.
        """
        names = self.pick(outcomes)
        if self.missing:
            raise BadInput.of(f"{len(self.missing)} parts missing", "a finished sweep", file=str(self.folder or ""))
        out = np.empty((self.size * self.worlds, len(names)))
        for part in self.tables(["point", "world", *names]):
            point, world = part.column("point").to_numpy(), part.column("world").to_numpy()
            row = point * self.worlds + (world if self.paired else world - point * self.worlds)
            for k, name in enumerate(names):
                out[row, k] = part.column(name).to_numpy(zero_copy_only=False)
        return self.values, out.reshape(self.size, self.worlds, len(names))

    def means(self, outcomes: Sequence[str] | str | None = None) -> pd.DataFrame:
        """Mean over worlds of each outcome at each point: factors and outcomes, one row a point."""
        names = self.pick(outcomes)
        _, values = self.arrays(names)
        frames: list[pd.DataFrame] = [self.points, pd.DataFrame(values.mean(axis=1), columns=names)]
        table: pd.DataFrame = pd.concat(frames, axis=1).rename_axis("point")
        return table

    def trajectories(self, republic: str, power: str) -> Floats:
        """Overall alignment by month, (point, world, month + 1), month 0 day one; of sweeps that keep trajectories."""
        pair = f"{republic}.{power}"
        kept = self.manifest["same"]["columns"]["trajectories"]
        if pair not in kept:
            raise BadInput.of(
                repr(pair),
                f"one of {', '.join(kept)}" if kept else "a sweep with trajectories: true",
                path="trajectories",
                nearest=nearest(pair, kept),
            )
        length = max(self.manifest["same"]["plan"]["months"]) + 1
        out = np.full((self.size * self.worlds, length), np.nan)
        for part in self.tables(["point", "world", trajectory_column(pair)]):
            point, world = part.column("point").to_numpy(), part.column("world").to_numpy()
            row = point * self.worlds + (world if self.paired else world - point * self.worlds)
            lists = part.column(trajectory_column(pair)).combine_chunks()
            if lists.null_count == 0:
                values = lists.flatten().to_numpy().reshape(len(row), -1)
                out[row, : values.shape[1]] = values
        return out.reshape(self.size, self.worlds, length)

    def effects(self, outcomes: Sequence[str] | str | None = None) -> pd.DataFrame:
        """What each factor does alone: [outcome, factor, low_at, high_at, low, high, change, change_conf].

        ``low`` and ``high`` are the outcome's means over points in the lowest and highest quarter of a factor's values
        (lowest and highest level, where it has up to eight); for the scenario, the scenarios of least and greatest
        mean. In a sample, where other factors happen to differ between the two ends, what they do is taken out as far
        as an additive fit tells it; ``change_conf`` is half of the 95 % interval that the rest and the luck of the
        worlds leave. Outcomes in the order asked, factors by the size of the change.
        """
        names = self.pick(outcomes)
        _, values = self.arrays(names)
        means = values.mean(axis=1)
        parts, rest = _additive(self.factors, self.values, means, self.design)
        block = self._blocks
        rows = []
        for k, name in enumerate(names):
            mine = []
            for j, factor in enumerate(self.factors):
                alone = parts[j, :, k] + rest[:, k] + means[:, k].mean()
                low, high = _ends(factor, self.values[:, j], alone)
                weight = high / high.sum() - low / low.sum()
                change = float(weight @ alone)
                spread = 0.0 if self.design == "grid" else float((np.bincount(block, weight * rest[:, k]) ** 2).sum())
                if self.worlds > 1:
                    spread += float((weight @ values[:, :, k]).var(ddof=1)) / self.worlds
                mine.append(
                    (
                        name,
                        factor.path,
                        *(factor.label(float(self.values[end, j].mean())) for end in (low, high)),
                        float(alone[low].mean()),
                        float(alone[high].mean()),
                        change,
                        1.96 * spread**0.5,
                    )
                )
            rows += sorted(mine, key=lambda row: -abs(np.nan_to_num(row[6])))
        return pd.DataFrame(
            rows, columns=["outcome", "factor", "low_at", "high_at", "low", "high", "change", "change_conf"]
        )

    # -- asking it ----------------------------------------------------------------------------------------------------

    def sensitivity(self, outcomes: Sequence[str] | str | None = None) -> Sensitivity:
        """Which factors matter: Sobol or Morris indices of outcomes, on means over worlds.

        ``outcomes`` are names or patterns, by default each power's share over the region.

        Raises
        ------
        BadInput : a design that gives none, unknown outcomes, rows missing.
        """
        if self.design not in ("saltelli", "morris"):
            raise BadInput.of(
                f"a sweep of design {self.design}",
                "one of design saltelli (Sobol indices) or morris; scores (sim sensitivity --scores), the tornado "
                "figure and sim discover work with any",
                file=str(self.folder or ""),
            )
        names = self.pick(outcomes)
        _, values = self.arrays(names)
        spread = values.var(axis=1, ddof=1).mean(axis=0) if self.worlds > 1 else np.full(len(names), np.nan)
        luck = (
            "the same luck at every point, so that it cancels out of differences" if self.paired else "luck of its own"
        )
        note = (
            f"Each point counts with its mean over {self.worlds:,} worlds, with {luck}. Luck: the variance that such "
            "a mean still has, as a share of the variance between points."
        )
        if self.design == "morris" and any(f.kind == "scenario" and len(f.names) > 2 for f in self.factors):
            note += " Of more than two scenarios, screening compares some pairs only."
        return sensitivity.indices(
            self.design, self.paths, names, values.mean(axis=1), self.unit, spread / self.worlds, note
        )

    def scores(self, outcomes: Sequence[str] | str | None = None) -> Sensitivity:
        """Which factors matter, in a sweep of any design: scores by extremely randomised trees, on means over worlds.

        ``outcomes`` as for ``sensitivity``. A score is less than an index: it says neither which way a factor works nor
        with which others; the verdicts say how much of the spread the trees foretell at points left out.

        Raises
        ------
        BadInput : unknown outcomes, rows missing, fewer than 20 points.
        """
        names = self.pick(outcomes)
        values, found = self.arrays(names)
        return trees.scores(self.factors, values, names, found.mean(axis=1), self._blocks)

    @property
    def _blocks(self) -> NDArray[np.int64]:
        """Base sample or trajectory of each point, (point,): points of one are no independent witnesses."""
        count = {"saltelli": len(self.factors) + 2, "morris": len(self.factors) + 1}.get(self.design, 1)
        return np.arange(self.size) // count

    def discover(
        self,
        where: str,
        *,
        method: str = "prim",
        boxes: int | None = None,
        threshold: float | None = None,
        least: float = 0.02,
    ) -> Discovery:
        """In which part of the space of factors something happens: boxes in which a condition mostly holds.

        Parameters
        ----------
        where : condition on outcomes, such as "RUS.share < 0.25 and TJK.leader == CHN" (see ``sim.sweeps.condition``).
        method : "prim", boxes in which it is frequent; or "cart", the leaves of a tree, which divide the whole space.
        boxes : how many to look for at most: 3, or 8 leaves; leaves are 2 or more.
        threshold : density a box of "prim" must reach; by default half way between the overall rate and 1, or 1.5 times
            the rate if that is less.
        least : share of the rows a box holds at least.

        Raises
        ------
        BadInput : a condition that makes no sense, or that holds everywhere or nowhere; no such method; a threshold of
            "cart", fewer than 20 points or 2 leaves for it.
        """
        if method not in discovery.METHODS:
            known = list(discovery.METHODS)
            raise BadInput.of(repr(method), f"one of {', '.join(known)}", path="method", nearest=nearest(method, known))
        if method == "cart" and threshold is not None:
            raise BadInput.of(
                f"{threshold:g} with the method cart", "the method prim; a tree tells all its leaves", path="density"
            )
        boxes = discovery.METHODS[method] if boxes is None else boxes
        named = parse(
            where,
            (*self.paths, *self.outcomes),
            [*(f.path for f in self.factors if f.labels() is not None), *(set(self.outcomes) - set(self.numbers))],
            self.is_share,
        )
        table = self.table(["point", *named.names])
        cases = named.holds({name: table[name].to_numpy() for name in named.names})
        point = table["point"].to_numpy()
        counts = np.bincount(point, minlength=self.size)
        rates = np.bincount(point, weights=cases, minlength=self.size) / np.maximum(counts, 1)
        words_of: dict[str, Any] = {"scenario": self.scenario, "said": named.said(self._word)}
        if method == "cart":
            return discovery.divide(
                self.factors, self.values, rates, counts, where.strip(), boxes=boxes, least=least, **words_of
            )
        result = discovery.find(
            self.factors,
            self.values[point],
            cases,
            where.strip(),
            boxes=boxes,
            threshold=threshold,
            least=least,
            groups=point,
            **words_of,
        )
        return replace(result, rates=rates)

    def is_share(self, name: str) -> bool:
        """Whether a factor or an outcome is a part of a whole, which is said in per cent."""
        return factor_is_share(name) if name in self.paths else outcome_is_share(name)

    def _word(self, name: str) -> str:
        """A factor, an outcome or a power in words."""
        if name in self.paths:
            return words(name, self.scenario)
        if name in self.outcomes:
            return outcome_words(name, self.scenario)
        power = self.scenario.powers.get(name)
        return name if power is None else power.name

    @property
    def plot(self) -> SweepPlots:
        """Figures of the sweep: ``sweep.plot.tornado("RUS.share")``."""
        return SweepPlots(self)


def _ends(factor: Factor, values: Floats, outcome: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which points, (point,), lie at the low and at the high end of a factor."""
    levels = np.unique(values)
    if factor.kind == "scenario":
        means = [outcome[values == level].mean() for level in levels]
        return values == levels[int(np.argmin(means))], values == levels[int(np.argmax(means))]
    few = len(levels) <= 8
    return (
        values <= (levels[0] if few else np.quantile(values, 0.25)),
        values >= (levels[-1] if few else np.quantile(values, 0.75)),
    )


def _additive(factors: Sequence[Factor], values: Floats, means: Floats, design: str) -> tuple[Floats, Floats]:
    """Means (point, outcome) as the sum of their mean, a part of each factor (factor, point, outcome) and a rest.

    Parts are second-degree polynomials (of the scenario: steps), fitted together. They are zero, and all is rest, where
    every factor meets all values of the others anyway (a grid) or points are too few.
    """
    centred = means - means.mean(axis=0)
    nothing = np.zeros((len(factors), *means.shape)), centred
    terms = []
    for j, factor in enumerate(factors):
        levels = np.unique(values[:, j])
        if factor.kind == "scenario":
            columns = [(values[:, j] == level).astype(float) for level in levels[1:]]
        else:
            place = (values[:, j] - levels[0]) / max(levels[-1] - levels[0], 1e-300)
            columns = [place, place**2][: min(len(levels) - 1, 2)]
        terms.append(np.stack([c - c.mean() for c in columns], axis=1) if columns else np.zeros((len(values), 0)))
    count = sum(term.shape[1] for term in terms)
    if design == "grid" or len(values) < 3 * (count + 1) or not np.isfinite(means).all():
        return nothing
    slopes = np.split(
        np.linalg.lstsq(np.concatenate(terms, axis=1), centred, rcond=None)[0],
        np.cumsum([term.shape[1] for term in terms])[:-1],
    )
    parts = np.stack([term @ slope for term, slope in zip(terms, slopes, strict=True)])
    freedom = np.sqrt(len(values) / (len(values) - count - 1))
    return parts, (centred - parts.sum(axis=0)) * freedom
