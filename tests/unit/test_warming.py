"""Which images a worker reads when it starts: small ones, within an amount."""

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from images.catalog import Catalog
from sandbox.worker import host
from sandbox.worker.host import Host, StoredImage
from tests.unit.test_slot_pool import FakeSlot, make_pool


def warmed(sizes: list[int]) -> list[int]:
    """The sizes of the images that are read, in order."""
    read: list[int] = []

    async def load(self: Host, image: StoredImage) -> None:
        read.append(image.size_bytes)

    async def scenario() -> None:
        images = [SimpleNamespace(size_bytes=size) for size in sizes]
        catalog = cast(Catalog, SimpleNamespace(images=images))
        one = Host(make_pool(FakeSlot("s")), catalog, ExitStack(), [])
        with patch.object(Host, "_load", load):
            one.warm()
            assert one._warming is not None
            await one._warming

    asyncio.run(scenario())
    return read


@given(st.lists(st.integers(0, 2 * host._WARM_BYTES), max_size=12))
def test_the_small_ones_are_read_as_many_as_fit(sizes: list[int]):
    read = warmed(sizes)
    assert sorted(sizes)[: len(read)] == read
    assert sum(read) <= host._WARM_BYTES
    if len(read) < len(sizes):
        assert sum(sorted(sizes)[: len(read) + 1]) > host._WARM_BYTES


def test_images_lock_a_quarter_of_what_the_worker_may_use() -> None:
    with patch.object(host, "usable_memory_bytes", return_value=4000):
        one = Host(make_pool(FakeSlot("s")), cast(Catalog, None), ExitStack(), [])
    assert one._files._most_locked_bytes == 1000
