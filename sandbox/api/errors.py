"""Errors as callers see them: one JSON form, a status, and Retry-After where waiting helps."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from sandbox.mistakes import describe
from sandbox.models import ErrorAnswer, ErrorBody


class ApiError(HTTPException):
    """An error that the caller gets to see."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after_s: int | None = None,
        close: bool = False,
    ) -> None:
        """``retry_after_s`` marks the error as retryable, ``close`` ends the connection."""
        super().__init__(status, message)
        self.code = code
        self.field = field
        self.retry_after_s = retry_after_s
        self.close = close


def busy(code: str, message: str, wait_s: float, status: int = 503) -> ApiError:
    """503 or 429, with a Retry-After of about ``wait_s``, spread so that not all come back at once."""
    seconds = min(30, max(1, round(wait_s * random.uniform(1.0, 1.5))))  # noqa: S311 - no secret
    return ApiError(status, code, message, retry_after_s=seconds)


def answer(error: ApiError, more_headers: Mapping[str, str] | None = None) -> Response:
    """The error as an HTTP response."""
    body = ErrorBody(
        code=error.code,
        message=str(error.detail),
        field=error.field,
        retryable=error.retry_after_s is not None,
    )
    headers = dict(more_headers or {})
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if error.close:
        headers["Connection"] = "close"
    content = ErrorAnswer(error=body).model_dump(exclude_none=True)
    return JSONResponse(content, error.status_code, headers)


def invalid(mistake: Mapping[str, Any], where: str = "") -> ApiError:
    """422 for one of pydantic's errors; ``where`` is put before its message."""
    field, message = describe(mistake)
    if not field:
        where += "the request: "
    return ApiError(422, "invalid_field", where + message, field=field or None)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    mistake = error.errors()[0]
    _source, *location = mistake["loc"]  # the body, the query or a header
    return answer(invalid({**mistake, "loc": location}))


async def _on_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    codes = {404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "bad_request")
    return answer(ApiError(error.status_code, code, str(error.detail)), error.headers)


async def _on_crash(_: Request, error: Exception) -> Response:
    # The traceback is in the log, where Starlette puts it; nothing of it is a caller's business.
    return answer(ApiError(500, "internal", "an internal error; the server's log has the details"))


def install(app: FastAPI, on_busy: Callable[[str], None]) -> None:
    """Makes every error of ``app`` take the one form.

    ``on_busy`` is called with the code of each answer that asks to come back.
    """

    async def on_api_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        if error.retry_after_s is not None:
            on_busy(error.code)
        return answer(error)

    app.add_exception_handler(ApiError, on_api_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(StarletteHTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_crash)
