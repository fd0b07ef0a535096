"""Who is alive: each worker holds a lock, and what a dead one left is removed by the next to start.

A killed worker leaves its cgroups, and only a successor of the same name would clear them: with
another run directory there is none. The lock goes with the process that holds it, however it ends.
What has no lock file at all is nobody's business here.
"""

import contextlib
import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from runtime.cgroups.base import CgroupPool, SlotCgroup, remove_tree
from runtime.errors import HostNotReady, SandboxFault

log = logging.getLogger(__name__)

LOCKS = Path("/run/sandbox-instances")
# One who sweeps may hold a lock for a moment; a living worker does for longer.
_WAIT_S = 5.0


class ClaimedPool:
    """A pool whose name nobody else has while this process lives, or until it is closed."""

    def __init__(self, pool: CgroupPool, lock: int, path: Path) -> None:
        """Use `claim`."""
        self._pool = pool
        self._lock = lock
        self._path = path

    def make(self, name: str, cpu: int | None) -> SlotCgroup:
        """See `CgroupPool`."""
        return self._pool.make(name, cpu)

    def close(self) -> None:
        """See `CgroupPool`."""
        self._pool.close()
        self._path.unlink(missing_ok=True)
        os.close(self._lock)


def claim(
    name: str, parents: list[Path], make: Callable[[], CgroupPool], locks: Path = LOCKS
) -> CgroupPool:
    """Makes the pool of the worker ``name``, and removes what dead workers left.

    ``parents`` are the directories in which the pools' directories lie.

    Raises:
        HostNotReady: a worker of this name is alive.
        OSError: the locks cannot be kept.
    """
    locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = locks / f"{name}.lock"
    deadline_s = time.monotonic() + _WAIT_S
    while (lock := _try_lock(path, os.O_CREAT)) is None:
        if time.monotonic() > deadline_s:
            raise HostNotReady(f"a worker of the name {name} is alive ({path} is locked); end it")
        time.sleep(0.01)
    try:
        _sweep(locks, parents, own=path)
        return ClaimedPool(make(), lock, path)
    except BaseException:
        os.close(lock)
        raise


def _try_lock(path: Path, flags: int = 0) -> int | None:
    """The descriptor that holds the lock; None if somebody else holds it, or it is gone."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking its holder may have removed it.
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def _sweep(locks: Path, parents: list[Path], own: Path) -> None:
    for path in sorted(locks.glob("*.lock")):
        if path == own:
            continue
        with _locked(path) as is_dead:
            if is_dead:
                _remove(path, parents)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    lock = _try_lock(path)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            os.close(lock)


def _remove(path: Path, parents: list[Path]) -> None:
    try:
        for parent in parents:
            remove_tree(parent / path.stem)
    except (SandboxFault, OSError) as error:
        log.warning("what the dead worker %s left cannot be removed: %s", path.stem, error)
        return
    path.unlink()
