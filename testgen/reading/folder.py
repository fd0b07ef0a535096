"""A problem as a folder: the layout of a Kattis problem package, old or new, read as it is.

`accepted/` and its like may lie in `submissions/` or directly in the folder. What Kattis has no word for:
`generators/` (CYaRon scripts) and `checker.py` or `checker.cpp`, called as testlib's are.
"""

from collections.abc import Iterator
from pathlib import Path

from testgen.errors import DataError
from testgen.reading.files import STATEMENT_BYTES, read_bytes, read_text
from testgen.reading.languages import LANGUAGES
from testgen.reading.names import with_distinct_names
from testgen.reading.package import read_package
from testgen.values import Checker, Declared, Label, Manner, Problem, Program, Sample, Submission

_STATEMENTS = ("statement", "problem_statement", ".")
_STATEMENT_FILES = (
    "problem.en.md",
    "problem.md",
    "problem.en.tex",
    "problem.tex",
    "statement.md",
    "statement.txt",
)


def read_folder(folder: Path) -> Problem:
    """Read one problem.

    Raises:
        DataError: it is none, or something in it cannot be read.
    """
    validators = ("input_validators", "input_format_validators")
    checkers = [
        Checker(program, Manner.KATTIS)
        for name in ("output_validator", "output_validators")
        for program in _programs(folder, folder / name)
    ]
    checkers += [
        Checker(program, Manner.TESTLIB) for program in _programs(folder, folder, only="checker")
    ]
    package = read_package(folder, has_checker=bool(checkers))
    declared = package.declared
    if declared is Declared.COMPARED and checkers:
        declared = Declared.CUSTOM
    submissions = {label: tuple(_submissions(folder, label)) for label in Label}
    problem = Problem(
        pid=folder.name,
        statement=_statement(folder),
        time_limit_s=package.time_limit_s,
        memory_mb=package.memory_mb,
        samples=tuple(_samples(folder)),
        references=submissions[Label.ACCEPTED],
        wrong=tuple(
            Submission(program, label)
            for label in Label
            if label is not Label.ACCEPTED
            for program in submissions[label]
        ),
        generators=tuple(_programs(folder, folder / "generators")),
        validators=tuple(one for name in validators for one in _programs(folder, folder / name)),
        checkers=tuple(checkers),
        declared=declared,
        comparison=package.comparison,
    )
    return with_distinct_names(problem, str(folder))


def is_problem(folder: Path) -> bool:
    """Whether a folder holds a problem."""
    return (folder / "problem.yaml").is_file() or (folder / "problem.json").is_file()


def _statement(folder: Path) -> str:
    for place in _STATEMENTS:
        for name in _STATEMENT_FILES:
            path = folder / place / name
            if path.is_file():
                return read_text(folder, path, STATEMENT_BYTES)
    return ""


def _samples(folder: Path) -> Iterator[Sample]:
    for place in ("data/sample", "sample", "samples"):
        for path in sorted((folder / place).glob("*.in")):
            answer = path.with_suffix(".ans")
            answer = answer if answer.is_file() else path.with_suffix(".out")
            if not answer.is_file():
                raise DataError(f"{path}: a sample without its answer; add {path.stem}.ans")
            yield Sample(read_bytes(folder, path), read_bytes(folder, answer))


def _submissions(folder: Path, label: Label) -> Iterator[Program]:
    for place in (folder / "submissions" / label, folder / label):
        for program in _programs(folder, place):
            yield Program(f"{label}/{program.name}", program.language, program.code, program.files)


def _programs(root: Path, folder: Path, only: str = "") -> Iterator[Program]:
    """The programs of a folder: each file is one, and each folder is one of several files.

    Args:
        only: the name, without its ending, of those that are wanted; empty for all.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if only and path.name.partition(".")[0] != only:
            continue
        if path.is_file() and path.suffix.lower() in LANGUAGES:
            yield Program(path.name, LANGUAGES[path.suffix.lower()], read_text(root, path))
        elif path.is_dir():
            yield from _program_folder(root, path)


def _program_folder(root: Path, folder: Path) -> Iterator[Program]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    sources = [name for name in files if "/" not in name and Path(name).suffix.lower() in LANGUAGES]
    if not sources:
        return
    first = next((name for name in sources if name.startswith(("main.", "validate."))), sources[0])
    rest = {name: read_text(root, path) for name, path in files.items() if name != first}
    language = LANGUAGES[Path(first).suffix.lower()]
    yield Program(folder.name, language, read_text(root, files[first]), rest)
