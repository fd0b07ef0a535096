"""Repeatable verdicts: a set of programs, run again and again beside busy neighbours.

``python -m tests.service.steadiness [--sets N] [--neighbours N]`` is the whole of it. Some programs use
85 to 95 % of their CPU limit: what they usually take on this machine is measured first, each program alone.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.service.conftest import Service

COUNT_C = """
#include <stdio.h>
int main(void) {
    unsigned x = 1;
    for (unsigned long i = 0; i < 50000000; i++) {
        x = x * 1664525u + 1013904223u;
        __asm__ volatile("" : "+r"(x));
    }
    printf("%u\\n", x);
}
"""
SORT_CPP = """
#include <algorithm>
#include <cstdio>
#include <vector>
int main() {
    std::vector<unsigned> v(1 << 19);
    unsigned x = 1;
    for (int round = 0; round < 2; round++) {
        for (auto &one : v) one = x = x * 1664525u + 1013904223u;
        std::sort(v.begin(), v.end());
    }
    std::printf("%u\\n", v[5]);
}
"""
WALK_C = """
#include <stdio.h>
#include <stdlib.h>
int main(void) {
    size_t n = 1 << 22;
    unsigned *v = calloc(n, sizeof *v), x = 1;
    for (int i = 0; i < 10000000; i++) { x = x * 1664525u + 1013904223u; v[x >> 10] += x; }
    printf("%u\\n", v[5]);
}
"""
LOOP_PYTHON = "t = 0\nfor i in range(750_000): t += i * i % 7\nprint(t)"
BUSY = (
    {"language": "c", "code": WALK_C.replace("10000000", "20000000"), "limits": {"cpu_time_s": 20}},
    {
        "language": "python",
        "code": LOOP_PYTHON.replace("750_000", "1_500_000"),
        "limits": {"cpu_time_s": 20},
    },
)
WORK: dict[str, dict[str, Any]] = {
    "count": {"language": "c", "code": COUNT_C},
    "sort": {"language": "cpp", "code": SORT_CPP},
    "walk": {"language": "c", "code": WALK_C},
    "loop": {"language": "python", "code": LOOP_PYTHON},
}
# A program of fixed work, the share of its limit that it uses, the verdict.
SHARES = [
    ("count", 0.85, "AC"), ("count", 0.90, "AC"), ("count", 0.95, "AC"),
    ("sort", 0.85, "AC"), ("sort", 0.90, "AC"),
    ("walk", 0.85, "AC"),
    ("loop", 0.85, "AC"), ("loop", 0.90, "AC"), ("loop", 0.95, "AC"),
    ("count", 1.7, "TLE"), ("count", 3.0, "TLE"), ("loop", 1.7, "TLE"),
]  # fmt: skip
# Callers of the set; each waits for its answer.
AT_ONCE = 8
ONE = {"tests": [{"stdin": "2", "expected_output": "4"}]}
SMALL: list[tuple[str, dict[str, Any], str]] = [
    ("right", {"code": "print(int(input()) * 2)"}, "AC"),
    ("wrong", {"code": "print(int(input()) * 3)"}, "WA"),
    ("crash", {"code": "1 / 0"}, "RE"),
    ("endless", {"code": "while True: pass", "limits": {"cpu_time_s": 0.2}}, "TLE"),
    ("memory", {"code": "bytearray(200 << 20)", "limits": {"memory_mb": 64}}, "MLE"),
    ("flood", {"code": "while True: print('x' * 1000)"}, "OLE"),
    ("sleeps", {"code": "import time; time.sleep(0.3); print(4)", "limits": {"cpu_time_s": 1}}, "AC"),
    ("oversleeps", {"code": "import time; time.sleep(9)", "limits": {"wall_time_s": 0.5}}, "TLE"),
]  # fmt: skip


@dataclass(frozen=True)
class Program:
    """One of the set, and its verdict."""

    name: str
    request: dict[str, Any]
    verdict: str


def calibrate(service: Service) -> tuple[list[Program], dict[str, float]]:
    """The set, with limits that fit this machine, and the seconds that its works take."""
    programs = [
        Program(name, {"language": "python", **ONE, **fields}, v) for name, fields, v in SMALL
    ]
    costs = {}
    outputs = {}
    for name, request in WORK.items():
        runs = [service.run(**request).run for _ in range(20)]
        costs[name] = statistics.median(run.cpu_time_s for run in runs if run)
        outputs[name] = next(run.stdout for run in runs if run)
    for name, share, verdict in SHARES:
        tests = [{"expected_output": outputs[name]}]
        limits = {"cpu_time_s": costs[name] / share, "wall_time_s": 10.0}
        request = {**WORK[name], "tests": tests, "limits": limits}
        programs.append(Program(f"{name} at {share:.0%}", request, verdict))
    return programs, costs


@contextmanager
def neighbours(service: Service, count: int) -> Iterator[None]:
    """So many callers whose programs keep the processor busy all the time."""
    over = threading.Event()

    def busy(number: int) -> None:
        for request in itertools.islice(itertools.cycle(BUSY), number, None):
            if over.is_set():
                return
            service.run(**request)

    with ThreadPoolExecutor(count) as callers:
        futures = [callers.submit(busy, number) for number in range(count)]
        try:
            yield
        finally:
            over.set()
        for future in futures:
            future.result()


@dataclass
class Tally:
    """What came of many sets."""

    sets: int = 0
    right: int = 0
    reruns: int = 0
    runs: int = 0

    def add(self, programs: list[Program], results: list[Any]) -> list[str]:
        """Counts a set; returns what was wrong with it."""
        wrong = []
        for program, result in zip(programs, results, strict=True):
            step = result.tests[0] if result.tests else None
            self.reruns += step is not None and "rerun" in step.flags
            if result.verdict != program.verdict:
                used = f"{step.cpu_time_s:.3f} s {step.flags}" if step else result.error
                limits = program.request.get("limits", {})
                wrong.append(f"{program.name}: {result.verdict}, {used}, {limits}")
        self.sets += 1
        self.runs += len(programs)
        self.right += not wrong
        return wrong

    def __str__(self) -> str:
        return (
            f"{self.right} of {self.sets} sets had the same verdicts; "
            f"{self.reruns} of {self.runs} runs were measured again"
        )


def run_sets(
    service: Service, sets: int, busy: int, at_once: int, say: Callable[[str], None]
) -> Tally:
    """Runs the set so often, beside so many busy callers; the next set begins while the last one ends."""
    programs, costs = calibrate(service)
    costs_ms = ", ".join(f"{name} {cost_s * 1000:.0f} ms" for name, cost_s in costs.items())
    say(f"{sets} sets of {len(programs)} programs; {costs_ms}")
    tally = Tally()
    started_s = time.monotonic()
    with neighbours(service, busy), ThreadPoolExecutor(at_once) as callers:
        wanted = (program for _ in range(sets) for program in programs)
        results = callers.map(lambda program: service.run(**program.request), wanted)
        for number in range(1, sets + 1):
            for mistake in tally.add(programs, list(itertools.islice(results, len(programs)))):
                say(f"set {number}: {mistake}")
            left_s = (time.monotonic() - started_s) / number * (sets - number)
            if number % 10 == 0:
                say(f"{tally}; about {left_s / 60:.0f} minutes are left")
    return tally


def main() -> None:
    """Runs many sets on a service of its own; exits with 1 if one verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--neighbours", type=int, default=4)
    options = parser.parse_args()
    started_s = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started_s:5.0f} s  {line}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory) / "run", cpu_grace=1)
        try:
            tally = run_sets(service, options.sets, options.neighbours, AT_ONCE, say)
        finally:
            service.stop()
    say(str(tally))
    sys.exit(tally.right != tally.sets)


if __name__ == "__main__":
    main()
