"""The worker's end of the queue: claims, jobs, cancellations, results."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from sandbox.jobs import Job, JobResult, WorkerHello, failed, pack, unpack
from sandbox.queue.channel import MAX_MESSAGE_BYTES, Channel, Kind

log = logging.getLogger(__name__)

Handler = Callable[[Job], Awaitable[JobResult]]


class QueueClient:
    """Claims jobs as slots are free, and runs ``handler`` for each in a task of its own."""

    def __init__(self, hello: WorkerHello, handler: Handler) -> None:
        """Nothing happens before `serve`."""
        self._hello = hello
        self._handler = handler
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._channel: Channel | None = None

    async def serve(self, path: Path) -> None:
        """Connects and works until the other end closes; then ends what is under way and returns.

        Raises:
            OSError: there is nothing to connect to.
        """
        channel = Channel(*await asyncio.open_unix_connection(str(path)))
        self._channel = channel
        try:
            channel.send(Kind.HELLO, pack(self._hello))
            channel.send(Kind.CLAIM, str(self._hello.slots).encode())
            while (message := await channel.receive()) is not None:
                self._handle(channel, *message)
        finally:
            self._channel = None
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            await channel.close()

    async def report_fault(self, reason: str) -> None:
        """Tells the other end, if there is one, why this worker will do no more work."""
        if self._channel is not None:
            self._channel.send(Kind.FAULT, reason.encode())
            with contextlib.suppress(ConnectionError):
                await self._channel.flush()

    def _handle(self, channel: Channel, kind: Kind, payload: bytes) -> None:
        if kind is Kind.JOB:
            job = unpack(Job, payload)
            task = asyncio.create_task(self._run(channel, job))
            self._tasks[job.id] = task
            task.add_done_callback(lambda done: self._end(channel, job.id, done))
        elif kind is Kind.CANCEL:
            task_or_none = self._tasks.get(payload.decode())
            if task_or_none is not None:
                task_or_none.cancel()
        else:
            raise ValueError(f"unexpected message {kind.name}")

    async def _run(self, channel: Channel, job: Job) -> None:
        channel.send(Kind.RESULT, _packed(await self._judge(job)))
        await channel.flush()

    def _end(self, channel: Channel, job_id: str, task: asyncio.Task[None]) -> None:
        """The job's slot is free again; also if it was cancelled before it began."""
        self._tasks.pop(job_id, None)
        channel.send(Kind.CLAIM, b"1")
        if not task.cancelled() and isinstance(task.exception(), ConnectionError):
            log.info("run %s: the API is gone, nobody takes the result", job_id)

    async def _judge(self, job: Job) -> JobResult:
        try:
            return await self._handler(job)
        except Exception as error:  # whatever it is, the caller must get an answer
            log.exception("run %s: the judge failed", job.id)
            return failed(job.id, "internal", f"the judge failed: {type(error).__name__}")


def _packed(result: JobResult) -> bytes:
    """A result as a message; one that is too large for a message becomes a small one that says so."""
    packed = pack(result)
    if len(packed) <= MAX_MESSAGE_BYTES:
        return packed
    message = f"the result has {len(packed)} bytes, more than can be answered"
    return pack(failed(result.id, "result_too_large", message, retryable=False))
