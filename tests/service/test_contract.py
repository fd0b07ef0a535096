"""What callers rely on, against the real thing: each promise of the HTTP interface once."""

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from sandbox.api.examples import RUN_EXAMPLES
from sandbox.models import LanguageInfo, RunResult, StepResult, Verdict
from tests.service.conftest import Service

StartService = Callable[..., Service]

CAT = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
DOUBLE = {
    "python": "print(int(input()) * 2)",
    "c": '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", n * 2); }',
    "cpp": "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << n * 2; }",
    "cpp20": "#include <cstdio>\n#include <span>\n"
    'int main() { int n[1]; scanf("%d", n); printf("%d", std::span(n)[0] * 2); }',
}
EMPTY_PROGRAMS = {
    "main.py": "",
    "main.js": "",
    "main.c": "int main(void) {}",
    "main.cpp": "int main() {}",
}
ENDLESS = {"language": "python", "code": "while True: pass", "limits": {"cpu_time_s": 100}}
# Longer than a run needs on a busy machine, and far shorter than what a test below would wait for.
SOON_S = 10.0


def encoded(data: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(data).decode()}


def run_of(result: RunResult) -> StepResult:
    """The one step of a run without tests."""
    assert result.run is not None
    return result.run


def await_status(service: Service, run_id: str, wanted: str) -> None:
    """Waits for a run that is not going to end by itself to get so far."""
    status = ""
    while status != wanted:
        status = service.http.get(f"/runs/{run_id}", params={"wait": 0.01}).json()["status"]


def submit(service: Service, **fields: Any) -> str:
    answer = service.http.post("/run", params={"wait": "false"}, json=fields)
    assert answer.status_code == 202
    return answer.json()["id"]


@pytest.mark.parametrize("name", RUN_EXAMPLES)
def test_each_example_of_the_documentation_works(service: Service, name: str) -> None:
    document = service.http.get("/openapi.json").json()
    body = document["paths"]["/run"]["post"]["requestBody"]["content"]["application/json"]
    result = service.run(**body["examples"][name]["value"])
    assert (result.status, result.reward, result.error) == ("done", 1.0, None)
    if name == "files":
        assert result.artifacts["out.txt"].base64 == encoded(b"hello")["base64"]


@pytest.mark.parametrize("language", DOUBLE)
def test_each_language_is_compiled_once_run_for_each_test_and_judged(
    service: Service, language: str
) -> None:
    tests = [{"stdin": "21\n", "expected_output": "42\n"}, {"stdin": "4", "expected_output": "9"}]
    result = service.run(language=language, code=DOUBLE[language], tests=tests)
    assert (result.verdict, result.reward) == (Verdict.WA, 0.0)
    assert (result.passed, result.total, result.run) == (1, 2, None)
    assert [(test.id, test.verdict) for test in result.tests] == [
        ("1", Verdict.AC),
        ("2", Verdict.WA),
    ]
    assert "expected '9', got '8'" in result.tests[1].message
    assert (result.compile is None) == (language == "python")
    if result.compile is not None:
        assert (result.compile.verdict, result.compile.exit_code) == (Verdict.OK, 0)


def test_every_alias_of_every_language_works(service: Service) -> None:
    languages = [LanguageInfo.model_validate(one) for one in service.http.get("/languages").json()]
    assert {"python", "c", "cpp", "cpp20"} <= {one.name for one in languages}
    requests = [
        {"language": name, "code": EMPTY_PROGRAMS[language.source_file]}
        for language in languages
        for name in (language.name.upper(), *language.aliases)
    ]
    assert {line["verdict"] for line in batch(service, requests)} == {"OK"}


def batch(service: Service, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    content = "".join(json.dumps(request) + "\n" for request in requests)
    headers = {"Content-Type": "application/x-ndjson"}
    answer = service.http.post("/runs", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


CHECKERS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"type": "exact"}, "a b\n", "a b\n", "a b"),
    ({"type": "lines"}, "a b\nc", "a b  \r\nc\n\n", "a  b\nc"),
    ({}, "a b c", " a\nb\tc\n", "a b C"),
    ({"type": "tokens", "case_sensitive": False}, "Yes No", "YES no", "yes nope"),
    ({"type": "floats"}, "1.5 x", "1.5000009 x", "1.51 x"),
    ({"type": "floats", "abs_tol": 0.1, "rel_tol": 0}, "1000", "1000.1", "1000.2"),
    ({"type": "floats", "abs_tol": 0, "rel_tol": 0.01}, "1000", "1010", "1011"),
    ({"type": "unordered_lines"}, "a b\nc\nc", "c\na b\nc", "c\nb a\nc"),
    ({"type": "unordered_tokens"}, "a b b", "b\na b", "a a b"),
]


@pytest.mark.parametrize(("checker", "expected", "right", "wrong"), CHECKERS)
def test_each_checker_tells_right_from_wrong(
    service: Service, checker: dict[str, Any], expected: str, right: str, wrong: str
) -> None:
    tests = [{"stdin": out, "expected_output": expected} for out in (expected, right, wrong)]
    result = service.run(language="python", code=CAT, tests=tests, checker=checker)
    assert [test.verdict for test in result.tests] == [Verdict.AC, Verdict.AC, Verdict.WA]
    assert (result.passed, result.total, result.reward) == (2, 3, 0.0)
    assert result.tests[2].message != ""


def test_after_the_first_failure_the_rest_is_skipped_if_one_wants(service: Service) -> None:
    tests = [{"stdin": text, "expected_output": "1"} for text in ("1", "2", "1")]
    fields: dict[str, Any] = {"language": "python", "code": CAT, "tests": tests}
    assert [test.verdict for test in service.run(**fields).tests] == ["AC", "WA", "AC"]
    stopped = service.run(**fields, stop_on_first_failure=True)
    assert [test.verdict for test in stopped.tests] == ["AC", "WA", "SK"]
    assert (stopped.verdict, stopped.passed, stopped.total) == (Verdict.WA, 1, 3)


def test_a_test_without_an_expected_output_is_reported_and_not_judged(service: Service) -> None:
    tests = [{"stdin": "a"}, {"id": "judged", "stdin": "b", "expected_output": "b"}]
    result = service.run(language="python", code=CAT, tests=tests)
    assert [(test.id, test.verdict, test.stdout) for test in result.tests] == [
        ("1", Verdict.OK, "a"),
        ("judged", Verdict.AC, "b"),
    ]
    assert (result.verdict, result.reward, result.passed, result.total) == (Verdict.AC, 1.0, 1, 1)


def test_only_judged_tests_decide(service: Service) -> None:
    tests = [{"stdin": "1", "expected_output": "2"}, {"stdin": "x"}]
    result = service.run(language="python", code=DOUBLE["python"], tests=tests)
    assert [test.verdict for test in result.tests] == ["AC", "RE"]
    assert (result.verdict, result.reward) == (Verdict.AC, 1.0)


@pytest.mark.parametrize(("stdin", "expected"), [("1", ("OK", None)), ("x", ("RE", 0.0))])
def test_tests_that_judge_nothing_earn_nothing(
    service: Service, stdin: str, expected: tuple[str, float | None]
) -> None:
    result = service.run(language="python", code=DOUBLE["python"], tests=[{"stdin": stdin}])
    assert (result.verdict, result.reward) == expected


def test_the_limits_of_a_test_stand_over_those_of_the_request(service: Service) -> None:
    code = "print('x' * 3000)"
    tests = [{}, {"limits": {"output_kb": 8}}, {"limits": {"cpu_time_s": 5}}]
    result = service.run(language="python", code=code, limits={"output_kb": 2}, tests=tests)
    assert [test.verdict for test in result.tests] == ["OLE", "OK", "OLE"]
    assert [test.stdout_truncated for test in result.tests] == [True, False, True]
    assert len(result.tests[0].stdout) == 2048


def test_a_tests_time_limit_ends_that_test_only(service: Service) -> None:
    code = "if input() == 'spin':\n    while True: pass"
    tests = [
        {"stdin": "spin", "limits": {"cpu_time_s": 0.2}},
        {"stdin": "", "limits": {"cpu_time_s": 5}},
        {"stdin": "x"},
    ]
    result = service.run(language="python", code=code, tests=tests)
    assert [test.verdict for test in result.tests] == ["TLE", "RE", "OK"]


def test_arguments_arrive_as_they_are(service: Service) -> None:
    args = ["", "a b", "--help", "é\n\t'\"$HOME", "*", "x" * 1000]
    result = service.run(
        language="python", code="import json, sys; print(json.dumps(sys.argv[1:]))", args=args
    )
    assert json.loads(run_of(result).stdout) == args


def test_the_environment_is_the_images_and_what_one_adds(service: Service) -> None:
    env = {"MODE": "é x", "EMPTY": "", "_A1": "\n"}
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    found = json.loads(run_of(service.run(language="python", code=code, env=env)).stdout)
    assert {name: found[name] for name in env} == env
    # Nothing of the service's own environment is in it.
    assert not any(name.startswith("SANDBOX") for name in found)
    assert found["PYTHONHASHSEED"] == "0"


def test_files_are_there_with_their_directories(service: Service) -> None:
    files = {
        "data/deep/er/in.bin": encoded(bytes(range(256))),
        "é ü.txt": "grüß\n",
        "empty": "",
        "helper.py": "X = 7",
    }
    code = """
import helper, json, pathlib
files = [path for path in sorted(pathlib.Path(".").rglob("*")) if path.is_file()]
print(json.dumps([helper.X, {str(path): path.read_bytes().hex() for path in files}]))
"""
    result = service.run(language="python", code=code, files=files)
    value, seen = json.loads(run_of(result).stdout)
    assert (value, seen.pop("main.py")) == (7, code.encode().hex())
    assert seen == {
        "data/deep/er/in.bin": bytes(range(256)).hex(),
        "é ü.txt": "grüß\n".encode().hex(),
        "empty": "",
        "helper.py": b"X = 7".hex(),
    }


def test_files_are_there_when_it_is_compiled_and_when_it_runs(service: Service) -> None:
    code = '#include <cstdio>\n#include "x.h"\nint main() { puts(X); puts(fopen("in", "r") ? "y" : "n"); }'
    result = service.run(language="cpp", code=code, files={"x.h": '#define X "x"', "in": ""})
    assert run_of(result).stdout == "x\ny\n"


COLLECTED = """
import os
os.makedirs("out/deep")
for path in ("out/a.png", "out/b.txt", "out/deep/c.png", "top.png", ".hidden.png"):
    with open(path, "wb") as file:
        file.write(path.encode() + b"\\xff")
open("empty.png", "w").close()
os.symlink("/etc/passwd", "link.png")
os.symlink("top.png", "inner.png")
"""


def test_files_come_back_by_pattern_and_links_are_refused(service: Service) -> None:
    result = service.run(language="python", code=COLLECTED, collect=["out/*.png", "*.png", "no/*"])
    assert result.verdict == Verdict.OK
    found = {
        name: None if one.base64 is None else base64.b64decode(one.base64)
        for name, one in result.artifacts.items()
    }
    assert found == {
        "out/a.png": b"out/a.png\xff",
        "top.png": b"top.png\xff",
        "empty.png": b"",
        "link.png": None,
        "inner.png": None,
    }
    assert result.artifacts["link.png"].refused == "not_regular"
    assert "files_refused" in run_of(result).flags


def test_files_that_are_too_large_are_refused_and_the_others_come(service: Service) -> None:
    code = "open('a', 'wb').truncate(17 << 20)\nopen('b', 'w').write('x')"
    result = service.run(language="python", code=code, collect=["a", "b"])
    assert (result.artifacts["a"].base64, result.artifacts["a"].refused) == (None, "too_large")
    assert result.artifacts["b"].base64 == encoded(b"x")["base64"]


def test_names_that_are_no_text_do_not_break_the_answer(service: Service) -> None:
    code = "for name in (b'\\xff.o', b'a\\nb.o', b'\\\\.o'): open(name, 'w').close()"
    result = service.run(language="python", code=code, collect=["*.o"])
    assert len(result.artifacts) == 3
    assert "a\nb.o" in result.artifacts


def test_files_of_tests_come_back_under_the_tests_name(service: Service) -> None:
    code = "open('out.txt', 'w').write(input())"
    tests = [{"stdin": "a"}, {"id": "second", "stdin": "b"}, {"id": "x/3", "stdin": "c"}]
    result = service.run(language="python", code=code, tests=tests, collect=["out.txt"])
    found = {name: base64.b64decode(one.base64 or "") for name, one in result.artifacts.items()}
    assert found == {"1/out.txt": b"a", "second/out.txt": b"b", "x/3/out.txt": b"c"}


def test_bytes_go_through_unchanged_in_both_directions(service: Service) -> None:
    data = bytes(range(256)) * 3
    result = service.run(language="python", code=CAT, stdin=encoded(data))
    step = run_of(result)
    assert step.stdout_base64 == encoded(data)["base64"]
    assert step.stdout == data.decode(errors="replace")
    assert "not_utf8" in step.flags
    tests = [{"stdin": encoded(data), "expected_output": encoded(data)}]
    exact = service.run(language="python", code=CAT, tests=tests, checker={"type": "exact"})
    assert exact.verdict == Verdict.AC


def test_stdin_and_both_outputs_are_apart(service: Service) -> None:
    code = "import sys; print('out'); print('é', file=sys.stderr); print(sys.stdin.read())"
    step = run_of(service.run(language="python", code=code))
    assert (step.stdout, step.stderr) == ("out\n\n", "é\n")


@pytest.mark.parametrize("language", ["c", "cpp", "cpp20"])
def test_what_does_not_compile_is_told_in_the_compilers_words(
    service: Service, language: str
) -> None:
    tests = [{"expected_output": ""}] * 2
    result = service.run(language=language, code="int main() { return nonsense; }", tests=tests)
    assert (result.status, result.verdict, result.reward) == ("done", Verdict.CE, 0.0)
    assert (result.passed, result.total, result.tests, result.run) == (0, 2, [], None)
    assert result.compile is not None
    assert result.compile.exit_code == 1
    assert "nonsense" in result.compile.stderr
    assert "main.c" in result.compile.stderr


def test_a_result_says_what_judged_it_and_where_the_time_went(service: Service) -> None:
    code = f"{DOUBLE['cpp']}\n// {time.time_ns()}: compiled now, and not before\n"
    result = service.run(language="cpp", code=code, stdin="1")
    images = {one["name"]: one["digest"] for one in service.http.get("/images").json()}
    assert result.image is not None
    assert result.image.digest == images[result.image.name]
    assert result.image.digest.startswith("sha256:")
    assert result.worker in {one["name"] for one in service.http.get("/readyz").json()["workers"]}
    timing = result.timing
    assert timing is not None
    parts = timing.queue_s + timing.prepare_s + timing.compile_s + timing.run_s
    assert 0 < timing.run_s < timing.compile_s < parts <= timing.total_s < SOON_S
    assert result.compile is not None
    assert result.compile.cpu_time_s > 0
    step = run_of(result)
    assert 0 < step.cpu_time_s <= step.wall_time_s + 0.1
    assert 100_000 < step.memory_bytes < 64 << 20


def test_the_same_source_is_compiled_once_and_runs_like_the_first_time(service: Service) -> None:
    code = f"{DOUBLE['cpp']}\n// {time.time_ns()}\n"
    first, second = (service.run(language="cpp", code=code, stdin=stdin) for stdin in ("1", "2"))
    other = service.run(language="cpp20", code=code, stdin="1")
    assert first.compile is not None
    assert second.compile is not None
    assert other.compile is not None
    assert [False, True, False] == [
        "compile_cached" in step.flags for step in (first.compile, second.compile, other.compile)
    ]
    assert ("2", "4") == (run_of(first).stdout, run_of(second).stdout)
    assert first.compile.stderr == second.compile.stderr


def test_what_a_run_does_to_its_program_is_not_kept(service: Service) -> None:
    code = (
        "#include <stdio.h>\n#include <unistd.h>\nint main(void) {\n"
        '  puts(access("main", W_OK) ? "not writable" : "writable");\n'
        '  unlink("main"); fclose(fopen("main", "w")); return 0;\n}\n'
        f"// {time.time_ns()}\n"
    )
    results = [service.run(language="c", code=code) for _ in range(3)]
    assert ["OK"] * 3 == [result.verdict for result in results]


def test_a_program_that_does_not_compile_is_compiled_again(service: Service) -> None:
    results = [service.run(language="c", code="int main(void) { return x; }") for _ in range(2)]
    for result in results:
        assert result.verdict == "CE"
        assert result.compile is not None
        assert "compile_cached" not in result.compile.flags


def test_many_tests_are_reported_in_their_order(service: Service) -> None:
    tests = [
        {"id": f"t{number}", "stdin": str(number), "expected_output": str(2 * number)}
        for number in range(60)
    ]
    tests[37]["expected_output"] = "wrong"
    whole = service.run(language="python", code=DOUBLE["python"], tests=tests)
    assert [test["id"] for test in tests] == [test.id for test in whole.tests]
    assert [37] == [i for i, test in enumerate(whole.tests) if test.verdict != "AC"]
    assert ("WA", 59, 60) == (whole.verdict, whole.passed, whole.total)
    short = service.run(
        language="python", code=DOUBLE["python"], tests=tests, stop_on_first_failure=True
    )
    expected = ["AC"] * 37 + ["WA"] + ["SK"] * 22
    assert expected == [test.verdict for test in short.tests]


def test_a_wall_limit_of_the_request_holds_in_tests_that_have_a_cpu_limit_of_their_own(
    service: Service,
) -> None:
    result = service.run(
        language="python",
        code="import time; time.sleep(2)",
        limits={"cpu_time_s": 1, "wall_time_s": 1},
        tests=[{}, {"limits": {"cpu_time_s": 5}}, {"limits": {"wall_time_s": 4}}],
    )
    assert ["TLE", "TLE", "OK"] == [test.verdict for test in result.tests]


def test_the_same_request_twice_gives_the_same_result(service: Service) -> None:
    fields: dict[str, Any] = {
        "language": "python",
        "code": "import os\nprint({'a', 'b', 'c'}, input())\nopen('f', 'w').write(input())",
        "tests": [
            {"stdin": "1\n2", "expected_output": "x"},
            {"stdin": "1"},
            {"stdin": "1\n2\n"},
        ],
        "collect": ["f"],
    }
    measured = {"id", "timing", "tests"}
    measured_of_step = {"cpu_time_s", "wall_time_s", "memory_bytes"}
    first, second = service.run(**fields), service.run(**fields)
    assert first.id != second.id
    assert first.model_dump(exclude=measured) == second.model_dump(exclude=measured)
    for one, other in zip(first.tests, second.tests, strict=True):
        assert one.model_dump(exclude=measured_of_step) == other.model_dump(
            exclude=measured_of_step
        )


def test_an_idempotency_key_makes_one_run_of_many_requests(service: Service) -> None:
    request = {"language": "python", "code": "import time; print(time.time_ns())"}
    headers = {"Idempotency-Key": "test-contract"}

    def post(_: int) -> httpx.Response:
        return service.http.post("/run", json=request, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    conflict = service.http.post("/run", json={**request, "args": ["x"]}, headers=headers)
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "key_reused")


def test_a_result_can_be_waited_for_by_its_id(service: Service) -> None:
    run_id = submit(service, language="python", code="print(7)")
    answer = service.http.get(f"/runs/{run_id}", params={"wait": 30})
    result = RunResult.model_validate_json(answer.content)
    assert (result.id, result.status, run_of(result).stdout) == (run_id, "done", "7\n")
    assert service.http.get(f"/runs/{run_id}").content == answer.content


def test_cancelling_an_endless_loop_frees_its_slot_at_once(service: Service) -> None:
    slots = sum(one["slots"] for one in service.http.get("/readyz").json()["workers"])
    ids = [submit(service, **ENDLESS) for _ in range(slots)]
    for run_id in ids:
        await_status(service, run_id, "running")
    waiting = submit(service, language="python", code="print(1)")
    assert service.http.get(f"/runs/{waiting}").json()["status"] == "queued"
    for run_id in ids:
        answer = service.http.delete(f"/runs/{run_id}").json()
        assert (answer["status"], answer["verdict"], answer["reward"]) == ("cancelled", None, None)
    after = service.http.get(f"/runs/{waiting}", params={"wait": SOON_S}).json()
    assert (after["status"], after["verdict"]) == ("done", "OK")


def test_a_caller_that_goes_away_frees_its_slot_at_once(service: Service) -> None:
    slots = sum(one["slots"] for one in service.http.get("/readyz").json()["workers"])
    for _ in range(slots):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{service.url}/run", json=ENDLESS, timeout=httpx.Timeout(5, read=0.2))
    waiting = submit(service, language="python", code="print(1)")
    after = service.http.get(f"/runs/{waiting}", params={"wait": SOON_S}).json()
    assert (after["status"], after["verdict"]) == ("done", "OK")


def test_runs_that_are_cancelled_as_soon_as_they_begin_cost_no_slot(
    start_service: StartService,
) -> None:
    own = start_service(slots=1)  # what is lost here would be lost to all tests that come after
    for _ in range(60):
        run_id = submit(own, language="python", code="")
        own.http.delete(f"/runs/{run_id}")
    last = submit(own, language="python", code="print(1)")
    assert own.http.get(f"/runs/{last}", params={"wait": SOON_S}).json()["status"] == "done"


def test_a_batch_of_60_answers_each_line(service: Service) -> None:
    requests = [
        {
            "language": "python",
            "code": "print(int(input()) ** 2)",
            "tests": [{"stdin": f"{n}", "expected_output": f"{n * n + n % 2}"}],
        }
        for n in range(60)
    ]
    lines = batch(service, requests)
    assert sorted(line["line"] for line in lines) == list(range(1, 61))
    for line in lines:
        result = RunResult.model_validate(line)
        odd = (line["line"] - 1) % 2
        assert (result.verdict, result.reward) == (("WA", 0.0) if odd else ("AC", 1.0))


def test_a_batch_answers_a_quick_run_while_a_slow_one_goes_on(service: Service) -> None:
    quick = {"language": "python", "code": "print('quick')"}
    content = "".join(json.dumps(one) + "\n" for one in (ENDLESS, quick))
    headers = {"Content-Type": "application/x-ndjson"}
    with service.http.stream("POST", "/runs", content=content, headers=headers) as answer:
        lines = answer.iter_lines()
        first = json.loads(next(lines))
        assert (first["line"], first["run"]["stdout"]) == (2, "quick\n")
    # The endless one ends with its caller.
    assert service.run(language="python", code="print(1)").verdict == Verdict.OK


def test_the_service_does_other_things_while_it_runs_programs(service: Service) -> None:
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            batch(service, [{"language": "python", "code": CAT, "stdin": "x" * 100_000}] * 4)

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(keep_busy)
        try:
            for path in ("/healthz", "/readyz", "/languages", "/images", "/metrics", "/docs"):
                assert service.http.get(path).status_code == 200
        finally:
            stop.set()
        busy.result()
