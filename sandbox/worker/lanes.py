"""The tests of one job, spread over the slots that nobody else needs.

A job has one slot of its own; more *lanes* run on slots that happen to be idle and hold the job's
image already. A borrowed slot is given back after the test that runs in it as soon as anybody waits
for one, so a job with a thousand tests never keeps another one waiting for longer than a test.
Whichever lane runs a test, results are reported in the order of the tests.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sandbox.worker.host import Host, Slot, StoredImage

R = TypeVar("R")


class Lanes(Generic[R]):
    """Runs ``count`` numbered pieces of work in slots."""

    def __init__(
        self,
        host: Host,
        image: StoredImage,
        work: Callable[[Slot, int], Awaitable[R]],
        report: Callable[[int, R], bool],
        count: int,
    ) -> None:
        """What is to be done.

        Args:
            host: has the slots.
            image: what a slot must hold to be borrowed.
            work: does piece ``number`` in a slot.
            report: takes the results in order of their numbers; False ends the work, and what other lanes
                have done beyond that is dropped.
            count: the pieces are 0 to count - 1.
        """
        self._host = host
        self._image = image
        self._work = work
        self._report = report
        self._count = count
        self._next = 0
        self._done: dict[int, R] = {}
        self._under_way: set[asyncio.Future[R]] = set()
        self._reported = 0
        self._stopped = False

    async def run(self, slot: Slot) -> int:
        """Does the work in ``slot`` and in what is idle; returns how many results were reported.

        Raises:
            Whatever ``work`` raises first; the other lanes are cancelled.
        """
        try:
            async with asyncio.TaskGroup() as group:
                await self._lane(slot, group, borrowed=False)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return self._reported

    async def _lane(self, slot: Slot, group: asyncio.TaskGroup, *, borrowed: bool) -> None:
        while not self._stopped and self._next < self._count:
            if borrowed and self._host.is_wanted:
                return
            if not borrowed:
                self._open_lanes(group)
            number = self._next
            self._next += 1
            if not await self._do(slot, number):
                return

    async def _do(self, slot: Slot, number: int) -> bool:
        """Does a piece; False if it was given up, since the work has ended meanwhile."""
        piece = asyncio.ensure_future(self._work(slot, number))
        self._under_way.add(piece)
        try:
            result = await piece
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._stopped and task is not None and not task.cancelling():
                return False
            raise
        finally:
            self._under_way.discard(piece)
        self._take(number, result)
        return True

    def _open_lanes(self, group: asyncio.TaskGroup) -> None:
        """One more lane for each idle slot, as long as there is work that nobody does."""
        for _ in range(self._count - self._next - 1):
            slot = self._host.borrow(self._image)
            if slot is None:
                return
            group.create_task(self._borrowed_lane(slot, group))

    async def _borrowed_lane(self, slot: Slot, group: asyncio.TaskGroup) -> None:
        try:
            await self._lane(slot, group, borrowed=True)
        finally:
            await self._host.give_back(slot)

    def _take(self, number: int, result: R) -> None:
        self._done[number] = result
        while not self._stopped and self._reported in self._done:
            self._stopped = not self._report(self._reported, self._done.pop(self._reported))
            self._reported += 1
        if self._stopped:
            for piece in self._under_way:
                piece.cancel()
