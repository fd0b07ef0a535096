"""The connections to Redis: transitions, and waiting for what others do."""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
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
from sandbox.queue.streams.batches import Call, batches_of, words_of
from sandbox.queue.streams.line import Line, Listener

# In braces: all keys of a queue are on the same node of a cluster.
PREFIX = "{sandbox}"
# A worker that says nothing for this long has lost its jobs.
LEASE_S = 10.0
_BEATS_A_LEASE = 10
# How long a transition is tried, over and over, before it is called a failure.
CALL_S = 5.0

log = logging.getLogger(__name__)

_STATE = f"local P = '{PREFIX}'\n" + (Path(__file__).parent / "state.lua").read_text()
# Another version's are others: both can be there at the same time.
_NAME = "sandbox_" + hashlib.sha256(_STATE.encode()).hexdigest()[:16]
# A full Redis refuses what brings more. All else must go on, above all what makes room again.
_LIBRARY = f"""#!lua name={_NAME}
{_STATE}
redis.register_function({{ function_name = '{_NAME}_bring', callback = carry_out }})
redis.register_function({{
  function_name = '{_NAME}_turn', callback = carry_out, flags = {{ 'allow-oom' }},
}})
"""
# For a Redis that is too full to take the library.
_SCRIPT = f"#!lua flags=allow-oom\n{_STATE}\nreturn carry_out(KEYS, ARGV)"
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
# And those for which the client has no class: with them the text begins.
_PASSING_KINDS = {"MISCONF", "NOREPLICAS", "BUSY"}

Argument = str | bytes | int


@dataclass(frozen=True, slots=True)
class End:
    """What is told of a job that has finished; of a small result how long it took, and the result."""

    id: str
    waited_ms: int = 0
    took_ms: int = 0
    result: bytes | None = None


class Store:
    """A queue's state in one Redis. What is called at the same time travels together."""

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
        self._queued: list[Call] = []
        self._pump: asyncio.Task[None] | None = None

    async def call(self, name: str, *arguments: Argument, within_s: float = CALL_S) -> Any:
        """Carries out a transition of ``state.lua``, again if the answer was lost on the way.

        Raises:
            QueueBroken: Redis could not be reached, or could not write, for ``within_s``; or it refuses.
            UnicodeEncodeError: an argument is no text.
        """
        words = tuple(word.encode() if isinstance(word, str) else word for word in arguments)
        deadline_s = time.monotonic() + within_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self._once(name, words)
            except (RedisError, OSError) as error:
                if not _is_passing(error):
                    raise QueueBroken(f"Redis refuses to {name}: {error}") from error
                if time.monotonic() + pause_s > deadline_s:
                    raise QueueBroken(f"Redis: {_text(error)}") from error
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _once(self, name: str, arguments: tuple[bytes | int, ...]) -> Any:
        size_bytes = sum([len(word) for word in arguments if isinstance(word, bytes)])
        one = Call(name, arguments, asyncio.get_running_loop().create_future(), size_bytes)
        self._queued.append(one)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send_queued())
        return await one.reply

    async def _send_queued(self) -> None:
        """Sends all that is queued, and what is queued meanwhile; ends when there is nothing more."""
        while self._queued:
            calls = [one for one in self._queued if not one.reply.done()]  # whose caller is there
            self._queued = []
            try:
                replies = await self._carry_out(calls)
            except (RedisError, OSError) as error:
                replies = [error] * len(calls)
            except Exception as error:  # ours, and no reason to leave anybody without an answer
                log.exception("Redis cannot be asked")
                replies = [QueueBroken(f"Redis cannot be asked: {error!r}")] * len(calls)
            except BaseException as error:
                for one in (*calls, *self._queued):
                    one.reply.cancel()
                self._queued = []
                raise error
            for one, reply in zip(calls, replies, strict=True):
                if one.reply.done():
                    continue  # its caller has gone meanwhile
                if isinstance(reply, Exception):
                    one.reply.set_exception(reply)
                else:
                    one.reply.set_result(reply)

    async def _carry_out(self, calls: Sequence[Call]) -> list[Any]:
        batches = list(batches_of(calls))
        answers = await self._execute(batches)
        unknown = [index for index, answer in enumerate(answers) if _is_unknown(answer)]
        if unknown:  # a server that is new to this version
            again = await self._introduce([batches[index] for index in unknown])
            for index, answer in zip(unknown, again, strict=True):
                answers[index] = answer
        replies: list[Any] = []
        for batch, answer in zip(batches, answers, strict=True):
            replies += [answer] * len(batch) if isinstance(answer, Exception) else answer
        assert len(replies) == len(calls), "a transition has no answer"
        return replies

    async def _execute(self, batches: Sequence[Sequence[Call]]) -> list[Any]:
        return await self._line.ask(
            [("FCALL", _function_of(batch), *self._arguments(batch)) for batch in batches]
        )

    def _arguments(self, batch: Sequence[Call]) -> tuple[Argument, ...]:
        return (1, PREFIX, self._lease_ms, self._channel, *words_of(batch))

    async def _introduce(self, batches: Sequence[Sequence[Call]]) -> list[Any]:
        """Carries out what Redis does not know yet, and loads it unless there is no room."""
        (said,) = await self._line.ask([("FUNCTION", "LOAD", _LIBRARY)])
        if isinstance(said, OutOfMemoryError):
            return [await self._without_library(batch, said) for batch in batches]
        if isinstance(said, Exception) and "already exists" not in str(said):
            raise said
        return await self._execute(batches)

    async def _without_library(self, batch: Sequence[Call], refusal: OutOfMemoryError) -> Any:
        if batch[0].name == "submit":
            return refusal
        (answer,) = await self._line.ask([("EVAL", _SCRIPT, *self._arguments(batch))])
        return answer

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
        while True:
            with _passing_is_broken():
                message = await self._listener.next()
            try:
                return _read_end(message)
            except ValueError:
                log.warning("what is told of a job cannot be read by this API: %r", message[:100])

    async def close(self) -> None:
        """Closes all connections."""
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        await self._redis.aclose()


def _is_passing(error: Exception) -> bool:
    return isinstance(error, _PASSING) or str(error).partition(" ")[0] in _PASSING_KINDS


def _text(error: Exception) -> str:
    return str(error) or "no answer in time"


def _read_end(message: bytes) -> End:
    told, _, result = message.partition(b"\n")
    job_id, *times_ms = told.decode().split(" ")
    if not times_ms:
        return End(job_id)
    waited_ms, took_ms = map(int, times_ms)
    return End(job_id, waited_ms, took_ms, result)


def _function_of(batch: Sequence[Call]) -> str:
    return f"{_NAME}_bring" if batch[0].name == "submit" else f"{_NAME}_turn"


def _is_unknown(answer: Any) -> bool:
    return isinstance(answer, ResponseError) and str(answer) == "Function not found"


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
        raise QueueBroken(f"Redis: {_text(error)}") from error
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
