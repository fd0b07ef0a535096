"""Generators that a model writes: good, broken, slow and hostile ones, through a local endpoint."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.responses import JSONResponse, Response

from testgen.cli.main import run_command_line
from testgen.storage.workspace import read_results
from testgen.writing.prompts import ROLES
from tests.service.conftest import Service
from tests.testgen.model_server import Reply, answering
from tests.testgen.sample_problem import (
    CASES,
    DIVISOR,
    RIGHT,
    STATEMENT,
    VALIDATOR,
    WRONG,
    write_problem,
)

pytestmark = [pytest.mark.service, pytest.mark.timeout(600)]

GOOD = CASES.replace("51", "23")
BAD = {
    "asks-nothing": "I am sorry, I cannot do that.",
    "syntax": "```python\nfor i in range(:\n```",
    "invented": "```python\nfrom cyaron import *\nt = Tree.random(5)\n```",
    "crashes": "```python\nfrom cyaron import *\nprint(Graph.nothing)\n```",
    "slow": "```python\nwhile True: pass\n```",
    "forks": "```python\nimport os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n```",
    "few": f"```python\n{CASES.replace('51', '4')}\n```",
    "unseeded": f"```python\nimport os\n{GOOD.replace('n = 1', 'n = os.urandom(1)[0] + 1')}\n```",
    "escapes": "```python\nopen('/box/cases.bin', 'wb').write(b'x' * 100)\nimport os\nos._exit(0)\n```",
    "flood": "```python\nfor i in range(10 ** 6): open(f'{i}.in', 'w').write('1' * 10 ** 7)\n```",
}
EXPECTED = {
    "asks-nothing": "no block of code",
    "syntax": "refused: syntax",
    "invented": "CYaRon has no Tree",
    "crashes": "has no attribute 'nothing'",
    "slow": "hangs",
    "forks": "hangs",
    "few": "3 inputs",
    "unseeded": "unseeded",
    "escapes": "not what was packed",
    "flood": "crashes",
}
FAST = ("--set", "generator_cpu_s=1", "--set", "least_valid=20", "--set", "cases_per_generator=22")


FEW = {
    **{f"submissions/accepted/{name}": None for name in list(RIGHT)[4:]},
    **{f"submissions/{name}": None for name in WRONG},
    "generators/cases.py": None,
}


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """The sample problem without a generator and with few solutions."""
    return write_problem(tmp_path / "sum", FEW)


def run(
    problem: Path, service: Service, address: str, monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, list[dict[str, Any]]]:
    monkeypatch.setenv("TESTGEN_MODEL_URL", address)
    out = problem.parent / "out"
    command = ["run", str(problem), "--out", str(out), "--url", service.url, "--set", "model=fake"]
    status = run_command_line([*command, *FAST, *words])
    return status, read_results(out)[1]


def code(text: str) -> str:
    return f"Here it is.\n```python\n{text}\n```\n"


def test_a_bad_script_is_shown_what_is_wrong_and_repaired(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    for name in BAD:
        named = {"problem_statement/problem.en.md": f"{STATEMENT}\nCalled @{name}@.\n"}
        write_problem(tmp_path / "problems" / name, {**FEW, **named})
    repairs: dict[str, str] = {}

    def reply(messages: list[dict[str, str]]) -> str:
        name = messages[1]["content"].partition("@")[2].partition("@")[0]
        if len(messages) == 2:
            return BAD[name]
        repairs[name] = messages[-1]["content"]
        return code(GOOD)

    with answering(reply) as (model, address):
        problems = tmp_path / "problems"
        status, results = run(problems, service, address, monkeypatch, "--preset", "kimi")
    assert 0 == status
    assert {name: True for name in BAD} == {one["pid"]: one["kept"] for one in results}
    assert 2 * len(BAD) == len(model.asked)
    for one in results:
        name = one["pid"]
        (written,) = one["written"]
        assert EXPECTED[name] in repairs[name]
        assert EXPECTED[name] in written["rounds"][0]
        assert ["good"] == written["rounds"][1:]
        assert {"calls": 2, "tokens": 300, "repairs": 1} == one["model"]


def test_what_is_never_repaired_is_rejected_and_costs_no_more_than_its_budget(
    problem: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    with answering(lambda _: BAD["syntax"]) as (model, address):
        words = ("--preset", "kimi", "--set", "repair_rounds=9", "--set", "model_calls=3")
        _, (result,) = run(problem, service, address, monkeypatch, *words)
    assert ("generator_failed", 3) == (result["reason"], len(model.asked))
    assert "budget" in result["written"][0]["rounds"][-1]


def test_all_roles_and_the_validator_are_written_and_nothing_is_asked_twice(
    problem: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    (problem / "input_validators" / "validate.py").unlink()

    def reply(messages: list[dict[str, str]]) -> str:
        return code(VALIDATOR if "exit status 42" in messages[0]["content"] else GOOD)

    with answering(reply) as (model, address):
        status, (result,) = run(problem, service, address, monkeypatch, "--preset", "full")
        assert (0, True) == (status, result["kept"]), result["detail"]
        assert 8 == len(model.asked)
        names = {one["name"] for one in result["generators"]}
        assert {f"{role}_model.py" for role in ROLES} == names
        words = ("--preset", "full", "--resume", "--set", "bucket_cases=24")
        _, (again,) = run(problem, service, address, monkeypatch, *words)
    assert again["kept"]
    assert 8 == len(model.asked)


def test_illegal_inputs_are_shown_to_the_model_and_repaired(
    problem: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    illegal = GOOD.replace("io.input_writeln(n)", "io.input_writeln(n + 1)")
    shown: list[str] = []

    def reply(messages: list[dict[str, str]]) -> str:
        if "inputs in which numbers" not in messages[1]["content"]:
            return code(GOOD)
        shown.append(messages[-1]["content"])
        return code(illegal if len(shown) == 1 else GOOD)

    with answering(reply) as (_, address):
        status, (result,) = run(problem, service, address, monkeypatch, "--preset", "full")
    assert (0, True) == (status, result["kept"]), result["detail"]
    assert "22 of its 22 inputs are illegal" in shown[1]
    assert {"good"} == {one["fate"] for one in result["generators"]}
    assert 0 == result["inputs"]["illegal_of_generators"]


def test_a_checker_is_written_tried_and_repaired_where_several_answers_are_right(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    words = (
        f"{DIVISOR['problem_statement/problem.en.md']} If there are several, print any of them.\n"
    )
    changes = {**DIVISOR, "checker.py": None, "problem_statement/problem.en.md": words}
    folder = write_problem(tmp_path / "divisor", changes)
    script = str(DIVISOR["generators/cases.py"]).replace("41", "23")
    shown: list[str] = []

    def reply(messages: list[dict[str, str]]) -> str:
        if "You write a Python 3 checker" not in messages[0]["content"]:
            return code(script)
        shown.append(messages[-1]["content"])
        return code("import sys\nsys.exit(0)" if len(shown) == 1 else str(DIVISOR["checker.py"]))

    with answering(reply) as (_, address):
        status, (result,) = run(folder, service, address, monkeypatch, "--preset", "full")
    assert (0, True) == (status, result["kept"]), result["detail"]
    assert "garbage rejected 0%" in shown[1]
    assert "checker model.py" == result["kind"]["comparison"]
    assert all(one["rejected"] for one in result["wrong"])
    assert 0 == run_command_line(["export", str(tmp_path / "out"), "--format", "kattis"])
    written = tmp_path / "out" / "kattis" / "divisor" / "checker.py"
    assert str(DIVISOR["checker.py"]).strip() == written.read_text().strip()


def test_survivors_are_shown_to_the_model_and_broken_by_its_script(
    problem: Path, service: Service, monkeypatch: pytest.MonkeyPatch
):
    wrong = (
        "input()\na = list(map(int, input().split()))\nprint(sum(a) if 777777 not in a else 0)\n"
    )
    (problem / "submissions" / "wrong_answer").mkdir(parents=True)
    (problem / "submissions" / "wrong_answer" / "sevens.py").write_text(wrong)
    aimed = GOOD.replace("randint(-small, small)", "777777")

    def reply(messages: list[dict[str, str]]) -> str:
        return code(aimed if wrong in messages[1]["content"] else GOOD)

    with answering(reply) as (_, address):
        words = ("--preset", "full", "--set", "neighbours=0", "--set", "hack_cases=30")
        status, (result,) = run(problem, service, address, monkeypatch, *words)
    assert (0, True) == (status, result["kept"]), result["detail"]
    assert ["tune", True] == [result["wrong"][0][key] for key in ("split", "rejected")]
    (turn,) = result["hacking"]
    assert ["wrong_answer/sevens.py"] == turn["survivors"]
    assert turn["settled"] > 0


def refuse(messages: list[dict[str, str]]) -> Response:
    return JSONResponse({"error": {"message": "no"}}, 401)


def nonsense(messages: list[dict[str, str]]) -> Response:
    return JSONResponse({"choices": "none"})


@pytest.mark.parametrize("reply", [refuse, nonsense])
def test_an_endpoint_that_fails_is_no_verdict_and_is_tried_again(
    problem: Path, service: Service, monkeypatch: pytest.MonkeyPatch, reply: Reply
):
    with answering(reply) as (_, address):
        status, results = run(problem, service, address, monkeypatch, "--preset", "kimi")
    assert (1, []) == (status, results)
    with answering(lambda _: code(GOOD)) as (_, address):
        words = ("--preset", "kimi", "--resume")
        status, (result,) = run(problem, service, address, monkeypatch, *words)
    assert (0, True) == (status, result["kept"]), json.dumps(result)[:2000]
