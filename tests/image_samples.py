"""Made-up definitions and images, for the tests of everything that is about images."""

import copy
from pathlib import Path
from typing import Any

from images.definition import ImageDefinition
from images.loading import parse_definition
from images.manifest import StoredImage
from images.store import ImageStore, Installed

LANGUAGE: dict[str, Any] = {
    "name": "sh",
    "aliases": ["shell"],
    "version_command": ["sh", "--version"],
    "source_file": "main.sh",
    "run": ["sh", "main.sh"],
    "hello": {"code": "echo hello", "expected_output": "hello\n"},
}
DOCUMENT: dict[str, Any] = {
    "name": "shell",
    "description": "A shell",
    "suite": "bookworm",
    "packages": ["dash"],
    "languages": [LANGUAGE],
}


def document(**changes: Any) -> dict[str, Any]:
    """A complete document of a definition, with some keys replaced; ``None`` takes a key out."""
    return _changed(DOCUMENT, changes)


def language(**changes: Any) -> dict[str, Any]:
    """A complete table of a language, changed in the same way."""
    return _changed(LANGUAGE, changes)


def definition(**changes: Any) -> ImageDefinition:
    """The definition that ``document`` describes."""
    return parse_definition(document(**changes), "sample")


def named(name: str, *languages: str) -> ImageDefinition:
    """An image whose languages have these names and no aliases."""
    tables = [language(name=each, aliases=[]) for each in languages]
    return definition(name=name, languages=tables)


def put(
    store: ImageStore, image: ImageDefinition, content: str = "x", *, publish: bool = True
) -> StoredImage:
    """Store an image with one file."""
    versions = {each.name: f"{each.name} 1.0" for each in image.languages}
    with store.exclusive(), store.staging() as folder:
        fill(folder / "rootfs", content)
        stored = store.add(folder, image, Installed(versions, {"dash": "0.5"}))
        if publish:
            store.publish(stored)
        return stored


def fill(rootfs: Path, content: str) -> None:
    """Make a root file system with one file."""
    rootfs.mkdir()
    (rootfs / "file").write_text(content)


def _changed(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {**copy.deepcopy(table), **changes}
    return {key: value for key, value in merged.items() if value is not None}
