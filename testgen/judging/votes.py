"""Votes of references on one input."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.checkers import CheckerSpec
from testgen.judging.clusters import clusters
from testgen.outputs import Output


@dataclass(frozen=True, slots=True)
class Vote:
    """How references voted.

    Attributes:
        drawn: how many were asked.
        ok: how many of these ended normally.
        agree: votes for the answer.
        second: votes for the runner-up.
        answers: different answers.
        answer: the winner's; None if nobody voted.
        voters: the numbers of those who voted for it.
    """

    drawn: int
    ok: int
    agree: int
    second: int
    answers: int
    answer: Output | None
    voters: frozenset[int]

    def valid(self, share: float) -> bool:
        """Whether enough of all who were asked agree."""
        return self.answer is not None and self.agree >= needed(share, self.drawn)


def needed(share: float, drawn: int) -> int:
    """How many of so many are the share: 7 of 10, 5 of 7."""
    return math.ceil(round(share * drawn, 9))


def vote(outputs: Sequence[Output | None], spec: CheckerSpec) -> Vote:
    """Count the votes; None is a run that did not end normally."""
    found = clusters(outputs, spec)
    best = found[0] if found else None
    return Vote(
        drawn=len(outputs),
        ok=sum(output is not None for output in outputs),
        agree=len(best.members) if best else 0,
        second=len(found[1].members) if len(found) > 1 else 0,
        answers=len(found),
        answer=best.answer if best else None,
        voters=frozenset(best.members) if best else frozenset(),
    )
