"""One problem, from what is known of it to its tests, or to the reason why it has none."""

import asyncio
from collections.abc import Sequence
from typing import Any

from testgen.code import code_hash
from testgen.hashing import hash_of
from testgen.inputs.bounds import bounds_of, hit
from testgen.judging.kinds import Cues, cues
from testgen.pipeline.authors import write_generators, write_validator
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.cases import in_order, make_cases, sieve
from testgen.pipeline.checkers import choose_checker
from testgen.pipeline.gate import check_gate
from testgen.pipeline.hacking import Hunt, good_scripts, hack, kills_of
from testgen.pipeline.jury import Jury, checker_jury, plain_jury
from testgen.pipeline.measuring import Outcome, measure, split_wrong, without_failing
from testgen.pipeline.references import choose_references
from testgen.pipeline.selection import select
from testgen.pipeline.sources import describe, source, tests_of
from testgen.pipeline.special import elect_by_checker
from testgen.pipeline.validation import choose_validator
from testgen.pipeline.voting import Election, Panel, elect, first_panel
from testgen.running.runner import Languages
from testgen.settings import Settings
from testgen.values import Case, Declared, Problem, Program


def problem_key(problem: Problem, settings: Settings, languages: Languages) -> str:
    """What the result of a problem is known by: all that it can depend on."""
    values = settings.model_dump(mode="json")
    return hash_of("problem", code_hash(), problem.sha, values, dict(languages.identities))


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
    finally:
        if bench.model is not None:
            bench.book["model"] = bench.budget.document()
    return bench.book


async def _stages(bench: Bench) -> None:
    problem, settings = bench.problem, bench.settings
    found = cues(problem.statement)
    bench.say("judge kind")
    _check_kind(bench, found)
    bench.say("references")
    references = await choose_references(bench, found)
    validator = await _validator(bench)
    bench.say("generators")
    written = await write_generators(bench, validator) if bench.model is not None else []
    scripts = in_order([*written, *problem.generators])[: settings.generators]
    sources = bench.book["problem"]["sources"]
    sources += [source(bench, "generators", one) for one in written]
    made = await make_cases(bench, scripts)
    cases = await sieve(bench, validator, made)
    bench.say("vote")
    panel = await first_panel(bench, references, cases)
    jury, election = await _first_election(bench, panel, cases, found)
    bench.say("gate")
    check_gate(bench, election)
    wrong = await split_wrong(bench)
    election = await hack(
        Hunt(bench, jury, validator, good_scripts(bench, scripts)), election, wrong
    )
    proven, trials = await without_failing(bench, election, jury.checker)
    kills = await kills_of(bench, wrong, proven, jury.checker) if settings.minimise else None
    bounds = bounds_of(problem.statement)
    # Inputs may be large, and are read here word by word: beside the loop.
    tiers = await asyncio.to_thread(select, proven, kills or {}, bounds, settings)
    outcome = Outcome(election, proven, tiers, wrong, kills, trials)
    met = await asyncio.to_thread(hit, bounds, [one.case.stdin for one in proven])
    bench.book["bounds"] = {"total": len(bounds), "hit": len(met)}
    checker = jury.checker
    bench.book["checker"] = checker.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    await measure(bench, outcome, checker)
    bench.book["tests"] = await asyncio.to_thread(tests_of, bench, outcome, bounds)


async def _validator(bench: Bench) -> Program | None:
    wanted = bench.settings.validate_inputs and bench.model is not None
    if not wanted or bench.problem.validators:
        return await choose_validator(bench)
    written = await write_validator(bench)
    return await choose_validator(bench, [written] if written is not None else [])


async def _first_election(
    bench: Bench, panel: Panel, cases: Sequence[Case], found: Cues
) -> tuple[Jury, Election]:
    if bench.problem.declared is not Declared.CUSTOM and not found.several_answers:
        try:
            election = await elect(bench, panel, cases, found)
        except Rejected as end:
            # The statement does not say it, but several answers are right: a model may write a checker.
            if end.reason is not Reason.SPECIAL_JUDGE or not _can_write_checker(bench):
                raise
        else:
            return plain_jury(bench, election.spec), election
    checker = await choose_checker(bench, panel, cases)
    bench.say("vote by checker")
    return checker_jury(bench, checker), await elect_by_checker(bench, panel, cases, checker)


def _can_write_checker(bench: Bench) -> bool:
    return bench.model is not None and bench.settings.special_judges


def _check_kind(bench: Bench, found: Cues) -> None:
    problem = bench.problem
    if problem.declared is Declared.INTERACTIVE or found.interactive:
        raise Rejected(Reason.INTERACTIVE, "the problem is interactive")
    special = problem.declared is Declared.CUSTOM or found.several_answers
    unjudged = not problem.checkers and not _can_write_checker(bench)
    unjudged = unjudged and found.several_answers
    if special and (unjudged or not bench.settings.special_judges):
        # Without a checker, references that happen to agree would make one answer the only one.
        raise Rejected(
            Reason.SPECIAL_JUDGE, "several answers are right, by the problem's own words"
        )
