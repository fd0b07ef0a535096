"""Packages are read whatever their solutions are written in, and whichever version they are of."""

import tomllib
from pathlib import Path

import pytest

from testgen.reading.folder import read_folder
from testgen.reading.languages import ENDINGS, LANGUAGES
from testgen.reading.problems import read_problems
from tests.testgen.sample_problem import write_problem

IMAGES = Path(__file__).parents[2] / "images"
# Another standard of one language, and one that is called by a test's name: both have an ending already.
VARIANTS = {"cpp20", "go_test"}
CATALOG = {
    language["name"]
    for path in IMAGES.glob("*/*.toml")
    for language in tomllib.loads(path.read_text()).get("languages", ())
}


def test_each_language_of_the_catalog_has_an_ending():
    assert {"python", "cpp", "coq", "elixir"} <= CATALOG
    of_this_machine = CATALOG - VARIANTS - {"cyaron"}
    assert set() == of_this_machine - set(LANGUAGES.values())
    assert set() == of_this_machine - set(ENDINGS)


@pytest.mark.parametrize(("text", "limit"), [("3\n", 3.0), (" 0.5", 0.5)])
def test_an_old_package_has_its_time_limit_in_a_file(tmp_path: Path, text: str, limit: float):
    folder = write_problem(tmp_path / "old", {"problem.yaml": "name: old\n", ".timelimit": text})
    assert limit == read_folder(folder).time_limit_s


def test_what_the_metadata_says_of_the_limit_comes_first(tmp_path: Path):
    assert 1.0 == read_folder(write_problem(tmp_path / "new", {".timelimit": "9"})).time_limit_s


@pytest.mark.parametrize("text", ["soon", "-1", "nan", ""])
def test_a_limit_that_is_none_leaves_the_problem_out(tmp_path: Path, text: str):
    write_problem(tmp_path / "set" / "a")
    write_problem(tmp_path / "set" / "b", {"problem.yaml": "name: b\n", ".timelimit": text})
    found = read_problems(tmp_path / "set")
    assert ["a"] == [one.pid for one in found.problems]
    (why,) = found.unreadable
    assert "b/" in why
