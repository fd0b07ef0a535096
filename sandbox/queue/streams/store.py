"""The connections to Redis: transitions, and waiting for what others do."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from sandbox.queue.base import QueueBroken
from sandbox.queue.streams.line import Line, Listener

# In braces: all keys of a queue are on the same node of a cluster.
PREFIX = "{sandbox}"
# A worker that says nothing for this long has lost its jobs.
LEASE_S = 10.0
_BEATS_A_LEASE = 10
# How long a transition is tried, over and over, before it is called a failure.
CALL_S = 5.0

_FUNCTIONS = (Path(__file__).parent / "state.lua").read_text()
# Another version's are others: both can be there at the same time.
_NAME = "sandbox_" + hashlib.sha256(_FUNCTIONS.encode()).hexdigest()[:16]
_LIBRARY = f"#!lua name={_NAME}\nlocal NAME, P = '{_NAME}', '{PREFIX}'\n{_FUNCTIONS}"
_SOCKET_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5
# Replies that mean: not now. A full or read-only server may be mended while we wait.
_PASSING = (
    ConnectionError,
    TimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    OutOfMemoryError,
    OSError,
)

# What one call of the functions may do and take, about: others must have their turn.
_MOST_TOGETHER = 100
_MOST_TOGETHER_BYTES = 1 << 20

Argument = str | bytes | int


@dataclass(frozen=True, slots=True)
class End:
    """What is told of a job that has finished; of a small result how long it took, and the result."""

    id: str
    waited_ms: int = 0
    took_ms: int = 0
    result: bytes | None = None


@dataclass(slots=True)
class _Call:
    name: str
    arguments: tuple[bytes | int, ...]
    reply: asyncio.Future[Any]
    size_bytes: int


class Store:
    """A queue's state in one Redis. What is called at the same time travels and is done together."""

    def __init__(self, url: str, *, lease_s: float = LEASE_S) -> None:
        """Nothing is connected before the first call."""
        self.beat_s = lease_s / _BEATS_A_LEASE
        self._lease_ms = int(lease_s * 1000)
        self._redis = Redis.from_url(
            url,
            protocol=2,
            socket_timeout=None,  # a line bounds the whole of a question
            socket_connect_timeout=_SOCKET_S,
            retry=Retry(NoBackoff(), 0),  # what may be tried again is decided in `call`
        )
        self._line, self._waiting_line = (Line(self._redis, _SOCKET_S) for _ in range(2))
        # Channels are the same in all databases of a server.
        database = self._redis.connection_pool.connection_kwargs.get("db", 0)
        self._channel = f"{PREFIX}:done:{database}"
        self._listener = Listener(self._redis, self._channel, _SOCKET_S)
        self._queued: list[_Call] = []
        self._pump: asyncio.Task[None] | None = None

    async def call(self, name: str, *arguments: Argument, within_s: float = CALL_S) -> Any:
        """Carries out a transition of ``state.lua``, again if the answer was lost on the way.

        Raises:
            QueueBroken: Redis could not be reached, or could not write, for ``within_s``; or it refuses.
        """
        words = tuple(word.encode() if isinstance(word, str) else word for word in arguments)
        deadline_s = time.monotonic() + within_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self._once(name, words)
            except _PASSING as error:
                if time.monotonic() + pause_s > deadline_s:
                    raise QueueBroken(f"Redis: {error}") from error
            except RedisError as error:
                raise QueueBroken(f"Redis refuses to {name}: {error}") from error
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _once(self, name: str, arguments: tuple[bytes | int, ...]) -> Any:
        size_bytes = sum([len(word) for word in arguments if isinstance(word, bytes)])
        one = _Call(name, arguments, asyncio.get_running_loop().create_future(), size_bytes)
        self._queued.append(one)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send_queued())
        return await one.reply

    async def _send_queued(self) -> None:
        """Sends all that is queued, and what is queued meanwhile; ends when there is nothing more."""
        while self._queued:
            calls, self._queued = self._queued, []
            try:
                replies = await self._carry_out(calls)
            except (RedisError, OSError) as error:
                replies = [error] * len(calls)
            except BaseException as error:
                for one in (*calls, *self._queued):
                    one.reply.cancel()
                self._queued = []
                raise error
            for one, reply in zip(calls, replies, strict=True):
                if one.reply.done():
                    continue  # its caller has gone
                if isinstance(reply, Exception):
                    one.reply.set_exception(reply)
                else:
                    one.reply.set_result(reply)

    async def _carry_out(self, calls: Sequence[_Call]) -> list[Any]:
        batches = list(_batches(calls))
        answers = await self._execute(batches)
        unknown = [index for index, answer in enumerate(answers) if _is_unknown(answer)]
        if unknown:  # a server that is new to this version
            await self._load()
            again = await self._execute([batches[index] for index in unknown])
            for index, answer in zip(unknown, again, strict=True):
                answers[index] = answer
        replies: list[Any] = []
        for batch, answer in zip(batches, answers, strict=True):
            replies += [answer] * len(batch) if isinstance(answer, Exception) else answer
        return replies

    async def _execute(self, batches: Sequence[Sequence[_Call]]) -> list[Any]:
        head = self._lease_ms, self._channel
        return await self._line.ask(
            [("FCALL", _function_of(batch), 1, PREFIX, *head, *_words(batch)) for batch in batches]
        )

    async def _load(self) -> None:
        (said,) = await self._line.ask([("FUNCTION", "LOAD", _LIBRARY)])
        if isinstance(said, Exception) and "already exists" not in str(said):
            raise said

    async def wait_for_work(self, at_most_s: float) -> None:
        """Waits until jobs may be waiting, at most so long.

        Raises:
            QueueBroken: Redis cannot be reached.
        """
        with _passing_is_broken():
            (said,) = await self._waiting_line.ask([("BLPOP", f"{PREFIX}:wake", str(at_most_s))])
            if isinstance(said, Exception):
                raise said

    async def listen(self) -> None:
        """Begins to hear which jobs finish from now on. Raises QueueBroken."""
        with _passing_is_broken():
            await self._listener.begin()

    async def next_end(self) -> End:
        """Waits for the next job that finishes.

        Raises:
            QueueBroken: Redis cannot be reached; what finishes until `listen` has returned is missed.
        """
        with _passing_is_broken():
            told, _, result = (await self._listener.next()).partition(b"\n")
        job_id, *times_ms = told.decode().split(" ")
        if not times_ms:
            return End(job_id)
        waited_ms, took_ms = map(int, times_ms)
        return End(job_id, waited_ms, took_ms, result)

    async def close(self) -> None:
        """Closes all connections."""
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        await self._redis.aclose()


def _batches(calls: Iterable[_Call]) -> Iterator[list[_Call]]:
    """What one call of the functions is to do, in order.

    Those that bring jobs are among themselves: only they may be refused by a full server, all of them. Each
    look is alone, since what it answers can be large.
    """
    batch: list[_Call] = []
    size_bytes = 0
    for one in calls:
        is_of_their_kind = bool(batch) and _kind(one) == _kind(batch[0]) != "look"
        has_room = (
            len(batch) < _MOST_TOGETHER and size_bytes + one.size_bytes <= _MOST_TOGETHER_BYTES
        )
        if batch and not (is_of_their_kind and has_room):
            yield batch
            batch, size_bytes = [], 0
        batch.append(one)
        size_bytes += one.size_bytes
    if batch:
        yield batch


def _kind(one: _Call) -> str:
    return one.name if one.name in {"submit", "look"} else "other"


def _function_of(batch: Sequence[_Call]) -> str:
    return f"{_NAME}_bring" if batch[0].name == "submit" else f"{_NAME}_turn"


def _is_unknown(answer: Any) -> bool:
    return isinstance(answer, ResponseError) and str(answer) == "Function not found"


def _words(batch: Iterable[_Call]) -> Iterator[str | bytes | int]:
    for one in batch:
        yield from (one.name, len(one.arguments), *one.arguments)


@contextlib.contextmanager
def _passing_is_broken() -> Iterator[None]:
    """Turns what is wrong with the connection into QueueBroken.

    A cancellation stays one: the client answers some with an error of the connection, and who only
    heard that would go on for ever.
    """
    task = asyncio.current_task()
    try:
        yield
    except (RedisError, OSError) as error:
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        raise QueueBroken(f"Redis: {error}") from error
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
