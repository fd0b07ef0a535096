"""Throughput and latency against concurrency as a picture."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes

from tests.bench.figures import Row

_STYLE = {"service": "-", "unsandboxed": "--"}


def draw(path: Path, rows: Sequence[Row]) -> bool:
    """Draws the rows measured over HTTP; returns whether there was one.

    A workload has a colour, a contender a kind of line.
    """
    lines = _lines(rows)
    if not lines:
        return False
    mpl.use("Agg")  # no display is needed
    figure, (throughput, latency) = pyplot.subplots(1, 2, figsize=(14, 6), layout="constrained")
    workloads = list(dict.fromkeys(workload for workload, _ in lines))
    for (workload, contender), line in lines.items():
        levels = [row.cell.concurrency for row in line]
        look = f"C{workloads.index(workload)}"
        style = _STYLE.get(contender, "-.")
        label = f"{workload}, {contender}"
        medians = [row.median for row in line]
        throughput.plot(
            levels, _known([one.runs_per_s for one in medians]),
            color=look, linestyle=style, marker="o", label=label,
        )  # fmt: skip
        latency.plot(
            levels, _known([one.p50_ms for one in medians]),
            color=look, linestyle=style, marker="o",
        )  # fmt: skip
        latency.plot(
            levels, _known([one.p95_ms for one in medians]),
            color=look, linestyle=style, marker="^", linewidth=0.5,
        )  # fmt: skip
    _label(throughput, "requests per second")
    _label(latency, "latency, ms: p50 (circles), p95 (triangles)")
    figure.legend(loc="outside right upper")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return True


def _known(values: Sequence[float | None]) -> list[float]:
    """A gap where a round was too short for a figure."""
    return [float("nan") if value is None else value for value in values]


def _lines(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.cell.concurrency):
        if row.cell.group == "http" and row.rounds:
            lines.setdefault((row.cell.workload, row.cell.contender), []).append(row)
    return lines


def _label(axes: Axes, text: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel("callers at once")
    axes.set_ylabel(text)
    axes.grid(visible=True, which="both", alpha=0.3)
