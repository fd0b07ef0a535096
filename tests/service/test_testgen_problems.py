"""The problem set, through both presets: what becomes of each problem is what its `fate.toml` says.

By default two problems are taken, of two kinds; TESTGEN_PROBLEMS=all takes every one (`make testgen`), and
TESTGEN_PROBLEMS=fence,weekday those.
"""

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from testgen.cli.main import run_command_line
from testgen.reporting.figures import figures
from testgen.storage.blobs import Blobs
from testgen.storage.workspace import read_results
from tests.service.conftest import Service

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(7200)]

PROBLEMS = Path(__file__).parent.parent / "testgen" / "problems"
FEW = "best-segment,four-squares"
LEGAL = 42  # a validator's exit status
FATES = {
    "good": {"good"},
    "illegal": {"good", "trivial", "illegal"},
    "trivial": {"trivial"},
    "hangs": {"hangs"},
    "unseeded": {"unseeded"},
    "empty": {"empty"},
    "compare": {"refused"},
    "crashes": {"crashes"},
}


@dataclass(frozen=True)
class Ran:
    """A run of one preset over the problems, with what was expected of each."""

    results: dict[str, dict[str, Any]]
    fates: dict[str, dict[str, Any]]
    figures: dict[str, Any]
    out: Path


both = pytest.mark.parametrize("ran", ["kimi", "full"], indirect=True)
full = pytest.mark.parametrize("ran", ["full"], indirect=True)


@pytest.fixture(scope="module")
def ran(
    request: pytest.FixtureRequest, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Ran:
    folder = tmp_path_factory.mktemp(request.param)
    every = sorted(path.parent.name for path in PROBLEMS.glob("*/fate.toml"))
    wanted = os.environ.get("TESTGEN_PROBLEMS", FEW)
    names = every if wanted == "all" else wanted.split(",")
    for name in names:
        shutil.copytree(PROBLEMS / name, folder / "problems" / name)
    words = ["run", str(folder / "problems"), "--out", str(folder / "out"), "--url", service.url]
    words += ["--preset", request.param, "--set", "generator_cpu_s=6"]
    assert 0 == run_command_line(words)
    start, results = read_results(folder / "out")
    fates = {name: tomllib.loads((PROBLEMS / name / "fate.toml").read_text()) for name in names}
    return Ran({one["pid"]: one for one in results}, fates, figures(start, results), folder / "out")


@both
def test_each_problem_is_kept_or_rejected_for_the_expected_reason(ran: Ran):
    ends = {name: one["reason"] or "kept" for name, one in ran.results.items()}
    wanted = {
        name: "kept" if fate["kept"] else fate["reason"]
        for name, fate in (
            (name, fates[ran.figures["preset"]]) for name, fates in ran.fates.items()
        )
    }
    details = {
        name: one["detail"] for name, one in ran.results.items() if ends[name] != wanted[name]
    }
    assert wanted == ends, details


@both
def test_each_script_is_what_it_is_said_to_be(ran: Ran):
    wrong = {
        f"{name}/{script['name']}": script["fate"]
        for name, one in ran.results.items()
        for script in one.get("generators", ())
        if script["fate"] not in FATES[ran.fates[name]["generators"][script["name"]]]
    }
    assert {} == wrong


@full
def test_everything_that_there_is_rejects_what_is_wrong_and_nothing_else(ran: Ran):
    kept = {name: one for name, one in ran.results.items() if one["kept"]}
    demoted = {
        name: sorted(ref["name"] for ref in one["references"] if ref["status"] == "demoted")
        for name, one in kept.items()
    }
    assert {name: sorted(ran.fates[name]["full"]["demoted"]) for name in kept} == demoted
    refused = [
        f"{name}: {ref['name']}"
        for name, one in kept.items()
        for ref in one["references"]
        if not ref.get("passes", True) and ref["status"] not in ("demoted", "fails_samples")
    ]
    assert [] == refused
    held = ran.figures["wrong"]["held"]["all"]
    assert held["share"] >= 0.95, ran.figures["wrong"]["held"]["survivors"]


@full
def test_illegal_inputs_are_noticed(ran: Ran):
    bad = {
        f"{name}: {script['name']}"
        for name, one in ran.results.items()
        for script in one.get("generators", ())
        if ran.fates[name]["generators"][script["name"]] == "illegal"
        and one["kept"]
        and one["inputs"]["illegal_of_generators"] == 0
    }
    assert set() == bad


@full
def test_no_illegal_input_survives(ran: Ran, service: Service):
    blobs = Blobs(ran.out / "blobs")
    illegal: dict[str, list[Any]] = {}
    for name, one in ran.results.items():
        code = (PROBLEMS / name / "input_validators" / "validate.py").read_text()
        inputs = [blobs.get(test["input"]).decode() for test in one.get("tests", ())]
        for few in batched(inputs):
            body = {
                "language": "python",
                "code": code,
                "limits": {"cpu_time_s": 10, "memory_mb": 1024},
                "tests": [{"stdin": data} for data in few],
            }
            answer = httpx.post(f"{service.url}/run", json=body, timeout=600).json()
            wrong = [test for test in answer["tests"] if test["exit_code"] != LEGAL]
            illegal.setdefault(name, []).extend(wrong)
    assert {name for name, one in ran.results.items() if one["kept"]} == set(illegal)
    assert {} == {name: tests for name, tests in illegal.items() if tests}


def batched(inputs: list[str]) -> list[list[str]]:
    return [inputs[start : start + 20] for start in range(0, len(inputs), 20)]
