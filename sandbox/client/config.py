"""What the two clients have in common in their use of httpx: address, connections, exceptions."""

import ipaddress
import os
from collections.abc import Mapping
from typing import TypedDict

import httpx

from sandbox.client.flows import Broken
from sandbox.client.wire import Call, Reply

URL_VARIABLE = "SANDBOX_URL"
KEY_VARIABLE = "SANDBOX_API_KEY"
DEFAULT_URL = "http://127.0.0.1:8000"
CONNECT_TIMEOUT_S = 5.0
WRITE_TIMEOUT_S = 30.0
KEEPALIVE_S = 4.0  # less than uvicorn's 5 s: the server must not be the first to close


def service_url(url: str | None) -> httpx.URL:
    """The address that was given, else SANDBOX_URL's, else this machine's.

    Raises:
        ValueError: it is no HTTP address.
    """
    text = url or os.environ.get(URL_VARIABLE) or DEFAULT_URL
    try:
        parsed = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ValueError(f"the service's address is no URL: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("the service's address must look like http://HOST:PORT")
    return parsed


def with_key(headers: Mapping[str, str] | None, api_key: str | None) -> httpx.Headers:
    """Headers with the caller's key: the one that was given, else SANDBOX_API_KEY's, if there is one.

    A header `Authorization` that is given goes before it, however it is written.

    Raises:
        ValueError: it cannot stand in a header; the message does not quote it.
    """
    key = api_key or os.environ.get(KEY_VARIABLE)
    if not key:
        return httpx.Headers(headers)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("the service's API key must be printable ASCII without blanks")
    found = httpx.Headers({"Authorization": f"Bearer {key}"})
    found.update(headers)
    return found


def shown(url: httpx.URL) -> str:
    """The address for messages: without a password."""
    return str(url.copy_with(username=None, password=None)).rstrip("/")


def uses_proxies(url: httpx.URL) -> bool:
    """Whether HTTP_PROXY and the like count: not for this machine itself."""
    try:
        return not ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host != "localhost"


def needs_certificates(url: httpx.URL) -> bool:
    """Whether certificates are checked, for which they must be loaded: a waste for plain HTTP."""
    return url.scheme != "http"


def check_concurrency(concurrency: int) -> None:
    """Raises ValueError if nothing could run."""
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency}: it must be 1 or more")


def pool(concurrency: int) -> httpx.Limits:
    """One connection, kept alive, for each run at once."""
    check_concurrency(concurrency)
    return httpx.Limits(
        max_connections=concurrency,
        max_keepalive_connections=concurrency,
        keepalive_expiry=KEEPALIVE_S,
    )


class Sending(TypedDict):
    """What a call is for httpx, besides method and path."""

    params: Mapping[str, str]
    content: bytes | None
    headers: Mapping[str, str]
    timeout: httpx.Timeout


def sending(call: Call) -> Sending:
    """A call for httpx. Waiting for a free connection is no failure, so it has no timeout."""
    timeout = httpx.Timeout(
        connect=CONNECT_TIMEOUT_S, read=call.read_timeout_s, write=WRITE_TIMEOUT_S, pool=None
    )
    return Sending(params=call.query, content=call.body, headers=call.headers, timeout=timeout)


def reply(response: httpx.Response) -> Reply:
    """An answer of httpx for the flows."""
    return Reply(response.status_code, response.content, response.headers.get("Retry-After"))


def broken(error: httpx.RequestError) -> Broken:
    """What an exception of httpx means for the next attempt."""
    not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
    hopeless = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.DecodingError)
    return Broken(
        reason=str(error) or type(error).__name__,
        sent=not isinstance(error, not_sent),
        hopeless=isinstance(error, hopeless),
    )
