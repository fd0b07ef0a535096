"""The local queue: jobs in memory, handed to the workers that ask for them. State only, no sockets."""

import asyncio
import collections
import dataclasses
import time
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.jobs import Job, JobResult, failed

# A job whose worker dies is run again once.
MAX_ATTEMPTS = 2


class QueueFull(Exception):
    """The queue takes nothing more for now."""


class QueueClosed(Exception):
    """The queue is draining; it takes nothing more at all."""


class Worker(Protocol):
    """A connected worker, as the queue sees it."""

    name: str

    def send_job(self, job: Job) -> None:
        """Hands over a job that was claimed."""

    def send_cancel(self, job_id: str) -> None:
        """Asks to end a job."""


@dataclass(slots=True)
class Ticket:
    """An accepted job: where it stands, and the result to come."""

    job: Job
    result: asyncio.Future[JobResult]
    submitted_s: float
    claimed_s: float | None = None
    worker: Worker | None = None

    @property
    def queue_s(self) -> float:
        """Seconds from acceptance to the (last) claim."""
        return (self.claimed_s or time.monotonic()) - self.submitted_s


@dataclass(slots=True)
class _Attached:
    credit: int = 0
    running: dict[str, Ticket] = field(default_factory=dict)


class LocalQueue:
    """A bounded queue in this process's memory. All methods are for the event loop's thread."""

    def __init__(self, capacity: int, capacity_bytes: int) -> None:
        """At most so many jobs, and bytes of them, wait; those that are running do not count."""
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._waiting_bytes = 0
        self._waiting: collections.OrderedDict[str, Ticket] = collections.OrderedDict()
        self._workers: dict[Worker, _Attached] = {}
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def waiting(self) -> int:
        """Jobs that no worker has claimed yet."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Jobs that a worker is busy with."""
        return sum(len(attached.running) for attached in self._workers.values())

    @property
    def full(self) -> bool:
        """Whether not even a small job would be accepted."""
        return len(self._waiting) >= self._capacity

    @property
    def closed(self) -> bool:
        """Whether new jobs are refused for good."""
        return self._closed

    def submit(self, job: Job) -> Ticket:
        """Accepts a job. Raises QueueFull or QueueClosed, and then nothing was accepted."""
        if self._closed:
            raise QueueClosed
        if self.full or self._waiting_bytes + job.size_bytes > self._capacity_bytes:
            raise QueueFull
        future: asyncio.Future[JobResult] = asyncio.get_running_loop().create_future()
        ticket = Ticket(job, future, time.monotonic())
        self._wait(ticket)
        self._idle.clear()
        self._dispatch()
        return ticket

    def _wait(self, ticket: Ticket) -> None:
        self._waiting[ticket.job.id] = ticket
        self._waiting_bytes += ticket.job.size_bytes

    def _stop_waiting(self, job_id: str) -> Ticket | None:
        ticket = self._waiting.pop(job_id, None)
        if ticket is not None:
            self._waiting_bytes -= ticket.job.size_bytes
        return ticket

    def cancel(self, job_id: str) -> bool:
        """Ends a job, waiting or running. False if there is no such job (any more)."""
        ticket = self._stop_waiting(job_id)
        if ticket is None:
            for worker, attached in self._workers.items():
                ticket = attached.running.pop(job_id, None)
                if ticket is not None:
                    worker.send_cancel(job_id)
                    break
        if ticket is None:
            return False
        ticket.result.cancel()
        self._check_idle()
        return True

    def attach(self, worker: Worker) -> None:
        """A worker has connected; it claims nothing yet."""
        self._workers[worker] = _Attached()

    def claim(self, worker: Worker, count: int) -> None:
        """The worker has ``count`` more free slots."""
        self._workers[worker].credit += count
        self._dispatch()

    def complete(self, worker: Worker, result: JobResult) -> None:
        """A worker's result; one that nobody waits for any more is dropped."""
        ticket = self._workers[worker].running.pop(result.id, None)
        if ticket is not None and not ticket.result.done():
            ticket.result.set_result(result)
        self._check_idle()

    def detach(self, worker: Worker) -> None:
        """A worker is gone: its jobs are run again, once, ahead of the others."""
        attached = self._workers.pop(worker, _Attached())
        for ticket in reversed(attached.running.values()):
            attempt = ticket.job.attempt + 1
            if ticket.result.done():
                continue
            if attempt >= MAX_ATTEMPTS:
                message = f"the worker died during this run, {attempt} times"
                ticket.result.set_result(failed(ticket.job.id, "worker_died", message))
                continue
            ticket.job = dataclasses.replace(ticket.job, attempt=attempt)
            ticket.worker = ticket.claimed_s = None
            self._wait(ticket)
            self._waiting.move_to_end(ticket.job.id, last=False)
        self._check_idle()
        self._dispatch()

    def _dispatch(self) -> None:
        """Hands waiting jobs to workers, the one with the most free slots first."""
        while self._waiting:
            worker = max(self._workers, key=lambda one: self._workers[one].credit, default=None)
            if worker is None or self._workers[worker].credit <= 0:
                return
            job_id = next(iter(self._waiting))
            ticket = self._stop_waiting(job_id)
            assert ticket is not None
            attached = self._workers[worker]
            attached.credit -= 1
            attached.running[job_id] = ticket
            ticket.worker, ticket.claimed_s = worker, time.monotonic()
            worker.send_job(ticket.job)

    def _check_idle(self) -> None:
        if not self._waiting and not self.running:
            self._idle.set()

    def close(self) -> None:
        """Takes nothing more; what was accepted goes on."""
        self._closed = True

    async def drained(self) -> None:
        """Waits until nothing waits and nothing runs."""
        await self._idle.wait()

    def abandon(self, code: str, message: str) -> int:
        """Answers all that is left with IE, when time is up; returns how many there were."""
        tickets = list(self._waiting.values())
        for attached in self._workers.values():
            tickets.extend(attached.running.values())
            attached.running.clear()
        self._waiting.clear()
        self._waiting_bytes = 0
        for ticket in tickets:
            if not ticket.result.done():
                ticket.result.set_result(failed(ticket.job.id, code, message))
        self._check_idle()
        return len(tickets)
