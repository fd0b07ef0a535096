"""What an answer of the service is remembered by."""

import asyncio
import gzip
import threading
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.client import AsyncClient
from sandbox.models import (
    ImageInfo,
    LanguageInfo,
    Limits,
    ProgramChecker,
    RunRequest,
    RunResult,
    StepResult,
    Test,
    Verdict,
)
from testgen.code import deciding_sources
from testgen.outputs import Large, bytes_of
from testgen.pipeline.problem import problem_key
from testgen.reading.folder import read_folder
from testgen.running.runner import Answer, Languages, Runner
from testgen.settings import Settings, settings_for
from testgen.storage.workspace import Workspace
from tests.testgen.sample_problem import write_problem

PLAIN = RunRequest(language="python", code="1", tests=[Test(stdin="1", expected_output="1")])
CHECKED = PLAIN.model_copy(
    update={"checker": ProgramChecker(type="program", language="cpp", code="2")}
)


class FakeClient:
    """A service with two languages; it counts what it runs."""

    def __init__(self, **digests: str) -> None:
        self.digests = {"python": "p1", "cpp": "c1", **digests}
        self.limits = Limits(pids=64)
        self.runs = 0
        self.stdout = "1"

    async def images(self) -> list[ImageInfo]:
        return [
            ImageInfo(name=name, digest=digest, description="", size_bytes=1, languages=[name])
            for name, digest in self.digests.items()
        ]

    async def languages(self) -> list[LanguageInfo]:
        return [
            LanguageInfo(name=name, aliases=[f"{name}3"], version="3", image=name, source_file="main",
                         compiled=False, limits=self.limits, compile_limits=Limits())
            for name in self.digests
        ]  # fmt: skip

    async def run(self, request: RunRequest, **_: Any) -> RunResult:
        self.runs += 1
        step = StepResult(verdict=Verdict.AC, stdout=self.stdout)
        return RunResult(id="1", status="done", verdict=Verdict.AC, tests=[step])


def runs_made(folder: Path, client: FakeClient, *requests: RunRequest) -> int:
    """How many of the requests the service had to run."""
    before = client.runs
    answers(folder, client, *requests)
    return client.runs - before


def answers(folder: Path, client: FakeClient, *requests: RunRequest) -> list[Answer]:
    async def ask() -> list[Answer]:
        service = cast(AsyncClient, client)
        languages = await Languages.ask(service)
        with Workspace(folder) as workspace:
            runner = Runner(
                service, workspace, languages, at_once=1, fault_retries=0, output_bytes=8
            )
            return [await runner.run(request) for request in requests]

    return asyncio.run(ask())


def test_what_was_run_is_not_run_again(tmp_path: Path):
    client = FakeClient()
    assert 2 == runs_made(tmp_path, client, PLAIN, CHECKED, PLAIN)
    assert 0 == runs_made(tmp_path, client, PLAIN, CHECKED)


def test_another_image_of_the_checker_is_another_answer(tmp_path: Path):
    assert 2 == runs_made(tmp_path, FakeClient(), PLAIN, CHECKED)
    assert 1 == runs_made(tmp_path, FakeClient(cpp="c2"), PLAIN, CHECKED)
    assert 2 == runs_made(tmp_path, FakeClient(python="p2"), PLAIN, CHECKED)


def test_other_limits_where_a_request_states_none_are_another_answer(tmp_path: Path):
    client = FakeClient()
    assert 1 == runs_made(tmp_path, client, PLAIN)
    client.limits = Limits(pids=8)
    assert 1 == runs_made(tmp_path, client, PLAIN)


@pytest.mark.parametrize(("size", "lies"), [(8, bytes), (9, Large)])
def test_a_large_output_lies_on_the_disk_from_the_first_time_on(
    tmp_path: Path, size: int, lies: type[bytes | Large]
):
    client = FakeClient()
    client.stdout = "\u00e9" + "x" * (size - 2)
    printing = PLAIN.model_copy(update={"tests": [Test(stdin="1")]})
    for _ in range(2):
        (answer,) = answers(tmp_path, client, printing)
        output = answer.tests[0].stdout
        assert isinstance(output, lies)
        assert client.stdout.encode() == bytes_of(output)
    assert 1 == client.runs


def test_the_output_of_what_was_judged_is_not_kept(tmp_path: Path):
    client = FakeClient()
    client.stdout = "x" * 99
    (answer,) = answers(tmp_path, client, PLAIN)
    assert b"" == answer.tests[0].stdout
    assert not any(b"xxx" in gzip.decompress(one.read_bytes()) for one in tmp_path.rglob("*.gz"))


def test_requests_are_built_beside_the_loop_and_only_so_many_at_once(tmp_path: Path):
    """Inputs and answers of all requests together would be more than the memory holds."""
    alive, most, threads = 0, 0, set()

    class Slow(FakeClient):
        async def run(self, request: RunRequest, **how: Any) -> RunResult:
            nonlocal alive
            await asyncio.sleep(0)
            alive -= 1
            return await super().run(request)

    def build(number: int) -> RunRequest:
        nonlocal alive, most
        alive += 1
        most = max(most, alive)
        threads.add(threading.current_thread())
        return PLAIN.model_copy(update={"code": str(number)})

    async def ask() -> None:
        service = cast(AsyncClient, Slow())
        languages = await Languages.ask(service)
        with Workspace(tmp_path) as workspace:
            runner = Runner(
                service, workspace, languages, at_once=2, fault_retries=0, output_bytes=8
            )
            work = (runner.run_built(partial(build, number)) for number in range(9))
            await asyncio.gather(*work)

    asyncio.run(ask())
    assert most <= 2
    assert threading.main_thread() not in threads


def test_a_result_of_other_code_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = {path.name for path in deciding_sources()}
    assert {
        "voting.py",
        "guide.md",
        "generate.py",
        "checkers.py",
        "spoiling.py",
        "values.py",
    } <= names
    assert not {"plots.py", "main.py", "kattis.py"} & names
    problem = read_folder(write_problem(tmp_path / "sum"))
    languages = Languages({"python": "p"})

    def key(settings: Settings, known: Languages) -> str:
        return problem_key(problem, settings, known)

    settings = settings_for("full", {})
    same = key(settings, languages)
    assert same == key(settings_for("full", {}), languages)
    assert same != key(settings_for("full", {"run_seed": 2}), languages)
    assert same != key(settings, Languages({"python": "q"}))
    monkeypatch.setattr("testgen.pipeline.problem.code_hash", lambda: "another")
    assert same != key(settings, languages)
