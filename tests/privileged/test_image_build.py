import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from images import normalise
from images.build import build, ensure
from images.chroot import run_in_rootfs
from images.definition import ImageDefinition
from images.errors import BuildError, StoreError
from images.manifest import StoredImage
from images.publishing import Progress
from images.store import ImageStore
from images.tree import walk
from tests.image_samples import definition, language

# The kill test waits for a build that has lost its parent; on a slow mirror that takes its time.
pytestmark = pytest.mark.timeout(600)

TINY = definition(
    name="tiny",
    packages=["busybox-static"],
    remove=["/usr/share/terminfo"],
    commands=[["sh", "-c", "echo made > /opt/made; chmod 4711 /opt/made; echo $WORD > /opt/word"]],
    environment={"PATH": "/usr/bin:/bin", "WORD": "from the definition"},
    languages=[language(version_command=["busybox"], run=["busybox", "sh", "main.sh"])],
)


@dataclass(frozen=True)
class Built:
    store: ImageStore
    image: StoredImage
    lines: list[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small image, built once for all tests, which only look at it."""
    store = ImageStore(tmp_path_factory.mktemp("store"))
    lines: list[str] = []
    return Built(store, build(TINY, store, lines.append), lines)


@pytest.fixture
def store(built: Built) -> Iterator[ImageStore]:
    """The same store for tests that change it: afterwards the image is there again."""
    yield built.store
    assert [] == list(built.store.root.glob(".staging-*"))
    ensure([TINY], built.store, lambda line: None)
    assert built.image.rootfs_digest == built.store.get("tiny").rootfs_digest


def ignore(line: str) -> None:
    """No progress wanted."""


def test_the_image_is_stored_under_its_name(built: Built):
    assert built.image == built.store.get("tiny")
    assert built.image.versions["sh"].startswith("BusyBox v1.")
    assert {"busybox-static", "libc6", "dash"} <= set(built.image.packages)
    assert 10e6 < built.image.size_bytes < 200e6


def test_two_builds_give_the_same_digest(built: Built, tmp_path: Path):
    again = build(TINY, ImageStore(tmp_path), ignore)
    assert built.image.digest == again.digest


def test_every_step_is_reported(built: Built):
    expected = [
        "tiny: reading the package lists",
        "tiny: installing the base system",
        "tiny: installing 1 package and what they need",
        "tiny: running command 1 of 1",
    ]
    assert expected == [line for line in built.lines if line in expected]
    assert re.fullmatch(r"tiny: done in [\d.]+ s, \d+ MB, sha256:\w{12}", built.lines[-1])


def test_nothing_in_the_image_gives_a_privilege(built: Built):
    found = [
        path
        for path, status in walk(built.image.rootfs)
        if status.st_mode & (stat.S_ISUID | stat.S_ISGID)
        or (status.st_uid, status.st_gid) != (0, 0)
        or os.listxattr(path, follow_symlinks=False)
    ]
    assert [] == found


def test_everybody_can_read_everything_and_enter_every_directory(built: Built):
    found = [
        path
        for path, status in walk(built.image.rootfs)
        if (not stat.S_ISLNK(status.st_mode) and status.st_mode & 0o444 != 0o444)
        or (stat.S_ISDIR(status.st_mode) and status.st_mode & 0o111 != 0o111)
    ]
    assert [] == found


def test_there_are_only_files_directories_and_links(built: Built):
    kinds = {stat.S_IFMT(status.st_mode) for _, status in walk(built.image.rootfs)}
    assert {stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK} == kinds


@pytest.mark.parametrize("name", ["proc", "dev", "sys", "run", "tmp"])
def test_a_mount_point_is_a_real_empty_directory(built: Built, name: str):
    path = built.image.rootfs / name
    assert not path.is_symlink()
    assert [] == list(path.iterdir())


def test_the_directory_of_the_runs_is_left_to_the_runtime(built: Built):
    assert not (built.image.rootfs / "box").exists()


def test_nothing_tells_about_the_machine_that_built_it(built: Built):
    etc = built.image.rootfs / "etc"
    assert "" == (etc / "resolv.conf").read_text()
    assert "sandbox\n" == (etc / "hostname").read_text()
    accounts = [line.split(":")[0] for line in (etc / "passwd").read_text().splitlines()]
    assert ["root", "sandbox", "nobody"] == accounts
    assert not (etc / "apt").exists()
    assert not (etc / "machine-id").exists()


def test_documentation_is_gone_and_licences_stay(built: Built):
    share = built.image.rootfs / "usr" / "share"
    assert [] == list((share / "man").iterdir())
    assert {"copyright"} == {path.name for path in (share / "doc").glob("*/*")}


def test_what_the_definition_removes_is_gone(built: Built):
    assert not (built.image.rootfs / "usr" / "share" / "terminfo").exists()


def test_commands_run_in_the_environment_of_the_definition(built: Built):
    assert "from the definition\n" == (built.image.rootfs / "opt" / "word").read_text()


def test_what_the_build_made_has_a_fixed_time(built: Built):
    assert normalise.FIXED_TIME_S == (built.image.rootfs / "opt" / "made").stat().st_mtime


def test_what_is_up_to_date_is_not_built_again(built: Built):
    lines: list[str] = []
    assert [built.image] == ensure([TINY], built.store, lines.append)
    assert [f"tiny: up to date, {built.image.digest[:19]}"] == lines


def test_a_change_of_a_limit_takes_the_files_that_there_are(store: ImageStore):
    before = store.get("tiny")
    with store.hold(before):
        (after,) = ensure([changed_limits()], store, ignore)
        inodes = {(each.rootfs / "opt" / "made").stat().st_ino for each in (before, after)}
    assert before.rootfs_digest == after.rootfs_digest
    assert before.digest != after.digest
    assert 1 == len(inodes)


def test_a_change_of_a_limit_does_not_make_damaged_files_right(store: ImageStore):
    before = store.get("tiny")
    (before.rootfs / "opt" / "made").write_text("damaged")
    lines: list[str] = []
    (after,) = ensure([changed_limits()], store, lines.append)
    assert before.rootfs_digest == after.rootfs_digest
    assert any("the image there is, is damaged: its files have changed" in line for line in lines)


def changed_limits() -> ImageDefinition:
    tables = [language(**{**TINY.to_document()["languages"][0], "limits": {"pids": 3}})]
    return definition(**{**TINY.to_document(), "languages": tables})


class RejectedError(Exception):
    pass


def test_an_image_that_fails_its_self_test_never_gets_the_name(store: ImageStore):
    before = store.get("tiny")

    def reject(image: StoredImage, progress: Progress) -> None:
        assert image.rootfs.is_dir()
        assert before == store.get("tiny")
        raise RejectedError

    with pytest.raises(RejectedError):
        ensure([changed_limits()], store, ignore, reject)
    assert [before] == store.list()
    assert 1 == len(list(store.root.glob("sha256-*")))


def test_the_self_test_sees_the_image_before_it_is_published(store: ImageStore):
    seen: list[StoredImage] = []
    (image,) = ensure([changed_limits()], store, ignore, lambda each, _: seen.append(each))
    assert [image] == seen


def test_an_unknown_package_is_an_error_with_the_words_of_apt(tmp_path: Path):
    store = ImageStore(tmp_path)
    with pytest.raises(BuildError, match="Unable to locate package no-such-package"):
        build(replace(TINY, packages=("no-such-package",)), store, ignore)
    assert {".lock", "names"} == {path.name for path in tmp_path.iterdir()}


def test_an_unknown_suite_is_an_error_before_anything_is_made(tmp_path: Path):
    with pytest.raises(BuildError, match="no package source for 'nosuch'"):
        build(replace(TINY, suite="nosuch"), ImageStore(tmp_path), ignore)
    assert {".lock", "names"} == {path.name for path in tmp_path.iterdir()}


KILLED = """
import sys
from pathlib import Path
from images.build import build
from images.store import ImageStore
from tests.privileged.test_image_build import TINY
build(TINY, ImageStore(Path(sys.argv[1])), lambda line: print(line, flush=True))
"""


def test_a_killed_build_leaves_nothing_that_the_next_one_does_not_delete(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "unpacking the base system" in line)
        process.kill()
    store = ImageStore(tmp_path)
    # The orphan has the lock: this waits for its end.
    with store.exclusive():
        assert {".lock", "names"} == {path.name for path in tmp_path.iterdir()}


def run(built: Built, *command: str, **options: object) -> str:
    return run_in_rootfs(built.image.rootfs, command, {}, timeout_s=20, read_only=True)


def test_a_command_of_the_build_has_no_network(built: Built):
    assert 1 == run(built, "busybox", "ip", "-o", "link").count("\n")


def test_a_command_of_the_build_sees_no_process_of_the_host(built: Built):
    names = run(built, "ls", "/proc").split()
    assert ["1"] == [name for name in names if name.isdigit()]


def test_addresses_are_the_same_in_each_command_of_the_build(built: Built):
    assert run(built, "cat", "/proc/self/maps") == run(built, "cat", "/proc/self/maps")


def test_a_command_that_only_looks_cannot_change_the_image(built: Built):
    with pytest.raises(BuildError, match="Read-only file system"):
        run(built, "touch", "/opt/x")
    assert "x\n" == run(built, "sh", "-c", "echo x > /tmp/x; cat /tmp/x")


def test_a_command_that_fails_shows_its_last_words(built: Built):
    with pytest.raises(BuildError, match=r"(?s)exit status 3.*last words"):
        run(built, "sh", "-c", "echo last words >&2; exit 3")


def test_a_command_that_hangs_is_ended(built: Built):
    with pytest.raises(BuildError, match=r"took more than 0\.2 s"):
        run_in_rootfs(built.image.rootfs, ["sleep", "100"], {}, timeout_s=0.2)


@pytest.mark.parametrize("name", ["dev", "proc", "tmp"])
def test_a_mount_point_that_is_a_link_stops_the_build(tmp_path: Path, name: str):
    (tmp_path / "etc").mkdir()
    (tmp_path / name).symlink_to("etc")
    with pytest.raises(BuildError, match=f"{name}: must be a real directory"):
        normalise.normalise(tmp_path, started_at_s=0)


def test_a_rootfs_with_the_directory_of_the_runs_stops_the_build(tmp_path: Path):
    (tmp_path / "box").symlink_to("nowhere")
    with pytest.raises(BuildError, match="/box"):
        normalise.normalise(tmp_path, started_at_s=0)


def test_a_device_outside_of_dev_stops_the_build(tmp_path: Path):
    (tmp_path / "opt").mkdir()
    os.mknod(tmp_path / "opt" / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    with pytest.raises(BuildError, match="opt/null: is neither file"):
        normalise.normalise(tmp_path, started_at_s=0)


def test_privileges_in_extended_attributes_are_taken_away(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("")
    # cap_setuid+ep, in the form of linux/capability.h: revision 2.
    os.setxattr(path, "security.capability", bytes.fromhex("0100000280000000" + "00" * 12))
    assert ["security.capability"] == os.listxattr(path)
    normalise.normalise(tmp_path, started_at_s=0)
    assert [] == os.listxattr(path)


def test_a_link_in_place_of_a_file_never_leads_the_build_outside(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_text("precious")
    rootfs = tmp_path / "rootfs"
    (rootfs / "etc").mkdir(parents=True)
    (rootfs / "etc" / "resolv.conf").symlink_to(outside)
    normalise.normalise(rootfs, started_at_s=0)
    assert "precious" == outside.read_text()
    assert "" == (rootfs / "etc" / "resolv.conf").read_text()


def test_nothing_is_deleted_through_a_mount(tmp_path: Path):
    store = ImageStore(tmp_path / "store")
    with store.exclusive():
        left = store.root / ".staging-dead"
        left.mkdir()
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("")
    subprocess.run(["mount", "--bind", tmp_path / "precious", left], check=True)
    try:
        with pytest.raises(StoreError, match="something is mounted"), store.exclusive():
            pytest.fail("it was locked")
    finally:
        subprocess.run(["umount", left], check=True)
    assert (tmp_path / "precious" / "file").exists()
