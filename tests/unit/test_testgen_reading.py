import asyncio
import json
import os
import zlib
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.checkers import CheckerSpec
from sandbox.models import RunRequest, Verdict
from testgen.checking.package import read_tests
from testgen.errors import DataError
from testgen.reading.files import read_bytes
from testgen.reading.folder import read_folder
from testgen.reading.package import comparison_of
from testgen.reading.problems import read_problems
from testgen.running.contents import pieces
from testgen.running.generators import generate, unpack
from testgen.running.runner import Answer, Runner
from testgen.settings import settings_for
from testgen.values import Declared, Label, Manner, Problem, Program
from tests.testgen.sample_problem import RIGHT, WRONG, write_problem
from tests.testgen.scripted_runner import answer_of, step


def only(path: Path) -> Problem:
    found = read_problems(path)
    assert () == found.unreadable
    (problem,) = found.problems
    return problem


def test_a_folder_is_read_whole(tmp_path: Path):
    problem = only(write_problem(tmp_path / "sum"))
    assert ("sum", 1.0, 256) == (problem.pid, problem.time_limit_s, problem.memory_mb)
    assert "n integers" in problem.statement
    assert [(b"3\n1 2 -5\n", b"-2\n")] == [(one.stdin, one.answer) for one in problem.samples]
    assert {f"accepted/{name}" for name in RIGHT} == {one.name for one in problem.references}
    assert set(WRONG) == {one.program.name for one in problem.wrong}
    assert {"python", "cpp"} == {one.language for one in problem.references}
    assert ["cases.py"] == [one.name for one in problem.generators]
    any_case = CheckerSpec(case_sensitive=False)
    assert (Declared.COMPARED, any_case) == (problem.declared, problem.comparison)


def test_solutions_may_lie_directly_in_the_folder(tmp_path: Path):
    folder = write_problem(tmp_path / "sum")
    (folder / "submissions").rename(tmp_path / "moved")
    for path in (tmp_path / "moved").iterdir():
        path.rename(folder / path.name)
    assert {f"accepted/{name}" for name in RIGHT} == {one.name for one in only(folder).references}


def test_checkers_are_known_by_where_they_lie(tmp_path: Path):
    testlib = write_problem(tmp_path / "a" / "x", {"checker.py": "import sys"})
    custom = "validation: custom\nvalidator_flags: --strict 3\n"
    files = {
        "problem.yaml": custom,
        "output_validators/v/validate.py": "1",
        "output_validators/v/h.py": "2",
    }
    kattis = write_problem(tmp_path / "b" / "x", files)
    found = [(only(one).declared, only(one).checkers[0]) for one in (testlib, kattis)]
    assert [Manner.TESTLIB, Manner.KATTIS] == [checker.manner for _, checker in found]
    assert {Declared.CUSTOM} == {declared for declared, _ in found}
    assert {"h.py": "2"} == found[1][1].program.files


@pytest.mark.parametrize(("words", "spec"), [
    ("", CheckerSpec()),
    ("case_insensitive", CheckerSpec(case_sensitive=False)),
    ("space_change_sensitive case_sensitive", CheckerSpec("lines")),
    ("float_tolerance 1e-6", CheckerSpec("floats", abs_tol=1e-6, rel_tol=1e-6)),
    ("float_absolute_tolerance 1e-4", CheckerSpec("floats", abs_tol=1e-4, rel_tol=0)),
])  # fmt: skip
def test_arguments_of_kattis_are_comparisons(words: str, spec: CheckerSpec):
    assert spec == comparison_of(words.split(), "here")


LENIENT = CheckerSpec(case_sensitive=False)
TOLERANT = CheckerSpec("floats", case_sensitive=False, abs_tol=1e-4, rel_tol=1e-4)
FLOATS, FLAGS = (
    "output_validator_args: [float_tolerance, 1e-4]",
    "output_validator_flags: float_tolerance 1e-4",
)


@pytest.mark.parametrize(("files", "spec"), [
    ({}, LENIENT), ({"data/test_group.yaml": FLOATS}, TOLERANT), ({"data/testdata.yaml": FLAGS}, TOLERANT),
    ({"data/secret/testdata.yaml": FLAGS}, TOLERANT), ({"data/secret/test_group.yaml": FLOATS}, TOLERANT),
    ({"data/secret/testdata.yaml": "grading: custom", "data/testdata.yaml": FLAGS}, TOLERANT),
    ({"data/secret/testdata.yaml": FLAGS, "data/testdata.yaml": "output_validator_flags: x"}, TOLERANT),
    ({"problem.yaml": "validator_flags: float_tolerance 1e-4"}, TOLERANT),
    ({"problem.yaml": "validator_flags: case_sensitive"}, CheckerSpec()),
    ({"data/test_group.yaml": "output_validator_args: [--n, 3]", "output_validator/v.py": "1"}, LENIENT),
])  # fmt: skip
def test_a_package_says_in_many_places_how_outputs_are_compared(
    tmp_path: Path, files: dict[str, str], spec: CheckerSpec
):
    assert spec == only(write_problem(tmp_path / "sum", files)).comparison


def test_a_folder_is_a_program_of_several_files(tmp_path: Path):
    files = {"main.py": "import lib.a", "lib/a.py": "1", "data.txt": "2"}
    places = ("submissions/accepted/big", "generators/cases_big", "input_validators/v", "checker")
    folder = write_problem(
        tmp_path / "sum", {f"{place}/{name}": text for place in places for name, text in files.items()}
    )  # fmt: skip
    problem = only(folder)
    programs = (*problem.references, *problem.generators, *problem.validators)
    found = {one.name: one for one in (*programs, problem.checkers[0].program)}
    for name in ("accepted/big", "cases_big", "v", "checker"):
        assert "import lib.a" == found[name].code
        assert {"lib/a.py": "1", "data.txt": "2"} == found[name].files


def test_of_a_packages_inputs_only_those_with_answers_are_tests(tmp_path: Path):
    folder = write_problem(
        tmp_path / "sum",
        {"data/secret/g/1.in": "1", "data/secret/g/1.ans": "2", "data/invalid_input/1.in": "x"},
    )
    assert [b"-2\n", b"2"] == [one.answer for one in read_tests(folder)]


@pytest.mark.parametrize("words", ["float_tolerance", "float_tolerance x", "caseless"])
def test_arguments_that_nobody_knows_are_refused(words: str):
    with pytest.raises(DataError):
        comparison_of(words.split(), "here")


@pytest.mark.parametrize("text", ["- a", "limits: 3", "limits: {time_limit: -1}", "{",
  "limits: {memory: x}",
  "name: &a [1]\nlimits: {memory: 9}\nkeywords: *a", "name: 2001-99-99", "a: " + "[" * 9_999,
                                  "a: !!python/object/apply:os.system [ls]"])  # fmt: skip
def test_metadata_that_is_wrong_leaves_the_problem_out_and_names_it(tmp_path: Path, text: str):
    write_problem(tmp_path / "bad", {"problem.yaml": text})
    write_problem(tmp_path / "good")
    found = read_problems(tmp_path)
    assert ["good"] == [one.pid for one in found.problems]
    assert str(tmp_path / "bad" / "problem.yaml") in found.unreadable[0]


def test_a_row_is_the_same_problem(tmp_path: Path):
    row = {
        "id": "sum",
        "statement": "Add.",
        "time_limit_s": 3,
        "samples": [{"input": "1\n", "output": "1\n"}],
        "accepted": [{"language": "python", "code": "print(input())"}],
        "time_limit_exceeded": [{"language": "cpp", "code": "int main() { for (;;); }"}],
        "generators": [{"name": "cases.py", "language": "cyaron", "code": "pass"}],
        "checkers": [{"language": "python", "code": "pass"}],
    }
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps(row) + "\n\n" + json.dumps({"id": "../x"}) + "\n{\n")
    found = read_problems(path)
    (problem,) = found.problems
    assert ("sum", 3.0, Declared.CUSTOM) == (problem.pid, problem.time_limit_s, problem.declared)
    assert [Label.TIME_LIMIT] == [one.label for one in problem.wrong]
    assert ["id", "line 4"] == [
        "id" if why.startswith(f"{path}: line 3: id: ") else why.removeprefix(f"{path}: ")[:6]
        for why in found.unreadable
    ]


def test_two_problems_of_one_name_are_refused(tmp_path: Path):
    path = tmp_path / "problems.jsonl"
    path.write_text('{"id": "a"}\n{"id": "a"}\n')
    with pytest.raises(DataError, match="two problems are called a"):
        read_problems(path)


def test_two_programs_of_one_name_are_refused(tmp_path: Path):
    folder = write_problem(tmp_path / "set" / "bad", {"accepted/loop.py": "pass"})
    assert (folder / "submissions/accepted/loop.py").is_file()
    program = {"name": "a", "language": "python", "code": "1"}
    names = ("accepted", "wrong_answer", "generators", "validators", "checkers")
    rows = [{"id": name, name: [program, program]} for name in names]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for path, number in ((tmp_path / "set", 1), (tmp_path / "rows.jsonl", len(rows))):
        found = read_problems(path)
        assert () == found.problems
        assert number == sum("two programs are called" in why for why in found.unreadable)


@pytest.mark.parametrize("name", ["../x", "a/../b", "/a", "a//b", ".", "a\nb", "a\n", "-a", "a b/"])
def test_a_name_is_no_way_outwards(tmp_path: Path, name: str):
    program = {"language": "python", "code": "1"}
    rows = [{"id": "a", "generators": [{**program, "name": name}]},
            {"id": "b", "generators": [{**program, "files": {name: ""}}]},
            {"id": "c", "generators": [{**program, "name": "b-1_x.py", "files": {"d/e": ""}}]}]  # fmt: skip
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert ["c"] == [one.pid for one in read_problems(tmp_path / "rows.jsonl").problems]


def test_what_a_problem_is_known_by_changes_with_all_that_matters(tmp_path: Path):
    first = only(write_problem(tmp_path / "1" / "sum")).sha
    same = only(write_problem(tmp_path / "2" / "sum")).sha
    changes = ["data/sample/1.ans", "generators/cases.py", "submissions/accepted/loop.py",
               "submissions/wrong_answer/first.py", "input_validators/validate.py"]  # fmt: skip
    others = {
        only(write_problem(tmp_path / f"{n}-changed" / "sum", {name: "#\n"})).sha
        for n, name in enumerate(changes)
    }
    assert first == same
    assert len({first, *others}) == 1 + len(changes)


INSIDE = ["data/sample/1.in", "submissions/accepted/loop.py", "generators/cases.py",
          "problem_statement/problem.en.md", "problem.yaml", "data/test_group.yaml"]  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_a_link_that_leaves_the_package_is_not_followed(tmp_path: Path, name: str):
    secret = tmp_path / "secret"
    secret.write_text("key: 1\n")
    write_problem(tmp_path / "set" / "good")
    path = write_problem(tmp_path / "set" / "bad", {"data/test_group.yaml": ""}) / name
    path.unlink()
    path.symlink_to(secret)
    found = read_problems(tmp_path / "set")
    assert ["good"] == [one.pid for one in found.problems]
    assert "leaves the package" in found.unreadable[0]


def test_neither_is_a_folder_that_is_such_a_link(tmp_path: Path):
    folder = write_problem(tmp_path / "bad")
    (folder / "generators").rename(tmp_path / "elsewhere")
    (folder / "generators").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="leaves the package"):
        read_folder(folder)


def test_a_link_within_the_package_is_a_file_of_it(tmp_path: Path):
    folder = write_problem(tmp_path / "sum")
    (folder / "generators" / "tiny.py").symlink_to("cases.py")
    assert ["cases.py", "tiny.py"] == [one.name for one in only(folder).generators]


def test_pipes_and_devices_are_not_read(tmp_path: Path):
    folder = write_problem(tmp_path / "pipe")
    os.mkfifo(folder / "data" / "test_group.yaml")
    with pytest.raises(DataError, match="is no regular file"):
        read_folder(folder)
    device = Path("/dev/zero")
    with pytest.raises(DataError, match="is no regular file"):
        read_bytes(device.parent, device)


def test_a_test_of_a_package_is_a_file_of_it_too(tmp_path: Path):
    folder = write_problem(tmp_path / "sum", {"data/secret/1.ans": "1\n"})
    (folder / "data/secret/1.in").symlink_to("/etc/hostname")
    with pytest.raises(DataError, match="leaves the package"):
        read_tests(folder)


def test_a_file_that_is_too_large_is_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "big"
    path.write_bytes(b"12345")
    assert b"12345" == read_bytes(tmp_path, path, 5)
    with pytest.raises(DataError, match="big: is larger"):
        read_bytes(tmp_path, path, 4)


def bombs() -> str:
    """Each line is nine of the one before."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 8)]
    return "\n".join([*lines, "validator_flags: *a7"])


def test_a_document_that_grows_by_aliases_is_refused_before_it_has_grown(tmp_path: Path):
    write_problem(tmp_path / "bad", {"problem.yaml": bombs()})
    write_problem(tmp_path / "good")
    found = read_problems(tmp_path)
    assert ["good"] == [one.pid for one in found.problems]
    assert "aliases are not taken" in found.unreadable[0]


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 5), st.integers(1, 60))
def test_pieces_are_the_whole_list_and_small_enough(sizes: list[int], most: int, size: int):
    found = list(pieces(range(len(sizes)), sizes, most_items=most, most_bytes=size))
    assert [n for piece in found for n in piece] == list(range(len(sizes)))
    for piece in found:
        assert 1 <= len(piece) <= most
        assert len(piece) == 1 or sum(sizes[n] for n in piece) <= size


@given(st.binary(max_size=200))
def test_whatever_a_script_leaves_is_unpacked_or_refused(data: bytes):
    assert unpack(data, 1000) is None or data[:1] == b"x"
    unpack(zlib.compress(data), 1000)
    unpack(zlib.compress(b'{"cases": [["a", ' + data), 1000)


@pytest.mark.parametrize("head", ['{"cases": [["a", -1]]}', '{"cases": [["a", true]]}',
 '{"cases": [["a", 9]]}',
                                  '{"cases": [["a"]]}', "[]", '{"cases": 3}', "[" * 100_000])  # fmt: skip
def test_sizes_that_are_lies_are_refused(head: str):
    assert unpack(zlib.compress(head.encode() + b"\nab"), 1 << 20) is None


def test_a_first_line_that_is_too_long_is_not_read_as_json():
    head = b'{"cases": []' + b" " * (2 << 20) + b"}\n"
    assert unpack(zlib.compress(head), 4 << 20) is None


@pytest.mark.parametrize(("sizes", "fate"), [
    ([3] * 5, "good"), ([3] * 6, "too_large"), ([8], "good"), ([9], "too_large"),
])  # fmt: skip
def test_a_script_that_packs_its_files_itself_gets_no_more_than_others(
    tmp_path: Path, sizes: list[int], fate: str
):
    head = json.dumps({"cases": [[f"{n}.in", size] for n, size in enumerate(sizes)]}).encode()
    packed = zlib.compress(head + b"\n" + b"".join(b"%d" % n * s for n, s in enumerate(sizes)))

    class Packer:
        """Both runs of the script leave this."""

        async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
            made = replace(answer_of([Verdict.OK], [(b"", False)]), artifacts={"cases.bin": packed})
            return replace(made, run=step(Verdict.OK))

    settings = settings_for("full", {"cases_per_generator": 5, "case_bytes": 8})
    script = Program("cases.py", "cyaron", "")
    found = asyncio.run(generate(cast(Runner, Packer()), settings, script, 1, "cases"))
    assert fate == found.fate
    assert len(found.cases) == (len(sizes) if fate == "good" else 0)


def test_a_bomb_is_not_unpacked():
    assert unpack(zlib.compress(b"\0" * (50 << 20)), 1 << 20) is None
