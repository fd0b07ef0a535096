"""Keeping an image's files in memory while it is in use.

The kernel charges a page of a file to the cgroup that touches it first. If that were a slot's, the run
that comes first would pay for the interpreter's files, and at its memory limit it would not be out of
memory: the kernel would take those pages back and read them in again, over and over, until the run's time
is up. Pages that belong to the worker and are locked are nobody's to take back, however idle the machine
was. A disk that is slow has no part in a verdict then, either.
"""

import ctypes
import errno
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                       ctypes.c_long)  # fmt: skip
_libc.mlock.argtypes = _libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
# Programs and libraries are larger, and they are what is read again and again. Each lock costs the kernel
# a mapping, of which a process may have 65,530; an image has ten times more small files than others.
_SMALLEST_LOCKED_BYTES = 16 * 1024
_MAP_FAILED = ctypes.c_void_p(-1).value


class ResidentFiles:
    """Files that are held in memory, until they are let go. A context manager."""

    def __init__(self) -> None:
        """Holds nothing yet."""
        self.locked_bytes = 0
        self._mappings: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, rootfs: Path, most_bytes: int | None = None) -> int:
        """Reads all files of a root file system into memory and locks them there.

        Args:
            rootfs: the root directory; links are not followed.
            most_bytes: what is beyond that is read, but not locked.

        Returns:
            How many bytes the files have. ``locked_bytes`` tells how many are locked; where the kernel
            allows no more (RLIMIT_MEMLOCK without CAP_IPC_LOCK), the rest is read only.
        """
        size_bytes = 0
        for fd in _open_files(rootfs):
            length = os.fstat(fd).st_size
            size_bytes += length
            if not (self._is_worth_it(length, most_bytes) and self._lock(fd, length)):
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_WILLNEED)
        return size_bytes

    def _is_worth_it(self, length: int, most_bytes: int | None) -> bool:
        has_room = most_bytes is None or self.locked_bytes + length <= most_bytes
        return has_room and length >= _SMALLEST_LOCKED_BYTES

    def _lock(self, fd: int, length: int) -> bool:
        # By ctypes, since Python's own mmap keeps a descriptor open for each file.
        address = _libc.mmap(None, length, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
        if address in (None, _MAP_FAILED):
            return False
        if _libc.mlock(address, length) != 0:
            error = ctypes.get_errno()
            _libc.munmap(address, length)
            if error not in (errno.ENOMEM, errno.EPERM, errno.EAGAIN):
                raise OSError(error, f"mlock: {os.strerror(error)}")
            return False
        self._mappings.append((address, length))
        self.locked_bytes += length
        return True

    def close(self) -> None:
        """Lets go of all files; can be called again."""
        while self._mappings:
            _libc.munmap(*self._mappings.pop())
        self.locked_bytes = 0


def _open_files(rootfs: Path) -> Iterator[int]:
    """A descriptor of each regular file below a directory, open until the next one is asked for."""
    directories = [str(rootfs)]
    while directories:
        with os.scandir(directories.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    directories.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    fd = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                    try:
                        yield fd
                    finally:
                        os.close(fd)
