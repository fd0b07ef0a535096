"""`make swaps`: what it costs to swap a slot's image, beside a boot into an empty slot.

Two slots and every image of a store: a request for each image in turn, so that nearly every one needs a
swap. Then how long a warm request takes while the other slot rests, is swapped all the time, or serves
warm requests too: on few cores these are neighbours as well, and what a swap is to be compared with.
"""

import argparse
import asyncio
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from images.page_cache import ResidentFiles
from images.shelf import Shelf
from images.store import ImageStore
from runtime.limits import Limits
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from sandbox.settings import Settings
from sandbox.worker.host import warm_spec

_FIRST_UID = 0x7B00_0000
_SLOTS = 2


def main() -> None:
    """Measures, and prints a table. Needs root, and images that are built."""
    parser = argparse.ArgumentParser(description=__doc__)
    settings = Settings()
    logging.disable(logging.WARNING)  # a slot is taken apart before each boot, and says so
    parser.add_argument("--store", type=Path, action="append", help="may be given several times")
    parser.add_argument("--rounds", type=int, default=10)
    chosen = parser.parse_args()
    stores = chosen.store or [settings.images_dir]
    stored = [image for store in stores for image in Shelf.of(ImageStore(store)).images]
    with tempfile.TemporaryDirectory(prefix="sandbox-swaps-", dir="/run") as workplace:
        config = PoolConfig(
            name=f"swaps-{os.getpid()}",
            slots=_SLOTS,
            first_uid=_FIRST_UID,
            workplace=Path(workplace) / "worker",
            init_directory=settings.state_dir / "init",
        )
        pool = SlotPool.open(config)
        images = {one.name: Image(one.digest, one.rootfs, warm_spec(one)) for one in stored}
        with ResidentFiles() as files:
            for one in stored:
                files.add(one.rootfs)
            uvloop.run(_measure(pool, images, chosen.rounds))


async def _measure(pool: SlotPool, images: dict[str, Image], rounds: int) -> None:
    try:
        boots = {name: await _boots(pool, image, rounds) for name, image in images.items()}
        swaps = await _swaps(pool, images, rounds)
        warm = await _warm_requests(pool, images, rounds)
    finally:
        await pool.close()
    _print_table(boots, swaps)
    for name, seconds in warm.items():
        late = statistics.quantiles(seconds, n=20)[-1]
        middle = statistics.median(seconds)
        _say(f"a warm request beside {name}: p50 {middle * 1e3:.2f} ms, p95 {late * 1e3:.2f} ms")


async def _boots(pool: SlotPool, image: Image, rounds: int) -> list[float]:
    """Boots into a slot without a container: it is taken apart before each."""
    seconds = []
    for _ in range(rounds):
        async with pool.lease(image) as slot:
            await slot.rebuild()  # and given back without a container
        pool.take_leases()
        async with pool.lease(image):
            (lease,) = pool.take_leases()
        if lease.how == "boot":
            seconds.append(lease.boot_s)
    return seconds


async def _swaps(pool: SlotPool, images: dict[str, Image], rounds: int) -> dict[str, list[float]]:
    """A request for each image in turn."""
    names = {image.digest: name for name, image in images.items()}
    seconds: dict[str, list[float]] = {name: [] for name in images}
    for _ in range(rounds):
        for image in images.values():
            async with pool.lease(image):
                pass
    for lease in pool.take_leases():
        if lease.how == "swap":
            seconds[names[lease.digest]].append(lease.boot_s)
    return seconds


async def _warm_requests(
    pool: SlotPool, images: dict[str, Image], rounds: int
) -> dict[str, list[float]]:
    """Seconds of requests in one slot, by what the other one does; in turns."""
    first, *others = images.values()

    async def serve() -> None:
        async with pool.lease(first) as slot:
            await _request(slot)

    async def swap() -> None:
        for image in others:
            async with pool.lease(image):
                await asyncio.sleep(0)

    neighbours = {"nothing": None, "warm requests": serve, "swaps": swap}
    seconds: dict[str, list[float]] = {name: [] for name in neighbours}
    async with pool.lease(first) as slot:
        for _ in range(rounds):
            for name, neighbour in neighbours.items():
                seconds[name] += await _beside(neighbour, slot)
    return seconds


async def _beside(
    neighbour: Callable[[], Awaitable[None]] | None, slot: Slot, count: int = 50
) -> list[float]:
    is_over = False

    async def go_on() -> None:
        while neighbour is not None and not is_over:
            await neighbour()

    going_on = asyncio.create_task(go_on())
    seconds = []
    for _ in range(count):
        started_s = time.monotonic()
        await _request(slot)
        seconds.append(time.monotonic() - started_s)
    is_over = True
    await going_on
    return seconds


async def _request(slot: Slot) -> None:
    with Program(["true"], {"PATH": "/usr/bin:/bin"}) as program:
        await slot.run(program, b"", Limits())


def _print_table(boots: dict[str, list[float]], swaps: dict[str, list[float]]) -> None:
    _say(f"{'image':<14}{'boot ms':>10}{'swap ms':>10}{'ratio':>8}{'swaps':>8}")
    ratios = []
    for name in boots:
        if not boots[name] or not swaps[name]:
            _say(f"{name:<14}{'-':>10}{'-':>10}{'-':>8}{len(swaps[name]):>8}")
            continue
        boot, swap = statistics.median(boots[name]), statistics.median(swaps[name])
        ratios.append(swap / boot)
        _say(
            f"{name:<14}{boot * 1e3:>10.1f}{swap * 1e3:>10.1f}{swap / boot:>8.2f}{len(swaps[name]):>8}"
        )
    if ratios:
        _say(f"the median swap is {statistics.median(ratios):.2f} times the boot alone")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
