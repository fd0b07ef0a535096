"""Archives of repositories that were uploaded once, for many runs. In this process's memory, bounded."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping


def digest_of(data: bytes) -> str:
    """Under what name an archive is kept."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Archives(Mapping[str, bytes]):
    """The archives by digest; those that were not used for longest make room for new ones."""

    def __init__(self, max_bytes: int) -> None:
        """At most so many bytes are kept."""
        self._max_bytes = max_bytes
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._files: dict[str, int] = {}

    def add(self, digest: str, data: bytes, files: int) -> None:
        """Keeps an archive of so many files under its digest.

        Raises:
            ValueError: it alone is too large.
        """
        if len(data) > self._max_bytes:
            raise ValueError(f"this server keeps {self._max_bytes} bytes of archives at most")
        if digest not in self._kept:
            self._kept[digest] = data
            self._files[digest] = files
            self._size += len(data)
        self._kept.move_to_end(digest)
        while self._size > self._max_bytes:
            oldest, dropped = self._kept.popitem(last=False)
            del self._files[oldest]
            self._size -= len(dropped)

    def files_of(self, digest: str) -> int:
        """How many files a kept archive has."""
        return self._files[digest]

    def __getitem__(self, digest: str) -> bytes:
        data = self._kept[digest]
        self._kept.move_to_end(digest)
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
