"""Loading an image into memory touches its files and nothing outside."""

from pathlib import Path

from images import page_cache


def test_files_count_and_links_do_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(1000))
    rootfs = tmp_path / "rootfs"
    (rootfs / "usr").mkdir(parents=True)
    (rootfs / "usr" / "file").write_bytes(bytes(10))
    (rootfs / "link").symlink_to(outside)
    (rootfs / "loop").symlink_to("loop")
    assert page_cache.load(rootfs) == 10
