"""What the command line shows: tables and summary lines, made of results. Nothing is printed here."""

import sys
from collections.abc import Iterable, Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sandbox.cli.errors import visible
from sandbox.models import (
    LanguageInfo,
    Limits,
    Readiness,
    RunResult,
    StepResult,
    Verdict,
    WorkerInfo,
)

_MIB = 1 << 20
_NOTE_CHARS = 300
_FILE_WIDTH = 400

_VERDICT_STYLES = {
    Verdict.AC: "bold green",
    Verdict.OK: "bold green",
    Verdict.SK: "dim",
    Verdict.IE: "bold magenta",
    Verdict.WA: "bold red",
    Verdict.RE: "bold red",
    Verdict.CE: "bold yellow",
    Verdict.TLE: "bold yellow",
    Verdict.MLE: "bold yellow",
    Verdict.OLE: "bold yellow",
}
_LEVEL_STYLES = {"PASS": "green", "CAUTION": "yellow", "FAIL": "bold red"}


class Finding(Protocol):
    """One line of the host check, from the service or made here."""

    @property
    def name(self) -> str:
        """What was looked at."""

    @property
    def level(self) -> str:
        """PASS, CAUTION or FAIL."""

    @property
    def finding(self) -> str:
        """What was found."""

    @property
    def mend(self) -> str:
        """What to do about it."""


def console() -> Console:
    """Where tables go. Without a terminal a row is one line, for those who search in it."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)


def tests_table(steps: Iterable[StepResult]) -> Table:
    """One row for each test."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("test", overflow="fold")
    table.add_column("verdict")
    for name in ("CPU ms", "wall ms", "memory MiB"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("note", overflow="fold")
    for step in steps:
        skipped = step.verdict == Verdict.SK
        table.add_row(
            Text(visible(step.id or "")),
            verdict_text(step.verdict),
            "" if skipped else milliseconds(step.cpu_time_s),
            "" if skipped else milliseconds(step.wall_time_s),
            "" if skipped else mebibytes(step.memory_bytes),
            Text(note(step)),
        )
    return table


def verdict_text(verdict: Verdict | None, status: str = "") -> Text:
    """A verdict in its colour, or the status of a run that has none."""
    if verdict is None:
        return Text(status, style="bold magenta")
    return Text(verdict.value, style=_VERDICT_STYLES[verdict])


def note(step: StepResult, *, with_stderr: bool = True) -> str:
    """What is worth saying about a step, on one line; of a crash also what it wrote last."""
    parts = [step.message]
    if step.verdict == Verdict.RE and with_stderr:
        lines = [line for line in step.stderr.splitlines() if line.strip()]
        parts += [lines[-1].strip()] if lines else []
    parts += step.flags
    text = visible("; ".join(part for part in parts if part)).replace("\n", "; ")
    return text if len(text) <= _NOTE_CHARS else text[: _NOTE_CHARS - 1] + "…"


def run_summary(result: RunResult) -> Text:
    """The line under a run without tests."""
    step = result.run or result.compile
    facts = [] if step is None else [note(step, with_stderr=False), *_usage(step)]
    return _summary(result, facts)


def tests_summary(result: RunResult) -> Text:
    """The line under a table of tests: how many passed, and what they used together."""
    ran = [step for step in result.tests if step.verdict != Verdict.SK]
    facts = [f"{result.passed}/{result.total}"]
    if unjudged := sum(step.verdict == Verdict.OK for step in ran):
        facts.append(f"{unjudged} not judged")
    if ran:
        cpu_s, wall_s = [s.cpu_time_s for s in ran], [s.wall_time_s for s in ran]
        facts += [
            f"CPU {milliseconds(sum(cpu_s))} ms (longest {milliseconds(max(cpu_s))})",
            f"wall {milliseconds(sum(wall_s))} ms (longest {milliseconds(max(wall_s))})",
            f"memory {mebibytes(max(step.memory_bytes for step in ran))} MiB at most",
        ]
    if result.timing is not None:
        facts.append(f"{result.timing.total_s:.2f} s in all")
    return _summary(result, facts)


def _summary(result: RunResult, facts: Sequence[str]) -> Text:
    text = verdict_text(result.verdict, result.status)
    if result.error is not None:
        facts = [visible(f"{result.error.code}: {result.error.message}"), *facts]
    return Text.assemble(text, "  ", " · ".join(fact for fact in facts if fact))


def _usage(step: StepResult) -> list[str]:
    return [
        f"CPU {milliseconds(step.cpu_time_s)} ms",
        f"wall {milliseconds(step.wall_time_s)} ms",
        f"memory {mebibytes(step.memory_bytes)} MiB",
    ]


def languages_table(languages: Iterable[LanguageInfo]) -> Table:
    """What can be run, with default limits."""
    table = _plain("language", "aliases", "version", "image", "CPU", "memory")
    for language in languages:
        table.add_row(
            Text(visible(language.name), style="bold"),
            Text(visible(", ".join(language.aliases))),
            Text(visible(language.version)),
            Text(visible(language.image)),
            *_limit_cells(language.limits),
        )
    return table


def _limit_cells(limits: Limits) -> tuple[str, str]:
    cpu_s, memory_mb = limits.cpu_time_s, limits.memory_mb
    return (
        "" if cpu_s is None else f"{cpu_s:g} s",
        "" if memory_mb is None else f"{memory_mb} MiB",
    )


def readiness_line(readiness: Readiness) -> Text:
    """Ready or not, and how busy."""
    state = Text("ready", "bold green") if readiness.ready else Text("not ready", "bold red")
    slots = sum(worker.slots for worker in readiness.workers)
    counts = f"  {slots} slots · {readiness.running} running · {readiness.queued} queued"
    return Text.assemble(state, counts)


def workers_table(workers: Iterable[WorkerInfo]) -> Table:
    """Who is connected."""
    table = _plain("worker", "slots")
    for worker in workers:
        table.add_row(Text(visible(worker.name)), str(worker.slots))
    return table


def findings_table(findings: Iterable[Finding]) -> Table:
    """The host check; under a line that is not PASS stands what to do."""
    table = _plain("", "host check", "finding")
    for finding in findings:
        level = str(finding.level)
        table.add_row(
            Text(level, style=_LEVEL_STYLES.get(level, "")),
            Text(visible(finding.name)),
            Text(visible(finding.finding)),
        )
        if level != "PASS" and finding.mend:
            table.add_row("", "", Text(visible(f"→ {finding.mend}"), style="italic"))
    return table


def _plain(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def milliseconds(seconds: float) -> str:
    """Whole milliseconds; below ten with a decimal."""
    value = seconds * 1000
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def mebibytes(count: int) -> str:
    """MiB with one decimal."""
    return f"{count / _MIB:.1f}"
