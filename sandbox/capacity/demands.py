"""What a load asks for beside slots, and how much of it one Redis and some APIs have.

The costs were measured in a virtual machine: those of Redis by `python -m tests.bench.redis_costs`, that of
the API by `python -m tests.bench.queues`. Another machine's are others, but not ten times as much.
"""

import bisect
import math
import sys
from dataclasses import dataclass, replace

# Microseconds of Redis, which does one thing at a time, for one transition alone; of those that are called
# at the same time each costs less.
_SUBMIT_US, _CLAIM_US, _COMMIT_US, _LOOK_US = 50.0, 53.0, 53.0, 15.0
_FORGET_US = 16.0  # of each result, when it has been kept for long enough
_HEARD_US = 3.0  # by each API, of each run that has ended
_TOLD_BYTES = 4096  # a larger result is not told to all APIs, and one of them looks
_BEAT_US, _BEAT_A_JOB_US = 16.0, 6.5
_IDLE_US = 19.0  # a look for work, and the wait for it
# Of each API, once a second; and for each worker, while workers come and go.
_SURVEY_US, _NEWS_A_WORKER_US = 35.0, 0.4
_CALLS_A_RUN, _CALLS_A_WORKER, _CALLS_AN_API = 3, 3, 2
_NAME_BYTES = 60
_RECORD_BYTES = 500  # of a job or a result, beside what was sent and made
# CPU time of an API for a run, over Redis, as `python -m tests.bench.queues` measures it; without Redis it
# was 0.9 to 1.2 then. Beside neighbours that take half of the machine it is half as much again.
_API_MS = 1.5
# Results are kept for so long whatever the settings say, and so are their requests until they end.
_UNREAD_S = 10.0

# What there is. More than 70 % of a processor, a disk or a network makes others wait.
_SHARE = 0.7
_NETWORK_BYTES = 1.25e9  # a second: 10 Gbit
_DISK_BYTES = 400e6  # a second, one after the other
REDIS_MEMORY_BYTES = 6 << 30  # deploy/k8s
REDIS_CONNECTIONS = 30_000  # maxclients, there
_API_CONNECTIONS = 20_000


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be served.

    Attributes:
        rate: runs a second.
        workers, slots: so many workers, and slots of each.
        under_way: runs that occupy a slot, on the average.
        answer_s: how long a caller waits, on the average.
        request_bytes, result_bytes: of a run, on the average.
        apis: API processes.
    """

    rate: float
    workers: int
    slots: int
    under_way: float
    answer_s: float
    request_bytes: float
    result_bytes: float
    apis: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What is used of something, in its unit, how much there is, and what to do when that is not enough."""

    name: str
    unit: str
    use: float
    limit: float
    remedy: str

    @property
    def share(self) -> float:
        """Used, of what there is."""
        return self.use / self.limit


def demands(load: Load) -> list[Demand]:
    """All of them, what is used up first in front."""
    found = [_redis_time(load), _redis_calls(load), _redis_network(load), _redis_disk(load)]
    found += [_redis_memory(load), _redis_connections(load), *_apis(load)]
    return sorted(found, key=lambda one: one.share, reverse=True)


def services(load: Load) -> int:
    """Into how many services the load has to be split, each with a Redis, workers and APIs of its own."""

    def fits(count: int) -> bool:
        found = demands(_part(load, count))
        return all(one.share <= 1 for one in found if one.name.startswith("Redis"))

    return 1 + bisect.bisect_left(range(1, sys.maxsize), True, key=fits)


def _part(load: Load, count: int) -> Load:
    return replace(
        load,
        rate=load.rate / count,
        workers=math.ceil(load.workers / count),
        under_way=load.under_way / count,
        apis=max(1, math.ceil(load.apis / count)),
    )


def _told_bytes(load: Load) -> float:
    """Of a run's result, at most."""
    return min(load.result_bytes + _RECORD_BYTES, _TOLD_BYTES)


def _looks(load: Load) -> int:
    """For each run."""
    return int(load.result_bytes + _RECORD_BYTES > _TOLD_BYTES)


def _redis_us(load: Load) -> tuple[float, float]:
    """Microseconds a second: for the runs, and for workers and APIs to know of each other."""
    heard_us = _HEARD_US * load.apis + _LOOK_US * _looks(load)
    run_us = _SUBMIT_US + _CLAIM_US + _COMMIT_US + _FORGET_US + heard_us
    workers_us = load.workers * (_BEAT_US + _IDLE_US) + load.under_way * _BEAT_A_JOB_US
    apis_us = load.apis * (_SURVEY_US + load.workers * _NEWS_A_WORKER_US)
    return load.rate * run_us, workers_us + apis_us


def _redis_time(load: Load) -> Demand:
    remedy = (
        "several services, each with a Redis of its own, and callers that choose one by the hash of the "
        "idempotency key; fewer and larger workers; fewer APIs"
    )
    return Demand("Redis: its processor", "cores", sum(_redis_us(load)) / 1e6, _SHARE, remedy)


def _redis_calls(load: Load) -> Demand:
    calls = load.rate * (_CALLS_A_RUN + _looks(load))
    calls += load.workers * _CALLS_A_WORKER + load.apis * _CALLS_AN_API
    cost_us = sum(_redis_us(load)) / calls
    remedy = "as above; how many a second there can be follows from what they cost"
    return Demand("Redis: commands", "/s", calls, _SHARE * 1e6 / cost_us, remedy)


def _redis_network(load: Load) -> Demand:
    run_bytes = 2 * (load.request_bytes + load.result_bytes + 2 * _RECORD_BYTES)
    run_bytes += _told_bytes(load) * (load.apis - 1)
    names = load.apis * load.workers * _NAME_BYTES
    remedy = "smaller results (SANDBOX_MAX_RESULT_BYTES, `output_kb`); archives by their digest"
    use = load.rate * run_bytes + names
    return Demand("Redis: its network", "B/s", use, _SHARE * _NETWORK_BYTES, remedy)


def _redis_disk(load: Load) -> Demand:
    written_bytes = load.request_bytes + load.result_bytes + 2 * _RECORD_BYTES
    remedy = "smaller requests (archives by their digest) and results; a faster disk; several Redis"
    return Demand("Redis: its disk", "B/s", load.rate * written_bytes, _SHARE * _DISK_BYTES, remedy)


def _redis_memory(load: Load) -> Demand:
    requests = load.rate * load.answer_s * (load.request_bytes + _RECORD_BYTES)
    results = load.rate * _UNREAD_S * (load.result_bytes + _RECORD_BYTES)
    remedy = "more memory (maxmemory); smaller results; SANDBOX_QUEUE_BYTES bounds what waits"
    return Demand("Redis: its memory", "B", requests + results, REDIS_MEMORY_BYTES, remedy)


def _redis_connections(load: Load) -> Demand:
    use = 2 * (load.workers + load.apis)
    remedy = "maxclients, and as many descriptors; fewer and larger workers"
    return Demand("Redis: connections", "", use, REDIS_CONNECTIONS, remedy)


def _apis(load: Load) -> list[Demand]:
    busy = load.rate * _API_MS / 1000 / load.apis
    waiting = load.rate * load.answer_s / load.apis
    return [
        Demand("each API: its processor", "cores", busy, _SHARE, "more APIs"),
        Demand("each API: connections", "", waiting, _API_CONNECTIONS, "more APIs; wait=false"),
    ]
