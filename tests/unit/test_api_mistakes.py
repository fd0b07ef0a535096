"""An error names the field that is wrong, whatever the caller called their files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sandbox.mistakes import MAX_FIELD_CHARS, describe, field_name
from sandbox.models import (
    MAX_ARGS,
    MAX_ENV,
    MAX_FILES,
    MAX_STRINGS_BYTES,
    MAX_TESTS,
    RunRequest,
)
from tests.api_harness import SMALL

# Names that pydantic uses for its own purposes in the location of an error.
TREACHEROUS = ["body", "query", "str", "text", "base64", "Base64", "[key]", "function-x", "stdin"]


def mistake(**fields: object) -> tuple[str, str]:
    """The field and the message of a request that is refused."""
    with pytest.raises(ValidationError) as caught:
        RunRequest.model_validate({**SMALL, **fields})
    return describe(caught.value.errors()[0])


def full_request() -> dict[str, Any]:
    """A good request that uses every field."""
    limits = {
        "cpu_time_s": 1,
        "wall_time_s": 2.5,
        "memory_mb": 64,
        "pids": 4,
        "disk_mb": 8,
        "output_kb": 16,
        "open_files": 32,
    }
    return {
        "language": "python",
        "image": "python",
        "code": "x",
        "files": {name: {"base64": "AA=="} for name in TREACHEROUS} | {"a/b.txt": "text"},
        "args": ["a", "b"],
        "env": {"A": "1", "stdin": "2"},
        "stdin": "",
        "limits": dict(limits),
        "compile_limits": dict(limits),
        "tests": [
            {"id": "one", "stdin": "x", "expected_output": "y", "limits": dict(limits)},
            {"stdin": {"base64": "AA=="}, "expected_output": {"base64": "AA=="}},
        ],
        "checker": {"type": "floats", "case_sensitive": True, "abs_tol": 0, "rel_tol": 1e-9},
        "stop_on_first_failure": False,
        "collect": ["*.txt"],
    }


def places(value: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to all values inside of a request."""
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    else:
        members = []
    inner = [place for name, member in members for place in places(member, (*way, name))]
    return inner if not way else [way, *inner]


def test_the_full_request_is_accepted() -> None:
    assert RunRequest.model_validate(full_request()).files["a/b.txt"] == "text"


@pytest.mark.parametrize(
    "place", places(full_request()), ids=lambda place: ".".join(map(str, place))
)
def test_a_wrong_type_names_its_place(place: tuple[str | int, ...]) -> None:
    request = full_request()
    target = request
    for name in place[:-1]:
        target = target[name]  # type: ignore[index]  # a way goes through lists and dicts alike
    target[place[-1]] = {"no": ["such", "type"]} if place[-1] == "stop_on_first_failure" else 1j  # type: ignore[index]  # as above
    with pytest.raises(ValidationError) as caught:
        RunRequest.model_validate(request)
    assert describe(caught.value.errors()[0])[0] == ".".join(map(str, place))


@pytest.mark.parametrize("name", [*TREACHEROUS[:-1], "path", "header", "lang", "", "Code", "a.b"])
@pytest.mark.parametrize("inside", ["", "limits", "checker", "tests.0", "tests.0.limits"])
def test_an_unknown_field_is_named(inside: str, name: str) -> None:
    way = f"{inside}.{name}" if inside else name
    extra: Any = {name: 1}
    for part in reversed(inside.split(".")) if inside else []:
        extra = [extra] if part == "0" else {part: extra}
    field, message = mistake(**extra)
    assert (field, message) == (way, "Extra inputs are not permitted")


@pytest.mark.parametrize("name", TREACHEROUS)
@pytest.mark.parametrize("content", [1, None, ["x"], True])
def test_a_file_is_named_whatever_it_is_called(name: str, content: object) -> None:
    assert mistake(files={name: content})[0] == f"files.{name}"
    assert mistake(files={name: {"base64": 1}})[0] == f"files.{name}.base64"
    assert mistake(files={name: {"base64": "", "more": 1}})[0] == f"files.{name}.more"


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"language": "x" * 65}, "language", "at most 64"),
        ({"language": ""}, "language", "at least 1"),
        ({"language": "a\0"}, "language", "NUL"),
        ({"code": "\ud800"}, "code", "lone surrogate"),
        ({"args": ["ok", "a\0b"]}, "args.1", "NUL"),
        ({"args": ["\udfff"]}, "args.0", "lone surrogate"),
        ({"args": ["x"] * (MAX_ARGS + 1)}, "args", "at most 1000"),
        ({"args": ["x" * (MAX_STRINGS_BYTES + 1)]}, "args", "bytes together"),
        ({"args": ["x" * 70_000], "env": {"A": "x" * 70_000}}, "env", "bytes together"),
        ({"env": {"A": "é" * (MAX_STRINGS_BYTES // 2)}}, "env", "bytes together"),
        ({"env": {"A=B": "x"}}, "env.A=B", "pattern"),
        ({"env": {"": "x"}}, "env.", "pattern"),
        ({"env": {"A\n": "x"}}, "env.A\n", "pattern"),
        ({"env": {"1A": "x"}}, "env.1A", "pattern"),
        ({"env": {"A": "x\0"}}, "env.A", "NUL"),
        ({"env": {f"A{n}": "" for n in range(MAX_ENV + 1)}}, "env", "at most 500"),
        ({"files": {"../x": ""}}, "files.../x", "'..'"),
        ({"files": {"a": "", "a/b": ""}}, "files", "both a file and the directory"),
        ({"files": {f"{n}": "" for n in range(MAX_FILES + 1)}}, "files", "at most 1000"),
        ({"files": {"a": {"base64": "A"}}}, "files.a.base64", "not valid base64"),
        (
            {"files": {"a": {"base64": "AA=="}}, "stdin": {"base64": "A A="}},
            "stdin.base64",
            "base64",
        ),
        ({"stdin": {"base64": "AA==AA=="}}, "stdin.base64", "not valid base64"),
        ({"stdin": {"base64": "é"}}, "stdin.base64", "not valid base64"),
        ({"stdin": {"base64": "-_=="}}, "stdin.base64", "not valid base64"),
        ({"stdin": {}}, "stdin.base64", "required"),
        ({"stdin": "x", "tests": [{}]}, "tests", "stdin"),
        ({"tests": [{}] * (MAX_TESTS + 1)}, "tests", "at most 1000"),
        ({"tests": [{"id": "a"}, {"id": "a"}]}, "tests", "'a'"),
        ({"tests": [{"id": "2"}, {}]}, "tests", "'2'"),
        ({"checker": {"type": "regex"}}, "checker.type", "'exact'"),
        ({"checker": {"abs_tol": 1}}, "checker", "floats"),
        ({"checker": {"type": "exact", "case_sensitive": False}}, "checker", "exact"),
        ({"checker": {"type": "floats", "rel_tol": -1}}, "checker.rel_tol", "greater"),
        ({"checker": {"type": "floats", "rel_tol": 1e999}}, "checker.rel_tol", "finite"),
        ({"collect": ["a", "/b"]}, "collect.1", "relative"),
        ({"collect": ["x"] * 65}, "collect", "at most 64"),
        ({"limits": {"cpu_time_s": 10**400}}, "limits.cpu_time_s", "number"),
    ],
)
def test_each_rule_names_its_field_and_itself(
    fields: dict[str, Any], field: str, reason: str
) -> None:
    found, message = mistake(**fields)
    assert found == field
    assert reason in message


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("cpu_time_s", None),
        ("wall_time_s", None),
        ("memory_mb", 4),
        ("pids", 1),
        ("disk_mb", 1),
        ("output_kb", 1),
        ("open_files", 16),
    ],
)
@pytest.mark.parametrize("where", ["limits", "compile_limits"])
def test_a_limit_is_a_number_of_at_least_its_least(
    where: str, name: str, least: int | None
) -> None:
    wrong: list[object] = [-1, 0, True, "1", [], {}, float("nan"), float("inf"), -float("inf")]
    wrong += [-(10**30)]
    wrong += [] if least is None else [least - 1, least + 0.5, float(least)]
    for value in wrong:
        assert mistake(**{where: {name: value}})[0] == f"{where}.{name}"
    good = 0.001 if least is None else least
    assert RunRequest.model_validate({**SMALL, where: {name: good}}) is not None


def test_a_number_is_no_text_and_nothing_is_guessed() -> None:
    assert mistake(code=1)[0] == "code"
    assert mistake(code=None)[0] == "code"
    assert mistake(stop_on_first_failure="false")[0] == "stop_on_first_failure"
    assert mistake(stop_on_first_failure=0)[0] == "stop_on_first_failure"
    assert mistake(limits=None)[0] == "limits"
    assert mistake(tests={"0": {}})[0] == "tests"


def test_a_message_never_quotes_the_value() -> None:
    secret = "the source code of somebody"
    for fields in ({"code": [secret]}, {"stdin": {"base64": secret}}, {"limits": secret}):
        assert secret not in mistake(**fields)[1]


@given(st.lists(st.text() | st.integers(), min_size=1, max_size=5))
def test_a_field_name_is_short_enough_to_read(location: list[str | int]) -> None:
    assert len(field_name(location)) <= MAX_FIELD_CHARS


def test_a_huge_unknown_name_is_not_sent_back() -> None:
    field, _ = mistake(**{"x" * 10_000_000: 1})
    assert field == "x" * (MAX_FIELD_CHARS - 1) + "…"
