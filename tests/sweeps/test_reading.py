"""Reading a sweep: tables, indices with a verdict, boxes with a rule in words, figures, and the commands for them.

Most sweeps here are planted: a real plan and design, whose outcomes come from a function that is known.
"""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.scenario import BadInput
from sim.sweeps import batches, sweep
from sim.sweeps.condition import parse
from sim.sweeps.discovery import Limit, _rule
from sim.sweeps.factors import Factor
from sim.sweeps.plan import Plan
from sim.sweeps.store import Memory, Store

Floats = NDArray[np.float64]
STRAIN, BUDGET, EUROPE = "powers.RUS.strain", "powers.CHN.budget", "powers.EUU.strain"
DATE, SWITCH = "events.dushanbe-summit.date", "events.dushanbe-summit.on"
CUBE = {STRAIN: (0.0, 1.0), "powers.CHN.strain": (0.0, 1.0), EUROPE: (0.0, 1.0)}
SHARES = ("RUS.share", "CHN.share")


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words, prog_name="sim", env={"COLUMNS": "80"})


def planted(
    values: Callable[[Floats, Floats], dict[str, Any]], vary: dict[str, Any], folder: Path | None = None, **fields: Any
) -> sim.Sweep:
    """A sweep whose outcomes are those of a function of the factors' values (row, factor) and of luck (row,)."""
    plan = Plan.of("dushanbe-2025", **{"vary": vary, "worlds": 1, "months": 1, "outcomes": list(SHARES)} | fields)
    job = batches.job_of(plan)
    point = np.repeat(np.arange(plan.size), plan.worlds)
    world = np.tile(np.arange(plan.worlds), plan.size)
    luck = np.random.default_rng(7).standard_normal(plan.worlds)[world]
    found = values(plan.values[point], luck)
    columns: dict[str, Any] = {"point": point, "world": world}
    for j, factor in enumerate(plan.factors):
        labels, codes = factor.labels(), plan.values[point, j]
        columns[factor.path] = codes if labels is None else np.array(labels)[factor.codes(codes)]
    table = pa.table(columns | {name: found.get(name, np.zeros(len(point))) for name in job.outcomes})
    facts = sweep.manifest(plan, job, plan.total)  # one part
    design = sweep.design_table(plan)
    if folder is None:
        shelf = Memory()
        shelf.write(0, batches.encode(table))
        return sim.Sweep(facts, design, shelf, scenario=next(iter(plan.scenarios.values())))
    with Store.open(folder, facts, sweep._files(plan, design)) as store:
        store.write(0, batches.encode(table))
    return sim.Sweep.load(folder)


# -- indices -----------------------------------------------------------------------------------------------------------


def ishigami(x: Floats, luck: Floats) -> dict[str, Any]:
    a, b, c = (np.pi * (2.0 * x[:, j] - 1.0) for j in range(3))
    return {"RUS.share": np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a) + 0.3 * luck}


PUBLISHED = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437)}
"""Of the Ishigami function with a = 7, b = 0.1 (Saltelli et al. 2008)."""


@pytest.mark.slow
def test_sobol_indices_of_a_known_function() -> None:
    """Also with luck that all points share: it cancels out."""
    found = planted(ishigami, CUBE, design="saltelli", points=2048, worlds=3).sensitivity("RUS.share")
    assert found.kind == "sobol"
    assert found.table.factor.tolist() == list(CUBE)
    for key, published in PUBLISHED.items():
        gap = np.abs(found.table[key].to_numpy() - published)
        assert (gap <= found.table[f"{key}_conf"].to_numpy()).all(), (key, gap)
        assert (found.table[f"{key}_conf"] < 0.1).all()
    assert found.of("RUS.share").factor.tolist() == list(CUBE)  # by total index


@pytest.mark.slow
def test_the_verdict_says_whether_the_sample_is_large_enough() -> None:
    for points, grades in ((8, {"too small"}), (256, {"ranks only", "too small"}), (4096, {"good"})):
        verdict = planted(ishigami, CUBE, design="saltelli", points=points).sensitivity("RUS.share").verdicts.iloc[0]
        assert verdict.grade in grades
        assert ("would do" in verdict.verdict) == (verdict.grade != "good")
    more = planted(ishigami, CUBE, design="saltelli", points=64).sensitivity("RUS.share").verdicts.iloc[0].verdict
    said = re.search(r"About ([\d,]+) points instead of 64", more)
    assert said is not None
    asked = int(said[1].replace(",", ""))
    held = planted(ishigami, CUBE, design="saltelli", points=asked).sensitivity("RUS.share").verdicts.iloc[0]
    assert held.grade != "too small"  # what it asks for does help


def linear(x: Floats, luck: Floats) -> dict[str, Any]:
    return {"RUS.share": 4.0 * x[:, 0] - 2.0 * x[:, 1] + luck, "CHN.share": x[:, 0] * x[:, 2]}


def test_morris_of_a_known_function() -> None:
    """Of a sum, mu* is the size of the slope and sigma nothing; where factors multiply, sigma shows it."""
    found = planted(linear, CUBE, design="morris", points=40, worlds=3).sensitivity(list(SHARES))
    rows = found.table.set_index(["outcome", "factor"])
    np.testing.assert_allclose(rows.loc["RUS.share", "mu_star"], [4.0, 2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(rows.loc["RUS.share", "mu"], [4.0, -2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(rows.loc["RUS.share", "sigma"], 0.0, atol=1e-9)
    assert rows.loc[("CHN.share", STRAIN), "sigma"] > 0.1
    assert found.verdicts.set_index("outcome").grade["RUS.share"] == "good"


def test_morris_tells_its_whole_interval() -> None:
    found = planted(linear, CUBE, design="morris", points=6).sensitivity("CHN.share")
    width = found.table.mu_star_conf.max() / found.table.mu_star.max()
    assert f"mu* to ±{100 * width:.0f} % of the largest" in found.verdicts.verdict[0]


@pytest.mark.parametrize("design", ["saltelli", "morris"])
def test_an_outcome_that_nothing_moves(design: str) -> None:
    found = planted(lambda *_: {}, CUBE, design=design, points=8).sensitivity("RUS.share")
    assert found.verdicts.grade.tolist() == ["flat"]


# -- effects -----------------------------------------------------------------------------------------------------------


def strong(x: Floats, luck: Floats) -> dict[str, Any]:
    return {"RUS.share": 0.3 - 0.2 * x[:, 0] + 0.001 * x[:, 1] + 0.01 * luck}


@pytest.mark.parametrize(("design", "points"), [("lhs", 40), ("morris", 8), ("saltelli", 8), ("sobol", 32)])
def test_effects_do_not_blame_one_factor_for_another(design: str, points: int) -> None:
    """Points are few, so factors come mixed; the strong one must not lend its effect to the idle one."""
    found = planted(strong, CUBE, design=design, points=points, worlds=5).effects("RUS.share").set_index("factor")
    rows = found.loc[[STRAIN, EUROPE]]
    slope = rows.change / (rows.high_at - rows.low_at).astype(float)
    np.testing.assert_allclose(slope, [-0.2, 0.0], atol=1e-6)
    assert (found.change_conf >= 0).all()
    assert (found.loc[EUROPE, "change_conf"]) < 0.01


@pytest.mark.slow
def test_effects_say_how_sure_they_are() -> None:
    """Of 160 factors that do nothing, about one in twenty lies outside its interval."""
    outside = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        noise = planted(
            lambda x, _, rng=rng: {"RUS.share": rng.standard_normal(len(x))},
            CUBE | {BUDGET: (0.5, 2.0)},
            design="lhs",
            points=60,
            seed=seed,
        ).effects("RUS.share")
        outside += (noise.change.abs() > noise.change_conf).tolist()
    assert len(outside) == 160
    assert 0.01 < np.mean(outside) < 0.12


# -- discovery ---------------------------------------------------------------------------------------------------------


def box(x: Floats, luck: Floats) -> dict[str, Any]:
    """Russia falls in a corner of two factors; a third does nothing."""
    return {"RUS.share": np.where((x[:, 0] > 0.55) & (x[:, 1] > 1.4), 0.2, 0.3) + 0.001 * luck}


TWO = {STRAIN: (0.0, 1.0), BUDGET: (0.5, 2.0), EUROPE: (0.0, 1.0)}


@pytest.mark.slow
@pytest.mark.parametrize("worlds", [1, 10])
def test_prim_finds_a_planted_box(worlds: int) -> None:
    found = planted(box, TWO, design="lhs", points=600, worlds=worlds).discover("RUS.share < 25 %")
    first = found.boxes[0]
    limits = {limit.factor.path: limit for limit in first.limits}
    assert set(limits) == {STRAIN, BUDGET}  # not the idle one
    assert limits[STRAIN].low == pytest.approx(0.55, abs=0.03)
    assert limits[BUDGET].low == pytest.approx(1.4, abs=0.05)
    assert limits[STRAIN].high is limits[BUDGET].high is None
    assert first.coverage > 0.9
    assert first.density > 0.9
    said = re.fullmatch(
        r"Mean alignment with Russia < 25 % mostly when Russia's strain > (5\d\.?\d*) % and China's budget > (1\.\d+): "
        r"in (\d+) % of these worlds, against (\d+) % of all; they hold (\d+) % of all cases\.",
        first.rule,
    )
    assert said is not None, first.rule
    assert int(said[3]) == round(100 * first.density)
    assert int(said[4]) == round(100 * found.rate)
    assert found.table.factor.tolist() == [STRAIN, BUDGET]
    assert found.table.lift[0] == pytest.approx(first.density / found.rate)


@pytest.mark.slow
def test_coverage_and_density_are_those_of_the_rows() -> None:
    swept = planted(box, TWO, design="lhs", points=200, worlds=4)
    found = swept.discover("RUS.share < 0.25")
    table = swept.table()
    inside = np.ones(len(table), dtype=bool)
    for limit in found.boxes[0].limits:
        inside &= limit.holds(table[limit.factor.path].to_numpy())
    cases = (table["RUS.share"] < 0.25).to_numpy()
    assert found.boxes[0].coverage == (inside & cases).sum() / cases.sum()
    assert found.boxes[0].density == (inside & cases).sum() / inside.sum()
    np.testing.assert_allclose(found.rates, cases.reshape(200, 4).mean(axis=1))


@pytest.mark.slow
def test_boxes_of_switches_months_scenarios_and_grids() -> None:
    def told(x: Floats, _: Floats) -> dict[str, Any]:
        late = x[:, 0] >= start + 3
        return {"RUS.share": np.where(late & (x[:, 1] == 1.0) & (x[:, 2] == 1.0), 0.2, 0.3)}

    start = sim.load("dushanbe-2025").start
    vary = {
        DATE: ("2025-10", "2026-03"),
        SWITCH: (0, 1),
        "scenario": ["dushanbe-2025", "war-drags-on"],
        STRAIN: (0.0, 0.9, 6),
    }
    found = planted(told, vary, months=6).discover("RUS.share < 0.25")
    assert found.boxes[0].coverage == found.boxes[0].density == 1.0
    rule = found.boxes[0].rule
    assert "the date of dushanbe-summit is 2026-01 or later" in rule
    assert "the event dushanbe-summit happens" in rule
    assert "the scenario is war-drags-on" in rule


@pytest.mark.slow
def test_chance_is_not_taken_for_a_box() -> None:
    """An outcome that no factor moves, the same in all worlds of a point: rows are many, but points are few."""
    limits = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        noise = planted(
            lambda x, _, rng=rng: {"RUS.share": np.repeat(rng.random(len(x) // 20), 20)},
            TWO,
            design="lhs",
            points=60,
            worlds=20,
            seed=seed,
        )
        found = noise.discover("RUS.share < 0.3", boxes=1, threshold=0.4)
        limits += sum(len(one.limits) for one in found.boxes)
    assert limits <= 3  # of 36 that boxes may have


@pytest.mark.slow
def test_a_tree_finds_a_planted_box_and_says_how_it_fares_on_points_left_out() -> None:
    swept = planted(box, TWO, design="lhs", points=300, worlds=4)
    found = swept.discover("RUS.share < 25 %", method="cart")
    first = found.boxes[0]
    limits = {limit.factor.path: limit for limit in first.limits}
    assert set(limits) == {STRAIN, BUDGET}
    assert limits[STRAIN].low == pytest.approx(0.55, abs=0.03)
    assert limits[BUDGET].low == pytest.approx(1.4, abs=0.05)
    assert sum(leaf.mass for leaf in found.boxes) == pytest.approx(1.0)  # leaves divide the space
    assert sum(leaf.coverage for leaf in found.boxes) == pytest.approx(1.0)
    assert first.rule.startswith("Mean alignment with Russia < 25 % mostly when ")
    assert "never when" in found.boxes[-1].rule
    assert found.trial is not None
    assert found.trial.base == pytest.approx(found.rate * (1 - found.rate), rel=0.02)  # the miss of the overall rate
    assert found.trial.skill > 0.8
    assert found.trial.dense > 0.9


def test_rules_say_mostly_above_one_half_and_never_for_none() -> None:
    def rule(density: float) -> str:
        return _rule("x < 1", [Limit(Factor(STRAIN, "number", 0.0, 1.0), 0.5, None)], 0.1, density, 0.3, None)

    assert [rule(density).split("when")[0] for density in (0.0, 0.2, 0.5, 0.51)] == [
        "X < 1 never ",
        "X < 1 less often ",
        "X < 1 more often ",
        "X < 1 mostly ",
    ]
    assert "in none of these worlds" in rule(0.0)


def test_a_tree_needs_two_leaves() -> None:
    swept = planted(box, TWO, design="lhs", points=40, worlds=2)
    with pytest.raises(BadInput, match="boxes: found 1, expected 2 or more"):
        swept.discover("RUS.share < 25 %", method="cart", boxes=1)


@pytest.mark.slow
def test_a_tree_that_foretells_nothing_is_not_told() -> None:
    """Chance, the same in all worlds of a point: rows are many, but points are few."""
    noise = planted(
        lambda x, _: {"RUS.share": np.repeat(np.random.default_rng(3).random(len(x) // 20), 20)},
        TWO,
        design="lhs",
        points=60,
        worlds=20,
    )
    found = noise.discover("RUS.share < 0.3", method="cart")
    assert found.boxes == ()
    assert found.trial is not None
    assert found.trial.skill < 0.05


@pytest.mark.slow
def test_leaves_of_switches_months_and_scenarios() -> None:
    names = ["dushanbe-2025", "war-drags-on", "moscow-reasserts"]

    def told(x: Floats, _: Floats) -> dict[str, Any]:
        return {"RUS.share": np.where((x[:, 0] >= start + 3) & (x[:, 1] == 1.0) & (x[:, 2] == 1.0), 0.2, 0.3)}

    start = sim.load("dushanbe-2025").start
    vary = {DATE: ("2025-10", "2026-03"), SWITCH: (0, 1), "scenario": names, STRAIN: (0.0, 0.9, 4)}
    rule = planted(told, vary, months=6).discover("RUS.share < 0.25", method="cart").boxes[0].rule
    assert "the date of dushanbe-summit is 2026-01 or later" in rule
    assert "the event dushanbe-summit happens" in rule
    assert "the scenario is war-drags-on" in rule


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "points"), [("lhs", 60), ("sobol", 64), ("saltelli", 16), ("morris", 16), ("grid", 0)]
)
def test_scores_of_factors_in_any_design(design: str, points: int) -> None:
    cube = {path: (*span, 4) for path, span in CUBE.items()} if design == "grid" else CUBE
    size = {} if design == "grid" else {"points": points}
    swept = planted(lambda x, _: {"RUS.share": x[:, 0] + 0.3 * x[:, 2]}, cube, design=design, **size)
    scores = swept.scores("RUS.share")
    first, second, idle = scores.of("RUS.share").itertuples()
    assert (first.factor, second.factor, idle.factor) == (STRAIN, EUROPE, "powers.CHN.strain")
    assert first.score > 0.5 > second.score > idle.score
    assert first.score > first.chance
    assert idle.score < 2.0 * idle.chance  # no more than luck gives
    assert scores.verdicts.grade[0] in ("good", "ranks only")
    assert scores.verdicts.foretold[0] > 0.5


@pytest.mark.slow
def test_scores_of_chance_are_not_to_be_trusted() -> None:
    noise = planted(
        lambda x, _: {"RUS.share": np.random.default_rng(1).random(len(x))}, TWO, design="lhs", points=60
    ).scores("RUS.share")
    assert noise.verdicts.grade.tolist() == ["too small"]
    assert planted(lambda x, _: {}, TWO, design="lhs", points=60).scores("RUS.share").verdicts.grade.tolist() == [
        "flat"
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "a name or a number"),
        ("RUS.share", "one of < <="),
        ("RUS.share <", "the end"),
        ("RUS.shrae < 1", "RUS.share"),
        ("RUS.share < 1 and", "the end"),
        ("(RUS.share < 1", "')'"),
        ("RUS.share < CHN", "CHN"),
        ("1 < 2", "a name"),
        ("__import__('os')", "a condition such as"),
        ("RUS.share < 1 RUS.share", "'and' or 'or'"),
        ("RUS.share < 50 % and CHN.deals > 25 %", "CHN.deals is no share"),
    ],
)
def test_conditions_that_make_no_sense(text: str, hint: str) -> None:
    with pytest.raises(sim.BadInput) as caught:
        parse(text, ("RUS.share", "CHN.share", "CHN.deals"), shares=lambda name: name.endswith(".share"))
    assert hint in str(caught.value)


def test_conditions() -> None:
    columns = {
        "RUS.share": np.array([0.1, 0.2, 0.3, np.nan]),
        "KAZ.leader": np.array(["RUS", "CHN", "RUS", "RUS"]),
        "date": np.array(["2025-12", "2026-01", "2026-02", "2026-03"]),
    }
    for text, expected in {
        "RUS.share < 25 %": [1, 1, 0, 0],
        "not RUS.share >= .25": [1, 1, 0, 1],
        "RUS.share != 0.1": [0, 1, 1, 0],
        "KAZ.leader == RUS and RUS.share > 0.2": [0, 0, 1, 0],
        "KAZ.leader = CHN or RUS.share > 0.2": [0, 1, 1, 0],
        "date >= 2026-02": [0, 0, 1, 1],
        "(KAZ.leader != CHN or date < 2025-12) and RUS.share < 1": [1, 0, 1, 0],
    }.items():
        assert parse(text, columns, ("KAZ.leader", "date")).holds(columns).tolist() == list(map(bool, expected)), text


# -- tables and files --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the model."""
    folder = tmp_path_factory.mktemp("reading") / "real"
    sim.sweep("dushanbe-2025", folder, vary={STRAIN: (0, 0.9, 8), DATE: ("2025-10", "2025-12")}, worlds=8, months=12)
    return folder


def test_parts_can_be_read_by_anyone_as_they_are(real: Path) -> None:
    import pyarrow.dataset as ds

    whole = ds.dataset(real / "parts", format="parquet").to_table().to_pandas()
    pieces = pd.concat([pd.read_parquet(path) for path in sorted((real / "parts").iterdir())], ignore_index=True)
    mine = sim.Sweep.load(real).table()
    for table in (whole, pieces):
        pd.testing.assert_frame_equal(table, mine, check_dtype=False, check_categorical=False, check_exact=True)


def test_a_sweep_is_one_tidy_row_a_point_and_world(real: Path) -> None:
    table = sim.Sweep.load(real).table()
    assert len(table) == 8 * 3 * 8
    assert not table.duplicated(["point", "world"]).any()
    assert {STRAIN, DATE, "RUS.share", "KAZ.leader"} <= set(table.columns)


# -- figures -----------------------------------------------------------------------------------------------------------


def marks(figure: Any, start: str) -> list[Any]:
    return [
        artist for ax in figure.axes for artist in ax.get_children() if str(artist.get_gid() or "").startswith(start)
    ]


def texts(figure: Any) -> str:
    return "\n".join(
        [text.get_text() for text in figure.texts] + [text.get_text() for ax in figure.axes for text in ax.texts]
    )


def test_a_tornado_has_a_pair_of_bars_a_factor_longest_first() -> None:
    swept = planted(strong, CUBE, design="lhs", points=60, worlds=5)
    figure = swept.plot.tornado("RUS.share")
    bars = marks(figure, "bar ")
    assert len(bars) == 6
    lengths = [abs(bar.get_width()) for bar in bars]
    assert max(lengths) in lengths[:2]
    effect = swept.effects("RUS.share").iloc[0]
    assert lengths[0] + lengths[1] == pytest.approx(abs(effect.change))
    assert [bar.get_alpha() for bar in bars[:2]] == [1.0, 1.0]
    assert bars[-1].get_alpha() < 1  # what may be chance is pale
    assert "What moves mean alignment with Russia" in texts(figure)


def test_a_heat_map_shows_the_means_of_its_cells() -> None:
    swept = planted(strong, {STRAIN: (0, 0.8, 5), BUDGET: (0.5, 1.5, 3)}, worlds=4)
    figure = swept.plot.heat_map("RUS.share", across=BUDGET, up=STRAIN)
    cells = {
        tuple(map(int, cell.get_gid().split()[1:3])): float(cell.get_gid().split()[3])
        for cell in marks(figure, "cell ")
    }
    means = swept.means("RUS.share").pivot_table(index=STRAIN, columns=BUDGET, values="RUS.share").to_numpy()
    assert len(cells) == 15
    for (across, up), value in cells.items():
        assert value == pytest.approx(means[up, across], rel=1e-5)


def test_response_curves_have_means_within_bands() -> None:
    swept = planted(strong, TWO, design="lhs", points=200, worlds=5)
    figure = swept.plot.responses("RUS.share")
    for path in TWO:
        (line,) = marks(figure, f"mean {path}")
        (band,) = marks(figure, f"band {path}")
        x, y = line.get_segments()[0].T
        corners = band.get_paths()[0].vertices
        assert (corners[:, 1].min() <= y).all()
        assert (y <= corners[:, 1].max()).all()
        assert len(x) == 12
    y = marks(figure, f"mean {STRAIN}")[0].get_segments()[0][:, 1]
    assert (np.diff(y) < 0).all()


def test_a_scatter_matrix_has_every_pair() -> None:
    swept = planted(strong, TWO, design="lhs", points=50)
    figure = swept.plot.scatter_matrix([STRAIN, BUDGET, "RUS.share"])
    assert len(marks(figure, "points ")) == 6
    (dots,) = marks(figure, f"points {STRAIN} RUS.share")
    np.testing.assert_allclose(dots.get_offsets(), swept.means("RUS.share")[[STRAIN, "RUS.share"]])


def test_indices_are_drawn_with_their_verdict() -> None:
    swept = planted(ishigami, CUBE, design="saltelli", points=64)
    found = swept.sensitivity("RUS.share")
    figure = swept.plot.indices(found)
    drawn = {bar.get_gid().split()[1]: bar.get_width() for bar in marks(figure, "ST ")}
    assert drawn == pytest.approx(dict(zip(found.table.factor, found.table.ST, strict=True)))
    assert found.verdicts.verdict[0].split(":")[0] in texts(figure)


@pytest.mark.slow
def test_boxes_are_drawn_where_they_lie() -> None:
    swept = planted(box, TWO, design="lhs", points=600)
    found = swept.discover("RUS.share < 0.25")
    figure = swept.plot.boxes(found)
    frame = marks(figure, "box 1 ")[-1]
    limits = {limit.factor.path: limit.low for limit in found.boxes[0].limits}
    spans = [np.ptp(swept.values[:, j]) for j in range(2)]
    assert frame.get_x() / 12 == pytest.approx((limits[STRAIN] - swept.values[:, 0].min()) / spans[0])
    assert frame.get_y() / 12 == pytest.approx((limits[BUDGET] - swept.values[:, 1].min()) / spans[1])
    assert (frame.get_x() + frame.get_width(), frame.get_y() + frame.get_height()) == pytest.approx((12, 12))


# -- the commands ------------------------------------------------------------------------------------------------------


def check_files(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        assert file.stat().st_size > 100, name
        if file.suffix == ".svg":
            ET.parse(file)
        if file.suffix == ".png":
            assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_sim_sensitivity(tmp_path: Path) -> None:
    planted(ishigami, CUBE, tmp_path / "s", design="saltelli", points=64)
    answer = call("sensitivity", str(tmp_path / "s"), "--outcome", "RUS.share")
    assert answer.exit_code == 0, answer.output
    assert re.search(rf"^{STRAIN} +\d+\.\d % +\d+\.\d % +\d+\.\d % +\d+\.\d %", answer.stdout, re.MULTILINE)
    assert re.search(r"^RUS.share: mean \d+\.\d %", answer.stdout, re.MULTILINE)
    rows = pd.read_csv(io.StringIO(call("sensitivity", str(tmp_path / "s"), "--format", "csv").stdout))
    assert rows.equals(pd.read_csv(io.StringIO(sim.Sweep.load(tmp_path / "s").sensitivity().table.to_csv(index=False))))
    told = json.loads(call("sensitivity", str(tmp_path / "s"), "--format", "json").stdout)
    assert {"indices", "verdicts", "note"} == set(told)
    assert "points instead of 64 would do" in " ".join(answer.stdout.split())
    assert max(map(len, answer.stdout.splitlines())) <= 80
    check_files(tmp_path / "s", "sensitivity.csv", "sensitivity.png", "sensitivity.svg")
    table = pd.read_csv(tmp_path / "s" / "sensitivity.csv")
    assert {"outcome", "factor", "S1", "S1_conf", "ST", "ST_conf", "grade"} <= set(table.columns)
    sim.Sweep.load(tmp_path / "s")  # what was written there is no stranger


@pytest.mark.slow
def test_sim_discover(tmp_path: Path) -> None:
    planted(box, TWO, tmp_path / "s", design="lhs", points=300)
    answer = call("discover", str(tmp_path / "s"), "--where", "RUS.share < 25 %")
    assert answer.exit_code == 0, answer.output
    rule = r"Mean alignment with Russia < 25 % mostly when Russia's strain > \d+\.?\d* %"
    assert re.search(rule, " ".join(answer.stdout.split()))
    assert re.search(r"coverage \d+ %, density \d+ %", answer.stdout)
    told = json.loads(call("discover", str(tmp_path / "s"), "--where", "RUS.share < 25 %", "--format", "json").stdout)
    assert told["boxes"][0]["factor"] == STRAIN
    assert len(told["rules"]) == len({box["box"] for box in told["boxes"]})
    assert max(map(len, answer.stdout.splitlines())) <= 80
    check_files(tmp_path / "s", "discovery.csv", "discovery.png", "discovery.svg")
    assert pd.read_csv(tmp_path / "s" / "discovery.csv").factor[0] == STRAIN


@pytest.mark.slow
def test_sim_discover_by_a_tree_and_scores(tmp_path: Path) -> None:
    planted(box, TWO, tmp_path / "s", design="lhs", points=120)
    asked = ("discover", str(tmp_path / "s"), "--where", "RUS.share < 25 %", "--method", "cart")
    answer = call(*asked)
    assert answer.exit_code == 0, answer.output
    assert re.search(r"Tried on points left out .* \d+ % less\. Where it says mostly", " ".join(answer.stdout.split()))
    told = json.loads(call(*asked, "--format", "json").stdout)
    assert told["method"] == "cart"
    assert told["trial"]["skill"] == pytest.approx(1 - told["trial"]["brier"] / told["trial"]["base"])
    answer = call("sensitivity", str(tmp_path / "s"), "--scores", "--outcome", "RUS.share")
    assert answer.exit_code == 0, answer.output
    assert re.search(rf"^{STRAIN} +\d+\.\d % +\d+\.\d % +\d+\.\d %", answer.stdout, re.MULTILINE)
    assert max(map(len, answer.stdout.splitlines())) <= 80
    names = ("discovery-cart.csv", "discovery-cart.png", "scores.csv", "scores.png", "scores.svg")
    check_files(tmp_path / "s", *names)
    assert not (tmp_path / "s" / "discovery.csv").exists(), "that is the file of prim"


@pytest.mark.slow
def test_sim_sweep_draws_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "s"
    vary = ("--vary", f"{STRAIN}=0:0.9:3", "--vary", "scenario=dushanbe-2025,war-drags-on")
    answer = call("sweep", "dushanbe-2025", *vary, "--worlds", "4", "--months", "6", "--out", str(out))
    assert answer.exit_code == 0, answer.output
    assert "6 points x 4 worlds = 24 worlds of 6 months; about 1 s in 1 process" in answer.stderr
    assert "scenario: " in answer.stdout
    assert re.search(rf"^{STRAIN} +0 % +90 % +\d+\.\d\d % +\d+\.\d\d % +[-+]\d", answer.stdout, re.MULTILINE)
    told = call("sweep", "dushanbe-2025", *vary, "--worlds", "4", "--months", "6", "--out", str(out), "--format", "csv")
    assert len(pd.read_csv(io.StringIO(told.stdout))) == len(sim.Sweep.load(out).effects())
    assert max(map(len, answer.stdout.splitlines())) <= 80
    check_files(
        out / "figures",
        *(
            f"{name}.{kind}"
            for name in ("tornado", "responses", "scatter_matrix", "heat_map")
            for kind in ("png", "svg")
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vary", "points"),
    [
        (("--vary", "powers.RUS.*", "--design", "lhs", "--points", "7"), 7),
        (("--vary", f"rest.{STRAIN}=10 %:60 %:5"), 5),
        (("--vary", "all", "--design", "morris", "--points", "2"), 2 * (len(sim.load("dushanbe-2025").doubts) + 1)),
    ],
)
def test_sim_sweep_takes_patterns_and_conduct_before_day_one(vary: tuple[str, ...], points: int) -> None:
    answer = call("sweep", "dushanbe-2025", *vary, "--worlds", "2", "--months", "61", "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith(f"{points:,} points x 2 worlds")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("sensitivity", "{real}"), "one of design saltelli"),
        (("sensitivity", "{real}", "--outcome", "RUS.shrae"), "design saltelli"),
        (("sensitivity", "{none}"), "no manifest"),
        (("discover", "{real}", "--where", "RUS.shrae < 1"), "did you mean RUS.share?"),
        (("discover", "{real}", "--where", "RUS.share < 5"), "at least 10"),
        (("discover", "{real}", "--where", "RUS.share <"), "the end"),
        (("discover", "{real}"), "--where"),
        (("discover", "{real}", "--where", "RUS.share < 1", "--method", "crat"), "--method"),
        (("discover", "{real}", "--where", "RUS.share < 1", "--method", "cart", "--density", "0.5"), "--density"),
        (("discover", "{none}", "--where", "RUS.share < 1"), "no manifest"),
        (("discover", "{real}", "--where", "RUS.share < 1", "--boxes", "0"), "--boxes"),
        (("sweep", "dushanbe-2025", "--vary", f"{STRAIN}=0:1.5:3", "--dry-run"), "a number from 0 to 1"),
        (("sweep", "dushanbe-2025", "--vary", f"{STRAIN}=0:0.5:3"), "--out"),
        (("sweep", "no-plan.yaml", "--dry-run"), "no-plan.yaml"),
        (("sweep", "dushanbe-2025", "--worlds", "5"), "nothing to vary"),
        (("sweep", "dushanbe-2025", "--vary", "all", "--dry-run"), "a grid of"),
        (("sweep", "dushanbe-2025", "--vary", "scenario", "--dry-run"), "vary.scenario: found no scenarios"),
        (("sweep", "dushanbe-2025", "--vary", "powers.CHN.budget=10 %:60 %:3", "--dry-run"), "for shares only"),
        (("discover", "{real}", "--where", "RUS.deals < 25 %"), "no share"),
    ],
)
def test_bad_input_gets_a_hint_and_exit_code_2(words: tuple[str, ...], hint: str, real: Path, tmp_path: Path) -> None:
    answer = call(*(word.format(real=real, none=tmp_path / "none") for word in words))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert hint in " ".join(answer.stderr.replace("│", " ").split())
    assert "Traceback" not in answer.stderr
