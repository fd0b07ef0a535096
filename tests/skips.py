"""A pytest plugin: skips that cannot hide.

With ``SANDBOX_TESTS_MUST_WORK=1`` in the environment (as in continuous integration) a skipped test
is a failure, unless a line of ``allowed_skips.txt`` matches its whole reason. Tests that need root
are skipped without it, which under the same variable makes them fail too.
"""

import os
import re
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

MUST_WORK = "SANDBOX_TESTS_MUST_WORK"
ALLOWED = Path(__file__).parent / "allowed_skips.txt"
NEEDS_ROOT = "needs real root (not root of a user namespace): run it with sudo"

Report = pytest.TestReport | pytest.CollectReport


def must_work() -> bool:
    """Whether this run promises that no test is left out."""
    return os.environ.get(MUST_WORK, "") not in ("", "0")


def parse_allowed(text: str) -> list[re.Pattern[str]]:
    """Read the list of allowed reasons: one regular expression a line, a comment right above it.

    Raises:
        ValueError: a line has no comment above it, so nobody knows why it may be skipped.
    """
    patterns = []
    above = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            if not above.startswith("#"):
                raise ValueError(
                    f"{ALLOWED.name}:{number}: say in a comment above why it is allowed"
                )
            patterns.append(re.compile(line))
        above = line
    return patterns


def is_allowed(reason: str, allowed: Iterable[re.Pattern[str]]) -> bool:
    """Whether a test may be skipped for this reason even where all tests must work."""
    return any(pattern.fullmatch(reason) for pattern in allowed)


def is_real_root() -> bool:
    """Whether this process is root of the machine: all ids are mapped to themselves."""
    if os.geteuid() != 0:
        return False
    rows = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return rows == ["0", "0", "4294967295"]


def skip_reason(report: Report) -> str | None:
    """Why a test or file was skipped; None where it was not (an expected failure is no skip)."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return None
    assert isinstance(report.longrepr, tuple)
    return str(report.longrepr[2]).removeprefix("Skipped: ")


def fail_if_skipped(report: Report) -> None:
    """Turn a skip that nobody allowed into a failure."""
    reason = skip_reason(report)
    if reason is None or is_allowed(reason, parse_allowed(ALLOWED.read_text(encoding="utf-8"))):
        return
    report.outcome = "failed"
    report.longrepr = (
        f"{report.nodeid} was skipped: {reason}\n"
        f"{MUST_WORK}=1 makes that a failure. Provide what is missing, or add the reason to "
        f"tests/{ALLOWED.name} if no machine can have it."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("privileged") and not is_real_root():
        pytest.skip(NEEDS_ROOT)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if must_work():
        fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if must_work():
        fail_if_skipped(report)
    return report
