"""Throughput and latency against concurrency as a picture, where matplotlib is installed."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.figures import Row


def draw(path: Path, rows: Sequence[Row]) -> bool:
    """Draws the rows measured over HTTP; returns whether there was a matplotlib to do it with."""
    try:
        matplotlib = importlib.import_module("matplotlib")
    except ImportError:
        return False
    matplotlib.use("Agg")  # no display is needed
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    figure, (throughput, latency) = pyplot.subplots(1, 2, figsize=(12, 5), layout="constrained")
    for (workload, contender), line in _lines(rows).items():
        levels = [row.cell.concurrency for row in line]
        label = f"{workload}, {contender}"
        style = {"marker": "o", "linestyle": "--" if "unsandboxed" in contender else "-"}
        throughput.plot(levels, [row.median.runs_per_s for row in line], label=label, **style)
        (middle,) = latency.plot(levels, [row.median.p50_ms for row in line], label=label, **style)
        upper = [row.median.p95_ms for row in line]
        latency.plot(levels, upper, color=middle.get_color(), linestyle=":", marker="^")
    _label(throughput, "runs per second")
    _label(latency, "latency, ms: p50, and p95 dotted")
    throughput.legend()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return True


def _lines(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.cell.concurrency):
        if row.cell.group == "http" and row.rounds:
            lines.setdefault((row.cell.workload, row.cell.contender), []).append(row)
    return lines


def _label(axes: Any, text: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel("callers at once")
    axes.set_ylabel(text)
    axes.grid(visible=True, which="both", alpha=0.3)
