# %% [markdown]
# # 1 · Your first scenario
#
# **What you learn:** load a scenario, run it in many worlds, read the result and its uncertainty, look into one
# world, change one number.
#
# **How long it takes:** ten minutes to read, about five seconds to run (200 worlds; use 500 or more for a result
# that you want to quote).

# %%
from textwrap import fill

import sim

sim.shipped()

# %% [markdown]
# These scenarios come with the package. Each is a YAML file, and every value in it names its source. We take the one
# that most others extend: the summit of October 2025 in Dushanbe, and the five years after it.

# %%
scenario = sim.load("dushanbe-2025")
print(scenario.about)
print(len(scenario.values), "numbers;", ", ".join(scenario.powers), "and", ", ".join(scenario.republics))

# %% [markdown]
# Every number has a meaning, bounds and a source. *Strain* is how heavily war or crisis weighs on a power's means and
# attention, from 0 to 1. Take note of the word `assumption`: most of the numbers here are judgements, written down so
# that you can disagree with them one by one.

# %%
path = "powers.RUS.strain"
print(scenario.get(path), "·", scenario.parameter(path).help)
print("source:", ", ".join(scenario.source_of(path)), "· note:", scenario.note_of(path))

# %% [markdown]
# ## Run it
#
# A *world* is one possible history: the same rules and the same start, but its own random numbers (its *luck*). The
# seed fixes them, so the same call gives the same results on any machine.

# %%
result = sim.run(scenario, worlds=200, seed=0)
print(fill(result.headline(), 90))

# %% [markdown]
# Kazakhstan's *alignment* with Russia is the share of Kazakhstan's engagement (trade, security, energy,
# infrastructure, minerals, weighted by its needs) that lies with Russia. The bands contain 80 % of worlds.

# %%
result.plot.alignment_fans()

# %% [markdown]
# Note two things. Every line bends slowly: engagement has inertia, and five years are short. And for some republics
# the bands of Russia and China overlap; there chance decides which power leads at the end. The same as a table, in per
# cent; `p_lower` is the share of worlds in which alignment fell:

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
# A fan hides that every world is a history. Here are the notable entries of a typical world, the one nearest to the
# medians: events, public rebukes, and who was assertive at a summit.

# %%
story = result.ledger()
notable = story[story.kind.isin(["event", "rebuke"]) | (story.outcome == "assertive")]
print("\n".join(f"{date}  {text}" for date, text in zip(notable.date, notable.text, strict=True)))

# %% [markdown]
# ## Change one number
#
# What if the war weighed far more heavily on Russia's means? A loaded scenario cannot be changed; `with_values` returns
# a changed copy. World 17 has the same random numbers in both, so the number alone makes the difference, world by
# world.

# %%
strained = sim.run(scenario.with_values({path: 0.8}), worlds=200, seed=0)
print(fill(strained.headline(), 90))

# %%
both = sim.compare(result, strained, names=["strain 0.4", "strain 0.8"])
print(fill(both.headline(), 90))

# %% [markdown]
# ## How sure is that?
#
# The bands above contain chance alone, as if every number of the scenario were known. None is quite: each has a range,
# its own or the usual one of its kind. With `doubt=True` worlds differ in these numbers, too, and with the posterior in
# the parameters that were fitted to the record. That is what `sim run` shows on the command line.

# %%
unsure = sim.run(scenario, worlds=200, seed=0, doubt=True, posterior="dushanbe-2025")
for sentence in sim.doubts(unsure).sentences():
    print(fill(sentence, 90))

# %%
unsure.plot.alignment_fans()

# %% [markdown]
# To *doubt* a number is to say that it may have been otherwise all along; to *change* it, as above, that it is so from
# day one on. `doubt={"powers.RUS.strain": (0.2, 0.7)}` doubts one number alone.
#
# Two more sources of uncertainty have tools of their own:
#
# 1. **The model.** Tested on 2015–2024, its bands are about as wide as they should be and its point forecasts hardly
#    better than "as last year" (notebook 4). Read *directions and reasons*, not decimals.
# 2. **The world.** What nobody put into the scenario will not happen in it.
#
# **Next:** [2 · Compare and explain](02-compare-and-explain.ipynb)
