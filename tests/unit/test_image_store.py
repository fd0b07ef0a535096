import fcntl
import json
import multiprocessing
import os
import random
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.errors import StoreError
from images.store import ImageStore, Installed
from images.tree import summarise
from tests.image_samples import definition, fill, named, put

# Trees as data: a name to a file's content and mode, a link's target, or a directory's entries.
File = tuple[bytes, int]
Tree = dict[str, "File | str | Tree"]

entry_names = st.sampled_from(["a", "b", "c", "ab", "a-b", "a b", "ä", "é\n"])
file_modes = st.sampled_from([0o644, 0o755, 0o600, 0o4755])
files = st.tuples(st.binary(max_size=20), file_modes)
links = st.sampled_from(["a", "../x", "/etc/passwd"])
trees: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(entry_names, files | links, max_size=4),
    lambda inner: st.dictionaries(entry_names, files | links | inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


def make(root: Path, tree: Tree, order: random.Random) -> None:
    """Write a tree in some order, with some times."""
    root.mkdir(mode=0o755, parents=True)
    for name, value in order.sample(sorted(tree.items(), key=str), len(tree)):
        path = root / name
        if isinstance(value, dict):
            make(path, value, order)
        elif isinstance(value, str):
            path.symlink_to(value)
        else:
            path.write_bytes(value[0])
            path.chmod(value[1])
        moment = order.randrange(2_000_000_000)
        os.utime(path, (moment, moment), follow_symlinks=False)


def digest_of(folder: Path, tree: Tree, seed: int) -> str:
    make(folder, tree, random.Random(seed))
    return summarise(folder).digest


@given(tree=trees, seeds=st.tuples(st.integers(), st.integers()))
def test_times_and_the_order_of_creation_do_not_change_a_digest(
    tmp_path_factory: pytest.TempPathFactory, tree: Tree, seeds: tuple[int, int]
):
    folder = tmp_path_factory.mktemp("trees")
    digests = {digest_of(folder / str(n), tree, seed) for n, seed in enumerate(seeds)}
    assert 1 == len(digests)


@given(one=trees, other=trees)
def test_two_trees_have_one_digest_exactly_if_they_are_equal(
    tmp_path_factory: pytest.TempPathFactory, one: Tree, other: Tree
):
    folder = tmp_path_factory.mktemp("trees")
    same = digest_of(folder / "one", one, 1) == digest_of(folder / "other", other, 1)
    assert (one == other) == same


BASE: Tree = {"d": {"f": (b"content", 0o644)}, "l": "d/f"}
CHANGED: dict[str, Tree] = {
    "content": {"d": {"f": (b"contenT", 0o644)}, "l": "d/f"},
    "content moved into the name": {"d": {"fcontent": (b"", 0o644)}, "l": "d/f"},
    "mode": {"d": {"f": (b"content", 0o755)}, "l": "d/f"},
    "name": {"d": {"g": (b"content", 0o644)}, "l": "d/f"},
    "name of a directory": {"e": {"f": (b"content", 0o644)}, "l": "d/f"},
    "place": {"d": {}, "f": (b"content", 0o644), "l": "d/f"},
    "target": {"d": {"f": (b"content", 0o644)}, "l": "d/g"},
    "a file for a link": {"d": {"f": (b"content", 0o644)}, "l": (b"d/f", 0o777)},
    "a directory more": {"d": {"f": (b"content", 0o644)}, "l": "d/f", "z": {}},
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_any_change_of_a_tree_changes_its_digest(tmp_path: Path, changed: Tree):
    assert digest_of(tmp_path / "base", BASE, 1) != digest_of(tmp_path / "changed", changed, 1)


def test_the_mode_of_a_directory_counts(tmp_path: Path):
    before = digest_of(tmp_path / "tree", BASE, 1)
    (tmp_path / "tree" / "d").chmod(0o1777)
    assert before != summarise(tmp_path / "tree").digest


def test_a_hard_link_counts_once_in_the_size_and_like_a_copy_in_the_digest(tmp_path: Path):
    linked = digest_of(tmp_path / "linked", {"a": (b"12345", 0o644)}, 1)
    copied = digest_of(tmp_path / "copied", {"a": (b"12345", 0o644), "b": (b"12345", 0o644)}, 1)
    (tmp_path / "linked" / "b").hardlink_to(tmp_path / "linked" / "a")
    assert (5, 10) == tuple(summarise(tmp_path / name).size_bytes for name in ("linked", "copied"))
    assert linked != copied == summarise(tmp_path / "linked").digest


def test_a_tree_with_a_pipe_has_no_digest(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="pipe: is neither file, directory nor link"):
        summarise(tmp_path)


def test_an_added_image_is_found_by_its_name_and_its_digest(store: ImageStore):
    image = put(store, definition())
    assert image == store.get("shell") == store.get_by_digest(image.digest)
    assert "x" == (image.rootfs / "file").read_text()
    assert {"sh": "sh 1.0"} == image.versions


def test_the_definition_comes_back_as_it_was(store: ImageStore):
    put(store, definition(environment={"A": "b"}))
    assert definition(environment={"A": "b"}) == store.get("shell").definition


def test_other_users_can_reach_the_files(store: ImageStore):
    image = put(store, definition())
    for path in (store.root, image.rootfs.parent, image.rootfs):
        assert 0o755 == stat.S_IMODE(path.stat().st_mode)
    assert 0o644 == stat.S_IMODE((image.rootfs.parent / "manifest.json").stat().st_mode)


def test_files_and_definition_both_count_in_the_digest_of_an_image(store: ImageStore):
    images = [
        put(store, definition(), "x"),
        put(store, definition(), "y"),
        put(store, definition(description="other"), "x"),
    ]
    assert 3 == len({image.digest for image in images})
    assert images[0].rootfs_digest == images[2].rootfs_digest != images[1].rootfs_digest


def test_an_image_has_no_name_before_it_is_published(store: ImageStore):
    image = put(store, definition(), publish=False)
    assert [] == store.list()
    assert image == store.get_by_digest(image.digest)


def test_a_name_means_the_image_that_was_published_last(store: ImageStore):
    put(store, definition(), "old")
    new = put(store, definition(), "new")
    assert [new] == store.list()


def test_adding_the_same_again_keeps_what_is_there(store: ImageStore):
    first = put(store, definition())
    inode = first.rootfs.stat().st_ino
    assert inode == put(store, definition()).rootfs.stat().st_ino


def test_adding_the_same_again_mends_damage(store: ImageStore):
    image = put(store, definition())
    (image.rootfs / "file").write_text("damaged")
    put(store, definition())
    assert "x" == (image.rootfs / "file").read_text()


def test_adding_the_same_again_mends_the_description(store: ImageStore):
    image = put(store, definition())
    (image.rootfs.parent / "manifest.json").write_text("{}")
    assert image.digest == put(store, definition()).digest == store.get("shell").digest


def test_pruning_deletes_what_has_no_name(store: ImageStore):
    old = put(store, definition(), "old")
    new = put(store, definition(), "new")
    with store.exclusive():
        store.prune()
    assert (False, True) == (old.rootfs.exists(), new.rootfs.exists())


def test_an_image_that_is_held_survives_until_it_is_released(store: ImageStore):
    old = put(store, definition(), "old")
    with store.hold(old):
        put(store, definition(), "new")
        with store.exclusive():
            store.prune()
        assert old.rootfs.exists()
    with store.exclusive():
        store.prune()
    assert not old.rootfs.exists()


def test_an_image_that_is_being_deleted_cannot_be_held(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
):
    old = put(store, definition(), "old")
    put(store, definition(), "new")

    def held_by_another(folder: Path) -> None:
        with (folder / "manifest.json").open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        shutil.rmtree(folder)

    monkeypatch.setattr("images.store._delete_tree", held_by_another)
    with store.exclusive():
        assert (old.digest,) == store.prune()


def test_an_image_that_is_gone_cannot_be_held(store: ImageStore):
    image = put(store, definition())
    with store.exclusive():
        store.remove("shell")
    with pytest.raises(StoreError, match="get it again"), store.hold(image):
        pytest.fail("it was held")


def test_an_error_of_the_holder_is_not_taken_for_one_of_the_store(store: ImageStore):
    image = put(store, definition())
    with pytest.raises(FileNotFoundError, match="mine"), store.hold(image):
        raise FileNotFoundError("mine")


def test_removing_forgets_the_name_and_deletes_the_files(store: ImageStore):
    image = put(store, definition())
    with store.exclusive():
        store.remove("shell")
    assert [] == store.names()
    assert not image.rootfs.parent.exists()


@pytest.mark.parametrize("name", ["absent", "../names", ".lock", "", "A"])
def test_a_name_that_is_not_there_is_refused(store: ImageStore, name: str):
    put(store, definition())
    with pytest.raises(StoreError):
        store.get(name)
    with store.exclusive(), pytest.raises(StoreError):
        store.remove(name)


def test_the_message_about_a_missing_image_names_those_that_are_there(store: ImageStore):
    put(store, definition())
    with pytest.raises(StoreError, match=r"no image 'python' \(there: shell\); build it first"):
        store.get("python")


def test_a_store_that_was_never_used_is_empty(tmp_path: Path):
    assert [] == ImageStore(tmp_path / "absent").list()


@pytest.mark.parametrize("digest", ["", "sha256:", "md5:" + "0" * 64, "sha256:../" + "0" * 61])
def test_a_digest_of_a_wrong_form_never_becomes_a_path(store: ImageStore, digest: str):
    with pytest.raises(StoreError, match="is not a digest"):
        store.get_by_digest(digest)


DAMAGES: dict[str, Any] = {
    "no JSON": lambda text: text[:-20],
    "an unknown format": lambda text: text.replace('"format": 1', '"format": 2'),
    "a wrong definition": lambda text: text.replace('"dash"', '"--dash"'),
    "a wrong time": lambda text: re.sub(r'"built_at": "\d+', '"built_at": "x', text),
    "another digest": lambda text: text.replace('"digest": "sha256:', '"digest": "sha256:0'),
    "an unknown key": lambda text: text.replace('"format"', '"extra": 1, "format"'),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_description_is_refused_with_its_path(store: ImageStore, damage: Any):
    manifest = put(store, definition()).rootfs.parent / "manifest.json"
    manifest.write_text(damage(manifest.read_text()))
    with pytest.raises(StoreError, match=re.escape(str(manifest))):
        store.get("shell")


def test_the_description_can_be_read_by_other_programs(store: ImageStore):
    image = put(store, definition())
    manifest = json.loads((image.rootfs.parent / "manifest.json").read_text())
    assert image.digest == manifest["digest"]
    assert "shell" == manifest["definition"]["name"]
    assert {"dash": "0.5"} == manifest["packages"]


def test_a_staging_directory_is_gone_afterwards(store: ImageStore):
    folders = []

    def interrupted() -> None:
        with store.exclusive(), store.staging() as folder:
            folders.append(folder)
            fill(folder / "rootfs", "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [False] == [folder.exists() for folder in folders]


def test_what_a_dead_build_left_is_deleted_at_the_next_start(store: ImageStore):
    with store.exclusive(), store.staging() as folder:
        left = folder.with_name(".staging-dead")
        fill(left, "half")
        assert left.exists()
    with store.exclusive():
        assert not left.exists()


def hold_the_lock(root: Path, locked: Any, release: Any) -> None:
    with ImageStore(root).exclusive():
        locked.set()
        release.wait(30)


def test_a_second_builder_waits_for_the_first(store: ImageStore):
    context = multiprocessing.get_context("spawn")
    locked, release = context.Event(), context.Event()
    other = context.Process(target=hold_the_lock, args=(store.root, locked, release))
    other.start()
    try:
        assert locked.wait(30)
        waited = []

        def waiting() -> None:
            waited.append(other.is_alive())
            release.set()

        with store.exclusive(waiting):
            assert [True] == waited
    finally:
        release.set()
        other.join(30)


def test_the_lock_lives_as_long_as_a_process_that_inherited_it(store: ImageStore):
    with store.exclusive() as descriptor:
        inherited = os.dup(descriptor)
    with (store.root / ".lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(inherited)
    with store.exclusive(lambda: pytest.fail("the lock is still held")):
        pass


def test_a_store_that_cannot_be_written_is_an_error_with_a_mend(tmp_path: Path):
    (tmp_path / "file").write_text("")
    store = ImageStore(tmp_path / "file" / "store")
    with pytest.raises(StoreError, match="--store"), store.exclusive():
        pytest.fail("it was locked")


def test_the_same_files_under_two_names_are_two_images(store: ImageStore):
    one = put(store, named("one", "a"))
    two = put(store, replace(named("one", "a"), name="two"))
    assert one.digest != two.digest
    with store.exclusive():
        store.remove("one")
    assert two == store.get("two")


def test_an_image_is_moved_into_the_store_and_not_copied(store: ImageStore):
    with store.exclusive(), store.staging() as folder:
        fill(folder / "rootfs", "x")
        inode = (folder / "rootfs").stat().st_ino
        image = store.add(folder, definition(), Installed({}, {}))
    assert inode == image.rootfs.stat().st_ino
