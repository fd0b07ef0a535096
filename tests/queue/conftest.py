"""A Redis for all tests of this folder, empty for each of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.queue.rig import Rig, rig_of
from tests.redis_server import RedisServer, redis_server


@pytest.fixture
def anyio_backend() -> str:
    """Tests with the mark ``anyio`` run in asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server(fsync="no") as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """One that a test may kill."""
    with redis_server() as server:
        yield server


@pytest.fixture(params=["local", "redis"])
async def rig(
    request: pytest.FixtureRequest, redis: RedisServer, anyio_backend: str
) -> AsyncIterator[Rig]:
    """A queue of each kind."""
    async with rig_of(request.param, redis) as one:
        yield one


@pytest.fixture
async def streams(redis: RedisServer, anyio_backend: str) -> AsyncIterator[Rig]:
    """A queue in Redis."""
    async with rig_of("redis", redis) as one:
        yield one
