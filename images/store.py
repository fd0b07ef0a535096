"""Where built images lie: by digest, read-only, with names that point to digests.

    <root>/.lock                        held while something is built or removed
    <root>/.staging-*/                  a build under way, or what a dead one left
    <root>/sha256-<hex>/manifest.json   the definition, versions, size; locked (shared) when in use
    <root>/sha256-<hex>/rootfs/
    <root>/names/<name>                 the digest that the name means now

Everything appears by one rename, so a reader never sees half of it. The digest covers the tree and
the definition: together they decide a verdict.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from images import manifest
from images.definition import ImageDefinition, fingerprint, rootfs_fingerprint
from images.errors import StoreError
from images.fields import NAME
from images.manifest import MANIFEST_FILE, StoredImage
from images.tree import summarise

DEFAULT_ROOT = Path("/var/lib/sandbox/images")

_STAGING = ".staging-"


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installed root file system tells about itself.

    Attributes:
        versions: the version of each language, by its name.
        packages: the version of each Debian package, by its name.
    """

    versions: Mapping[str, str]
    packages: Mapping[str, str]


class ImageStore:
    """The images under one directory. Reading needs no privilege; changing takes ``exclusive``."""

    def __init__(self, root: Path = DEFAULT_ROOT) -> None:
        self.root = root
        self._names = root / "names"

    def get(self, name: str) -> StoredImage:
        """The image that ``name`` means now.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        if not NAME.fullmatch(name):
            raise StoreError(f"{name!r} is not an image's name")
        try:
            digest = (self._names / name).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none"
            raise StoreError(
                f"{self.root}: no image {name!r} (there: {known}); build it first"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self._names / name}: cannot be read: {error}") from error
        return self.get_by_digest(digest)

    def get_by_digest(self, digest: str) -> StoredImage:
        """The image with this digest (``sha256:…``), named or not.

        Raises:
            StoreError: there is none, or it is damaged.
        """
        folder = self._folder(digest)
        image = manifest.read(folder)
        if image.digest != digest:
            raise StoreError(
                f"{folder / MANIFEST_FILE}: is of {image.digest}; build the image again"
            )
        return image

    def names(self) -> list[str]:
        """The names that are taken, sorted."""
        if not self._names.is_dir():
            return []
        return sorted(path.name for path in self._names.iterdir() if NAME.fullmatch(path.name))

    def list(self) -> list[StoredImage]:
        """The named images, sorted by name.

        Raises:
            StoreError: one of them is damaged.
        """
        return [self.get(name) for name in self.names()]

    @contextlib.contextmanager
    def hold(self, image: StoredImage) -> Iterator[None]:
        """Keep ``image`` from being deleted while in use. Its name may still change its meaning.

        Raises:
            StoreError: it has just been deleted; get it again by its name.
        """
        with _locked(image):
            yield

    @contextlib.contextmanager
    def exclusive(self, waiting: Callable[[], None] = lambda: None) -> Iterator[int]:
        """The right to change the store: one process at a time, others wait.

        Calls ``waiting`` if another one has it. Yields the lock's file descriptor: a child process
        that inherits it keeps the lock, even if this process is killed. What dead builds left is
        deleted first.

        Raises:
            StoreError: the directory cannot be made or locked.
        """
        try:
            self._names.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = (self.root / ".lock").open("w")
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot be written: {error}; give another --store"
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            for left in self.root.glob(f"{_STAGING}*"):
                _delete_tree(left)
            yield lock.fileno()

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty directory inside the store for a build; deleted afterwards, if still there."""
        folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.root))
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            if folder.exists():
                _delete_tree(folder)

    def add(self, folder: Path, definition: ImageDefinition, installed: Installed) -> StoredImage:
        """Move ``folder/rootfs`` into the store under its digest. It has no name yet (``publish``).

        ``folder`` is a ``staging`` directory. The caller has the ``exclusive`` right.

        Raises:
            StoreError: the tree cannot be part of an image, or cannot be moved.
        """
        summary = summarise(folder / "rootfs")
        digest = image_digest(definition, summary.digest)
        target = self._folder(digest)
        image = StoredImage(
            name=definition.name,
            digest=digest,
            rootfs=target / "rootfs",
            rootfs_digest=summary.digest,
            size_bytes=summary.size_bytes,
            built_at=datetime.now(UTC).replace(microsecond=0),
            fingerprint=fingerprint(definition),
            rootfs_fingerprint=rootfs_fingerprint(definition),
            definition=definition,
            versions=dict(installed.versions),
            packages=dict(installed.packages),
        )
        if target.exists():
            if self._is_intact(image):
                return self.get_by_digest(digest)
            _delete_tree(target)
        manifest.write(folder, image)
        folder.rename(target)
        return image

    def publish(self, image: StoredImage) -> None:
        """Let the image's name mean this image from now on. The caller has ``exclusive``."""
        path = self._names / image.name
        fresh = path.with_name(f".{image.name}")
        fresh.write_text(f"{image.digest}\n", encoding="ascii")
        fresh.rename(path)

    def remove(self, name: str) -> None:
        """Forget ``name`` and delete its image unless it is held. The caller has ``exclusive``.

        Raises:
            StoreError: there is no such image.
        """
        if name not in self.names():
            raise StoreError(f"{self.root}: no image {name!r}")
        (self._names / name).unlink()
        self.prune()

    def prune(self) -> tuple[str, ...]:
        """Delete the images that have no name and are not held; returns their digests.

        The caller has ``exclusive``.
        """
        deleted = []
        named = {digest for name in self.names() if (digest := self._meaning(name)) is not None}
        for folder in self.root.glob("sha256-*"):
            digest = folder.name.replace("-", ":", 1)
            if digest not in named and _delete_unless_held(folder):
                deleted.append(digest)
        return tuple(deleted)

    def _meaning(self, name: str) -> str | None:
        """The digest that a name means; None if it cannot be read, and so keeps no image."""
        try:
            return (self._names / name).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def _folder(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        if algorithm != "sha256" or len(value) != 64 or set(value) - set("0123456789abcdef"):
            raise StoreError(
                f"{digest!r} is not a digest; it looks like sha256:… with 64 hex digits"
            )
        return self.root / f"sha256-{value}"

    def _is_intact(self, image: StoredImage) -> bool:
        try:
            there = self.get_by_digest(image.digest)
            return there.rootfs_digest == image.rootfs_digest == summarise(there.rootfs).digest
        except StoreError:
            return False


def image_digest(definition: ImageDefinition, rootfs_digest: str) -> str:
    """The digest of an image: over its definition and its tree."""
    text = f"image\n{fingerprint(definition)}\n{rootfs_digest}\n"
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _locked(image: StoredImage) -> IO[bytes]:
    path = image.rootfs.parent / MANIFEST_FILE
    try:
        file = path.open("rb")
        fcntl.flock(file, fcntl.LOCK_SH)
        # Between opening and locking it may have been deleted, or deleted and built again.
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
        file.close()
    except OSError as error:
        raise StoreError(
            f"{image.name} {image.digest}: cannot be held: {error}; get it again"
        ) from error
    raise StoreError(f"{image.name} {image.digest}: was replaced just now; get it again")


def _delete_unless_held(folder: Path) -> bool:
    """Whether it is deleted. Whoever wants to hold it meanwhile waits, and finds that it is gone."""
    with contextlib.ExitStack() as undo:
        try:
            file = undo.enter_context((folder / MANIFEST_FILE).open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            return False
        _delete_tree(folder)
        return True


def _delete_tree(folder: Path) -> None:
    """Delete a folder of the store, never through a mount into something that is not ours."""
    prefix = f"{folder.resolve()}/".replace(" ", "\\040")
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    if any(f"{line.split()[4]}/".startswith(prefix) for line in mounts):
        raise StoreError(f"{folder}: something is mounted in it; unmount it, then try again")
    shutil.rmtree(folder)
