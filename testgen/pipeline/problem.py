"""One problem, from what is known of it to its tests, or to the reason why it has none."""

from collections.abc import Sequence
from typing import Any

from testgen.hashing import hash_of
from testgen.judging.kinds import Cues, cues
from testgen.pipeline.bench import Bench, ProvenCase, Reason, Rejected
from testgen.pipeline.cases import in_order, make_cases
from testgen.pipeline.measuring import measure, split_wrong
from testgen.pipeline.references import choose_references
from testgen.pipeline.sources import describe
from testgen.pipeline.voting import check_gate, elect, first_panel
from testgen.running.runner import Languages
from testgen.running.solutions import plain_checker
from testgen.settings import Settings
from testgen.values import Declared, Problem

CODE_VERSION = 1
"""Counts changes of the stages that give other results from the same input."""


def problem_key(problem: Problem, settings: Settings, languages: Languages) -> str:
    """What the result of a problem is known by: all that it can depend on."""
    values = settings.model_dump(mode="json")
    return hash_of("problem", CODE_VERSION, problem.sha, values, languages.digests)


async def work(bench: Bench) -> dict[str, Any]:
    """The result of a problem, as JSON; whatever happens, it has `kept` and `reason`.

    Raises:
        Fault: the sandbox or the model's endpoint failed; nothing is known then.
    """
    bench.book.update(pid=bench.problem.pid, preset=bench.settings.preset, kept=False)
    bench.book.update(reason="", detail="", stage="", problem=describe(bench))
    try:
        await _stages(bench)
    except Rejected as end:
        bench.book.update(reason=end.reason, detail=end.detail)
    else:
        bench.book["kept"] = True
    return bench.book


async def _stages(bench: Bench) -> None:
    problem = bench.problem
    found = cues(problem.statement)
    bench.say("references")
    _check_kind(bench, found)
    references = await choose_references(bench, found)
    bench.say("generators")
    cases = await make_cases(bench, in_order(problem.generators)[: bench.settings.generators])
    bench.say("vote")
    panel = await first_panel(bench, references, cases)
    election = await elect(bench, panel, cases, found)
    bench.say("gate")
    check_gate(bench, election)
    checker = plain_checker(election.spec)
    bench.book["checker"] = checker.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    await measure(bench, election.proven, (), split_wrong(bench), checker)
    bench.book["tests"] = _tests(bench, election.proven, ())


def _check_kind(bench: Bench, found: Cues) -> None:
    problem = bench.problem
    if problem.declared is Declared.INTERACTIVE or found.interactive:
        raise Rejected(Reason.INTERACTIVE, "the problem is interactive")
    special = problem.declared is Declared.CUSTOM or found.several_answers
    if special and not bench.settings.special_judges:
        raise Rejected(
            Reason.SPECIAL_JUDGE, "several answers are right, by the problem's own words"
        )


def _tests(
    bench: Bench, core: Sequence[ProvenCase], audit: Sequence[ProvenCase]
) -> list[dict[str, Any]]:
    """The tests as they are kept: core first, in the order in which they are run."""
    tiers = [("core", one) for one in core] + [("audit", one) for one in audit]
    return [_test(bench, one, tier) for tier, one in tiers]


def _test(bench: Bench, one: ProvenCase, tier: str) -> dict[str, Any]:
    case = one.case
    return {
        "tid": case.tid,
        "tier": tier,
        "generator": case.generator,
        "seed": case.seed,
        "index": case.index,
        "role": case.role,
        "bytes": len(case.stdin),
        "input": bench.blobs.put(case.stdin),
        "answer": bench.blobs.put(one.answer),
        "votes": {"drawn": one.drawn, "ok": one.ok, "agree": one.agree, "second": one.second},
    }
