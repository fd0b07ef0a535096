"""Reading a tar archive of a repository into memory. Pure: nothing is ever extracted to a disk of ours.

The archive may be hostile. What is read of it is bounded, also after decompression; a path is refused
unless it is safe (`sandbox.paths`); and only files, directories and symbolic links are taken.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib

from sandbox.patches import LINK, TreeFile
from sandbox.paths import check_collisions, check_path

MAX_ENTRIES = 16_000
MAX_UNPACKED_BYTES = 512 << 20
_MAX_TARGET_BYTES = 1024


class ArchiveError(Exception):
    """The archive cannot be used; the message says why."""


class _Bounded(io.RawIOBase):
    """A stream that ends with an error when more is read from it than one is ready to hold."""

    def __init__(self, stream: io.BufferedIOBase, most: int) -> None:
        self._stream = stream
        self._left = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveError("it is too large when it is unpacked")
        return data


def _unpacked(data: bytes) -> io.BufferedIOBase:
    stream = io.BytesIO(data)
    if data.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(stream)
    if data.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    return stream


def read_archive(
    data: bytes, strip_components: int = 0, max_bytes: int = MAX_UNPACKED_BYTES
) -> dict[str, TreeFile]:
    """The files of a tar archive, which may be compressed with gzip, bzip2 or xz.

    Raises:
        ArchiveError: it is no archive, unsafe, or too large.
    """
    tree: dict[str, TreeFile] = {}
    # Headers and padding come on top of the contents.
    bounded = _Bounded(_unpacked(data), max_bytes + MAX_ENTRIES * 2048)
    try:
        with tarfile.open(fileobj=bounded, mode="r|", errorlevel=2) as archive:
            for number, entry in enumerate(archive):
                if number >= MAX_ENTRIES:
                    raise ArchiveError(f"more than {MAX_ENTRIES} entries")
                _take(archive, entry, strip_components, tree)
        check_collisions(tree)
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise ArchiveError(f"not a tar archive: {error}"[:200]) from None
    except (ValueError, OverflowError) as error:
        raise ArchiveError(str(error)[:200]) from None
    if not tree:
        raise ArchiveError("it has no files")
    return tree


def _take(
    archive: tarfile.TarFile, entry: tarfile.TarInfo, strip: int, tree: dict[str, TreeFile]
) -> None:
    name = entry.name.removeprefix("./")
    parts = name.split("/")[strip:]
    if entry.isdir() or not parts:
        return
    path = check_path("/".join(parts))
    if path in tree:
        raise ArchiveError(f"{path!r} occurs twice")
    if entry.issym():
        target = entry.linkname.encode()
        if not target or len(target) > _MAX_TARGET_BYTES or b"\0" in target:
            raise ArchiveError(f"{path!r}: the link's target cannot be used")
        tree[path] = TreeFile(target, LINK | 0o777)
        return
    if not entry.isreg():
        raise ArchiveError(f"{path!r} is neither a file, a directory nor a symbolic link")
    stream = archive.extractfile(entry)
    assert stream is not None
    content = stream.read()
    if len(content) != entry.size:
        raise ArchiveError(f"{path!r} is cut short")
    tree[path] = TreeFile(content, 0o755 if entry.mode & 0o100 else 0o644)
