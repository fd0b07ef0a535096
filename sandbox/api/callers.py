"""Who calls: API keys, what each caller may have under way, and a line for each request.

A key is a secret of 256 random bits (`sandbox key` makes one), so that a plain SHA-256 of it can be
kept: there is nothing to guess. The file of callers has only these digests. It is read again when it
has changed: a key that is taken out of it is refused from then on.
"""

import hashlib
import hmac
import logging
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api.errors import ApiError, answer
from sandbox.logs import AUDIT, about

audit = logging.getLogger(AUDIT)
log = logging.getLogger(__name__)

# What an orchestrator asks before it has a key.
_OPEN_PATHS = frozenset({"/healthz", "/readyz"})
_LOOK_S = 1.0
_SHOWN_CHARACTERS = 120


class CallersError(Exception):
    """The file of callers cannot be used; the message says why."""


# What is wrong is said without quoting it: it may be a key, where its digest should be.
_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
# A caller without a name would see the runs of all; others' names stand in the log as they are.
_Name = Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]


class _Entry(BaseModel):
    model_config = _STRICT

    keys_sha256: list[_Digest] = Field(min_length=1)
    most_unfinished: int = Field(default=1024, ge=1)


class _File(BaseModel):
    model_config = _STRICT

    callers: dict[_Name, _Entry]


@dataclass(frozen=True, slots=True)
class Caller:
    """One who calls.

    Attributes:
        most_unfinished: runs that it may have waiting and under way at once; None: no bound.
    """

    name: str
    most_unfinished: int | None = None

    @property
    def mark(self) -> str:
        """Ends the ids of its runs, so that every API knows whose they are."""
        if not self.name:
            return ""
        return "_" + hashlib.sha256(self.name.encode()).hexdigest()[:16]


# Where there are no keys, everybody is the same caller.
ANYBODY = Caller("")


class Callers:
    """The callers of a file."""

    def __init__(self, path: Path) -> None:
        """Reads the file. Raises CallersError."""
        self._path = path
        self._by_digest: list[tuple[str, Caller]] = []
        self._version = (0, 0)
        self._looked_s = 0.0
        self._read()

    def find(self, token: str) -> Caller | None:
        """Who has this key. Takes as long for every key that is no caller's, and for every caller's."""
        self._look_for_changes()
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = None
        for known, caller in self._by_digest:
            if hmac.compare_digest(known, digest):
                found = caller
        return found

    def _look_for_changes(self) -> None:
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        try:
            if self._version_now() != self._version:
                self._read()
                log.info("the callers have changed: %d keys", len(self._by_digest))
        except (OSError, CallersError) as error:
            # Nobody is let in by a file that nobody can read.
            self._by_digest, self._version = [], (0, 0)
            log.error("no caller is let in: %s", error)

    def _version_now(self) -> tuple[int, int]:
        state = self._path.stat()
        return state.st_mtime_ns, state.st_ino

    def _read(self) -> None:
        try:
            version = self._version_now()
            read = _File.model_validate(tomllib.loads(self._path.read_text()))
        except (OSError, ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CallersError(f"callers file {self._path}: {error}") from error
        self._by_digest = [
            (digest.lower(), Caller(name, entry.most_unfinished))
            for name, entry in read.callers.items()
            for digest in entry.keys_sha256
        ]
        self._version = version


class KeyCheck:
    """Middleware: lets in who has a key, and writes a line about each request and its answer.

    The line has neither what was sent nor the key.
    """

    def __init__(self, app: ASGIApp, callers: Callers) -> None:
        """``callers`` says whose a key is."""
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in _OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        caller = self._callers.find(_token(scope))
        began_s = time.monotonic()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if caller is None:
                error = ApiError(401, "unauthorized", "a key is needed: Authorization: Bearer KEY")
                await answer(error, {"WWW-Authenticate": "Bearer"})(scope, receive, noting)
            else:
                scope.setdefault("state", {})["caller"] = caller
                await self._app(scope, receive, noting)
        finally:
            _note(
                caller="-" if caller is None else caller.name,
                method=scope["method"],
                path=scope["path"][:_SHOWN_CHARACTERS],
                status=status,
                seconds=round(time.monotonic() - began_s, 3),
                run=scope.get("state", {}).get("run", ""),
            )


def _note(*, run: str, **fields: object) -> None:
    text = (
        "caller=%(caller)s method=%(method)s path=%(path)r status=%(status)d seconds=%(seconds).3f"
    )
    audit.info(text, fields, extra=about(run, **fields))


async def caller_of(request: Request) -> Caller:
    """Who sent a request (a FastAPI dependency)."""
    return caller_in(request.scope)


def caller_in(scope: Scope) -> Caller:
    """Who sent the request of a scope."""
    caller = scope.get("state", {}).get("caller", ANYBODY)
    assert isinstance(caller, Caller)
    return caller


def _token(scope: Scope) -> str:
    """What the request gives as its key; empty if it gives none, or several."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(given) != 1:
        return ""
    scheme, _, token = given[0].decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
