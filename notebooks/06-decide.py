# %% [markdown]
# # 6 · Decide
#
# **What you learn:** compare packages of moves over the same uncertain futures, tell the one that is best on average
# from the one that holds up, and search for the cheapest way to what you want.
#
# **How long it takes:** ten minutes to read, about half a minute to run. The samples are small here; the commands of
# [the guide](../docs/how-to/decide.md) take more futures.

# %%
from pathlib import Path
from tempfile import mkdtemp
from textwrap import fill

import sim

# %% [markdown]
# ## Which of my packages is most robust?
#
# Four packages by which the European Union might gain two points of alignment in Kazakhstan. On the command line:
# `sim packages eu-kazakhstan`. World *i* has the same luck, and the same numbers that are in doubt, in each package, so
# each future is a fair contest. *Regret* is how far a package falls behind the best one of the same future.

# %%
found = sim.packages("eu-kazakhstan", worlds=120, workers=1)
found.table().set_index("package")[["cost", "reached", "mean", "worst_tenth", "regret", "regret_p90"]].round(3)

# %%
print(fill(found.paragraph(), 90, break_on_hyphens=False))

# %%
found.figure()

# %% [markdown]
# Money alone, spread over the region, does little. What is pledged to Kazakhstan and then arrives does most, for less;
# yet even that reaches its target only in some of the futures. That is a result, too: nothing here is sure to work.
#
# Packages of your own are a few lines, here as a mapping, else a file. What any of them decides (here the EU's budget)
# is in doubt in none of them, nor where nothing is done.

# %%
mine = {
    "title": "Two ways to gain in Kazakhstan",
    "scenario": "dushanbe-2025",
    "target": "KAZ.EUU.share +1 pp vs base",
    "worlds": 60,
    "packages": {
        "broad": {"set": {"powers.EUU.budget": 0.5}},
        "narrow": {
            "events": {
                "gift-to-astana": {
                    "kind": "pledge",
                    "date": "2026-06",
                    "powers": ["EUU"],
                    "republics": ["KAZ"],
                    "sectors": ["energy", "minerals"],
                    "pledge": 2.5,
                }
            }
        },
    },
}
print(fill(sim.packages(mine, workers=1).paragraph(), 90))

# %% [markdown]
# ## What could be done, at least cost?
#
# The other way round: levers, what is wanted, and a search. On the command line this is `sim seek dushanbe-2025 --lever
# … --want 'KAZ.EUU.share +2 pp vs base' --least cost`. Reliability has no price by the rule of costs (only budgets and
# gifts have one), so we say one: a hundred points of it would cost half an engagement point a month.

# %%
way = sim.seek(
    "dushanbe-2025",
    {
        "powers.EUU.budget": (0.333, 1.2),
        "powers.EUU.reliability": "75 %:95 %",
        "events.eu-summit-2027.date": ("2027-01", "2028-12"),
    },
    "KAZ.EUU.share +2 pp vs base",
    prices={"powers.EUU.reliability": 0.5},
    evaluations=80,
    worlds=60,
)
print(fill(way.paragraph(), 90))

# %%
way.figure()

# %% [markdown]
# Grey is all that the search has tried. Blue are the best settings for their costs, run once more in futures that the
# search has not seen: what a search finds is what luck favoured, so it must not be judged by the same luck.
#
# ## A page for the minister
#
# What was found, as a change of the scenario, on one page: claim, two pictures, table, drivers, assumptions with their
# sources, what would change the answer, how far to trust it, and how to make it again. On the command line this is
# `sim brief dushanbe-2025 my-scenario.yaml --out page.html`; the file opens offline and prints on two pages.

# %%
base = sim.load("dushanbe-2025")
levers = list(way.search.labels(way.search.now))
cheapest = way.table().iloc[way.chosen or way.surest]
plan = base.with_values({"title": "More money, kept promises"} | {path: cheapest[path] for path in levers})
page = sim.brief(base, plan, out=Path(mkdtemp()) / "page.md", worlds=60, doubt=True)
print(page.read_text(encoding="utf-8").partition("\n## In pictures")[0])

# %% [markdown]
# ## How sure is that?
#
# Costs and gains are the model's, and its point forecasts have been hardly better than "as last year"
# ([evidence](../docs/evidence.md)). It says how options compare if the world works as written down in
# [the ODD](../docs/ODD.md), with every number in doubt. Ask again with another seed and more evaluations before you
# quote a second digit.
