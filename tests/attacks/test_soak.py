"""The short form of the soak."""

import random
from pathlib import Path

import pytest

from tests.attacks.soak import Honest, Look, Report, Soak, soak

RUNS = 300


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_honest_verdicts_are_right_among_hostile_runs(tmp_path: Path):
    lines: list[str] = []
    report = soak(tmp_path / "run", RUNS, random.randrange(1 << 32), lines.append)
    # In so few runs allocators have not come to rest; 100 KiB a run would still be noticed.
    report.growth_bytes = 48 << 20
    assert [] == report.failures(), lines
    assert RUNS <= report.runs
    assert 0.2 < report.hostile / report.runs < 0.4


QUIET = Look({"worker": 50 << 20}, {"worker": 40}, {"worker": 2})
ONE_SLOT_EMPTY = Look({"worker": 50 << 20}, {"worker": 38}, {"worker": 1})


@pytest.mark.parametrize(
    ("end", "complaint"),
    [
        (Look({"worker": 70 << 20}, {"worker": 40}, {"worker": 2}), "memory has grown"),
        (Look({"worker": 50 << 20}, {"worker": 41}, {"worker": 2}), "descriptors"),
        (Look({"worker": 50 << 20}, {"worker": 42}, {"worker": 3}), "children"),
        (Look({"worker": 50 << 20}, {"worker": 40}, {"worker": 1}), "descriptors"),
    ],
)
def test_what_grows_is_noticed(end: Look, complaint: str):
    report = Report(looks={"start": QUIET, "middle": QUIET, "end": end}, containers=2)
    assert [complaint] == [complaint for text in report.failures() if complaint in text]


@pytest.mark.parametrize("start", [QUIET, ONE_SLOT_EMPTY])
@pytest.mark.parametrize("end", [QUIET, ONE_SLOT_EMPTY])
def test_a_slot_may_be_without_a_container(start: Look, end: Look):
    report = Report(looks={"start": start, "middle": QUIET, "end": end}, containers=2)
    assert [] == report.failures()


def test_a_wrong_verdict_is_noticed():
    one = Soak.__new__(Soak)
    one.report = Report()
    right = {"tests": [{"stdout": "1\n"}]}
    one._judge_honest(Honest({}, "AC", "1\n"), "AC", right)
    assert [] == one.report.wrong
    one._judge_honest(Honest({}, "AC", "1\n"), "WA", right)
    one._judge_honest(Honest({}, "AC", "2\n"), "AC", right)
    assert 2 == len(one.report.wrong)
