"""The precompiled headers of the C++ image: the same bytes each time, and used."""

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from images.chroot import run_in_rootfs
from images.manifest import StoredImage
from images.store import ImageStore
from sandbox.settings import Settings

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


@pytest.fixture(scope="module")
def image() -> StoredImage:
    return ImageStore(Settings().images_dir).get("cpp")


@pytest.fixture
def without_them(image: StoredImage, tmp_path: Path) -> Iterator[Path]:
    rootfs = tmp_path / "rootfs"
    try:
        shutil.copytree(image.rootfs, rootfs, symlinks=True, ignore=shutil.ignore_patterns("*.gch"))
        yield rootfs
    finally:
        shutil.rmtree(rootfs)


def test_they_are_the_same_bytes_each_time(image: StoredImage, without_them: Path):
    for command in image.definition.commands:
        run_in_rootfs(without_them, command, image.definition.environment, timeout_s=200)
    names = [path.relative_to(image.rootfs) for path in image.rootfs.rglob("*.gch/*")]
    assert ["cpp17.gch", "cpp20.gch"] == sorted(name.name for name in names)
    assert all(
        filecmp.cmp(image.rootfs / name, without_them / name, shallow=False) for name in names
    )


@pytest.mark.parametrize("standard", ["17", "20"])
def test_a_program_is_compiled_with_them(image: StoredImage, standard: str):
    (language,) = (
        language for language in image.definition.languages if f"c++{standard}" in language.names
    )
    assert language.compile is not None
    compile_it = " ".join(language.compile)
    script = (
        f"cd /tmp; echo '#include <bits/stdc++.h>' > main.cpp; {compile_it} -fsyntax-only -H 2>&1"
    )
    said = run_in_rootfs(
        image.rootfs,
        ["sh", "-c", script],
        image.definition.environment,
        timeout_s=60,
        read_only=True,
    )
    # GCC's mark for a precompiled header that it takes.
    assert any(line.startswith("! ") and f"cpp{standard}.gch" in line for line in said.splitlines())
