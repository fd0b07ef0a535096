"""Programs started directly, without a sandbox: the floor, and what a script would do.

They run from the same image as everywhere else, so that the same binaries are compared: the process
that starts them has moved into the image's root directory. Nothing else is isolated.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime import syscalls, workplace
from tests.bench.agents import Round
from tests.bench.closed_loop import RunFailed, check_output, repeat
from tests.bench.figures import Sample
from tests.bench.workloads import Task

# A compiler as Debian installs it has none; ours are a part of what is measured.
_PRECOMPILED = "usr/include/*/c++/*/bits/stdc++.h.gch"


def hide_precompiled_headers() -> None:
    """Leaves the compiler of the entered image as its distribution delivers it."""
    for directory in Path("/").glob(_PRECOMPILED):
        syscalls.mount("tmpfs", directory, "tmpfs", 0)


def enter_image(rootfs: Path, directory: Path) -> None:
    """Moves the calling process into an image: root directory, /proc, /dev and an empty /tmp.

    It gets a mount namespace of its own, mounted at ``directory``, so the mounts end with it. What it
    wants to import, it must have imported.
    """
    workplace.enter(directory)
    root = directory / "image"
    root.mkdir()
    syscalls.mount(rootfs, root, None, syscalls.MS_BIND)
    read_only = syscalls.MS_REMOUNT | syscalls.MS_BIND | syscalls.MS_RDONLY
    syscalls.mount(None, root, None, read_only)
    syscalls.mount("proc", root / "proc", "proc", 0)
    syscalls.mount("/dev", root / "dev", None, syscalls.MS_BIND)
    syscalls.mount("tmpfs", root / "tmp", "tmpfs", 0)
    os.chroot(root)
    os.chdir("/tmp")


def spawn_and_wait(
    command: tuple[str, ...], environment: dict[str, str], output: str, stdin: str = os.devnull
) -> int:
    """posix_spawn of a command, with input and output in files; returns its exit status.

    The program's path is looked up in ``environment``'s PATH.
    """
    path = shutil.which(command[0], path=environment["PATH"])
    if path is None:
        raise RunFailed(f"{command[0]} is not there")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    pid = os.posix_spawn(path, command, environment, file_actions=actions)
    try:
        status = os.waitpid(pid, 0)[1]
    except KeyboardInterrupt:
        # The programs end by themselves, soon; none is left behind.
        os.waitpid(pid, 0)
        raise
    return os.waitstatus_to_exitcode(status)


def write_input(text: str, path: Path) -> str:
    """The file from which a program reads ``text``; nothing is read from the null device."""
    if not text:
        return os.devnull
    path.write_text(text)
    return str(path)


def _write_files(task: Task, number: int, directory: Path) -> None:
    for name, text in task.input_files(number).items():
        (directory / name).write_text(text)


class _ForkExec:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._environment = dict(task.environment)
        self._numbers = task.workload.numbers()

    def round(self, wanted: Round) -> list[Sample]:
        return [repeat(self._run_once, wanted.seconds)]

    def _run_once(self) -> None:
        number = next(self._numbers)
        _write_files(self._task, number, Path())
        for step in self._task.steps(number):
            stdin = write_input(step.stdin, Path("input"))
            status = spawn_and_wait(step.command, self._environment, "output", stdin)
            output = Path("output").read_text()
            if status != 0:
                raise RunFailed(f"{step.command[0]} ended with {status}: {output}")
            check_output(output, step.expected)


class _Subprocess:
    def __init__(self, task: Task) -> None:
        self._task = task
        self._environment = dict(task.environment)
        self._numbers = task.workload.numbers()

    def round(self, wanted: Round) -> list[Sample]:
        return [repeat(self._run_once, wanted.seconds)]

    def _run_once(self) -> None:
        number = next(self._numbers)
        with tempfile.TemporaryDirectory() as name:
            _write_files(self._task, number, Path(name))
            for step in self._task.steps(number):
                done = subprocess.run(
                    step.command, cwd=name, env=self._environment, input=step.stdin or None,
                    stdin=None if step.stdin else subprocess.DEVNULL,
                    capture_output=True, text=True, check=False,
                )  # fmt: skip
                if done.returncode != 0:
                    raise RunFailed(
                        f"{step.command[0]} ended with {done.returncode}: {done.stderr}"
                    )
                check_output(done.stdout, step.expected)


@dataclass(frozen=True, slots=True)
class MakeForkExec:
    """``posix_spawn`` and ``waitpid``, in a directory that is used again: the least that is possible."""

    task: Task
    directory: Path

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_ForkExec]:
        enter_image(self.task.rootfs, self.directory)
        yield _ForkExec(self.task)


@dataclass(frozen=True, slots=True)
class MakeSubprocess:
    """``subprocess.run`` in a temporary directory for each run."""

    task: Task
    directory: Path

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Subprocess]:
        enter_image(self.task.rootfs, self.directory)
        yield _Subprocess(self.task)
