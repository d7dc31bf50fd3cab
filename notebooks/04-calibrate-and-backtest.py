# %% [markdown]
# # 4 · Calibrate and backtest
#
# **What you learn:** what the record of 2010–2024 teaches about the parameters, how the model would have forecast
# it, how it fares beside forecasts that anybody can make, and what may be claimed after that.
#
# **How long it takes:** fifteen minutes to read, about twenty seconds to run. Both the fit and the test are
# small here: 1,500 worlds instead of 8,000, three origins instead of seven. What is said at the end rests on [the
# full runs](../docs/evidence.md).

# %%
import pandas as pd

import sim

record = sim.load_observed()
record

# %% [markdown]
# The record holds trade of three republics with the three powers, and how often five republics vote with them in the
# General Assembly. That is what the model's *alignment* can be held against; it is not alignment itself, and most of
# what the model talks about (grievances, offers, rebukes) has no yearly record at all.
#
# ## Calibrate
#
# `upto(2019)` is a copy of the record that ends in 2019. Parameters are drawn from priors, worlds are weighted by
# how well they fit, and drawn again from what was found.

# %%
fit = sim.calibrate(record.upto(2019), worlds=500, rounds=3)
fit

# %% [markdown]
# The *worth* of the weighted worlds matters: a hundred or so is enough for a rough band, and far too few for a
# second digit.

# %%
fit.table()[["parameter", "prior_low", "prior_median", "prior_high", "low", "median", "high", "learnt"]].round(3)

# %% [markdown]
# `learnt` is the part of the prior's variance that the record takes away. It is large for what a trade series shows
# (noise, volatility) and near nothing for much of what the model is about: whoever leans on the effect of grievance
# or of hedging leans on judgement, not on data. (Below zero it is the noise of few worlds.)

# %%
fit.figure()

# %% [markdown]
# ## Backtest
#
# From each origin, the model is fitted to what was known and forecasts one to three years ahead; the scorer alone
# sees the rest. Beside it stand rules that cost nothing, and the *error model alone*: the same statistics with the
# simulation taken out, which is the bar that counts.

# %%
test = sim.backtest(record, origins=(2015, 2017, 2019), worlds=500, rounds=2)
test

# %%
scores = test.table()
scores["band held, %"] = (100 * scores.covered).round(0)
trade = scores[(scores.what == "trade") & (scores.horizon > 1)]
trade[["horizon", "method", "error", "crps", "band held, %", "cells"]].round(3)

# %% [markdown]
# A lower error or CRPS is better, and an 80 % band should hold in about eighty cases in a hundred. Now ask how sure
# the gain over each rival is, by drawing whole origins again and again. Three origins are very few:

# %%
gains = test.gains()
gains = gains[(gains.what == "trade") & (gains.horizon > 1)]
pd.concat([gains[["horizon", "method"]], (100 * gains[["gain", "low", "high"]]).round(0)], axis=1)

# %% [markdown]
# `gain` is in per cent; a minus sign means that the model did worse. Gains against a bad rule (drift, the historic
# mean) are cheap. Against the last value and the error model alone, this small test and the full one need not even
# agree on the sign: that is what "no gain shown" looks like.

# %%
test.figure()

# %% [markdown]
# ## The honest verdict
#
# From the full runs, whose every number is in [docs/evidence.md](../docs/evidence.md):
#
# * **Bands: yes.** The 80 % bands hold about as often as they claim.
# * **Better than simple rules: not shown.** The scores are slightly lower than those of the best baseline at two and
#   three years, and no such gain can be told from luck with so few origins.
# * **Direction of change: partly for trade, no for votes.**
# * **Point forecasts: no better than "as last year".**
#
# So this is not a machine that tells the future. It is a way of working out what follows from stated assumptions,
# with bands that can be believed about as far as they say, and with reasons that can be argued about.
#
# ## Use what was learnt
#
# Draws of the fit can take the place of single numbers in a run, so that a run's bands hold luck *and* doubt about
# the fitted parameters:

# %%
drawn = sim.run("dushanbe-2025", worlds=200, posterior="dushanbe-2025")
fixed = sim.run("dushanbe-2025", worlds=200)
width = {
    name: (100 * (table.high - table.low)).round(1)
    for name, result in (("luck alone", fixed), ("with doubt", drawn))
    for table in [result.summary()]
}
pd.concat([fixed.summary()[["republic", "power"]], pd.DataFrame(width)], axis=1)

# %% [markdown]
# The widths are of 80 % bands, in points, good to a few tenths with 200 worlds. They grow little, which says less
# about the world than about how few of the parameters a yearly record can speak of.
#
# **Next:** [5 · Your own world](05-your-own-world.ipynb)
