"""Images are read when they are used, within a budget, and those in use are watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images.errors import ImageChanged
from images.manifest import StoredImage
from images.residency import Residency
from images.store import ImageStore
from images.watch import Watch
from tests.image_samples import named, put

NAMES = ["a", "b", "c"]
ALL = 1 << 40
FILE_BYTES = 64 * 1024


@pytest.fixture
def images(tmp_path: Path) -> list[StoredImage]:
    """Three images with one file each, of a size that is worth locking."""
    store = ImageStore(tmp_path)
    return [put(store, named(name, name), name * FILE_BYTES) for name in NAMES]


class Slots:
    """What sits in slots now."""

    def __init__(self) -> None:
        self.held: set[str] = set()


@pytest.fixture
def slots() -> Slots:
    return Slots()


@pytest.fixture
def residency(slots: Slots) -> Iterator[Residency]:
    """There is room for two of the images."""
    with Residency(2 * FILE_BYTES, lambda: slots.held) as residency:
        yield residency


def load(residency: Residency, image: StoredImage) -> list[str]:
    residency.used(image.digest)
    return residency.load(image)


def test_nothing_is_read_before_it_is_asked_for(residency: Residency, images: list[StoredImage]):
    assert 0 == residency.locked_bytes
    assert [] == load(residency, images[0])
    assert FILE_BYTES == residency.locked_bytes


def test_what_is_in_memory_is_not_read_again(residency: Residency, images: list[StoredImage]):
    load(residency, images[0])
    (images[0].rootfs / "file").unlink()
    assert [] == load(residency, images[0])


def test_the_one_not_used_for_longest_makes_room(residency: Residency, images: list[StoredImage]):
    a, b, c = images
    load(residency, a)
    load(residency, b)
    residency.used(a.digest)
    assert [b.digest] == load(residency, c)
    assert 2 * FILE_BYTES == residency.locked_bytes
    assert [a.digest] == load(residency, b)


def test_what_a_container_is_of_is_not_let_go(
    residency: Residency, images: list[StoredImage], slots: Slots
):
    a, b, c = images
    load(residency, a)
    load(residency, b)
    slots.held = {a.digest, b.digest}
    assert [] == load(residency, c)  # it is read, but there is no room to lock it
    assert 2 * FILE_BYTES == residency.locked_bytes
    slots.held = {b.digest}
    assert [] == load(residency, c)


@settings(max_examples=40, deadline=None)
@given(order=st.lists(st.integers(0, 2), max_size=12), held=st.sets(st.integers(0, 2)))
def test_never_more_than_the_budget_and_never_what_is_in_use(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], held: set[int]
):
    store = ImageStore(tmp_path_factory.mktemp("store"))
    images = [put(store, named(name, name), name * FILE_BYTES) for name in NAMES]
    in_use = {images[number].digest for number in held}
    with Residency(2 * FILE_BYTES, lambda: in_use) as residency:
        for number in order:
            released = load(residency, images[number])
            assert residency.locked_bytes <= 2 * FILE_BYTES
            assert not in_use & set(released)
            assert images[number].digest not in released
    assert 0 == residency.locked_bytes


def damage(image: StoredImage) -> None:
    path = image.rootfs / "file"
    path.write_bytes(b"!" + path.read_bytes()[1:])


def test_an_image_in_use_is_watched_and_another_is_not(images: list[StoredImage]):
    watch = Watch()
    a, b, _ = images
    assert watch.look([], ALL) is None
    assert a == watch.look([a], ALL)
    assert watch.knows([a.digest])
    assert not watch.knows([a.digest, b.digest])
    damage(b)
    assert watch.look([a], ALL) is None
    damage(a)
    with pytest.raises(ImageChanged, match="image a: /file has changed"):
        watch.look([a], ALL)


def test_a_change_while_it_was_not_in_use_is_noticed_when_it_is_again(images: list[StoredImage]):
    watch = Watch()
    a, b, _ = images
    watch.look([a], ALL)
    damage(a)
    watch.look([b], ALL)
    watch.look([b], ALL)
    with pytest.raises(ImageChanged, match="image a"):
        watch.look([a, b], ALL)


def test_all_that_are_in_use_have_their_turn_and_new_ones_go_first(images: list[StoredImage]):
    watch = Watch()
    a, b, c = images
    assert [a, b] == [watch.look([a, b], ALL) for _ in range(2)]
    watch.look([a, b], ALL)
    assert c == watch.look([a, b, c], ALL)
    for image in images:
        damage(image)
    with pytest.raises(ImageChanged, match="image b"):  # a had its turn before c came
        watch.look([a, b, c], ALL)
