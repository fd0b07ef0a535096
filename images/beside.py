"""The definition of an image that is imported."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from images.definition import ImageDefinition
from images.errors import DefinitionError
from images.fields import Fields
from images.loading import parse_definition

_ONLY_BUILT = (
    "name",
    "suite",
    "packages",
    "python_packages",
    "npm_packages",
    "extends",
    "commands",
    "files",
    "origin",
)
_SHELL = {
    "source_file": "main.sh",
    "run": ["sh", "main.sh"],
    "hello": {"code": "echo hello", "expected_output": "hello\n"},
}


def definition_beside(
    name: str, origin: str, environment: Mapping[str, str], path: Path | None
) -> ImageDefinition:
    """What an image brings (its ``origin``, its ``environment``) and what stands in a file beside it.

    The file is like an ``image.toml`` without all that is about building, and without commands that ask for
    versions. Without one, the image has one language of its own name: its ``sh``.

    Raises:
        DefinitionError: the file is wrong, or the name is none.
    """
    given = _read(path) if path else {"languages": [{"name": name, **_SHELL}]}
    source = str(path or name)
    for key in given:
        if key in _ONLY_BUILT:
            raise DefinitionError(f"{source}: {key}: is for images that are built; leave it out")
    fields = Fields(given, source)
    for table in fields.tables("languages"):
        if table.has("version_command"):
            table.fail("version_command", "is not asked of an imported image; leave it out")
    document = {
        "description": f"Imported, {origin[:19]}",
        **given,
        "name": name,
        "suite": "imported",
        "packages": [],
        "environment": {**environment, **fields.variables("environment")},
        # It would have to be run before the image is trusted with anything.
        "languages": [{**table, "version_command": ["true"]} for table in given["languages"]],
    }
    definition = parse_definition(document, source, path.parent if path else None)
    return replace(definition, origin=origin)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read as TOML: {error}") from error
