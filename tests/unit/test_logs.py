"""The log: a line is an object, it says which run it is about, and it has nothing that it should not."""

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import logs
from sandbox.jobs import Job, JobResult
from sandbox.queue.base import answer

log = logging.getLogger("sandbox.test")


def line(text: str, *arguments: object, **more: Any) -> dict[str, Any]:
    """A line as a machine reads it."""
    record = log.makeRecord(log.name, logging.WARNING, "", 0, text, arguments, None, **more)
    written = logs.JsonFormatter().format(record)
    assert "\n" not in written
    found: dict[str, Any] = json.loads(written)
    return found


@given(st.text())
def test_any_text_is_one_line_and_comes_back(text: str) -> None:
    assert line("%s", text)["message"] == text


def test_a_line_says_when_where_and_how_bad() -> None:
    found = line("x")
    assert (found["level"], found["logger"]) == ("warning", "sandbox.test")
    assert found["time"].endswith("Z")
    assert "run" not in found


def test_fields_are_for_machines_and_replace_nothing() -> None:
    found = line("x", extra=logs.about("r_1", verdict="AC", message="forged", pid=0))
    assert (found["run"], found["verdict"], found["message"]) == ("r_1", "AC", "x")
    assert found["pid"] != 0


def test_what_is_logged_while_a_run_is_judged_has_its_id() -> None:
    async def judge(job: Job) -> JobResult:
        await asyncio.sleep(0)
        seen[job.id] = line("deep inside")["run"]
        raise RuntimeError("a bug")

    async def all_at_once() -> None:
        await asyncio.gather(*(answer(judge, Job(name, "python", None, b"")) for name in names))
        assert "run" not in line("afterwards")

    seen: dict[str, str] = {}
    names = [f"r_{number}" for number in range(5)]
    asyncio.run(all_at_once())
    assert seen == {name: name for name in names}


@pytest.mark.usefixtures("log_as_it_was")
def test_an_error_is_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    try:
        raise RuntimeError("a bug")
    except RuntimeError:
        log.exception("it failed")
    log.debug("not seen")
    (only,) = capsys.readouterr().err.splitlines()
    assert "RuntimeError: a bug" in json.loads(only)["error"]


@pytest.mark.usefixtures("log_as_it_was")
def test_the_level_is_for_our_lines_and_not_for_libraries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("text", "debug")
    log.debug("ours")
    logging.getLogger("library").debug("theirs")
    assert [text.split(" ", 2)[2] for text in capsys.readouterr().err.splitlines()] == [
        "sandbox.test: ours"
    ]


@pytest.mark.parametrize("level", ["info", "warning", "error"])
@pytest.mark.usefixtures("log_as_it_was")
def test_who_called_is_logged_at_any_level(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", level)
    logging.getLogger(logs.AUDIT).info("a request")
    assert "a request" in capsys.readouterr().err
