"""What becomes of the cases of scripts before anybody votes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from sandbox.models import RunRequest, Verdict
from testgen.pipeline.bench import Bench, Reason, Rejected
from testgen.pipeline.cases import sieve
from testgen.pipeline.hacking import good_scripts
from testgen.reading.folder import read_folder
from testgen.running.runner import Answer, Runner
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from testgen.values import Case, Program
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import ScriptedRunner

SCRIPTS = [Program(name, "cyaron", name) for name in ("cases", "bounds", "random")]


class Validating(ScriptedRunner):
    """Inputs without a minus are legal."""

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        answer = await super().run(request)
        legal = [42 if "-" not in str(test.stdin) else 43 for test in request.tests or []]
        tests = zip(answer.tests, legal, strict=True)
        return replace(answer, tests=tuple(replace(one, exit_code=code) for one, code in tests))


def bench_of(tmp_path: Path) -> Bench:
    problem = read_folder(write_problem(tmp_path / "sum"))
    settings = settings_for("full", {"least_valid": 4, "neighbours": 0})
    runner = cast(Runner, Validating(lambda *_: Verdict.OK))
    bench = Bench(problem, settings, Service(), runner, cast(Blobs, None))
    bench.book["generators"] = [
        {"name": one.name, "sha": one.sha, "fate": "good", "said": "", "cases": 3}
        for one in SCRIPTS
    ]
    return bench


def cases_of(*inputs: Sequence[bytes]) -> list[Case]:
    return [
        Case(data, script.sha, 1, index, script.role)
        for script, some in zip(SCRIPTS, inputs, strict=True)
        for index, data in enumerate(some)
    ]


def test_a_script_without_any_legal_case_is_no_good(tmp_path: Path):
    bench = bench_of(tmp_path)
    made = cases_of([b"1", b"2", b"3"], [b"-1", b"-2", b"-3"], [b"4", b"-4", b"-5"])
    kept = asyncio.run(sieve(bench, bench.problem.validators[0], made))
    assert [b"1", b"4", b"2", b"3"] == [one.stdin for one in kept]
    entries = {one["name"]: (one["fate"], one["legal"]) for one in bench.book["generators"]}
    assert {"cases": ("good", 3), "bounds": ("illegal", 0), "random": ("good", 1)} == entries
    assert [SCRIPTS[0], SCRIPTS[2]] == list(good_scripts(bench, SCRIPTS))


def test_where_too_few_are_legal_it_is_said(tmp_path: Path):
    bench = bench_of(tmp_path)
    made = cases_of([b"1", b"1", b"2"], [b"-1", b"-2", b"-3"], [b"-4", b"-4", b"-5"])
    with pytest.raises(Rejected) as end:
        asyncio.run(sieve(bench, bench.problem.validators[0], made))
    assert Reason.TOO_FEW_VALID == end.value.reason
    assert "3 of 9 cases are legal, 2 of these distinct; 4 are needed" == end.value.detail
