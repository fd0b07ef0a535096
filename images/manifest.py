"""One stored image, and the ``manifest.json`` that describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from images.definition import ImageDefinition
from images.errors import DefinitionError, StoreError
from images.fields import Fields
from images.loading import parse_definition

MANIFEST_FILE = "manifest.json"

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image in the store.

    Attributes:
        name: the name that it was built for.
        digest: ``sha256:…`` over the tree and the definition; a result quotes it.
        rootfs: the root file system; nobody may write to it.
        rootfs_digest: ``sha256:…`` over the tree alone.
        size_bytes: the bytes in its files.
        built_at: when it was built, UTC.
        fingerprint: of the definition and the recipe that it was built with.
        rootfs_fingerprint: of the part of them that decides its files.
        definition: what it was built from.
        versions: the version of each language, by its canonical name.
        packages: the version of each Debian package, by its name.
    """

    name: str
    digest: str
    rootfs: Path
    rootfs_digest: str
    size_bytes: int
    built_at: datetime
    fingerprint: str
    rootfs_fingerprint: str
    definition: ImageDefinition
    versions: Mapping[str, str]
    packages: Mapping[str, str]


def write(folder: Path, image: StoredImage) -> None:
    """Describe ``image`` in ``folder``."""
    document = {
        "format": _FORMAT,
        "digest": image.digest,
        "rootfs_digest": image.rootfs_digest,
        "fingerprint": image.fingerprint,
        "rootfs_fingerprint": image.rootfs_fingerprint,
        "size_bytes": image.size_bytes,
        "built_at": image.built_at.isoformat(),
        "versions": dict(image.versions),
        "packages": dict(image.packages),
        "definition": image.definition.to_document(),
    }
    path = folder / MANIFEST_FILE
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    path.chmod(0o644)


def read(folder: Path) -> StoredImage:
    """The image that lies in ``folder``.

    Raises:
        StoreError: there is none, or its description is damaged or of another version.
    """
    path = folder / MANIFEST_FILE
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")), folder)
    except FileNotFoundError:
        raise StoreError(f"{folder}: no such image; build it again") from None
    except (OSError, ValueError, DefinitionError) as error:
        raise StoreError(
            f"{path}: is damaged or of another version; build the image again ({error})"
        ) from error


def _parse(document: object, folder: Path) -> StoredImage:
    fields = Fields(document, str(folder / MANIFEST_FILE))
    if fields.number("format", whole=True) != _FORMAT:
        fields.fail("format", f"must be {_FORMAT}")
    definition = parse_definition(fields.mapping("definition"), str(folder / MANIFEST_FILE))
    image = StoredImage(
        name=definition.name,
        digest=fields.text("digest"),
        rootfs=folder / "rootfs",
        rootfs_digest=fields.text("rootfs_digest"),
        size_bytes=int(fields.number("size_bytes", whole=True)),
        built_at=datetime.fromisoformat(fields.text("built_at")),
        fingerprint=fields.text("fingerprint"),
        rootfs_fingerprint=fields.text("rootfs_fingerprint"),
        definition=definition,
        versions=fields.texts_by_name("versions"),
        packages=fields.texts_by_name("packages"),
    )
    fields.done()
    return image
