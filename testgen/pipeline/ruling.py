"""A checker's rulings on what references print: who agrees with whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.models import ProgramChecker
from testgen.outputs import Output
from testgen.pipeline.bench import Bench
from testgen.pipeline.voting import Panel
from testgen.running.checkers import rulings
from testgen.running.solutions import CheckerFailed, Judged
from testgen.values import Case


@dataclass(frozen=True)
class Agreeing:
    """Who agrees with the answer to one input.

    Attributes:
        answer: what the first of them printed; None if nobody agrees.
    """

    names: frozenset[str] = frozenset()
    answer: Output | None = None


async def agreeing_with(
    bench: Bench, panel: Panel, cases: Sequence[Case], checker: ProgramChecker
) -> list[Agreeing]:
    """For each case, those who agree with an answer; of a few answers that of the most."""
    best = [Agreeing()] * len(cases)
    for turn in range(bench.settings.answer_givers):
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
                row = zip(panel.voters, panel.outputs[number], strict=True)
                answer = next(output for program, output in row if program.name in names)
                best[number] = Agreeing(frozenset(names), answer)
    return best


def _giver(row: Sequence[Output | None], turn: int) -> Output | None:
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
    said = await rulings_on(bench, checker, tests, outputs)
    column = [False] * len(open_cases)
    for place, yes in zip(asked, said, strict=True):
        column[place] = yes
    return column


async def rulings_on(
    bench: Bench, checker: ProgramChecker, tests: Sequence[Judged], outputs: Sequence[Output]
) -> list[bool]:
    """The checker's rulings; where it fails, it is asked one by one, and a failure is a no."""
    try:
        return await rulings(bench.runner, bench.service, checker, tests, outputs)
    except CheckerFailed:
        return [
            await _single(bench, checker, test, output)
            for test, output in zip(tests, outputs, strict=True)
        ]


async def _single(bench: Bench, checker: ProgramChecker, test: Judged, output: Output) -> bool:
    try:
        return (await rulings(bench.runner, bench.service, checker, [test], [output]))[0]
    except CheckerFailed:
        return False
