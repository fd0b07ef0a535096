"""SPEC.md: every promise is held by a test, and the test is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "SPEC.md").read_text(encoding="utf-8")
PROMISES = [
    line
    for line in SPEC.splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda line: line.split("|")[1].strip())
def test_a_promise_is_held_by_tests_that_are_there(promise: str):
    tests = _TEST.findall(promise.split("|")[3])
    assert tests != []
    for file, name in tests:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", source, re.MULTILINE), f"{file}::{name}"


def test_there_are_promises():
    assert len(PROMISES) > 20
