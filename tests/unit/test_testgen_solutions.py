"""Solutions over many inputs, where the sandbox is a script."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.models import Checker, RunRequest, Verdict
from testgen.reading.folder import read_folder
from testgen.running.runner import Runner
from testgen.running.solutions import Judged, Solutions, Trial
from testgen.settings import Service, settings_for
from testgen.values import Program
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import Rule, ScriptedRunner

PROGRAM = Program("one", "python", "pass")
TESTS = [Judged(b"%d" % number, b"1") for number in range(10)]


def judged(tmp_path: Path, rule: Rule, **how: Any) -> list[Trial]:
    problem = read_folder(write_problem(tmp_path / "sum"))
    runner = cast(Runner, ScriptedRunner(rule))
    solutions = Solutions(runner, settings_for("full", {}), Service(), problem)
    return asyncio.run(solutions.judge(PROGRAM, TESTS, Checker(), **how))


def crashes_on(*inputs: str) -> Rule:
    """The checker crashes on some inputs; on 5 the solution is wrong."""

    def rule(request: RunRequest, number: int, stdin: str) -> Verdict:
        if stdin in inputs:
            return Verdict.IE
        return Verdict.WA if stdin == "5" else Verdict.AC

    return rule


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("inputs", [("3",), ("0", "9"), tuple(map(str, range(10)))])
def test_where_a_checker_fails_the_test_is_not_passed_and_the_others_are_what_they_are(
    tmp_path: Path, inputs: tuple[str, ...], stop: bool
):
    trials = judged(tmp_path, crashes_on(*inputs), stop=stop)
    expected = [Verdict.WA if number == 5 else Verdict.AC for number in range(len(TESTS))]
    for number in map(int, inputs):
        expected[number] = Verdict.IE
    assert expected == [trial.verdict for trial in trials]
    assert all(trials[int(number)].rejected for number in inputs)
