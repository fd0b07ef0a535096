"""Which job a worker gets first: lanes in Redis, by size and image."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.queue.base import Demand, QueueFull
from sandbox.queue.streams.store import Store
from tests.queue.rig import Rig, job, rig_of
from tests.queue.test_conformance import until

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

FAST, SLOW = 0.1, 10.0


class Claims:
    """Claims by hand, as a worker with images does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self,
        free: int = 1,
        slots: int = 2,
        slow: int = 0,
        has: str = "a,b",
        holds: str = "",
        ahead: int = 0,
    ) -> list[str]:
        """The ids that a worker would get now."""
        claimed: list[list[Any]] = await self._store.call(
            "claim", "w", slots, free, slow, has, holds, ahead
        )
        return [job_id.decode() for job_id, *_ in claimed]


@pytest.fixture
async def claims(streams: Rig) -> AsyncIterator[Claims]:
    store = streams.store()
    yield Claims(store)
    await store.close()


async def submit(queue: Any, image: str, work_s: float = FAST) -> str:
    """Submits a job that is the only one of its millisecond: of two such, either is the older."""
    ticket = await queue.submit(job(), None, Demand(work_s=work_s, image=image))
    name: str = ticket.id
    came_ms = time.time_ns() // 1_000_000
    await until(lambda: time.time_ns() // 1_000_000 > came_ms)
    return name


async def test_slow_jobs_leave_a_slot_to_fast_ones(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    slow = [await submit(queue, "a", SLOW) for _ in range(5)]
    fast = [await submit(queue, "a") for _ in range(3)]
    assert await claims(free=2) == [slow[0], fast[0]]
    assert await claims(free=1, slow=1) == [fast[1]]
    # While fast work has just come, the slot waits for more of it.
    assert await claims(free=2, slow=1) == [fast[2]]
    assert await claims(free=1, slow=1) == []


async def test_a_worker_with_one_slot_takes_slow_jobs_too(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    slow = await submit(queue, "a", SLOW)
    await submit(queue, "a")
    assert await claims(slots=1) == [slow]


async def test_without_fast_jobs_all_slots_are_for_slow_ones(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    slow = [await submit(queue, "a", SLOW) for _ in range(3)]
    assert await claims(free=2) == slow[:2]


async def test_an_image_that_a_slot_holds_goes_first(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    other, held = await submit(queue, "a"), await submit(queue, "b")
    assert await claims(holds="b") == [held]
    assert await claims(holds="b") == [other]


async def test_what_has_waited_for_longer_than_the_preference_goes_first(
    streams: Rig, claims: Claims
) -> None:
    queue, _ = await streams.open()
    old = await submit(queue, "a")
    # The lane's order is that of its entries' times: this one is as if it had come later.
    new = await submit(queue, "b")
    with streams.redis.client() as client:
        seconds, _micros = client.time()
        client.delete("{sandbox}:lane:fast:b")
        client.xgroup_create("{sandbox}:lane:fast:b", "workers", "0", mkstream=True)
        later = f"{(seconds + 3600) * 1000}-0"
        client.xadd("{sandbox}:lane:fast:b", {"id": new}, id=later)
        client.hset(f"{{sandbox}}:job:{new}", "entry", later)
    assert await claims(free=2, holds="b") == [old, new]


async def test_a_worker_gets_nothing_that_it_has_no_image_for(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    other, known = await submit(queue, "other"), await submit(queue, "a")
    assert await claims(free=2) == [known]
    assert await claims(free=2) == []
    assert await claims(free=2, has="other") == [other]


async def test_a_lost_job_goes_before_all_others_and_to_who_has_its_image(
    streams: Rig, claims: Claims
) -> None:
    queue, _ = await streams.open()
    lost = await submit(queue, "b", SLOW)
    assert await claims() == [lost]
    waiting = [await submit(queue, "a") for _ in range(2)]
    store = streams.store()
    await store.call("leave", "w")
    await store.close()
    assert await claims(has="a") == waiting[:1]
    assert await claims(free=2, holds="a") == [lost, waiting[1]]


@pytest.fixture
async def alone(streams: Rig) -> AsyncIterator[Store]:
    """The only worker there is."""
    store = streams.store()
    await store.call("register", "w", b"")
    yield store
    await store.close()


async def test_a_worker_that_is_alone_is_given_some_ahead(
    streams: Rig, claims: Claims, alone: Store
) -> None:
    queue, _ = await streams.open()
    names = [await submit(queue, "a") for _ in range(5)]
    assert await claims(free=2, ahead=2) == names[:4]
    await alone.call("register", "another", b"")
    assert await claims(free=0, ahead=2) == []


async def test_who_is_not_known_is_given_nothing_ahead(streams: Rig, claims: Claims) -> None:
    queue, _ = await streams.open()
    names = [await submit(queue, "a") for _ in range(2)]
    assert await claims(ahead=2) == names[:1]


@pytest.mark.usefixtures("alone")
async def test_a_slow_job_is_not_claimed_ahead_and_no_other_before_it(
    streams: Rig, claims: Claims
) -> None:
    queue, _ = await streams.open()
    before = await submit(queue, "a")
    slow = await submit(queue, "b", SLOW)
    after = await submit(queue, "a")
    assert await claims(free=0, ahead=3) == [before]
    assert await claims(free=0, ahead=2) == []
    assert await claims(free=1, ahead=2) == [slow, after]


async def test_a_lost_job_is_not_claimed_ahead_and_no_other_before_it(
    streams: Rig, claims: Claims, alone: Store
) -> None:
    queue, _ = await streams.open()
    lost, other = await submit(queue, "a"), await submit(queue, "a")
    assert await claims() == [lost]
    await alone.call("leave", "w")
    await alone.call("register", "w", b"")
    assert await claims(free=0, ahead=2) == []
    assert await claims(free=1, ahead=2) == [lost, other]


@pytest.mark.parametrize("kind", ["local", "redis"])
async def test_no_more_work_is_accepted_than_can_be_done_in_time(
    redis: Any, kind: str, anyio_backend: str
) -> None:
    async with rig_of(kind, redis) as rig:
        queue, _ = await rig.open()
        # One that is more than all by itself is accepted where nothing waits.
        first = await queue.submit(job(), None, Demand(work_s=50, most_work_s=10, image=""))
        with pytest.raises(QueueFull):
            await queue.submit(job(), None, Demand(work_s=0.01, most_work_s=10, image=""))
        assert not queue.closed
        await queue.submit(job(), None, Demand(work_s=0.01, most_work_s=60, image=""))
        (await rig.worker()).release()
        await first.result
        await until(lambda: queue.waiting_work_s == 0)
        await queue.submit(job(), None, Demand(work_s=0.01, most_work_s=10, image=""))
