"""The blocking client."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from sandbox.client import config
from sandbox.client.errors import SandboxError, number_in_error
from sandbox.client.flows import SYSTEM, Chance, Flow, Flows, Outcome
from sandbox.client.retry import RetryPolicy
from sandbox.client.wire import Call, checked_request
from sandbox.models import ImageInfo, LanguageInfo, Readiness, RunRequest, RunResult

T = TypeVar("T")


class Client:
    """The service, for code that may block. Threads may share it. Close it, or use ``with``.

    Args:
        base_url: the service; else the environment variable SANDBOX_URL, else
            http://127.0.0.1:8000.
        concurrency: connections that are kept; as many calls can be under way at once.
        retry_for_s: seconds that a call may lose to pauses and failed attempts before it raises
            ServiceUnavailable. 0 tries once.
        retry_faults: how often a run that ended with a retryable fault of the sandbox (IE) is
            made again.
        api_key: the caller's key, for a service that has callers; else the environment variable
            SANDBOX_API_KEY.
        headers: sent with every request, for gateways that ask for one.
        transport: in place of the network.

    All methods raise RequestRefused, ServiceUnavailable and AnswerInvalid, as ``errors.py`` says.

    Raises:
        ValueError: the address is no HTTP address, or a number makes no sense.
    """

    _chance: Chance = SYSTEM

    def __init__(
        self,
        base_url: str | None = None,
        *,
        concurrency: int = 32,
        retry_for_s: float = 60.0,
        retry_faults: int = 1,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        url = config.service_url(base_url)
        policy = RetryPolicy(retry_for_s=retry_for_s, retry_faults=retry_faults)
        self._flows = Flows(config.shown(url), policy, self._chance)
        self._closed = threading.Event()
        self._http = httpx.Client(
            base_url=url,
            headers=config.with_key(headers, api_key),
            limits=config.pool(concurrency),
            trust_env=config.uses_proxies(url),
            verify=config.needs_certificates(url),
            transport=transport,
        )

    def run(
        self,
        request: RunRequest | None = None,
        /,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> RunResult:
        """Run a program and wait for its verdict.

        A verdict is a result, also ``IE``: then ``reward`` is None, never 0.

        Args:
            request: what to run; or give its fields (``language=..., code=..., tests=[...]``).
            idempotency_key: the same key and request give the same run; by default a fresh one.
        """
        return self._carry_out(self._flows.run(checked_request(request, fields), idempotency_key))

    def run_many(
        self, requests: Iterable[RunRequest], concurrency: int = 32
    ) -> Iterator[tuple[int, RunResult]]:
        """Run many programs, ``concurrency`` at once; yields each one's number when it is done.

        Requests are taken as they are needed, so they may come from a generator. An error ends it
        all: no more is sent, and the exception's note tells the request's number.
        """
        config.check_concurrency(concurrency)
        return self._run_many(requests, concurrency)

    def submit(
        self,
        request: RunRequest | None = None,
        /,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> str:
        """Queue a program and return its run's id at once; `get` has the result."""
        flow = self._flows.submit(checked_request(request, fields), idempotency_key)
        return self._carry_out(flow)

    def get(self, run_id: str, wait_s: float | None = None) -> RunResult:
        """A run as it is now, or with ``wait_s`` when it has ended, but after so long at the latest."""
        return self._carry_out(self._flows.get(run_id, wait_s or 0.0))

    def cancel(self, run_id: str) -> RunResult:
        """Cancel a run. One that has ended stays as it is; the answer says what became of it."""
        return self._carry_out(self._flows.cancel(run_id))

    def upload(self, archive: bytes) -> str:
        """Upload a tar archive for ``repository.digest``, unless the service has it; returns its digest.

        It makes room for others in time: a run is refused with ``unknown_archive`` then.
        """
        return self._carry_out(self._flows.upload(archive))

    def languages(self) -> list[LanguageInfo]:
        """What can be run."""
        return self._carry_out(self._flows.languages())

    def images(self) -> list[ImageInfo]:
        """What it is run in."""
        return self._carry_out(self._flows.images())

    def ready(self) -> Readiness:
        """Whether the service takes work, and why not. "Not ready" is an answer, no exception."""
        return self._carry_out(self._flows.ready())

    def close(self) -> None:
        """Close all connections. Calls under way in other threads fail."""
        self._closed.set()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run_many(
        self, requests: Iterable[RunRequest], concurrency: int
    ) -> Iterator[tuple[int, RunResult]]:
        stop = threading.Event()
        numbered = enumerate(requests)
        running: dict[Future[RunResult], int] = {}
        threads = ThreadPoolExecutor(concurrency, thread_name_prefix="sandbox-client")

        def fill() -> None:
            for index, request in islice(numbered, concurrency - len(running)):
                flow = self._flows.run(request, None)
                running[threads.submit(self._carry_out, flow, stop)] = index

        try:
            fill()
            while running:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                finished = [(running.pop(future), future) for future in done]
                fill()
                for index, future in finished:
                    with number_in_error(index):
                        result = future.result()
                    yield index, result
        finally:
            stop.set()
            threads.shutdown(wait=False, cancel_futures=True)

    def _carry_out(self, flow: Flow[T], stop: threading.Event | None = None) -> T:
        stop = stop or self._closed
        try:
            attempt = next(flow)
            while True:
                self._pause(attempt.pause_s, stop)
                attempt = flow.send(self._send(attempt.call))
        except StopIteration as end:
            result: T = end.value
            return result

    def _pause(self, seconds: float, stop: threading.Event) -> None:
        if stop.wait(seconds):
            raise SandboxError("the client was closed")

    def _send(self, call: Call) -> Outcome:
        try:
            return config.reply(self._http.request(call.method, call.path, **config.sending(call)))
        except httpx.RequestError as error:
            return config.broken(error)
