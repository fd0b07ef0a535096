"""The vote: what references print on each input, which comparison they agree under, and who is right.

With ``strict_votes``, an input on which a second answer has voters is contested: more references are
asked, and it is dropped unless the first answer has several times as many. A reference that disagrees
with settled inputs is set aside, and what it voted on is counted again without it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sandbox.checkers import CheckerSpec
from sandbox.models import Verdict
from testgen.judging.kinds import Cues, Level, choose_level, ladder, looks_special, spec_name
from testgen.judging.votes import Vote, vote
from testgen.outputs import Output
from testgen.pipeline.bench import Bench, ProvenCase, Reason, Rejected
from testgen.pipeline.references import set_status
from testgen.running.runner import Step
from testgen.values import Case, Program

T = TypeVar("T")


@dataclass(frozen=True)
class Panel:
    """Who has voted, and what they printed.

    Attributes:
        voters: those whose votes count, in the order of the columns.
        spares: those who have not been asked.
        outputs: for each input, what each voter printed; None did not end normally.
    """

    voters: tuple[Program, ...]
    spares: tuple[Program, ...]
    outputs: tuple[tuple[Output | None, ...], ...]


@dataclass(frozen=True)
class Election:
    """The outcome.

    Attributes:
        panel: who voted in the end.
        proven: the cases that were settled, with their answers.
        passed: for each of these, the names of the references that agree with its answer.
    """

    spec: CheckerSpec
    panel: Panel
    proven: tuple[ProvenCase, ...]
    passed: tuple[frozenset[str], ...]


async def first_panel(bench: Bench, references: Sequence[Program], cases: Sequence[Case]) -> Panel:
    """The first references, asked about all cases."""
    voters = tuple(references[: bench.settings.draw])
    columns = await ask(bench, voters, cases)
    return Panel(voters, tuple(references[bench.settings.draw :]), _rows(columns, len(cases)))


async def ask(
    bench: Bench, programs: Sequence[Program], cases: Sequence[Case]
) -> list[list[Output | None]]:
    """What each of some references prints for each case."""
    inputs = [case.stdin for case in cases]
    columns = await asyncio.gather(*(bench.solutions.outputs(one, inputs) for one in programs))
    return [[_ballot(step) for step in column] for column in columns]


async def elect(bench: Bench, panel: Panel, cases: Sequence[Case], cues: Cues) -> Election:
    """Settle every case that can be settled.

    Raises:
        Rejected: several answers seem to be right.
    """
    settings = bench.settings
    # Comparing takes as long as outputs are large: other problems go on meanwhile.
    level = await asyncio.to_thread(_level, bench, panel, cues)
    _refuse_special(bench, level, cases)
    if not settings.strict_votes:
        valid = [one.valid(settings.agree_share) for one in level.votes]
        return _election(bench, level.spec, panel, cases, level.votes, valid)
    panel = await _arbitrated(bench, panel, level, cases)

    def count(some: Panel) -> list[Vote]:
        return [vote(row, level.spec) for row in some.outputs]

    return await asyncio.to_thread(settle, bench, panel, cases, count, level.spec)


Count = Callable[[Panel], list[Vote]]


def settle(
    bench: Bench,
    panel: Panel,
    cases: Sequence[Case],
    count: Count,
    spec: CheckerSpec,
    known: int = 0,
) -> Election:
    """Set dissenters aside, count again, and keep the cases that all who are left agree on.

    Args:
        known: cases that these voters have settled before: shares are of all.

    Raises:
        Rejected: too many dissent.
    """
    panel, votes = _without_dissenters(bench, panel, count, known)
    # A case on which a sound reference does not end normally would reject an accepted solution.
    settled = [is_settled(bench, one) and one.agree == one.drawn for one in votes]
    return _election(bench, spec, panel, cases, votes, settled)


def is_settled(bench: Bench, one: Vote) -> bool:
    """Whether a vote leaves no doubt."""
    if not one.valid(bench.settings.agree_share):
        return False
    contested = one.second >= bench.settings.contested_votes
    return not contested or one.agree >= bench.settings.settled_ratio * one.second


def _ballot(step: Step) -> Output | None:
    return step.stdout if step.verdict is Verdict.OK else None


def _rows(
    columns: Sequence[Sequence[Output | None]], number: int
) -> tuple[tuple[Output | None, ...], ...]:
    return tuple(tuple(column[row] for column in columns) for row in range(number))


def _level(bench: Bench, panel: Panel, cues: Cues) -> Level:
    settings = bench.settings
    steps = [bench.problem.comparison]
    if settings.ladder:
        firsts = (next((out for out in row if out is not None), b"") for row in panel.outputs)
        steps = ladder(
            bench.problem.comparison,
            cues,
            firsts,
            tolerances=settings.tolerances,
            untold_tolerance=settings.untold_tolerance,
        )
    level = choose_level(
        steps, panel.outputs, agree_share=settings.agree_share, level_share=settings.level_share
    )
    bench.book["kind"] = {
        "kind": "floats" if level.spec.type == "floats" else "tokens",
        "comparison": spec_name(level.spec),
        "agree_share": round(level.share, 4),
    }
    return level


def _refuse_special(bench: Bench, level: Level, cases: Sequence[Case]) -> None:
    """Many small inputs with many answers: the references are right, the comparison is not."""
    settings = bench.settings
    small = [
        one
        for one, case in zip(level.votes, cases, strict=True)
        if len(case.stdin) <= settings.small_case_bytes
    ]
    if level.share < settings.level_share and looks_special(
        small,
        agree_share=settings.agree_share,
        answers=settings.special_answers,
        unsettled_share=settings.unsettled_share,
    ):
        detail = "references give many different answers to small inputs; no checker is there"
        raise Rejected(Reason.SPECIAL_JUDGE, detail)


async def _arbitrated(bench: Bench, panel: Panel, level: Level, cases: Sequence[Case]) -> Panel:
    """The panel with the spare references' votes on contested cases."""
    contested = [
        number
        for number, one in enumerate(level.votes)
        if one.second >= bench.settings.contested_votes or not one.valid(bench.settings.agree_share)
    ]
    extra = panel.spares[: bench.settings.draw]
    if not contested or not extra or not bench.settings.arbitrate:
        return panel
    bench.say("arbitration")
    columns = await ask(bench, extra, cases)
    rows = zip(panel.outputs, _rows(columns, len(cases)), strict=True)
    for program in extra:
        set_status(bench, program.name, "voter")
    return Panel(
        (*panel.voters, *extra),
        panel.spares[len(extra) :],
        tuple((*old, *new) for old, new in rows),
    )


def _without_dissenters(
    bench: Bench, panel: Panel, count: Count, known: int
) -> tuple[Panel, list[Vote]]:
    """Set aside who disagrees with what is settled, one after the other, the worst first."""
    whole = len(panel.voters)
    while True:
        votes = count(panel)
        worst = _worst(bench, panel, votes, known)
        if worst is None:
            break
        number, why = worst
        set_status(bench, panel.voters[number].name, "demoted", why)
        panel = replace(
            panel,
            voters=_without(panel.voters, number),
            outputs=tuple(_without(row, number) for row in panel.outputs),
        )
        left = len(panel.voters)
        if whole - left > bench.settings.most_demoted_share * whole:
            detail = f"{whole - left} of {whole} references disagree with the others or fail"
            raise Rejected(Reason.REFERENCES_DISAGREE, detail)
        if left < bench.settings.least_references:
            raise Rejected(Reason.NO_REFERENCES, f"{left} references are left")
    return panel, votes


def _worst(bench: Bench, panel: Panel, votes: Sequence[Vote], known: int) -> tuple[int, str] | None:
    """The reference that is worst by the rules, and what it did; None if all are well."""
    settled = [number for number, one in enumerate(votes) if is_settled(bench, one)]
    total = max(1, len(votes) + known)
    found: list[tuple[float, int, str]] = []
    for number in range(len(panel.voters)):
        wrong = sum(
            panel.outputs[row][number] is not None and number not in votes[row].voters
            for row in settled
        )
        abnormal = sum(row[number] is None for row in panel.outputs)
        if wrong > bench.settings.demote_share * max(1, len(settled) + known):
            found.append(
                (1 + wrong, number, f"disagrees on {wrong} of {len(settled)} settled cases")
            )
        elif abnormal > bench.settings.failing_share * total:
            found.append((abnormal / total, number, f"fails on {abnormal} of {total} cases"))
    if not found:
        return None
    _, number, why = max(found, key=lambda one: (one[0], -one[1]))
    return number, why


def _without(items: tuple[T, ...], number: int) -> tuple[T, ...]:
    return items[:number] + items[number + 1 :]


def _counts(bench: Bench, votes: Sequence[Vote], valid: Sequence[bool]) -> dict[str, object]:
    shares = [one.agree / max(1, one.drawn) for one in votes]
    return {
        "cases": len(votes),
        "valid": sum(valid),
        "contested": sum(one.second >= bench.settings.contested_votes for one in votes),
        "without_agreement": sum(not one for one in valid),
        "mean_agreement": round(sum(shares) / max(1, len(shares)), 4),
    }


def _election(
    bench: Bench,
    spec: CheckerSpec,
    panel: Panel,
    cases: Sequence[Case],
    votes: Sequence[Vote],
    valid: Sequence[bool],
) -> Election:
    settled = sum(is_settled(bench, one) for one in votes)
    bench.book["votes"] = {**_counts(bench, votes, valid), "settled": settled}
    names = [one.name for one in panel.voters]
    proven, passed = [], []
    for case, one, good in zip(cases, votes, valid, strict=True):
        if good and one.answer is not None:
            proven.append(ProvenCase(case, one.answer, one.drawn, one.ok, one.agree, one.second))
            passed.append(frozenset(names[number] for number in one.voters))
    return Election(spec, panel, tuple(proven), tuple(passed))
