"""Noticing that an image's files in memory are no longer what the disk holds.

All slots of an image read its files through the same page cache. Kernel bugs that let anybody write into
the page cache of a file that they may only read are a class of their own (Dirty Pipe and its kin): the disk
keeps the right bytes, and every later run gets the wrong ones. Nothing in a slot should be able to get that
far; this is what notices if something does.

What a file should hold is read once past the page cache (O_DIRECT), and then compared with what the page
cache holds, a few megabytes at a time, round and round.
"""

import errno
import hashlib
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

from images.errors import ImageChanged

_CHUNK_BYTES = 1 << 20
# What a file costs at least, however small it is: opening it twice.
_SMALLEST_COST_BYTES = 32 * 1024
_DIGEST_BYTES = 16


class Canary:
    """Watches the files of one image. Not to be used from two threads at once."""

    def __init__(self, name: str, rootfs: Path) -> None:
        """Nothing is read before `look`."""
        self.rounds = 0
        self._name = name
        self._root = str(rootfs)
        self._reader = _Reader()
        self._digests: dict[str, bytes] = {}
        self._to_learn = _files(self._root)
        self._to_check: Iterator[tuple[str, bytes]] = iter(())

    def look(self, most_bytes: int) -> None:
        """Checks about so many bytes of the files, going on where the last look ended.

        In the first round it learns what each file should hold, and checks that at once.

        Raises:
            ImageChanged: a file in memory holds something else.
        """
        left_bytes = most_bytes
        rounds = self.rounds
        while left_bytes > 0 and self.rounds == rounds:
            left_bytes -= self._check_next()

    def _check_next(self) -> int:
        """Checks one file; returns what that has cost."""
        path = next(self._to_learn, None)
        if path is not None:
            digest = self._digests[path] = self._reader.digest(f"{self._root}/{path}", os.O_DIRECT)
            return 2 * self._check(path, digest)
        entry = next(self._to_check, None)
        if entry is not None:
            return self._check(*entry)
        self.rounds += 1
        self._to_check = iter(self._digests.items())
        return 0

    def _check(self, path: str, expected: bytes) -> int:
        full = Path(self._root, path)
        try:
            found, size = self._reader.digest(str(full), 0), full.lstat().st_size
        except FileNotFoundError:
            found, size = b"", 0
        if found != expected:
            raise ImageChanged(
                f"image {self._name}: /{path} has changed since it was built or read from the disk; results"
                " of this machine cannot be trusted. Stop all services, restart the machine with a kernel"
                " that is up to date, and build the image again if the file is still wrong"
            )
        return max(size, _SMALLEST_COST_BYTES)


def _files(root: str) -> Iterator[str]:
    """The regular files below a directory, relative to it."""
    directories = [root]
    while directories:
        with os.scandir(directories.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    directories.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry.path[len(root) + 1 :]


class _Reader:
    """Hashes files' contents, with one buffer for all of them: a fresh one each costs more than reading."""

    def __init__(self) -> None:
        self._buffer = mmap.mmap(-1, _CHUNK_BYTES)  # aligned, as O_DIRECT needs it

    def digest(self, path: str, how: int) -> bytes:
        """The hash of a file that is read through the page cache (0) or past it (O_DIRECT)."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            fd = os.open(path, flags | how)
        except OSError as error:
            if not how or error.errno != errno.EINVAL:
                raise
            fd = os.open(path, flags)  # this file system has no way past its cache
        try:
            return self._digest_of(fd)
        finally:
            os.close(fd)

    def _digest_of(self, fd: int) -> bytes:
        digest, offset = hashlib.sha256(), 0
        with memoryview(self._buffer) as view:
            while (size := os.preadv(fd, [self._buffer], offset)) > 0:
                digest.update(view[:size])
                offset += size
        return digest.digest()[:_DIGEST_BYTES]
