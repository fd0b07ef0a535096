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
        skips: Callable[[int], bool],
        report: Callable[[int, R | None], None],
        count: int,
    ) -> None:
        """What is to be done.

        Args:
            host: has the slots.
            image: what a slot must hold to be borrowed.
            work: does piece ``number`` in a slot.
            skips: whether a piece can be left out, by what has been reported until now. Once it was not
                so, it becomes so by a failure only, which nothing can mend.
            report: takes the results in order of their numbers, None for what was left out.
            count: the pieces are 0 to count - 1.
        """
        self._host = host
        self._image = image
        self._work = work
        self._skips = skips
        self._report = report
        self._count = count
        self._next = 0
        self._done: dict[int, R | None] = {}
        self._reported = 0
        self._under_way: dict[int, asyncio.Future[R]] = {}
        self._progress = asyncio.Event()

    async def run(self, slot: Slot) -> None:
        """Does the work in ``slot`` and in what is idle.

        Raises:
            Whatever ``work`` raises first; the other lanes are cancelled.
        """
        try:
            async with asyncio.TaskGroup() as group:
                await self._lane(slot, group, borrowed=False)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _lane(self, slot: Slot, group: asyncio.TaskGroup, *, borrowed: bool) -> None:
        while self._next < self._count:
            if borrowed and self._host.is_wanted:
                return
            if self._skips(self._next):
                await self._leave_out_next()
                continue
            if not borrowed:
                self._open_lanes(group)
            number = self._next
            self._next += 1
            await self._do(slot, number)

    async def _leave_out_next(self) -> None:
        """Leaves the next piece out, or waits: what comes before it may still decide otherwise."""
        if self._next == self._reported:
            self._next += 1
            self._take(self._next - 1, None)
        else:
            self._progress.clear()
            await self._progress.wait()

    async def _do(self, slot: Slot, number: int) -> None:
        piece = self._under_way[number] = asyncio.ensure_future(self._work(slot, number))
        result: R | None = None
        try:
            result = await piece
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._skips(number) or task is None or task.cancelling():
                raise
        finally:
            del self._under_way[number]
        self._take(number, result)

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

    def _take(self, number: int, result: R | None) -> None:
        self._done[number] = result
        while self._reported in self._done:
            done = self._done.pop(self._reported)
            self._report(self._reported, None if self._skips(self._reported) else done)
            self._reported += 1
        self._progress.set()
        for other, piece in self._under_way.items():
            if self._skips(other):
                piece.cancel()
