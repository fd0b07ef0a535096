"""A worker that is killed leaves nothing alive, and its successor of the same name starts clean."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.privileged.a_worker import SUFFIX
from tests.privileged.lab import Lab, make_config
from tests.privileged.leaks import cgroup_directories, children, container_pid, slots_of

ROOT = Path(__file__).parents[2]
WITHIN_S = 20.0

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(lab: Lab) -> Iterator[Start]:
    """Starts a worker in the mount namespace that a worker would be started in."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        enter = ["nsenter", f"--mount={lab.first_mount_namespace}", f"--wd={ROOT}"]
        command = [sys.executable, "-m", "tests.privileged.a_worker", str(lab.number), *words]
        process = subprocess.Popen(
            [*enter, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    reap_orphans(lab)
    with contextlib.suppress(FileNotFoundError):
        make_config(lab.number, SUFFIX).workplace.rmdir()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def reap_orphans(lab: Lab) -> None:
    """What a killed worker had started becomes a child of this process, a subreaper."""
    ours = {container_pid(slot) for slot in slots_of(lab.pool)}
    for pid in children() - ours:
        os.waitpid(pid, 0)


def cgroups(lab: Lab) -> list[Path]:
    """The cgroup directories of the worker, in each hierarchy."""
    parents = {path.parent.parent for path in cgroup_directories(slots_of(lab.pool)[0])}
    name = make_config(lab.number, SUFFIX).name
    return [parent / name for parent in parents if (parent / name).is_dir()]


def processes(lab: Lab) -> set[int]:
    """What is alive in the slots of the worker."""
    pids: set[int] = set()
    for path in cgroups(lab):
        # A successor may be removing them, or a new worker making them.
        with contextlib.suppress(OSError):
            for file in path.rglob("cgroup.procs"):
                pids.update(map(int, file.read_text().split()))
    return {pid for pid in pids if is_alive(pid)}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def names(pids: set[int]) -> list[str]:
    return sorted(filter(None, map(name_of, pids)))


def name_of(pid: int) -> str:
    """Empty when it has just ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {condition}"
        time.sleep(0.01)


class Elapsed:
    """Whether some time has gone by."""

    def __init__(self, seconds: float) -> None:
        self._until_s = time.monotonic() + seconds

    def __call__(self) -> bool:
        return time.monotonic() > self._until_s


@pytest.mark.parametrize("programs", [["sleep"], ["sh", "sleep", "sleep"]], ids=len)
def test_nothing_of_a_killed_worker_lives_on(lab: Lab, start_worker: Start, programs: list[str]):
    many = ["sh", "-c", "setsid sleep 90 & sleep 90; true"]
    first = start_worker(*(["sleep", "90"] if programs == ["sleep"] else many))
    wait_until(lambda: names(processes(lab)) == ["init", "init", *programs])
    victims = processes(lab)

    first.send_signal(signal.SIGKILL)
    first.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in victims))

    # Only directories are left, and the successor removes them.
    assert [] != cgroups(lab)
    second = start_worker("true")
    out, err = second.communicate(timeout=WITHIN_S)
    assert (0, b"0\n", b"") == (second.returncode, out, err)
    assert [] == cgroups(lab)


def test_a_worker_killed_at_any_moment_can_be_followed(lab: Lab, start_worker: Start):
    def kill_when(moment: Callable[[], object]) -> float:
        """How long the worker has lived."""
        start_s = time.monotonic()
        process = start_worker("sleep", "90")
        wait_until(lambda: bool(moment()))
        process.kill()
        process.wait()
        return time.monotonic() - start_s

    whole_s = kill_when(lambda: "sleep" in names(processes(lab)))
    assert [] != cgroups(lab)
    wait_until(lambda: not processes(lab))
    kill_when(lambda: processes(lab))
    for part in range(3, 11):  # and moments that nothing tells, from before the slots to the run
        kill_when(Elapsed(whole_s * part / 10))
    wait_until(lambda: not processes(lab))
    last = start_worker("true")
    out, err = last.communicate(timeout=WITHIN_S)
    assert (0, b"0\n", b"") == (last.returncode, out, err)
    assert [] == cgroups(lab)


def test_mounts_of_a_worker_go_with_it(lab: Lab, start_worker: Start):
    first = start_worker("sleep", "90")
    wait_until(lambda: "sleep" in names(processes(lab)))
    # nsenter has become the worker by exec, so its namespace is that of our child.
    inside = Path(f"/proc/{first.pid}/mountinfo").read_text()
    workplace = str(make_config(lab.number, SUFFIX).workplace)
    assert workplace in inside
    first.kill()
    first.wait()
    assert workplace not in Path("/proc/self/mountinfo").read_text()
    assert workplace not in Path("/proc/1/mountinfo").read_text()
    wait_until(lambda: not processes(lab))
    second = start_worker("true")
    assert 0 == second.wait(WITHIN_S)
