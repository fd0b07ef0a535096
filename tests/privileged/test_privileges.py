"""The API's process gives up its privileges, and can still read its own code."""

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import os, sys
from pathlib import Path
from sandbox import privileges

inner = Path(sys.argv[1])
sys.path += ["/", str(inner), str(inner / "below")]
privileges.drop(64_998)
import late
print(late.VALUE)
print(os.path.exists(inner.parent / "secret"))
print(os.getresuid(), os.getresgid(), os.getgroups())
try:
    os.setuid(0)
except PermissionError:
    print("for good")
"""


@pytest.fixture
def inner(tmp_path: Path) -> Path:
    """A directory with a module, below one that is closed to others."""
    closed = tmp_path / "closed"
    (closed / "inner" / "below").mkdir(parents=True)
    closed.chmod(0o700)
    (closed / "secret").write_text("of root")
    (closed / "inner" / "late.py").write_text("VALUE = 'read late'\n")
    return closed / "inner"


def test_a_module_below_a_closed_directory_is_read_and_its_neighbours_are_not(inner: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(inner)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "read late",
        "False",
        "(64998, 64998, 64998) (64998, 64998, 64998) []",
        "for good",
    ], done.stderr
