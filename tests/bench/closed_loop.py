"""One run after the other for a while: the round of drivers that do one run at a time."""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench.figures import Sample


class RunFailed(Exception):
    """A run did not end as expected; the message says how."""


def variant_numbers() -> Iterator[int]:
    """Numbers for variants of a program that nothing else in this bench has used, almost certainly."""
    return itertools.count(secrets.randbelow(1 << 40))


def check_output(actual: str, expected: str | None) -> None:
    """Raises RunFailed unless the program printed what it should; with None it may print anything."""
    if expected is not None and actual != expected:
        raise RunFailed(f"printed {actual[:200]!r}, not {expected!r}")


@dataclass(slots=True)
class Tally:
    """Counts the runs of a round."""

    started_s: float = field(default_factory=time.perf_counter)
    latencies_s: list[float] = field(default_factory=list)
    runs: int = 0
    errors: int = 0
    first_error: str = ""

    def succeeded(self, latency_s: float, *, counts: bool = True) -> None:
        """A run went well; its latency ``counts`` unless it was one of a start."""
        self.runs += 1
        if counts:
            self.latencies_s.append(latency_s)

    def failed(self, error: str) -> None:
        """A run did not end as expected."""
        self.errors += 1
        self.first_error = self.first_error or error

    def sample(self, own_cpu_s: float = 0.0) -> Sample:
        """What was counted until now."""
        return Sample(
            elapsed_s=time.perf_counter() - self.started_s,
            runs=self.runs,
            latencies_s=tuple(self.latencies_s),
            errors=self.errors,
            first_error=self.first_error,
            own_cpu_s=own_cpu_s,
        )


def repeat(run_once: Callable[[], None], seconds: float) -> Sample:
    """Calls ``run_once`` until the time is over; the last call is finished and counts."""
    tally = Tally()
    own_cpu_s = time.process_time()
    now_s = tally.started_s
    while now_s < tally.started_s + seconds:
        before_s = now_s
        try:
            run_once()
        except RunFailed as error:
            now_s = time.perf_counter()
            tally.failed(str(error))
        else:
            now_s = time.perf_counter()
            tally.succeeded(now_s - before_s)
    return tally.sample(time.process_time() - own_cpu_s)
