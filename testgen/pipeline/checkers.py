"""Checkers of a problem: tested before they are believed.

One must accept what references print, however it differs, and right outputs in other layouts. It must
reject garbage, outputs of another form, outputs of the same form that say something else, and what wrong
solutions print. One that accepts everything fails the second half, one that knows one answer the first.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.models import ProgramChecker, Verdict
from testgen.errors import DataError
from testgen.inputs.outputs import changed, hopeless, misshapen, same_but_for_layout
from testgen.judging.votes import needed
from testgen.outputs import bytes_of
from testgen.pipeline.authors import write_checker
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.measuring import split_wrong
from testgen.pipeline.ruling import agreeing_with, rulings_on
from testgen.pipeline.sources import source
from testgen.pipeline.voting import Panel
from testgen.running.checkers import program_checker
from testgen.running.solutions import Judged
from testgen.values import Case, Checker, Label, Manner, Program


async def choose_checker(bench: Bench, panel: Panel, cases: Sequence[Case]) -> ProgramChecker:
    """The first of the problem's checkers that passes its tests, else one that a model writes.

    Raises:
        Rejected: none does.
    """
    bench.say("checker")
    scores: list[dict[str, Any]] = []
    bench.book["checkers"] = scores
    few = _smallest(bench, panel, cases)

    async def is_good(checker: Checker) -> bool:
        score = await _scored(bench, checker, *few)
        scores.append({"name": checker.program.name, **score})
        return bool(score["good"])

    for checker in bench.problem.checkers:
        if await is_good(checker):
            return _chosen(bench, checker)

    async def trial(program: Program) -> str:
        good = await is_good(Checker(program, Manner.TESTLIB))
        return "" if good else str(scores[-1]["said"])

    written = await write_checker(bench, trial) if bench.model is not None else None
    if written is not None and scores[-1]["good"]:
        place = f"checker/{Manner.TESTLIB}"
        bench.book["problem"]["sources"].append(source(bench, place, written))
        return _chosen(bench, Checker(written, Manner.TESTLIB))
    said = "; ".join(f"{one['name']}: {one['said']}" for one in scores) or "no checker is there"
    raise Rejected(Reason.SPECIAL_JUDGE, said)


def _chosen(bench: Bench, checker: Checker) -> ProgramChecker:
    name = f"checker {checker.program.name}"
    bench.book["kind"] = {"kind": "checker", "comparison": name}
    return program_checker(checker, bench.settings)


async def _scored(
    bench: Bench, checker: Checker, panel: Panel, cases: Sequence[Case]
) -> dict[str, Any]:
    try:
        candidate = program_checker(checker, bench.settings)
    except DataError as error:
        return {"good": False, "said": str(error)}
    return await _tested(bench, candidate, panel, cases)


@dataclass(frozen=True)
class _Material:
    """What a checker is tested with.

    Attributes:
        tests: inputs with right answers: the samples, and cases on whose answer most agree.
        sound: the share of references all of whose outputs it accepts.
    """

    tests: Sequence[Judged]
    sound: float


@dataclass(frozen=True)
class _Trial:
    """One kind of question: the share that must be answered well, and that was."""

    name: str
    share: float
    wanted: float


def _smallest(bench: Bench, panel: Panel, cases: Sequence[Case]) -> tuple[Panel, tuple[Case, ...]]:
    """The smallest cases that are no samples, and what was printed for them."""
    samples = {sample.stdin for sample in bench.problem.samples}
    numbers = [number for number in range(len(cases)) if cases[number].stdin not in samples]
    numbers.sort(key=lambda number: (len(cases[number].stdin), cases[number].tid))
    few = numbers[: bench.settings.checker_cases]
    outputs = tuple(panel.outputs[number] for number in few)
    return Panel(panel.voters, (), outputs), tuple(cases[number] for number in few)


async def _tested(
    bench: Bench, checker: ProgramChecker, panel: Panel, cases: Sequence[Case]
) -> dict[str, Any]:
    """What the tests of a checker say of it."""
    settings = bench.settings
    material = await _material(bench, checker, panel, cases)
    tests = material.tests
    if len(tests) < 2:
        said = "references do not agree by its word, or print nothing: there is nothing to test it with"
        return {"good": False, "said": said}
    right = await rulings_on(bench, checker, tests, [test.answer for test in tests])
    layouts = await _on_variants(bench, checker, tests, same_but_for_layout)
    bad = await _on_variants(bench, checker, tests, hopeless)
    forms = await _on_variants(bench, checker, tests, misshapen)
    contents = await _on_variants(bench, checker, tests, changed)
    contents += await _on_each_others(bench, checker, tests)
    trials = [
        _Trial("right outputs accepted", _share(right), 1),
        _Trial("references accepted", material.sound, settings.checker_references_share),
        _Trial("other layouts accepted", _share(layouts), settings.checker_layouts_share),
        _Trial("garbage rejected", _rejected(bad), settings.checker_rejects_share),
        _Trial("a word more or less rejected", _rejected(forms), settings.checker_doubtful_share),
        _Trial("other words rejected", _rejected(contents), settings.checker_doubtful_share),
        _Trial(
            "wrong solutions rejected",
            await _wrong_share(bench, checker, tests),
            settings.checker_wrong_share,
        ),
    ]
    failed = [one for one in trials if one.share < one.wanted]
    said = ", ".join(f"{one.name} {one.share:.0%}" for one in failed or trials)
    shares = {one.name: round(one.share, 4) for one in trials}
    return {"good": not failed, "said": said, "shares": shares}


async def _material(
    bench: Bench, checker: ProgramChecker, panel: Panel, cases: Sequence[Case]
) -> _Material:
    samples = [Judged(one.stdin, one.answer) for one in bench.problem.samples]
    passing = await asyncio.gather(*(_passes(bench, checker, one, samples) for one in panel.voters))
    sound = {one.name for one, good in zip(panel.voters, passing, strict=True) if good}
    tests = list(samples)
    found = await agreeing_with(bench, panel, cases, checker)
    for case, row, agreeing in zip(cases, panel.outputs, found, strict=True):
        printed = {
            one.name for one, output in zip(panel.voters, row, strict=True) if output is not None
        }
        sound -= printed - agreeing.names
        enough = len(agreeing.names) >= needed(bench.settings.agree_share, len(row))
        if enough and agreeing.answer is not None:
            tests.append(Judged(case.stdin, agreeing.answer))
    return _Material(tests, len(sound) / len(panel.voters))


async def _passes(
    bench: Bench, checker: ProgramChecker, program: Program, tests: Sequence[Judged]
) -> bool:
    """Whether a checker accepts whatever a program prints."""
    steps = await bench.solutions.outputs(program, [test.stdin for test in tests])
    pairs = [
        (test, step.stdout)
        for test, step in zip(tests, steps, strict=True)
        if step.verdict is Verdict.OK
    ]
    said = await rulings_on(bench, checker, [one for one, _ in pairs], [out for _, out in pairs])
    return all(said)


async def _wrong_share(bench: Bench, checker: ProgramChecker, tests: Sequence[Judged]) -> float:
    """The share of wrong solutions that may be looked at of which it rejects some output."""
    looked_at = [
        one.submission.program
        for one in await split_wrong(bench)
        if one.split == "tune" and one.submission.label is Label.WRONG_ANSWER
    ]
    passing = await asyncio.gather(*(_passes(bench, checker, one, tests) for one in looked_at))
    return 1 - sum(passing) / len(passing) if passing else 1.0


async def _on_variants(
    bench: Bench,
    checker: ProgramChecker,
    tests: Sequence[Judged],
    variants: Callable[[bytes], list[bytes]],
) -> list[bool]:
    """Rulings on variants of each test's answer: one round for each kind of variant."""
    table = [variants(bytes_of(test.answer)) for test in tests]
    rounds = []
    for kind in range(max(map(len, table), default=0)):
        some = [number for number, row in enumerate(table) if kind < len(row)]
        outputs = [table[number][kind] for number in some]
        rounds.append(rulings_on(bench, checker, [tests[number] for number in some], outputs))
    return [yes for said in await asyncio.gather(*rounds) for yes in said]


async def _on_each_others(
    bench: Bench, checker: ProgramChecker, tests: Sequence[Judged]
) -> list[bool]:
    """Rulings on the answer of another test, where that is another one."""
    pairs = [
        (test, tests[number - 1].answer)
        for number, test in enumerate(tests)
        if bytes_of(tests[number - 1].answer).split() != bytes_of(test.answer).split()
    ]
    return await rulings_on(bench, checker, [one for one, _ in pairs], [out for _, out in pairs])


def _share(said: Sequence[bool]) -> float:
    return sum(said) / len(said) if said else 1.0


def _rejected(said: Sequence[bool]) -> float:
    return 1 - sum(said) / len(said) if said else 1.0
