"""The slots of the privileged tests, with an honest neighbour in one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks import kernel_log
from tests.attacks.scene import Scene
from tests.privileged.conftest import (
    lab,
    nothing_is_left,
    pool,
    pytest_collection_modifyitems,
    pytest_runtest_teardown,
    runner,
)
from tests.privileged.lab import Lab
from tests.service.conftest import service

__all__ = ["lab", "nothing_is_left", "pool", "pytest_collection_modifyitems",
           "pytest_runtest_teardown", "runner", "scene", "service"]  # fmt: skip


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where variants of init are compiled."""
    return tmp_path_factory.mktemp("variants")


@pytest.fixture
def scene(lab: Lab, variants: Path) -> Scene:
    return Scene(lab, variants)


@pytest.fixture(scope="session", autouse=True)
def kernel_does_not_complain() -> Iterator[None]:
    """No attack makes the kernel say that it is at fault."""
    before = kernel_log.complaints()
    yield
    assert [] == [line for line in kernel_log.complaints() if line not in before]
