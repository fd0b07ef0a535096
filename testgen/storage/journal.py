"""The journal: one JSON object a line, appended whole and synced."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from testgen.errors import DataError
from testgen.hashing import canonical_json


class Journal:
    """An append-only file. One process at a time has it open for writing."""

    def __init__(self, path: Path) -> None:
        """Opens it; a torn last line, of a writer that was killed, is cut off.

        Raises:
            DataError: another process has it, or a line in its middle is no JSON object.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise DataError(f"{path}: another testgen works in this folder; wait for it") from None
        self._cut_torn_line()
        self.records = list(read_journal(path))

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; it is on the disk when this returns."""
        line = canonical_json(record) + b"\n"
        written = os.write(self._file, line)
        if written != len(line):  # a full disk: leave no half line behind
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise DataError("the journal cannot be written: the disk is full")
        os.fsync(self._file)

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._file)

    def _cut_torn_line(self) -> None:
        size = os.fstat(self._file).st_size
        data = os.pread(self._file, size, 0)
        whole = data.rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(self._file, whole)


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a journal, in order; a torn last line is left out.

    Raises:
        DataError: it cannot be read, or a whole line is no JSON object.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines[:-1], 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}: line {number} is damaged: {error}") from error
        if not isinstance(record, dict):
            raise DataError(f"{path}: line {number} is no JSON object")
        yield record
