"""How many workers it takes: a simulation of the waiting, and sums of what else could be the limit.

Theory of operation. All slots of all workers serve one queue in the order of arrival, and rollouts arrive
by chance (a Poisson stream): that is the queue M/G/c, and `waiting` plays it through, with the service
times that were measured. For the same arrivals and service times another slot makes nobody wait longer, so
the least number that is enough is found by bisection. `demands` adds up what else such a load asks for, of
Redis above all, with what each of its transitions was measured to cost, and says what is used up first.

What the model does not know: lanes (a slot of each worker is kept from slow runs, so that fast ones wait
less and slow ones longer), the swapping of images, bursts that are worse than chance (a trainer that sends
a whole batch at once waits for about its work divided by the slots), workers that die, machines that are
not alike, and how long a disk takes to make a write safe: Redis was measured with `appendfsync everysec`,
and `always` costs it as much more as its disk is slow.
Leave room for these; the model leaves some itself: it plans for 95 % of the slots' time.
"""

from sandbox.capacity.demands import Demand, Load, demands, services
from sandbox.capacity.plan import Plan, Unreachable, plan
from sandbox.capacity.times import ServiceTimes, lognormal, read_times
from sandbox.capacity.waiting import Waits, simulate

__all__ = [
    "Demand",
    "Load",
    "Plan",
    "ServiceTimes",
    "Unreachable",
    "Waits",
    "demands",
    "lognormal",
    "plan",
    "read_times",
    "services",
    "simulate",
]
