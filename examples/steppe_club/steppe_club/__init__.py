"""Republics that remember when their fellows refuse an offer; an example of extending sim."""

from steppe_club.actors import Member
from steppe_club.rules import discouraged

__all__ = ["Member", "discouraged"]
