# %% [markdown]
# # 2 · Compare and explain
#
# **What you learn:** compare two scenarios with the same random numbers, see from when they differ, split a shift of
# alignment into its drivers with nothing left over, find out what one event changed.
#
# **How long it takes:** ten minutes to read, about ten seconds to run (200 worlds each).

# %%
from textwrap import fill

import sim

# %% [markdown]
# ## The same luck
#
# Two fans side by side hide a difference that is smaller than their width. But world 17 has the same luck (the same
# random numbers) in every scenario with the same seed, so the scenarios alone make the difference *within* a world,
# and that difference has a far narrower band. Here we compare the baseline with two others: the war in Ukraine drags
# on; and Moscow becomes courteous without doing anything else.

# %%
both = sim.compare("dushanbe-2025", "war-drags-on", "words-without-deeds", worlds=200)
for name in both.names[1:]:
    print(f"{name}\n{fill(both.headline(name), 90)}\n")

# %% [markdown]
# A difference is *clear* from the month from which its 10–90 % band excludes zero until the end. The long war's effect
# is clear within a few months. Courtesy is a different matter: look at the sizes.

# %%
table = both.table()
russia = table[table.power == "RUS"].copy()
numbers = ["base", "difference_low", "difference", "difference_high"]
russia[numbers] = (100 * russia[numbers]).round(2)
russia[["scenario", "republic", *numbers, "clear_since"]]

# %% [markdown]
# `difference` is in percentage points of alignment: what the long war costs Russia in a republic, and what courtesy
# alone gains. So the model's answer to a common piece of advice is: *tone is cheap and buys little*. Its effect is
# larger on grievance:

# %%
outcomes = both.outcomes()
columns = ["scenario", "outcome", "base", "other", "difference", "p_lower"]
outcomes[outcomes.outcome.str.fullmatch(r"[A-Z]{3}\.RUS\.grievance")][columns].round(2)

# %%
both.figure("war-drags-on")

# %% [markdown]
# ## Why it moved
#
# Every month a sum of drivers moves each alignment: growth of a power's capability, strain, deals, grievance, erosion
# of inherited ties, hedging, events, random drift. The model is built so that a shift can be divided among them
# exactly.

# %%
why = sim.explain("dushanbe-2025", worlds=200)
print(fill(why.paragraph("UZB", "CHN"), 90))
print(f"\nleft over, at most, in any world: {why.residual:.1e}")

# %%
why.waterfall("UZB", "CHN")

# %% [markdown]
# The brackets matter. The contributions of growth and of eroding old ties have the same sign in nearly every world. In
# a single world drift is larger than either, and deals and hedging are as large as the old ties; but over many worlds
# they cancel, so nobody can know them beforehand.
#
# Alignment with China also moves because *other* powers' drivers moved. Which power's drivers were they?

# %%
whose = why.by_power()
mine = whose[(whose.republic == "UZB") & (whose.power == "CHN") & (whose.driver == "total")].copy()
mine[["low", "median", "high"]] = (100 * mine[["low", "median", "high"]]).round(2)
mine[["of", "low", "median", "high"]]

# %% [markdown]
# ## What one event changed
#
# Remove an event, run the same worlds again, and the difference is its effect. An example is a truce in Ukraine, which
# in this scenario may come in any month or not at all: worlds in which it never came are the same with and without it.

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
# Paired differences remove chance, not the assumptions. "Clear" means: clear *given these numbers and this model*. The
# next notebook varies the numbers.
#
# **Next:** [3 · Sweep and sensitivity](03-sweep-and-sensitivity.ipynb)
