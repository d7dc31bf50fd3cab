"""Every table and figure of docs/evidence from the record, by one command: `make evidence`.

    python -m tools.evidence          # on two processes; five minutes or so on two free cores

Runs the backtest with dated events known and hidden, without deals and grievances (`tools/ablation.py`), the
long record of votes, and the calibration up to 2024. The draws of that calibration are not written: `sim
calibrate --origin 2024 --out DIR` makes the shipped ones, and a test says whether they are of this record.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy: two processes that each want all cores only get in each
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # other's way

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd

from sim.cli.layout import Progress, stamped
from sim.cli.pages.evidence import tables
from sim.cli.save import write_figures
from sim.evidence.backtest import backtest_votes
from sim.evidence.calibrate import calibrate
from sim.evidence.observed import LONG, load_observed
from sim.evidence.predictive import predictive
from sim.figures.evidence import forecasts, predictive_check, prior_posterior, reliability, scores
from tools.ablation import VARIANTS, WHOLE, ablation, without
from tools.evidence_tables import PAGES, filled

FOLDER = Path(__file__).parents[1] / "docs" / "evidence"
ORIGIN = 2024
Job = tuple[Any, ...]
JOBS: tuple[Job, ...] = (
    ("votes",),
    *(("variant", name, blind) for blind in (False, True) for name in VARIANTS),
    ("calibrate",),
)


def do(job: Job) -> Any:
    """One job; each is independent of the others."""
    if job[0] == "votes":
        return backtest_votes(load_observed(first=LONG))
    if job[0] == "calibrate":
        fit = calibrate(load_observed().upto(ORIGIN))
        return fit, predictive(fit)
    _, variant, blind = job
    return without(variant, blind=blind)


def run(progress: Callable[[int, int], None]) -> dict[Job, Any]:
    """All jobs on two processes."""
    done: dict[Job, Any] = {}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(do, job): job for job in JOBS}
        for future in as_completed(waiting):
            done[waiting[future]] = future.result()
            progress(len(done), len(JOBS))
    return done


def write(done: Mapping[Job, Any], folder: Path = FOLDER) -> None:
    """Tables, figures and manifests."""
    frames: dict[str, pd.DataFrame] = {}
    for blind, ending in ((False, ""), (True, "-blind")):
        test, sectors = done["variant", WHOLE, blind]
        frames |= {name + ending: frame for name, frame in tables(test).items()}
        frames |= {f"sectors-{name}{ending}": frame for name, frame in tables(sectors).items() if len(frame)}
        facts = test.facts | {"sectors": sectors.facts["record"]}
        manifest = json.dumps(stamped(facts), indent=1, ensure_ascii=False)
        (folder / f"manifest{ending}.json").write_text(manifest + "\n", encoding="utf-8")
    votes = done["votes",]
    frames |= {f"votes-{name}": frame for name, frame in tables(votes).items() if len(frame)}
    (folder / "manifest-votes.json").write_text(json.dumps(stamped(votes.facts), indent=1) + "\n", encoding="utf-8")
    frames["ablation"] = pd.concat(
        [ablation({name: done["variant", name, blind] for name in VARIANTS}) for blind in (False, True)]
    )
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    test, sectors = done["variant", WHOLE, False]
    fit, check = done["calibrate",]
    figures = {
        "scores": scores(test),
        "forecasts": forecasts(test),
        "reliability": reliability(test, votes, sectors),
        "prior-posterior": prior_posterior(fit),
        "predictive": predictive_check(check, fit.origin),
    }
    write_figures(folder, figures, "evidence")
    for name in figures:
        (folder / f"{name}.svg").unlink()


if __name__ == "__main__":
    with Progress(hidden=False) as shown:
        found = run(shown.update)
    write(found)
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
