"""The runtime alone: slots driven from Python, all of them busy, without service and judge."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from runtime.errors import HostNotReady, SandboxFault
from runtime.init_protocol import InputFile
from runtime.limits import MIB, Limits
from runtime.outcome import Outcome
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from tests.bench.agents import Round, Unavailable
from tests.bench.closed_loop import RunFailed, Tally, check_output, variant_numbers
from tests.bench.figures import Sample
from tests.bench.workloads import Task

FIRST_UID = 0x7700_0000
_ARTEFACT_BYTES = 64 * MIB


def _check(outcome: Outcome, doing: str) -> None:
    if outcome.exit_code != 0:
        text = outcome.stderr.decode(errors="replace")[:200]
        raise RunFailed(
            f"{doing}: exit {outcome.exit_code}, signal {outcome.signal},"
            f" killed for {outcome.killed_by}, {outcome.start_error}: {text}"
        )


async def _execute(
    slot: Slot,
    command: tuple[str, ...],
    task: Task,
    files: list[InputFile],
    limits: Limits,
    collect: tuple[str, ...] = (),
) -> Outcome:
    with Program(command, task.environment, files, collect, _ARTEFACT_BYTES) as program:
        outcome = await slot.run(program, b"", limits)
    _check(outcome, command[0])
    return outcome


class _Engine:
    def __init__(self, task: Task, pool: SlotPool, runner: asyncio.Runner) -> None:
        self._task = task
        self._pool = pool
        self._runner = runner
        self._image = Image(task.digest, task.rootfs)
        self._numbers = variant_numbers()

    def round(self, wanted: Round) -> list[Sample]:
        return self._runner.run(self._round(wanted.seconds))

    async def _round(self, seconds: float) -> list[Sample]:
        own_cpu_s = time.process_time()
        async with asyncio.TaskGroup() as group:
            lanes = [group.create_task(self._lane(seconds)) for _ in range(self._pool.size)]
        samples = [lane.result() for lane in lanes]
        # The lanes share this process; its CPU time is told once.
        first = dataclasses.replace(samples[0], own_cpu_s=time.process_time() - own_cpu_s)
        return [first, *samples[1:]]

    async def _lane(self, seconds: float) -> Sample:
        tally = Tally()
        while (before_s := time.perf_counter()) < tally.started_s + seconds:
            try:
                await self._run_once(next(self._numbers))
            except (RunFailed, SandboxFault) as error:
                tally.failed(str(error))
            else:
                tally.succeeded(time.perf_counter() - before_s)
        return tally.sample()

    async def _run_once(self, number: int) -> None:
        task = self._task
        given = [InputFile(name, text.encode()) for name, text in task.input_files(number).items()]
        async with self._pool.lease(self._image) as slot:
            if task.compile is not None:
                made = await _execute(
                    slot, task.compile, task, given, task.compile_limits, task.artefacts
                )
                given = [InputFile(one.path, one.content or b"", 0o755) for one in made.files]
            outcome = await _execute(slot, task.run, task, given, task.limits)
        check_output(outcome.stdout.decode(), task.workload.expected_of(number))


@dataclass(frozen=True, slots=True)
class MakeEngine:
    """A pool of slots, and one lane of runs for each of them."""

    task: Task
    directory: Path
    init_directory: Path
    slots: int

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Engine]:
        config = PoolConfig(
            name="bench",
            slots=self.slots,
            first_uid=FIRST_UID,
            workplace=self.directory,
            init_directory=self.init_directory,
        )
        try:
            pool = SlotPool.open(config)
        except HostNotReady as error:
            raise Unavailable(str(error)) from error
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                yield _Engine(self.task, pool, runner)
            finally:
                runner.run(pool.close())
