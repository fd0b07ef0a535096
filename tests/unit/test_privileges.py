"""Which directories are closed to other users."""

from pathlib import Path

import pytest

from sandbox.privileges import closed_ancestor


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory that others can walk to: pytest's own are closed, up to the temporary directory."""
    for path in (tmp_path, *tmp_path.parents):
        if "pytest" in path.name or path == tmp_path:
            path.chmod(0o711)
    return tmp_path


def test_the_highest_closed_directory_is_found(tree: Path) -> None:
    inner = tree / "open" / "closed" / "closed too" / "inner"
    inner.mkdir(parents=True)
    for name in ("open/closed", "open/closed/closed too"):
        (tree / name).chmod(0o700)
    assert closed_ancestor(inner) == tree / "open" / "closed"
    assert closed_ancestor(tree / "open") is None
