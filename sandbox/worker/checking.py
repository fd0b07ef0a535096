"""Checkers that are programs: how they are called, and what their exit status means.

The manner is testlib's: ``checker input output answer``, a status, and a message on stderr. Status 0 is
right, 1 wrong, 2 a presentation error, 3 a failure of the checker, 7 points. Testlib itself also ends
with 4 (something follows the answer) and 8 (the output ends too early); both are the solution's fault.
"""

import dataclasses
import re
from dataclasses import dataclass

from sandbox.job_files import ANSWER, INPUT, OUTPUT
from sandbox.jobs import JobTest, Step
from sandbox.models import Verdict
from sandbox.worker.helpers import HelperFailed, Helpers, Ready
from sandbox.worker.host import InputFile, Limits, Outcome
from sandbox.worker.verdict import judge_outcome

ACCEPTED, WRONG, PRESENTATION, FAILED, DIRT, POINTS, TOO_SHORT = 0, 1, 2, 3, 4, 7, 8

_MESSAGE_CHARS = 300
_POINTS = re.compile(r"\s*(?:points\s+)?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a helper says of an output: how much of the test's points, and why."""

    share: float
    message: str


def ruling_of(outcome: Outcome, limits: Limits, max_points: float) -> Ruling:
    """The ruling in a helper's outcome.

    Raises:
        HelperFailed: it crashed, ran into a limit, or said what it must not.
    """
    said = _said(outcome)
    judgement = judge_outcome(outcome, limits)
    if judgement.verdict not in (Verdict.OK, Verdict.RE):
        raise HelperFailed(f"{judgement.verdict}: {judgement.message}")
    status = outcome.exit_code
    if status == ACCEPTED:
        return Ruling(1.0, said)
    if status in (WRONG, PRESENTATION, DIRT, TOO_SHORT):
        return Ruling(0.0, said or "wrong answer")
    if status == POINTS:
        return _partial(said, max_points)
    raise HelperFailed(f"{judgement.message}: {said}" if said else judgement.message)


def _said(outcome: Outcome) -> str:
    text = (outcome.stderr or outcome.stdout)[: 4 * _MESSAGE_CHARS].decode(errors="replace")
    return " ".join(text.split())[:_MESSAGE_CHARS]


def _partial(said: str, max_points: float) -> Ruling:
    found = _POINTS.match(said)
    if found is None:
        raise HelperFailed(f"status {POINTS} needs the points first on stderr, not {said[:80]!r}")
    points = float(found.group(1))
    if points > max_points * (1 + 1e-9):
        raise HelperFailed(f"{points:g} points for a test that is worth {max_points:g}")
    return Ruling(min(1.0, points / max_points) if max_points else 1.0, said)


async def check_output(helpers: Helpers, ready: Ready, step: Step, test: JobTest) -> Step:
    """Judges the output of a run that ended normally.

    Raises:
        HelperFailed: the checker has no say.
    """
    files = [
        InputFile(INPUT, test.stdin),
        InputFile(OUTPUT, step.stdout),
        InputFile(ANSWER, test.expected_output or b""),
    ]
    async with helpers.slot(ready) as slot, helpers.gate.shared():
        outcome = await helpers.run(slot, ready, files)
    return ruled(step, ruling_of(outcome, ready.limits, test.points), test)


def ruled(step: Step, ruling: Ruling, test: JobTest) -> Step:
    """The step with a ruling as its verdict."""
    whole = ruling.share >= 1
    partial = not whole and ruling.share > 0
    return dataclasses.replace(
        step,
        verdict=Verdict.AC if whole else Verdict.WA,
        message=ruling.message,
        points=ruling.share * test.points,
        flags=(*step.flags, "partial") if partial else step.flags,
    )
