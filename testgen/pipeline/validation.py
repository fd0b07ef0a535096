"""Validators of a problem: tested before they are believed, then asked about every input."""

import asyncio
from collections.abc import Sequence
from typing import Any

from testgen.inputs.spoiling import spoilt
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.running.validators import legal
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
    good = [
        (score["rejected"], -number)
        for number, score in enumerate(scores)
        if score["accepts_samples"] and score["rejected"] >= bench.settings.validator_rejects_share
    ]
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
    verdicts = await legal(bench.runner, bench.service, validator, inputs)
    return [case for case, good in zip(cases, verdicts, strict=True) if good]


async def score_validator(bench: Bench, validator: Program) -> dict[str, Any]:
    """How well a validator tells samples from spoilt samples."""
    samples = [sample.stdin for sample in bench.problem.samples]
    bad = list(dict.fromkeys(one for data in samples for one in spoilt(data) if one not in samples))
    said = await legal(bench.runner, bench.service, validator, [*samples, *bad])
    accepted, wrongly = said[: len(samples)], said[len(samples) :]
    share = 1 - sum(wrongly) / len(bad) if bad else 0.0
    rejects = f"{len(bad) - sum(wrongly)} of {len(bad)} spoilt samples are rejected"
    return {
        "name": validator.name,
        "accepts_samples": all(accepted) and bool(samples),
        "rejected": round(share, 4),
        "said": rejects if all(accepted) else "a sample is rejected",
        "chosen": False,
    }
