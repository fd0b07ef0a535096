"""The service with a second wall: requests are answered as without, by programs of another kernel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.models import RunResult, Verdict
from tests.gvisor.binary import needed_runsc
from tests.service.conftest import Service

SUM = [
    {"stdin": "20 22\n", "expected_output": "42\n"},
    {"stdin": "1 2\n", "expected_output": "3\n"},
]
CPP = """
#include <bits/stdc++.h>
int main() {
    long a, b;
    std::cin >> a >> b;
    %s
}
"""
PROGRAMS = {
    "python": {
        Verdict.AC: "print(sum(map(int, input().split())))",
        Verdict.WA: "print(42)",
        Verdict.TLE: "while True: pass",
        Verdict.MLE: "x = [bytearray(1 << 20) for _ in range(1000)]",
        Verdict.RE: "raise ValueError",
        Verdict.OLE: "while True: print('x' * 65536)",
    },
    "cpp": {
        Verdict.AC: CPP % r'std::cout << a + b << "\n";',
        Verdict.WA: CPP % r'std::cout << a - b << "\n";',
        Verdict.TLE: CPP % "for (volatile long i = 0;; i = i + 1) {}",
        Verdict.MLE: CPP % "std::vector<long> v(100'000'000, a); std::cout << v[b];",
        Verdict.RE: CPP % "std::abort();",
        Verdict.CE: CPP % "return undeclared;",
    },
}  # fmt: skip
CASES = [(language, verdict) for language, of in PROGRAMS.items() for verdict in of]


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose programs are run by gVisor."""
    running = Service(tmp_path_factory.mktemp("walled") / "run", runsc=needed_runsc())
    yield running
    assert running.stop() == 0, "\n".join(running.lines[-30:])


@pytest.mark.parametrize(("language", "verdict"), CASES, ids=str)
def test_verdicts(walled: Service, language: str, verdict: Verdict):
    limits = {"cpu_time_s": 1, "wall_time_s": 20, "memory_mb": 256}
    result = walled.run(
        language=language, code=PROGRAMS[language][verdict], tests=SUM, limits=limits
    )
    assert verdict == result.verdict, result
    assert (1.0 if verdict is Verdict.AC else 0.0) == result.reward


def test_the_kernel_is_gvisors(walled: Service, service: Service):
    def kernel(of: Service) -> RunResult:
        return of.run(language="python", code="import os; print(os.uname().release, end='')")

    ours = Path("/proc/sys/kernel/osrelease").read_text().strip()
    inside, without = kernel(walled).run, kernel(service).run
    assert inside is not None
    assert without is not None
    assert ours == without.stdout  # the control
    assert ours != inside.stdout != ""
