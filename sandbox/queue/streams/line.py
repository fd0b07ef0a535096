"""One connection to Redis that is kept for one purpose."""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError

Word = str | bytes | int


class Line:
    """Commands and their replies, in turn; not to be used twice at the same time.

    To take a connection from the client's pool for each command, to build a pipeline and the answer's
    Python form, and to bound each write and each read by a time, costs the client more than all the rest.
    """

    def __init__(self, redis: Redis, within_s: float) -> None:
        """Nothing is connected before the first question; ``within_s`` bounds each."""
        self._redis = redis
        self._within_s = within_s
        self._connection: AbstractConnection | None = None

    async def ask(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        """Sends commands in one write, and reads a reply to each; what Redis refuses is a reply, too.

        Raises:
            RedisError, OSError: the connection, or it took too long; the next call makes another one.
        """
        async with asyncio.timeout(self._within_s):
            if self._connection is None:
                pool = self._redis.connection_pool
                self._connection = await pool.get_connection()  # type: ignore[no-untyped-call]  # its decorator has no types
            connection = self._connection
            try:
                await connection.send_packed_command(connection.pack_commands(commands))
                return [await _reply_of(connection) for _ in commands]
            except BaseException:
                await connection.disconnect(nowait=True)  # with it go replies that nobody has read
                raise


async def _reply_of(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
