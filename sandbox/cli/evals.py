"""``sandbox eval``: benchmarks of models, with progress on the terminal and pass@k at the end."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from sandbox.cli import tables
from sandbox.cli.errors import CliError, ExitCode, visible
from sandbox.client import AsyncClient, SandboxError
from sandbox.evals import humaneval, humaneval_files, multipl_e
from sandbox.evals.engine import RETRY_FAULTS, RETRY_FOR_S, default_at_once
from sandbox.evals.files import FileUnusable
from sandbox.evals.summary import Findings, Watch, document, rows

DEFAULT_KS = "1,10,100"

_Evaluate = Callable[[AsyncClient, int, Watch], Awaitable[Findings]]


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """What both benchmarks have in common; ``at_once`` 0 is decided by the service's slots."""

    url: str | None
    ks: str = DEFAULT_KS
    at_once: int = 0
    as_json: bool = False
    retry_refused: bool = False


def run_multipl_e(folder: Path, output: Path | None, options: EvalOptions) -> ExitCode:
    """Evaluate a folder of MultiPL-E. Raises CliError if it cannot be used, or there is no service."""
    if not folder.is_dir():
        raise CliError(f"{folder}: no such folder")

    async def evaluate(client: AsyncClient, at_once: int, watch: Watch) -> Findings:
        return await multipl_e.evaluate(
            client, folder, output, at_once, watch, retry_refused=options.retry_refused
        )

    return _run(evaluate, options)


def run_humaneval(
    file: Path,
    problems: Path | None,
    output: Path | None,
    cpu_time_s: float | None,
    options: EvalOptions,
    *,
    canonical: bool,
) -> ExitCode:
    """Evaluate samples, or with ``canonical`` the solutions of the problems in ``file`` themselves.

    Raises:
        CliError: a file cannot be used, or there is no service.
    """
    if (problems is None) != canonical:
        raise CliError("give either --problems with the problems that FILE answers, or --canonical")
    try:
        known = humaneval_files.read_problems(problems or file)
        samples = list(
            humaneval_files.canonical_samples(known)
            if problems is None
            else humaneval_files.read_samples(file, known)
        )
    except FileUnusable as error:
        raise CliError(str(error)) from error
    results = output or file.with_name(file.name + humaneval.RESULTS_ENDING)

    async def evaluate(client: AsyncClient, at_once: int, watch: Watch) -> Findings:
        return await humaneval.evaluate(
            client, samples, results, at_once, watch, cpu_time_s,
            retry_refused=options.retry_refused,
        )  # fmt: skip

    return _run(evaluate, options)


class _Bar:
    """Progress on the terminal, with an estimate of what is left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("programs", total=None)

    def begin(self, programs: int) -> None:
        self._progress.update(self._task, total=programs)

    def advance(self) -> None:
        self._progress.advance(self._task)


class _Lines:
    """Progress in a log: a line for each tenth, with an estimate of what is left."""

    def __init__(self, messages: Console) -> None:
        self._messages = messages
        self._total = self._done = 0
        self._started_s = time.monotonic()

    def begin(self, programs: int) -> None:
        self._total = programs
        self._messages.print(f"{programs} programs to run")

    def advance(self) -> None:
        self._done += 1
        if self._done * 10 // self._total > (self._done - 1) * 10 // self._total:
            passed_s = time.monotonic() - self._started_s
            left_s = passed_s / self._done * (self._total - self._done)
            self._messages.print(
                f"{self._done} of {self._total} programs after {passed_s:.0f} s, about {left_s:.0f} s left"
            )


def _run(evaluate: _Evaluate, options: EvalOptions) -> ExitCode:
    ks = _parse_ks(options.ks)
    messages = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        findings = asyncio.run(_evaluate(evaluate, options, messages))
    except FileUnusable as error:
        raise CliError(str(error)) from error
    except (SandboxError, ValueError) as error:
        raise CliError(f"{error}; what is done is kept, call it again to go on") from error
    if options.as_json:
        sys.stdout.write(json.dumps(document(findings, ks), indent=2) + "\n")
    else:
        tables.console().print(_table(findings, ks))
    _complain(findings, messages)
    return exit_code(findings)


def exit_code(findings: Findings) -> ExitCode:
    """Programs that fail are no failure of the evaluation; programs without a result are."""
    if findings.no_result:
        return ExitCode.FAULT
    return ExitCode.UNUSABLE if findings.unusable else ExitCode.GOOD


async def _evaluate(evaluate: _Evaluate, options: EvalOptions, messages: Console) -> Findings:
    # A service that is not there is seen at once; one that goes away meanwhile is waited for.
    async with AsyncClient(options.url, concurrency=1, retry_for_s=0) as client:
        at_once = options.at_once or await default_at_once(client)
    patient = AsyncClient(
        options.url, concurrency=at_once, retry_for_s=RETRY_FOR_S, retry_faults=RETRY_FAULTS
    )
    async with patient as client:
        with _watching(messages) as watch:
            return await evaluate(client, at_once, watch)


@contextmanager
def _watching(messages: Console) -> Iterator[Watch]:
    """Progress as fits where it is shown."""
    if not messages.is_terminal:
        yield _Lines(messages)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages) as progress:
        yield _Bar(progress)


def _table(findings: Findings, ks: Sequence[int]) -> Table:
    found = rows(findings, ks)
    shown = [k for k in ks if any(k in row.pass_at for row in found)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("folder", overflow="fold")
    table.add_column("language", overflow="fold")
    for name in ("problems", "incomplete", "samples", "right", *(f"pass@{k}" for k in shown)):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found:
        counts = (row.problems, row.incomplete, row.samples, row.right)
        estimates = (f"{row.pass_at[k]:.2%}" if k in row.pass_at else "" for k in shown)
        names = (Text(visible(row.folder)), Text(visible(row.language), style="bold"))
        table.add_row(*names, *map(str, counts), *estimates)
    return table


def _complain(findings: Findings, messages: Console) -> None:
    for reason, count in findings.no_result.most_common():
        text = f"{count} without a result, call it again: {visible(reason)}"
        messages.print(Text(text, style="bold magenta"))
    for reason, count in findings.refused.most_common():
        text = f"{count} refused, not passed (--retry-refused sends them again): {visible(reason)}"
        messages.print(Text(text, style="yellow"))
    for reason in findings.unusable:
        messages.print(Text(f"left out: {visible(reason)}", style="yellow"))


def _parse_ks(text: str) -> list[int]:
    try:
        ks = sorted({int(part) for part in text.split(",")})
    except ValueError:
        ks = []
    if not ks or ks[0] < 1:
        raise CliError(f"--k {text}: give whole numbers from 1 on, such as {DEFAULT_KS}")
    return ks
