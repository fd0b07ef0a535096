"""What the client does, as generators without I/O: one implementation for blocking and asyncio.

A flow yields an `Attempt` (pause so long, then send this), is sent what came of it, and returns
the parsed answer or raises one of ``errors.py``. Who carries it out also gives it the time.
"""

import hashlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import SystemRandom
from time import monotonic
from typing import TypeVar

from sandbox.client.errors import AnswerInvalid, ServiceUnavailable
from sandbox.client.retry import Budget, Failure, RetryPolicy, parse_retry_after
from sandbox.client.wire import (
    ATTEMPT_READ_S,
    Accepted,
    Call,
    Reply,
    check_key,
    error_body,
    key_of_attempt,
    new_key,
    parse,
    parse_body,
    run_call,
    run_path,
)
from sandbox.models import ArchiveInfo, ImageInfo, LanguageInfo, Readiness, RunRequest, RunResult

UNFINISHED = frozenset({"queued", "running"})
READ_MARGIN_S = 15.0
LONGEST_LOOK_S = 30.0  # less than what proxies and the service itself allow
BETWEEN_LOOKS_S = 0.1

# Processes that were forked from one would share the sequence of any other generator, and come
# back to a busy service together.
_RANDOM = SystemRandom()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step of a flow: pause, then send."""

    pause_s: float
    call: Call


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer.

    Attributes:
        reason: in words, without anything that was sent.
        sent: whether the service may have got the request.
        hopeless: whether the next attempt must fail in the same way.
    """

    reason: str
    sent: bool
    hopeless: bool = False


Outcome = Reply | Broken
Flow = Generator[Attempt, Outcome, T]


@dataclass(frozen=True, slots=True)
class Chance:
    """Where a flow gets the time and its luck from: monotonic seconds, numbers in [0, 1)."""

    clock: Callable[[], float] = monotonic
    jitter: Callable[[], float] = _RANDOM.random


SYSTEM = Chance()


def triage(call: Call, outcome: Outcome, now: datetime) -> Reply | Failure:
    """An answer that is worth parsing, or a failure. Never retryable if the call is not repeatable.

    429 and 503 say that nothing was begun. After 502, 504 and a broken connection nobody knows.
    """
    if isinstance(outcome, Broken):
        retryable = call.repeatable and not outcome.hopeless
        return Failure(retryable, worked_on=outcome.sent)
    if outcome.status in call.final or (outcome.status < 500 and outcome.status != 429):
        return outcome
    retryable = call.repeatable and outcome.status in {429, 502, 503, 504}
    asked_s = parse_retry_after(outcome.retry_after, now)
    return Failure(retryable, worked_on=outcome.status in {502, 504}, retry_after_s=asked_s)


class Flows:
    """The flows of one client.

    Args:
        address: the service's, for messages.
    """

    def __init__(self, address: str, policy: RetryPolicy, chance: Chance) -> None:
        self._address = address
        self._policy = policy
        self._chance = chance

    def run(self, request: RunRequest, key: str | None) -> Flow[RunResult]:
        """Judge, to the end. A retryable fault is tried again under another key."""
        first_key = new_key() if key is None else check_key(key)
        budget, pause_s, faults = self._budget(), 0.0, 0
        while True:
            call = run_call(request, key_of_attempt(first_key, faults))
            result = parse((yield from self._exchange(call, budget, pause_s)), RunResult)
            if result.status in UNFINISHED:
                raise AnswerInvalid(f"run {result.id} was answered before it was finished")
            retryable = result.error is not None and result.error.retryable
            if not retryable or faults == self._policy.retry_faults:
                return result
            fault = Failure(retryable, worked_on=True)
            next_pause_s = budget.pause_after(fault, duration_s=0, patience_s=call.patience_s)
            if next_pause_s is None:
                return result
            pause_s, faults = next_pause_s, faults + 1

    def submit(self, request: RunRequest, key: str | None) -> Flow[str]:
        """Queue, and return the id."""
        call = run_call(request, new_key() if key is None else check_key(key), wait=False)
        return (yield from self._answer(call, Accepted)).id

    def get(self, run_id: str, wait_s: float) -> Flow[RunResult]:
        """A run when it has ended, or as it is after ``wait_s``: in one look, or a few long ones."""
        path, pause_s = run_path(run_id), 0.0
        deadline_s = self._chance.clock() + wait_s
        while True:
            left_s = max(0.0, deadline_s - self._chance.clock() - pause_s)
            look_s = min(left_s, LONGEST_LOOK_S)
            query = {"wait": f"{look_s:.3f}"} if look_s else {}
            read_s = look_s + READ_MARGIN_S
            call = Call("GET", path, query, read_timeout_s=read_s, patience_s=2 * read_s)
            result = parse((yield from self._exchange(call, self._budget(), pause_s)), RunResult)
            if result.status not in UNFINISHED or left_s <= LONGEST_LOOK_S:
                return result
            pause_s = BETWEEN_LOOKS_S

    def cancel(self, run_id: str) -> Flow[RunResult]:
        """Cancel a run; the answer is what became of it."""
        return (yield from self._answer(Call("DELETE", run_path(run_id)), RunResult))

    def upload(self, archive: bytes) -> Flow[str]:
        """Keep an archive at the service, if it is not there already; its digest."""
        digest = f"sha256:{hashlib.sha256(archive).hexdigest()}"
        look = Call("GET", f"/archives/{digest}", final=frozenset({404}))
        reply = yield from self._exchange(look, self._budget())
        if reply.status not in look.final:
            return parse(reply, ArchiveInfo).digest
        call = Call(
            "POST",
            "/archives",
            body=archive,
            read_timeout_s=ATTEMPT_READ_S,  # they are unpacked one at a time
            patience_s=2 * ATTEMPT_READ_S,
            content_type="application/octet-stream",
            keeps=True,
        )
        return (yield from self._answer(call, ArchiveInfo)).digest

    def languages(self) -> Flow[list[LanguageInfo]]:
        """What can be run."""
        return (yield from self._answer(Call("GET", "/languages"), list[LanguageInfo]))

    def images(self) -> Flow[list[ImageInfo]]:
        """What it is run in."""
        return (yield from self._answer(Call("GET", "/images"), list[ImageInfo]))

    def ready(self) -> Flow[Readiness]:
        """Whether work is taken; "no" is an answer too, with status 503."""
        call = Call("GET", "/readyz", final=frozenset({503}))
        budget = self._budget()
        reply = yield from self._exchange(call, budget)
        if reply.status not in call.final:
            return parse(reply, Readiness)
        try:
            return parse_body(reply.body, Readiness)
        except AnswerInvalid:  # a proxy's own 503: there is nothing behind it
            raise self._unavailable(reply, attempts=1) from None

    def _answer(self, call: Call, kind: type[T]) -> Flow[T]:
        return parse((yield from self._exchange(call, self._budget())), kind)

    def _exchange(self, call: Call, budget: Budget, pause_s: float = 0.0) -> Flow[Reply]:
        """Send until there is an answer that is worth parsing, or no hope of one."""
        attempts = 0
        while True:
            planned_s = self._chance.clock() + pause_s
            outcome = yield Attempt(pause_s, call)
            attempts += 1
            found = triage(call, outcome, datetime.now(UTC))
            if isinstance(found, Reply):
                return found
            duration_s = max(0.0, self._chance.clock() - planned_s)
            next_pause_s = budget.pause_after(
                found, duration_s=duration_s, patience_s=call.patience_s
            )
            if next_pause_s is None:
                raise self._unavailable(outcome, attempts)
            pause_s = next_pause_s

    def _budget(self) -> Budget:
        return Budget(self._policy, self._chance.jitter)

    def _unavailable(self, outcome: Outcome, attempts: int) -> ServiceUnavailable:
        if isinstance(outcome, Broken):
            status, last = None, outcome.reason
        else:
            error = error_body(outcome)
            status, last = outcome.status, f"{outcome.status} {error.code}: {error.message}"
        tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        message = f"the sandbox at {self._address} gave no answer after {tried}: {last}"
        return ServiceUnavailable(message, status, attempts)
