"""Services under load: ours, started as its users start it, and one without a sandbox."""

import asyncio
import contextlib
import dataclasses
import json
import multiprocessing
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from tests.bench import unsandboxed_service
from tests.bench.agents import Round, Unavailable
from tests.bench.closed_loop import RunFailed, check_output
from tests.bench.figures import Sample
from tests.bench.load import Answer, Exchange, generate, make_request
from tests.bench.machine import cpu_s
from tests.bench.workloads import Task
from tests.gvisor.binary import find_runsc
from tests.service.conftest import Service

FIRST_UID = 0x7780_0000
_UIDS_A_SERVICE = 0x0020_0000  # 32 slots
_START_S = 30.0
_STOP_S = 30.0


def _check_status(answer: Answer) -> None:
    if answer.status != 200:
        text = answer.body[:200].decode(errors="replace")
        raise RunFailed(f"HTTP {answer.status}: {text}")


def _probes() -> Iterator[Exchange]:
    exchange = Exchange(make_request("GET", "/healthz"), _check_status)
    while True:
        yield exchange


def _runs(task: Task) -> Iterator[Exchange]:
    """Endless requests: different programs, or the same one again and again."""
    for number in task.workload.numbers():
        body, check = _request(task, number)
        yield Exchange(make_request("POST", "/run", json.dumps(body).encode()), check)


def _request(task: Task, number: int) -> tuple[dict[str, Any], Callable[[Answer], None]]:
    body = {"language": task.workload.language, "code": task.workload.source_of(number)}
    runs = list(task.workload.runs_of(number))
    if not task.workload.tests:
        return body, _Check(runs[0][1])
    tests = [{"stdin": stdin, "expected_output": expected} for stdin, expected in runs]
    return {**body, "tests": tests}, _CheckTests(len(tests))


@dataclass(frozen=True, slots=True)
class _Check:
    """Whether an answer says that the program ran and printed what it should."""

    expected: str

    def __call__(self, answer: Answer) -> None:
        _check_status(answer)
        result = json.loads(answer.body)
        if result["verdict"] != "OK":
            raise RunFailed(f"verdict {result['verdict']}: {answer.body[:300]!r}")
        check_output(result["run"]["stdout"], self.expected)


@dataclass(frozen=True, slots=True)
class _CheckTests:
    """Whether an answer says that the program passed all tests."""

    tests: int

    def __call__(self, answer: Answer) -> None:
        _check_status(answer)
        result = json.loads(answer.body)
        if result["verdict"] != "AC" or result["passed"] != self.tests:
            raise RunFailed(f"verdict {result['verdict']}: {answer.body[:300]!r}")


class _Load:
    """The load on one service."""

    def __init__(
        self, task: Task, address: tuple[str, int], runner: asyncio.Runner, api: int | None = None
    ) -> None:
        """``api`` is the process whose CPU time is told."""
        self._address = address
        self._api = api
        self._runner = runner
        self._runs = _runs(task)
        self._probes = _probes()

    def round(self, wanted: Round) -> list[Sample]:
        exchanges = self._probes if wanted.probe else self._runs
        load = generate(self._address, exchanges, wanted.concurrency, wanted.seconds)
        if self._api is None:
            return [self._runner.run(load)]
        before_s = cpu_s(self._api)
        sample = self._runner.run(load)
        return [dataclasses.replace(sample, api_cpu_s=cpu_s(self._api) - before_s)]


def _make_runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


@dataclass(frozen=True, slots=True)
class MakeService:
    """The real service with its defaults, or with gVisor too, and the load generator beside it."""

    task: Task
    directory: Path
    state_dir: Path
    is_walled: bool = False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Load]:
        runsc = find_runsc() if self.is_walled else None
        if self.is_walled and runsc is None:
            raise Unavailable("there is no runsc")
        first_uid = FIRST_UID + self.is_walled * _UIDS_A_SERVICE
        try:
            service = Service(
                self.directory, first_uid=first_uid, state_dir=self.state_dir, runsc=runsc or ""
            )
        except RuntimeError as error:
            raise Unavailable(str(error)) from error
        try:
            url = urllib.parse.urlsplit(service.url)
            assert url.hostname is not None
            assert url.port is not None
            with _make_runner() as runner:
                yield _Load(self.task, (url.hostname, url.port), runner, service.api)
        finally:
            service.stop()


@dataclass(frozen=True, slots=True)
class MakeUnsandboxedService:
    """`unsandboxed_service` in a process of its own, and the load generator beside it."""

    task: Task
    directory: Path
    slots: int
    precompiled: bool = False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[_Load]:
        listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        address = listener.getsockname()[:2]
        process = multiprocessing.get_context("spawn").Process(
            target=unsandboxed_service.serve,
            args=(self.task, self.slots, self.directory, listener, self.precompiled),
        )
        process.start()
        listener.close()
        try:
            with _make_runner() as runner:
                _await_answer(_Load(self.task, address, runner))
                yield _Load(self.task, address, runner)
        finally:
            process.terminate()
            process.join(_STOP_S)
            process.kill()
            process.join()


def _await_answer(load: _Load) -> None:
    """Until the service answers at all. Raises Unavailable."""
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(OSError, ExceptionGroup):
            if load.round(Round(0.0, probe=True))[0].runs:
                return
        time.sleep(0.05)
    raise Unavailable("the unsandboxed service does not answer; its error is above")
