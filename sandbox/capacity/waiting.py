"""Who waits how long: slots that serve one queue in the order of arrival, played through."""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sandbox.capacity.times import ServiceTimes

# Of the arrivals: what passes before anybody's wait counts.
_WARM_UP = 0.2


@dataclass(frozen=True, slots=True)
class Traffic:
    """What arrives: when, and for how long each occupies a slot; and what is under way before that.

    The same traffic for any number of slots, so that numbers can be compared.
    """

    arrivals_s: Sequence[float]
    services_s: Sequence[float]
    under_way_s: Sequence[float]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long runs waited, and from their arrival to their end."""

    waits_s: Sequence[float]
    answers_s: Sequence[float]

    @property
    def mean_s(self) -> float:
        """The mean wait."""
        return math.fsum(self.waits_s) / len(self.waits_s)

    def wait(self, share: float) -> float:
        """What this share of the runs does not wait longer than."""
        return _quantile(self.waits_s, share)

    def answer(self, share: float) -> float:
        """Within what this share of the runs is answered."""
        return _quantile(self.answers_s, share)


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def make_traffic(rate: float, times: ServiceTimes, count: int, seed: int) -> Traffic:
    """So many arrivals by chance, at a rate a second, and what is under way as usual when they begin."""
    source = random.Random(seed)  # noqa: S311 - a simulation, not a secret
    gaps = (source.expovariate(rate) for _ in range(count))
    arrivals = list(accumulate(gaps))
    services = times.draw(count, source)
    return Traffic(arrivals, services, times.left(int(rate * times.mean_s), source))


def simulate(traffic: Traffic, slots: int) -> Waits:
    """What comes of it with so many slots."""
    # When each slot is free again. What was under way waits for slots, too, where there are too few.
    free = [0.0] * slots
    for left_s in traffic.under_way_s:
        heapq.heapreplace(free, free[0] + left_s)
    waits, answers = [], []
    for arrival_s, service_s in zip(traffic.arrivals_s, traffic.services_s, strict=True):
        start_s = max(arrival_s, free[0])
        heapq.heapreplace(free, start_s + service_s)
        waits.append(start_s - arrival_s)
        answers.append(start_s - arrival_s + service_s)
    first = int(len(waits) * _WARM_UP)
    return Waits(waits[first:], answers[first:])


def without_waiting(traffic: Traffic) -> Waits:
    """What would come of it if a slot were always free."""
    services = traffic.services_s[int(len(traffic.services_s) * _WARM_UP) :]
    return Waits([0.0] * len(services), services)
