"""What was measured, and the arithmetic on it. Nothing in here touches the machine.

A *sample* is what one lane, or one load generator, saw in one round. A contender's samples make a *round*,
and the rounds of a cell (workload, contender, concurrency) make a *row*. A row's figures are the medians
over its rounds, so that one disturbed round does not decide.
"""

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Sample:
    """What one lane of runs, or one load generator with many callers, saw in one round.

    Attributes:
        elapsed_s: from the first start to the last end.
        runs: runs that ended as expected.
        latencies_s: of those whose latency counts.
        errors: runs that did not end as expected.
        first_error: what the first of them did.
        own_cpu_s: CPU time of the driving process itself, without the programs.
        api_cpu_s: CPU time of the service's API process, where there is one.
    """

    elapsed_s: float
    runs: int
    latencies_s: tuple[float, ...]
    errors: int = 0
    first_error: str = ""
    own_cpu_s: float = 0.0
    api_cpu_s: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a round, or their medians over rounds; None where there is nothing to tell.

    Attributes:
        runs_per_s: runs that ended as expected.
        p50_ms, p95_ms, p99_ms: latency.
        cpu_ms_per_run: busy time of the whole machine, whoever caused it, by the runs.
        driver_cores: how many cores the process that drives the runs kept busy.
        api_ms_per_run: CPU time of the service's API process, by the requests.
    """

    runs_per_s: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    cpu_ms_per_run: float | None
    driver_cores: float | None
    api_ms_per_run: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row stands in the tables."""

    group: str
    workload: str
    contender: str
    concurrency: int


@dataclass(frozen=True, slots=True)
class Row:
    """A cell and what was measured in it; without rounds, ``note`` says why.

    ``runs_per_request``: a request with many tests runs its program so often.
    """

    cell: Cell
    rounds: tuple[Figures, ...] = ()
    errors: int = 0
    note: str = ""
    runs_per_request: int = 1

    @property
    def tests_per_s(self) -> float | None:
        """Runs of the program, where a request makes many of them."""
        requests_per_s = self.median.runs_per_s
        if self.runs_per_request == 1 or requests_per_s is None:
            return None
        return requests_per_s * self.runs_per_request

    @property
    def median(self) -> Figures:
        """Each figure's median over the rounds."""
        return Figures(
            *(
                _median([getattr(one, field.name) for one in self.rounds])
                for field in fields(Figures)
            )
        )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least ``share`` of all values do not exceed (nearest rank)."""
    if not values:
        return None
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 1)  # rounded up
    return ordered[min(len(ordered), max(1, int(rank))) - 1]


def summarise(samples: Sequence[Sample], busy_s: float) -> Figures:
    """The figures of one round.

    Args:
        samples: one of each lane; they ran at the same time.
        busy_s: what the whole machine's cores were busy meanwhile.
    """
    latencies_s = [latency for sample in samples for latency in sample.latencies_s]
    runs = sum(sample.runs for sample in samples)
    api_s = [sample.api_cpu_s for sample in samples if sample.api_cpu_s is not None]
    p50, p95, p99 = (percentile(latencies_s, share) for share in (0.5, 0.95, 0.99))
    return Figures(
        runs_per_s=sum(sample.runs / sample.elapsed_s for sample in samples),
        p50_ms=_in_ms(p50),
        p95_ms=_in_ms(p95),
        p99_ms=_in_ms(p99),
        cpu_ms_per_run=_in_ms(busy_s / runs if runs else None),
        driver_cores=sum(sample.own_cpu_s / sample.elapsed_s for sample in samples),
        api_ms_per_run=_in_ms(sum(api_s) / runs if api_s and runs else None),
    )


def times_baseline(row: Row, rows: Sequence[Row], contender: str | None) -> float | None:
    """A row's throughput as a multiple of ``contender``'s in the same workload and concurrency.

    The median over pairs of rounds that followed each other, since the machine was in the same state
    for both of them. None if the baseline has not been measured, or has done nothing.
    """
    wanted = dataclasses.replace(row.cell, contender=contender or "")
    baseline = next((other for other in rows if other.cell == wanted), None)
    if baseline is None:
        return None
    return _median(
        [
            ours.runs_per_s / theirs.runs_per_s
            for ours, theirs in zip(row.rounds, baseline.rounds, strict=False)
            if ours.runs_per_s is not None and theirs.runs_per_s
        ]
    )


def _in_ms(value_s: float | None) -> float | None:
    return None if value_s is None else value_s * 1000


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
