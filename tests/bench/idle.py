"""What a slot costs while nobody uses it: the memory of its container, with and without an interpreter."""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from tests.bench.contenders import Place
from tests.bench.engine import FIRST_UID
from tests.bench.workloads import Task


@dataclass(frozen=True, slots=True)
class IdleSlot:
    """A slot with a container that waits.

    Attributes:
        image: a language of the image.
        is_warm: whether it keeps an interpreter warm.
        booted_bytes: charged to its cgroup right after the boot, with what crun has left there.
        used_bytes: charged to it when it has run /bin/true and is clean again: what stays.
        boot_s: how long the boot took.
    """

    image: str
    is_warm: bool
    booted_bytes: int
    used_bytes: int
    boot_s: float


def measure(tasks: Sequence[Task], place: Place) -> list[IdleSlot]:
    """An idle slot of each image, without and with a warm interpreter where it has one.

    In a process of its own, because opening slots changes the process.
    """
    by_image = {task.digest: task for task in reversed(tasks)}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(_measure_all, list(by_image.values())[::-1], place).result()


def _measure_all(tasks: Sequence[Task], place: Place) -> list[IdleSlot]:
    pool = SlotPool.open(
        PoolConfig(
            name="bench-idle",
            slots=1,
            first_uid=FIRST_UID,
            workplace=place.directory / "idle",
            init_directory=place.state_dir / "init",
        )
    )
    with asyncio.Runner() as runner:
        try:
            return [
                runner.run(_measure_one(pool, task, is_warm=is_warm))
                for task in tasks
                for is_warm in ((False, True) if task.warm else (False,))
            ]
        finally:
            runner.run(pool.close())


async def _measure_one(pool: SlotPool, task: Task, *, is_warm: bool) -> IdleSlot:
    # A digest of its own, or the slot would go on with the container that it has.
    warm = task.warm if is_warm else None
    image = Image(f"{task.digest}-{is_warm}", task.rootfs, warm)
    await _boot_once(pool, image, task)  # what is read from the disk is read now
    await _boot_once(pool, Image(f"{task.digest}-other", task.rootfs), task)
    before_s = time.perf_counter()
    async with pool.lease(image) as slot:
        boot_s = time.perf_counter() - before_s
        booted_bytes = _memory_of(slot)
        await _run_true(slot, task)
        return IdleSlot(task.workload.language, is_warm, booted_bytes, _memory_of(slot), boot_s)


async def _boot_once(pool: SlotPool, image: Image, task: Task) -> None:
    async with pool.lease(image) as slot:
        await _run_true(slot, task)


async def _run_true(slot: Slot, task: Task) -> None:
    with Program(("/bin/true",), task.environment, [], (), 0) as program:
        outcome = await slot.run(program, b"", task.limits)
    assert outcome.exit_code == 0, outcome


def _memory_of(slot: Slot) -> int:
    return slot._cgroup.memory_in_use_bytes()
