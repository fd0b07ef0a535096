"""Runs over HTTP: keys, waiting, cancelling, forgetting, and being refused for now."""

import asyncio
import gc
import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.jobs import Job, JobResult, failed
from sandbox.models import RunResult, Verdict
from sandbox.queue.estimate import Kind
from tests.api_harness import SMALL, Api, Call, error_of, serve, until

pytestmark = pytest.mark.anyio

KEY = "Idempotency-Key"


async def status(api: Api, run_id: str) -> str:
    answer = await api.http.get(f"/runs/{run_id}")
    return RunResult.model_validate_json(answer.content).status


async def test_a_run_is_answered_when_it_is_done(api: Api) -> None:
    result = await api.run(stdin="hello")
    assert (result.status, result.verdict, result.reward) == ("done", Verdict.OK, 1.0)
    assert result.run is not None
    assert result.run.stdout == "hello"
    assert result.image is not None
    assert result.image.digest == "sha256:aa"
    assert result.timing is not None
    assert result.timing.total_s >= result.timing.queue_s >= 0


async def test_ids_cannot_be_guessed(api: Api) -> None:
    ids = {(await api.run()).id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(one) == len("r_") + 32 for one in ids)  # 128 bits in hexadecimal


async def test_a_fault_of_ours_has_no_reward(api: Api) -> None:
    api.worker.result_of = lambda job: failed(job.id, "sandbox_fault", "it broke")
    result = await api.run()
    assert (result.status, result.verdict, result.reward) == ("failed", Verdict.IE, None)
    assert result.error is not None
    assert (result.error.code, result.error.retryable) == ("sandbox_fault", True)


async def test_without_waiting_the_id_comes_at_once_and_the_result_later(api: Api) -> None:
    api.worker.hold()
    answer = await api.post(SMALL, "/run?wait=false")
    assert answer.status_code == 202
    pending = RunResult.model_validate_json(answer.content)
    assert (pending.verdict, pending.reward) == (None, None)
    await api.worker.until(lambda: len(api.worker.started) == 1)
    assert await status(api, pending.id) == "running"
    api.worker.release()
    done = await api.http.get(f"/runs/{pending.id}?wait=30")
    assert RunResult.model_validate_json(done.content).status == "done"


async def test_what_no_worker_has_taken_is_queued(api: Api) -> None:
    api.worker.hold()
    ids = [await api.submit() for _ in range(3)]  # there are two slots
    await api.worker.until(lambda: len(api.worker.started) == 2)
    assert [await status(api, one) for one in ids] == ["running", "running", "queued"]


async def test_a_long_poll_ends_with_the_run_or_with_its_time(api: Api) -> None:
    api.worker.hold()
    run_id = await api.submit()
    early = await api.http.get(f"/runs/{run_id}?wait=0.01")
    assert RunResult.model_validate_json(early.content).status in ("queued", "running")
    poll = asyncio.create_task(api.http.get(f"/runs/{run_id}?wait=60"))
    await api.worker.until(lambda: len(api.worker.started) == 1)
    assert not poll.done()
    api.worker.release()
    assert RunResult.model_validate_json((await poll).content).status == "done"


async def test_many_may_wait_for_the_same_run(api: Api) -> None:
    api.worker.hold()
    run_id = await api.submit()
    polls = [asyncio.create_task(api.http.get(f"/runs/{run_id}?wait=60")) for _ in range(5)]
    await api.worker.until(lambda: len(api.worker.started) == 1)
    polls[0].cancel()  # one that goes away does not matter to the others
    api.worker.release()
    answers = await asyncio.gather(*polls[1:])
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["status"] == "done"


@pytest.mark.parametrize(
    ("wait", "ok"),
    [
        ("0", True),
        ("0.5", True),
        ("60", True),
        ("61", False),
        ("-1", False),
        ("nan", False),
        ("inf", False),
        ("", False),
        ("x", False),
    ],
)
async def test_a_long_poll_has_a_longest_time(api: Api, wait: str, ok: bool) -> None:
    run_id = (await api.run()).id
    answer = await api.http.get(f"/runs/{run_id}", params={"wait": wait})
    assert answer.status_code == (200 if ok else 422)
    if not ok:
        assert error_of(answer)["field"] == "wait"


async def test_wait_is_true_or_false(api: Api) -> None:
    answer = await api.post(SMALL, "/run?wait=perhaps")
    assert answer.status_code == 422
    assert error_of(answer)["field"] == "wait"
    assert api.worker.started == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("run_id", ["r_0", "r_" + "0" * 32, "%00", "%ff", "a%20b", "x" * 64])
async def test_what_is_not_there_is_not_found(api: Api, method: str, run_id: str) -> None:
    answer = await api.http.request(method, f"/runs/{run_id}")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "no_such_run"


# Idempotency keys.


async def test_the_same_key_and_body_is_the_same_run_and_one_execution(api: Api) -> None:
    first, second = [await api.post(SMALL, headers={KEY: "k"}) for _ in range(2)]
    assert first.content == second.content
    assert len(api.worker.started) == 1
    other = await api.post(SMALL, headers={KEY: "other"})
    assert other.json()["id"] != first.json()["id"]
    assert await api.metric("sandbox_runs_total") == 2


async def test_the_same_key_at_the_same_time_is_one_execution(api: Api) -> None:
    api.worker.hold()
    posts = [asyncio.create_task(api.post(SMALL, headers={KEY: "k"})) for _ in range(8)]
    await api.worker.until(lambda: len(api.worker.started) == 1)
    api.worker.release()
    answers = await asyncio.gather(*posts)
    assert len({answer.content for answer in answers}) == 1
    assert len(api.worker.started) == 1


async def test_a_key_works_across_waiting_and_not_waiting(api: Api) -> None:
    api.worker.hold()
    accepted = await api.post(SMALL, "/run?wait=false", headers={KEY: "k"})
    waiting = asyncio.create_task(api.post(SMALL, headers={KEY: "k"}))
    await api.worker.until(lambda: len(api.worker.started) == 1)
    api.worker.release()
    assert (await waiting).json()["id"] == accepted.json()["id"]


@pytest.mark.parametrize("body", [{**SMALL, "code": "x"}, {**SMALL, "args": []}])
async def test_a_key_with_another_body_is_a_conflict(api: Api, body: dict[str, Any]) -> None:
    await api.post(SMALL, headers={KEY: "k"})
    answer = await api.post(body, headers={KEY: "k"})
    assert answer.status_code == 409
    assert error_of(answer)["code"] == "key_reused"
    assert len(api.worker.started) == 1


@pytest.mark.parametrize("length", [0, 1, 200, 201])
async def test_a_key_has_1_to_200_characters(api: Api, length: int) -> None:
    answer = await api.post(SMALL, headers={KEY: "k" * length})
    if 1 <= length <= 200:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 422
        assert error_of(answer)["field"] == "idempotency-key"


async def test_a_refused_request_does_not_use_up_its_key(api: Api) -> None:
    assert (await api.post({"language": "python"}, headers={KEY: "k"})).status_code == 422
    assert (await api.post({**SMALL, "language": "x"}, headers={KEY: "k"})).status_code == 422
    assert (await api.post(SMALL, headers={KEY: "k"})).status_code == 200


async def test_a_run_with_a_key_goes_on_without_its_caller(api: Api) -> None:
    api.worker.hold()
    post = asyncio.create_task(api.post(SMALL, headers={KEY: "k"}))
    await api.worker.until(lambda: len(api.worker.started) == 1)
    post.cancel()
    await asyncio.wait([post])
    api.worker.release()
    assert (await api.post(SMALL, headers={KEY: "k"})).json()["status"] == "done"
    assert len(api.worker.started) == 1


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=8))
def test_a_key_stands_for_its_first_body(calls: list[tuple[str, str]]) -> None:
    async def scenario() -> None:
        async with serve() as api:
            first: dict[str, str] = {}
            ids: dict[str, str] = {}
            for key, code in calls:
                answer = await api.post({**SMALL, "code": code}, headers={KEY: key})
                if first.setdefault(key, code) == code:
                    assert answer.json()["id"] == ids.setdefault(key, answer.json()["id"])
                else:
                    assert answer.status_code == 409
            assert len(api.worker.started) == len(first)

    asyncio.run(scenario())


# Cancelling.


async def test_a_waiting_run_that_is_cancelled_never_starts(api: Api) -> None:
    api.worker.hold()
    ids = [await api.submit() for _ in range(3)]
    await api.worker.until(lambda: len(api.worker.started) == 2)
    answer = await api.http.delete(f"/runs/{ids[2]}")
    cancelled = RunResult.model_validate_json(answer.content)
    assert (cancelled.status, cancelled.verdict, cancelled.reward) == ("cancelled", None, None)
    assert await status(api, ids[2]) == "cancelled"
    api.worker.release()
    assert (await api.run()).status == "done"
    assert ids[2] not in {job.id for job in api.worker.started}


async def test_a_running_run_that_is_cancelled_stops_and_frees_its_slot() -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        waiting = asyncio.create_task(api.post(SMALL))
        await api.worker.until(lambda: len(api.worker.started) == 1)
        run_id = api.worker.started[0].id
        assert (await api.http.delete(f"/runs/{run_id}")).json()["status"] == "cancelled"
        assert (await waiting).json()["status"] == "cancelled"  # whoever waited is told as well
        await api.worker.until(lambda: api.worker.cancelled == [run_id])
        api.worker.release()
        assert (await api.run()).status == "done"


async def test_a_finished_run_stays_as_it_is_when_it_is_cancelled(api: Api) -> None:
    before = await api.run()
    answer = await api.http.delete(f"/runs/{before.id}")
    assert RunResult.model_validate_json(answer.content) == before
    again = await api.http.delete(f"/runs/{before.id}")
    assert again.content == answer.content


async def test_cancelled_runs_are_counted_as_such(api: Api) -> None:
    api.worker.hold()
    run_id = await api.submit()
    await api.worker.until(lambda: len(api.worker.started) == 1)
    await api.http.delete(f"/runs/{run_id}")
    text = (await api.http.get("/metrics")).text
    assert 'sandbox_runs_total{language="python",verdict="cancelled"} 1.0' in text


@pytest.mark.parametrize("slots_taken", [False, True])
async def test_a_caller_that_goes_away_cancels_its_run(slots_taken: bool) -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        if slots_taken:
            await api.submit()
        call = Call(api.app, "/run", json.dumps(SMALL).encode(), "application/json")
        await api.worker.until(lambda: len(api.worker.started) == 1)
        if slots_taken:
            await until(lambda: api.service.queue.waiting == 1)
        await call.go_away()
        if not slots_taken:
            await api.worker.until(lambda: len(api.worker.cancelled) == 1)
        api.worker.release()
        assert (await api.run()).status == "done"
        assert len(api.worker.started) == 2  # neither more, nor the one that was given up


async def test_a_caller_that_stays_gets_its_answer_and_no_second_one(api: Api) -> None:
    call = Call(api.app, "/run", json.dumps(SMALL).encode(), "application/json")
    await call.task
    assert RunResult.model_validate_json(call.pieces.get_nowait()).status == "done"
    assert call.pieces.empty()


# Forgetting.


async def test_the_oldest_results_are_forgotten_by_count() -> None:
    async with serve(results_kept=3) as api:
        ids = [(await api.run()).id for _ in range(5)]
        found = [(await api.http.get(f"/runs/{one}")).status_code for one in ids]
        assert found == [404, 404, 200, 200, 200]


async def test_the_oldest_results_are_forgotten_by_size() -> None:
    async with serve(results_kept_bytes=10_000) as api:
        ids = [(await api.run(stdin="x" * 4000)).id for _ in range(4)]
        found = [(await api.http.get(f"/runs/{one}")).status_code for one in ids]
        assert found == [404, 404, 200, 200]


async def test_a_result_that_is_too_large_to_keep_is_still_answered() -> None:
    async with serve(results_kept_bytes=100) as api:
        result = await api.run(stdin="x" * 4000)
        assert result.run is not None
        assert len(result.run.stdout) == 4000
        assert (await api.http.get(f"/runs/{result.id}")).status_code == 404


async def test_of_a_finished_run_only_the_answer_is_kept(api: Api) -> None:
    run_id = (await api.run(stdin="x" * 1000)).id
    api.worker.started.clear()  # the fake worker's own copies
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, Job | JobResult)]
    assert [one.id for one in kept if one.id == run_id] == []
    assert (await api.http.get(f"/runs/{run_id}")).status_code == 200


async def test_results_are_forgotten_by_age_without_another_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr("sandbox.api.runs.time", SimpleNamespace(monotonic=lambda: now_s))
    async with serve(results_kept_s=60) as api:
        answer = await api.post(SMALL, headers={KEY: "k"})
        run_id = answer.json()["id"]
        now_s += 59
        assert (await api.http.get(f"/runs/{run_id}")).status_code == 200
        assert (await api.post(SMALL, headers={KEY: "k"})).json()["id"] == run_id
        now_s += 2
        # Neither by its id nor by its key, which is free again.
        assert (await api.http.get(f"/runs/{run_id}")).status_code == 404
        assert (await api.post(SMALL, headers={KEY: "k"})).json()["id"] != run_id


async def test_a_forgotten_runs_key_can_be_used_with_another_body() -> None:
    async with serve(results_kept=1) as api:
        await api.post(SMALL, headers={KEY: "k"})
        await api.run()
        answer = await api.post({**SMALL, "code": "new"}, headers={KEY: "k"})
        assert answer.status_code == 200


# Being refused for now.


async def check_refused(answer: Any, code: str) -> None:
    assert answer.status_code == 503
    error = error_of(answer)
    assert (error["code"], error["retryable"]) == (code, True)
    assert 1 <= int(answer.headers["retry-after"]) <= 30


async def test_a_full_queue_refuses_at_once_and_loses_nothing() -> None:
    async with serve(slots=1, queue_size=2) as api:
        api.worker.hold()
        ids = [await api.submit() for _ in range(3)]
        for path in ("/run", "/run?wait=false"):
            await check_refused(await api.post(SMALL, path), "queue_full")
        assert await api.metric("sandbox_refused_total") == 2
        api.worker.release()
        for one in ids:
            answer = await api.http.get(f"/runs/{one}?wait=30")
            assert answer.json()["status"] == "done"


async def test_a_full_queue_still_knows_a_run_by_its_key() -> None:
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        known = await api.post(SMALL, "/run?wait=false", headers={KEY: "k"})
        await api.submit()
        await check_refused(await api.post(SMALL, headers={KEY: "new"}), "queue_full")
        again = await api.post(SMALL, "/run?wait=false", headers={KEY: "k"})
        assert (again.status_code, again.json()["id"]) == (202, known.json()["id"])


async def test_a_queue_is_full_by_bytes_too() -> None:
    async with serve(slots=1, queue_bytes=1 << 20) as api:
        api.worker.hold()
        await api.submit()
        await api.submit(code="x" * (1 << 19))
        await check_refused(await api.post({**SMALL, "code": "x" * (1 << 20)}), "queue_full")
        never = await api.post({**SMALL, "code": "x" * (1 + (1 << 20))})
        assert (never.status_code, error_of(never)["code"]) == (413, "too_large")
        assert not error_of(never)["retryable"]
        assert (await api.post(SMALL, "/run?wait=false")).status_code == 202


async def test_a_draining_service_refuses_what_is_new_and_finishes_what_it_has(api: Api) -> None:
    api.worker.hold()
    known = await api.post(SMALL, "/run?wait=false", headers={KEY: "k"})
    waiting = asyncio.create_task(api.post(SMALL, headers={KEY: "k"}))
    await api.worker.until(lambda: len(api.worker.started) == 1)
    api.service.queue.close()
    await check_refused(await api.post(SMALL), "draining")
    await check_refused(await api.batch([SMALL]), "draining")
    api.worker.release()
    assert (await waiting).json()["status"] == "done"
    again = await api.post(SMALL, headers={KEY: "k"})
    assert (again.status_code, again.json()["id"]) == (200, known.json()["id"])


async def test_before_a_worker_has_come_nothing_can_be_accepted() -> None:
    async with serve(connect=False) as api:
        await check_refused(await api.post(SMALL), "no_worker")
        await check_refused(await api.batch([SMALL]), "no_worker")


async def test_while_the_worker_is_away_runs_wait_for_it(api: Api) -> None:
    await api.worker.disconnect()
    await api.until_workers(0)
    assert await status(api, await api.submit()) == "queued"


async def test_a_retry_is_asked_for_later_when_more_is_waiting() -> None:
    async def least_pause_s(waiting: int) -> int:
        async with serve(slots=1, queue_size=waiting) as api:
            api.worker.hold()
            api.service._estimates.learn(Kind.of(Job("r_0", "python", None, b"")), 1.0)
            for _ in range(waiting + 1):
                await api.submit()
            answer = await api.post(SMALL)
            return int(answer.headers["retry-after"])

    assert await least_pause_s(4) < await least_pause_s(40)


async def test_a_worker_that_dies_twice_is_our_fault() -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        run_id = await api.submit()
        for _ in range(2):
            await api.worker.until(lambda: api.worker.started[-1:] != [])
            await api.worker.disconnect()
            await api.until_workers(0)
            api.worker.started.clear()
            api.worker.reconnect()
            await api.until_workers(1)
        answer = await api.http.get(f"/runs/{run_id}?wait=30")
        result = RunResult.model_validate_json(answer.content)
        assert (result.status, result.verdict, result.reward) == ("failed", Verdict.IE, None)


async def test_the_body_that_a_key_stands_for_is_bytes_not_meaning(api: Api) -> None:
    await api.post(SMALL, headers={KEY: "k"})
    spaced = json.dumps(SMALL, indent=1).encode()
    headers = {"Content-Type": "application/json", KEY: "k"}
    assert (await api.http.post("/run", content=spaced, headers=headers)).status_code == 409
