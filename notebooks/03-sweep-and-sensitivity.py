# %% [markdown]
# # 3 · Sweep and sensitivity
#
# **What you learn:** vary several assumptions at once, stop and go on, read which assumption matters (Sobol
# indices), draw a heat map, find the region of assumptions in which something happens (PRIM).
#
# **How long it takes:** fifteen minutes to read, about fifteen seconds to run. The sample is kept small for that;
# the cell on reliability says how far it carries.

# %%
import tempfile
from pathlib import Path
from textwrap import fill

import sim

folder = Path(tempfile.mkdtemp()) / "my-sweep"

# %% [markdown]
# ## What to vary
#
# Four numbers that someone could honestly see otherwise, each over a wide range, and a design of points made for
# Sobol indices (`saltelli`): 64 base samples give 64 × (4 + 2) = 384 points. Each point is run in 8 worlds, the same
# 8 at every point, so that luck does not blur what the assumptions do. Three years are enough to see direction.

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
# ## Stop and go on
#
# A sweep with a folder keeps each finished part. Here it is stopped by force after the first part, as Ctrl-C or a
# power cut would stop it; the same call again runs only what is missing.


# %%
def stop_early(done: int, total: int) -> None:
    """A progress callback that loses patience."""
    if done > 0:
        raise KeyboardInterrupt


try:
    sim.sweep("dushanbe-2025", folder, progress=stop_early, **plan)
except KeyboardInterrupt as stopped:
    print(f"stopped with {stopped.done:,} of {stopped.total:,} worlds kept")

sweep = sim.sweep("dushanbe-2025", folder, **plan)
sweep

# %% [markdown]
# What lies in the folder is plain: the points, the results in Parquet, the scenario as it was run, a manifest, a log.
# `sweep.table()` has a row for each point and world; means over worlds are often enough:

# %%
sweep.means(["RUS.share", "CHN.share"]).head(4).round(3)

# %% [markdown]
# ## Which assumption matters
#
# A first-order index is the part of an outcome's variance that a factor explains alone; the total index adds what it
# does together with others. The whiskers are 95 % intervals, and the verdict says plainly whether the sample is
# large enough.

# %%
sensitivity = sweep.sensitivity(["RUS.share", "CHN.share"])
sensitivity.table.round(2)

# %%
print(*(fill(f"{row.outcome}: {row.verdict}", 90) for row in sensitivity.verdicts.itertuples()), sep="\n")

# %%
sweep.plot.sensitivity(["RUS.share", "CHN.share"])

# %% [markdown]
# Russia's share hangs on the strain of the war before all else, China's on its own purse. Russian tone hardly
# registers, which is the same finding as in notebook 2 by another way. Note what such an index is *not*: it speaks
# about the ranges that you chose. Widen one, and its factor matters more.

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
# The other way round: take an outcome of interest and ask which assumptions lead there. PRIM peels the space of
# factors down to a box in which the outcome is common. *Coverage* is the part of all such worlds that the box holds,
# *density* the part of the box's worlds in which it happens.

# %%
found = sweep.discover("RUS.share < 27 %")
for box in found.boxes:
    print(fill(box.rule, 90))
found.table.round(2)

# %% [markdown]
# ## How sure is that?
#
# Read order of magnitude and order of factors, not the second digit: with 64 base samples the intervals are wide,
# and the verdict says so. A thousand base samples take a few minutes on a laptop, by the same call with
# `points=1024` and `workers` left out, or on a cluster by `dask="tcp://..."`.
#
# **Next:** [4 · Calibrate and backtest](04-calibrate-and-backtest.ipynb)
