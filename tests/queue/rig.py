"""A queue of either kind with its two ends in one process, and workers that do as they are told."""

import asyncio
import contextlib
import itertools
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sandbox.jobs import ImageSummary, Job, JobResult, WorkerHello
from sandbox.models import Verdict
from sandbox.queue.base import Fleet, JobQueue, WorkerEnd
from sandbox.queue.client import QueueClient
from sandbox.queue.local import LocalQueue
from sandbox.queue.server import QueueServer
from sandbox.queue.streams.line import Line, Listener
from sandbox.queue.streams.queue import StreamQueue
from sandbox.queue.streams.store import Store
from sandbox.queue.streams.survey import Bounds
from sandbox.queue.streams.worker import Holds, StreamWorker
from tests.redis_server import RedisServer

LEASE_S = 1.0
_names = (f"r_{number}" for number in itertools.count())


def job(code: bytes = b"", **fields: object) -> Job:
    """A job with a name of its own."""
    return Job(next(_names), "python", None, code, **fields)  # type: ignore[arg-type]  # the test's fields


def bounds(**changes: float) -> Bounds:
    """Bounds that no test meets by chance."""
    usual = {
        "capacity": 1000,
        "capacity_bytes": 1 << 24,
        "keep": 1000,
        "keep_bytes": 1 << 24,
        "keep_s": 3600.0,
        "wait_s": 900.0,
    }
    return Bounds(**{**usual, **changes})  # type: ignore[arg-type]  # whole numbers stay whole


def images_of(names: Sequence[str]) -> tuple[ImageSummary, ...]:
    """What a worker says of its images."""
    return tuple(ImageSummary(name, f"sha256:{name}", "", 0, ()) for name in names)


class ScriptedWorker:
    """Judges as the test says: everything is held until it is released."""

    def __init__(self, name: str, slots: int, images: Sequence[str] = ()) -> None:
        self.hello = WorkerHello(name, slots, (), images_of(images), ())
        self.started: list[Job] = []
        self.cancelled: list[str] = []
        self.most_at_once = 0
        self._running = 0
        self._held = asyncio.Event()
        self.end: WorkerEnd | None = None
        self._serving: asyncio.Task[None] | None = None

    def release(self) -> None:
        """From now on jobs end at once."""
        self._held.set()

    async def judge(self, one: Job) -> JobResult:
        """The worker's handler."""
        self.started.append(one)
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            if one.code == b"crash":
                raise RuntimeError("a bug")
            await self._held.wait()
        except asyncio.CancelledError:
            self.cancelled.append(one.id)
            raise
        finally:
            self._running -= 1
        return JobResult(one.id, Verdict.OK, 1.0, worker=self.hello.name)

    def serve(self, end: WorkerEnd) -> None:
        """Begins to work at this end of a queue."""
        self.end = end
        self._serving = asyncio.create_task(end.serve())

    async def stopped(self) -> None:
        """Waits until `WorkerEnd.serve` has returned, as after `WorkerEnd.stop`."""
        assert self._serving is not None
        await self._serving

    async def die(self) -> None:
        """As SIGKILL does, but for what a process says when it is cancelled: see `Rig.kill`."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)


class Rig:
    """One queue, and what a test does with it. ``kind`` is "local" or "redis"."""

    def __init__(self, kind: str, redis: RedisServer | None, path: Path) -> None:
        self.kind = kind
        self._redis = redis
        self._path = path
        self._workers: list[ScriptedWorker] = []
        self._undo = contextlib.AsyncExitStack()

    @property
    def deliveries(self) -> int:
        """How often a job is given to a worker before it is called IE."""
        return 2 if self.kind == "local" else 3

    @property
    def redis(self) -> RedisServer:
        """What a queue in Redis is in."""
        assert self._redis is not None
        return self._redis

    def store(self) -> Store:
        """A connection of one process."""
        return Store(self.redis.url, lease_s=LEASE_S)

    async def open(self, **changes: float) -> tuple[JobQueue, Fleet]:
        """An API's end."""
        of = bounds(**changes)
        if self._redis is not None:
            streams = StreamQueue(self.store(), of)
            await streams.start()
            self._undo.push_async_callback(streams.stop)
            return streams, streams
        queue = LocalQueue(of.capacity, of.capacity_bytes, of.wait_s)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._path))
        listener.listen()
        server = QueueServer(queue, listener)
        await server.start()
        self._undo.push_async_callback(server.stop)
        return queue, server

    async def worker(
        self,
        slots: int = 1,
        name: str = "w",
        drain_s: float = 0.0,
        images: Sequence[str] = (),
        holds: Holds = tuple,
        ahead: int = 0,
    ) -> ScriptedWorker:
        """A worker that serves the queue."""
        worker = ScriptedWorker(name, slots, images)
        end: WorkerEnd
        if self._redis is not None:
            end = StreamWorker(
                worker.hello,
                worker.judge,
                self.store(),
                drain_s=drain_s,
                holds=holds,
                ahead=ahead,
            )
        else:
            end = QueueClient(worker.hello, worker.judge, self._path, ahead=ahead)
        worker.serve(end)
        self._workers.append(worker)
        return worker

    async def kill(self, worker: ScriptedWorker) -> None:
        """Ends a worker that says nothing more to its queue."""
        if self._redis is not None:
            assert isinstance(worker.end, StreamWorker)
            mute(worker.end)
        await worker.die()

    async def close(self) -> None:
        """Ends it all."""
        for worker in self._workers:
            worker.release()
            await worker.die()
        await self._undo.aclose()


def mute(end: StreamWorker) -> None:
    """Cuts a worker's connection off: what it does from now on, nobody hears."""
    give_redis(end._store, _Mute(end._store._redis.aclose))


@contextlib.contextmanager
def cut_off(queue: StreamQueue) -> Iterator[None]:
    """An API's end cannot reach Redis meanwhile."""
    real = queue._store._redis
    heard = queue._store._listener._connection
    give_redis(queue._store, _Mute(real.aclose))
    hangs_up = asyncio.ensure_future(heard.disconnect(nowait=True)) if heard else None
    try:
        yield
    finally:
        assert hangs_up is None or hangs_up.done()
        give_redis(queue._store, real)


def give_redis(store: Store, redis: Any) -> None:
    """What a store talks to from now on."""
    store._redis = redis
    store._line, store._waiting_line = Line(redis, 5.0), Line(redis, 5.0)
    store._listener = Listener(redis, store._channel, 5.0)


class _Mute:
    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self.aclose = close

    def __getattr__(self, name: str) -> object:
        raise ConnectionError("cut off")


@contextlib.asynccontextmanager
async def rig_of(kind: str, redis: RedisServer | None) -> AsyncIterator[Rig]:
    """A rig of a kind, with an empty queue."""
    if redis is not None:
        with redis.client() as client:
            client.flushall()
    with tempfile.TemporaryDirectory() as directory:
        rig = Rig(kind, redis if kind == "redis" else None, Path(directory) / "queue.sock")
        try:
            yield rig
        finally:
            await rig.close()
