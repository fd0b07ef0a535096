"""References: which of them may vote, and in which order they are asked."""

import asyncio
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from sandbox.checkers import compare
from sandbox.models import Verdict
from testgen.hashing import hash_of, seed_of
from testgen.judging.kinds import Cues
from testgen.outputs import bytes_of
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.running.runner import Step
from testgen.values import Declared, Program

# A comment that nobody closes goes to the end: else each of many would be followed there in vain.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_HASH_COMMENT = re.compile(r"#[^\n]*")
_TOKEN = re.compile(r"\w+|[^\w\s]")


async def choose_references(bench: Bench, cues: Cues) -> list[Program]:
    """The references that may vote, the first to be asked first.

    Raises:
        Rejected: there are too few.
    """
    runnable = [one for one in bench.problem.references if one.language in bench.runner.languages]
    status = {one.name: "no_language" for one in bench.problem.references}
    if bench.settings.qualify:
        runnable = _distinct(runnable, status)
        runnable = await _qualified(bench, runnable, cues, status)
    ordered = draw(bench, runnable)
    for number, program in enumerate(ordered):
        status[program.name] = "voter" if number < bench.settings.draw else "spare"
    bench.book["references"] = [
        {"name": one.name, "language": one.language, "status": status[one.name]}
        for one in bench.problem.references
    ]
    if len(ordered) < bench.settings.least_references:
        detail = f"{len(ordered)} references can vote, {bench.settings.least_references} are needed"
        raise Rejected(Reason.NO_REFERENCES, detail)
    return ordered


def draw(bench: Bench, programs: Sequence[Program]) -> list[Program]:
    """All of them in an order that only the run's seed decides; languages take turns in ``full``."""
    settings = bench.settings
    seed = seed_of("draw", settings.run_seed, bench.problem.pid)
    ordered = sorted(programs, key=lambda one: hash_of(seed, one.name, one.sha))
    if not settings.qualify:
        return ordered
    languages = sorted({one.language for one in ordered})
    queues = [[one for one in ordered if one.language == name] for name in languages]
    return [one for turn in zip_longest(*queues) for one in turn if one is not None]


def set_status(bench: Bench, name: str, status: str, why: str = "") -> None:
    """Note what became of a reference."""
    entry: dict[str, Any]
    for entry in bench.book["references"]:
        if entry["name"] == name:
            entry["status"] = status
            entry["why"] = why


def normalised_source(program: Program) -> str:
    """A source without comments and layout: copies of each other give the same."""
    text = _COMMENT.sub(" ", program.code)
    if program.language.startswith("py"):
        text = _HASH_COMMENT.sub(" ", program.code)
        # In Python the layout is part of the program.
        lines = (
            (len(line) - len(line.lstrip()), _TOKEN.findall(line)) for line in text.split("\n")
        )
        return repr([line for line in lines if line[1]])
    return " ".join(_TOKEN.findall(text))


def _distinct(programs: Sequence[Program], status: dict[str, str]) -> list[Program]:
    seen: set[str] = set()
    kept = []
    for program in programs:
        source = normalised_source(program)
        if source in seen:
            status[program.name] = "duplicate"
        else:
            kept.append(program)
        seen.add(source)
    return kept


async def _qualified(
    bench: Bench, programs: Sequence[Program], cues: Cues, status: dict[str, str]
) -> list[Program]:
    """Those that get the samples right, where samples have one right answer."""
    samples = bench.problem.samples
    inputs = [sample.stdin for sample in samples] or [b""]
    steps = await asyncio.gather(*(bench.solutions.outputs(one, inputs) for one in programs))
    if not samples:
        return list(programs)
    several = bench.problem.declared is Declared.CUSTOM or cues.several_answers
    kept = []
    for program, found in zip(programs, steps, strict=True):
        normal = all(step.verdict is Verdict.OK for step in found)
        if normal and (several or await asyncio.to_thread(_right, bench, found)):
            kept.append(program)
        else:
            status[program.name] = "fails_samples"
    return kept


def _right(bench: Bench, steps: Sequence[Step]) -> bool:
    pairs = zip(bench.problem.samples, steps, strict=True)
    spec = bench.problem.comparison
    return all(
        compare(spec, sample.answer, bytes_of(step.stdout)).accepted for sample, step in pairs
    )
