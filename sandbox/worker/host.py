"""The service's only door to ``runtime`` and ``images``."""

import asyncio
import itertools
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import NoReturn, Self

import typer

from images.canary import Canary
from images.catalog import Catalog, Entry
from images.cli import make_app
from images.definition import Language
from images.errors import BuildError, CatalogError, ImageChanged
from images.manifest import StoredImage
from images.page_cache import ResidentFiles
from images.shelf import Shelf, held
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
from runtime.warm import WarmSpec
from sandbox.settings import Settings

log = logging.getLogger(__name__)

# Of the machine's memory: what images may keep for themselves in each worker.
_LOCKED_SHARE = 0.25
# Of an image's files: how much is compared at a time, 15 ms of work, and how often in the first round.
_LOOK_BYTES = 8 << 20
_FIRST_LOOKS_S = 0.25

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
    "ImageChanged",
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


def warm_spec(image: StoredImage) -> WarmSpec | None:
    """The interpreter that the image's containers keep warm: that of its first language that wants one."""
    for language in image.definition.languages:
        version = re.search(r"\d+\.\d+", image.versions.get(language.name, ""))
        if language.warm and version is not None:
            environment = image.definition.environment_of(language)
            return WarmSpec(
                language.run,
                environment,
                version.group(),
                language.warm_modules,
                language.warm_rare_modules,
            )
    return None


def damage(shelf: Shelf) -> list[Finding]:
    """A warning, and a line in the log, for each image that cannot be served."""
    mend = "sandbox images build NAME, or sandbox images rm NAME"
    for name, error in shelf.damaged.items():
        log.error("image %s is left out: %s", name, error)
    return [
        Finding(f"image {name}", Level.CAUTION, f"is left out: {error}", mend)
        for name, error in shelf.damaged.items()
    ]


def rival_claims(catalog: Catalog) -> list[Finding]:
    """A warning, and a line in the log, for each language name that two images claim."""
    for claim in catalog.claims:
        log.warning("%s", claim)
    mend = "sandbox images rm NAME, or rename the language in one definition and build it again"
    return [Finding("language names", Level.CAUTION, claim, mend) for claim in catalog.claims]


class Host:
    """This machine as the judge sees it: slots, and the images that they can hold."""

    def __init__(
        self, pool: SlotPool, catalog: Catalog, undo: ExitStack, findings: list[Finding]
    ) -> None:
        """Use `open`."""
        self.findings = findings
        self.pool = pool
        self.catalog = catalog
        self._undo = undo
        self._jobs = pool.size // 2
        self._files = undo.enter_context(ResidentFiles())
        self._side_leases = asyncio.Semaphore(max(1, self._jobs))
        self._loading = threading.Lock()
        self._loads: dict[str, asyncio.Task[None]] = {}
        self._images: dict[str, Image] = {}

    @classmethod
    def open(cls, settings: Settings, index: int, images: list[StoredImage] | None = None) -> Self:
        """Opens the slots of a worker; see `SlotPool.open` for what it does to the process.

        ``index`` tells the workers of one service apart; each has its own slots and user ids.
        ``images`` are the images to serve, by default all that are in the store.

        Raises:
            HostNotReady: the machine lacks something, or there is no image.
        """
        with ExitStack() as undo:
            shelf = undo.enter_context(held(ImageStore(settings.images_dir), images))
            catalog = Catalog(shelf.images)
            if not catalog.images:
                why = "; ".join(map(str, shelf.damaged.values())) or "there is no image"
                raise HostNotReady(f"{why}: sandbox images build --all")
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
                runsc=settings.runsc,
            )
            findings = damage(shelf) + rival_claims(catalog)
            return cls(SlotPool.open(config), catalog, undo.pop_all(), findings)

    @asynccontextmanager
    async def lease(self, image: StoredImage) -> AsyncIterator[Slot]:
        """A slot with a container of ``image``; see `SlotPool.lease`.

        The image's files are in memory before its first container touches them.
        """
        await asyncio.shield(self._load(image))
        async with self.pool.lease(self._image(image)) as slot:
            yield slot

    def _image(self, image: StoredImage) -> Image:
        if image.digest not in self._images:
            self._images[image.digest] = Image(image.digest, image.rootfs, warm_spec(image))
        return self._images[image.digest]

    @property
    def is_wanted(self) -> bool:
        """See `SlotPool.is_wanted`."""
        return self.pool.is_wanted

    def held_images(self) -> set[str]:
        """The names of the images whose containers slots have just now."""
        held = self.pool.held_images
        return {image.name for image in self.catalog.images if image.digest in held}

    def borrow(self, image: StoredImage) -> Slot | None:
        """See `SlotPool.borrow`; none while as many slots are busy as jobs are taken at once."""
        if self.pool.busy >= self._jobs:
            return None
        return self.pool.borrow(self._image(image))

    async def give_back(self, slot: Slot) -> None:
        """See `SlotPool.give_back`."""
        await self.pool.give_back(slot)

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
            async with self.pool.lease(self._image(image)) as slot:
                yield slot

    def warm(self) -> None:
        """Begins to read the images into memory, so that their first runs need not wait for it.

        Small ones first: they are soon there, and most of what may be locked is left for the others.
        """
        for image in sorted(self.catalog.images, key=lambda image: image.size_bytes):
            self._load(image)

    def _load(self, image: StoredImage) -> asyncio.Task[None]:
        if image.digest not in self._loads:
            work = asyncio.to_thread(self._load_now, image)
            self._loads[image.digest] = asyncio.create_task(work)
        return self._loads[image.digest]

    def _load_now(self, image: StoredImage) -> None:
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        with self._loading:  # one after the other: they would compete for the disk
            before = self._files.locked_bytes
            size_bytes = self._files.add(image.rootfs, int(memory_bytes * _LOCKED_SHARE))
            locked_bytes = self._files.locked_bytes - before
        text = "image %s: %d MB are in memory, %d MB of them locked there"
        log.info(text, image.name, size_bytes // 1_000_000, locked_bytes // 1_000_000)

    async def watch(self, every_s: float) -> NoReturn:
        """Compares the images' files in memory with what they should be, a piece every ``every_s``.

        Raises:
            ImageChanged: a file has changed; nothing that is run here can be trusted any more.
            OSError: a file cannot be read any more.
        """
        canaries = []
        for image in self.catalog.images:
            await asyncio.shield(self._load(image))
            canary = Canary(image.name, image.rootfs)
            canaries.append(canary)
            while not canary.rounds:
                await asyncio.to_thread(canary.look, _LOOK_BYTES)
                await asyncio.sleep(min(every_s, _FIRST_LOOKS_S))
            log.info("image %s: is watched for changes", image.name)
        for canary in itertools.cycle(canaries):
            await asyncio.to_thread(canary.look, _LOOK_BYTES)
            await asyncio.sleep(every_s)
        raise AssertionError("there is no image to watch")

    async def close(self) -> None:
        """Ends all slots, and lets go of the images."""
        await asyncio.gather(*self._loads.values(), return_exceptions=True)
        await self.pool.close()
        self._undo.close()


def host_check(settings: Settings | None = None) -> list[Finding]:
    """What this machine can and cannot do for a service with these settings, or the environment's."""
    of = settings or Settings()
    return check_host(
        of.crun,
        init_directory=of.state_dir / "init",
        first_uid=of.first_uid,
        runsc=of.runsc,
    )


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
