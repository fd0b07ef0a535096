"""`testgen run`: the pipeline over some problems, with progress."""

import asyncio
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sandbox.client import AsyncClient
from testgen.cli.report import print_report
from testgen.errors import DataError
from testgen.pipeline.bench import Reason
from testgen.pipeline.many import Batch
from testgen.reading.problems import Found, read_problems
from testgen.reporting.plain import plain
from testgen.service import Service
from testgen.settings import Preset, Settings, settings_for
from testgen.storage.workspace import JOURNAL, Workspace
from testgen.writing.model import opened_model


def run(
    path: Path, out: Path, preset: Preset, changes: list[str], url: str | None, *, resume: bool
) -> int:
    """Run it; 1 if some problem ended in a fault."""
    settings = settings_for(preset, dict(_change(one) for one in changes))
    if (out / JOURNAL).exists() and not resume:
        raise DataError(f"{out}: has results already; --resume goes on with them")
    found = read_problems(path)
    for why in found.unreadable:
        typer.echo(f"left out: {plain(why)}", err=True)
    with Workspace(out) as workspace:
        results = asyncio.run(_work(found, settings, Service(), workspace, url))
    print_report(out)
    return int(
        bool(found.unreadable) or any(result["reason"] == Reason.FAULT for result in results)
    )


async def _work(
    found: Found,
    settings: Settings,
    service: Service,
    workspace: Workspace,
    url: str | None,
) -> list[dict[str, Any]]:
    client = AsyncClient(url, concurrency=service.runs_at_once + 2, retry_for_s=service.patience_s)
    async with client:
        with ProgressBar(len(found.problems)) as watcher:
            async with opened_model(settings, service, workspace) as model:
                batch = Batch(
                    settings, service, client, workspace, watcher, model, found.unreadable
                )
                return await batch.run(found.problems)


class ProgressBar:
    """How far it is, with an estimate; a line for each problem that is done."""

    def __init__(self, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("problems", total=total)
        self._stages: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def began(self, pid: str, stage: str) -> None:
        """Shows what is under way."""
        self._stages[pid] = stage
        self._describe()

    def ended(self, pid: str, result: dict[str, Any]) -> None:
        """Shows what came of it."""
        self._stages.pop(pid, None)
        end = "kept" if result["kept"] else f"{result['reason']}: {result['detail']}"
        self._progress.console.print(plain(f"{pid}: {end}"))
        self._progress.advance(self._task)
        self._describe()

    def _describe(self) -> None:
        under_way = ", ".join(f"{pid} ({stage})" for pid, stage in sorted(self._stages.items()))
        shown = plain(under_way or "problems").plain[:60]
        self._progress.update(self._task, description=shown)


def _change(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise DataError(f"--set {text}: must look like NAME=VALUE")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value
