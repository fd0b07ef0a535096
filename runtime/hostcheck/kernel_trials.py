"""What the worker and init do for real, tried once in small."""

import ctypes
import errno
import os
import signal
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from runtime import syscalls
from runtime.hostcheck.finding import Finding, Level
from runtime.hostcheck.trial import Step, in_child, try_steps

_NEW_CGROUP, _NEW_UTS, _NEW_IPC = 0x02000000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
# Covered by a tmpfs in the trial's own mount namespace.
_SCRATCH = Path("/tmp")  # noqa: S108 - only a place to mount on; nothing is written below it
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_NR_GETPPID = 110  # x86-64
_NOBODY = 65_534


def try_kernel() -> Iterator[Finding]:
    """All trials, in three copies of this process."""
    yield from try_steps(_WORKER_STEPS)
    yield from try_steps(_RUN_STEPS)
    yield from try_steps(_SECCOMP_STEPS)


def _leave_mounts() -> None:
    # Without this, mounts would spread to where the namespace was copied from.
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)


def _make_worker_namespaces() -> None:
    syscalls.unshare(syscalls.CLONE_NEWNS | _NEW_NET)
    _leave_mounts()


def _make_device_file() -> None:
    flags = syscalls.MS_NOSUID | syscalls.MS_NOEXEC
    syscalls.mount("tmpfs", _SCRATCH, "tmpfs", flags, "mode=0755,size=64k")
    null = _SCRATCH / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    null.write_bytes(b"x")


def _make_user_namespace() -> None:
    """Its root is nobody outside, as a process outside says; to say it inside would need more."""
    reader, writer = os.pipe()
    helper = os.fork()
    if helper == 0:
        _map_parents_ids(reader)
    syscalls.unshare(
        _NEW_USER | syscalls.CLONE_NEWNS | _NEW_PID | _NEW_IPC | _NEW_UTS | _NEW_CGROUP
    )
    os.write(writer, b".")
    status = os.waitstatus_to_exitcode(os.waitpid(helper, 0)[1])
    if status != 0:
        raise OSError(status, f"its ids cannot be mapped: {os.strerror(abs(status))}")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    _leave_mounts()


def _map_parents_ids(when: int) -> NoReturn:
    """Maps root of the parent's user namespace to nobody, when it has told that it is in there."""
    parent = os.getppid()
    status = 0
    try:
        syscalls.process_control(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.read(when, 1)
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{parent}/{kind}").write_text(f"0 {_NOBODY} 1")
    except OSError as error:
        status = error.errno or 1
    finally:
        os._exit(status)


def _mount_tmpfs() -> None:
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", _SCRATCH, "tmpfs", flags, "mode=0755,size=1m,nr_inodes=100")


def _mount_overlay() -> None:
    lower, upper, work, merged = (_SCRATCH / name for name in ("l", "u", "w", "r"))
    for directory in (lower, upper, work, merged, lower / "directory"):
        directory.mkdir()
    (lower / "file").write_text("lower")
    options = f"lowerdir={lower},upperdir={upper},workdir={work},userxattr"
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("overlay", merged, "overlay", flags, options)
    (merged / "file").write_text("upper")
    (merged / "file").unlink()


def _mount_proc() -> None:
    """In one more child, since a new PID namespace begins with the next process."""
    (_SCRATCH / "p").mkdir()
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    _, error = in_child([lambda: syscalls.mount("proc", _SCRATCH / "p", "proc", flags)])
    if error:
        raise OSError(error)


def _replace_a_directory() -> None:
    """One in the place of another one is marked by an extended attribute of the tmpfs.

    Only where anybody may write in an image can a program come to that.
    """
    directory = _SCRATCH / "r" / "directory"
    directory.rmdir()
    try:
        directory.mkdir()
    except OSError as error:
        raise OSError(
            f"programs cannot replace a directory of the image: {error.strerror}"
        ) from error


def _filter_a_call() -> None:
    """Makes getppid fail, and looks whether it does."""
    code = (
        (0x20, 0, 0, 0),  # load the number of the system call
        (0x15, 0, 1, _NR_GETPPID),
        (0x06, 0, 0, 0x00050000 | errno.EPERM),
        (0x06, 0, 0, 0x7FFF0000),  # allow
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    header = struct.pack("HP", len(code), ctypes.addressof(program))
    syscalls.process_control(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(header)):
        raise OSError(ctypes.get_errno(), "prctl PR_SET_SECCOMP")
    if os.getppid() != -1:
        raise OSError("a seccomp filter was accepted and has no effect")


_WORKER_STEPS = (
    Step("worker's namespaces", _make_worker_namespaces, "mount and network namespaces can be made",
         "give this container CAP_SYS_ADMIN, or run outside of one"),
    Step("device files", _make_device_file, "can be made on a tmpfs and opened",
         "let this container make (CAP_MKNOD) and open device files"),
)  # fmt: skip
_RUN_STEPS = (
    Step("user namespace", _make_user_namespace,
         "can be made, with PID, mount, IPC, UTS and cgroup namespaces in it",
         "sysctl user.max_user_namespaces=10000; in a container, let its seccomp profile allow it"),
    Step("tmpfs", _mount_tmpfs, "can be mounted in a user namespace, with limits",
         "use a kernel with CONFIG_TMPFS"),
    Step("overlay", _mount_overlay, "works in a user namespace, on a tmpfs, with userxattr",
         "modprobe overlay"),
    Step("proc", _mount_proc, "can be mounted in a user namespace",
         "in a container, mount -t proc proc /proc, so that nothing covers parts of it"),
    Step("directories", _replace_a_directory, "of the image can be replaced by a program",
         "use Linux 6.6 or newer, with CONFIG_TMPFS_XATTR", Level.CAUTION),
)  # fmt: skip
_SECCOMP_STEPS = (
    Step("seccomp", _filter_a_call, "filters are accepted and take effect",
         "use a kernel with CONFIG_SECCOMP_FILTER"),
)  # fmt: skip
