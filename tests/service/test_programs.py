"""Programs that misbehave: each gets its verdict, in about its limit, and the next run is clean."""

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.models import Verdict
from tests.service.conftest import Service

# A run may take longer than its limit on a busy machine, but not a different order of magnitude.
SLACK_S = 5.0

FORK_BOMB = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""

HOG_IN_CHILD = """
import os
if os.fork() == 0:
    data = bytearray(512 << 20)
    os._exit(0)
os.wait()
print("survived")
"""

FULL_DISK = """
try:
    with open("big", "wb") as file:
        while True:
            file.write(bytes(1 << 20))
except OSError as error:
    print(error.strerror)
"""

LEFT_BEHIND = """
import os
if os.fork() == 0:
    while True:
        pass
"""

MARKERS = """
import glob, os
for place in ("/tmp", "/var/tmp", "/dev/shm", "."):
    print(place, sorted(os.listdir(place)))
    open(place + "/marker", "w").write("was here")
print(sorted(name for name in os.listdir("/proc") if name.isdigit()))
"""


@dataclass(frozen=True)
class Case:
    """A program and the verdict that it must get."""

    name: str
    code: str
    verdict: Verdict
    language: str = "python"
    stdin: str = ""
    limits: dict[str, Any] = field(default_factory=dict)
    within_s: float = 2.0
    message: str = ""
    flag: str = ""
    exit_code: int | None = None
    signal: int | None = None
    stdout: str | None = None


CASES = [
    Case("endless loop", "while True: pass", Verdict.TLE, limits={"cpu_time_s": 1}, message="CPU"),
    Case(
        "endless loop in C++",
        "int main() { volatile int i = 0; for (;;) ++i; }",
        Verdict.TLE,
        "cpp",
        limits={"cpu_time_s": 0.5},
        within_s=4,
    ),
    Case(
        "spin in four processes",
        "import os\nfor _ in range(2): os.fork()\nwhile True: pass",
        Verdict.TLE,
        limits={"cpu_time_s": 1},
        message="CPU",
    ),
    Case(
        "sleep",
        "import time; time.sleep(100)",
        Verdict.TLE,
        limits={"cpu_time_s": 1, "wall_time_s": 1},
        flag="wall_time",
    ),
    Case(
        "stopped",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        Verdict.TLE,
        limits={"cpu_time_s": 1, "wall_time_s": 1},
        flag="wall_time",
    ),
    Case("memory hog", "x = bytearray(512 << 20)", Verdict.MLE, limits={"memory_mb": 64}),
    Case("memory hog in a child", HOG_IN_CHILD, Verdict.MLE, limits={"memory_mb": 64}),
    Case(
        "fork bomb",
        FORK_BOMB,
        Verdict.TLE,
        limits={"cpu_time_s": 1, "pids": 32},
        flag="pids_limit",
        within_s=4,
    ),
    Case("output flood", "while True: print('x' * 1000)", Verdict.OLE),
    Case("error flood", "import sys\nwhile True: sys.stderr.write('x' * 1000)", Verdict.OLE),
    Case("full disk", FULL_DISK, Verdict.OK, stdout="No space left on device\n", limits={"disk_mb": 8}),
    Case("null pointer", "int main() { *(volatile int *)0 = 1; }", Verdict.RE, "c", signal=11, within_s=4),
    Case("abort", "import os; os.abort()", Verdict.RE, signal=6),
    Case("killed by itself", "import os; os.kill(os.getpid(), 9)", Verdict.RE, signal=9),
    Case("exit 137 is not signal 9", "raise SystemExit(137)", Verdict.RE, exit_code=137),
    Case("exit code", "raise SystemExit(3)", Verdict.RE, exit_code=3, message="exit status 3"),
    Case("exception", "raise ValueError('no')", Verdict.RE, exit_code=1),
    Case("compiler error", "int main() { return x; }", Verdict.CE, "cpp", message="compiler", within_s=4),
    Case("endless include", '#include "main.cpp"\n', Verdict.CE, "cpp", within_s=8),
    Case("include of a device", '#include "/dev/zero"\nint main() {}', Verdict.CE, "cpp", within_s=40),
    Case("unread stdin of 50 MB", "print(1)", Verdict.OK, stdin="x" * 50_000_000, stdout="1\n", within_s=8),
    Case("process left behind", LEFT_BEHIND, Verdict.OK, flag="leftover_processes"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_gets_its_verdict_and_leaves_nothing(service: Service, case: Case) -> None:
    before = service.run(language="python", code=MARKERS)
    started_s = time.monotonic()
    result = service.run(
        language=case.language, code=case.code, stdin=case.stdin, limits=case.limits
    )
    assert time.monotonic() - started_s < case.within_s + SLACK_S
    assert result.verdict == case.verdict, result
    step = result.run or result.compile
    assert step is not None
    assert case.message in step.message
    assert not case.flag or case.flag in step.flags
    assert case.exit_code is None or case.exit_code == step.exit_code
    assert case.signal is None or case.signal == step.signal
    assert case.stdout is None or case.stdout == step.stdout
    # Twice the number of slots would be better, but the slot that is free is the one just used.
    after = service.run(language="python", code=MARKERS)
    assert before.run is not None
    assert after.run is not None
    assert before.run.stdout == after.run.stdout


def test_cpu_time_counts_all_processes(service: Service) -> None:
    code = """
import os, time
def spin(s):
    end = time.process_time() + s
    while time.process_time() < end: pass
pids = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        spin(0.2)
        os._exit(0)
    pids.append(pid)
for pid in pids: os.waitpid(pid, 0)
"""
    result = service.run(language="python", code=code)
    assert result.run is not None
    assert 0.6 <= result.run.cpu_time_s < 1.2
