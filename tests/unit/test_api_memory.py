"""What a waiting run costs the API's process."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.api_harness import MIB, Call, serve, until

pytestmark = pytest.mark.anyio

RUNS, STDIN_BYTES = 6, 4 * MIB


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def body() -> bytes:
    return b'{"language": "python", "code": "", "stdin": "%s"}' % (b"x" * STDIN_BYTES)


def traced_bytes() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.usefixtures("traced")
async def test_a_waiting_run_takes_the_memory_that_the_queue_counts() -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        await api.submit()
        await api.worker.until(lambda: len(api.worker.started) == 1)
        before = traced_bytes()
        calls = [Call(api.app, "/run", body(), "application/json") for _ in range(RUNS)]
        await until(lambda: api.service.queue.waiting == RUNS)
        taken = traced_bytes() - before
        assert taken < 1.5 * RUNS * STDIN_BYTES
        api.worker.release()
        for call in calls:
            await call.task
