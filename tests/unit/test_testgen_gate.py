"""What is looked at once more after the vote, before a problem is kept."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.checkers import CheckerSpec
from sandbox.models import Checker, RunRequest, Verdict
from testgen.checking.package import as_said
from testgen.judging.kinds import cues
from testgen.pipeline import hacking
from testgen.pipeline.bench import Bench, ProvenCase, Reason, Rejected
from testgen.pipeline.jury import Jury
from testgen.pipeline.measuring import Wrong, split_wrong, without_failing
from testgen.pipeline.problem import work
from testgen.pipeline.references import set_status
from testgen.pipeline.voting import Election, Panel
from testgen.reading.folder import read_folder
from testgen.running.runner import Languages, Runner
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from testgen.values import Case, Label, Program, Submission
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import Rule, ScriptedRunner

VOTERS, SPARES, CASES = 10, 10, 20
ANY_ANSWER = "There may be several answers; print any of them."


def bench_of(tmp_path: Path, rule: Rule, **changes: Any) -> Bench:
    problem = read_folder(write_problem(tmp_path / "sum"))
    references = tuple(Program(f"r{n}", "python", f"print({n})") for n in range(VOTERS + SPARES))
    problem = replace(problem, **{"references": references, **changes})
    settings = settings_for("full", {"least_valid": 15})
    runner = cast(Runner, ScriptedRunner(rule))
    bench = Bench(problem, settings, Service(), runner, Blobs(tmp_path / "blobs"))
    bench.book["references"] = [
        {"name": one.name, "status": "voter" if number < VOTERS else "spare"}
        for number, one in enumerate(references)
    ]
    return bench


def elected(bench: Bench) -> Election:
    proven = tuple(
        ProvenCase(Case(b"%d\n" % n, "g", 1, n, "cases"), b"1", VOTERS, VOTERS, VOTERS, 0)
        for n in range(CASES)
    )
    voters = bench.problem.references[:VOTERS]
    names = frozenset(one.name for one in voters)
    panel = Panel(voters, bench.problem.references[VOTERS:], ())
    return Election(CheckerSpec(), panel, proven, (names,) * CASES)


def late_on(cases: int) -> Rule:
    """Each spare runs out of time on one case of its own: the case goes, the spare stays."""

    def rule(request: RunRequest, number: int, stdin: str) -> Verdict:
        reference = int(str(request.code)[6:-1]) - VOTERS
        mine = 0 <= reference < cases and stdin == f"{reference}\n"
        return Verdict.TLE if mine else Verdict.AC

    return rule


def wrong_from(first: int) -> Rule:
    def rule(request: RunRequest, number: int, stdin: str) -> Verdict:
        return Verdict.WA if int(str(request.code)[6:-1]) >= first else Verdict.AC

    return rule


def ends(bench: Bench) -> tuple[int, Reason | None]:
    try:
        proven, _ = asyncio.run(without_failing(bench, elected(bench), Checker()))
    except Rejected as end:
        return 0, end.reason
    return len(proven), None


@pytest.mark.parametrize(("dropped", "end"), [
    (0, (20, None)), (5, (15, None)), (6, (0, Reason.TOO_FEW_VALID)),
])  # fmt: skip
def test_enough_tests_must_be_left_after_the_last_were_dropped(
    tmp_path: Path, dropped: int, end: tuple[int, Reason | None]
):
    assert end == ends(bench_of(tmp_path, late_on(dropped)))


@pytest.mark.parametrize(("wrong", "end"), [
    (6, (20, None)), (7, (0, Reason.REFERENCES_DISAGREE)),
])  # fmt: skip
def test_spares_that_are_set_aside_count_among_all_that_were_asked(
    tmp_path: Path, wrong: int, end: tuple[int, Reason | None]
):
    assert end == ends(bench_of(tmp_path, wrong_from(VOTERS + SPARES - wrong)))


def test_the_search_for_tests_may_not_set_aside_all_but_a_few(tmp_path: Path):
    bench = bench_of(tmp_path, wrong_from(VOTERS + SPARES), references=())
    bench.book["references"] = [
        {"name": f"v{n}", "status": "voter" if n < 6 else "demoted"} for n in range(10)
    ]
    assert (0, Reason.REFERENCES_DISAGREE) == ends(bench)


def test_without_a_checker_several_answers_are_no_matter_of_luck(tmp_path: Path):
    assert cues(ANY_ANSWER).several_answers
    stages: list[str] = []
    bench = bench_of(tmp_path, late_on(0), statement=ANY_ANSWER)
    result = asyncio.run(work(replace(bench, say=stages.append)))
    assert ["judge kind"] == stages
    assert (False, Reason.SPECIAL_JUDGE) == (result["kept"], result["reason"])


def test_a_round_without_agreement_ends_the_search_and_not_the_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench = bench_of(tmp_path, wrong_from(VOTERS + SPARES))
    bench.book["votes"], before = {}, elected(bench)
    survivor = Wrong(Submission(Program("w", "python", "print(0)"), Label.WRONG_ANSWER), "tune")

    async def refuse(panel: Panel, cases: Sequence[Case], known: int) -> Election:
        set_status(bench, "r0", "demoted", "a guess")
        raise Rejected(Reason.REFERENCES_DISAGREE, "4 of 10")

    async def some(*given: object) -> list[Case]:
        return [Case(b"9\n", "g", 1, 0, "cases")]

    monkeypatch.setattr(hacking, "candidates", some)
    monkeypatch.setattr(hacking, "differing", some)
    hunt = hacking.Hunt(bench, Jury(Checker(), refuse), None, ())
    assert before == asyncio.run(hacking.hack(hunt, before, [survivor]))
    (only,) = bench.book["hacking"]
    assert (1, 0, "4 of 10") == (only["differ"], only["settled"], only["ended"])
    assert {"voter", "spare"} == {one["status"] for one in bench.book["references"]}


def test_wrong_solutions_are_distinct_and_compile(tmp_path: Path):
    def broken(request: RunRequest, number: int, stdin: str) -> Verdict:
        return Verdict.CE if "broken" in str(request.code) else Verdict.OK

    programs = {
        "a.cpp": ("cpp", "int main() { return 1; }"),
        "reformatted.cpp": ("cpp", "int main()\n{\n    return 1; // one\n}\n"),
        "other.cpp": ("cpp", "int main() { return 2; }"),
        "broken.cpp": ("cpp", "int broken("),
        "same.c": ("c", "int main() { return 1; }"),
        "x.zig": ("zig", "1"),
    }
    wrong = tuple(
        Submission(Program(name, *rest), Label.WRONG_ANSWER) for name, rest in programs.items()
    )
    bench = bench_of(tmp_path, broken, wrong=wrong)
    languages = Languages({name: name for name in ("c", "cpp")})
    cast(ScriptedRunner, bench.runner).languages = languages
    split = asyncio.run(split_wrong(bench))
    assert {"a.cpp", "other.cpp", "same.c"} == {one.submission.program.name for one in split}
    assert [1, 2] == sorted(Counter(one.split for one in split).values())
    assert bench.book["wrong_left_out"] == {
        "reformatted.cpp": "duplicate",
        "broken.cpp": "does_not_compile",
        "x.zig": "no_language",
    }


@pytest.mark.parametrize(("verdict", "label", "right"), [
    (Verdict.CE, Label.WRONG_ANSWER, False), (Verdict.CE, Label.ACCEPTED, False),
    (Verdict.WA, Label.WRONG_ANSWER, True), (Verdict.AC, Label.WRONG_ANSWER, False),
    (Verdict.IE, Label.ACCEPTED, False), (Verdict.AC, Label.ACCEPTED, True),
])  # fmt: skip
def test_a_compiler_rejects_no_solution_for_a_test(verdict: Verdict, label: Label, right: bool):
    assert right == as_said(verdict, label)
