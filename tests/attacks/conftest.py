"""The slots of the privileged tests, with an honest neighbour in one of them."""

from pathlib import Path

import pytest

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

__all__ = ["lab", "nothing_is_left", "pool", "pytest_collection_modifyitems",
           "pytest_runtest_teardown", "runner", "scene"]  # fmt: skip


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where variants of init are compiled."""
    return tmp_path_factory.mktemp("variants")


@pytest.fixture
def scene(lab: Lab, variants: Path) -> Scene:
    return Scene(lab, variants)
