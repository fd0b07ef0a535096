"""What an answer of the service is remembered by."""

import asyncio
from pathlib import Path
from typing import Any, cast

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
from testgen.running.runner import Languages, Runner
from testgen.storage.workspace import Workspace

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
        step = StepResult(verdict=Verdict.AC)
        return RunResult(id="1", status="done", verdict=Verdict.AC, tests=[step])


def runs_made(folder: Path, client: FakeClient, *requests: RunRequest) -> int:
    """How many of the requests the service had to run."""

    async def ask() -> None:
        service = cast(AsyncClient, client)
        languages = await Languages.ask(service)
        with Workspace(folder) as workspace:
            runner = Runner(service, workspace, languages, at_once=1, fault_retries=0)
            for request in requests:
                await runner.run(request)

    before = client.runs
    asyncio.run(ask())
    return client.runs - before


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
