"""Messages on a stream socket: a length, a kind, and a packed dataclass."""

import asyncio
import struct
from enum import IntEnum

from sandbox.queue.base import MAX_MESSAGE_BYTES

_HEADER = struct.Struct("=IB")


class Kind(IntEnum):
    """What a message is. JOB and CANCEL go to a worker, the others come from it.

    A RESULT claims the next job too.
    """

    HELLO = 1
    CLAIM = 2
    RESULT = 3
    JOB = 4
    CANCEL = 5
    FAULT = 6


class Channel:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes over a connected stream."""
        self._reader = reader
        self._writer = writer

    def send(self, kind: Kind, payload: bytes) -> None:
        """Queues a message; it is sent by the event loop, in order."""
        self._writer.writelines((_HEADER.pack(len(payload), kind), payload))

    async def flush(self) -> None:
        """Waits until the buffer has room again. Raises ConnectionError if the other end is gone."""
        await self._writer.drain()

    async def receive(self) -> tuple[Kind, bytes] | None:
        """The next message, or None when the other end has closed or died.

        Raises:
            ValueError: what came is not a message of ours.
        """
        try:
            header = await self._reader.readexactly(_HEADER.size)
            size, kind = _HEADER.unpack(header)
            if size > MAX_MESSAGE_BYTES:
                raise ValueError(f"a message of {size} bytes")
            return Kind(kind), await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def abort(self) -> None:
        """Ends the connection now, whatever is still to be sent; `receive` returns None then."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Closes the connection."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return  # it was closed from the other side first
