# %% [markdown]
# # 1 · Your first scenario
#
# **What you learn:** load a scenario, run it in many worlds, read the answer and its uncertainty, look into one
# world, change one number.
#
# **How long it takes:** ten minutes to read, about five seconds to run (200 worlds; use 500 or more for an answer
# that you want to quote).

# %%
from textwrap import fill

import sim

sim.shipped()

# %% [markdown]
# These scenarios come with the package. Each is a YAML file; any value in it names its source. We take the one
# that most others start from: the summit of October 2025 in Dushanbe, and the five years after.

# %%
scenario = sim.load("dushanbe-2025")
print(scenario.about)
print(len(scenario.values), "numbers;", ", ".join(scenario.powers), "and", ", ".join(scenario.republics))

# %% [markdown]
# A number can be asked what it is, what bounds it has, and where it comes from. *Strain* is how much of a power's
# means and attention war or crisis eats, from 0 to 1. Be aware of the word `assumption` where you meet it: most of
# the numbers here are judgements, written down so that you can disagree with them one by one.

# %%
path = "powers.RUS.strain"
print(scenario.get(path), "·", scenario.parameter(path).help)
print("source:", ", ".join(scenario.source_of(path)), "· note:", scenario.note_of(path))

# %% [markdown]
# ## Run it
#
# A *world* is one possible history: the same rules and the same start, its own luck. The seed fixes the luck, so the
# same call gives the same numbers on any machine.

# %%
result = sim.run(scenario, worlds=200, seed=0)
print(fill(result.headline(), 90))

# %% [markdown]
# Alignment is the share of a republic's engagement (trade, security, energy, infrastructure, minerals, weighted by
# its needs) that lies with a power. The bands hold eight worlds in ten.

# %%
result.plot.alignment_fans()

# %% [markdown]
# Two things to see. Every line bends slowly: engagement has inertia, and five years are short. And the bands of
# Russia and China overlap for some republics, which is where a change of leader is a matter of luck. The same as a
# table, in per cent; `p_lower` is the part of worlds in which the share fell:

# %%
table = result.summary()
shares = ["now", "low", "median", "high", "change"]
table[shares] = (100 * table[shares]).round(1)
table.round(2)

# %%
result.leaders().round(2)

# %% [markdown]
# ## Look into one world
#
# A fan hides that every world is a story. Here is what was dated and out of the ordinary in the world nearest to the
# middle: events, public rebukes, and who was assertive at a summit.

# %%
story = result.ledger()
notable = story[story.kind.isin(["event", "rebuke"]) | (story.outcome == "assertive")]
print("\n".join(f"{date}  {text}" for date, text in zip(notable.date, notable.text, strict=True)))

# %% [markdown]
# ## Change one number
#
# What if the war ate far more of Russia's means? A loaded scenario is frozen; `with_values` gives a changed one.
# World 17 has the same luck in both, so the difference between the two is the number's doing, world by world.

# %%
strained = sim.run(scenario.with_values({path: 0.8}), worlds=200, seed=0)
print(fill(strained.headline(), 90))

# %%
both = sim.compare(result, strained, names=["strain 0.4", "strain 0.8"])
print(fill(both.headline(), 90))

# %% [markdown]
# ## How sure is that?
#
# The bands above show luck alone. Three more layers of doubt lie around them, and each has its own tool:
#
# 1. **The numbers.** Another judge would write other ones: sweep over their ranges (notebook 3), or run with values
#    fitted to the record, `sim.run(..., posterior="dushanbe-2025")`.
# 2. **The model.** Held against 2015–2024, its bands are about as wide as they should be and its point forecasts are
#    no better than "as last year" (notebook 4). Read *directions and reasons*, not decimals.
# 3. **The world.** What nobody put into the scenario will not happen in it.
#
# **Next:** [2 · Compare and explain](02-compare-and-explain.ipynb)
