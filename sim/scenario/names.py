"""Actors and sectors as users name them: an actor by code or name, a sector by name, in small or capital letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sim.scenario.errors import BadInput, Problem, nearest, printable
from sim.scenario.table import SECTORS

OVERALL = "overall"
"""In place of a sector: all of them, weighted by need."""


class Named(Protocol):
    """A power or republic of a scenario."""

    @property
    def name(self) -> str: ...


def code_of(given: Any, actors: Mapping[str, Named]) -> str | None:
    """The code of the actor meant by a code or a name; None if it is no actor's, or the name of several."""
    if not isinstance(given, str):
        return None
    plain = given.strip().casefold()
    by_code = [code for code in actors if code.casefold() == plain]
    meant = by_code or [code for code, actor in actors.items() if actor.name.casefold() == plain]
    return meant[0] if len(meant) == 1 else None


def unknown(given: Any, actors: Mapping[str, Named], path: str) -> Problem:
    """What is wrong with a name that ``code_of`` does not know, with the nearest that it does."""
    ways = [*actors, *(actor.name for actor in actors.values())]
    return Problem("", None, None, path, printable(repr(given)), f"one of {', '.join(actors)}", nearest(given, ways))


def pair_of(republic: Any, republics: Mapping[str, Named], power: Any, powers: Mapping[str, Named]) -> tuple[str, str]:
    """Codes of a republic and a power. Raises BadInput, with the nearest names, for what is none."""
    asked = (("republic", republic, republics), ("power", power, powers))
    codes = [code_of(given, actors) for _, given, actors in asked]
    if None in codes:
        raise BadInput(
            unknown(given, actors, what)
            for (what, given, actors), code in zip(asked, codes, strict=True)
            if code is None
        )
    return str(codes[0]), str(codes[1])


def sector_of(given: Any, *, path: str = "sector") -> str:
    """A sector, or "overall", in whatever letters it was given. Raises BadInput with the nearest one."""
    known = (OVERALL, *SECTORS)
    plain = given.strip().casefold() if isinstance(given, str) else None
    if plain in known:
        return str(plain)
    wanted = f"overall or one of {', '.join(SECTORS)}"
    raise BadInput.of(printable(repr(given)), wanted, path=path, nearest=nearest(given, known))


def sectors_of(given: Any) -> Sequence[str]:
    """The sectors that are asked for, "overall" among them: all for "all", else one."""
    return (OVERALL, *SECTORS) if given == "all" else (sector_of(given),)
