"""Lanes: every piece once, in order, in no more slots than are idle, and in one as soon as others wait."""

import asyncio
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.worker.host import Host, Slot, StoredImage
from sandbox.worker.lanes import Lanes


class Slots:
    """Stands in for the host: idle slots, and whether somebody waits for one."""

    def __init__(self, idle: int) -> None:
        self.idle = list(range(1, idle + 1))
        self.is_wanted = False

    def borrow(self, image: object) -> int | None:
        return self.idle.pop() if self.idle and not self.is_wanted else None

    async def give_back(self, slot: int) -> None:
        self.idle.append(slot)


def never(number: int) -> bool:
    return False


def ignore(number: int, result: Any) -> None:
    pass


def make(slots: Slots, work: Any, skips: Any, report: Any, count: int) -> Lanes[Any]:
    return Lanes(cast(Host, slots), cast(StoredImage, None), work, skips, report, count)


def run(slots: Slots, work: Any, report: Any, count: int, skips: Any = never) -> None:
    async def main() -> None:
        await make(slots, work, skips, report, count).run(cast(Slot, 0))

    asyncio.run(main())


@settings(deadline=None)
@given(
    count=st.integers(0, 30), idle=st.integers(0, 4), stop_at=st.none() | st.integers(0, 30),
    pauses=st.lists(st.integers(0, 3), min_size=30, max_size=30),
)  # fmt: skip
def test_results_are_reported_in_order_as_if_there_were_one_lane(count, idle, stop_at, pauses):
    slots = Slots(idle)
    busy: set[int] = set()
    seen: list[int | None] = []

    async def work(slot: Any, number: int) -> int:
        assert slot not in busy
        busy.add(slot)
        try:
            for _ in range(pauses[number]):
                await asyncio.sleep(0)
        finally:
            busy.remove(slot)
        return number * 10

    def skips(number: int) -> bool:
        return stop_at is not None and stop_at * 10 in seen

    def report(number: int, result: int | None) -> None:
        assert len(seen) == number
        seen.append(result)

    run(slots, work, report, count, skips)
    last = count - 1 if stop_at is None else stop_at
    assert [number * 10 if number <= last else None for number in range(count)] == seen
    assert idle == len(slots.idle)
    assert not busy


@settings(deadline=None)
@given(idle=st.integers(0, 4), pauses=st.lists(st.integers(0, 3), min_size=20, max_size=20))
def test_what_depends_on_earlier_pieces_waits_for_them(idle, pauses):
    # The second half is worth doing only when all of the first half is there.
    seen: list[int | None] = []

    async def work(slot: Any, number: int) -> int:
        assert number < 10 or len(seen) >= 10
        for _ in range(pauses[number]):
            await asyncio.sleep(0)
        return number

    run(
        Slots(idle), work, lambda number, result: seen.append(result), 20,
        lambda number: number >= 10 and len(seen) < 10,
    )  # fmt: skip
    assert list(range(20)) == seen


def test_idle_slots_are_used():
    slots = Slots(3)
    at_once, most = 0, 0

    async def work(slot: Any, number: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        at_once -= 1

    run(slots, work, ignore, 20)
    assert 4 == most


def test_a_borrowed_slot_goes_back_when_somebody_waits():
    slots = Slots(3)
    used: list[Any] = []

    async def work(slot: Any, number: int) -> None:
        used.append(slot)
        slots.is_wanted = number >= 4
        await asyncio.sleep(0.001)

    run(slots, work, ignore, 30)
    assert 4 == len(set(used[:4]))
    assert {0} == set(used[9:])
    assert 3 == len(slots.idle)


def test_what_goes_wrong_in_one_lane_ends_all_and_is_told_as_it_is():
    slots = Slots(2)

    async def work(slot: Any, number: int) -> None:
        if number == 3:
            raise OSError("broken")
        await asyncio.sleep(0.001)

    with pytest.raises(OSError, match="broken"):
        run(slots, work, ignore, 100)
    assert 2 == len(slots.idle)


def test_cancelling_the_job_ends_all_lanes():
    slots = Slots(2)
    ended: list[int] = []

    async def work(slot: Any, number: int) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(number)

    async def main() -> None:
        lanes = make(slots, work, never, ignore, 5)
        task = asyncio.create_task(lanes.run(cast(Slot, 0)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert 3 == len(ended)
    assert 2 == len(slots.idle)
