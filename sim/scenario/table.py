"""The parameter table: every number the model has, said once.

Name, owner, axes, unit, bounds, default, role, help and source of each parameter live here and nowhere else.
The table feeds YAML validation, the JSON Schema, the arrays the model computes with, the bounds of a sweep, the
sliders of the dashboard and the table in the ODD document.

Owner and axes give the path in a scenario file:

=========  =================================================  ==========================================
owner      path                                               shape in the model (worlds axis last)
=========  =================================================  ==========================================
power      ``powers.RUS.strain``                              (power, world)
power      ``powers.RUS.interest.trade``                      (power, sector, world)
republic   ``republics.KAZ.autonomy``                         (republic, world)
republic   ``republics.KAZ.need.trade``                       (republic, sector, world)
dyad       ``republics.KAZ.leverage.RUS``                     (republic, power, world)
dyad       ``republics.KAZ.alignment.trade.RUS``              (republic, power, sector, world)
pair       ``republics.KAZ.solidarity.UZB``                   (republic, republic, world)
rule       ``rules.inertia.trade``                            (sector, world)
event      ``events.dushanbe-summit.tone``                    one value per event, (world,)
=========  =================================================  ==========================================

Roles: a ``state`` value is part of the picture on day one; ``conduct`` is how an actor behaves from day one on (the
values under which day one had settled are kept in the scenario's ``rest``, see ``sim.scenario.scenario``); a ``rule``
is a law of the model, the same before and after day one; an ``event`` value belongs to one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SECTORS: tuple[str, ...] = ("security", "trade", "energy", "infrastructure", "minerals")
"""What the article says is traded; the order of the sector axis everywhere."""

CAUSES: tuple[str, ...] = ("neglect", "disrespect", "broken_promise", "overdependence", "coercion")
"""The five causes of grievance; the order of the cause axis everywhere."""

STANCES: tuple[str, ...] = ("deferential", "transactional", "assertive")
"""What a guest may do at a summit, from meekest to boldest."""

EVENT_KINDS: tuple[str, ...] = (
    "war",
    "peace",
    "sanctions",
    "crisis",
    "pledge",
    "aid",
    "insult",
    "tribute",
    "border_closure",
    "pressure",
    "accession",
    "agreement",
    "leadership_change",
    "summit",
    "other",
)
"""What an event may call itself. The kind is a label for the ledger; the effects say what the event does.
``summit`` alone is more than a label: its guests take stances and speak out more readily."""

Owner = Literal["power", "republic", "dyad", "pair", "rule", "event"]
Role = Literal["state", "conduct", "rule", "event"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table.

    ``inner`` names the axis inside the owner ("sector", "cause" or None). ``default`` None means the scenario must
    say it. ``total`` is "one" where the inner axis must sum to 1, "at_most_one" where it must not exceed 1 over the
    powers. ``group`` sorts the dashboard's sliders: "first" are shown at once, the rest behind "all parameters".
    What is ``sure`` is a switch or a matter of arithmetic, and never in doubt.
    """

    name: str
    owner: Owner
    unit: str
    low: float
    high: float
    default: float | None
    help: str
    source: str
    inner: str | None = None
    role: Role = "conduct"
    total: Literal["one", "at_most_one"] | None = None
    group: str = "more"
    sure: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, which may be said in per cent."""
        return self.unit.startswith(("share", "probability", "weight, sums to 1"))

    def said(self, value: float, digits: int = 6) -> str:
        """A value for people, to so many significant digits: ``40 %`` where it is a share, else ``0.4``."""
        return f"{100 * value:.{digits}g} %" if self.is_share else f"{value:.{digits}g}"


def _rule(
    name: str,
    unit: str,
    low: float,
    high: float,
    default: float,
    source: str,
    help: str,
    inner: str | None = None,
    *,
    sure: bool = False,
) -> Parameter:
    return Parameter(name, "rule", unit, low, high, default, help, source, inner=inner, role="rule", sure=sure)


def _event(
    name: str,
    unit: str,
    low: float,
    high: float,
    default: float,
    help: str,
    inner: str | None = None,
    *,
    sure: bool = False,
) -> Parameter:
    return Parameter(name, "event", unit, low, high, default, help, "assumption", inner=inner, role="event", sure=sure)


# A table stays a table.
# fmt: off
TABLE: tuple[Parameter, ...] = (
    # -- powers ---------------------------------------------------------------------------------------------------
    Parameter("budget", "power", "engagement points a month", 0.0, 20.0, 0.4,
              "What the power can spend on the region each month before strain eats into it; one point is about "
              "a year's engagement of a large embassy and one mid-sized project.", "assumption", group="first"),
    Parameter("budget_growth", "power", "share a year", -0.5, 0.5, 0.0,
              "Yearly growth of the budget.", "assumption"),
    Parameter("projects", "power", "projects a year", 0.0, 60.0, 3.0,
              "How many projects the power would start in the region in a year, if it had the money.", "assumption",
              group="first"),
    Parameter("project_share", "power", "share of the budget", 0.0, 1.0, 0.6,
              "Part of the budget that is saved up for projects; the rest is steady engagement.", "assumption"),
    Parameter("project_spread", "power", "log points", 0.0, 3.0, 1.0,
              "Standard deviation of the logarithm of a project's size.", "assumption"),
    Parameter("fund_years", "power", "years", 0.1, 20.0, 3.0,
              "Years of saving for projects at which a power's fund is full.", "assumption"),
    Parameter("learning", "power", "share, 0 to 1", 0.0, 1.0, 0.0,
              "How far the power courts where alignment has lately risen rather than where its interests lie.",
              "lit:roth-erev-1995"),
    Parameter("strain", "power", "share, 0 to 1", 0.0, 1.0, 0.0,
              "How much of the power's means and attention war or crisis eats.", "assumption", group="first"),
    Parameter("respect", "power", "share, 0 to 1", 0.0, 1.0, 0.6,
              "The tone the power takes: 0 is contempt, 1 is full courtesy between equals.", "assumption",
              group="first"),
    Parameter("strings", "power", "share, 0 to 1", 0.0, 1.0, 0.3,
              "Conditions attached to what the power offers.", "assumption", group="first"),
    Parameter("interest", "power", "weight, sums to 1", 0.0, 1.0, None,
              "How much the power wants each sector in the region.", "assumption", inner="sector", total="one"),
    Parameter("capability_growth", "power", "log points a year, against others", -0.3, 0.3, 0.0,
              "Growth of what the power can do in a sector, relative to the rest of the world.", "assumption",
              inner="sector"),
    Parameter("legacy_erosion", "power", "log points a year", 0.0, 0.2, 0.0,
              "How fast inherited ties (language, elites, pipelines, rail) wear off.", "assumption"),
    Parameter("reliability", "power", "share, 0 to 1", 0.0, 1.0, 0.8,
              "Part of what falls due that an unstrained power delivers.", "assumption"),
    Parameter("delivery_months", "power", "months", 1.0, 240.0, 24.0,
              "Mean time from a pledge to its delivery, for a project of the usual size.", "assumption"),
    Parameter("rivalry", "power", "weight", 0.0, 3.0, 0.4,
              "How much a rival's share makes a republic worth courting, outbidding others for and conceding to.",
              "assumption"),
    Parameter("coerciveness", "power", "share, 0 to 1", 0.0, 1.0, 0.2,
              "Readiness to punish a republic that speaks up, where the power has leverage, rather than to concede.",
              "assumption"),
    Parameter("responsiveness", "power", "probability, 0 to 1", 0.0, 1.0, 0.6,
              "Chance that an unstrained power without a grudge grants a request.", "assumption"),
    Parameter("grievance_mix", "power", "weight, sums to 1", 0.0, 1.0, 0.2,
              "What the grievances against this power on day one are about.", "assumption", inner="cause",
              role="state", total="one"),
    # -- republics ------------------------------------------------------------------------------------------------
    Parameter("need", "republic", "weight, sums to 1", 0.0, 1.0, None,
              "How much each sector matters to the republic; the weights of its overall alignment.", "assumption",
              inner="sector", role="state", total="one"),
    Parameter("endowment", "republic", "share, 0 to 1", 0.0, 1.0, None,
              "What the republic has to offer a power in each sector.", "assumption", inner="sector", role="state"),
    Parameter("autonomy", "republic", "share, 0 to 1", 0.0, 1.0, 0.5,
              "How much the republic minds strings, and how often it shops a project around.", "assumption",
              group="first"),
    Parameter("hedging", "republic", "log points per unit of share", 0.0, 5.0, 1.0,
              "How strongly growing dependence on one power pushes the republic away from it.",
              "lit:kuik-2008", group="first"),
    Parameter("voice_threshold", "republic", "grievance points", 0.0, 5.0, 0.8,
              "Grievance at which the republic is likely to speak out if it had nothing to lose.",
              "lit:hirschman-1970"),
    Parameter("alignment", "dyad", "share of the republic's engagement, 0 to 1", 0.0, 1.0, None,
              "Share of the republic's engagement in a sector that lies with the power on day one; what is left to 1 "
              "is 'others'.", "assumption", inner="sector", role="state", total="at_most_one"),
    Parameter("grievance", "dyad", "grievance points", 0.0, 5.0, 0.0,
              "Grievance of the republic against the power on day one.", "assumption", role="state"),
    Parameter("leverage", "dyad", "share, 0 to 1", 0.0, 1.0, 0.0,
              "Hold of the power over the republic (remittances, transit, debt, bases): raises the cost of speaking "
              "out.", "lit:keohane-nye-1977"),
    Parameter("solidarity", "pair", "share, 0 to 1", 0.0, 1.0, 0.0,
              "How much this republic is stirred when the other one speaks out.", "assumption", group="first"),
    # -- rules: money and offers ----------------------------------------------------------------------------------
    _rule("strain_on_means", "exponent", 0.0, 3.0, 0.5, "assumption",
          "Means shrink by exp(-this x strain)."),
    _rule("strain_on_capability", "log points per unit of strain", 0.0, 3.0, 0.6, "assumption",
          "Pull lost for each unit of strain above the level of day one."),
    _rule("strain_on_delivery", "share, 0 to 1", 0.0, 1.0, 0.5, "assumption",
          "Part of its reliability that a fully strained power loses."),
    _rule("requests", "requests a year", 0.0, 12.0, 1.0, "assumption",
          "How often a republic asks a power for a project."),
    _rule("project_delay", "exponent", 0.0, 1.0, 0.25, "assumption",
          "Delivery takes (size / usual size) to this power times as long."),
    _rule("bid_raise", "log points", 0.0, 3.0, 0.5, "lit:cooley-2012",
          "How much a full rival betters the size of a project that is shopped around."),
    _rule("cancel_rate", "probability a year", 0.0, 1.0, 0.06, "assumption",
          "Yearly chance that what is pending between two actors in one sector is called off."),
    _rule("cancel_strain", "log points per unit of strain", 0.0, 5.0, 1.5, "assumption",
          "How much more often a strained power calls off."),
    _rule("cancel_grudge", "log points per grudge point", 0.0, 5.0, 1.0, "assumption",
          "How much more often a power calls off where it bears a grudge."),
    _rule("agenda_pull", "weight", 0.0, 20.0, 2.0, "assumption",
          "How much a summit raises, in its month, the chance of a project in the sectors of its agenda."),
    _rule("attention_half_life", "months", 1.0, 120.0, 12.0, "assumption",
          "Half-life of the extra attention a conciliatory power pays."),
    # -- rules: answers -------------------------------------------------------------------------------------------
    _rule("choice_noise", "utility points", 0.01, 5.0, 0.5, "lit:mcfadden-1974",
          "Scale of the logistic noise in every choice."),
    _rule("offer_appeal", "utility points", -5.0, 5.0, 0.9, "assumption",
          "Utility of an ordinary offer with no strings from a power without a record."),
    _rule("need_appeal", "utility points per unit of need", 0.0, 10.0, 1.0, "assumption",
          "Added utility of an offer in a needed sector."),
    _rule("size_appeal", "utility points per log point", 0.0, 5.0, 1.0, "assumption",
          "Added utility of an offer larger than the republic has come to expect."),
    _rule("strings_cost", "utility points", 0.0, 5.0, 1.5, "assumption",
          "Utility lost to full strings by a fully autonomous republic."),
    _rule("grievance_cost", "utility points per grievance point", 0.0, 5.0, 0.6, "lit:hirschman-1970",
          "Utility lost to grievance in answering an offer or choosing whom to ask."),
    _rule("dependence_cost", "utility points per unit of share", 0.0, 10.0, 2.0, "lit:kuik-2008",
          "Utility lost to dependence above the tolerated share."),
    _rule("dependence_tolerance", "share, 0 to 1", 0.0, 1.0, 0.4, "assumption",
          "Overall share of one power above which dependence is felt."),
    _rule("expectation_half_life", "months", 1.0, 240.0, 24.0, "assumption",
          "How fast a republic gets used to a new size of offers."),
    # -- rules: grudges -------------------------------------------------------------------------------------------
    _rule("grudge_half_life", "months", 1.0, 240.0, 12.0, "assumption", "Half-life of a power's grudge."),
    _rule("grudge_per_refusal", "grudge points", 0.0, 1.0, 0.1, "assumption",
          "Grudge left when a republic takes nothing, or another's bid, for a project that the power opened."),
    _rule("grudge_per_rebuke", "grudge points", 0.0, 2.0, 0.3, "assumption", "Grudge a public rebuke leaves."),
    # -- rules: grievances ----------------------------------------------------------------------------------------
    _rule("grievance_half_life", "months", 1.0, 240.0, 18.0, "assumption",
          "Half-life of what treatment worse (or better) than usual adds to a grievance.", inner="cause"),
    _rule("grievance_gain", "grievance points a month", 0.0, 2.0, 0.06, "assumption",
          "Grievance added a month by one unit of treatment worse than usual.", inner="cause"),
    # -- rules: voice ---------------------------------------------------------------------------------------------
    _rule("voice_rate", "probability a month", 0.0, 1.0, 0.25, "assumption",
          "Highest monthly chance of a public rebuke."),
    _rule("voice_slope", "grievance points", 0.01, 2.0, 0.08, "assumption",
          "Softness of the threshold: how far grievance must pass it to go from seldom to likely."),
    _rule("leverage_cost", "grievance points per unit of leverage", 0.0, 3.0, 0.25, "lit:hirschman-1970",
          "How much full leverage raises the threshold of speaking out."),
    _rule("stage", "grievance points", 0.0, 3.0, 0.15, "assumption",
          "How much a summit's stage lowers the threshold of speaking out."),
    _rule("contagion", "grievance points", 0.0, 2.0, 0.4, "lit:granovetter-1978",
          "How much another's rebuke lowers the threshold, times solidarity."),
    _rule("cascade_courtship", "per grievance point", 0.0, 10.0, 1.0, "assumption",
          "How much more a power courts all, and with how much fewer strings, as rebukes of it spread."),
    _rule("contagion_half_life", "months", 0.5, 60.0, 3.0, "assumption", "Half-life of that stir."),
    _rule("catharsis", "share, 0 to 1", 0.0, 1.0, 0.4, "lit:hirschman-1970",
          "Part of the grievance a rebuke vents."),
    _rule("conciliation_relief", "share, 0 to 1", 0.0, 1.0, 0.2, "assumption",
          "Part of the grievance a conciliatory answer removes."),
    _rule("conciliation_attention", "share", 0.0, 5.0, 0.5, "assumption",
          "Extra attention that a conceding power pays the republic that spoke up."),
    _rule("concession_terms", "share, 0 to 1", 0.0, 1.0, 0.3, "assumption",
          "Part of its strings that a conceding power drops for the republic that spoke up."),
    _rule("terms_half_life", "months", 1.0, 240.0, 24.0, "assumption",
          "Half-life of what concessions and deference change in the strings."),
    _rule("coercion_sting", "grievance points", 0.0, 2.0, 0.2, "assumption",
          "Grievance that a punishment leaves."),
    _rule("coercion_cut", "share, 0 to 1", 0.0, 1.0, 0.1, "assumption",
          "Part of its living deals with the republic that a punishing power cuts."),
    _rule("deterrence", "grievance points", 0.0, 3.0, 0.3, "lit:kuran-1991",
          "How much a punishment raises the threshold of speaking out, until it is forgotten."),
    _rule("coercion_freeze", "share, 0 to 1", 0.0, 1.0, 0.4, "assumption",
          "Part of its courting, and of what is pending, that a punishing power withdraws from the republic."),
    _rule("coercion_appeal", "weight", 0.0, 10.0, 2.0, "lit:hirschman-1945",
          "How much leverage and coerciveness together count for punishing."),
    _rule("ignoring_appeal", "weight", -5.0, 5.0, 0.3, "assumption",
          "How much counts for letting a rebuke or an assertive stance pass."),
    _rule("response_slope", "weight", 0.01, 2.0, 0.25, "assumption",
          "Softness of the choice between conceding, punishing and letting pass."),
    _rule("stance_ease", "grievance points", 0.0, 3.0, 0.2, "assumption",
          "How much less it takes to be assertive at a summit than to rebuke in public."),
    _rule("stance_band", "grievance points", 0.0, 3.0, 0.35, "assumption",
          "A guest further than this below the point of assertiveness is deferential; in between it is transactional."),
    _rule("stance_noise", "grievance points", 0.01, 3.0, 0.15, "assumption",
          "Scale of the logistic noise in a guest's stance."),
    _rule("stance_gain", "grievance points", 0.0, 3.0, 0.1, "assumption",
          "How much a guest's stance follows from how the host is likely to answer: concessions less punishment."),
    _rule("stance_tone", "grievance points per unit of tone", 0.0, 3.0, 0.3, "assumption",
          "How much a tone warmer than usual calms a guest."),
    _rule("deference_reward", "engagement points", 0.0, 5.0, 0.05, "assumption",
          "Delivered at once, in security, to a guest that defers."),
    _rule("deference_terms", "share", 0.0, 2.0, 0.15, "assumption",
          "How much deference tightens the strings."),
    # -- rules: realignment ---------------------------------------------------------------------------------------
    _rule("inertia", "share a month", 0.001, 1.0, 0.04, "assumption",
          "Part of the distance to its target that alignment covers in a month.", inner="sector"),
    _rule("deal_effect", "log points per log point", 0.0, 3.0, 0.35, "lit:pollins-1989",
          "Pull gained for each log point of living deals."),
    _rule("deal_floor", "engagement points", 0.001, 10.0, 0.2, "assumption",
          "Engagement that counts as given even without deals; keeps the logarithm finite."),
    _rule("deal_half_life", "months", 1.0, 600.0, 36.0, "assumption", "Half-life of a delivered deal."),
    _rule("grievance_effect", "log points per grievance point", 0.0, 3.0, 0.5, "lit:hirschman-1970",
          "Pull lost for each point of grievance above that of day one."),
    _rule("share_floor", "share, 0 to 1", 1e-6, 0.01, 0.0005, "assumption",
          "Smallest share that counts, of a power or of others; keeps log-ratios finite.", sure=True),
    _rule("volatility", "log points per square root of a year", 0.0, 1.0, 0.1, "assumption",
          "Size of the random walk in each alignment.", inner="sector"),
    # -- events ---------------------------------------------------------------------------------------------------
    _event("on", "0 or 1", 0.0, 1.0, 1.0, "Whether the event is in the scenario at all (a switch for sweeps).",
           sure=True),
    _event("chance", "probability a month", 0.0, 1.0, 0.0,
           "Monthly chance of a random event between 'after' and 'before'; it happens once at most, if 'repeats' does "
           "not say otherwise."),
    _event("probability", "probability", 0.0, 1.0, 0.0,
           "Chance that the event happens at all: a dated one in its month, any other at some time from 'after' on and "
           "before 'before'."),
    _event("repeats", "times", 1.0, 1200.0, 1.0,
           "How often it happens at most; its lasting changes begin anew each time."),
    _event("every", "months", 0.0, 1200.0, 0.0,
           "Months after which a dated event comes again, as often as 'repeats' says or else to the end; 0: never."),
    _event("lasts", "months", 1.0, 1200.0, 1200.0, "How long its changes of strain, respect, budget, pull, "
           "resolve and conduct hold."),
    _event("over", "months", 1.0, 240.0, 1.0, "Months over which those changes build up."),
    _event("strain", "share", -1.0, 1.0, 0.0, "Change of the powers' strain."),
    _event("respect", "share", -1.0, 1.0, 0.0, "Change of the powers' tone."),
    _event("budget", "share of the budget", -1.0, 5.0, 0.0, "Change of the powers' means."),
    _event("pull", "log points", -2.0, 2.0, 0.0, "Change of the powers' pull on the republics in the sectors named."),
    _event("resolve", "grievance points", -2.0, 2.0, 0.0, "How much it lowers the republics' voice threshold."),
    _event("pledge", "engagement points", 0.0, 50.0, 0.0, "Pledged by each power to each republic in each sector "
           "named."),
    _event("aid", "engagement points", 0.0, 50.0, 0.0, "Delivered at once, likewise."),
    _event("loss", "share, 0 to 1", 0.0, 1.0, 0.0, "Part of the living deals in the sectors named that is lost."),
    _event("grievance", "grievance points", 0.0, 3.0, 0.0, "Added to the republics' grievance against the powers.",
           inner="cause"),
    _event("relief", "share, 0 to 1", 0.0, 1.0, 0.0, "Part of the republics' grievance against the powers that is "
           "put aside."),
    _event("tone", "share, 0 to 1", 0.0, 1.0, 0.5, "Tone of the powers at a summit, in place of their everyday "
           "respect."),
)
# fmt: on

BY_NAME: dict[tuple[str, str], Parameter] = {(p.owner, p.name): p for p in TABLE}


SHARE_DOUBT = 0.25
"""Part of a share, or of what is left of 1 where that is less, by which it may be out where nothing else is said."""
SIZE_DOUBT = 1.5
"""Factor by which a size may be out where nothing else is said."""


def default_range(row: Parameter, value: float) -> tuple[float, float, str] | None:
    """How low and how high a number may be that states no range, and by which rule; None: it is not in doubt.

    Shares, chances and weights (bounds within 0 and 1) by a quarter of what they are or of what they lack to 1,
    whichever is less; all other numbers by a factor of one and a half. Not in doubt is nothing (0: no such effect),
    forever (the upper bound of months), and what is ``sure``. The bounds of the table hold.
    """
    if row.sure or value == 0.0 or (row.unit == "months" and value == row.high):
        return None
    if row.low >= 0.0 and row.high <= 1.0:
        reach = SHARE_DOUBT * min(value, 1.0 - value)
        return (value - reach, value + reach, "share") if reach > 0.0 else None
    low, high = sorted((value / SIZE_DOUBT, value * SIZE_DOUBT))
    return max(low, row.low), min(high, row.high), "size"


def parameters(*owners: Owner) -> tuple[Parameter, ...]:
    """Rows of the given owners, in table order."""
    return tuple(p for p in TABLE if p.owner in owners)
