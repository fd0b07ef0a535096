"""Connections to Redis, each kept for one purpose."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hiredis import pack_command
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError

Word = str | bytes | int

# hiredis copies what it writes.
_LARGE_BYTES = 64 << 10


class Line:
    """Commands and their replies, in turn; not to be used twice at the same time.

    To take a connection from the client's pool for each command, to build a pipeline and the answer's
    Python form, to write small commands in Python, and to bound each write and each read by a time, costs
    the client more than all the rest.
    """

    def __init__(self, redis: Redis, within_s: float) -> None:
        """Nothing is connected before the first question; ``within_s`` bounds each."""
        self._redis = redis
        self._within_s = within_s
        self._connection: AbstractConnection | None = None

    async def ask(self, commands: Sequence[tuple[Word, ...]]) -> list[Any]:
        """Sends commands in one write, and reads a reply to each; what Redis refuses is a reply, too.

        Raises:
            RedisError, OSError: the connection, or it took too long; the next call makes another one.
        """
        async with asyncio.timeout(self._within_s):
            if self._connection is None:
                self._connection = await _connected(self._redis)
            connection = self._connection
            try:
                packed = [part for one in commands for part in _packed(connection, one)]
                await connection.send_packed_command(packed)
                return [await _reply_of(connection) for _ in commands]
            except BaseException:
                await connection.disconnect(nowait=True)  # with it go replies that nobody has read
                raise


class Listener:
    """What is published on a channel, one message after the other.

    The client's own would connect again by itself, depending on how often it is to try; here it is always
    an error, since what was published meanwhile has been missed.
    """

    def __init__(self, redis: Redis, channel: str, within_s: float) -> None:
        """Nothing is connected before `begin`; ``within_s`` bounds that, and all silence after it."""
        self._redis = redis
        self._channel = channel
        self._within_s = within_s
        self._connection: AbstractConnection | None = None

    async def begin(self) -> None:
        """Returns when whatever is published from then on will be heard.

        Raises:
            RedisError, OSError: there is no connection, or it took too long.
        """
        async with asyncio.timeout(self._within_s):
            if self._connection is None:
                self._connection = await _connected(self._redis)
            else:
                await self._connection.disconnect(nowait=True)
            await self._connection.send_command("SUBSCRIBE", self._channel)
            await self._connection.read_response()

    async def next(self) -> bytes:
        """Waits for the next message, as long as there is a connection; who is silent is asked.

        Raises:
            RedisError, OSError: it is lost, and whatever was published since; begin again.
        """
        if (connection := self._connection) is None:
            raise ConnectionError("nobody listens")
        is_asked = False
        while True:
            # Nothing is lost when this has taken too long: it goes on where it was.
            reply = await connection.read_response(timeout=self._within_s / 2)
            if reply is not None and reply[0] == b"message":
                message: bytes = reply[2]
                return message
            if reply is None and is_asked:
                await connection.disconnect(nowait=True)
                raise TimeoutError(f"nothing was heard for {self._within_s} s")
            if is_asked := reply is None:
                await connection.send_command("PING")


async def _connected(redis: Redis) -> AbstractConnection:
    pool = redis.connection_pool
    connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]  # its decorator has no types
    return connection


def _packed(connection: AbstractConnection, command: tuple[Word, ...]) -> list[bytes]:
    if any(isinstance(word, bytes) and len(word) > _LARGE_BYTES for word in command):
        parts: list[bytes] = connection.pack_command(*command)  # without a copy
        return parts
    return [pack_command(command)]  # type: ignore[arg-type]  # its types know tuples of one only


async def _reply_of(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
