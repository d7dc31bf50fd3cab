# %% [markdown]
# # 5 · Your own world
#
# **What you learn:** write a scenario, add a power in YAML alone, change how republics answer offers in a few lines of
# Python, add your own driver and see it in the explanation.
#
# **How long it takes:** fifteen minutes to read, about eight seconds to run (200 worlds each).

# %%
import tempfile
from pathlib import Path
from textwrap import fill

import numpy as np

import sim

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A scenario with only what differs
#
# A file `extends` another and names what it changes. Each value may have a range (what you hold possible), a source and
# a note. Events are data too: here a dated ceasefire that lowers Russia's strain.

# %%
quieter = folder / "quieter.yaml"
quieter.write_text(
    """
title: A quieter war
extends: dushanbe-2025
about: A ceasefire holds from the spring of 2026 on, and Moscow's means come back over a year.

events:
  ceasefire:
    kind: peace
    date: 2026-04
    about: A ceasefire holds.
    source: assumption
    note: one of many ways the war may end
    powers: [RUS]
    strain: {value: -0.25, range: [-0.35, -0.1]}
    over: 12
  truce: null          # the random truce of the baseline is dropped
""",
    encoding="utf-8",
)

print(fill(sim.compare("dushanbe-2025", quieter, worlds=200).headline(), 90))

# %% [markdown]
# All mistakes are reported at once, each with its line and the nearest valid name:

# %%
try:
    sim.Scenario.from_yaml(quieter.read_text(encoding="utf-8").replace("strain:", "strian:").replace("peace", "piece"))
except sim.BadInput as problem:
    print(*(fill(line, 90) for line in str(problem).splitlines()), sep="\n")

# %% [markdown]
# ## One more power
#
# A power needs a name, an interest in the sectors, and each republic's alignment with it in each sector on day one,
# taken from "others". No line of code knows about India. The numbers are judgement, to show how it is done.

# %%
india = sim.Scenario.from_yaml(
    """
title: India comes over the mountains
extends: dushanbe-2025
powers:
  IND:
    name: India
    color: "#7a5aa6"
    source: assumption
    note: judgement, to show how it is done
    budget: {value: 0.2, range: [0.05, 0.4]}
    respect: 0.7
    strings: 0.15
    interest: {security: 0.15, trade: 0.25, energy: 0.35, infrastructure: 0.1, minerals: 0.15}
    delivery_months: 36
republics:
  source: assumption
  KAZ:
    alignment: {security: {IND: 0.01}, trade: {IND: 0.01}, energy: {IND: 0.03},
                infrastructure: {IND: 0.01}, minerals: {IND: 0.03}}
  KGZ:
    alignment: {security: {IND: 0.02}, trade: {IND: 0.01}, energy: {IND: 0.01},
                infrastructure: {IND: 0.01}, minerals: {IND: 0.01}}
  TJK:
    alignment: {security: {IND: 0.03}, trade: {IND: 0.01}, energy: {IND: 0.01},
                infrastructure: {IND: 0.01}, minerals: {IND: 0.01}}
  TKM:
    alignment: {security: {IND: 0.01}, trade: {IND: 0.01}, energy: {IND: 0.03},
                infrastructure: {IND: 0.01}, minerals: {IND: 0.01}}
  UZB:
    alignment: {security: {IND: 0.02}, trade: {IND: 0.02}, energy: {IND: 0.02},
                infrastructure: {IND: 0.01}, minerals: {IND: 0.02}}
""",
    name="india",
)

with_india = sim.run(india, worlds=200)
table = with_india.summary()
(100 * table[table.power == "IND"].set_index("republic")[["now", "low", "median", "high"]]).round(1)

# %% [markdown]
# Alignment with India starts under two per cent, and a small budget gains little: the newcomer meets the same inertia
# and the same hedging as everybody else.
#
# ## Another way of answering offers
#
# An actor acts in every world at once: its attributes are arrays with the worlds axis last, so one line of a method
# is that actor's decision in all worlds. `judge` gives the utility of each power's offer, shape (republic, power,
# world), with one republic for an actor of your own; offers with higher utility are accepted more often. This
# republic avoids a power with which it is already much aligned in the sector of the offer.


# %%
class Wary(sim.Republic):
    """Discounts an offer by its alignment with that power in the sector of the offer."""

    wariness = 4.0

    def judge(self, size, sector):
        held = np.take_along_axis(self.alignment, sector[:, :, None], axis=2)[:, :, 0]
        return super().judge(size, sector) - self.wariness * held


usual = sim.run("dushanbe-2025", worlds=200)
wary = sim.run("dushanbe-2025", worlds=200, republic=Wary)
both = sim.compare(usual, wary, names=["as they are", "all wary"])
print(fill(both.headline(), 90))

# %% [markdown]
# Refusing offers has a cost too. A refused power bears a grudge and courts less, and refused offers bring nothing:

# %%
accepted = {
    name: {
        power: float((result.array("accepted")[:, :, place].sum(axis=(0, 1, 2))).mean())
        for place, power in enumerate(result.powers)
    }
    for name, result in zip(both.names, both.results, strict=True)
}
for name, points in accepted.items():
    print(
        f"{name}: points agreed in five years, mean of all worlds:",
        ", ".join(f"{power} {value:.0f}" for power, value in points.items()),
    )

# %% [markdown]
# A single republic may differ from the others: `republic={"UZB": Wary}`.
#
# ## Your own driver
#
# A sum of drivers moves alignment, and each is zero on day one. A subclass may add one, here the slow loss of the
# Russian language among the young. It declares the driver's name, so that every explanation shows it beside the others.


# %%
class Younger(sim.Republic):
    """Every year fewer people grow up with Russian; its pull erodes by half a per cent a year."""

    extra_drivers = ("language",)
    loss = 0.005

    def drivers(self):
        pull = np.zeros((len(self.model.actors.powers), 1, 1))
        pull[self.model.actors.powers.index("RUS")] = -self.loss * (self.model.month + 1) / 12
        return super().drivers() | {"language": pull}


why = sim.explain("dushanbe-2025", worlds=200, republic=Younger)
parts = why.table()
chosen = parts[(parts.republic == "KGZ") & (parts.power == "RUS")].set_index("driver")
(100 * chosen[["low", "median", "high"]]).round(2)

# %% [markdown]
# The row `language` is there, the rows still sum to the whole shift in every world, and the size is plausible: half a
# per cent a year is a fraction of a percentage point in five years.
#
# [examples/steppe_club](../examples/steppe_club/README.md) is a tested third-party package with its own actor class and
# rule; [the guide](../docs/how-to/extend.md) says more on extending.
