"""Bodies: JSON without loopholes, and a limit that holds before a body is read whole."""

import asyncio
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from sandbox.api.bodies import Bodies
from sandbox.api.body import MAX_PIECES, BodyLimit, parse_json
from sandbox.api.errors import ApiError
from tests.api_harness import SMALL, Api, error_of, serve

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def refusal(body: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse_json(body)
    return caught.value


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_json_writes_is_read_back(value: Any, ascii_only: bool, indent: int | None) -> None:
    finite = json.dumps(value).count("Infinity") == 0
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    if finite:
        assert repr(parse_json(body)) == repr(value)


@st.composite
def almost_json(draw: st.DrawFn) -> bytes:
    """JSON with a small piece replaced by something."""
    body = json.dumps(draw(VALUES)).encode()
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, len(body)))
    rubbish = st.binary(max_size=3) | st.sampled_from(
        [b'"', b"\\", b",", b"[", b"}", b"NaN", b"-Infinity", b"\xef\xbb\xbf", b"\\ud800", b"1e999"]
    )
    return body[:start] + draw(rubbish) + body[end:]


@given(st.binary(max_size=30) | almost_json())
@example(b'\xff\xfe"\x00a\x00"\x00')
@example(b"\xef\xbb\xbf{}")
@example(b'{"a":1,"a":1}')
@example(b"[NaN]")
@example(b'"\\ud800"')
@example(b'{"\\ud83d\\ude00":"\\ud800"}')
def test_whatever_is_accepted_means_the_same_to_everybody(body: bytes) -> None:
    with suppress(ApiError):
        value = parse_json(body)
        assert repr(value) == repr(json.loads(body))
        assert repr(value) == repr(json.loads(body.decode("utf-8")))


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_names_of_numbers_that_are_none_are_refused(name: str) -> None:
    assert name in refusal(f'{{"a": [{name}]}}'.encode()).detail


def test_a_number_beyond_all_floats_is_left_to_its_field() -> None:
    assert parse_json(b"1e999") == math.inf


@given(st.lists(st.tuples(TEXT, st.integers()), max_size=8))
def test_a_name_may_occur_once_in_an_object(pairs: list[tuple[str, int]]) -> None:
    inner = ",".join(f"{json.dumps(name)}:{value}" for name, value in pairs)
    body = f'{{"outer": [{{{inner}}}]}}'.encode()
    if len(dict(pairs)) == len(pairs):
        assert parse_json(body) == {"outer": [dict(pairs)]}
    else:
        assert "occurs twice" in refusal(body).detail


def test_a_name_that_is_written_in_two_ways_is_one_name() -> None:
    assert "'code' occurs twice" in refusal(b'{"code": "a", "\\u0063ode": "b"}').detail


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-32-le"), "not valid JSON"),
        (b'{"\\ud800": 1}', "lone surrogate"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b"[" * 90_000, "too deeply"),
        (b'{"a":' * 30_000, "too deeply"),
        (b"9" * 100_000, "not valid JSON"),
        (b"-" + b"9" * 100_000, "not valid JSON"),
        (b"{} {}", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b"[1,]", "not valid JSON"),
        (b"01", "not valid JSON"),
    ],
)
def test_what_is_not_strict_json_is_malformed(body: bytes, reason: str) -> None:
    error = refusal(body)
    assert (error.status_code, error.code) == (400, "malformed")
    assert reason in error.detail
    assert len(error.detail) <= 300


MANY_VALUES = {
    "numbers": b"[" + b"1," * MAX_PIECES + b"1]",
    "lists": b"[" + b"[]," * MAX_PIECES + b"1]",
    "objects": b"[" + b"{}," * MAX_PIECES + b"1]",
    "strings": b"[" + b'"",' * MAX_PIECES + b"1]",
    "depth": b"[" * (MAX_PIECES + 1),
    "quotes": b'"' * 3 * MAX_PIECES,
    "names": b"{" + b",".join(b'"%d":1' % number for number in range(MAX_PIECES)) + b"}",
}


@pytest.mark.parametrize("kind", MANY_VALUES)
def test_a_body_of_endless_small_values_is_refused_unparsed(kind: str) -> None:
    error = refusal(MANY_VALUES[kind])
    assert (error.status_code, error.code) == (413, "too_large")


@given(st.lists(st.sampled_from(['"', ",", "[", "{", "\\", "a", "\n"]), max_size=12))
def test_what_stands_inside_of_a_string_is_no_value(pattern: list[str]) -> None:
    value = {"code": "".join(pattern) * (2 * MAX_PIECES // 12), "stdin": ""}
    assert parse_json(json.dumps(value).encode()) == value


def test_a_late_duplicate_is_found_in_linear_time() -> None:
    members = b",".join(b'"%d":1' % number for number in range(30_000))
    # Far beyond the test's time limit if each name were looked for in all of them, twenty times.
    for _ in range(20):
        assert "'29999' occurs twice" in refusal(b"{" + members + b',"29999":1}').detail


class Recorder:
    """An application that reads its body and says how many bytes it got."""

    def __init__(self) -> None:
        self.received = bytearray()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            self.received += message.get("body", b"")
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Exchange:
    """One request through the middleware, by hand."""

    def __init__(self, limit: int) -> None:
        self.app = Recorder()
        self.limit = limit
        self.pulled = 0
        self.sent: list[Message] = []

    def _middleware(self, bodies: Bodies) -> BodyLimit:
        return BodyLimit(self.app, self.limit, 60, bodies)

    def send(self, chunks: list[bytes], headers: list[tuple[bytes, bytes]]) -> ApiError | None:
        remaining = list(chunks)

        async def receive() -> Message:
            self.pulled += 1
            body = remaining.pop(0) if remaining else b""
            return {"type": "http.request", "body": body, "more_body": bool(remaining)}

        async def send(message: Message) -> None:
            self.sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
        try:
            bodies = Bodies(10**9, 10**9)
            asyncio.run(self._middleware(bodies)(scope, receive, send))
        except ApiError as error:
            return error
        return None


@given(st.lists(st.binary(max_size=9), max_size=9), st.integers(0, 40))
def test_the_application_never_gets_more_than_the_limit(chunks: list[bytes], limit: int) -> None:
    exchange = Exchange(limit)
    error = exchange.send(chunks, [(b"transfer-encoding", b"chunked")])
    whole = b"".join(chunks)
    if len(whole) <= limit:
        assert error is None
        assert bytes(exchange.app.received) == whole
    else:
        assert error is not None
        assert (error.status_code, error.code, error.close) == (413, "too_large", True)
        assert len(exchange.app.received) <= limit
        assert whole.startswith(bytes(exchange.app.received))


@given(st.integers(0, 10**30), st.integers(0, 1000))
def test_a_declared_length_over_the_limit_is_refused_unread(length: int, limit: int) -> None:
    exchange = Exchange(limit)
    error = exchange.send([b""], [(b"content-length", b"%d" % length)])
    if length <= limit:
        assert (error, exchange.sent[0]["status"]) == (None, 200)
    else:
        assert error is not None
        assert (error.status_code, error.code, error.close) == (413, "too_large", True)
        assert exchange.pulled == 0


@pytest.mark.anyio
@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_of_exactly_the_limit_passes_and_one_more_byte_does_not(
    chunked: bool,
) -> None:
    async with serve(max_body_bytes=2048) as api:
        for extra, status in ((0, 200), (1, 413)):
            body = json.dumps(SMALL).encode().ljust(2048 + extra)
            answer = await send(api, body, chunked)
            assert answer.status_code == status
        assert error_of(answer)["code"] == "too_large"
        assert answer.headers["connection"] == "close"
        assert len(api.worker.started) == 1


async def send(api: Api, body: bytes, chunked: bool) -> Any:
    async def pieces() -> Any:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    content = pieces() if chunked else body
    return await api.http.post(
        "/run", content=content, headers={"Content-Type": "application/json"}
    )


@pytest.mark.anyio
async def test_a_body_without_end_is_given_up_at_the_limit() -> None:
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1000
            yield b"x" * 1000

    async with serve(max_body_bytes=10_000) as api:
        for path in ("/run", "/runs"):
            taken = 0
            answer = await api.http.post(
                path, content=endless(), headers={"Content-Type": "application/json"}
            )
            assert error_of(answer)["code"] == "too_large"
            assert taken <= 12_000
        assert api.worker.started == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/run", "application/json", 200),
        ("/run", "Application/JSON; charset=utf-8", 200),
        ("/run", "text/plain", 415),
        ("/run", "text/plain; application/json", 415),
        ("/run", "application/x-www-form-urlencoded", 415),
        ("/run", "multipart/form-data; boundary=x", 415),
        ("/run", "application/x-ndjson", 415),
        ("/run", "", 415),
        ("/run", None, 415),
        ("/runs", "application/x-ndjson", 200),
        ("/runs", "application/jsonl", 200),
        ("/runs", "application/json", 200),
        ("/runs", "text/plain", 415),
        ("/runs", None, 415),
    ],
)
async def test_only_json_is_taken_so_that_no_foreign_web_page_can_send_a_run(
    api: Api, path: str, content_type: str | None, status: int
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await api.http.post(path, content=json.dumps(SMALL), headers=headers)
    assert answer.status_code == status
    if status == 415:
        assert error_of(answer)["code"] == "wrong_content_type"
        assert api.worker.started == []
