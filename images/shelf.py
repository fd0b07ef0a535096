"""What of a store can be used now: what is damaged is named, and spoils nothing else."""

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from images.errors import StoreError
from images.manifest import StoredImage
from images.store import ImageStore


@dataclass(frozen=True, slots=True)
class Shelf:
    """The named images of a store.

    Attributes:
        images: those that can be read, sorted by name.
        damaged: for each other name, why it cannot.
    """

    images: tuple[StoredImage, ...]
    damaged: dict[str, StoreError]

    @classmethod
    def of(cls, store: ImageStore) -> Self:
        """What ``store`` has now."""
        images, damaged = [], {}
        for name in store.names():
            try:
                images.append(store.get(name))
            except StoreError as error:
                damaged[name] = error
        return cls(tuple(images), damaged)


@contextlib.contextmanager
def held(store: ImageStore, images: Iterable[StoredImage] | None = None) -> Iterator[Shelf]:
    """Keeps images from being deleted while they are in use; by default all that have a name."""
    with ExitStack() as undo:
        shelf = Shelf.of(store) if images is None else Shelf(tuple(images), {})
        kept, damaged = [], dict(shelf.damaged)
        for image in shelf.images:
            try:
                kept.append(_hold(store, image, undo, by_name=images is None))
            except StoreError as error:
                damaged[image.name] = error
        yield Shelf(tuple(kept), damaged)


def _hold(store: ImageStore, image: StoredImage, undo: ExitStack, *, by_name: bool) -> StoredImage:
    try:
        undo.enter_context(store.hold(image))
    except StoreError:
        if not by_name:
            raise
        # A build may just have replaced it: take what its name means now.
        image = store.get(image.name)
        undo.enter_context(store.hold(image))
    return image
