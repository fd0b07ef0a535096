"""Lanes: every piece once, in order, in no more slots than are idle, and in one as soon as others wait."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def run(slots: Slots, work: Any, report: Any, count: int) -> int:
    async def main() -> int:
        return await Lanes(slots, None, work, report, count).run(0)  # type: ignore[arg-type]

    return asyncio.run(main())


@settings(deadline=None)
@given(
    count=st.integers(0, 30), idle=st.integers(0, 4), stop_at=st.none() | st.integers(0, 30),
    pauses=st.lists(st.integers(0, 3), min_size=30, max_size=30),
)  # fmt: skip
def test_results_are_reported_in_order_and_each_once(count, idle, stop_at, pauses):
    slots = Slots(idle)
    busy: set[int] = set()
    seen: list[int] = []

    async def work(slot: Any, number: int) -> int:
        assert slot not in busy
        busy.add(slot)
        for _ in range(pauses[number]):
            await asyncio.sleep(0)
        busy.remove(slot)
        return number * 10

    def report(number: int, result: int) -> bool:
        assert number * 10 == result
        seen.append(number)
        return number != stop_at

    expected = count if stop_at is None or stop_at >= count else stop_at + 1
    if stop_at is None:
        assert expected == run(slots, work, report, count)
    else:
        # A piece that is given up does not say when it ends.
        async def quiet(slot: Any, number: int) -> int:
            for _ in range(pauses[number]):
                await asyncio.sleep(0)
            return number * 10

        assert expected == run(slots, quiet, report, count)
    assert list(range(expected)) == seen
    assert idle == len(slots.idle)


def test_idle_slots_are_used():
    slots = Slots(3)
    at_once, most = 0, 0

    async def work(slot: Any, number: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        at_once -= 1

    assert 20 == run(slots, work, lambda number, result: True, 20)
    assert 4 == most


def test_a_borrowed_slot_goes_back_when_somebody_waits():
    slots = Slots(3)
    used: list[Any] = []

    async def work(slot: Any, number: int) -> None:
        used.append(slot)
        slots.is_wanted = number >= 4
        await asyncio.sleep(0.001)

    run(slots, work, lambda number, result: True, 30)
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
        run(slots, work, lambda number, result: True, 100)
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
        lanes = Lanes(slots, None, work, lambda number, result: True, 5)  # type: ignore[arg-type]
        task = asyncio.create_task(lanes.run(0))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert 3 == len(ended)
    assert 2 == len(slots.idle)
