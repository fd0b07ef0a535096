"""Building init: once, never half, and never an old one for a new one."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import build_init
from runtime.build_init import binary_path, build, library_path, source_files
from runtime.errors import HostNotReady

ROOT = Path(__file__).parents[2]
PT_INTERP, PT_DYNAMIC = 3, 2


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that init has been built into."""
    directory = tmp_path_factory.mktemp("init") / "deep" / "er"
    build(directory)
    return directory


@pytest.fixture
def own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources, for tests that change them."""
    copy = tmp_path / "sources"
    shutil.copytree(build_init.SOURCES, copy)
    monkeypatch.setattr(build_init, "SOURCES", copy)
    return copy


def test_the_binary_is_executable_and_alone(built: Path):
    binary = binary_path(built)
    assert {binary, library_path(built)} == set(built.iterdir())
    assert 0o755 == binary.stat().st_mode & 0o777


def test_the_binary_needs_nothing_of_an_image(built: Path):
    image = binary_path(built).read_bytes()
    assert b"\x7fELF\x02\x01" == image[:6]
    (start,) = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    kinds = {struct.unpack_from("<I", image, start + index * size)[0] for index in range(count)}
    assert PT_INTERP not in kinds
    assert PT_DYNAMIC not in kinds


def test_what_is_there_is_not_built_again(built: Path):
    before = binary_path(built).stat()
    assert binary_path(built) == build(built, compiler="no-such-compiler")
    after = binary_path(built).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("name", [path.name for path in source_files()])
def test_a_changed_source_is_another_binary(own_sources: Path, tmp_path: Path, name: str):
    before = binary_path(tmp_path)
    with (own_sources / name).open("a") as file:
        file.write("/* changed */\n")
    assert binary_path(tmp_path) != before


def test_a_renamed_source_is_another_binary(own_sources: Path, tmp_path: Path):
    before = binary_path(tmp_path)
    (own_sources / "clock.c").rename(own_sources / "clocks.c")
    assert binary_path(tmp_path) != before


def test_other_compiler_flags_are_another_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = binary_path(tmp_path)
    monkeypatch.setattr(build_init, "_FLAGS", (*build_init._FLAGS, "-O3"))
    assert binary_path(tmp_path) != before


def test_all_sources_are_found():
    names = {path.name for path in source_files()}
    assert {"init.c", "jail.c", "bundle.c", "collect.c", "clock.c", "init.h", "protocol.h"} <= names
    assert {"container.c", "message.c", "warm.c", "gvisor.c", "inside.c", "reap.c"} <= names


def test_the_library_is_rebuilt_with_its_sources(own_sources: Path, tmp_path: Path):
    before = library_path(tmp_path)
    with (own_sources / "warm.c").open("a") as file:
        file.write("/* changed */\n")
    assert library_path(tmp_path) != before


def test_a_source_that_does_not_compile_says_what_the_compiler_said(
    own_sources: Path, tmp_path: Path
):
    (own_sources / "clock.c").write_text("int main(void) { return undeclared; }\n")
    target = tmp_path / "target"
    with pytest.raises(HostNotReady, match="undeclared"):
        build(target)
    assert [] == list(target.iterdir())


def test_a_warning_is_an_error(own_sources: Path, tmp_path: Path):
    with (own_sources / "clock.c").open("a") as file:
        file.write("static int unused(void) { return 1; }\n")
    with pytest.raises(HostNotReady, match="unused"):
        build(tmp_path / "target")


def test_a_missing_compiler_says_what_to_install(tmp_path: Path):
    with pytest.raises(HostNotReady, match="apt-get install gcc"):
        build(tmp_path / "target", compiler="no-such-compiler")
    assert [] == list((tmp_path / "target").iterdir())


def test_two_builds_at_once_do_no_harm(tmp_path: Path):
    command = [sys.executable, "-m", "runtime.build_init", str(tmp_path / "target")]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = {process.communicate()[0] for process in processes}
    assert [0, 0] == [process.returncode for process in processes]
    assert {f"{binary_path(tmp_path / 'target')}\n"} == said
    target = tmp_path / "target"
    assert {binary_path(target), library_path(target)} == set(target.iterdir())
