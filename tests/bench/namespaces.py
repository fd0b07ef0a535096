"""`python -m tests.bench.namespaces`: throughput through Redis as workers grow, each in its own network.

The networks are made here and are gone afterwards: one namespace for Redis and the one who submits, and one
for each worker, joined to it by a pair of virtual interfaces; none reaches this machine's own network. A
worker holds a slot for a set time instead of running something, as if the cores were another machine's: so
this measures how far the queue lets workers be added. With `--work 0` all want this machine's cores.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop
from pyroute2 import IPRoute, netns

from sandbox.jobs import Job, JobResult, WorkerHello
from sandbox.models import Verdict
from sandbox.queue.open import open_queue, open_worker_end
from sandbox.settings import Settings

_SLOTS = 4
_START_S = 20.0


def main() -> None:
    """Prints a row for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--work", type=float, default=0.05, help="seconds that a run holds a slot")
    # What the processes in the namespaces are called with.
    parser.add_argument("--worker", nargs=2, metavar=("NAME", "URL"), help=argparse.SUPPRESS)
    parser.add_argument("--submit", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        name, url = arguments.worker
        uvloop.run(_work(name, url, arguments.work))
    elif arguments.submit:
        rate = uvloop.run(_submit(arguments.submit, arguments.workers[0], arguments.seconds))
        sys.stdout.write(f"{rate}\n")
    else:
        _compare(arguments.workers, arguments.seconds, arguments.work)


def _compare(numbers: list[int], seconds: float, work_s: float) -> None:
    first = 0.0
    for workers in numbers:
        rate = _measure(workers, seconds, work_s)
        first = first or rate / workers
        bound = f"{workers * _SLOTS / work_s:6.0f} at most" if work_s else ""
        times = f"{rate / first:5.2f} times one worker"
        sys.stdout.write(f"{workers} workers {rate:8.0f} runs a second {times} {bound}\n")
        sys.stdout.flush()


# The networks.


@contextlib.contextmanager
def networks(workers: int) -> Iterator[tuple[str, list[str], list[str]]]:
    """The namespace in the middle, those around it, and the middle's address for each of these."""
    mark = f"sandbox-{os.getpid()}"
    hub, spokes = f"{mark}-hub", [f"{mark}-{number}" for number in range(workers)]
    with contextlib.ExitStack() as undo:
        for name in (hub, *spokes):
            netns.create(name)
            undo.callback(netns.remove, name)
            _up(name, "lo")
        addresses = [_join(hub, name, number) for number, name in enumerate(spokes)]
        yield hub, spokes, addresses


def _join(hub: str, spoke: str, number: int) -> str:
    ours, theirs = f"10.213.{number}.1", f"10.213.{number}.2"
    with IPRoute(netns=hub) as links:
        peer = {"ifname": "up", "net_ns_fd": spoke}
        links.link("add", ifname=f"down{number}", kind="veth", peer=peer)
    _up(hub, f"down{number}", ours)
    _up(spoke, "up", theirs)
    return ours


def _up(name: str, interface: str, address: str = "") -> None:
    with IPRoute(netns=name) as links:
        (index,) = links.link_lookup(ifname=interface)
        if address:
            links.addr("add", index=index, address=address, prefixlen=30)
        links.link("set", index=index, state="up")


def _in(namespace: str, *command: str) -> list[str]:
    return ["nsenter", f"--net=/var/run/netns/{namespace}", *command]


# The processes.


def _measure(workers: int, seconds: float, work_s: float) -> float:
    with contextlib.ExitStack() as undo:
        hub, spokes, addresses = undo.enter_context(networks(workers))
        place = undo.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-bench-"))

        def start(namespace: str, *command: str) -> None:
            process = subprocess.Popen(_in(namespace, *command), stdout=subprocess.DEVNULL)
            undo.callback(process.wait)
            undo.callback(process.terminate)

        # On all addresses of its namespace, which only the workers' ones reach.
        start(
            hub, "redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no",
            "--dir", place, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
        )  # fmt: skip
        me = [sys.executable, "-m", "tests.bench.namespaces", "--work", str(work_s)]
        for number, (spoke, address) in enumerate(zip(spokes, addresses, strict=True)):
            start(spoke, *me, "--worker", f"w{number}", f"redis://{address}:6379/0")
        ask = [
            "--submit",
            "redis://127.0.0.1:6379/0",
            "--workers",
            str(workers),
            "--seconds",
            str(seconds),
        ]
        done = subprocess.run(_in(hub, *me, *ask), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-2000:])
        return float(done.stdout)


async def _work(name: str, url: str, work_s: float) -> None:
    """A worker that only holds its slots."""

    async def judge(job: Job) -> JobResult:
        if work_s:
            await asyncio.sleep(work_s)
        return JobResult(job.id, Verdict.OK, 1.0)

    settings = Settings.model_validate({"queue": url})
    await open_worker_end(settings, WorkerHello(name, _SLOTS, (), (), ()), judge, tuple).serve()


async def _submit(url: str, workers: int, seconds: float) -> float:
    """Runs a second, with twice as many under way as there are slots."""
    with tempfile.TemporaryDirectory() as place:
        settings = Settings.model_validate({"queue": url, "run_dir": Path(place)})
        queue, fleet = open_queue(settings, None, lambda: None)
        await fleet.start()
        deadline_s = time.monotonic() + _START_S
        while len(fleet.workers) < workers:
            if time.monotonic() > deadline_s:
                raise RuntimeError(f"{len(fleet.workers)} of {workers} workers have come")
            await asyncio.sleep(0.05)
        names = (f"r_{number}" for number in itertools.count())
        began_s = time.perf_counter()
        done = 0

        async def caller() -> None:
            nonlocal done
            while time.perf_counter() < began_s + seconds:
                ticket = await queue.submit(Job(next(names), "python", None, b"print(1)"))
                await ticket.result
                done += 1

        await asyncio.gather(*(caller() for _ in range(2 * workers * _SLOTS)))
        rate = done / (time.perf_counter() - began_s)
        await fleet.stop()
        return rate


if __name__ == "__main__":
    main()
