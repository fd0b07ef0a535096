"""Many programs through the service, so many at once; each one ends with a result or a reason.

A result is what the *program* did. A fault of the sandbox (``IE``, or a run that was cancelled) is a
reason: it says nothing of the program. A program that the service takes from nobody (too large, or no
text) is refused now and ever after, which is a result, too; other refusals are about this service.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sandbox.client import AsyncClient, RequestRefused
from sandbox.models import RunResult, Verdict

RETRY_FOR_S = 600.0
"""How long one program waits for a service that is full, away or starting again."""

RETRY_FAULTS = 3
"""How often a program is run again after a fault of the sandbox that may pass."""

_LEAST_AT_ONCE, _MOST_AT_ONCE = 4, 256

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NoResult:
    """Why nothing is known about a program; without anything of the program itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the service does not take a program; without anything of the program itself."""

    reason: str


Outcome = RunResult | Refused | NoResult


async def run_all(
    client: AsyncClient, work: Iterable[tuple[T, Mapping[str, Any]]], at_once: int
) -> AsyncIterator[tuple[T, Outcome]]:
    """Run every program; ``work`` gives what it is known by and the fields of its request.

    ``work`` is read no further ahead than ``at_once``. Results come in the order in which they are ready.

    Raises:
        ServiceUnavailable, AnswerInvalid: there is no service, or something else answers.
    """
    waiting = iter(work)
    running: dict[asyncio.Task[Outcome], T] = {}
    try:
        while True:
            for key, fields in islice(waiting, at_once - len(running)):
                running[asyncio.create_task(_run(client, fields))] = key
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield running.pop(task), task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def default_at_once(client: AsyncClient) -> int:
    """How many programs keep the service busy: each of its slots has one, and one more waits."""
    slots = sum(worker.slots for worker in (await client.ready()).workers)
    return min(max(2 * slots, _LEAST_AT_ONCE), _MOST_AT_ONCE)


async def _run(client: AsyncClient, fields: Mapping[str, Any]) -> Outcome:
    try:
        result = await client.run(**fields)
    except RequestRefused as error:
        is_of_program = error.status == 413 or (error.status == 422 and error.field == "code")
        return Refused(error.message) if is_of_program else NoResult(str(error))
    if result.error is not None:
        return NoResult(f"{result.error.code}: {result.error.message}")
    if result.status != "done" or result.verdict in {None, Verdict.IE}:
        return NoResult(f"the run is {result.status}, with verdict {result.verdict}")
    return result
