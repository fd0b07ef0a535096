"""`make protections`: what each protection of a run costs, as CPU time of a slot.

Slots are booted with all protections, and each with one of them taken away as the controls of the attacks
do it. Then they take turns at running /bin/true, so that what disturbs the machine disturbs all alike. What
is measured is the CPU time of a slot's cgroup: init, the program, and what the kernel does for them.
"""

import asyncio
import contextlib
import multiprocessing
import statistics
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from images.catalog import Catalog
from images.store import ImageStore
from runtime import seccomp
from runtime.limits import Limits
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from sandbox.settings import Settings
from tests.attacks.controls import CONTROLS, Control, function_returns_0, weakened
from tests.bench import machine
from tests.bench.engine import FIRST_UID
from tests.bench.tasks import make_task
from tests.bench.workloads import TRIVIAL, WORKLOADS, Task

_LIMITS = Limits()
_WITHOUT = ("masked /proc", "seccomp", "IPC namespace", "rlimits", "read-only /proc")
# Nothing but the slot's own container, new namespaces for processes, mounts and IPC, and the user's id.
_NOTHING = Control(
    "all of these, and the file system of its own",
    patches=(
        *CONTROLS["fresh file system"].patches,
        *(function_returns_0(name) for name in ("drop_capabilities", "keep_score", "set_limits")),
    ),
    filtered=False,
    change=CONTROLS["fresh file system"].change,
)
VARIANTS = (Control("nothing"), *(CONTROLS[name] for name in _WITHOUT), _NOTHING)


@dataclass(frozen=True, slots=True)
class Cost:
    """A slot without something, and the CPU time that its runs took: medians of rounds."""

    without: str
    cpu_ms: float


def _with_all(task: Task, state_dir: Path, rounds: int, runs: int) -> list[Cost]:
    with tempfile.TemporaryDirectory(prefix="sandbox-protections-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # containers' users must be able to walk through
        config = PoolConfig(
            name="bench-protections",
            slots=len(VARIANTS),
            first_uid=FIRST_UID,
            workplace=directory / "pool",
            init_directory=state_dir / "init",
        )
        pool = SlotPool.open(config)
        with asyncio.Runner() as runner:
            try:
                return runner.run(_measure(pool, task, directory, rounds, runs))
            finally:
                runner.run(pool.close())


async def _measure(
    pool: SlotPool, task: Task, directory: Path, rounds: int, runs: int
) -> list[Cost]:
    image = Image(task.digest, task.rootfs, None)
    filter_program = seccomp.compile_policy(seccomp.load_policy("default"))
    async with contextlib.AsyncExitStack() as undo:
        slots = [await undo.enter_async_context(pool.lease(image)) for _ in VARIANTS]
        for slot, control in zip(slots, VARIANTS, strict=True):
            weak = weakened(control, [slot], image, filter_program, directory / "variants")
            await undo.enter_async_context(weak)
        times_ms = [[await _round(slot, task, runs) for slot in slots] for _ in range(rounds)]
        return [
            Cost(control.name, statistics.median(column))
            for control, column in zip(VARIANTS, zip(*times_ms, strict=True), strict=True)
        ]


async def _round(slot: Slot, task: Task, runs: int) -> float:
    before_ns = slot._cgroup.cpu_ns()
    for _ in range(runs):
        with Program(("/bin/true",), task.environment, [], (), 0) as program:
            outcome = await slot.run(program, b"", _LIMITS)
        assert outcome.exit_code == 0, outcome
    return (slot._cgroup.cpu_ns() - before_ns) / runs / 1e6


def make_table(costs: list[Cost]) -> Table:
    """What each one costs: the difference that it makes when it is missing."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("without")
    table.add_column("CPU ms\nper run", justify="right")
    table.add_column("it costs\nms", justify="right")
    table.add_column("share", justify="right")
    whole = costs[0].cpu_ms
    for cost in costs:
        less = whole - cost.cpu_ms
        figures = (f"{less:.2f}", f"{less / whole:.0%}") if cost is not costs[0] else ("", "")
        table.add_row(cost.without, f"{cost.cpu_ms:.2f}", *figures)
    return table


@contextlib.contextmanager
def _held_task(state_dir: Path) -> Iterator[Task]:
    store = ImageStore(state_dir / "images")
    (workload,) = (one for one in WORKLOADS if one.name == TRIVIAL)
    catalog = Catalog(store.list())
    with store.hold(catalog.resolve(workload.language).image):
        yield make_task(workload, catalog)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each slot.")] = 15,
    runs: Annotated[int, typer.Option(min=1, help="Runs in a turn.")] = 100,
) -> None:
    """Measures what each protection of a run costs."""
    state_dir = Settings().state_dir
    console = Console()
    console.print(str(machine.describe()), highlight=False)
    # In a process of its own, because opening slots changes the process.
    spawn = multiprocessing.get_context("spawn")
    with _held_task(state_dir) as task, ProcessPoolExecutor(1, mp_context=spawn) as process:
        costs = process.submit(_with_all, task, state_dir, rounds, runs).result()
    console.print(make_table(costs))


if __name__ == "__main__":
    typer.run(main)
