"""A service that judges nothing, for the tests of its clients: right answers, and wrong ones on demand.

It keeps the promise that matters to clients: the same idempotency key gives the same run.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sandbox.models import (
    CheckInfo,
    ErrorBody,
    ImageInfo,
    LanguageInfo,
    Limits,
    Readiness,
    RunRequest,
    RunResult,
    StepResult,
    Verdict,
    WorkerInfo,
)

PYTHON = LanguageInfo(
    name="python",
    aliases=["py", "python3"],
    version="3.11",
    image="python",
    source_file="main.py",
    compiled=False,
    limits=Limits(cpu_time_s=10, memory_mb=256),
    compile_limits=Limits(),
)
IMAGE = ImageInfo(
    name="python", digest="sha256:1", description="Python", size_bytes=1, languages=["python"]
)
READY = Readiness(
    ready=True,
    queued=3,
    running=2,
    workers=[WorkerInfo(name="w1", slots=4)],
    host=[
        CheckInfo(name="crun", level="PASS", finding="1.8.1"),
        CheckInfo(name="swap", level="CAUTION", finding="swap is on", mend="swapoff -a"),
    ],
)


def done(verdict: Verdict = Verdict.AC, **fields: Any) -> RunResult:
    """A result as the service gives it."""
    error = None
    if verdict is Verdict.IE:
        error = ErrorBody(code="worker_lost", message="a worker died", retryable=False)
    values = {
        "id": "r_1",
        "status": "failed" if verdict is Verdict.IE else "done",
        "verdict": verdict,
        "reward": None if verdict is Verdict.IE else float(verdict is Verdict.AC),
        "error": error,
    }
    return RunResult.model_validate(values | fields)


def refusal(
    status: int, code: str = "x", *, retry_after: str | None = None, field: str | None = None
) -> Response:
    """An error answer in the service's form."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    error = {"code": code, "message": "because", "retryable": status in (429, 503)}
    named = {} if field is None else {"field": field}
    return JSONResponse({"error": {**error, **named}}, status, headers)


@dataclass(frozen=True)
class Seen:
    """A request to run something, as it came in."""

    key: str | None
    wait: str | None
    body: bytes

    @property
    def request(self) -> RunRequest:
        """The body, checked."""
        return RunRequest.model_validate_json(self.body)


@dataclass
class FakeService:
    """Set what it answers, read what it was asked.

    Attributes:
        answers: for the next runs, in order; when they are used up, every run is ``otherwise``.
        judge: decides by the request instead, if it has an answer.
        by_key: the answer that each idempotency key got.
    """

    answers: deque[RunResult | Response] = field(default_factory=deque)
    otherwise: RunResult = field(default_factory=done)
    judge: Callable[[RunRequest], RunResult | Response | None] = lambda request: None
    readiness: Readiness = READY
    seen: list[Seen] = field(default_factory=list)
    by_key: dict[str, RunResult] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Forget everything, for the next test."""
        vars(self).update(vars(FakeService()))

    def app(self) -> FastAPI:
        """The service as an ASGI application."""
        app = FastAPI()

        @app.post("/run")
        async def run(http: Request) -> Response:
            return self._answer(
                Seen(
                    http.headers.get("Idempotency-Key"),
                    http.query_params.get("wait"),
                    await http.body(),
                )
            )

        @app.get("/runs/{run_id}")
        async def get(run_id: str) -> RunResult:
            return done(id=run_id)

        @app.delete("/runs/{run_id}")
        async def cancel(run_id: str) -> RunResult:
            self.cancelled.append(run_id)
            return RunResult(id=run_id, status="cancelled")

        @app.get("/languages")
        async def languages() -> list[LanguageInfo]:
            return [PYTHON]

        @app.get("/images")
        async def images() -> list[ImageInfo]:
            return [IMAGE]

        @app.get("/readyz")
        async def readyz() -> Response:
            status = 200 if self.readiness.ready else 503
            return JSONResponse(self.readiness.model_dump(), status)

        return app

    def _answer(self, seen: Seen) -> Response:
        self.seen.append(seen)
        if seen.wait == "false":
            return JSONResponse({"id": "r_2", "status": "queued"}, 202)
        known = self.by_key.get(seen.key or "")
        if known is None:
            answer = self.judge(seen.request)
            if answer is None:
                answer = self.answers.popleft() if self.answers else self.otherwise
            if isinstance(answer, Response):
                return answer
            known = self.by_key[seen.key or ""] = answer
        return Response(known.model_dump_json(), media_type="application/json")


def step(verdict: Verdict, **fields: Any) -> StepResult:
    """A step that used a little of everything."""
    values = {"cpu_time_s": 0.011, "wall_time_s": 0.0125, "memory_bytes": 9 << 20}
    return StepResult.model_validate({"verdict": verdict} | values | fields)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of 127.0.0.1; yields its address."""
    # The socket takes connections before the server does: nobody has to wait for the start.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
