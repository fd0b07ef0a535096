"""Real programs with known verdicts: HumanEval in Python and C++."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import AsyncClient
from sandbox.models import Verdict
from tests.service.conftest import Service

DATA = Path(__file__).parents[3] / "shared" / "data"
AT_ONCE = 32

pytestmark = [
    pytest.mark.skipif(
        not DATA.is_dir(), reason=f"HumanEval programs not found beside the project in {DATA.name}"
    ),
    pytest.mark.timeout(900),  # hundreds of compilations, on however few cores there are
]


def rows(language: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / f"humaneval-{language}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def python_program(row: dict[str, Any], body: str | None = None) -> str:
    solution = row["canonical_solution"] if body is None else body
    return f"{row['prompt']}{solution}\n{row['test']}\ncheck({row['entry_point']})\n"


def cpp_program(row: dict[str, Any], body: str | None = None) -> str:
    solution = row["canonical_solution"] if body is None else body
    return f"{row['prompt']}{solution}\n{row['test']}"


def verdicts(
    service: Service, language: str, programs: dict[str, str]
) -> dict[str, Verdict | None]:
    """The verdict of each program, ``AT_ONCE`` at a time."""

    async def judge_all() -> dict[str, Verdict | None]:
        room = asyncio.Semaphore(AT_ONCE)
        async with AsyncClient(service.url) as client:

            async def judge(name: str, code: str) -> tuple[str, Verdict | None]:
                async with room:
                    result = await client.run(language=language, code=code)
                return name, result.verdict

            return dict(await asyncio.gather(*(judge(*item) for item in programs.items())))

    return asyncio.run(judge_all())


def all_ok(names: dict[str, str]) -> dict[str, Verdict | None]:
    return dict.fromkeys(names, Verdict.OK)


def test_all_python_solutions_pass_twice(service: Service) -> None:
    programs = {row["task_id"]: python_program(row) for row in rows("python")}
    assert len(programs) == 164
    assert verdicts(service, "python", programs) == all_ok(programs)
    assert verdicts(service, "python", programs) == all_ok(programs)


def test_no_python_solution_that_returns_nothing_passes(service: Service) -> None:
    programs = {row["task_id"]: python_program(row, "    return None\n") for row in rows("python")}
    failed = dict.fromkeys(programs, Verdict.RE)
    assert verdicts(service, "python", programs) == failed


def test_all_cpp_solutions_pass_twice(service: Service) -> None:
    programs = {row["task_id"]: cpp_program(row) for row in rows("cpp")}
    assert len(programs) == 164
    assert verdicts(service, "cpp", programs) == all_ok(programs)
    assert verdicts(service, "cpp", programs) == all_ok(programs)


def test_no_cpp_solution_that_returns_nothing_passes(service: Service) -> None:
    programs = {row["task_id"]: cpp_program(row, "    return {};\n}\n") for row in rows("cpp")}
    seen = verdicts(service, "cpp", programs)
    # A function without a result does not compile like this.
    assert {
        name for name, verdict in seen.items() if verdict not in (Verdict.RE, Verdict.CE)
    } == set()


@pytest.mark.parametrize("body", [None, "    return None\n"], ids=["right", "returns nothing"])
def test_a_warm_interpreter_changes_nothing(service: Service, body: str | None) -> None:
    programs = {row["task_id"]: python_program(row, body) for row in rows("python")}

    async def run_all(env: dict[str, str]) -> dict[str, tuple[Any, ...]]:
        room = asyncio.Semaphore(AT_ONCE)
        async with AsyncClient(service.url) as client:

            async def run(name: str, code: str) -> tuple[str, tuple[Any, ...]]:
                async with room:
                    result = await client.run(language="python", code=code, env=env)
                step = result.run
                assert step is not None
                seen = step.verdict, step.exit_code, step.signal, step.stdout, step.stderr
                return name, (*seen, step.flags)

            return dict(await asyncio.gather(*(run(*item) for item in programs.items())))

    # A variable of its own is what keeps a run from being a fork of the warm interpreter.
    fresh = asyncio.run(run_all({"FRESH": "1"}))
    assert fresh == asyncio.run(run_all({}))
