"""What a queue is, whatever it is made of: for the API, and for a worker."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.jobs import Job, JobResult, WorkerHello, failed, pack
from sandbox.logs import of_run
from sandbox.queue.estimate import Kind

log = logging.getLogger(__name__)

# Larger than any body that the API takes, with room for results.
MAX_MESSAGE_BYTES = 1 << 30

Handler = Callable[[Job], Awaitable[JobResult]]


EVENTS = {
    "claimed": "A worker took a job.",
    "reclaimed": "A job was taken from a worker that died or was silent, or was handed back.",
    "fenced": "A result was dropped: its worker did not have the job any more.",
    "expired": "A job was not run: no worker was free before its deadline.",
    "worker_died": "A job was given up: its worker died every time.",
}
"""What a queue counts."""


class QueueFull(Exception):
    """The queue takes nothing more for now."""


class JobTooLarge(Exception):
    """The queue would not take this job if it were empty."""


class QueueClosed(Exception):
    """The queue is draining; it takes nothing more at all."""


class QueueBroken(Exception):
    """The queue cannot be reached, so nobody knows."""


class KeyReused(Exception):
    """An idempotency key stands for another request already."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key, and a digest that tells whether a request is the same as the first."""

    name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Demand:
    """What a job asks of the workers.

    Attributes:
        work_s: for how long it will have a slot, about.
        most_work_s: what may wait in all, together with it; more could not be done in time.
        image: the image that it runs in.
        kind: for learning how long it took in the end.
    """

    work_s: float = 0.0
    most_work_s: float = math.inf
    image: str = ""
    kind: Kind | None = None


NO_DEMAND = Demand()


@dataclass(slots=True, kw_only=True)
class Ticket:
    """An accepted job: where it stands, and the result to come.

    Attributes:
        result: is cancelled when the job is.
        submitted_s, claimed_s, finished_s: by this process's monotonic clock.
        demand: as it was submitted.
        is_adopted: another process took the job in.
    """

    id: str
    language: str
    result: asyncio.Future[JobResult]
    submitted_s: float
    claimed_s: float | None = None
    finished_s: float | None = None
    is_adopted: bool = False
    demand: Demand = NO_DEMAND

    @property
    def queue_s(self) -> float:
        """Seconds from acceptance to the (last) claim."""
        return (self.claimed_s or time.monotonic()) - self.submitted_s


class JobQueue(Protocol):
    """The API's end: takes jobs in, and tells what became of them."""

    @property
    def waiting(self) -> int:
        """Jobs that no worker has claimed yet."""

    @property
    def running(self) -> int:
        """Jobs that a worker is busy with."""

    @property
    def waiting_work_s(self) -> float:
        """Seconds of slots that the waiting jobs will need, about."""

    @property
    def oldest_s(self) -> float:
        """How long the job that has waited longest has been in its place; 0 if none waits."""

    @property
    def events(self) -> Mapping[str, int]:
        """How often each of `EVENTS` has happened."""

    @property
    def full(self) -> bool:
        """Whether not even a small job would be accepted."""

    @property
    def closed(self) -> bool:
        """Whether new jobs are refused for good."""

    @property
    def trouble(self) -> str | None:
        """Why the queue cannot be used just now."""

    async def submit(
        self, job: Job, key: RequestKey | None = None, demand: Demand = NO_DEMAND
    ) -> Ticket:
        """Accepts a job, or finds the one that the key stands for.

        Raises:
            QueueFull, JobTooLarge, QueueClosed, KeyReused: nothing was accepted.
            QueueBroken: nobody knows whether it was; with a key the request can be sent again.
        """

    async def find(self, key: RequestKey) -> Ticket | None:
        """The job that a key stands for. Raises KeyReused or QueueBroken."""

    async def look_up(self, job_id: str) -> Ticket | None:
        """A job that another process took in, if there is one. Raises QueueBroken."""

    async def refresh(self, ticket: Ticket) -> None:
        """Brings an unfinished ticket up to date. Raises QueueBroken."""

    def cancel(self, job_id: str) -> None:
        """Ends a job, waiting or running; its ticket is done when it has happened."""

    def close(self) -> None:
        """Takes nothing more; what was accepted goes on."""

    async def drained(self) -> None:
        """Waits until nothing is left that this process would have to answer."""

    def abandon(self, code: str, message: str) -> int:
        """Gives up what would be lost with this process, as IE; returns how much is left undone."""


class Member(Protocol):
    """A worker that can be given jobs."""

    @property
    def name(self) -> str:
        """Its name, the only one of its kind."""

    @property
    def hello(self) -> WorkerHello:
        """How it introduced itself."""


class Fleet(Protocol):
    """The workers that there are."""

    @property
    def workers(self) -> Sequence[Member]:
        """Those that work."""

    @property
    def faults(self) -> Mapping[str, str]:
        """Why others have given up, by their names."""

    async def start(self) -> None:
        """Begins to look for workers."""

    async def stop(self) -> None:
        """Ends it."""


class WorkerEnd(Protocol):
    """The worker's end: claims jobs as slots are free, and answers them."""

    async def serve(self) -> None:
        """Works until it is told to stop, or cancelled. Faults of the queue are waited out."""

    def stop(self) -> None:
        """Claims nothing more, and lets `serve` return when what is under way is answered."""

    async def report_fault(self, reason: str) -> None:
        """Tells the other end, if it can be reached, why this worker will do no more work."""


async def answer(handler: Handler, job: Job) -> JobResult:
    """The handler's result, whatever happens in it. What is logged meanwhile is about this run."""
    with of_run(job.id):
        log.debug("run %s: begins", job.id)
        try:
            return await handler(job)
        except Exception as error:  # whatever it is, the caller must get an answer
            log.exception("run %s: the judge failed", job.id)
            return failed(job.id, "internal", f"the judge failed: {type(error).__name__}")


def packed_result(result: JobResult, most_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
    """A result as a message; one that is too large for a message becomes a small one that says so."""
    try:
        packed = pack(result)
    except Exception as error:  # as in `answer`: text that is no UTF-8, a number that is too large
        log.exception("run %s: its result cannot be packed", result.id)
        message = f"the result cannot be sent: {type(error).__name__}"
        return pack(failed(result.id, "internal", message))
    if len(packed) <= most_bytes:
        return packed
    message = f"the result has {len(packed)} bytes, more than can be answered"
    return pack(failed(result.id, "result_too_large", message, retryable=False))
