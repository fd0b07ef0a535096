"""Benchmarks through a real service: right solutions pass, each status is what really happened."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sandbox.cli.main import app
from sandbox.evals.dialects import DIALECTS, Dialect, dialect
from tests.service.conftest import Service
from tests.service.multipl_e_samples import SAMPLES, Sample
from tests.service.test_humaneval import DATA

COMMAND = [sys.executable, "-m", "sandbox", "eval"]
# Of HumanEval-X in C++, where each program is compiled; `make evals` takes all.
EVERY = int(os.environ.get("SANDBOX_EVALS_EVERY", "13"))

# Its tests call strlen("x"), and that is the C library's, whatever the program defines.
BLIND = {"CPP/23"}

with_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"HumanEval programs not found beside the project in {DATA.name}"
)
pytestmark = pytest.mark.timeout(600)

PROBLEMS = {language: SAMPLES[language] for language in ("py", "cpp")}
COMPLETIONS = {
    "py": {
        "    return 2 * n\n": "OK",
        "    return n\n": "Exception",
        "    return 2 *\n": "SyntaxError",
        "    while True: pass\n": "Timeout",
        "    return [n] * 10**10\n": "Exception",
        "    print('x' * 10**7); return 2 * n\n": "Exception",
        "    import os; os.kill(os.getpid(), 9)\n": "Exception",
        "    import sys; sys.exit(0)\n": "OK",  # as MultiPL-E has it
    },
    "cpp": {
        "    return 2 * n;\n": "OK",
        "    return n;\n": "Exception",
        "    return 2 *;\n": "SyntaxError",
    },
}


def evaluate(service: Service, *arguments: object) -> dict[str, Any]:
    """What ``sandbox eval`` says; it must come to its end."""
    command = [*COMMAND, *map(str, arguments), "--url", service.url, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def put(path: Path, language: str, completions: list[str], sample: Sample | None = None) -> None:
    of = sample or PROBLEMS[language]
    document = {
        "name": path.name,
        "language": language,
        "prompt": of.prompt,
        "completions": completions,
        "tests": of.tests,
        "stop_tokens": [],
    }
    path.write_bytes(gzip.compress(json.dumps(document).encode()))


def results(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))["results"]
    return found


@with_data
def test_all_python_solutions_pass_with_the_same_results_twice(service: Service, tmp_path: Path):
    problems, written = DATA / "humaneval-python.jsonl.gz", []
    for name in ("first", "second"):
        output = tmp_path / name
        found = evaluate(service, "humaneval", problems, "--canonical", "--output", output)
        (row,) = found["rows"]
        assert (row["problems"], row["right"], row["pass_at"]) == (164, 164, {"1": 1.0})
        written.append(output.read_bytes())
    assert written[0] == written[1]


@with_data
def test_cpp_solutions_pass_and_those_that_return_nothing_do_not(service: Service, tmp_path: Path):
    with gzip.open(DATA / "humaneval-cpp.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    problems = tmp_path / "problems.jsonl"
    chosen = rows[::EVERY]
    problems.write_text("".join(json.dumps(row) + "\n" for row in chosen))
    (row,) = evaluate(service, "humaneval", problems, "--canonical")["rows"]
    assert (row["problems"], row["right"]) == (len(chosen), len(chosen))
    samples = tmp_path / "samples.jsonl"
    empty = ({"task_id": row["task_id"], "generation": "return {};\n}\n"} for row in chosen)
    samples.write_text("".join(json.dumps(row) + "\n" for row in empty))
    (row,) = evaluate(service, "humaneval", samples, "--problems", problems)["rows"]
    blind = sum(one["task_id"] in BLIND for one in chosen)
    assert (row["problems"], row["right"]) == (len(chosen), blind)


@with_data
def test_no_way_out_of_a_python_task_passes(service: Service, tmp_path: Path):
    problems = DATA / "humaneval-python.jsonl.gz"
    ways = ["    return None\n", "    import sys; sys.exit(0)\n", "    import os; os._exit(0)\n"]
    ways += ["    pass\nexit()\n", "    pass\nraise SystemExit(0)\n", ")\n"]
    samples = tmp_path / "samples.jsonl"
    rows = [{"task_id": "HumanEval/2", "completion": way} for way in ways]
    samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (row,) = evaluate(service, "humaneval", samples, "--problems", problems)["rows"]
    assert (row["samples"], row["right"]) == (len(ways), 0)


def test_each_status_is_what_happened(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # An endless loop tells as much in 2 s as in the 15 s of MultiPL-E.
    monkeypatch.setitem(DIALECTS, "py", replace(DIALECTS["py"], run_s=2))
    for language, expected in COMPLETIONS.items():
        put(tmp_path / f"a_{language}.json.gz", language, list(expected))
    words = ["eval", "multipl-e", str(tmp_path), "--k", "1,3", "--url", service.url, "--json"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    for language, expected in COMPLETIONS.items():
        got = results(tmp_path / f"a_{language}.results.json.gz")
        assert [result["status"] for result in got] == list(expected.values())
    right = {row["language"]: (row["right"], row["samples"]) for row in found["rows"]}
    assert right == {"py": (2, 8), "cpp": (1, 3)}


def test_each_language_that_is_there_gives_its_statuses(service: Service, tmp_path: Path):
    infos = service.http.get("/languages").json()
    served = {name for info in infos for name in (info["name"], *info["aliases"])}
    samples = {
        language: sample
        for language, sample in SAMPLES.items()
        if not served.isdisjoint(rules_of(language).names)
    }
    assert {"py", "cpp"} <= set(samples)
    for language, sample in samples.items():
        put(tmp_path / f"{language}.json.gz", language, list(sample.completions), sample)
    evaluate(service, "multipl-e", tmp_path)
    got = {
        language: [result["status"] for result in results(tmp_path / f"{language}.results.json.gz")]
        for language in samples
    }
    assert got == {
        language: list(sample.completions.values()) for language, sample in samples.items()
    }


def test_there_is_a_sample_of_every_language_that_has_rules():
    assert {dialect(language) for language in SAMPLES} >= {
        rules for language, rules in DIALECTS.items() if language != "jl"
    }


def rules_of(language: str) -> Dialect:
    rules = dialect(language)
    assert rules is not None
    return rules


def test_after_kill_9_it_goes_on_where_it_was(service: Service, tmp_path: Path):
    completions = [f"    return 2 * n  # {number}\n" for number in range(400)]
    problem, written = tmp_path / "a.json.gz", tmp_path / "a.results.json.gz"
    put(problem, "py", completions)
    command = [*COMMAND, "multipl-e", str(tmp_path), "--url", service.url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not written.exists() and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    before = results(written)
    assert 0 < len(before) < len(completions)
    (row,) = evaluate(service, "multipl-e", tmp_path)["rows"]
    assert (row["samples"], row["right"]) == (400, 400)
    assert results(written)[: len(before)] == before
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".gz"] == []
