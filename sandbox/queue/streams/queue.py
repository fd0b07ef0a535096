"""The API's end of a queue in Redis: tickets here, their state there."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from sandbox.jobs import Job, JobResult, failed, pack, unpack
from sandbox.logs import about
from sandbox.queue.base import (
    EVENTS,
    NO_DEMAND,
    Demand,
    JobTooLarge,
    KeyReused,
    QueueBroken,
    QueueClosed,
    QueueFull,
    RequestKey,
    Ticket,
)
from sandbox.queue.streams.store import End, Store
from sandbox.queue.streams.survey import Bounds, RemoteWorker, Survey

log = logging.getLogger(__name__)

# How often all tickets are compared with Redis, whatever was heard meanwhile.
_COMPARE_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 1.0
_CANCEL_S = 60.0
_LOOKED_AT_ONCE = 200
# Of results; beside one that has more.
_FETCHED_BYTES = 4 << 20
_MS = 1000
# What takes longer than this has lanes of its own.
SLOW_S = 2.0
# Beyond any backlog, and still a whole number for Redis.
_MOST_WORK_S = 1e12


class StreamQueue:
    """See `sandbox.queue.base.JobQueue` and `Fleet`; this is both."""

    def __init__(
        self, store: Store, bounds: Bounds, on_change: Callable[[], None] = lambda: None
    ) -> None:
        """``on_change`` is called when a worker has come or gone. Nothing happens before `start`."""
        self._store = store
        self._bounds = bounds
        self._closed = False
        self._survey = Survey(store, bounds, on_change)
        # Registered before Redis is asked, so that whatever is heard then finds its ticket.
        self._tickets: dict[str, Ticket] = {}
        # Submitted, and Redis has not said yet that it has them. Nobody else is given such a ticket.
        self._unconfirmed: set[str] = set()
        # Finished, and with more than is told.
        self._to_fetch: set[str] = set()
        self._has_to_fetch = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begins to listen for results and to look for workers."""
        with contextlib.suppress(QueueBroken):
            await self._survey.take()
        loops = (self._follow, self._keep_fetching, self._keep_looking, self._keep_comparing)
        self._tasks = [asyncio.create_task(_for_ever(loop)) for loop in loops]

    async def stop(self) -> None:
        """Lets go of Redis; jobs go on without this process."""
        for task in (*self._tasks, *self._errands):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._errands, return_exceptions=True)
        await self._store.close()

    @property
    def workers(self) -> Sequence[RemoteWorker]:
        """See `Fleet`; as it was a moment ago."""
        return self._survey.workers

    @property
    def faults(self) -> Mapping[str, str]:
        """See `Fleet`; as it was a moment ago."""
        return self._survey.faults

    @property
    def trouble(self) -> str | None:
        """See `JobQueue`."""
        return self._survey.trouble

    @property
    def waiting(self) -> int:
        """See `JobQueue`; as it was a moment ago."""
        return self._survey.counts.get("waiting", 0)

    @property
    def running(self) -> int:
        """See `JobQueue`; as it was a moment ago."""
        return self._survey.counts.get("running", 0)

    @property
    def waiting_work_s(self) -> float:
        """See `JobQueue`; as it was a moment ago."""
        return self._survey.counts.get("work_ms", 0) / _MS

    @property
    def oldest_s(self) -> float:
        """See `JobQueue`; as it was a moment ago."""
        return self._survey.counts.get("oldest_ms", 0) / _MS

    @property
    def events(self) -> dict[str, int]:
        """See `JobQueue`: of all processes that share the queue, since it was made."""
        return {event: self._survey.counts.get(event, 0) for event in EVENTS}

    @property
    def full(self) -> bool:
        """See `JobQueue`; as it was a moment ago."""
        return self.waiting >= self._bounds.capacity

    @property
    def closed(self) -> bool:
        """See `JobQueue`."""
        return self._closed

    async def submit(
        self, job: Job, key: RequestKey | None = None, demand: Demand = NO_DEMAND
    ) -> Ticket:
        """See `JobQueue`."""
        if self._closed:
            raise QueueClosed
        ticket = self._register(job.id, job.language)
        ticket.demand = demand
        self._unconfirmed.add(job.id)
        try:
            state, job_id = await self._store.call("submit", *self._described(job, key, demand))
            if state == b"full":
                raise QueueFull
            if state == b"reused":
                raise KeyReused
        except BaseException:
            # Else somebody has found it in Redis meanwhile, and waits for it.
            if job.id in self._unconfirmed:
                self._forget(ticket)
            raise
        finally:
            self._unconfirmed.discard(job.id)
        if job_id.decode() != job.id:
            self._forget(ticket)
            return await self._known(job_id.decode())
        if state == b"known":
            # By a try whose answer was lost, and perhaps it has ended since; else comparing finds that.
            with contextlib.suppress(QueueBroken):
                await self.refresh(ticket)
        return ticket

    def _described(
        self, job: Job, key: RequestKey | None, demand: Demand
    ) -> tuple[str | bytes | int, ...]:
        payload = pack(job)
        bounds = self._bounds
        if len(payload) > bounds.capacity_bytes:
            raise JobTooLarge
        return (
            job.id,
            payload,
            len(payload),
            int(demand.work_s * _MS),
            f"{'slow' if demand.work_s > SLOW_S else 'fast'}:{demand.image}",
            int(bounds.wait_s * _MS),
            job.language,
            key.name if key else "",
            key.digest if key else b"",
            bounds.capacity,
            bounds.capacity_bytes,
            int(min(demand.most_work_s, _MOST_WORK_S) * _MS),
        )

    async def find(self, key: RequestKey) -> Ticket | None:
        """See `JobQueue`."""
        state, job_id = await self._store.call("find", key.name, key.digest)
        if state == b"reused":
            raise KeyReused
        return None if state == b"unknown" else await self.look_up(job_id.decode())

    async def _known(self, job_id: str) -> Ticket:
        ticket = await self.look_up(job_id)
        if ticket is None:
            raise QueueBroken("Redis: it has forgotten a run that it has just named")
        return ticket

    async def look_up(self, job_id: str) -> Ticket | None:
        """See `JobQueue`."""
        ticket = self._tickets.get(job_id)
        if ticket is not None and job_id not in self._unconfirmed:
            return ticket
        now_ms, record = await self._store.call("look", _FETCHED_BYTES, job_id)
        if record is None:
            return None
        self._unconfirmed.discard(job_id)
        ticket = self._tickets.get(job_id)
        if ticket is not None:
            return ticket
        ticket = self._register(job_id, record[4].decode())
        ticket.is_adopted = True
        self._take(ticket, record, now_ms)
        await self.refresh(ticket)  # its end may have come before there was a ticket to take it
        return ticket

    async def refresh(self, ticket: Ticket) -> None:
        """See `JobQueue`."""
        if not ticket.result.done():
            await self._look([ticket.id], _FETCHED_BYTES)

    def cancel(self, job_id: str) -> None:
        """See `JobQueue`."""
        task = asyncio.create_task(self._cancel(job_id))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _cancel(self, job_id: str) -> None:
        try:
            await self._store.call("cancel", job_id, within_s=_CANCEL_S)
        except QueueBroken as error:
            log.warning("run %s is not cancelled: %s", job_id, error, extra=about(job_id))

    def close(self) -> None:
        """See `JobQueue`."""
        self._closed = True

    async def drained(self) -> None:
        """See `JobQueue`."""
        while self._tickets:
            await asyncio.wait([ticket.result for ticket in self._tickets.values()], timeout=1.0)

    def abandon(self, code: str, message: str) -> int:
        """See `JobQueue`: nothing would be lost, others answer it."""
        return len(self._tickets)

    def _register(self, job_id: str, language: str) -> Ticket:
        future: asyncio.Future[JobResult] = asyncio.get_running_loop().create_future()
        ticket = Ticket(id=job_id, language=language, result=future, submitted_s=time.monotonic())
        self._tickets[job_id] = ticket
        return ticket

    def _forget(self, ticket: Ticket) -> None:
        self._tickets.pop(ticket.id, None)
        ticket.result.cancel()

    async def _look(self, job_ids: Sequence[str], room_bytes: int = 0) -> None:
        """Compares tickets with Redis; results for which there is no room are fetched later."""
        for first in range(0, len(job_ids), _LOOKED_AT_ONCE):
            some = job_ids[first : first + _LOOKED_AT_ONCE]
            now_ms, *records = await self._store.call("look", room_bytes, *some)
            for job_id, record in zip(some, records, strict=True):
                ticket = self._tickets.get(job_id)
                if ticket is not None and job_id not in self._unconfirmed:
                    self._take(ticket, record, now_ms)

    def _take(self, ticket: Ticket, record: list[Any] | None, now_ms: int) -> None:
        """What a record says becomes the ticket's state."""
        if ticket.result.done():
            return
        if record is None:
            message = "the queue has lost this run: its Redis was emptied, or lost what it had"
            self._end(ticket, failed(ticket.id, "lost", message))
            return
        state, submitted, claimed, finished, _language, code, message, result = record
        now_s = time.monotonic()

        def local_s(server_ms: bytes | None) -> float | None:
            return None if server_ms is None else now_s - (now_ms - int(server_ms)) / _MS

        ticket.submitted_s = local_s(submitted) or now_s
        ticket.claimed_s, ticket.finished_s = local_s(claimed), local_s(finished)
        if state == b"done" and result is None:
            self._fetch(ticket.id)
        elif state == b"done":
            self._end(ticket, _read_result(ticket.id, result))
        elif state == b"failed":
            self._end(ticket, failed(ticket.id, code.decode(), message.decode()))
        elif state == b"cancelled":
            self._forget(ticket)

    def _end(self, ticket: Ticket, result: JobResult) -> None:
        self._tickets.pop(ticket.id, None)
        ticket.result.set_result(result)

    async def _follow(self) -> None:
        """Hears which jobs finish, and with what; what finished while nobody listened is looked up."""
        await self._store.listen()
        await self._look(self._confirmed())
        while True:
            self._hear(await self._store.next_end())

    def _hear(self, end: End) -> None:
        """Takes what is told of a job. A large result is not, and has to be fetched."""
        ticket = self._tickets.get(end.id)
        if ticket is None or ticket.result.done():
            return
        self._unconfirmed.discard(end.id)  # else Redis would not have named it
        if end.result is None:
            self._fetch(end.id)
            return
        ticket.claimed_s = ticket.submitted_s + end.waited_ms / _MS
        ticket.finished_s = ticket.claimed_s + end.took_ms / _MS
        self._end(ticket, _read_result(ticket.id, end.result))

    def _fetch(self, job_id: str) -> None:
        self._to_fetch.add(job_id)
        self._has_to_fetch.set()

    async def _keep_fetching(self) -> None:
        while True:
            await self._has_to_fetch.wait()
            self._has_to_fetch.clear()
            wanted, self._to_fetch = self._to_fetch, set()
            try:
                await self._look(list(wanted), _FETCHED_BYTES)  # what is left out is wanted again
            except Exception:
                self._to_fetch |= wanted
                self._has_to_fetch.set()
                raise

    async def _keep_comparing(self) -> None:
        while True:
            await asyncio.sleep(_COMPARE_S)
            await self._look(self._confirmed())

    def _confirmed(self) -> list[str]:
        return [job_id for job_id in self._tickets if job_id not in self._unconfirmed]

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._store.beat_s)
            await self._survey.take()


def _read_result(job_id: str, packed: bytes) -> JobResult:
    """A result; one of a worker of another version that cannot be read is a fault, and no other run's."""
    try:
        return unpack(JobResult, packed)
    except msgspec.MsgspecError as error:
        log.error("run %s: its result cannot be read by this API: %s", job_id, error)
        message = "the result is of a worker of another version than this API"
        return failed(job_id, "unreadable_result", message)


async def _for_ever(loop: Callable[[], Any]) -> None:
    """Goes on with a loop when Redis is there again; of what is wrong for long it is told once."""
    said, pause_s = "", _FIRST_PAUSE_S
    while True:
        began_s = time.monotonic()
        try:
            await loop()
        except QueueBroken as error:
            if str(error) != said:
                log.warning("%s", error)
            said = str(error)
        except Exception:  # a mistake of ours: everything relies on these loops
            log.exception("the queue is followed from anew")
        if time.monotonic() - began_s > _COMPARE_S:
            said, pause_s = "", _FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
