"""A package's tests on its own solutions: the accepted must pass, each wrong one must be rejected."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.client import AsyncClient
from sandbox.models import Verdict
from testgen.checking.scratch import scratch_runner
from testgen.errors import DataError
from testgen.reading.files import read_bytes
from testgen.running.checkers import checker_of
from testgen.running.solutions import Judged, Solutions, Trial
from testgen.service import Service
from testgen.settings import Settings
from testgen.values import Label, Problem, Program


@dataclass(frozen=True, slots=True)
class Finding:
    """What a package's tests say of one solution; ``right`` if that is what it is said to be."""

    name: str
    label: Label
    verdict: Verdict
    right: bool


async def check_package(
    problem: Problem,
    tests: Sequence[Judged],
    client: AsyncClient,
    settings: Settings,
    service: Service,
) -> list[Finding]:
    """Judge all solutions of a problem on tests; IE says that its checker failed on one."""
    async with scratch_runner(client, service) as runner:
        solutions = Solutions(runner, settings, service, problem)
        return await _findings(solutions, problem, tests)


def read_tests(folder: Path) -> list[Judged]:
    """The tests of a package, sample tests first.

    Raises:
        DataError: there are none, or one has no answer or cannot be read.
    """
    tests = []
    # Other folders hold inputs of another kind: `invalid_input` has no answers.
    places = (folder / "data" / "sample", folder / "data" / "secret")
    for path in (one for place in places for one in sorted(place.rglob("*.in"))):
        answer = path.with_suffix(".ans")
        if not answer.is_file():
            raise DataError(f"{path}: has no answer; add {answer.name}")
        tests.append(Judged(read_bytes(folder, path), read_bytes(folder, answer)))
    if not tests:
        raise DataError(
            f"{folder}: has no tests below data/; `testgen export --format kattis` writes them"
        )
    return tests


def as_said(verdict: Verdict, label: Label) -> bool:
    """Whether a solution is what it is said to be. No test has rejected one that does not compile."""
    if label is Label.ACCEPTED:
        return verdict is Verdict.AC
    return verdict not in (Verdict.AC, Verdict.CE)


async def _findings(
    solutions: Solutions, problem: Problem, tests: Sequence[Judged]
) -> list[Finding]:
    said = [(program, Label.ACCEPTED) for program in problem.references]
    said += [(one.program, one.label) for one in problem.wrong]
    checker = checker_of(problem, solutions.settings)

    async def one(program: Program, label: Label) -> Finding:
        if program.language not in solutions.runner.languages:
            return Finding(program.name, label, Verdict.SK, right=True)
        trials = await solutions.judge(program, tests, checker, stop=True)
        verdict = _verdict(trials)
        return Finding(program.name, label, verdict, as_said(verdict, label))

    return list(await asyncio.gather(*(one(program, label) for program, label in said)))


def _verdict(trials: Sequence[Trial]) -> Verdict:
    return next((trial.verdict for trial in trials if trial.rejected), Verdict.AC)
