"""The queue in Redis, when processes and Redis itself do not behave."""

import asyncio
from typing import Any

import pytest

from sandbox.api.errors import ApiError
from sandbox.jobs import JobResult, Step, pack
from sandbox.models import Verdict
from sandbox.queue.base import QueueBroken
from sandbox.queue.streams.queue import StreamQueue
from sandbox.queue.streams.store import Store
from sandbox.queue.streams.worker import StreamWorker
from tests.queue.rig import LEASE_S, Rig, cut_off, give_redis, job, mute, rig_of
from tests.queue.test_conformance import runs_of, until
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def claim(store: Store, name: str) -> list[list[Any]]:
    """A worker's claim, by hand."""
    await store.call("register", name, b"")
    claimed: list[list[Any]] = await store.call("claim", name, 1, 1, 0, "", "")
    return claimed


def result_of(job_id: str, verdict: Verdict) -> bytes:
    return pack(JobResult(job_id, verdict, 0.0))


async def test_a_worker_that_was_paused_cannot_overwrite_a_newer_result(streams: Rig) -> None:
    queue, _ = await streams.open()
    paused = streams.store()
    ticket = await queue.submit(job())
    ((_, old_token, *_rest),) = await claim(paused, "paused")
    # It says nothing more, until its job is given to another.
    other = await streams.worker(name="other")
    await until(lambda: len(other.started) == 1)
    late = result_of(ticket.id, Verdict.WA)
    assert await paused.call("commit", ticket.id, old_token, late) == b"fenced"
    other.release()
    assert (await ticket.result).verdict is Verdict.OK
    assert await paused.call("commit", ticket.id, old_token, late) == b"fenced"
    another_process, _ = await streams.open()
    again = await another_process.look_up(ticket.id)
    assert again is not None
    assert (await again.result).worker == "other"
    await paused.close()


async def test_a_result_can_be_said_twice(streams: Rig) -> None:
    queue, _ = await streams.open()
    store = streams.store()
    ticket = await queue.submit(job())
    ((_, token, *_rest),) = await claim(store, "w")
    for _ in range(2):
        said = await store.call("commit", ticket.id, token, result_of(ticket.id, Verdict.AC))
        assert said == b"done"
    assert (await ticket.result).verdict is Verdict.AC
    other = result_of(ticket.id, Verdict.WA)
    assert await store.call("commit", ticket.id, int(token) + 1, other) == b"fenced"
    await store.close()


async def test_a_claim_whose_answer_was_lost_costs_a_lease(streams: Rig) -> None:
    """The worker lives and renews what it knows of, which this job is not."""
    queue, _ = await streams.open()
    store = streams.store()
    ticket = await queue.submit(job())
    await claim(store, "w")
    worker = await streams.worker(name="v")
    worker.release()
    while not ticket.result.done():
        assert await store.call("beat", "w", 1) == []
        await asyncio.sleep(LEASE_S / 10)
    assert ticket.result.result().worker == "v"
    await store.close()


async def test_a_worker_that_is_cut_off_stops_what_others_were_given(streams: Rig) -> None:
    queue, _ = await streams.open()
    cut_off = await streams.worker(name="cut-off")
    ticket = await queue.submit(job())
    await until(lambda: len(cut_off.started) == 1)
    end = cut_off.end
    assert isinstance(end, StreamWorker)
    real = end._store._redis
    mute(end)
    other = await streams.worker(name="other")
    await until(lambda: len(other.started) == 1)
    give_redis(end._store, real)
    await until(lambda: cut_off.cancelled == [ticket.id])
    other.release()
    assert (await ticket.result).worker == "other"


async def test_a_worker_that_is_started_again_gives_back_what_it_had(streams: Rig) -> None:
    """At once: this test's lease is longer than the test may take."""
    queue, _ = await streams.open()
    long = Store(streams.redis.url, lease_s=600)
    ticket = await queue.submit(job())
    await claim(long, "w")
    successor = await streams.worker(name="w")
    successor.release()
    assert (await ticket.result).worker == "w"
    assert successor.started[0].attempt == 1
    await long.close()


async def test_a_worker_that_drains_finishes_and_claims_nothing_more(streams: Rig) -> None:
    queue, _ = await streams.open()
    worker = await streams.worker(drain_s=60)
    under_way = await queue.submit(job())
    await until(lambda: len(worker.started) == 1)
    assert worker.end is not None
    worker.end.stop()
    waiting = await queue.submit(job())
    worker.release()
    await worker.stopped()
    assert (await under_way.result).worker == "w"
    assert not waiting.result.done()
    assert len(worker.started) == 1


async def test_what_a_draining_worker_hands_back_is_no_failed_attempt(streams: Rig) -> None:
    queue, _ = await streams.open()
    ticket = await queue.submit(job())
    for number in range(4):  # once more than a job may be delivered
        leaving = await streams.worker(name=f"leaving-{number}")
        await until(lambda one=leaving: len(one.started) == 1)  # type: ignore[misc]  # this round's
        assert leaving.started[0].attempt == 0
        assert leaving.end is not None
        leaving.end.stop()
        await leaving.stopped()
    (await streams.worker(name="stays")).release()
    assert (await ticket.result).worker == "stays"


async def test_what_was_claimed_ahead_goes_to_a_worker_that_comes(streams: Rig) -> None:
    """Not behind a job that takes long, while the other idles."""
    queue, _ = await streams.open()
    tickets = [await queue.submit(job()) for _ in range(4)]
    busy = await streams.worker(name="busy", ahead=3)
    with streams.redis.client() as client:
        await until(lambda: client.zcard("{sandbox}:handed") == 3)
        idle = await streams.worker(name="idle", ahead=3)
        idle.release()
        results = await asyncio.gather(*(ticket.result for ticket in tickets[1:]))
        assert {result.worker for result in results} == {"idle"}
        assert [one.attempt for one in idle.started] == [0, 0, 0]
        more = [await queue.submit(job()) for _ in range(2)]
        await asyncio.gather(*(ticket.result for ticket in more))
    busy.release()
    assert (await tickets[0].result).worker == "busy"
    assert len(busy.started) == 1


async def test_what_was_claimed_ahead_begins_when_redis_cannot_be_asked(streams: Rig) -> None:
    queue, _ = await streams.open()
    for _ in range(3):
        await queue.submit(job())
    worker = await streams.worker(ahead=2)
    with streams.redis.client() as client:
        await until(lambda: client.zcard("{sandbox}:handed") == 2)
    assert isinstance(worker.end, StreamWorker)
    mute(worker.end)
    worker.release()
    await until(lambda: len(worker.started) == 3)


async def test_a_worker_that_drains_hands_back_what_it_claimed_ahead(streams: Rig) -> None:
    queue, _ = await streams.open()
    under_way, waits = [await queue.submit(job()) for _ in range(2)]
    draining = await streams.worker(name="draining", drain_s=60, ahead=1)
    with streams.redis.client() as client:
        await until(lambda: client.zcard("{sandbox}:handed") == 1)
        assert draining.end is not None
        draining.end.stop()
        await until(lambda: client.zcard("{sandbox}:handed") == 0)
    (await streams.worker(name="next")).release()
    assert (await waits.result).worker == "next"
    draining.release()
    assert (await under_way.result).worker == "draining"
    await draining.stopped()


async def test_a_result_is_accepted_before_it_is_known_that_the_job_had_a_slot(
    streams: Rig,
) -> None:
    queue, _ = await streams.open()
    store = streams.store()
    ticket = await queue.submit(job())
    await store.call("register", "w", b"")
    ((_, token, _, _, _, is_ahead),) = await store.call("claim", "w", 1, 0, 0, "", "", 1)
    assert is_ahead
    assert await store.call("commit", ticket.id, token, result_of(ticket.id, Verdict.AC)) == b"done"
    assert await store.call("claim", "w", 1, 0, 0, "", "", 1, ticket.id, token) == []
    assert (await ticket.result).verdict is Verdict.AC
    await until(lambda: (queue.events["claimed"], queue.waiting, queue.running) == (1, 0, 0))
    await store.close()


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_small_result_is_heard_and_a_large_one_fetched(streams: Rig, size: int) -> None:
    queue, _ = await streams.open()
    assert isinstance(queue, StreamQueue)
    store = streams.store()
    ticket = await queue.submit(job())
    ((_, token, *_rest),) = await claim(store, "w")
    step = Step(None, Verdict.OK, stdout=bytes(size))
    call, called = queue._store.call, []

    async def watched(name: str, *arguments: Any, **more: Any) -> Any:
        called.append(name)
        return await call(name, *arguments, **more)

    queue._store.call = watched  # type: ignore[method-assign]  # this test's
    result = pack(JobResult(ticket.id, Verdict.OK, 0.0, run=step))
    await store.call("commit", ticket.id, token, result)
    assert (await ticket.result).run == step
    assert ("look" in called) == (size > 4096)
    assert ticket.claimed_s is not None
    assert ticket.finished_s is not None
    assert ticket.submitted_s <= ticket.claimed_s <= ticket.finished_s
    await store.close()


async def test_another_process_answers_for_a_run(streams: Rig) -> None:
    first, _ = await streams.open()
    second, _ = await streams.open()
    runs, others = runs_of(first), runs_of(second)
    worker = await streams.worker()
    started = await runs.start(job(), "key", b"digest")
    await until(lambda: len(worker.started) == 1)
    seen = await others.get(started.id)
    assert b'"running"' in seen.pending()
    by_key = await others.find_by_key("key", b"digest")
    assert by_key is seen
    worker.release()
    assert b'"OK"' in await seen.answer
    third = runs_of((await streams.open())[0])
    found = await third.get(started.id)
    assert found.answer.done()  # at once, without waiting
    assert b'"OK"' in found.answer.result()


async def test_who_asks_at_the_same_time_is_told_the_same(streams: Rig) -> None:
    queue, _ = await streams.open()
    runs = runs_of(queue)
    both = await asyncio.gather(runs.get("r_no"), runs.get("r_no"), return_exceptions=True)
    assert [isinstance(one, ApiError) and one.status_code for one in both] == [404, 404]
    started = await runs.start(job(), None, b"")
    others = runs_of((await streams.open())[0])
    found = await asyncio.gather(*(others.get(started.id) for _ in range(3)))
    assert len({id(one) for one in found}) == 1
    (await streams.worker()).release()
    assert b'"OK"' in await found[0].answer


async def test_a_run_that_cannot_be_asked_for_is_not_taken_for_cancelled(streams: Rig) -> None:
    queue, _ = await streams.open()
    started = await runs_of(queue).start(job(), None, b"")
    other, _ = await streams.open()
    assert isinstance(other, StreamQueue)
    others = runs_of(other)
    with cut_off(other):
        both = (others.get(started.id) for _ in range(2))
        for one in await asyncio.gather(*both, return_exceptions=True):
            assert isinstance(one, QueueBroken)
    (await streams.worker()).release()
    assert b'"OK"' in await (await others.get(started.id)).answer


async def test_a_run_whose_acceptance_was_not_heard_is_found_by_its_key(streams: Rig) -> None:
    """While the one that submitted it still tries to hear of it."""
    queue, _ = await streams.open()
    assert isinstance(queue, StreamQueue)
    runs = runs_of(queue)
    call = queue._store.call
    accepted, found = asyncio.Event(), asyncio.Event()

    async def lossy(name: str, *arguments: Any, **more: Any) -> Any:
        answer = await call(name, *arguments, **more)
        if name == "submit":
            accepted.set()
            await found.wait()
            raise QueueBroken("the answer is lost")
        return answer

    queue._store.call = lossy  # type: ignore[method-assign]  # this test's
    submitting = asyncio.create_task(runs.start(job(), "key", b"digest"))
    await accepted.wait()
    run = await runs.find_by_key("key", b"digest")
    assert run is not None
    found.set()
    with pytest.raises(QueueBroken):
        await submitting
    (await streams.worker()).release()
    assert b'"OK"' in await run.answer


async def test_the_same_key_at_two_processes_is_one_run(streams: Rig) -> None:
    all_runs = [runs_of((await streams.open())[0]) for _ in range(2)]
    started = await asyncio.gather(
        *(all_runs[number % 2].start(job(), "key", b"digest") for number in range(10))
    )
    assert len({one.id for one in started}) == 1
    worker = await streams.worker(slots=10)
    worker.release()
    assert len({await one.answer for one in started}) == 1
    assert len(worker.started) == 1


async def test_old_results_are_forgotten_by_age(streams: Rig) -> None:
    queue, _ = await streams.open(keep_s=0.05)
    (await streams.worker()).release()
    runs = runs_of(queue)
    started = await runs.start(job(), "key", b"digest")
    await started.answer
    other, _ = await streams.open(keep_s=0.05)
    with streams.redis.client() as client:
        await until(lambda: not client.exists("{sandbox}:job:" + started.id))
        assert await other.look_up(started.id) is None
        assert await runs_of(other).find_by_key("key", b"another") is None
        assert client.hget("{sandbox}:counts", "kept_bytes") == b"0"


async def test_old_results_are_forgotten_faster_than_new_ones_come(streams: Rig) -> None:
    """By one survey those that a second may bring."""
    queue, _ = await streams.open()
    store = streams.store()
    await asyncio.gather(*(queue.submit(job()) for _ in range(900)))
    claimed = await store.call("claim", "w", 900, 900, 0, "", "")
    results = [result_of(name.decode(), Verdict.OK) for name, *_rest in claimed]
    commits = [
        store.call("commit", name, token, result)
        for (name, token, *_rest), result in zip(claimed, results, strict=True)
    ]
    assert await asyncio.gather(*commits) == [b"done"] * 900
    await store.call("survey", 1, 1, -1)  # also those of this millisecond
    with streams.redis.client() as client:
        assert client.zcard("{sandbox}:finished") == 0
    await store.close()


@pytest.mark.parametrize(("keep", "keep_bytes"), [(6, 1 << 20), (100, 60)])
async def test_a_caller_pushes_out_its_own_results_and_not_anothers(
    streams: Rig, keep: int, keep_bytes: int
) -> None:
    store = streams.store()
    alices = [f"r_{number}_aa" for number in range(9)]
    bobs = [f"r_{number}_bb" for number in range(3)]
    with streams.redis.client() as client:
        await finish(store, client, [*bobs, *alices])  # Bob's are the oldest
        await store.call("survey", keep, keep_bytes, 3_600_000)
        left = kept(client)
        assert len(left) == 6
        assert left[:3] == bobs
        assert left[3:] == alices[-3:]
        # A caller alone has all.
        await store.call("survey", 6, keep_bytes, -1)
        assert kept(client) == []
        assert client.exists("{sandbox}:kept_by_runs", "{sandbox}:kept_by_bytes") == 0
    await store.close()


async def test_runs_without_a_result_are_forgotten_too(streams: Rig) -> None:
    store = streams.store()
    with streams.redis.client() as client:
        for number in range(3):
            await submit(store, f"r_{number}_aa")
            await store.call("cancel", f"r_{number}_aa")
        await store.call("survey", 100, 100, -1)
        assert kept(client) == []
        assert client.keys("{sandbox}:kept_by_*") == []
    await store.close()


async def test_what_a_version_without_owners_has_kept_goes_first(streams: Rig) -> None:
    store = streams.store()
    before = [f"r_{number}_aa" for number in range(5)]
    since = [f"r_{number}_bb" for number in range(3)]
    with streams.redis.client() as client:
        await finish(store, client, before)
        client.delete("{sandbox}:owned:aa", "{sandbox}:kept_by_runs", "{sandbox}:kept_by_bytes")
        await finish(store, client, since, first=len(before))
        await store.call("survey", 6, 1 << 20, 3_600_000)
        assert kept(client) == before[2:] + since
        await store.call("survey", 2, 1 << 20, 3_600_000)
        assert kept(client) == since[1:]
    await store.close()


async def test_what_a_version_without_owners_has_forgotten_counts_for_nobody(streams: Rig) -> None:
    store = streams.store()
    gone = [f"r_{number}_aa" for number in range(5)]
    bobs = [f"r_{number}_bb" for number in range(4)]
    with streams.redis.client() as client:
        await finish(store, client, [*gone, *bobs, "r_9_aa"])
        for name in gone:
            client.zrem("{sandbox}:finished", name)
            client.delete("{sandbox}:job:" + name)
            client.hincrby("{sandbox}:counts", "kept_bytes", -10)
        await store.call("survey", 100, 30, 3_600_000)
        assert kept(client) == [*bobs[-2:], "r_9_aa"]
        assert client.exists("{sandbox}:owned:aa") == 0
    await store.close()


async def test_what_it_costs_to_forget_does_not_grow_with_the_callers(streams: Rig) -> None:
    store = streams.store()

    def listings(client: Any) -> int:
        calls: int = client.info("commandstats").get("cmdstat_hgetall", {"calls": 0})["calls"]
        return calls

    with streams.redis.client() as client:
        await finish(store, client, [f"r_{number:x}_{number % 8}" for number in range(24)])
        before = listings(client)
        await store.call("survey", 24, 1 << 20, 3_600_000)
        idle = listings(client) - before
        await store.call("survey", 4, 1 << 20, 3_600_000)
        assert len(kept(client)) == 4
        assert (
            listings(client) - before == 2 * idle
        )  # what lists all callers is not called for each result
    await store.close()


def kept(client: Any) -> list[str]:
    return [name.decode() for name in client.zrange("{sandbox}:finished", 0, -1)]


async def finish(store: Store, client: Any, names: list[str], first: int = 0) -> None:
    """Jobs have ended one a second, with results of ten bytes, all of them a while ago."""
    for number, name in enumerate(names, first):
        await submit(store, name)
        claimed = await store.call("claim", "w", 1, 1, 0, "", "")
        await store.call("commit", name, claimed[0][1], b"10 bytes..")
        for key in ("finished", f"owned:{name.rpartition('_')[2]}"):
            client.zincrby("{sandbox}:" + key, -60_000 + 1000 * number, name)


async def submit(store: Store, name: str) -> None:
    described = (b"job", 3, 0, "fast:", 60_000, "python", "", b"", 99, 999, 999)
    assert (await store.call("submit", name, *described))[0] == b"accepted"


async def test_a_worker_of_another_version_stops_no_other_run(streams: Rig) -> None:
    queue, fleet = await streams.open()
    store = streams.store()
    unread, read = [await queue.submit(job()) for _ in range(2)]
    ((_, token, *_rest),) = await claim(store, "newer")  # whose hello is none either
    assert await store.call("commit", unread.id, token, b"no result") == b"done"
    result = await unread.result
    assert (result.verdict, result.reward) == (Verdict.IE, None)
    assert result.fault is not None
    assert (result.fault.code, result.fault.retryable) == ("unreadable_result", True)
    (await streams.worker()).release()
    assert (await read.result).verdict is Verdict.OK
    await until(lambda: [one.name for one in fleet.workers] == ["w"])
    again, its_fleet = await streams.open()  # an API that is started meanwhile
    assert [one.name for one in its_fleet.workers] == ["w"]
    found = await again.look_up(unread.id)
    assert found is not None
    assert (await found.result).verdict is Verdict.IE
    await store.close()


async def test_a_redis_that_was_emptied_is_noticed(streams: Rig) -> None:
    queue, fleet = await streams.open()
    worker = await streams.worker(slots=1)
    tickets = [await queue.submit(job()) for _ in range(2)]
    await until(lambda: len(worker.started) == 1)
    with streams.redis.client() as client:
        client.flushall()
    for ticket in tickets:
        result = await ticket.result
        assert (result.verdict, result.reward) == (Verdict.IE, None)
        assert result.fault is not None
        assert result.fault.code == "lost"
    await until(lambda: worker.cancelled == [tickets[0].id] and len(fleet.workers) == 1)
    worker.release()
    assert (await (await queue.submit(job())).result).verdict is Verdict.OK


async def test_without_redis_nothing_is_accepted_and_nothing_is_lost(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    async with rig_of("redis", own_redis) as rig:
        queue, _ = await rig.open()
        worker = await rig.worker(slots=4)
        tickets = [await queue.submit(job()) for _ in range(8)]
        await until(lambda: len(worker.started) == 4)
        own_redis.kill()
        worker.release()
        with pytest.raises(QueueBroken):
            await queue.submit(job())
        await until(lambda: queue.trouble is not None)
        own_redis.start()
        results = await asyncio.gather(*(ticket.result for ticket in tickets))
        assert {result.verdict for result in results} == {Verdict.OK}
        await until(lambda: queue.trouble is None)
        assert len({one.id for one in worker.started}) == 8


async def test_a_full_redis_refuses_what_is_new_and_makes_room_again(
    own_redis: RedisServer, anyio_backend: str
) -> None:
    async with rig_of("redis", own_redis) as rig:
        queue, _ = await rig.open(keep_s=LEASE_S)
        worker = await rig.worker()
        tickets = [await queue.submit(job()) for _ in range(2)]
        await until(lambda: len(worker.started) == 1)
        with own_redis.client() as client:
            client.config_set("maxmemory", 1)
            # Tried for longer than a lease, so the worker has renewed its own meanwhile.
            with pytest.raises(QueueBroken):
                await queue.submit(job())
            assert len(worker.started) == 1
            worker.release()
            results = await asyncio.gather(*(ticket.result for ticket in tickets))
            assert {result.verdict for result in results} == {Verdict.OK}
            names = ["{sandbox}:job:" + ticket.id for ticket in tickets]
            await until(lambda: not client.exists(*names))
            client.config_set("maxmemory", 0)
        assert (await (await queue.submit(job())).result).verdict is Verdict.OK
        assert [one.attempt for one in worker.started] == [0, 0, 0]
