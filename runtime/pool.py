"""The slots of one worker, and which of them serves which image.

A worker with a few slots serves any number of images: a slot that holds another image has its container
swapped. Who gets which slot is decided in `runtime.placement`.
"""

import asyncio
import collections
import logging
import os
import resource
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal, Self

from runtime import build_init, seccomp, syscalls, workplace
from runtime.cgroups import CgroupPool, open_pool
from runtime.container import UID_RANGE
from runtime.errors import HostNotReady, SandboxFault
from runtime.gvisor import Gvisor
from runtime.placement import Placement
from runtime.slot import Slot
from runtime.tasks import carry_through
from runtime.warm import WarmSpec

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """How a worker's slots are made.

    Attributes:
        name: the worker's name on this machine; two live workers must not share one.
        slots: how many runs happen at once.
        first_slot: the number of the first one; workers of one machine must not overlap.
        first_uid: the user ids from here on belong to slots, 65,536 each. The default is above the
            ranges that systemd and the usual subuid files hand out.
        pin_cores: bind each slot to a core, in turn.
        runs_per_container: after so many runs a slot's container is replaced; 1 is a fresh one each.
        workplace: a directory of the worker's own; what it holds lives in memory only.
        init_directory: where the compiled init is kept.
        crun: the crun binary.
        runsc: the command of a gVisor that runs the programs, with flags if need be; empty: none does.
        policy: the system-call policy of the runs.
        open_files: the most descriptors that a run's limits may allow.
    """

    name: str
    slots: int
    first_slot: int = 0
    first_uid: int = 0x7000_0000
    pin_cores: bool = True
    runs_per_container: int = 1000
    workplace: Path = Path("/run/sandbox/worker")
    init_directory: Path = Path("/var/lib/sandbox/init")
    crun: str = "crun"
    runsc: str = ""
    policy: str = "default"
    open_files: int = 4096


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the pool needs it: a name that is unique (its digest), and where it lies.

    ``warm`` is the interpreter that its containers keep warm, if any.
    """

    digest: str
    rootfs: Path
    warm: WarmSpec | None = None


Mishap = Literal["leaked", "rebuilt", "lost"]
"""A slot did not come clean after a run; a broken one got a new container; one could not be mended."""

How = Literal["hit", "boot", "swap"]
"""A slot that is given out holds the image, is empty, or holds another one, which is swapped."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot was given out for an image; a boot, if there was one, took ``boot_s``."""

    digest: str
    how: How
    boot_s: float = 0.0


@dataclass(slots=True, eq=False)
class _Waiter:
    digest: str
    slot: asyncio.Future[Slot]
    passed_over: int = 0


# Leases that nobody asks for are forgotten beyond so many.
_MOST_LEASES = 10_000


def _make_slot(
    config: PoolConfig, number: int, cgroups: CgroupPool, crun: str, gvisor: Gvisor | None
) -> Slot:
    cores = sorted(os.sched_getaffinity(0))
    return Slot.make(
        f"slot-{number}",
        config.first_uid + number * UID_RANGE,
        cores[number % len(cores)] if config.pin_cores else None,
        cgroups,
        config.workplace,
        config.init_directory,
        crun,
        config.runs_per_container,
        gvisor,
    )


def allow_open_files(count: int) -> None:
    """Raises this process's hard limit of descriptors to ``count`` if it is lower.

    Containers are born with it, and init in its user namespace cannot raise it for a run.

    Raises:
        HostNotReady: this process may not raise it either.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= count:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, count))
    except (ValueError, OSError) as error:
        raise HostNotReady(
            f"runs may have {count} open files, but this process only {hard}: raise its hard limit "
            "(ulimit -Hn, LimitNOFILE=), or lower SANDBOX_MAX_OPEN_FILES"
        ) from error


class SlotPool:
    """All slots of a worker. Open it before the event loop and any thread are started."""

    def __init__(
        self, config: PoolConfig, cgroups: CgroupPool, slots: list[Slot], filter_program: bytes
    ) -> None:
        """Use `open`."""
        self.size = len(slots)
        self._config = config
        self._cgroups = cgroups
        self._slots = slots
        self._filter = filter_program
        # Free slots, the longest idle one first.
        self._free = list(slots)
        self._waiting: list[_Waiter] = []
        self._placement = Placement()
        self._leases: collections.deque[Lease] = collections.deque(maxlen=_MOST_LEASES)
        self._mishaps: collections.Counter[Mishap] = collections.Counter()

    @classmethod
    def open(cls, config: PoolConfig) -> Self:
        """Prepares this process and makes all slots.

        The calling process gets a mount namespace of its own and adopts orphans, so this is for a
        process that does nothing else. What a killed predecessor of the same name left is removed.

        Raises:
            HostNotReady: the machine lacks something; the message says what mends it.
        """
        if threading.active_count() > 1:
            raise HostNotReady("the slots must be made before the process starts threads")
        crun = shutil.which(config.crun)
        if crun is None:
            raise HostNotReady(f"{config.crun} is not installed: apt-get install crun")
        build_init.build(config.init_directory)
        allow_open_files(config.open_files)
        filter_program = seccomp.compile_policy(seccomp.load_policy(config.policy))
        syscalls.process_control(syscalls.PR_SET_CHILD_SUBREAPER, 1)
        try:
            workplace.enter(config.workplace)
            cgroups = open_pool(config.name)
            gvisor = None
            if config.runsc:
                gvisor = Gvisor.prepare(config.runsc, config.workplace / "gvisor")
            numbers = range(config.first_slot, config.first_slot + config.slots)
            slots = [_make_slot(config, number, cgroups, crun, gvisor) for number in numbers]
        except OSError as error:
            raise HostNotReady(f"the slots cannot be made: {error}") from error
        return cls(config, cgroups, slots, filter_program)

    @asynccontextmanager
    async def lease(self, image: Image) -> AsyncIterator[Slot]:
        """A slot with a container of ``image``, for the time of the block; waits for a free one.

        Raises:
            SandboxFault: the container could not be booted, or every slot has been lost.
        """
        slot = await self._take(image)
        try:
            await self._hold(slot, image)
            yield slot
        finally:
            await self.give_back(slot)

    async def _hold(self, slot: Slot, image: Image) -> None:
        if slot.image == image.digest and slot.is_usable:
            self._leases.append(Lease(image.digest, "hit"))
            return
        how: How = "boot" if slot.image is None else "swap"
        started_s = monotonic()
        await slot.boot(image.digest, image.rootfs, self._filter, image.warm)
        boot_s = monotonic() - started_s
        self._placement.booted(image.digest, boot_s)
        self._leases.append(Lease(image.digest, how, boot_s))

    def take_leases(self) -> list[Lease]:
        """What has been given out by `lease` since this was asked last."""
        leases = list(self._leases)
        self._leases.clear()
        return leases

    def take_mishaps(self) -> dict[Mishap, int]:
        """What has happened to slots since this was asked last, and how often."""
        mishaps = dict(+self._mishaps)  # without what is 0
        self._mishaps.clear()
        return mishaps

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for a slot."""
        return bool(self._waiting)

    def borrow(self, image: Image) -> Slot | None:
        """An idle slot that holds ``image`` already, if nobody waits for one. Give it back soon."""
        if self.is_wanted:
            return None
        for slot in self._free:
            if slot.image == image.digest and slot.is_usable:
                self._free.remove(slot)
                return slot
        return None

    async def give_back(self, slot: Slot) -> None:
        """Returns a slot; one that is broken is rebuilt first."""
        # A cancelled job must not lose its slot.
        await carry_through(self._give_back(slot))

    async def _take(self, image: Image) -> Slot:
        waiter = _Waiter(image.digest, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._placement.used(image.digest)
        self._hand_out()
        try:
            return await waiter.slot
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            elif not waiter.slot.cancelled() and waiter.slot.exception() is None:
                # It came at the same moment as the cancellation.
                self._free.append(waiter.slot.result())
                self._hand_out()
            raise

    def _hand_out(self) -> None:
        """Gives the free slots to those who wait."""
        # Who has been cancelled takes nothing any more, also before he has noticed.
        self._waiting = [waiter for waiter in self._waiting if not waiter.slot.done()]
        while self._free and self._waiting:
            waiter = self._placement.choose_waiter(self._waiting, self._free)
            slot = self._placement.choose_slot(self._free, self._slots, waiter.digest)
            self._waiting.remove(waiter)
            self._free.remove(slot)
            waiter.slot.set_result(slot)
        while self._waiting and not self._slots:
            lost = SandboxFault("every slot of this worker has been lost; restart the worker")
            self._waiting.pop().slot.set_exception(lost)

    @property
    def held_images(self) -> set[str]:
        """The digests of the images whose containers slots have just now."""
        return {slot.image for slot in self._slots if slot.image is not None}

    @property
    def busy(self) -> int:
        """How many slots are in use."""
        return len(self._slots) - len(self._free)

    async def _give_back(self, slot: Slot) -> None:
        usable = True
        if not slot.is_usable:
            usable = await self._rebuild(slot)
        if usable:
            self._free.append(slot)
        else:
            self._slots.remove(slot)
            self.size -= 1
        self._hand_out()

    async def _rebuild(self, slot: Slot) -> bool:
        self._mishaps["leaked"] += slot.has_leaked
        try:
            await slot.rebuild()
        except (SandboxFault, OSError) as error:
            self._mishaps["lost"] += 1
            # Something inside does not die. Fewer slots are better than a dirty one.
            log.error("%s is lost: %s", slot.name, error)
            return False
        self._mishaps["rebuilt"] += 1
        log.warning("%s was broken and has been rebuilt", slot.name)
        return True

    async def close(self) -> None:
        """Ends all containers, removes all cgroups and unmounts the workplace."""
        for slot in self._slots:
            try:
                await slot.close()
            except SandboxFault as error:
                log.error("%s cannot be closed: %s", slot.name, error)
        await asyncio.to_thread(self._cgroups.close)
        workplace.leave(self._config.workplace)
