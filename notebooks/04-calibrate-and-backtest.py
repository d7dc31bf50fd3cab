# %% [markdown]
# # 4 · Calibrate and backtest
#
# **What you learn:** what the record of 2010–2024 says about the parameters, how well the model would have forecast
# it, how it compares with simple forecasts, and what may be claimed after that.
#
# **How long it takes:** fifteen minutes to read, about twenty seconds to run. Both the fit and the test are small
# here: 1,500 worlds instead of 8,000, three origins instead of seven. The conclusions at the end rest on [the full
# runs](../docs/evidence.md).

# %%
import pandas as pd

import sim

record = sim.load_observed()
record

# %% [markdown]
# The record holds trade of three republics with the three powers, and how often five republics vote with them in the
# General Assembly. These are indirect measures of *alignment*, not alignment itself, and most of what the model
# describes (grievances, offers, rebukes) has no yearly record at all.
#
# ## Calibrate
#
# `upto(2019)` is a copy of the record that ends in 2019. Parameters are sampled from priors, worlds are weighted by
# how well they fit, and later rounds sample near the best of them (adaptive importance sampling).

# %%
fit = sim.calibrate(record.upto(2019), worlds=500, rounds=3)
fit

# %% [markdown]
# The *effective sample size* of the weighted worlds matters: a hundred or so is enough for a rough band, and far too
# few for a second digit.

# %%
fit.table()[["parameter", "prior_low", "prior_median", "prior_high", "low", "median", "high", "learnt"]].round(3)

# %% [markdown]
# `learnt` is the part of the prior's variance that the fit removes. It is large for what a trade series shows (noise,
# volatility) and near zero for much of what the model is about: whoever relies on the effect of grievance or of
# hedging relies on judgement, not on data. (Values below zero are the noise of a small sample.)

# %%
fit.figure()

# %% [markdown]
# ## Backtest
#
# For each origin, the model is fitted to what was known then and forecasts one to three years ahead; only the scorer
# sees the rest. The rivals are simple rules and partial pooling over republics; the *error model alone*, the same
# statistics without the simulation, is the one that matters most. The *combination* pools the model with the best
# rival.

# %%
test = sim.backtest(record, origins=(2015, 2017, 2019), worlds=500, rounds=2)
test

# %%
scores = test.table()
scores["band held, %"] = (100 * scores.covered).round(0)
trade = scores[(scores.what == "trade") & (scores.horizon > 1)]
trade[["horizon", "method", "error", "crps", "band held, %", "cells"]].round(3)

# %% [markdown]
# A lower error or CRPS is better, and an 80 % band should contain the outcome in about 80 % of cases. How sure is the
# gain over each rival? A bootstrap resamples years; three are very few, so there is no verdict:

# %%
gains = test.gains()
gains = gains[(gains.what == "trade") & (gains.horizon == 1)]
pd.concat([gains[["method", "verdict"]], (100 * gains[["gain", "low", "high"]]).round(0)], axis=1)

# %% [markdown]
# `gain` is in per cent; a minus sign means that the model did worse. Gains over a bad rule (drift, the historic mean)
# are easy. For the last value and the error model alone, this small test and the full one need not even agree on the
# sign: that is what "not shown" means.

# %%
test.figure()

# %% [markdown]
# ## The verdict
#
# From the full runs (every number is in [docs/evidence.md](../docs/evidence.md)):
#
# * **Bands: yes.** The 80 % bands contain the outcome about as often as they claim.
# * **Better than its rivals: not shown.** At one year no difference to the best rival can be told from luck; at two and
#   three years eleven years of outcomes are too few for any verdict.
# * **Direction of change: mostly right for trade, not for votes.**
# * **Point forecasts: hardly better than "as last year"**, a difference that chance may explain.
#
# So this is not a machine for predictions. It works out what follows from stated assumptions, with bands that are
# about as reliable as they claim, and with reasons that can be argued about.
#
# ## Use the posterior
#
# Posterior draws can replace single numbers in a run, so that its bands contain chance *and* uncertainty about the
# fitted parameters:

# %%
uncertain = sim.run("dushanbe-2025", worlds=200, posterior="dushanbe-2025")
fixed = sim.run("dushanbe-2025", worlds=200)
width = {
    name: (100 * (table.high - table.low)).round(1)
    for name, result in (("chance alone", fixed), ("with posterior", uncertain))
    for table in [result.summary()]
}
pd.concat([fixed.summary()[["republic", "power"]], pd.DataFrame(width)], axis=1)

# %% [markdown]
# These are the widths of 80 % bands, in points, accurate to a few tenths with 200 worlds. They grow little. That says
# less about the world than about how few parameters a yearly record informs.
#
# **Next:** [5 · Your own world](05-your-own-world.ipynb)
