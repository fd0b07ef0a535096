import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images.errors import BuildError
from images.normalise import add_files, readable_mode, remove

kinds = st.sampled_from([stat.S_IFREG, stat.S_IFDIR])


@given(kind=kinds, bits=st.integers(min_value=0, max_value=0o7777))
def test_a_mode_gives_no_privilege_and_lets_everybody_read(kind: int, bits: int):
    mode = readable_mode(kind | bits)
    assert 0 == mode & (stat.S_ISUID | stat.S_ISGID)
    assert 0o444 == mode & 0o444
    assert bits & stat.S_ISVTX == mode & stat.S_ISVTX
    assert bits & 0o222 == mode & 0o222


@given(kind=kinds, bits=st.integers(min_value=0, max_value=0o7777))
def test_what_somebody_may_enter_or_execute_everybody_may(kind: int, bits: int):
    wanted = 0o111 if stat.S_ISDIR(kind) or bits & 0o111 else 0
    assert wanted == readable_mode(kind | bits) & 0o111


@given(kind=kinds, bits=st.integers(min_value=0, max_value=0o7777))
def test_a_mode_that_was_made_readable_stays_as_it_is(kind: int, bits: int):
    once = readable_mode(kind | bits)
    assert once == readable_mode(kind | once)


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    for name in ("usr/share/doc/a/copyright", "usr/share/doc/a/changelog", "usr/share/doc/.b/x"):
        path = tmp_path / "rootfs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("")
    return tmp_path / "rootfs"


def left(rootfs: Path) -> set[str]:
    return {str(path.relative_to(rootfs)) for path in rootfs.rglob("*") if path.is_file()}


def test_what_matches_is_removed_and_nothing_else(rootfs: Path):
    remove(rootfs, ("/usr/share/doc/*/ch*", "/absent/*"))
    assert {"usr/share/doc/a/copyright", "usr/share/doc/.b/x"} == left(rootfs)


def test_directories_and_hidden_entries_are_removed_whole(rootfs: Path):
    remove(rootfs, ("/usr/share/doc/*",))
    assert set() == left(rootfs)
    assert (rootfs / "usr/share/doc").is_dir()


def test_a_link_is_removed_and_not_what_it_points_to(rootfs: Path):
    (rootfs / "link").symlink_to(rootfs.parent / "outside")
    remove(rootfs, ("/link",))
    assert not (rootfs / "link").is_symlink()
    assert (rootfs.parent / "outside" / "precious").exists()


def test_a_pattern_never_leads_outside_of_the_image(rootfs: Path):
    (rootfs / "link").symlink_to(rootfs.parent / "outside")
    with pytest.raises(BuildError, match="outside of the image"):
        remove(rootfs, ("/link/*",))
    assert (rootfs.parent / "outside" / "precious").exists()


def test_a_pattern_may_lead_through_a_link_inside_of_the_image(rootfs: Path):
    (rootfs / "share").symlink_to("usr/share")
    remove(rootfs, ("/share/doc/a/c*",))
    assert {"usr/share/doc/.b/x"} == left(rootfs)


def test_files_are_added_and_a_script_can_be_executed(rootfs: Path):
    add_files(rootfs, {"/opt/a/script": "#!/bin/sh\n", "/opt/text": "x"})
    assert 0o755 == stat.S_IMODE((rootfs / "opt/a/script").stat().st_mode)
    assert 0o644 == stat.S_IMODE((rootfs / "opt/text").stat().st_mode)


def test_a_file_that_leads_out_of_the_image_is_refused(rootfs: Path, tmp_path: Path):
    (rootfs / "out").symlink_to(tmp_path)
    with pytest.raises(BuildError, match="outside of the image"):
        add_files(rootfs, {"/out/file": "x"})
    assert not (tmp_path / "file").exists()


def test_a_link_at_the_place_of_a_file_is_replaced_and_not_followed(rootfs: Path, tmp_path: Path):
    (tmp_path / "victim").write_text("as it was")
    (rootfs / "file").symlink_to(tmp_path / "victim")
    add_files(rootfs, {"/file": "x"})
    assert "as it was" == (tmp_path / "victim").read_text()
    assert "x" == (rootfs / "file").read_text()
