"""The worker's end of the queue: every job that comes gives a slot back, however it ends."""

import asyncio
import struct
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sandbox.jobs import Job, JobResult, WorkerHello, pack, unpack
from sandbox.models import Verdict
from sandbox.queue.channel import Channel, Kind
from sandbox.queue.client import QueueClient

pytestmark = pytest.mark.anyio

HELLO = WorkerHello("w", 1, (), (), ())
Script = Callable[[Channel], Awaitable[None]]


async def judge(job: Job) -> JobResult:
    """Code tells what the judge does."""
    if job.code == b"forever":
        await asyncio.Event().wait()
    if job.code == b"crash":
        raise RuntimeError("a bug")
    messages = {b"large": "x" * (8 << 20), b"no text": "\udcff"}
    return JobResult(job.id, Verdict.OK, 1.0, message=messages.get(job.code, ""))


async def talk(script: Script, ahead: int = 0) -> None:
    """Runs a script at the API's end of a connection with one worker, which has one slot."""
    done = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        channel = Channel(reader, writer)
        try:
            assert await channel.receive() == (Kind.HELLO, pack(HELLO))
            assert await channel.receive() == (Kind.CLAIM, b"%d" % (1 + ahead))
            await script(channel)
            done.set_result(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
            done.set_exception(error)
        finally:
            await channel.close()

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "queue.sock"
        async with await asyncio.start_unix_server(serve, str(path)):
            await QueueClient(HELLO, judge, path, ahead=ahead).talk()
            await done


def job(code: bytes, name: str = "r_1") -> bytes:
    return pack(Job(name, "python", None, code))


@pytest.mark.parametrize("code", [b"", b"crash", b"no text"])
async def test_every_job_has_a_result(code: bytes) -> None:
    async def script(channel: Channel) -> None:
        channel.send(Kind.JOB, job(code))
        message = await channel.receive()
        assert message is not None
        assert message[0] is Kind.RESULT
        result = unpack(JobResult, message[1])
        assert (result.id, result.verdict) == ("r_1", Verdict.IE if code else Verdict.OK)

    await talk(script)


async def test_a_job_that_is_cancelled_before_it_begins_gives_its_slot_back() -> None:
    async def script(channel: Channel) -> None:
        channel.send(Kind.JOB, job(b"forever"))
        channel.send(Kind.CANCEL, b"r_1")  # in the same piece: nothing runs in between
        assert await asyncio.wait_for(channel.receive(), 5) == (Kind.CLAIM, b"1")

    await talk(script)


async def test_a_cancellation_that_comes_too_late_is_nothing() -> None:
    async def script(channel: Channel) -> None:
        channel.send(Kind.CANCEL, b"r_0")
        channel.send(Kind.JOB, job(b""))
        message = await channel.receive()
        assert message is not None
        assert message[0] is Kind.RESULT

    await talk(script)


async def test_a_cancellation_while_the_result_is_sent_claims_nothing_more() -> None:
    async def script(channel: Channel) -> None:
        channel.send(Kind.JOB, job(b"large"))
        size, kind = struct.unpack("=IB", await channel._reader.readexactly(5))
        assert (size > 8 << 20, kind) == (True, Kind.RESULT)
        channel.send(Kind.CANCEL, b"r_1")  # it waits for us to read the rest
        kinds = []
        for name in ("r_2", "r_3"):
            channel.send(Kind.JOB, job(b"", name))
            if name == "r_2":
                await channel._reader.readexactly(size)
            message = await channel.receive()
            kinds.append(message and message[0])
        assert kinds == [Kind.RESULT, Kind.RESULT]

    await talk(script, ahead=2)


async def test_a_job_that_was_claimed_ahead_begins_when_the_slot_is_free() -> None:
    async def script(channel: Channel) -> None:
        channel.send(Kind.JOB, job(b"forever"))
        channel.send(Kind.JOB, job(b"forever", "r_2"))
        channel.send(Kind.JOB, job(b"", "r_3"))
        channel.send(Kind.CANCEL, b"r_2")
        assert await channel.receive() == (Kind.CLAIM, b"1")
        channel.send(Kind.CANCEL, b"r_1")
        messages = [await channel.receive() for _ in range(2)]
        results = [
            unpack(JobResult, one[1]).id for one in messages if one and one[0] is Kind.RESULT
        ]
        assert results == ["r_3"]

    await talk(script, ahead=2)
