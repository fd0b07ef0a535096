"""The asyncio client. What the methods do is said in ``sync.py``."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from sandbox.client import config
from sandbox.client.errors import number_in_error
from sandbox.client.flows import SYSTEM, Chance, Flow, Flows, Outcome
from sandbox.client.retry import RetryPolicy
from sandbox.client.wire import Call, checked_request
from sandbox.models import ImageInfo, LanguageInfo, Readiness, RunRequest, RunResult

T = TypeVar("T")


class AsyncClient:
    """The service, for asyncio. Arguments, methods and exceptions are those of `Client`.

    Close it with ``aclose``, or use ``async with``. Cancelling a call closes its connection.
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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        url = config.service_url(base_url)
        policy = RetryPolicy(retry_for_s=retry_for_s, retry_faults=retry_faults)
        self._flows = Flows(config.shown(url), policy, self._chance)
        self._http = httpx.AsyncClient(
            base_url=url,
            headers=config.with_key(headers, api_key),
            limits=config.pool(concurrency),
            trust_env=config.uses_proxies(url),
            verify=config.needs_certificates(url),
            transport=transport,
        )

    async def run(
        self,
        request: RunRequest | None = None,
        /,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> RunResult:
        """Run a program and wait for its verdict."""
        flow = self._flows.run(checked_request(request, fields), idempotency_key)
        return await self._carry_out(flow)

    def run_many(
        self, requests: Iterable[RunRequest], concurrency: int = 32
    ) -> AsyncIterator[tuple[int, RunResult]]:
        """Run many programs, ``concurrency`` at once; yields each one's number when it is done."""
        config.check_concurrency(concurrency)
        return self._run_many(requests, concurrency)

    async def submit(
        self,
        request: RunRequest | None = None,
        /,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> str:
        """Queue a program and return its run's id at once; `get` has the result."""
        flow = self._flows.submit(checked_request(request, fields), idempotency_key)
        return await self._carry_out(flow)

    async def get(self, run_id: str, wait_s: float | None = None) -> RunResult:
        """A run as it is now, or with ``wait_s`` when it has ended, but after so long at the latest."""
        return await self._carry_out(self._flows.get(run_id, wait_s or 0.0))

    async def cancel(self, run_id: str) -> RunResult:
        """Cancel a run. One that has ended stays as it is; the answer says what became of it."""
        return await self._carry_out(self._flows.cancel(run_id))

    async def upload(self, archive: bytes) -> str:
        """Upload a tar archive for ``repository.digest``, unless the service has it; its digest."""
        return await self._carry_out(self._flows.upload(archive))

    async def languages(self) -> list[LanguageInfo]:
        """What can be run."""
        return await self._carry_out(self._flows.languages())

    async def images(self) -> list[ImageInfo]:
        """What it is run in."""
        return await self._carry_out(self._flows.images())

    async def ready(self) -> Readiness:
        """Whether the service takes work, and why not. "Not ready" is an answer, no exception."""
        return await self._carry_out(self._flows.ready())

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _run_many(
        self, requests: Iterable[RunRequest], concurrency: int
    ) -> AsyncIterator[tuple[int, RunResult]]:
        numbered = enumerate(requests)
        running: dict[asyncio.Task[RunResult], int] = {}
        finished: list[tuple[int, asyncio.Task[RunResult]]] = []

        def fill() -> None:
            for index, request in islice(numbered, concurrency - len(running)):
                flow = self._flows.run(request, None)
                running[asyncio.create_task(self._carry_out(flow))] = index

        try:
            fill()
            while running:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                finished = [(running.pop(task), task) for task in done]
                fill()
                for index, task in finished:
                    with number_in_error(index):
                        result = task.result()
                    yield index, result
        finally:
            for task in running:
                task.cancel()
            tasks = [*running, *(task for _, task in finished)]
            await asyncio.gather(*tasks, return_exceptions=True)  # all ended, every error seen

    async def _carry_out(self, flow: Flow[T]) -> T:
        try:
            attempt = next(flow)
            while True:
                await self._pause(attempt.pause_s)
                attempt = flow.send(await self._send(attempt.call))
        except StopIteration as end:
            result: T = end.value
            return result

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _send(self, call: Call) -> Outcome:
        try:
            response = await self._http.request(call.method, call.path, **config.sending(call))
        except httpx.RequestError as error:
            return config.broken(error)
        return config.reply(response)
