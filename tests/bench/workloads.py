"""The programs that are run."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.limits import Limits
from runtime.warm import WarmSpec
from tests.bench.closed_loop import variant_numbers

TESTS = 50
TRIVIAL = "true"
QUICK = (TRIVIAL, "python", "c again", f"c++ x{TESTS}")  # one of each kind
_CPP = """\
#include <bits/stdc++.h>

int main() {
    std::vector<long> numbers(1000, NUMBER);
    std::sort(numbers.begin(), numbers.end());
    std::cout << numbers.front() << "\\n";
}
"""
_CPP_SUM = """\
#include <bits/stdc++.h>

int main() {
    long number;
    std::cin >> number;
    std::cout << number + NUMBERL << "\\n";
}
"""
_SAME = 42  # the variant of those programs that are sent again and again


@dataclass(frozen=True, slots=True)
class Workload:
    """A program of which there are many variants, none like another.

    Attributes:
        name: in the tables.
        language: whose command runs it.
        source, expected: source code and output, in which NUMBER stands for the variant's number.
        concurrency: callers at once over HTTP; none if it is not measured there.
        command: run in place of the language's command; such a workload has no source.
        same: the same variant every time, so that what was compiled once may be used again. Measured over
            HTTP only: those without HTTP keep nothing, so it would be the other workload once more.
        tests: so many inputs for one program: 0, 1, 2, …; a test prints its input plus NUMBER. 0: one run
            without an input.
    """

    name: str
    language: str
    source: str
    expected: str
    concurrency: tuple[int, ...]
    command: tuple[str, ...] | None = None
    same: bool = False
    tests: int = 0

    @property
    def runs_per_request(self) -> int:
        """How many runs of the program a request makes."""
        return self.tests or 1

    def numbers(self) -> Iterator[int]:
        """The variants' numbers, one for each request."""
        return itertools.repeat(_SAME) if self.same else variant_numbers()

    def source_of(self, number: int) -> str:
        """The source code of variant ``number``."""
        return self.source.replace("NUMBER", str(number))

    def runs_of(self, number: int) -> Iterator[tuple[str, str]]:
        """Input and expected output of each run of that variant."""
        if not self.tests:
            yield "", self.expected.replace("NUMBER", str(number))
        for test in range(self.tests):
            yield f"{test}\n", f"{number + test}\n"


# Slow programs get fewer callers: 128 of them would wait for minutes.
WORKLOADS = (
    Workload(TRIVIAL, "python", "", "", (), ("/bin/true",)),
    Workload("python", "python", "print(NUMBER)\n", "NUMBER\n", (1, 8, 32, 128)),
    Workload(
        "numpy",
        "python",
        "import numpy\n\nprint(numpy.full(10, NUMBER).max())\n",
        "NUMBER\n",
        (1, 8),
    ),
    Workload("c++", "cpp", _CPP, "NUMBER\n", (1, 8, 32)),
    Workload("c again", "c", "int main(void) { return 0; }\n", "", (1, 8, 32, 128), same=True),
    Workload("c++ again", "cpp", _CPP, "NUMBER\n", (1, 8, 32), same=True),
    Workload(
        f"python x{TESTS}", "python", "print(int(input()) + NUMBER)\n", "", (1, 8), tests=TESTS
    ),
    Workload(f"c++ x{TESTS}", "cpp", _CPP_SUM, "", (1, 8), tests=TESTS),
    Workload(f"c++ again x{TESTS}", "cpp", _CPP_SUM, "", (1, 8), same=True, tests=TESTS),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a task, what it reads, and what it prints; compiling may print what it likes."""

    command: tuple[str, ...]
    stdin: str = ""
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A workload with all that a contender needs to run it. The same for every contender.

    See `tests.bench.tasks`.
    """

    workload: Workload
    digest: str
    rootfs: Path
    source_file: str
    compile: tuple[str, ...] | None
    artefacts: tuple[str, ...]
    run: tuple[str, ...]
    environment: Mapping[str, str]
    limits: Limits
    compile_limits: Limits
    warm: WarmSpec | None

    def input_files(self, number: int) -> dict[str, str]:
        """What lies in the working directory of variant ``number``."""
        if self.workload.command is not None:
            return {}
        return {self.source_file: self.workload.source_of(number)}

    def steps(self, number: int) -> Iterator[Step]:
        """What is done for variant ``number``, one after the other."""
        if self.compile is not None:
            yield Step(self.compile)
        for stdin, expected in self.workload.runs_of(number):
            yield Step(self.run, stdin, expected)
