"""What both queues promise. Every wait here is bounded by the test's time limit, and none is for a time."""

import asyncio
from collections.abc import Callable

import pytest

from sandbox.api.errors import ApiError
from sandbox.api.kept import Bounds
from sandbox.api.runs import Runs
from sandbox.models import Verdict
from sandbox.queue.base import EVENTS, JobQueue, JobTooLarge, QueueClosed, QueueFull, Ticket
from tests.queue.rig import Rig, ScriptedWorker, job

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def until(condition: Callable[[], bool]) -> None:
    """Looks again and again until something is so; the test's time limit bounds it."""
    while not condition():  # noqa: ASYNC110 - what changes is another process's state
        await asyncio.sleep(0.005)


def of_all(**counts: int) -> dict[str, int]:
    """All that a queue counts, with the others at 0."""
    return {**dict.fromkeys(EVENTS, 0), **counts}


def runs_of(queue: JobQueue) -> Runs:
    return Runs(queue, lambda _ticket, _result: None, Bounds(100, 1 << 20, 60))


async def test_a_result_resolves_its_ticket(rig: Rig) -> None:
    queue, _ = await rig.open()
    worker = await rig.worker()
    worker.release()
    ticket = await queue.submit(one := job())
    result = await ticket.result
    assert (result.id, result.verdict, result.worker) == (one.id, Verdict.OK, "w")
    assert ticket.queue_s >= 0


@pytest.mark.parametrize("ahead", [0, 3])
async def test_no_more_is_claimed_than_there_are_slots(rig: Rig, ahead: int) -> None:
    queue, _ = await rig.open()
    worker = await rig.worker(slots=2, ahead=ahead)
    tickets = [await queue.submit(job()) for _ in range(7)]
    await until(lambda: len(worker.started) == 2)
    await until(lambda: (queue.waiting, queue.running) == (5, 2))
    worker.release()
    await asyncio.gather(*(ticket.result for ticket in tickets))
    assert worker.most_at_once == 2
    assert [one.id for one in worker.started] == [ticket.id for ticket in tickets]


async def test_a_job_that_comes_while_workers_wait_is_claimed(rig: Rig) -> None:
    """Over and over, so that each is submitted at another moment of the worker's look for work."""
    queue, _ = await rig.open()
    for name in ("w", "v"):
        (await rig.worker(slots=2, name=name)).release()
    for number in range(200):
        for _ in range(number % 7):
            await asyncio.sleep(0)
        ticket = await queue.submit(job())
        await asyncio.wait_for(ticket.result, 30)


async def test_many_at_once_are_all_answered_once(rig: Rig) -> None:
    queue, _ = await rig.open()
    workers = [await rig.worker(slots=3, name=name) for name in "abc"]
    for worker in workers:
        worker.release()
    tickets = await asyncio.gather(*(queue.submit(job()) for _ in range(300)))
    results = await asyncio.gather(*(ticket.result for ticket in tickets))
    assert [result.id for result in results] == [ticket.id for ticket in tickets]
    started = [one.id for worker in workers for one in worker.started]
    assert sorted(started) == sorted(ticket.id for ticket in tickets)
    assert all(worker.most_at_once <= 3 for worker in workers)


async def test_a_full_queue_accepts_nothing(rig: Rig) -> None:
    queue, _ = await rig.open(capacity=2)
    tickets = [await queue.submit(job()) for _ in range(2)]
    with pytest.raises(QueueFull):
        await queue.submit(job())
    worker = await rig.worker()
    worker.release()
    await asyncio.gather(*(ticket.result for ticket in tickets))
    assert len(worker.started) == 2
    await until(lambda: not queue.full)
    await queue.submit(job())


async def test_a_queue_is_full_by_bytes_too(rig: Rig) -> None:
    queue, _ = await rig.open(capacity_bytes=4000)
    await queue.submit(job(stdin=bytes(3000)))
    with pytest.raises(QueueFull):
        await queue.submit(job(stdin=bytes(3000)))
    with pytest.raises(JobTooLarge):
        await queue.submit(job(stdin=bytes(4001)))
    await queue.submit(job())


async def test_a_closed_queue_finishes_what_it_has(rig: Rig) -> None:
    queue, _ = await rig.open()
    ticket = await queue.submit(job())
    queue.close()
    with pytest.raises(QueueClosed):
        await queue.submit(job())
    (await rig.worker()).release()
    await queue.drained()
    assert ticket.result.result().verdict is Verdict.OK


async def test_a_judge_that_fails_is_our_fault(rig: Rig) -> None:
    queue, _ = await rig.open()
    await rig.worker()
    result = await (await queue.submit(job(b"crash"))).result
    assert (result.verdict, result.reward) == (Verdict.IE, None)


async def test_what_is_cancelled_ends_for_the_caller_and_for_the_worker(rig: Rig) -> None:
    queue, _ = await rig.open()
    worker = await rig.worker()
    running = await queue.submit(job())
    await until(lambda: len(worker.started) == 1)
    waiting = await queue.submit(job())
    for ticket in (running, waiting):
        queue.cancel(ticket.id)
    await until(lambda: running.result.cancelled() and waiting.result.cancelled())
    await until(lambda: worker.cancelled == [running.id])
    worker.release()
    assert (await (await queue.submit(job())).result).verdict is Verdict.OK
    assert waiting.id not in [one.id for one in worker.started]


async def test_a_dead_workers_job_runs_again_and_is_then_our_fault(rig: Rig) -> None:
    queue, _ = await rig.open()
    ticket = await queue.submit(job())
    for attempt in range(rig.deliveries):
        worker = await rig.worker(name=f"w{attempt}")
        await until(lambda one=worker: len(one.started) == 1)  # type: ignore[misc]  # this round's
        assert worker.started[0].attempt == attempt
        await rig.kill(worker)
    result = await ticket.result
    assert (result.verdict, result.reward) == (Verdict.IE, None)
    assert result.fault is not None
    assert result.fault.code == "worker_died"
    events = {"claimed": rig.deliveries, "reclaimed": rig.deliveries - 1, "worker_died": 1}
    await until(lambda: of_all(**queue.events) == of_all(**events))


async def test_the_age_of_what_waits_is_told(rig: Rig) -> None:
    queue, _ = await rig.open()
    assert queue.oldest_s == 0
    await queue.submit(job())
    await until(lambda: queue.oldest_s > 0.02)
    await queue.submit(job())
    await until(lambda: queue.waiting == 2)
    assert queue.oldest_s > 0.02  # that of the first, not of the last
    worker = await rig.worker(slots=2)
    await until(lambda: len(worker.started) == 2 and queue.waiting == 0)
    await until(lambda: queue.oldest_s == 0)


async def claimed_ahead(
    rig: Rig, **changes: float
) -> tuple[JobQueue, ScriptedWorker, list[Ticket]]:
    """A worker with one slot that holds the first of three jobs, and has been given the others."""
    queue, _ = await rig.open(**changes)
    tickets = [await queue.submit(job()) for _ in range(3)]
    worker = await rig.worker(ahead=2)
    await until(lambda: len(worker.started) == 1)
    await until(lambda: (queue.waiting, queue.running) == (2, 1))
    return queue, worker, tickets


async def test_who_was_claimed_ahead_still_waits(rig: Rig) -> None:
    queue, worker, tickets = await claimed_ahead(rig)
    await until(lambda: queue.oldest_s > 0.02)
    assert len(worker.started) == 1
    for ticket in tickets:
        await queue.refresh(ticket)
    assert [ticket.claimed_s is None for ticket in tickets] == [False, True, True]


async def test_who_was_claimed_ahead_can_be_cancelled(rig: Rig) -> None:
    queue, worker, (first, second, third) = await claimed_ahead(rig)
    queue.cancel(second.id)
    await until(second.result.cancelled)
    worker.release()
    await asyncio.gather(first.result, third.result)
    await until(lambda: (queue.waiting, queue.running) == (0, 0))


async def test_who_was_claimed_ahead_can_expire(rig: Rig) -> None:
    queue, worker, (_first, *others) = await claimed_ahead(rig, wait_s=2.0)
    for ticket in others:
        fault = (await ticket.result).fault
        assert fault is not None
        assert fault.code == "expired"
    await until(lambda: (queue.waiting, queue.running) == (0, 1))
    assert len(worker.started) == 1


async def test_who_was_claimed_ahead_loses_nothing_by_a_death(rig: Rig) -> None:
    queue, worker, tickets = await claimed_ahead(rig)
    await rig.kill(worker)
    assert len(worker.started) == 1
    successor = await rig.worker(name="successor", ahead=2)
    successor.release()
    await asyncio.gather(*(ticket.result for ticket in tickets))
    attempts = {one.id: one.attempt for one in successor.started}
    assert attempts == dict(zip([ticket.id for ticket in tickets], (1, 0, 0), strict=True))
    await until(lambda: of_all(**queue.events) == of_all(claimed=4, reclaimed=1))


async def test_a_dead_workers_job_goes_before_others(rig: Rig) -> None:
    queue, _ = await rig.open()
    first = await queue.submit(job())
    dies = await rig.worker(name="dies")
    await until(lambda: len(dies.started) == 1)
    others = [await queue.submit(job()) for _ in range(3)]
    await rig.kill(dies)
    await until(lambda: queue.waiting == 4)
    lives = await rig.worker(name="lives")
    lives.release()
    await asyncio.gather(*(ticket.result for ticket in (first, *others)))
    assert [one.id for one in lives.started] == [first.id, *(ticket.id for ticket in others)]


async def test_what_waits_for_too_long_is_not_run(rig: Rig) -> None:
    queue, fleet = await rig.open(wait_s=0.05)
    ticket = await queue.submit(job())
    result = await ticket.result
    assert (result.verdict, result.reward) == (Verdict.IE, None)
    assert result.fault is not None
    assert (result.fault.code, result.fault.retryable) == ("expired", True)
    worker = await rig.worker()
    worker.release()
    await until(lambda: len(fleet.workers) == 1)
    assert (worker.started, queue.waiting) == ([], 0)
    await until(lambda: queue.events["expired"] == 1)


async def test_a_key_stands_for_its_first_request(rig: Rig) -> None:
    queue, _ = await rig.open()
    runs = runs_of(queue)
    worker = await rig.worker()
    first = await runs.start(job(), "key", b"digest")
    assert await runs.find_by_key("key", b"digest") is first
    with pytest.raises(ApiError) as refused:
        await runs.find_by_key("key", b"another")
    assert refused.value.status_code == 409
    assert await runs.find_by_key("other", b"digest") is None
    worker.release()
    await first.answer
    assert await runs.find_by_key("key", b"digest") is first
    assert len(worker.started) == 1


async def test_a_run_is_found_before_and_after_its_end(rig: Rig) -> None:
    queue, _ = await rig.open()
    runs = runs_of(queue)
    started = await runs.start(job(), None, b"")
    assert b'"queued"' in (await runs.get(started.id)).pending()
    worker = await rig.worker()
    await until(lambda: len(worker.started) == 1)
    assert b'"running"' in (await runs.get(started.id)).pending()
    worker.release()
    assert b'"done"' in await (await runs.get(started.id)).answer
    with pytest.raises(ApiError) as missing:
        await runs.get("r_unknown")
    assert missing.value.status_code == 404


async def test_workers_are_seen_as_they_come_and_go(rig: Rig) -> None:
    _, fleet = await rig.open()
    first, second = await rig.worker(name="first"), await rig.worker(name="second")
    await until(lambda: {one.name for one in fleet.workers} == {"first", "second"})
    assert {one.hello for one in fleet.workers} == {first.hello, second.hello}
    await first.die()
    await until(lambda: [one.name for one in fleet.workers] == ["second"])
    await rig.kill(second)
    await until(lambda: not fleet.workers)


async def test_a_worker_that_gives_up_says_why(rig: Rig) -> None:
    _, fleet = await rig.open()
    worker = await rig.worker()
    await until(lambda: len(fleet.workers) == 1)
    assert worker.end is not None
    await worker.end.report_fault("a file has changed")
    await until(lambda: dict(fleet.faults) == {"w": "a file has changed"})
    if rig.kind == "redis":  # where a worker may never come back under its name
        with rig.redis.client() as client:
            assert client.pexpire("{sandbox}:faults", 1, xx=True)  # as it would have been later
        await until(lambda: not fleet.faults)


async def test_a_worker_that_is_told_to_stop_ends(rig: Rig) -> None:
    queue, _ = await rig.open()
    worker = await rig.worker()
    worker.release()
    await (await queue.submit(job())).result
    assert worker.end is not None
    worker.end.stop()
    await worker.stopped()
