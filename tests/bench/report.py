"""The figures as tables for people and as JSON for programs."""

import dataclasses
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from runtime.limits import MIB
from tests.bench.contenders import BASELINE, CONTENDERS
from tests.bench.figures import Row, times_baseline
from tests.bench.idle import IdleSlot
from tests.bench.machine import Machine
from tests.bench.rounds import GENERATOR, Settings

_TITLES: dict[str, str] = {
    "alone": "A trivial binary, one run at a time: from a slot that is ready to the program's end",
    "direct": "Without HTTP, {cores} runs at once",
    "http": "Over HTTP, from sending the request to having the whole answer",
    GENERATOR: "The load generator alone: the same process asks the service for GET /healthz",
}
_COLUMNS = ("p50\nms", "p95\nms", "p99\nms", "CPU ms\nper run", "driver\ncores", "API ms\nper run",
            "errors")  # fmt: skip
_EXPLANATION = (
    "A run is one whole request, also where it has many tests; tests/s counts those. Figures are medians"
    " over the rounds. CPU is the busy time of the whole machine by runs: generator and other programs are"
    " in it. Driver cores are those that the processes used which make the runs, without the programs:"
    " lanes, slots' owner, load generator. API ms are the CPU time of the service's API process alone, by"
    " requests: what `sandbox capacity` reckons with. Over HTTP a caller's first request has no latency, so"
    " a short round of a slow program has none at all."
)
_LONGEST_NOTE = 300
_NARROWEST = 110


def number(value: float | None) -> str:
    """A figure with two or three digits that matter; nothing where there is none."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.01 else f"{value:.2g}"


def make_table(group: str, rows: Sequence[Row], cores: int) -> Table:
    """The rows of one group; those to be compared stand together."""
    baseline = BASELINE.get(group)
    title = _TITLES[group].format(cores=cores)
    if baseline:
        title += f"; ratio: throughput against {baseline}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("workload", no_wrap=True)
    table.add_column("at\nonce", justify="right")
    table.add_column("contender", no_wrap=True)
    table.add_column("runs/s" if baseline else "asked/s", justify="right")
    table.add_column("ratio" if baseline else "", justify="right")
    table.add_column("tests/s" if any(row.tests_per_s for row in rows) else "", justify="right")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for _, section in itertools.groupby(
        _ordered(group, rows), key=lambda row: (row.cell.workload, row.cell.concurrency)
    ):
        for row in section:
            table.add_row(*_texts(row, rows))
        table.add_section()
    return table


def _ordered(group: str, rows: Sequence[Row]) -> list[Row]:
    """Rows that are to be compared stand together, workloads in the order in which they came."""
    mine = [row for row in rows if row.cell.group == group]
    workloads = list(dict.fromkeys(row.cell.workload for row in mine))
    return sorted(mine, key=lambda row: (workloads.index(row.cell.workload), row.cell.concurrency))


def _ratio(row: Row, rows: Sequence[Row]) -> float | None:
    return times_baseline(row, rows, BASELINE.get(row.cell.group))


def _texts(row: Row, rows: Sequence[Row]) -> list[str]:
    median = row.median
    figures = (median.runs_per_s, _ratio(row, rows), row.tests_per_s, median.p50_ms, median.p95_ms,
               median.p99_ms, median.cpu_ms_per_run)  # fmt: skip
    cores = "" if median.driver_cores is None else f"{median.driver_cores:.2f}"
    errors = str(row.errors) if row.rounds else ""
    cell = row.cell
    names = [cell.workload, str(cell.concurrency), cell.contender]
    return [*names, *map(number, figures), cores, number(median.api_ms_per_run), errors]


def notes(rows: Sequence[Row]) -> list[str]:
    """Why rows have errors or no figures, each reason once."""
    reasons: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.note:
            text = " ".join(row.note.split())[:_LONGEST_NOTE]
            reasons.setdefault((row.cell.contender, text), row.cell.workload)
    return [f"{contender} ({workload}): {text}" for (contender, text), workload in reasons.items()]


def shares(rows: Sequence[Row]) -> list[str]:
    """The throughput of contenders that are another one with something added, as shares of that one's."""
    lines = []
    for contender in CONTENDERS:
        found = [
            (row.cell, share)
            for row in rows
            if row.cell.contender == contender.name
            and (share := times_baseline(row, rows, contender.beside)) is not None
        ]
        if contender.beside and found:
            texts = (f"{one.workload} at {one.concurrency} {number(share)}" for one, share in found)
            name, group = contender.name, contender.beside
            lines.append(f"{name}, as a share of what {group} does: {', '.join(texts)}")
    return lines


def make_idle_table(idle: Sequence[IdleSlot]) -> Table:
    """What slots take that nobody uses."""
    title = "An idle slot: its container's memory, and how long the container takes to be booted"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("image")
    table.add_column("interpreter")
    for name in ("right after\nboot, MiB", "after a run,\nMiB", "boot\nms"):
        table.add_column(name, justify="right")
    for one in idle:
        mib = [number(size / MIB) for size in (one.booted_bytes, one.used_bytes)]
        table.add_row(one.image, "warm" if one.is_warm else "none", *mib, number(one.boot_s * 1000))
    return table


def show(
    console: Console, machine: Machine, rows: Sequence[Row], idle: Sequence[IdleSlot] = ()
) -> None:
    """Prints all that was measured."""
    if not console.is_terminal:
        console.width = max(console.width, _NARROWEST)
    if idle:
        console.print()
        console.print(make_idle_table(idle))
    for group in _TITLES:
        if any(row.cell.group == group for row in rows):
            console.print()
            console.print(make_table(group, rows, machine.cores))
    measured = {row.cell.contender for row in rows}
    for contender in CONTENDERS:
        if contender.name in measured:
            console.print(f"{contender.name}: {contender.meaning}.", highlight=False)
    for line in shares(rows):
        console.print(line, highlight=False)
    console.print(_EXPLANATION, highlight=False)
    for note in notes(rows):
        console.print(Text(note, style="red"))
    console.print(str(machine), highlight=False)


def as_document(
    machine: Machine, settings: Settings, rows: Sequence[Row], idle: Sequence[IdleSlot] = ()
) -> dict[str, Any]:
    """All that was measured, each round too, as JSON has it."""
    return {
        "format": 1,
        "machine": dataclasses.asdict(machine),
        "settings": dataclasses.asdict(settings),
        "idle": [dataclasses.asdict(one) for one in idle],
        "rows": [
            {
                **dataclasses.asdict(row.cell),
                **dataclasses.asdict(row.median),
                "times_baseline": _ratio(row, rows),
                "tests_per_s": row.tests_per_s,
                "errors": row.errors,
                "note": row.note,
                "rounds": [dataclasses.asdict(one) for one in row.rounds],
            }
            for row in rows
        ],
    }


def save(path: Path, document: dict[str, Any]) -> None:
    """Writes the JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")
