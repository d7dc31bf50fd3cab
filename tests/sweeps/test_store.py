"""A sweep's folder: what is finished outlives kills, damage, full disks and rivals; what is not is run again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.runs import modelversion
from sim.sweeps import batches, sweep, workers
from sim.sweeps.plan import Plan
from sim.sweeps.store import PARTS, Store

STRAIN = "powers.RUS.strain"
FIELDS: dict[str, Any] = {
    "vary": {STRAIN: (0, 0.9, 8)},
    "worlds": 80,
    "months": 2,
    "outcomes": ["RUS.share", "KAZ.leader", "KAZ.RUS.rebukes"],
}
FLAGS = (
    "--vary",
    f"{STRAIN}=0:0.9:8",
    "--worlds",
    "80",
    "--months",
    "2",
    "--outcome",
    "RUS.share",
    "--outcome",
    "KAZ.leader",
    "--outcome",
    "KAZ.RUS.rebukes",
)
COUNT = 5
"""Parts of it."""
PLAIN = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "GITHUB_ACTIONS"}}
NEEDS_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def swept(folder: Path, **changes: Any) -> sim.Sweep:
    return sim.sweep("dushanbe-2025", folder, workers=1, **{**FIELDS, **changes})


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words, prog_name="sim", env={"COLUMNS": "80"})


def content(folder: Path) -> dict[str, bytes]:
    """What a sweep's folder says: its points and parts, byte for byte, and what the manifest says of the sweep."""
    files = [folder / "design.parquet", *sorted(folder.glob("scenario-*.yaml")), *sorted((folder / PARTS).iterdir())]
    same = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["same"]
    return {path.name: path.read_bytes() for path in files} | {"same": json.dumps(same).encode()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep that nothing interrupted."""
    folder = tmp_path_factory.mktemp("sweeps") / "whole"
    swept(folder)
    assert len(list((folder / PARTS).iterdir())) == COUNT
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be maltreated."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def part(folder: Path, number: int) -> Path:
    return next((folder / PARTS).glob(f"part-{number:06d}-*"))


def rename(path: Path, number: int) -> Path:
    return path.rename(path.with_name(re.sub(r"part-\d+", f"part-{number:06d}", path.name)))


# -- killed ------------------------------------------------------------------------------------------------------------

NURSERY = textwrap.dedent("""
    import json, os, random, signal, sys, time
    from pathlib import Path
    import sim
    from sim.sweeps import batches, plan, store, sweep, table  # once, so that each run below starts at once

    fields, size = json.loads(sys.argv[1]), int(sys.argv[2])
    fields["vary"] = {path: tuple(span) for path, span in fields["vary"].items()}
    batches.batch_size = lambda plan: size

    def child(folder, fatal=0):
        pid = os.fork()
        if pid:
            return pid
        if fatal:  # dies at its fatal-th call to see something to the disk or to put a file in its place
            left = [fatal]
            def deadly(original):
                def call(*words):
                    left[0] -= 1
                    if not left[0]:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return original(*words)
                return call
            os.fsync, Path.replace = deadly(os.fsync), deadly(Path.replace)
        sim.sweep("dushanbe-2025", folder, workers=1, **fields)
        os._exit(0)

    def killed(pid):
        status = os.waitpid(pid, 0)[1]
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
            sys.exit("a run failed")
        return os.WIFSIGNALED(status)

    def at_random(root, wanted, seed):
        chance, kills, folder = random.Random(seed), 0, 0
        while True:
            pid = child(f"{root}/random-{folder}")
            time.sleep(chance.uniform(0.0, 0.6))
            if kills < wanted:
                os.kill(pid, signal.SIGKILL)
            if killed(pid):
                kills += 1
            elif kills < wanted:
                folder += 1  # finished before it was killed: once more from the start
            else:
                return kills

    def at_every_step(root, steps):
        kills = 0
        for step in range(1, steps + 1):
            kills += killed(child(f"{root}/step-{step}", step))
            killed(child(f"{root}/step-{step}"))
        return kills

    print(globals()[sys.argv[3]](*map(json.loads, sys.argv[4:])))
""")


def nursery(size: int, *words: object) -> int:
    """Run the above in a process of its own; says how often it killed."""
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            NURSERY,
            json.dumps(FIELDS),
            str(size),
            *(word if index == 0 else json.dumps(word) for index, word in enumerate(words)),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=PLAIN,
    )
    assert answer.returncode == 0, answer.stderr
    return int(answer.stdout)


@pytest.mark.slow
@NEEDS_FORK
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_moments_it_ends_as_if_nothing_had_been(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seed fixes how long each run lives; the machine's own pace still varies where in its work that is."""
    assert nursery(20, "at_random", str(tmp_path), 8, seed) >= 8
    monkeypatch.setattr(batches, "batch_size", lambda _: 20)
    swept(tmp_path / "whole")
    expected = content(tmp_path / "whole")
    assert len(expected) == 3 + 32
    folders = list(tmp_path.glob("random-*"))
    assert folders
    for folder in folders:
        assert content(folder) == expected
        pd.testing.assert_frame_equal(sim.Sweep.load(folder).table(), sim.Sweep.load(tmp_path / "whole").table())


@pytest.mark.slow
@NEEDS_FORK
def test_killed_at_any_step_of_writing_it_ends_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three files when a folder is made, then the parts: each is flushed, put in its place, and its folder flushed."""
    steps = 3 * (3 + 2)
    assert nursery(320, "at_every_step", str(tmp_path), steps) == steps
    monkeypatch.setattr(batches, "batch_size", lambda _: 320)
    swept(tmp_path / "whole")
    for step in range(1, steps + 1):
        assert content(tmp_path / f"step-{step}") == content(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_ctrl_c_and_a_kill_stop_the_workers_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """The real program with two workers: SIGINT ends with 130 and says how to go on, SIGKILL leaves nobody behind."""
    out = tmp_path / "sweep"
    words = (
        "sweep",
        "dushanbe-2025",
        "--vary",
        f"{STRAIN}=0:0.9:6",
        "--worlds",
        "250",
        "--months",
        "36",
        "--outcome",
        "RUS.share",
        "--out",
        str(out),
        "--workers",
        "2",
    )

    def begin(parts: int) -> tuple[subprocess.Popen[str], list[int]]:
        program = subprocess.Popen(
            [sys.executable, "-m", "sim", *words],
            env=PLAIN,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        until(lambda: program.poll() is not None or len(list((out / PARTS).glob("*.parquet"))) >= parts)
        return program, children(program.pid)

    first, crew = begin(2)
    assert len(crew) == 2
    first.send_signal(signal.SIGSTOP)  # so that it cannot finish meanwhile
    rival = call(*words)
    assert (rival.exit_code, rival.stdout) == (2, "")
    assert f"another process is writing (process {first.pid} on " in rival.stderr
    first.send_signal(signal.SIGINT)
    first.send_signal(signal.SIGCONT)
    page, err = first.communicate(timeout=120)
    assert (first.returncode, page) == (130, "")
    kept = len(list((out / PARTS).glob("*.parquet")))
    assert 2 <= kept < 12
    assert re.fullmatch(
        rf"6 points x 250 worlds.*\nStopped: [\d,]+ of 1,500 worlds are saved in {re.escape(str(out))}"
        r"\. The same command resumes the sweep\.\n",
        err,
    ), err
    until(lambda: not any(map(alive, crew)))
    second, crew = begin(kept + 2)
    second.kill()
    second.communicate(timeout=120)
    assert second.returncode == -signal.SIGKILL
    until(lambda: not any(map(alive, crew)))
    fields: dict[str, Any] = {"vary": {STRAIN: (0, 0.9, 6)}, "worlds": 250, "months": 36, "outcomes": "RUS.share"}
    resumed = sim.sweep("dushanbe-2025", out, **fields)
    pd.testing.assert_frame_equal(resumed.table(), sim.sweep("dushanbe-2025", **fields).table(), check_exact=True)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_a_batch_whose_worker_is_killed_goes_to_another(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew: list[subprocess.Popen[bytes]] = []

    def start(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        crew.append(popen(*words, **options))
        if len(crew) == 2:
            crew[1].kill()
        return crew[-1]

    popen = subprocess.Popen
    monkeypatch.setattr(workers.subprocess, "Popen", start)
    sim.sweep("dushanbe-2025", tmp_path / "two", workers=2, **FIELDS)
    assert len(crew) == 3
    assert content(tmp_path / "two") == content(whole)
    monkeypatch.setattr(workers, "_START", "raise SystemExit(9)")
    with pytest.raises(sim.BadInput, match="died 3 times"):
        sim.sweep("dushanbe-2025", tmp_path / "none", workers=2, **FIELDS)


# -- damaged -----------------------------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def swap(folder: Path) -> None:
    third, fourth = part(folder, 2), part(folder, 3)
    rename(third, 777_777)
    rename(fourth, 2)
    rename(part(folder, 777_777), 3)


def bring_from_another(folder: Path) -> None:
    """The same part of a sweep of another seed, whole and sound in its own place."""
    swept(folder.parent / "other", seed=1)
    part(folder, 2).unlink()
    shutil.copy(part(folder.parent / "other", 2), folder / PARTS)


DAMAGE: dict[str, tuple[Callable[[Path], Any], int]] = {
    "a flipped bit": (lambda folder: flip(part(folder, 2)), 1),
    "cut short": (lambda folder: os.truncate(part(folder, 2), 1000), 1),
    "empty": (lambda folder: part(folder, 2).write_bytes(b""), 1),
    "longer": (lambda folder: os.truncate(part(folder, 2), 9000), 1),
    "two exchanged": (swap, 2),
    "one in place of another": (lambda folder: part(folder, 2).replace(part(folder, 3)), 2),
    "twice": (lambda folder: shutil.copy(part(folder, 2), folder / PARTS / f"part-000003-{'0' * 16}.parquet"), 0),
    "beyond the last": (lambda folder: rename(part(folder, 2), 900), 1),
    "of another sweep": (bring_from_another, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_part_is_told_and_made_anew_and_the_rest_is_kept(how: str, whole: Path, copy: Path) -> None:
    spoil, again = DAMAGE[how]
    spoil(copy)
    spoiled = {path.name: path.read_bytes() for path in (copy / PARTS).iterdir()}
    with pytest.raises(sim.BadInput, match="a part that is damaged or of another sweep"):
        sim.Sweep.load(copy)
    answer = call("discover", str(copy), "--where", "RUS.share < 0.3")
    assert answer.exit_code == 2
    assert "run the same sweep again" in answer.stderr
    assert {path.name: path.read_bytes() for path in (copy / PARTS).iterdir()} == spoiled  # reading mends nothing
    made: list[int] = []
    told: list[sweep.Estimate] = []
    sim.sweep("dushanbe-2025", copy, workers=1, progress=lambda *done: made.append(done[0]), tell=told.append, **FIELDS)
    assert len(made) == again
    assert told[0].left == 128 * again
    assert content(copy) == content(whole)


def test_what_a_crash_leaves_half_written_is_no_damage(whole: Path, copy: Path) -> None:
    half = part(copy, 2).read_bytes()[:500]
    part(copy, 2).unlink()
    (copy / PARTS / f"part-000002-{'0' * 16}.parquet.partial").write_bytes(half)
    (copy / "manifest.json.partial").write_bytes(b"{")
    with pytest.raises(sim.BadInput, match="1 of 5 parts missing"):
        sim.Sweep.load(copy)
    assert sim.Sweep.load(copy, incomplete=True).rows == 640 - 128
    swept(copy)
    assert content(copy) == content(whole)


def write(name: str, text: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def other_seed(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 0', '"seed": 7'), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (write("manifest.json", ""), "a manifest that is damaged"),
        (write("manifest.json", '{"kind": "sweep"'), "a manifest that is damaged"),
        (other_seed, "a manifest that is damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "no manifest"),
        (write("design.parquet", ""), "the design as written"),
        (lambda folder: (folder / "design.parquet").unlink(), "the design as written"),
        (
            lambda folder: (
                swept(folder.parent / "other", vary={STRAIN: (0, 0.8, 8)})
                and shutil.copy(folder.parent / "other" / "design.parquet", folder)
            ),
            "a design that is damaged",
        ),
        (write("scenario-dushanbe-2025.yaml", "title: Another\n"), None),
        (lambda folder: (folder / "log.txt").unlink(), None),
        (lambda folder: (folder / "lock").unlink(), None),
    ],
)
def test_a_damaged_manifest_or_design_is_told_and_mended(
    spoil: Callable[[Path], Any], told: str | None, whole: Path, copy: Path
) -> None:
    inodes = {path: path.stat().st_ino for path in (copy / PARTS).iterdir()}
    spoil(copy)
    if told is None:
        sim.Sweep.load(copy)
    else:
        with pytest.raises(sim.BadInput, match=told):
            sim.Sweep.load(copy)
    swept(copy)
    assert content(copy) == content(whole)
    assert {path: path.stat().st_ino for path in (copy / PARTS).iterdir()} == inodes  # no part was made anew


# -- not ours ----------------------------------------------------------------------------------------------------------


def everything(folder: Path) -> dict[Path, bytes | None]:
    return {
        path: path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.name not in ("lock", "log.txt")
    }


@pytest.mark.parametrize(
    "spoil",
    [
        write("thesis.txt", "keep me"),
        lambda folder: (
            shutil.rmtree(folder / PARTS)
            or (folder / "manifest.json").unlink()
            or (folder / PARTS).mkdir()
            or (folder / PARTS / "wheel.txt").write_text("keep me", encoding="utf-8")
        ),
        lambda folder: shutil.rmtree(folder / PARTS) or write("manifest.json", '{"name": "a web page"}')(folder),
        write("manifest.json", '{"kind": "run", "format": 1}'),
        lambda folder: (folder / "manifest.json").unlink() or [flip(path) for path in (folder / PARTS).iterdir()],
    ],
)
def test_what_is_not_this_sweep_is_left_alone(spoil: Callable[[Path], Any], copy: Path) -> None:
    spoil(copy)
    before = everything(copy)
    answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1
    assert str(copy) in answer.stderr
    assert everything(copy) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 5}, "plan.seed: found a sweep with 0, expected 5"),
        ({"worlds": 81}, "plan.worlds: found a sweep with 80, expected 81"),
        ({"months": 3}, "plan.months"),
        ({"luck": "fresh"}, 'plan.luck: found a sweep with "paired"'),
        ({"trajectories": True}, "plan.trajectories"),
        ({"outcomes": ["RUS.share"]}, "plan.outcomes"),
        ({"vary": {STRAIN: (0, 0.8, 8)}}, "plan.factors"),
        ({"set": {"powers.CHN.strain": 0.3}}, "plan.scenarios"),
    ],
)
def test_another_plan_is_refused(changes: dict[str, Any], told: str, copy: Path) -> None:
    before = everything(copy)
    for way in (swept, lambda folder, **fields: sweep.dry_run(Plan.of("dushanbe-2025", **FIELDS | fields), folder)):
        with pytest.raises(sim.BadInput) as caught:
            way(copy, **changes)
        assert told in str(caught.value)
        assert "name another folder" in str(caught.value)
    assert everything(copy) == before


def test_another_version_of_the_model_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(copy)
    monkeypatch.setattr(modelversion, "_digest", lambda: "another")
    answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy))
    assert answer.exit_code == 2
    assert re.search(r'model: found a sweep with "sim \S+ \w{12} .*expected "sim \S+ another numpy', answer.stderr)
    assert everything(copy) == before


# -- the disk ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of resources")
def test_a_disk_that_takes_no_more(whole: Path, copy: Path) -> None:
    """A limit on the size of files stands in for a full disk; it works for everyone, also for root."""
    import resource

    part(copy, 1).unlink()
    part(copy, 3).unlink()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy))
        fresh = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy.parent / "fresh"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for found in (answer, fresh):
        assert (found.exit_code, found.stdout) == (2, "")
        assert len(found.stderr.splitlines()) == 2  # what it will take, and what went wrong
        assert "File too large" in found.stderr
    assert "expected more room; finished parts are saved, and the same command resumes the sweep" in answer.stderr
    assert len(list((copy / PARTS).iterdir())) == COUNT - 2  # nothing half written
    swept(copy)
    assert content(copy) == content(whole)
    swept(copy.parent / "fresh")
    assert content(copy.parent / "fresh") == content(whole)


FULL = textwrap.dedent("""
    import json, shutil, subprocess, sys
    import sim
    from sim.sweeps import sweep as sweeping

    disk, kept, fields = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    fields["vary"] = {path: tuple(span) for path, span in fields["vary"].items()}
    with open(disk + "/ballast", "wb") as ballast:  # leaves room for the manifest and two parts
        ballast.write(bytes(shutil.disk_usage(disk).free - 52 * 1024))
    sweeping._refuse = lambda *_: None  # which would have said so before the first world
    try:
        sim.sweep("dushanbe-2025", disk + "/sweep", workers=1, **fields)
    except sim.BadInput as error:
        print(error)
    subprocess.run(["rm", disk + "/ballast"], check=True)
    shutil.copytree(disk + "/sweep", kept + "/before")
    sim.sweep("dushanbe-2025", disk + "/sweep", workers=1, **fields)
    shutil.copytree(disk + "/sweep", kept + "/after")
""")


def can_mount() -> bool:
    """Whether a small disk of one's own can be had: as root, or in a user namespace."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"], check=False, capture_output=True
    )
    return tried.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not can_mount(), reason="needs the right to mount a tmpfs in a namespace")
def test_a_full_disk(whole: Path, tmp_path: Path) -> None:
    """A real one, of 256 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" -c "$3" "$1" "$4" "$5"'
    answer = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", disk, sys.executable, FULL, tmp_path, json.dumps(FIELDS)],
        capture_output=True,
        text=True,
        check=False,
        env=PLAIN,
    )
    assert answer.returncode == 0, answer.stderr
    assert re.search(r"No space left on device while writing part \d, expected more room", answer.stdout)
    before = list((tmp_path / "before" / PARTS).iterdir())
    assert 0 < len(before) < COUNT
    assert all(path.read_bytes() == (whole / PARTS / path.name).read_bytes() for path in before)
    assert content(tmp_path / "after") == content(whole)


@pytest.mark.slow
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        for dry in ((), ("--dry-run",)):
            answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(out), *dry)
            if answer.exit_code == 0:
                assert dry  # a folder that is not there yet is only tried when it is made
                continue
            assert (answer.exit_code, answer.stdout) == (2, "")
            assert "Traceback" not in answer.stderr
            assert str(out) in answer.stderr


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(copy: Path) -> None:
    part(copy, 1).unlink()
    for folder in (copy / PARTS, copy):
        folder.chmod(0o555)
        answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy))
        folder.chmod(0o755)
        assert answer.exit_code == 2
        assert "ermission" in answer.stderr


# -- two writers -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_second_of_two_writers_is_refused(copy: Path) -> None:
    plan = Plan.of("dushanbe-2025", **FIELDS)
    facts = sweep.manifest(plan, batches.job_of(plan), batches.batch_size(plan))
    with Store.open(copy, facts, {}):
        answer = call("sweep", "dushanbe-2025", *FLAGS, "--out", str(copy))
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert f"another process is writing (process {os.getpid()} on " in answer.stderr
        sim.Sweep.load(copy)  # reading is free
    swept(copy)
