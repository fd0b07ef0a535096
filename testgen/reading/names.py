"""Names of programs: what is written down by name must not take another one's place."""

from collections import Counter
from typing import Annotated

from pydantic import Field

from testgen.errors import DataError
from testgen.values import Problem

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*"
FileName = Annotated[str, Field(max_length=128, pattern=rf"^{_PART}(/{_PART})*$")]
"""A relative path without a step outwards."""


def with_distinct_names(problem: Problem, where: str) -> Problem:
    """The problem itself.

    Raises:
        DataError: two of its programs have one name.
    """
    submissions = (*problem.references, *(one.program for one in problem.wrong))
    checkers = tuple(one.program for one in problem.checkers)
    for programs in (submissions, problem.generators, problem.validators, checkers):
        counts = Counter(one.name for one in programs)
        if twice := sorted(name for name, number in counts.items() if number > 1):
            raise DataError(f"{where}: two programs are called {twice[0]}; rename one")
    return problem
