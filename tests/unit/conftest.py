"""The API in this process, for tests that are coroutines."""

from collections.abc import AsyncIterator

import pytest

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
