"""The service's only door to ``runtime`` and ``images``."""

import asyncio
import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import NoReturn, Self

import typer

from images.catalog import Catalog, Entry
from images.cli import make_app
from images.definition import Language
from images.errors import BuildError, CatalogError, ImageChanged
from images.facts import FACTS, NO_PROGRAM, FactProgram, FactResult, LanguageFacts, find_facts
from images.manifest import StoredImage
from images.residency import Residency
from images.shelf import Shelf, held
from images.store import ImageStore
from images.watch import Watch
from runtime.cgroups import usable_memory_bytes
from runtime.errors import HostNotReady, SandboxFault, SetupFailed, SlotBroken
from runtime.feed import Feed, Listener
from runtime.hostcheck import Finding, Level, check_host
from runtime.init_protocol import PROTECTED, InputFile
from runtime.limits import KIB, MIB, Limits, default_wall_time_s
from runtime.outcome import CollectedFile, Kill, Outcome, StartError
from runtime.pool import Image, Lease, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from runtime.warm import WarmSpec
from sandbox.settings import Settings

log = logging.getLogger(__name__)

# Of the machine's or the container's memory: what images may keep for themselves in each worker.
_LOCKED_SHARE = 0.25
# -P: a command may be called in any directory, which is no place for the modules of a process of root's.
_MODULE = (sys.executable, "-P", "-m")
# What is read ahead of the first request for it: the default images, and what is about as small.
_WARM_BYTES = 1_000_000_000
# Of an image's files: how much is compared at a time, 15 ms of work, and how often in the first round.
_LOOK_BYTES = 8 << 20
_FIRST_LOOKS_S = 0.25

__all__ = [
    "FACTS",
    "KIB",
    "MIB",
    "NO_PROGRAM",
    "PROTECTED",
    "Catalog",
    "CatalogError",
    "CollectedFile",
    "Entry",
    "FactProgram",
    "FactResult",
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
    "LanguageFacts",
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
    "find_facts",
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
        most_locked_bytes = int(usable_memory_bytes() * _LOCKED_SHARE)
        self._files = undo.enter_context(Residency(most_locked_bytes, lambda: pool.held_images))
        self._side_leases = asyncio.Semaphore(max(1, self._jobs))
        self._warming: asyncio.Task[None] | None = None
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
                open_files=settings.maximum.open_files,
            )
            findings = damage(shelf) + rival_claims(catalog)
            return cls(SlotPool.open(config), catalog, undo.pop_all(), findings)

    @asynccontextmanager
    async def lease(self, image: StoredImage) -> AsyncIterator[Slot]:
        """A slot with a container of ``image``; see `SlotPool.lease`.

        The image's files are in memory before its first container touches them.
        """
        await self._load(image)
        async with self.pool.lease(self._image(image)) as slot:
            yield slot

    def take_leases(self) -> list[tuple[str, Lease]]:
        """What has been given out since this was asked last, each with the image's name."""
        names = {image.digest: image.name for image in self.catalog.images}
        return [(names[lease.digest], lease) for lease in self.pool.take_leases()]

    def take_mishaps(self) -> dict[str, int]:
        """See `SlotPool.take_mishaps`."""
        return {str(name): count for name, count in self.pool.take_mishaps().items()}

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
            await self._load(image)
            async with self.pool.lease(self._image(image)) as slot:
                yield slot

    def warm(self) -> None:
        """Begins to read images into memory, so that their first runs need not wait for it.

        Small ones, and not more than a moderate amount; the others are read when somebody asks for them.
        """
        left_bytes, small = _WARM_BYTES, []
        for image in sorted(self.catalog.images, key=lambda image: image.size_bytes):
            left_bytes -= image.size_bytes
            if left_bytes >= 0:
                small.append(image)
        self._warming = asyncio.create_task(self._load_all(small))

    async def _load_all(self, images: list[StoredImage]) -> None:
        # One after the other, so that whoever wants another one meanwhile waits for one at most.
        for image in images:
            await self._load(image)

    async def _load(self, image: StoredImage) -> None:
        """Waits until the image's files are in memory."""
        self._files.used(image.digest)
        if image.digest not in self._loads:
            self._loads[image.digest] = asyncio.create_task(self._load_now(image))
        await asyncio.shield(self._loads[image.digest])

    async def _load_now(self, image: StoredImage) -> None:
        try:
            released = await asyncio.to_thread(self._files.load, image)
        except BaseException:
            self._loads.pop(image.digest, None)
            raise
        for digest in released:
            self._loads.pop(digest, None)

    def _in_use(self) -> list[StoredImage]:
        held = self.pool.held_images
        return [image for image in self.catalog.images if image.digest in held]

    async def watch(self, every_s: float) -> NoReturn:
        """Compares the files of images in use with what they should be, a piece every ``every_s``.

        An image that sits in no slot is not looked at: nobody is judged by it. When it is in use again,
        it is compared with what it held before.

        Raises:
            ImageChanged: a file has changed; nothing that is run here can be trusted any more.
            OSError: a file cannot be read any more.
        """
        watch = Watch()
        while True:
            known = await asyncio.to_thread(watch.look, self._in_use(), _LOOK_BYTES)
            if known is not None:
                log.info("image %s: is watched for changes", known.name)
            is_fast = not watch.knows(self.pool.held_images)
            await asyncio.sleep(min(every_s, _FIRST_LOOKS_S) if is_fast else every_s)

    async def close(self) -> None:
        """Ends all slots, and lets go of the images."""
        if self._warming is not None:
            self._warming.cancel()
        await asyncio.gather(*self._loads.values(), return_exceptions=True)
        await self.pool.close()
        self._undo.close()


def host_check(settings: Settings) -> list[Finding]:
    """What this machine can and cannot do for a service with these settings."""
    return check_host(
        settings.crun,
        init_directory=settings.state_dir / "init",
        first_uid=settings.first_uid,
        runsc=settings.runsc,
    )


def _selftest(image: StoredImage, say: Callable[[str], None]) -> None:
    """Runs an image's hello programs in real containers, in a process of their own.

    Raises:
        BuildError: a program did not do what its definition says.
    """
    say(f"{image.name}: running the hello programs")
    module = "sandbox.worker.selftest"
    command = [*_MODULE, module, str(image.rootfs.parent.parent), image.digest]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        text = (done.stderr or done.stdout).strip()[-2000:]
        raise BuildError(f"{image.name}: the self-test failed:\n{text}")


def show_facts(image: StoredImage, directories: Sequence[Path]) -> Iterator[FactResult]:
    """Shows the facts of an image's languages, in a process of their own, one after the other.

    Raises:
        BuildError: they could not be shown to the end.
    """
    module = "sandbox.worker.facts"
    store = str(image.rootfs.parent.parent)
    command = [*_MODULE, module, store, image.digest, *map(str, directories)]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield FactResult(**json.loads(line))
        finally:
            process.terminate()
            process.wait()
        if process.returncode != 0:
            errors.seek(0)
            text = errors.read().strip()[-2000:]
            raise BuildError(f"{image.name}: its facts cannot be shown:\n{text}")


def make_images_app(settings: Settings) -> typer.Typer:
    """The commands about images, for the store of a service with these settings."""
    return make_app(_selftest, settings.images_dir, show_facts)
