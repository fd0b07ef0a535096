"""``/run`` and ``/runs``: starting, waiting, cancelling."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sandbox.api.batch import parse_batch, run_batch
from sandbox.api.bodies import held_by
from sandbox.api.body import JSON_TYPES, NDJSON_TYPES, StrictRoute, accept
from sandbox.api.callers import Caller, caller_of
from sandbox.api.examples import RUN_EXAMPLES
from sandbox.api.runs import Run
from sandbox.api.service import Service, service_of
from sandbox.models import ErrorAnswer, RunRequest, RunResult

MAX_WAIT_S = 60.0
# A queue that can be reached cancels at once.
_CANCEL_S = 10.0

_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorAnswer, "description": "The body is not strict JSON."},
    409: {"model": ErrorAnswer, "description": "The idempotency key was used with another body."},
    413: {"model": ErrorAnswer, "description": "The body is too large."},
    415: {"model": ErrorAnswer, "description": "The Content-Type is not JSON."},
    422: {"model": ErrorAnswer, "description": "A field is wrong; `field` names it."},
    408: {"model": ErrorAnswer, "description": "The body took too long to arrive."},
    401: {
        "model": ErrorAnswer,
        "description": "The service has callers, and this is no key of one.",
    },
    429: {
        "model": ErrorAnswer,
        "description": "This caller's share is used up; see `Retry-After`.",
    },
    503: {"model": ErrorAnswer, "description": "Full, draining or broken; see `Retry-After`."},
}
_BY_ID: dict[int | str, dict[str, Any]] = {
    503: {"model": ErrorAnswer, "description": "The queue cannot be reached; see `Retry-After`."},
    404: {"model": ErrorAnswer, "description": "No such run, or its result has expired."},
    422: {"model": ErrorAnswer, "description": "A parameter is wrong; `field` names it."},
}

_LINES = {"application/x-ndjson": {"schema": {"type": "string"}}}

router = APIRouter(route_class=StrictRoute, tags=["runs"])
ServiceDep = Annotated[Service, Depends(service_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]
RunId = Annotated[str, Path(max_length=64)]


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


@router.post(
    "/run",
    response_model=RunResult,
    responses={**_ERRORS, 202: {"model": RunResult}},
    dependencies=[Depends(accept(JSON_TYPES))],
)
async def run(
    http: Request,
    service: ServiceDep,
    caller: CallerDep,
    request: Annotated[RunRequest, Body(openapi_examples=RUN_EXAMPLES)],
    wait: Annotated[bool, Query(description="false: answer 202 with the id at once.")] = True,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Response:
    """Run a program and judge it.

    The answer is 200 whatever the verdict. A caller that closes the connection cancels its run,
    unless it gave the header `Idempotency-Key`, with which a request can be sent again safely: the
    same key and body give the same run.
    """
    started = await service.start(request, idempotency_key, await http.body(), caller)
    http.state.run = started.id  # for the line in the log
    if not wait:
        return _json(started.pending(), 202)
    return _Awaited(service, started, cancel_if_gone=idempotency_key is None)


class _Awaited(Response):
    """The answer to a run, when it is there.

    It is waited for while the response is sent and not in the route: FastAPI keeps a request's body,
    its JSON and its model until the route returns, three times what the queue has of it.
    """

    def __init__(self, service: Service, started: Run, *, cancel_if_gone: bool) -> None:
        super().__init__()
        self._service = service
        self._started = started
        self._cancel_if_gone = cancel_if_gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held_by(scope).shrink_to(0)  # from here on it is the queue's
        if self._cancel_if_gone:
            await self._cancel_unless_read(receive)
        await _json(await asyncio.shield(self._started.answer))(scope, receive, send)

    async def _cancel_unless_read(self, receive: Receive) -> None:
        """Waits for the answer; if the caller goes before it is there, ends what nobody will read."""
        answer = self._started.answer
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if not answer.done():
            self._service.runs.cancel(self._started.id)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@router.post(
    "/runs",
    response_class=StreamingResponse,
    responses={**_ERRORS, 200: {"description": "One result a line.", "content": _LINES}},
    dependencies=[Depends(accept(NDJSON_TYPES))],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": _LINES,
        }
    },
)
async def runs(http: Request, service: ServiceDep, caller: CallerDep) -> StreamingResponse:
    """Run many: one request a line in (NDJSON), one result a line out, in any order.

    All lines are checked before any is run; one that is wrong refuses them all. Every result carries
    `line`, the number of its request from 1. A request that cannot be run, because the service is
    shutting down for example, gives `{"line": N, "error": {…}}`.
    """
    lines = await parse_batch(service, await http.body(), caller)
    return StreamingResponse(
        run_batch(service, lines, caller, held_by(http.scope)), media_type="application/x-ndjson"
    )


@router.get("/runs/{run_id}", response_model=RunResult, responses=_BY_ID)
async def get_run(
    http: Request,
    service: ServiceDep,
    caller: CallerDep,
    run_id: RunId,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait.")] = 0.0,
) -> Response:
    """A run's result, or where it stands; `?wait=30` waits up to 30 seconds for the result."""
    found = await service.find(run_id, caller)
    http.state.run = run_id
    if wait > 0 and not found.answer.done():
        await asyncio.wait([found.answer], timeout=wait)
    return _json(found.answer.result() if found.answer.done() else found.pending())


@router.delete("/runs/{run_id}", response_model=RunResult, responses=_BY_ID)
async def cancel_run(
    http: Request, service: ServiceDep, caller: CallerDep, run_id: RunId
) -> Response:
    """Cancel a run; one that has ended stays as it is."""
    found = await service.find(run_id, caller)
    http.state.run = run_id
    service.runs.cancel(run_id)
    await asyncio.wait([found.answer], timeout=_CANCEL_S)
    return _json(found.answer.result() if found.answer.done() else found.pending())
