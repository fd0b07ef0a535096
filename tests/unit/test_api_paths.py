"""Paths of a request: whatever is accepted stays below the working directory."""

import os
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.paths import MAX_DEPTH, MAX_PART_BYTES, MAX_PATH_BYTES, check_collisions, check_path

PARTS = ["..", ".", "", "a", "b", "...", "..a", "a.", "~", "%2e%2e", "\\", "..\\", "é", " ", "-rf"]
PATHS = st.lists(st.sampled_from(PARTS), max_size=6).map("/".join) | st.text(max_size=20)


def is_safe(path: str) -> bool:
    try:
        return check_path(path) == path
    except ValueError:
        return False


@given(PATHS)
@example("a/../../b")
@example("\ud800")
def test_what_is_accepted_stays_below_the_directory_and_has_one_spelling(path: str) -> None:
    if is_safe(path):
        joined = f"/box/{path}"
        assert os.path.normpath(joined) == joined
        assert joined.startswith("/box/")
        assert Path("/box").joinpath(path).is_relative_to("/box")
        assert "\0" not in path
        assert os.fsencode(path) == path.encode()


@given(
    st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), min_size=1)
)
def test_plain_names_are_accepted(parts: list[str]) -> None:
    path = "/".join(parts[:MAX_DEPTH])
    if len(path) <= MAX_PATH_BYTES and max(map(len, parts)) <= MAX_PART_BYTES:
        assert is_safe(path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "relative"),
        ("//x", "relative"),
        ("..", "'..'"),
        ("../x", "'..'"),
        ("a/../../b", "'..'"),
        ("a/..", "'..'"),
        (".", "normal form"),
        ("./a", "normal form"),
        ("a//b", "normal form"),
        ("a/", "normal form"),
        ("a/.", "normal form"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("a" * (MAX_PART_BYTES + 1), "255"),
        ("é" * 128, "255"),
        ("/".join("a" * (MAX_DEPTH + 1)), "30 parts"),
        ("a" * 5000, "1024 bytes"),
        ("\ud800", "surrogate"),
    ],
)
def test_each_rule_says_its_name(path: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "..a",
        "a..",
        "...",
        "a/..b/c",
        ".hidden",
        "~root",
        "a b",
        "C:\\x",
        "-",
        "*",
        "a" * MAX_PART_BYTES,
        "/".join("a" * MAX_DEPTH),
    ],
)
def test_odd_names_that_are_harmless_are_accepted(path: str) -> None:
    assert check_path(path) == path


def collide(paths: list[str]) -> bool:
    try:
        check_collisions(paths)
    except ValueError:
        return True
    return False


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join), max_size=6))
def test_paths_collide_exactly_if_one_is_a_directory_of_another(paths: list[str]) -> None:
    expected = any(other.startswith(f"{path}/") for path, other in permutations(paths, 2))
    assert collide(paths) == expected


def test_a_name_that_only_begins_like_a_directory_is_no_collision() -> None:
    assert not collide(["a", "ab/c", "a.b"])


def test_a_collision_names_both() -> None:
    with pytest.raises(ValueError, match=r"'a/b' is both a file and the directory of 'a/b/c'"):
        check_collisions(["a/b/c", "x", "a/b"])
