"""``POST /runs``: many requests, answers as they come, and nothing left running for nobody."""

import asyncio
import json
from typing import Any

import pytest

from sandbox.api import batch
from sandbox.jobs import failed
from sandbox.queue.base import QueueFull, Ticket
from tests.api_harness import SMALL, Api, Call, error_of, ran_well, serve, until

pytestmark = pytest.mark.anyio

NDJSON = {"Content-Type": "application/x-ndjson"}


def requests(count: int) -> list[dict[str, Any]]:
    return [{**SMALL, "stdin": f"{number}"} for number in range(1, count + 1)]


def lines_of(text: str) -> list[dict[str, Any]]:
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("count", [0, 1, 60, batch.WINDOW + 10])
async def test_every_request_gets_one_line_with_its_number(api: Api, count: int) -> None:
    answer = await api.batch(requests(count))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = lines_of(answer.text)
    assert sorted(line["line"] for line in lines) == list(range(1, count + 1))
    assert all(line["run"]["stdout"] == str(line["line"]) for line in lines)
    assert len({line["id"] for line in lines}) == count
    assert len(api.worker.started) == count


async def test_answers_come_as_runs_end_in_any_order() -> None:
    async with serve(slots=2) as api:
        api.worker.hold()
        body = b"".join(json.dumps(one).encode() + b"\n" for one in requests(3))
        call = Call(api.app, "/runs", body, "application/x-ndjson")
        await api.worker.until(lambda: len(api.worker.started) == 2)
        second = next(job for job in api.worker.started if job.stdin == b"2")
        await api.http.delete(f"/runs/{second.id}")
        early = json.loads(await call.pieces.get())
        assert (early["line"], early["status"]) == (2, "cancelled")
        assert not call.task.done()
        api.worker.release()
        await call.task
        rest = [json.loads(call.pieces.get_nowait()) for _ in range(call.pieces.qsize())]
        assert sorted(line["line"] for line in rest) == [1, 3]


async def test_results_of_a_batch_can_be_looked_up(api: Api) -> None:
    line = lines_of((await api.batch(requests(1))).text)[0]
    found = (await api.http.get(f"/runs/{line['id']}")).json()
    assert found == {name: value for name, value in line.items() if name != "line"}


async def test_a_failed_run_is_a_line_like_any_other(api: Api) -> None:
    api.worker.result_of = lambda job: (
        failed(job.id, "x", "y") if job.stdin == b"2" else ran_well(job)
    )
    verdicts = {
        line["line"]: line["verdict"] for line in lines_of((await api.batch(requests(3))).text)
    }
    assert verdicts == {1: "OK", 2: "IE", 3: "OK"}


@pytest.mark.parametrize(
    ("line", "status", "code", "field", "reason"),
    [
        (b"x", 400, "malformed", None, "not valid JSON"),
        (b'{"language": "py", "language": "py"}', 400, "malformed", None, "twice"),
        (b'{"code": NaN}', 400, "malformed", None, "NaN"),
        (b"\xff", 400, "malformed", None, "UTF-8"),
        (b"[" * 2000, 400, "malformed", None, "deeply"),
        (b"[" + b"1," * 100_000 + b"1]", 413, "too_large", None, "more values"),
        (b"[]", 422, "invalid_field", None, "dictionary"),
        (b'{"language": "py"}', 422, "invalid_field", "code", "required"),
        (b'{"language": "py", "code": "", "body": 1}', 422, "invalid_field", "body", "Extra"),
        (
            b'{"language": "py", "code": "", "stdin": {"base64": "A"}}',
            422,
            "invalid_field",
            "stdin.base64",
            "not valid base64",
        ),
        (b'{"language": "nope", "code": ""}', 422, "unknown_language", "language", "nope"),
        (
            b'{"language": "py", "code": "", "limits": {"pids": 99999}}',
            422,
            "limit_too_large",
            "limits.pids",
            "at most",
        ),
    ],
)
async def test_a_bad_line_refuses_the_batch_with_its_number_before_anything_runs(
    api: Api, line: bytes, status: int, code: str, field: str | None, reason: str
) -> None:
    good = json.dumps(SMALL).encode()
    body = b"\n".join([good, b"", good, line, good])
    answer = await api.http.post("/runs", content=body, headers=NDJSON)
    assert answer.status_code == status
    error = error_of(answer)
    assert (error["code"], error.get("field")) == (code, field)
    assert error["message"].startswith("line 3: ")
    assert reason in error["message"]
    assert api.worker.started == []


@pytest.mark.parametrize("body", [b"", b"\n", b"\n \n\r\n\t\n"])
async def test_a_batch_of_nothing_is_answered_with_nothing(api: Api, body: bytes) -> None:
    answer = await api.http.post("/runs", content=body, headers=NDJSON)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_lines_may_end_like_in_windows_and_the_last_needs_no_end(api: Api) -> None:
    good = json.dumps(SMALL).encode()
    answer = await api.http.post("/runs", content=good + b"\r\n" + good, headers=NDJSON)
    assert len(lines_of(answer.text)) == 2


async def test_a_batch_has_a_largest_number_of_lines(api: Api) -> None:
    body = json.dumps(SMALL).encode() + b"\n" * (batch.MAX_LINES + 1)
    answer = await api.http.post("/runs", content=body, headers=NDJSON)
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"
    assert api.worker.started == []


async def test_checking_a_large_batch_lets_others_have_a_turn(api: Api) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    neighbour = asyncio.create_task(other())
    answer = await api.batch([*requests(2000), {}])
    neighbour.cancel()
    assert error_of(answer)["message"].startswith("line 2001: ")
    assert turns >= 100


async def test_a_batch_keeps_a_window_and_leaves_room_for_others() -> None:
    async with serve(slots=1, queue_size=1000) as api:
        api.worker.hold()
        body = b"".join(json.dumps(one).encode() + b"\n" for one in requests(batch.WINDOW + 50))
        call = Call(api.app, "/runs", body, "application/x-ndjson")
        await api.worker.until(lambda: len(api.worker.started) == 1)
        await until(lambda: api.service.queue.waiting == batch.WINDOW - 1)
        for _ in range(50):
            await asyncio.sleep(0)
        assert api.service.queue.waiting == batch.WINDOW - 1
        await call.go_away()


async def test_a_batch_waits_for_room_in_a_full_queue() -> None:
    async with serve(slots=1, queue_size=2) as api:
        lines = lines_of((await api.batch(requests(20))).text)
        assert sorted(line["line"] for line in lines) == list(range(1, 21))
        assert await api.metric("sandbox_refused_total") == 0


async def test_a_batch_waits_while_the_queue_is_full_of_others() -> None:
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        await api.submit()
        await api.worker.until(lambda: len(api.worker.started) == 1)
        await api.submit()
        waiting = asyncio.create_task(api.batch(requests(2)))
        await until(lambda: api.service.queue.full)
        api.worker.release()
        assert len(lines_of((await waiting).text)) == 2


async def test_a_batch_waits_for_room_that_others_took_a_moment_ago(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Redis: what this API knows of the queue is a second old."""
    submit, refused = api.service.queue.submit, 0

    async def full_at_first(*arguments: Any) -> Ticket:
        nonlocal refused
        refused += 1
        if refused < 3:
            raise QueueFull
        return await submit(*arguments)

    monkeypatch.setattr(api.service.queue, "submit", full_at_first)
    lines = lines_of((await api.batch(requests(2))).text)
    assert [line.get("status") for line in lines] == ["done", "done"]
    assert await api.metric("sandbox_refused_total") == 0  # nobody was told so


async def test_a_caller_that_goes_away_cancels_what_is_under_way() -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        body = b"".join(json.dumps(one).encode() + b"\n" for one in requests(5))
        call = Call(api.app, "/runs", body, "application/x-ndjson")
        await api.worker.until(lambda: len(api.worker.started) == 1)
        await call.go_away()
        await until(lambda: api.service.queue.waiting + api.service.queue.running == 0)
        await api.worker.until(lambda: len(api.worker.cancelled) == 1)
        api.worker.release()
        assert (await api.run()).status == "done"
        assert len(api.worker.started) == 2


async def test_what_cannot_be_started_any_more_gets_a_line_that_says_so() -> None:
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        waiting = asyncio.create_task(api.batch(requests(4)))
        await api.worker.until(lambda: len(api.worker.started) == 1)
        await until(lambda: api.service.queue.full)
        api.service.queue.close()
        api.worker.release()
        lines = {line["line"]: line for line in lines_of((await waiting).text)}
        assert sorted(lines) == [1, 2, 3, 4]
        assert [lines[number]["status"] for number in (1, 2)] == ["done", "done"]
        for number in (3, 4):
            assert lines[number]["error"]["code"] == "draining"
            assert lines[number]["error"]["retryable"]
            assert "reward" not in lines[number]
        assert await api.metric("sandbox_refused_total") == 2
