# %% [markdown]
# # 3 · Sweep and sensitivity
#
# **What you learn:** vary several assumptions at once, stop and resume, see which assumption matters most (Sobol
# indices), plot a heat map, identify the region of assumptions in which something happens (PRIM).
#
# **How long it takes:** fifteen minutes to read, about fifteen seconds to run. For this the sample is small; the
# verdicts below say how far it can be trusted.

# %%
import tempfile
from pathlib import Path
from textwrap import fill

import sim

folder = Path(tempfile.mkdtemp()) / "my-sweep"

# %% [markdown]
# ## What to vary
#
# Four numbers that reasonable people could judge differently, each over a wide range, and a design for Sobol indices
# (`saltelli`): 64 base samples give 64 × (4 + 2) = 384 points. Each point is run in 8 worlds, with the same random
# numbers at every point, so that chance does not blur the effects of the assumptions. Three years are enough to see
# directions.

# %%
plan = {
    "vary": {
        "powers.RUS.strain": (0.1, 0.9),
        "powers.CHN.budget": (0.3, 1.2),
        "powers.RUS.respect": (0.2, 0.8),
        "rules.deal_effect": (0.4, 1.2),
    },
    "design": "saltelli",
    "points": 64,
    "worlds": 8,
    "months": 36,
    "workers": 1,
}

# %% [markdown]
# ## Stop and resume
#
# A sweep with a folder saves each finished part. Here we stop it after the first part, as Ctrl-C or a power cut would;
# the same call then runs only what is missing.


# %%
def stop_early(done: int, total: int) -> None:
    """A progress callback that stops after the first part."""
    if done > 0:
        raise KeyboardInterrupt


try:
    sim.sweep("dushanbe-2025", folder, progress=stop_early, **plan)
except KeyboardInterrupt as stopped:
    print(f"stopped with {stopped.done:,} of {stopped.total:,} worlds saved")

sweep = sim.sweep("dushanbe-2025", folder, **plan)
sweep

# %% [markdown]
# The folder holds the points, the results in Parquet, the scenario as it was run, a manifest and a log. `sweep.table()`
# has a row for each point and world; means over worlds are often enough:

# %%
sweep.means(["RUS.share", "CHN.share"]).head(4).round(3)

# %% [markdown]
# ## Which assumption matters
#
# A first-order index is the part of an outcome's variance that a factor explains alone; the total index adds its
# interactions with others. The whiskers are 95 % intervals, and the verdict says whether the sample is large enough.

# %%
sensitivity = sweep.sensitivity(["RUS.share", "CHN.share"])
sensitivity.table.round(2)

# %%
print(*(fill(f"{row.outcome}: {row.verdict}", 90) for row in sensitivity.verdicts.itertuples()), sep="\n")

# %%
sweep.plot.sensitivity(["RUS.share", "CHN.share"])

# %% [markdown]
# Mean alignment with Russia (`RUS.share`) depends most on the strain of the war, alignment with China on China's
# budget. Russia's tone hardly matters, as in notebook 2. Mind that such an index depends on the ranges that you chose:
# widen one, and its factor matters more.

# %%
sweep.plot.tornado("RUS.share")

# %% [markdown]
# ## A heat map
#
# Two factors on a grid, the mean over 16 worlds in each cell.

# %%
grid = sim.sweep(
    "dushanbe-2025",
    vary={"powers.RUS.strain": (0.1, 0.9, 6), "powers.CHN.budget": (0.3, 1.2, 6)},
    worlds=16,
    months=36,
    workers=1,
)
grid.plot.heat_map("RUS.share", "powers.RUS.strain", "powers.CHN.budget")

# %% [markdown]
# ## Where does it happen?
#
# The inverse question: which assumptions lead to an outcome of interest? PRIM peels the space of factors down to a box
# in which the outcome is frequent. *Coverage* is the part of all such worlds that lies in the box, *density* the part
# of the box's worlds in which it happens.

# %%
discovery = sweep.discover("RUS.share < 27 %")
for box in discovery.boxes:
    print(fill(box.rule, 90))
discovery.table.round(2)

# %% [markdown]
# ## How sure is that?
#
# Read the order of magnitude and the ranking of factors, not the second digit: with 64 base samples the intervals are
# wide, and the verdict says so. A thousand base samples take a few minutes on a laptop (the same call with
# `points=1024` and without `workers`), or run on a cluster with `dask="tcp://..."`.
#
# **Next:** [4 · Calibrate and backtest](04-calibrate-and-backtest.ipynb)
