"""The HTTP protocol: heads are bounded, and what is no HTTP gets an answer like everything else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.api import errors
from sandbox.api.bodies import Bodies, Held
from sandbox.api.body import BodyLimit
from sandbox.api.callers import ANYBODY
from sandbox.api.http import MAX_HEAD_BYTES, BoundedHttpProtocol

pytestmark = pytest.mark.anyio

CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECE_BYTES = 10_000


class EchoApp:
    """Answers with the size of the body, and remembers the headers."""

    def __init__(self) -> None:
        self.headers: list[list[tuple[bytes, bytes]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers.append(scope["headers"])
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            more = message["more_body"]
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"content-length", b"%d" % len(str(size)))]})
        await send({"type": "http.response.body", "body": str(size).encode()})


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """The protocol on a port of loopback."""
    config = uvicorn.Config(app, http=BoundedHttpProtocol, lifespan="off", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()

    def protocol() -> BoundedHttpProtocol:
        return BoundedHttpProtocol(config, state, {})

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    for connection in list(state.connections):
        connection.shutdown()


async def exchange(port: int, *pieces: bytes) -> bytes:
    """Sends pieces, and returns what came until the other end has closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await answer
    except ConnectionError:
        return b""
    finally:
        writer.close()
        answer.cancel()


def error_in(answer: bytes, status: int) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/json" in head
    assert b"connection: close" in head
    assert b"content-length: %d" % len(body) in head
    return json.loads(body)["error"]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\0\1\2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nx",
        b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\nA\x00: b\r\n\r\n",
        b"GET / HTTP/1.1\nA b\n\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"ffffffffffffffffff\r\n",
        CHUNKED + b"1\r\nab\r\n",
    ],
)
async def test_what_is_no_http_is_malformed(rubbish: bytes) -> None:
    async with serving(EchoApp()) as port:
        error = error_in(await exchange(port, rubbish), 400)
        assert (error["code"], error["retryable"]) == ("malformed", False)


ENDLESS: dict[str, tuple[bytes, Callable[[int], bytes]]] = {
    "one header": (b"GET / HTTP/1.1\r\nA: ", lambda _: b"a" * PIECE_BYTES),
    "headers": (b"GET / HTTP/1.1\r\n", lambda n: b"A%d: %s\r\n" % (n, b"a" * PIECE_BYTES)),
    "header name": (b"GET / HTTP/1.1\r\n", lambda _: b"a" * PIECE_BYTES),
    "path": (b"GET /", lambda _: b"a" * PIECE_BYTES),
    "empty lines": (b"", lambda _: b"\r\n" * (PIECE_BYTES // 2)),
    "chunk extension": (CHUNKED + b"1;a=", lambda _: b"a" * PIECE_BYTES),
    "trailers": (CHUNKED + b"0\r\n", lambda n: b"A%d: %s\r\n" % (n, b"a" * PIECE_BYTES)),
    "one trailer": (CHUNKED + b"1\r\nx\r\n0\r\nA: ", lambda _: b"a" * PIECE_BYTES),
}


@pytest.mark.parametrize("kind", ENDLESS)
async def test_a_head_without_end_is_refused(kind: str) -> None:
    start, piece = ENDLESS[kind]
    async with serving(EchoApp()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = asyncio.create_task(reader.read())
        sent = 0
        writer.write(start)
        try:
            while not answer.done():
                writer.write(piece(sent))
                sent += 1
                await writer.drain()
                assert sent < 10_000_000 // PIECE_BYTES
            assert error_in(await answer, 431)["code"] == "too_large"
        except ConnectionError:
            await asyncio.wait([answer])  # closed while we were sending; an answer may be lost then
            answer.exception()
        writer.close()


async def test_a_head_just_below_the_bound_passes() -> None:
    app = EchoApp()
    start, end = b"GET / HTTP/1.1\r\nConnection: close\r\nA: ", b"\r\n\r\n"
    value = b"a" * (MAX_HEAD_BYTES - len(start) - len(end))
    async with serving(app) as port:
        pieces = [value[at : at + PIECE_BYTES] for at in range(0, len(value), PIECE_BYTES)]
        answer = await exchange(port, start, *pieces, end)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert app.headers == [[(b"connection", b"close"), (b"a", value)]]


async def test_a_body_is_not_counted_as_a_head() -> None:
    body = b"x" * (5 * MAX_HEAD_BYTES)
    plain = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    chunks = b"".join(b"2\r\nxx\r\n" for _ in range(len(body) // 2)) + b"0\r\n\r\n"
    chunked = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + chunks
    async with serving(EchoApp()) as port:
        for request in (plain, chunked):
            answer = await exchange(port, request)
            assert answer.endswith(b"\r\n\r\n%d" % len(body))


async def test_each_request_of_a_connection_has_a_head_of_its_own() -> None:
    app = EchoApp()
    one = b"POST / HTTP/1.1\r\nContent-Length: 1\r\nA: %s\r\n\r\nx" % (b"a" * (MAX_HEAD_BYTES // 2))
    last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    async with serving(app) as port:
        answer = await exchange(port, *[one] * 5, last)
    assert answer.count(b"HTTP/1.1 200 ") == 6
    assert len(app.headers) == 6


async def test_a_body_that_is_refused_for_lack_of_room_is_dropped_and_the_connection_goes_on() -> (
    None
):
    bodies = Bodies(1, 1)
    Held(bodies, ANYBODY).grow_to(1)
    echo, app = EchoApp(), FastAPI()
    errors.install(app, lambda _: None)
    app.mount("/", echo)
    length = 100 * PIECE_BYTES
    post = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % length
    async with serving(BodyLimit(app, length, 60, bodies)) as port:
        answers = await exchange(
            port, post, *[b"x" * PIECE_BYTES] * 100, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        )
    refused, _, rest = answers.partition(b'"retryable":true}}')
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert rest.startswith(b"HTTP/1.1 200 ")
    assert rest.endswith(b"\r\n\r\n0")
    assert len(echo.headers) == 2
