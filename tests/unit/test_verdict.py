"""The one function from what happened to a verdict."""

import signal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.outcome import Refusal
from sandbox.models import Verdict
from sandbox.worker.host import CollectedFile, Kill, Limits, Outcome, StartError
from sandbox.worker.verdict import PRECEDENCE, judge_outcome, no_program

LIMITS = Limits(cpu_time_s=1.0, wall_time_s=3.0)


def outcome(**changes: Any) -> Outcome:
    """An outcome of a program that ended normally, with changes."""
    normal: dict[str, Any] = {
        "exit_code": 0,
        "signal": None,
        "killed_by": None,
        "start_error": None,
        "cpu_time_s": 0.1,
        "wall_time_s": 0.1,
        "memory_bytes": 1,
        "oom_kills": 0,
        "pids_refused": 0,
        "leftover_processes": 0,
        "stdout": b"",
        "stderr": b"",
        "stdout_truncated": False,
        "stderr_truncated": False,
    }
    return Outcome(**{**normal, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Verdict.OK),
        ({"exit_code": 1}, Verdict.RE),
        ({"exit_code": 137}, Verdict.RE),
        ({"exit_code": None, "signal": signal.SIGSEGV}, Verdict.RE),
        ({"exit_code": None, "signal": signal.SIGKILL}, Verdict.RE),
        ({"exit_code": 127, "start_error": StartError("exec", "no")}, Verdict.RE),
        ({"exit_code": None, "signal": 9, "killed_by": Kill.CPU_TIME}, Verdict.TLE),
        ({"exit_code": None, "signal": 9, "killed_by": Kill.WALL_TIME}, Verdict.TLE),
        ({"exit_code": None, "signal": 9, "killed_by": Kill.MEMORY}, Verdict.MLE),
        ({"exit_code": None, "signal": 9, "killed_by": Kill.OUTPUT}, Verdict.OLE),
        ({"cpu_time_s": 1.001}, Verdict.TLE),
        ({"cpu_time_s": 1.0}, Verdict.OK),
        ({"wall_time_s": 3.001}, Verdict.TLE),
        ({"oom_kills": 1}, Verdict.MLE),
        ({"oom_kills": 1, "killed_by": Kill.WALL_TIME}, Verdict.MLE),
        ({"stdout_truncated": True}, Verdict.OLE),
        ({"stderr_truncated": True, "oom_kills": 1}, Verdict.OLE),
        ({"cpu_time_s": 2.0, "exit_code": 1}, Verdict.TLE),
    ],
)
def test_verdicts(changes: dict[str, Any], expected: Verdict) -> None:
    assert judge_outcome(outcome(**changes), LIMITS).verdict == expected


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"oom_kills": 1}, "oom_in_child"),
        ({"leftover_processes": 2}, "leftover_processes"),
        ({"pids_refused": 1}, "pids_limit"),
        ({"cpu_time_s": 0.95}, "near_cpu_limit"),
        ({"wall_time_s": 5.0}, "wall_time"),
        ({"stderr_truncated": True}, "output_truncated"),
    ],
)
def test_flags(changes: dict[str, Any], flag: str) -> None:
    assert judge_outcome(outcome(**changes), LIMITS).flags == (flag,)


_outcomes = st.builds(
    outcome,
    exit_code=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 64),
    killed_by=st.none() | st.sampled_from(Kill),
    cpu_time_s=st.floats(0, 3),
    wall_time_s=st.floats(0, 9),
    oom_kills=st.integers(0, 2),
    stdout_truncated=st.booleans(),
    stderr_truncated=st.booleans(),
)


@given(_outcomes)
def test_the_first_rule_that_applies_decides(seen: Outcome) -> None:
    order = [verdict for verdict, rule in PRECEDENCE if rule(seen, LIMITS)]
    judged = judge_outcome(seen, LIMITS)
    assert judged.verdict == (order[0] if order else Verdict.OK)
    assert bool(judged.message) == (judged.verdict is not Verdict.OK)


@given(_outcomes)
def test_only_a_clean_end_is_ok(seen: Outcome) -> None:
    judged = judge_outcome(seen, LIMITS)
    if judged.verdict is Verdict.OK:
        assert (seen.exit_code, seen.signal, seen.killed_by, seen.oom_kills) == (0, None, None, 0)
        assert seen.cpu_time_s <= LIMITS.cpu_time_s


def test_a_program_that_was_refused_is_not_said_to_be_missing() -> None:
    assert no_program(outcome(), 1 << 20) == "the compiler succeeded but left no program"
    refused = CollectedFile("main", None, refusal=Refusal.TOO_LARGE)
    message = no_program(outcome(files=(refused,)), 1 << 20)
    assert "main is refused: too_large" in message
    assert "1 MiB" in message
