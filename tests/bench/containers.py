"""A fresh container for each run: crun by hand, and Docker where an engine answers."""

import contextlib
import dataclasses
import itertools
import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import workplace
from tests.bench.agents import Round, Unavailable
from tests.bench.closed_loop import RunFailed, check_output, repeat
from tests.bench.figures import Sample
from tests.bench.unsandboxed import spawn_and_wait, write_input
from tests.bench.workloads import Step, Task

FIRST_UID = 0x77C0_0000
_USER = 1000
_UIDS = 65_536
_WORK = "/mnt"  # a directory that every image has; the program's files are mounted there


def _steps(task: Task, number: int) -> list[Step]:
    """A container for each of these. Compiling shares one with a run that is the only one."""
    steps = list(task.steps(number))
    if task.compile is None or task.workload.tests:
        return steps
    compiling, running = steps
    both = f"{shlex.join(compiling.command)} && exec {shlex.join(running.command)}"
    return [dataclasses.replace(running, command=("/bin/sh", "-c", both))]


def crun_config(task: Task, command: tuple[str, ...], work: Path) -> dict[str, Any]:
    """An OCI configuration near to that of a run in a slot.

    Without a system-call filter and without a cgroup, which makes it cheaper than it should be.
    """
    ids = [{"containerID": 0, "hostID": FIRST_UID, "size": _UIDS}]
    environment = [f"{name}={value}" for name, value in task.environment.items()]
    return {
        "ociVersion": "1.0.0",
        "root": {"path": str(task.rootfs), "readonly": True},
        "hostname": "bench",
        "process": {
            "terminal": False,
            "user": {"uid": _USER, "gid": _USER},
            "args": list(command),
            "env": environment,
            "cwd": _WORK,
            "noNewPrivileges": True,
            "capabilities": {},
        },
        "mounts": [
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "mode=755", "size=64k"]},
            {"destination": "/proc", "type": "proc", "source": "proc",
             "options": ["nosuid", "nodev", "noexec"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "nodev", "mode=1777", "size=64m"]},
            {"destination": _WORK, "type": "bind", "source": str(work),
             "options": ["bind", "nosuid", "nodev"]},
        ],
        "linux": {
            "namespaces": [
                {"type": kind}
                for kind in ("pid", "mount", "ipc", "uts", "cgroup", "user", "network")
            ],
            "uidMappings": ids,
            "gidMappings": ids,
        },
    }  # fmt: skip


def _give_files(task: Task, number: int, work: Path) -> None:
    for name, text in task.input_files(number).items():
        (work / name).write_text(text)


class _Crun:
    def __init__(self, task: Task, directory: Path, crun: str) -> None:
        self._task = task
        self._directory = directory
        self._work = directory / "work"
        self._output = directory / "output"
        self._crun = (crun, f"--root={directory / 'crun'}", "--cgroup-manager=disabled", "run")
        self._numbers = task.workload.numbers()
        self._names = itertools.count()
        self._bundles: dict[tuple[str, ...], Path] = {}
        self._work.mkdir()
        os.chown(self._work, FIRST_UID + _USER, FIRST_UID + _USER)

    def round(self, wanted: Round) -> list[Sample]:
        return [repeat(self._run_once, wanted.seconds)]

    def _bundle(self, command: tuple[str, ...]) -> Path:
        """A command's bundle, which is made once: what it says is the same for every variant."""
        if command not in self._bundles:
            bundle = self._bundles[command] = self._directory / f"bundle-{len(self._bundles)}"
            bundle.mkdir()
            config = crun_config(self._task, command, self._work)
            (bundle / "config.json").write_text(json.dumps(config))
        return self._bundles[command]

    def _run_once(self) -> None:
        number = next(self._numbers)
        _give_files(self._task, number, self._work)
        for step in _steps(self._task, number):
            stdin = write_input(step.stdin, self._directory / "input")
            bundle = f"--bundle={self._bundle(step.command)}"
            command = (*self._crun, bundle, f"bench-{next(self._names)}")
            environment = {"PATH": "/usr/sbin:/usr/bin:/bin"}
            status = spawn_and_wait(command, environment, str(self._output), stdin)
            output = self._output.read_text()
            if status != 0:
                raise RunFailed(f"crun ended with {status}: {output}")
            check_output(output, step.expected)


@dataclass(frozen=True, slots=True)
class MakeCrun:
    """``crun run`` for each run."""

    task: Task
    directory: Path

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Crun]:
        crun = shutil.which("crun")
        if crun is None:
            raise Unavailable("crun is not installed")
        workplace.enter(self.directory)
        yield _Crun(self.task, self.directory, crun)


def _docker(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["docker", *arguments],
            input=stdin, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise Unavailable("no engine") from None


class _Docker:
    def __init__(self, task: Task, directory: Path, image: str) -> None:
        self._task = task
        self._directory = directory
        self._image = image
        self._numbers = task.workload.numbers()

    def round(self, wanted: Round) -> list[Sample]:
        """All lanes in threads: they do nothing but wait for the client."""
        with ThreadPoolExecutor(wanted.concurrency) as lanes:
            samples = [
                lanes.submit(repeat, self._lane(number), wanted.seconds)
                for number in range(wanted.concurrency)
            ]
        return [sample.result() for sample in samples]

    def _lane(self, lane: int) -> Callable[[], None]:
        work = self._directory / f"work-{lane}"
        work.mkdir(exist_ok=True)
        os.chown(work, _USER, _USER)
        return lambda: self._run_once(next(self._numbers), work)

    def _run_once(self, number: int, work: Path) -> None:
        _give_files(self._task, number, work)
        for step in _steps(self._task, number):
            self._run_step(step, work)

    def _run_step(self, step: Step, work: Path) -> None:
        variables = (f"--env={name}={value}" for name, value in self._task.environment.items())
        done = _docker(
            "run", "--rm", "--interactive", "--network=none", "--read-only", "--tmpfs=/tmp:exec",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges", "--memory=512m", "--pids-limit=64",
            f"--user={_USER}:{_USER}", f"--volume={work}:{_WORK}", f"--workdir={_WORK}",
            *variables, self._image, *step.command, stdin=step.stdin,
        )  # fmt: skip
        if done.returncode != 0:
            raise RunFailed(f"docker run ended with {done.returncode}: {done.stderr}")
        check_output(done.stdout, step.expected)


@dataclass(frozen=True, slots=True)
class MakeDocker:
    """``docker run`` for each run, from the same root directory, imported for the time of the bench."""

    task: Task
    directory: Path

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Docker]:
        if _docker("info").returncode != 0:
            raise Unavailable("no engine")
        self.directory.mkdir(exist_ok=True)
        image = f"sandbox-bench:{self.task.digest.removeprefix('sha256:')[:12]}-{time.time_ns()}"
        try:
            _import(self.task.rootfs, image)
            yield _Docker(self.task, self.directory, image)
        finally:
            _docker("rmi", "--force", image)


def _import(rootfs: Path, image: str) -> None:
    tar = subprocess.Popen(
        ["tar", "--numeric-owner", "-C", str(rootfs), "-c", "."], stdout=subprocess.PIPE
    )
    try:
        done = subprocess.run(
            ["docker", "import", "-", image],
            stdin=tar.stdout, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        assert tar.stdout is not None
        tar.stdout.close()
        tar.wait()
    if done.returncode != 0:
        raise Unavailable(f"docker import failed: {done.stderr.strip()}")
