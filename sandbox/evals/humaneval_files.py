"""HumanEval and HumanEval-X: problems, samples, the programs that they make, and what counts as passed.

Problems are JSON lines with ``task_id``, ``prompt``, ``test`` and (for Python) ``entry_point``;
samples have ``task_id`` and ``completion`` (or ``generation``, as HumanEval-X calls it). The
language is the first part of the task's name: HumanEval/0, Python/0, CPP/0, Java/0, JavaScript/0.

A program in Python ends by writing a random word; one that leaves before it has not passed, with
whatever exit status it does so. In the other languages the exit status decides, and in JavaScript
also what is on stderr, since ``console.assert`` only complains there.

Of the solutions that come with HumanEval-X all pass in Python, C++ and Java. In JavaScript 112 and
155 fail their own tests (one returns `(z, false)`, which is `false`; the other knows no digits of
0), and 162 needs the package js-md5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.evals.files import FileUnusable, read_json_lines
from sandbox.models import RunResult, StepResult, Verdict

_OUTCOME = ("result", "passed")
_COMPLETIONS = ("completion", "generation")
_SHOWN_CHARS = 200

# What HumanEval-X puts before a C++ program that does not include it itself.
_CPP_HEADERS = (
    "stdlib.h", "algorithm", "math.h", "stdio.h", "vector", "string", "climits", "cstring", "iostream",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of these benchmarks.

    Attributes:
        name: the service's name.
        cpu_time_s: how long a program may run; None leaves it to the service.
        quiet: whether anything on stderr is a failure.
        signed: whether a program proves with a word that it came to its end.
    """

    name: str
    cpu_time_s: float | None = None
    quiet: bool = False
    signed: bool = False


_PYTHON = Tongue("python", cpu_time_s=3.0, signed=True)
TONGUES = {
    "HumanEval": _PYTHON,
    "Python": _PYTHON,
    "CPP": Tongue("cpp"),
    "Java": Tongue("java"),
    "JavaScript": Tongue("javascript", quiet=True),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A task that samples answer."""

    task_id: str
    tongue: Tongue
    prompt: str
    test: str
    entry_point: str
    canonical_solution: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer: its row as it was read, and the program that it makes."""

    row: Mapping[str, Any]
    problem: Problem
    completion: str


def read_problems(path: Path) -> dict[str, Problem]:
    """The problems of a file, by their task's name.

    Raises:
        FileUnusable: it cannot be read, or a row is no problem, or two have one name.
    """
    problems: dict[str, Problem] = {}
    for number, row in enumerate(read_json_lines(path), 1):
        problem = _problem(row, f"{path}: row {number}")
        if problem.task_id in problems:
            raise FileUnusable(f"{path}: row {number}: a second {problem.task_id!r}")
        problems[problem.task_id] = problem
    if not problems:
        raise FileUnusable(f"{path}: has no problems")
    return problems


def read_samples(path: Path, problems: Mapping[str, Problem]) -> Iterator[Sample]:
    """The samples of a file, in order.

    Raises:
        FileUnusable: it cannot be read, or a row is no sample of these problems.
    """
    for number, row in enumerate(read_json_lines(path), 1):
        where = f"{path}: row {number}"
        problem = problems.get(_text(row, "task_id", where))
        if problem is None:
            raise FileUnusable(f"{where}: no problem is called {row['task_id']!r}")
        name = next((name for name in _COMPLETIONS if name in row), _COMPLETIONS[0])
        kept = {key: value for key, value in row.items() if key not in _OUTCOME}
        yield Sample(kept, problem, _text(row, name, where))


def canonical_samples(problems: Mapping[str, Problem]) -> Iterator[Sample]:
    """The solutions that come with the problems: all of them should pass."""
    for problem in problems.values():
        solution = problem.canonical_solution
        row = {"task_id": problem.task_id, "completion": solution}
        yield Sample(row, problem, solution)


def program_of(sample: Sample, word: str) -> str:
    """The whole program; one in Python writes ``word`` at its end."""
    problem = sample.problem
    program = f"{problem.prompt}{sample.completion}\n{problem.test}\n"
    if problem.tongue.signed:
        return (
            f"{program}check({problem.entry_point})\n__import__('os').write(1, b'\\n{word}\\n')\n"
        )
    if problem.tongue.name == "cpp":
        return _cpp_headers(problem.prompt) + program
    return program


def judge(tongue: Tongue, result: RunResult, word: str) -> str:
    """What a run is worth: "passed", "timed out" or "failed: " and why."""
    step = result.compile if result.verdict == Verdict.CE else result.run
    if result.verdict == Verdict.TLE:
        return "timed out"
    if step is None or result.verdict != Verdict.OK:
        return f"failed: {_why(step)}"
    if tongue.quiet and step.stderr:
        return f"failed: {_why(step)}"
    if tongue.signed and word not in step.stdout:
        return "failed: it ended before its tests did"
    return "passed"


def _problem(row: Mapping[str, Any], where: str) -> Problem:
    task_id = _text(row, "task_id", where)
    tongue = TONGUES.get(task_id.partition("/")[0])
    if tongue is None:
        raise FileUnusable(f"{where}: the language of {task_id!r} is none of {', '.join(TONGUES)}")
    return Problem(
        task_id=task_id,
        tongue=tongue,
        prompt=_text(row, "prompt", where),
        test=_text(row, "test", where),
        entry_point=_text(row, "entry_point", where) if tongue.signed else "",
        canonical_solution=_text({"canonical_solution": "", **row}, "canonical_solution", where),
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise FileUnusable(f"{where}: no text {name!r}")
    return value


def _cpp_headers(prompt: str) -> str:
    missing = [name for name in _CPP_HEADERS if f"#include<{name}>" not in prompt]
    return "".join(f"#include<{name}>\n" for name in missing) + "using namespace std;\n"


def _why(step: StepResult | None) -> str:
    if step is None:
        return "it was not run"
    lines = [line.strip() for line in step.stderr.splitlines() if line.strip()]
    return ((lines[-1] if lines else "") or step.message or step.verdict.value)[:_SHOWN_CHARS]
