"""The least number of workers that is enough."""

import math
from dataclasses import dataclass

from sandbox.capacity.times import ServiceTimes
from sandbox.capacity.waiting import Traffic, Waits, make_traffic, simulate, without_waiting

MOST_WORKERS = 10_000
# No plan uses more of the slots' time: beyond, every small mistake in a figure becomes a long queue.
MOST_BUSY = 0.95
_SHARE = 0.99
_FEWEST_ARRIVALS, _MOST_ARRIVALS = 100_000, 1_000_000
_ARRIVALS_A_SLOT = 8


class Unreachable(Exception):
    """No number of workers is enough; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many workers, and what they do with the load."""

    workers: int
    slots: int
    busy: float
    waits: Waits


def plan(
    rate: float,
    times: ServiceTimes,
    p99_s: float,
    slots: int,
    overhead_s: float = 0.0,
    seed: int = 1,
) -> Plan:
    """The least number of workers with which 99 of 100 runs are answered within a time.

    Args:
        rate: runs a second.
        times: how long they occupy a slot.
        p99_s: the time, from a run's acceptance to its answer.
        slots: of each worker.
        overhead_s: what the queue and the API add to each run, while no slot is occupied.
        seed: of the simulation.

    Raises:
        Unreachable: the time is too short with every slot free, or more than `MOST_WORKERS` are needed.
    """
    alone_s = times.quantile(_SHARE) + overhead_s
    if alone_s > p99_s:
        raise Unreachable(
            f"a run of 100 takes {alone_s:.3g} s by itself, more than {p99_s:.3g} s: "
            "no number of workers helps"
        )
    fewest = max(1, math.ceil(rate * times.mean_s / MOST_BUSY / slots))
    if fewest > MOST_WORKERS:
        raise Unreachable(f"the work alone keeps {fewest} workers busy, more than {MOST_WORKERS}")
    count = int(min(_MOST_ARRIVALS, max(_FEWEST_ARRIVALS, _ARRIVALS_A_SLOT * fewest * slots)))
    traffic = make_traffic(rate, times, count, seed)
    workers = _least(traffic, fewest, slots, p99_s - overhead_s)
    busy = rate * times.mean_s / (workers * slots)
    return Plan(workers, slots, busy, simulate(traffic, workers * slots))


def _least(traffic: Traffic, fewest: int, slots: int, within_s: float) -> int:
    """By bisection: more workers are never worse, for the same traffic."""
    if without_waiting(traffic).answer(_SHARE) > within_s:
        raise Unreachable(
            "too many runs take nearly as long by themselves: no number of workers helps"
        )

    def enough(workers: int) -> bool:
        return simulate(traffic, workers * slots).answer(_SHARE) <= within_s

    if enough(fewest):
        return fewest
    too_few, step = fewest, 1
    while not enough(min(MOST_WORKERS, too_few + step)):
        too_few += step
        step *= 2
        if too_few >= MOST_WORKERS:
            raise Unreachable(f"more than {MOST_WORKERS} workers are needed")
    good = min(MOST_WORKERS, too_few + step)
    while good - too_few > 1:
        middle = (good + too_few) // 2
        good, too_few = (middle, too_few) if enough(middle) else (good, middle)
    return good
