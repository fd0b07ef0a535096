"""Exports: what a stranger's names can do to them."""

from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.checkers import CheckerSpec
from sandbox.models import Verdict
from testgen.errors import DataError
from testgen.exporting.kattis import write_packages
from testgen.exporting.rows import row
from testgen.pipeline.bench import Bench
from testgen.pipeline.sources import describe
from testgen.reading.folder import read_folder
from testgen.running.runner import Languages, Runner
from testgen.service import Service
from testgen.settings import settings_for
from testgen.storage.blobs import Blobs
from tests.testgen.sample_problem import write_problem
from tests.testgen.scripted_runner import ScriptedRunner

FIELDS = {"tier": "core", "role": "cases", "generator": "g", "seed": 1, "index": 0}


def source(folder: str, name: str, code: str = "pass", **files: str) -> dict[str, Any]:
    return {"folder": folder, "name": name, "language": "python", "code": code, "files": files}


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def result(blobs: Blobs, *sources: dict[str, Any]) -> dict[str, Any]:
    """A kept problem with one test and these programs."""
    put = blobs.put
    kept = [
        {**one, "sha": "s", "code": put(one["code"].encode()),
         "files": {name: put(text.encode()) for name, text in one["files"].items()}}
        for one in sources
    ]  # fmt: skip
    return {
        "pid": "sum", "preset": "full", "kept": True, "kind": {"kind": "tokens", "comparison": "tokens"},
        "checker": {"type": "tokens", "case_sensitive": True},
        "problem": {"statement": put(b"Add."), "time_limit_s": 2.0, "memory_mb": 256, "samples": [],
                    "limits": {}, "limits_by_language": {}, "room": {}, "sources": kept},
        "tests": [{**FIELDS, "tid": "t", "bytes": 2, "input": put(b"1\n"), "answer": put(b"right\n"),
                   "votes": {}}],
    }  # fmt: skip


def test_what_is_written_is_read_again(tmp_path: Path, blobs: Blobs):
    sources = [source("submissions", "accepted/a.py", "1"), source("generators", "cases.py", "2")]
    assert 1 == write_packages([result(blobs, *sources)], blobs, tmp_path / "out")
    problem = read_folder(tmp_path / "out" / "sum")
    assert [("accepted/a.py", "1")] == [(one.name, one.code) for one in problem.references]
    assert [("cases.py", "2")] == [(one.name, one.code) for one in problem.generators]
    assert CheckerSpec() == problem.comparison


def test_programs_of_several_files_are_read_again(tmp_path: Path, blobs: Blobs):
    more = {"lib/a.py": "2"}
    sources = [
        source(folder, name, "1", **more)
        for folder, name in (
            ("submissions", "accepted/a.py"), ("generators", "cases.py"), ("input_validators", "v"),
            ("checker/testlib", "checker001"),
        )
    ]  # fmt: skip
    kept = result(blobs, *sources)
    kept["kind"] = {"kind": "checker", "comparison": "checker checker001"}
    kept["checker"] = {"type": "program"}
    write_packages([kept], blobs, tmp_path / "out")
    problem = read_folder(tmp_path / "out" / "sum")
    programs = (*problem.references, *problem.generators, *problem.validators)
    found = [*programs, problem.checkers[0].program]
    assert ["accepted/a", "cases", "v", "checker"] == [one.name for one in found]
    assert all(("1", more) == (one.code, one.files) for one in found)


def test_what_is_made_again_is_made_of_all_files_and_with_the_same_room(blobs: Blobs):
    kept = result(blobs, source("generators", "cases", "import a", **{"a.py": "2"}))
    kept["problem"]["room"] = {"cases": 9}
    kept["tests"][0]["generator"] = "s"
    found = row(kept, blobs, 1)
    assert {"s": {"code": "import a", "files": {"a.py": "2"}}} == found["generators"]
    assert ([], {"cases": 9}) == (found["tests"], found["room"])


@pytest.mark.parametrize("name", [
    "../../data/secret/core-001-cases.ans", "../x", "/tmp/x", "../../../../x",
])  # fmt: skip
def test_a_programs_files_stay_in_its_own_folder(tmp_path: Path, blobs: Blobs, name: str):
    bad = source("submissions", "accepted/a.py", **{name: "forged"})
    with pytest.raises(DataError, match="must not be written there"):
        write_packages([result(blobs, bad)], blobs, tmp_path / "out")
    assert not (tmp_path / "out" / "sum").exists()


def test_a_program_stays_in_the_folder_of_its_kind(tmp_path: Path, blobs: Blobs):
    bad = source("generators", "../data/secret/core-001-cases.py")
    with pytest.raises(DataError, match="must not be written there"):
        write_packages([result(blobs, bad)], blobs, tmp_path / "out")


def test_two_programs_do_not_become_one_file(tmp_path: Path, blobs: Blobs):
    two = [source("generators", name) for name in ("cases", "cases.py")]
    with pytest.raises(DataError, match="rename it"):
        write_packages([result(blobs, *two)], blobs, tmp_path / "out")


def test_of_several_checkers_the_chosen_one_is_written(tmp_path: Path, blobs: Blobs):
    two = [source("checker/testlib", f"checker00{n}", str(n)) for n in (1, 2)]
    kept = result(blobs, *two)
    kept["kind"] = {"kind": "checker", "comparison": "checker checker002"}
    kept["checker"] = {"type": "program"}
    write_packages([kept], blobs, tmp_path / "out")
    (checker,) = read_folder(tmp_path / "out" / "sum").checkers
    assert "2" == checker.program.code


def test_exported_limits_are_those_of_the_vote(tmp_path: Path, blobs: Blobs):
    problem = read_folder(write_problem(tmp_path / "sum"))
    languages = Languages({name: name for name in ("cpp", "python", "pypy", "java")})
    runner = cast(Runner, ScriptedRunner(lambda *_: Verdict.AC, languages))
    bench = Bench(problem, settings_for("full", {}), Service(), runner, blobs)
    kept = result(blobs)
    kept["problem"] = {**describe(bench), "sources": []}
    found = row(kept, blobs, 100)
    general = {"cpu_time_s": 1.0, "memory_mb": 256, "output_kb": 8192}
    assert general == found["limits"]
    more = {**general, "cpu_time_s": 2.0}
    assert {"python": more, "pypy": more} == found["limits_by_language"]
    for name in languages.identities:
        of_the_vote = bench.solutions.limits(name).model_dump(exclude_unset=True)
        assert of_the_vote == found["limits_by_language"].get(name, found["limits"])
