"""What a test can leave behind in this process and on this machine, and the difference of two looks.

Slots change while tests run (their containers and cgroups are replaced); what belongs to them now is
expected, everything else that was not there before is a leak.
"""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.pool import SlotPool
from runtime.slot import Slot

CGROUPS = Path("/sys/fs/cgroup")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Look:
    """What there is now: processes and their names, and bags of words that name the other things."""

    processes: dict[int, str]
    mounts: Counter[str]
    descriptors: Counter[str]
    network_namespaces: Counter[str]
    disorder: Counter[str]

    def beyond(self, before: "Look") -> list[str]:
        """What there is now and was not then."""
        return sorted(
            [
                *(
                    f"process {pid} {self.processes[pid]}"
                    for pid in self.processes.keys() - before.processes.keys()
                ),
                *(f"mount {name}" for name in self.mounts - before.mounts),
                *(f"descriptor {name}" for name in self.descriptors - before.descriptors),
                *(
                    f"network namespace {name}"
                    for name in self.network_namespaces - before.network_namespaces
                ),
                *(self.disorder - before.disorder),
            ]
        )


def look(pool: SlotPool) -> Look:
    """Looks at this process, while no run is under way; what belongs to the slots is left out."""
    slots = slots_of(pool)
    containers = {container_pid(slot) for slot in slots}
    owned = {fd for slot in slots for fd in descriptors_of(slot)}
    return Look(
        processes={pid: _name(pid) for pid in children() if pid not in containers},
        mounts=Counter(_mounts()),
        descriptors=Counter(_descriptors(owned)),
        network_namespaces=Counter(_network_namespaces(children() - containers)),
        disorder=Counter(
            [
                *_alien_cgroups(slots),
                *(line for slot in slots for line in _alien_members(slot)),
                *_alien_files(slots),
            ]
        ),
    )


def children() -> set[int]:
    """The child processes of this process, zombies too."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found.update(map(int, task.read_text().split()))
    return found


def slots_of(pool: SlotPool) -> list[Slot]:
    """The slots of a pool. Its insides are nobody's business, except of those who look for leaks."""
    return pool._slots


def container_pid(slot: Slot) -> int | None:
    """The process id of a slot's init, or None."""
    return None if slot._container is None else slot._container.pid


def warm_pids(slot: Slot) -> set[int]:
    """The warm interpreters of a slot's container: the first children of init, in order of their start."""
    pid = container_pid(slot)
    if pid is None or slot._container is None or slot._container._warm is None:
        return set()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return set(map(int, children[: len(slot._container._warm.started)]))


def cgroup_directories(slot: Slot) -> list[Path]:
    """The cgroup of a slot in each hierarchy."""
    return [path.parent for path in slot._cgroup.join_files()]


def members(slot: Slot) -> set[int]:
    """All processes in a slot's cgroup."""
    return {int(pid) for pid in slot._cgroup.join_files()[0].read_text().split()}


def descriptors_of(slot: Slot) -> Iterator[int]:
    """The descriptors in this process that a slot holds."""
    if slot._container is not None:
        yield slot._container.channel.fileno()
        yield slot._container.page_fd
    yield from (file.fd for file in slot._cgroup._files)  # type: ignore[attr-defined]  # both have it
    if slot._cgroup.oom_event_fd is not None:
        yield slot._cgroup.oom_event_fd


def _alien_cgroups(slots: list[Slot]) -> Iterator[str]:
    ours = {path for slot in slots for path in cgroup_directories(slot)}
    for parent in {path.parent for path in ours}:
        for path in parent.iterdir():
            if path.is_dir() and path not in ours:
                yield f"cgroup {path}"


def _alien_members(slot: Slot) -> Iterator[str]:
    expected = {container_pid(slot)} - {None} | warm_pids(slot)
    for path in slot._cgroup.join_files():
        if not path.exists():
            yield f"{path} is missing"
            continue
        found = {int(pid) for pid in path.read_text().split()}
        if found != expected:
            yield f"{path} has {sorted(found)} instead of {expected}"


def _alien_files(slots: list[Slot]) -> Iterator[str]:
    """Bundles and crun's records of containers that are no more."""
    live = {slot._container.name for slot in slots if slot._container is not None}
    for slot in slots:
        directory = slot._place.directory
        records = (directory.parent / "crun").glob(f"{slot.name}-*")
        for path in [*directory.glob(f"{slot.name}-*"), *records]:
            if path.name not in live:
                yield f"file {path}"


def _name(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
    except FileNotFoundError:
        return "(gone)"
    return f"{fields[0].split(' ', 1)[1]}) {fields[1].split()[0]}"


def _mounts() -> Iterator[str]:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        yield f"{fields[4]} ({fields[fields.index('-') + 1]})"


def _descriptors(owned: set[int]) -> Iterator[str]:
    for entry in Path("/proc/self/fd").iterdir():
        if int(entry.name) in owned:
            continue
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue  # the one by which the directory was read
        yield target if target.startswith("/") else _NUMBERS.sub("N", target)


def _network_namespaces(processes: set[int]) -> Iterator[str]:
    own = Path("/proc/self/ns/net").readlink()
    for pid in processes:
        try:
            name = Path(f"/proc/{pid}/ns/net").readlink()
        except OSError:
            continue  # it is dead
        if name != own:
            yield str(name)
