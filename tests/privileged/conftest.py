"""Fixtures for tests that run programs in real containers. See `lab` for the slots.

Tests that are marked as ``gvisor`` have other slots, in which gVisor runs the programs.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest

from runtime.pool import SlotPool
from tests.gvisor.binary import needed_runsc
from tests.privileged.lab import ImagesMissing, Lab, Runner
from tests.privileged.leaks import Look, look

_LABS = pytest.StashKey[dict[str, Lab]]()
_PLAIN, _GVISOR = "plain", "gvisor"
# Cancelled work comes to its end in the background; leaks are what is still there then.
_SETTLE_S = 10.0


def _slots_for(item: pytest.Item | None) -> str | None:
    """Which slots a test needs, if any."""
    if not isinstance(item, pytest.Function) or "lab" not in item.fixturenames:
        return None
    return _GVISOR if item.get_closest_marker("gvisor") else _PLAIN


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the tests with slots, since slots are made in a process that has no threads yet."""
    order = (_PLAIN, _GVISOR, None)
    items.sort(key=lambda item: order.index(_slots_for(item)))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Gives the process back to the other tests as soon as no test needs the slots any more."""
    kind = _slots_for(item)
    labs = item.config.stash.get(_LABS, {})
    if kind != _slots_for(nextitem) and kind in labs:
        labs[kind].close()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """The slots of this pytest process, the same for every folder that takes this fixture over."""
    kind = _slots_for(request.node) or _PLAIN
    labs = request.config.stash.setdefault(_LABS, {})
    if kind not in labs:
        try:
            labs[kind] = Lab(needed_runsc()) if kind == _GVISOR else Lab()
        except ImagesMissing as error:
            pytest.fail(str(error), pytrace=False)
    return labs[kind]


@pytest.fixture
def pool(lab: Lab) -> SlotPool:
    return lab.pool


@pytest.fixture
def runner(lab: Lab) -> Runner:
    return lab.runner


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that uses the slots: whatever it has left is named, and the test fails."""
    if _slots_for(request.node) is None:
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
