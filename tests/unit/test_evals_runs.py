"""Benchmarks through a service that answers on demand: what is written, and what is done again."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.responses import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from sandbox.cli.main import app
from sandbox.client import AsyncClient
from sandbox.evals import multipl_e
from sandbox.evals.multipl_e_files import WRITE_EVERY, find_problems, open_sheet
from sandbox.evals.summary import Findings
from sandbox.models import RunRequest, RunResult, Verdict
from tests.fake_service import FakeService, done, refusal, serving, step

PROMPT, TESTS = "def f():\n", "assert f() == 1"


@dataclass
class Served(FakeService):
    """A service that answers on demand, and where it is."""

    url: str = ""


@pytest.fixture(scope="module")
def fake() -> Iterator[Served]:
    fake = Served()
    with serving(fake.app()) as fake.url:
        yield fake


@pytest.fixture
def service(fake: Served) -> Served:
    fake.reset()
    fake.judge = by_its_completion
    return fake


def by_its_completion(request: RunRequest) -> RunResult | Response | None:
    """A verdict by a word in the program."""
    code = request.code
    if "right" in code:
        return done(Verdict.OK, run=step(Verdict.OK, exit_code=0, stdout=words_of(code)))
    if "slow" in code:
        return done(Verdict.TLE, run=step(Verdict.TLE, signal=9))
    if "fault" in code:
        return done(Verdict.IE)
    if "large" in code:
        return refusal(413, "too_large")
    return done(Verdict.RE, run=step(Verdict.RE, exit_code=1, stderr="AssertionError"))


def words_of(code: str) -> str:
    """What a program of HumanEval writes last."""
    return code.rsplit("b'", 1)[-1]


def evaluate(service: Served, *arguments: object) -> Result:
    options = ["--url", service.url, "--json", "--concurrency", "1"]
    return CliRunner().invoke(app, ["eval", *map(str, arguments), *options])


def put(path: Path, completions: list[str], **fields: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "name": "../../../etc/passwd",
        "language": "py",
        "prompt": PROMPT,
        "tests": TESTS,
        "completions": completions,
        "stop_tokens": ["\ndef"],
        "temperature": 0.2,
        **fields,
    }
    text = json.dumps(document).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def results(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


# --- MultiPL-E ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".json", ".json.gz"])
def test_a_results_file_has_what_multipl_e_writes(service: Served, tmp_path: Path, ending: str):
    put(tmp_path / f"a{ending}", [" return right", " return wrong", " slow"])
    answer = evaluate(service, "multipl-e", tmp_path)
    assert answer.exit_code == 0, answer.output
    written = results(tmp_path / f"a.results{ending}")
    assert "completions" not in written
    assert written["stop_tokens"] == ["\ndef"]
    found = written["results"]
    assert [result["status"] for result in found] == ["OK", "Exception", "Timeout"]
    assert [result["exit_code"] for result in found] == [0, 1, -1]
    assert found[1]["program"] == f"{PROMPT} return wrong\n{TESTS}"
    assert found[1]["stderr"] == "AssertionError"
    assert set(found[0]) == {"program", "stdout", "stderr", "exit_code", "status", "timestamp"}
    row = json.loads(answer.stdout)["rows"][0]
    assert (row["samples"], row["right"], row["pass_at"]) == (3, 1, {"1": pytest.approx(1 / 3)})


def test_what_is_done_is_not_done_again(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", ["right", "wrong"])
    first = evaluate(service, "multipl-e", tmp_path)
    written = (tmp_path / "a.results.json").read_bytes()
    assert len(service.seen) == 2
    again = evaluate(service, "multipl-e", tmp_path)
    assert len(service.seen) == 2
    assert (tmp_path / "a.results.json").read_bytes() == written
    assert json.loads(again.stdout) == json.loads(first.stdout)
    put(tmp_path / "a.json", ["right", "wrong", "more", "right"])  # two more, one of them known
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert len(service.seen) == 3
    statuses = [result["status"] for result in results(tmp_path / "a.results.json")["results"]]
    assert statuses == ["OK", "Exception", "Exception", "OK"]


def test_equal_programs_are_run_once(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", ["right"] * 50 + ["wrong"] * 50)
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert len(service.seen) == 2
    assert len(results(tmp_path / "a.results.json")["results"]) == 100


def test_a_fault_of_the_sandbox_is_never_written_and_made_up_for_later(
    service: Served, tmp_path: Path
):
    put(tmp_path / "a.json", ["right", "fault", "wrong"])
    answer = evaluate(service, "multipl-e", tmp_path)
    assert answer.exit_code == 3
    found = json.loads(answer.stdout)
    assert found["no_result"] == {"worker_lost: a worker died": 1}
    assert (found["rows"][0]["problems"], found["rows"][0]["incomplete"]) == (0, 1)
    assert found["rows"][0]["pass_at"] == {}
    assert [r["status"] for r in results(tmp_path / "a.results.json")["results"]] == ["OK"]
    service.judge = lambda request: done(Verdict.OK, run=step(Verdict.OK, exit_code=0))
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    statuses = [result["status"] for result in results(tmp_path / "a.results.json")["results"]]
    assert statuses == ["OK", "OK", "OK"]


def test_a_program_that_is_refused_is_written_down_and_sent_again_when_asked(
    service: Served, tmp_path: Path
):
    put(tmp_path / "a.json", ["right", "large", "wrong"])
    for _ in range(2):
        answer = evaluate(service, "multipl-e", tmp_path)
        assert answer.exit_code == 0
        assert "1 refused, not passed (--retry-refused sends them again): because" in answer.stderr
        found = json.loads(answer.stdout)
        assert (found["refused"], found["no_result"]) == ({"because": 1}, {})
        row = found["rows"][0]
        assert (row["samples"], row["right"], row["incomplete"]) == (3, 1, 0)
        assert len(service.seen) == 3
    written = results(tmp_path / "a.results.json")["results"]
    assert [result["status"] for result in written] == ["OK", "Refused", "Exception"]
    assert (written[1]["stderr"], written[1]["exit_code"]) == ("because", -1)
    service.judge = lambda request: done(Verdict.OK, run=step(Verdict.OK, exit_code=0))
    assert evaluate(service, "multipl-e", tmp_path, "--retry-refused").exit_code == 0
    assert len(service.seen) == 4
    written = results(tmp_path / "a.results.json")["results"]
    assert [result["status"] for result in written] == ["OK", "OK", "Exception"]


@pytest.mark.parametrize("completion", ["\ud800", "large"])
def test_only_what_is_wrong_with_the_program_is_a_result(
    service: Served, tmp_path: Path, completion: str
):
    put(tmp_path / "a.json", [completion])
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert results(tmp_path / "a.results.json")["results"][0]["status"] == "Refused"


@pytest.mark.parametrize(
    ("status", "field"), [(401, None), (422, "limits.cpu_time_s"), (404, None)]
)
def test_what_is_wrong_with_the_service_is_none(
    service: Served, tmp_path: Path, status: int, field: str | None
):
    put(tmp_path / "a.json", ["right"])
    service.judge = lambda request: refusal(status, "x", field=field)
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 3
    assert not (tmp_path / "a.results.json").exists()


def test_a_fault_that_passes_is_tried_again(service: Served, tmp_path: Path):
    fault = done(Verdict.IE).model_dump()
    fault["error"]["retryable"] = True
    service.judge = lambda request: None
    service.answers.append(RunResult.model_validate(fault))
    service.otherwise = done(Verdict.OK, run=step(Verdict.OK, exit_code=0))
    put(tmp_path / "a.json", ["right"])
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert len(service.seen) == 2


def test_a_full_service_is_waited_for(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", ["right"])
    service.judge = lambda request: None
    service.answers += [refusal(503, retry_after="0"), refusal(429, retry_after="0")]
    service.otherwise = done(Verdict.OK, run=step(Verdict.OK, exit_code=0))
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert len(service.seen) == 3


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"results": 3}', b'{"results": [{"program": 1}]}', b"\x1f\x8b"]
)
def test_damaged_results_are_made_again(service: Served, tmp_path: Path, damage: bytes):
    put(tmp_path / "a.json.gz", ["right"])
    (tmp_path / "a.results.json.gz").write_bytes(damage)
    assert evaluate(service, "multipl-e", tmp_path).exit_code == 0
    assert results(tmp_path / "a.results.json.gz")["results"][0]["status"] == "OK"


def test_results_of_other_programs_are_left_alone(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", ["right"])
    evaluate(service, "multipl-e", tmp_path)
    written = (tmp_path / "a.results.json").read_bytes()
    put(tmp_path / "a.json", ["wrong"])
    answer = evaluate(service, "multipl-e", tmp_path)
    assert answer.exit_code == 2
    assert "results of other programs" in json.loads(answer.stdout)["unusable"][0]
    assert (tmp_path / "a.results.json").read_bytes() == written
    assert evaluate(service, "multipl-e", tmp_path, "--output", tmp_path / "new").exit_code == 0


def test_paths_come_from_the_disk_only(service: Served, tmp_path: Path):
    outside = tmp_path / "outside"
    put(outside / "b.json", ["right"])
    folder = tmp_path / "folder"
    put(folder / "humaneval-py" / "a.json.gz", ["right"])
    put(folder / ".hidden" / "a.json", ["right"])
    (folder / "link").symlink_to(outside)
    output = tmp_path / "output"
    assert evaluate(service, "multipl-e", folder, "--output", output).exit_code == 0
    files = [path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()]
    assert files == ["humaneval-py/a.results.json.gz"]
    assert [path.name for path in outside.iterdir()] == ["b.json"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"language": "brainfuck"}, "no rules for it"),
        ({"language": "lua"}, "the service has no lua"),
        ({"language": ["py"]}, "no text 'language'"),
        ({"prompt": None}, "no text 'prompt'"),
        ({"completions": "abc"}, "no list of texts"),
        ({"completions": ["right", 3]}, "no list of texts"),
    ],
)
def test_what_cannot_be_evaluated_is_named_and_the_rest_is_done(
    service: Served, tmp_path: Path, fields: dict[str, Any], complaint: str
):
    put(tmp_path / "a.json", **({"completions": ["right"]} | fields))
    put(tmp_path / "b.json", ["right"])
    put(tmp_path / "none.json", [])
    answer = evaluate(service, "multipl-e", tmp_path)
    assert answer.exit_code == 2
    assert complaint in json.loads(answer.stdout)["unusable"][0]
    written = {path.name for path in tmp_path.glob("*.results.json")}
    assert written == {"b.results.json"}


def test_a_program_that_is_no_text_is_not_guessed_at(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", ["right \ud800"])
    answer = evaluate(service, "multipl-e", tmp_path)
    assert "lone surrogate" in next(iter(json.loads(answer.stdout)["refused"]))
    assert json.loads(answer.stdout)["rows"][0]["right"] == 0
    assert service.seen == []


def test_without_a_service_nothing_is_touched(tmp_path: Path):
    put(tmp_path / "a.json", ["right"])
    arguments = ["eval", "multipl-e", str(tmp_path), "--url", "http://127.0.0.1:1"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


class _Quiet:
    def begin(self, programs: int) -> None:
        pass

    def advance(self) -> None:
        pass


class _Killed(BaseException):
    pass


@given(
    st.lists(st.sampled_from(["right", "wrong", "slow", "other"]), min_size=1, max_size=60),
    st.integers(0, 60),
)
@settings(max_examples=15, deadline=None)
def test_whenever_it_ends_the_next_call_comes_to_the_same(
    fake: Served, words: list[str], stop_after: int
):
    fake.judge = by_its_completion
    completions = [f"{word} {number // 2}" for number, word in enumerate(words)]

    class Stop(_Quiet):
        left = stop_after

        def advance(self) -> None:
            self.left -= 1
            if self.left <= 0:
                raise _Killed

    async def call(folder: Path, watch: _Quiet) -> Findings:
        async with AsyncClient(fake.url) as client:
            return await multipl_e.evaluate(client, folder, None, 3, watch)

    with TemporaryDirectory() as whole, TemporaryDirectory() as halved:
        for folder in (whole, halved):
            put(Path(folder) / "a.json", completions)
        with pytest.raises(_Killed) if stop_after <= len(set(completions)) else nullcontext():
            asyncio.run(call(Path(halved), Stop()))
        expected = asyncio.run(call(Path(whole), _Quiet()))
        assert asyncio.run(call(Path(halved), _Quiet())) == expected
        first, second = (results(Path(f) / "a.results.json")["results"] for f in (whole, halved))
        for result in (*first, *second):
            del result["timestamp"]
        assert first == second


def test_a_log_has_a_line_for_each_tenth(service: Served, tmp_path: Path):
    put(tmp_path / "a.json", [f"right {number}" for number in range(25)])
    lines = evaluate(service, "multipl-e", tmp_path).stderr.splitlines()
    assert lines[0] == "25 programs to run"
    assert [line.split(" programs")[0] for line in lines[1:]] == [
        f"{done} of 25" for done in (3, 5, 8, 10, 13, 15, 18, 20, 23, 25)
    ]
    assert lines[-1].endswith("about 0 s left")


def test_a_file_is_written_while_it_goes_on(tmp_path: Path):
    put(tmp_path / "a.json", [str(number) for number in range(WRITE_EVERY + 2)])
    (place,) = find_problems(tmp_path)
    sheet = open_sheet(place)
    for number, program in enumerate(list(sheet.missing)[:-1], 1):
        sheet.record(program, {"program": program, "status": "OK", "exit_code": 0})
        assert place.results.exists() == (number >= WRITE_EVERY)
    assert sheet.tally is None
    assert len(open_sheet(place).missing) == 2


# --- HumanEval ----------------------------------------------------------------------------------


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def task(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "task_id": f"HumanEval/{number}",
        "prompt": "def f():\n",
        "test": "def check(f): assert f() == 1",
        "entry_point": "f",
        "canonical_solution": "  return right",
        **fields,
    }


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_samples_are_marked_as_passed_or_not(service: Served, tmp_path: Path):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0), task(1)])
    samples = jsonl(
        tmp_path / "samples.jsonl",
        [
            {"task_id": "HumanEval/1", "completion": " return right", "model": "m"},
            {"task_id": "HumanEval/0", "completion": " return wrong"},
            {"task_id": "HumanEval/1", "completion": " slow"},
            {"task_id": "HumanEval/0", "completion": " return right"},
        ],
    )
    answer = evaluate(service, "humaneval", samples, "--problems", problems, "--k", "1,2,3")
    assert answer.exit_code == 0, answer.output
    found = lines(tmp_path / "samples.jsonl_results.jsonl")
    outcomes = [(row["result"], row["passed"]) for row in found]
    assert outcomes == [
        ("passed", True),
        ("failed: AssertionError", False),
        ("timed out", False),
        ("passed", True),
    ]
    assert found[0]["model"] == "m"
    assert json.loads(answer.stdout)["rows"][0]["pass_at"] == {"1": 0.5, "2": 1.0}
    code = service.seen[0].request.code
    assert code.startswith("def f():\n return right\ndef check(f)")
    assert "\ncheck(f)\n" in code


def test_a_python_program_that_leaves_early_has_not_passed(service: Served, tmp_path: Path):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0)])
    service.judge = lambda request: done(Verdict.OK, run=step(Verdict.OK, exit_code=0))
    answer = evaluate(service, "humaneval", problems, "--canonical")
    assert answer.exit_code == 0
    (row,) = lines(tmp_path / "problems.jsonl_results.jsonl")
    assert (row["passed"], row["result"]) == (False, "failed: it ended before its tests did")


@pytest.mark.parametrize("kept", range(5))
def test_a_results_file_that_was_cut_is_gone_on_from(service: Served, tmp_path: Path, kept: int):
    rows = [task(n, canonical_solution=f"right {n}") for n in range(4)]
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    evaluate(service, "humaneval", problems, "--canonical")
    path = tmp_path / "problems.jsonl_results.jsonl"
    whole = path.read_bytes()
    assert len(service.seen) == 4
    cut = sum(len(line) for line in whole.splitlines(keepends=True)[:kept])
    path.write_bytes(whole[: cut + 20])
    assert evaluate(service, "humaneval", problems, "--canonical").exit_code == 0
    assert path.read_bytes() == whole
    assert len(service.seen) == 8 - kept


def test_a_sample_that_is_refused_is_written_down_and_sent_again_when_asked(
    service: Served, tmp_path: Path
):
    solutions = ["right", "large", "wrong", "large too", "right"]
    rows = [task(n, canonical_solution=solution) for n, solution in enumerate(solutions)]
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    path = tmp_path / "problems.jsonl_results.jsonl"
    for _ in range(2):
        answer = evaluate(service, "humaneval", problems, "--canonical")
        assert answer.exit_code == 0
        assert json.loads(answer.stdout)["refused"] == {"because": 2}
        assert len(service.seen) == 5
        expected = ["passed", "refused: because", "failed: AssertionError"]
        assert [row["result"] for row in lines(path)] == [*expected, "refused: because", "passed"]
        assert [row["passed"] for row in lines(path)] == [True, False, False, False, True]
    service.judge = lambda request: done(Verdict.RE, run=step(Verdict.RE, stderr="x"))
    again = evaluate(service, "humaneval", problems, "--canonical", "--retry-refused")
    assert json.loads(again.stdout)["refused"] == {}
    assert len(service.seen) == 7
    expected = ["passed", "failed: x", "failed: AssertionError", "failed: x", "passed"]
    assert [row["result"] for row in lines(path)] == expected


def second_fails(request: RunRequest) -> RunResult:
    """What was refused before: one ends with a fault of the sandbox, the others have a result."""
    if "second" in request.code:
        return done(Verdict.IE)
    return done(Verdict.TLE, run=step(Verdict.TLE, signal=9))


def test_a_sample_that_is_sent_again_costs_no_other_its_result(service: Served, tmp_path: Path):
    solutions = ["right", "large first", "wrong", "large second", "right", "large third"]
    rows = [task(n, canonical_solution=solution) for n, solution in enumerate(solutions)]
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    path = tmp_path / "problems.jsonl_results.jsonl"
    evaluate(service, "humaneval", problems, "--canonical")
    before = path.read_bytes()
    arguments = ("humaneval", problems, "--canonical", "--retry-refused")
    assert evaluate(Served(url=f"{service.url}/nowhere"), *arguments).exit_code != 0
    assert path.read_bytes() == before
    service.judge = second_fails
    assert evaluate(service, *arguments).exit_code == 3
    assert [row["result"] for row in lines(path)] == [
        "passed", "timed out", "failed: AssertionError", "refused: because", "passed", "timed out",
    ]  # fmt: skip
    assert len(service.seen) == 6 + 3
    assert {*tmp_path.iterdir()} == {problems, path}


def test_a_completion_that_is_sent_again_costs_no_other_its_result(service: Served, tmp_path: Path):
    more = [f"right {number}" for number in range(WRITE_EVERY)]
    put(tmp_path / "a.json", ["right", "large first", *more, "large second", "wrong"])
    evaluate(service, "multipl-e", tmp_path)
    service.judge = second_fails
    assert evaluate(service, "multipl-e", tmp_path, "--retry-refused").exit_code == 3
    statuses = [row["status"] for row in results(tmp_path / "a.results.json")["results"]]
    assert statuses == ["OK", "Timeout", *["OK"] * len(more), "Refused", "Exception"]


def test_a_fault_leaves_a_gap_that_is_filled_later(service: Served, tmp_path: Path):
    rows = [task(n, canonical_solution=["right", "fault", "wrong"][n]) for n in range(3)]
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    answer = evaluate(service, "humaneval", problems, "--canonical")
    assert answer.exit_code == 3
    path = tmp_path / "problems.jsonl_results.jsonl"
    assert [row["passed"] for row in lines(path)] == [True]
    service.judge = lambda request: done(Verdict.RE, run=step(Verdict.RE, stderr="x"))
    assert evaluate(service, "humaneval", problems, "--canonical").exit_code == 0
    assert [row["passed"] for row in lines(path)] == [True, False, False]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"task_id": "HumanEval/9", "completion": ""}, "no problem is called"),
        ({"task_id": "HumanEval/0"}, "no text 'completion'"),
        ({"task_id": 7, "completion": ""}, "no text 'task_id'"),
    ],
)
def test_samples_of_other_problems_are_refused(
    service: Served, tmp_path: Path, row: dict[str, Any], complaint: str
):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0)])
    samples = jsonl(tmp_path / "samples.jsonl", [row])
    answer = evaluate(service, "humaneval", samples, "--problems", problems)
    assert complaint in str(answer.exception)
    assert service.seen == []


@pytest.mark.parametrize(
    "rows",
    [[], [task(0), task(0)], [task(0) | {"task_id": "COBOL/1"}], [{"task_id": "HumanEval/0"}]],
    ids=["none", "twice", "language", "fields"],
)
def test_problems_that_are_none_are_refused(
    service: Served, tmp_path: Path, rows: list[dict[str, Any]]
):
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    answer = evaluate(service, "humaneval", problems, "--canonical")
    assert "problems.jsonl" in str(answer.exception)
    assert not (tmp_path / "problems.jsonl_results.jsonl").exists()


def test_a_results_file_of_other_samples_is_left_alone(service: Served, tmp_path: Path):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0)])
    path = jsonl(tmp_path / "problems.jsonl_results.jsonl", [{"precious": 1}])
    answer = evaluate(service, "humaneval", problems, "--canonical")
    assert "line 1 is no result of these samples" in str(answer.exception)
    assert lines(path) == [{"precious": 1}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(task(0)) + "\n" + json.dumps(task(1)),
        json.dumps({"task_id": "HumanEval/0"}),
        "notes",
    ],
)
def test_another_file_loses_nothing_when_it_is_named_as_the_output(
    service: Served, tmp_path: Path, text: str
):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0), task(1)])
    other = tmp_path / "other"
    other.write_text(text)
    answer = evaluate(service, "humaneval", problems, "--canonical", "--output", other)
    assert "is no result of these samples" in str(answer.exception)
    assert other.read_text() == text


def test_results_are_not_written_to_a_name_that_they_could_not_be_read_from(
    service: Served, tmp_path: Path
):
    problems = jsonl(tmp_path / "problems.jsonl", [task(0)])
    output = tmp_path / "results.jsonl.gz"
    answer = evaluate(service, "humaneval", problems, "--canonical", "--output", output)
    assert "cannot be a packed one" in str(answer.exception)
    assert (output.exists(), service.seen) == (False, [])


def test_a_language_that_the_service_lacks_is_named(service: Served, tmp_path: Path):
    rows = [task(0, task_id="Java/0", canonical_solution="right"), task(1)]
    problems = jsonl(tmp_path / "problems.jsonl", rows)
    answer = evaluate(service, "humaneval", problems, "--canonical")
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["unusable"] == ["the service has no java"]
    assert len(service.seen) == 1
