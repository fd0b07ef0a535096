"""Where tests and the bench find a runsc."""

import os

import pytest

from sandbox.settings import Settings
from tests.gvisor.build import runsc_path


def find_runsc() -> str | None:
    """The command that SANDBOX_RUNSC is, or else the runsc that was built for the tests, if any."""
    built = runsc_path(Settings().state_dir)
    return os.environ.get("SANDBOX_RUNSC") or (str(built) if built.exists() else None)


def needed_runsc() -> str:
    """The same; skips the test where there is none."""
    runsc = find_runsc()
    if runsc is None:
        pytest.skip("there is no runsc: python3 bootstrap.py --dev --only gvisor builds one")
    return runsc
