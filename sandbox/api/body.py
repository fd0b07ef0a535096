"""Bodies: limits before they are read whole, and JSON without its loopholes."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, NoReturn

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api.bodies import Bodies, Held
from sandbox.api.callers import caller_in
from sandbox.api.errors import ApiError

# Strings and separators of a body. The other limits allow a request about 60,000 of them, so more
# is no request, but each would cost many times its bytes in memory, and an error of its own.
MAX_PIECES = 100_000
_PIECE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[,\[{]', re.DOTALL)

JSON_TYPES = frozenset({"application/json"})
NDJSON_TYPES = JSON_TYPES | {"application/x-ndjson", "application/ndjson", "application/jsonl"}


class BodyLimit:
    """Middleware: a body has a largest size and a longest time, and all of them a common bound.

    Who reads a body that is refused gets an ApiError, before any of it is held: by its declared length
    before any of it is read, or, where none is declared, as soon as it goes beyond. A body that nobody
    reads takes no room, however large it is said to be.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_s: float, bodies: Bodies) -> None:
        """``max_bytes`` and ``max_s`` are those of one body."""
        self._app = app
        self._max_bytes, self._max_s = max_bytes, max_s
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held = Held(self._bodies, caller_in(scope))
        scope.setdefault("state", {})["body"] = held
        try:
            await self._app(scope, self._counting(scope, receive, held), send)
        finally:
            held.shrink_to(0)

    def _counting(self, scope: Scope, receive: Receive, held: Held) -> Receive:
        received, is_begun, is_whole = 0, False, False
        deadline_s = asyncio.get_running_loop().time() + self._max_s

        async def counting() -> Message:
            nonlocal received, is_begun, is_whole
            if is_whole:
                return await receive()
            if not is_begun:
                self._take_declared(held, scope)
                is_begun = True
            try:
                async with asyncio.timeout_at(deadline_s):
                    message = await receive()
            except TimeoutError:
                raise self._too_slow() from None
            if message["type"] == "http.disconnect":  # nobody sees the answer, but it is no crash
                raise ApiError(400, "malformed", "the body has no end", close=True)
            received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            try:
                self._take(held, received)
            except ApiError as error:
                error.close = True  # nobody knows how much would come
                raise
            return message

        return counting

    def _take_declared(self, held: Held, scope: Scope) -> None:
        try:
            # The HTTP parser has checked that it is a number, and the only one.
            self._take(held, int(_header(scope, b"content-length") or 0))
        except ApiError as error:
            # Who waits for leave to send the body does not send it now: what comes next is no body.
            error.close = error.close or _header(scope, b"expect") is not None
            raise

    def _take(self, held: Held, size_bytes: int) -> None:
        if size_bytes > self._max_bytes:
            message = f"a body may have {self._max_bytes} bytes at most"
            # The rest of the body is not read, so the connection cannot be used again.
            raise ApiError(413, "too_large", message, close=True)
        held.grow_to(size_bytes)

    def _too_slow(self) -> ApiError:
        message = f"a body may take {self._max_s:g} s at most until it is here"
        return ApiError(408, "body_too_slow", message, close=True)


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for known, value in scope["headers"] if known == name), None)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"the name {name[:100]!r} occurs twice in one object")
        if not name.isascii():
            name.encode()  # raises UnicodeEncodeError for a lone surrogate
        members[name] = value
    return members


def _has_too_many_pieces(body: bytes) -> bool:
    # Counting is much faster than matching, and what is inside of strings can only add to it.
    if sum(map(body.count, (b'"', b",", b"[", b"{"))) <= MAX_PIECES:
        return False
    return next(islice(_PIECE.finditer(body), MAX_PIECES, None), None) is not None


def parse_json(body: bytes) -> Any:
    """Strict JSON in UTF-8: no NaN, no name twice in an object, nothing deep or split up without end.

    Raises:
        ApiError: 400, or 413 for too many values, with what is wrong.
    """
    if _has_too_many_pieces(body):
        raise ApiError(413, "too_large", "the JSON has more values than any request can need")
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise ApiError(400, "malformed", "the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise ApiError(400, "malformed", "the body is not UTF-8") from None
    except UnicodeEncodeError:
        raise ApiError(400, "malformed", "a name in the JSON holds a lone surrogate") from None
    except ValueError as error:
        raise ApiError(400, "malformed", f"the body is not valid JSON: {error}"[:300]) from None


class _StrictRequest(Request):
    async def json(self) -> Any:
        return parse_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose body is parsed by `parse_json`."""

    def get_route_handler(self) -> Any:
        """FastAPI's hook for another request class."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Any:
            return await handler(_StrictRequest(request.scope, request.receive))

        return strict


def accept(media_types: frozenset[str]) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses a body of another declared type.

    A web page may send a foreign site text or forms without being asked, but no JSON. So this also
    keeps pages that somebody looks at from using a service on their own machine.
    """

    async def check(request: Request) -> None:
        declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared not in media_types:
            wanted = " or ".join(sorted(media_types))
            raise ApiError(415, "wrong_content_type", f"the Content-Type must be {wanted}")

    return check
