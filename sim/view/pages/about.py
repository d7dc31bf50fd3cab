"""About: what the model is, how it was tested, where it is weak, and what it stands on."""

from __future__ import annotations

import re

import reacton.ipyvuetify as rv
import solara

from sim.evidence.page import ELSEWHERE, evidence, plain, verdict
from sim.runs.posterior import on_record
from sim.runs.words import capital, listed, named
from sim.scenario import Scenario
from sim.scenario.sources import SourceRecord, records
from sim.view.components import box, words
from sim.view.visit import Visit

WHAT = """\
The {members} of {region} live between powers: {powers}, and any others that a scenario
adds. Each month powers save and open projects, {members} ask for them, shop them around and take the best bid or none;
pledges are kept, lapse or are called off; treatment worse than usual becomes a grievance, which is sometimes voiced in
public or at a summit, and then powers concede, punish or let it pass.
All of this moves each {member}'s alignment: the share of its engagement, sector by sector, that lies with each power.

One run is five hundred possible histories, called worlds. They differ in their luck: who says yes
this month, which random events happen, how trade drifts. And, two by two, they differ in every number that is not
known for sure, drawn from its plausible range, unless you choose “as written” beside the levers. A band contains 80 %
of the worlds. World number 7 has the same luck and the same draws in every scenario with the same seed, so two
scenarios can be compared world by world, which shows much smaller differences than two bands side by side.

Nothing here is a forecast of what will happen. It is what follows from stated assumptions, each with its source, and
you can change each of them.
"""
"""Paragraphs on the model."""
WEAK = """\
{measured} {A_member}'s largest alignment in a sector may be wrong by ten points either way.

How strongly grievance, strain and hedging move alignment is judgement; the record says hardly anything about it.

Powers do not plan. They react to strain, rivalry and requests, and do not think ahead or bargain with each other about
the region.

{Members} are single actors, without parties or public opinion; a succession is an event.

Shocks outside the list of events do not happen. Nobody would have listed the closed border of 2020 or the re-export
boom after 2022 beforehand.

Others are one remainder unless a scenario names them.
"""
"""What to keep in mind, a paragraph each."""
NONE_YET = "This version comes without a backtest."
MEASURED = "trade is measured, alignment in security, energy, infrastructure and minerals is not."


def filled(text: str, scenario: Scenario) -> str:
    """A text with the scenario's own names in it."""
    called = scenario.words
    return text.format(
        member=called.member,
        A_member=capital(called.a_member),
        members=called.members,
        Members=capital(called.members),
        region=named(called.region),
        powers=listed([named(spec.name) for spec in scenario.powers.values()]),
        measured=f"Most levels on day one are judgement: {MEASURED}"
        if on_record(scenario)
        else "Levels on day one are judgement.",
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def _block(lines: list[str]) -> None:
    if lines[0].startswith("|"):
        cells = [[plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines if "---" not in line]
        rv.Html(
            tag="table",
            class_="app-table",
            children=[
                rv.Html(tag="tr", children=[rv.Html(tag="td", children=[cell]) for cell in row]) for row in cells[1:]
            ],
        )
    elif lines[0].startswith("- "):
        items = [plain(item) for item in re.split(r"\n- ", "\n".join(lines)[2:])]
        rv.Html(tag="ul", children=[rv.Html(tag="li", children=[" ".join(item.split())]) for item in items])
    elif not lines[0].startswith(("    ", "!")):
        words(plain(" ".join(lines)))


@solara.component
def About(visit: Visit, theme: str) -> None:
    """What it is, the scenario at hand, the verdict, weaknesses, sources."""
    scenario = visit.base
    with box("app-text", theme=theme):
        with box("app-card"):
            words("What this is", tag="h1")
            for text in paragraphs(filled(WHAT, scenario)):
                words(text)
        with box("app-card"):
            words(f"The scenario: {scenario.title}", tag="h1")
            for text in paragraphs(scenario.about):
                words(text)
        with box("app-card app-verdict"):
            words("Compared with the record", tag="h1")
            blocks = verdict(evidence()) if on_record(scenario) else []
            if not blocks:
                words(NONE_YET if on_record(scenario) else ELSEWHERE)
            for lines in blocks:
                _block(lines)
        with box("app-card"):
            words("Where it is weak", tag="h1")
            rv.Html(
                tag="ul", children=[rv.Html(tag="li", children=[text]) for text in paragraphs(filled(WEAK, scenario))]
            )
        with box("app-card"):
            words("Sources", tag="h1")
            words(
                "Every value of a scenario names its source; click a lever's name to see it. Where there is none, it "
                "says “judgement”."
            )
            for title, kind in (
                ("The article's claims, in our words", "claim"),
                ("Observed figures", "data"),
                ("Literature", "lit"),
            ):
                _sources(title, records(kind))


def _sources(title: str, known: dict[str, SourceRecord]) -> None:
    def line(record: SourceRecord) -> str:
        if "authors" in record:
            authors = record["authors"]
            who = ", ".join(str(one) for one in authors) if isinstance(authors, list) else str(authors)
            return f"{who} ({record.get('year', '')}): {record.get('title', '')}. {record.get('venue', '')}."
        if "file" in record:
            return f"{record.get('title', '')}. Source: {record.get('source', '')}."
        return str(record.get("text", record.get("title", "")))

    with rv.Html(tag="details"):
        words(f"{title} ({len(known)})", tag="summary")
        rv.Html(tag="ul", children=[rv.Html(tag="li", children=[line(record)]) for record in known.values()])
