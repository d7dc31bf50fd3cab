"""The strategies that a scenario may give an actor by name: what each does, and whose idea it is.

The classes that carry them out are in ``sim.world.strategies``; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

STANDARD = "standard"
"""The conduct of an actor whose file names no strategy."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One row: the name, the section whose actors may have it ("powers" or "republics"), a line of help, the source.

    ``rule`` says in the terms of the ODD which decisions it changes, and how.
    """

    name: str
    section: str
    help: str
    source: str
    rule: str = ""


# A table stays a table.
# fmt: off
STRATEGIES: tuple[Strategy, ...] = (
    Strategy("patron", "powers",
             "Courts its clients: the more of a republic's engagement it has, the more it puts in.",
             "lit:hirschman-1945",
             "courts its clients: $V$ times the share it already has"),
    Strategy("merchant", "powers",
             "Goes where there is something to gain, whoever else is there, and punishes nobody.",
             "lit:armington-1969",
             "courts by interest and endowment alone, without rivalry, grudge or attention; never punishes"),
    Strategy("patient_investor", "powers",
             "Waits for large projects: opens none that is smaller than usual, and saves for the next.",
             "lit:kaplan-2021",
             "opens no project smaller than usual, not even on request, and saves for the next"),
    Strategy("coercer", "powers",
             "Never concedes: whoever speaks up is punished or ignored.",
             "lit:hirschman-1945",
             "never concedes: what would be conceded is punished"),
    Strategy("conciliator", "powers",
             "Never punishes: it meets whoever speaks up half way.",
             "lit:osgood-1962",
             "never punishes: what would be punished is conceded"),
    Strategy("tit_for_tat", "powers",
             "Answers in kind: concedes to a republic that took its last project, punishes one that did not.",
             "lit:axelrod-1984",
             "concedes to a republic that took its last project, punishes one that did not"),
    Strategy("opportunist", "powers",
             "Goes where rivals have something to lose, and bids for whatever is shopped around.",
             "lit:schweller-1994",
             "courts in proportion to what rivals hold, and bids for all that is shopped around"),
    Strategy("hedger", "republics",
             "Spreads its bets: the more it depends on a power, the less it likes that power's bid.",
             "lit:kuik-2008",
             "likes a power's bid less by hedging times that power's share"),
    Strategy("bandwagoner", "republics",
             "Sides with the strongest: prefers its bid, never shops around, never speaks against it.",
             "lit:walt-1987",
             "likes the strongest power's bid better, never shops around, never rebukes it, defers to it"),
    Strategy("balancer", "republics",
             "Leans against the strongest: shops every project around and prefers the bid of the weaker.",
             "lit:walt-1987",
             "likes a bid less by the logarithm of the power's share against the mean; always shops around"),
    Strategy("isolationist", "republics",
             "Keeps to itself: asks for nothing, and takes a bid only where it is better than an ordinary one.",
             "lit:cooley-2012",
             "asks for nothing; takes only what is better than an ordinary offer"),
    Strategy("auctioneer", "republics",
             "Sells to the highest bidder: shops every project around and looks at nothing but size.",
             "lit:cooley-2012",
             "always shops around and looks at nothing but size"),
)
# fmt: on

_HELP_OF_STANDARD = "The model's own conduct, as it is without a strategy."


def strategies_of(section: str) -> tuple[Strategy, ...]:
    """The strategies of "powers" or "republics", in table order, the standard conduct first."""
    standard = Strategy(STANDARD, section, _HELP_OF_STANDARD, "assumption")
    return (standard, *(row for row in STRATEGIES if row.section == section))


def names_of(section: str) -> tuple[str, ...]:
    """Names that ``strategy:`` may have in a section; none where actors have no strategies."""
    return tuple(row.name for row in strategies_of(section)) if section in ("powers", "republics") else ()
