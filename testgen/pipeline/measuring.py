"""The tests that were made, on the solutions that there are: who passes, who is rejected, by what."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.models import Checker, ProgramChecker, Verdict
from testgen.hashing import hash_of
from testgen.pipeline.bench import Bench, ProvenCase
from testgen.running.solutions import Judged, Trial
from testgen.values import Program, Submission

Split = Literal["tune", "held"]


@dataclass(frozen=True)
class Wrong:
    """A wrong solution and which half it is in: only `tune` may be looked at while tests are made."""

    submission: Submission
    split: Split


def split_wrong(bench: Bench) -> list[Wrong]:
    """Distinct wrong solutions, half of each label `tune` and half `held`, by their hashes."""
    distinct = {one.program.sha: one for one in reversed(bench.problem.wrong)}
    usable = (one for one in distinct.values() if one.program.language in bench.runner.languages)
    seed = bench.settings.run_seed
    ordered = sorted(usable, key=lambda one: (one.label, hash_of(seed, one.program.sha)))
    return [Wrong(one, "held" if number % 2 else "tune") for number, one in enumerate(ordered)]


def judged(proven: Sequence[ProvenCase]) -> list[Judged]:
    """Tests as they are judged."""
    return [Judged(one.case.stdin, one.answer) for one in proven]


async def trials_of(
    bench: Bench,
    programs: Sequence[Program],
    proven: Sequence[ProvenCase],
    checker: Checker | ProgramChecker,
    *,
    enough_timeouts: int = 0,
    stop: bool = False,
) -> list[list[Trial]]:
    """What each program does on each test."""
    tests = judged(proven)
    work = (
        bench.solutions.judge(one, tests, checker, enough_timeouts=enough_timeouts, stop=stop)
        for one in programs
    )
    return list(await asyncio.gather(*work))


async def measure(
    bench: Bench,
    core: Sequence[ProvenCase],
    audit: Sequence[ProvenCase],
    wrong: Sequence[Wrong],
    checker: Checker | ProgramChecker,
) -> None:
    """Judge all accepted and all wrong solutions, and write it into the book.

    A wrong solution is run up to the first test that rejects it; core tests come first.
    """
    bench.say("measuring")
    tests = [*core, *audit]
    known = [one for one in bench.problem.references if one.language in bench.runner.languages]
    accepted = await trials_of(bench, known, tests, checker)
    rejected = await trials_of(
        bench, [one.submission.program for one in wrong], tests, checker, stop=True
    )
    by_name = {entry["name"]: entry for entry in bench.book["references"]}
    for program, trials in zip(known, accepted, strict=True):
        failed = [number for number, trial in enumerate(trials) if trial.rejected]
        by_name[program.name]["passes"] = not failed
        by_name[program.name]["verdict"] = trials[failed[0]].verdict if failed else Verdict.AC
    bench.book["wrong"] = [
        _entry(one, trials, len(core)) for one, trials in zip(wrong, rejected, strict=True)
    ]
    bench.book["measured"] = {
        "core_s": _seconds(accepted, 0, len(core)),
        "all_s": _seconds(accepted, 0, len(tests)),
    }


def _entry(one: Wrong, trials: Sequence[Trial], core: int) -> dict[str, object]:
    by = next((number for number, trial in enumerate(trials) if trial.rejected), None)
    return {
        "name": one.submission.program.name,
        "language": one.submission.program.language,
        "label": one.submission.label,
        "split": one.split,
        "rejected": by is not None,
        "by_core": by is not None and by < core,
        "by_test": by,
        "verdict": Verdict.AC if by is None else trials[by].verdict,
    }


def _seconds(trials: Sequence[Sequence[Trial]], start: int, end: int) -> float:
    """CPU seconds of an accepted solution on these tests, on average."""
    passing = [one for one in trials if not any(trial.rejected for trial in one)]
    total = sum(trial.step.cpu_time_s for one in passing for trial in one[start:end] if trial.step)
    return total / max(1, len(passing))
