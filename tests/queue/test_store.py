"""The connection to Redis: what travels together, and what is heard."""

import asyncio
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from sandbox.queue.base import NO_DEMAND, Demand, QueueBroken
from sandbox.queue.streams import queue as queue_module
from sandbox.queue.streams.batches import Call, batches_of
from sandbox.queue.streams.line import Listener
from sandbox.queue.streams.queue import StreamQueue
from sandbox.queue.streams.store import Store
from sandbox.queue.streams.worker import StreamWorker
from tests.queue.rig import Rig, ScriptedWorker, bounds, cut_off, job
from tests.queue.test_conformance import until
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

README = Path(__file__).parents[2] / "README.md"


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


async def claimed(store: Store, job_id: str) -> int:
    """Of a job that a worker has now, its token."""
    await submit(store, job_id)
    await store.call("register", "w", b"hello")
    ((_, token, *_rest),) = await store.call("claim", "w", 1, 1, 0, "", "")
    assert isinstance(token, int)
    return token


async def test_what_is_called_at_the_same_time_is_one_call_of_its_functions(streams: Rig) -> None:
    store = streams.store()
    assert await submit(store, "r_first") == b"accepted"
    before = calls_of(streams.redis)
    states = await asyncio.gather(*(submit(store, f"r_{number % 30}") for number in range(60)))
    assert states == [b"accepted"] * 30 + [b"known"] * 30
    assert calls_of(streams.redis) == before + 1
    # What is looked at can be large, and does not have to fit into Redis' Lua together.
    records = await asyncio.gather(*(store.call("look", 1, f"r_{number}") for number in range(40)))
    assert [found[1] is not None for found in records] == [True] * 30 + [False] * 10
    assert calls_of(streams.redis) == before + 41
    await store.close()


async def test_a_transition_that_fails_takes_none_of_the_others_with_it(streams: Rig) -> None:
    store = streams.store()
    await submit(store, "r_1")
    calls = [
        store.call("look", 1, "r_1"),
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


async def test_what_cannot_be_sent_is_its_callers_error_alone(streams: Rig) -> None:
    store = streams.store()
    calls = [store.call("report", "w", "\udcff"), store.call("register", "w", b"hello")]
    answers: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[0], UnicodeEncodeError)
    assert answers[1] == 1
    await store.close()


async def test_only_what_was_not_done_is_done_when_the_functions_have_been_loaded(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = streams.store()
    await submit(store, "r_1")
    await submit(store, "r_2")
    await store.call("register", "w", b"hello")
    execute = store._execute
    executed: list[list[str]] = []

    async def is_new(batches: Any) -> list[Any]:
        """As if another process had loaded them just after the first batch."""
        executed.append([one.name for batch in batches for one in batch])
        if len(executed) > 1:
            return await execute(batches)
        return [ResponseError("Function not found"), *await execute(batches[1:])]

    monkeypatch.setattr(store, "_execute", is_new)
    calls = [submit(store, "r_3"), store.call("claim", "w", 9, 1, 0, "", "")]
    state, claimed = await asyncio.gather(*calls)
    assert executed == [["submit", "claim"], ["submit"]]
    assert state == b"accepted"
    assert [one[0] for one in claimed] == [b"r_1"]
    await store.close()


async def test_a_submission_is_accepted_when_a_full_redis_has_room_in_time(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    store = Store(own_redis.url)
    await submit(store, "r_1")
    with own_redis.client() as client:
        client.config_set("maxmemory", 1)
        waiting = asyncio.create_task(submit(store, "r_2"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        client.config_set("maxmemory", 0)
        assert await waiting == b"accepted"
        # And when a replica that can only be read becomes the first.
        client.replicaof("127.0.0.1", 1)
        waiting = asyncio.create_task(submit(store, "r_3"))
        cancelling = asyncio.create_task(store.call("cancel", "r_1"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert not cancelling.done()
        client.replicaof("NO", "ONE")
        assert await waiting == b"accepted"
        assert await cancelling == 1
    await store.close()


async def test_a_full_redis_refuses_only_what_is_new_of_what_comes_at_the_same_time(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    store = Store(own_redis.url)
    token = await claimed(store, "r_1")
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


async def test_a_full_redis_that_is_new_to_this_version_makes_room_all_the_same(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    store = Store(own_redis.url)
    token = await claimed(store, "r_1")
    with own_redis.client() as client:
        client.function_flush()
        client.config_set("maxmemory", 1)
        calls = [
            store.call("commit", "r_1", token, b"result"),
            store.call("survey", 0, 0, 0, 0),
            submit(store, "r_2", within_s=0.1),
        ]
        answers: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
        done, survey, refused = answers
        assert done == b"done"
        assert isinstance(survey, list)
        assert "memory" in str(refused)
        client.config_set("maxmemory", 0)
    assert await submit(store, "r_2") == b"accepted"
    await store.close()


async def test_what_redis_cannot_do_for_now_is_tried_again(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    store = Store(own_redis.url)
    await submit(store, "r_1")
    with own_redis.client() as client:
        client.config_set("min-replicas-to-write", 1)
        cancelling = asyncio.create_task(store.call("cancel", "r_1"))
        await asyncio.sleep(0.3)
        assert not cancelling.done()
        client.config_set("min-replicas-to-write", 0)
        assert await cancelling == 1
        client.config_set("busy-reply-threshold", 1)
        other = Redis.from_url(own_redis.url)
        busy = asyncio.ensure_future(other.eval("while true do end", 0))
        await asyncio.sleep(0.2)
        submitting = asyncio.create_task(submit(store, "r_2"))
        await asyncio.sleep(0.3)
        assert not submitting.done()
        client.script_kill()
        assert await submitting == b"accepted"
        with pytest.raises(ResponseError):
            await busy
        await other.aclose()
        own_redis.socket.with_name("dump.rdb").mkdir()  # so that no snapshot can be written
        client.config_set("save", "3600 1")
        client.bgsave()
        await until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")
        cancelling = asyncio.create_task(store.call("cancel", "r_2"))
        await asyncio.sleep(0.3)
        assert not cancelling.done()
        client.config_set("save", "")
        assert await cancelling == 1
    await store.close()


async def test_too_many_arguments_are_their_callers_error_and_the_counts_stay_right(
    streams: Rig,
) -> None:
    store = streams.store()
    await submit(store, "r_1")
    await store.call("register", "w", b"hello")
    too_many = [part for number in range(6000) for part in (f"r_{number}", 1)]
    calls = [store.call("cancel", "r_1"), store.call("beat", "w", 1, *too_many)]
    cancelled, beat = await asyncio.gather(*calls, return_exceptions=True)
    assert cancelled == 1
    assert isinstance(beat, QueueBroken)
    with streams.redis.client() as client:
        assert client.hget("{sandbox}:counts", "waiting") == b"0"
    await store.close()


async def test_a_mistake_of_ours_leaves_nobody_without_an_answer(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = streams.store()

    async def cannot(batches: object) -> list[Any]:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(store, "_execute", cannot)
        answers = await asyncio.gather(
            *(submit(store, f"r_{number}") for number in range(3)), return_exceptions=True
        )
    assert all(isinstance(one, QueueBroken) and "MemoryError" in str(one) for one in answers)
    assert await submit(store, "r_1") == b"accepted"
    await store.close()


async def test_whose_caller_has_gone_is_not_sent(streams: Rig) -> None:
    store = streams.store()
    gone = asyncio.create_task(submit(store, "r_1"))
    stays = asyncio.create_task(submit(store, "r_2"))
    await asyncio.sleep(0)  # both are queued
    gone.cancel()
    assert await stays == b"accepted"
    _, first, second = await store.call("look", 1, "r_1", "r_2")
    assert first is None
    assert second is not None
    await store.close()


async def test_results_are_told_as_long_as_there_is_room(streams: Rig) -> None:
    store = streams.store()
    await store.call("register", "w", b"hello")
    for number in range(3):
        await submit(store, f"r_{number}")
    for job_id, token, *_ in await store.call("claim", "w", 9, 3, 0, "", ""):
        await store.call("commit", job_id, token, bytes(1000))
    names = [f"r_{number}" for number in range(3)]
    for room_bytes, told in ((0, 0), (1, 1), (1999, 1), (2000, 2), (9999, 3)):
        _, *records = await store.call("look", room_bytes, *names)
        assert [record[0] for record in records] == [b"done"] * 3
        assert [record[7] is not None for record in records] == [True] * told + [False] * (3 - told)
    await store.close()


async def test_who_must_not_publish_can_finish_jobs(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    with own_redis.client() as client:
        client.execute_command("ACL", "SETUSER", "mute", "on", ">secret", "~*", "+@all")
    store = Store(own_redis.url.replace("unix://", "unix://mute:secret@"))
    await submit(store, "r_1")
    assert await store.call("cancel", "r_1") == 1
    await store.close()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["submit", "look", "beat"]),
            st.sampled_from([0, 1, 1000, 700_000, 2_000_000]),
        ),
        min_size=1,
    )
)
def test_batches_keep_the_order_and_their_bounds(calls: list[tuple[str, int]]) -> None:
    made = [
        Call(name, (b"x" * size, 7), None, size)  # type: ignore[arg-type]  # nobody waits
        for name, size in calls
    ]
    batches = list(batches_of(made))
    assert [one for batch in batches for one in batch] == made
    for batch in batches:
        assert len({one.name for one in batch}) == 1
        assert len(batch) <= (1 if batch[0].name == "look" else 100)
        assert len(batch) == 1 or sum(one.size_bytes for one in batch) <= 1 << 20
    for one, other in pairwise(batches):  # and nothing is sent by itself that had room
        together = [*one, other[0]]
        assert (
            one[0].name != other[0].name
            or one[0].name == "look"
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


async def test_a_large_result_is_fetched_again_when_it_cannot_be_fetched_at_once(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    queue, _ = await streams.open()
    assert isinstance(queue, StreamQueue)
    (await streams.worker()).release()
    await (await queue.submit(job())).result  # from now on it listens
    look, looks = queue._look, []

    async def away(job_ids: list[str], room_bytes: int) -> None:
        looks.append(job_ids)
        if len(looks) == 1:
            raise QueueBroken("away")
        await look(job_ids, room_bytes)

    monkeypatch.setattr(queue, "_look", away)
    ticket = await queue.submit(job(), None, Demand(image="nobody's"))
    queue.cancel(ticket.id)  # told without a result
    await asyncio.wait([ticket.result])
    assert ticket.result.cancelled()
    assert looks == [[ticket.id]] * 2


async def test_what_ended_before_redis_said_that_it_was_accepted_is_found(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to a submission is lost, and so is what is told of its end."""
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    queue, _ = await streams.open()
    assert isinstance(queue, StreamQueue)
    store = streams.store()
    one = job()
    await store.call("submit", *queue._described(one, None, NO_DEMAND))
    await store.call("cancel", one.id)
    await asyncio.sleep(0.1)  # it has been told, to who was not interested
    ticket = await queue.submit(one)
    await asyncio.wait([ticket.result])
    assert ticket.result.cancelled()
    await store.close()


async def test_a_message_that_cannot_be_read_stops_nothing(
    streams: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    queue, _ = await streams.open()
    (await streams.worker()).release()
    assert (await (await queue.submit(job())).result).worker == "w"
    with streams.redis.client() as client:
        for junk in (b"r_1 2 3 4\n", b"\xff\xff", b"r_1 x y\n", b"", b"r_1"):
            assert client.publish("{sandbox}:done:0", junk) == 1
            assert (await (await queue.submit(job())).result).worker == "w"
            await until(lambda: client.pubsub_numsub("{sandbox}:done:0")[0][1] == 1)


async def test_another_database_is_another_queue(streams: Rig) -> None:
    queue, _ = await streams.open()
    ticket = await queue.submit(job())
    elsewhere = Store(f"{streams.redis.url}?db=1")
    listener = Listener(elsewhere._redis, elsewhere._channel, 5.0)
    await listener.begin()
    hearing = asyncio.create_task(listener.next())
    (await streams.worker()).release()
    await ticket.result
    await submit(elsewhere, "r_elsewhere")
    await elsewhere.call("cancel", "r_elsewhere")
    assert await hearing == b"r_elsewhere"
    await elsewhere.close()


async def test_a_user_with_no_more_than_the_readmes_rights_can_do_it_all(
    own_redis: RedisServer, anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "_COMPARE_S", 3600.0)
    (rights,) = re.findall(r"control needs `(.*?)`", README.read_text())
    with own_redis.client() as client:
        client.execute_command("ACL", "SETUSER", "queue", "on", ">secret", *rights.split())
        client.execute_command("ACL", "SETUSER", "default", "off")
    url = own_redis.url.replace("unix://", "unix://queue:secret@")
    queue = StreamQueue(Store(url), bounds())
    await queue.start()
    worker = ScriptedWorker("w", 1)
    worker.release()
    worker.serve(StreamWorker(worker.hello, worker.judge, Store(url)))
    assert (await (await queue.submit(job())).result).worker == "w"
    assert queue.trouble is None
    await worker.die()
    await queue.stop()


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


async def test_who_is_cut_off_hears_nothing(streams: Rig) -> None:
    """Of the tests' own tool: what is said while an API is away has to be missed."""
    queue, _ = await streams.open()
    assert isinstance(queue, StreamQueue)
    worker = await streams.worker()
    ticket = await queue.submit(job())
    await until(lambda: len(worker.started) == 1)
    other, _ = await streams.open()
    seen = await other.look_up(ticket.id)
    assert seen is not None
    with cut_off(queue):
        worker.release()
        await seen.result
        await asyncio.sleep(0.3)
        assert not ticket.result.done()
    assert (await ticket.result).worker == "w"
