from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from images.cli import make_app
from images.store import ImageStore
from tests.image_samples import definition, put


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


def call(store: ImageStore, *words: str) -> Result:
    return CliRunner().invoke(make_app(root=store.root), words, env={"COLUMNS": "200"})


def test_the_list_shows_what_is_built_and_what_could_be(store: ImageStore):
    image = put(store, definition())
    lines = call(store, "list").output.splitlines()
    (shell,) = [line for line in lines if "shell" in line]
    (python,) = [line for line in lines if "python" in line]
    assert image.digest[:19] in shell
    assert "ready" in shell
    assert "not built" in python


def test_the_list_shows_what_is_outdated(store: ImageStore):
    put(store, definition(name="python"))
    (line,) = [each for each in call(store, "list").output.splitlines() if "python" in each]
    assert "outdated" in line


def test_an_image_is_shown_with_its_languages(store: ImageStore):
    image = put(store, definition())
    output = call(store, "show", "shell").output
    for word in (image.digest, str(image.rootfs), "sh 1.0", "sh main.sh", "512 MiB"):
        assert word in output


def test_an_image_is_removed(store: ImageStore):
    put(store, definition())
    assert 0 == call(store, "rm", "shell").exit_code
    assert [] == store.names()


@pytest.mark.parametrize("command", ["show", "rm"])
def test_an_unknown_image_is_an_error_and_no_traceback(store: ImageStore, command: str):
    result = call(store, command, "absent")
    assert 1 == result.exit_code
    assert "error:" in result.output
    assert "no image 'absent'" in result.output


def test_building_asks_for_a_name_or_all(store: ImageStore):
    result = call(store, "build")
    assert 2 == result.exit_code
    assert "--all" in result.output
    assert "python" in result.output


def test_building_an_unknown_image_names_the_known_ones(store: ImageStore):
    result = call(store, "build", "cobol")
    assert 2 == result.exit_code
    assert "no definition of cobol; known: cpp, python" in result.output


def test_a_wrong_definition_is_an_error_with_its_file(store: ImageStore, tmp_path: Path):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "image.toml").write_text("nam = 'x'\n")
    result = call(store, "build", "--all", "--definitions", str(tmp_path))
    assert 1 == result.exit_code
    assert "wrong/image.toml: name: is missing" in result.output
