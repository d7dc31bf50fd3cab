"""The pydantic models of a scenario, made from the parameter table.

Each number of the table becomes a field with its bounds, unit, default, role, source and help. The models only check
what one value alone can tell (type, bounds, known keys); what takes several values is in ``sim.scenario.checks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    create_model,
    model_validator,
)

from sim.scenario.dates import parse_month
from sim.scenario.paths import (
    COLOR,
    INNER,
    LUCK,
    MAX_ABOUT,
    MAX_MONTHS,
    MAX_POWERS,
    MAX_REPUBLICS,
    MAX_TITLE,
    MEMBER,
    MEMBERS,
    REGION,
)
from sim.scenario.strategies import STANDARD, names_of
from sim.scenario.table import EVENT_KINDS, SECTORS, Owner, Parameter, parameters

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A dictionary that cannot be changed: scenarios are frozen once loaded."""

    def _frozen(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario is frozen; use Scenario.with_values to get a changed one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _frozen

    def __reduce__(self) -> tuple[type[FrozenDict[K, V]], tuple[dict[K, V]]]:
        return FrozenDict, (dict(self),)


class Spec(BaseModel):
    """Base of all models here: unknown keys are refused, numbers must be numbers, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    if TYPE_CHECKING:  # the fields made from the table are not known to the type checker

        def __getattr__(self, name: str) -> Any: ...


def field_info(row: Parameter) -> dict[str, Any]:
    """What pydantic and JSON Schema are told about a number of the table."""
    extra = {"unit": row.unit, "role": row.role, "source": row.source}
    return {"ge": row.low, "le": row.high, "description": row.help, "json_schema_extra": extra}


def number(row: Parameter) -> Any:
    """Type of one number of the table."""
    return Annotated[float, Field(**field_info(row))]


def _to_dict(model: BaseModel) -> FrozenDict[str, Any]:
    return FrozenDict(model.__dict__)


def _field(row: Parameter) -> tuple[Any, Any]:
    """Type and default of a parameter: a number, numbers by sector or cause, numbers by actor, or by sector and actor.

    Members of a vector that must sum to 1 have no default: all or none are given.
    """
    one: Any = number(row)
    if row.owner in ("dyad", "pair"):
        by_actor: Any = dict[str, one]
        one = Annotated[by_actor, AfterValidator(FrozenDict)]
    if row.inner is None:
        if row.owner in ("dyad", "pair"):
            return one, Field(default_factory=FrozenDict)
        return one, ... if row.default is None else row.default
    names = INNER[row.inner]
    required = row.default is None or row.total is not None
    members: dict[str, Any] = dict.fromkeys(names, (one, ... if required else row.default))
    vector = create_model(f"{row.owner}_{row.name}", __base__=Spec, **members)
    kind = Annotated[vector, AfterValidator(_to_dict)]
    if row.default is None:
        return kind, ...
    return kind, Field(default_factory=_constant(names, row.default))


def _constant(names: tuple[str, ...], value: float) -> Callable[[], FrozenDict[str, float]]:
    return lambda: FrozenDict(dict.fromkeys(names, value))


def _unique(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) != len(value):
        raise ValueError("the same name twice")
    return value


def _texts(value: object) -> object:
    """One text as a list of one."""
    return (value,) if isinstance(value, str) else value


Month = Annotated[int, BeforeValidator(lambda value: parse_month(value, day_allowed=False))]
Day = Annotated[int, BeforeValidator(lambda value: parse_month(value, day_allowed=True))]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Luck = Annotated[str, Field(pattern=f"^{LUCK}$")]
Color = Annotated[str, Field(pattern=f"^{COLOR}$")]
Names = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_unique)]
Texts = Annotated[tuple[str, ...], Field(strict=False), BeforeValidator(_texts), AfterValidator(_unique)]


Correlation = Annotated[float, Field(ge=0.0, le=1.0)]


class PowerBase(Spec):
    """A power as the scenario describes it; its numbers are the table's rows of owner "power"."""

    name: Name
    color: Color | None = None
    luck: Luck = ""
    strategy: Literal[names_of("powers")] = STANDARD  # type: ignore[valid-type]


class RepublicBase(Spec):
    """A republic as the scenario describes it; its numbers are the rows of owner "republic", "dyad" and "pair".

    Numbers by sector are ``need["trade"]``, by power ``leverage["RUS"]``, by both ``alignment["trade"]["RUS"]``.
    """

    name: Name
    capital: Name | None = None
    color: Color | None = None
    luck: Luck = ""
    strategy: Literal[names_of("republics")] = STANDARD  # type: ignore[valid-type]


class RulesBase(Spec):
    """The laws of the model; its numbers are the rows of owner "rule"."""


class EventBase(Spec):
    """An event as the scenario describes it; its numbers are the rows of owner "event".

    ``needs`` (in a file: ``if``) and ``unless`` are conditions, see ``sim.scenario.conditions``; ``changes`` maps paths
    of conduct to the number added to it, or to {"times": factor}.

    ``date``, ``after`` and ``before`` are month numbers. In a loaded scenario ``powers``, ``republics`` and ``sectors``
    are written out (for omitted ones: no power, all republics, all sectors), and ``date_label`` keeps the day.
    """

    kind: Literal[EVENT_KINDS]  # type: ignore[valid-type]
    date: Day | None = None
    after: Month | None = None
    before: Month | None = None
    about: Annotated[str, Field(max_length=MAX_ABOUT)] = ""
    powers: Names = ()
    republics: Names | None = None
    sectors: Names | None = None
    host: str | None = None
    needs: Texts = Field(default=(), alias="if")
    unless: Texts = ()
    excludes: Texts = ()
    changes: Annotated[dict[str, Any], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)
    _date_label: str = ""

    @model_validator(mode="wrap")
    @classmethod
    def _keep_the_day(cls, said: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        event = validated(said)
        event._date_label = said.get("date") or ""  # noqa: SLF001 - its own
        return event

    @property
    def date_label(self) -> str:
        """The date as written, YYYY-MM or YYYY-MM-DD; "" for a random event."""
        return self._date_label

    @property
    def random(self) -> bool:
        """Whether chance decides if and when it happens."""
        return self.date is None or self.says("probability")

    @property
    def certain(self) -> bool:
        """Whether it happens in every world."""
        return not (self.random or self.needs or self.unless or self.excludes)

    def says(self, number: str) -> bool:
        """Whether a number is given, be it the table's default."""
        return number in self.model_fields_set


_SectorWords = create_model("SectorWords", __base__=Spec, **{name: (Name, name) for name in SECTORS})  # type: ignore[call-overload]


_MEMBER = re.compile(r"(?<![-.\w])(?:([Aa]) )?([Rr])epublic(s?)(?!\w|\.[\w*])")

if TYPE_CHECKING:
    Labels = dict[str, str]
else:
    Labels = Annotated[_SectorWords, AfterValidator(_to_dict)]


class Words(Spec):
    """What a scenario calls its region, the actors between the powers, and the sectors; codes and keys stay.

    All text made for people asks here, so that a scenario of another region needs no code.
    """

    region: Name = REGION
    member: Name = MEMBER
    members: Name = MEMBERS
    sectors: Labels = Field(default_factory=lambda: FrozenDict(zip(SECTORS, SECTORS, strict=True)))

    @property
    def a_member(self) -> str:
        """``a republic``, ``an emirate``."""
        return f"{'an' if self.member[0].lower() in 'aeiou' else 'a'} {self.member}"

    @property
    def heading(self) -> str:
        """Of a column: ``Republic``."""
        return self.member[:1].upper() + self.member[1:]

    def spell(self, text: str) -> str:
        """A fixed text about republics, as this scenario calls them: ``each republic`` as ``each country``.

        Paths (``republics.KAZ``) and options (``--republic``) stay. Not for text with names of a scenario in it.
        """
        return _MEMBER.sub(self._spelled, text) if (self.member, self.members) != (MEMBER, MEMBERS) else text

    def _spelled(self, found: re.Match[str]) -> str:
        article, first, several = found.groups()
        word = self.members if several else self.a_member if article else self.member
        large = (article or first).isupper()
        return word[:1].upper() + word[1:] if large else word

    def sector(self, name: str) -> str:
        """The label of a sector; ``overall`` is none and stays."""
        return str(self.sectors.get(name, name))

    def within(self, sector: str) -> str:
        """``" in trade"``, or nothing for ``overall``."""
        return "" if sector == "overall" else f" in {self.sector(sector)}"

    def alignment(self, sector: str) -> str:
        """``overall alignment``, ``alignment in trade``."""
        return "overall alignment" if sector == "overall" else f"alignment{self.within(sector)}"


def _fields(*owners: Owner) -> dict[str, Any]:
    return {row.name: _field(row) for row in parameters(*owners)}


if TYPE_CHECKING:
    PowerSpec = PowerBase
    RepublicSpec = RepublicBase
    RuleSpec = RulesBase
    EventSpec = EventBase
else:
    PowerSpec = create_model("PowerSpec", __base__=PowerBase, __module__=__name__, **_fields("power"))
    RepublicSpec = create_model(
        "RepublicSpec", __base__=RepublicBase, __module__=__name__, **_fields("republic", "dyad", "pair")
    )
    RuleSpec = create_model("RuleSpec", __base__=RulesBase, __module__=__name__, **_fields("rule"))
    EventSpec = create_model("EventSpec", __base__=EventBase, __module__=__name__, **_fields("event"))


class Contents(Spec):
    """What the files of a scenario say, taken together."""

    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
    about: Annotated[str, Field(max_length=MAX_ABOUT)] = ""
    start: Month
    months: Annotated[int, Field(ge=1, le=MAX_MONTHS)]
    words: Words = Field(default_factory=Words)
    powers: Annotated[dict[str, PowerSpec], Field(min_length=1, max_length=MAX_POWERS), AfterValidator(FrozenDict)]
    republics: Annotated[
        dict[str, RepublicSpec], Field(min_length=1, max_length=MAX_REPUBLICS), AfterValidator(FrozenDict)
    ]
    rules: RuleSpec = Field(default_factory=RuleSpec)
    events: Annotated[dict[str, EventSpec], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)
    rest: Annotated[dict[str, float], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)
    together: Annotated[dict[str, Correlation], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)

    @model_validator(mode="after")
    def _written_out(self) -> Self:
        """Write out what files may leave out: keys of luck, numbers between actors, whom and what an event is about."""
        powers, republics = tuple(self.powers), tuple(self.republics)
        actors = {
            section: {code: spec.model_copy(update={"luck": spec.luck or code}) for code, spec in specs.items()}
            for section, specs in (("powers", self.powers), ("republics", self.republics))
        }
        for code, spec in actors["republics"].items():
            others = [other for other in republics if other != code]
            actors["republics"][code] = spec.model_copy(update=_between(spec, powers, others))
        events = {
            name: spec.model_copy(
                update={
                    "republics": republics if spec.republics is None else spec.republics,
                    "sectors": SECTORS if spec.sectors is None else spec.sectors,
                }
            )
            for name, spec in self.events.items()
        }
        return self.model_copy(update={key: freeze(specs) for key, specs in (actors | {"events": events}).items()})


def _between(spec: Any, powers: Sequence[str], republics: Sequence[str]) -> dict[str, FrozenDict[str, float]]:
    """Numbers between a republic and each power or other republic; the table's default where the file says none."""
    rows = [row for row in parameters("dyad", "pair") if row.inner is None]
    return {
        row.name: freeze(
            {
                other: getattr(spec, row.name).get(other, row.default)
                for other in (powers if row.owner == "dyad" else republics)
            }
        )
        for row in rows
    }


def freeze(mapping: Mapping[str, V]) -> FrozenDict[str, V]:
    """A copy that cannot be changed."""
    return FrozenDict(mapping)


__all__ = [
    "SECTORS",
    "Contents",
    "EventSpec",
    "FrozenDict",
    "PowerSpec",
    "RepublicSpec",
    "RuleSpec",
    "Words",
    "field_info",
    "freeze",
]
