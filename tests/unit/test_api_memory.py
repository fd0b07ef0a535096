"""What a waiting run costs the API's process."""

import base64
import gc
import io
import json
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.models_judging import MAX_CASE_IDS, MAX_STAGES
from sandbox.queue.local import LocalQueue
from tests.api_harness import MIB, Call, serve, until

pytestmark = pytest.mark.anyio

RUNS, STDIN_BYTES = 6, 4 * MIB


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def of_stdin() -> dict[str, Any]:
    return {"language": "python", "code": "", "stdin": "x" * STDIN_BYTES}


def of_strings() -> dict[str, Any]:
    """Many texts in place of a long one, as many as a request may have."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a"), io.BytesIO())
    stages = [
        {"name": f"{number}", "command": ["true", "x" * 60_000], "env": {"A": "y" * 60_000}}
        for number in range(MAX_STAGES)
    ]
    repository = {
        "archive": {"base64": base64.b64encode(archive.getvalue()).decode()},
        "report": {"format": "tap"},
        "must_pass": [f"{number:100}" for number in range(MAX_CASE_IDS)],
    }
    return {"language": "python", "code": "", "stages": stages, "repository": repository}


def traced_bytes() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("request_of", [of_stdin, of_strings])
async def test_a_waiting_run_takes_the_memory_that_the_queue_counts(
    request_of: Callable[[], dict[str, Any]],
) -> None:
    async with serve(slots=1) as api:
        api.worker.hold()
        await api.submit()
        await api.worker.until(lambda: len(api.worker.started) == 1)
        queue = api.service.queue
        assert isinstance(queue, LocalQueue)
        body = json.dumps(request_of()).encode()
        before = traced_bytes()
        calls = [Call(api.app, "/run", body, "application/json") for _ in range(RUNS)]
        await until(lambda: queue.waiting == RUNS)
        taken = traced_bytes() - before
        assert taken < 1.5 * queue._waiting_bytes
        assert queue._waiting_bytes < 1.5 * RUNS * len(body)
        api.worker.release()
        for call in calls:
            await call.task


@pytest.mark.usefixtures("traced")
async def test_a_waiting_line_of_a_batch_takes_the_memory_that_is_counted_of_it() -> None:
    tests = [{"stdin": f"{number}", "expected_output": f"{number}"} for number in range(20)]
    line = json.dumps({"language": "python", "code": "print(input())", "tests": tests}).encode()
    async with serve(slots=1, queue_size=1) as api:
        api.worker.hold()
        before_bytes = traced_bytes()
        call = Call(api.app, "/runs", b"\n".join([line] * 2000), "application/x-ndjson")
        await until(lambda: api.service.queue.full)
        await until(lambda: api.service.bodies.held_bytes == 1998 * len(line))
        assert traced_bytes() - before_bytes < 3 * api.service.bodies.held_bytes
        call.task.cancel()
