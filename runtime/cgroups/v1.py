"""cgroup v1 (and hybrid, where the controllers sit on v1), through cgroupspy.

Source: Documentation/admin-guide/cgroup-v1/{memory,pids,cpusets}.rst in the Linux tree.
"""

import contextlib
import itertools
import os
import sys
from pathlib import Path

from cgroupspy.nodes import Node

from runtime.cgroups.base import (
    OWN_MEMORY_BYTES,
    OWN_PIDS,
    CounterFile,
    close_all,
    kill_members,
    remove_tree,
)
from runtime.cgroups.starvation import Starvation
from runtime.errors import SlotBroken

CONTROLLERS = ("memory", "pids", "cpuacct", "cpuset")


def _path(node: Node) -> Path:
    return Path(os.fsdecode(node.full_path))


class CgroupV1:
    """One slot's cgroup: a node in each of the four hierarchies."""

    usage_scale_ns = 1

    def __init__(self, nodes: dict[str, Node]) -> None:
        """Takes over nodes that exist. Raises OSError if a controller's file is missing."""
        self._nodes = nodes
        memory, pids = _path(nodes["memory"]), _path(nodes["pids"])
        self._limit = CounterFile(memory / "memory.limit_in_bytes", writable=True)
        self._peak = CounterFile(memory / "memory.max_usage_in_bytes", writable=True)
        self._usage = CounterFile(memory / "memory.usage_in_bytes")
        self._oom = CounterFile(memory / "memory.oom_control")
        self._stat = CounterFile(memory / "memory.stat")
        self._pids_max = CounterFile(pids / "pids.max", writable=True)
        self._pids = CounterFile(pids / "pids.current")
        self._pids_events = CounterFile(pids / "pids.events")
        self._cpu = CounterFile(_path(nodes["cpuacct"]) / "cpuacct.usage")
        self._files = [self._limit, self._peak, self._usage, self._oom, self._stat, self._pids_max,
                       self._pids, self._pids_events, self._cpu]  # fmt: skip
        # Absent where the kernel does not account for swap; then swap is the host's to turn off.
        self._swap_limit: CounterFile | None = None
        if (memory / "memory.memsw.limit_in_bytes").exists():
            self._swap_limit = CounterFile(memory / "memory.memsw.limit_in_bytes", writable=True)
            self._files.append(self._swap_limit)
        self.usage_fd = self._cpu.fd
        self.oom_event_fd: int | None = self._subscribe_oom(memory)
        self._starvation = Starvation(self._usage, self._stat)
        self._resident_processes, self._resident_bytes = 1, 0
        self._memory_bytes = self._max_pids = sys.maxsize  # a new cgroup has no limits
        self._own_ooms = self._base_ooms = self._base_refused = self._base_bytes = 0

    def _subscribe_oom(self, memory: Path) -> int:
        """v1 kills one process when memory runs out, not the family: be told, and do the rest."""
        event_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        (memory / "cgroup.event_control").write_text(f"{event_fd} {self._oom.fd}")
        return event_fd

    def join_files(self) -> list[Path]:
        """See `SlotCgroup`."""
        return [_path(node) / "cgroup.procs" for node in self._nodes.values()]

    def prepare(self, memory_bytes: int, pids: int) -> None:
        """See `SlotCgroup`."""
        limit = memory_bytes + OWN_MEMORY_BYTES + self._resident_bytes
        self._set_memory(limit)
        pids += OWN_PIDS + self._resident_processes
        if pids != self._max_pids:
            self._pids_max.write(pids)
            self._max_pids = pids
        self._base_bytes = self._usage.number()
        self._peak.write(0)
        self._starvation.begin(limit)
        self._base_ooms = self._oom.field(b"oom_kill")
        self._base_refused = self._pids_events.field(b"max")
        self.take_oom_event()
        self._own_ooms = 0

    def _set_memory(self, limit: int) -> None:
        if limit == self._memory_bytes:
            return
        # memory + swap may never be below memory, so the order depends on the direction.
        files = [file for file in (self._swap_limit, self._limit) if file is not None]
        for file in files if limit > self._memory_bytes else reversed(files):
            file.write(limit)
        self._memory_bytes = limit

    def set_residents(self, processes: int, memory_bytes: int) -> None:
        """See `SlotCgroup`."""
        self._resident_processes = processes
        self._resident_bytes = memory_bytes

    def residue_bytes(self) -> int:
        """See `SlotCgroup`."""
        return self._usage.number() - self._resident_bytes

    def reclaim(self) -> None:
        """See `SlotCgroup`."""
        self._nodes["memory"].controller.force_empty = True

    def memory_in_use_bytes(self) -> int:
        """See `SlotCgroup`."""
        return self._usage.number()

    def cpu_ns(self) -> int:
        """See `SlotCgroup`."""
        return self._cpu.number()

    def oom_kills(self) -> int:
        """See `SlotCgroup`."""
        return self._oom.field(b"oom_kill") - self._base_ooms

    def hit_memory_limit(self) -> bool:
        """See `SlotCgroup`."""
        self.take_oom_event()
        return self._own_ooms > 0

    def take_oom_event(self) -> None:
        """See `SlotCgroup`. The failure counts stay 0 on some kernels, so this is all there is."""
        if self.oom_event_fd is not None:
            with contextlib.suppress(BlockingIOError):
                self._own_ooms += os.eventfd_read(self.oom_event_fd)

    def is_starving(self) -> bool:
        """See `SlotCgroup`."""
        return self._starvation.look()

    def pids_refused(self) -> int:
        """See `SlotCgroup`."""
        return self._pids_events.field(b"max") - self._base_refused

    def peak_memory_bytes(self) -> int:
        """See `SlotCgroup`."""
        return max(0, self._peak.number() - self._base_bytes)

    def check_clean(self) -> None:
        """See `SlotCgroup`."""
        alive, expected = self._pids.number(), self._resident_processes
        if alive != expected:
            raise SlotBroken(
                f"{self._pids.path}: {alive} processes after a run instead of {expected}"
            )

    def kill(self) -> None:
        """See `SlotCgroup`."""
        kill_members(_path(self._nodes["pids"]) / "cgroup.procs")

    def close(self) -> None:
        """See `SlotCgroup`."""
        close_all(self._files)
        if self.oom_event_fd is not None:
            os.close(self.oom_event_fd)
            self.oom_event_fd = None
        for node in self._nodes.values():
            remove_tree(_path(node))
            node.parent.delete_cgroup(os.fsdecode(node.name))


class PoolV1:
    """A worker's directory in each hierarchy, and the slots below it."""

    def __init__(self, root: Path, name: str) -> None:
        """Clears what a predecessor of this name left, and makes the directories anew."""
        self._nodes: dict[str, Node] = {}
        base = Node(os.fsencode(f"{root}/"))
        for controller in CONTROLLERS:
            hierarchy = Node(controller, parent=base)
            remove_tree(_path(hierarchy) / "sandbox" / name)
            node = hierarchy.create_cgroup("sandbox")
            self._nodes[controller] = node.create_cgroup(name)
            if controller == "cpuset":
                _inherit_cpus(hierarchy, node, self._nodes[controller])

    def make(self, name: str, cpu: int | None) -> CgroupV1:
        """See `CgroupPool`."""
        nodes = {kind: parent.create_cgroup(name) for kind, parent in self._nodes.items()}
        _inherit_cpus(self._nodes["cpuset"], nodes["cpuset"])
        if cpu is not None:
            nodes["cpuset"].controller.cpus = {cpu}
        return CgroupV1(nodes)

    def close(self) -> None:
        """See `CgroupPool`."""
        for node in self._nodes.values():
            remove_tree(_path(node))


def _inherit_cpus(*nodes: Node) -> None:
    """A v1 cpuset starts empty, and nothing can join it before it has cores and memory nodes."""
    for parent, child in itertools.pairwise(nodes):
        child.controller.cpus = parent.controller.cpus
        child.controller.mems = parent.controller.mems
