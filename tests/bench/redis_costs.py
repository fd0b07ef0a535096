"""`python -m tests.bench.redis_costs`: what the queue's transitions cost Redis, for `sandbox capacity`.

Redis does one thing at a time, so the time that it says it spends in a call is what bounds all of them.
"""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.jobs import Job, JobResult, Language, LimitChanges, Step, WorkerHello, pack
from sandbox.models import Verdict
from sandbox.queue.streams.store import Store
from tests.api_harness import HELLO
from tests.bench.machine import cpu_s
from tests.queue.rig import images_of
from tests.redis_server import RedisServer, redis_server

_ROUNDS, _JOBS = 5, 2000
_SLOTS = 8
_WORKERS = 200
_LISTENERS = 8

Call = Callable[[int], Awaitable[Any]]


def main() -> None:
    """Prints the costs, each the median of some rounds."""
    seen: dict[str, list[float]] = {}
    for _ in range(_ROUNDS):
        with redis_server(fsync="everysec") as redis:
            for name, cost_us in asyncio.run(_measure(redis)).items():
                seen.setdefault(name, []).append(cost_us)
    for name, costs in seen.items():
        sys.stdout.write(f"{name:<22}{statistics.median(costs):8.1f} microseconds\n")
    sys.stdout.write(
        f"{'hello':<22}{len(pack(_hello('w-0'))):8d} bytes, of a worker with 20 languages\n"
    )


async def _measure(redis: RedisServer) -> dict[str, float]:
    store = Store(redis.url)
    costs: dict[str, float] = {}

    async def timed(name: str, call: Call, count: int, per: int = 1) -> None:
        before_us = _calls_us(redis)
        for number in range(count):
            await call(number)
        costs[name] = (_calls_us(redis) - before_us) / count / per

    payload = pack(Job("r_0", "python", None, b"x" * 1000))
    result = pack(JobResult("r_0", Verdict.AC, 1.0, run=Step(None, Verdict.AC, stdout=b"x" * 500)))
    await store.call("register", "w", pack(_hello("w")))
    held: list[tuple[bytes, int]] = []

    async def submit(number: int) -> None:
        await store.call(
            "submit", f"r_{number}", payload, len(payload), 100, "fast:python", 900_000, "python",
            f"key{number}", b"digest", 1 << 20, 1 << 40, 10**15,
        )  # fmt: skip

    async def claim(_number: int) -> None:
        jobs = await store.call("claim", "w", _SLOTS, 1, 0, "python", "python")
        held.extend((job[0], job[1]) for job in jobs)

    async def beat(_number: int) -> None:
        some = [part for job in held[:_SLOTS] for part in job]
        await store.call("beat", "w", 1, *some)

    async def commit(number: int) -> None:
        await store.call("commit", *held[number], result)

    costs["heard, by an API"] = await _heard_us(redis, result)
    await timed("submit", submit, _JOBS)
    await timed("claim", claim, _JOBS)
    await timed("beat of 8 jobs", beat, 200)
    await timed("commit", commit, _JOBS)
    await timed("look", lambda number: store.call("look", 1, f"r_{number}"), _JOBS)
    with redis.client() as client:
        for key in ("finished", "owned:"):  # old enough to be pushed out
            for name in client.zrange("{sandbox}:" + key, 0, -1):
                client.zincrby("{sandbox}:" + key, -60_000, name)
    await timed("forget", lambda _: store.call("survey", 0, 1 << 28, 3_600_000, 0), 1, _JOBS)
    await timed("idle claim", lambda _: store.call("claim", "w", 8, 8, 0, "python", ""), 500)
    for number in range(_WORKERS):
        await store.call("register", f"w-{number}", pack(_hello(f"w-{number}")))

    async def survey(seen: int) -> int:
        counts, *_ = await store.call("survey", 10_000, 1 << 28, 3_600_000, seen)
        return int(dict(zip(counts[::2], counts[1::2], strict=True))[b"fleet"])

    stamp = await survey(0)
    await timed("survey", lambda _: survey(stamp), 200)
    # One worker has come: all names, and one hello.
    await timed("news, of a worker", lambda _: survey(stamp - 1), 50, _WORKERS)
    await store.close()
    return costs


async def _heard_us(redis: RedisServer, result: bytes) -> float:
    """What a small result costs for each API that hears it, by Redis' own CPU time."""

    async def published_s(count: int) -> float:
        before_s = cpu_s(redis.pid)
        with redis.client() as client:
            for _ in range(count):
                client.publish(stores[0]._channel, b"r_0 1 1\n" + result)
                await asyncio.sleep(0)  # the listeners read
        return cpu_s(redis.pid) - before_s

    stores = [Store(redis.url) for _ in range(_LISTENERS)]
    alone_s = await published_s(_JOBS)
    for store in stores:
        await store.listen()
    hearing = [asyncio.create_task(_hear(store, _JOBS)) for store in stores]
    heard_s = await published_s(_JOBS)
    await asyncio.gather(*hearing)
    for store in stores:
        await store.close()
    return (heard_s - alone_s) / _JOBS / _LISTENERS * 1e6


async def _hear(store: Store, count: int) -> None:
    for _ in range(count):
        await store.next_end()


def _hello(name: str) -> WorkerHello:
    limits = LimitChanges(10.0, 30.0, 1 << 29, 64, 1 << 26, 1 << 20, 1024)
    languages = tuple(
        Language(
            f"language{number}",
            (f"l{number}",),
            "1.2.3",
            "python",
            "main.py",
            False,
            limits,
            limits,
        )
        for number in range(20)
    )
    images = images_of(["python", "cpp", "testgen", "scripts", "jvm", "node"])
    return WorkerHello(name, _SLOTS, languages, images, HELLO.host * 12)


def _calls_us(redis: RedisServer) -> float:
    with redis.client() as client:
        stats: dict[str, Any] = client.info("commandstats")
    return float(stats.get("cmdstat_fcall", {"usec": 0})["usec"])


if __name__ == "__main__":
    main()
