"""The API's end of the queue: how it ends."""

import asyncio
import socket
import tempfile
from pathlib import Path

import pytest

from sandbox.jobs import WorkerHello, pack
from sandbox.queue.channel import Channel, Kind
from sandbox.queue.local import LocalQueue
from sandbox.queue.server import QueueServer

pytestmark = pytest.mark.anyio

HELLO = WorkerHello("w", 1, (), (), ())


@pytest.mark.parametrize("says_hello", [True, False])
async def test_stopping_with_a_connection_is_no_error(
    caplog: pytest.LogCaptureFixture, *, says_hello: bool
) -> None:
    changed = asyncio.Event()
    with tempfile.TemporaryDirectory() as directory:
        path = str(Path(directory) / "queue.sock")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        server = QueueServer(LocalQueue(1, 1), listener, changed.set)
        await server.start()
        channel = Channel(*await asyncio.open_unix_connection(path))
        if says_hello:
            channel.send(Kind.HELLO, pack(HELLO))
            await changed.wait()
        else:
            await asyncio.sleep(0.01)  # until it is accepted
        await server.stop()
        assert await channel.receive() is None
        assert server.workers == []
        await channel.close()
    await asyncio.sleep(0)  # asyncio's own callbacks come after the task
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
