"""A made-up result for testing the figures alone: the arrays a real one has, filled with plausible chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.scenario.models import Words
from sim.scenario.table import CAUSES, SECTORS, STANCES

NAMES = {
    "KAZ": "Kazakhstan",
    "KGZ": "Kyrgyzstan",
    "TJK": "Tajikistan",
    "TKM": "Turkmenistan",
    "UZB": "Uzbekistan",
    "ARM": "Armenia",
    "AZE": "Azerbaijan",
    "MNG": "Mongolia",
}
POWERS = {
    "RUS": ("Russia", "#bf4a32"),
    "CHN": ("China", "#d99a1c"),
    "EUU": ("European Union", "#2f6db3"),
    "TUR": ("Türkiye", None),
    "USA": ("United States", None),
    "IND": ("India", None),
}
SHARES = [
    (0.37, 0.25, 0.16),
    (0.43, 0.33, 0.07),
    (0.36, 0.34, 0.07),
    (0.16, 0.45, 0.06),
    (0.28, 0.25, 0.1),
    (0.4, 0.1, 0.3),
    (0.25, 0.2, 0.3),
    (0.3, 0.5, 0.05),
]


@dataclass
class FakeResult:
    """Same attributes and methods as a Result, from synthetic arrays (worlds last)."""

    worlds: int = 500
    months: int = 63
    republic_count: int = 5
    power_count: int = 3
    seed: int = 0
    start: tuple[int, int] = (2025, 9)
    names: dict[str, str] = field(default_factory=dict)
    summits: bool = True

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.republics, self.powers = list(NAMES)[: self.republic_count], list(POWERS)[: self.power_count]
        t, r, p, s, w = self.months, self.republic_count, self.power_count, len(SECTORS), self.worlds
        year, month = self.start
        self.dates = [f"{year + (month - 1 + i) // 12}-{(month - 1 + i) % 12 + 1:02d}" for i in range(t + 1)]
        events: dict[str, Any] = {}

        def event(kind: str, powers: tuple[str, ...] = (), republics: tuple[str, ...] | None = None) -> SimpleNamespace:
            return SimpleNamespace(kind=kind, about="", powers=powers, republics=republics)

        if self.summits:
            events["dushanbe-summit"] = event("summit", ("RUS",))
            events["samarkand-summit"] = event("summit", (self.powers[-1],), tuple(self.republics[:3]))
        events["gas-crisis"], events["minerals-pledge"] = event("crisis", ("RUS",)), event("pledge")
        self.scenario = SimpleNamespace(
            title=self.names.get("title", "Dushanbe 2025"),
            events=events,
            words=Words(),
            powers={c: SimpleNamespace(name=self.names.get(c, POWERS[c][0]), color=POWERS[c][1]) for c in self.powers},
            republics={c: SimpleNamespace(name=self.names.get(c, NAMES[c])) for c in self.republics},
        )
        self.ask = SimpleNamespace(beside=[])
        self.typical_world = w // 3
        start = np.array([[*SHARES[i], 0.05, 0.04, 0.03][:p] for i in range(r)])
        logit = np.log(start / (1 - start.sum(1, keepdims=True)))[:, :, None, None]
        drift = (
            np.linspace(0, 1, t + 1)[:, None, None, None, None]
            * t
            / 63
            * (
                np.array([-0.3, 0.2, 0.1, 0.05, 0.1, 0])[:p][None, None, :, None, None]
                + rng.normal(0, 0.1, (r, p, s, 1))
            )
        )
        walk = np.concatenate([np.zeros((1, r, p, s, w)), rng.normal(0, 0.03, (t, r, p, s, w)).cumsum(0)])
        odds = np.exp(np.clip(logit + drift + walk, -8, 8))
        share = odds / (1 + odds.sum(2, keepdims=True))
        grievance = np.abs(
            rng.normal(np.array([0.15, 0.08, 0.06, 0.05, 0.03]) / (1 + np.arange(p))[:, None], 0.01, (r, p, 5))
        )[None, ..., None] * np.exp(rng.normal(0, 0.06, (t + 1, r, p, len(CAUSES), w)).cumsum(0))
        size = rng.gamma(2, 0.05, (t, r, p, w))
        answer = rng.choice([-1, 0, 1, 2], (t, r, p, w), p=[0.1, 0.2, 0.1, 0.6]).astype(np.int8)
        sector = rng.integers(0, s, (t, r, p, w)).astype(np.int8)
        accepted = (np.arange(s)[:, None] == sector[..., None, :]) * (size * (answer == 2))[..., None, :]
        rebuke = rng.random((t, r, p, w)) < np.array([0.01, 0.002, 0.001, 0, 0, 0])[:p, None]
        fired = np.zeros((t, len(events), w), dtype=bool)
        for e in range(len(events)):
            fired[min(t - 1, e * 17), e] = True
        stance = np.full((t, r, p, w), -1, dtype=np.int8)
        if self.summits:
            stance[0, :, 0] = rng.integers(0, 3, (r, w))
        self._arrays: dict[str, Any] = {
            "alignment": share,
            "overall": share.mean(3),
            "grievance": grievance,
            "accepted": accepted,
            "lapsed": rng.gamma(0.5, 0.01, (t, r, p, s, w)),
            "offer_size": size,
            "answer": answer,
            "rebuke": rebuke,
            "event": fired,
            "response": np.where(rebuke, rng.integers(1, 3, rebuke.shape), 0).astype(np.int8),
            "stance": stance,
        }

    def array(self, name: str) -> Any:
        return self._arrays[name]

    def leaders(self) -> pd.DataFrame:
        overall = self.array("overall")
        lead = overall.argmax(2)
        now, end = lead[0, :, 0], [np.bincount(row).argmax() for row in lead[-1]]
        change = (lead[-1] != lead[0]).mean(1)
        return pd.DataFrame(
            {
                "republic": self.republics,
                "leader_now": [self.powers[i] for i in now],
                "leader_end": [self.powers[i] for i in end],
                "probability_of_change": change,
                "median_month": [self.dates[len(self.dates) // 2] if c > 0 else None for c in change],
            }
        )

    def projects(self, world: int | None = None) -> pd.DataFrame:
        """A project a republic every four months or so, some called off, some stalled; and one that nobody took."""
        rng = np.random.default_rng(self.seed + 1)
        rows = []
        for republic in self.republics:
            for month in np.flatnonzero(rng.random(self.months) < 0.25) + 1:
                power, end, size = rng.choice(self.powers), month + int(rng.integers(0, 40)), rng.lognormal(-0.5, 1)
                came, gone = rng.random(), 0.5 * (rng.random() < 0.2)
                rows.append((world, month, republic, power, size, end, came, gone, "taken"))
        rows.append((world, 1, self.republics[0], None, 1.0, 0, 0.0, 0.0, "refused"))
        columns = ["world", "month", "republic", "power", "size", "end", "came", "gone", "outcome"]
        table = pd.DataFrame(rows, columns=columns)
        table["sector"], table["agreed"] = rng.choice(SECTORS, len(table)), table["size"]
        table["cancelled"], left = table["size"] * table.gone, table["size"] * (1 - table.gone)
        table["delivered"], table["lapsed"] = left * table.came, left * (1 - table.came)
        table["ended"] = [self.dates[end] if 0 < end <= self.months else None for end in table.end]
        return table

    def stances(self) -> pd.DataFrame:
        rows = []
        for code, event in self.scenario.events.items():
            if event.kind == "summit":
                for r, republic in enumerate(self.republics):
                    if event.republics is None or republic in event.republics:
                        parts = [(self.array("stance")[0, r, 0] == k).mean() for k in range(3)]
                        rows.append([code, self.dates[1], republic, event.powers[0], *parts])
        return pd.DataFrame(rows, columns=["event", "date", "republic", "power", *STANCES])
