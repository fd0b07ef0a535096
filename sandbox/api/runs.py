"""The runs that this process knows: accepted, under way, finished for a while."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.api.errors import ApiError
from sandbox.api.kept import Bounds, Kept
from sandbox.api.present import to_result
from sandbox.jobs import Job, JobResult
from sandbox.models import RunResult
from sandbox.queue.base import NO_DEMAND, Demand, JobQueue, KeyReused, RequestKey, Ticket


def new_run_id() -> str:
    """An id that cannot be guessed."""
    return f"r_{secrets.token_hex(16)}"


@dataclass(slots=True)
class Run:
    """A run, from its acceptance until it is forgotten.

    Attributes:
        ticket: its place in the queue; let go of at the end, since it holds all that was sent and
            made.
        answer: resolves to the run's result on the wire, ready to send, however it ends.
        body_digest: tells whether a second request with the same key is the same request.
    """

    id: str
    ticket: Ticket | None
    answer: asyncio.Future[bytes]
    key: str | None = None
    body_digest: bytes = b""

    def pending(self) -> bytes:
        """The answer while there is no result."""
        queued = self.ticket is not None and self.ticket.claimed_s is None
        answer = RunResult(id=self.id, status="queued" if queued else "running")
        return answer.model_dump_json().encode()


class Runs:
    """All runs by id and by idempotency key; finished ones are kept within bounds."""

    def __init__(
        self,
        queue: JobQueue,
        on_finished: Callable[[Ticket, JobResult | None], None],
        bounds: Bounds,
    ) -> None:
        """``on_finished`` is called with each result (None: cancelled), for the metrics."""
        self._queue = queue
        self._on_finished = on_finished
        self._kept = Kept(bounds)
        self._by_id: dict[str, Run] = {}
        self._by_key: dict[str, Run] = {}

    async def start(
        self, job: Job, key: str | None, digest: bytes, demand: Demand = NO_DEMAND
    ) -> Run:
        """Accepts a job, or finds the run that its key stands for.

        Raises:
            ApiError: 409, the key was used with another body.
            QueueFull, JobTooLarge, QueueClosed, QueueBroken: see `JobQueue.submit`.
        """
        request = None if key is None else RequestKey(key, digest)
        try:
            ticket = await self._queue.submit(job, request, demand)
        except KeyReused:
            raise _key_reused() from None
        return self._keep_run(ticket, key, digest)

    async def find_by_key(self, key: str, digest: bytes) -> Run | None:
        """The run that a key stands for.

        Raises:
            ApiError: 409, it was used with another body.
            QueueBroken: nobody knows.
        """
        self._forget_old(time.monotonic())
        run = self._by_key.get(key)
        if run is not None and run.body_digest != digest:
            raise _key_reused()
        if run is not None:
            return run
        try:
            ticket = await self._queue.find(RequestKey(key, digest))
        except KeyReused:
            raise _key_reused() from None
        return None if ticket is None else self._keep_run(ticket, key, digest)

    async def get(self, run_id: str) -> Run:
        """A run, as it stands.

        Raises:
            ApiError: 404, there is none, or none any more.
            QueueBroken: nobody knows.
        """
        self._forget_old(time.monotonic())
        run = self._by_id.get(run_id)
        if run is None:
            ticket = await self._queue.look_up(run_id)
            if ticket is None:
                raise no_such_run()
            return self._keep_run(ticket, None, b"")
        if run.ticket is not None:
            await self._queue.refresh(run.ticket)
        return run

    def cancel(self, run_id: str) -> None:
        """Ends a run that has not ended; its answer tells when."""
        self._queue.cancel(run_id)

    def _keep_run(self, ticket: Ticket, key: str | None, digest: bytes) -> Run:
        """The run of a ticket: the one that is known already, or a new one."""
        run = self._by_id.get(ticket.id)
        is_new = run is None
        if run is None:
            future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            run = self._by_id[ticket.id] = Run(ticket.id, ticket, future)
        if key is not None and run.key is None:
            run.key, run.body_digest = key, digest
            self._by_key[key] = run
        if is_new and ticket.result.done():  # its answer is there now, not in the loop's next turn
            self._finish(run, ticket)
        elif is_new:
            ticket.result.add_done_callback(lambda _: self._finish(run, ticket))
        return run

    def _finish(self, run: Run, ticket: Ticket) -> None:
        now_s = time.monotonic()
        run.ticket = None
        if ticket.result.cancelled():
            result = RunResult(id=run.id, status="cancelled")
            self._on_finished(ticket, None)
        else:
            found = ticket.result.result()
            ended_s = now_s if ticket.finished_s is None else ticket.finished_s
            result = to_result(found, ticket.queue_s, ended_s - ticket.submitted_s)
            self._on_finished(ticket, found)
        body = result.model_dump_json().encode()
        run.answer.set_result(body)
        self._kept.add(run.id, len(body), now_s)
        self._forget_old(now_s)

    def _forget_old(self, now_s: float) -> None:
        while (run_id := self._kept.pop_surplus(now_s)) is not None:
            run = self._by_id.pop(run_id)
            if run.key is not None:
                del self._by_key[run.key]


def no_such_run() -> ApiError:
    """404, whoever asks: also for another caller's run."""
    return ApiError(404, "no_such_run", "there is no such run, or its result has expired")


def _key_reused() -> ApiError:
    return ApiError(409, "key_reused", "this idempotency key was used with another body")
