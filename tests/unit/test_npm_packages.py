"""What npm hands over is checked against its pin, and lands in the image and nowhere else."""

import base64
import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from images import npm_packages
from images.definition import ImageDefinition, rootfs_fingerprint
from images.errors import BuildError, DefinitionError
from tests.image_samples import definition

Archive = Callable[[tarfile.TarFile], None]


def file(tar: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), mode
    tar.addfile(entry, io.BytesIO(text.encode()))


def link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)


def device(tar: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.BLKTYPE
    tar.addfile(entry)


def honest(tar: tarfile.TarFile) -> None:
    file(tar, "package/package.json", "{}")
    file(tar, "package/lib/tool.js", "run()")


class Registry:
    """An npm that hands over what the test wants, in a directory of its own."""

    def __init__(self, folder: Path) -> None:
        self._archive = folder / "archive"
        self.rootfs = folder / "rootfs"
        (self.rootfs / "usr" / "lib").mkdir(parents=True)
        self.said: list[str] = []
        npm = folder / "bin" / "npm"
        npm.parent.mkdir()
        npm.write_text(f'#!/bin/sh\necho "$@" >{folder}/asked\ncp {self._archive} ./x.tgz\n')
        npm.chmod(0o755)
        self.asked = folder / "asked"
        self.bin = npm.parent

    def has(self, fill: Archive) -> str:
        with tarfile.open(self._archive, "w:gz") as tar:
            fill(tar)
        return base64.b64encode(hashlib.sha512(self._archive.read_bytes()).digest()).decode()

    def install(self, hash_: str, name: str = "tool@1.2.3") -> None:
        pinned: ImageDefinition = definition(npm_packages=[f"{name} sha512-{hash_}"])
        npm_packages.install(pinned, self.rootfs, self.said.append)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    registry = Registry(tmp_path)
    monkeypatch.setenv("PATH", str(registry.bin), prepend=":")
    return registry


def test_a_package_is_unpacked_under_its_name_and_none_of_its_scripts_run(registry: Registry):
    registry.install(registry.has(honest))
    lib = registry.rootfs / "usr" / "lib" / "node_modules" / "tool"
    assert {"package.json", "lib"} == {path.name for path in lib.iterdir()}
    assert "run()" == (lib / "lib" / "tool.js").read_text()
    assert "--ignore-scripts" in registry.asked.read_text()
    assert "tool@1.2.3" in registry.asked.read_text()
    assert ["rootfs"] == [p.name for p in registry.rootfs.parent.glob("rootfs*")]


def test_a_scoped_package_keeps_its_scope(registry: Registry):
    registry.install(registry.has(honest), "@types/tool@1.0.0")
    assert (registry.rootfs / "usr/lib/node_modules/@types/tool/package.json").exists()


def test_another_archive_than_the_pinned_one_is_not_unpacked(registry: Registry):
    pinned = registry.has(honest)
    registry.has(lambda tar: file(tar, "package/evil.js", "evil()"))
    with pytest.raises(BuildError, match=r"tool@1\.2\.3: is sha512-.*not what the definition pins"):
        registry.install(pinned)
    assert not (registry.rootfs / "usr/lib/node_modules").exists()


HOSTILE: dict[str, Archive] = {
    "above the top": lambda tar: file(tar, "package/../../evil", "x"),
    "beside the top": lambda tar: file(tar, "other/evil", "x"),
    "absolute": lambda tar: file(tar, "/etc/evil", "x"),
    "a link to the outside": lambda tar: link(tar, "package/link", "../../../../../../etc"),
    "an absolute link": lambda tar: link(tar, "package/link", "/etc/passwd"),
    "a device": lambda tar: device(tar, "package/device"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_writes_nothing_outside(registry: Registry, name: str):
    with pytest.raises(BuildError, match=r"tool@1\.2\.3"):
        registry.install(registry.has(HOSTILE[name]))
    outside = [path for path in registry.rootfs.parent.rglob("evil*")]
    assert [] == outside
    assert not (registry.rootfs / "etc").exists()


def test_a_link_in_the_image_does_not_lead_the_unpacking_outside(
    registry: Registry, tmp_path: Path
):
    (tmp_path / "outside").mkdir()
    (registry.rootfs / "usr/lib/node_modules").symlink_to(tmp_path / "outside")
    with pytest.raises(BuildError, match="outside of the image"):
        registry.install(registry.has(honest))
    assert [] == list((tmp_path / "outside").iterdir())


def test_without_npm_the_mend_is_named(registry: Registry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(BuildError, match="npm is not installed; apt-get install npm"):
        registry.install("A" * 86 + "==")


def test_what_npm_says_is_in_the_error(registry: Registry):
    (registry.bin / "npm").write_text("#!/bin/sh\necho E404 no such package >&2\nexit 1\n")
    with pytest.raises(BuildError, match="E404 no such package"):
        registry.install("A" * 86 + "==")


GOOD = "tool@1.2.3 sha512-" + "A" * 86 + "=="


@pytest.mark.parametrize(
    "pin",
    ["tool", "tool@1.2.3", "tool@latest sha512-" + "A" * 86 + "==", GOOD + " --registry=x",
     "../tool@1.2.3 sha512-" + "A" * 86 + "==", "-g@1.2.3 sha512-" + "A" * 86 + "==",
     "tool@1.2.3 sha1-" + "A" * 27 + "=", "file:x@1.2.3 sha512-" + "A" * 86 + "=="],
)  # fmt: skip
def test_a_pin_needs_a_name_a_version_and_a_hash(pin: str):
    with pytest.raises(DefinitionError, match="npm_packages"):
        definition(npm_packages=[pin])


def test_a_pin_decides_the_files_of_the_image():
    pinned = definition(npm_packages=[GOOD])
    assert rootfs_fingerprint(pinned) != rootfs_fingerprint(definition())
    assert GOOD in pinned.to_document()["npm_packages"]
