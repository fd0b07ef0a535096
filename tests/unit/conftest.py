"""The API in this process, for tests that are coroutines; a log that is left as it was."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox import logs
from tests.api_harness import Api, serve


@pytest.fixture
def anyio_backend() -> str:
    """Tests with the mark ``anyio`` run in asyncio, as the service does."""
    return "asyncio"


@pytest.fixture
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    """The API with one fake worker that has two slots."""
    async with serve() as running:
        yield running


@pytest.fixture
def log_as_it_was() -> Iterator[None]:
    """Leaves the log of this process as the other tests expect it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []  # `configure` closes what it finds, and these are still needed
    yield
    root.handlers[:], root.level = handlers, level
    for name in ("sandbox", "runtime", "images", logs.AUDIT):
        logging.getLogger(name).setLevel(logging.NOTSET)
