"""What the kernel tells about this machine and this process."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.cgroups import Layout, detect_layout
from runtime.cgroups.v1 import CONTROLLERS as V1_CONTROLLERS
from runtime.container import UID_RANGE
from runtime.errors import HostNotReady
from runtime.hostcheck.finding import Finding, Level
from runtime.hostcheck.versions import (
    KERNEL_FLOORS,
    is_past_kernel_floor,
    kernel_version,
    show,
)
from runtime.syscalls import CAP_SYS_RESOURCE

# Measured: with these and no other, slots are made, booted, run in and closed.
NEEDED_CAPABILITIES = {
    "CAP_CHOWN": 0,  # pipes that are given to the slots' users
    "CAP_DAC_OVERRIDE": 1,  # files of containers' users
    "CAP_SETGID": 6,  # id maps of containers
    "CAP_SETUID": 7,
    "CAP_NET_ADMIN": 12,  # loopback
    "CAP_SYS_ADMIN": 21,  # mounts, namespaces, cgroups
    "CAP_SYS_NICE": 23,  # init acts while its runs burn the core
    "CAP_MKNOD": 27,  # device files
}


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look.

    Attributes:
        root: the directory that has ``proc`` and ``sys``.
        crun: the crun binary, a name or a path.
        init_directory: where the compiled init is kept.
        first_uid: the user ids from here on belong to slots.
        runsc: gVisor's command, with flags if need be; empty where it is not wanted.
    """

    root: Path
    crun: str
    init_directory: Path
    first_uid: int
    runsc: str = ""

    def read(self, path: str) -> str:
        """A file below the root; raises OSError."""
        return (self.root / path).read_text(errors="replace").strip()

    @property
    def cgroups(self) -> Path:
        """Where the cgroup hierarchies are mounted."""
        return self.root / "sys/fs/cgroup"


def check_platform(_: Machine) -> Iterator[Finding]:
    """The system and the processor."""
    about = os.uname()
    yield judge_platform(about.sysname, about.machine)


def judge_platform(system: str, processor: str) -> Finding:
    """The names are those of ``uname``."""
    if (system, processor) == ("Linux", "x86_64"):
        return Finding("platform", Level.PASS, "Linux on x86_64")
    return Finding(
        "platform", Level.FAIL, f"{system} on {processor}", "use a machine with Linux on x86_64"
    )


def check_kernel(machine: Machine) -> Iterator[Finding]:
    """The kernel's version, against the page-cache bugs."""
    release = machine.read("proc/sys/kernel/osrelease")
    version = kernel_version(release, machine.read("proc/sys/kernel/version"))
    floors = ", ".join(show((*series, patch)) for series, patch in KERNEL_FLOORS.items())
    if version is not None and is_past_kernel_floor(version):
        yield Finding("kernel", Level.PASS, f"{show(version)} is past the known page-cache bugs")
        return
    yield Finding(
        "kernel",
        Level.CAUTION,
        f"{show(version) if version else release} may let programs write to other slots' page cache "
        "(CVE-2026-31431, CVE-2026-43284, CVE-2026-43500); only the system-call policy is in the way",
        f"boot {floors} or a newer series, unless the distribution has put the fixes into this one",
    )


def check_capabilities(machine: Machine) -> Iterator[Finding]:
    """What this process is allowed to do."""
    held, is_root = parse_privileges(machine.read("proc/self/status"))
    missing = [name for name, number in NEEDED_CAPABILITIES.items() if not held >> number & 1]
    if missing:
        names = ", ".join(missing)
        mend = f"give this container {names}" if is_root else "run as root"
        yield Finding("capabilities", Level.FAIL, f"this process lacks {names}", mend)
    else:
        yield Finding("capabilities", Level.PASS, "this process has those that it needs")
    if not held >> CAP_SYS_RESOURCE & 1:
        yield Finding(
            "OOM exemption",
            Level.CAUTION,
            "without CAP_SYS_RESOURCE init cannot be exempted from the OOM killer",
            "give this container CAP_SYS_RESOURCE" if is_root else "run as root",
        )


def parse_privileges(status: str) -> tuple[int, bool]:
    """The effective capabilities, as a bit mask, and whether the effective user is 0.

    Args:
        status: the content of ``/proc/self/status``.

    Raises:
        ValueError: a line is missing or has another form.
    """
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    users = lines.get("Uid", "").split()
    if "CapEff" not in lines or len(users) < 2:
        raise ValueError("/proc/self/status has no CapEff or no Uid")
    return int(lines["CapEff"], 16), int(users[1]) == 0


def check_ids(machine: Machine) -> Iterator[Finding]:
    """The ids of the slots must exist in the user namespace that this process is in."""
    maps = [machine.read(f"proc/self/{kind}_map") for kind in ("uid", "gid")]
    slots = min(mapped_ids(text, machine.first_uid) for text in maps) // UID_RANGE
    if slots:
        yield Finding("user ids", Level.PASS, f"enough for {slots} slots")
        return
    yield Finding(
        "user ids",
        Level.FAIL,
        f"{UID_RANGE} ids from {machine.first_uid} on are not mapped into this user namespace",
        "run in the initial user namespace (Kubernetes: hostUsers: true)",
    )


def mapped_ids(id_map: str, first: int) -> int:
    """How many ids from ``first`` on, without a gap, exist in a user namespace.

    Args:
        id_map: the content of ``/proc/self/uid_map`` or ``gid_map``.
        first: an id as it is seen inside.

    Raises:
        ValueError: a line is not three numbers.
    """
    end = first
    for line in sorted(tuple(map(int, line.split())) for line in id_map.splitlines()):
        start, _, count = line
        if start <= end < start + count:
            end = start + count
    return end - first


def check_cgroups(machine: Machine) -> Iterator[Finding]:
    """The layout, the controllers, and whether cgroups can be made."""
    try:
        layout = detect_layout(machine.cgroups)
    except HostNotReady as error:
        mend = "boot with cgroup_enable=memory and mount the controllers; in a container: delegate them"
        yield Finding("cgroups", Level.FAIL, str(error), mend)
        return
    yield judge_layout(layout)
    names = [""] if layout is Layout.V2 else V1_CONTROLLERS
    fixed = [path for name in names if not os.access(path := machine.cgroups / name, os.W_OK)]
    if fixed:
        mend = "mount -o remount,rw /sys/fs/cgroup"
        where = ", ".join(map(str, fixed))
        yield Finding(
            "cgroup tree",
            Level.FAIL,
            f"cannot be written to: {where}",
            mend if os.geteuid() == 0 else "run as root",
        )
    else:
        yield Finding("cgroup tree", Level.PASS, "can be written to")


def judge_layout(layout: Layout) -> Finding:
    """How well a layout serves."""
    if layout is Layout.V2:
        return Finding("cgroups", Level.PASS, "v2 with all controllers")
    aside = ""
    if layout is Layout.HYBRID:
        aside = "; crun refuses hybrid, so the worker hides the unified tree from it"
    return Finding(
        "cgroups",
        Level.CAUTION,
        f"{layout} with all controllers: when memory runs out the kernel kills one process and the "
        f"worker the others{aside}",
        "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 only",
    )


def check_swap(machine: Machine) -> Iterator[Finding]:
    """Swap makes memory limits soft or runs slow, depending on whether cgroups count it."""
    if len(machine.read("proc/swaps").splitlines()) < 2:  # the first line is the heading
        yield Finding("swap", Level.PASS, "off")
    elif counts_swap(machine.cgroups):
        yield Finding(
            "swap", Level.CAUTION, "on, and counted by cgroups: times vary when it is used",
            "swapoff -a",
        )  # fmt: skip
    else:
        yield Finding(
            "swap", Level.FAIL, "on, and not counted by cgroups: memory limits do not hold",
            "swapoff -a, or boot with swapaccount=1",
        )  # fmt: skip


def counts_swap(cgroups: Path) -> bool:
    """Whether memory cgroups limit swap, too."""
    if not (cgroups / "cgroup.controllers").exists():
        return (cgroups / "memory/memory.memsw.limit_in_bytes").exists()
    # The root has no limits of its own; where no child shows them, the kernel's default is to count.
    limits = next(cgroups.glob("*/memory.max"), None)
    return limits is None or limits.with_name("memory.swap.max").exists()
