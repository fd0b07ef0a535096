"""Inputs: made by generators, and only those that are legal, new and not too many of one kind."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from testgen.hashing import seed_of
from testgen.inputs.neighbours import neighbours
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.validation import legal_cases
from testgen.running.generators import Generated, GeneratorFate, generate
from testgen.values import Case, Program

USABLE = (GeneratorFate.GOOD, GeneratorFate.TRIVIAL)
_FIRST_ROLE = "cases"


async def make_cases(bench: Bench, scripts: Sequence[Program]) -> list[Case]:
    """The cases of all scripts that are any good.

    Raises:
        Rejected: none is.
    """
    made = await run_scripts(bench, [(one, script_seed(bench, one, 0)) for one in scripts])
    bench.book["generators"] = [script_entry(one) for one in made]
    cases = [case for one in made if one.fate in USABLE for case in one.cases]
    if len(cases) < bench.settings.least_valid:
        fates = "; ".join(f"{one.program.name}: {one.fate}" for one in made) or "no generator"
        wanted = f"{bench.settings.least_valid} are needed"
        raise Rejected(Reason.GENERATOR_FAILED, f"{len(cases)} cases, {wanted} ({fates})")
    return cases


async def sieve(bench: Bench, validator: Program | None, cases: Sequence[Case]) -> list[Case]:
    """Of all cases that were made, the legal and distinct ones, and neighbours of the small ones.

    Raises:
        Rejected: too few are left.
    """
    settings = bench.settings
    made = [*cases, *near_cases(bench, cases, settings.neighbours)]
    lawful = await legal_cases(bench, validator, made)
    if validator is not None:
        note_legality(bench, cases, lawful)
    kept = lawful
    if settings.deduplicate:
        kept = distinct(lawful, settings.bucket_sizes, each_bucket=settings.bucket_cases)
        kept = by_turns(kept, settings.bucket_sizes)[: settings.most_cases]
    bench.book["inputs"] = {
        "made": len(cases),
        "neighbours": len(made) - len(cases),
        "illegal": len(made) - len(lawful),
        "illegal_of_generators": len(cases) - sum(case.generator != "" for case in lawful),
        "same_or_too_many": len(lawful) - len(kept),
        "kept": len(kept),
    }
    if len(kept) < settings.least_valid:
        detail = f"{len(lawful)} of {len(made)} cases are legal, {len(kept)} of these distinct"
        raise Rejected(Reason.TOO_FEW_VALID, f"{detail}; {settings.least_valid} are needed")
    return kept


def note_legality(bench: Bench, made: Sequence[Case], lawful: Sequence[Case]) -> None:
    """Say of each script in the book how many of its cases are legal; one without any is no good."""
    lawfully = {case.tid for case in lawful}
    counts = Counter(case.generator for case in made if case.tid in lawfully)
    for entry in bench.book["generators"]:
        if entry["fate"] in USABLE:
            entry["legal"] = counts[entry["sha"]]
            if not entry["legal"]:
                said = f"none of its {entry['cases']} cases is legal"
                entry.update(fate=GeneratorFate.ILLEGAL, said=said)


def script_seed(bench: Bench, script: Program, turn: int) -> int:
    """The seed of a script's run: another one in each turn."""
    return seed_of(bench.settings.run_seed, bench.problem.pid, script.sha, turn)


def in_order(scripts: Iterable[Program]) -> list[Program]:
    """Scripts that make all kinds of cases come first, then by name."""
    return sorted(scripts, key=lambda one: (one.role != _FIRST_ROLE, one.name))


async def run_scripts(bench: Bench, wanted: Sequence[tuple[Program, int]]) -> list[Generated]:
    """Run scripts with seeds, all at once."""
    work = (
        generate(bench.runner, bench.settings, program, seed, program.role)
        for program, seed in wanted
    )
    return list(await asyncio.gather(*work))


def near_cases(bench: Bench, cases: Sequence[Case], number: int, turn: int = 0) -> list[Case]:
    """Neighbours of the small ones among some cases: other ones in each turn."""
    largest = bench.settings.neighbour_bytes
    return neighbours(cases, number, largest, bench.settings.run_seed, bench.problem.pid, turn)


def bucket(case: Case, sizes: Sequence[int]) -> str:
    """A case's kind: its generator's role, and how many of the sizes it exceeds."""
    size = sum(len(case.stdin) > bound for bound in sizes)
    return f"{case.role}/{size}"


def distinct(
    cases: Iterable[Case], sizes: Sequence[int], *, each_bucket: int, known: Iterable[str] = ()
) -> list[Case]:
    """Cases without those that are there already, and at most so many of one script and size."""
    seen = set(known)
    counts: Counter[tuple[str, str]] = Counter()
    kept = []
    for case in cases:
        place = (case.generator, bucket(case, sizes))
        if case.tid in seen or counts[place] >= each_bucket:
            continue
        seen.add(case.tid)
        counts[place] += 1
        kept.append(case)
    return kept


def by_turns(cases: Sequence[Case], sizes: Sequence[int]) -> list[Case]:
    """Cases of all scripts and sizes in turns, so that whatever is cut off, no kind is."""
    turns: Counter[tuple[str, str]] = Counter()
    keyed = []
    for number, case in enumerate(cases):
        kind = (case.generator, bucket(case, sizes))
        turns[kind] += 1
        keyed.append((turns[kind], number, case))
    return [case for _, _, case in sorted(keyed, key=lambda one: one[:2])]


def script_entry(made: Generated) -> dict[str, object]:
    """What the book says of a script."""
    return {
        "name": made.program.name,
        "sha": made.program.sha,
        "role": made.program.role,
        "seed": made.seed,
        "fate": made.fate,
        "said": made.said[:500],
        "cases": len(made.cases),
    }
