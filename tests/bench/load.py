"""A small, fast load generator: callers that wait for their answer and then ask again at once.

Each caller has a connection of its own that is kept open. A round starts no request after its time is
over, but waits for those that are on their way, so that nothing is left in the service for the next one.
A caller's first request counts as a run, but its latency does not: at the start all callers come at
once, the first of them find nobody in front of them, and only later requests see the steady state.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import cast

import httptools

from tests.bench.closed_loop import RunFailed, Tally
from tests.bench.figures import Sample

# A service that says nothing for so long is broken; the round ends with an error.
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, ready to be sent, and what judges its answer by raising RunFailed."""

    request: bytes
    check: Callable[[Answer], None]


def make_request(method: str, path: str, body: bytes = b"") -> bytes:
    """An HTTP/1.1 request with a JSON body."""
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection, with one request on its way at a time."""

    def __init__(self) -> None:
        """For `create_connection`."""
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._body = bytearray()

    async def ask(self, request: bytes) -> Answer:
        """Sends a request and waits for the answer. Raises ConnectionError if none comes."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the service has closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Gives the connection up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From asyncio."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        """From asyncio."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionAbortedError(f"this is not HTTP: {error}"))
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """From asyncio."""
        self._fail(error or ConnectionResetError("the service has closed the connection"))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def on_body(self, data: bytes) -> None:
        """From the parser."""
        self._body += data

    def on_message_complete(self) -> None:
        """From the parser."""
        answer = Answer(self._parser.get_status_code(), bytes(self._body))
        self._body.clear()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)


async def generate(
    address: tuple[str, int], exchanges: Iterator[Exchange], concurrency: int, seconds: float
) -> Sample:
    """One round of load.

    Args:
        address: the service's host and port.
        exchanges: what the callers ask, whoever comes first.
        concurrency: callers at once.
        seconds: for how long new requests are started.

    Raises:
        OSError: the service takes no connection.
        TimeoutError: it does not answer.
    """
    own_cpu_s = time.process_time()
    tally = Tally()
    async with asyncio.timeout(seconds + _PATIENCE_S), asyncio.TaskGroup() as callers:
        for _ in range(concurrency):
            callers.create_task(_call(address, exchanges, tally, seconds))
    return tally.sample(time.process_time() - own_cpu_s)


async def _call(
    address: tuple[str, int], exchanges: Iterator[Exchange], tally: Tally, seconds: float
) -> None:
    """One caller: a connection, and another one whenever the service closes it."""
    end_s = tally.started_s + seconds
    first = True
    while first or time.perf_counter() < end_s:
        async with _connect(address) as connection:
            try:
                while first or time.perf_counter() < end_s:
                    await _ask(connection, next(exchanges), tally, counts=not first)
                    first = False
            except ConnectionError as error:
                tally.failed(str(error))
                first = False


async def _ask(connection: Connection, exchange: Exchange, tally: Tally, *, counts: bool) -> None:
    before_s = time.perf_counter()
    answer = await connection.ask(exchange.request)
    latency_s = time.perf_counter() - before_s
    try:
        exchange.check(answer)
    except RunFailed as error:
        tally.failed(str(error))
    else:
        tally.succeeded(latency_s, counts=counts)


@contextlib.asynccontextmanager
async def _connect(address: tuple[str, int]) -> AsyncIterator[Connection]:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, *address)
    try:
        yield connection
    finally:
        connection.close()
