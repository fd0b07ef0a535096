"""What a request may say beyond a program and its tests: how it is judged. Pydantic.

Checkers and interactors that are programs, groups of tests, calls of functions, stages, repositories.
"""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    JsonValue,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

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
)
from sandbox.paths import check_collisions, check_path

MAX_GROUPS = 200
MAX_STAGES = 20
MAX_CASE_IDS = 20_000
# A call's arguments and its expected value, as JSON.
MAX_VALUE_BYTES = 8 << 20


class Checker(Strict):
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


class _Helper(Strict):
    """A program of the one who set the task, run in a container of its own."""

    language: Name = Field(description="A name or alias of GET /languages.")
    code: Text
    files: dict[SafePath, Content] = Field(
        default_factory=dict, max_length=100, description="For example `testlib.h`."
    )
    limits: Limits = Field(default_factory=Limits)

    @field_validator("files")
    @classmethod
    def _files_fit(cls, files: dict[str, str | Base64]) -> dict[str, str | Base64]:
        check_collisions(files)
        return files


class ProgramChecker(_Helper):
    """A checker in testlib's manner: `checker input output answer`.

    Exit status 0: right, 1: wrong, 2: wrong (presentation), 3: the checker failed, 7: points, with their
    number first on stderr. Anything else is a failure of the checker, and the run's verdict `IE`.
    """

    type: Literal["program"]


class Interactor(_Helper):
    """A program that talks to the solution: `interactor input output answer`.

    Its stdout is the solution's stdin and the other way round. A test's `stdin` is the file `input`, its
    `expected_output` the file `answer`. Exit statuses are a checker's.
    """


def _kind_of_checker(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return "program" if kind == "program" else "plain"


AnyChecker = Annotated[
    Annotated[Checker, Tag("plain")] | Annotated[ProgramChecker, Tag("program")],
    Discriminator(_kind_of_checker),
]


class Group(Strict):
    """Tests that count together."""

    id: Name
    score: Literal["all_of", "sum", "min"] = Field(
        default="all_of",
        description="all_of: all points or none; sum: each test's; min: the worst test's share.",
    )
    points: float | None = Field(
        default=None, ge=0, le=1e9, description="By default its tests' points together."
    )
    depends_on: list[Name] = Field(
        default_factory=list,
        max_length=MAX_GROUPS,
        description="Groups before it that must be solved whole, or it is skipped.",
    )
    stop_on_first_failure: bool | None = Field(
        default=None, description="Skip the rest after a failure; by default unless `sum`."
    )


def json_bytes(value: JsonValue) -> bytes:
    """A value as JSON. Raises ValueError if it is none (out of range), or too large."""
    try:
        data = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a JSON value: {error}") from None
    if len(data) > MAX_VALUE_BYTES:
        raise ValueError(f"a value may have {MAX_VALUE_BYTES} bytes of JSON at most")
    return data


def _value(value: JsonValue) -> JsonValue:
    json_bytes(value)
    return value


Json = Annotated[JsonValue, AfterValidator(_value)]


class Call(Strict):
    """A call of one function of the program, and the value that it must return."""

    function: Annotated[
        str,
        StringConstraints(
            pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$", max_length=200
        ),
    ] = Field(description="`solve`, or `Solution.solve` for a method of a new object.")
    args: Annotated[list[JsonValue], AfterValidator(_value)] = Field(
        default_factory=list, max_length=100
    )
    expected: Json
    abs_tol: float = Field(default=0.0, ge=0, description="How far a number may be off.")
    rel_tol: float = Field(default=0.0, ge=0)


class Stage(Strict):
    """One command over the run's files, which the next stage finds as this one leaves them."""

    name: Name
    command: list[PlainText] = Field(min_length=1, max_length=1000)
    env: dict[EnvName, PlainText] = Field(default_factory=dict, max_length=500)
    stdin: Content = ""
    limits: Limits = Field(default_factory=Limits)
    continue_on_failure: bool = Field(
        default=False, description="The next stages run all the same; the failure still counts."
    )


class Report(Strict):
    """Where the last stage reports its tests."""

    format: Literal["junit", "tap"]
    path: SafePath | None = Field(default=None, description="A file; by default its stdout.")


CaseId = Annotated[str, StringConstraints(min_length=1, max_length=500)]
CaseIds = Annotated[list[CaseId], Field(max_length=MAX_CASE_IDS)]


class Repository(Strict):
    """A tree of files, a change to it, and the tests that must pass then."""

    archive: Base64 | None = Field(default=None, description="A tar archive, also compressed.")
    digest: str | None = Field(
        default=None,
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="The archive's, if it was uploaded with POST /archives.",
    )
    strip_components: int = Field(
        default=0, ge=0, le=10, description="Leading parts to remove from its paths."
    )
    patch: Content | None = Field(
        default=None, description="A unified diff, applied strictly: no fuzz, no offset."
    )
    overlay: dict[SafePath, Content] = Field(
        default_factory=dict,
        max_length=1000,
        description="Files written after the patch (the hidden tests); protected.",
    )
    report: Report | None = None
    must_pass: CaseIds = Field(
        default_factory=list, description="Ids as `classname::name` (JUnit) or TAP descriptions."
    )
    must_keep_passing: CaseIds = Field(default_factory=list)
    may_fail: CaseIds = Field(
        default_factory=list, description="Tests that may be reported with any result."
    )

    @field_validator("overlay")
    @classmethod
    def _overlay_fits(cls, files: dict[str, str | Base64]) -> dict[str, str | Base64]:
        check_collisions(files)
        return files

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.archive is None) == (self.digest is None):
            raise ValueError("a repository is either an archive or the digest of one")
        if bool(self.must_pass or self.must_keep_passing) != (self.report is not None):
            raise ValueError("a report needs tests that must pass, and they need a report")
        return self


def check_pattern(pattern: str) -> str:
    """A pattern of `protected`: a path, in which ``*`` and ``**`` may stand."""
    return check_path(pattern)


Pattern = Annotated[str, AfterValidator(check_pattern)]
