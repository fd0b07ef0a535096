"""The client: what it sends, what it retries, what it raises. Both forms, on the same tests."""

import asyncio
import hashlib
import inspect
import json
import pickle
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import Response
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.client import (
    AnswerInvalid,
    AsyncClient,
    Client,
    RequestRefused,
    SandboxError,
    ServiceUnavailable,
    config,
)
from sandbox.client.flows import Attempt, Broken, Chance, Flow, Flows, Outcome, triage
from sandbox.client.retry import (
    Failure,
    RetryPolicy,
    Spent,
    parse_retry_after,
    pause_before_retry,
)
from sandbox.client.wire import Call, Reply, check_key, key_of_attempt, run_call, run_patience_s
from sandbox.models import Base64, Limits, Readiness, RunRequest, RunResult, Test, Verdict
from tests.fake_service import IMAGE, PYTHON, READY, FakeService, done, refusal, serving

T = TypeVar("T")

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PROGRAM = RunRequest(language="python", code="print(1)")
GOOD = Reply(200, done().model_dump_json().encode())
RETRYABLE_FAULT = done(
    Verdict.IE, error={"code": "worker_lost", "message": "a worker died", "retryable": True}
)


class FakeTime:
    """A clock that only pauses move, and the pauses that were made."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.pauses: list[float] = []

    @property
    def chance(self) -> Chance:
        return Chance(clock=lambda: self.now_s, jitter=lambda: 0.5)

    def pause(self, seconds: float) -> None:
        if seconds:
            self.pauses.append(seconds)
        self.now_s += seconds


def carry_out(
    flow: Flow[T], time: FakeTime, outcomes: Iterator[tuple[Outcome, float]]
) -> tuple[T, list[Attempt]]:
    """A flow to its end, without I/O; each outcome comes with how long it took."""
    attempts: list[Attempt] = []
    try:
        attempt = next(flow)
        while True:
            attempts.append(attempt)
            time.pause(attempt.pause_s)
            outcome, duration_s = next(outcomes)
            time.now_s += duration_s
            attempt = flow.send(outcome)
    except StopIteration as end:
        return end.value, attempts


class Form:
    """One of the two clients, called in the same way, in a time that does not pass."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.time = FakeTime()

    def __call__(
        self, handler: Callable[[httpx.Request], httpx.Response], method: str, /, *args: Any,
        client_options: Any = None, **fields: Any,
    ) -> Any:  # fmt: skip
        options = {"transport": httpx.MockTransport(handler)} | (client_options or {})
        if self.name == "sync":
            with self._sync(**options) as client:
                return getattr(client, method)(*args, **fields)
        return asyncio.run(self._async(options, method, args, fields))

    def _sync(self, **options: Any) -> Client:
        time = self.time

        class Timeless(Client):
            _chance = time.chance

            def _pause(self, seconds: float, stop: threading.Event) -> None:
                time.pause(seconds)

        return Timeless(**options)

    async def _async(
        self, options: dict[str, Any], method: str, args: Any, fields: dict[str, Any]
    ) -> Any:
        time = self.time

        class Timeless(AsyncClient):
            _chance = time.chance

            async def _pause(self, seconds: float) -> None:
                time.pause(seconds)

        async with Timeless(**options) as client:
            found = getattr(client, method)(*args, **fields)
            return await found


@pytest.fixture(params=["sync", "async"])
def form(request: pytest.FixtureRequest) -> Form:
    return Form(request.param)


def answering(*outcomes: httpx.Response | Exception) -> Any:
    """A handler that gives these answers in order, and the requests that it got."""
    waiting = list(outcomes)

    def handler(request: httpx.Request) -> httpx.Response:
        handler.seen.append(request)  # type: ignore[attr-defined]  # a function with a memory
        outcome = waiting.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    handler.seen = []  # type: ignore[attr-defined]  # the same
    return handler


def answer(result: RunResult) -> httpx.Response:
    return httpx.Response(200, content=result.model_dump_json())


def error_answer(status: int, **headers: str) -> httpx.Response:
    body = {"error": {"code": "some_code", "message": "because", "field": "tests.0.stdin"}}
    return httpx.Response(status, json=body, headers=headers)


def keys(handler: Any) -> list[str]:
    return [request.headers["Idempotency-Key"] for request in handler.seen]


# --- the retry decision -------------------------------------------------------------------------

statuses = st.integers(min_value=200, max_value=599)
durations = st.floats(min_value=0, max_value=1000)
jitters = st.floats(min_value=0, max_value=1, exclude_max=True)
replies = st.builds(
    Reply, statuses, st.just(b"{}"), st.none() | st.integers(0, 200).map(str) | st.text(max_size=9)
)
brokens = st.builds(Broken, st.just("gone"), st.booleans(), st.booleans())
outcomes = replies | brokens
policies = st.builds(RetryPolicy, st.floats(min_value=0, max_value=100), st.integers(0, 3))


@given(outcomes)
def test_what_is_not_repeatable_is_never_retried(outcome: Outcome):
    found = triage(Call("POST", "/run", body=b"{}"), outcome, NOW)
    assert isinstance(found, Reply) or not found.retryable


@given(outcomes, policies, st.integers(0, 9), durations, durations, jitters)
def test_no_pause_is_longer_than_what_is_left(
    outcome: Outcome, policy: RetryPolicy, failures: int, lost_s: float, held_s: float, jitter: float
):  # fmt: skip
    failure = triage(run_call(PROGRAM, "k"), outcome, NOW)
    if isinstance(failure, Failure):
        spent = Spent(failures, lost_s, held_s)
        pause_s = pause_before_retry(policy, failure, spent, patience_s=500, jitter=jitter)
        if pause_s is not None:
            assert failure.retryable
            assert failure.retry_after_s <= pause_s <= policy.retry_for_s - lost_s
            assert held_s < 500


@given(st.integers(400, 499).filter(lambda status: status != 429))
def test_a_4xx_is_an_answer(status: int):
    assert Reply(status, b"") == triage(run_call(PROGRAM, "k"), Reply(status, b""), NOW)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_troubles_are_retried(status: int):
    failure = triage(run_call(PROGRAM, "k"), Reply(status, b""), NOW)
    assert Failure(retryable=True, worked_on=status in (502, 504)) == failure


@pytest.mark.parametrize("status", [500, 501, 505, 599])
def test_other_server_errors_are_not(status: int):
    assert Failure(retryable=False) == triage(run_call(PROGRAM, "k"), Reply(status, b""), NOW)


@given(st.data(), policies)
def test_a_run_never_pauses_past_its_budget_and_always_ends(
    data: st.DataObject, policy: RetryPolicy
):
    time = FakeTime()
    flows = Flows("http://x", policy, Chance(lambda: time.now_s, lambda: data.draw(jitters) or 0.1))
    results = st.sampled_from([done(), RETRYABLE_FAULT]).map(
        lambda result: Reply(200, result.model_dump_json().encode())
    )
    script = st.tuples(outcomes | results, st.floats(0.01, 200))
    sent = []

    def answers() -> Iterator[tuple[Outcome, float]]:
        while True:
            sent.append(data.draw(script))
            yield sent[-1]

    try:
        _, attempts = carry_out(flows.run(PROGRAM, None), time, answers())
    except SandboxError:
        attempts = []
    assert sum(time.pauses) <= policy.retry_for_s + 1e-6
    quick = [s for outcome, s in sent[:-1] if isinstance(outcome, Broken) and not outcome.sent]
    assert sum(time.pauses) + sum(quick) <= policy.retry_for_s + 1e-6
    assert len({attempt.call.idempotency_key for attempt in attempts}) <= policy.retry_faults + 1
    assert 1 >= len({attempt.call.body for attempt in attempts})


def test_pauses_grow_up_to_a_bound():
    policy, failure = RetryPolicy(retry_for_s=1000), Failure(retryable=True)
    pauses = [
        pause_before_retry(policy, failure, Spent(failures), patience_s=1, jitter=0.5)
        for failures in (1, 2, 3, 8, 2000)
    ]
    assert [0.05, 0.1, 0.2, 4.0, 4.0] == pauses


def test_time_in_which_the_service_may_have_worked_is_no_lost_time():
    """A proxy that cuts every connection after a minute does not keep a long run from its end."""
    time = FakeTime()
    flows = Flows("http://x", RetryPolicy(retry_for_s=10), time.chance)
    cut = [(Reply(504, b"<html>"), 60.0)] * 5
    result, attempts = carry_out(flows.run(PROGRAM, None), time, iter([*cut, (GOOD, 1.0)]))
    assert done() == result
    assert 6 == len(attempts)
    assert 1 == len({attempt.call.idempotency_key for attempt in attempts})


def test_a_service_that_holds_a_run_for_ever_is_given_up():
    time = FakeTime()
    flows = Flows("http://x", RetryPolicy(), time.chance)
    for_ever = iter(lambda: (Broken("ReadTimeout", sent=True), 120.0), None)
    with pytest.raises(ServiceUnavailable):
        carry_out(flows.run(PROGRAM, None), time, for_ever)
    assert run_patience_s(PROGRAM) <= time.now_s - 1000 <= run_patience_s(PROGRAM) + 200


@pytest.mark.parametrize("options", [{"retry_for_s": -1}, {"retry_for_s": float("nan")},
                                     {"retry_faults": -1}])  # fmt: skip
def test_a_policy_without_sense_is_refused(options: dict[str, Any]):
    with pytest.raises(ValueError, match="0 or more"):
        RetryPolicy(**options)


@given(st.integers(0, 10**6))
def test_retry_after_in_seconds(seconds: int):
    assert seconds == parse_retry_after(f" {seconds} ", NOW)


@given(st.integers(-(10**6), 10**6))
def test_retry_after_as_a_date(seconds: int):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert max(0, seconds) == parse_retry_after(date, NOW)


@given(st.text() | st.from_regex(r"\w+, \d+ Jan \d+ \d+:\d+:\d+ [+-]\d+"))
def test_any_other_retry_after_says_nothing_or_something_sensible(text: str):
    assert parse_retry_after(text, NOW) >= 0


@pytest.mark.parametrize("value", [None, "", "soon", "-3", "1.5", "٣"])
def test_a_retry_after_that_is_none(value: str | None):
    assert 0 == parse_retry_after(value, NOW)


# --- how long to wait ---------------------------------------------------------------------------


def test_more_tests_and_larger_limits_make_more_patient():
    short = PROGRAM.model_copy(update={"limits": Limits(cpu_time_s=1)})
    tests = [Test(limits=Limits(wall_time_s=100)), Test()]
    longer = short.model_copy(update={"tests": tests})
    assert run_patience_s(PROGRAM) - run_patience_s(short) == 60 - 3
    assert run_patience_s(longer) - run_patience_s(short) == 100


def test_one_attempt_waits_two_minutes_at_most():
    hours = PROGRAM.model_copy(update={"limits": Limits(wall_time_s=7200)})
    assert 120 == run_call(hours, "k").read_timeout_s


# --- what is sent -------------------------------------------------------------------------------


def test_only_what_was_stated_is_sent(form: Form):
    handler = answering(answer(done()))
    fields = {"code": "x", "tests": [{"stdin": "1"}], "files": {"a": {"base64": "AA=="}}}
    form(handler, "run", language="python", **fields)
    assert {"language": "python", **fields} == json.loads(handler.seen[0].content)
    assert "POST /run" == f"{handler.seen[0].method} {handler.seen[0].url.path}"


def test_a_request_may_be_whole_or_fields_but_not_both(form: Form):
    handler = answering(answer(done()), answer(done()))
    form(handler, "run", PROGRAM)
    form(handler, "run", language="python", code="print(1)")
    assert handler.seen[0].content == handler.seen[1].content
    for args, fields in [((PROGRAM,), {"code": "x"}), ((), {})]:
        with pytest.raises(TypeError, match="either"):
            form(handler, "run", *args, **fields)


def test_every_run_has_a_key_of_its_own(form: Form):
    handler = answering(*(answer(done()) for _ in range(3)))
    for _ in range(3):
        form(handler, "run", PROGRAM)
    assert 3 == len(set(keys(handler)))
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys(handler))


def test_the_callers_key_is_used(form: Form):
    handler = answering(answer(done()))
    form(handler, "run", PROGRAM, idempotency_key="step-7.sample:3")
    assert ["step-7.sample:3"] == keys(handler)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nHost: x", "é", "x" * 129])
def test_a_key_that_is_no_header_is_refused(form: Form, key: str):
    handler = answering()
    with pytest.raises(RequestRefused) as caught:
        form(handler, "run", PROGRAM, idempotency_key=key)
    assert "Idempotency-Key" == caught.value.field
    assert [] == handler.seen


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tests": [{"stdn": "1"}]}, "tests.0.stdn"),
        ({"limits": {"cpu_time_s": float("nan")}}, "limits.cpu_time_s"),
        ({"limits": {"memory_mb": "256"}}, "limits.memory_mb"),
        ({"files": {"../x": "1"}}, "files.../x"),
        ({"files": {"x": {"base64": "?"}}}, "files.x.base64"),
        ({"stdin": "\ud800"}, "stdin"),
        ({"no_such": 1}, "no_such"),
    ],
)
def test_a_wrong_field_is_refused_before_anything_is_sent(
    form: Form, fields: dict[str, Any], field: str
):
    handler = answering()
    with pytest.raises(RequestRefused) as caught:
        form(handler, "run", language="python", code="SECRET", **fields)
    assert (422, field) == (caught.value.status, caught.value.field)
    assert [] == handler.seen


def test_no_exception_quotes_source_code(form: Form):
    with pytest.raises(RequestRefused) as refused:
        form(answering(), "run", language="python", code="SECRET\ud800", stdin=["SECRET"])
    with pytest.raises(AnswerInvalid) as invalid:
        form(answering(httpx.Response(200, text='{"id": "SECRET"}')), "run", PROGRAM)
    for caught in (refused.value, invalid.value):
        assert "SECRET" not in f"{caught!s}{caught!r}{caught.__cause__!r}"
        assert caught.__suppress_context__


@pytest.mark.parametrize("run_id", ["", "../languages", "a/b", "a?wait=9", "x" * 200])
def test_no_other_path_can_be_reached_with_an_id(form: Form, run_id: str):
    handler = answering()
    for method in ("get", "cancel"):
        with pytest.raises(RequestRefused):
            form(handler, method, run_id)
    assert [] == handler.seen


def test_the_address_comes_from_the_argument_or_the_environment(
    form: Form, monkeypatch: pytest.MonkeyPatch
):
    handler = answering(*(answer(done()) for _ in range(3)))
    form(handler, "run", PROGRAM)
    monkeypatch.setenv("SANDBOX_URL", "http://from.example:1/base/")
    form(handler, "run", PROGRAM)
    form(handler, "run", PROGRAM, client_options={"base_url": "https://argument.example"})
    assert [
        "http://127.0.0.1:8000/run",
        "http://from.example:1/base/run",
        "https://argument.example/run",
    ] == [str(request.url) for request in handler.seen]


def test_the_key_comes_from_the_argument_or_the_environment(
    form: Form, monkeypatch: pytest.MonkeyPatch
):
    handler = answering(*(answer(done()) for _ in range(5)))
    form(handler, "run", PROGRAM)
    monkeypatch.setenv("SANDBOX_API_KEY", "of-the-environment")
    form(handler, "run", PROGRAM)
    form(handler, "run", PROGRAM, client_options={"api_key": "given"})
    form(handler, "run", PROGRAM, client_options={"headers": {"Authorization": "Basic x"}})
    form(handler, "run", PROGRAM, client_options={"headers": {"authorization": "Basic y"}})
    assert [None, "Bearer of-the-environment", "Bearer given", "Basic x", "Basic y"] == [
        request.headers.get("Authorization") for request in handler.seen
    ]


@pytest.mark.parametrize("key", ["a b", "a\nX: y", "schlüssel"])
def test_a_key_that_is_none_is_not_quoted(key: str):
    for client in (Client, AsyncClient):
        with pytest.raises(ValueError, match="API key") as raised:
            client(api_key=key)
        assert key not in str(raised.value)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://x:port", "/run"])
def test_an_address_that_is_none_is_refused(url: str):
    for client in (Client, AsyncClient):
        with pytest.raises(ValueError, match="address"):
            client(url)


@pytest.mark.parametrize(
    ("url", "certificates", "proxies"),
    [
        ("https://there.example", True, True),
        ("http://there.example", False, True),
        ("http://localhost:8000", False, False),
        ("http://127.1.2.3", False, False),
        ("https://[::1]", True, False),
    ],
)
def test_certificates_are_checked_and_proxies_used_where_there_is_a_way(
    url: str, certificates: bool, proxies: bool
):
    parsed = config.service_url(url)
    assert certificates == config.needs_certificates(parsed)
    assert proxies == config.uses_proxies(parsed)


def test_a_pool_without_connections_is_refused():
    for client in (Client, AsyncClient):
        with pytest.raises(ValueError, match="1 or more"):
            client(concurrency=0)


def test_both_forms_have_the_same_methods_and_arguments():
    def public(client: type) -> dict[str, list[str]]:
        members = inspect.getmembers(client, inspect.isfunction)
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in members
            if not name.startswith("_") or name == "__init__"
        }

    blocking, other = public(Client), public(AsyncClient)
    assert blocking.pop("close") == other.pop("aclose")
    assert blocking == other


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_a_result_whatever_it_is(form: Form, verdict: Verdict):
    assert done(verdict) == form(answering(answer(done(verdict))), "run", PROGRAM)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_tells_what_is_wrong_and_is_not_repeated(form: Form, status: int):
    handler = answering(error_answer(status))
    with pytest.raises(RequestRefused) as caught:
        form(handler, "run", PROGRAM)
    told = caught.value
    expected = (status, "some_code", "because", "tests.0.stdin")
    assert expected == (told.status, told.code, told.message, told.field)
    assert f"request refused: {status} some_code: because (field tests.0.stdin)" == str(told)


def test_another_servers_refusal_is_recognisable(form: Form):
    with pytest.raises(RequestRefused, match="is this address a sandbox") as caught:
        form(answering(httpx.Response(404, text="<html>")), "languages")
    assert "http_404" == caught.value.code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>"),
        (200, "[]"),
        (200, '{"id": "r", "status": "done", "verdict": "GOOD"}'),
        (200, '{"id": "r", "status": "running"}'),
        (302, "see elsewhere"),
    ],
)
def test_an_answer_in_another_form_is_invalid(form: Form, status: int, body: str):
    with pytest.raises(AnswerInvalid):
        form(answering(httpx.Response(status, text=body)), "run", PROGRAM)


def test_fields_that_were_added_later_are_ignored(form: Form):
    response = httpx.Response(200, json=done().model_dump(mode="json") | {"new": 1})
    assert done() == form(answering(response), "run", PROGRAM)


def test_exceptions_survive_the_way_to_another_process():
    for error in (
        RequestRefused(422, "code", "message", "field"),
        ServiceUnavailable("message", None, 3),
        AnswerInvalid("message"),
    ):
        copy = pickle.loads(pickle.dumps(error))
        assert (type(error), str(error), vars(error)) == (type(copy), str(copy), vars(copy))


# --- retries, as the clients carry them out -----------------------------------------------------


def test_a_busy_service_is_asked_again_with_the_same_key(form: Form):
    handler = answering(
        error_answer(503, **{"Retry-After": "7"}), error_answer(429), answer(done())
    )
    assert done() == form(handler, "run", PROGRAM)
    assert 3 == len(handler.seen)
    assert 1 == len({(r.headers["Idempotency-Key"], r.content) for r in handler.seen})
    assert 7 <= form.time.pauses[0] <= 7.1


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout(""),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("disconnected"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_broken_connection_is_made_again_with_the_same_key(form: Form, error: Exception):
    handler = answering(error, answer(done()))
    assert done() == form(handler, "run", PROGRAM)
    assert 1 == len(set(keys(handler)))


def test_what_cannot_be_sent_is_not_tried_again(form: Form):
    handler = answering(httpx.LocalProtocolError("illegal header"))
    with pytest.raises(ServiceUnavailable, match="1 attempt: illegal header"):
        form(handler, "run", PROGRAM)


def test_a_service_that_is_not_there_is_given_up_in_time(form: Form):
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    url = "http://user:SECRET@there.example"
    with pytest.raises(ServiceUnavailable) as caught:
        form(refuse, "run", PROGRAM, client_options={"base_url": url})
    assert not caught.value.reached
    assert caught.value.attempts > 5
    assert sum(form.time.pauses) == pytest.approx(60)
    assert "the sandbox at http://there.example gave no answer" in str(caught.value)


def test_a_service_that_stays_busy_is_given_up_and_its_last_word_told(form: Form):
    handler = answering(*(error_answer(503, **{"Retry-After": "25"}) for _ in range(9)))
    with pytest.raises(ServiceUnavailable, match="503 some_code: because") as caught:
        form(handler, "run", PROGRAM)
    assert (503, True, 3) == (caught.value.status, caught.value.reached, len(handler.seen))


def test_without_a_budget_there_is_one_attempt(form: Form):
    handler = answering(error_answer(503))
    with pytest.raises(ServiceUnavailable, match="1 attempt"):
        form(handler, "languages", client_options={"retry_for_s": 0})
    assert [] == form.time.pauses


def test_a_retryable_fault_is_run_again_under_another_key(form: Form):
    handler = answering(answer(RETRYABLE_FAULT), answer(done()))
    assert done() == form(handler, "run", PROGRAM, idempotency_key="mine")
    assert ["mine", key_of_attempt("mine", 1)] == keys(handler)
    assert 1 == len(form.time.pauses)


KEYS = st.from_regex(r"[A-Za-z0-9._:-]{1,128}", fullmatch=True)


@given(st.tuples(KEYS, st.integers(0, 3)), st.tuples(KEYS, st.integers(0, 3)))
@example(("k", 1), ("k-1", 0))
@example(("k", 11), ("k-1", 1))
def test_the_keys_of_two_runs_never_meet_however_often_they_are_made_again(
    one: tuple[str, int], other: tuple[str, int]
):
    first, second = key_of_attempt(*one), key_of_attempt(*other)
    assert (one == other) == (first == second)
    assert check_key(first) == first
    assert first != f"{one[0]}-{one[1]}"


def test_a_fault_that_stays_is_a_result(form: Form):
    handler = answering(*(answer(RETRYABLE_FAULT) for _ in range(9)))
    result = form(handler, "run", PROGRAM, client_options={"retry_faults": 2})
    assert RETRYABLE_FAULT == result
    assert 3 == len(set(keys(handler)))


def test_a_fault_that_would_come_again_is_not_run_again(form: Form):
    handler = answering(answer(done(Verdict.IE)))
    assert done(Verdict.IE) == form(handler, "run", PROGRAM)


# --- the other methods --------------------------------------------------------------------------


def test_submitting_returns_the_id_at_once(form: Form):
    handler = answering(httpx.Response(202, json={"id": "r_9", "status": "queued"}))
    assert "r_9" == form(handler, "submit", PROGRAM)
    assert "wait=false" == handler.seen[0].url.query.decode()
    assert 1 == len(keys(handler))


def test_a_look_at_a_run_does_not_wait(form: Form):
    running = RunResult(id="r_9", status="running")
    handler = answering(answer(running))
    assert running == form(handler, "get", "r_9")
    assert "/runs/r_9" == str(handler.seen[0].url.raw_path.decode())


def test_a_long_wait_is_made_of_looks_that_proxies_allow(form: Form):
    running = RunResult(id="r_9", status="running")
    looks: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        looks.append(float(request.url.params["wait"]))
        form.time.now_s += looks[-1]
        return answer(running)

    assert running == form(handler, "get", "r_9", wait_s=70)
    assert 3 == len(looks)
    assert max(looks) <= 30
    assert sum(looks) + sum(form.time.pauses) == pytest.approx(70)


def test_waiting_ends_with_the_run(form: Form):
    assert done() == form(answering(answer(done())), "get", "r_1", wait_s=1000)


def test_cancelling_tells_what_became_of_the_run(form: Form):
    cancelled = RunResult(id="r_9", status="cancelled")
    handler = answering(answer(cancelled))
    assert cancelled == form(handler, "cancel", "r_9")
    assert "DELETE" == handler.seen[0].method


ARCHIVE = b"a tar archive"
DIGEST = f"sha256:{hashlib.sha256(ARCHIVE).hexdigest()}"
KEPT = {"digest": DIGEST, "size_bytes": len(ARCHIVE), "files": 1}


def test_an_archive_is_sent_once(form: Form):
    handler = answering(
        error_answer(404),
        error_answer(503),
        httpx.ConnectError("gone"),
        httpx.Response(200, json=KEPT),
    )
    assert form(handler, "upload", ARCHIVE) == DIGEST
    look, *sent = handler.seen
    assert (look.method, look.url.path) == ("GET", f"/archives/{DIGEST}")
    assert {(one.method, one.url.path, one.content) for one in sent} == {
        ("POST", "/archives", ARCHIVE)
    }
    assert sent[0].headers["Content-Type"] == "application/octet-stream"
    # It is unpacked when those that came before are.
    assert sent[0].extensions["timeout"]["read"] > look.extensions["timeout"]["read"]


def test_an_archive_that_is_there_is_not_sent(form: Form):
    handler = answering(httpx.Response(200, json=KEPT))
    assert form(handler, "upload", ARCHIVE) == DIGEST
    assert len(handler.seen) == 1


def test_not_ready_is_an_answer(form: Form):
    draining = Readiness(ready=False, reasons=["draining"])
    handler = answering(httpx.Response(503, json=draining.model_dump()))
    assert draining == form(handler, "ready")
    assert [] == form.time.pauses


def test_a_proxy_with_nothing_behind_it_is_not_ready_nor_an_answer(form: Form):
    with pytest.raises(ServiceUnavailable) as caught:
        form(answering(httpx.Response(503, text="<html>no backend")), "ready")
    assert 503 == caught.value.status


# --- many runs ----------------------------------------------------------------------------------


def numbered_requests(count: int) -> list[RunRequest]:
    return [RunRequest(language="python", code=str(number)) for number in range(count)]


def number_of(request: httpx.Request) -> int:
    return int(json.loads(request.content)["code"])


def echo(request: httpx.Request) -> httpx.Response:
    return answer(done(id=f"r_{number_of(request)}"))


async def collected(results: AsyncIterator[T]) -> list[T]:
    return [result async for result in results]


def run_many_async(handler: Any, requests: Any, concurrency: int) -> list[tuple[int, RunResult]]:
    async def run() -> list[tuple[int, RunResult]]:
        async with AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await collected(client.run_many(requests, concurrency))

    return asyncio.run(run())


def run_many_sync(handler: Any, requests: Any, concurrency: int) -> list[tuple[int, RunResult]]:
    with Client(transport=httpx.MockTransport(handler)) as client:
        return list(client.run_many(requests, concurrency))


run_many = pytest.mark.parametrize(
    "run_many", [run_many_sync, run_many_async], ids=["sync", "async"]
)


@run_many
@pytest.mark.parametrize(("count", "concurrency"), [(0, 4), (1, 4), (50, 1), (50, 7), (5, 50)])
def test_each_of_many_gets_its_own_result_once(run_many: Any, count: int, concurrency: int):
    results = run_many(echo, numbered_requests(count), concurrency)
    assert [(number, f"r_{number}") for number in range(count)] == sorted(
        (index, result.id) for index, result in results
    )


def test_results_come_as_they_are_done_sync():
    second_done = threading.Event()

    def handler(request: httpx.Request) -> httpx.Response:
        if number_of(request) == 0:
            assert second_done.wait(30)
        return echo(request)

    with Client(transport=httpx.MockTransport(handler)) as client:
        order = []
        for index, _ in client.run_many(numbered_requests(2), 2):
            order.append(index)
            second_done.set()
    assert [1, 0] == order


def test_results_come_as_they_are_done_async():
    async def run() -> list[int]:
        second_done = asyncio.Event()

        async def handler(request: httpx.Request) -> httpx.Response:
            if number_of(request) == 0:
                await second_done.wait()
            return echo(request)

        async with AsyncClient(transport=httpx.MockTransport(handler)) as client:
            order = []
            async for index, _ in client.run_many(numbered_requests(2), 2):
                order.append(index)
                second_done.set()
            return order

    assert [1, 0] == asyncio.run(run())


@run_many
def test_requests_are_taken_as_they_are_needed(run_many: Any):
    taken, answered = 0, 0
    ahead = []

    def source() -> Iterator[RunRequest]:
        nonlocal taken
        for request in numbered_requests(40):
            taken += 1
            ahead.append(taken - answered)
            yield request

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal answered
        response = echo(request)
        answered += 1
        return response

    assert 40 == len(run_many(handler, source(), 4))
    assert max(ahead) <= 5  # four under way, and the one that takes the place of a finished one


@run_many
def test_an_error_ends_it_all_and_tells_its_number(run_many: Any):
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(number_of(request))
        return error_answer(413) if number_of(request) == 3 else echo(request)

    with pytest.raises(RequestRefused) as caught:
        run_many(handler, numbered_requests(1000), 2)
    assert ["request number 3, counted from 0"] == caught.value.__notes__
    assert len(seen) < 20


def test_nothing_is_sent_after_the_caller_has_gone_sync():
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(number_of(request))
        return echo(request)

    with Client(transport=httpx.MockTransport(handler)) as client:
        results = client.run_many(numbered_requests(1000), 2)
        next(results)
        results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(seen) < 20


def test_what_is_under_way_is_cancelled_when_the_caller_has_gone_async():
    cancelled = []

    async def handler(request: httpx.Request) -> httpx.Response:
        if number_of(request) > 0:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(number_of(request))
                raise
        return echo(request)

    async def run() -> None:
        async with AsyncClient(transport=httpx.MockTransport(handler)) as client:
            results = client.run_many(numbered_requests(1000), 3)
            await anext(results)
            await results.aclose()  # type: ignore[attr-defined]  # it is a generator

    asyncio.run(run())
    assert {1, 2} <= set(cancelled) <= {1, 2, 3}


def test_runs_that_pause_end_when_the_caller_has_gone_sync():
    def handler(request: httpx.Request) -> httpx.Response:
        return error_answer(503, **{"Retry-After": "55"}) if number_of(request) else echo(request)

    with Client(transport=httpx.MockTransport(handler)) as client:
        results = client.run_many(numbered_requests(3), 3)
        next(results)
        results.close()  # type: ignore[attr-defined]  # it is a generator
    mine = [thread for thread in threading.enumerate() if "sandbox-client" in thread.name]
    for thread in mine:
        thread.join(20)
    assert not any(thread.is_alive() for thread in mine)


def test_many_at_once_is_at_least_one():
    for client in (Client(), AsyncClient()):
        with pytest.raises(ValueError, match="1 or more"):
            client.run_many([], 0)


def test_a_closed_client_says_so():
    client = Client(transport=httpx.MockTransport(echo))
    client.close()
    with pytest.raises(SandboxError, match="closed"):
        client.languages()


# --- against a server ---------------------------------------------------------------------------


def test_all_methods_of_the_blocking_client_against_a_real_server():
    service = FakeService()
    service.answers.extend([refusal(503, retry_after="0"), Response("", 502), RETRYABLE_FAULT])
    request = RunRequest(
        language="py", code="ü\0", tests=[Test(stdin=Base64(base64="/w=="), expected_output="1")]
    )
    with serving(service.app()) as url, Client(url) as client:
        assert done() == client.run(request)
        assert "r_2" == client.submit(request)
        assert done(id="r_2") == client.get("r_2", wait_s=1)
        assert "cancelled" == client.cancel("r_2").status
        assert ([PYTHON], [IMAGE], READY) == (client.languages(), client.images(), client.ready())
        assert 20 == len(list(client.run_many([request] * 20, 8)))
    first, second, third, again = (seen.key or "" for seen in service.seen[:4])
    assert (first, first, key_of_attempt(first, 1)) == (second, third, again)
    assert all(seen.request == request for seen in service.seen)


def test_all_methods_of_the_asyncio_client_against_an_application():
    service = FakeService()
    service.answers.extend([refusal(429, retry_after="0"), RETRYABLE_FAULT])

    async def run() -> None:
        transport = httpx.ASGITransport(service.app())
        async with AsyncClient("http://app.test", transport=transport) as client:
            assert done() == await client.run(PROGRAM)
            assert "r_2" == await client.submit(PROGRAM)
            assert done(id="r_2") == await client.get("r_2", wait_s=1)
            assert "cancelled" == (await client.cancel("r_2")).status
            assert [PYTHON] == await client.languages()
            assert [IMAGE] == await client.images()
            assert READY == await client.ready()
            assert 20 == len(await collected(client.run_many([PROGRAM] * 20, 8)))

    asyncio.run(run())
    assert all(seen.request == PROGRAM for seen in service.seen)


def read_request(connection: socket.socket) -> bytes:
    """One request with its body, which may come in pieces."""
    data = b""
    while not data.endswith(b"}"):
        data += connection.recv(65536)
    return data


@contextmanager
def hanging_up(times: int, then: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads requests and hangs up, so many times, and then answers one."""
    received: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        for number in range(times + 1):
            connection, _ = listener.accept()
            with connection:
                received.append(read_request(connection))
                if number == times:
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(then)}\r\n\r\n"
                    connection.sendall(head.encode() + then)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
        thread.join()


def test_a_server_that_hangs_up_gets_the_same_request_again():
    body = done().model_dump_json().encode()
    with hanging_up(2, body) as (url, received), Client(url) as client:
        assert done() == client.run(PROGRAM)
    assert 3 == len(received)
    assert 1 == len(set(received))


def test_the_patience_counts_stages_and_helper_programs() -> None:
    def patience_s(**fields: Any) -> float:
        return run_patience_s(
            RunRequest.model_validate({"language": "python", "code": "", **fields})
        )

    stage = {"name": "a", "command": ["true"], "limits": {"wall_time_s": 50}}
    more = {"name": "b", "command": ["true"], "limits": {"wall_time_s": 7}}
    assert patience_s(stages=[stage, more]) - patience_s(stages=[stage]) == 7
    tests: dict[str, Any] = {"tests": [{}, {}]}
    helper = {"language": "python", "code": "", "limits": {"wall_time_s": 5}}
    checked = patience_s(**tests, checker={"type": "program", **helper})
    assert checked - patience_s(**tests) == 10
    assert patience_s(**tests, interactor=helper) == checked
