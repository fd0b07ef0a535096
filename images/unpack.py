"""Applies a layer of an OCI image: ``python -m images.unpack ROOTFS LIMITS < LAYER``.

A layer is a tar archive that nobody trusts. It is unpacked by a process of its own that holds
nothing: it has changed its root to ``ROOTFS``, so that no name, link or ``..`` leads out of it (the
kernel sees to that, and links inside lead where they would in the image); it is a user without
privileges, so that it can make no device; and its memory, the bytes and the entries that it writes
are limited.

Everything belongs to that user until the image is normalised. Setuid bits, owners and extended
attributes of the archive are not taken over at all; devices and pipes are left out.

Whiteouts (``.wh.NAME``, ``.wh..wh..opq``) hide what lower layers have, never what this one has,
wherever in the archive they stand.
"""

import gzip
import hashlib
import json
import os
import resource
import shutil
import stat
import sys
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

UNPACK_UID = 64_998
"""The user who unpacks; no account has it."""

# Deeper trees and longer paths cannot be walked, or deleted, without special care.
MAX_DEPTH = 64
MAX_MEMORY_BYTES = 512 << 20

_WHITEOUT, _OPAQUE, _AUFS = ".wh.", ".wh..wh..opq", ".wh..wh."
_CHUNK_BYTES = 1 << 20
_MOST_CHUNKS_BEHIND = 64
_MOST_READS_BEHIND = 64
_BYTES_AN_ENTRY = 2048
"""What an entry takes in an archive beside its content: its header, and a longer name's."""
_LAST_TIME_S = 1 << 33
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, RecursionError)


class Refused(Exception):
    """The layer is damaged or does what no layer may do."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a layer may have: bytes in its files, and entries."""

    max_bytes: int
    max_entries: int

    @property
    def archive_bytes(self) -> int:
        """The most that an archive of this may have."""
        return self.max_bytes + _BYTES_AN_ENTRY * self.max_entries


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a layer had.

    Attributes:
        left_out: devices, pipes and what is nothing at all.
        diff_id: the digest of the whole archive, unpacked.
    """

    size_bytes: int
    entries: int
    left_out: int
    diff_id: str = ""


class Hashing:
    """A stream of at most ``max_bytes`` that remembers what was read of it.

    An entry may claim to be of any size, and is skipped by reading: also where nothing is left to read.
    """

    def __init__(self, stream: IO[bytes], max_bytes: int) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._left_bytes, self._left_reads_behind = max_bytes, _MOST_READS_BEHIND

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            Refused: it is longer, or is read on and on behind its end.
        """
        data = self._stream.read(size)
        self._hash.update(data)
        self._left_bytes -= len(data)
        self._left_reads_behind -= not data
        if self._left_bytes < 0:
            raise Refused("it is longer than what it may hold")
        if self._left_reads_behind < 0:
            raise Refused("an entry is longer than the archive")
        return data

    def digest_of_all(self) -> str:
        """The digest, after what stands behind the archive's end is read too.

        Raises:
            Refused: that is more than any archive needs.
        """
        for _ in range(_MOST_CHUNKS_BEHIND):
            if not self.read(_CHUNK_BYTES):
                return f"sha256:{self._hash.hexdigest()}"
        raise Refused("too much stands behind its end")


class Layer:
    """The root directory of this process, while a layer is applied to it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._size_bytes = self._entries = self._left_out = 0
        self._made: set[Path] = set()
        self._hidden: set[Path] = set()

    def apply(self, archive: tarfile.TarFile) -> Unpacked:
        """Unpack all of it.

        Raises:
            Refused: it is over the budget, or an entry is not what a layer may have.
            OSError: an entry cannot be made.
            tarfile.TarError: it is damaged.
        """
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined] # else all of them stay in memory
            self._count(member)
            try:
                self._apply(archive, member)
            except OSError as error:
                raise Refused(f"{member.name!a}: {error.strerror}") from error
        return Unpacked(self._size_bytes, self._entries, self._left_out)

    def _count(self, member: tarfile.TarInfo) -> None:
        self._entries += 1
        self._size_bytes += max(member.size, 0)
        if self._entries > self._budget.max_entries:
            raise Refused(f"more than {self._budget.max_entries} entries")
        if member.size < 0 or self._size_bytes > self._budget.max_bytes:
            raise Refused(f"more than {self._budget.max_bytes >> 20} MiB")

    def _apply(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        parts = _parts(member.name)
        if not parts:
            return  # the root itself
        name = parts[-1]
        if name.startswith(_WHITEOUT):
            self._hide(_real(parts[:-1]), name)
            return
        parent = _real(parts[:-1])
        parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path = parent / name
        if member.isdir():
            self._make_directory(path, member)
        else:
            self._make_other(archive, path, member)
        self._note(path)

    def _make_directory(self, path: Path, member: tarfile.TarInfo) -> None:
        if not _is_directory(path):
            _remove(path)
            path.mkdir()
        path.chmod(member.mode & 0o777 | 0o700)

    def _make_other(self, archive: tarfile.TarFile, path: Path, member: tarfile.TarInfo) -> None:
        if member.islnk():
            _link(member.linkname, path)
            return
        _remove(path)
        if member.issym():
            path.symlink_to(member.linkname)
        elif member.isreg():
            _write(archive, path, member)
        else:
            self._left_out += 1
            return
        seconds = min(max(member.mtime, 0), _LAST_TIME_S)
        os.utime(path, (seconds, seconds), follow_symlinks=False)

    def _hide(self, parent: Path, name: str) -> None:
        if not _is_directory(parent):
            return
        # What lower layers had does not come back, so the same again has nothing to do.
        if parent / name in self._hidden:
            return
        self._hidden.add(parent / name)
        if name == _OPAQUE:
            for child in list(parent.iterdir()):
                self._clear(child)
        elif not name.startswith(_AUFS):
            hidden = name.removeprefix(_WHITEOUT)
            if hidden in {"", ".", ".."}:
                raise Refused(f"a whiteout of {hidden!a}")
            self._clear(parent / hidden)

    def _clear(self, path: Path) -> None:
        """Delete what lower layers have at ``path`` and below."""
        if path not in self._made:
            _remove(path)
        elif _is_directory(path):
            for child in list(path.iterdir()):
                self._clear(child)

    def _note(self, path: Path) -> None:
        while path not in self._made and path != path.parent:
            self._made.add(path)
            path = path.parent


def _parts(name: str) -> list[str]:
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise Refused(f"{name!a}: leads upwards")
    return parts


def _real(parts: Sequence[str]) -> Path:
    """Where a path inside leads when links are followed, as they are in the image."""
    path = Path(os.path.realpath("/" + "/".join(parts)))
    if len(path.parts) > MAX_DEPTH:
        raise Refused(f"more than {MAX_DEPTH} directories deep")
    return path


def _is_directory(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _remove(path: Path) -> None:
    if _is_directory(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _link(target: str, path: Path) -> None:
    parts = _parts(target)
    if not parts:
        raise Refused("a hard link to the root directory")
    source = _real(parts[:-1]) / parts[-1]
    if source == path:
        return
    _remove(path)
    os.link(source, path, follow_symlinks=False)


def _write(archive: tarfile.TarFile, path: Path, member: tarfile.TarInfo) -> None:
    content = archive.extractfile(member)
    assert content is not None, "a regular file has content"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with content, os.fdopen(descriptor, "wb") as file:
        left = member.size
        while left > 0:
            data = content.read(min(left, _CHUNK_BYTES))
            if not data:
                raise Refused(f"{member.name!a}: is cut")
            file.write(data)
            left -= len(data)
    path.chmod(member.mode & 0o777 | 0o600)


def _give_up_everything(rootfs: str, budget: Budget) -> None:
    # From here on nothing is imported: modules would come from the image.
    sys.path.clear()
    os.chroot(rootfs)
    os.chdir("/")
    os.setgroups([])
    os.setresgid(UNPACK_UID, UNPACK_UID, UNPACK_UID)
    os.setresuid(UNPACK_UID, UNPACK_UID, UNPACK_UID)
    os.umask(0o022)
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, budget.max_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 1),
    ):
        resource.setrlimit(what, (most, most))


def _run(rootfs: str, limits: str, layer: BinaryIO) -> Unpacked:
    budget = Budget(**json.loads(limits))
    packed = layer.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined] # a BufferedReader has it
    stream: IO[bytes] = cast(IO[bytes], gzip.GzipFile(fileobj=layer)) if packed else layer
    _give_up_everything(rootfs, budget)
    hashing = Hashing(stream, budget.archive_bytes)
    # The type says that a whole file object is needed; a stream is only read.
    with tarfile.open(fileobj=cast(IO[bytes], hashing), mode="r|") as archive:
        unpacked = Layer(budget).apply(archive)
    return replace(unpacked, diff_id=hashing.digest_of_all())


def main() -> None:
    """Exits with 1 and the reason on stderr if the layer is refused; else says what it had."""
    try:
        unpacked = _run(sys.argv[1], sys.argv[2], sys.stdin.buffer)
    except Refused as error:
        sys.exit(str(error))
    except MemoryError:
        sys.exit("it takes more memory than a layer may")
    except _DAMAGED as error:
        sys.exit(f"it is damaged: {str(error)!a}")
    json.dump(asdict(unpacked), sys.stdout)


if __name__ == "__main__":
    main()
