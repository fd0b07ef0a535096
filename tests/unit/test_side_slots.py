"""Slots for checkers and interactors: no two jobs wait for each other, however many there are."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images.catalog import Catalog
from runtime.errors import SandboxFault
from sandbox.worker.host import Host, StoredImage
from tests.unit.test_slot_pool import FakeSlot, make_pool


class FakeImage:
    def __init__(self, name: str) -> None:
        self.name = name
        self.digest = f"sha256:{name}"
        self.rootfs = Path("/images") / name
        self.definition = SimpleNamespace(languages=())


IMAGES = [cast(StoredImage, FakeImage(name)) for name in "ab"]


def make_host(*slots: FakeSlot) -> Host:
    return Host(make_pool(*slots), cast(Catalog, None), ExitStack(), [])


async def loaded() -> None:
    """The image's files are in memory already."""


def scenario(work: Any) -> None:
    async def bounded() -> None:
        with patch.object(Host, "_load", lambda *_: asyncio.ensure_future(loaded())):
            await asyncio.wait_for(work(), 20)

    asyncio.run(bounded())


@settings(deadline=None)
@given(
    slots=st.integers(1, 3),
    jobs=st.lists(st.lists(st.sampled_from([0, 1]), max_size=4), min_size=1, max_size=8),
)
def test_all_jobs_end_also_if_each_needs_many_side_slots(slots: int, jobs: list[list[int]]):
    async def work() -> None:
        host = make_host(*(FakeSlot(f"s{number}") for number in range(2 * slots)))
        credit = asyncio.Semaphore(slots)  # a worker claims no more jobs than it has slots
        sides = 0

        async def job(needs: list[int]) -> None:
            nonlocal sides
            async with credit, host.lease(IMAGES[0]) as own:
                for image in needs:
                    async with host.lease_side(IMAGES[image]) as side:
                        sides += 1
                        assert side is not own
                        assert sides <= slots
                        await asyncio.sleep(0)
                        sides -= 1

        await asyncio.gather(*(job(needs) for needs in jobs))

    scenario(work)


def test_when_half_of_the_slots_are_lost_nobody_waits_for_what_never_comes():
    async def work() -> None:
        lost, kept = FakeSlot("lost", can_be_rebuilt=False), FakeSlot("kept")
        host = make_host(lost, kept)
        async with host.lease(IMAGES[0]) as slot:
            cast(FakeSlot, slot).breaks()
        async with host.lease(IMAGES[0]):
            with pytest.raises(SandboxFault, match="lost"):
                async with host.lease_side(IMAGES[0]):
                    pass

    scenario(work)
