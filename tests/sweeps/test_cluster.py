"""A sweep on a Dask cluster: the same rows as at home, also when workers die on the way."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.runs import modelversion
from sim.sweeps import workers
from sim.sweeps.store import PARTS

distributed = pytest.importorskip("distributed", reason="the extra 'experiments'")

pytestmark = pytest.mark.slow
"""A scheduler and its workers are processes of their own."""

STRAIN = "powers.RUS.strain"
FIELDS: dict[str, Any] = {"vary": {STRAIN: (0, 0.9, 8)}, "worlds": 200, "months": 6, "outcomes": ["RUS.share"]}
FLAGS = ("--vary", f"{STRAIN}=0:0.9:8", "--worlds", "200", "--months", "6", "--outcome", "RUS.share")


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words, prog_name="sim", env={"COLUMNS": "80"})


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


class Cluster:
    """A scheduler and two workers, each a process of its own that shares no disk with this one."""

    def __init__(self, folder: Path) -> None:
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        until(lambda: file.exists() and file.read_text(encoding="utf-8").rstrip().endswith("}"))
        self.address = json.loads(file.read_text(encoding="utf-8"))["address"]
        self.crew = [self.hire(), self.hire()]

    def hire(self) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, "--nthreads", "1", "--no-nanny")

    @staticmethod
    def _start(what: str, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *words, "--no-dashboard"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        for program in (self.scheduler, *self.crew):
            program.kill()
            program.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    yield found
    found.end()


def names(folder: Path) -> list[str]:
    """Names of the parts; each holds a seal over the part's bytes."""
    return sorted(path.name for path in (folder / PARTS).iterdir())


def test_a_worker_killed_half_way_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    done: list[int] = []

    def watch(now: int, _: int) -> None:
        done.append(now)
        if len(done) == 6:  # half of the parts
            cluster.crew[0].send_signal(signal.SIGKILL)

    with distributed.Client(cluster.address) as client:
        client.wait_for_workers(2)
    found = sim.sweep("dushanbe-2025", tmp_path / "there", dask=cluster.address, progress=watch, **FIELDS)
    cluster.crew[0].wait()
    cluster.crew[0] = cluster.hire()
    assert found.rows == done[-1] == 1600
    assert len(done) == 13
    sim.sweep("dushanbe-2025", tmp_path / "here", workers=1, **FIELDS)
    assert names(tmp_path / "there") == names(tmp_path / "here")


def test_a_dry_run_says_who_would_run_it() -> None:
    answer = call("sweep", "dushanbe-2025", *FLAGS, "--dask", "tcp://127.0.0.1:1", "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert re.search(r"about \d+ s of one core, shared out by the cluster", answer.stdout)


def test_workers_of_another_version_are_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modelversion, "_digest", lambda: "another")
    answer = call("sweep", "dushanbe-2025", *FLAGS, "--dask", cluster.address, "--out", str(tmp_path / "sweep"))
    assert answer.exit_code == 2
    assert "--dask: found workers with sim" in answer.stderr
    assert names(tmp_path / "sweep") == []


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "tcp://no.such.host.invalid:8786", ""])
def test_no_scheduler_at_the_address(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CONNECT", 0.3)
    answer = call("sweep", "dushanbe-2025", *FLAGS, "--dask", address, "--out", str(tmp_path / "sweep"))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "the address of a running Dask scheduler" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2  # what it will take, and what went wrong


def test_a_scheduler_that_goes_leaves_what_is_finished(cluster: Cluster, tmp_path: Path) -> None:
    """The last test here, as it takes the cluster down."""
    done: list[int] = []

    def watch(now: int, _: int) -> None:
        done.append(now)
        if len(done) == 2:
            cluster.scheduler.kill()

    with pytest.raises(sim.BadInput, match="a scheduler that is gone"):
        sim.sweep("dushanbe-2025", tmp_path / "sweep", dask=cluster.address, progress=watch, **FIELDS)
    assert 2 <= len(names(tmp_path / "sweep")) < 13
    assert sim.sweep("dushanbe-2025", tmp_path / "sweep", **FIELDS).rows == 1600
