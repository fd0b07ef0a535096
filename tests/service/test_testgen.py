import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from testgen.cli.main import run_command_line
from testgen.storage.workspace import read_results
from tests.service.conftest import Service
from tests.testgen.sample_problem import CASES, DIVISOR, MAXIMAL, RIGHT, WRONG, write_problem

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

Pipeline = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def pipeline(service: Service, tmp_path: Path) -> Pipeline:
    """Runs the pipeline over variants of the sample problem; the results by name."""

    def run(
        variants: Mapping[str, Mapping[str, str | None]], *words: str, preset: str = "kimi"
    ) -> dict[str, dict[str, Any]]:
        for name, changes in variants.items():
            write_problem(tmp_path / "problems" / name, changes)
        command = ["run", str(tmp_path / "problems"), "--out", str(tmp_path / "out")]
        assert 0 == run_command_line([*command, "--preset", preset, "--url", service.url, *words])
        return {one["pid"]: one for one in read_results(tmp_path / "out")[1]}

    return run


def without(*names: str) -> dict[str, str | None]:
    return {f"submissions/accepted/{name}": None for name in names}


def test_the_reports_pipeline_keeps_and_rejects_as_the_report_says(pipeline: Pipeline):
    hanging = "from cyaron import *\nGraph.DAG(5, 11, repeated_edges=False)\n"
    unseeded = "import os\n" + CASES.replace("= 1 if", "= os.urandom(1)[0] or 1 if")
    off_by_one = (
        "import sys\nw = sys.stdin.read().split()\nprint(sum(map(int, w[1:])) + (len(w) % 2))\n"
    )
    names = ["builtin.py", "loop.py", "fold.py", "read.py"]
    half_wrong: dict[str, str | None] = {
        f"submissions/accepted/{n}": f"# {n}\n{off_by_one}" for n in names
    }
    one_wrong: dict[str, str | None] = {"submissions/accepted/builtin.py": off_by_one}
    no_wrong: dict[str, str | None] = {f"submissions/{name}": None for name in WRONG}
    variants: dict[str, dict[str, str | None]] = (
        {
            "good": {},
            "one-wrong": one_wrong,
            "half-wrong": half_wrong,
            "two-wrong": {**one_wrong, "submissions/accepted/loop.py": "# x\n" + off_by_one},
            "hangs": {"generators/cases.py": hanging},
            "few-cases": {"generators/cases.py": CASES.replace("51", "31")},
            "unseeded": {"generators/cases.py": unseeded},
            "compares": {"generators/cases.py": CASES + "Compare.output('a', std='b')\n"},
            "killed": {"generators/cases.py": CASES + "import os\nos._exit(0)\n"},
            "any-answer": {"problem_statement/problem.en.md": "If there are several, print any of them."},
            "few-references": without("loop.py", "fold.py", "read.py", "halves.py", "backwards.py"),
        }
    )  # fmt: skip
    variants = {name: {**no_wrong, **changes} for name, changes in variants.items()}
    found = pipeline(variants, "--set", "generator_cpu_s=2")
    ends = {name: one["reason"] or "kept" for name, one in found.items()}
    assert ends == {
        "good": "kept",
        "one-wrong": "kept",
        "half-wrong": "too_few_valid",
        "two-wrong": "references_disagree",
        "hangs": "generator_failed",
        "few-cases": "generator_failed",
        "unseeded": "generator_failed",
        "compares": "generator_failed",
        "killed": "generator_failed",
        "any-answer": "special_judge",
        "few-references": "kept",
    }
    assert [entry["fate"] for entry in found["unseeded"]["generators"]] == ["unseeded"]
    assert "Compare" in found["compares"]["generators"][0]["said"]
    gates = {name: found[name]["gate"] for name in ("good", "one-wrong", "few-references")}
    assert gates == {
        "good": {"drawn": 10, "passing": 10, "needed": 9},
        "one-wrong": {"drawn": 10, "passing": 9, "needed": 9},
        "few-references": {"drawn": 5, "passing": 5, "needed": 5},
    }


def test_an_export_is_what_the_service_takes(
    pipeline: Pipeline, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    # The script has a file beside it, and is left less room: some of what it writes is left out.
    split: dict[str, str | None] = {
        "generators/cases.py": None,
        "generators/cases/main.py": CASES.replace("10 ** 9", "LARGEST").replace(
            "import *", "import *\nfrom largest import LARGEST"
        ),
        "generators/cases/largest.py": "LARGEST = 10 ** 9\n",
    }
    changes = ("inline_bytes=5000", "case_bytes=15000", "cases_per_generator=49", "least_valid=20")
    pipeline({"sum": split}, *(word for change in changes for word in ("--set", change)))
    out = tmp_path / "out"
    assert 0 == run_command_line(["export", str(out)])
    (row,) = map(json.loads, (out / "dataset.jsonl").read_bytes().splitlines())
    assert 20 <= len(row["tests"]) + len(row["generated"]) < 49
    assert row["generated"]
    asked = {"checker": row["checker"], "limits": row["limits"], "tests": row["tests"]}
    code = "input()\nprint(sum(map(int, input().split())))"
    right = httpx.post(f"{service.url}/run", json={"language": "python", "code": code, **asked})
    wrong = httpx.post(
        f"{service.url}/run", json={"language": "python", "code": "print(0)", **asked}
    )
    assert (1.0, 0.0) == (right.json()["reward"], wrong.json()["reward"])
    # A language has the time that it had in the vote: 1.5 s is too long, but not in Python.
    slow = f"import time\nwhile time.process_time() < 1.5: pass\n{code}"
    verdicts = [
        httpx.post(
            f"{service.url}/run",
            json={"language": "python", "code": slow, **asked, "tests": row["tests"][:1], "limits": limits},
        ).json()["verdict"]
        for limits in (row["limits"], row["limits_by_language"]["python"])
    ]  # fmt: skip
    assert verdicts == ["TLE", "AC"]
    # What is not inline is made again from its seed, and a row that was changed is found out.
    check = ["check", str(out / "dataset.jsonl"), "--url", service.url]
    assert 0 == run_command_line(check)
    row["generated"][0]["seed"] += 1
    (out / "dataset.jsonl").write_text(json.dumps(row))
    assert 1 == run_command_line(check)
    assert row["generated"][0]["id"] in capsys.readouterr().out


def test_a_kattis_package_is_written_and_checked(
    pipeline: Pipeline, service: Service, tmp_path: Path
):
    pipeline({"sum": {}})
    assert 0 == run_command_line(["export", str(tmp_path / "out"), "--format", "kattis"])
    package = tmp_path / "out" / "kattis" / "sum"
    check = ["check", str(package), "--url", service.url]
    assert 0 == run_command_line(check)
    right = (package / "submissions" / "accepted" / "builtin.py").read_text()
    (package / "submissions" / "wrong_answer" / "right.py").write_text(right)
    assert 1 == run_command_line(check)


def test_large_outputs_that_share_a_request_all_vote(pipeline: Pipeline, tmp_path: Path):
    """Together they are more than one answer of the service has room for."""
    line = "n = int(input())\n"
    right = {
        "builtin.py": f"{line}print('7' * n)\n",
        "loop.py": f"{line}print(''.join('7' for _ in range(n)))\n",
        "plain.cpp": "#include <iostream>\n#include <string>\nint main() { int n; std::cin >> n;\n"
        "std::cout << std::string(n, '7') << '\\n'; }\n",
    }
    script = CASES.replace("n = 1 if", "n = 2_000_000 + i if 1 or").replace(
        "io.input_writeln([randint(-small, small) for _ in range(n)])", "pass"
    )
    changes = {
        **{f"submissions/accepted/{name}": right.get(name) for name in RIGHT},
        **{f"submissions/{name}": None for name in WRONG},
        "generators/cases.py": script,
        "data/sample/1.in": "3\n",
        "data/sample/1.ans": "777\n",
    }
    found = pipeline({"large": changes})["large"]
    assert found["kept"], found["detail"]
    assert 50 == found["votes"]["valid"]
    assert {3} == {one["votes"]["agree"] for one in found["tests"]}
    blobs = (path.stat().st_size for path in (tmp_path / "out" / "blobs").rglob("*.gz"))
    assert sum(blobs) < 50 << 20  # equal outputs are kept once


SMALL = ("--set", "cases_per_generator=25", "--set", "least_valid=20", "--set", "neighbours=20")


def test_everything_that_there_is_takes_what_the_report_leaves_out(pipeline: Pipeline):
    subtle = "input()\na = list(map(int, input().split()))\nprint(sum(a) if a[0] != -1 else sum(a) + 1)\n"
    illegal = CASES.replace("io.input_writeln(n)", "io.input_writeln(n + i % 2)")
    one_python = {
        f"submissions/accepted/{n}": None for n in ("fold.py", "halves.py", "recursive.cpp")
    }
    lenient = {"input_validators/validate.py": "import sys\nsys.exit(42)\n"}
    found = pipeline(
        {
            "sum": {
                **one_python,
                "submissions/accepted/subtle.py": subtle,
                "submissions/accepted/copy.py": "# A copy.\n" + RIGHT["loop.py"],
                "submissions/accepted/fails.py": "print(0)\n",
                "generators/maximal.py": MAXIMAL,
                "generators/random_illegal.py": illegal,
                "generators/bounds_illegal.py": CASES.replace("writeln(n)", "writeln(n + 1)"),
                "generators/tiny_hangs.py": "while True: pass\n",
            },
            "lenient": lenient,
            "divisor": DIVISOR,
            "blind-checker": {**DIVISOR, "checker.py": "import sys\nsys.exit(0)\n"},
        },
        *SMALL, "--set", "generator_cpu_s=2",
        preset="full",
    )  # fmt: skip
    ends = {name: one["reason"] or "kept" for name, one in found.items()}
    assert ends == {
        "sum": "kept",
        "lenient": "no_validator",
        "divisor": "kept",
        "blind-checker": "special_judge",
    }
    status = {one["name"]: one["status"] for one in found["sum"]["references"]}
    assert "demoted" == status["accepted/subtle.py"]
    assert "fails_samples" == status["accepted/fails.py"]
    assert "duplicate" in (status["accepted/copy.py"], status["accepted/loop.py"])
    fates = {one["name"]: one["fate"] for one in found["sum"]["generators"]}
    assert fates == {
        "cases.py": "good",
        "maximal.py": "good",
        "random_illegal.py": "good",
        "bounds_illegal.py": "illegal",
        "tiny_hangs.py": "hangs",
    }
    assert found["sum"]["inputs"]["illegal_of_generators"] > 0
    passes = {one["name"] for one in found["sum"]["references"] if one["passes"]}
    assert {name for name, what in status.items() if what == "voter"} <= passes
    assert all(one["rejected"] for name in ("sum", "divisor") for one in found[name]["wrong"])
    tiers = [test["tier"] for test in found["sum"]["tests"]]
    assert tiers == sorted(tiers, key=["core", "audit"].index)
    assert 0 < tiers.count("core") < len(tiers)
    # Each test says what it is there for, and only of solutions that may be looked at.
    tune = {one["name"] for one in found["sum"]["wrong"] if one["split"] == "tune"}
    assert tune == {name for test in found["sum"]["tests"] for name in test["kills"]}
    assert {1, 2000} <= {bound for test in found["sum"]["tests"] for bound in test["bounds_hit"]}
    assert all(test["bucket"].startswith(test["role"]) for test in found["sum"]["tests"])
    assert "checker" == found["divisor"]["kind"]["kind"]
