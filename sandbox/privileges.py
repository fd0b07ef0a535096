"""What a process of the service gives up, and with whom it dies."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def die_with(parent: int) -> None:
    """Lets the kernel kill this process when its parent dies.

    A change of user takes the wish back, so it has to be said again after one (prctl(2)).
    """
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl PDEATHSIG")
    if os.getppid() != parent:
        os._exit(1)  # it died before the kernel knew


def drop(uid: int) -> None:
    """Becomes an ordinary user for good, if this process is root.

    The user can still read what Python may import later, also when that lies below a directory that
    is closed to it, such as root's home.

    Raises:
        OSError: it is root and cannot stop being it.
        PermissionError: the program's own files are closed to the user.
    """
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl NO_NEW_PRIVS")
    if os.geteuid() != 0:
        return
    _open_the_way(_import_roots())
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.chdir("/")
    for path in (Path(__file__), Path(os.__file__)):
        if not os.access(path, os.R_OK):
            raise PermissionError(f"user {uid} cannot read {path}; chmod -R a+rX what is closed")


def _import_roots() -> set[Path]:
    """The directories that Python imports from."""
    project = Path(__file__).resolve().parents[1]
    entries = (*sys.path, sys.prefix, sys.base_prefix, str(project))
    return {path for entry in entries if entry and (path := Path(entry).resolve()).is_dir()}


def closed_ancestor(path: Path) -> Path | None:
    """The highest directory above ``path`` that others than its owner and group cannot walk through."""
    for ancestor in reversed(path.parents):
        if not ancestor.stat().st_mode & 0o001:
            return ancestor
    return None


def _open_the_way(paths: Iterable[Path]) -> None:
    """Puts, for this process only, an empty directory over each closed one, with ``paths`` in it."""
    closed: dict[Path, set[Path]] = {}
    for path in paths:
        ancestor = closed_ancestor(path)
        if ancestor is not None:
            closed.setdefault(ancestor, set()).add(path)
    if not closed:
        return
    _check(_libc.unshare(_CLONE_NEWNS), "unshare")
    os.umask(0o022)
    _mount("none", "/", "none", _MS_REC | _MS_PRIVATE)
    for ancestor, inside in closed.items():
        # By descriptor, since the paths will lead into the new directory.
        tops = [path for path in inside if not inside & set(path.parents)]
        fds = {path: os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) for path in tops}
        _mount("tmpfs", str(ancestor), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=1m")
        for path, fd in fds.items():
            path.mkdir(parents=True)
            _mount(f"/proc/self/fd/{fd}", str(path), "none", _MS_BIND | _MS_REC)
            os.close(fd)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    arguments = (os.fsencode(text) for text in (source, target, kind))
    result = _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode())
    _check(result, f"mount {kind} on {target}")
