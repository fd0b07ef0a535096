"""The wire contract: what ``POST /run`` takes and answers. Pydantic, and nothing else imports more.

Unknown fields are refused, types are strict, and NaN or infinity is no number: a typo must never
silently change a reward.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from sandbox import scoring
from sandbox.models_base import (
    Base64,
    Content,
    EnvName,
    Limits,
    Name,
    PlainText,
    SafePath,
    Strict,
    Text,
    content_bytes,
)
from sandbox.models_judging import (
    MAX_GROUPS,
    MAX_STAGES,
    AnyChecker,
    Call,
    Checker,
    Group,
    Interactor,
    Pattern,
    ProgramChecker,
    Report,
    Repository,
    Stage,
)
from sandbox.paths import check_collisions

__all__ = [
    "ArchiveInfo",
    "Artifact",
    "Base64",
    "Call",
    "CaseResult",
    "CheckInfo",
    "Checker",
    "Content",
    "ErrorAnswer",
    "ErrorBody",
    "Group",
    "GroupResult",
    "ImageInfo",
    "ImageRef",
    "Interactor",
    "LanguageInfo",
    "Limits",
    "ProgramChecker",
    "Readiness",
    "Report",
    "Repository",
    "RunRequest",
    "RunResult",
    "Stage",
    "StepResult",
    "Test",
    "Timing",
    "Verdict",
    "WorkerInfo",
    "content_bytes",
]

MAX_TESTS = 1000
MAX_FILES = 1000
MAX_ARGS = 1000
MAX_ENV = 500
# Linux takes 128 KiB for one string; an environment entry has a "=" and an end besides.
MAX_STRINGS_BYTES = 128 * 1024 - 2


class Verdict(StrEnum):
    """What a run is worth. ``IE`` is our fault, never the program's; ``PR``: the patch was rejected."""

    AC = "AC"
    WA = "WA"
    TLE = "TLE"
    MLE = "MLE"
    OLE = "OLE"
    RE = "RE"
    CE = "CE"
    IE = "IE"
    SK = "SK"
    OK = "OK"
    PR = "PR"


class Test(Strict):
    """One test case. Without ``expected_output`` it is run and reported, not judged."""

    __test__ = False  # pytest takes it for a test class otherwise

    id: Name | None = Field(default=None, description="By default the test's number, from 1.")
    stdin: Content = ""
    expected_output: Content | None = None
    limits: Limits | None = None
    points: float = Field(default=1.0, ge=0, le=1e9, description="What it is worth.")
    group: Name | None = Field(default=None, description="The group that it counts with.")
    call: Call | None = Field(
        default=None, description="Instead of stdin and expected_output: a call of a function."
    )

    @field_validator("call")
    @classmethod
    def _call_fits(cls, call: Call | None, others: ValidationInfo) -> Call | None:
        if call is not None and (
            others.data.get("stdin") or others.data.get("expected_output") is not None
        ):
            raise ValueError(
                "a call has arguments and an expected value; leave out stdin and output"
            )
        return call


class RunRequest(Strict):
    """A program, and what to do with it."""

    language: Name = Field(description="A name or alias of GET /languages.")
    image: Name | None = Field(default=None, description="Another image than the language's own.")
    code: Text = Field(
        description="The main source, under the language's default file name. May be empty with stages."
    )
    files: dict[SafePath, Content] = Field(
        default_factory=dict,
        max_length=MAX_FILES,
        description="Further files of the working directory.",
    )
    args: list[PlainText] = Field(default_factory=list, max_length=MAX_ARGS)
    env: dict[EnvName, PlainText] = Field(default_factory=dict, max_length=MAX_ENV)
    stdin: Content = Field(default="", description="For a run without tests.")
    limits: Limits = Field(default_factory=Limits)
    compile_limits: Limits = Field(default_factory=Limits)
    tests: list[Test] = Field(default_factory=list, max_length=MAX_TESTS)
    checker: AnyChecker = Field(default_factory=Checker)
    stop_on_first_failure: bool = False
    collect: list[SafePath] = Field(
        default_factory=list,
        max_length=64,
        description="Patterns of files to bring back (`*` does not cross a `/`).",
    )
    interactor: Interactor | None = None
    groups: list[Group] = Field(default_factory=list, max_length=MAX_GROUPS)
    reward: Literal["all", "fraction", "points"] = Field(
        default="all",
        description="all: 1 if everything passed, else 0; fraction: passed / total; "
        "points: points / max_points.",
    )
    stages: list[Stage] = Field(
        default_factory=list,
        max_length=MAX_STAGES,
        description="Instead of compile, run and tests.",
    )
    protected: list[Pattern] = Field(
        default_factory=list,
        max_length=200,
        description="Paths, also with `*` and `**`, that are restored before each stage and read-only.",
    )
    repository: Repository | None = None

    @field_validator("files")
    @classmethod
    def _files_fit(cls, files: dict[str, str | Base64]) -> dict[str, str | Base64]:
        check_collisions(files)
        return files

    @field_validator("args", "env")
    @classmethod
    def _strings_fit(
        cls, strings: list[str] | dict[str, str], others: ValidationInfo
    ) -> list[str] | dict[str, str]:
        env = strings if isinstance(strings, dict) else {}
        args = strings if isinstance(strings, list) else others.data.get("args", [])
        size = sum(len(text.encode()) for text in (*args, *env, *env.values()))
        if size > MAX_STRINGS_BYTES:
            raise ValueError(f"args and env may have {MAX_STRINGS_BYTES} bytes together")
        return strings

    @field_validator("tests")
    @classmethod
    def _tests_fit(cls, tests: list[Test], others: ValidationInfo) -> list[Test]:
        if tests and others.data.get("stdin"):
            raise ValueError("each test has its own stdin; leave out the request's")
        seen: set[str] = set()
        for number, test in enumerate(tests, 1):
            name = test.id or str(number)
            if name in seen:
                raise ValueError(f"two tests have the id {name!r}")
            seen.add(name)
        if len({test.call is None for test in tests}) > 1:
            raise ValueError("either all tests are calls or none is")
        return tests

    @field_validator("checker")
    @classmethod
    def _checker_fits(
        cls, checker: Checker | ProgramChecker, others: ValidationInfo
    ) -> Checker | ProgramChecker:
        if any(test.call is not None for test in others.data.get("tests", [])):
            raise ValueError("calls compare values; leave out the checker")
        return checker

    @field_validator("interactor")
    @classmethod
    def _interactor_fits(
        cls, interactor: Interactor | None, others: ValidationInfo
    ) -> Interactor | None:
        if interactor is None:
            return interactor
        tests = others.data.get("tests", [])
        if not tests or any(test.call is not None for test in tests):
            raise ValueError("an interactor needs tests, and they cannot be calls")
        if others.data.get("checker") != Checker():
            raise ValueError("an interactor is the checker too; leave out the checker")
        return interactor

    @field_validator("groups")
    @classmethod
    def _groups_fit(cls, groups: list[Group], others: ValidationInfo) -> list[Group]:
        scoring.check_groups(
            [scoring_group(group) for group in groups], scored_tests(others.data.get("tests", []))
        )
        return groups

    @field_validator("stages")
    @classmethod
    def _stages_fit(cls, stages: list[Stage], others: ValidationInfo) -> list[Stage]:
        if not stages:
            return stages
        if len({stage.name for stage in stages}) < len(stages):
            raise ValueError("two stages have the same name")
        for name in ("tests", "args", "stdin", "interactor"):
            if others.data.get(name):
                raise ValueError(f"stages have their own commands; leave out {name!r}")
        return stages

    @field_validator("protected")
    @classmethod
    def _protected_fit(cls, patterns: list[str], others: ValidationInfo) -> list[str]:
        if patterns and not others.data.get("stages"):
            raise ValueError("only stages have protected files")
        return patterns

    @field_validator("repository")
    @classmethod
    def _repository_fits(
        cls, repository: Repository | None, others: ValidationInfo
    ) -> Repository | None:
        if repository is None:
            return repository
        if not others.data.get("stages"):
            raise ValueError("a repository needs stages: the last one runs the tests")
        if others.data.get("code") or others.data.get("files"):
            raise ValueError("a repository brings all files; more of them go into its overlay")
        return repository


def scoring_group(group: Group) -> scoring.Group:
    """A group as the scoring takes it."""
    return scoring.Group(
        group.id, group.score, group.points, tuple(group.depends_on), group.stop_on_first_failure
    )


def scored_tests(tests: list[Test]) -> list[scoring.Scored]:
    """Tests as the scoring takes them."""
    return [
        scoring.Scored(test.id or str(number), test.points, test.group)
        for number, test in enumerate(tests, 1)
    ]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class StepResult(_Answer):
    """What happened in one compile step, run or test."""

    id: str | None = None
    verdict: Verdict
    message: str = Field(
        default="", description="Why, in a few words; where the output first differs."
    )
    exit_code: int | None = None
    signal: int | None = None
    stdout: str = Field(default="", description="What is not UTF-8 is shown as U+FFFD.")
    stderr: str = ""
    stdout_base64: str | None = Field(
        default=None, description="All bytes, if stdout is not UTF-8."
    )
    stderr_base64: str | None = None
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    cpu_time_s: float = 0.0
    wall_time_s: float = 0.0
    memory_bytes: int = Field(
        default=0,
        description="The most in use at once by all its processes and files, if the kernel can tell.",
    )
    flags: list[str] = Field(default_factory=list)
    points: float | None = Field(default=None, description="Gained, if the test was judged.")


class Artifact(_Answer):
    """A collected file: its bytes, or why it was refused."""

    base64: str | None = None
    refused: str | None = None


class Timing(_Answer):
    """Where the time went, in seconds."""

    queue_s: float = 0.0
    prepare_s: float = 0.0
    compile_s: float = 0.0
    run_s: float = 0.0
    total_s: float = 0.0


class ImageRef(_Answer):
    """The image that judged: with its digest a reward can be repeated."""

    name: str
    digest: str


class ErrorBody(_Answer):
    """A fault, of the caller's (4xx) or of ours."""

    code: str
    message: str
    field: str | None = None
    retryable: bool = False


class ErrorAnswer(_Answer):
    """The body of every answer that is not a result."""

    error: ErrorBody


class GroupResult(_Answer):
    """What a group of tests has come to."""

    id: str
    points: float
    max_points: float
    solved: bool


class CaseResult(_Answer):
    """One test of a report."""

    id: str
    status: Literal["passed", "failed", "error", "skipped"]


class RunResult(_Answer):
    """The answer to a run. A fault of ours has the verdict IE and no reward at all."""

    id: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    verdict: Verdict | None = None
    reward: float | None = None
    passed: int = 0
    total: int = 0
    compile: StepResult | None = None
    run: StepResult | None = None
    tests: list[StepResult] = Field(default_factory=list)
    message: str = Field(default="", description="Why, where it is no single step's affair.")
    flags: list[str] = Field(default_factory=list, description="Of the whole run.")
    points: float | None = None
    max_points: float | None = None
    groups: list[GroupResult] = Field(default_factory=list)
    stages: list[StepResult] = Field(default_factory=list)
    cases: list[CaseResult] = Field(default_factory=list, description="The tests of a report.")
    grade: Literal["strong", "weak"] | None = Field(
        default=None,
        description="weak: the judged code ran in the same process or container as what judged it, "
        "so that forging is possible in principle.",
    )
    artifacts: dict[str, Artifact] = Field(default_factory=dict)
    timing: Timing | None = None
    image: ImageRef | None = None
    worker: str | None = None
    error: ErrorBody | None = None


class ArchiveInfo(_Answer):
    """An archive that was uploaded; runs name it by its digest."""

    digest: str
    size_bytes: int
    files: int


class LanguageInfo(_Answer):
    """An entry of ``GET /languages``."""

    name: str
    aliases: list[str]
    version: str
    image: str
    source_file: str
    compiled: bool
    limits: Limits
    compile_limits: Limits


class ImageInfo(_Answer):
    """An entry of ``GET /images``."""

    name: str
    digest: str
    description: str
    size_bytes: int
    languages: list[str]


class CheckInfo(_Answer):
    """One line of the host check."""

    name: str
    level: Literal["PASS", "CAUTION", "FAIL"]
    finding: str
    mend: str = ""


class WorkerInfo(_Answer):
    """A worker that is connected."""

    name: str
    slots: int


class Readiness(_Answer):
    """``GET /readyz``: whether work can be taken, and why not.

    ``faults`` are workers that have given up, by name, and why; others may work on.
    """

    ready: bool
    reasons: list[str] = Field(default_factory=list)
    faults: dict[str, str] = Field(default_factory=dict)
    queued: int = 0
    running: int = 0
    workers: list[WorkerInfo] = Field(default_factory=list)
    host: list[CheckInfo] = Field(default_factory=list)
