"""Files of benchmarks: read with bounds, since nobody knows who made them; written whole or not at all."""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

MAX_FILE_BYTES = 512 << 20
"""The most that one JSON document, or one line of JSON lines, may have when it is unpacked."""


class FileUnusable(Exception):
    """A file that cannot be read, or does not hold what it should; the message names it."""


def read_json(path: Path, max_bytes: int = MAX_FILE_BYTES) -> Any:
    """A JSON document; unpacked if the name ends with ``.gz``.

    Raises:
        FileUnusable: it is missing, cut, larger than ``max_bytes`` when unpacked, or no JSON.
    """
    try:
        with _opened(path) as file:
            data = file.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnusable(f"{path}: cannot be read: {error}") from error
    if len(data) > max_bytes:
        raise FileUnusable(f"{path}: has more than {max_bytes >> 20} MiB")
    return _parsed(data, str(path))


def read_json_lines(path: Path, max_bytes: int = MAX_FILE_BYTES) -> Iterator[dict[str, Any]]:
    """The objects of a file with one on each line, empty lines left out; also packed.

    Raises:
        FileUnusable: as in `read_json`, or a line is no object; found when that line is reached.
    """
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(max_bytes + 1):
                number += 1
                if len(line) > max_bytes:
                    raise FileUnusable(f"{path}: line {number} has more than {max_bytes >> 20} MiB")
                if not line.strip():
                    continue
                row = _parsed(line, f"{path}: line {number}")
                if not isinstance(row, dict):
                    raise FileUnusable(f"{path}: line {number} is no JSON object")
                yield row
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnusable(f"{path}: cannot be read after line {number}: {error}") from error


def write_json(path: Path, document: Any) -> None:
    """Puts a JSON document under a name, packed if that ends with ``.gz``; see `write_whole`."""
    data = json.dumps(document, indent=2).encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, compresslevel=6, mtime=0)
    write_whole(path, [data])


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Puts a file under a name in one step.

    What was there before is there until the new one is on the disk; a link is replaced, not followed.

    Raises:
        FileUnusable: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:100]}.", delete=False
        ) as file:
            try:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be written: {error.strerror}") from error


def _opened(path: Path) -> gzip.GzipFile | BinaryIO:
    """A regular file for reading; a pipe would keep us waiting for ever."""
    if path.exists() and not path.is_file():
        raise FileUnusable(f"{path}: not a regular file")
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _parsed(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FileUnusable(f"{where}: is no JSON: {error}") from error
