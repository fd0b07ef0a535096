"""A problem as a JSONL row: the same things as in a folder, as one JSON object."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from testgen.errors import DataError
from testgen.reading.files import STATEMENT_BYTES
from testgen.reading.names import FileName, with_distinct_names
from testgen.reading.package import DEFAULT_MEMORY_MB, DEFAULT_TIME_LIMIT_S, comparison_of
from testgen.values import Checker, Declared, Label, Manner, Problem, Program, Sample, Submission


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class SourceRow(_Row):
    """A program."""

    language: str = Field(min_length=1, max_length=64)
    code: str
    name: FileName | Literal[""] = ""
    files: dict[FileName, str] = Field(default_factory=dict)


class SampleRow(_Row):
    """A test that the statement shows."""

    input: str
    output: str


class CheckerRow(SourceRow):
    """A program that judges outputs."""

    manner: Literal["testlib", "kattis"] = "testlib"


class ProblemRow(_Row):
    """One line of the file."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
    statement: str = ""
    time_limit_s: float = Field(default=DEFAULT_TIME_LIMIT_S, gt=0)
    memory_mb: int = Field(default=DEFAULT_MEMORY_MB, ge=16)
    samples: list[SampleRow] = Field(default_factory=list)
    accepted: list[SourceRow] = Field(default_factory=list)
    wrong_answer: list[SourceRow] = Field(default_factory=list)
    time_limit_exceeded: list[SourceRow] = Field(default_factory=list)
    run_time_error: list[SourceRow] = Field(default_factory=list)
    generators: list[SourceRow] = Field(default_factory=list)
    validators: list[SourceRow] = Field(default_factory=list)
    checkers: list[CheckerRow] = Field(default_factory=list)
    interactive: bool = False
    output_validator_args: list[str] = Field(default_factory=list)


def rows(path: Path) -> Iterator[Callable[[], Problem]]:
    """For each row of a JSONL file, what reads it, or raises DataError.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield partial(_problem, line, f"{path}: line {number}")


def _problem(line: bytes, where: str) -> Problem:
    try:
        row = ProblemRow.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{where}: {field}: {first['msg']}") from None
    if len(row.statement.encode()) > STATEMENT_BYTES:
        raise DataError(f"{where}: statement: is larger than {STATEMENT_BYTES >> 10} KiB")
    checkers = tuple(
        Checker(program, Manner(one.manner))
        for one, program in zip(row.checkers, _programs(row.checkers, "checker"), strict=True)
    )
    declared = Declared.INTERACTIVE if row.interactive else Declared.COMPARED
    problem = Problem(
        pid=row.id,
        statement=row.statement,
        time_limit_s=row.time_limit_s,
        memory_mb=row.memory_mb,
        samples=tuple(Sample(one.input.encode(), one.output.encode()) for one in row.samples),
        references=tuple(_programs(row.accepted, "accepted/")),
        wrong=tuple(
            Submission(program, label)
            for label in (Label.WRONG_ANSWER, Label.TIME_LIMIT, Label.RUN_TIME_ERROR)
            for program in _programs(getattr(row, label), f"{label}/")
        ),
        generators=tuple(_programs(row.generators, "")),
        validators=tuple(_programs(row.validators, "validator")),
        checkers=checkers,
        declared=Declared.CUSTOM if checkers and not row.interactive else declared,
        comparison=comparison_of(row.output_validator_args, where),
    )
    return with_distinct_names(problem, where)


def _programs(rows: list[SourceRow] | list[CheckerRow], prefix: str) -> Iterator[Program]:
    for number, row in enumerate(rows, 1):
        name = row.name or f"{number:03}"
        yield Program(f"{prefix}{name}", row.language, row.code, row.files)
