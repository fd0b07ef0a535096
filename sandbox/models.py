"""The wire contract: what ``POST /run`` takes and answers. Pydantic, and nothing else imports more.

Unknown fields are refused, types are strict, and NaN or infinity is no number: a typo must never
silently change a reward.
"""

import base64
import binascii
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sandbox.paths import check_collisions, check_path

MAX_TESTS = 1000
MAX_FILES = 1000
MAX_ARGS = 1000
MAX_ENV = 500
# Linux takes 128 KiB for one string; an environment entry has a "=" and an end besides.
MAX_STRINGS_BYTES = 128 * 1024 - 2


class Verdict(StrEnum):
    """What a run is worth. ``IE`` is our fault, never the program's."""

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


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Base64(_Request):
    """Bytes that are not text, or need not be."""

    base64: str = Field(description="Standard base64 with padding.")

    @field_validator("base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"not valid base64: {error}") from error
        return value

    def decode(self) -> bytes:
        """The bytes."""
        return base64.b64decode(self.base64)


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start + 1} is a lone surrogate, no text") from None
    return value


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold NUL")
    return _encodable(value)


Text = Annotated[str, AfterValidator(_encodable)]
PlainText = Annotated[str, AfterValidator(_no_nul)]
Content = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Base64, Tag("base64")],
    Discriminator(lambda value: "base64" if isinstance(value, dict | Base64) else "text"),
]
SafePath = Annotated[str, AfterValidator(check_path)]
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=256)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_no_nul)]


def content_bytes(content: str | Base64) -> bytes:
    """The bytes of a content field; text is UTF-8."""
    return content.encode() if isinstance(content, str) else content.decode()


class Limits(_Request):
    """What a run may use. What is left out comes from the language; the server has maxima."""

    cpu_time_s: float | None = Field(
        default=None, gt=0, description="CPU seconds of all its processes."
    )
    wall_time_s: float | None = Field(
        default=None, gt=0, description="Elapsed seconds; by default max(3 * cpu, cpu + 2)."
    )
    memory_mb: int | None = Field(default=None, ge=4, description="MiB, files included.")
    pids: int | None = Field(default=None, ge=1, description="Processes and threads at once.")
    disk_mb: int | None = Field(default=None, ge=1, description="MiB that it may write.")
    output_kb: int | None = Field(default=None, ge=1, description="KiB of stdout, and of stderr.")
    open_files: int | None = Field(default=None, ge=16, description="Descriptors of one process.")


class Test(_Request):
    """One test case. Without ``expected_output`` it is run and reported, not judged."""

    __test__ = False  # pytest takes it for a test class otherwise

    id: Name | None = Field(default=None, description="By default the test's number, from 1.")
    stdin: Content = ""
    expected_output: Content | None = None
    limits: Limits | None = None


class Checker(_Request):
    """How an output is compared with the expected one."""

    type: Literal["exact", "lines", "tokens", "floats", "unordered_lines", "unordered_tokens"] = (
        "tokens"
    )
    case_sensitive: bool | None = None
    abs_tol: float | None = Field(default=None, ge=0)
    rel_tol: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.type != "floats" and (self.abs_tol is not None or self.rel_tol is not None):
            raise ValueError("abs_tol and rel_tol go with the checker 'floats' only")
        if self.type == "exact" and self.case_sensitive is False:
            raise ValueError("the checker 'exact' compares bytes; case_sensitive must be true")
        return self


class RunRequest(_Request):
    """A program, and what to do with it."""

    language: Name = Field(description="A name or alias of GET /languages.")
    image: Name | None = Field(default=None, description="Another image than the language's own.")
    code: Text = Field(description="The main source, under the language's default file name.")
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
    checker: Checker = Field(default_factory=Checker)
    stop_on_first_failure: bool = False
    collect: list[SafePath] = Field(
        default_factory=list,
        max_length=64,
        description="Patterns of files to bring back (`*` does not cross a `/`).",
    )

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
        return tests


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
    memory_bytes: int = 0
    flags: list[str] = Field(default_factory=list)


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
    artifacts: dict[str, Artifact] = Field(default_factory=dict)
    timing: Timing | None = None
    image: ImageRef | None = None
    worker: str | None = None
    error: ErrorBody | None = None


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
    """``GET /readyz``: whether work can be taken, and why not."""

    ready: bool
    reasons: list[str] = Field(default_factory=list)
    queued: int = 0
    running: int = 0
    workers: list[WorkerInfo] = Field(default_factory=list)
    host: list[CheckInfo] = Field(default_factory=list)
