"""The service's only door to ``runtime`` and ``images``."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Self

import typer

from images.catalog import Catalog, Entry
from images.cli import make_app
from images.definition import Language
from images.errors import BuildError, CatalogError, ImageError
from images.manifest import StoredImage
from images.page_cache import ResidentFiles
from images.store import ImageStore
from runtime.errors import HostNotReady, SandboxFault, SetupFailed, SlotBroken
from runtime.feed import Feed, Listener
from runtime.hostcheck import Finding, Level, check_host
from runtime.init_protocol import PROTECTED, InputFile
from runtime.limits import KIB, MIB, Limits, default_wall_time_s
from runtime.outcome import CollectedFile, Kill, Outcome, StartError
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from sandbox.settings import Settings

log = logging.getLogger(__name__)

# Of the machine's memory: what images may keep for themselves in each worker.
_LOCKED_SHARE = 0.25

__all__ = [
    "KIB",
    "MIB",
    "PROTECTED",
    "Catalog",
    "CatalogError",
    "CollectedFile",
    "Entry",
    "Feed",
    "Finding",
    "Host",
    "HostNotReady",
    "Image",
    "ImageStore",
    "InputFile",
    "Kill",
    "Language",
    "Level",
    "Limits",
    "Listener",
    "Outcome",
    "Program",
    "SandboxFault",
    "SetupFailed",
    "Slot",
    "SlotBroken",
    "StartError",
    "StoredImage",
    "check_host",
    "default_wall_time_s",
    "host_check",
    "make_images_app",
    "maximum_limits",
]


def maximum_limits(settings: Settings) -> Limits:
    """The most that any run may use on this server."""
    most = settings.maximum
    return Limits(
        cpu_time_s=most.cpu_time_s,
        wall_time_s=most.wall_time_s,
        memory_bytes=most.memory_mb * MIB,
        pids=most.pids,
        disk_bytes=most.disk_mb * MIB,
        output_bytes=most.output_kb * KIB,
        open_files=most.open_files,
    )


class Host:
    """This machine as the judge sees it: slots, and the images that they can hold."""

    def __init__(self, pool: SlotPool, catalog: Catalog, undo: ExitStack) -> None:
        """Use `open`."""
        self.pool = pool
        self.catalog = catalog
        self._undo = undo
        self._jobs = pool.size // 2
        self._files = undo.enter_context(ResidentFiles())
        self._side_leases = asyncio.Semaphore(max(1, self._jobs))
        self._loading = threading.Lock()
        self._loads: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def open(cls, settings: Settings, index: int, images: list[StoredImage] | None = None) -> Self:
        """Opens the slots of a worker; see `SlotPool.open` for what it does to the process.

        ``index`` tells the workers of one service apart; each has its own slots and user ids.
        ``images`` are the images to serve, by default all that are in the store.

        Raises:
            HostNotReady: the machine lacks something, or there is no image.
        """
        store = ImageStore(settings.images_dir)
        with ExitStack() as undo:
            try:
                catalog = Catalog(store.list() if images is None else images)
                for image in catalog.images:
                    undo.enter_context(store.hold(image))
            except ImageError as error:
                raise HostNotReady(str(error)) from error
            if not catalog.images:
                raise HostNotReady("there is no image: sandbox images build --all")
            config = PoolConfig(
                name=f"{settings.instance}-{index}",
                slots=settings.all_slots,
                first_slot=index * settings.all_slots,
                first_uid=settings.first_uid,
                pin_cores=settings.pin_cores,
                runs_per_container=settings.runs_per_container,
                workplace=settings.run_dir / f"worker-{index}",
                init_directory=settings.state_dir / "init",
                crun=settings.crun,
            )
            return cls(SlotPool.open(config), catalog, undo.pop_all())

    @asynccontextmanager
    async def lease(self, image: StoredImage) -> AsyncIterator[Slot]:
        """A slot with a container of ``image``; see `SlotPool.lease`.

        The image's files are in memory before its first container touches them.
        """
        await asyncio.shield(self._load(image))
        async with self.pool.lease(Image(image.digest, image.rootfs)) as slot:
            yield slot

    @asynccontextmanager
    async def lease_side(self, image: StoredImage) -> AsyncIterator[Slot]:
        """A slot for a program beside the judged one: a checker, an interactor.

        Whoever holds it must not wait for another lease. That is why two jobs cannot wait for each other: a
        worker has twice as many slots as it takes jobs, each job holds at most one by `lease`, and no more
        than the other half is given out here. So a holder of this lease has all that it needs, and ends.

        Raises:
            SandboxFault: so many slots have been lost that this does not hold any more.
        """
        async with self._side_leases:
            if self.pool.size <= self._jobs:
                raise SandboxFault(
                    "too many slots of this worker have been lost; restart the worker"
                )
            await asyncio.shield(self._load(image))
            async with self.pool.lease(Image(image.digest, image.rootfs)) as slot:
                yield slot

    def warm(self) -> None:
        """Begins to read the images into memory, so that their first runs need not wait for it."""
        for image in self.catalog.images:
            self._load(image)

    def _load(self, image: StoredImage) -> asyncio.Task[None]:
        if image.digest not in self._loads:
            work = asyncio.to_thread(self._load_now, image)
            self._loads[image.digest] = asyncio.create_task(work)
        return self._loads[image.digest]

    def _load_now(self, image: StoredImage) -> None:
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        with self._loading:  # one after the other: they would compete for the disk
            size_bytes = self._files.add(image.rootfs, int(memory_bytes * _LOCKED_SHARE))
        log.info("image %s: %d MB are in memory", image.name, size_bytes // 1_000_000)

    async def close(self) -> None:
        """Ends all slots, and lets go of the images."""
        await asyncio.gather(*self._loads.values(), return_exceptions=True)
        await self.pool.close()
        self._undo.close()


def host_check() -> list[Finding]:
    """What this machine can and cannot do."""
    return check_host(Settings().crun)


def _selftest(image: StoredImage, say: Callable[[str], None]) -> None:
    """Runs an image's hello programs in real containers, in a process of their own.

    Raises:
        BuildError: a program did not do what its definition says.
    """
    say(f"{image.name}: running the hello programs")
    module = "sandbox.worker.selftest"
    command = [sys.executable, "-m", module, str(image.rootfs.parent.parent), image.digest]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        text = (done.stderr or done.stdout).strip()[-2000:]
        raise BuildError(f"{image.name}: the self-test failed:\n{text}")


def make_images_app(settings: Settings) -> typer.Typer:
    """The commands about images, for the store of a service with these settings."""
    return make_app(_selftest, settings.images_dir)
