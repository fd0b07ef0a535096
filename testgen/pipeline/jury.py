"""A jury: once a problem's kind is known, how more inputs are settled and outputs are judged."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec
from sandbox.models import Checker, ProgramChecker
from testgen.judging.votes import Vote, vote
from testgen.pipeline.bench import Bench
from testgen.pipeline.special import elect_by_checker
from testgen.pipeline.voting import Election, Panel, settle
from testgen.running.solutions import plain_checker
from testgen.values import Case


@dataclass(frozen=True)
class Jury:
    """How a problem is judged.

    Attributes:
        checker: as a request states it.
        settle: what voters who have been asked say of new inputs; the number is that of the inputs that
            they have settled before.
    """

    checker: Checker | ProgramChecker
    settle: Callable[[Panel, Sequence[Case], int], Awaitable[Election]]


def plain_jury(bench: Bench, spec: CheckerSpec) -> Jury:
    """Outputs are compared."""

    async def elect(panel: Panel, cases: Sequence[Case], known: int) -> Election:
        def count(some: Panel) -> list[Vote]:
            return [vote(row, spec) for row in some.outputs]

        return await asyncio.to_thread(settle, bench, panel, cases, count, spec, known)

    return Jury(plain_checker(spec), elect)


def checker_jury(bench: Bench, checker: ProgramChecker) -> Jury:
    """A program says what is right."""

    async def elect(panel: Panel, cases: Sequence[Case], known: int) -> Election:
        return await elect_by_checker(bench, panel, cases, checker, known)

    return Jury(checker, elect)
