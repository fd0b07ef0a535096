"""Whether an image in the store is still what was put there: every file is read and hashed again.

It finds what happens behind the service's back: a failing disk, a careless ``chmod``, a tool that writes
where it should not. Against somebody with root's power, who can change the manifest too, note the digest
elsewhere: results quote it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from images.errors import StoreError
from images.manifest import MANIFEST_FILE, StoredImage
from images.store import image_digest
from images.tree import summarise, walk

_SHOWN = 5


def complaints(image: StoredImage) -> list[str]:
    """What is wrong with a stored image, in words; empty if nothing is.

    Raises:
        StoreError: its files cannot be read.
    """
    found = []
    if image_digest(image.definition, image.rootfs_digest) != image.digest:
        found.append(f"the definition in {MANIFEST_FILE} is not the one that its digest is of")
    try:
        found += _about_owners(image.rootfs)
        if summarise(image.rootfs).digest != image.rootfs_digest:
            found.append(f"its files have changed{_suspects(image)}")
    except OSError as error:
        raise StoreError(f"{image.rootfs}: cannot be read: {error}") from error
    return found


def _about_owners(rootfs: Path) -> Iterator[str]:
    """What the digest does not cover, though the runtime relies on it."""
    for path, status in walk(rootfs):
        if (status.st_uid, status.st_gid) != (0, 0):
            yield f"{_inside(rootfs, path)} belongs to {status.st_uid}:{status.st_gid} and not to root"
        if attributes := os.listxattr(path, follow_symlinks=False):
            yield f"{_inside(rootfs, path)} has the attribute {attributes[0]}"


def _suspects(image: StoredImage) -> str:
    """What was touched after the image was described: a hint, as hard links are a touch too."""
    described_ns = (image.rootfs.parent / MANIFEST_FILE).lstat().st_mtime_ns
    touched = [
        _inside(image.rootfs, path)
        for path, status in walk(image.rootfs)
        if status.st_ctime_ns > described_ns and not stat.S_ISLNK(status.st_mode)
    ]
    if not touched:
        return ""
    more = f" and {len(touched) - _SHOWN} more" if len(touched) > _SHOWN else ""
    return f"; touched since it was stored: {', '.join(touched[:_SHOWN])}{more}"


def _inside(rootfs: Path, path: Path) -> str:
    name = f"/{path.relative_to(rootfs)}" if path != rootfs else "/"
    # An imported image's names may hold what steers a terminal.
    return name if name.isprintable() else ascii(name)
