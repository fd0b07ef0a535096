"""Many problems at once. One that fails is noted and left for the next time; the others go on."""

import asyncio
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.client import AsyncClient
from testgen.errors import TestgenError
from testgen.pipeline.bench import Bench, Reason
from testgen.pipeline.problem import problem_key, work
from testgen.running.runner import Languages, Runner
from testgen.service import Service
from testgen.settings import Settings
from testgen.storage.workspace import Workspace
from testgen.values import Problem
from testgen.writing.model import Model


class Watcher(Protocol):
    """Is told how things go, for people."""

    def began(self, pid: str, stage: str) -> None:
        """A problem has come to a stage."""

    def ended(self, pid: str, result: dict[str, Any]) -> None:
        """A problem is done."""


@dataclass(frozen=True)
class Batch:
    """A run of the pipeline over some problems; ``unreadable`` says why others cannot be read."""

    settings: Settings
    service: Service
    client: AsyncClient
    workspace: Workspace
    watcher: Watcher
    model: Model | None = None
    unreadable: tuple[str, ...] = ()

    async def run(self, problems: Sequence[Problem]) -> list[dict[str, Any]]:
        """The result of each problem, in their order; what was done before is not done again.

        Raises:
            SandboxError: the service cannot be reached at all.
        """
        languages = await Languages.ask(self.client)
        keys = {one.pid: problem_key(one, self.settings, languages) for one in problems}
        settings = self.settings.model_dump(mode="json")
        left_out = [why.encode(errors="replace").decode() for why in self.unreadable]
        start = {"type": "start", "settings": settings, "keys": keys, "unreadable": left_out}
        self.workspace.note(start, again=True)
        runner = Runner(
            self.client,
            self.workspace,
            languages,
            at_once=self.service.runs_at_once,
            fault_retries=self.service.fault_retries,
            output_bytes=self.service.output_bytes,
        )
        gate = asyncio.Semaphore(self.service.problems_at_once)

        async def one(problem: Problem) -> dict[str, Any]:
            async with gate:
                return await self._one(problem, keys[problem.pid], runner)

        return list(await asyncio.gather(*(one(problem) for problem in problems)))

    async def _one(self, problem: Problem, key: str, runner: Runner) -> dict[str, Any]:
        stage = ""

        def say(name: str) -> None:
            nonlocal stage
            stage = name
            self.workspace.note(
                {"type": "stage", "problem": problem.pid, "run": key, "stage": name}
            )
            self.watcher.began(problem.pid, name)

        try:
            result: dict[str, Any] | None = self.workspace.result(problem.pid, key)
            if result is None:
                result = await work(self._bench(problem, runner, say))
                result["stage"] = stage
                self.workspace.keep_result(problem.pid, key, result)
        except Exception as error:  # noqa: BLE001 - whatever one problem does, the others go on
            result = self._fault(problem, key, stage, error)
        self.watcher.ended(problem.pid, result)
        return result

    def _bench(self, problem: Problem, runner: Runner, say: Callable[[str], None]) -> Bench:
        return Bench(
            problem, self.settings, self.service, runner, self.workspace.blobs, say, self.model
        )

    def _fault(self, problem: Problem, key: str, stage: str, error: Exception) -> dict[str, Any]:
        """What came of a problem that failed. It is no result: the next run tries again."""
        known = isinstance(error, TestgenError)
        detail = str(error) if known else "".join(traceback.format_exception(error))[-2000:]
        detail = detail.encode(errors="replace").decode()
        with suppress(OSError):  # a full disk may be the fault itself
            self.workspace.note(
                {"type": "fault", "problem": problem.pid, "run": key, "detail": detail}, again=True
            )
        return {
            "pid": problem.pid,
            "preset": self.settings.preset,
            "kept": False,
            "reason": Reason.FAULT,
            "detail": detail,
            "stage": stage,
        }
