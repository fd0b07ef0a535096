"""From ``image.toml`` to an ``ImageDefinition``, so that a mistake is found before a build."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from images.definition import COMPILE_LIMITS, Hello, ImageDefinition, Language
from images.errors import DefinitionError
from images.extending import merged
from images.fields import Fields
from runtime.limits import KIB, MIB, Limits, default_wall_time_s

DEFINITION_FILE = "image.toml"

# Debian policy, 5.6.7. It keeps apt's options and patterns out, which start with other characters.
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_SUITE = re.compile(r"[a-z][a-z0-9-]*")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_PATH = re.compile(r"(/[^/\0]+)+")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_PYTHON_PACKAGE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+]+( --hash=sha256:[0-9a-f]{64})+"
)
_NPM_NAME = r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*"
_NPM_PACKAGE = re.compile(_NPM_NAME + r"@[0-9][A-Za-z0-9.+-]* sha512-[A-Za-z0-9+/]{86}==")


def find_definitions(extra: Iterable[Path] = ()) -> tuple[ImageDefinition, ...]:
    """The definitions beside this package and those in the directories ``extra``, by name.

    Raises:
        DefinitionError: one of them is wrong, a directory is missing, or two have one name.
    """
    return tuple(load_definition(path) for _, path in sorted(definition_files(extra).items()))


def definition_files(extra: Iterable[Path] = ()) -> dict[str, Path]:
    """Where the definitions lie that ``find_definitions`` reads, by name.

    Raises:
        DefinitionError: as there.
    """
    found: dict[str, Path] = {}
    for directory in (Path(__file__).parent, *extra):
        if not directory.is_dir():
            raise DefinitionError(
                f"{directory}: is no directory; give one that holds */{DEFINITION_FILE}"
            )
        for path in sorted(directory.glob(f"*/{DEFINITION_FILE}")):
            name = Fields(_read_toml(path), str(path)).name("name")
            if name in found:
                raise DefinitionError(
                    f"{path}: name: {name!r} is taken by {found[name]}; rename one"
                )
            found[name] = path
    return found


def load_definition(path: Path, extending: tuple[Path, ...] = ()) -> ImageDefinition:
    """Read one ``image.toml``; hello programs may stand in files beside it.

    What it ``extends`` is read first: a definition in a directory beside its own, else one of this
    package. ``extending`` are the files that led to this one.

    Raises:
        DefinitionError: the file cannot be read, is no TOML, or says something wrong.
    """
    document: Mapping[str, Any] = _read_toml(path)
    if "extends" in document:
        fields = Fields(document, str(path))
        name, chain = fields.name("extends"), (*extending, path.resolve())
        found = _base(name, path)
        if found is None:
            fields.fail(
                "extends", f"there is no definition {name!r}, neither beside this one nor of ours"
            )
        if found.resolve() in chain:
            fields.fail("extends", f"{name!r} extends this one; break the circle")
        base = load_definition(found, chain)
        if fields.has("suite") and fields.text("suite") != base.suite:
            fields.fail("suite", f"must be that of {name!r}, {base.suite}; leave it out")
        document = merged(base.to_document(), document)
    return parse_definition(document, source=str(path), folder=path.parent)


def _base(name: str, path: Path) -> Path | None:
    for directory in (path.resolve().parent.parent, Path(__file__).resolve().parent):
        file = directory / name / DEFINITION_FILE
        if file.exists():
            return file
    return None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read as TOML: {error}") from error


def parse_definition(
    document: Mapping[str, Any], source: str, folder: Path | None = None
) -> ImageDefinition:
    """Check a document and make a definition of it.

    ``source`` stands in messages; ``folder`` is where a ``code_file`` lies, if it may be used.

    Raises:
        DefinitionError: it names the source, the key and the mend.
    """
    fields = Fields(document, source)
    definition = ImageDefinition(
        name=fields.name("name"),
        description=fields.text("description"),
        suite=_matching(fields, "suite", _SUITE, "a Debian release such as bookworm"),
        packages=_packages(fields),
        remove=_absolute_patterns(fields, "remove"),
        commands=fields.commands("commands"),
        environment=fields.variables("environment"),
        languages=tuple(_language(table, folder) for table in fields.tables("languages")),
        files=_files(fields),
        origin=_origin(fields, folder),
        python_packages=_python_packages(fields),
        npm_packages=_npm_packages(fields),
    )
    fields.done()
    _check_aliases(fields, definition)
    return definition


def _language(fields: Fields, folder: Path | None) -> Language:
    compiled = fields.has("compile")
    language = Language(
        name=fields.name("name"),
        aliases=fields.names("aliases"),
        version_command=fields.command("version_command"),
        source_file=_matching(
            fields, "source_file", _FILE_NAME, "a plain file name such as main.py"
        ),
        compile=fields.command("compile") if compiled else None,
        artefacts=_relative_patterns(fields, "artefacts"),
        run=fields.command("run"),
        environment=fields.variables("environment"),
        limits=_limits(fields.table("limits", optional=True), Limits()),
        compile_limits=_limits(fields.table("compile_limits", optional=True), COMPILE_LIMITS),
        hello=_hello(fields.table("hello"), folder),
        warm=fields.flag("warm", False),
        warm_modules=fields.texts("warm_modules", ()),
        warm_rare_modules=fields.texts("warm_rare_modules", ()),
    )
    fields.done()
    _check_warm(fields, language)
    if compiled != bool(language.artefacts):
        fields.fail("artefacts", "belongs to compile: give both or neither")
    return language


def _check_warm(fields: Fields, language: Language) -> None:
    is_python = language.run[0].startswith("python") and language.run[1:] == (language.source_file,)
    if language.warm and not is_python:
        fields.fail("warm", f"is for a run command like python3 {language.source_file} only")
    lists = {
        "warm_modules": language.warm_modules,
        "warm_rare_modules": language.warm_rare_modules,
    }
    for key, names in lists.items():
        if names and not language.warm:
            fields.fail(key, "belongs to warm: set warm = true, or leave it out")
        for name in names:
            if not _MODULE.fullmatch(name):
                fields.fail(key, f"{name!r} is not the name of a module")


def _hello(fields: Fields, folder: Path | None) -> Hello:
    if fields.has("code") == fields.has("code_file"):
        fields.fail("code", "give the program either here or as code_file")
    code = fields.text("code") if fields.has("code") else _beside(fields, "code_file", folder)
    hello = Hello(
        code=code, stdin=fields.text("stdin", ""), expected_output=fields.text("expected_output")
    )
    fields.done()
    if not hello.expected_output:
        fields.fail(
            "expected_output", "must not be empty, or a program that does nothing would pass"
        )
    return hello


def _beside(fields: Fields, key: str, folder: Path | None) -> str:
    name = _matching(fields, key, _FILE_NAME, "the plain name of a file beside the definition")
    if folder is None:
        fields.fail(key, "can only be used in a file; give the program as code")
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fields.fail(key, f"cannot be read: {error}")


def _limits(fields: Fields, default: Limits) -> Limits:
    cpu_time_s = float(fields.number("cpu_time_s", default.cpu_time_s, whole=False))
    wall_time_s = fields.number("wall_time_s", default_wall_time_s(cpu_time_s), whole=False)
    limits = Limits(
        cpu_time_s=cpu_time_s,
        wall_time_s=float(wall_time_s),
        memory_bytes=int(fields.number("memory_mb", default.memory_bytes // MIB, whole=True)) * MIB,
        pids=int(fields.number("pids", default.pids, whole=True)),
        disk_bytes=int(fields.number("disk_mb", default.disk_bytes // MIB, whole=True)) * MIB,
        output_bytes=int(fields.number("output_kb", default.output_bytes // KIB, whole=True)) * KIB,
        open_files=int(fields.number("open_files", default.open_files, whole=True)),
    )
    fields.done()
    return limits


def _packages(fields: Fields) -> tuple[str, ...]:
    packages = fields.texts("packages")
    for package in packages:
        if not _PACKAGE.fullmatch(package):
            fields.fail("packages", f"{package!r} is not a Debian package's name")
    if len(set(packages)) != len(packages):
        fields.fail("packages", "names a package twice; remove one")
    return packages


def _python_packages(fields: Fields) -> tuple[str, ...]:
    packages = fields.texts("python_packages", ())
    for package in packages:
        if not _PYTHON_PACKAGE.fullmatch(package):
            fields.fail(
                "python_packages", f"{package!r} must look like NAME==VERSION --hash=sha256:..."
            )
    return packages


def _npm_packages(fields: Fields) -> tuple[str, ...]:
    packages = fields.texts("npm_packages", ())
    for package in packages:
        if not _NPM_PACKAGE.fullmatch(package):
            fields.fail("npm_packages", f"{package!r} must look like NAME@VERSION sha512-HASH==")
    return packages


def _files(fields: Fields) -> dict[str, str]:
    files = fields.texts_by_name("files")
    for path in files:
        if not _PATH.fullmatch(path) or ".." in path.split("/"):
            fields.fail(f"files.{path}", "must be an absolute path inside the image, without ..")
    return files


def _origin(fields: Fields, folder: Path | None) -> str:
    if fields.has("origin") and folder is not None:
        fields.fail("origin", "only an imported image has one; leave it out")
    return fields.text("origin", "")


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], wanted: str) -> str:
    value = fields.text(key)
    if not pattern.fullmatch(value):
        fields.fail(key, f"{value!r} is not {wanted}")
    return value


def _absolute_patterns(fields: Fields, key: str) -> tuple[str, ...]:
    patterns = fields.texts(key, ())
    for pattern in patterns:
        path = PurePosixPath(pattern)
        if not path.is_absolute() or len(path.parts) < 2 or ".." in path.parts:
            fields.fail(key, f"{pattern!r} must be an absolute path inside the image, without ..")
    return patterns


def _relative_patterns(fields: Fields, key: str) -> tuple[str, ...]:
    patterns = fields.texts(key, ())
    for pattern in patterns:
        path = PurePosixPath(pattern)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            fields.fail(key, f"{pattern!r} must be relative to the working directory, without ..")
    return patterns


def _check_aliases(fields: Fields, definition: ImageDefinition) -> None:
    owner: dict[str, str] = {}
    for language in definition.languages:
        for name in language.names:
            if name in owner:
                fields.fail(
                    "languages", f"the name {name!r} is used by {owner[name]} and {language.name}"
                )
            owner[name] = language.name
