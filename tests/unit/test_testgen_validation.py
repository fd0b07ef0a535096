"""Validators are tested before they are believed: one that is blind to a kind of mistake is found out."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from sandbox.models import Base64, RunRequest, Test, Verdict
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.validation import choose_validator
from testgen.reading.folder import read_folder
from testgen.running.runner import Answer, Runner
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from testgen.values import Program
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import ScriptedRunner

NUMBER = r"(?:0|-?[1-9][0-9]*)"
SAMPLE = {"data/sample/2.in": "5\n10 -20 30 40 0\n", "data/sample/2.ans": "60\n"}


def as_it_should_be(text: str, most: int = 10**9) -> bool:
    if not re.fullmatch(rf"[1-9][0-9]*\n{NUMBER}( {NUMBER})*\n", text):
        return False
    head, values = text.split("\n")[:2]
    return int(head) == len(values.split()) <= 2000 and all(
        abs(int(v)) <= most for v in values.split()
    )


def without_counts(text: str) -> bool:
    if not re.fullmatch(rf"[1-9][0-9]*\n{NUMBER}( {NUMBER})*\n", text):
        return False
    return all(abs(int(word)) <= 10**9 for word in text.split())


def without_bounds(text: str) -> bool:
    return as_it_should_be(text, most=10**99)


def with_other_bounds(text: str) -> bool:
    return as_it_should_be(text, most=2**63)


def without_layout(text: str) -> bool:
    words = text.split()
    numbers = bool(words) and all(re.fullmatch(NUMBER, word) for word in words)
    return numbers and as_it_should_be(f"{words[0]}\n{' '.join(words[1:])}\n")


def any_lines(text: str) -> bool:
    lines = text.split("\n")
    return any(
        as_it_should_be("\n".join(lines[at : at + 2]) + "\n") for at in range(0, len(lines), 2)
    )


def only_form(text: str) -> bool:
    return bool(re.fullmatch(rf"({NUMBER}( {NUMBER})*\n)+", text))


@dataclass
class Validators(ScriptedRunner):
    """Each validator is a function, by its code."""

    says: Callable[[str, str], bool] = lambda code, text: True

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        answer = await super().run(request)
        legal = [self.says(str(request.code), text_of(test)) for test in request.tests or []]
        tests = zip(answer.tests, legal, strict=True)
        return replace(
            answer, tests=tuple(replace(one, exit_code=42 if yes else 43) for one, yes in tests)
        )


def text_of(test: Test) -> str:
    data = test.stdin
    return "\0" if isinstance(data, Base64) else str(data)


def bench_of(tmp_path: Path, *rules: Callable[[str], bool]) -> Bench:
    problem = read_folder(write_problem(tmp_path / "sum", SAMPLE))
    programs = tuple(Program(rule.__name__, "python", rule.__name__) for rule in rules)
    known = {rule.__name__: rule for rule in rules}
    runner = Validators(lambda *_: Verdict.OK, says=lambda code, text: known[code](text))
    return Bench(
        replace(problem, validators=programs),
        settings_for("full", {}),
        Service(),
        cast(Runner, runner),
        cast(Blobs, None),
    )


def everything(text: str) -> bool:
    return True


def nothing(text: str) -> bool:
    return False


@pytest.mark.parametrize(("rule", "said"), [
    (everything, "0 of"), (nothing, "a sample is rejected"), (only_form, "numbers beyond all bounds"),
    (without_counts, "wrong counts"), (without_bounds, "numbers beyond all bounds"),
    (with_other_bounds, "just beyond the statement's bounds"), (without_layout, "wrong blanks"),
    (any_lines, "a line more or less"),
])  # fmt: skip
def test_one_that_is_blind_to_a_kind_of_mistake_is_rejected_and_it_is_said(
    tmp_path: Path, rule: Callable[[str], bool], said: str
):
    with pytest.raises(Rejected) as end:
        asyncio.run(choose_validator(bench_of(tmp_path, rule)))
    assert Reason.NO_VALIDATOR == end.value.reason
    assert said in end.value.detail


def test_of_several_the_best_is_chosen(tmp_path: Path):
    bench = bench_of(tmp_path, everything, as_it_should_be, without_layout)
    chosen = asyncio.run(choose_validator(bench))
    assert chosen is not None
    assert "as_it_should_be" == chosen.name
    assert [False, True, False] == [one["good"] for one in bench.book["validators"]]
    assert {"garbage", "bounds", "edges", "counts", "lines", "blanks"} == set(
        bench.book["validators"][1]["flaws"]
    )


def test_what_is_wanted_is_a_setting(tmp_path: Path):
    bench = bench_of(tmp_path, without_layout)
    lenient = replace(bench, settings=settings_for("full", {"validator_blanks_share": 0}))
    chosen = asyncio.run(choose_validator(lenient))
    assert chosen is not None
