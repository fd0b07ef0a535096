"""All problems of a path: a folder of folders, one folder, or a JSONL file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from testgen.errors import DataError
from testgen.reading.folder import is_problem, read_folder
from testgen.reading.rows import rows
from testgen.values import Problem


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        problems: sorted by name.
        unreadable: why each of the others cannot be read.
    """

    problems: tuple[Problem, ...]
    unreadable: tuple[str, ...]


def read_problems(path: Path) -> Found:
    """Read them. One that cannot be read does not keep the others back.

    Raises:
        DataError: there is none at all, or two have one name.
    """
    if path.is_file():
        ways: list[Callable[[], Problem]] = list(rows(path))
    elif is_problem(path):
        ways = [partial(read_folder, path.resolve())]
    elif path.is_dir():
        folders = (one for one in path.iterdir() if one.is_dir() and is_problem(one))
        ways = [partial(read_folder, folder) for folder in sorted(folders)]
    else:
        raise DataError(f"{path}: no such file or folder")
    if not ways:
        raise DataError(f"{path}: no problem in it; a problem is a folder with a problem.yaml")
    problems, unreadable = [], []
    for way in ways:
        try:
            problems.append(way())
        except DataError as error:
            unreadable.append(str(error))
    problems.sort(key=lambda problem: problem.pid)
    names = [problem.pid for problem in problems]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path}: two problems are called {twice[0]}; rename one")
    return Found(tuple(problems), tuple(unreadable))
