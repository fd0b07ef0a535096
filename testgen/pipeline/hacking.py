"""The search for inputs that break wrong solutions which pass everything so far.

Each round runs the scripts with new seeds and changes small cases; a model, if there is one, writes a
script against the survivors. Inputs on which survivors differ from a reference are put to the vote. Only
the half `tune` is looked at, and shown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sandbox.models import Checker, ProgramChecker
from testgen.pipeline.authors import write_hack
from testgen.pipeline.bench import Bench, ProvenCase, Rejected
from testgen.pipeline.cases import (
    USABLE,
    distinct,
    near_cases,
    run_scripts,
    script_entry,
    script_seed,
)
from testgen.pipeline.jury import Jury
from testgen.pipeline.measuring import Wrong, trials_of
from testgen.pipeline.sources import source
from testgen.pipeline.validation import legal_cases
from testgen.pipeline.voting import Election, Panel, ask
from testgen.running.generators import GeneratorFate
from testgen.running.solutions import Judged
from testgen.values import Case, Label, Program, Submission


@dataclass(frozen=True)
class Hunt:
    """What a search starts from; ``scripts`` are the generators that are good."""

    bench: Bench
    jury: Jury
    validator: Program | None
    scripts: tuple[Program, ...]


async def hack(hunt: Hunt, election: Election, wrong: Sequence[Wrong]) -> Election:
    """The election with the cases that were found. Those who dissent on them are no voters any more."""
    bench = hunt.bench
    rounds = []
    for turn in range(1, bench.settings.hack_rounds + 1):
        bench.say(f"hacking, round {turn}")
        kills = await kills_of(bench, wrong, election.proven, hunt.jury.checker)
        survivors = [
            one.submission.program
            for one in wrong
            if one.split == "tune" and not kills[one.submission.program.name]
        ]
        if not survivors:
            break
        oracle = election.panel.voters[0]
        aimed = await _aimed(hunt, survivors, oracle, turn)
        cases = await candidates(hunt, election.proven, turn, aimed)
        chosen = await differing(hunt, cases, oracle, survivors)
        entry: dict[str, Any] = {
            "survivors": [one.name for one in survivors],
            "candidates": len(cases),
            "differ": len(chosen),
            "settled": 0,
        }
        rounds.append(entry)
        statuses = [dict(one) for one in bench.book["references"]]
        try:
            more = await _settled(hunt, election, chosen)
        except Rejected as end:
            # What was settled before stays so; these inputs are no tests, and nobody goes for them.
            bench.book["references"] = statuses
            entry["ended"] = end.detail
            break
        entry["settled"] = len(more.proven) - len(election.proven)
        election = more
    bench.book["hacking"] = rounds
    return election


async def _aimed(
    hunt: Hunt, survivors: Sequence[Program], oracle: Program, turn: int
) -> tuple[Case, ...]:
    """Cases of a script that a model writes against the survivors; none without a model."""
    bench = hunt.bench
    if bench.model is None:
        return ()
    script = await write_hack(bench, hunt.validator, survivors, oracle, turn)
    if script is None:
        return ()
    (made,) = await run_scripts(bench, [(script, script_seed(bench, script, 0))])
    bench.book["generators"].append(script_entry(made))
    bench.book["problem"]["sources"].append(source(bench, "generators", script))
    return made.cases if made.fate in USABLE else ()


async def _settled(hunt: Hunt, election: Election, cases: Sequence[Case]) -> Election:
    if not cases:
        return election
    voters = election.panel.voters
    columns = await ask(hunt.bench, voters, cases)
    first_votes = hunt.bench.book["votes"]
    panel = Panel(voters, (), tuple(zip(*columns, strict=True)))
    found = await hunt.jury.settle(panel, cases, len(election.proven))
    hunt.bench.book["votes"] = first_votes
    return Election(
        election.spec,
        Panel(found.panel.voters, election.panel.spares, ()),
        (*election.proven, *found.proven),
        (*election.passed, *found.passed),
    )


async def kills_of(
    bench: Bench,
    wrong: Sequence[Wrong],
    tests: Sequence[ProvenCase],
    checker: Checker | ProgramChecker,
) -> dict[str, frozenset[int]]:
    """For each `tune` solution, the numbers of the tests that reject it.

    One that is said to be slow is run on the largest tests first, and up to the first that rejects it.
    """
    tune = [one.submission for one in wrong if one.split == "tune"]
    largest_first = sorted(range(len(tests)), key=lambda n: (-len(tests[n].case.stdin), n))

    async def one(submission: Submission) -> frozenset[int]:
        slow = submission.label is Label.TIME_LIMIT
        order = largest_first if slow else list(range(len(tests)))
        enough = 0 if slow else bench.settings.enough_timeouts
        some = [tests[number] for number in order]
        programs = [submission.program]
        (trials,) = await trials_of(
            bench, programs, some, checker, enough_timeouts=enough, stop=slow
        )
        return frozenset(n for n, trial in zip(order, trials, strict=True) if trial.rejected)

    found = await asyncio.gather(*(one(submission) for submission in tune))
    return {one.program.name: kills for one, kills in zip(tune, found, strict=True)}


async def candidates(
    hunt: Hunt, tests: Sequence[ProvenCase], turn: int, aimed: Sequence[Case] = ()
) -> list[Case]:
    """New legal inputs for a round: those that are aimed at survivors, then of all scripts in turns."""
    bench = hunt.bench
    seeds = [(one, script_seed(bench, one, turn)) for one in hunt.scripts]
    made = await run_scripts(bench, seeds)
    columns = [one.cases for one in made if one.fate in USABLE]
    cases = [case for row in zip_longest(*columns) for case in row if case is not None]
    most = bench.settings.hack_cases
    old = [one.case for one in tests]
    number = round(most * bench.settings.hack_neighbours_share)
    near = near_cases(bench, old, number, turn)
    mixed = [*aimed, *cases[: most - len(near)], *near]
    fresh = distinct(
        mixed, bench.settings.bucket_sizes, each_bucket=most, known=[case.tid for case in old]
    )
    return await legal_cases(bench, hunt.validator, fresh)


async def differing(
    hunt: Hunt, cases: Sequence[Case], oracle: Program, survivors: Sequence[Program]
) -> list[Case]:
    """The inputs on which survivors do not do as a reference does, the smallest first."""
    bench = hunt.bench
    ordered = sorted(cases, key=lambda case: (len(case.stdin), case.tid))
    steps = await bench.solutions.outputs(oracle, [case.stdin for case in ordered])
    known = [
        (case, step) for case, step in zip(ordered, steps, strict=True) if step.verdict == "OK"
    ]
    tests = [Judged(case.stdin, step.stdout) for case, step in known]
    found = await asyncio.gather(
        *(
            bench.solutions.judge(
                one, tests, hunt.jury.checker, enough_timeouts=bench.settings.enough_timeouts
            )
            for one in survivors
        )
    )
    most = bench.settings.hack_survivor_cases
    chosen: set[int] = set()
    for trials in found:
        chosen.update([n for n, trial in enumerate(trials) if trial.rejected][:most])
    return [known[number][0] for number in sorted(chosen)]


def good_scripts(bench: Bench, scripts: Sequence[Program]) -> tuple[Program, ...]:
    """Those of some generators that were good in the first turn."""
    shas = {one["sha"] for one in bench.book["generators"] if one["fate"] == GeneratorFate.GOOD}
    return tuple(one for one in scripts if one.sha in shas)
