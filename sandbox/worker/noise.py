"""How much this machine was in the way while something ran: pressure, stolen time, throttling."""

import os
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
