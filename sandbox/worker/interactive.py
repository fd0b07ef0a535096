"""Interactive problems: a solution and an interactor in two slots, and who is to blame when they part.

Theory of operation. Neither sees the other's container: what one writes, this process hands on to the
other's stdin (`Feed`), so that neither can block the other for ever and both are counted. The interactor
has testlib's form, ``interactor input output answer``, and its exit status is the verdict, as a checker's.

Who is to blame is decided by order and by limits:

- whoever runs into a limit, floods or crashes first is to blame for all that follows;
- after the interactor has said that the answer is wrong, what becomes of the solution does not matter;
- one that waits for the other until its wall time is over is a solution that broke the protocol (it did not
  flush, or asked for what nobody owed it), unless the interactor has left unread what it was sent;
- an interactor that fails because its input ended too early does so since the solution left too early.

An end of file is handed on only when the run has reported its end, or a moment later if it lives on: so the
order of two ends is that of cause and effect.
"""

import asyncio
import dataclasses
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from sandbox.job_files import ANSWER, INPUT, OUTPUT
from sandbox.jobs import JobTest
from sandbox.models import Verdict
from sandbox.worker.checking import (
    ACCEPTED,
    POINTS,
    TOO_SHORT,
    Ruling,
    ruling_of,
)
from sandbox.worker.helpers import HelperFailed, Helpers, Ready
from sandbox.worker.host import Feed, InputFile, Kill, Limits, Outcome, Program, Slot
from sandbox.worker.verdict import judge_outcome

# How long a run may live on after it has closed its stdout, before the other is told.
_END_DELAY_S = 0.1
# The interactor waits longer than the solution may: whose wall time ends first is to blame.
_PATIENCE_S = 2.0
# What a solution that lost already may still take, and an interactor whose solution has left.
_GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class Talk:
    """What came of a talk: the solution's outcome, and a ruling unless its own end decides."""

    outcome: Outcome
    ruling: Ruling | None
    flags: tuple[str, ...] = ()


class _Line:
    """Hands on what one side says to the other."""

    def __init__(self, to: Feed) -> None:
        self._to = to
        self._timer: asyncio.TimerHandle | None = None

    def on_data(self, data: bytes) -> None:
        self._to.write(data)

    def on_end(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_END_DELAY_S, self._to.close)

    def end(self) -> None:
        """The speaker's run has ended."""
        if self._timer is not None:
            self._timer.cancel()
        self._to.close()


class _Talk:
    """Two runs under way, and what is seen of them."""

    def __init__(self, slot: Slot, side_slot: Slot) -> None:
        self.to_solution, self.to_interactor = Feed(), Feed()
        self.solution_line = _Line(self.to_interactor)
        self.interactor_line = _Line(self.to_solution)
        self._slot, self._side_slot = slot, side_slot
        self._timers: list[asyncio.TimerHandle] = []
        self.ended: list[Outcome] = []
        self.unread_bytes = 0

    async def solve(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        outcome = await work
        self.ended.append(outcome)
        self.unread_bytes = self.to_interactor.unread_bytes()
        self.solution_line.end()
        if outcome.exit_code != 0:
            self._stop_later(self._side_slot)
        return outcome

    async def answer(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        outcome = await work
        self.ended.append(outcome)
        self.interactor_line.end()
        if outcome.exit_code not in (ACCEPTED, POINTS):
            self._stop_later(self._slot)
        return outcome

    def _stop_later(self, slot: Slot) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(_GRACE_S, slot.stop))

    def close(self) -> None:
        """Before the slots are given back: a late stop would end somebody else's run."""
        for timer in self._timers:
            timer.cancel()
        self.solution_line.end()
        self.interactor_line.end()


async def talk(
    helpers: Helpers,
    ready: Ready,
    slots: tuple[Slot, Slot],
    program: Program,
    most: Limits,
    limits: Limits,
    test: JobTest,
) -> Talk:
    """Runs a solution against an interactor.

    Args:
        slots: the solution's and the interactor's.
        most: at which the solution is ended.
        limits: by which it is judged.

    Raises:
        HelperFailed: the interactor has no say.
    """
    slot, side_slot = slots
    own = dataclasses.replace(
        ready.limits, wall_time_s=max(ready.limits.wall_time_s, limits.wall_time_s + _PATIENCE_S)
    )
    files = [
        InputFile(INPUT, test.stdin),
        InputFile(OUTPUT, b""),
        InputFile(ANSWER, test.expected_output or b""),
    ]
    talking = _Talk(slot, side_slot)
    answering = helpers.run(
        side_slot,
        ready,
        files,
        stdin=talking.to_interactor,
        listener=talking.interactor_line,
        status_at_end_of_input=TOO_SHORT,
        limits=own,
    )
    solving = slot.run(program, talking.to_solution, most, talking.solution_line)
    try:
        solution, interactor = await _both(talking.solve(solving), talking.answer(answering))
    finally:
        talking.close()
    solution_first = talking.ended[0] is solution
    return settle(
        solution, limits, interactor, own, solution_first, talking.unread_bytes, test.points
    )


async def _both(
    one: Coroutine[Any, Any, Outcome], other: Coroutine[Any, Any, Outcome]
) -> tuple[Outcome, Outcome]:
    """The results of both; when one fails, the other is ended before the failure goes on."""
    tasks = [asyncio.create_task(one), asyncio.create_task(other)]
    try:
        first, second = await asyncio.gather(*tasks)
        return first, second
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def settle(
    solution: Outcome,
    limits: Limits,
    interactor: Outcome,
    own: Limits,
    solution_first: bool,
    unread_bytes: int,
    max_points: float,
) -> Talk:
    """Who decides: the solution's own end (no ruling then) or the interactor's word.

    Raises:
        HelperFailed: the interactor is to blame.
    """
    ended = judge_outcome(solution, limits)
    if solution_first and ended.verdict is not Verdict.OK:
        if solution.killed_by is not Kill.WALL_TIME:
            return Talk(solution, None)
        # It waited. An interactor that waited too has nothing to read, and ends when there is no more.
        if unread_bytes:
            raise HelperFailed("it does not read what the solution writes")
        if interactor.killed_by is not None:
            raise HelperFailed("it let the solution wait, and did not end after it")
        return Talk(solution, None, ("deadlock",))
    ruling = ruling_of(interactor, own, max_points)
    if solution_first and interactor.exit_code == TOO_SHORT:
        return Talk(solution, Ruling(0.0, "the solution ended before the interaction was over"))
    if ruling.share > 0 and ended.verdict is not Verdict.OK:
        return Talk(solution, None)  # it must also end well
    return Talk(solution, ruling)
