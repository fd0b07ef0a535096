"""The API process: gives up its privileges, serves, and drains on SIGTERM."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from sandbox import privileges
from sandbox.api.app import create_app
from sandbox.api.http import BoundedHttpProtocol
from sandbox.api.service import Service
from sandbox.settings import Settings

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn, but a signal does not close the door: draining answers 503 until the last run is done."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_s: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_s = drain_s
        self._draining: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._on_signal)
        yield

    def _on_signal(self) -> None:
        if self._draining is not None:
            self.should_exit = True  # told twice
            return
        self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        service = self._app.state.service
        assert isinstance(service, Service)
        queue = service.queue
        queue.close()
        log.info("draining: %d waiting, %d running", queue.waiting, queue.running)
        try:
            async with asyncio.timeout(self._drain_s):
                await queue.drained()
        except TimeoutError:
            count = queue.abandon("draining", "the service was stopped before this run was done")
            log.warning("%d runs were not done after %g s", count, self._drain_s)
        self.should_exit = True


def _use_all_descriptors() -> None:
    """Each waiting caller is a connection, and the usual soft limit is 1024 of them."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def run_api(settings: Settings, listener: socket.socket, workers: socket.socket | None) -> None:
    """The whole life of the API process.

    Args:
        settings: the service's settings.
        listener: the listening socket for HTTP.
        workers: the listening local socket for workers of the local queue.
    """
    _use_all_descriptors()
    app = create_app(settings, workers)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    parent = os.getppid()
    privileges.drop(settings.api_uid)
    privileges.die_with(parent)
    _Server(config, app, settings.drain_s).run([listener])
