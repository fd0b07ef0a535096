"""Archives of repositories: what is taken, what is refused, and that nothing of it is believed."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import archives
from sandbox.api.archives import Archives
from sandbox.archives import ArchiveError, read_archive
from sandbox.patches import LINK, TreeFile


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def tar(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for info, content in entries:
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


GOOD = tar(
    entry("./d", type=tarfile.DIRTYPE),
    entry("./d/a.py", b"x = 1\n"),
    entry("run", b"#!", mode=0o755),
    entry("ln", type=tarfile.SYMTYPE, linkname="../../etc/passwd"),
)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_is_read_however_it_is_compressed(pack: Callable[[bytes], bytes]):
    assert read_archive(pack(GOOD)) == {
        "d/a.py": TreeFile(b"x = 1\n"),
        "run": TreeFile(b"#!", 0o755),
        "ln": TreeFile(b"../../etc/passwd", LINK | 0o777),
    }


def test_leading_parts_can_be_removed():
    packed = tar(entry("repo-1/a", b"1"), entry("repo-1/d/b", b"2"), entry("top", b"3"))
    assert set(read_archive(packed, strip_components=1)) == {"a", "d/b"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello" * 1000, gzip.compress(GOOD)[:-20], GOOD[:600], b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0",
        tar(entry("/etc/passwd", b"x")),
        tar(entry("a/../../x", b"x")),
        tar(entry("a", b"1"), entry("a", b"2")),
        tar(entry("a", b"1"), entry("a/b", b"2")),
        tar(entry("l", type=tarfile.SYMTYPE, linkname="/etc"), entry("l/passwd", b"x")),
        tar(entry("h", type=tarfile.LNKTYPE, linkname="/etc/shadow")),
        tar(entry("f", type=tarfile.FIFOTYPE)),
        tar(entry("c", type=tarfile.CHRTYPE)),
        tar(entry("d", type=tarfile.DIRTYPE)),
        tar(*(entry(f"f{number}") for number in range(archives.MAX_ENTRIES + 1))),
    ],
    ids=lambda data: f"{len(data)} bytes",
)  # fmt: skip
def test_what_is_no_archive_or_is_unsafe_is_refused(data: bytes):
    with pytest.raises(ArchiveError):
        read_archive(data)


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(tar(entry("zeros", bytes(100 << 20))))
    assert len(bomb) < 1 << 20
    with pytest.raises(ArchiveError, match="too large"):
        read_archive(bomb, max_bytes=1 << 20)


@given(st.binary(max_size=600) | st.binary(max_size=40).map(lambda data: GOOD[:512] + data))
def test_no_bytes_raise_anything_else(data: bytes):
    try:
        read_archive(data)
    except ArchiveError:
        return


def test_what_was_not_used_for_longest_makes_room():
    kept = Archives(10)
    for name, files in (("one", 5), ("two", 6), ("one", 5), ("three", 7)):
        kept.add(name, name[:1].encode() * 4, files)
    assert set(kept) == {"one", "three"}
    assert kept.get("two") is None
    assert (kept.files_of("one"), kept.files_of("three")) == (5, 7)
    with pytest.raises(ValueError, match="10 bytes"):
        kept.add("four", bytes(11), 1)
    assert len(kept) == 2
