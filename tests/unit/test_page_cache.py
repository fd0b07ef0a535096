"""Files of an image are read, and the larger ones locked; nothing outside is touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from images.page_cache import ResidentFiles

LARGE = 64 * 1024


@pytest.fixture
def resident() -> Iterator[ResidentFiles]:
    with ResidentFiles() as files:
        yield files


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    rootfs = tmp_path / "rootfs"
    (rootfs / "usr" / "lib").mkdir(parents=True)
    return rootfs


def locked_kib() -> int:
    """What the kernel says that this process has locked."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmLck:")[2].split()[0])


def test_files_count_and_links_do_not(
    tmp_path: Path, rootfs: Path, resident: ResidentFiles
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(1000))
    (rootfs / "usr" / "lib" / "file").write_bytes(bytes(10))
    (rootfs / "empty").touch()
    (rootfs / "link").symlink_to(outside)
    (rootfs / "directory").symlink_to(tmp_path)
    (rootfs / "loop").symlink_to("loop")
    assert resident.add(rootfs) == 10


def test_large_files_are_locked_until_they_are_let_go(
    rootfs: Path, resident: ResidentFiles
) -> None:
    before = locked_kib()
    (rootfs / "usr" / "lib" / "large").write_bytes(bytes(LARGE))
    (rootfs / "small").write_bytes(bytes(100))
    assert resident.add(rootfs) == LARGE + 100
    assert resident.locked_bytes == LARGE
    assert locked_kib() - before == LARGE // 1024
    resident.close()
    assert locked_kib() == before
    resident.close()


def test_no_more_is_locked_than_allowed(rootfs: Path, resident: ResidentFiles) -> None:
    for number in range(4):
        (rootfs / str(number)).write_bytes(bytes(LARGE))
    assert resident.add(rootfs, 2 * LARGE + 1) == 4 * LARGE
    assert resident.locked_bytes == 2 * LARGE
