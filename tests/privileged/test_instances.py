"""What a dead worker left is removed by the next one, whatever its name; a living one keeps all."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.cgroups import instances, open_pool
from runtime.errors import HostNotReady

ROOT = Path(__file__).parents[2]
CGROUPS = Path("/sys/fs/cgroup")
# A worker as far as cgroups go: it makes some, says so, and removes them when it is told to end.
WORKER = """
import sys
from runtime.cgroups import open_pool
pool = open_pool(sys.argv[1])
pool.make("slot-0", None)
print("ready", flush=True)
sys.stdin.read()
pool.close()
"""

Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def worker(name: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield worker
    for process in started:
        process.communicate()


@pytest.fixture
def names() -> list[str]:
    """Of two workers that nobody else has."""
    return [f"test-{os.getpid()}-{which}" for which in ("first", "second")]


def traces(name: str) -> list[Path]:
    """What there is of a worker: a directory in each hierarchy, and its lock."""
    found = [*CGROUPS.glob(f"*/sandbox/{name}"), *CGROUPS.glob(f"sandbox/{name}")]
    return found + [path for path in [instances.LOCKS / f"{name}.lock"] if path.exists()]


def test_what_a_killed_worker_left_goes_when_any_other_starts(
    start: Start, names: list[str]
) -> None:
    first = start(names[0])
    first.kill()
    first.wait()
    assert len(traces(names[0])) > 1
    start(names[1])
    assert traces(names[0]) == []


def test_a_living_worker_keeps_what_it_has(start: Start, names: list[str]) -> None:
    start(names[0])
    before = traces(names[0])
    assert len(before) > 1
    start(names[1])
    assert traces(names[0]) == before


def test_a_worker_that_ends_leaves_no_lock(start: Start, names: list[str]) -> None:
    start(names[0]).communicate()
    assert traces(names[0]) == []


def test_a_living_workers_name_is_refused(
    start: Start, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "_WAIT_S", 0.0)
    start(names[0])
    before = traces(names[0])
    with pytest.raises(HostNotReady, match=f"{names[0]} is alive"):
        open_pool(names[0])
    assert traces(names[0]) == before
