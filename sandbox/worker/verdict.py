"""From what happened to a verdict: one pure function, one table of precedence."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.models import Verdict
from sandbox.worker.host import Kill, Limits, Outcome

# From this share of the CPU limit on, a trainer may want to look at a result.
NEAR_LIMIT = 0.9


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, why, and what a trainer may want to look at."""

    verdict: Verdict
    message: str
    flags: tuple[str, ...]


def _exceeded_output(outcome: Outcome, limits: Limits) -> str:
    if outcome.killed_by is Kill.OUTPUT or outcome.stdout_truncated or outcome.stderr_truncated:
        return f"more than {limits.output_bytes // 1024} KiB of output"
    return ""


def _exceeded_memory(outcome: Outcome, limits: Limits) -> str:
    if outcome.killed_by is Kill.MEMORY or outcome.oom_kills > 0:
        return f"more than {limits.memory_bytes // (1024 * 1024)} MiB of memory"
    return ""


def _exceeded_cpu_time(outcome: Outcome, limits: Limits) -> str:
    if outcome.killed_by is Kill.CPU_TIME or outcome.cpu_time_s > limits.cpu_time_s:
        return f"more than {limits.cpu_time_s:g} s of CPU time"
    return ""


def _exceeded_wall_time(outcome: Outcome, limits: Limits) -> str:
    if outcome.killed_by is Kill.WALL_TIME or outcome.wall_time_s > limits.wall_time_s:
        return f"more than {limits.wall_time_s:g} s of wall time, most of it idle"
    return ""


def _failed(outcome: Outcome, limits: Limits) -> str:
    if outcome.start_error is not None:
        what = {"exec": "be executed", "files": "be given its files"}[outcome.start_error.doing]
        return f"the program cannot {what}: {outcome.start_error.reason}"
    if outcome.signal is not None:
        return f"ended by signal {outcome.signal} ({_signal_name(outcome.signal)})"
    if outcome.exit_code != 0:
        return f"exit status {outcome.exit_code}"
    return ""


# The first rule that has something to say decides. Output comes first: a flood may well run into the
# other limits while it is being stopped. Memory comes before time: a program that lost a child to the
# memory limit and then waits for it would be a timeout otherwise.
PRECEDENCE: tuple[tuple[Verdict, Callable[[Outcome, Limits], str]], ...] = (
    (Verdict.OLE, _exceeded_output),
    (Verdict.MLE, _exceeded_memory),
    (Verdict.TLE, _exceeded_cpu_time),
    (Verdict.TLE, _exceeded_wall_time),
    (Verdict.RE, _failed),
)


def judge_outcome(outcome: Outcome, limits: Limits) -> Judgement:
    """The verdict on an outcome before its output is compared: OK if it ended normally."""
    for verdict, rule in PRECEDENCE:
        message = rule(outcome, limits)
        if message:
            return Judgement(verdict, message, flags_of(outcome, limits))
    return Judgement(Verdict.OK, "", flags_of(outcome, limits))


def flags_of(outcome: Outcome, limits: Limits) -> tuple[str, ...]:
    """What is odd about an outcome, whatever its verdict."""
    conditions = {
        "oom_in_child": outcome.oom_kills > 0 and outcome.exit_code is not None,
        "leftover_processes": outcome.leftover_processes > 0,
        "pids_limit": outcome.pids_refused > 0,
        "near_cpu_limit": NEAR_LIMIT * limits.cpu_time_s < outcome.cpu_time_s <= limits.cpu_time_s,
        "wall_time": bool(_exceeded_wall_time(outcome, limits))
        and not _exceeded_cpu_time(outcome, limits),
        "output_truncated": outcome.stdout_truncated or outcome.stderr_truncated,
        "files_refused": any(file.content is None for file in outcome.files),
    }
    return tuple(name for name, holds in conditions.items() if holds)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "real-time"


def no_program(outcome: Outcome, at_most_bytes: int) -> str:
    """Why there is nothing to run after a compiler that succeeded."""
    for file in outcome.files:
        if file.refusal is not None:
            limit = f"at most {at_most_bytes >> 20} MiB are kept"
            return f"the compiler succeeded but its {file.path} is refused: {file.refusal}, {limit}"
    return "the compiler succeeded but left no program"
