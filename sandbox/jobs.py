"""Jobs and their results, as they travel between the API and the workers.

Frozen dataclasses, packed by msgspec: bytes stay bytes, and a message from another version that lacks a
field or has a wrong type is refused when it is unpacked.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec

from sandbox.checkers import CheckerSpec
from sandbox.models import Verdict
from sandbox.reports import CaseStatus, ReportFormat
from sandbox.scoring import Group, RewardShape, Score
from sandbox.values import EXACT, Tolerance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LimitChanges:
    """The limits that a request states; None leaves the language's."""

    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int | None = None
    pids: int | None = None
    disk_bytes: int | None = None
    output_bytes: int | None = None
    open_files: int | None = None


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file of the working directory."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class JobCall:
    """A call of a function; both values are JSON."""

    function: str
    args: bytes
    expected: bytes
    tolerance: Tolerance = EXACT


@dataclass(frozen=True, slots=True)
class JobTest:
    """One test case; without an expected output or a call it is run and reported only."""

    id: str
    stdin: bytes
    expected_output: bytes | None
    limits: LimitChanges = LimitChanges()
    points: float = 1.0
    group: str | None = None
    call: JobCall | None = None


@dataclass(frozen=True, slots=True)
class HelperProgram:
    """A checker or an interactor: a program of the one who set the task."""

    language: str
    code: bytes
    files: tuple[JobFile, ...] = ()
    limits: LimitChanges = LimitChanges()


@dataclass(frozen=True, slots=True)
class JobStage:
    """One command over the files of the stages before it."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    limits: LimitChanges = LimitChanges()
    continue_on_failure: bool = False


@dataclass(frozen=True, slots=True)
class JobRepository:
    """A tree of files, a change to it, and the tests that must pass then."""

    archive: bytes
    strip_components: int = 0
    patch: bytes | None = None
    overlay: tuple[JobFile, ...] = ()
    report_format: ReportFormat | None = None
    report_path: str | None = None
    must_pass: tuple[str, ...] = ()
    must_keep_passing: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A run as it waits in the queue.

    Attributes:
        language: the canonical name.
        image: the image's name, or None for the language's own.
        attempt: how often it has been claimed before; a worker's death costs one.
    """

    id: str
    language: str
    image: str | None
    code: bytes
    files: tuple[JobFile, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    limits: LimitChanges = LimitChanges()
    compile_limits: LimitChanges = LimitChanges()
    tests: tuple[JobTest, ...] = ()
    checker: CheckerSpec = field(default_factory=CheckerSpec)
    stop_on_first_failure: bool = False
    collect: tuple[str, ...] = ()
    attempt: int = 0
    checker_program: HelperProgram | None = None
    interactor: HelperProgram | None = None
    groups: tuple[Group, ...] = ()
    reward: RewardShape = "all"
    stages: tuple[JobStage, ...] = ()
    protected: tuple[str, ...] = ()
    repository: JobRepository | None = None

    @property
    def size_bytes(self) -> int:
        """About how much memory the job takes while it waits."""
        # 256: what a test takes besides, as objects.
        tests = sum(256 + len(test.stdin) + len(test.expected_output or b"") for test in self.tests)
        calls = sum(
            len(test.call.args) + len(test.call.expected) for test in self.tests if test.call
        )
        files = sum(len(file.content) for file in self.files)
        if self.repository is not None:
            overlay = sum(len(file.content) for file in self.repository.overlay)
            files += overlay + len(self.repository.archive) + len(self.repository.patch or b"")
        for helper in (self.checker_program, self.interactor):
            if helper is not None:
                files += len(helper.code) + sum(len(file.content) for file in helper.files)
        files += sum(len(stage.stdin) for stage in self.stages)
        strings = sum(map(sys.getsizeof, self._strings()))
        return len(self.code) + len(self.stdin) + files + tests + calls + strings

    def _strings(self) -> Iterator[str]:
        """All texts of which a request may have long ones, or many."""
        yield from (*self.args, *self.env, *self.env.values(), *self.collect, *self.protected)
        yield from (file.path for file in self.files)
        for stage in self.stages:
            yield from (*stage.command, *stage.env, *stage.env.values())
        if self.repository is not None:
            yield from (file.path for file in self.repository.overlay)
            yield from self.repository.must_pass
            yield from self.repository.must_keep_passing
            yield from self.repository.may_fail


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in one compile step, run or test, with its verdict."""

    id: str | None
    verdict: Verdict
    message: str = ""
    exit_code: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    cpu_time_s: float = 0.0
    wall_time_s: float = 0.0
    memory_bytes: int = 0
    flags: tuple[str, ...] = ()
    points: float | None = None


@dataclass(frozen=True, slots=True)
class JobArtifact:
    """A collected file; ``content`` is None when it was refused."""

    path: str
    content: bytes | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the sandbox could not judge. Never the program's fault."""

    code: str
    message: str
    retryable: bool = True


@dataclass(frozen=True, slots=True)
class JobCase:
    """One test of a report."""

    id: str
    status: CaseStatus


@dataclass(frozen=True, slots=True)
class SlotLease:
    """A slot was given out for an image: it held that already (``hit``), or a container was booted in it.

    ``boot`` is into an empty slot, ``swap`` in place of another image's container.
    """

    image: str
    how: Literal["hit", "boot", "swap"]
    boot_s: float


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of a job. ``fault`` is set exactly when the verdict is IE."""

    id: str
    verdict: Verdict
    reward: float | None
    passed: int = 0
    total: int = 0
    compile: Step | None = None
    run: Step | None = None
    tests: tuple[Step, ...] = ()
    artifacts: tuple[JobArtifact, ...] = ()
    prepare_s: float = 0.0
    compile_s: float = 0.0
    run_s: float = 0.0
    image_name: str | None = None
    image_digest: str | None = None
    worker: str | None = None
    fault: Fault | None = None
    message: str = ""
    flags: tuple[str, ...] = ()
    score: Score | None = None
    groups: dict[str, Score] = field(default_factory=dict)
    stages: tuple[Step, ...] = ()
    cases: tuple[JobCase, ...] = ()
    grade: Literal["strong", "weak"] | None = None
    # Of the worker, since its last result.
    leases: tuple[SlotLease, ...] = ()
    mishaps: dict[str, int] = field(default_factory=dict)


def failed(job_id: str, code: str, message: str, *, retryable: bool = True) -> JobResult:
    """The result of a job that the sandbox could not judge: IE, and no reward."""
    return JobResult(job_id, Verdict.IE, None, fault=Fault(code, message, retryable))


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the API needs it, to answer and to check requests early."""

    name: str
    aliases: tuple[str, ...]
    version: str
    image: str
    source_file: str
    compiled: bool
    limits: LimitChanges
    compile_limits: LimitChanges


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """An image as the API needs it."""

    name: str
    digest: str
    description: str
    size_bytes: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostFinding:
    """One line of the host check."""

    name: str
    level: str
    finding: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class WorkerHello:
    """A worker introduces itself: what it can run, and what its host is like."""

    name: str
    slots: int
    languages: tuple[Language, ...]
    images: tuple[ImageSummary, ...]
    host: tuple[HostFinding, ...]


def pack(message: object) -> bytes:
    """A dataclass as msgpack."""
    return msgspec.msgpack.encode(message)


def unpack(kind: type[T], data: bytes) -> T:
    """The dataclass in ``data``. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.msgpack.decode(data, type=kind)
