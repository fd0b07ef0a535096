"""What holds for every test: its folder says its markers, and a skip is not taken lightly."""

from pathlib import Path

import hypothesis
import pytest

# How long an example takes is the machine's business, and no test asserts a time.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")

pytest_plugins = ["tests.skips"]

TESTS = Path(__file__).parent
MARKERS_BY_FOLDER = {
    "privileged": ("privileged",),
    "attacks": ("attacks", "privileged"),
    "service": ("service",),
}


def markers_of(path: Path) -> tuple[str, ...]:
    """The markers that a test file gets from the folder that it lies in."""
    return MARKERS_BY_FOLDER.get(path.relative_to(TESTS).parts[0], ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in markers_of(item.path):
            item.add_marker(marker)
