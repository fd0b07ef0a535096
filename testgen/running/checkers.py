"""Checkers that are programs, in both manners, as ``POST /run`` takes them; and outputs put before them.

The service calls a checker as testlib's are called. One in Kattis' manner (the output on stdin, 42
right, 43 wrong) is called through a shim in its own language.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Sequence
from functools import partial

from sandbox.models import Base64, Limits, ProgramChecker, RunRequest, Verdict
from sandbox.models import Checker as PlainChecker
from testgen.errors import DataError
from testgen.outputs import Output, bytes_of, size_of
from testgen.running.contents import pieces
from testgen.running.runner import Runner
from testgen.running.solutions import CheckerFailed, Judged, plain_checker
from testgen.service import Service
from testgen.settings import Settings
from testgen.values import Checker, Declared, Manner, Problem

_PYTHON_SHIM = """import os, runpy, sys
given, output, answer = sys.argv[1:4]
os.makedirs("feedback", exist_ok=True)
child = os.fork()
if child == 0:
    os.dup2(os.open(output, os.O_RDONLY), 0)
    sys.stdin = open(0)
    sys.argv = ["kattis_checker.py", given, answer, "feedback" + os.sep]
    status = 3
    try:
        runpy.run_path("kattis_checker.py", run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 3
    os._exit(status)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit({42: 0, 43: 1}.get(status, 3))
"""

_CPP_SHIM = """#define main kattis_checker_main
#include "kattis_checker.hpp"
#undef main
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>
template <class... A> int call_main(int (*f)(A...), int c, char **v) {
    if constexpr (sizeof...(A) == 0) return f(); else return f(c, v);
}
int main(int, char **v) {
    mkdir("feedback", 0700);
    pid_t child = fork();
    if (child == 0) {
        dup2(open(v[2], O_RDONLY), 0);
        char feedback[] = "feedback/";
        char *args[] = {v[0], v[1], v[3], feedback, nullptr};
        exit(call_main(kattis_checker_main, 4, args));
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status)) return 3;
    return WEXITSTATUS(status) == 42 ? 0 : WEXITSTATUS(status) == 43 ? 1 : 3;
}
"""

# Prints, for the input that it gets, the output that lies beside it under the input's hash.
_ECHO = """import hashlib, json, sys
outputs = json.load(open("outputs.json"))
import base64
sys.stdout.buffer.write(base64.b64decode(outputs[hashlib.sha256(sys.stdin.buffer.read()).hexdigest()]))
"""


def program_checker(checker: Checker, settings: Settings) -> ProgramChecker:
    """A checker as a request takes it.

    Raises:
        DataError: it is in Kattis' manner and in a language that there is no shim for.
    """
    program = checker.program
    code, files = program.code, dict(program.files)
    if checker.manner is Manner.KATTIS:
        if program.language.startswith("py"):
            code, files = _PYTHON_SHIM, {**files, "kattis_checker.py": program.code}
        elif program.language.startswith(("cpp", "c++")):
            code, files = _CPP_SHIM, {**files, "kattis_checker.hpp": program.code}
        else:
            raise DataError(f"{program.name}: an output validator must be in Python or C++")
    return ProgramChecker(
        type="program",
        language=program.language,
        code=code,
        files=dict(files),
        limits=Limits(cpu_time_s=settings.checker_cpu_s, memory_mb=settings.checker_memory_mb),
    )


def checker_of(problem: Problem, settings: Settings) -> PlainChecker | ProgramChecker:
    """What a problem's own package says: its checker, else its comparison."""
    if problem.declared is Declared.CUSTOM and problem.checkers:
        return program_checker(problem.checkers[0], settings)
    return plain_checker(problem.comparison)


async def rulings(
    runner: Runner,
    service: Service,
    checker: ProgramChecker,
    tests: Sequence[Judged],
    outputs: Sequence[Output],
) -> list[bool]:
    """Whether a checker accepts each output for its test. No solution is run.

    Raises:
        CheckerFailed: it crashed or called the answer wrong.
    """
    numbers = range(len(tests))
    sizes = [
        len(test.stdin) + size_of(test.answer) + 2 * size_of(output)
        for test, output in zip(tests, outputs, strict=True)
    ]
    asked = [
        partial(_ruling_request, checker, [tests[n] for n in piece], [outputs[n] for n in piece])
        for piece in _distinct_pieces(numbers, sizes, tests, service)
    ]
    answers = await asyncio.gather(*(runner.run_built(build) for build in asked))
    found = []
    for answer in answers:
        if answer.helper_failed:
            raise CheckerFailed(answer.helper_failed)
        found += [step.verdict is Verdict.AC for step in answer.tests]
    return found


def _distinct_pieces(
    numbers: Sequence[int], sizes: Sequence[int], tests: Sequence[Judged], service: Service
) -> list[Sequence[int]]:
    """Pieces in which no input is twice: the output is found by the input's hash."""
    if len({test.stdin for test in tests}) < len(tests):
        return [[number] for number in numbers]
    most = service.request_tests
    return list(pieces(numbers, sizes, most_items=most, most_bytes=service.request_bytes))


def _ruling_request(
    checker: ProgramChecker, tests: Sequence[Judged], outputs: Sequence[Output]
) -> RunRequest:
    by_input = {
        hashlib.sha256(test.stdin).hexdigest(): base64.b64encode(bytes_of(output)).decode()
        for test, output in zip(tests, outputs, strict=True)
    }
    table = base64.b64encode(json.dumps(by_input, sort_keys=True).encode()).decode()
    return RunRequest(
        language="python",
        code=_ECHO,
        files={"outputs.json": Base64(base64=table)},
        limits=Limits(cpu_time_s=10.0, memory_mb=1024, output_kb=16384, disk_mb=256),
        tests=[test.as_asked() for test in tests],
        checker=checker,
    )
