"""Validators: is an input legal? In Kattis' manner: the input on stdin, exit status 42 is yes."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sandbox.models import Limits, RunRequest, Test
from testgen.running.contents import content, pieces
from testgen.running.runner import Runner
from testgen.service import Service
from testgen.settings import Settings
from testgen.values import Program

_LEGAL = 42


async def legal(
    runner: Runner,
    settings: Settings,
    service: Service,
    validator: Program,
    inputs: Sequence[bytes],
) -> list[bool]:
    """What a validator says of each input; a validator that fails says no."""
    sizes = [len(data) for data in inputs]
    asked = list(
        pieces(inputs, sizes, most_items=service.request_tests, most_bytes=service.request_bytes)
    )
    answers = await asyncio.gather(
        *(runner.run_built(partial(_request, settings, validator, piece)) for piece in asked)
    )
    found: list[bool] = []
    for answer, piece in zip(answers, asked, strict=True):
        if answer.compiled:
            found += [step.exit_code == _LEGAL for step in answer.tests]
        else:
            found += [False] * len(piece)
    return found


def _request(settings: Settings, validator: Program, inputs: Sequence[bytes]) -> RunRequest:
    return RunRequest(
        language=validator.language,
        code=validator.code,
        files=dict(validator.files),
        limits=Limits(
            cpu_time_s=settings.validator_cpu_s,
            memory_mb=settings.validator_memory_mb,
            output_kb=64,
        ),
        tests=[Test(stdin=content(data)) for data in inputs],
    )
