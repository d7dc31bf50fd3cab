"""Panels without a browser: payloads hold what the result holds, compactly; scripts are whole; boards are built."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim

pytest.importorskip("anywidget", reason="the extra view is not installed (pip install 'sim[view]')")

from sim.reading.projects import ALL, contests, in_world, paragraph, taken, told
from sim.scenario.table import CAUSES, SECTORS
from sim.view import board as boards
from sim.view import panels
from sim.view.payload import CLOUD, FINE, LEVELS, difference_payload, payload, world_payload
from sim.world.record import Record

CLASSES = [
    panels.Player,
    panels.MapPanel,
    panels.Triangle,
    panels.Fans,
    panels.Grievances,
    panels.Projects,
    panels.Deliveries,
    panels.Ledger,
    panels.Waterfall,
    panels.DifferenceFan,
    panels.Heat,
    panels.Curves,
    panels.Bars,
]


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run("dushanbe-2025", worlds=40)


@pytest.fixture(scope="module")
def sent(result: sim.Result) -> dict[str, Any]:
    return payload(result)


def shaped(flat: list[int], *shape: int) -> np.ndarray:
    return np.array(flat).reshape(shape)


def test_bands_are_the_quantiles_of_the_result(result: sim.Result, sent: dict[str, Any]) -> None:
    t, r, p = len(result.dates), len(result.republics), len(result.powers)
    assert sent["sectors"] == ["overall", *SECTORS]
    for sector in sent["sectors"]:
        found = shaped(sent["bands"][sector], len(LEVELS), r, p, t)
        expected = np.moveaxis(np.quantile(result.shares(sector), LEVELS, axis=-1), 1, -1)
        np.testing.assert_allclose(found, 1000 * expected, atol=0.51)


def test_directions_count_worlds_and_changes_are_told_where_day_one_differs(
    result: sim.Result, sent: dict[str, Any]
) -> None:
    t, r, p = len(result.dates), len(result.republics), len(result.powers)
    shares = result.shares("trade")
    up = np.moveaxis((shares > shares[0]).mean(-1) + (shares == shares[0]).mean(-1) / 2, 0, -1)
    np.testing.assert_allclose(shaped(sent["up"]["trade"], r, p, t), 1000 * up, atol=0.51)
    assert "change" not in sent
    arrays = {name: result.array(name).copy() for name in result.record.arrays}
    arrays["overall"][0, 0, 0, ::2] += 0.01
    varied = Record(result.scenario, 0, result.months, "outcomes")
    varied.keep, varied.worlds, varied.arrays = "overall", result.worlds, {"overall": arrays["overall"]}
    varied.outcomes = result.record.outcomes
    found = payload(sim.Result(result.ask, varied))["change"]["overall"]
    expected = np.quantile(arrays["overall"] - arrays["overall"][0], LEVELS, axis=-1)
    np.testing.assert_allclose(shaped(found, len(LEVELS), r, p, t), 1000 * np.moveaxis(expected, 1, -1), atol=0.51)


def test_followed_world_is_the_world_of_the_result(result: sim.Result, sent: dict[str, Any]) -> None:
    t, r, p = len(result.dates), len(result.republics), len(result.powers)
    for world, follow in ((result.typical_world, sent["follow"]), (7, world_payload(result, 7))):
        assert follow["world"] == world
        overall = result.array("overall")[..., world]
        np.testing.assert_allclose(
            shaped(follow["share"]["overall"], r, p, t), 1000 * np.moveaxis(overall, 0, -1), atol=0.51
        )
        for s, sector in enumerate(SECTORS):
            share, deals = (result.array(name)[..., s, world] for name in ("alignment", "deals"))
            np.testing.assert_allclose(
                shaped(follow["share"][sector], r, p, t), 1000 * np.moveaxis(share, 0, -1), atol=0.51
            )
            np.testing.assert_allclose(
                shaped(follow["deals"][sector], r, p, t), 100 * np.moveaxis(deals, 0, -1), atol=0.51
            )
        grievance = 100 * np.moveaxis(result.array("grievance")[..., world], 0, -1)
        np.testing.assert_allclose(shaped(follow["grievance"], r, p, len(CAUSES), t), grievance, atol=0.51)
        lapsed = result.array("lapsed")[..., world].sum(axis=(0, 3))
        np.testing.assert_allclose(shaped(follow["lapsed"], r, p, t)[..., -1], FINE * lapsed, atol=0.51)
        came = result.array("delivered")[..., world].sum(axis=(0, 3))
        np.testing.assert_allclose(shaped(follow["delivered"], r, p, t)[..., -1], FINE * came, atol=0.51)
        assert (shaped(follow["delivered"], r, p, t)[..., 0] == 0).all()


def test_ledger_says_the_same_words(result: sim.Result, sent: dict[str, Any]) -> None:
    book, table = sent["follow"]["ledger"], result.ledger()
    assert len(book["rows"]) == len(table)
    fired = iter(sent["follow"]["events"])
    for row, entry in zip(book["rows"], table.itertuples(), strict=True):
        month, kind, r, p, wording, *numbers = row
        text, left = book["wordings"][wording], list(numbers)
        assert book["kinds"][kind] == entry.kind
        assert month == entry.month
        if entry.kind == "event":
            at, place = next(fired)
            assert at == month
            assert sent["events"][place]["about"] == text == entry.text
            continue

        def fill(found: re.Match[str], left: list[int] = left) -> str:
            return f"{left.pop(0) / 10 ** int(found[1]):.{int(found[1])}f}"

        text = re.sub(r"\{(\d)\}", fill, text)
        text = text.replace("{r}", sent["republics"][r]["name"]).replace("{p}", sent["powers"][p]["name"])
        assert text == entry.text


def test_projects_are_those_of_the_world_followed_and_over_worlds(result: sim.Result, sent: dict[str, Any]) -> None:
    its, table = sent["follow"]["projects"], in_world(result, result.typical_world)
    assert len(its["rows"]) == len(its["said"]) == len(table) > 0
    for row, said, one in zip(its["rows"], its["said"], table.itertuples(), strict=True):
        month, until, r, p, opener, sector, size, delivered, lapsed, cancelled, pending, rivals, state = row
        assert (month, until) == (one.month, one.until)
        codes = (result.republics[r], result.powers[p], result.powers[opener], its["sectors"][sector])
        assert codes == (one.republic, one.power, one.opener, one.sector)
        parts = (one.size, one.delivered, one.lapsed, one.cancelled, one.pending)
        np.testing.assert_allclose((size, delivered, lapsed, cancelled, pending), 100 * np.array(parts), atol=0.51)
        bid = ", ".join(power for q, power in enumerate(result.powers) if rivals >> q & 1)
        assert (bid, state) == (one.rivals, one.called_off + 2 * one.stalled)
        assert said == told(result.scenario, one, result.dates[-1])
    over, won, met = sent["projects"], taken(result), contests(result)
    places = [ALL, *result.republics]
    for place, republic in enumerate(places):
        assert over["said"][place] == paragraph(result, won, met, republic)
    np.testing.assert_allclose(
        np.array(over["table"], dtype=float).reshape(-1, 5),
        won[["projects", "low", "high", "size", "called_off"]].to_numpy(),
        atol=0.0006,
    )
    pair = met[(met.republic == "UZB") & (met.power == "CHN") & (met.rival == "RUS")].iloc[0]
    found = over["met"][places.index("UZB")][result.powers.index("CHN")][result.powers.index("RUS")]
    assert found == pytest.approx([pair.met, pair.won], abs=0.0006)


@pytest.mark.slow
def test_a_payload_is_small() -> None:
    result = sim.run("dushanbe-2025", worlds=500)
    sent = payload(result)
    assert len(json.dumps(sent, separators=(",", ":"))) < 400_000
    assert sent["cloud"]["worlds"] == CLOUD
    coarse = payload(result, coarse=True)
    assert coarse["id"] != sent["id"]
    assert "ledger" not in coarse["follow"]
    assert len(json.dumps(coarse, separators=(",", ":"))) < 250_000


def test_cloud_holds_single_worlds(result: sim.Result, sent: dict[str, Any]) -> None:
    cloud = sent["cloud"]
    assert cloud["months"][0] == 0
    assert cloud["months"][-1] == result.months
    share = shaped(cloud["share"], len(cloud["months"]), len(result.republics), len(result.powers), cloud["worlds"])
    np.testing.assert_allclose(share[-1], 1000 * result.array("overall")[-1], atol=0.51)


def test_kept_is_the_part_that_came(result: sim.Result, sent: dict[str, Any]) -> None:
    kept = shaped(sent["kept"], 3, len(result.powers), len(result.dates))
    came, missed = (result.array(name).sum(axis=(0, 1, 3)) for name in ("delivered", "lapsed"))
    np.testing.assert_allclose(kept[1, :, -1], 1000 * np.median(came / (came + missed), axis=-1), atol=0.6)
    assert (kept[:, :, 0] == -1).all()


def test_what_was_not_kept_is_left_out() -> None:
    result = sim.run("dushanbe-2025", worlds=5, months=6, keep="overall")
    sent = payload(result)
    assert sent["sectors"] == ["overall"]
    assert "grievance" not in sent
    assert "ledger" not in sent["follow"]
    with pytest.raises(sim.BadInput, match="overall"):
        payload(sim.run("dushanbe-2025", worlds=5, months=6, keep="outcomes"))


def test_unknown_world_is_refused(result: sim.Result) -> None:
    with pytest.raises(sim.BadInput, match="a world from 0 to 39"):
        world_payload(result, 40)


def test_differences_pair_worlds(result: sim.Result) -> None:
    changed = sim.run("moscow-reasserts", worlds=30)
    found = difference_payload(changed, result, sector="trade")
    difference = changed.shares("trade") - result.shares("trade")[..., :30]
    assert found["worlds"] == 30
    assert found["bands"][2][0]["median"][-1] == round(1000 * float(np.median(difference[-1, 2, 0])))
    assert found["bands"][1][1]["high"][40] == pytest.approx(1000 * np.quantile(difference[40, 1, 1], 0.9), abs=0.51)
    assert found["p_lower"][0][0] == pytest.approx((difference[-1, 0, 0] < 0).mean(), abs=1e-3)
    with pytest.raises(sim.BadInput, match="the same seed"):
        difference_payload(sim.run("dushanbe-2025", worlds=2, months=2, seed=1), result)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_panel_is_one_module_and_takes_the_common_traits(kind: type[panels.Panel]) -> None:
    names = {"run", "baseline", "month", "focus", "sector", "power", "world", "theme", "group", "clicked"}
    assert names <= set(kind.class_traits(sync=True))
    text = str(kind._esm)
    assert text.count("export default") == 1
    assert not re.search(r"^\s*import\b|\brequire\(|@import|https?://(?!www\.w3\.org/2000/svg)", text, re.MULTILINE)


def test_numbers_come_back_as_parquet() -> None:
    text = b"date,power,low,high\n2025-09,RUS,,0.5\n2025-10,NA,0.25,1\n"
    table = pd.read_parquet(io.BytesIO(panels.parquet(gzip.compress(text))))
    assert table["power"].tolist() == ["RUS", "NA"]
    assert table["low"].isna().tolist() == [True, False]
    assert table["high"].tolist() == [0.5, 1.0]
    bomb = gzip.compress(b"0" * (panels.TABLE_BYTES + 1))
    for damage in (b"", b"no gzip", gzip.compress(text)[:-9], gzip.compress(b'a\n1,2,3\n"'), gzip.compress(b""), bomb):
        assert panels.parquet(damage) == b""


def test_map_holds_the_region() -> None:
    geo = json.loads(panels.GEO.read_text(encoding="utf-8"))
    assert {"KAZ", "KGZ", "TJK", "TKM", "UZB"} <= set(geo["land"])
    for code in ("KAZ", "KGZ", "TJK", "TKM", "UZB"):
        assert all(0 < x < limit for x, limit in zip(geo["capitals"][code], (geo["width"], geo["height"]), strict=True))
    assert panels.GEO.stat().st_size < 40_000


def test_board_holds_the_panels_in_step(result: sim.Result) -> None:
    board = result.board(month=5)
    shown = [one for child in board.children for one in (getattr(child, "children", None) or [child])]
    assert [type(one).__name__ for one in shown] == [
        "Player",
        "MapPanel",
        "Triangle",
        "Fans",
        "Grievances",
        "Projects",
        "Deliveries",
        "Ledger",
    ]
    assert len({one.group for one in shown}) == 1
    assert shown[0].run["dates"] == result.dates
    assert all(one.run == {"id": shown[0].run["id"]} for one in shown[1:])
    assert result.board("fans").children[0].group != shown[0].group
    compared = result.board("player", "fans", baseline=result, theme="dark")
    assert [len(one.baseline) for one in compared.children] == [len(shown[0].run), 1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"which": "fan"}, "did you mean fans"),
        ({"theme": "drak"}, "light, dark"),
        ({"month": 64}, "from 0 to 63"),
        ({"sector": "oil"}, "overall or one of"),
        ({"world": -1}, "a world from 0"),
    ],
)
def test_board_refuses_what_there_is_not(result: sim.Result, given: dict[str, Any], message: str) -> None:
    which = [given.pop("which")] if "which" in given else []
    with pytest.raises(sim.BadInput, match=message):
        result.board(*which, **given)
    assert set(boards.PANELS) == set(boards._KINDS)
