"""The application: what the process holds, put together."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from sandbox import __version__
from sandbox.api import errors, routes_archives, routes_info, routes_runs
from sandbox.api.bodies import Bodies
from sandbox.api.body import BodyLimit
from sandbox.api.callers import Callers, KeyCheck
from sandbox.api.docs import mount_docs
from sandbox.api.service import Service
from sandbox.settings import Settings

_DESCRIPTION = """
Runs untrusted programs in containers and judges them.

A program's failure is a verdict and always status 200. A fault of ours has the verdict `IE`, the status
`failed` and **no** reward: never mistake it for a reward of 0.
"""


def create_app(settings: Settings, workers: socket.socket | None) -> FastAPI:
    """The application.

    Args:
        settings: the service's settings.
        workers: a listening local socket, on which workers of the local queue will connect.
    """
    bodies = Bodies(settings.bodies_bytes, settings.max_body_bytes)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(settings, workers, bodies)
        app.state.service = service
        await service.workers.start()
        yield
        await service.workers.stop()

    app = FastAPI(
        title="sandbox",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the target would be made of the caller's Host header
    )

    def on_busy(code: str) -> None:
        app.state.service.metrics.refused(code)

    errors.install(app, on_busy)
    app.include_router(routes_runs.router)
    app.include_router(routes_archives.router)
    app.include_router(routes_info.router)
    mount_docs(app)
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        max_s=settings.body_s,
        bodies=bodies,
    )
    if settings.callers_file is not None:
        # Added last, so it is the first: nothing of a stranger's request is read.
        app.add_middleware(KeyCheck, callers=Callers(settings.callers_file))
    return app
