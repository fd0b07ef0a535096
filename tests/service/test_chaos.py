"""A short round of `make chaos`: all harms once, a rolling restart, and a worker's death."""

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_no_result_is_wrong_while_processes_die() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.chaos",
        "--runs",
        "400",
        "--every",
        "2",
        "--rounds",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
