"""Many problems at once: what one of them does is not the others' end, and is told in the report."""

import asyncio
import gzip
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.client import AsyncClient
from testgen.pipeline.bench import Reason
from testgen.pipeline.many import Batch
from testgen.reading.problems import read_problems
from testgen.reporting.figures import figures
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.workspace import Workspace, read_results
from tests.testgen.sample_problem import write_problem

NAMES = ["a", "b", "c"]


class NoLanguages:
    """A service that can run nothing: every problem ends without references."""

    async def images(self) -> list[Any]:
        return []

    async def languages(self) -> list[Any]:
        return []


class Quiet:
    """Nobody looks."""

    def began(self, pid: str, stage: str) -> None: ...

    def ended(self, pid: str, result: dict[str, Any]) -> None: ...


def run(tmp_path: Path, workspace: Workspace, unreadable: tuple[str, ...] = ()) -> dict[str, str]:
    """Each problem's reason after a run."""
    for name in NAMES:
        write_problem(tmp_path / "set" / name)
    batch = Batch(
        settings_for("full", {}),
        Service(),
        cast(AsyncClient, NoLanguages()),
        workspace,
        Quiet(),
        unreadable=unreadable,
    )
    results = asyncio.run(batch.run(read_problems(tmp_path / "set").problems))
    return {one["pid"]: one["reason"] for one in results}


def only_b(reason: str) -> dict[str, str]:
    return {**dict.fromkeys(NAMES, Reason.NO_REFERENCES), "b": reason}


def test_a_result_that_is_damaged_is_a_fault_of_that_problem(tmp_path: Path):
    with Workspace(tmp_path / "out") as workspace:
        assert only_b(Reason.NO_REFERENCES) == run(tmp_path, workspace)
    blobs = list((tmp_path / "out" / "blobs").rglob("*.gz"))
    damaged = [path for path in blobs if b'"pid":"b"' in unzipped(path)]
    for path in damaged:
        path.write_bytes(b"")
    with Workspace(tmp_path / "out") as workspace:
        assert only_b(Reason.FAULT) == run(tmp_path, workspace)
    assert 1 == len(damaged)


def test_a_result_that_cannot_be_kept_is_a_fault_and_is_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keep = Workspace.keep_result

    def full(self: Workspace, pid: str, key: str, result: Any) -> None:
        if pid == "b":
            raise OSError("no space left")
        keep(self, pid, key, result)

    monkeypatch.setattr(Workspace, "keep_result", full)
    with Workspace(tmp_path / "out") as workspace:
        assert only_b(Reason.FAULT) == run(tmp_path, workspace, ("d: is no problem",))
    found = figures(*read_results(tmp_path / "out"))
    assert (4, 2) == (found["funnel"]["problems"], found["reasons"]["no_references"])
    assert (["b"], ["d: is no problem"]) == (found["missing"], found["unreadable"])
    assert "no space left" in found["problems"][-1]["detail"]
    assert {"not finished": 1, "unreadable": 1}.items() <= found["reasons"].items()


def unzipped(path: Path) -> bytes:

    return gzip.decompress(path.read_bytes())
