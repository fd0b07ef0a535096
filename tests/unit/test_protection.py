"""Protected paths: patterns, and what a stage gets whatever the one before has left."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.globs import literal_directory, matches, matches_exactly
from sandbox.worker.host import PROTECTED, InputFile
from sandbox.worker.protection import staged


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tests", "tests/a/b.py", True),
        ("tests", "tests", True),
        ("tests", "tests2/a", False),
        ("tests/**", "tests/a/b.py", True),
        ("tests/**", "tests", True),
        ("**/conftest.py", "conftest.py", True),
        ("**/conftest.py", "a/b/conftest.py", True),
        ("**/conftest.py", "a/xconftest.py", False),
        ("*.py", "a.py", True),
        ("*.py", "a/b.py", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("**", "x/y", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
    ],
)
def test_patterns_of_protected_paths(pattern: str, path: str, expected: bool):
    assert matches([pattern], path) == expected


def test_patterns_of_collected_files():
    assert matches_exactly(["*"], "a")
    assert not matches_exactly(["*"], "a/b")
    assert not matches_exactly(["*"], ".a")
    assert matches_exactly(["x", ".*"], ".a")
    assert matches_exactly(["a/*.p[yx]"], "a/b.py")


def test_a_name_without_wildcards_is_a_directory_of_that_name():
    assert literal_directory("a/b") == literal_directory("a/b/**") == "a/b"
    assert literal_directory("a/*") is literal_directory("**/a") is None


def files(*paths: str) -> dict[str, InputFile]:
    return {path: InputFile(path, path.encode()) for path in paths}


def written(tree: dict[str, InputFile], original: dict[str, InputFile], *patterns: str):
    return {file.path: file for file in staged(tree, original, patterns)}


def test_protected_files_are_restored_and_others_kept():
    original = files("tests/t.py", "src/a.py", "setup.cfg")
    tree = {
        **files("src/a.py", "tests/new.py", "out"),
        "tests/t.py": InputFile("tests/t.py", b"forged"),
    }
    stage = written(tree, original, "tests", "setup.cfg")
    assert set(stage) == {"tests", "tests/t.py", "src/a.py", "setup.cfg", "out"}
    assert stage["tests/t.py"] == InputFile("tests/t.py", b"tests/t.py", PROTECTED | 0o444)
    assert stage["tests"].mode == PROTECTED | stat.S_IFDIR | 0o755
    assert stage["src/a.py"].mode == 0o644


def test_what_does_not_exist_in_the_request_is_removed():
    stage = written(files("a/conftest.py", "conftest.py", "x"), files("x"), "**/conftest.py")
    assert set(stage) == {"x"}


def test_whatever_stands_in_the_way_makes_way():
    original = files("d/e/f", "g")
    link = {"d": InputFile("d", b"/tmp", stat.S_IFLNK | 0o777)}
    for tree in (link, files("d"), files("d/e"), files("d/e/f/x", "g/y/z"), {}):
        assert set(written(tree, original, "d/e/f", "g")) == {"d/e/f", "g"}


paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)
kinds = st.sampled_from([0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777])
trees = st.dictionaries(paths, kinds).map(
    lambda kinds: {path: InputFile(path, b"", mode) for path, mode in kinds.items()}
)


@st.composite
def originals(draw: st.DrawFn) -> dict[str, InputFile]:
    found: dict[str, InputFile] = {}
    for path in draw(st.lists(paths, max_size=4)):
        if not any(path.startswith(other + "/") or other.startswith(path + "/") for other in found):
            found[path] = InputFile(path, b"right")
    return found


patterns = st.lists(paths | st.sampled_from(["**/a", "*", "a/*"]), max_size=3)


@given(trees, originals(), patterns)
def test_whatever_was_left_the_protected_part_is_that_of_the_request(tree, original, patterns):
    stage = staged(tree, original, patterns)
    guarded = {file.path: file.content for file in stage if not stat.S_ISDIR(file.mode & 0xFFFF)}
    right = {path: file.content for path, file in original.items() if matches(patterns, path)}
    assert {path: data for path, data in guarded.items() if matches(patterns, path)} == right
    places = {file.path: index for index, file in enumerate(stage)}
    for file in stage:
        if file.mode & PROTECTED:
            # Nothing that the program left is where root writes, nor above or below it.
            others = [one for one in stage if not one.mode & PROTECTED]
            above = [one for one in others if file.path.startswith(one.path + "/")]
            assert all(stat.S_ISDIR(one.mode) for one in above)
        if stat.S_ISDIR(file.mode & 0xFFFF):
            inside = [path for path in places if path.startswith(file.path + "/")]
            assert all(places[file.path] < places[path] for path in inside)
