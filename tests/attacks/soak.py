"""Thousands of honest and hostile runs at full load: ``make soak``; the tests have a short form.

Every honest verdict must be right, no hostile run may come to more than its table says, nothing may be
left, and the memory of the worker and of the API must be flat. That is measured at the start (when
everything has been used a few times), in the middle and at the end, each time when nothing is under way.
"""

import argparse
import asyncio
import collections
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sandbox.settings import Settings
from tests.attacks import kernel_log
from tests.attacks.attack import Attack, as_tuple
from tests.attacks.table import ATTACKS
from tests.service.conftest import Service
from tests.service.test_faults import traces

AT_ONCE = 16
HOSTILE_SHARE = 0.3
# Large bodies at the same time are rare, and an allocator keeps what the worst moment needed.
WARM_UP_SHARE = 0.3
# How much more memory a process may have at the end than at the start, besides what allocators keep.
GROWTH_SHARE, GROWTH_BYTES = 0.05, 8 << 20
# Finished runs are kept for those who ask later, by design; few of them, or they would hide a leak.
SETTINGS: Mapping[str, object] = {"results_kept": 100, "results_kept_bytes": 1 << 20}
# A slot that broke has no container until it is used again; each costs a child and these (channel, page).
_DESCRIPTORS_A_CONTAINER = 2
_LARGEST_BODY = 1 << 20
# So long a soak begins with each attack twice: allocators keep what the largest of them needed.
_LONG_RUNS = 2000
# By their nature in need of quiet: they measure how two runs at the same time hinder each other.
HOSTILE = [
    attack
    for attack in ATTACKS
    if not attack.together and len(str(attack.request())) < _LARGEST_BODY
]


@dataclass(frozen=True)
class Honest:
    """An honest request, with its only right verdict and output."""

    request: Mapping[str, Any]
    verdict: str
    stdout: str | None = None


def _sum(random_: random.Random, language: str, code: str) -> Honest:
    numbers = [random_.randrange(10**6) for _ in range(random_.randrange(1, 20))]
    right = random_.random() < 0.8
    expected = sum(numbers) + (not right)
    test = {"stdin": " ".join(map(str, numbers)) + "\n", "expected_output": f"{expected}\n"}
    request = {"language": language, "code": code, "tests": [test]}
    return Honest(request, "AC" if right else "WA", f"{sum(numbers)}\n")


_PYTHON = "print(sum(map(int, input().split())))"
_C = """#include <stdio.h>
int main(void) { long sum = 0, n; while (scanf("%ld", &n) == 1) sum += n; printf("%ld\\n", sum); return 0; }
"""


def _raises(_: random.Random) -> Honest:
    return Honest({"language": "python", "code": "raise SystemExit(3)"}, "RE")


def _does_not_compile(_: random.Random) -> Honest:
    return Honest({"language": "c", "code": "int main(void) { return x; }"}, "CE")


def _with_files(random_: random.Random) -> Honest:
    text = f"{random_.random()}"
    code = "open('out', 'w').write(open('in').read()); print(open('out').read())"
    request = {"language": "python", "code": code, "files": {"in": text}, "collect": ["out"]}
    return Honest(request, "OK", f"{text}\n")


def _in_memory(random_: random.Random) -> Honest:
    # A neighbour's or predecessor's memory would be the end of this one.
    size = random_.choice([8, 32, 100])
    code = f"x = bytearray({size} << 20); print(len(x), x.count(0))"
    request = {"language": "python", "code": code, "limits": {"memory_mb": size + 24}}
    return Honest(request, "OK", f"{size << 20} {size << 20}\n")


_HONEST: Sequence[tuple[int, Callable[[random.Random], Honest]]] = (
    (80, lambda random_: _sum(random_, "python", _PYTHON)),
    (6, lambda random_: _sum(random_, "c", _C)),
    (4, _raises),
    (2, _does_not_compile),
    (8, _with_files),
    (4, _in_memory),
)


@dataclass(frozen=True)
class Look:
    """What the service's processes have when nothing is under way."""

    memory_bytes: dict[str, int]
    descriptors: dict[str, int]
    children: dict[str, int]

    def descriptors_without_containers(self) -> dict[str, int]:
        """What is left is the same however many slots have a container just now."""
        return {
            name: count - _DESCRIPTORS_A_CONTAINER * self.children[name]
            for name, count in self.descriptors.items()
        }

    def line(self) -> str:
        """For people."""
        return ", ".join(
            f"{name} {self.memory_bytes[name] / 2**20:.1f} MiB, {self.descriptors[name]} descriptors,"
            f" {self.children[name]} children"
            for name in self.memory_bytes
        )


def look(service: Service) -> Look:
    """Looks at the API and the worker: memory of their own, without the files that they hold in memory."""
    (worker,) = service.workers
    processes = {"worker": worker, "API": service.api}
    return Look(
        {name: _own_memory(pid) for name, pid in processes.items()},
        {name: _descriptors(pid) for name, pid in processes.items()},
        {name: _children(pid) for name, pid in processes.items()},
    )


def _descriptors(pid: int) -> int:
    """The fewest of some looks: the canary has a file open every now and then."""
    counts = []
    for _ in range(20):
        counts.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))
        time.sleep(0.05)
    return min(counts)


def _own_memory(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("RssAnon:")[2].split()[0]) * 1024


def _children(pid: int) -> int:
    return sum(
        len(path.read_text().split()) for path in Path(f"/proc/{pid}/task").glob("*/children")
    )


@dataclass
class Report:
    """What a soak has seen."""

    runs: int = 0
    hostile: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    looks: dict[str, Look] = field(default_factory=dict)
    growth_bytes: int = GROWTH_BYTES
    containers: int = field(default_factory=lambda: Settings().all_slots)
    verdicts: collections.Counter[str] = field(default_factory=collections.Counter)

    def failures(self) -> list[str]:
        """All that is not as it should be."""
        first, last = self.looks["start"], self.looks["end"]
        found = [*self.wrong, *self.left]
        for name, before in first.memory_bytes.items():
            most = before * (1 + GROWTH_SHARE) + self.growth_bytes
            if last.memory_bytes[name] > most:
                found.append(
                    f"the {name}'s memory has grown: {before} to {last.memory_bytes[name]}"
                )
        if last.descriptors_without_containers() != first.descriptors_without_containers():
            found.append(f"descriptors: {first.line()} to {last.line()}")
        if sum(last.children.values()) > self.containers:
            found.append(f"children: {last.children} for {self.containers} slots")
        return found


class Soak:
    """One service, and what is sent to it."""

    def __init__(self, service: Service, runs: int, seed: int, say: Callable[[str], None]) -> None:
        """Nothing is sent before `run`."""
        self.report = Report()
        self._service = service
        self._runs = runs
        self._random = random.Random(seed)
        self._say = say

    def run(self) -> Report:
        """All of it; the service is still running afterwards."""
        started_s = time.monotonic()
        complaints = kernel_log.complaints()
        warm_up = [self._request() for _ in range(int(self._runs * WARM_UP_SHARE) + 50)]
        if self._runs >= _LONG_RUNS:
            warm_up += HOSTILE * 2
        asyncio.run(self._send(warm_up))
        self._look("start")
        for name in ("middle", "end"):
            asyncio.run(self._send([self._request() for _ in range(self._runs // 2)]))
            self._look(name)
        self.report.seconds = time.monotonic() - started_s
        self.report.left += [one for one in kernel_log.complaints() if one not in complaints]
        return self.report

    def _look(self, name: str) -> None:
        self.report.looks[name] = look(self._service)
        self._say(f"{name}: {self.report.runs} runs, {self.report.looks[name].line()}")

    def _request(self) -> Honest | Attack:
        if self._random.random() < HOSTILE_SHARE:
            return self._random.choice(HOSTILE)
        weights, makers = zip(*_HONEST, strict=True)
        (make,) = self._random.choices(makers, weights)
        return make(self._random)

    async def _send(self, requests: list[Honest | Attack]) -> None:
        waiting = iter(requests)
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(
            base_url=self._service.url, timeout=300, limits=limits
        ) as client:

            async def send_all() -> None:
                for request in waiting:
                    await self._send_one(client, request)

            await asyncio.gather(*(send_all() for _ in range(AT_ONCE)))

    async def _send_one(self, client: httpx.AsyncClient, request: Honest | Attack) -> None:
        body = request.request if isinstance(request, Honest) else request.request()
        answer = await client.post("/run", json=body)
        self.report.runs += 1
        result = answer.json()
        verdict = f"{answer.status_code}" if answer.status_code != 200 else result["verdict"]
        self.report.verdicts[verdict] += 1
        if isinstance(request, Honest):
            self._judge_honest(request, verdict, result)
        else:
            self.report.hostile += 1
            allowed = {words.split()[0].rstrip(":") for words in as_tuple(request.expected)}
            if verdict not in allowed:
                self.report.wrong.append(f"attack {request.name}: {verdict}: {result}"[:2000])

    def _judge_honest(self, honest: Honest, verdict: str, result: Mapping[str, Any]) -> None:
        steps = [*result.get("tests", []), result.get("run") or {}]
        stdout = steps[0].get("stdout")
        if verdict != honest.verdict or (honest.stdout is not None and stdout != honest.stdout):
            self.report.wrong.append(f"honest {honest}: {verdict}: {result}"[:2000])


def soak(run_dir: Path, runs: int, seed: int, say: Callable[[str], None]) -> Report:
    """Starts a service, sends all of it, stops the service and looks for what it has left."""
    service = Service(run_dir, **SETTINGS)
    try:
        report = Soak(service, runs, seed, say).run()
    finally:
        status = service.stop(120)
    if status != 0:
        report.left.append(f"the service ended with status {status}")
    report.left += traces(run_dir)
    return report


def main() -> int:
    """Prints what is seen; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    say(f"{arguments.runs} runs, seed {arguments.seed}, {len(HOSTILE)} kinds of attack")
    with tempfile.TemporaryDirectory(prefix="sandbox-soak-", dir="/run") as directory:
        report = soak(Path(directory) / "run", arguments.runs, arguments.seed, say)
    honest = report.runs - report.hostile
    verdicts = ", ".join(f"{count} {name}" for name, count in report.verdicts.most_common())
    say(f"{honest} honest and {report.hostile} hostile runs in {report.seconds:.0f} s: {verdicts}")
    failures = report.failures()
    say("\n".join(failures) if failures else "every verdict right, nothing left, memory flat")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
