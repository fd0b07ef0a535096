"""A service of a Redis, two APIs and three workers, under load, while they are killed and stopped.

Usage: python -m tests.chaos [--runs N] [--every SECONDS] [--rounds N] [--seed N]
Prints what was done and what came of it; the exit status is 1 if a run was lost, has two results, or a
wrong one.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.chaos.havoc import Havoc
from tests.chaos.load import Load
from tests.chaos.processes import Part
from tests.redis_server import RedisServer, redis_server

APIS, WORKERS = 2, 3
AT_ONCE = 48
TAKEOVER_S = 25.0
_START_S = 90.0
_NAP = {"language": "python", "code": "import time; time.sleep(3); print('slept')"}


@dataclass(slots=True)
class Scene:
    """All processes of the service."""

    redis: RedisServer
    apis: list[Part]
    workers: list[Part]


@contextmanager
def scene() -> Iterator[Scene]:
    """A running service; at the end nothing of it is left."""
    with ExitStack() as undo:
        redis = undo.enter_context(redis_server(fsync="always"))
        place = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-chaos-")))
        place.chmod(0o711)
        parts = [Part(f"api-{number}", "api", redis, place) for number in range(APIS)]
        parts += [Part(f"worker-{number}", "worker", redis, place) for number in range(WORKERS)]
        for part in parts:
            undo.callback(part.close)
        try:
            for part in parts[:APIS]:
                _await_ready(part, WORKERS)
            yield Scene(redis, parts[:APIS], parts[APIS:])
        except BaseException:
            for part in parts:
                sys.stdout.write(f"--- {part.name}\n{part.last_words()}\n")
            raise


def _await_ready(api: Part, workers: int) -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s:
        try:
            answer = httpx.get(f"{api.url}/readyz")
            if answer.status_code == 200 and len(answer.json()["workers"]) >= workers:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{api.name} does not see {workers} workers")


async def havoc_under_load(
    of: Scene, runs: int, every_s: float, rounds: int, seed: int
) -> list[str]:
    """The load while things go wrong; what is wrong with the results."""
    load = Load([api.url for api in of.apis], runs, AT_ONCE, seed)
    havoc = Havoc(of.redis, of.apis, of.workers, seed)
    harming = asyncio.create_task(havoc.run(every_s, rounds))
    telling = asyncio.create_task(_tell(load, harming))
    began_s = time.monotonic()
    try:
        await load.run()
    finally:
        for task in (harming, telling):
            task.cancel()
        await asyncio.gather(harming, telling, return_exceptions=True)
    havoc.keep()
    took_s = time.monotonic() - began_s
    for api in of.apis:
        await asyncio.to_thread(_await_ready, api, WORKERS)
    await load.check_again(200)
    await load.close()
    ledger = load.ledger
    _print_table(
        "load and havoc",
        {
            "requests": ledger.sent,
            "accepted runs": len(ledger.ids),
            "results": len(ledger.results),
            **dict(sorted(ledger.counts.items())),
            **dict(sorted(havoc.done.items())),
            "seconds": round(took_s, 1),
            "longest from request to result, seconds": round(ledger.longest_s, 1),
        },
    )
    lost = set(range(runs)) - set(ledger.results)
    return ledger.wrong + [f"task {number} has no result" for number in sorted(lost)]


async def _tell(load: Load, harming: asyncio.Task[None]) -> None:
    """Progress, for who watches; and the end of it all if the harm itself has failed."""
    while True:
        done, _ = await asyncio.wait([harming], timeout=5.0)
        if done:
            sys.stdout.write(f"the harm has ended: {harming.exception()!r}\n")
            os.kill(os.getpid(), signal.SIGTERM)
        ledger = load.ledger
        sys.stdout.write(f"{len(ledger.results)} results of {ledger.sent} requests\n")
        sys.stdout.flush()


async def rolling_restart(of: Scene, seed: int) -> list[str]:
    """All workers are stopped and started again, one after the other, under load."""
    load = Load([api.url for api in of.apis], 10**9, AT_ONCE, seed)
    loading = asyncio.create_task(load.run())
    statuses = []
    for worker in of.workers:
        statuses.append(await asyncio.to_thread(worker.restart))
        await asyncio.to_thread(_await_ready, of.apis[0], WORKERS)
    load.stop()
    await loading
    await load.close()
    ledger = load.ledger
    _print_table(
        "rolling restart of all workers",
        {
            "accepted runs": len(ledger.ids),
            "results": len(ledger.results),
            **dict(sorted(ledger.counts.items())),
        },
    )
    wrong = ledger.wrong + [f"a worker ended with {status}" for status in statuses if status]
    if len(ledger.ids) != len(ledger.results):
        wrong.append(f"{len(ledger.ids) - len(ledger.results)} runs have no result")
    return wrong + [f"{count} {name}" for name, count in ledger.counts.items() if "IE" in name]


async def takeover(of: Scene) -> list[str]:
    """How long a run takes whose worker's machine has died; it is not started again meanwhile."""
    async with httpx.AsyncClient(base_url=of.apis[0].url, timeout=60) as client:
        run_id = (await client.post("/run?wait=false", json=_NAP)).json()["id"]
        while (name := _worker_of(of.redis, run_id)) is None:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
        began_s = time.monotonic()
        victim = next(part for part in of.workers if part.worker_name == name)
        victim.kill()
        result = (await client.get(f"/runs/{run_id}?wait=60")).json()
        took_s = time.monotonic() - began_s
        victim.keep()
    _print_table("takeover", {"seconds from death to result": round(took_s, 1), "its sleep": 3})
    wrong = []
    if result["verdict"] != "OK" or result["worker"] == name:
        wrong.append(f"takeover: {result['verdict']} from {result['worker']}")
    if took_s > TAKEOVER_S:
        wrong.append(f"takeover took {took_s:.1f} s")
    return wrong


def _worker_of(redis: RedisServer, run_id: str) -> str | None:
    with redis.client() as client:
        name = client.hget(f"{{sandbox}}:job:{run_id}", "worker")
    return name.decode() if isinstance(name, bytes) else None


def what_is_left(redis: RedisServer) -> list[str]:
    """After all runs have ended, nothing waits or runs in Redis."""
    with redis.client() as client:
        found = client.hgetall("{sandbox}:counts")
        lanes = list(client.scan_iter("{sandbox}:lane:*"))
        entries = sum(client.xlen(lane) for lane in lanes)
        pending = sum(client.xpending(lane, "workers")["pending"] for lane in lanes)
    counts = {name.decode(): int(number) for name, number in found.items()}
    _print_table("Redis at the end", {**dict(sorted(counts.items())), "entries": entries})
    left = {**{name: counts[name] for name in ("waiting", "running", "bytes", "work_ms")}}
    left |= {"entries": entries, "pending": pending}
    return [f"{name}: {number} is left in Redis" for name, number in left.items() if number]


def _print_table(title: str, rows: dict[str, object]) -> None:
    width = max(len(name) for name in rows)
    lines = [f"  {name:<{width}}  {value}" for name, value in rows.items()]
    sys.stdout.write("\n".join([f"\n{title}", *lines, ""]))
    sys.stdout.flush()


def main() -> int:
    """The scenario."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--every", type=float, default=6.0, help="seconds between two harms")
    parser.add_argument("--rounds", type=int, default=1000, help="how often all harms are done")
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    sys.stdout.write(f"seed {arguments.seed}\n")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left then either
    with scene() as of:
        wrong = asyncio.run(
            havoc_under_load(of, arguments.runs, arguments.every, arguments.rounds, arguments.seed)
        )
        wrong += asyncio.run(rolling_restart(of, arguments.seed))
        wrong += asyncio.run(takeover(of))
        wrong += what_is_left(of.redis)
    for line in wrong[:50]:
        sys.stdout.write(f"WRONG: {line}\n")
    sys.stdout.write("nothing is lost and no result is wrong\n" if not wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
