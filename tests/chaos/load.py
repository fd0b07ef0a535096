"""Callers: programs whose verdicts are known, sent until they are accepted, asked for until done."""

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

# Each program is another one, so that no answer can be mistaken for another's.
_DOUBLE = "print(int(input()) * 2)  # {number}\n"
_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Task:
    """A request, and what must come of it."""

    number: int
    kind: str
    request: dict[str, Any]
    verdict: str
    stdout: str | None = None


def _python(code: str, number: int, expected: str, **limits: float) -> dict[str, Any]:
    test = {"id": "1", "stdin": f"{number}\n", "expected_output": expected}
    return {"language": "python", "code": code, "tests": [test], "limits": limits}


def make_task(number: int) -> Task:
    """Task ``number``: mostly right and wrong programs, some that crash, loop, or are C++."""
    double = f"{number * 2}\n"
    match number % 20:
        case 3 | 8 | 13:
            wrong = _python(_DOUBLE.format(number=number), number, f"{number * 2 + 1}\n")
            return Task(number, "wrong", wrong, "WA", double)
        case 5 | 15:
            crashes = _python(f"raise SystemExit({number % 100 + 1})", number, double)
            return Task(number, "crashes", crashes, "RE")
        case 7:
            loops = _python(f"while True: {number}", number, double, cpu_time_s=0.1)
            return Task(number, "loops", loops, "TLE")
        case 11:
            naps = "import time; time.sleep(0.5)\n" + _DOUBLE.format(number=number)
            return Task(number, "naps", _python(naps, number, double), "AC", double)
        case 19:
            code = '#include <cstdio>\nint main(){long n;scanf("%ld",&n);printf("%ld\\n",2*n);}'
            request = {**_python(code, number, double), "language": "cpp"}
            return Task(number, "C++", request, "AC", double)
        case _:
            right = _python(_DOUBLE.format(number=number), number, double)
            return Task(number, "right", right, "AC", double)


@dataclass(slots=True)
class Ledger:
    """What has been seen, and what is wrong with it."""

    sent: int = 0
    ids: dict[int, str] = field(default_factory=dict)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest_s: float = 0.0

    def accepted(self, task: Task, run_id: str) -> None:
        """A run was accepted; the same key must always mean the same run."""
        if self.ids.setdefault(task.number, run_id) != run_id:
            self.wrong.append(f"task {task.number} is two runs: {self.ids[task.number]}, {run_id}")

    def finished(self, task: Task, result: dict[str, Any]) -> None:
        """A run has a result, which must be the right one, or our fault and say so."""
        before = self.results.setdefault(task.number, result)
        if essence(before) != essence(result):
            self.wrong.append(f"task {task.number} has two results")
        verdict = result["verdict"]
        if verdict == "IE":
            self.counts[f"IE ({result['error']['code']})"] += 1
            if result["reward"] is not None:
                self.wrong.append(f"task {task.number}: IE with a reward")
            return
        self.counts[verdict] += 1
        stdout = result["tests"][0]["stdout"]
        if verdict != task.verdict or (task.stdout is not None and stdout != task.stdout):
            self.wrong.append(f"task {task.number} ({task.kind}): {verdict}, printed {stdout!r}")


def essence(result: dict[str, Any]) -> tuple[Any, ...]:
    """What two answers for one run must have in common: all but the seconds that it waited."""
    return result["id"], result["verdict"], result["reward"], result["worker"], result["tests"]


class Load:
    """Sends tasks to any of several APIs, a number of them under way at once."""

    def __init__(self, urls: list[str], count: int, at_once: int, seed: int) -> None:
        """``count`` tasks in all."""
        self.ledger = Ledger()
        self._clients = [httpx.AsyncClient(base_url=url, timeout=40) for url in urls]
        self._numbers = iter(range(count))
        self._at_once = at_once
        self._random = random.Random(seed)
        self._is_stopping = False
        self._series = f"{seed}-{id(self)}"

    def stop(self) -> None:
        """Sends nothing new; `run` returns when what was sent has its results."""
        self._is_stopping = True

    async def run(self) -> None:
        """Until every task has a result."""
        await asyncio.gather(*(self._caller() for _ in range(self._at_once)))

    async def _caller(self) -> None:
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            if self._is_stopping:
                return
            task = make_task(number)
            self.ledger.sent += 1
            began_s = loop.time()
            run_id = await self._submit(task)
            self.ledger.finished(task, await self._result(run_id))
            self.ledger.longest_s = max(self.ledger.longest_s, loop.time() - began_s)

    async def _submit(self, task: Task) -> str:
        key = f"chaos-{self._series}-{task.number}"
        while True:
            answer = await self._ask(
                "POST", "/run?wait=false", json=task.request, headers={"Idempotency-Key": key}
            )
            if answer is not None and answer.status_code == 202:
                run_id: str = answer.json()["id"]
                self.ledger.accepted(task, run_id)
                return run_id

    async def _result(self, run_id: str) -> dict[str, Any]:
        while True:
            answer = await self._ask("GET", f"/runs/{run_id}?wait=30")
            if answer is not None and answer.status_code == 200:
                result: dict[str, Any] = answer.json()
                if result["status"] in ("done", "failed"):
                    return result

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """One try at one of the APIs; None, after a pause, if it is not there or cannot."""
        client = self._random.choice(self._clients)
        try:
            answer = await client.request(method, path, **more)
        except httpx.TransportError as error:
            self.ledger.counts[f"tries: {type(error).__name__}"] += 1
        else:
            if answer.status_code in (200, 202):
                return answer
            self.ledger.counts[f"tries: {answer.status_code}"] += 1
            if answer.status_code not in (429, 503):
                self.ledger.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
        await asyncio.sleep(_PAUSE_S)
        return None

    async def check_again(self, sample: int) -> None:
        """Asks every API for some runs that have ended: all must tell the same."""
        numbers = self._random.sample(sorted(self.ledger.ids), min(sample, len(self.ledger.ids)))
        for number, client in itertools.product(numbers, self._clients):
            answer = await client.get(f"/runs/{self.ledger.ids[number]}")
            if answer.status_code != 200:
                self.ledger.wrong.append(f"task {number}: asked again, {answer.status_code}")
            elif essence(answer.json()) != essence(self.ledger.results[number]):
                self.ledger.wrong.append(f"task {number}: asked again, another result")

    async def close(self) -> None:
        """Closes the connections."""
        for client in self._clients:
            await client.aclose()
