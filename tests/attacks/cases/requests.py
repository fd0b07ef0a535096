"""Attacks on the interface: requests that must be refused, each with what the answer says."""

import gzip
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from sandbox.api import body

JSON = {"Content-Type": "application/json"}
SMALL = {"language": "python", "code": "print(1)"}
GOOD = json.dumps(SMALL).encode()
MIB = 1024 * 1024
# What the service of these attacks is given; the controls give it more.
SETTINGS: Mapping[str, Any] = {"max_body_bytes": MIB, "queue_size": 2, "queue_bytes": 1 << 20}


@dataclass(frozen=True)
class Weaker:
    """A service that lacks a protection: other settings, or code replaced in this process."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    patched: Callable[[], AbstractContextManager[Any]] | None = None


def _lenient_json() -> AbstractContextManager[Any]:
    return mock.patch.object(body, "parse_json", json.loads)


def _pieces_without_bound() -> AbstractContextManager[Any]:
    return mock.patch.object(body, "MAX_PIECES", 1 << 40)


WEAKER = {
    one.name: one
    for one in (
        Weaker("body limit", {"max_body_bytes": 1 << 30}),
        Weaker("strict JSON", patched=_lenient_json),
        Weaker("bound on values in a body", {"max_body_bytes": 1 << 30}, _pieces_without_bound),
        Weaker("bounded queue", {"queue_size": 4096, "queue_bytes": 1 << 30}),
    )
}


@dataclass(frozen=True)
class RequestAttack:
    """A hostile request.

    Attributes:
        name: unique, in words.
        content: the body.
        expected: status and code of the answer, `200` or `202` for one that is accepted.
        first: bodies that were accepted before it and still run.
        control: the protection without which ``without`` is answered.
    """

    name: str
    content: bytes
    expected: str
    path: str = "/run"
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    first: tuple[bytes, ...] = ()
    control: str | None = None
    without: str = ""


def fields(name: str, expected: str, **changes: Any) -> RequestAttack:
    """An attack by the fields of a request."""
    return RequestAttack(name, json.dumps({**SMALL, **changes}).encode(), expected)


def get(
    name: str, path: str, expected: str = "404 not_found", method: str = "GET"
) -> RequestAttack:
    """An attack by the path alone."""
    return RequestAttack(name, b"", expected, path, method)


NAMED = {**JSON, "Idempotency-Key": "mine"}

REQUESTS = [
    RequestAttack("a body over the limit", GOOD[:-1] + b" " * 2 * MIB + b"}", "413 too_large",
                  control="body limit", without="200"),
    RequestAttack("a body that is small until it is unpacked", gzip.compress(GOOD + bytes(8 * MIB)),
                  "400 malformed", headers={**JSON, "Content-Encoding": "gzip"}),
    RequestAttack("100,000 values in a body", b'{"language": "python", "code": "", "args": [' + b"1," * 200_000 + b"1]}",
                  "413 too_large", control="bound on values in a body", without="422 invalid_field"),
    RequestAttack("100,000 lists in each other", b"[" * 100_000, "400 malformed"),
    RequestAttack("the same field twice", GOOD[:-1] + b', "code": "print(2)"}', "400 malformed",
                  control="strict JSON", without="200"),
    RequestAttack("a number that is none", GOOD[:-1] + b', "limits": {"cpu_time_s": NaN}}', "400 malformed",
                  control="strict JSON", without="422 invalid_field"),
    RequestAttack("text in UTF-16", json.dumps(SMALL).encode("utf-16"), "400 malformed"),
    RequestAttack("a form, as any web page may send it", b"code=x", "415 wrong_content_type",
                  headers={"Content-Type": "application/x-www-form-urlencoded"}),
    RequestAttack("more runs than the queue takes", GOOD, "503 queue_full", "/run?wait=false",
                  first=(GOOD,) * 4, control="bounded queue", without="202"),
    RequestAttack("more bytes than the queue takes", json.dumps({**SMALL, "code": "#" * 900_000}).encode(),
                  "503 queue_full", "/run?wait=false", first=(GOOD,) * 2 + (json.dumps(
                      {**SMALL, "code": "#" * 900_000}).encode(),),
                  control="bounded queue", without="202"),
    RequestAttack("another body under somebody's key", GOOD[:-1] + b', "args": ["x"]}', "409 key_reused",
                  "/run?wait=false", headers=NAMED, first=(GOOD,)),
    fields("a name that leads above the working directory", "422 invalid_field", files={"../x": ""}),
    fields("an absolute name of a file", "422 invalid_field", files={"/etc/cron.d/x": ""}),
    fields("a file that is a directory too", "422 invalid_field", files={"a": "", "a/b": ""}),
    fields("a file in place of the program", "422 invalid_field", files={"main.py": "print(42)"}),
    fields("a NUL in a name", "422 invalid_field", files={"a\0.txt": ""}),
    fields("a pattern that leads above", "422 invalid_field", collect=["../../etc/*"]),
    fields("a test's name that is a path, with files to collect", "422 invalid_field",
           collect=["x"], tests=[{"id": "../../x"}]),
    fields("a language with a command behind it", "422 unknown_language", language="python;id"),
    fields("an image by address", "422 unknown_image", image="http://169.254.169.254/latest"),
    fields("a negative limit", "422 invalid_field", limits={"cpu_time_s": -1}),
    fields("a limit beyond the server's", "422 limit_too_large", limits={"memory_mb": 1 << 40}),
    fields("a limit that is no number", "422 invalid_field", limits={"pids": "512"}),
    fields("a checker that is a pattern", "422 invalid_field", checker={"type": "regex"}),
    fields("a field that is none: network", "422 invalid_field", network=True),
    fields("a field that is none: callback_url", "422 invalid_field", callback_url="http://127.0.0.1:6379/"),
    fields("a variable with an equals sign in its name", "422 invalid_field", env={"LD_PRELOAD=x\n": "y"}),
    fields("an argument with NUL", "422 invalid_field", args=["a\0b"]),
    get("another tenant's run, by guessing", "/runs/00000000000000000000000000000000", "404 no_such_run"),
    get("another tenant's run, cancelled by guessing", "/runs/1", "404 no_such_run", "DELETE"),
    get("files of the server by way of the documentation", "/docs/..%2f..%2fetc/passwd"),
    get("files of the server by way of its scripts", "/static-offline-docs/../../../../etc/passwd"),
    get("insides of the server", "/debug"),
    get("a method that nobody meant", "/run", "405 method_not_allowed", "PUT"),
]  # fmt: skip
