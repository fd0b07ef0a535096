import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.definition import ImageDefinition, Language, fingerprint, rootfs_fingerprint
from images.errors import DefinitionError
from images.loading import find_definitions, load_definition, parse_definition
from runtime.limits import MIB, Limits
from tests.image_samples import definition, document, language

MINIMAL_TOML = """
name = "shell"
description = "A shell"
suite = "bookworm"
packages = ["dash"]

[[languages]]
name = "sh"
version_command = ["sh", "--version"]
source_file = "main.sh"
run = ["sh", "main.sh"]

[languages.hello]
code_file = "hello.sh"
expected_output = "hello\\n"
"""

names = st.from_regex(r"[a-z0-9][a-z0-9+._-]{0,20}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
words = st.lists(texts.filter(bool), min_size=1, max_size=4)
numbers = st.integers(min_value=1, max_value=1_000_000)
limits = st.fixed_dictionaries(
    {},
    optional={
        "cpu_time_s": st.floats(min_value=0.001, max_value=1e6),
        "wall_time_s": st.floats(min_value=0.001, max_value=1e6),
        **{key: numbers for key in ("memory_mb", "pids", "disk_mb", "output_kb", "open_files")},
    },
)
variables = st.dictionaries(
    st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True), texts, max_size=3
)

NPM_PACKAGE = f"tool@1.2.3 sha512-{'A' * 86}=="


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    taken = draw(st.lists(names, min_size=2, max_size=6, unique=True))
    changes: dict[str, Any] = {
        "name": taken[0],
        "aliases": taken[2:],
        "version_command": draw(words),
        "run": draw(words),
        "environment": draw(variables),
        "limits": draw(limits),
        "compile_limits": draw(limits),
        "hello": {
            "code": draw(texts),
            "stdin": draw(texts),
            "expected_output": draw(texts.filter(bool)),
        },
    }
    if draw(st.booleans()):
        changes |= {"compile": draw(words), "artefacts": ["main", "*.class"]}
    return document(
        name=draw(names),
        description=draw(texts),
        packages=draw(st.lists(st.sampled_from(["gcc", "g++", "libc6-dev"]), unique=True)),
        remove=draw(st.lists(st.sampled_from(["/usr/share/x", "/opt/*/y"]))),
        commands=draw(st.lists(words, max_size=2)),
        environment=draw(variables),
        python_packages=draw(st.lists(st.just(f"x==1.0 --hash=sha256:{'ab' * 32}"), max_size=1)),
        files=draw(st.dictionaries(st.sampled_from(["/opt/x", "/usr/local/bin/y"]), texts)),
        npm_packages=draw(st.lists(st.just(NPM_PACKAGE), max_size=1)),
        languages=[language(**changes), language(name=taken[1], aliases=[])],
    )


@given(documents())
def test_a_definition_survives_being_written_down_and_loaded(table: dict[str, Any]):
    loaded = parse_definition(table, "sample")
    assert loaded == parse_definition(loaded.to_document(), "again")


@given(documents(), documents())
def test_definitions_have_one_fingerprint_exactly_if_they_are_equal(
    one: dict[str, Any], other: dict[str, Any]
):
    a, b = parse_definition(one, "a"), parse_definition(other, "b")
    assert (a == b) == (fingerprint(a) == fingerprint(b))


CHANGES: dict[str, Any] = {
    "name": "other",
    "description": "other",
    "suite": "trixie",
    "packages": ("other",),
    "languages": (),
    "remove": ("/opt",),
    "commands": (("true",),),
    "environment": {"X": "y"},
    "origin": "sha256:0",
    "files": {"/opt/x": "y"},
    "python_packages": (f"x==1 --hash=sha256:{'0' * 64}",),
    "npm_packages": (NPM_PACKAGE,),
}


@pytest.mark.parametrize("field", [field.name for field in fields(ImageDefinition)])
def test_every_field_counts_in_the_fingerprint(field: str):
    changed = replace(definition(), **{field: CHANGES[field]})
    assert fingerprint(definition()) != fingerprint(changed)


@pytest.mark.parametrize("field", [field.name for field in fields(ImageDefinition)])
def test_only_what_decides_the_files_counts_in_the_fingerprint_of_the_files(field: str):
    changed = replace(definition(), **{field: CHANGES[field]})
    same = rootfs_fingerprint(definition()) == rootfs_fingerprint(changed)
    assert (field in ("name", "description", "languages", "environment")) == same


def test_the_environment_decides_the_files_when_commands_run_in_it():
    plain = definition(commands=[["true"]])
    other = definition(commands=[["true"]], environment={"X": "y"})
    assert rootfs_fingerprint(plain) != rootfs_fingerprint(other)


def test_limits_are_written_in_the_units_of_the_interface():
    table = {
        "cpu_time_s": 1.5,
        "wall_time_s": 7,
        "memory_mb": 3,
        "pids": 4,
        "disk_mb": 5,
        "output_kb": 6,
        "open_files": 7,
    }
    loaded = definition(languages=[language(limits=table)])
    expected = Limits(
        cpu_time_s=1.5,
        wall_time_s=7.0,
        memory_bytes=3 * MIB,
        pids=4,
        disk_bytes=5 * MIB,
        output_bytes=6 * 1024,
        open_files=7,
    )
    assert expected == loaded.languages[0].limits


def test_the_wall_time_follows_the_cpu_time_unless_it_is_given():
    loaded = definition(languages=[language(limits={"cpu_time_s": 20})])
    assert 60.0 == loaded.languages[0].limits.wall_time_s


def test_a_language_adds_to_the_environment_of_its_image():
    table = language(environment={"A": "language", "B": "language"})
    loaded = definition(environment={"A": "image", "C": "image"}, languages=[table])
    expected = {"A": "language", "B": "language", "C": "image"}
    assert expected == loaded.environment_of(loaded.languages[0])


WRONG_DOCUMENTS = {
    "packges: is not a known key; did you mean 'packages'?": document(packges=[]),
    "name: is missing": document(name=None),
    "languages: is missing": document(languages=None),
    "languages: needs at least one entry": document(languages=[]),
    "name: 'Upper' is not a name": document(name="Upper"),
    "name: '-rf' is not a name": document(name="-rf"),
    "name: '../x' is not a name": document(name="../x"),
    "name: must be a string, not a number": document(name=3),
    "description: must not hold a NUL": document(description="a\0b"),
    "suite: '--mode=fakechroot' is not a Debian": document(suite="--mode=fakechroot"),
    "packages: must be a list, not a string": document(packages="dash"),
    "packages[1]: must be a string, not a boolean": document(packages=["dash", True]),
    "packages: '--variant=x' is not a Debian": document(packages=["--variant=x"]),
    "packages: '?essential' is not a Debian": document(packages=["?essential"]),
    "packages: 'a,b' is not a Debian": document(packages=["a,b"]),
    "packages: 'dash\\n' is not a Debian": document(packages=["dash\n"]),
    "packages: names a package twice": document(packages=["dash", "dash"]),
    "python_packages: 'x==1' must look like": document(python_packages=["x==1"]),
    "python_packages: 'x' must look like": document(python_packages=["x"]),
    "python_packages: '-r x": document(python_packages=[f"-r x==1 --hash=sha256:{'0' * 64}"]),
    "remove: 'usr' must be an absolute path": document(remove=["usr"]),
    "remove: '/' must be an absolute path": document(remove=["/"]),
    "remove: '/usr/../../x' must be an absolute path": document(remove=["/usr/../../x"]),
    "commands[0]: must be a list, not a string": document(commands=["true"]),
    "commands[0]: must start with a program": document(commands=[[]]),
    "commands[0][1]: must be a string": document(commands=[["echo", 1]]),
    "environment: must be a table, not a list": document(environment=["A=b"]),
    "environment.A-B: is not a variable's name": document(environment={"A-B": "x"}),
    "environment.A: must be a string, not a number": document(environment={"A": 1}),
}
WRONG_LANGUAGES = {
    "languages[0].alias: is not a known key; did you mean 'aliases'?": language(alias=["x"]),
    "languages[0].run: is missing": language(run=None),
    "languages[0].run: must start with a program": language(run=[]),
    "languages[0].version_command: is missing": language(version_command=None),
    "languages[0].hello: is missing": language(hello=None),
    "languages[0].aliases: 'C++' is not a name": language(aliases=["C++"]),
    "languages[0].source_file: '../main.sh' is not a plain": language(source_file="../main.sh"),
    "languages[0].source_file: '-o' is not a plain": language(source_file="-o"),
    "languages[0].artefacts: belongs to compile": language(compile=["cc"]),
    "languages[0].artefacts: belongs to compile:": language(artefacts=["main"]),
    "languages[0].artefacts: '/etc/passwd' must be": language(
        compile=["cc"], artefacts=["/etc/passwd"]
    ),
    "languages[0].artefacts: '../x' must be": language(compile=["cc"], artefacts=["../x"]),
    "languages[0].limits.memory: is not a known key": language(limits={"memory": 1}),
    "languages[0].limits.pids: must be a whole number, not a number": language(
        limits={"pids": 1.5}
    ),
    "languages[0].limits.pids: must be a whole number, not a boolean": language(
        limits={"pids": True}
    ),
    "languages[0].limits.pids: must be above zero": language(limits={"pids": 0}),
    "languages[0].limits.cpu_time_s: must be above zero": language(
        limits={"cpu_time_s": float("nan")}
    ),
    "languages[0].limits.cpu_time_s: must be a number": language(limits={"cpu_time_s": "1"}),
    "languages[0].limits: must be a table": language(limits=[1]),
    "languages[0].hello.code: give the program either": language(hello={"expected_output": "x"}),
    "languages[0].hello.code_file: can only be used in a file": language(
        hello={"code_file": "x", "expected_output": "x"}
    ),
    "languages[0].hello.expected_output: must not be empty": language(
        hello={"code": "x", "expected_output": ""}
    ),
}


@pytest.mark.parametrize(
    ("message", "table"),
    [
        *WRONG_DOCUMENTS.items(),
        *((message, document(languages=[table])) for message, table in WRONG_LANGUAGES.items()),
    ],
)
def test_a_mistake_is_refused_with_the_file_the_key_and_the_mend(message: str, table: Any):
    with pytest.raises(DefinitionError, match=re.escape(f"file.toml: {message}")):
        parse_definition(table, "file.toml")


def test_two_languages_of_an_image_cannot_share_a_name():
    tables = [language(name="a", aliases=["x"]), language(name="b", aliases=["x"])]
    with pytest.raises(DefinitionError, match="the name 'x' is used by a and b"):
        definition(languages=tables)


def test_a_language_cannot_have_one_name_twice():
    with pytest.raises(DefinitionError, match="the name 'a' is used by a and a"):
        definition(languages=[language(name="a", aliases=["a"])])


def test_a_hello_program_may_stand_in_a_file_beside_the_definition(tmp_path: Path):
    (tmp_path / "image.toml").write_text(MINIMAL_TOML)
    (tmp_path / "hello.sh").write_text("echo hello")
    assert "echo hello" == load_definition(tmp_path / "image.toml").languages[0].hello.code


@pytest.mark.parametrize("name", ["missing.sh", "/etc/passwd", "../image.toml"])
def test_a_hello_program_cannot_stand_elsewhere(tmp_path: Path, name: str):
    (tmp_path / "image.toml").write_text(MINIMAL_TOML.replace("hello.sh", name))
    with pytest.raises(DefinitionError, match=r"hello\.code_file"):
        load_definition(tmp_path / "image.toml")


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path, content: bytes):
    path = tmp_path / "image.toml"
    path.write_bytes(content)
    with pytest.raises(DefinitionError, match=re.escape(str(path))):
        load_definition(path)


def test_the_definitions_beside_the_package_are_complete():
    found = {each.name: each for each in find_definitions()}
    known = {
        name for each in found.values() for language in each.languages for name in language.names
    }
    assert {"python", "cpp"} <= set(found)
    assert {"python", "python3", "py", "c", "cpp", "c++", "g++", "cpp20", "c++20"} <= known


def first_party_languages() -> list[Language]:
    return [language for each in find_definitions() for language in each.languages]


@pytest.mark.parametrize("each", first_party_languages(), ids=lambda each: each.name)
def test_a_language_of_ours_compiles_and_runs_the_file_that_it_names(each: Language):
    assert each.source_file in (each.compile or each.run)


def test_python_is_repeatable_and_buffers_as_usual():
    image = next(each for each in find_definitions() if each.name == "python")
    environment = image.environment_of(image.languages[0])
    assert "0" == environment["PYTHONHASHSEED"]
    assert "PYTHONUNBUFFERED" not in environment


def test_definitions_of_other_directories_are_found_too(tmp_path: Path):
    (tmp_path / "shell").mkdir()
    (tmp_path / "shell" / "image.toml").write_text(MINIMAL_TOML)
    (tmp_path / "shell" / "hello.sh").write_text("echo hello")
    assert {"shell", "python"} <= {each.name for each in find_definitions([tmp_path])}


def test_two_definitions_cannot_have_one_name(tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "image.toml").write_text(MINIMAL_TOML)
        (tmp_path / folder / "hello.sh").write_text("echo hello")
    with pytest.raises(DefinitionError, match="'shell' is taken by"):
        find_definitions([tmp_path])


def test_a_missing_directory_of_definitions_is_an_error(tmp_path: Path):
    with pytest.raises(DefinitionError, match="is no directory"):
        find_definitions([tmp_path / "absent"])


@pytest.mark.parametrize("path", ["opt/x", "/../x", "/opt/../../x", "/", "", "/opt//x"])
def test_a_file_of_a_definition_lies_inside_the_image(path: str):
    with pytest.raises(DefinitionError, match="must be an absolute path inside the image"):
        definition(files={path: "x"})


def test_only_an_imported_image_has_an_origin(tmp_path: Path):
    written = document(origin="sha256:0")
    assert parse_definition(written, "manifest.json").origin == "sha256:0"
    with pytest.raises(DefinitionError, match="origin: only an imported image has one"):
        parse_definition(written, "image.toml", tmp_path)
