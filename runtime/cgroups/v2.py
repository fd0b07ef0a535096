"""cgroup v2, through plain files.

Source: Documentation/admin-guide/cgroup-v2.rst in the Linux tree.
"""

import contextlib
import errno
import sys
from pathlib import Path

from runtime import syscalls
from runtime.cgroups.base import (
    OWN_MEMORY_BYTES,
    OWN_PIDS,
    CounterFile,
    close_all,
    kill_members,
    remove_tree,
)
from runtime.cgroups.starvation import Starvation
from runtime.errors import HostNotReady, SlotBroken

CONTROLLERS = ("memory", "pids", "cpu", "cpuset")


class CgroupV2:
    """One slot's cgroup."""

    usage_scale_ns = 1000
    oom_event_fd: int | None = None  # memory.oom.group makes the kernel kill the whole family

    def __init__(self, directory: Path) -> None:
        """Takes over a directory that exists. Raises OSError if a controller's file is missing."""
        self._directory = directory
        self._limit = CounterFile(directory / "memory.max", writable=True)
        self._usage = CounterFile(directory / "memory.current")
        self._stat = CounterFile(directory / "memory.stat")
        self._events = CounterFile(directory / "memory.events")
        self._pids_max = CounterFile(directory / "pids.max", writable=True)
        self._pids = CounterFile(directory / "pids.current")
        self._pids_events = CounterFile(directory / "pids.events")
        self._cpu = CounterFile(directory / "cpu.stat")
        self._files = [self._limit, self._usage, self._stat, self._events, self._pids_max, self._pids,
                       self._pids_events, self._cpu]  # fmt: skip
        self._peak: CounterFile | None = None
        if (directory / "memory.peak").exists():  # since Linux 5.19
            self._peak = CounterFile(directory / "memory.peak", writable=True)
            self._files.append(self._peak)
        if syscalls.has_capability(syscalls.CAP_SYS_RESOURCE):
            # The family dies as one; init, which is spared by its score, is not part of it.
            (directory / "memory.oom.group").write_text("1")
        swap = directory / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")
        self.usage_fd = self._cpu.fd
        self._starvation = Starvation(self._usage, self._stat)
        self._resident_processes, self._resident_bytes = 1, 0
        self._memory_bytes = self._max_pids = sys.maxsize  # a new cgroup has no limits
        self._base_limit_hits = self._base_ooms = self._base_refused = self._base_bytes = 0
        self._base_peak = 0

    def join_files(self) -> list[Path]:
        """See `SlotCgroup`."""
        return [self._directory / "cgroup.procs"]

    def prepare(self, memory_bytes: int, pids: int) -> None:
        """See `SlotCgroup`."""
        limit = memory_bytes + OWN_MEMORY_BYTES + self._resident_bytes
        if limit != self._memory_bytes:
            self._limit.write(limit)
            self._memory_bytes = limit
        pids += OWN_PIDS + self._resident_processes
        if pids != self._max_pids:
            self._pids_max.write(pids)
            self._max_pids = pids
        self._base_bytes = self._usage.number()
        self._base_peak = self._reset_peak()
        self._starvation.begin(limit)
        self._base_ooms = self._events.field(b"oom_kill")
        self._base_refused = self._pids_events.field(b"max")
        self._base_limit_hits = self._events.field(b"oom")

    def residue_bytes(self) -> int:
        """See `SlotCgroup`."""
        return self._usage.number() - self._resident_bytes

    def reclaim(self) -> None:
        """See `SlotCgroup`."""
        try:
            (self._directory / "memory.reclaim").write_text(str(self._usage.number()))
        except OSError:
            # EAGAIN: it reclaimed less than asked for, which is all that there was.
            return

    def set_residents(self, processes: int, memory_bytes: int) -> None:
        """See `SlotCgroup`."""
        self._resident_processes = processes
        self._resident_bytes = memory_bytes

    def memory_in_use_bytes(self) -> int:
        """See `SlotCgroup`."""
        return self._usage.number()

    def cpu_ns(self) -> int:
        """See `SlotCgroup`."""
        return self._cpu.field(b"usage_usec") * 1000

    def oom_kills(self) -> int:
        """See `SlotCgroup`; where the family dies as one, its first victim may count twice."""
        return self._events.field(b"oom_kill") - self._base_ooms

    def take_oom_event(self) -> None:
        """See `SlotCgroup`; there is no event."""

    def hit_memory_limit(self) -> bool:
        """See `SlotCgroup`."""
        return self._events.field(b"oom") != self._base_limit_hits

    def is_starving(self) -> bool:
        """See `SlotCgroup`."""
        return self._starvation.look()

    def pids_refused(self) -> int:
        """See `SlotCgroup`."""
        return self._pids_events.field(b"max") - self._base_refused

    def _reset_peak(self) -> int:
        """The figure above which the peak is this run's; Linux 6.12 and newer begin anew."""
        if self._peak is None:
            return 0
        try:
            self._peak.write("reset")
        except OSError:
            return self._peak.number()
        return 0

    def peak_memory_bytes(self) -> int | None:
        """See `SlotCgroup`."""
        peak = 0 if self._peak is None else self._peak.number()
        return max(0, peak - self._base_bytes) if peak > self._base_peak else None

    def check_clean(self) -> None:
        """See `SlotCgroup`."""
        alive, expected = self._pids.number(), self._resident_processes
        if alive != expected:
            raise SlotBroken(
                f"{self._pids.path}: {alive} processes after a run instead of {expected}"
            )

    def kill(self) -> None:
        """See `SlotCgroup`."""
        kill_file = self._directory / "cgroup.kill"
        if kill_file.exists():
            kill_file.write_text("1")
        kill_members(self._directory / "cgroup.procs")

    def close(self) -> None:
        """See `SlotCgroup`."""
        close_all(self._files)
        remove_tree(self._directory)


class PoolV2:
    """A worker's directory, and the slots below it."""

    def __init__(self, root: Path, name: str) -> None:
        """Clears what a predecessor of this name left, and makes the directories anew."""
        self._directory = root / "sandbox" / name
        remove_tree(self._directory)
        self._directory.mkdir(parents=True)
        if not _delegate(root):
            # In a container the root is no real one: what the container runs must leave it first.
            _move_members(root, root / "sandbox-own")
        for parent in (root, root / "sandbox", self._directory):
            if not _delegate(parent):
                raise HostNotReady(
                    f"{parent}: processes that cannot be moved keep its controllers from the slots; "
                    "end them, or give this container a PID namespace of its own"
                )

    def make(self, name: str, cpu: int | None) -> CgroupV2:
        """See `CgroupPool`."""
        directory = self._directory / name
        directory.mkdir()
        if cpu is not None:
            (directory / "cpuset.cpus").write_text(str(cpu))
        return CgroupV2(directory)

    def close(self) -> None:
        """See `CgroupPool`."""
        remove_tree(self._directory)


def _delegate(directory: Path) -> bool:
    """Gives a cgroup's children the controllers, unless members forbid it.

    A cgroup with members cannot give any away, the root of the whole tree excepted.
    """
    wanted = " ".join(f"+{name}" for name in CONTROLLERS)
    file = directory / "cgroup.subtree_control"
    try:
        file.write_text(wanted)
    except OSError as error:
        if error.errno == errno.EBUSY:
            return False
        raise OSError(error.errno, f"{file} = {wanted}: {error.strerror}") from error
    return True


def _move_members(source: Path, target: Path) -> None:
    """Moves the processes of a cgroup, until there are none but those that this one cannot see."""
    target.mkdir(exist_ok=True)
    while pids := {*(source / "cgroup.procs").read_text().split()} - {"0"}:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):  # it has ended
                (target / "cgroup.procs").write_text(pid)
