"""The API's end of the queue: accepts workers and connects them to the local queue."""

import asyncio
import logging
import socket
from collections.abc import Callable

import msgspec

from sandbox.jobs import Job, JobResult, WorkerHello, pack, unpack
from sandbox.queue.channel import Channel, Kind
from sandbox.queue.local import LocalQueue

log = logging.getLogger(__name__)


class ConnectedWorker:
    """A worker at the other end of a channel."""

    def __init__(self, hello: WorkerHello, channel: Channel) -> None:
        """The worker has said hello."""
        self.name = hello.name
        self.hello = hello
        self._channel = channel

    def send_job(self, job: Job) -> None:
        """See `sandbox.queue.local.Worker`."""
        self._channel.send(Kind.JOB, pack(job))

    def send_cancel(self, job_id: str) -> None:
        """See `sandbox.queue.local.Worker`."""
        self._channel.send(Kind.CANCEL, job_id.encode())


class QueueServer:
    """Listens for workers. ``on_change`` is called when one comes or goes."""

    def __init__(
        self,
        queue: LocalQueue,
        listener: socket.socket,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Nothing happens before `start`; ``listener`` is a listening socket, and taken over."""
        self.workers: list[ConnectedWorker] = []
        # Why workers have given up, by their names, until they are back.
        self.faults: dict[str, str] = {}
        self._queue = queue
        self._listener = listener
        self._on_change = on_change
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], Channel] = {}

    async def start(self) -> None:
        """See `sandbox.queue.base.Fleet`: accepts workers."""
        self._server = await asyncio.start_unix_server(self._serve, sock=self._listener)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        channel = Channel(reader, writer)
        self._connections[task] = channel
        task.add_done_callback(self._connections.pop)
        try:
            await self._talk(channel)
        except (ValueError, msgspec.MsgspecError) as error:
            log.error("a worker is disconnected, it does not speak our language: %s", error)
        finally:
            await channel.close()

    async def _talk(self, channel: Channel) -> None:
        message = await channel.receive()
        if message is None:
            return
        kind, payload = message
        if kind is not Kind.HELLO:
            raise ValueError(f"the first message is {kind.name}, not HELLO")
        worker = ConnectedWorker(unpack(WorkerHello, payload), channel)
        self._queue.attach(worker, worker.hello.slots)
        self.workers.append(worker)
        self.faults.pop(worker.name, None)
        self._on_change()
        log.info("worker %s is connected with %d slots", worker.name, worker.hello.slots)
        try:
            while (message := await channel.receive()) is not None:
                self._handle(worker, *message)
        finally:
            self.workers.remove(worker)
            self._queue.detach(worker)
            if self.faults and not self.workers:
                # Nobody will come back by itself: better an answer than none.
                self._queue.abandon("host_unfit", "; ".join(self.faults.values()))
            self._on_change()
            log.info("worker %s is disconnected", worker.name)

    def _handle(self, worker: ConnectedWorker, kind: Kind, payload: bytes) -> None:
        if kind is Kind.CLAIM:
            self._queue.claim(worker, int(payload))
        elif kind is Kind.RESULT:
            self._queue.complete(worker, unpack(JobResult, payload))
            self._queue.claim(worker, 1)
        elif kind is Kind.FAULT:
            self.faults[worker.name] = payload.decode()
        else:
            raise ValueError(f"unexpected message {kind.name}")

    async def stop(self) -> None:
        """Closes the listener and all connections; workers take that as the order to end."""
        if self._server is not None:
            self._server.close()
        # Not by cancelling the tasks: asyncio logs that with a traceback, as if it were an error.
        for channel in self._connections.values():
            channel.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)
