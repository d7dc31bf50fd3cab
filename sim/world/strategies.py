"""Strategies: ways of conduct that a scenario may give an actor by name (``strategy: tit_for_tat``).

Each is a small class that changes one thing or two of the standard conduct, which an actor without a strategy has, and
says whose idea it is; names, lines of help and sources for users are in ``sim.scenario.strategies``. None has numbers
of its own: how strongly a strategy acts follows from the actor's parameters. A user's class is one more strategy,
passed to ``sim.run``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.world import rules
from sim.world.actors import Power, Republic
from sim.world.rules import over, total
from sim.world.state import Flags, Floats

# -- powers ------------------------------------------------------------------------------------------------------------


class Patron(Power):
    """Courts its clients: the more of a republic's engagement it has, the more it puts in.

    Source: patrons reward loyalty rather than buy strangers (lit:hirschman-1945).
    """

    def value(self) -> Floats:
        """In proportion to the share it already has."""
        value: Floats = super().value() * over(self.overall, "sector")
        return value


class Merchant(Power):
    """Goes where there is something to gain, whoever else is there, bears no grudge in business and punishes nobody.

    Source: commerce above politics (lit:armington-1969).
    """

    def value(self) -> Floats:
        """Interest and endowment alone."""
        worth: Floats = np.broadcast_to(self.worth, self.alignment.shape)
        return worth

    def odds(self) -> Floats:
        """As usual, but what would be punished is let pass."""
        concede, punish, ignore = super().odds()
        return np.stack([concede, np.zeros_like(punish), ignore + punish])


class PatientInvestor(Power):
    """Waits for large projects: opens none that is smaller than usual, and saves for the next.

    Source: patient capital (lit:kaplan-2021).
    """

    def grant(self) -> None:
        """Let smaller projects pass."""
        super().grant()
        self.arises &= self.wanted_size >= self.usual


class Coercer(Power):
    """Never concedes: whoever speaks up is punished or ignored.

    Source: trade as a means of power (lit:hirschman-1945).
    """

    def odds(self) -> Floats:
        """As usual, but instead of conceding it punishes."""
        concede, punish, ignore = super().odds()
        return np.stack([np.zeros_like(concede), punish + concede, ignore])


class Conciliator(Power):
    """Never punishes: it meets whoever speaks up half way.

    Source: graduated reciprocation in tension reduction (lit:osgood-1962).
    """

    def odds(self) -> Floats:
        """As usual, but instead of punishing it concedes."""
        concede, punish, ignore = super().odds()
        return np.stack([concede + punish, np.zeros_like(punish), ignore])


class TitForTat(Power):
    """Answers in kind: concedes to a republic that took its last project and punishes one that did not.

    Source: Axelrod's tournament (lit:axelrod-1984).
    """

    def bind(self) -> None:
        """Begin friendly."""
        super().bind()
        self.slighted: Flags = np.zeros(self.answer.shape, np.bool_)

    def sign(self) -> None:
        """Remember how the last project ended."""
        super().sign()
        answered = self.mine() & (self.answer != rules.NO_OFFER)  # with an empty fund it opens what it cannot offer
        self.slighted = np.where(answered, self.answer != rules.ACCEPTED, self.slighted)

    def odds(self) -> Floats:
        """All of one or all of the other."""
        slighted = self.slighted.astype(np.float32)
        return np.stack([1.0 - slighted, slighted, np.zeros_like(slighted)])


class Opportunist(Power):
    """Goes where rivals have something to lose, and bids for whatever is shopped around.

    Source: bandwagoning for profit (lit:schweller-1994).
    """

    def value(self) -> Floats:
        """In proportion to what rivals hold."""
        value: Floats = super().value() * (over(self.model.taken, "power") - self.alignment)
        return value

    def eager(self) -> Flags:
        """Always."""
        return np.ones(self.answer.shape, np.bool_)


# -- republics ---------------------------------------------------------------------------------------------------------


class Hedger(Republic):
    """Spreads its bets: the more it already depends on a power, the less it likes that power's bid.

    Source: hedging (lit:kuik-2008).
    """

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Less by hedging times the share."""
        return super().judge(size, sector) - over(self.hedging, "power") * self.overall


class Bandwagoner(Republic):
    """Sides with the strongest: takes its bid rather than others', never shops around, and never speaks against it.

    Source: bandwagoning (lit:walt-1987).
    """

    def strongest(self) -> Flags:
        """Which power has the largest share, (r, p, w)."""
        first: Flags = over(rules.foremost(self.overall), "power") == self.model.power_axis
        return first

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """The strongest power's bid gains what an ordinary offer is worth."""
        return super().judge(size, sector) + self.model.rule["offer_appeal"] * self.strongest()

    def shops(self) -> Flags:
        """Never."""
        return np.zeros(self.opened.shape, np.bool_)

    def speak(self) -> None:
        """Silent, and deferential at a summit, towards the strongest."""
        before, strongest = self.grievance.copy(), self.strongest()
        super().speak()
        np.copyto(self.grievance, before, where=over(self.rebuke & strongest, "cause"))  # unsaid, it vents nothing
        self.rebuke &= ~strongest
        self.stance[strongest & (self.stance >= 0)] = rules.DEFERENTIAL


class Balancer(Republic):
    """Leans against the strongest: shops every project around and takes the bid of the weaker.

    Source: balancing (lit:walt-1987).
    """

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Less by the logarithm of the share against the mean of all powers, as if the bid were so much smaller."""
        share = np.maximum(self.overall, self.model.rule["share_floor"])
        mean = total(share, "power") / share.shape[1]
        strength: Floats = np.log(share / over(mean, "power"))
        return super().judge(size, sector) - self.model.rule["size_appeal"] * strength

    def shops(self) -> Flags:
        """Always."""
        return np.ones(self.opened.shape, np.bool_)


class Isolationist(Republic):
    """Keeps to itself: asks for nothing, and takes a bid only where it is better than an ordinary one.

    Source: positive neutrality (lit:cooley-2012).
    """

    def ask(self) -> None:
        """Nobody."""
        super().ask()
        self.request_power[:] = -1

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Without what an ordinary offer is worth."""
        return super().judge(size, sector) - self.model.rule["offer_appeal"]


class Auctioneer(Republic):
    """Sells to the highest bidder: shops every project around and looks at nothing but size.

    Source: local rules of the great game (lit:cooley-2012).
    """

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:  # noqa: ARG002 - sectors are alike to it
        """What an ordinary offer is worth, for the largest bid; as much less for any other."""
        largest = size == size.max(axis=1, keepdims=True)
        result: Floats = self.model.rule["offer_appeal"] * np.where(largest, np.float32(1.0), np.float32(-1.0))
        return result

    def shops(self) -> Flags:
        """Always."""
        return np.ones(self.opened.shape, np.bool_)


POWERS: dict[str, type[Power]] = {
    "patron": Patron,
    "merchant": Merchant,
    "patient_investor": PatientInvestor,
    "coercer": Coercer,
    "conciliator": Conciliator,
    "tit_for_tat": TitForTat,
    "opportunist": Opportunist,
}
REPUBLICS: dict[str, type[Republic]] = {
    "hedger": Hedger,
    "bandwagoner": Bandwagoner,
    "balancer": Balancer,
    "isolationist": Isolationist,
    "auctioneer": Auctioneer,
}
"""Strategies by the name that a scenario gives them."""
