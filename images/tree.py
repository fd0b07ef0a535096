"""The digest of a directory tree: what it holds, not when or in which order it was made.

Each entry adds its kind, mode, path and content (or link target) to one SHA-256, every field with
its length before it, so that no two different trees give the same stream. Times, owners, link
counts and inode numbers do not count.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from images.errors import StoreError


@dataclass(frozen=True, slots=True)
class TreeSummary:
    """A tree's digest (``sha256:…``), bytes in its files (hard links once), and entries."""

    digest: str
    size_bytes: int
    entries: int


def summarise(root: Path) -> TreeSummary:
    """Walk ``root`` and describe it. Symbolic links are never followed.

    Raises:
        StoreError: the tree holds a device, a pipe or a socket, or cannot be read.
    """
    tree_hash = hashlib.sha256()
    inodes: dict[tuple[int, int], int] = {}
    entries = 0
    try:
        for path, status in walk(root):
            for field in _fields(root, path, status):
                tree_hash.update(b"%d:" % len(field) + field)
            if stat.S_ISREG(status.st_mode):
                inodes[status.st_dev, status.st_ino] = status.st_size
            entries += 1
    except OSError as error:
        raise StoreError(f"{root}: cannot be read for its digest: {error}") from error
    return TreeSummary(f"sha256:{tree_hash.hexdigest()}", sum(inodes.values()), entries)


def walk(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """``root`` and everything below it, parents first, in byte order, links not followed.

    A directory is listed after it was yielded, so the caller may change its mode first.
    """
    status = root.lstat()
    yield root, status
    if stat.S_ISDIR(status.st_mode):
        for child in sorted(root.iterdir(), key=os.fsencode):
            yield from walk(child)


def _fields(root: Path, path: Path, status: os.stat_result) -> Iterator[bytes]:
    yield os.fsencode(path.relative_to(root))
    if stat.S_ISLNK(status.st_mode):
        # The mode of a link is meaningless and differs between file systems.
        yield from (b"link", os.fsencode(path.readlink()))
    elif stat.S_ISDIR(status.st_mode):
        yield from (b"directory", b"%o" % stat.S_IMODE(status.st_mode))
    elif stat.S_ISREG(status.st_mode):
        yield from (b"file", b"%o" % stat.S_IMODE(status.st_mode), _content_hash(path))
    else:
        raise StoreError(f"{path}: is neither file, directory nor link; an image must not hold it")


def _content_hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
