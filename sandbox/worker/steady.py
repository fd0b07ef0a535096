"""Repeatable verdicts: a result that noise could have decided is measured again before it is reported.

Theory of operation. CPU time is what counts, and neighbours can make it longer (they share caches, memory
and, as hyperthreads, a core) but never shorter. Measured on a 2-core machine, the same work took up to 1.6
times the CPU time beside a full load. So:

- A run that ends within its CPU limit has kept it, whatever went on around it.
- A run is not ended at its limit but at ``1 + grace`` times the limit. One that gets there is too slow
  under any circumstances: an endless loop is not run twice.
- One that ends by itself in between, or that was ended by the wall clock while the machine was starved, is
  run again, alone. The least CPU time of all its runs counts.

Whoever is run again has the flag ``rerun``; ``noisy`` says that being alone could not be had.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandbox.worker.gate import Gate, Presence
from sandbox.worker.host import Kill, Limits, Outcome
from sandbox.worker.noise import Noise

T = TypeVar("T")

MAX_RERUNS = 3
# How long new runs are held back for one that is to be measured alone.
_ALONE_WITHIN_S = 10.0
# Above this share of its limit, a run that was alone is too slow; below it, another try may tell.
_CLEARLY_ABOVE = 1.1


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What came of a run, and what a trainer may want to know about how it was measured."""

    result: T
    flags: tuple[str, ...] = ()


class Steady:
    """Runs things so that their verdicts do not depend on what goes on around them."""

    def __init__(self, gate: Gate, grace: float) -> None:
        """``grace``: how far beyond its CPU limit a run may go before it is certainly too slow."""
        self._gate = gate
        self._grace = grace

    async def measure(
        self,
        limits: Limits,
        run: Callable[[Limits], Awaitable[T]],
        outcome_of: Callable[[T], Outcome],
    ) -> Measured[T]:
        """The result of ``run``, which is called again if need be, each time from the start.

        The outcome is to be judged by ``limits``, not by the roomier ones that ``run`` is given.
        """
        most = dataclasses.replace(limits, cpu_time_s=limits.cpu_time_s * (1 + self._grace))
        before = Noise.now()
        async with self._gate.shared() as presence:
            best = await run(most)
        if not _is_doubtful(outcome_of(best), limits, presence, before):
            return Measured(best)
        flags = ["rerun"]
        for _ in range(MAX_RERUNS):
            before = Noise.now()
            async with self._gate.alone(_ALONE_WITHIN_S) as presence:
                again = await run(most)
            if presence.overlapped and "noisy" not in flags:
                flags.append("noisy")
            best = min(best, again, key=lambda result: _badness(outcome_of(result)))
            if not _is_doubtful(outcome_of(again), limits, presence, before):
                break
        return Measured(best, tuple(flags))


def _badness(outcome: Outcome) -> tuple[bool, float]:
    return outcome.killed_by is not None, outcome.cpu_time_s


def _is_doubtful(outcome: Outcome, limits: Limits, presence: Presence, before: Noise) -> bool:
    """Whether noise could have decided this outcome."""
    if outcome.killed_by is Kill.WALL_TIME:
        # A program that slept is no matter of noise.
        wanted_more = outcome.cpu_time_s > 0.1 * min(limits.cpu_time_s, limits.wall_time_s)
        return wanted_more and Noise.now().starved(before)
    if outcome.killed_by is not None or outcome.cpu_time_s <= limits.cpu_time_s:
        return False
    if presence.overlapped or Noise.now().starved(before):
        return True
    return outcome.cpu_time_s <= limits.cpu_time_s * _CLEARLY_ABOVE
