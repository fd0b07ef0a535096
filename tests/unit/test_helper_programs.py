"""What a checker's or an interactor's end means, and who is to blame when two runs part."""

import signal
from typing import Any

import pytest

from sandbox.jobs import JobTest, Step
from sandbox.models import Verdict
from sandbox.worker.checking import Ruling, ruled, ruling_of
from sandbox.worker.helpers import HelperFailed
from sandbox.worker.host import Kill, Limits
from sandbox.worker.interactive import Talk, settle
from tests.unit.test_verdict import outcome

LIMITS = Limits(cpu_time_s=1.0, wall_time_s=3.0)


@pytest.mark.parametrize(
    ("status", "stderr", "share"),
    [
        (0, b"", 1.0),
        (0, b"ok 3 numbers", 1.0),
        (1, b"wrong answer", 0.0),
        (2, b"", 0.0),
        (4, b"", 0.0),
        (8, b"", 0.0),
        (7, b"points 5", 0.5),
        (7, b"2.5 more words", 0.25),
        (7, b"10", 1.0),
        (7, b"  points\t0\n", 0.0),
        (7, b".5", 0.05),
    ],
)
def test_the_exit_status_is_the_ruling(status: int, stderr: bytes, share: float):
    assert ruling_of(outcome(exit_code=status, stderr=stderr), LIMITS, 10).share == share


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_code": 3},
        {"exit_code": 5},
        {"exit_code": 255},
        {"exit_code": None, "signal": signal.SIGSEGV},
        {"exit_code": 0, "cpu_time_s": 2.0},
        {"exit_code": 1, "oom_kills": 1},
        {"exit_code": 0, "stdout_truncated": True},
        {"exit_code": 7, "stderr": b"many points"},
        {"exit_code": 7, "stderr": b""},
        {"exit_code": 7, "stderr": b"-1"},
        {"exit_code": 7, "stderr": b"nan"},
        {"exit_code": 7, "stderr": b"inf"},
        {"exit_code": 7, "stderr": b"1e999"},
        {"exit_code": 7, "stderr": b"11"},
        {"exit_code": 7, "stderr": b"9" * 400},
    ],
)
def test_anything_else_is_a_failure_of_the_checker(changes: dict[str, Any]):
    with pytest.raises(HelperFailed):
        ruling_of(outcome(**changes), LIMITS, 10)


def test_a_message_is_one_short_line():
    found = ruling_of(outcome(exit_code=1, stderr=b"a\n\tb \xff" + b"x" * 10_000), LIMITS, 1)
    assert found.message.startswith("a b \N{REPLACEMENT CHARACTER}x")
    assert len(found.message) <= 300


def test_points_and_a_flag_tell_a_partial_answer():
    test = JobTest("1", b"", b"", points=4.0)
    step = ruled(Step("1", Verdict.OK), Ruling(0.25, "a quarter"), test)
    assert (step.verdict, step.points, step.flags) == (Verdict.WA, 1.0, ("partial",))
    step = ruled(Step("1", Verdict.OK), Ruling(1.0, ""), test)
    assert (step.verdict, step.points, step.flags) == (Verdict.AC, 4.0, ())


# --- interaction ----------------------------------------------------------------------------------

FINE: dict[str, Any] = {}
CRASHED = {"exit_code": 1}
SLOW = {"exit_code": None, "signal": 9, "killed_by": Kill.CPU_TIME, "cpu_time_s": 2.0}
WAITED = {"exit_code": None, "signal": 9, "killed_by": Kill.WALL_TIME, "wall_time_s": 3.1}
FLOODED = {"exit_code": None, "signal": 9, "killed_by": Kill.OUTPUT, "stdout_truncated": True}
STOPPED = {"exit_code": None, "signal": 9, "killed_by": Kill.STOPPED}
ACCEPTS, REFUSES, FAILS, TOO_SHORT = ({"exit_code": status} for status in (0, 1, 3, 8))


def settled(
    solution: dict[str, Any], interactor: dict[str, Any], *, solution_first: bool, unread: int = 0
) -> Talk:
    return settle(
        outcome(**solution), LIMITS, outcome(**interactor), LIMITS, solution_first, unread, 1.0
    )


@pytest.mark.parametrize(
    ("solution", "interactor", "solution_first", "share"),
    [
        (FINE, ACCEPTS, True, 1.0),
        (FINE, ACCEPTS, False, 1.0),
        (FINE, REFUSES, True, 0.0),
        (FINE, REFUSES, False, 0.0),
        (FINE, TOO_SHORT, True, 0.0),
        (CRASHED, REFUSES, False, 0.0),
        (STOPPED, REFUSES, False, 0.0),
        (SLOW, REFUSES, False, 0.0),
        (CRASHED, REFUSES, True, None),
        (CRASHED, FAILS, True, None),
        (CRASHED, STOPPED, True, None),
        (CRASHED, ACCEPTS, False, None),
        (SLOW, ACCEPTS, False, None),
        (SLOW, STOPPED, True, None),
        (FLOODED, FAILS, True, None),
        (WAITED, TOO_SHORT, True, None),
    ],
)
def test_who_decides(
    solution: dict[str, Any], interactor: dict[str, Any], solution_first: bool, share: float | None
):
    found = settled(solution, interactor, solution_first=solution_first)
    assert (found.ruling.share if found.ruling else None) == share


@pytest.mark.parametrize(
    ("solution", "interactor", "solution_first", "unread"),
    [
        (FINE, FAILS, False, 0),
        (FINE, FAILS, True, 0),
        (FINE, SLOW, True, 0),
        (FINE, FLOODED, False, 0),
        (STOPPED, SLOW, False, 0),
        (WAITED, STOPPED, True, 0),
        (WAITED, SLOW, True, 0),
        (WAITED, TOO_SHORT, True, 10),
    ],
)
def test_an_interactor_that_is_to_blame_has_no_say(
    solution: dict[str, Any], interactor: dict[str, Any], solution_first: bool, unread: int
):
    with pytest.raises(HelperFailed):
        settled(solution, interactor, solution_first=solution_first, unread=unread)


def test_both_waiting_is_a_deadlock():
    assert settled(WAITED, TOO_SHORT, solution_first=True).flags == ("deadlock",)
