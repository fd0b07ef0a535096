"""Which slot is given to whom, and what becomes of slots that break; with slots that do nothing."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.cgroups import CgroupPool
from runtime.errors import HostNotReady, SandboxFault, SlotBroken
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.slot import Slot

IMAGES = [Image(f"sha256:{name}", Path("/images") / name) for name in "abc"]


class FakeSlot:
    """A slot in which nothing happens."""

    def __init__(self, name: str, *, can_be_rebuilt: bool = True) -> None:
        self.name = name
        self.image: str | None = None
        self.cpu: int | None = None
        self.is_usable = False
        self.runs_in_container = 0
        self.boots: list[str] = []
        self.rebuilds = 0
        self.has_leaked = False
        self.boot_error: Exception | None = None
        self._can_be_rebuilt = can_be_rebuilt

    async def boot(self, image: str, rootfs: Path, filter_program: bytes, warm: object) -> None:
        await asyncio.sleep(0)
        self.image = None
        if self.boot_error is not None:
            raise self.boot_error
        self.image = image
        self.is_usable = True
        self.runs_in_container = 0
        self.boots.append(image)

    async def rebuild(self) -> None:
        await asyncio.sleep(0)
        self.rebuilds += 1
        self.image, self.is_usable = None, False
        if not self._can_be_rebuilt:
            raise SlotBroken("something inside does not die")

    def breaks(self) -> None:
        self.is_usable = False


def make_pool(*slots: FakeSlot, runs_per_container: int = 1000) -> SlotPool:
    config = PoolConfig(name="x", slots=len(slots), runs_per_container=runs_per_container)
    return SlotPool(config, cast(CgroupPool, None), cast(list[Slot], list(slots)), b"")


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_a_slot_that_holds_the_image_comes_first_then_an_empty_one_then_the_longest_idle():
    slots = [FakeSlot(str(number)) for number in range(3)]

    async def scenario() -> None:
        pool = make_pool(*slots)

        async def leased(image: Image) -> str:
            async with pool.lease(image) as slot:
                return slot.name

        a, b, c = IMAGES
        # empty slots are filled in turn, and each image comes back to its own
        assert ["0", "1", "0", "1", "2", "1", "0"] == [
            await leased(image) for image in (a, b, a, b, c, b, a)
        ]
        # a fourth one takes the place of the image that was not used for longest
        other = Image("sha256:d", Path("/images/d"))
        assert "2" == await leased(other)
        assert [["sha256:a"], ["sha256:b"], ["sha256:c", "sha256:d"]] == [s.boots for s in slots]

    run(scenario)


def test_a_slot_that_breaks_is_rebuilt_before_anybody_else_gets_it():
    slot = FakeSlot("0")

    async def scenario() -> None:
        pool = make_pool(slot)

        async def break_it() -> None:
            async with pool.lease(IMAGES[0]):
                slot.breaks()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await break_it()
        assert 1 == slot.rebuilds
        async with pool.lease(IMAGES[0]) as again:
            assert again.is_usable
        assert 1 == pool.size

    run(scenario)


def test_a_slot_that_cannot_be_booted_is_rebuilt():
    slot = FakeSlot("0")
    slot.boot_error = SandboxFault("crun says no")

    async def scenario() -> None:
        pool = make_pool(slot)
        with pytest.raises(SandboxFault, match="crun says no"):
            async with pool.lease(IMAGES[0]):
                raise AssertionError("never reached")
        slot.boot_error = None
        async with pool.lease(IMAGES[0]):
            assert 1 == slot.rebuilds

    run(scenario)


def test_a_slot_that_cannot_be_rebuilt_is_lost_and_the_others_go_on():
    lost, good = FakeSlot("lost", can_be_rebuilt=False), FakeSlot("good")

    async def scenario() -> None:
        pool = make_pool(lost, good)
        async with pool.lease(IMAGES[0]) as slot:
            assert slot.name == "lost"
            lost.breaks()
        assert 1 == pool.size
        for image in IMAGES:
            async with pool.lease(image) as slot:
                assert slot.name == "good"

    run(scenario)


def test_when_all_slots_are_lost_everybody_who_waits_is_told():
    slot = FakeSlot("lost", can_be_rebuilt=False)

    async def scenario() -> None:
        pool = make_pool(slot)

        async def wait_for_one() -> None:
            async with pool.lease(IMAGES[0]):
                raise AssertionError("there is none")

        async with pool.lease(IMAGES[0]):
            waiting = [asyncio.create_task(wait_for_one()) for _ in range(3)]
            await asyncio.sleep(0)
            slot.breaks()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [SandboxFault] * 3 == [type(answer) for answer in answers]
        assert {"every slot of this worker has been lost; restart the worker"} == {
            str(answer) for answer in answers
        }

    run(scenario)


@settings(deadline=None, max_examples=60)
@given(
    jobs=st.lists(
        st.tuples(
            st.sampled_from(IMAGES),
            st.integers(0, 4),  # how long it runs, in turns of the event loop
            st.booleans(),  # whether it breaks its slot
            st.none() | st.integers(0, 12),  # when it is cancelled
        ),
        max_size=15,
    ),
    count=st.integers(1, 3),
)
def test_whatever_jobs_do_no_slot_is_shared_dirty_or_lost(jobs, count: int):
    slots = [FakeSlot(str(number)) for number in range(count)]

    async def scenario() -> None:
        pool = make_pool(*slots)
        busy: set[str] = set()

        async def one(image: Image, turns: int, breaks: bool) -> None:
            async with pool.lease(image) as slot:
                assert slot.name not in busy
                assert (image.digest, True) == (slot.image, slot.is_usable)
                busy.add(slot.name)
                try:
                    for _ in range(turns):
                        await asyncio.sleep(0)
                finally:
                    busy.discard(slot.name)
                    if breaks:
                        cast(FakeSlot, slot).breaks()

        tasks = [asyncio.create_task(one(*job[:3])) for job in jobs]
        for turn in range(13):
            for task, job in zip(tasks, jobs, strict=True):
                if job[3] == turn:
                    task.cancel()
            await asyncio.sleep(0)
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(answer) for answer in answers} <= {type(None), asyncio.CancelledError}
        # All slots can be had at once again.
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            leases = [pool.lease(IMAGES[0]) for _ in slots]
            names = {(await lease.__aenter__()).name for lease in leases}
            for lease in leases:
                await lease.__aexit__(None, None, None)
        assert {slot.name for slot in slots} == names

    run(scenario)


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 1)


@pytest.mark.usefixtures("no_threads")
def test_a_missing_crun_is_named_with_what_mends_it():
    with pytest.raises(HostNotReady, match="no-such-crun is not installed: apt-get install crun"):
        SlotPool.open(PoolConfig(name="x", slots=1, crun="no-such-crun"))


def test_threads_are_noticed_before_anything_is_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("threading.active_count", lambda: 2)
    with pytest.raises(HostNotReady, match="threads"):
        SlotPool.open(PoolConfig(name="x", slots=1, crun="no-such-crun"))
