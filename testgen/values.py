"""What the pipeline is about: problems, the programs that belong to them, and test inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sandbox.checkers import CheckerSpec
from testgen.hashing import hash_of, sha256


class Label(StrEnum):
    """What a submission is said to be; the words are the folders of a Kattis package."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong_answer"
    TIME_LIMIT = "time_limit_exceeded"
    RUN_TIME_ERROR = "run_time_error"


class Declared(StrEnum):
    """What the problem itself says about how outputs are judged."""

    COMPARED = "compared"
    CUSTOM = "custom"
    INTERACTIVE = "interactive"


class Manner(StrEnum):
    """How a checker is called: `checker input output answer`, or as Kattis calls output validators."""

    TESTLIB = "testlib"
    KATTIS = "kattis"


@dataclass(frozen=True)
class Program:
    """Source code of somebody else: it is run in the sandbox, never here.

    Attributes:
        name: for people; unique among the programs of its kind in one problem.
        language: a name of ``GET /languages``.
        files: further files beside the main source.
    """

    name: str
    language: str
    code: str
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sha(self) -> str:
        """A hash of all that decides what it does; the name does not."""
        return hash_of(self.language, self.code, dict(self.files))

    @property
    def role(self) -> str:
        """A generator's role: its name up to the first underscore, without folder and ending."""
        return self.name.rpartition("/")[2].partition(".")[0].partition("_")[0]


@dataclass(frozen=True)
class Submission:
    """A solution and what it is said to be."""

    program: Program
    label: Label


@dataclass(frozen=True)
class Checker:
    """A program that judges outputs."""

    program: Program
    manner: Manner


@dataclass(frozen=True)
class Sample:
    """A test that the statement shows."""

    stdin: bytes
    answer: bytes


@dataclass(frozen=True)
class Problem:
    """All that is known of a problem before the pipeline begins.

    Attributes:
        pid: its name, unique in one run of the pipeline.
        comparison: how outputs are compared where ``declared`` says that they are.
    """

    pid: str
    statement: str
    time_limit_s: float
    memory_mb: int
    samples: tuple[Sample, ...]
    references: tuple[Program, ...]
    wrong: tuple[Submission, ...]
    generators: tuple[Program, ...]
    validators: tuple[Program, ...]
    checkers: tuple[Checker, ...]
    declared: Declared
    comparison: CheckerSpec

    @cached_property
    def sha(self) -> str:
        """A hash of everything that can decide what becomes of it."""
        samples = [(sha256(one.stdin), sha256(one.answer)) for one in self.samples]
        programs = {
            "references": [(one.name, one.sha) for one in self.references],
            "wrong": [(one.program.name, one.program.sha, one.label) for one in self.wrong],
            "generators": [(one.name, one.sha) for one in self.generators],
            "validators": [(one.name, one.sha) for one in self.validators],
            "checkers": [(one.program.sha, one.manner) for one in self.checkers],
        }
        limits = [self.time_limit_s, self.memory_mb]
        spec = self.comparison
        compared = [spec.type, spec.case_sensitive, spec.abs_tol, spec.rel_tol]
        return hash_of(self.pid, self.statement, limits, samples, programs, self.declared, compared)


@dataclass(frozen=True)
class Case:
    """A test input and where it comes from.

    Attributes:
        generator: the SHA of the script that made it; empty for a sample.
        index: its place among the files of that script's run.
    """

    stdin: bytes
    generator: str
    seed: int
    index: int
    role: str

    @cached_property
    def tid(self) -> str:
        """The input's name: its hash."""
        return sha256(self.stdin)
