# %% [markdown]
# # 2 · Compare and explain
#
# **What you learn:** hold two futures against each other on the same luck, say since when they differ, split a shift
# of alignment into its causes with nothing left over, ask what one event changed.
#
# **How long it takes:** ten minutes to read, about ten seconds to run (200 worlds each).

# %%
from textwrap import fill

import sim

# %% [markdown]
# ## The same luck
#
# Two fans laid side by side hide a difference that is smaller than their width. But world 17 has the same luck in
# every scenario of the same seed, so the difference *within* a world is the scenario's doing, and that difference
# has a far narrower band. Here the baseline meets two others: the war in Ukraine drags on; and Moscow becomes
# courteous without doing anything else.

# %%
both = sim.compare("dushanbe-2025", "war-drags-on", "words-without-deeds", worlds=200)
for name in both.names[1:]:
    print(f"{name}\n{fill(both.headline(name), 90)}\n")

# %% [markdown]
# A difference counts as *clear* from the month on in which its 10–90 % band leaves zero for good. The long war is
# clear in a few months. Courtesy is a different matter: look at the sizes.

# %%
table = both.table()
russia = table[table.power == "RUS"].copy()
numbers = ["base", "difference_low", "difference", "difference_high"]
russia[numbers] = (100 * russia[numbers]).round(2)
russia[["scenario", "republic", *numbers, "clear_since"]]

# %% [markdown]
# `difference` is in points of share: what the long war costs Russia in a republic, and what courtesy alone wins it.
# The model's answer to a common piece of advice is therefore: *tone is cheap and buys little*. It does show
# elsewhere, in grievance:

# %%
outcomes = both.outcomes()
columns = ["scenario", "outcome", "base", "other", "difference", "p_lower"]
outcomes[outcomes.outcome.str.fullmatch(r"[A-Z]{3}\.RUS\.grievance")][columns].round(2)

# %%
both.figure("war-drags-on")

# %% [markdown]
# ## Why it moved
#
# Every month, what moves an alignment is a sum of drivers: growth of what a power can do, strain, deals, grievance,
# wear of inherited ties, hedging, events, chance. The model is built so that a shift can be divided among them
# exactly.

# %%
why = sim.explain("dushanbe-2025", worlds=200)
print(fill(why.paragraph("UZB", "CHN"), 90))
print(f"\nleft over, at most, in any world: {why.residual:.1e}")

# %%
why.waterfall("UZB", "CHN")

# %% [markdown]
# The brackets matter. The pull of growth and of old ties wearing off has a sign that hardly any world contradicts.
# Drift is larger than either in one world, deals and hedging are as large as the old ties, and over many worlds they
# cancel, which is another way of saying that nobody can know them beforehand.
#
# A share also moves because *others* moved. Whose drivers were they?

# %%
whose = why.by_power()
mine = whose[(whose.republic == "UZB") & (whose.power == "CHN") & (whose.driver == "total")].copy()
mine[["low", "median", "high"]] = (100 * mine[["low", "median", "high"]]).round(2)
mine[["of", "low", "median", "high"]]

# %% [markdown]
# ## What one event changed
#
# Take an event out, run the same worlds again, and the difference is what it did. A truce in Ukraine, for instance,
# which in this scenario may come in any month or not at all: worlds in which it never came are the same with and
# without it.

# %%
effect = sim.explain_event("dushanbe-2025", "truce", worlds=200)
print(fill(effect.comparison.headline(), 90))

# %% [markdown]
# ## What if, in one line
#
# Twice the means of the European Union:

# %%
print(fill(sim.whatif("dushanbe-2025", ["powers.EUU.budget=0.67"], worlds=200).headline(), 90))

# %% [markdown]
# ## How sure is that?
#
# Paired differences take the luck out, not the assumptions. "Clear" means: clear *given these numbers and this
# model*. The next notebook varies the numbers.
#
# **Next:** [3 · Sweep and sensitivity](03-sweep-and-sensitivity.ipynb)
