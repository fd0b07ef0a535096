"""The tests that were made, on the solutions that there are: who passes, who is rejected, by what."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.models import Checker, ProgramChecker, Verdict
from testgen.hashing import hash_of
from testgen.pipeline.bench import Bench, ProvenCase, Reason, Rejected
from testgen.pipeline.references import normalised_source, set_status
from testgen.pipeline.selection import Kills, Tiers
from testgen.pipeline.voting import Election
from testgen.running.solutions import Judged, Trial
from testgen.values import Program, Submission

Split = Literal["tune", "held"]

_ASKED = ("voter", "spare", "demoted")  # what became of a reference that was run on the tests


@dataclass(frozen=True)
class Wrong:
    """A wrong solution and which half it is in: only `tune` may be looked at while tests are made."""

    submission: Submission
    split: Split


async def split_wrong(bench: Bench) -> list[Wrong]:
    """Distinct wrong solutions that compile, half of each label `tune` and half `held`, by their hashes.

    One that does not compile would count as rejected by tests, and of a copy in each half one would be
    looked at. Who is left out, and why, is in the book.
    """
    left_out: dict[str, str] = {}
    distinct: dict[Hashable, Submission] = {}
    for one in bench.problem.wrong:
        program = one.program
        same = (program.language, normalised_source(program), *sorted(program.files.items()))
        if program.language not in bench.runner.languages:
            left_out[program.name] = "no_language"
        elif same in distinct:
            left_out[program.name] = "duplicate"
        else:
            distinct[same] = one
    usable = list(distinct.values())
    compiled = await asyncio.gather(*(bench.solutions.compiles(one.program) for one in usable))
    for one, good in zip(usable, compiled, strict=True):
        if not good:
            left_out[one.program.name] = "does_not_compile"
    bench.book["wrong_left_out"] = left_out
    seed = bench.settings.run_seed
    ordered = sorted(
        (one for one in usable if one.program.name not in left_out),
        key=lambda one: (one.label, hash_of(seed, one.program.sha)),
    )
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
    again: bool = False,
) -> list[list[Trial]]:
    """What each program does on each test."""
    tests = judged(proven)
    work = (
        bench.solutions.judge(
            one, tests, checker, enough_timeouts=enough_timeouts, stop=stop, again=again
        )
        for one in programs
    )
    return list(await asyncio.gather(*work))


Trials = Mapping[str, Mapping[str, Trial]]
"""What solutions did, by their name and the test's input."""


async def without_failing(
    bench: Bench, election: Election, checker: Checker | ProgramChecker
) -> tuple[list[ProvenCase], Trials]:
    """The tests that no sound reference fails, also of those that have not voted; and what these did.

    One of these that prints something wrong, or fails on many tests, is set aside instead.

    Raises:
        Rejected: too few tests are left, or too many references are set aside.
    """
    kept, trials = await _without_failing(bench, election, checker)
    _check_what_is_left(bench, kept)
    return kept, trials


async def _without_failing(
    bench: Bench, election: Election, checker: Checker | ProgramChecker
) -> tuple[list[ProvenCase], Trials]:
    proven = list(election.proven)
    status = {entry["name"]: entry["status"] for entry in bench.book["references"]}
    rest = [one for one in bench.problem.references if status[one.name] == "spare"]
    if not bench.settings.qualify or not rest:
        return proven, {}
    bench.say("other references")
    found = await trials_of(bench, rest, proven, checker, again=True)
    dropped: set[int] = set()
    for program, trials in zip(rest, found, strict=True):
        wrong = sum(trial.verdict is Verdict.WA for trial in trials)
        failed = {number for number, trial in enumerate(trials) if trial.rejected}
        if wrong or len(failed) > bench.settings.failing_share * len(proven):
            why = f"fails {len(failed)} of {len(proven)} tests"
            set_status(bench, program.name, "demoted", why)
        else:
            dropped |= failed
    bench.book["dropped_for_references"] = len(dropped)
    kept = [one for number, one in enumerate(proven) if number not in dropped]
    return kept, {
        program.name: {one.case.tid: trial for one, trial in zip(proven, trials, strict=True)}
        for program, trials in zip(rest, found, strict=True)
    }


def _check_what_is_left(bench: Bench, kept: Sequence[ProvenCase]) -> None:
    """The gate once more: since the vote, tests were dropped and references set aside."""
    settings = bench.settings
    asked = [one for one in bench.book["references"] if one["status"] in _ASKED]
    demoted = sum(one["status"] == "demoted" for one in asked)
    if demoted > settings.most_demoted_share * len(asked):
        detail = f"{demoted} of {len(asked)} references disagree with the others or fail"
        raise Rejected(Reason.REFERENCES_DISAGREE, detail)
    if len(kept) < settings.least_valid:
        detail = f"{len(kept)} cases that every sound reference passes"
        raise Rejected(Reason.TOO_FEW_VALID, f"{detail}, {settings.least_valid} are needed")


@dataclass(frozen=True)
class Outcome:
    """What is measured: the tests, and what is known of solutions already.

    Attributes:
        kills: what `tune` solutions are rejected by, as numbers of ``proven``; None if nobody looked.
        trials: what some references did.
    """

    election: Election
    proven: Sequence[ProvenCase]
    tiers: Tiers
    wrong: Sequence[Wrong]
    kills: Kills | None
    trials: Trials

    @property
    def core(self) -> list[ProvenCase]:
        """The core tests, in order."""
        return [self.proven[number] for number in self.tiers.core]

    @property
    def audit(self) -> list[ProvenCase]:
        """The other tests, in order."""
        return [self.proven[number] for number in self.tiers.audit]


async def measure(bench: Bench, outcome: Outcome, checker: Checker | ProgramChecker) -> None:
    """Say of all accepted and all wrong solutions what the tests say of them, in the book.

    Who voted passes or not by the vote. Of the wrong ones in `tune` it is known; one in `held` is run up to
    the first test that rejects it, core tests first.
    """
    bench.say("measuring")
    await _measure_accepted(bench, outcome, checker)
    order = [*outcome.tiers.core, *outcome.tiers.audit]
    unknown = [one for one in outcome.wrong if outcome.kills is None or one.split == "held"]
    tests = [*outcome.core, *outcome.audit]
    programs = [one.submission.program for one in unknown]
    found = await trials_of(bench, programs, tests, checker, stop=True)
    ran = {one.submission.program.name: trials for one, trials in zip(unknown, found, strict=True)}
    entries = []
    for one in outcome.wrong:
        trials = ran.get(one.submission.program.name)
        if trials is None:
            assert outcome.kills is not None
            kills = outcome.kills[one.submission.program.name]
            by = next((place for place, number in enumerate(order) if number in kills), None)
        else:
            by = next((place for place, trial in enumerate(trials) if trial.rejected), None)
        entries.append(_entry(one, by, len(outcome.core)))
    bench.book["wrong"] = entries


async def _measure_accepted(
    bench: Bench, outcome: Outcome, checker: Checker | ProgramChecker
) -> None:
    tests = [*outcome.core, *outcome.audit]
    voters = [program.name for program in outcome.election.panel.voters]
    kept = {one.case.tid for one in outcome.proven}
    cases = zip(outcome.election.proven, outcome.election.passed, strict=True)
    passed = [some for one, some in cases if one.case.tid in kept]
    by_vote = frozenset(voters).intersection(*passed)
    usable = [one for one in bench.problem.references if one.language in bench.runner.languages]
    # One of each language is run all the same: to see what a rollout takes.
    timed = {one.language: one.name for one in usable if one.name in by_vote}.values()
    asked = [
        one
        for one in usable
        if one.name in timed or (one.name not in voters and one.name not in outcome.trials)
    ]
    found = await trials_of(bench, asked, tests, checker, again=True)
    trials = {program.name: some for program, some in zip(asked, found, strict=True)}
    for name, some in outcome.trials.items():
        trials[name] = [some[one.case.tid] for one in tests]
    for entry in bench.book["references"]:
        name = entry["name"]
        if name in trials:
            entry["passes"] = not any(trial.rejected for trial in trials[name])
        elif name in voters:
            entry["passes"] = name in by_vote
    passing = [trials[name] for name in timed if not any(trial.rejected for trial in trials[name])]
    bench.book["measured"] = {
        "core_s": _seconds(passing, len(outcome.core)),
        "all_s": _seconds(passing, len(tests)),
    }


def _entry(one: Wrong, by: int | None, core: int) -> dict[str, object]:
    return {
        "name": one.submission.program.name,
        "language": one.submission.program.language,
        "label": one.submission.label,
        "split": one.split,
        "rejected": by is not None,
        "by_core": by is not None and by < core,
        "by_test": by,
    }


def _seconds(trials: Sequence[Sequence[Trial]], tests: int) -> float:
    """CPU seconds of an accepted solution on the first tests, on average."""
    total = sum(trial.step.cpu_time_s for some in trials for trial in some[:tests] if trial.step)
    return total / max(1, len(trials))
