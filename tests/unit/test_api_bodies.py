"""The memory for bodies: one bound for all, a share for each caller, and nothing kept back."""

import asyncio
import json
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from sandbox.api.bodies import Bodies, Held
from sandbox.api.callers import ANYBODY, Caller
from sandbox.api.errors import ApiError
from sandbox.jobs import failed
from tests.api_harness import MIB, SMALL, Api, error_of, serve, until
from tests.unit.test_api_callers import ALICE, BOB, bearer, write

LARGEST, MOST = 4 * MIB, 16 * MIB
JSON_TYPE = {"Content-Type": "application/json"}
GOOD = json.dumps(SMALL).encode()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 12)), max_size=40),
    st.integers(1, 30),
    st.integers(1, 10),
)
def test_never_is_more_held_than_may_be_and_in_the_end_nothing(
    steps: list[tuple[int, bool, int]], most: int, largest: int
) -> None:
    bodies = Bodies(most, largest)
    callers = [ANYBODY, Caller("a"), Caller("b")]
    requests = [Held(bodies, caller) for caller in islice(cycle(callers), 5)]
    whose = list(islice(cycle(callers), 5))
    for number, grows, size in steps:
        with suppress(ApiError):
            (requests[number].grow_to if grows else requests[number].shrink_to)(size)
        held: Counter[str] = Counter()
        for request, caller in zip(requests, whose, strict=True):
            held[caller.name] += request.size_bytes
        assert bodies.held_bytes == held.total() <= max(most, largest)
        assert all(held[name] <= max(most // 2, largest) for name in "ab")
    for request in requests:
        request.shrink_to(0)
    assert bodies.held_bytes == 0
    Held(bodies, Caller("a")).grow_to(largest)  # a body of the largest always has room in the end


class Sender:
    """A request whose body comes as its test wants, and whose answer is kept."""

    def __init__(
        self,
        api: Api,
        *,
        declared: int | None = None,
        path: str = "/run",
        key: str = "",
        method: str = "POST",
        more: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        headers = [(b"content-type", b"application/json"), *more]
        if declared is not None:
            headers.append((b"content-length", b"%d" % declared))
        if key:
            headers.append((b"authorization", f"Bearer {key}".encode()))
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": b"", "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2), "state": {},
        }  # fmt: skip
        self.pulled = 0
        self.task = asyncio.create_task(api.app(scope, self._receive, self._send))

    def piece(self, body: bytes, *, more: bool = True) -> None:
        """Sends a piece of the body."""
        self.messages.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def go_away(self) -> None:
        """Closes the connection."""
        self.messages.put_nowait({"type": "http.disconnect"})

    async def _receive(self) -> Message:
        self.pulled += 1
        return await self.messages.get()

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        await self.reads.wait()
        self.body += message.get("body", b"")

    @property
    def error(self) -> dict[str, Any]:
        """What the answer says went wrong."""
        error: dict[str, Any] = json.loads(self.body)["error"]
        return error


def held_bytes(api: Api) -> int:
    return api.service.bodies.held_bytes


@pytest.fixture
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serve(max_body_bytes=LARGEST, bodies_bytes=MOST) as running:
        yield running


@pytest.mark.anyio
async def test_a_declared_length_without_room_is_refused_unread(api: Api) -> None:
    held = [Sender(api, declared=LARGEST) for _ in range(4)]
    await until(lambda: held_bytes(api) == MOST)
    late = Sender(api, declared=1)
    await late.task
    assert (late.status, late.error["code"], late.pulled) == (503, "bodies_full", 0)
    assert late.error["retryable"]
    assert 1 <= int(late.headers["retry-after"]) <= 5
    # The rest of the body is read and dropped, so that its sender gets to see the answer.
    assert "connection" not in late.headers
    assert await api.metric("sandbox_refused_total") == 1
    held[0].go_away()
    await until(lambda: held_bytes(api) == MOST - LARGEST)
    assert (await api.run()).status == "done"
    for other in held[1:]:
        other.task.cancel()
    await until(lambda: held_bytes(api) == 0)


@pytest.mark.anyio
async def test_who_waits_for_leave_to_send_the_body_is_not_misunderstood_later(api: Api) -> None:
    held = [Sender(api, declared=LARGEST) for _ in range(4)]
    await until(lambda: held_bytes(api) == MOST)
    late = Sender(api, declared=1, more=((b"expect", b"100-continue"),))
    await late.task
    assert (late.status, late.headers["connection"]) == (503, "close")
    for other in held:
        other.go_away()


@pytest.mark.anyio
async def test_a_body_of_unknown_length_is_refused_when_it_goes_beyond(api: Api) -> None:
    held = [Sender(api, declared=LARGEST) for _ in range(3)]
    chunked = Sender(api)
    chunked.piece(b"x" * MIB)
    await until(lambda: held_bytes(api) == 3 * LARGEST + MIB)
    last = Sender(api, declared=LARGEST - MIB)
    await until(lambda: held_bytes(api) == MOST)
    chunked.piece(b"x")
    await chunked.task
    assert (chunked.status, chunked.error["code"]) == (503, "bodies_full")
    assert chunked.headers["connection"] == "close"
    assert held_bytes(api) == MOST - MIB
    for other in (*held, last):
        other.go_away()
    await until(lambda: held_bytes(api) == 0)
    assert await api.metric("sandbox_refused_total") == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/run", GOOD, 200),
        ("/run?wait=false", GOOD, 202),
        ("/run", b"{", 400),
        ("/run", b"{}", 422),
        ("/run", b"x" * (LARGEST + 1), 413),
        ("/runs", GOOD + b"\n" + b" " * 1000 + b"\n" + GOOD, 200),
        ("/runs", GOOD + b"\n{", 400),
        ("/archives", b"no archive", 415),
        ("/nowhere", b"x", 404),
        ("/languages", b"x", 405),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_whatever_comes_of_a_request_its_body_is_given_back(
    api: Api, path: str, body: bytes, status: int, chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    content = pieces() if chunked else body
    answer = await api.http.post(path, content=content, headers=JSON_TYPE)
    assert answer.status_code == status
    assert held_bytes(api) == 0


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/run", "/runs"])
@pytest.mark.parametrize("declared", [None, 1000])
@pytest.mark.parametrize("end", ["go_away", "cancel", "crash"])
async def test_however_a_request_ends_its_body_is_given_back(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, declared: int | None, end: str
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(api.service, "make_job", crash)
    sender = Sender(api, path=path, declared=declared)
    sender.piece(GOOD)
    await until(lambda: held_bytes(api) == (declared or len(GOOD)))
    if end == "go_away":
        sender.go_away()
    elif end == "cancel":
        sender.task.cancel()
    else:
        sender.piece(b"", more=False)
    await asyncio.gather(sender.task, return_exceptions=True)
    assert sender.status == {"go_away": 400, "cancel": 0, "crash": 500}[end]
    assert held_bytes(api) == 0


@pytest.mark.anyio
async def test_a_body_that_does_not_come_is_given_up() -> None:
    async with serve(max_body_bytes=LARGEST, bodies_bytes=MOST, body_s=0.05) as api:
        for path in ("/run", "/runs"):
            slow = Sender(api, declared=LARGEST, path=path)
            slow.piece(b"x")
            await slow.task
            assert (slow.status, slow.error["code"]) == (408, "body_too_slow")
            assert slow.headers["connection"] == "close"
            assert held_bytes(api) == 0


@pytest.mark.anyio
async def test_a_body_that_is_here_may_wait_for_its_run_for_long() -> None:
    async with serve(slots=1, body_s=0.05) as api:
        api.worker.hold()
        sender = Sender(api, declared=len(GOOD))
        sender.piece(GOOD, more=False)
        await api.worker.until(lambda: len(api.worker.started) == 1)
        assert held_bytes(api) == 0  # from here on it is the queue's
        await asyncio.sleep(0.1)
        api.worker.release()
        await sender.task
        assert sender.status == 200


@pytest.mark.anyio
async def test_a_batch_holds_the_lines_that_wait() -> None:
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        sender = Sender(api, path="/runs")
        sender.piece(b"\n".join([GOOD] * 5) + b"\n" + b" " * 1000, more=False)
        # One runs and one waits in the queue.
        await until(lambda: api.service.queue.full)
        await until(lambda: held_bytes(api) == 3 * len(GOOD))
        sender.go_away()
        await sender.task
        assert held_bytes(api) == 0


@pytest.mark.anyio
async def test_a_caller_has_a_share_and_others_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "callers.toml"
    write(path, {"alice": [ALICE], "bob": [BOB]})
    async with serve(max_body_bytes=LARGEST, bodies_bytes=MOST, callers_file=path) as api:
        alices = [Sender(api, declared=LARGEST, key=ALICE) for _ in range(2)]
        await until(lambda: held_bytes(api) == MOST // 2)
        refused = await api.post(SMALL, headers=bearer(ALICE))
        assert refused.status_code == 429
        assert error_of(refused)["code"] == "share_used_up"
        assert (await api.post(SMALL, headers=bearer(BOB))).status_code == 200
        for sender in alices:
            sender.go_away()
        await until(lambda: held_bytes(api) == 0)
        assert (await api.post(SMALL, headers=bearer(ALICE))).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "key", "status"),
    [
        ("GET", "/healthz", "", 200),
        ("POST", "/healthz", "", 405),
        ("POST", "/run", "", 401),
        ("GET", "/languages", ALICE, 200),
        ("POST", "/nowhere", ALICE, 404),
    ],
)
async def test_who_sends_no_body_takes_no_room_whatever_was_declared(
    tmp_path: Path, method: str, path: str, key: str, status: int
) -> None:
    callers = tmp_path / "callers.toml"
    write(callers, {"alice": [ALICE], "bob": [BOB]})
    async with serve(max_body_bytes=LARGEST, bodies_bytes=MOST, callers_file=callers) as api:
        senders = [
            Sender(api, declared=LARGEST, path=path, method=method, key=key) for _ in "12345"
        ]
        for sender in senders:
            sender.reads.clear()  # and does not take its answer either
        await until(lambda: all(sender.status for sender in senders))
        assert {sender.status for sender in senders} == {status}
        assert held_bytes(api) == 0
        assert (await api.post(SMALL, headers=bearer(BOB))).status_code == 200
        for sender in senders:
            sender.reads.set()
            await sender.task


@pytest.mark.anyio
@pytest.mark.parametrize("chunked", [False, True])
async def test_many_large_bodies_at_once_take_no_more_memory_than_is_theirs(
    api: Api, chunked: bool
) -> None:
    body = json.dumps({**SMALL, "stdin": "x" * (LARGEST - 1000)}).encode()
    api.worker.result_of = lambda job: failed(job.id, "x", "y")
    tracemalloc.start()
    try:
        senders = [Sender(api, declared=None if chunked else len(body)) for _ in range(60)]
        for start in range(0, len(body), MIB):  # all of them send at the same speed
            piece = body[start : start + MIB]
            for sender in senders:
                sender.piece(piece, more=start + MIB < len(body))
            await asyncio.sleep(0)
        await asyncio.gather(*(sender.task for sender in senders))
        _now, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4 * MOST
    statuses = Counter(sender.status for sender in senders)
    assert set(statuses) == {200, 503}
    assert statuses[200] >= (1 if chunked else MOST // LARGEST)
    assert held_bytes(api) == 0
