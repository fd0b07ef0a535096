"""The connection to Redis: what travels together, and what is heard."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from sandbox.queue.base import QueueBroken
from sandbox.queue.streams import queue as queue_module
from sandbox.queue.streams import store as store_module
from sandbox.queue.streams.line import Line, Listener
from sandbox.queue.streams.store import Store
from tests.queue.rig import Rig, job, rig_of
from tests.queue.test_conformance import until
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def calls_of(redis: RedisServer) -> int:
    with redis.client() as client:
        seen = client.info("commandstats")["cmdstat_fcall"]
        return int(seen["calls"]) - int(seen["failed_calls"])


async def submit(
    store: Store, job_id: str, within_s: float = 5.0, payload: bytes = b"job"
) -> bytes:
    answer = await store.call(
        "submit", job_id, payload, len(payload), 1, "fast:", 60_000, "python", "", b"",
        1000, 1 << 30, 10**9, within_s=within_s,
    )  # fmt: skip
    state: bytes = answer[0]
    return state


async def test_what_is_called_at_the_same_time_is_one_call_of_its_functions(streams: Rig) -> None:
    store = streams.store()
    assert await submit(store, "r_first") == b"accepted"
    before = calls_of(streams.redis)
    states = await asyncio.gather(*(submit(store, f"r_{number % 30}") for number in range(60)))
    assert states == [b"accepted"] * 30 + [b"known"] * 30
    assert calls_of(streams.redis) == before + 1
    records = await asyncio.gather(*(store.call("look", f"r_{number}") for number in range(40)))
    assert [found[1] is not None for found in records] == [True] * 30 + [False] * 10
    assert calls_of(streams.redis) == before + 2
    await store.close()


async def test_a_transition_that_fails_takes_none_of_the_others_with_it(streams: Rig) -> None:
    store = streams.store()
    await submit(store, "r_1")
    calls = [
        store.call("look", "r_1"),
        store.call("beat"),  # a worker without a name
        store.call("no such transition"),
        store.call("register", "w", b"hello"),
        store.call("claim", "w", 1, 1, 0, "", ""),
    ]
    answers: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
    look, beat, unknown, register, claim = answers
    assert look[1][0] == b"queued"
    assert isinstance(beat, QueueBroken)
    assert "beat" in str(beat)
    assert isinstance(unknown, QueueBroken)
    assert register == 1
    assert [one[0] for one in claim] == [b"r_1"]
    with streams.redis.client() as client:
        counts = client.hgetall("{sandbox}:counts")
    assert (counts[b"waiting"], counts[b"running"]) == (b"0", b"1")
    await store.close()


async def test_a_full_redis_refuses_only_what_is_new_of_what_comes_at_the_same_time(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    store = Store(own_redis.url)
    await submit(store, "r_1")
    await store.call("register", "w", b"hello")
    ((_, token, *_rest),) = await store.call("claim", "w", 1, 1, 0, "", "")
    with own_redis.client() as client:
        client.config_set("maxmemory", 1)
    calls = [
        submit(store, "r_2", within_s=0.1),
        store.call("commit", "r_1", token, b"result"),
        submit(store, "r_3", within_s=0.1),
        store.call("beat", "w", 1),
    ]
    second, done, third, beat = await asyncio.gather(*calls, return_exceptions=True)
    assert (done, beat) == (b"done", [])
    for refused in (second, third):
        assert isinstance(refused, QueueBroken)
        assert "memory" in str(refused)
    with own_redis.client() as client:
        assert client.hget("{sandbox}:counts", "waiting") == b"0"
    await store.close()


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([0, 1, 1000, 700_000, 2_000_000])), min_size=1
    )
)
def test_batches_keep_the_order_and_their_bounds(calls: list[tuple[bool, int]]) -> None:
    made = [
        store_module._Call("submit" if brings else "look", (b"x" * size, 7), None)  # type: ignore[arg-type]  # nobody waits
        for brings, size in calls
    ]
    batches = list(store_module._batches(made))
    assert [one for batch in batches for one in batch] == made
    for batch in batches:
        assert len({one.name for one in batch}) == 1
        assert len(batch) <= 100
        assert len(batch) == 1 or sum(one.size_bytes for one in batch) <= 1 << 20
    for one, other in pairwise(batches):  # and nothing is sent by itself that had room
        together = [*one, other[0]]
        assert (
            one[0].name != other[0].name
            or len(together) > 100
            or sum(call.size_bytes for call in together) > 1 << 20
        )


async def test_what_ends_while_the_api_does_not_hear_it_is_found_when_it_listens_again(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    queue, _ = await streams.open()
    worker = await streams.worker()
    ticket = await queue.submit(job())
    await until(lambda: len(worker.started) == 1)
    with streams.redis.client() as client:
        assert client.client_kill_filter(_type="pubsub") == 1
    worker.release()
    assert (await ticket.result).worker == "w"
    # And from then on it is told again.
    assert (await (await queue.submit(job())).result).worker == "w"


async def test_large_results_are_fetched_together(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    queue, _ = await streams.open()
    store = streams.store()
    tickets = [await queue.submit(job()) for _ in range(40)]
    await store.call("register", "w", b"hello")
    claimed = await store.call("claim", "w", 40, 40, 0, "", "")
    before = calls_of(streams.redis)
    large = b"\xc1" + bytes(5000)  # not what a result looks like, which is the API's to find out
    await asyncio.gather(*(store.call("commit", one[0], one[1], large) for one in claimed))
    results = [await ticket.result for ticket in tickets]
    assert {result.fault.code for result in results if result.fault} == {"unreadable_result"}
    # The commits, the surveys meanwhile, and some looks: many fewer than one for each.
    assert calls_of(streams.redis) - before < 20
    await store.close()


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
    async with rig_of("redis", own_redis) as rig:
        redis = Redis.from_url(rig.redis.url, protocol=2)
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
