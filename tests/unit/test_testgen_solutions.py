"""Solutions over many inputs, where the sandbox is a script."""

import asyncio
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.models import Checker, RunRequest, Verdict
from testgen.errors import Fault
from testgen.reading.folder import read_folder
from testgen.running.runner import Runner
from testgen.running.solutions import Judged, Solutions, Trial
from testgen.service import Service
from testgen.settings import settings_for
from testgen.values import Problem, Program
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import Rule, ScriptedRunner

PROGRAM = Program("one", "python", "pass")
TESTS = [Judged(b"%d" % number, b"1") for number in range(10)]


def solutions(script: Rule | ScriptedRunner, **service: Any) -> Solutions:
    runner = script if isinstance(script, ScriptedRunner) else ScriptedRunner(script)
    settings = settings_for("full", {})
    return Solutions(cast(Runner, runner), settings, Service(**service), sample_problem())


@cache
def sample_problem() -> Problem:
    with tempfile.TemporaryDirectory() as folder:
        return read_folder(write_problem(Path(folder) / "sum"))


def judged(rule: Rule, **how: Any) -> list[Trial]:
    return asyncio.run(solutions(rule).judge(PROGRAM, TESTS, Checker(), **how))


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
    inputs: tuple[str, ...], stop: bool
):
    trials = judged(crashes_on(*inputs), stop=stop)
    expected = [Verdict.WA if number == 5 else Verdict.AC for number in range(len(TESTS))]
    for number in map(int, inputs):
        expected[number] = Verdict.IE
    last = next(n for n, one in enumerate(expected) if one is not Verdict.AC)
    if stop:
        expected[last + 1 :] = [Verdict.SK] * (len(TESTS) - last - 1)
    assert expected == [trial.verdict for trial in trials]
    assert all(trials[int(number)].rejected for number in inputs if trials[int(number)].judged)


@given(
    st.lists(st.sampled_from([Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.IE]), min_size=1, max_size=40),
    st.integers(1, 40), st.booleans(), st.integers(0, 3),
)  # fmt: skip
def test_how_many_tests_share_a_request_decides_nothing(
    verdicts: list[Verdict], together: int, stop: bool, enough: int
):
    def rule(request: RunRequest, number: int, stdin: str) -> Verdict:
        return verdicts[int(stdin)]

    tests = [Judged(b"%d" % number, b"1") for number in range(len(verdicts))]
    alone, shared = (
        asyncio.run(
            solutions(rule, request_tests=most).judge(
                PROGRAM, tests, Checker(), stop=stop, enough_timeouts=enough
            )
        )
        for most in (1, together)
    )
    assert [one.verdict for one in alone] == [one.verdict for one in shared]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 40), st.integers(9, 30))
def test_outputs_that_share_too_small_an_answer_are_asked_for_again(
    sizes: list[int], together: int, room: int
):
    """Once they were cut off, and no votes: a case with large outputs was lost by its neighbours."""
    inputs = [b"%d" % size for size in sizes]
    runner = ScriptedRunner(
        lambda *_: Verdict.OK, output_of=lambda stdin: b"x" * int(stdin), room=room
    )
    steps = asyncio.run(solutions(runner, request_tests=together).outputs(PROGRAM, inputs))
    assert [b"x" * size for size in sizes] == [one.stdout for one in steps]
    assert not any(one.truncated for one in steps)


def test_an_output_that_no_answer_has_room_for_is_a_fault_and_no_verdict():
    runner = ScriptedRunner(lambda *_: Verdict.OK, output_of=lambda stdin: b"x" * 9, room=8)
    with pytest.raises(Fault, match="SANDBOX_MAX_RESULT_BYTES"):
        asyncio.run(solutions(runner, request_tests=9).outputs(PROGRAM, [b"1", b"2", b"3"]))
