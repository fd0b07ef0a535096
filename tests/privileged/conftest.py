"""Fixtures for tests that run programs in real containers. See `lab` for the slots."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from runtime.pool import SlotPool
from tests.privileged.lab import ImagesMissing, Lab, Runner
from tests.privileged.leaks import Look, look

_LAB = pytest.StashKey[Lab]()
# Cancelled work comes to its end in the background; leaks are what is still there then.
_SETTLE_S = 10.0


def _needs_slots(item: pytest.Item | None) -> bool:
    return isinstance(item, pytest.Function) and "lab" in item.fixturenames


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the tests with slots, since slots are made in a process that has no threads yet."""
    items.sort(key=lambda item: not _needs_slots(item))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Gives the process back to the other tests as soon as no test needs the slots any more."""
    if _needs_slots(item) and not _needs_slots(nextitem) and _LAB in item.config.stash:
        item.config.stash[_LAB].close()


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Lab:
    """The slots of this pytest process, the same for every folder that takes this fixture over."""
    if _LAB in request.config.stash:
        return request.config.stash[_LAB]
    try:
        lab = Lab()
    except ImagesMissing as error:
        pytest.fail(str(error), pytrace=False)
    request.config.stash[_LAB] = lab
    return lab


@pytest.fixture
def pool(lab: Lab) -> SlotPool:
    return lab.pool


@pytest.fixture
def runner(lab: Lab) -> Runner:
    return lab.runner


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that uses the slots: whatever it has left is named, and the test fails."""
    if not _needs_slots(request.node):
        yield
        return
    lab: Lab = request.getfixturevalue("lab")
    before = look(lab.pool)
    yield
    left = _after_settling(lab, before)
    if left:
        pytest.fail(f"{len(left)} things are left behind:\n" + "\n".join(left), pytrace=False)


def _after_settling(lab: Lab, before: Look) -> list[str]:
    deadline = time.monotonic() + _SETTLE_S
    while True:
        left = look(lab.pool).beyond(before)
        if not left or time.monotonic() > deadline:
            return left
        lab.runner.wait(asyncio.sleep(0.01))
