"""Figures of a user's own: layouts that people have, what is refused with line and reason, and the rule of merging."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.evidence.cells import ACCORD, TRADE, VOTES, Figures, Key
from sim.evidence.codes import codes
from sim.evidence.formats import read_figures
from sim.evidence.observed import POWERS, TRADERS, VOTERS, Observed, load_observed
from sim.evidence.owndata import add
from sim.evidence.runscore import score_run
from sim.scenario import BadInput

MEMBERS = codes().having("member")
HEAD = "republic,power,year,total_usd_m\n"


@pytest.fixture
def read(tmp_path: Path):
    """Reads a text as a file of figures."""

    def one(text: str, name: str = "mine.csv") -> Figures:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_figures(tmp_path / name)

    return one


def trade(figures: Figures, republic: str, power: str, year: int) -> float:
    return figures.cells[Key(TRADE, republic, power, year)].value


# -- trade -------------------------------------------------------------------------------------------------------------

COMTRADE = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,"
    "partnerCode,partnerISO,partnerDesc,partner2Code,cmdCode,customsCode,motCode,cifvalue,fobvalue,primaryValue\n"
)


def comtrade(reporter: str, partner: str, flow: str, dollars: float, **other: str) -> str:
    """A row of UN Comtrade's file; they end with a comma that the header has not."""
    said = {"freqCode": "A", "period": "2025", "partner2Code": "0", "cmdCode": "TOTAL", "customsCode": "C00"} | other
    cells = {"typeCode": "C", "refYear": "2025", "reporterISO": reporter, "partnerISO": partner, "flowCode": flow}
    cells |= said | {"motCode": "0", "primaryValue": f"{dollars:g}"}
    return ",".join(cells.get(name, "") for name in COMTRADE.strip().split(",")) + ",\n"


def test_comtrade_is_exports_and_imports_in_millions_and_the_union_the_sum_of_its_members(read) -> None:
    rows = comtrade("KAZ", "CHN", "X", 15.5e9) + comtrade("KAZ", "CHN", "M", 14.5e9)
    rows += comtrade("KAZ", "CHN", "RX", 1e9) + comtrade("KAZ", "CHN", "M", 3e9, cmdCode="84")
    rows += comtrade("KAZ", "CHN", "M", 9e9, partner2Code="156") + comtrade("KAZ", "BRA", "X", 9e9)
    rows += comtrade("KAZ", "CHN", "M", 1e9, freqCode="M", period="202501")
    rows += "".join(comtrade("KAZ", code, flow, 1e8) for code in MEMBERS if code != "MLT" for flow in "XM")
    figures = read(COMTRADE + rows)
    assert figures.layout == "UN Comtrade"
    assert trade(figures, "KAZ", "CHN", 2025) == pytest.approx(30_000)
    assert trade(figures, "KAZ", "EUU", 2025) == pytest.approx(26 * 200)
    assert len(figures.cells) == 2
    assert figures.notes == [
        "1 row of single months: left out",
        "1 row of single goods: left out",
        "KAZ–EUU 2025: the sum of 26 members, without MLT",
        "1 row about others: left out (BRA)",
    ]


def test_the_republics_report_comes_before_the_partners(read) -> None:
    own = comtrade("KGZ", "CHN", "X", 1e8) + comtrade("KGZ", "CHN", "M", 5e9)
    his = comtrade("CHN", "KGZ", "X", 2e10) + comtrade("CHN", "KGZ", "M", 1e8)
    assert trade(read(COMTRADE + own + his), "KGZ", "CHN", 2025) == pytest.approx(5100)
    mirrored = read(COMTRADE + his + comtrade("KGZ", "CHN", "M", 5e9))
    assert trade(mirrored, "KGZ", "CHN", 2025) == pytest.approx(20_100)
    assert mirrored.notes == ["by the partner's report, as the republic's is not whole: KGZ–CHN 2025"]


def test_one_flow_alone_is_no_total(read) -> None:
    half = comtrade("UZB", "RUS", "X", 1e9)
    with pytest.raises(BadInput, match=r"one flow without the other, left out: UZB–RUS 2025"):
        read(COMTRADE + half)
    few = "".join(comtrade("UZB", code, flow, 1e8) for code in MEMBERS[:5] for flow in "XM")
    whole = comtrade("UZB", "CHN", "X", 1e9) + comtrade("UZB", "CHN", "M", 1e9)
    figures = read(COMTRADE + half + few + whole)
    assert list(figures.cells) == [Key(TRADE, "UZB", "CHN", 2025)]
    assert "UZB–EUU 2025: 5 of the 27 members, 20 with exports and imports are needed: left out" in figures.notes


def test_the_union_is_no_sum_of_imports_alone(read) -> None:
    """A member with one flow counts as missing, and is named where 20 have both; else a row for the Union counts."""
    own = "".join(comtrade("KAZ", "CHN", flow, 1e9) for flow in "XM")
    imports = "".join(comtrade("KAZ", code, "M", 1e8) for code in MEMBERS)

    def exports(count: int) -> str:
        return "".join(comtrade("KAZ", code, "X", 1e8) for code in MEMBERS[:count])

    figures = read(COMTRADE + own + imports + exports(19))
    assert list(figures.cells) == [Key(TRADE, "KAZ", "CHN", 2025)]
    assert figures.notes[0].startswith("KAZ–EUU 2025: 27 of the 27 members, 20 with exports and imports are needed; of")
    union = "".join(comtrade("KAZ", "EUR", flow, 5e9) for flow in "XM")
    assert trade(read(COMTRADE + imports + exports(19) + union), "KAZ", "EUU", 2025) == pytest.approx(10_000)
    figures = read(COMTRADE + imports + exports(26))
    assert trade(figures, "KAZ", "EUU", 2025) == pytest.approx(5300)
    assert figures.notes == [f"KAZ–EUU 2025: the sum of 27 members; of {MEMBERS[-1]} one flow alone"]


def test_what_is_left_out_of_comtrade_is_named(read) -> None:
    """Who the others are, first those who may be a slip of the pen; and flows that are not read."""
    own = "".join(comtrade("KAZ", "CHN", flow, 1e9) for flow in "XM")
    figures = read(COMTRADE + comtrade("KAZ", "Australia", "X", 1) + comtrade("Kazakstan", "CHN", "X", 1) + own)
    assert figures.notes == ["2 rows about others: left out (Kazakstan: is it KAZ?, Australia)"]
    with pytest.raises(
        BadInput, match=r"only the flows FX, FM, which are not read: exports \(X\) and imports \(M\) are"
    ):
        read(COMTRADE + comtrade("KAZ", "CHN", "FX", 1e9) + comtrade("KAZ", "CHN", "FM", 1e9))
    with pytest.raises(BadInput, match=r"mine.csv:2: primaryValue: found '5,000', expected a number without commas"):
        read(COMTRADE + comtrade("KAZ", "CHN", "X", 1).replace(",1,\n", ',"5,000",\n'))


def test_the_former_comtrade(read) -> None:
    text = (
        '"Classification","Year","Period","Trade Flow Code","Trade Flow","Reporter","Reporter ISO","Partner ISO",'
        '"Commodity Code","Trade Value (US$)"\n'
        '"H5","2018","2018","1","Import","Kazakhstan","KAZ","RUS","TOTAL","12000000000"\n'
        '"H5","2018","2018","2","Export","Kazakhstan","KAZ","RUS","TOTAL","5000000000"\n'
        '"H5","2018","2018","3","Re-Export","Kazakhstan","KAZ","RUS","TOTAL","700000000"\n'
    )
    assert trade(read(text), "KAZ", "RUS", 2018) == pytest.approx(17_000)


def test_wits_by_query_and_by_partner(read) -> None:
    query = (
        "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,TradeFlowCode,"
        "TradeValue in 1000 USD\n"
        "H4,UZB,Total,Uzbekistan,RUS,Russian Federation,2023,Gross Exp.,6,3000000\n"
        "H4,UZB,Total,Uzbekistan,RUS,Russian Federation,2023,Gross Imp.,5,6500000\n"
    )
    assert trade(read(query), "UZB", "RUS", 2023) == pytest.approx(9500)
    wide = (
        "Reporter Name,Partner Name,Trade Flow,Product Group,Indicator,2019,2020\n"
        "Kyrgyz Republic,China,Export,All Products,Export (US$ Thousand),81000.5,43000\n"
        'Kyrgyz Republic,China,Import,All Products,Import (US$ Thousand),"1,735,000",736000\n'
        "Kyrgyz Republic,China,Import,All Products,Import Partner Share (%),34.8,19.8\n"
        "Kyrgyz Republic,European Union,Export,All Products,Export (US$ Thousand),52000,90000\n"
        "Kyrgyz Republic,European Union,Import,All Products,Import (US$ Thousand),290000,260000\n"
    )
    figures = read(wide)
    assert trade(figures, "KGZ", "CHN", 2019) == pytest.approx(1816.0005)
    assert trade(figures, "KGZ", "EUU", 2020) == pytest.approx(350)
    assert figures.notes == ["the file's own row for the Union, with its members of that day: KGZ 2019, KGZ 2020"]
    assert len(figures.cells) == 4
    one = (
        "Reporter Name,Partner Name,Year,Trade Flow,Product Group,Export (US$ Thousand),Import (US$ Thousand)\n"
        "Kazakhstan,Turkey,2022,All,All Products,4700000,1600000\n"
    )
    assert trade(read(one), "KAZ", "TUR", 2022) == pytest.approx(6300)


# -- votes -------------------------------------------------------------------------------------------------------------


def test_roll_calls_are_counted_by_hand(read) -> None:
    """Twelve roll calls of December: Kazakhstan agrees with Russia in 8 of the 11 in which both voted, and so on."""
    russia = "YYYYYYNNNNAX"
    kazakhstan = "YYYYYYNNYYYY"
    union = "YYYYYYYYYYYY"
    rows = []
    for n, votes in enumerate(zip(russia, kazakhstan, union, strict=True)):
        for code, vote in zip(("RUS", "KAZ", *MEMBERS), (*votes[:2], *votes[2] * 27), strict=True):
            rows.append(f"{n},{code},{vote},2025-12-{n + 1:02d},80")
    figures = read("undl_id,ms_code,ms_vote,date,session\n" + "\n".join(rows) + "\n")
    assert figures.cells[Key(VOTES, "KAZ", "RUS", 2025)].value == pytest.approx(8 / 11, abs=1e-4)
    assert figures.cells[Key(VOTES, "KAZ", "EUU", 2025)].value == pytest.approx(10 / 12, abs=1e-4)
    assert figures.cells[Key(ACCORD, "EUU", "RUS", 2025)].value == pytest.approx(6 / 11, abs=1e-4)
    assert Key(VOTES, "KAZ", "CHN", 2025) not in figures.cells
    assert figures.notes == []


def test_voetens_roll_calls_by_session_and_a_year_that_is_not_over(read) -> None:
    def calls(session: int, count: int) -> str:
        return "".join(
            f"{session}{n},{session},{ccode},{1 if n % 4 or ccode == 365 else 3}\n"
            for n in range(count)
            for ccode in (365, 705)
        )

    figures = read("rcid,session,ccode,vote\n" + calls(78, 40) + calls(79, 40) + calls(80, 12))
    assert {key: cell.value for key, cell in figures.cells.items()} == {
        Key(VOTES, "KAZ", "RUS", year): 0.75 for year in (2023, 2024)
    }
    assert "2025 has 12 roll calls against 40 in other years, so it is not complete: left out" in figures.notes
    with pytest.raises(BadInput, match="votes of 2025 end on 2025-10-29, so the year is not complete"):
        read("rcid,date,ccode,vote\n" + "".join(f"{n},2025-10-29,{c},1\n" for n in range(20) for c in (365, 705)))


def test_agreement_scores_take_the_place_of_all_shipped_votes(read, tmp_path: Path) -> None:
    """Voeten counts an abstention as half: mixing the two would make a break that is none."""
    cow = {code: said for said, code in codes().meant.items() if said.isdecimal()}
    pairs = [(one, other, 0.9) for one in VOTERS for other in ("RUS", "CHN")]
    pairs += [
        (one, member, 0.5 + 0.01 * (n % 2)) for one in (*VOTERS, "RUS", "CHN") for n, member in enumerate(MEMBERS)
    ]
    pairs += [("RUS", "CHN", 0.8)]
    text = "ccode1,ccode2,agree,session.x,year\n" + "".join(
        f"{cow[a]},{cow[b]},{agree},{year - 1945},{year}\n" for a, b, agree in pairs for year in (2022, 2023)
    )
    figures = read(text)
    assert figures.apart
    assert figures.cells[Key(VOTES, "KAZ", "EUU", 2023)].value == pytest.approx(0.5 + 0.01 * 13 / 27, abs=1e-4)
    record = load_observed(tmp_path / "mine.csv")
    assert np.isnan(record.votes[..., : 2022 - 2010]).all()
    assert (record.votes[:, 0, 2022 - 2010 : 2024 - 2010] == 0.9).all()
    assert np.array_equal(record.trade, load_observed().trade, equal_nan=True)
    with pytest.raises(BadInput, match="can be added to the record"):
        add(tmp_path / "mine.csv", tmp_path / "figures")
    (tmp_path / "tidy.csv").write_text("republic,power,year,agreement\nKAZ,RUS,2023,0.7\n")
    with pytest.raises(BadInput, match="each by themselves"):
        load_observed([tmp_path / "mine.csv", tmp_path / "tidy.csv"])


def test_ideal_points_with_agreement_beside_them(read) -> None:
    rows = [(705, 0.80, 0.85), (365, "NA", 0.75), (710, 0.75, "NA")]
    rows += [
        (int(next(s for s, c in codes().meant.items() if c == code and s.isdecimal())), 0.4, 0.5) for code in MEMBERS
    ]
    text = "ccode,session,Countryname,IdealPointAll,USAgree,RussiaAgree,ChinaAgree\n"
    figures = read(text + "".join(f"{c},78,x,0.1,NA,{r},{china}\n" for c, r, china in rows))
    assert figures.cells[Key(VOTES, "KAZ", "RUS", 2023)].value == 0.8
    assert figures.cells[Key(ACCORD, "EUU", "RUS", 2023)].value == pytest.approx(0.4)
    assert figures.cells[Key(ACCORD, "CHN", "RUS", 2023)].value == 0.75
    assert Key(VOTES, "KAZ", "EUU", 2023) not in figures.cells


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("KZ,RUS,2025,5\n", r"mine.csv:2: republic: found 'KZ', expected one of KAZ, .*; did you mean KAZ\?"),
        ("XXX,RUS,2025,5\n", "mine.csv:2: republic: found 'XXX', expected one of KAZ, KGZ"),
        ("KAZ,Russia,2025,5\n", r"mine.csv:2: power: found 'Russia', .*; did you mean RUS\?"),
        ("KAZ,RUS,2010.5,5\n", "mine.csv:2: year: found '2010.5', expected a whole year from 1900 to"),
        ("KAZ,RUS,2999,5\n", "mine.csv:2: year: found '2999', expected a whole year"),
        ("KAZ,RUS,,5\n", "mine.csv:2: year: found ''"),
        ("KAZ,RUS,2025,lots\n", "mine.csv:2: total_usd_m: found lots, expected million US dollars from 0 to"),
        ("KAZ,RUS,2025,nan\n", "mine.csv:2: total_usd_m: found nan"),
        ("KAZ,RUS,2025,-1\n", "mine.csv:2: total_usd_m: found -1"),
        ("KAZ,RUS,2025,27000000000\n", "found 27000000000, expected million US dollars from 0 to 1,000,000"),
        ('KAZ,RUS,2025,"27,100"\n', "found '27,100', expected a number without commas between thousands"),
        ("KAZ,RUS,2025,27 100\n", "total_usd_m: found '27 100', expected a number without spaces between thousands"),
        ("KAZ,RUS,2025,27.100.000\n", "expected a number without points between thousands"),
        ('KAZ,RUS,2025,"27100,5"\n', "found '27100,5', expected a number with a point, not a comma, before decimals"),
        ("KAZ,RUS,2025\n", "mine.csv:2: found 3 cells, expected 4, as the header has"),
        ("KAZ,RUS,2025,5\nKAZ,CHN,2025,7\nKAZ,RUS,2025,6\n", "mine.csv:4: KAZ.RUS.2025: found 6, beside 5 in line 2"),
        ("KAZ,RUS,2025,\n", "1 row without total_usd_m: left out"),
        ("", "found no figures"),
        ('KAZ,RUS,2025,"5\n', "mine.csv:2: found unexpected end of data, expected a CSV file"),
    ],
)
def test_a_row_that_cannot_be_right_is_named_with_its_line(read, rows: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read(HEAD + rows)
    assert "float64" not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(read) -> None:
    with pytest.raises(BadInput) as caught:
        read(HEAD + "KZ,RUS,2025,5\nKAZ,RUS,20.5,5\nKAZ,RUS,2025,x\n")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("republic,power,year,agreement\nKAZ,RUS,2025,76.06\n", r"found 76.06, .* from 0 to 1; did you mean 0.7606\?"),
        (
            "republic,power,year,total_usd\nKAZ,RUS,2025,5\n",
            r"without total_usd_m, .*total_usd_m instead of total_usd\?",
        ),
        ("a,b\n1,2\n", "the columns a, b, expected the columns republic, .* or an export: UN Comtrade"),
        ("", "found an empty file"),
        (
            "Data Source,World Development Indicators\n\nCountry Name,Country Code,Indicator Name,Indicator Code\n",
            "World Bank indicators, which have neither trade by partner nor votes",
        ),
        ("ccode,session,IdealPointAll\n705,78,0.1\n", "ideal points alone"),
        ("rcid,ccode,vote\n1,705,1\n", "the columns rcid, ccode, vote"),
        ("rcid,ccode,vote,year\n1,705,7,2020\n", "vote: found '7', expected 1, 2, 3, 8 or 9"),
        ("republic,power,year,year,agreement\n", "the same column twice"),
        ("republic,power,year,agreement,total_usd_m\n", "both total_usd_m and agreement, expected one of them"),
        (
            "rcid,ccode,vote,date\n1,705,1,10.12.2025\n",
            "mine.csv:2: date: found '10.12.2025', expected a date as YYYY-MM-DD",
        ),
        (
            "rcid,ccode,vote,date\n1,705,1,2025-12-10\n1,365,1,2025-12-10\n",
            "2025 has 1 roll call, of which 10 are needed",
        ),
        (
            "undl_id,ms_code,ms_vote,date\n1,KAZ,N,2025-12-10\n1,KAZ,X,2025-12-10\n",
            "mine.csv:3: roll call 1, KAZ: found x, another vote than in line 2",
        ),
    ],
)
def test_a_file_that_cannot_be_understood_is_told_what_could(read, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(text)


def test_no_device_folder_or_huge_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="/dev/zero: found a device or pipe, expected an ordinary file"):
        read_figures(Path("/dev/zero"))
    with pytest.raises(BadInput, match="no such file"):
        read_figures(tmp_path / "nowhere.csv")
    with (tmp_path / "huge.csv").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(BadInput, match="1,073,741,824 bytes, expected a file of at most"):
        read_figures(tmp_path / "huge.csv")


# -- the rule ----------------------------------------------------------------------------------------------------------


def year_of(record: Observed, code: str, power: str, year: int) -> float:
    return float(record.trade[TRADERS.index(code), POWERS.index(power), year - int(record.years[0])])


def new_year(total: float = 20_000.0) -> str:
    return HEAD + "".join(f"{code},{power},2025,{total}\n" for code in TRADERS for power in POWERS)


@pytest.mark.parametrize(
    "text", ["# my own, of March\n" + new_year(), new_year().replace(",", ";"), "\ufeff" + new_year()]
)
def test_comments_semicolons_and_byte_order_marks_do_no_harm(read, text: str) -> None:
    assert len(read(text).cells) == 9


def test_a_file_with_a_new_year_alone_is_added_to_the_record(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(new_year())
    shipped, record = load_observed(), load_observed(tmp_path / "new.csv")
    assert record.last == 2025
    assert year_of(record, "UZB", "CHN", 2025) == 20_000
    assert np.array_equal(record.trade[..., :-1], shipped.trade, equal_nan=True)
    assert np.isnan(record.votes[..., -1]).all()
    assert record.notes == (
        f"{tmp_path / 'new.csv'}: read as trade: 9 figures of trade, 2025",
        "trade: 9 figures added, 0 replaced, 0 as they were",
    )


def test_all_files_are_used_and_a_later_one_replaces_a_figure_of_an_earlier(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(new_year())
    (tmp_path / "b.csv").write_text(HEAD + "KAZ,RUS,2025,27000\nKAZ,RUS,2019,1\nTJK,RUS,2025,9\nKAZ,TUR,2025,8\n")
    record = load_observed([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert year_of(record, "KAZ", "RUS", 2025) == 27_000
    assert year_of(record, "KAZ", "CHN", 2025) == 20_000
    assert year_of(record, "KAZ", "RUS", 2019) == 1
    said = "\n".join(record.notes)
    assert f"{tmp_path / 'b.csv'}: 1 in place of figures of a file before it" in said
    assert "trade: 11 figures added, 1 replaced, 0 as they were" in said
    assert "not used, as nothing is fitted to it: trade of TJK, trade with TUR" in said
    back = load_observed([tmp_path / "b.csv", tmp_path / "a.csv"])
    assert year_of(back, "KAZ", "RUS", 2025) == 20_000


def test_what_is_of_no_use_alone_is_said(tmp_path: Path) -> None:
    (tmp_path / "half.csv").write_text(HEAD + "KAZ,RUS,2025,27000\nKAZ,RUS,2001,1\n")
    (tmp_path / "votes.csv").write_text("republic,power,year,agreement\nKAZ,RUS,2026,0.7\n")
    said = "\n".join(load_observed([tmp_path / "half.csv", tmp_path / "votes.csv"]).notes)
    assert "not used: trade of KAZ in 2025, as there is none with CHN, EUU" in said
    assert "not used: votes of 2026, as the powers' among themselves are missing (unga_powers.csv)" in said
    assert "not used: 2001, before the record begins in 2010" in said


def test_votes_of_a_whole_year_are_not_fitted_against_half_a_year_of_the_powers(tmp_path: Path) -> None:
    """The shipped votes among the powers of 2025 end in October."""
    (tmp_path / "v.csv").write_text("republic,power,year,agreement\nKAZ,RUS,2025,0.6\nKAZ,CHN,2025,0.8\n")
    record = load_observed(tmp_path / "v.csv")
    assert record.last == 2025
    assert np.isnan(record.accord[:, -1]).all()
    assert "not used: votes of 2025, as the powers' among themselves are missing (unga_powers.csv)" in record.notes
    text = "power_a,power_b,year,agreement\nRUS,CHN,2025,0.8\nRUS,EUU,2025,0.6\nCHN,EUU,2025,0.6\n"
    (tmp_path / "p.csv").write_text(text)
    both = load_observed([tmp_path / "v.csv", tmp_path / "p.csv"])
    assert not [note for note in both.notes if note.startswith("not used")]


def test_trade_in_another_unit_is_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(HEAD + "KAZ,RUS,2025,27.100\nKAZ,CHN,2025,33800\nKAZ,EUU,1999,48\nARM,RUS,2025,1\n")
    said = [note for note in load_observed(tmp_path / "t.csv").notes if "million US dollars?" in note]
    assert said == [
        "trade over 20 times off the record's; is it in million US dollars? KAZ–RUS 2025: 27.1 beside 27054.45 in 2023"
    ]


def test_trade_of_nothing_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(HEAD + "KAZ,RUS,2025,0\nKAZ,CHN,2025,0\nKAZ,EUU,2025,0\n")
    notes = load_observed(tmp_path / "t.csv").notes
    assert "not used: trade of KAZ in 2025, as there is none with RUS, CHN, EUU" in notes


def test_years_that_are_not_complete_are_left_out_and_said(read) -> None:
    head = "republic,power,year,agreement,year_complete\n"
    figures = read(head + 'KAZ,RUS,2024,0.7,yes\nKAZ,RUS,2025,0.7,"no, to October"\n')
    assert list(figures.cells) == [Key(VOTES, "KAZ", "RUS", 2024)]
    assert figures.notes == ["2025: 1 row of a year that is not complete: left out"]


def test_add_keeps_what_is_there_and_replaces_the_same_figure(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    (tmp_path / "a.csv").write_text(HEAD.replace("\n", ",note\n") + "KAZ,RUS,2025,27000,mine\nKAZ,CHN,2025,30000,x\n")
    (tmp_path / "b.csv").write_text(HEAD + "KAZ,RUS,2025,27500\nKGZ,RUS,2025,3000\n")
    folder.mkdir()
    (folder / "trade.csv").write_text((tmp_path / "a.csv").read_text())
    written, notes = add(tmp_path / "b.csv", folder)
    assert written == [folder / "trade.csv"]
    assert (folder / "trade.csv").read_text() == (
        "republic,power,year,total_usd_m,note\nKAZ,CHN,2025,30000,x\nKAZ,RUS,2025,27500,\nKGZ,RUS,2025,3000,\n"
    )
    assert notes[-1].endswith("1 row added, 1 row replaced (KAZ–RUS 2025: 27000 → 27500)")
    assert year_of(load_observed(folder), "KAZ", "RUS", 2025) == 27_500
    before = (folder / "trade.csv").read_text()
    assert add(tmp_path / "b.csv", folder)[1][-1].endswith("0 rows added, 2 rows as they were")
    assert (folder / "trade.csv").read_text() == before


def test_a_figure_added_to_a_file_that_says_which_years_are_complete_is_read(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    head = "republic,power,year,agreement"
    (tmp_path / "own" / "unga_agreement.csv").write_text(
        f'{head},n_votes,year_complete\nKAZ,RUS,2024,0.7,80,yes\nKAZ,RUS,2025,0.6,40,"no, to October"\n'
    )
    (tmp_path / "new.csv").write_text(f"{head}\nKAZ,RUS,2025,0.6\n")
    add(tmp_path / "new.csv", tmp_path / "own")
    assert Key(VOTES, "KAZ", "RUS", 2025) in read_figures(tmp_path / "own" / "unga_agreement.csv").cells


def test_the_shipped_series_are_read_as_they_are(tmp_path: Path) -> None:
    """What ``sim data NAME --format csv`` gives comes back unchanged, under every check a user's file meets."""
    from sim.evidence.catalogue import series

    files = []
    for name in ("trade", "unga-agreement", "unga-powers"):
        files.append(tmp_path / f"{name}.csv")
        series(name).frame().to_csv(files[-1], index=False)
    assert load_observed(files).digest == load_observed().digest


def test_the_shipped_votes_add_nothing_to_the_long_record(tmp_path: Path) -> None:
    """Figures of fewer than ten roll calls are left out of a user's file as of the shipped one."""
    from sim.evidence.catalogue import series

    series("unga-agreement").frame().to_csv(tmp_path / "votes.csv", index=False)
    record = load_observed(tmp_path / "votes.csv", first=1992)
    assert record.digest == load_observed(first=1992).digest
    assert any("of fewer than 10 roll calls (n_votes): left out" in note for note in record.notes)
    assert any(note.startswith("votes: 0 figures added, 0 replaced") for note in record.notes)


# -- a run scored ------------------------------------------------------------------------------------------------------

CAUCASUS = HEAD + "ARM,RUS,2025,6000\nARM,EUU,2025,3000\nARM,CHN,2025,1000\nARM,RUS,2026,5500\nARM,EUU,2026,4500\n"


@pytest.fixture(scope="module")
def caucasus() -> sim.Result:
    return sim.run("south-caucasus-2025", worlds=20, months=15)


def test_a_run_of_other_actors_is_scored_against_their_figures(caucasus: sim.Result, tmp_path: Path) -> None:
    """The mix is over the powers with a figure, and the level is that of the last year before the run."""
    (tmp_path / "own.csv").write_text(CAUCASUS)
    cells = score_run(caucasus, tmp_path / "own.csv").cells
    assert cells[["republic", "power", "year", "since"]].to_numpy().tolist() == [
        ["ARM", "RUS", 2026, 2025],
        ["ARM", "EUU", 2026, 2025],
    ]
    assert cells.observed.tolist() == pytest.approx([0.55, 0.45])
    assert cells.before.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert cells.as_before.tolist() == pytest.approx([2 / 3 - 0.55] * 2)
    shares = caucasus.shares("trade").astype(float)
    i, ends = caucasus.republics.index("ARM"), [caucasus.powers.index(power) for power in ("RUS", "EUU")]
    year = shares[4:16, i][:, ends].mean(axis=0)  # January 2026 is the fourth month of a run from October
    said = np.array([[2.0], [1.0]]) * year / shares[0, i, ends]
    assert cells["median"].to_numpy() == pytest.approx(np.median(said / said.sum(axis=0), axis=1))


def test_a_run_without_a_year_on_record_is_refused(caucasus: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="figures of a year from 2026 to 2026, and of the same powers in 2025 or before"):
        score_run(caucasus)
    with pytest.raises(BadInput, match="a run of 3 months, expected one that covers a whole year"):
        score_run(sim.run("south-caucasus-2025", worlds=1, months=3))
    (tmp_path / "own.csv").write_text(HEAD + "ARM,IND,2025,5\n")
    with pytest.raises(BadInput, match="power: found 'IND'"):
        score_run(caucasus, tmp_path / "own.csv")


# -- commands ----------------------------------------------------------------------------------------------------------


def cli(*arguments: str | Path) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return answer.exit_code, answer.stdout, " ".join(answer.stderr.split())


@pytest.mark.slow
def test_commands_say_what_they_did_and_refuse_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(new_year())
    (tmp_path / "bad.csv").write_text(HEAD + "KZ,RUS,2025,5\n")
    code, page, told = cli("data", "add", tmp_path / "new.csv", "--into", tmp_path / "figures")
    assert (code, page) == (0, "")
    assert "9 figures of trade, 2025" in told
    assert f"Written: {tmp_path / 'figures' / 'trade.csv'}" in told
    assert cli("data", "add", tmp_path / "new.csv", "--into", tmp_path / "figures", "-q") == (0, "", "")
    assert cli("data", "add", tmp_path / "new.csv", "--into", "")[0] == 2
    assert "expected CSV files: as" in cli("data", "add")[2]
    for arguments in (
        ["data", "add", tmp_path / "bad.csv", "--into", tmp_path / "figures"],
        ["calibrate", "--observed", tmp_path / "new.csv", "--observed", tmp_path / "bad.csv", "-q"],
        ["data", "score", "south-caucasus-2025", "--observed", tmp_path / "bad.csv", "--worlds", "1", "-q"],
    ):
        code, page, told = cli(*arguments)
        assert (code, page) == (2, "")
        assert "did you mean KAZ?" in told
    assert cli("data", "trade", "--format", "csv")[1].startswith("republic,power,year"), "data alone is as it was"


@pytest.mark.slow
def test_a_stopped_calibration_says_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the first round."""
    from sim.evidence.calibrate import _Store

    save = _Store.save

    def stop_after(store: _Store, number: int, part) -> None:
        save(store, number, part)
        raise KeyboardInterrupt

    monkeypatch.setattr(_Store, "save", stop_after)
    asked = ["calibrate", "--origin", "2015", "--worlds", "50", "--rounds", "4", "--out", tmp_path / "fit", "-q"]
    code, page, told = cli(*asked)
    assert (code, page) == (130, "")
    assert told == f"Stopped: 1 of 4 rounds is kept in {tmp_path / 'fit'}; the same command goes on from there."


@pytest.mark.slow
def test_command_score(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(CAUCASUS)
    asked = [
        "data",
        "score",
        "south-caucasus-2025",
        "--observed",
        tmp_path / "own.csv",
        "--worlds",
        "5",
        "--months",
        "15",
    ]
    code, page, _ = cli(*asked)
    assert code == 0
    assert max(map(len, page.splitlines())) <= 80
    assert "2026 (2025)" in page
    assert cli(*asked, "--format", "csv", "-q")[1].startswith(
        "republic,power,year,observed,since,before,low,median,high"
    )
    assert '"as_before"' in cli(*asked, "--format", "json", "-q")[1]


@pytest.mark.slow
def test_a_new_year_is_fitted_without_a_gap_in_page_tables_or_figures(tmp_path: Path) -> None:
    """What ``sim data trade --format csv`` prints, with rows of 2025 appended: once a traceback, or nan on the page."""
    _, shipped, _ = cli("data", "trade", "--format", "csv")
    extra = "".join(f"{code},{power},2025,,,20000,,,,mine\n" for code in TRADERS for power in POWERS)
    (tmp_path / "t.csv").write_text(shipped + extra)
    asked = ["calibrate", "--observed", tmp_path / "t.csv", "--origin", "2025", "--worlds", "50", "--rounds", "1"]
    code, page, told = cli(*asked, "--out", tmp_path / "fit")
    assert code == 0, told
    assert "trade: 9 figures added, 0 replaced, 161 as they were" in told
    assert "nan" not in page
    assert "votes with Russia" in page
    assert "Mind: with fewer than 50 effective worlds" in " ".join(page.split())
    for name in ("predictive.csv", "parameters.csv", "posterior.csv"):
        assert "nan" not in (tmp_path / "fit" / name).read_text()
    assert ",," not in (tmp_path / "fit" / "predictive.csv").read_text()
    assert (tmp_path / "fit" / "predictive.png").stat().st_size
    code, page, told = cli(
        "run", "dushanbe-2025", "--worlds", "5", "--months", "3", "--posterior", tmp_path / "fit" / "posterior.csv"
    )
    assert code == 0, told
    said = "posterior.csv(500draws,effectivesamplesize"  # a long path is folded anywhere
    assert said in "".join(page.split()), "50 worlds are too few"
