"""Who is who in other publishers' files: codes, names and numbers of the actors, from ``seeds/observed/codes.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sim.scenario import Scenario
from sim.scenario.locate import shipped_dir, text_of
from sim.scenario.sources import mapping_of

FILE = "observed/codes.yaml"


@dataclass(frozen=True)
class Codes:
    """What identifies an actor, in whatever letters: ISO codes, names, Correlates of War numbers -> our code."""

    meant: Mapping[str, str]
    roles: Mapping[str, str]
    """Code -> republic, power, or member (of the European Union)."""

    def of(self, text: str) -> str | None:
        """Our code of an actor or a member of the Union; None for everybody else."""
        return self.meant.get(text.strip().casefold())

    def of_scenario(self, scenario: Scenario) -> Codes:
        """These, with the actors of a scenario in the roles that they have there."""
        actors = {code: ("republic", spec.name) for code, spec in scenario.republics.items()}
        actors |= {code: ("power", spec.name) for code, spec in scenario.powers.items()}
        more = {text.casefold(): code for code, (_, name) in actors.items() for text in (code, name)}
        return Codes({**self.meant, **more}, {**self.roles, **{code: role for code, (role, _) in actors.items()}})

    def having(self, role: str) -> tuple[str, ...]:
        """All codes of a role."""
        return tuple(code for code, said in self.roles.items() if said == role)


@cache
def codes() -> Codes:
    """The shipped table."""
    said = mapping_of(text_of(shipped_dir("seeds") / FILE), f"seeds/{FILE}")
    meant = {}
    for code, record in said.items():
        for text in (code, record.get("cow", code), *_texts(record.get("names")), *_texts(record.get("also"))):
            meant[str(text).casefold()] = code
    return Codes(meant, {code: str(record["role"]) for code, record in said.items()})


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
