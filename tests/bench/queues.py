"""`python -m tests.bench.queues`: the queue in Redis beside the local one.

First the whole service, with real runs: the same API and worker on one machine, over either queue, in
turns. Then the queues alone, with workers that judge nothing, each in a process of its own: what a run
costs when there is one at a time, and how many a second when there are many.
"""

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from sandbox.jobs import Job, JobResult, WorkerHello
from sandbox.models import Verdict
from sandbox.queue.base import JobQueue
from sandbox.queue.open import open_queue, open_worker_end
from sandbox.settings import Settings
from tests.bench.closed_loop import variant_numbers
from tests.bench.load import Answer, Exchange, generate, make_request
from tests.bench.machine import busy_s, cpu_s
from tests.bench.services import FIRST_UID
from tests.redis_server import RedisServer, redis_server
from tests.service.conftest import Service

_WORKERS = (1, 3, 8)
_AT_ONCE = 64
_KINDS = ("local", "redis no", "redis everysec", "redis always")
_WHOSE = ("api", "worker", "redis", "machine")
_BODY = b'{"language":"python","code":"print(%d)"}'


@dataclass(frozen=True, slots=True)
class Figures:
    """What the whole service does, and what CPU time a run takes of whom, in ms."""

    runs_per_s: float
    api_ms: float
    worker_ms: float
    redis_ms: float
    machine_ms: float


@dataclass(frozen=True, slots=True)
class Alone:
    """What a queue alone does."""

    ms_per_run: float
    runs_per_s: float


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    _service(arguments.seconds, arguments.rounds)
    for workers in _WORKERS:
        for kind in _KINDS:
            found = _alone(kind, workers, arguments.seconds)
            row = f"{found.ms_per_run:8.2f} ms alone {found.runs_per_s:8.0f} a second"
            _say(f"queue only, {workers} workers, {kind:<15}{row}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _queue_of(kind: str) -> Iterator[RedisServer | None]:
    """The Redis of a kind; None for the local queue."""
    if kind == "local":
        yield None
        return
    with redis_server(fsync=kind.removeprefix("redis ")) as redis:
        yield redis


# The whole service.


def _service(seconds: float, rounds: int) -> None:
    seen: dict[str, list[Figures]] = {kind: [] for kind in _KINDS}
    for _ in range(rounds):
        for kind in _KINDS:
            with tempfile.TemporaryDirectory() as place, _queue_of(kind) as redis:
                seen[kind].append(_measured(Path(place) / "run", redis, seconds))
    for kind, found in seen.items():
        # Of the same round: the machine is not the same for long.
        pairs = zip(found, seen["local"], strict=True)
        share = statistics.median(one.runs_per_s / base.runs_per_s for one, base in pairs)
        row = f"{_middle(found, 'runs_per_s'):8.0f} runs a second {share:6.2f} of local"
        cpu = ", ".join(f"{name} {_middle(found, f'{name}_ms'):.2f}" for name in _WHOSE)
        _say(f"service, {kind:<15}{row}; ms of CPU a run: {cpu}")


def _middle(found: list[Figures], name: str) -> float:
    return statistics.median(getattr(one, name) for one in found)


def _measured(run_dir: Path, redis: RedisServer | None, seconds: float) -> Figures:
    more = {} if redis is None else {"queue": redis.url}
    service = Service(run_dir, first_uid=FIRST_UID, **more)
    try:
        url = urllib.parse.urlsplit(service.url)
        assert url.hostname is not None
        assert url.port is not None
        address = url.hostname, url.port
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                generate(address, _requests(), 16, seconds / 4)
            )  # what is slow the first time
            before_s = _spent_s(service, redis)
            sample = runner.run(generate(address, _requests(), 16, seconds))
            after_s = _spent_s(service, redis)
        if sample.errors:
            raise RuntimeError(sample.first_error)
        spent = zip(after_s, before_s, strict=True)
        each_ms = [1000 * (after - before) / sample.runs for after, before in spent]
        return Figures(sample.runs / sample.elapsed_s, *each_ms)
    finally:
        service.stop()


def _spent_s(service: Service, redis: RedisServer | None) -> list[float]:
    """What CPU time has been used by whom `_WHOSE` names."""
    (worker,) = service.workers
    of_redis_s = 0.0 if redis is None else cpu_s(redis.pid)
    return [cpu_s(service.api), cpu_s(worker), of_redis_s, busy_s()]


def _requests() -> Iterator[Exchange]:
    for number in variant_numbers():
        yield Exchange(make_request("POST", "/run", _BODY % number), _check)


def _check(answer: Answer) -> None:
    if answer.status != 200 or b'"verdict":"OK"' not in answer.body:
        raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")


# The queue alone.


def _alone(kind: str, workers: int, seconds: float) -> Alone:
    with tempfile.TemporaryDirectory() as place, _queue_of(kind) as redis:
        queue = redis.url if redis else None
        settings = Settings.model_validate({"run_dir": place, "queue": queue})
        spawn = multiprocessing.get_context("spawn")
        with contextlib.ExitStack() as undo:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(settings.queue_socket))
            listener.listen()
            for number in range(workers):
                process = spawn.Process(target=_work, args=(settings, f"w{number}"))
                process.start()
                undo.callback(process.join)
                undo.callback(process.terminate)
            return uvloop.run(_submit(settings, listener, workers, seconds))


def _work(settings: Settings, name: str) -> None:
    """A worker that judges nothing."""

    async def judge(job: Job) -> JobResult:
        return JobResult(job.id, Verdict.OK, 1.0)

    hello = WorkerHello(name, 4, (), (), ())
    uvloop.run(open_worker_end(settings, hello, judge, tuple).serve())


@contextlib.asynccontextmanager
async def _opened(
    settings: Settings, listener: socket.socket, workers: int
) -> AsyncIterator[JobQueue]:
    queue, fleet = open_queue(settings, listener, lambda: None)
    await fleet.start()
    try:
        while len(fleet.workers) < workers:  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(0.05)
        yield queue
    finally:
        await fleet.stop()


async def _submit(
    settings: Settings, listener: socket.socket, workers: int, seconds: float
) -> Alone:
    names = (f"r_{number}" for number in itertools.count())

    async def one() -> None:
        ticket = await queue.submit(Job(next(names), "python", None, b"print(1)"))
        await ticket.result

    async with _opened(settings, listener, workers) as queue:
        single = await _rate(one, 1, seconds)
        many = await _rate(one, _AT_ONCE, seconds)
    return Alone(1000 / single, many)


async def _rate(one: Callable[[], Awaitable[None]], at_once: int, seconds: float) -> float:
    """Runs a second, with so many under way at once."""
    began_s = time.perf_counter()
    done = 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < began_s + seconds:
            await one()
            done += 1

    await asyncio.gather(*(caller() for _ in range(at_once)))
    return done / (time.perf_counter() - began_s)


if __name__ == "__main__":
    main()
