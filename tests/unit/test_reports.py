"""Test reports: the two formats, hostile ones, and what a report proves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.reports import CaseStatus, ReportError, ReportFormat, parse_report, weigh

PASSED, FAILED, ERROR, SKIPPED = CaseStatus


JUNIT = b"""<?xml version="1.0"?>
<testsuites><testsuite name="s"><properties/>
<testcase classname="t.A" name="one" time="0.1"/>
<testcase classname="t.A" name="two"><failure message="no">trace</failure></testcase>
<testcase classname="t.A" name="three"><error/></testcase>
<testcase classname="" name="four"><skipped/><system-out>x</system-out></testcase>
<testcase name="five"><system-err/></testcase>
</testsuite></testsuites>"""
TAP = b"""TAP version 13
# a comment
1..6
ok 1 - one
not ok 2 - two words
  ---
  message: no
  ...
    ok 1 - a subtest does not count
ok 3 three # SKIP no network
not ok 4 - four # TODO later
ok 5
ok - six
"""


def test_junit_is_read():
    assert parse_report("junit", JUNIT) == {
        "t.A::one": PASSED,
        "t.A::two": FAILED,
        "t.A::three": ERROR,
        "four": SKIPPED,
        "five": PASSED,
    }


def test_tap_is_read():
    assert parse_report("tap", TAP) == {
        "one": PASSED,
        "two words": FAILED,
        "three": SKIPPED,
        "four": SKIPPED,
        "5": PASSED,
        "six": PASSED,
    }


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite>&e;</testsuite>'
DEEP = b"<testsuites>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</testsuites>"
HOSTILE: list[tuple[ReportFormat, bytes]] = [
    ("junit", b""),
    ("junit", b"<testsuites>"),
    ("junit", b"<html/>"),
    ("junit", b"\xff\xfe"),
    ("junit", b'<?xml version="1.0" encoding="nonsense"?><testsuite/>'),
    ("junit", LAUGHS),
    ("junit", OUTSIDE),
    ("junit", b'<testsuite><testcase name="a"/><testcase name="a"/></testsuite>'),
    ("junit", b"<testsuite><testcase/></testsuite>"),
    ("junit", b'<testsuite><testcase name="%s"/></testsuite>' % (b"x" * 10_000)),
    ("junit", b" " * (9 << 20)),
    ("tap", b""),
    ("tap", b"ok 1 - a\n"),
    ("tap", b"1..2\nok 1 - a\n"),
    ("tap", b"1..1\nok 1 - a\nok 2 - b\n"),
    ("tap", b"1..2\nok - a\nok - a\n"),
    ("tap", b"1..1\n1..1\nok\n"),
    ("tap", b"1..1\nok\nBail out! no\n"),
]


@pytest.mark.parametrize(("kind", "data"), HOSTILE, ids=lambda value: repr(value)[:30])
def test_what_cannot_be_believed_is_refused(kind: ReportFormat, data: bytes):
    with pytest.raises(ReportError):
        parse_report(kind, data)


def test_a_deep_document_is_only_empty():
    assert parse_report("junit", DEEP) == {}


@given(st.sampled_from(["junit", "tap"]), st.binary(max_size=80))
def test_no_bytes_raise_anything_else(kind: ReportFormat, data: bytes):
    try:
        parse_report(kind, data)
    except ReportError:
        return


# --- evidence -------------------------------------------------------------------------------------

MUST, KEEP = ["new"], ["old"]


def accepted(
    cases: dict[str, CaseStatus], exit_code: int | None = 0, may_fail: tuple[str, ...] = ()
):
    return weigh(cases, exit_code, MUST, KEEP, may_fail)


def test_all_expected_tests_passed_and_everything_agrees():
    evidence = accepted({"new": PASSED, "old": PASSED})
    assert (evidence.accepted, evidence.passed, evidence.total, evidence.flags) == (True, 2, 2, ())


@pytest.mark.parametrize(
    ("cases", "exit_code", "may_fail", "passed", "flags"),
    [
        ({"new": FAILED, "old": PASSED}, 1, (), 1, ()),
        ({"new": PASSED, "old": ERROR}, 1, (), 1, ()),
        ({"new": SKIPPED, "old": PASSED}, 0, (), 1, ()),
        ({"new": PASSED, "old": PASSED}, 1, (), 0, ("report_disagrees",)),
        ({"new": PASSED, "old": PASSED}, None, (), 0, ("report_disagrees",)),
        ({"new": FAILED, "old": PASSED}, 0, (), 0, ("report_disagrees",)),
        ({"new": PASSED}, 0, (), 0, ("missing_tests",)),
        ({}, 0, (), 0, ("missing_tests",)),
        ({"new": PASSED, "old": PASSED, "x": PASSED}, 0, (), 0, ("unexpected_tests",)),
        ({"new": PASSED, "old": PASSED, "x": FAILED}, 0, ("x",), 0, ("report_disagrees",)),
    ],
)
def test_whatever_does_not_agree_is_no_pass(
    cases: dict[str, CaseStatus],
    exit_code: int | None,
    may_fail: tuple[str, ...],
    passed: int,
    flags: tuple[str, ...],
):
    evidence = accepted(cases, exit_code, may_fail)
    assert not evidence.accepted
    assert (evidence.passed, evidence.flags) == (passed, flags)


def test_a_test_that_may_fail_does_not_count():
    assert accepted({"new": PASSED, "old": PASSED, "x": FAILED}, 1, ("x",)).accepted
    assert accepted({"new": PASSED, "old": PASSED}, 0, ("x",)).accepted


statuses = st.sampled_from(list(CaseStatus))


@given(
    st.dictionaries(st.sampled_from(["new", "old", "x", "y"]), statuses),
    st.sampled_from([0, 1, 2, None]),
)
def test_only_the_one_right_report_is_accepted(cases: dict[str, CaseStatus], exit_code: int | None):
    right = cases == {"new": PASSED, "old": PASSED} and exit_code == 0
    assert accepted(cases, exit_code).accepted == right
