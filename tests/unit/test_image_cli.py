from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from images.cli import ShowFacts, make_app
from images.facts import NO_PROGRAM, FactResult
from images.loading import find_definitions
from images.manifest import StoredImage
from images.store import ImageStore
from tests.image_samples import definition, put


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


def call(store: ImageStore, *words: str, show: ShowFacts | None = None) -> Result:
    app = make_app(root=store.root, show_facts=show)
    return CliRunner().invoke(app, words, env={"COLUMNS": "200"})


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


@pytest.mark.parametrize("outdated", [True, False], ids=["outdated", "missing"])
def test_a_check_says_that_there_is_something_to_build_and_builds_nothing(
    store: ImageStore, *, outdated: bool
):
    if outdated:
        put(store, definition(name="python"))
    before = store.names()
    result = call(store, "build", "--check", "python")
    assert (result.exit_code, store.names()) == (1, before)
    assert "missing or outdated: python" in result.output


def test_a_check_is_content_with_what_is_up_to_date(store: ImageStore):
    (python,) = (one for one in find_definitions(()) if one.name == "python")
    put(store, python)
    assert call(store, "build", "--check", "python").exit_code == 0
    assert call(store, "build", "--check", "python", "cpp").exit_code == 1


def test_building_asks_for_a_name_or_all(store: ImageStore):
    result = call(store, "build")
    assert 2 == result.exit_code
    assert "--all" in result.output
    assert "python" in result.output


def test_building_an_unknown_image_names_the_known_ones(store: ImageStore):
    result = call(store, "build", "cobol")
    assert 2 == result.exit_code
    assert "no definition of cobol; known: coq, cpp, " in result.output


def test_a_wrong_definition_is_an_error_with_its_file(store: ImageStore, tmp_path: Path):
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "image.toml").write_text("nam = 'x'\n")
    result = call(store, "build", "--all", "--definitions", str(tmp_path))
    assert 1 == result.exit_code
    assert "wrong/image.toml: name: is missing" in result.output


def shows(*results: FactResult) -> ShowFacts:
    def show(image: StoredImage, directories: object) -> tuple[FactResult, ...]:
        return results

    return show


GOOD = FactResult("sh", "hello", None, None, 1.0)
WRONG = FactResult("sh", "echo", "WA, not AC: byte 1", None, 2.0)
ABSENT = FactResult("sh", "threads", None, "it has none", 0.0)
MISSING = FactResult("perl", "threads", None, NO_PROGRAM, 0.0)


def test_facts_that_hold_are_counted_and_those_left_out_are_named(store: ImageStore):
    put(store, definition())
    result = call(store, "test", "shell", show=shows(GOOD, ABSENT, MISSING))
    assert 0 == result.exit_code
    assert "shell: sh: 1 good; not of it: threads (1.0 s)" in result.output
    assert "shell: perl: 0 good; no program: threads (0.0 s)" in result.output


def test_a_fact_that_does_not_hold_is_named_with_what_came_of_it(store: ImageStore):
    put(store, definition())
    result = call(store, "test", "--all", show=shows(GOOD, WRONG))
    assert 1 == result.exit_code
    assert "shell: sh: echo: WA, not AC: byte 1" in result.output
    assert "1 good; wrong: echo" in result.output


def test_testing_asks_for_a_name_or_all_and_for_what_is_built(store: ImageStore):
    assert 2 == call(store, "test", show=shows()).exit_code
    result = call(store, "test", "absent", show=shows())
    assert 1 == result.exit_code
    assert "no image 'absent'" in result.output


def test_what_builds_have_left_is_collected_and_what_has_a_name_stays(store: ImageStore):
    kept = put(store, definition())
    lost = put(store, definition(name="other"), "y", publish=False)
    (store.root / ".staging-dead").mkdir()
    assert "1 images deleted" in call(store, "gc").output
    assert kept.rootfs.exists()
    assert not lost.rootfs.exists()
    assert not (store.root / ".staging-dead").exists()


def test_an_image_in_use_is_not_collected(store: ImageStore):
    put(store, definition())
    lost = put(store, definition(name="other"), "y", publish=False)
    with store.hold(lost):
        assert "0 images deleted" in call(store, "gc").output
        assert lost.rootfs.exists()
