"""What an image is: packages to install, and the languages that they bring.

Only data, checked when it is loaded (``images.loading``). ``to_document`` gives the same structure
that a TOML file has, so that a stored image carries its definition with it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.limits import KIB, MIB, Limits

RECIPE_VERSION = 1
"""Counts changes of the build itself that make an image built before worth building again."""

COMPILE_LIMITS = Limits(
    cpu_time_s=30.0,
    wall_time_s=90.0,
    memory_bytes=1024 * MIB,
    pids=64,
    disk_bytes=256 * MIB,
)
"""What compiling may use where a definition says nothing: compilers are larger than programs."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A program that proves that a language works: from ``stdin`` it must print exactly this."""

    code: str
    expected_output: str
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """How source code of one language becomes a running program.

    Attributes:
        name: the canonical name, lower case.
        aliases: other names that a caller may use.
        version_command: prints the version in its first line.
        source_file: the name that the main source gets in the working directory.
        compile: the command that is run once, or ``None`` when there is nothing to compile.
        artefacts: glob patterns, relative to the working directory, of what compiling leaves for
            the runs. Nothing else is carried over.
        run: the command of one run, in the working directory.
        environment: variables beyond those of the image.
        limits: the default limits of one run.
        compile_limits: the default limits of compiling.
        hello: the self-test.
        warm: whether runs may be forks of an interpreter that was started before (CPython only).
        warm_modules: what such an interpreter imports ahead of time.
        warm_rare_modules: what a second one imports besides, for programs that name one of these.
    """

    name: str
    version_command: tuple[str, ...]
    source_file: str
    run: tuple[str, ...]
    hello: Hello
    aliases: tuple[str, ...] = ()
    compile: tuple[str, ...] | None = None
    artefacts: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    compile_limits: Limits = COMPILE_LIMITS
    warm: bool = False
    warm_modules: tuple[str, ...] = ()
    warm_rare_modules: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that means this language, the canonical one first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class ImageDefinition:
    """One root file system and the languages in it.

    Attributes:
        name: the image's name, lower case.
        description: one line for people.
        suite: the Debian release that the packages come from.
        packages: Debian packages by name; what they depend on comes with them.
        python_packages: pure Python packages, each as a line of a requirements file with its
            version and hashes; what they depend on is listed too.
        remove: absolute paths or globs inside the image that are deleted after installing.
        commands: commands that are run inside the image after the packages, without a network.
        environment: the environment of every run, before a language adds to it.
        origin: of an image that was imported, a digest over its layers; else empty.
        languages: at least one.
        files: absolute path → text of files that the definition brings, there before the commands
            are run; one that begins with ``#!`` can be executed.
        npm_packages: packages of npm, each as ``name@version sha512-…``, without what they depend on.
    """

    name: str
    description: str
    suite: str
    packages: tuple[str, ...]
    languages: tuple[Language, ...]
    remove: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    python_packages: tuple[str, ...] = ()
    npm_packages: tuple[str, ...] = ()

    def environment_of(self, language: Language) -> dict[str, str]:
        """The whole environment of a run: the image's, with the language's on top."""
        return {**self.environment, **language.environment}

    def to_document(self) -> dict[str, Any]:
        """The definition as TOML or JSON would hold it; loading it again gives an equal one."""
        document: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "suite": self.suite,
            "packages": list(self.packages),
            "remove": list(self.remove),
            "commands": [list(command) for command in self.commands],
            "environment": dict(self.environment),
            "languages": [_language_document(language) for language in self.languages],
        }
        if self.origin:
            document["origin"] = self.origin
        if self.files:
            document["files"] = dict(self.files)
        if self.python_packages:
            document["python_packages"] = list(self.python_packages)
        if self.npm_packages:
            document["npm_packages"] = list(self.npm_packages)
        return document


def fingerprint(definition: ImageDefinition) -> str:
    """A hash of all that the definition says; a stored image with another one is outdated."""
    return _hash_of({"recipe": RECIPE_VERSION, "definition": definition.to_document()})


def rootfs_fingerprint(definition: ImageDefinition) -> str:
    """A hash of what decides the files of the image; limits, commands to run and texts do not."""
    document = definition.to_document()
    parts = {key: document[key] for key in ("suite", "packages", "remove", "commands")}
    optional = ("files", "python_packages", "npm_packages")
    parts |= {key: document[key] for key in optional if key in document}
    if definition.commands:
        parts["environment"] = document["environment"]
    if definition.origin:
        parts["origin"] = document["origin"]
    return _hash_of({"recipe": RECIPE_VERSION, "rootfs": parts})


def _hash_of(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _language_document(language: Language) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": language.name,
        "aliases": list(language.aliases),
        "version_command": list(language.version_command),
        "source_file": language.source_file,
        "run": list(language.run),
        "environment": dict(language.environment),
        "limits": _limits_document(language.limits),
        "compile_limits": _limits_document(language.compile_limits),
        "hello": {
            "code": language.hello.code,
            "stdin": language.hello.stdin,
            "expected_output": language.hello.expected_output,
        },
    }
    if language.warm:
        document["warm"] = True
        document["warm_modules"] = list(language.warm_modules)
        document["warm_rare_modules"] = list(language.warm_rare_modules)
    if language.compile is not None:
        document["compile"] = list(language.compile)
        document["artefacts"] = list(language.artefacts)
    return document


def _limits_document(limits: Limits) -> dict[str, int | float]:
    return {
        "cpu_time_s": limits.cpu_time_s,
        "wall_time_s": limits.wall_time_s,
        "memory_mb": limits.memory_bytes // MIB,
        "pids": limits.pids,
        "disk_mb": limits.disk_bytes // MIB,
        "output_kb": limits.output_bytes // KIB,
        "open_files": limits.open_files,
    }
