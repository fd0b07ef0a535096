"""A stored image that has changed in any way is noticed, and one that has not is left in peace."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from images.cli import make_app
from images.manifest import StoredImage
from images.store import ImageStore
from tests.image_samples import definition, put


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


def verify(store: ImageStore, *names: str) -> Result:
    words = ["verify", *names]
    return CliRunner().invoke(make_app(root=store.root), words, env={"COLUMNS": "500"})


def a_file(image: StoredImage) -> Path:
    return next(path for path in image.rootfs.rglob("*") if path.is_file())


def flip_a_bit(image: StoredImage) -> None:
    """The size and all times but ctime stay."""
    path = a_file(image)
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def change_the_definition(image: StoredImage) -> None:
    path = image.rootfs.parent / "manifest.json"
    document = json.loads(path.read_text())
    document["definition"]["languages"][0]["limits"]["memory_mb"] = 9
    path.write_text(json.dumps(document))


CHANGES: dict[str, Callable[[StoredImage], None]] = {
    "a bit": flip_a_bit,
    "a mode": lambda image: a_file(image).chmod(0o4755),
    "an owner": lambda image: os.chown(a_file(image), 1000, 0),
    "an attribute": lambda image: os.setxattr(a_file(image), "user.overlay.opaque", b"y"),
    "one more file": lambda image: (image.rootfs / "more").touch(),
    "one less": lambda image: a_file(image).unlink(),
    "a link": lambda image: (image.rootfs / "link").symlink_to("/etc"),
    "a device": lambda image: os.mkfifo(image.rootfs / "pipe"),
    "the definition": change_the_definition,
    "no manifest": lambda image: (image.rootfs.parent / "manifest.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_has_changed_is_noticed(store: ImageStore, change: str):
    image = put(store, definition())
    other = put(store, definition(name="other"), "another")
    assert verify(store).exit_code == 0
    CHANGES[change](image)
    answer = verify(store)
    assert answer.exit_code == 1
    assert "shell: damaged" in answer.output
    assert "other: intact" in answer.output
    assert verify(store, "other").exit_code == 0
    assert other.digest[:19] in answer.output


def test_the_changed_file_is_named(store: ImageStore):
    image = put(store, definition())
    manifest = image.rootfs.parent / "manifest.json"
    os.utime(manifest, (0, 0))  # the clock of files may not have moved since
    flip_a_bit(image)
    name = a_file(image).relative_to(image.rootfs)
    found = verify(store).output
    assert "touched since it was stored: " in found
    assert f"/{name}" in found


def test_a_name_that_would_steer_the_terminal_is_shown_as_it_is_written(store: ImageStore):
    image = put(store, definition())
    path = image.rootfs / "\x1b]0;owned\x07\udcff"
    path.touch()
    os.chown(path, 1000, 0)
    found = verify(store).output
    assert r"'/\x1b]0;owned\x07\udcff' belongs to 1000:0" in found
    assert "\x1b]" not in found


def test_an_image_that_is_not_there_is_an_error(store: ImageStore):
    answer = verify(store, "absent")
    assert answer.exit_code == 1
    assert "no image 'absent'" in answer.output
