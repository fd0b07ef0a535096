"""A definition that extends another one is a whole of its own, and mistakes are found as in any other."""

from pathlib import Path

import pytest

from images.errors import DefinitionError
from images.loading import find_definitions, load_definition

BASE = """
name = "base"
description = "A base"
suite = "trixie"
packages = ["dash", "sed"]
remove = ["/usr/share/x"]
commands = [["true"]]
[environment]
A = "1"
B = "1"
[files]
"/opt/a" = "a"
[[languages]]
name = "sh"
version_command = ["sh"]
source_file = "main.sh"
run = ["sh", "main.sh"]
hello = { code_file = "hello.sh", expected_output = "hello\\n" }
[[languages]]
name = "other"
version_command = ["sh"]
source_file = "main.sh"
run = ["sh", "main.sh"]
hello = { code = "x", expected_output = "hello\\n" }
"""
OWN = """
name = "own"
extends = "base"
description = "More"
packages = ["sed", "gawk"]
commands = [["false"]]
environment = { B = "2" }
files = { "/opt/b" = "b" }
[[languages]]
name = "sh"
version_command = ["sh"]
source_file = "main.sh"
run = ["bash", "main.sh"]
hello = { code = "own", expected_output = "hello\\n" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    define(tmp_path, "base", BASE)
    (tmp_path / "base" / "hello.sh").write_text("echo hello")
    return tmp_path


def define(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir(exist_ok=True)
    path = folder / name / "image.toml"
    path.write_text(text)
    return path


def test_lists_are_added_entries_replaced_and_languages_take_the_place_of_others(folder: Path):
    own = load_definition(define(folder, "own", OWN))
    assert ("own", "More", "trixie") == (own.name, own.description, own.suite)
    assert ("dash", "sed", "gawk") == own.packages
    assert (("true",), ("false",)) == own.commands
    assert ("/usr/share/x",) == own.remove
    assert {"A": "1", "B": "2"} == own.environment
    assert {"/opt/a": "a", "/opt/b": "b"} == own.files
    assert {"other": ("sh",), "sh": ("bash",)} == {
        each.name: each.run[:1] for each in own.languages
    }


def test_a_chain_of_them_is_followed_and_a_program_beside_the_base_is_found(folder: Path):
    define(folder, "own", OWN.split("[[languages]]")[0])
    last = load_definition(
        define(folder, "last", 'name = "last"\ndescription = "x"\nextends = "own"')
    )
    assert ("dash", "sed", "gawk") == last.packages
    assert "echo hello" == last.languages[0].hello.code
    assert "extends" not in last.to_document()


def test_one_of_this_project_can_be_extended_from_anywhere(tmp_path: Path):
    text = 'name = "science"\nextends = "python"\ndescription = "x"\npackages = ["python3-scipy"]'
    define(tmp_path, "science", text)
    (found,) = [each for each in find_definitions([tmp_path]) if each.name == "science"]
    assert ("python3", "python3-numpy", "python3-scipy") == found.packages
    assert found.languages[0].warm


WRONG = {
    'extends = "nothing"': "extends: there is no definition 'nothing'",
    'extends = "own"': "extends: 'own' extends this one",
    "extends = 1": "extends: must be a string",
    'extends = "../base"': "extends: '../base' is not a name",
    'extends = "base"\nsuite = "bookworm"': "suite: must be that of 'base', trixie",
    'extends = "base"\npackages = "gawk"': "packages: must be a list",
    'extends = "base"\nfiles = ["x"]': "files: must be a table",
    'extends = "base"\nlanguages = [1]': r"languages\[\d\]: must be a table",
    'extends = "base"\nlanguages = "x"': "languages: must be a list",
    'extends = "base"\nenviroment = {}': "enviroment: is not a known key",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_is_named_with_its_file(folder: Path, text: str):
    path = define(folder, "own", f'name = "own"\ndescription = "x"\n{text}')
    with pytest.raises(DefinitionError, match=WRONG[text]) as error:
        load_definition(path)
    assert str(path) in str(error.value)


def test_a_circle_is_found(folder: Path):
    define(folder, "a", 'name = "a"\ndescription = "x"\nextends = "b"')
    path = define(folder, "b", 'name = "b"\ndescription = "x"\nextends = "a"')
    with pytest.raises(DefinitionError, match="break the circle"):
        load_definition(path)
