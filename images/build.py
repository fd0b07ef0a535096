"""Building an image: installed, tidied up, tested, and only then put under its name.

All of it happens in a staging directory of the store, under the store's lock. What a killed build
leaves there is deleted when the store is locked next.
"""

import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from images import mmdebstrap, normalise, npm_packages, python_packages
from images.chroot import run_in_rootfs
from images.definition import ImageDefinition, fingerprint, rootfs_fingerprint
from images.errors import BuildError, StoreError
from images.manifest import StoredImage
from images.publishing import Progress, SelfTest, publish
from images.store import ImageStore, Installed
from images.verification import complaints

COMMAND_TIMEOUT_S = 600.0
VERSION_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class _Build:
    definition: ImageDefinition
    store: ImageStore
    lock: int
    say: Progress


def ensure(
    definitions: Iterable[ImageDefinition],
    store: ImageStore,
    progress: Progress,
    selftest: SelfTest | None = None,
    *,
    force: bool = False,
) -> list[StoredImage]:
    """Build those of ``definitions`` that are missing, outdated or, with ``force``, any of them.

    Raises:
        BuildError: a build failed; images that were done before it stay.
        StoreError: the store cannot be used.
        Exception: whatever ``selftest`` raises; the image built before keeps its name.
    """
    images = []
    for definition in definitions:
        current = None if force else up_to_date(definition, store)
        if current is None:
            current = build(definition, store, progress, selftest, reuse=not force)
        else:
            progress(f"{definition.name}: up to date, {current.digest[:19]}")
        images.append(current)
    return images


def build(
    definition: ImageDefinition,
    store: ImageStore,
    progress: Progress,
    selftest: SelfTest | None = None,
    *,
    reuse: bool = False,
) -> StoredImage:
    """Build one image and put it under its name. On any failure the store is as it was before.

    ``reuse`` takes the files of the stored image, if nothing changed that decides them.

    Raises:
        BuildError, StoreError: as in ``ensure``.
    """

    def make(lock: int, say: Progress) -> StoredImage:
        return _build_and_add(_Build(definition, store, lock, say), reuse=reuse)

    return publish(definition.name, store, progress, selftest, make)


def up_to_date(definition: ImageDefinition, store: ImageStore) -> StoredImage | None:
    """The image of a definition, as it stands; None if that is missing or outdated."""
    try:
        image = store.get(definition.name)
    except StoreError:
        return None
    return image if image.fingerprint == fingerprint(definition) else None


def _build_and_add(work: _Build, *, reuse: bool) -> StoredImage:
    with work.store.staging() as folder:
        rootfs = folder / "rootfs"
        old = _reusable(work) if reuse else None
        if old is None:
            packages = _install(work, rootfs)
        else:
            work.say("taking the files of the image there is")
            # Hard links: nobody writes to the files of an image.
            shutil.copytree(old.rootfs, rootfs, symlinks=True, copy_function=os.link)
            packages = dict(old.packages)
        versions = _versions(work, rootfs)
        work.say("computing the digest")
        return work.store.add(folder, work.definition, Installed(versions, packages))


def _reusable(work: _Build) -> StoredImage | None:
    try:
        old = work.store.get(work.definition.name)
    except StoreError:
        return None
    if old.rootfs_fingerprint != rootfs_fingerprint(work.definition):
        return None
    try:
        found = complaints(old)
    except StoreError as error:
        found = [str(error)]
    if found:
        # It must not become right by the digest of a new image.
        work.say(f"the image there is, is damaged: {found[0]}")
    return None if found else old


def _install(work: _Build, rootfs: Path) -> dict[str, str]:
    started_at_s = time.time()
    packages = mmdebstrap.install(work.definition, rootfs, work.lock, work.say)
    python_packages.install(work.definition, rootfs, work.say)
    npm_packages.install(work.definition, rootfs, work.say)
    normalise.add_files(rootfs, work.definition.files)
    for number, command in enumerate(work.definition.commands, start=1):
        work.say(f"running command {number} of {len(work.definition.commands)}")
        run_in_rootfs(
            rootfs,
            command,
            work.definition.environment,
            timeout_s=COMMAND_TIMEOUT_S,
            keep_open=(work.lock,),
        )
    normalise.remove(rootfs, (*normalise.DOCUMENTATION, *work.definition.remove))
    normalise.normalise(rootfs, started_at_s)
    return packages


def _versions(work: _Build, rootfs: Path) -> dict[str, str]:
    versions = {}
    for language in work.definition.languages:
        output = run_in_rootfs(
            rootfs,
            language.version_command,
            work.definition.environment_of(language),
            timeout_s=VERSION_TIMEOUT_S,
            read_only=True,
            keep_open=(work.lock,),
        )
        if not output.strip():
            name = work.definition.name
            raise BuildError(f"{name}: version_command of {language.name} printed nothing")
        versions[language.name] = output.strip().splitlines()[0].strip()
    return versions
