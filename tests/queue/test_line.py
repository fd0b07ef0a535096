"""Connections to Redis, when it does not answer, and what is heard over them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from sandbox.queue.streams.line import Line, Listener
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[Redis]:
    """A client of something that is no Redis."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        redis = Redis.from_url(
            f"redis://127.0.0.1:{port}/0", protocol=2, retry=Retry(NoBackoff(), 0)
        )
        yield redis
        await redis.aclose()


async def test_a_redis_that_never_answers_is_given_up_and_asked_again_over_another_connection() -> (
    None
):
    calls = 0

    async def be_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.read()
        writer.close()

    async with served(be_silent) as redis:
        line = Line(redis, 0.2)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await line.ask([("PING",)])
        listener = Listener(redis, "channel", 0.2)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await listener.begin()
    assert calls == 4


async def test_a_redis_that_falls_silent_is_not_listened_to_for_ever() -> None:
    asked = b""

    async def subscribe_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while said := await reader.read(1000):
            asked += said
            if b"SUBSCRIBE" in said:
                writer.write(b"*3\r\n$9\r\nsubscribe\r\n$7\r\nchannel\r\n:1\r\n")
            elif b"PING" not in said:
                writer.write(b"+OK\r\n" * said.count(b"*"))
        writer.close()

    async with served(subscribe_only) as redis:
        listener = Listener(redis, "channel", 0.2)
        with pytest.raises(ConnectionError):
            await listener.next()
        for _ in range(2):
            await listener.begin()
            with pytest.raises(TimeoutError):
                await listener.next()
    assert asked.count(b"SUBSCRIBE") == asked.count(b"PING") == 2


async def test_silence_is_asked_about_and_what_comes_in_pieces_is_heard_whole(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    redis = Redis.from_url(own_redis.url, protocol=2)
    listener = Listener(redis, "channel", 0.2)
    await listener.begin()
    hearing = asyncio.create_task(listener.next())
    await asyncio.sleep(1.0)  # several times as long as it takes to ask
    assert not hearing.done()
    with own_redis.client() as client:
        assert client.publish("channel", b"one\r\ntwo") == 1
        assert client.publish("channel", b"x" * 1_000_000) == 1
    assert await hearing == b"one\r\ntwo"
    assert await listener.next() == b"x" * 1_000_000
    await redis.aclose()
