"""The worker's end of a queue in Redis."""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import msgspec

from sandbox.jobs import Job, JobResult, WorkerHello, pack, unpack
from sandbox.logs import about
from sandbox.queue.base import Handler, QueueBroken, answer, packed_result
from sandbox.queue.streams.store import Store

log = logging.getLogger(__name__)

# Every wait for something that another process does ends after so long, and then it is looked at again.
_LOOK_S = 1.0
_PAUSE_S = 0.2
# How long a result is kept for a Redis that does not answer.
_COMMIT_S = 120.0
# Redis refuses strings beyond 512 MB.
_MOST_RESULT_BYTES = 500 << 20


Holds = Callable[[], Collection[str]]


def _nothing() -> Collection[str]:
    return ()


@dataclass(slots=True, eq=False)
class _Held:
    """A job that this worker has.

    Attributes:
        judging: it takes a slot until this has a result; None while it has none yet.
        is_said: whether Redis knows that it has a slot, or had.
    """

    job: Job
    token: int
    is_slow: bool
    is_said: bool
    judging: asyncio.Task[None] | None = None
    committing: asyncio.Task[None] | None = None

    @property
    def is_ahead(self) -> bool:
        return self.judging is None

    @property
    def is_busy(self) -> bool:
        return self.committing is None and self.judging is not None and not self.judging.done()

    @property
    def is_over(self) -> bool:
        last = self.committing or self.judging
        return last is not None and last.done()


class StreamWorker:
    """See `sandbox.queue.base.WorkerEnd`.

    Nothing here waits to be told: each loop looks at what there is, waits for something that can be
    seen again afterwards (tasks that are done, a list in Redis), with a deadline, and looks again.
    """

    def __init__(
        self,
        hello: WorkerHello,
        handler: Handler,
        store: Store,
        *,
        drain_s: float = 0.0,
        holds: Holds = _nothing,
        ahead: int = 0,
    ) -> None:
        """Nothing happens before `serve`.

        Args:
            hello: says what it is, and which images it has.
            handler: judges a job.
            store: its own connection, which it closes.
            drain_s: what jobs have to end after `stop`.
            holds: names the images that its slots hold just now.
            ahead: so many jobs beyond its slots it asks for, and is given if it is the only worker: they
                begin when a slot is free, without a message to Redis and back.
        """
        self._hello = hello
        self._handler = handler
        self._store = store
        self._drain_s = drain_s
        self._has = ",".join(image.name for image in hello.images)
        self._holds = holds
        self._ahead = ahead
        # The same job can be here twice: lost, and claimed again before the first judge has ended.
        self._held: list[_Held] = []
        self._has_ended = asyncio.Event()  # a judge has, since somebody looked
        self._is_stopping = False

    async def serve(self) -> None:
        """See `WorkerEnd`."""
        await self._enter()
        beating = asyncio.create_task(self._keep_beating())
        try:
            while await self._may_claim():
                if not await self._claim_some():
                    await self._wait_for_work()
            await self._finish_held()
        finally:
            self._is_stopping = True
            await self._drop_held()
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._leave()
            await self._store.close()

    def stop(self) -> None:
        """See `WorkerEnd`."""
        self._is_stopping = True

    async def report_fault(self, reason: str) -> None:
        """See `WorkerEnd`."""
        with contextlib.suppress(QueueBroken):
            await self._store.call("report", self._hello.name, reason.encode(errors="replace"))

    async def _enter(self) -> None:
        """Waits for the queue, and gives back what a dead predecessor of this name had."""
        while True:
            try:
                await self._store.call("succeed", self._hello.name)
                await self._register()
            except QueueBroken as error:
                log.warning("worker %s waits for its queue: %s", self._hello.name, error)
                await asyncio.sleep(_PAUSE_S)
            else:
                log.info("worker %s serves with %d slots", self._hello.name, self._hello.slots)
                return

    async def _register(self) -> None:
        await self._store.call("register", self._hello.name, pack(self._hello))

    async def _leave(self) -> None:
        """Hands back what is not done, for others to begin anew; without Redis that takes a lease."""
        with contextlib.suppress(QueueBroken):
            await self._store.call("leave", self._hello.name, within_s=_LOOK_S)

    def _count_busy(self) -> int:
        return sum(held.is_busy for held in self._held)

    async def _may_claim(self) -> bool:
        """Waits until a slot is free, or has been filled from ahead; False when it is to stop instead."""
        while not self._is_stopping:
            self._has_ended.clear()
            unsaid = any(not (held.is_said or held.is_ahead) for held in self._held)
            if unsaid or self._count_busy() < self._hello.slots:
                return True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._has_ended.wait()
        return False

    async def _claim_some(self) -> bool:
        """Says what has begun, and takes jobs for the slots that are free now and ahead.

        Returns:
            whether there were any, or there is no free slot to wait with.
        """
        self._held = [held for held in self._held if not held.is_over]
        name, slots = self._hello.name, self._hello.slots
        free = slots - self._count_busy()
        slow = sum(held.is_slow for held in self._held if held.is_busy)
        ahead = self._ahead - sum(held.is_ahead for held in self._held)
        begun = [held for held in self._held if not (held.is_said or held.is_ahead)]
        images = self._has, ",".join(self._holds())
        try:
            claimed = await self._store.call(
                "claim", name, slots, free, slow, *images, ahead, *_pairs(begun)
            )
        except QueueBroken as error:
            log.warning("worker %s: %s", name, error)
            return False
        for held in begun:
            held.is_said = True
        for one in claimed:
            self._take(*one)
        self._begin_ahead()
        return bool(claimed) or self._count_busy() >= slots

    def _take(
        self, name: bytes, token: int, deliveries: int, is_slow: int, payload: bytes, is_ahead: int
    ) -> None:
        try:
            job = unpack(Job, payload)
        except msgspec.MsgspecError as error:
            # Another version's: its lease runs out, and another worker may know it.
            run = name.decode()
            log.error("run %s cannot be read by this worker: %s", run, error, extra=about(run))
            return
        job = dataclasses.replace(job, attempt=deliveries - 1)
        held = _Held(job, token, bool(is_slow), is_said=not is_ahead)
        self._held.append(held)
        if not is_ahead:
            self._begin(held)

    def _begin(self, held: _Held) -> None:
        held.judging = asyncio.create_task(self._judge(held))
        held.judging.add_done_callback(lambda _: self._make_room())

    def _make_room(self) -> None:
        self._begin_ahead()
        self._has_ended.set()

    def _begin_ahead(self) -> None:
        """Fills free slots with what was claimed ahead, in the order in which it was."""
        free = 0 if self._is_stopping else self._hello.slots - self._count_busy()
        waiting = [held for held in self._held if held.is_ahead]
        for held in waiting[: max(0, free)]:
            self._begin(held)

    async def _judge(self, held: _Held) -> None:
        result = await answer(self._handler, held.job)
        # In a task of its own: the slot is free now. What is said of that travels with the result.
        held.committing = asyncio.create_task(self._commit(held, result))
        self._make_room()

    async def _commit(self, held: _Held, result: JobResult) -> None:
        packed = packed_result(result, _MOST_RESULT_BYTES)
        run = held.job.id
        try:
            said = await self._store.call("commit", run, held.token, packed, within_s=_COMMIT_S)
        except QueueBroken as error:
            text = "run %s: its result is lost, it will be run again: %s"
            log.error(text, run, error, extra=about(run))
            return
        if said == b"fenced":
            text = "run %s: was taken from this worker, its result is dropped"
            log.warning(text, run, extra=about(run))

    async def _wait_for_work(self) -> None:
        try:
            await self._store.wait_for_work(_LOOK_S)
        except QueueBroken:
            await asyncio.sleep(_PAUSE_S)

    async def _keep_beating(self) -> None:
        while True:
            with contextlib.suppress(QueueBroken):
                await self._beat()
            await asyncio.sleep(self._store.beat_s)

    async def _beat(self) -> None:
        """Renews the leases, and lets go of what others have been given or nobody wants any more.

        What was claimed ahead is among that when another worker has come, or this one stops.
        """
        held = [one for one in self._held if not one.is_over]
        wants_ahead = int(not self._is_stopping)
        lost = await self._store.call("beat", self._hello.name, wants_ahead, *_pairs(held))
        if lost is None:  # Redis was emptied, or this worker was silent for too long
            await self._register()
            return
        gone = {job_id.decode() for job_id in lost}
        for one in held:
            if one.job.id in gone:
                self._let_go(one)

    def _let_go(self, held: _Held) -> None:
        run = held.job.id
        if held.judging is None:
            self._held = [one for one in self._held if one is not held]
        elif held.is_busy:
            log.info("run %s: is not wanted from this worker any more", run, extra=about(run))
            held.judging.cancel()

    async def _finish_held(self) -> None:
        deadline_s = time.monotonic() + self._drain_s
        while (left := self._unfinished()) and time.monotonic() < deadline_s:
            await _first_of(left, min(_LOOK_S, max(0.0, deadline_s - time.monotonic())))

    def _unfinished(self) -> list[asyncio.Task[None]]:
        tasks = [task for held in self._held for task in (held.judging, held.committing) if task]
        return [task for task in tasks if not task.done()]

    async def _drop_held(self) -> None:
        left = self._unfinished()
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _pairs(some: Iterable[_Held]) -> list[str | int]:
    """Ids and tokens, as transitions take them."""
    return [part for held in some for part in (held.job.id, held.token)]


async def _first_of(tasks: list[asyncio.Task[None]], at_most_s: float) -> None:
    await asyncio.wait(tasks, timeout=at_most_s, return_when=asyncio.FIRST_COMPLETED)
