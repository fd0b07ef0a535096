"""Tests from a folder: inputs, and beside each one the expected output.

``NAME.in`` is an input. ``NAME.ans`` is what the program must write; without it, ``NAME.out`` is; without
both, the program is run on the input but not judged. Subfolders are read too (Kattis' ``sample/`` and
``secret/``), hidden ones and links to folders are not. A test's name is its path without ``.in``; tests
are in natural order: 2 before 10.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.cli.errors import CliError

_NUMBER = re.compile(r"([0-9]+)")
MAX_NAME_CHARS = 64
_INPUT, _ANSWERS = ".in", (".ans", ".out")


@dataclass(frozen=True, slots=True)
class TestData:
    """A test as it lies in the folder; ``expected`` is None if there is no answer."""

    name: str
    stdin: bytes
    expected: bytes | None

    __test__ = False  # pytest takes it for a test class otherwise


def read_tests(folder: Path) -> list[TestData]:
    """All tests below a folder, in natural order.

    Raises:
        CliError: there is none, a file cannot be read, or an answer has no input.
    """
    names = list(_files_below(folder))
    inputs = in_natural_order(name.removesuffix(_INPUT) for name in names if _is_input(name))
    if not inputs:
        raise CliError(f"{folder}: no test in this folder; a test is NAME.in with NAME.ans or .out")
    too_long = next((name for name in inputs if len(name) > MAX_NAME_CHARS), None)
    if too_long is not None:
        raise CliError(f"{too_long}: a test's name may have {MAX_NAME_CHARS} characters at most")
    known = set(names)
    for name in names:
        # A lone .out is often something else, such as a.out.
        if name.endswith(".ans") and name.removesuffix(".ans") + _INPUT not in known:
            raise CliError(f"{folder / name}: an answer without its input {_INPUT!r}")
    return [_read_test(folder, name, known) for name in inputs]


def in_natural_order(names: Iterable[str]) -> list[str]:
    """Sorted by folder, numbers by value: ``a/2`` before ``a/10``."""
    return sorted(names, key=lambda name: ([_natural(part) for part in name.split("/")], name))


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key that compares numbers with numbers and text with text; numbers come first."""
    pieces = (piece for piece in _NUMBER.split(text) if piece)
    return [(0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in pieces]


def _is_input(name: str) -> bool:
    return name.endswith(_INPUT) and not name.endswith("/" + _INPUT) and name != _INPUT


def _files_below(folder: Path) -> Iterator[str]:
    """Relative paths of all files, with ``/``. Raises CliError where a folder cannot be read."""

    def refuse(error: OSError) -> None:
        raise CliError(f"{error.filename}: {error.strerror}") from error

    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(root) / name).relative_to(folder).as_posix()


def _read_test(folder: Path, name: str, known: set[str]) -> TestData:
    answer = next((name + ending for ending in _ANSWERS if name + ending in known), None)
    return TestData(
        name=name,
        stdin=_read_regular(folder / (name + _INPUT)),
        expected=None if answer is None else _read_regular(folder / answer),
    )


def _read_regular(path: Path) -> bytes:
    """Reading a pipe that lies about in a folder would wait for ever."""
    if path.exists() and not path.is_file():
        raise CliError(f"{path}: not a regular file")
    return read_file(path)


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises CliError, naming the file, if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}") from error


def read_input(path: Path) -> bytes:
    """A file's bytes, or all of this process's own input if it is called ``-``."""
    return sys.stdin.buffer.read() if str(path) == "-" else read_file(path)
