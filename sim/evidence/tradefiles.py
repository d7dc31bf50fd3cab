"""Trade as UN Comtrade and World Bank's WITS export it.

Trade is exports and imports of goods, in million US dollars, by the republic's own report; where it made none of both,
by the partner's. The European Union is the sum of its 27 members, a few of which may trade one way only; a file's own
row for the Union, whose membership is that of some day, counts only where too few members have both flows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from sim.evidence.cells import MEMBERS_NEEDED, MOST, TRADE, UNION, Cell, Figures, Key, rows, some
from sim.evidence.sheet import Sheet, pick, plain, without_commas
from sim.scenario.errors import printable

SLIP = 0.9
"""How alike a name must be to one that we know to be taken for a slip of the pen; Australia is not Austria."""


@dataclass
class _Flows:
    """Exports and imports as reported, in million dollars: (reporter, partner, year, flow) -> figure and line."""

    sheet: Sheet
    out: Figures
    said: dict[tuple[str, str, int, str], Cell] = field(default_factory=dict)
    dyads: set[tuple[str, str, int]] = field(default_factory=set)
    """Republic, partner and year of all that is said."""
    others: Counter[str] = field(default_factory=Counter)
    """Rows by those whom we do not know, or by pair where it has no republic or two."""
    unread: Counter[str] = field(default_factory=Counter)
    """Rows by flow that is neither exports nor imports."""
    again: int = 0

    def put(
        self, line: int, ends: tuple[str, str], year: str, flow: str, value: str, scale: float, column: str
    ) -> None:
        """One row, ``ends`` reporter and partner; what concerns no republic, or is no whole flow, is left alone.

        ``column`` is what the file calls the one that the value stands in.
        """
        known, way = self.out.known, _flow(flow)
        reporter, partner = (known.of(end) or "" for end in ends)
        republics = [code for code in (reporter, partner) if known.roles.get(code) == "republic"]
        if way is None:
            self.unread[printable(flow)] += 1
            return
        if len(republics) != 1 or not (reporter and partner):
            strange = [end for end, code in zip(ends, (reporter, partner), strict=True) if not code]
            self.others[printable(strange[-1] if strange else "–".join(ends))] += 1
            return
        when = self.sheet.year(line, year)
        amount = self.sheet.number(line, value, column, MOST[TRADE] / scale, "an amount") if value else None
        if when is None or amount is None:
            return
        cell = Cell(amount * scale, line)
        before = self.said.setdefault((reporter, partner, when, way), cell)
        self.dyads.add((republics[0], partner if republics[0] == reporter else reporter, when))
        if before.line == line:
            return
        self.again += 1
        if abs(before.value - cell.value) > 1e-9 * max(1.0, cell.value):
            self.sheet.wrong(
                line,
                f"{'exports' if way == 'X' else 'imports'} of {reporter}, {partner}, {when}",
                f"{cell.value:.10g} million, beside {before.value:.10g} in line {before.line}",
                "one figure for a flow, pair and year",
            )

    def totals(self) -> None:
        """Exports and imports together, the Union's members together."""
        known, notes = self.out.known, self.out.notes
        mirrored, halves = [], []
        members: dict[tuple[str, int], dict[str, list[Cell]]] = defaultdict(dict)
        for republic, partner, year in sorted(self.dyads):
            flows, mirror = self._flows(republic, partner, year)
            name = f"{republic}–{partner} {year}"
            mirrored += [name] if mirror else []
            if known.roles[partner] == "member":
                members[republic, year][partner] = flows
            elif len(flows) < 2:
                halves.append(name)
            else:
                self.out.cells[Key(TRADE, republic, partner, year)] = _sum(flows)
        self._add_union(members)
        if mirrored:
            notes.append(f"by the partner's report, as the republic's is not whole: {some(mirrored)}")
        if halves:
            notes.append(f"one flow without the other, left out: {some(halves)}")
        if self.again:
            notes.append(f"{rows(self.again)} said again what another had said")
        if self.others:
            notes.append(f"{rows(self.others.total())} about others: left out ({some(self._doubtful_first())})")
        if self.unread and not self.said:
            notes.append(
                f"only the flows {some(list(self.unread))}, which are not read: exports (X) and imports (M) are"
            )

    def _add_union(self, members: dict[tuple[str, int], dict[str, list[Cell]]]) -> None:
        """The Union as the sum of its members: of (republic, year) the flows of each that is there."""
        known, cells, notes = self.out.known, self.out.cells, self.out.notes
        whole = set()
        for (republic, year), parts in sorted(members.items()):
            missing = [code for code in known.having("member") if code not in parts]
            halved = [code for code, flows in parts.items() if len(flows) < 2]
            union, name = Key(TRADE, republic, UNION, year), f"{republic}–{UNION} {year}"
            half = f"; of {some(halved)} one flow alone" if halved else ""
            if len(parts) - len(halved) >= MEMBERS_NEEDED:
                whole.add((republic, year))
                cells[union] = _sum([cell for flows in parts.values() for cell in flows])
                lacking = f", without {some(missing)}" if missing else ""
                notes += [f"{name}: the sum of {len(parts)} members{lacking}{half}"] if missing or half else []
            elif union not in cells:
                needed = f"{MEMBERS_NEEDED} with exports and imports are needed"
                notes.append(f"{name}: {len(parts)} of the 27 members, {needed}{half}: left out")
        own = [key for key in cells if key.other == UNION and (key.one, key.year) not in whole]
        if own:
            listed = some([f"{key.one} {key.year}" for key in own])
            notes.append(f"the file's own row for the Union, with its members of that day: {listed}")

    def _doubtful_first(self) -> list[str]:
        """Those whom we do not know, first those who may be somebody whom we know, with a letter wrong."""
        names = [name for name in self.out.known.meant if len(name) > 3 and name.isalpha()]
        near = {who: get_close_matches(who.casefold(), names, n=1, cutoff=SLIP) for who in self.others}
        told = {who: f"{who}: is it {self.out.known.of(found[0])}?" for who, found in near.items() if found}
        return [*told.values(), *(who for who in self.others if who not in told)]

    def _flows(self, republic: str, partner: str, year: int) -> tuple[list[Cell], bool]:
        """Both flows by the republic's report, or by the partner's if that alone has both; and whether it is his."""
        own, his = (
            [cell for way in "XM" if (cell := self.said.get((*ends, year, way)))]
            for ends in ((republic, partner), (partner, republic))
        )
        return (his, True) if len(own) < len(his) else (own, False)


def _sum(flows: list[Cell]) -> Cell:
    return Cell(sum(cell.value for cell in flows), max(cell.line for cell in flows))


def _flow(text: str) -> str | None:
    """X for exports, M for imports; None for the parts of them (re-exports and so on) and all else."""
    said = plain(text).removeprefix("gross")
    return {"x": "X", "m": "M", "1": "M", "2": "X"}.get(said) or {"exp": "X", "imp": "M"}.get(said[:3])


TOTAL = ("total", "alltotal", "allproducts", "allcommodities", "999999")


def _of_all_goods(sheet: Sheet, names: tuple[str, ...], out: Figures) -> Iterator[tuple[int, list[str]]]:
    """Rows of all goods and of whole years, by every mode of transport, second partner and customs procedure."""
    product = sheet.place(*names)
    whole = [
        (place, wanted)
        for column, wanted in (
            ("typecode", {"C"}),
            ("partner2code", {"0", ""}),
            ("2ndpartnercode", {"0", ""}),
            ("customscode", {"C00", ""}),
            ("motcode", {"0", ""}),
            ("moscode", {"0", ""}),
        )
        if (place := sheet.place(column)) is not None
    ]
    frequency, period = sheet.place("freqcode"), sheet.place("period")
    any_goods, single, monthly = False, 0, 0
    for line, row in sheet.rows():
        if pick(row, frequency) == "M" or len(pick(row, period)) == 6:
            monthly += 1
        elif any(pick(row, place) not in wanted for place, wanted in whole):
            continue
        elif product is not None and plain(pick(row, product)) not in TOTAL:
            single += 1
        else:
            any_goods = True
            yield line, row
    if monthly:
        out.notes.append(f"{rows(monthly)} of single months: left out")
    if single and not any_goods:
        raise sheet.refuse(
            f"single goods only ({rows(single)})", f"rows of all goods: {sheet.columns[product or 0]} TOTAL"
        )
    if single:
        out.notes.append(f"{rows(single)} of single goods: left out")


def by_flow(names: dict[str, str], goods: tuple[str, ...], scale: float) -> Callable[[Sheet, Figures], None]:
    """Layouts with a row for each flow."""

    def read(sheet: Sheet, out: Figures) -> None:
        place = {what: sheet.place(*ways.split("|")) for what, ways in names.items()}
        flows, column = _Flows(sheet, out), sheet.columns[place["value"] or 0]
        for line, row in _of_all_goods(sheet, goods, out):
            said = {what: pick(row, at) for what, at in place.items()}
            flows.put(
                line, (said["reporter"], said["partner"]), said["year"], said["flow"], said["value"], scale, column
            )
        flows.totals()

    return read


UNITS = {"usthousand": 1e-3, "usmil": 1.0}
"""Units of WITS, in million dollars."""


def by_partner(sheet: Sheet, out: Figures) -> None:
    """WITS by partner: years as columns with an indicator in each row, or flows as columns with a year in each row."""
    reporter, partner = sheet.place("reportername", "reporter"), sheet.place("partnername", "partner")
    indicator, year_at, wide = sheet.place("indicator"), sheet.place("year"), sheet.years()
    flows = _Flows(sheet, out)
    for line, row in _of_all_goods(sheet, ("productgroup", "productcategories"), out):
        ends = pick(row, reporter), pick(row, partner)
        if indicator is not None:
            amounts = [(pick(row, indicator), str(year), place) for year, place in wide.items()]
        else:
            amounts = [(name, pick(row, year_at), place) for place, name in enumerate(sheet.columns)]
        for name, year, place in amounts:
            flow, _, unit = name.partition("(")
            scale = UNITS.get(plain(unit))
            if scale is not None and plain(flow) in ("export", "exports", "import", "imports"):
                flows.put(line, ends, year, flow, without_commas(pick(row, place)), scale, sheet.columns[place])
    flows.totals()
