"""What a hostile image may cost: no time without end, no disk, no privilege and no process that stays."""

import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from images import importing, oci, unpack
from images.errors import BuildError, DefinitionError
from images.importing import Import, import_image
from images.manifest import StoredImage
from images.store import ImageStore
from tests.oci_samples import entry, layer, layout

END = bytes(1024)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


def bring(source: Path, store: ImageStore, **wanted: Any) -> StoredImage:
    return import_image(Import(str(source), "sample", **wanted), store, lambda line: None)


def hole(claimed_bytes: int) -> bytes:
    """The header of a sparse file of five bytes that says it takes ``claimed_bytes`` in the archive."""
    info = tarfile.TarInfo("hole")
    info.size, info.type = claimed_bytes, tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % 5
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_an_entry_longer_than_its_archive_is_refused_at_once(tmp_path: Path, store: ImageStore):
    source = layout(tmp_path / "source", [hole(1 << 62) + END])
    with pytest.raises(BuildError, match="layer 1 of 1: an entry is longer than the archive"):
        bring(source, store)


def test_what_is_skipped_in_an_archive_is_limited_too(
    tmp_path: Path, store: ImageStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "MAX_ENTRIES", 10)
    source = layout(tmp_path / "source", [hole(8 << 20) + bytes(8 << 20) + END])
    with pytest.raises(BuildError, match="layer 1 of 1: it is longer than what it may hold"):
        bring(source, store, max_bytes=4 << 20)


def test_the_same_whiteout_again_and_again_costs_nothing(tmp_path: Path, store: ImageStore):
    files = [entry(f"d/{number}", "") for number in range(10_000)]
    hides = [entry(name, "") for name in ("d/.wh..wh..opq", ".wh.d")] * 10_000
    image = bring(layout(tmp_path / "source", [layer(*files, *hides)]), store)
    assert 10_000 == len(list((image.rootfs / "d").iterdir()))


def test_all_that_is_fetched_is_limited_together(tmp_path: Path, store: ImageStore):
    layers = [layer(entry("f", os.urandom(1 << 20))) for _ in range(5)]
    source = layout(tmp_path / "source", layers)
    with pytest.raises(BuildError, match="cannot be fetched: has more than 4 MiB"):
        bring(source, store, max_bytes=2 << 20)


def test_what_reads_the_image_has_no_privilege_and_no_network():
    ask = ["cat", "/proc/self/status", "/proc/self/net/dev"]
    said = subprocess.run(
        [*importing.UNPRIVILEGED, *ask], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    table = dict(line.split(":", 1) for line in said if ":" in line)
    assert {str(unpack.UNPACK_UID)} == set(table["Uid"].split()) == set(table["Gid"].split())
    assert "" == table["Groups"].strip()
    assert 0 == int(table["CapEff"], 16) == int(table["CapPrm"], 16)
    assert "1" == table["NoNewPrivs"].strip()
    assert [] == [line for line in said if line.strip().startswith(("eth", "en", "wl"))]


def test_what_reads_the_image_dies_with_the_import():
    with subprocess.Popen(
        [*importing.UNPRIVILEGED, "sh", "-c", "echo started; exec sleep 1000"],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b"started\n" == process.stdout.readline()
        process.kill()
        # The end comes when nobody has the other side any more.
        assert b"" == process.stdout.read()


def test_modules_of_the_current_directory_are_not_taken(
    tmp_path: Path, store: ImageStore, monkeypatch: pytest.MonkeyPatch
):
    foreign, mark = tmp_path / "foreign", tmp_path / "mark"
    foreign.mkdir()
    (foreign / "json.py").write_text(f"open({str(mark)!r}, 'w')")
    source = layout(tmp_path / "source", [layer(entry("bin"))])
    monkeypatch.chdir(foreign)
    bring(source, store)
    assert not mark.exists()


def with_environment(tmp_path: Path, environment: object) -> Path:
    """A layout as it lies there when it has been fetched, with any ``Env``."""
    source = layout(tmp_path / "source", [layer(entry("bin"))])
    (path,) = (
        path
        for path in (source / "blobs/sha256").iterdir()
        if path.read_bytes().startswith(b'{"architecture"')
    )
    document = json.loads(path.read_text())
    document["config"]["Env"] = environment
    path.write_text(json.dumps(document))
    return source


@pytest.mark.parametrize("environment", [5, "A=b", {"A": "b"}, True])
def test_an_environment_that_is_no_list_is_refused(tmp_path: Path, environment: object):
    with pytest.raises(BuildError, match="no list 'Env'"):
        oci.read_layout(with_environment(tmp_path, environment))


@pytest.mark.parametrize("value", ["\0", "a\ud800"])
def test_a_variable_that_no_program_can_have_is_left_out(tmp_path: Path, value: str):
    source = with_environment(tmp_path, [f"A={value}", "B=b\nb", 5, None, []])
    assert {"B": "b\nb"} == oci.read_layout(source).environment


def test_a_mistake_beside_it_is_found_before_anything_is_fetched(tmp_path: Path, store: ImageStore):
    beside = tmp_path / "beside.toml"
    beside.write_text('python_packages = ["a==1"]\nlanguages = []')
    with pytest.raises(DefinitionError, match="python_packages: is for images that are built"):
        bring(tmp_path / "absent", store, definition=beside)


def test_files_are_on_the_disk_before_there_is_a_name(
    tmp_path: Path, store: ImageStore, monkeypatch: pytest.MonkeyPatch
):
    """As far as can be seen without a power cut: ``sync`` is called at the right time."""
    tools, seen = tmp_path / "tools", tmp_path / "seen"
    tools.mkdir()
    tool = tools / "sync"
    tool.write_text(f'#!/bin/sh\nls "$2" "$2/names" > {seen}\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    image = bring(layout(tmp_path / "source", [layer(entry("bin"))]), store)
    assert [image.rootfs.parent.name] == [
        line for line in seen.read_text().splitlines() if line.startswith(("sha256", "sample"))
    ]
