"""This machine: what it is, and how busy it is."""

import os
import platform
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from runtime.cgroups import detect_layout

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# The columns of /proc/stat (proc_stat(5)): user, nice, system, irq, softirq. Guests are in user.
_BUSY_COLUMNS = (0, 1, 2, 5, 6)


def busy_s(stat: str | None = None) -> float:
    """Seconds that all cores together were busy since the machine was started.

    ``stat`` is the text of /proc/stat, by default of this moment.
    """
    text = Path("/proc/stat").read_text() if stat is None else stat
    columns = text.partition("\n")[0].split()[1:]
    return sum(int(columns[column]) for column in _BUSY_COLUMNS) / _TICKS_PER_S


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and all its threads, by its own clock; see clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


@dataclass(frozen=True, slots=True)
class Machine:
    """What figures of this machine have to be read with.

    Attributes:
        background_cores: how many cores others kept busy while the bench did nothing.
    """

    kernel: str
    cpu: str
    cores: int
    memory_gib: float
    cgroups: str
    python: str
    crun: str
    load_1min: float
    background_cores: float

    def __str__(self) -> str:
        return (
            f"Linux {self.kernel}, {self.cores} cores ({self.cpu}), {self.memory_gib:.0f} GiB,"
            f" cgroup {self.cgroups}, Python {self.python}, {self.crun};"
            f" load {self.load_1min:.2f}, {self.background_cores:.2f} cores busy before the start"
        )


def describe() -> Machine:
    """This machine; takes a second, in which it looks how busy others keep it."""
    before_s = busy_s()
    started_s = time.monotonic()
    time.sleep(1.0)
    background = (busy_s() - before_s) / (time.monotonic() - started_s)
    return Machine(
        kernel=platform.release(),
        cpu=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        cgroups=detect_layout(),
        python=platform.python_version(),
        crun=_crun_version(),
        load_1min=os.getloadavg()[0],
        background_cores=background,
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _crun_version() -> str:
    if shutil.which("crun") is None:
        return "no crun"
    done = subprocess.run(["crun", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.partition("\n")[0].replace("version ", "")
