"""Watching the images that are in use for changes, a piece of one of them at a time."""

from collections.abc import Iterable

from images.canary import Canary
from images.manifest import StoredImage


class Watch:
    """One canary for each image that was ever in use. Not to be used from two threads at once."""

    def __init__(self) -> None:
        """Nothing is watched yet."""
        self._canaries: dict[str, Canary] = {}
        # In which order they have been looked at last, the one that waits longest first.
        self._order: dict[str, None] = {}

    def look(self, in_use: Iterable[StoredImage], most_bytes: int) -> StoredImage | None:
        """Checks about so many bytes of one of the images in use, the one that has waited longest.

        An image that was never looked at through comes first: what its files should hold is not known
        before that.

        Returns:
            The image, if this look has completed its first round.

        Raises:
            ImageChanged: a file has changed.
            OSError: a file cannot be read.
        """
        images = {image.digest: image for image in in_use}
        for digest, image in images.items():
            self._canaries.setdefault(digest, Canary(image.name, image.rootfs))
            self._order.setdefault(digest)
        there = [digest for digest in self._order if digest in images]
        if not there:
            return None
        digest = next((each for each in there if not self._canaries[each].rounds), there[0])
        self._order.pop(digest)
        self._order[digest] = None
        canary = self._canaries[digest]
        was_fresh = not canary.rounds
        canary.look(most_bytes)
        return images[digest] if was_fresh and canary.rounds else None

    def knows(self, digests: Iterable[str]) -> bool:
        """Whether all of these images have been looked at through at least once."""
        return all(digest in self._canaries and self._canaries[digest].rounds for digest in digests)
