"""What an API knows of the queue as a whole: how much there is of what, and who works."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from sandbox.jobs import WorkerHello, unpack
from sandbox.queue.base import QueueBroken
from sandbox.queue.streams.store import Store

log = logging.getLogger(__name__)

_SURVEY_S = 1.0
_MS = 1000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a queue takes, and what it keeps."""

    capacity: int
    capacity_bytes: int
    keep: int
    keep_bytes: int
    keep_s: float
    wait_s: float


@dataclass(frozen=True, slots=True)
class RemoteWorker:
    """A worker, as it introduced itself to Redis."""

    name: str
    hello: WorkerHello


class Survey:
    """The queue as it was when Redis was asked last.

    Attributes:
        counts: of jobs, and of what has happened to them, by the names in ``state.lua``.
        workers, faults, trouble: see `sandbox.queue.base.Fleet` and `JobQueue`.
    """

    def __init__(self, store: Store, bounds: Bounds, on_change: Callable[[], None]) -> None:
        """``on_change`` is called when a worker has come or gone."""
        self.counts: dict[str, int] = {}
        self.workers: list[RemoteWorker] = []
        self.faults: dict[str, str] = {}
        self.trouble: str | None = None
        self._store = store
        self._bounds = bounds
        self._on_change = on_change

    async def take(self) -> None:
        """Asks Redis, which does some housekeeping on that occasion.

        Raises:
            QueueBroken: it cannot be asked, which is a trouble, too.
        """
        try:
            await self._take()
        except QueueBroken as error:
            self.trouble = str(error)
            raise

    async def _take(self) -> None:
        bounds = self._bounds
        counts, faults, *changes = await self._store.call(
            "survey",
            bounds.keep,
            bounds.keep_bytes,
            int(bounds.keep_s * _MS),
            self.counts.get("fleet", 0),
            within_s=_SURVEY_S,
        )
        self.trouble = None
        self.counts = {name.decode(): int(number) for name, number in _pairs(counts)}
        self.faults = {name.decode(): reason.decode() for name, reason in _pairs(faults)}
        if changes:
            self._take_fleet(*changes)

    def _take_fleet(self, names: Sequence[bytes], news: Sequence[bytes]) -> None:
        """Takes over who is there now; of whom is new, how they introduced themselves."""
        known = {worker.name: worker for worker in self.workers}
        read = [_read_worker(name.decode(), hello) for name, hello in _pairs(news)]
        known.update({worker.name: worker for worker in read if worker is not None})
        present = [name.decode() for name in sorted(names)]
        self.workers = [known[name] for name in present if name in known]
        if len(self.workers) + read.count(None) < len(present):
            self.counts.pop("fleet", None)  # what was missed is asked for again, all of it
        self._on_change()


def _read_worker(name: str, hello: bytes) -> RemoteWorker | None:
    try:
        return RemoteWorker(name, unpack(WorkerHello, hello))
    except msgspec.MsgspecError as error:
        log.error("worker %s cannot be read by this API, it is left out: %s", name, error)
        return None


def _pairs(flat: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)
