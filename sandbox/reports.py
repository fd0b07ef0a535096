"""Test reports (JUnit XML, TAP): reading what a test run wrote, and what it is worth as evidence. Pure.

A report is written by a process that also runs the code under test, so it is never proof. It counts as
evidence only when it agrees with what can be seen from outside: the exit status of the command, and the
exact set of tests that the request expects. Whatever does not agree is no pass.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

ReportFormat = Literal["junit", "tap"]

MAX_REPORT_BYTES = 8 << 20
MAX_CASES = 20_000
MAX_ID_CHARS = 500

_TAP_LINE = re.compile(r"(not )?ok\b(?:[ \t]+(\d{1,9}))?(?:[ \t]+(?:-[ \t]*)?(.*))?\Z")
_TAP_PLAN = re.compile(r"1\.\.(\d{1,9})(?:[ \t]*#.*)?\Z")
_TAP_DIRECTIVE = re.compile(r"(?:^|[ \t])#[ \t]*(skip|todo)\b.*\Z", re.IGNORECASE)


class ReportError(Exception):
    """What was written is not a report that can be believed."""


class CaseStatus(StrEnum):
    """What a report says of one test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


def parse_report(kind: ReportFormat, data: bytes) -> dict[str, CaseStatus]:
    """The tests of a report, in its order. Raises ReportError; a test that occurs twice is one."""
    if len(data) > MAX_REPORT_BYTES:
        raise ReportError(f"a report of {len(data)} bytes")
    return _parse_junit(data) if kind == "junit" else _parse_tap(data)


def _add(cases: dict[str, CaseStatus], name: str, status: CaseStatus) -> None:
    if not name or len(name) > MAX_ID_CHARS:
        raise ReportError(f"a test's id has {len(name)} characters")
    if name in cases:
        raise ReportError(f"the test {name!r} is reported twice")
    if len(cases) >= MAX_CASES:
        raise ReportError(f"more than {MAX_CASES} tests")
    cases[name] = status


def _parse_junit(data: bytes) -> dict[str, CaseStatus]:
    """Ids are ``classname::name``, or the name alone where there is no class name."""
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ReportError(f"not JUnit XML: {type(error).__name__}: {error}"[:200]) from None
    if root.tag not in ("testsuites", "testsuite"):
        raise ReportError(f"not JUnit XML: the root is <{root.tag[:50]}>")
    cases: dict[str, CaseStatus] = {}
    for case in root.iter("testcase"):
        class_name, name = case.get("classname", ""), case.get("name", "")
        _add(cases, f"{class_name}::{name}" if class_name else name, _junit_status(case))
    return cases


def _junit_status(case: Element) -> CaseStatus:
    tags = {child.tag for child in case}
    for tag, status in (
        ("error", CaseStatus.ERROR),
        ("failure", CaseStatus.FAILED),
        ("skipped", CaseStatus.SKIPPED),
    ):
        if tag in tags:
            return status
    return CaseStatus.PASSED


def _parse_tap(data: bytes) -> dict[str, CaseStatus]:
    """Ids are the descriptions, or the numbers of tests without one. Subtests do not count."""
    cases: dict[str, CaseStatus] = {}
    planned: int | None = None
    for line in data.decode(errors="replace").splitlines():
        if line.startswith("Bail out!"):
            raise ReportError("the test run bailed out")
        if plan := _TAP_PLAN.match(line):
            if planned is not None:
                raise ReportError("two plans")
            planned = int(plan.group(1))
        elif found := _TAP_LINE.match(line):
            failed, number, text = found.groups()
            name, status = _tap_case(text or "", failed is not None)
            _add(cases, name or str(int(number or len(cases) + 1)), status)
    if planned is None:
        raise ReportError("no plan (1..N)")
    if planned != len(cases):
        raise ReportError(f"the plan is {planned} tests, the report has {len(cases)}")
    return cases


def _tap_case(text: str, failed: bool) -> tuple[str, CaseStatus]:
    directive = _TAP_DIRECTIVE.search(text)
    if directive is not None:
        # A test that is yet to be done has not passed, whatever came out.
        return text[: directive.start()].strip(), CaseStatus.SKIPPED
    return text.strip(), CaseStatus.FAILED if failed else CaseStatus.PASSED


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report is worth.

    Attributes:
        passed, total: of the expected tests.
        message: what is wrong, empty if all expected tests passed and everything agrees.
        flags: ``report_disagrees``, ``missing_tests``, ``unexpected_tests``: it may be forged.
    """

    passed: int
    total: int
    message: str
    flags: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether this is a pass."""
        return not self.message


def weigh(
    cases: Mapping[str, CaseStatus],
    exit_code: int | None,
    must_pass: Collection[str],
    must_keep_passing: Collection[str],
    may_fail: Collection[str],
) -> Evidence:
    """Compares a report with the exit status and with the tests that there must be.

    ``may_fail`` are tests that may be in the report with any result, or not at all.
    """
    expected = list(dict.fromkeys([*must_pass, *must_keep_passing]))
    bad = {
        name for name, status in cases.items() if status in (CaseStatus.FAILED, CaseStatus.ERROR)
    }
    missing = [name for name in expected if name not in cases]
    unexpected = [name for name in cases if name not in {*expected, *may_fail}]
    failed = [name for name in expected if name in cases and cases[name] is not CaseStatus.PASSED]
    complaints = []
    flags = []
    if (exit_code == 0) == bool(bad):
        flags.append("report_disagrees")
        complaints.append(
            f"the report has {len(bad)} failed tests, but the exit status is {exit_code}"
        )
    if missing:
        flags.append("missing_tests")
        complaints.append(f"{len(missing)} tests are missing, the first is {missing[0]!r}")
    if unexpected:
        flags.append("unexpected_tests")
        complaints.append(
            f"{len(unexpected)} tests were not expected, the first is {unexpected[0]!r}"
        )
    if failed:
        complaints.insert(0, f"{failed[0]!r} {cases[failed[0]]}")
    passed = len(expected) - len(missing) - len(failed)
    if flags:
        passed = 0  # what does not agree proves nothing of any test
    return Evidence(passed, len(expected), "; ".join(complaints), tuple(flags))
