"""Checkers are tested before they are believed. The problem: two numbers above 0 whose sum is n."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from sandbox.models import Base64, ProgramChecker, RunRequest, Test, Verdict
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.checkers import choose_checker
from testgen.pipeline.voting import Panel
from testgen.reading.folder import read_folder
from testgen.running.runner import Answer, Runner, Step
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from testgen.values import Case, Checker, Label, Manner, Program, Sample, Submission
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import ScriptedRunner, step

Says = Callable[[str, str, str], bool]
SAMPLES = (Sample(b"5\n", b"1 4\n"), Sample(b"9\n", b"4 5\n"))


def sums(given: str, output: str, answer: str) -> bool:
    words = output.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return False
    return sum(map(int, words)) == int(given) and "0" not in words


def everything(given: str, output: str, answer: str) -> bool:
    return True


def nothing(given: str, output: str, answer: str) -> bool:
    return False


def any_words(given: str, output: str, answer: str) -> bool:
    return len(output.split()) == 2


def any_numbers(given: str, output: str, answer: str) -> bool:
    words = output.split()
    return len(words) == 2 and all(word.isdecimal() and len(word) < 9 for word in words)


def one_answer(given: str, output: str, answer: str) -> bool:
    return output.split() == answer.split()


def in_order(given: str, output: str, answer: str) -> bool:
    """Right but for half of the right answers."""
    return sums(given, output, answer) and sorted(map(int, output.split())) == list(
        map(int, output.split())
    )


def to_the_byte(given: str, output: str, answer: str) -> bool:
    return sums(given, output, answer) and output == " ".join(output.split()) + "\n"


def of_right_parity(given: str, output: str, answer: str) -> bool:
    """What wrong solutions print is right for it, and so is much else."""
    return (
        any_numbers(given, output, answer) and sum(map(int, output.split())) % 2 == int(given) % 2
    )


CHECKERS = {
    one.__name__: one
    for one in (sums, everything, nothing, any_words, any_numbers, one_answer, in_order, to_the_byte,
                of_right_parity)
}  # fmt: skip
# Right solutions by the first number that they print; and wrong ones.
PROGRAMS: dict[str, Callable[[int], tuple[int, int]]] = {
    "1": lambda n: (1, n - 1),
    "2": lambda n: (n - 1, 1),
    "3": lambda n: (n // 2, n - n // 2),
    "4": lambda n: (n - n // 2, n // 2),
    "5": lambda n: (2, n - 2),
    "6": lambda n: (n - 2, 2),
    "wrong": lambda n: (n, 2),
    "two more": lambda n: (2, n),
}


@dataclass
class Judging(ScriptedRunner):
    """Programs and checkers are functions, by their code."""

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        steps = [self.tested(request, test) for test in request.tests or []]
        return replace(await super().run(request), tests=tuple(steps))

    def tested(self, request: RunRequest, test: Test) -> Step:
        given = str(test.stdin)
        if not isinstance(request.checker, ProgramChecker):
            pair = PROGRAMS[str(request.code)](int(given))
            return step(Verdict.OK, b"%d %d\n" % pair)
        packed = (request.files or {})["outputs.json"]
        assert isinstance(packed, Base64)
        outputs = json.loads(base64.b64decode(packed.base64))
        output = base64.b64decode(outputs[hashlib.sha256(given.encode()).hexdigest()])
        says = CHECKERS[str(request.checker.code)]
        good = says(given, output.decode(errors="replace"), str(test.expected_output))
        return step(Verdict.AC if good else Verdict.WA)


def chosen(tmp_path: Path, *checkers: str, first: str = "1") -> tuple[str, Bench]:
    """Which checker is chosen, where six references vote, and the first is another one if one wants."""
    problem = read_folder(write_problem(tmp_path / "sum"))
    names = [first, *"23456"]
    references = tuple(Program(f"r{code}", "python", code) for code in names)
    wrong = tuple(
        Submission(Program(code, "python", code), Label.WRONG_ANSWER)
        for code in ("two more", "wrong")
    )
    problem = replace(
        problem,
        samples=SAMPLES,
        references=references,
        wrong=wrong,
        checkers=tuple(Checker(Program(one, "python", one), Manner.TESTLIB) for one in checkers),
    )
    runner = cast(Runner, Judging(lambda *_: Verdict.OK))
    bench = Bench(problem, settings_for("full", {}), Service(), runner, cast(Blobs, None))
    numbers = range(10, 40)
    rows = tuple(tuple(b"%d %d\n" % PROGRAMS[code](n) for code in names) for n in numbers)
    cases = [Case(b"%d\n" % n, "g", 1, n, "cases") for n in numbers]
    found = asyncio.run(choose_checker(bench, Panel(references, (), rows), cases))
    return str(found.code), bench


@pytest.mark.parametrize(("checker", "said"), [
    ("everything", "garbage rejected 0%"), ("any_words", "other words rejected"),
    ("any_numbers", "other words rejected"), ("nothing", "right outputs accepted 0%"),
    ("one_answer", "references accepted"), ("in_order", "references accepted"),
    ("to_the_byte", "other layouts accepted"), ("of_right_parity", "wrong solutions rejected 0%"),
])  # fmt: skip
def test_a_checker_that_accepts_too_much_or_too_little_is_not_believed(
    tmp_path: Path, checker: str, said: str
):
    with pytest.raises(Rejected) as end:
        chosen(tmp_path, checker)
    assert Reason.SPECIAL_JUDGE == end.value.reason
    assert said in end.value.detail


def test_the_first_that_is_good_is_taken(tmp_path: Path):
    name, bench = chosen(tmp_path, "everything", "one_answer", "sums", "nothing")
    assert "sums" == name
    assert [False, False, True] == [one["good"] for one in bench.book["checkers"]]
    assert "checker sums" == bench.book["kind"]["comparison"]


def test_a_wrong_reference_is_not_the_checkers_fault(tmp_path: Path):
    """Once what the first reference printed was right, whatever it was."""
    assert "sums" == chosen(tmp_path, "sums", first="wrong")[0]
