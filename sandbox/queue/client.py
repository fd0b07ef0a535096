"""The worker's end of the queue: claims, jobs, cancellations, results."""

import asyncio
import contextlib
import logging
from pathlib import Path

from sandbox.jobs import Job, WorkerHello, pack, unpack
from sandbox.logs import about
from sandbox.queue.base import Handler, answer, packed_result
from sandbox.queue.channel import Channel, Kind

log = logging.getLogger(__name__)

_RECONNECT_S = 0.2


class QueueClient:
    """Claims jobs as slots are free, and runs ``handler`` for each in a task of its own."""

    def __init__(self, hello: WorkerHello, handler: Handler, path: Path, *, ahead: int = 0) -> None:
        """Nothing happens before `serve`; ``path`` is the API's socket.

        So many jobs ``ahead`` of free slots are claimed: they begin when a slot is free, without a
        message to the API and back.
        """
        self._hello = hello
        self._handler = handler
        self._path = path
        self._ahead = ahead
        self._slots = asyncio.Semaphore(hello.slots)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._channel: Channel | None = None
        self._serving: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """See `WorkerEnd`: when the API is gone, waits for the next one."""
        self._serving = asyncio.create_task(self._connect_for_ever())
        try:
            await asyncio.wait([self._serving])
        finally:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        if not self._serving.cancelled():
            self._serving.result()

    def stop(self) -> None:
        """See `WorkerEnd`. The API has had its answers before it lets its workers be stopped."""
        if self._serving is not None:
            self._serving.cancel()

    async def _connect_for_ever(self) -> None:
        while True:
            try:
                await self.talk()
            except OSError as error:
                log.debug("the queue is not there: %s", error)
            await asyncio.sleep(_RECONNECT_S)

    async def talk(self) -> None:
        """Connects and works until the other end closes; then ends what is under way and returns.

        Raises:
            OSError: there is nothing to connect to.
        """
        channel = Channel(*await asyncio.open_unix_connection(str(self._path)))
        self._channel = channel
        try:
            channel.send(Kind.HELLO, pack(self._hello))
            channel.send(Kind.CLAIM, str(self._hello.slots + self._ahead).encode())
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
        async with self._slots:
            result = await answer(self._handler, job)
        # It makes room with its result: a cancellation that comes now must not do so once more.
        del self._tasks[job.id]
        channel.send(Kind.RESULT, packed_result(result))
        await channel.flush()

    def _end(self, channel: Channel, job_id: str, task: asyncio.Task[None]) -> None:
        """A job that ends without a result, for example before it began, makes room as well."""
        self._tasks.pop(job_id, None)
        if task.cancelled():
            channel.send(Kind.CLAIM, b"1")
        elif isinstance(task.exception(), ConnectionError):
            log.info(
                "run %s: the API is gone, nobody takes the result", job_id, extra=about(job_id)
            )
