"""The worker's own corner of the machine: a private mount namespace with one tmpfs in it.

All mounts of all slots are made in here: containers' bundles, device files, network namespaces, crun's
state. So when the worker dies, even by SIGKILL, the kernel removes them with the namespace, and nothing
has to be cleaned up later but cgroups.
"""

import os
import stat
from pathlib import Path

from runtime import syscalls
from runtime.cgroups import Layout, detect_layout

_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    # A directory of the run's own layer: no further mount, and the disk limit counts it.
    "shm": "/run/shm",
}


def enter(directory: Path) -> None:
    """Moves the calling process into a mount namespace of its own and mounts ``directory``.

    Call it once, before any thread is started.

    Raises:
        OSError: the kernel refuses a step; the message names it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    if detect_layout() is Layout.HYBRID:
        # crun 1.8.1 refuses hybrid layouts; what it does not see it does not refuse.
        syscalls.unmount("/sys/fs/cgroup/unified")
    # Containers' root users must be able to walk through, hence 0711.
    syscalls.mount("tmpfs", directory, "tmpfs", syscalls.MS_NOSUID, "mode=0711,size=64m")
    for name in ("net", "crun"):
        (directory / name).mkdir()


def leave(directory: Path) -> None:
    """Gives up what `enter` mounted, and all that was mounted below it."""
    syscalls.unmount(directory)


def make_devices(directory: Path) -> None:
    """A tmpfs with device files, one for each slot.

    The host's own files would do, but they are the same inodes for all slots, and a lock on one of
    them would be a message to another slot. Read-only: nobody can add to it or change a mode.
    """
    directory.mkdir()
    syscalls.mount(
        "tmpfs", directory, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NOEXEC, "mode=0755,size=64k"
    )
    for name, (major, minor) in _DEVICES.items():
        path = directory / name
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        path.chmod(0o666)
    (directory / "mqueue").mkdir(mode=0o555)  # empty; init also masks directories of /proc with it
    for name, target in _LINKS.items():
        (directory / name).symlink_to(target)
    syscalls.mount(
        None,
        directory,
        None,
        syscalls.MS_REMOUNT | syscalls.MS_RDONLY | syscalls.MS_NOSUID | syscalls.MS_NOEXEC,
    )
