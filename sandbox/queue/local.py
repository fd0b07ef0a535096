"""The local queue: jobs in memory, handed to the workers that ask for them. State only, no sockets.

A worker may ask for more jobs than it has slots, so that a slot that becomes free need not wait for us. It
begins with them in order: as many as it has slots are *running*, and those behind them still wait, can
expire, and lose nothing by the death of the worker.
"""

import asyncio
import collections
import dataclasses
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from sandbox.jobs import Job, JobResult, failed
from sandbox.queue.base import (
    NO_DEMAND,
    Demand,
    JobTooLarge,
    QueueClosed,
    QueueFull,
    RequestKey,
    Ticket,
)

# A job whose worker dies is run again once.
MAX_ATTEMPTS = 2


class Worker(Protocol):
    """A connected worker, as the queue sees it."""

    name: str

    def send_job(self, job: Job) -> None:
        """Hands over a job that was claimed."""

    def send_cancel(self, job_id: str) -> None:
        """Asks to end a job."""


@dataclass(slots=True, kw_only=True)
class LocalTicket(Ticket):
    """A ticket with its job, for the worker that will get it."""

    job: Job
    worker: Worker | None = None
    expiry: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _Attached:
    slots: int = 0
    credit: int = 0
    handed: dict[str, LocalTicket] = field(default_factory=dict)
    running: dict[str, LocalTicket] = field(default_factory=dict)


class LocalQueue:
    """A bounded queue in this process's memory; see `JobQueue`. Only for the event loop's thread.

    No method waits for anything but `drained`: what happens in one, happens at once.
    """

    def __init__(self, capacity: int, capacity_bytes: int, wait_s: float = 900.0) -> None:
        """At most so many jobs, and bytes of them, wait; those that are running do not count.

        Who has waited for ``wait_s`` is not run any more.
        """
        self._wait_s = wait_s
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._waiting_bytes = 0
        self.waiting_work_s = 0.0
        self.events: Counter[str] = Counter()
        self._waiting: collections.OrderedDict[str, LocalTicket] = collections.OrderedDict()
        self._workers: dict[Worker, _Attached] = {}
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def waiting(self) -> int:
        """Jobs that no slot has been found for yet."""
        return len(self._waiting) + sum(len(one.handed) for one in self._workers.values())

    @property
    def running(self) -> int:
        """Jobs that a worker is busy with."""
        return sum(len(attached.running) for attached in self._workers.values())

    @property
    def oldest_s(self) -> float:
        """See `JobQueue`: who was handed out, or waits in front, came first or was running already."""
        fronts = [one.handed for one in self._workers.values()] + [self._waiting]
        first = [ticket.submitted_s for front in fronts for ticket in islice(front.values(), 1)]
        return time.monotonic() - min(first) if first else 0.0

    @property
    def full(self) -> bool:
        """Whether not even a small job would be accepted."""
        return self.waiting >= self._capacity

    @property
    def closed(self) -> bool:
        """Whether new jobs are refused for good."""
        return self._closed

    @property
    def trouble(self) -> None:
        """See `JobQueue`: a queue in this process is always there."""
        return None

    async def submit(
        self, job: Job, key: RequestKey | None = None, demand: Demand = NO_DEMAND
    ) -> Ticket:
        """See `JobQueue`. Keys are known where runs are kept, which is this process too."""
        if self._closed:
            raise QueueClosed
        if job.size_bytes > self._capacity_bytes:
            raise JobTooLarge
        if self.full or self._waiting_bytes + job.size_bytes > self._capacity_bytes:
            raise QueueFull
        if self.waiting and self.waiting_work_s + demand.work_s > demand.most_work_s:
            raise QueueFull
        future: asyncio.Future[JobResult] = asyncio.get_running_loop().create_future()
        ticket = LocalTicket(
            id=job.id,
            language=job.language,
            result=future,
            submitted_s=time.monotonic(),
            job=job,
            demand=demand,
        )
        self._wait(ticket)
        self._idle.clear()
        self._dispatch()
        return ticket

    async def find(self, key: RequestKey) -> None:
        """See `JobQueue`."""

    async def look_up(self, job_id: str) -> None:
        """See `JobQueue`: no other process takes jobs in."""

    async def refresh(self, ticket: Ticket) -> None:
        """See `JobQueue`: a ticket of this queue is up to date."""

    def _wait(self, ticket: LocalTicket) -> None:
        self._waiting[ticket.id] = ticket
        self._waiting_bytes += ticket.job.size_bytes
        self.waiting_work_s += ticket.demand.work_s
        left_s = ticket.submitted_s + self._wait_s - time.monotonic()
        loop = asyncio.get_running_loop()
        ticket.expiry = loop.call_later(left_s, self._expire, ticket.id)

    def _stop_waiting(self, job_id: str) -> LocalTicket | None:
        """Takes a job out that has not begun; who has been handed it is not told."""
        ticket = self._waiting.pop(job_id, None)
        for attached in self._workers.values() if ticket is None else ():
            ticket = attached.handed.pop(job_id, None)
            if ticket is not None:
                break
        if ticket is not None:
            self._waiting_bytes -= ticket.job.size_bytes
            # Exactly nothing when nothing waits: small errors of a sum would add up.
            self.waiting_work_s -= ticket.demand.work_s if self.waiting else self.waiting_work_s
            if ticket.expiry is not None:
                ticket.expiry.cancel()
        return ticket

    def _expire(self, job_id: str) -> None:
        ticket = self._stop_waiting(job_id)
        if ticket is not None:
            if ticket.worker is not None:
                ticket.worker.send_cancel(job_id)
            self.events["expired"] += 1
            message = "no worker was free before its deadline"
            ticket.result.set_result(failed(job_id, "expired", message))
            self._check_idle()

    def cancel(self, job_id: str) -> None:
        """See `JobQueue`: it has happened on return."""
        ticket = self._stop_waiting(job_id) or self._stop_running(job_id)
        if ticket is not None:
            if ticket.worker is not None:
                ticket.worker.send_cancel(job_id)
            ticket.result.cancel()
            self._check_idle()

    def _stop_running(self, job_id: str) -> LocalTicket | None:
        for attached in self._workers.values():
            ticket = attached.running.pop(job_id, None)
            if ticket is not None:
                self._begin(attached)
                return ticket
        return None

    def attach(self, worker: Worker, slots: int) -> None:
        """A worker has connected, which runs so many jobs at once; it claims nothing yet."""
        self._workers[worker] = _Attached(slots)

    def claim(self, worker: Worker, count: int) -> None:
        """The worker takes ``count`` more jobs."""
        self._workers[worker].credit += count
        self._dispatch()

    def complete(self, worker: Worker, result: JobResult) -> None:
        """A worker's result; one that nobody waits for any more is dropped."""
        ticket = self._workers[worker].running.pop(result.id, None)
        if ticket is not None and not ticket.result.done():
            ticket.result.set_result(result)
        self._begin(self._workers[worker])
        self._check_idle()

    def detach(self, worker: Worker) -> None:
        """A worker is gone: its jobs are run again, once, ahead of the others."""
        attached = self._workers.pop(worker, _Attached())
        for ticket in reversed(attached.handed.values()):
            ticket.worker = None
            self._waiting[ticket.id] = ticket
            self._waiting.move_to_end(ticket.id, last=False)
        for ticket in reversed(attached.running.values()):
            attempt = ticket.job.attempt + 1
            if ticket.result.done():
                continue
            if attempt >= MAX_ATTEMPTS:
                self.events["worker_died"] += 1
                message = f"the worker died during this run, {attempt} times"
                ticket.result.set_result(failed(ticket.job.id, "worker_died", message))
                continue
            ticket.job = dataclasses.replace(ticket.job, attempt=attempt)
            self.events["reclaimed"] += 1
            ticket.worker = ticket.claimed_s = None
            self._wait(ticket)
            self._waiting.move_to_end(ticket.job.id, last=False)
        self._check_idle()
        self._dispatch()

    def _dispatch(self) -> None:
        """Hands waiting jobs to workers, the one that asks for most first."""
        while self._waiting:
            worker = max(self._workers, key=lambda one: self._workers[one].credit, default=None)
            if worker is None or self._workers[worker].credit <= 0:
                return
            job_id, ticket = self._waiting.popitem(last=False)
            attached = self._workers[worker]
            attached.credit -= 1
            attached.handed[job_id] = ticket
            ticket.worker = worker
            self._begin(attached)
            worker.send_job(ticket.job)

    def _begin(self, attached: _Attached) -> None:
        """A worker has slots for the jobs that it was handed first."""
        while attached.handed and len(attached.running) < attached.slots:
            ticket = self._stop_waiting(next(iter(attached.handed)))
            assert ticket is not None
            self.events["claimed"] += 1
            ticket.claimed_s = time.monotonic()
            attached.running[ticket.id] = ticket

    def _check_idle(self) -> None:
        if not self.waiting and not self.running:
            self._idle.set()

    def close(self) -> None:
        """Takes nothing more; what was accepted goes on."""
        self._closed = True

    async def drained(self) -> None:
        """Waits until nothing waits and nothing runs."""
        await self._idle.wait()

    def abandon(self, code: str, message: str) -> int:
        """Answers all that is left with IE, when time is up; returns how many there were."""
        handed = [name for attached in self._workers.values() for name in attached.handed]
        names = [*handed, *self._waiting]
        tickets = [ticket for name in names if (ticket := self._stop_waiting(name))]
        for attached in self._workers.values():
            tickets.extend(attached.running.values())
            attached.running.clear()
        for ticket in tickets:
            if not ticket.result.done():
                ticket.result.set_result(failed(ticket.job.id, code, message))
        self._check_idle()
        return len(tickets)
