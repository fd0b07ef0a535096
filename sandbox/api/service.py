"""What the routes share: the queue, the workers, the runs."""

import asyncio
import hashlib
import logging
import socket
import time
from collections import Counter

from fastapi import Request

from sandbox.api.archives import Archives
from sandbox.api.bodies import Bodies
from sandbox.api.callers import ANYBODY, Caller
from sandbox.api.errors import ApiError, busy
from sandbox.api.kept import Bounds
from sandbox.api.metrics import Metrics
from sandbox.api.runs import Run, Runs, new_run_id, no_such_run
from sandbox.api.translate import Languages, to_job
from sandbox.jobs import Job, JobResult
from sandbox.logs import about
from sandbox.models import CheckInfo, Readiness, RunRequest, WorkerInfo
from sandbox.queue.base import Demand, JobTooLarge, QueueBroken, QueueClosed, QueueFull, Ticket
from sandbox.queue.estimate import Estimates, Kind
from sandbox.queue.open import open_queue
from sandbox.settings import Settings

log = logging.getLogger(__name__)

# A worker that has given up comes back when somebody has mended its machine, not before.
_UNFIT_S = 30.0
_BROKEN_S = 2.0


class Service:
    """The state of the API process. Make it inside the event loop."""

    def __init__(self, settings: Settings, listener: socket.socket | None, bodies: Bodies) -> None:
        """No workers yet; those of the local queue connect to ``listener``."""
        self.settings = settings
        self.queue, self.workers = open_queue(settings, listener, self._on_workers_changed)
        self.bodies = bodies
        self.metrics = Metrics(self.queue, self.workers, bodies)
        self.languages = Languages([])
        self._archives: dict[str, Archives] = {}
        # One at a time: a small archive may have 512 MiB when it is unpacked.
        self.unpacking = asyncio.Lock()
        self._unfinished: Counter[str] = Counter()
        self.runs = Runs(
            self.queue,
            self._on_finished,
            Bounds(settings.results_kept, settings.results_kept_bytes, settings.results_kept_s),
        )
        self._estimates = Estimates()

    def _on_workers_changed(self) -> None:
        if self.workers.workers:
            self.languages = Languages(worker.hello for worker in self.workers.workers)

    def _on_finished(self, ticket: Ticket, result: JobResult | None) -> None:
        if ticket.is_adopted:
            return  # the process that took it in counts it
        self.metrics.finished(ticket, result)
        verdict = "cancelled" if result is None else str(result.verdict)
        worker = None if result is None else result.worker
        log.debug(
            "run %s: %s", ticket.id, verdict,
            extra=about(ticket.id, language=ticket.language, verdict=verdict, worker=worker),
        )  # fmt: skip
        if result is not None and ticket.claimed_s is not None:
            ended_s = ticket.finished_s or time.monotonic()
            if ticket.demand.kind is not None:
                self._estimates.learn(ticket.demand.kind, ended_s - ticket.claimed_s)

    @property
    def slots(self) -> int:
        """Runs that can happen at once."""
        return sum(worker.hello.slots for worker in self.workers.workers)

    async def start(
        self,
        request: RunRequest,
        key: str | None = None,
        body: bytes = b"",
        caller: Caller = ANYBODY,
    ) -> Run:
        """Accepts a request as a run, or finds the run that its idempotency key stands for.

        Raises:
            ApiError: 409, 422, 429 when the caller's share is used up, or 503 when nothing can be accepted.
        """
        digest = b"" if key is None else hashlib.sha256(body).digest()
        if key is not None and caller.name:
            key = f"{caller.mark} {key}"  # two callers may choose the same
        # First of all: what was accepted once is answered even when nothing new is taken.
        try:
            if key is not None:
                known = await self.runs.find_by_key(key, digest)
                if known is not None:
                    return known
            return await self._start(self.make_job(request, caller), key, digest, caller)
        except QueueBroken as error:
            raise self.broken(error) from error

    async def find(self, run_id: str, caller: Caller = ANYBODY) -> Run:
        """A caller's run, as it stands.

        Raises:
            ApiError: 404, also for another's run; 503 when the queue cannot be reached.
        """
        if not run_id.endswith(caller.mark):
            raise no_such_run()
        try:
            return await self.runs.get(run_id)
        except QueueBroken as error:
            raise self.broken(error) from error

    def archives_of(self, caller: Caller) -> Archives:
        """What a caller has uploaded."""
        if caller.name not in self._archives:
            self._archives[caller.name] = Archives(self.settings.archives_kept_bytes)
        return self._archives[caller.name]

    def make_job(self, request: RunRequest, caller: Caller = ANYBODY) -> Job:
        """The job of a request. Raises ApiError 422, or 503 while no worker has ever been here."""
        if self.queue.closed:
            raise busy("draining", "the service is shutting down", 5.0)
        if self.workers.faults and not self.workers.workers:
            reasons = "; ".join(self.workers.faults.values())
            raise busy("host_unfit", reasons, _UNFIT_S)
        if not self.languages.all:
            raise busy("no_worker", "no worker is connected yet", 1.0)
        return to_job(
            new_run_id() + caller.mark,
            request,
            self.languages,
            self.settings.maximum,
            self.archives_of(caller),
        )

    async def _start(self, job: Job, key: str | None, digest: bytes, caller: Caller) -> Run:
        self._take_share(caller)
        try:
            run = await self.runs.start(job, key, digest, self._demand(job))
        except BaseException as error:
            self._give_share_back(caller)
            if isinstance(error, QueueClosed):
                raise busy("draining", "the service is shutting down", 5.0) from None
            if isinstance(error, JobTooLarge):
                message = f"the queue holds {self.settings.queue_bytes} bytes at most"
                raise ApiError(413, "too_large", message) from None
            if isinstance(error, QueueFull):
                message = f"{self.queue.waiting} runs are waiting already"
                raise busy("queue_full", message, self._pause_s) from None
            raise
        run.answer.add_done_callback(lambda _: self._give_share_back(caller))
        return run

    @property
    def _pause_s(self) -> float:
        """When about a quarter of what waits will be done."""
        return self.queue.waiting_work_s / max(1, self.slots) / 4

    def _take_share(self, caller: Caller) -> None:
        """Counts one more run of a caller. Raises ApiError 429 if it has as many as it may."""
        unfinished = self._unfinished[caller.name]
        if caller.most_unfinished is not None and unfinished >= caller.most_unfinished:
            message = f"{unfinished} runs of this caller are not finished yet"
            raise busy("share_used_up", message, self._pause_s, status=429)
        self._unfinished[caller.name] += 1

    def _give_share_back(self, caller: Caller) -> None:
        self._unfinished[caller.name] -= 1

    def _demand(self, job: Job) -> Demand:
        """What a job asks of the workers; no more may wait than they can do before it expires."""
        kind = Kind.of(job)
        return Demand(
            work_s=self._estimates.seconds(kind),
            most_work_s=self.settings.queue_wait_s * max(1, self.slots),
            image=job.image or self.languages.all[job.language].image,
            kind=kind,
        )

    def broken(self, error: QueueBroken) -> ApiError:
        """503 for a queue that cannot be reached; nobody knows what became of the request."""
        log.warning("%s", error)
        message = "the queue cannot be reached; send it again, with the same idempotency key"
        return busy("queue_broken", message, _BROKEN_S)

    def readiness(self) -> Readiness:
        """Whether work can be taken, and why not."""
        reasons = []
        if self.queue.closed:
            reasons.append("the service is shutting down")
        if not self.workers.workers:
            reasons.append("no worker is connected")
        # Workers of the local queue share a machine and its images; those of Redis have their own.
        if self.settings.queue is None or not self.workers.workers:
            reasons.extend(self.workers.faults.values())
        if self.queue.trouble is not None:
            reasons.append("the queue cannot be reached")
        if self.queue.full:
            reasons.append("the queue is full")
        hosts = [worker.hello.host for worker in self.workers.workers[:1]]
        return Readiness(
            ready=not reasons,
            reasons=reasons,
            faults=dict(self.workers.faults),
            queued=self.queue.waiting,
            running=self.queue.running,
            workers=[
                WorkerInfo(name=worker.name, slots=worker.hello.slots)
                for worker in self.workers.workers
            ],
            host=[
                CheckInfo.model_validate(finding, from_attributes=True)
                for findings in hosts
                for finding in findings
            ],
        )


async def service_of(request: Request) -> Service:
    """The service behind a request (a FastAPI dependency)."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
