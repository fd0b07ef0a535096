"""Files of a package that came from somebody else: only what lies in it, and only so much of it."""

import os
import stat
from pathlib import Path

from testgen.errors import DataError

LARGEST_BYTES = 16 << 20
STATEMENT_BYTES = 256 << 10  # of prose: everything that reads it is made for no more


def read_bytes(root: Path, path: Path, most_bytes: int = LARGEST_BYTES) -> bytes:
    """The contents of a regular file of the package ``root``.

    Raises:
        DataError: it cannot be read, is larger than ``most_bytes``, is a pipe or a device, or a link on
            the way to it leaves the package.
    """
    try:
        target = path.resolve(strict=True)
        if not target.is_relative_to(root.resolve(strict=True)):
            raise DataError(f"{path}: is a link that leaves the package; put the file itself there")
        # Nothing is waited for: opening a pipe would be for ever.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(target, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DataError(f"{path}: is no regular file")
            data = file.read(most_bytes + 1)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links is a RuntimeError
        raise DataError(f"{path}: cannot be read: {error}") from error
    if len(data) > most_bytes:
        raise DataError(f"{path}: is larger than {most_bytes >> 10} KiB")
    return data


def read_text(root: Path, path: Path, most_bytes: int = LARGEST_BYTES) -> str:
    """The text of a file of the package ``root``.

    Raises:
        DataError: as `read_bytes`, or it is not UTF-8.
    """
    try:
        return read_bytes(root, path, most_bytes).decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8: {error}") from error
