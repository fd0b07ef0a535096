"""How much this machine was in the way while something ran: pressure, stolen time, throttling, slowness.

Slowness is what no counter of the kernel shows: a hypervisor's other guests, or hyperthreads, make the same
work take up to twice the CPU time. A piece of work that is always the same tells how fast a core is now,
compared with the best that it has ever been.
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Shares of the time from which on a measurement says little.
_PRESSURE_SHARE = 0.2
_STEAL_SHARE = 0.05
_PRESSURE = Path("/proc/pressure/cpu")
_STAT = Path("/proc/stat")
# Of the service's own container, if it has a CPU quota (cgroup v2, v1).
_QUOTAS = (Path("/sys/fs/cgroup/cpu.stat"), Path("/sys/fs/cgroup/cpu/cpu.stat"))


@dataclass(frozen=True, slots=True)
class Noise:
    """The machine's counters at one moment; only differences mean anything."""

    at_s: float
    pressure_s: float
    steal_s: float
    throttled: int

    @classmethod
    def now(cls) -> Self:
        """Reads the counters; one that this kernel does not have stays 0."""
        return cls(time.monotonic(), _pressure_s(), _steal_s(), _throttled())

    def starved(self, before: Self) -> bool:
        """Whether programs had to wait for the processor since ``before``."""
        elapsed_s = max(self.at_s - before.at_s, 1e-6)
        cores = os.cpu_count() or 1
        return (
            self.pressure_s - before.pressure_s > _PRESSURE_SHARE * elapsed_s
            or self.steal_s - before.steal_s > _STEAL_SHARE * elapsed_s * cores
            or self.throttled > before.throttled
        )


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _pressure_s() -> float:
    for line in _read(_PRESSURE).splitlines():
        if line.startswith("some "):
            return int(line.rpartition("total=")[2]) / 1e6
    return 0.0


def _steal_s() -> float:
    fields = _read(_STAT).partition("\n")[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK") if len(fields) > 8 else 0.0


def _throttled() -> int:
    for path in _QUOTAS:
        for line in _read(path).splitlines():
            if line.startswith("nr_throttled "):
                return int(line.split()[1])
    return 0


_WORK = 60_000  # about 5 ms
# From this slowness on a measurement on the core says little.
SLOW = 1.08
_TRIES = 3


class Cores:
    """How fast the cores are. Thread-safe."""

    def __init__(self) -> None:
        """Nothing is known yet; the first measurements set the mark."""
        self._best_s = float("inf")
        self._lock = threading.Lock()

    def slowness(self, core: int | None) -> float:
        """How much longer work takes now on a core (None: any) than it can. Takes about 15 ms."""
        with self._lock:
            now_s = min(_measure(core) for _ in range(_TRIES))
            self._best_s = min(self._best_s, now_s)
            return now_s / self._best_s


def _measure(core: int | None) -> float:
    usual = os.sched_getaffinity(0)  # of this thread
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        started_s = time.thread_time()
        total = 0
        for number in range(_WORK):
            total += number * number % 7
        return time.thread_time() - started_s
    finally:
        os.sched_setaffinity(0, usual)
