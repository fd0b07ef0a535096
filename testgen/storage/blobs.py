"""Blobs: files that are named by the SHA-256 of their contents, compressed."""

import gzip
import os
import tempfile
from pathlib import Path

from testgen.errors import DataError
from testgen.hashing import sha256

_LEVEL = 1  # outputs and inputs are mostly digits: higher levels cost time and gain little


class Blobs:
    """A folder of blobs."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep some bytes, on the disk when this returns; the name to get them by."""
        name = sha256(data)
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, gzip.compress(data, _LEVEL, mtime=0))
        return name

    def get(self, name: str) -> bytes:
        """The bytes of a name.

        Raises:
            DataError: it is not there, or not what it was.
        """
        path = self._path(name)
        try:
            data = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise DataError(
                f"{path}: cannot be read: {error}; delete the folder and start again"
            ) from error
        if sha256(data) != name:
            raise DataError(f"{path}: holds something else than its name says; delete the folder")
        return data

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / f"{name}.gz"


def _write_whole(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
