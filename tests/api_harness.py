"""The API in this process, without HTTP's sockets, and a worker that judges nothing, for tests."""

import asyncio
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import Message

from sandbox.api.app import create_app
from sandbox.api.service import Service
from sandbox.jobs import (
    HostFinding,
    ImageSummary,
    Job,
    JobResult,
    Language,
    LimitChanges,
    Step,
    WorkerHello,
)
from sandbox.models import RunResult, Verdict
from sandbox.queue.client import QueueClient
from sandbox.settings import Settings

MIB = 1024 * 1024

PYTHON = Language(
    name="python",
    aliases=("python3", "py"),
    version="3.11.2",
    image="python",
    source_file="main.py",
    compiled=False,
    limits=LimitChanges(10.0, 30.0, 512 * MIB, 64, 64 * MIB, 1024 * 1024, 1024),
    compile_limits=LimitChanges(),
)
CPP = Language(
    name="cpp",
    aliases=("c++", "g++"),
    version="12.2",
    image="cpp",
    source_file="main.cpp",
    compiled=True,
    limits=LimitChanges(10.0, 30.0, 256 * MIB, 64, 64 * MIB, 1024 * 1024, 1024),
    compile_limits=LimitChanges(30.0, 90.0, 1024 * MIB, 64, 256 * MIB, 1024 * 1024, 1024),
)
HELLO = WorkerHello(
    name="worker-0",
    slots=2,
    languages=(PYTHON, CPP),
    images=(
        ImageSummary("python", "sha256:aa", "Python", 1000, ("python",)),
        ImageSummary("cpp", "sha256:bb", "C++", 2000, ("cpp",)),
    ),
    host=(HostFinding("kernel", "PASS", "6.1"), HostFinding("swap", "CAUTION", "on", "swapoff")),
)
# What every request needs.
SMALL: dict[str, Any] = {"language": "python", "code": ""}


def ran_well(job: Job) -> JobResult:
    """A run without tests that copied its stdin to stdout."""
    step = Step(None, Verdict.OK, exit_code=0, stdout=job.stdin)
    return JobResult(
        job.id,
        Verdict.OK,
        1.0,
        run=step,
        image_name="python",
        image_digest="sha256:aa",
        worker="worker-0",
    )


async def until(condition: Callable[[], bool]) -> None:
    """Lets the event loop turn until something is so; the test's time limit bounds it."""
    while not condition():  # noqa: ASYNC110 - what changes is the service, which tells nobody
        await asyncio.sleep(0)


class FakeWorker:
    """Answers at once, or when it is told to. It talks to the API as a real one does."""

    def __init__(self, slots: int = 2) -> None:
        self.hello = WorkerHello(HELLO.name, slots, HELLO.languages, HELLO.images, HELLO.host)
        self.result_of: Callable[[Job], JobResult] = ran_well
        self.started: list[Job] = []
        self.cancelled: list[str] = []
        self._may_answer = asyncio.Event()
        self._may_answer.set()
        self._changed = asyncio.Condition()
        self._path: Path | None = None
        self.client: QueueClient | None = None
        self._serving: asyncio.Task[None] | None = None

    def hold(self) -> None:
        """From now on runs take until `release`."""
        self._may_answer.clear()

    def release(self) -> None:
        """All runs end."""
        self._may_answer.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for a change that makes a condition of this worker true."""
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _judge(self, job: Job) -> JobResult:
        self.started.append(job)
        await self._notify()
        try:
            await self._may_answer.wait()
        except asyncio.CancelledError:
            self.cancelled.append(job.id)
            await self._notify()
            raise
        return self.result_of(job)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def connect(self, path: Path) -> None:
        """Begins to serve a queue."""
        self._path = path
        self.client = QueueClient(self.hello, self._judge, path)
        self._serving = asyncio.create_task(self.client.talk())

    def reconnect(self) -> None:
        """As if the worker had been started again."""
        assert self._path is not None
        self.connect(self._path)

    async def disconnect(self) -> None:
        """As if the worker had died."""
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving


@dataclass
class Api:
    """A running API."""

    app: FastAPI
    service: Service
    worker: FakeWorker
    http: httpx.AsyncClient

    async def post(self, fields: object, path: str = "/run", **more: Any) -> httpx.Response:
        """``POST`` of an object as JSON."""
        content = json.dumps(fields).encode()
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        return await self.http.post(path, content=content, headers=headers, **more)

    async def run(self, **fields: object) -> RunResult:
        """``POST /run`` that must be accepted."""
        answer = await self.post({**SMALL, **fields})
        assert answer.status_code == 200, answer.text
        return RunResult.model_validate_json(answer.content)

    async def submit(self, **fields: object) -> str:
        """``POST /run?wait=false``; the id."""
        answer = await self.post({**SMALL, **fields}, "/run?wait=false")
        assert answer.status_code == 202, answer.text
        return RunResult.model_validate_json(answer.content).id

    async def batch(
        self, requests: Sequence[Mapping[str, object]], path: str = "/runs"
    ) -> httpx.Response:
        """``POST /runs``."""
        content = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
        return await self.http.post(
            path, content=content, headers={"Content-Type": "application/x-ndjson"}
        )

    async def until_workers(self, count: int) -> None:
        """Waits until the API has noticed how many workers there are."""
        await until(lambda: len(self.service.workers.workers) == count)

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = (await self.http.get("/metrics")).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if _is_sample(line, name))


def _is_sample(line: str, name: str) -> bool:
    return line.startswith((f"{name} ", f"{name}{{"))


@asynccontextmanager
async def serve(*, slots: int = 2, connect: bool = True, **settings: Any) -> AsyncIterator[Api]:
    """An API with a fake worker; ``settings`` as in `sandbox.settings`."""
    with tempfile.TemporaryDirectory() as directory:  # pytest's names are too long for a socket
        path = Path(directory) / "queue.sock"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen()
        app = create_app(Settings(**settings), listener)
        # The transport has no lifespan of its own.
        async with app.router.lifespan_context(app):
            worker = FakeWorker(slots)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
                api = Api(app, app.state.service, worker, http)
                if connect:
                    worker.connect(path)
                    await api.until_workers(1)
                try:
                    yield api
                finally:
                    worker.release()
                    await worker.disconnect()


class Call:
    """A ``POST`` whose answer is seen piece by piece, and whose caller can go away."""

    def __init__(self, app: FastAPI, path: str, body: bytes, content_type: str) -> None:
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._body: list[bytes] = [body]
        self._gone = asyncio.Event()
        headers = [(b"content-type", content_type.encode())]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},  # what the server declares
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {},
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            self.pieces.put_nowait(message["body"])

    async def go_away(self) -> None:
        """Closes the connection, and waits until the application has noticed."""
        self._gone.set()
        await self.task


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The ``error`` of an answer, which must have the one form that errors have."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) - {"field"} == {"code", "message", "retryable"}
    assert isinstance(error["code"], str)
    assert isinstance(error["message"], str)
    assert error["message"] != ""
    assert isinstance(error["retryable"], bool)
    assert isinstance(error.get("field", ""), str)
    assert ("retry-after" in answer.headers) == error["retryable"]
    return error
