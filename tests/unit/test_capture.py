"""Reading a program's output: all of it is drained, only the first of it is kept."""

import asyncio
import fcntl
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.capture import Capture


def captured(limit: int, chunks: list[bytes], between: float | None = 0) -> tuple[bytes, bool, int]:
    """What is kept of chunks that are written, whether it is cut, and how often that was told."""

    async def scenario() -> tuple[bytes, bool, int]:
        told: list[None] = []
        capture = Capture(limit, os.getuid(), lambda: told.append(None))
        for chunk in chunks:
            os.write(capture.write_fd, chunk)
            if between is not None:
                await asyncio.sleep(between)
        capture.close_write_end()
        return capture.finish(), capture.truncated, len(told)

    return asyncio.run(scenario())


@settings(deadline=None)
@given(
    limit=st.integers(0, 300),
    chunks=st.lists(st.binary(min_size=1, max_size=200), max_size=10),
    is_read_meanwhile=st.booleans(),
)
def test_the_first_bytes_are_kept_and_more_is_told_once(limit, chunks, is_read_meanwhile):
    data = b"".join(chunks)
    is_cut = len(data) > limit
    found = captured(limit, chunks, 0 if is_read_meanwhile else None)
    assert (data[:limit], is_cut, int(is_cut)) == found


def test_a_writer_is_never_blocked_not_even_beyond_the_limit():
    async def scenario() -> tuple[int, int]:
        capture = Capture(1000, os.getuid(), lambda: None)
        writer = os.dup(capture.write_fd)
        capture.close_write_end()
        written = await asyncio.to_thread(write_all, writer, 10_000_000)
        os.close(writer)
        return written, len(capture.finish())

    assert (10_000_000, 1000) == asyncio.run(scenario())


def write_all(fd: int, count: int) -> int:
    left = memoryview(bytes(count))
    while left:
        left = left[os.write(fd, left) :]
    return count


def test_a_flood_leaves_the_event_loop_time_for_others():
    async def scenario() -> int:
        capture = Capture(1 << 30, os.getuid(), lambda: None)
        writer = os.dup(capture.write_fd)
        capture.close_write_end()
        turns = 0
        writing = asyncio.create_task(asyncio.to_thread(write_all, writer, 50_000_000))
        while not writing.done():
            await asyncio.sleep(0)
            turns += 1
        os.close(writer)
        capture.finish()
        return turns

    assert asyncio.run(scenario()) > 50


@pytest.mark.parametrize("end", [Capture.close, Capture.finish], ids=["closed", "finished"])
def test_no_descriptor_is_left(end: Callable[[Capture], object]):
    def lowest_free() -> int:
        fd = os.dup(0)
        os.close(fd)
        return fd

    async def scenario() -> None:
        before = lowest_free()
        capture = Capture(10, os.getuid(), lambda: None)
        os.write(capture.write_fd, b"x")
        capture.close_write_end() if end is Capture.finish else None
        end(capture)
        capture.close()
        assert before == lowest_free()

    asyncio.run(scenario())


def test_descriptors_do_not_come_down_to_other_programs():
    async def scenario() -> None:
        capture = Capture(10, os.getuid(), lambda: None)
        assert fcntl.fcntl(capture.write_fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
        capture.close()

    asyncio.run(scenario())
