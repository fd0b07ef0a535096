"""A damaged or foreign name in a store is named, and the rest goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from images.manifest import StoredImage
from images.shelf import Shelf, held
from images.store import ImageStore
from tests.image_samples import definition, named, put
from tests.unit.test_image_cli import call

Damage = Callable[[ImageStore], None]


def _means_nothing(store: ImageStore) -> None:
    (store.root / "names" / "lean").write_text(f"sha256:{'0' * 64}\n")


def _is_no_digest(store: ImageStore) -> None:
    (store.root / "names" / "lean").write_text("../../etc\n")


def _is_no_text(store: ImageStore) -> None:
    (store.root / "names" / "lean").write_bytes(b"\xff\xfe")


def _is_a_directory(store: ImageStore) -> None:
    (store.root / "names" / "lean").mkdir()


def _has_no_manifest(store: ImageStore) -> None:
    (put(store, named("lean", "b")).rootfs.parent / "manifest.json").unlink()


def _has_a_broken_manifest(store: ImageStore) -> None:
    (put(store, named("lean", "b")).rootfs.parent / "manifest.json").write_text("{")


@pytest.fixture(
    params=[
        _means_nothing,
        _is_no_digest,
        _is_no_text,
        _is_a_directory,
        _has_no_manifest,
        _has_a_broken_manifest,
    ]
)
def store(tmp_path: Path, request: pytest.FixtureRequest) -> ImageStore:
    """A store with one good image, `shell`, and one bad name, `lean`."""
    store = ImageStore(tmp_path / "store")
    put(store, definition())
    damage: Damage = request.param
    damage(store)
    return store


def test_a_bad_name_is_told_and_the_good_images_are_there(store: ImageStore) -> None:
    shelf = Shelf.of(store)
    assert [image.name for image in shelf.images] == ["shell"]
    assert list(shelf.damaged) == ["lean"]
    with held(store) as found:
        assert [image.name for image in found.images] == ["shell"]
        assert list(found.damaged) == ["lean"]


def test_the_list_shows_a_bad_name_beside_the_others(store: ImageStore) -> None:
    result = call(store, "list")
    assert result.exit_code == 0, result.output
    (lean,) = [line for line in result.output.splitlines() if "│ lean" in line]
    (shell,) = [line for line in result.output.splitlines() if "│ shell" in line]
    assert "damaged" in lean
    assert "ready" in shell


def test_a_bad_name_does_not_keep_others_from_being_built(store: ImageStore) -> None:
    new = put(store, definition(), "new")
    with store.exclusive():
        store.prune()
    assert store.get("shell") == new


def test_what_is_held_outlives_its_name(tmp_path: Path) -> None:
    store = ImageStore(tmp_path / "store")
    old = put(store, definition(), "old")
    with held(store) as shelf:
        assert shelf.images == (old,)
        put(store, definition(), "new")
        with store.exclusive():
            store.prune()
        assert old.rootfs.is_dir()
    with store.exclusive():
        store.prune()
    assert not old.rootfs.exists()


class BusyStore(ImageStore):
    """A store in which an image is replaced between being read and being held."""

    def get(self, name: str) -> StoredImage:
        image = super().get(name)
        if image.definition.description == "old":
            put(self, definition(description="new"))
            with self.exclusive():
                self.prune()
        return image


def test_what_was_replaced_just_now_is_held_as_what_its_name_means(tmp_path: Path) -> None:
    store = BusyStore(tmp_path / "store")
    put(store, definition(description="old"))
    with held(store) as shelf:
        assert [image.definition.description for image in shelf.images] == ["new"]


def test_a_given_image_is_never_held_as_another_one(tmp_path: Path) -> None:
    store = ImageStore(tmp_path / "store")
    old = put(store, definition(), "old")
    put(store, definition(), "new")
    with store.exclusive():
        store.prune()
    with held(store, [old]) as shelf:
        assert (shelf.images, list(shelf.damaged)) == ((), ["shell"])
