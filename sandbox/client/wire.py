"""Requests as they are sent, and answers as they are parsed. Pure.

How long an answer may take (`run_patience_s`): the sum of the wall limits of all its steps, plus
an allowance for the queue and for getting an image ready. A limit that the request leaves to the
language is taken as `UNSTATED_WALL_S`. One attempt waits `ATTEMPT_READ_S` at most: then the
connection may be dead without a word, and a new one waits for the same run.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from sandbox.client.errors import AnswerInvalid, RequestRefused
from sandbox.mistakes import describe
from sandbox.models import (
    ErrorAnswer,
    ErrorBody,
    Interactor,
    Limits,
    ProgramChecker,
    RunRequest,
)

QUEUE_ALLOWANCE_S = 600.0
UNSTATED_WALL_S = 60.0
ATTEMPT_READ_S = 120.0

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SAFE_METHODS = frozenset({"GET", "DELETE"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, which may be sent several times, always the same.

    Attributes:
        read_timeout_s: how long one attempt waits for its answer.
        patience_s: how long the service may hold it, over all attempts.
        final: statuses that are an answer here although they mean trouble elsewhere.
        content_type: of the body.
        keeps: the service keeps what is sent under its digest, so it can be sent again.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    idempotency_key: str | None = None
    read_timeout_s: float = 30.0
    patience_s: float = 60.0
    final: frozenset[int] = frozenset()
    content_type: str = "application/json"
    keeps: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice has the effect of sending it once."""
        has_key = self.idempotency_key is not None
        return self.method in _SAFE_METHODS or has_key or self.keeps

    @property
    def headers(self) -> dict[str, str]:
        """The headers that this call needs."""
        headers = {} if self.body is None else {"Content-Type": self.content_type}
        if self.idempotency_key is not None:
            headers["Idempotency-Key"] = self.idempotency_key
        return headers


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of whatever status."""

    status: int
    body: bytes
    retry_after: str | None = None


class Accepted(BaseModel):
    """The answer to a request that did not wait."""

    id: str


def new_key() -> str:
    """A fresh idempotency key: 128 random bits."""
    return secrets.token_hex(16)


def check_key(key: str) -> str:
    """The caller's own key. Raises RequestRefused if it cannot be one."""
    if not _KEY.fullmatch(key):
        message = "1 to 128 letters, digits, '.', '_', ':' or '-'"
        raise RequestRefused(422, "invalid_key", message, "Idempotency-Key")
    return key


def key_of_attempt(key: str, faults: int) -> str:
    """The key under which a run is made again after so many faults.

    It is the same whenever the key is, so that a caller who was started again finds that run; and nobody
    chooses it by chance, since it is a hash of what no key can be.
    """
    if faults == 0:
        return key
    return hashlib.sha256(f"{faults} faults of {key}".encode()).hexdigest()


def checked_request(request: RunRequest | None, fields: Mapping[str, object]) -> RunRequest:
    """The request, whole or made of fields, checked as the service checks it.

    Raises:
        RequestRefused: a field is wrong.
        TypeError: both forms, or neither.
    """
    if (request is None) == (not fields):
        raise TypeError("give either a RunRequest or its fields")
    if request is not None:
        return request
    try:
        return RunRequest.model_validate(dict(fields))
    except ValidationError as error:
        where, what = first_mistake(error)
        raise RequestRefused(422, "invalid", what, where) from None  # its text quotes the code


def run_call(request: RunRequest, key: str, *, wait: bool = True) -> Call:
    """``POST /run``. What the request does not state is not sent: the service decides."""
    patience_s = run_patience_s(request) if wait else 60.0
    return Call(
        "POST",
        "/run",
        query={} if wait else {"wait": "false"},
        body=request.model_dump_json(exclude_unset=True).encode(),
        idempotency_key=key,
        read_timeout_s=min(patience_s, ATTEMPT_READ_S),
        patience_s=patience_s,
    )


def run_path(run_id: str) -> str:
    """Where a run is found. Raises RequestRefused if that is no id: a path must not be made of it."""
    if not _RUN_ID.fullmatch(run_id):
        raise RequestRefused(
            404, "unknown_run", "an id has letters, digits, '_' and '-' only", "id"
        )
    return f"/runs/{run_id}"


def run_patience_s(request: RunRequest) -> float:
    """How long the service may take for a request, queue included; see the module's docstring."""
    steps = [test.limits or request.limits for test in request.tests]
    steps = steps or [stage.limits for stage in request.stages] or [request.limits]
    wall_s = sum(_wall_s(limits, request.limits) for limits in steps)
    for helper in (request.checker, request.interactor):
        if isinstance(helper, ProgramChecker | Interactor):
            wall_s += len(request.tests) * _wall_s(helper.limits, Limits())
    return QUEUE_ALLOWANCE_S + _wall_s(request.compile_limits, Limits()) + wall_s


def parse(reply: Reply, kind: type[T]) -> T:
    """The answer's body as ``kind``.

    Raises:
        RequestRefused: it is a 4xx.
        AnswerInvalid: it is anything else than a good answer of this service.
    """
    if 400 <= reply.status < 500:
        error = error_body(reply)
        raise RequestRefused(reply.status, error.code, error.message, error.field)
    if not 200 <= reply.status < 300:
        raise AnswerInvalid(f"answered with status {reply.status}: is this address a sandbox?")
    return parse_body(reply.body, kind)


def parse_body(body: bytes, kind: type[T]) -> T:
    """A body as ``kind``. Raises AnswerInvalid, without quoting it."""
    try:
        return TypeAdapter(kind).validate_json(body)
    except ValidationError as error:
        where, what = first_mistake(error)
        at = f" at {where}" if where else ""
        raise AnswerInvalid(f"not an answer of this service{at}: {what}") from None


def error_body(reply: Reply) -> ErrorBody:
    """What an error answer says; a body in another form says no more than its status."""
    try:
        return ErrorAnswer.model_validate_json(reply.body).error
    except ValidationError:
        message = "the answer gives no reason; is this address a sandbox?"
        return ErrorBody(code=f"http_{reply.status}", message=message)


def first_mistake(error: ValidationError) -> tuple[str, str]:
    """Where a validation failed and why, without the value, which may be source code."""
    return describe(error.errors(include_url=False, include_context=False, include_input=False)[0])


def _wall_s(limits: Limits, base: Limits) -> float:
    wall_s = limits.wall_time_s or base.wall_time_s
    cpu_s = limits.cpu_time_s or base.cpu_time_s
    if wall_s is None and cpu_s is not None:
        wall_s = max(3 * cpu_s, cpu_s + 2)
    return UNSTATED_WALL_S if wall_s is None else wall_s
