"""Which paths and patterns a request may name. Everything is relative to the working directory."""

from collections.abc import Iterable

MAX_PATH_BYTES = 1024
MAX_PART_BYTES = 255
MAX_DEPTH = 30


def check_path(path: str) -> str:
    """Returns ``path`` if it is safe to create below a directory.

    Safe is: relative, in normal form (no empty part, no ``.`` or ``..``), no NUL or other control
    character, and short enough for a file system.

    Raises:
        ValueError: says which rule it breaks.
    """
    encoded = path.encode()
    parts = path.split("/")
    if not path:
        raise ValueError("a path must not be empty")
    if path.startswith("/"):
        raise ValueError("a path must be relative to the working directory")
    if any(character < " " or character == "\x7f" for character in path):
        raise ValueError("a path must not hold NUL or other control characters")
    if ".." in parts:
        raise ValueError("a path must not hold '..'")
    if "" in parts or "." in parts:
        raise ValueError("a path must be in normal form: no '//', no '.', no '/' at the end")
    if len(encoded) > MAX_PATH_BYTES or len(parts) > MAX_DEPTH:
        raise ValueError(f"a path may have {MAX_PATH_BYTES} bytes and {MAX_DEPTH} parts at most")
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        raise ValueError(f"a part of a path may have {MAX_PART_BYTES} bytes at most")
    return path


def check_collisions(paths: Iterable[str]) -> None:
    """Raises ValueError if a path names a file that another one uses as a directory."""
    files = set(paths)
    for path in files:
        parts = path.split("/")
        for end in range(1, len(parts)):
            directory = "/".join(parts[:end])
            if directory in files:
                raise ValueError(f"{directory!r} is both a file and the directory of {path!r}")
