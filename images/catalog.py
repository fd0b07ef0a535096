"""Which image runs which language: from a name that a caller gives to an image and a language."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from images.definition import Language
from images.errors import CatalogError
from images.manifest import StoredImage


class Entry(NamedTuple):
    """A language and the image that it comes from."""

    image: StoredImage
    language: Language


class Catalog:
    """The languages of some images. Names and aliases count without case.

    Of two images that claim one name, the one whose own name comes first in the alphabet has it; ``claims``
    says so for each such name.
    """

    def __init__(self, images: Iterable[StoredImage]) -> None:
        """Index ``images``."""
        self.images = tuple(sorted(images, key=lambda image: image.name))
        self.claims: list[str] = []
        self._entries: dict[str, Entry] = {}
        for image in self.images:
            for language in image.definition.languages:
                self._index(Entry(image, language))

    def languages(self) -> list[Entry]:
        """Every language once, sorted by its canonical name."""
        entries = (entry for name, entry in self._entries.items() if name == entry.language.name)
        return sorted(entries, key=lambda entry: entry.language.name)

    def resolve(self, name: str, image: str | None = None) -> Entry:
        """The entry that ``name``, a language's name or alias, means.

        ``image`` is the name or digest of the image that it must come from.

        Raises:
            CatalogError: the name is unknown (with near matches), or not a language of ``image``.
        """
        entry = self._entries.get(name.lower())
        if entry is None:
            raise CatalogError(f"unknown language {name!r}; {self._hint(name)}")
        if image is not None and image not in (entry.image.name, entry.image.digest):
            raise CatalogError(
                f"language {name!r} comes from the image {entry.image.name!r}, not from {image!r}"
            )
        return entry

    def _index(self, entry: Entry) -> None:
        for name in entry.language.names:
            other = self._entries.get(name)
            if other is not None:
                self.claims.append(
                    f"the language name {name!r} is claimed by the image {other.image.name!r}"
                    f" and by {entry.image.name!r}; the first one has it"
                )
                continue
            self._entries[name] = entry

    def _hint(self, name: str) -> str:
        near = difflib.get_close_matches(name.lower(), self._entries, n=3, cutoff=0.5)
        if near:
            return f"did you mean {' or '.join(near)}?"
        known = ", ".join(entry.language.name for entry in self.languages())
        return f"known: {known}" if known else "no image is built yet"
