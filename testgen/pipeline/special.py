"""Problems with several right answers: a checker that has passed its tests says who agrees with whom.

An answer is what one reference printed; the others agree with it if the checker accepts their outputs
beside it. If too few do, the next reference's output is taken as the answer: the first one may have been
wrong.
"""

from collections.abc import Sequence
from dataclasses import replace

from sandbox.checkers import CheckerSpec
from sandbox.models import ProgramChecker
from testgen.judging.votes import Vote
from testgen.outputs import Output
from testgen.pipeline.bench import Bench
from testgen.pipeline.references import set_status
from testgen.pipeline.ruling import Agreeing, agreeing_with
from testgen.pipeline.voting import Election, Panel, ask, settle
from testgen.values import Case

_SPEC = CheckerSpec()  # stands for the checker where votes are counted; never compared with


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
    agreeing = await agreeing_with(bench, panel, cases, checker)
    extra = panel.spares[: bench.settings.draw]
    if extra and any(len(one.names) < len(panel.voters) for one in agreeing):
        columns = await ask(bench, extra, cases)
        for program in extra:
            set_status(bench, program.name, "voter")
        rows = zip(panel.outputs, zip(*columns, strict=True), strict=True)
        outputs = tuple((*old, *new) for old, new in rows)
        voters = (*panel.voters, *extra)
        panel = replace(panel, voters=voters, spares=panel.spares[len(extra) :], outputs=outputs)
        agreeing = await agreeing_with(bench, panel, cases, checker)

    def count(some: Panel) -> list[Vote]:
        pairs = zip(some.outputs, agreeing, strict=True)
        return [_vote(some, row, one) for row, one in pairs]

    return settle(bench, panel, cases, count, _SPEC, known)


def _vote(panel: Panel, row: Sequence[Output | None], agreeing: Agreeing) -> Vote:
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
