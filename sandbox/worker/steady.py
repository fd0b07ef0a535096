"""Repeatable verdicts: a result that noise could have decided is measured again before it is reported.

Theory of operation. CPU time is what counts, and neighbours can make it longer (they share caches, memory
and, as hyperthreads, a core) but never shorter. Measured on a virtual machine with 2 cores, the same work
took up to twice the CPU time beside others. So:

- A run that ends within its CPU limit has kept it, whatever went on around it.
- A run is not ended at its limit but at ``1 + grace`` times the limit. One that gets there is too slow
  under any circumstances: an endless loop is not run twice.
- One that ends by itself in between, or that was ended by the wall clock while the machine was starved, is
  run again, alone. The least CPU time of all its runs counts; it is tried again, with growing pauses,
  until it keeps its limit, or has clearly broken it each time, and twice while the core was as fast as it
  can be: how fast it is can be told before and after a run only, so once may be chance.

Whoever is run again has the flag ``rerun``; ``noisy`` says that quiet could not be had.

Not protected: from noise that lasts, which comes from outside of this worker. To divide by how slow the
core is was tried and is wrong: programs of different kinds are slowed down by different factors.
"""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sandbox.worker.gate import Gate
from sandbox.worker.host import Kill, Limits, Outcome
from sandbox.worker.noise import SLOW, Cores, Noise

T = TypeVar("T")

# Between two tries others may run; noise that comes from outside often passes within seconds.
PAUSES_S = (0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0)
# How long new runs are held back for one that is to be measured alone.
_ALONE_WITHIN_S = 5.0
# Above this share of its limit, a run that was alone is too slow; below it, another try may tell.
_CLEARLY_ABOVE = 1.1
_QUIET_PROOFS = 2
_NOISE_AGE_S = 0.5


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
        self._cores = Cores()
        self._noise = Noise.now()

    async def measure(
        self,
        limits: Limits,
        run: Callable[[Limits], Awaitable[T]],
        outcome_of: Callable[[T], Outcome],
        core: int | None = None,
    ) -> Measured[T]:
        """The result of ``run``, which is called again if need be, each time from the start.

        The outcome is to be judged by ``limits``, not by the roomier ones that ``run`` is given.
        """
        most = dataclasses.replace(limits, cpu_time_s=limits.cpu_time_s * (1 + self._grace))
        before = self._recent_noise()
        async with self._gate.shared():
            best = await run(most)
        if not _is_doubtful(outcome_of(best), limits, before):
            return Measured(best)
        proofs = 0
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            again = await self._alone(run, most, core)
            best = min(best, again.result, key=lambda result: _badness(outcome_of(result)))
            if not _is_above(outcome_of(best), limits, by=1.0):
                return Measured(best, ("rerun",))
            proofs += _proofs(outcome_of(again.result), limits, is_quiet=again.is_quiet)
            if proofs >= _QUIET_PROOFS and _is_above(outcome_of(best), limits, by=_CLEARLY_ABOVE):
                return Measured(best, ("rerun",))
        return Measured(best, ("rerun", "noisy"))

    def _recent_noise(self) -> Noise:
        """The machine's counters, of now or of a moment ago: reading them takes as long as a small run."""
        if time.monotonic() - self._noise.at_s > _NOISE_AGE_S:
            self._noise = Noise.now()
        return self._noise

    async def _alone(
        self, run: Callable[[Limits], Awaitable[T]], limits: Limits, core: int | None
    ) -> "_Try[T]":
        async with self._gate.alone(_ALONE_WITHIN_S) as presence:
            noise = Noise.now()
            before = await asyncio.to_thread(self._cores.slowness, core)
            result = await run(limits)
            is_starved = Noise.now().starved(noise)
            after = await asyncio.to_thread(self._cores.slowness, core)
        is_quiet = not (presence.overlapped or is_starved or max(before, after) > SLOW)
        return _Try(result, is_quiet)


@dataclass(frozen=True, slots=True)
class _Try(Generic[T]):
    """A run beside no other, and whether the machine let it be alone."""

    result: T
    is_quiet: bool


def _is_above(outcome: Outcome, limits: Limits, *, by: float) -> bool:
    """Whether a run took too long, by so much of its CPU limit."""
    return outcome.killed_by is not None or outcome.cpu_time_s > limits.cpu_time_s * by


def _proofs(outcome: Outcome, limits: Limits, *, is_quiet: bool) -> int:
    """How much a run proves that was alone and took too long."""
    if outcome.killed_by is not None:
        return _QUIET_PROOFS  # it had the machine for itself, as far as it can be had
    return int(is_quiet and _is_above(outcome, limits, by=_CLEARLY_ABOVE))


def _badness(outcome: Outcome) -> tuple[bool, float]:
    return outcome.killed_by is not None, outcome.cpu_time_s


def _is_doubtful(outcome: Outcome, limits: Limits, before: Noise) -> bool:
    """Whether noise could have decided this outcome.

    One above its limit always, also if it was alone: a core can be half as fast for no reason that is seen.
    """
    if outcome.killed_by is Kill.WALL_TIME:
        # A program that slept is no matter of noise.
        wanted_more = outcome.cpu_time_s > 0.1 * min(limits.cpu_time_s, limits.wall_time_s)
        return wanted_more and Noise.now().starved(before)
    return outcome.killed_by is None and outcome.cpu_time_s > limits.cpu_time_s
