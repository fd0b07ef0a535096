"""The lock has all that each package needs, also with the Python of Debian 12, which is an older 3.11."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[2] / "requirements.txt"
LOCKED = re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
DEBIANS = {"python_full_version": "3.11.2", "python_version": "3.11", "extra": ""}


@pytest.mark.parametrize("name", LOCKED)
def test_what_a_package_needs_with_debians_python_is_locked_too(name: str):
    for line in metadata.requires(name) or ():
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate(DEBIANS):
            assert canonicalize_name(need.name) in LOCKED, line
