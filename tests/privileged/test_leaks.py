"""The leak check itself: each kind of leak is found and named."""

import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from runtime import syscalls
from runtime.pool import SlotPool
from tests.privileged.lab import Runner
from tests.privileged.leaks import cgroup_directories, look, slots_of


def start_process(undo: ExitStack, tmp_path: Path) -> None:
    process = subprocess.Popen(["sleep", "60"])
    undo.callback(process.wait)
    undo.callback(process.kill)


def make_zombie(undo: ExitStack, tmp_path: Path) -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    undo.callback(process.wait)


def mount_something(undo: ExitStack, tmp_path: Path) -> None:
    syscalls.mount("tmpfs", tmp_path, "tmpfs", 0)
    undo.callback(syscalls.unmount, tmp_path)


def open_pipe(undo: ExitStack, tmp_path: Path) -> None:
    for fd in os.pipe():
        undo.callback(os.close, fd)


def open_socket(undo: ExitStack, tmp_path: Path) -> None:
    undo.enter_context(socket.socket(socket.AF_UNIX))


@pytest.mark.parametrize(
    ("leak", "kind"),
    [
        (start_process, "process "),
        (make_zombie, "process "),
        (mount_something, "mount "),
        (open_pipe, "descriptor pipe:[N]"),
        (open_socket, "descriptor socket:[N]"),
    ],
)
def test_a_leak_of_this_process_is_named(
    pool: SlotPool, tmp_path: Path, leak: Callable[[ExitStack, Path], None], kind: str
):
    before = look(pool)
    with ExitStack() as undo:
        leak(undo, tmp_path)
        left = look(pool).beyond(before)
    assert [kind] == [line[: len(kind)] for line in left]


def test_a_cgroup_that_belongs_to_no_slot_is_named(pool: SlotPool):
    before = look(pool)
    path = cgroup_directories(slots_of(pool)[0])[0].parent / "alien"
    path.mkdir()
    left = look(pool).beyond(before)
    path.rmdir()
    assert [f"cgroup {path}"] == left


def test_a_process_too_many_in_a_slot_is_named(pool: SlotPool):
    procs = cgroup_directories(slots_of(pool)[0])[0] / "cgroup.procs"
    with subprocess.Popen(["sleep", "60"]) as process:
        before = look(pool)
        procs.write_text(str(process.pid))
        left = look(pool).beyond(before)
        process.kill()
    assert [str(procs)] == [line.split()[0] for line in left]
    assert str(process.pid) in left[0]


def test_the_files_of_a_container_that_is_no_more_are_named(pool: SlotPool):
    before = look(pool)
    slot = slots_of(pool)[0]
    path = slot._place.directory / f"{slot.name}-0"
    path.mkdir()
    left = look(pool).beyond(before)
    path.rmdir()
    assert [f"file {path}"] == left


def test_slots_at_rest_leave_nothing(runner: Runner, pool: SlotPool):
    before = look(pool)
    runner.run_program(["true"])
    assert [] == look(pool).beyond(before)
