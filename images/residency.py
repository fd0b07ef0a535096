"""Which images' files are kept in memory: those that are used, and no more than there is room for."""

import itertools
import logging
import threading
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Self

from images.manifest import StoredImage
from images.page_cache import ResidentFiles

log = logging.getLogger(__name__)


class Residency:
    """The files of images in memory. A context manager; safe to use from several threads."""

    def __init__(self, most_locked_bytes: int, in_use: Callable[[], Collection[str]]) -> None:
        """Nothing is in memory yet.

        Args:
            most_locked_bytes: how much may be locked there; what is beyond is read only.
            in_use: tells the digests of the images that some container is of; these are never let go.
        """
        self._most_locked_bytes = most_locked_bytes
        self._in_use = in_use
        self._loading = threading.Lock()
        self._files: dict[str, ResidentFiles] = {}
        self._used: dict[str, int] = {}
        self._numbers = itertools.count()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for files in self._files.values():
            files.close()
        self._files.clear()

    @property
    def locked_bytes(self) -> int:
        """How much is locked now."""
        return sum(files.locked_bytes for files in list(self._files.values()))

    def used(self, digest: str) -> None:
        """An image is used now; those that were not used for longest are let go first."""
        self._used[digest] = next(self._numbers)

    def load(self, image: StoredImage) -> list[str]:
        """Reads an image's files into memory and locks them there, unless they are there already.

        Returns:
            The digests of other images that had to be let go for it. Their files stay in memory as long
            as the kernel likes.
        """
        with self._loading:  # one after the other: they would compete for the disk
            if image.digest in self._files:
                return []
            released = self._make_room(image.size_bytes)
            files = ResidentFiles()
            room_bytes = max(0, self._most_locked_bytes - self.locked_bytes)
            size_bytes = files.add(image.rootfs, room_bytes)
            self._files[image.digest] = files
        text = "image %s: %d MB are in memory, %d MB of them locked there"
        log.info(text, image.name, size_bytes // 1_000_000, files.locked_bytes // 1_000_000)
        return released

    def _make_room(self, wanted_bytes: int) -> list[str]:
        in_use = self._in_use()
        idle = [digest for digest in self._files if digest not in in_use]
        idle.sort(key=lambda digest: self._used.get(digest, -1), reverse=True)
        released = []
        while idle and self.locked_bytes + wanted_bytes > self._most_locked_bytes:
            digest = idle.pop()
            self._files.pop(digest).close()
            released.append(digest)
        return released
