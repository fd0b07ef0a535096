"""Problems with several right answers: a checker that has passed its tests says who agrees with whom.

An answer is what one reference printed; the others agree with it if the checker accepts their outputs
beside it. If too few do, the next reference's output is taken as the answer: the first one may have been
wrong.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.checkers import CheckerSpec
from sandbox.models import ProgramChecker
from testgen.errors import DataError
from testgen.inputs.outputs import doubtful, hopeless, same_but_for_layout
from testgen.judging.votes import Vote
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.references import set_status
from testgen.pipeline.voting import Election, Panel, ask, settle
from testgen.running.checkers import program_checker, rulings
from testgen.running.solutions import CheckerFailed, Judged
from testgen.values import Case

_GIVERS = 3  # references whose outputs are tried as the answer to one input
_TEST_CASES = 6
_DOUBTFUL_SHARE = 0.5
_SPEC = CheckerSpec()  # stands for the checker where votes are counted; never compared with


async def choose_checker(bench: Bench, panel: Panel, cases: Sequence[Case]) -> ProgramChecker:
    """The first of the problem's checkers that passes its tests.

    Raises:
        Rejected: none does.
    """
    bench.say("checker")
    scores = []
    for checker in bench.problem.checkers:
        try:
            candidate = program_checker(checker)
        except DataError as error:
            scores.append({"name": checker.program.name, "good": False, "said": str(error)})
            continue
        score = await _test(bench, candidate, panel, cases)
        scores.append({"name": checker.program.name, **score})
        if score["good"]:
            bench.book["checkers"] = scores
            name = f"checker {checker.program.name}"
            bench.book["kind"] = {"kind": "checker", "comparison": name}
            return candidate
    bench.book["checkers"] = scores
    said = "; ".join(f"{one['name']}: {one['said']}" for one in scores) or "no checker is there"
    raise Rejected(Reason.SPECIAL_JUDGE, said)


async def elect_by_checker(
    bench: Bench,
    panel: Panel,
    cases: Sequence[Case],
    checker: ProgramChecker,
    known: int = 0,
) -> Election:
    """Settle every case by the checker's word; ``known`` is as in `settle`.

    Raises:
        Rejected: too many references dissent.
    """
    agreeing = await _agreeing(bench, panel, cases, checker)
    extra = panel.spares[: bench.settings.draw]
    if extra and any(len(one.names) < len(panel.voters) for one in agreeing):
        columns = await ask(bench, extra, cases)
        for program in extra:
            set_status(bench, program.name, "voter")
        rows = zip(panel.outputs, zip(*columns, strict=True), strict=True)
        outputs = tuple((*old, *new) for old, new in rows)
        voters = (*panel.voters, *extra)
        panel = replace(panel, voters=voters, spares=panel.spares[len(extra) :], outputs=outputs)
        agreeing = await _agreeing(bench, panel, cases, checker)

    def count(some: Panel) -> list[Vote]:
        pairs = zip(some.outputs, agreeing, strict=True)
        return [_vote(some, row, one) for row, one in pairs]

    return settle(bench, panel, cases, count, _SPEC, known)


@dataclass(frozen=True)
class _Agreeing:
    """Who agrees with the answer to one input."""

    names: frozenset[str] = frozenset()


def _vote(panel: Panel, row: Sequence[bytes | None], agreeing: _Agreeing) -> Vote:
    voters = [
        number
        for number, program in enumerate(panel.voters)
        if program.name in agreeing.names and row[number] is not None
    ]
    ok = sum(output is not None for output in row)
    answer = row[voters[0]] if voters else None
    return Vote(
        drawn=len(row),
        ok=ok,
        agree=len(voters),
        second=ok - len(voters),
        answers=1 + (ok > len(voters)),
        answer=answer,
        voters=frozenset(voters),
    )


async def _agreeing(
    bench: Bench, panel: Panel, cases: Sequence[Case], checker: ProgramChecker
) -> list[_Agreeing]:
    best = [_Agreeing()] * len(cases)
    for turn in range(_GIVERS):
        open_cases = [
            number
            for number, row in enumerate(panel.outputs)
            if 2 * len(best[number].names) <= sum(output is not None for output in row)
            and _giver(row, turn) is not None
        ]
        found = await asyncio.gather(
            *(
                _column(bench, panel, cases, checker, open_cases, turn, number)
                for number in range(len(panel.voters))
            )
        )
        for place, number in enumerate(open_cases):
            names = {
                program.name
                for program, column in zip(panel.voters, found, strict=True)
                if column[place]
            }
            if len(names) > len(best[number].names):
                best[number] = _Agreeing(frozenset(names))
    return best


def _giver(row: Sequence[bytes | None], turn: int) -> bytes | None:
    """The answer of a turn: another reference's output in each."""
    outputs = [output for output in row if output is not None]
    return outputs[turn] if turn < len(outputs) else None


async def _column(
    bench: Bench,
    panel: Panel,
    cases: Sequence[Case],
    checker: ProgramChecker,
    open_cases: Sequence[int],
    turn: int,
    voter: int,
) -> list[bool]:
    """Whether one voter agrees with each open case's answer of this turn."""
    tests, outputs, asked = [], [], []
    for place, number in enumerate(open_cases):
        output = panel.outputs[number][voter]
        if output is not None:
            answer = _giver(panel.outputs[number], turn)
            assert answer is not None
            tests.append(Judged(cases[number].stdin, answer))
            outputs.append(output)
            asked.append(place)
    said = await _said(bench, checker, tests, outputs)
    column = [False] * len(open_cases)
    for place, yes in zip(asked, said, strict=True):
        column[place] = yes
    return column


async def _said(
    bench: Bench, checker: ProgramChecker, tests: Sequence[Judged], outputs: Sequence[bytes]
) -> list[bool]:
    """The checker's rulings; where it fails, it is asked one by one, and a failure is a no."""
    try:
        return await rulings(bench.runner, bench.service, checker, tests, outputs)
    except CheckerFailed:
        return [
            await _single(bench, checker, test, output)
            for test, output in zip(tests, outputs, strict=True)
        ]


async def _single(bench: Bench, checker: ProgramChecker, test: Judged, output: bytes) -> bool:
    try:
        return (await rulings(bench.runner, bench.service, checker, [test], [output]))[0]
    except CheckerFailed:
        return False


async def _test(
    bench: Bench, checker: ProgramChecker, panel: Panel, cases: Sequence[Case]
) -> dict[str, Any]:
    """A checker accepts what is right, rejects what is spoilt, and does not mind the layout."""
    tests = _material(bench, panel, cases)
    if len(tests) < 2:
        return {"good": False, "said": "there is nothing to test it with"}
    right = await _said(bench, checker, tests, [test.answer for test in tests])
    bad = await _many(bench, checker, tests, hopeless)
    changed = await _many(bench, checker, tests, doubtful)
    layouts = await _many(bench, checker, tests, same_but_for_layout)
    strangers = [tests[number - 1].answer for number in range(len(tests))]
    foreign = await _said(bench, checker, tests, strangers)
    foreign = [
        yes
        for yes, test, other in zip(foreign, tests, strangers, strict=True)
        if other.split() != test.answer.split()
    ]
    counts = {
        "right_accepted": _share(right),
        "hopeless_rejected": 1 - _share(bad, 0.0),
        "doubtful_rejected": 1 - _share(changed + foreign, 0.0),
        "layouts_accepted": _share(layouts),
    }
    good = (
        counts["right_accepted"] == 1
        and counts["hopeless_rejected"] >= bench.settings.checker_rejects_share
        and counts["doubtful_rejected"] >= _DOUBTFUL_SHARE
        and counts["layouts_accepted"] >= bench.settings.checker_rejects_share
    )
    said = ", ".join(f"{name} {value:.0%}" for name, value in counts.items())
    return {"good": good, "said": said}


def _material(bench: Bench, panel: Panel, cases: Sequence[Case]) -> list[Judged]:
    """Inputs with right outputs: the samples, and small cases with what the first voter printed."""
    tests = [Judged(sample.stdin, sample.answer) for sample in bench.problem.samples]
    small = sorted(
        range(len(cases)), key=lambda number: (len(cases[number].stdin), cases[number].tid)
    )
    for number in small[:_TEST_CASES]:
        output = next((one for one in panel.outputs[number] if one is not None), None)
        if output is not None and cases[number].stdin not in {test.stdin for test in tests}:
            tests.append(Judged(cases[number].stdin, output))
    return tests


async def _many(
    bench: Bench, checker: ProgramChecker, tests: Sequence[Judged], variants: Any
) -> list[bool]:
    """Rulings on variants of each test's answer: one round for each kind of variant."""
    table = [variants(test.answer) for test in tests]
    rounds = []
    for kind in range(max(map(len, table), default=0)):
        some = [number for number, row in enumerate(table) if kind < len(row)]
        outputs = [table[number][kind] for number in some]
        rounds.append(_said(bench, checker, [tests[number] for number in some], outputs))
    return [yes for said in await asyncio.gather(*rounds) for yes in said]


def _share(said: Sequence[bool], of_nothing: float = 1.0) -> float:
    return sum(said) / len(said) if said else of_nothing
