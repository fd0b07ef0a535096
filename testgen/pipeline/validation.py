"""Validators of a problem: tested before they are believed, then asked about every input."""

import asyncio
from collections.abc import Sequence
from typing import Any

from testgen.inputs.bounds import bounds_of
from testgen.inputs.spoiling import Flaw, spoilt
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.running.validators import legal
from testgen.settings import Settings
from testgen.values import Case, Program


async def choose_validator(bench: Bench, more: Sequence[Program] = ()) -> Program | None:
    """The validator that is best at telling samples from spoilt samples; None if none is asked for.

    ``more`` are some that the problem did not come with.

    Raises:
        Rejected: there is none that passes its test.
    """
    if not bench.settings.validate_inputs:
        return None
    bench.say("validators")
    all_there_are = (*bench.problem.validators, *more)
    candidates = [one for one in all_there_are if one.language in bench.runner.languages]
    scores = await asyncio.gather(*(score_validator(bench, one) for one in candidates))
    bench.book["validators"] = scores
    good = [(one["rejected"], -number) for number, one in enumerate(scores) if one["good"]]
    if not good:
        said = (
            "; ".join(f"{one['name']}: {one['said']}" for one in scores) or "there is no validator"
        )
        raise Rejected(Reason.NO_VALIDATOR, said)
    chosen = candidates[-max(good)[1]]
    scores[-max(good)[1]]["chosen"] = True
    return chosen


async def legal_cases(bench: Bench, validator: Program | None, cases: Sequence[Case]) -> list[Case]:
    """The cases that are legal; all of them without a validator."""
    if validator is None:
        return list(cases)
    inputs = [case.stdin for case in cases]
    verdicts = await legal(bench.runner, bench.settings, bench.service, validator, inputs)
    return [case for case, good in zip(cases, verdicts, strict=True) if good]


async def score_validator(bench: Bench, validator: Program) -> dict[str, Any]:
    """How well a validator tells samples from spoilt samples, by what is wrong with these.

    One that accepts everything, or is blind to one kind of mistake, is not good.
    """
    samples = [sample.stdin for sample in bench.problem.samples]
    bad = _spoilt_samples(samples, bounds_of(bench.problem.statement))
    inputs = list(dict.fromkeys([*samples, *(one for some in bad.values() for one in some)]))
    said = await legal(bench.runner, bench.settings, bench.service, validator, inputs)
    accepted = dict(zip(inputs, said, strict=True))
    accepts = bool(samples) and all(accepted[one] for one in samples)
    counts = {
        flaw: (sum(not accepted[one] for one in some), len(some)) for flaw, some in bad.items()
    }
    blind = [
        f"{rejected} of {total} samples with {_MISTAKES[flaw]} are rejected"
        for flaw, (rejected, total) in counts.items()
        if rejected < _wanted(bench.settings, flaw) * total
    ]
    rejected, total = (sum(column) for column in zip(*counts.values(), strict=True))
    complaints = blind if accepts else ["a sample is rejected", *blind]
    return {
        "name": validator.name,
        "good": not complaints,
        "accepts_samples": accepts,
        "rejected": round(rejected / max(1, total), 4),
        "flaws": {flaw: list(count) for flaw, count in counts.items()},
        "said": "; ".join(complaints) or f"{rejected} of {total} spoilt samples are rejected",
        "chosen": False,
    }


_MISTAKES = {
    Flaw.GARBAGE: "garbage in them",
    Flaw.BOUNDS: "numbers beyond all bounds",
    Flaw.EDGES: "numbers just beyond the statement's bounds",
    Flaw.COUNTS: "wrong counts, or a word more or less",
    Flaw.LINES: "a line more or less",
    Flaw.BLANKS: "wrong blanks or line ends",
}


def _wanted(settings: Settings, flaw: Flaw) -> float:
    """The share of samples with such a flaw that must be rejected: some are legal by chance."""
    match flaw:
        case Flaw.GARBAGE | Flaw.BOUNDS:
            return settings.validator_rejects_share
        case Flaw.COUNTS | Flaw.LINES:
            return settings.validator_form_share
        case Flaw.BLANKS:
            return settings.validator_blanks_share
        case Flaw.EDGES:
            return settings.validator_edges_share


def _spoilt_samples(samples: Sequence[bytes], bounds: frozenset[int]) -> dict[Flaw, list[bytes]]:
    """Of each kind of flaw, all different inputs that the samples become by it."""
    variants = [spoilt(data, bounds) for data in samples]
    return {
        flaw: list(
            dict.fromkeys(one for some in variants for one in some[flaw] if one not in samples)
        )
        for flaw in Flaw
    }
