"""What a result says about the problem itself and its tests, so that an export needs nothing else."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from testgen.inputs.bounds import hit
from testgen.outputs import bytes_of
from testgen.pipeline.bench import Bench
from testgen.pipeline.cases import bucket
from testgen.pipeline.measuring import Outcome
from testgen.running.generators import Room
from testgen.values import Program


def describe(bench: Bench) -> dict[str, Any]:
    """The problem as the book has it; texts and sources are blobs."""
    problem, put = bench.problem, bench.blobs.put
    return {
        "statement": put(problem.statement.encode()),
        "time_limit_s": problem.time_limit_s,
        "memory_mb": problem.memory_mb,
        **_limits(bench),
        "room": asdict(Room.of(bench.settings)),
        "samples": [[put(one.stdin), put(one.answer)] for one in problem.samples],
        "sources": [source(bench, folder, program) for folder, program in _programs(bench)],
    }


def _limits(bench: Bench) -> dict[str, Any]:
    """What solutions may use here: in general, and in the languages that have more."""

    def of(language: str) -> dict[str, Any]:
        return bench.solutions.limits(language).model_dump(mode="json", exclude_unset=True)

    others = {name: of(name) for name in sorted(bench.runner.languages.identities)}
    general = of("")
    differing = {name: limits for name, limits in others.items() if limits != general}
    return {"limits": general, "limits_by_language": differing}


def _programs(bench: Bench) -> Iterator[tuple[str, Program]]:
    problem = bench.problem
    for program in problem.references:
        yield "submissions", program
    for one in problem.wrong:
        yield "submissions", one.program
    for program in problem.generators:
        yield "generators", program
    for program in problem.validators:
        yield "input_validators", program
    for checker in problem.checkers:
        yield f"checker/{checker.manner}", checker.program


def source(bench: Bench, folder: str, program: Program) -> dict[str, Any]:
    """A program as the book has it."""
    return {
        "folder": folder,
        "name": program.name,
        "sha": program.sha,
        "language": program.language,
        "code": bench.blobs.put(program.code.encode()),
        "files": {name: bench.blobs.put(text.encode()) for name, text in program.files.items()},
    }


def tests_of(bench: Bench, outcome: Outcome, bounds: frozenset[int]) -> list[dict[str, Any]]:
    """The tests as they are kept: core first, in the order in which they are run."""
    tiers = [("core", number) for number in outcome.tiers.core]
    tiers += [("audit", number) for number in outcome.tiers.audit]
    return [_test(bench, outcome, number, tier, bounds) for tier, number in tiers]


def _test(
    bench: Bench, outcome: Outcome, number: int, tier: str, bounds: frozenset[int]
) -> dict[str, Any]:
    one, put = outcome.proven[number], bench.blobs.put
    case, kills = one.case, outcome.kills or {}
    return {
        "tid": case.tid,
        "tier": tier,
        "generator": case.generator,
        "seed": case.seed,
        "index": case.index,
        "role": case.role,
        "bucket": bucket(case, bench.settings.bucket_sizes),
        "bounds_hit": sorted(hit(bounds, [case.stdin])),
        "kills": sorted(name for name, numbers in kills.items() if number in numbers),
        "bytes": len(case.stdin),
        "input": put(case.stdin),
        "answer": put(bytes_of(one.answer)),
        "votes": {"drawn": one.drawn, "ok": one.ok, "agree": one.agree, "second": one.second},
    }
