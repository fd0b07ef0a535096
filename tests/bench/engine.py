"""The runtime alone: slots driven from Python, all of them busy, without service and judge."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import uvloop

from runtime.errors import HostNotReady, SandboxFault
from runtime.init_protocol import InputFile
from runtime.limits import MIB
from runtime.outcome import Outcome
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from tests.bench.agents import Round, Unavailable
from tests.bench.closed_loop import RunFailed, Tally, check_output
from tests.bench.figures import Sample
from tests.bench.workloads import Step, Task
from tests.gvisor.binary import find_runsc

Kind = Literal["warm", "cold", "gvisor", "dense"]

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
    slot: Slot, step: Step, task: Task, files: list[InputFile], *, compiles: bool
) -> Outcome:
    limits = task.compile_limits if compiles else task.limits
    collect = task.artefacts if compiles else ()
    with Program(step.command, task.environment, files, collect, _ARTEFACT_BYTES) as program:
        outcome = await slot.run(program, step.stdin.encode(), limits)
    _check(outcome, step.command[0])
    check_output(outcome.stdout.decode(), step.expected)
    return outcome


class _Engine:
    def __init__(
        self, task: Task, pool: SlotPool, runner: asyncio.Runner, *, is_warm: bool
    ) -> None:
        self._task = task
        self._pool = pool
        self._runner = runner
        self._image = Image(task.digest, task.rootfs, task.warm if is_warm else None)
        self._numbers = task.workload.numbers()

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
            for step in task.steps(number):
                compiles = step.command == task.compile
                outcome = await _execute(slot, step, task, given, compiles=compiles)
                if compiles:
                    given = [
                        InputFile(one.path, one.content or b"", 0o755) for one in outcome.files
                    ]


@dataclass(frozen=True, slots=True)
class MakeEngine:
    """A pool of slots, and one lane of runs for each of them.

    If they are ``warm`` they keep an interpreter warm where the image asks for it, as in the service; with
    ``gvisor`` that runs the programs.
    """

    task: Task
    directory: Path
    init_directory: Path
    slots: int
    kind: Kind = "warm"

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Engine]:
        runsc = find_runsc() if self.kind == "gvisor" else None
        if self.kind == "gvisor" and runsc is None:
            raise Unavailable("there is no runsc")
        config = PoolConfig(
            name=f"bench-{self.kind}",
            slots=self.slots,
            first_slot=get_args(Kind).index(self.kind) * self.slots,
            first_uid=FIRST_UID,
            workplace=self.directory,
            init_directory=self.init_directory,
            runsc=runsc or "",
        )
        try:
            pool = SlotPool.open(config)
        except HostNotReady as error:
            raise Unavailable(str(error)) from error
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                yield _Engine(self.task, pool, runner, is_warm=self.kind in ("warm", "dense"))
            finally:
                runner.run(pool.close())
