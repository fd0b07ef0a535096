"""What the runtime asks of a slot's cgroup, and what both versions share."""

import errno
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from runtime.errors import SandboxFault, SlotBroken

# The keeper of a run counts as a process besides the container's residents, and so do its pages.
OWN_PIDS = 1
OWN_MEMORY_BYTES = 2 * 1024 * 1024
# What may still be charged to a cgroup when a run is over, besides what its residents hold.
RESIDUE_BYTES = 8 * 1024 * 1024


class SlotCgroup(Protocol):
    """The cgroup of one slot."""

    usage_scale_ns: int
    usage_fd: int
    oom_event_fd: int | None

    def join_files(self) -> list[Path]:
        """The files into which a process writes ``0`` to join."""

    def prepare(self, memory_bytes: int, pids: int) -> None:
        """Sets the limits of the next run and takes the baseline of every counter."""

    def set_residents(self, processes: int, memory_bytes: int) -> None:
        """What belongs to the container and not to a run: its processes, and the memory they hold.

        It is part of every run's cgroup, but not of what the run is allowed or charged.
        """

    def memory_in_use_bytes(self) -> int:
        """All that is charged to the cgroup now."""

    def residue_bytes(self) -> int:
        """What is charged to the cgroup beyond what its residents hold."""

    def reclaim(self) -> None:
        """Has the kernel take back what nobody needs: pages of files that were read."""

    def cpu_ns(self) -> int:
        """The CPU clock of everything in the cgroup; only differences mean anything."""

    def oom_kills(self) -> int:
        """Processes killed for lack of memory since `prepare`."""

    def take_oom_event(self) -> None:
        """Reads ``oom_event_fd``, which has become readable."""

    def hit_memory_limit(self) -> bool:
        """Whether the cgroup's own limit was reached since `prepare`.

        If not, processes that were killed for lack of memory fell to the host's need.
        """

    def is_starving(self) -> bool:
        """Whether the run has been without memory since the last call, though nobody was killed.

        See `runtime.cgroups.starvation`.
        """

    def pids_refused(self) -> int:
        """Forks refused since `prepare`."""

    def peak_memory_bytes(self) -> int | None:
        """Most memory in use at once since `prepare`, above what was in use then.

        None if the kernel cannot tell: before Linux 6.12 the peak of a v2 cgroup cannot be reset, and
        an earlier run had a higher one.
        """

    def check_clean(self) -> None:
        """Raises SlotBroken unless exactly the container's residents are left."""

    def kill(self) -> None:
        """Kills everything inside and waits until it is gone."""

    def close(self) -> None:
        """Kills what is inside and removes the cgroup."""


class CgroupPool(Protocol):
    """Where the cgroups of one worker are made."""

    def make(self, name: str, cpu: int | None) -> SlotCgroup:
        """A new cgroup, bound to one core or (None) to none."""

    def close(self) -> None:
        """Removes the pool with all that is in it, also what a killed predecessor left."""


class CounterFile:
    """A cgroup file that is kept open, for the figures that every run reads."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        """Raises OSError if the file is missing."""
        self.path = path
        self.fd = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC)

    def text(self) -> bytes:
        """The whole content."""
        return os.pread(self.fd, 4096, 0)

    def number(self) -> int:
        """The content as a number."""
        return int(self.text())

    def field(self, name: bytes) -> int:
        """The number that follows ``name`` in a file of ``name number`` lines; 0 if it is missing."""
        words = self.text().split()
        try:
            return int(words[words.index(name) + 1])
        except ValueError:
            return 0

    def write(self, value: int | str) -> None:
        """Writes a value; an OSError names the file and the value."""
        try:
            os.pwrite(self.fd, str(value).encode(), 0)
        except OSError as error:
            raise OSError(error.errno, f"{self.path} = {value}: {error.strerror}") from error

    def close(self) -> None:
        """Closes the file."""
        os.close(self.fd)


def kill_members(procs_file: Path, within_s: float = 5.0) -> None:
    """SIGKILLs the members of a cgroup until none is left.

    Raises:
        SlotBroken: somebody is still alive after ``within_s`` (a task the kernel cannot end).
    """
    deadline = time.monotonic() + within_s
    pause_s = 0.001
    while True:
        pids = [int(line) for line in procs_file.read_text().split()]
        if not pids:
            return
        for pid in pids:
            # 0 stands for a process of another PID namespace's view; never signal our own group.
            if pid > 0:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        if time.monotonic() > deadline:
            raise SlotBroken(f"{procs_file}: processes {pids} do not die")
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.05)


def remove_tree(directory: Path) -> None:
    """Kills all members below a cgroup directory and removes it, deepest first."""
    if not directory.is_dir():
        return
    for child in sorted(path for path in directory.iterdir() if path.is_dir()):
        remove_tree(child)
    kill_members(directory / "cgroup.procs")
    _remove_directory(directory)


def _remove_directory(directory: Path, within_s: float = 2.0) -> None:
    deadline = time.monotonic() + within_s
    while True:
        try:
            directory.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError as error:
            # A dead member may hold the cgroup for an instant longer.
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise SandboxFault(f"cannot remove cgroup {directory}: {error.strerror}") from error
        kill_members(directory / "cgroup.procs")  # somebody may have joined late
        time.sleep(0.005)


def close_all(files: Iterable[CounterFile]) -> None:
    """Closes files that were kept open."""
    for file in files:
        file.close()
