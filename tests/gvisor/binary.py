"""Where tests and the bench find a runsc."""

import os
import shutil
from pathlib import Path

import pytest

from sandbox.settings import Settings
from tests.gvisor.build import runsc_path


def find_runsc() -> Path | None:
    """The runsc that SANDBOX_RUNSC names, or else the one that was built for the tests, if any."""
    named = os.environ.get("SANDBOX_RUNSC")
    found = shutil.which(named or runsc_path(Settings().state_dir))
    return Path(found) if found else None


def needed_runsc() -> str:
    """The same; skips the test where there is none."""
    runsc = find_runsc()
    if runsc is None:
        pytest.skip("there is no runsc: python3 bootstrap.py --dev --only gvisor builds one")
    return str(runsc)
