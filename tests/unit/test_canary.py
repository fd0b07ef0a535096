"""A file that has changed in memory is noticed and named; files that have not are left alone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images import canary
from images.canary import Canary
from images.errors import ImageChanged

ALL = 1 << 40


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    rootfs = tmp_path / "rootfs"
    (rootfs / "usr" / "lib").mkdir(parents=True)
    (rootfs / "usr" / "python3").write_bytes(os.urandom(3_000_000))
    (rootfs / "usr" / "lib" / "libc.so.6").write_bytes(os.urandom(5000))
    (rootfs / "usr" / "lib" / "empty").touch()
    (rootfs / "usr" / "lib" / "os.py").write_text("import sys\n")
    (rootfs / "link").symlink_to("/etc/passwd")
    (rootfs / "dangling").symlink_to("nowhere")
    os.mkfifo(rootfs / "pipe")
    return rootfs


def rounds(watch: Canary, count: int) -> None:
    before = watch.rounds
    while watch.rounds < before + count:
        watch.look(ALL)


def test_files_that_stay_the_same_are_no_news(rootfs: Path):
    watch = Canary("python", rootfs)
    rounds(watch, 3)
    assert 3 == watch.rounds


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


CHANGES: dict[str, Callable[[Path], object]] = {
    "one bit": flip,
    "one byte more": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "the end cut off": lambda path: os.truncate(path, path.stat().st_size - 1),
    "nothing left": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("name", ["usr/python3", "usr/lib/libc.so.6", "usr/lib/os.py"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_within_a_round_and_named(rootfs: Path, name: str, change: str):
    watch = Canary("python", rootfs)
    rounds(watch, 1)
    CHANGES[change](rootfs / name)
    with pytest.raises(ImageChanged, match=f"image python: /{name} has changed"):
        rounds(watch, 1)


def test_it_is_compared_with_the_disk_and_not_with_what_memory_held_at_first(
    rootfs: Path, monkeypatch: pytest.MonkeyPatch
):
    # The disk says something else than the page cache: as if it had been written to before we started.
    original = canary._Reader.digest

    def digest(self: canary._Reader, path: str, how: int) -> bytes:
        if how == os.O_DIRECT and "libc" in path:
            return b"what the disk holds"
        return original(self, path, how)

    monkeypatch.setattr(canary._Reader, "digest", digest)
    with pytest.raises(ImageChanged, match=r"/usr/lib/libc\.so\.6"):
        Canary("python", rootfs).look(ALL)


def test_reading_past_the_cache_gives_the_same(rootfs: Path):
    reader = canary._Reader()
    for path in rootfs.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert reader.digest(str(path), 0) == reader.digest(str(path), os.O_DIRECT)


def test_where_there_is_no_way_past_the_cache_changes_are_noticed_all_the_same():
    # /dev/shm is a tmpfs, which older kernels do not open with O_DIRECT; the rule is the same.
    rootfs = Path("/dev/shm") / f"canary-{os.getpid()}"
    rootfs.mkdir()
    try:
        (rootfs / "file").write_text("one")
        watch = Canary("python", rootfs)
        rounds(watch, 1)
        (rootfs / "file").write_text("two")
        with pytest.raises(ImageChanged):
            rounds(watch, 1)
    finally:
        (rootfs / "file").unlink()
        rootfs.rmdir()


def test_links_pipes_and_new_files_are_not_its_business(rootfs: Path):
    watch = Canary("python", rootfs)
    rounds(watch, 1)
    (rootfs / "new").write_text("x")
    (rootfs / "link").unlink()
    rounds(watch, 2)


@settings(max_examples=30, deadline=None)
@given(most_bytes=st.integers(1, 4_000_000))
def test_however_small_the_pieces_a_round_comes_to_an_end(
    tmp_path_factory: pytest.TempPathFactory, most_bytes: int
):
    rootfs = tmp_path_factory.mktemp("rootfs")
    for number in range(5):
        (rootfs / f"{number}").write_bytes(b"x" * number * 50_000)
    watch = Canary("python", rootfs)
    for _ in range(2 * 6):
        watch.look(most_bytes)
    assert watch.rounds >= 1


def test_one_look_costs_about_what_it_was_given(rootfs: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(100):
        (rootfs / f"{number}").write_bytes(b"x" * 100_000)
    watch = Canary("python", rootfs)
    rounds(watch, 1)
    looked: list[str] = []
    original = canary._Reader.digest

    def digest(self: canary._Reader, path: str, how: int) -> bytes:
        looked.append(path)
        return original(self, path, how)

    monkeypatch.setattr(canary._Reader, "digest", digest)
    watch.look(1_000_000)
    assert 10 <= len(looked) <= 11
