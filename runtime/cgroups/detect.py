"""Which cgroup layout this host has, and how much memory."""

import os
from enum import StrEnum
from pathlib import Path

from runtime.cgroups.base import CgroupPool
from runtime.cgroups.instances import claim
from runtime.cgroups.v1 import CONTROLLERS as V1_CONTROLLERS
from runtime.cgroups.v1 import PoolV1
from runtime.cgroups.v2 import CONTROLLERS as V2_CONTROLLERS
from runtime.cgroups.v2 import PoolV2
from runtime.errors import HostNotReady

ROOT = Path("/sys/fs/cgroup")


class Layout(StrEnum):
    """``hybrid`` is v1 with an additional unified hierarchy that has no controllers."""

    V1 = "v1"
    HYBRID = "hybrid"
    V2 = "v2"


def detect_layout(root: Path = ROOT) -> Layout:
    """The layout below ``root``.

    Raises:
        HostNotReady: a controller that the runtime needs is not there.
    """
    unified = root / "cgroup.controllers"
    if unified.exists():
        missing = sorted(set(V2_CONTROLLERS) - set(unified.read_text().split()))
        layout = Layout.V2
    else:
        missing = [name for name in V1_CONTROLLERS if not (root / name / "cgroup.procs").exists()]
        is_hybrid = (
            root / "unified" / "cgroup.procs"
        ).exists()  # mounted, and not only a directory
        layout = Layout.HYBRID if is_hybrid else Layout.V1
    if missing:
        raise HostNotReady(f"{root} ({layout}) lacks the cgroup controllers {', '.join(missing)}")
    return layout


def usable_memory_bytes(root: Path = ROOT) -> int:
    """The machine's memory; in a container that may use less, as much as that."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in (root / "memory.max", root / "memory" / "memory.limit_in_bytes"):
        # Absent in the other layout, and at the root of v2; "max" is no limit.
        text = file.read_text().strip() if file.exists() else "max"
        if text != "max":
            found.append(int(text))
    return min(found)


def open_pool(name: str, root: Path = ROOT) -> CgroupPool:
    """The pool of the worker ``name``, empty.

    Raises:
        HostNotReady: like `detect_layout`, and `runtime.cgroups.instances.claim`.
    """
    if detect_layout(root) is Layout.V2:
        return claim(name, [root / "sandbox"], lambda: PoolV2(root, name))
    parents = [root / controller / "sandbox" for controller in V1_CONTROLLERS]
    return claim(name, parents, lambda: PoolV1(root, name))
