"""From a request to a job: what the languages and the server's maxima have to say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.errors import ApiError
from sandbox.api.translate import Languages, to_job
from sandbox.checkers import CheckerSpec
from sandbox.jobs import Job, JobFile, JobTest, Language, LimitChanges, WorkerHello
from sandbox.models import RunRequest
from sandbox.settings import MaximumLimits
from tests.api_harness import CPP, HELLO, MIB, PYTHON, SMALL

LANGUAGES = Languages([HELLO])
MAXIMUM = MaximumLimits()
LIMIT_NAMES = sorted(MaximumLimits.model_fields)


def job_of(**fields: object) -> Job:
    request = RunRequest.model_validate({**SMALL, **fields})
    return to_job("r_1", request, LANGUAGES, MAXIMUM)


def refusal(**fields: object) -> ApiError:
    with pytest.raises(ApiError) as caught:
        job_of(**fields)
    assert caught.value.status_code == 422
    return caught.value


def test_every_field_arrives() -> None:
    job = job_of(
        code="é",
        image="python",
        files={"a.bin": {"base64": "AP8="}, "b/c.txt": "ü"},
        args=["x", ""],
        env={"A": "1"},
        limits={"cpu_time_s": 2, "memory_mb": 64, "output_kb": 3},
        compile_limits={"pids": 9, "disk_mb": 5, "open_files": 99, "wall_time_s": 1.5},
        tests=[
            {"stdin": "1", "expected_output": "2", "limits": {"cpu_time_s": 9}},
            {"id": "x", "stdin": {"base64": "AA=="}},
            {"expected_output": {"base64": "/w=="}},
        ],
        checker={"type": "floats", "rel_tol": 0.5},
        stop_on_first_failure=True,
        collect=["*.txt"],
    )
    assert job == Job(
        id="r_1",
        language="python",
        image="python",
        code="é".encode(),
        files=(JobFile("a.bin", b"\x00\xff"), JobFile("b/c.txt", "ü".encode())),
        args=("x", ""),
        env={"A": "1"},
        limits=LimitChanges(cpu_time_s=2, memory_bytes=64 * MIB, output_bytes=3 * 1024),
        compile_limits=LimitChanges(wall_time_s=1.5, pids=9, disk_bytes=5 * MIB, open_files=99),
        tests=(
            JobTest("1", b"1", b"2", LimitChanges(cpu_time_s=9)),
            JobTest("x", b"\x00", None),
            JobTest("3", b"", b"\xff"),
        ),
        checker=CheckerSpec("floats", rel_tol=0.5),
        stop_on_first_failure=True,
        collect=("*.txt",),
    )


def test_what_is_left_out_is_left_to_the_language() -> None:
    assert job_of() == Job(id="r_1", language="python", image=None, code=b"")


@pytest.mark.parametrize("name", ["python", "python3", "py", "PY", "Python3"])
def test_aliases_mean_the_canonical_name(name: str) -> None:
    assert job_of(language=name).language == "python"


def test_aliases_may_hold_signs() -> None:
    assert job_of(language="C++").language == "cpp"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pyhton", "did you mean python"),
        ("python4", "did you mean python"),
        ("c+++", "did you mean c++"),
        ("Pythn", "did you mean python"),
        ("rust", "known: python, cpp"),
        ("python3;id", "did you mean python3"),
        ("../python", "did you mean python"),
    ],
)
def test_an_unknown_language_is_met_with_the_nearest(name: str, hint: str) -> None:
    error = refusal(language=name)
    assert (error.code, error.field) == ("unknown_language", "language")
    assert hint in error.detail


def test_a_name_of_lone_surrogates_or_controls_cannot_break_the_answer() -> None:
    assert refusal(language="\x1b[31m\u202e").detail.isprintable()


def test_a_language_comes_from_its_own_image_only() -> None:
    assert job_of(image="python").image == "python"
    for image in ("cpp", "PYTHON", "../python", "sha256:aa"):
        error = refusal(image=image)
        assert (error.code, error.field) == ("unknown_image", "image")
        assert "'python'" in error.detail


def test_the_first_worker_that_names_a_language_is_believed() -> None:
    newer = Language("python", ("py4",), "4", "other", "main.py", False, *[LimitChanges()] * 2)
    second = WorkerHello("w", 1, (newer, CPP), (), ())
    found = Languages([WorkerHello("v", 1, (PYTHON,), (), ()), second])
    assert (found.find("py"), found.find("cpp")) == (PYTHON, CPP)
    assert list(found.all) == ["python", "cpp"]


@pytest.mark.parametrize("name", LIMIT_NAMES)
@pytest.mark.parametrize("where", ["limits", "compile_limits", "tests.1.limits"])
def test_no_limit_can_exceed_the_servers(where: str, name: str) -> None:
    most = getattr(MAXIMUM, name)
    for value in (most, most * 2, 10**15):
        request = placed(where, {name: value})
        if value == most:
            assert job_of(**request).id == "r_1"
        else:
            error = refusal(**request)
            assert (error.code, error.field) == ("limit_too_large", f"{where}.{name}")
            assert f"may be {int(most)} at most" in error.detail


def placed(where: str, limits: dict[str, Any]) -> dict[str, Any]:
    return {"tests": [{}, {"limits": limits}]} if where.startswith("tests") else {where: limits}


def test_maxima_are_told_exactly() -> None:
    maximum = MaximumLimits(memory_mb=1_048_577, cpu_time_s=0.25)
    for limits, figure in (({"memory_mb": 2_000_000}, "1048577"), ({"cpu_time_s": 1}, "0.25")):
        request = RunRequest.model_validate({**SMALL, "limits": limits})
        with pytest.raises(ApiError, match=f"may be {figure} at most"):
            to_job("r", request, LANGUAGES, maximum)


@given(st.dictionaries(st.sampled_from(LIMIT_NAMES), st.integers(1, 10**7), max_size=7))
def test_limits_in_a_job_never_exceed_the_servers(limits: dict[str, int]) -> None:
    legal = all(value <= getattr(MAXIMUM, name) for name, value in limits.items())
    try:
        request = RunRequest.model_validate({**SMALL, "limits": limits})
    except ValueError:
        return  # below the least
    if legal:
        job = to_job("r", request, LANGUAGES, MAXIMUM)
        assert (job.limits.memory_bytes or 0) <= MAXIMUM.memory_mb * MIB
        return
    with pytest.raises(ApiError) as caught:
        to_job("r", request, LANGUAGES, MAXIMUM)
    assert caught.value.field in {f"limits.{name}" for name in limits}


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({"main.py": ""}, "files.main.py"),
        ({"main.py/x": ""}, "files"),
        ({"MAIN.py": ""}, None),
        ({"a/main.py": ""}, None),
        ({"main.cpp": ""}, None),
    ],
)
def test_the_programs_own_name_is_taken(files: dict[str, str], field: str | None) -> None:
    if field is None:
        assert [file.path for file in job_of(files=files).files] == list(files)
    else:
        assert refusal(files=files).field == field


BIG = {"big": "x" * (2 * MIB)}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"limits": {"disk_mb": 2}}, "limits"),
        ({"limits": {"disk_mb": 2}, "tests": [{}]}, "limits"),
        ({"limits": {"disk_mb": 9}, "tests": [{}, {"limits": {"disk_mb": 1}}]}, "tests.1.limits"),
        ({"language": "cpp", "compile_limits": {"disk_mb": 1}}, "compile_limits"),
    ],
)
def test_files_must_fit_into_every_step_that_gets_them(fields: dict[str, Any], where: str) -> None:
    error = refusal(files=BIG, **fields)
    assert error.field == "files"
    assert f"{where}.disk_mb" in error.detail


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"limits": {"disk_mb": 3}},
        {"limits": {"disk_mb": 1}, "tests": [{"limits": {"disk_mb": 4}}]},
        {"compile_limits": {"disk_mb": 1}},  # nothing is compiled
    ],
)
def test_files_that_fit_are_taken(fields: dict[str, Any]) -> None:
    assert job_of(files=BIG, **fields).files[0].path == "big"


def test_many_small_files_take_whole_pages() -> None:
    assert refusal(files={f"{n}": "x" for n in range(200)}, limits={"disk_mb": 1}).field == "files"


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        (["a", "b/c"], None),
        ([None, None], None),
        ([".."], "tests.0.id"),
        (["ok", "../../etc"], "tests.1.id"),
        (["/etc"], "tests.0.id"),
        (["a/b", "a"], "tests"),
    ],
)
def test_with_artifacts_an_id_must_be_a_harmless_directory(
    ids: list[str | None], field: str | None
) -> None:
    tests = [{} if name is None else {"id": name} for name in ids]
    assert len(job_of(tests=tests).tests) == len(ids)
    if field is None:
        assert job_of(tests=tests, collect=["x"]).collect == ("x",)
    else:
        assert refusal(tests=tests, collect=["x"]).field == field


@pytest.mark.parametrize("kind", ["exact", "lines", "tokens", "floats", "unordered_lines"])
def test_a_checker_without_options_has_the_checkers_defaults(kind: Any) -> None:
    assert job_of(checker={"type": kind}).checker == CheckerSpec(kind)
