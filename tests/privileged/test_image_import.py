"""Importing OCI images: what layers say is what the tree is, and hostile ones get nowhere."""

import gzip
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from images import importing
from images.errors import BuildError, DefinitionError, ImageError
from images.importing import Import, import_image
from images.manifest import StoredImage
from images.store import ImageStore
from images.tree import walk
from tests import oci_samples
from tests.oci_samples import docker_archive, entry, layer, layout, link, registry

BASE = layer(
    entry("bin"),
    entry("bin/tool", "#!/bin/sh\n", mode=0o4755, uid=33, gid=44),
    entry("etc"),
    entry("etc/old", "old"),
    entry("etc/kept", "kept"),
    entry("usr/lib"),
    link("lib", "usr/lib"),
)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path / "store")


@pytest.fixture
def bring(tmp_path: Path, store: ImageStore) -> Callable[..., StoredImage]:
    """Imports layers; each call another image of the same name."""

    def bring(*layers: bytes, **wanted: Any) -> StoredImage:
        source = layout(tmp_path / f"source-{len(list(tmp_path.iterdir()))}", layers)
        return import_image(Import(str(source), "sample", **wanted), store, lambda line: None)

    return bring


@pytest.fixture(autouse=True)
def outside(tmp_path: Path) -> Any:
    """Whatever is done to the image, nothing beside it changes."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "file").write_text("mine")
    yield folder
    assert [path.name for path in folder.iterdir()] == ["file"]
    assert (folder / "file").read_text() == "mine"


def tree(image: StoredImage) -> dict[str, str]:
    """Every file and link below the image's own directories: content, or target."""
    made = {}
    for path, status in walk(image.rootfs):
        name = path.relative_to(image.rootfs).as_posix()
        if stat.S_ISREG(status.st_mode) and not name.startswith(("etc/passwd", "etc/group")):
            made[name] = path.read_text(errors="replace")
        elif stat.S_ISLNK(status.st_mode):
            made[name] = f"-> {path.readlink()}"
    return {name: text for name, text in made.items() if name not in NORMAL}


NORMAL = {"etc/hostname", "etc/hosts", "etc/resolv.conf"}


def test_layers_lie_over_each_other(bring: Callable[..., StoredImage]):
    image = bring(
        BASE,
        layer(
            entry("etc/.wh.old", ""),
            entry("etc/new", "new"),
            entry("bin/tool", "changed"),
            entry("lib/library", "by the link"),
        ),
    )
    assert tree(image) == {
        "bin/tool": "changed",
        "etc/kept": "kept",
        "etc/new": "new",
        "lib": "-> usr/lib",
        "usr/lib/library": "by the link",
    }


@pytest.mark.parametrize("before", [True, False], ids=["first", "last"])
def test_a_whiteout_hides_what_was_below_and_never_its_own_layer(
    bring: Callable[..., StoredImage], before: bool
):
    lower = layer(entry("d/e/low", "x"), entry("d/low", "x"), entry("f", "low"))
    own = [entry("d/e/own", "own"), entry("d/own", "own"), entry("f", "own")]
    hide = [entry("d/.wh..wh..opq", ""), entry(".wh.f", ""), entry("d/.wh..wh.plnk", "")]
    image = bring(lower, layer(*(hide + own if before else own + hide)))
    assert tree(image) == {"d/e/own": "own", "d/own": "own", "f": "own"}


def test_a_whiteout_takes_a_link_and_not_where_it_leads(bring: Callable[..., StoredImage]):
    lower = layer(entry("real/file", "x"), link("link", "real"), entry("gone/file", "x"))
    image = bring(lower, layer(entry(".wh.link", ""), entry(".wh.gone", ""), entry(".wh.no", "")))
    assert tree(image) == {"real/file": "x"}


def test_kinds_replace_each_other(bring: Callable[..., StoredImage]):
    lower = layer(entry("a/b", "x"), entry("c", "x"), link("d", "a"), entry("e/f", "x"))
    upper = layer(entry("a", "file"), entry("c"), entry("c/g", "y"), entry("d"), link("e", "c"))
    assert tree(bring(lower, upper)) == {"a": "file", "c/g": "y", "e": "-> c"}


def test_hard_links_are_one_file_also_across_layers(bring: Callable[..., StoredImage]):
    image = bring(BASE, layer(link("usr/tool", "bin/tool", hard=True), link("x", "x", hard=False)))
    assert (image.rootfs / "usr/tool").samefile(image.rootfs / "bin/tool")


def test_nothing_in_the_image_gives_a_privilege(bring: Callable[..., StoredImage]):
    shadow = entry("srv/secret", "x", mode=0)
    capable = entry("bin/ping", "x", mode=0o2755)
    capable[0].pax_headers = {
        "SCHILY.xattr.security.capability": "\x01",
        "SCHILY.xattr.user.a": "b",
    }
    pipes = [entry("dev/p", "", type=tarfile.FIFOTYPE), entry("bin/p", "", type=tarfile.FIFOTYPE)]
    device = entry("bin/null", "", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
    disk = entry("bin/disk", "", type=tarfile.BLKTYPE, devmajor=8, devminor=0)
    image = bring(BASE, layer(shadow, capable, *pipes, device, disk))
    for path, status in walk(image.rootfs):
        kind = status.st_mode
        assert stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind), path
        assert (status.st_uid, status.st_gid) == (0, 0), path
        assert not kind & (stat.S_ISUID | stat.S_ISGID), path
        assert os.listxattr(path, follow_symlinks=False) == []
        assert stat.S_ISLNK(kind) or kind & 0o444 == 0o444
    assert {path.name for path in (image.rootfs / "bin").iterdir()} == {"tool", "ping"}


ESCAPES = {
    "dots": [entry("../../outside/file", "stolen")],
    "dots inside": [entry("etc/../../outside/file", "stolen")],
    "whiteout of the parent": [entry(".wh...", "")],
    "whiteout of itself": [entry("etc/.wh..", "")],
    "whiteout of nothing": [entry("etc/.wh.", "")],
    "hard link with dots": [link("stolen", "../../outside/file", hard=True)],
    "hard link to nothing": [link("stolen", "absent", hard=True)],
    "hard link to a directory": [link("stolen", "etc", hard=True)],
    "hard link to the root": [link("stolen", "/", hard=True)],
    "a file as a directory": [entry("etc/kept/x", "x")],
    "deep": [entry("d/" * 100 + "f", "x")],
    "a loop of links": [link("l", "m"), link("m", "l"), entry("l/x", "x")],
    "a long name": [entry("n" * 300, "x")],
    "a long path": [entry(("n" * 250 + "/") * 20, "x")],
    "a long path by links": [
        link("s", ("n" * 250 + "/") * 10),
        entry("s/" + ("n" * 250 + "/") * 10, "x"),
    ],
    "a link to nothing": [link("s", "")],
    "box": [entry("box/x", "x")],
    "tmp is a link": [link("tmp", "etc")],
    "etc is a link": [entry(".wh.etc", ""), link("etc", "/etc")],
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_no_layer_may_do_is_refused_and_leaves_nothing(
    bring: Callable[..., StoredImage], store: ImageStore, name: str
):
    with pytest.raises(ImageError, match="source-"):
        bring(BASE, layer(*ESCAPES[name]))
    assert store.names() == []
    assert {path.name for path in store.root.iterdir()} == {".lock", "names"}


def test_links_that_lead_outside_lead_nowhere(
    bring: Callable[..., StoredImage], outside: Path, tmp_path: Path
):
    up = "../" * 30
    image = bring(
        BASE,
        layer(
            link("abs", str(outside)),
            link("up", f"{up}{str(outside)[1:]}"),
            link("file", str(outside / "file")),
            link("etc/hosts", str(outside / "file")),
            link("etc/passwd", f"{up}{str(outside / 'file')[1:]}"),
        ),
        layer(
            entry("abs/file", "stolen"),
            entry("up/planted", "x"),
            entry("up/.wh.file", ""),
            link("taken", "abs/file", hard=True),
            entry("file", "replaced"),
            entry("abs/.wh..wh..opq", ""),
        ),
    )
    assert (image.rootfs / "taken").read_text() == "stolen"
    assert (image.rootfs / "file").read_text() == "replaced"
    assert not (image.rootfs / "etc/passwd").is_symlink()


def test_a_hard_link_to_a_link_does_not_follow_it(bring: Callable[..., StoredImage], outside: Path):
    image = bring(layer(link("a", str(outside / "file")), link("b", "a", hard=True)))
    assert (image.rootfs / "b").readlink() == outside / "file"


def test_a_bomb_is_stopped_at_the_limit(bring: Callable[..., StoredImage], store: ImageStore):
    zeros = bytes(40 << 20)
    with pytest.raises(BuildError, match=r"layer 1 of 1: more than 10 MiB"):
        bring(layer(entry("big", zeros)), max_bytes=10 << 20)
    with pytest.raises(BuildError, match=r"layer 3 of 3: more than \d MiB"):  # all together count
        bring(*(layer(entry(f"f{n}", zeros[: 9 << 20])) for n in range(3)), max_bytes=20 << 20)
    assert store.names() == []


def test_entries_and_memory_are_limited(
    bring: Callable[..., StoredImage], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "MAX_ENTRIES", 100)
    with pytest.raises(BuildError, match="more than 100 entries"):
        bring(layer(*(entry(f"f{n}", "") for n in range(101))))
    huge = entry("f", "x")
    huge[0].pax_headers = {"comment": "x" * (64 << 20)}
    bring(layer(huge))  # big, but within what it may have


def test_a_header_without_end_is_stopped(tmp_path: Path, store: ImageStore):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 4 << 30
    packed = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT)) + 64 * gzip.compress(bytes(16 << 20))
    source = layout(tmp_path / "source", [packed], packed="none")
    with pytest.raises(BuildError, match="layer 1 of 1: it takes more memory than a layer may"):
        import_image(Import(str(source), "sample"), store, lambda line: None)


def test_after_kill_9_the_store_is_as_it_was(
    tmp_path: Path, store: ImageStore, bring: Callable[..., StoredImage]
):
    source = layout(tmp_path / "source", [BASE, *[layer(entry("big", bytes(8 << 20)))] * 20])
    command = [sys.executable, "-m", "sandbox", "images", "import", str(source), "--name", "sample"]
    with subprocess.Popen(
        [*command, "--store", str(store.root)], stdout=subprocess.DEVNULL
    ) as dying:
        while not list(store.root.glob(".staging-*/rootfs/big")) and dying.poll() is None:
            time.sleep(0.01)
        dying.kill()
    assert dying.returncode == -signal.SIGKILL
    assert store.names() == []
    image = bring(BASE)
    assert store.get("sample") == image
    names = {path.name for path in store.root.iterdir()}
    assert names == {".lock", "names", image.rootfs.parent.name}


@pytest.mark.parametrize("cut", [0.1, 0.4])
def test_a_layer_that_is_cut_is_refused(tmp_path: Path, store: ImageStore, cut: float):
    data = layer(entry("a", "x" * 5000), entry("b", "y" * 5000))
    source = layout(tmp_path / "source", [data[: int(len(data) * cut) // 512 * 512 + 100]])
    with pytest.raises(BuildError, match="layer 1 of 1"):
        import_image(Import(str(source), "sample"), store, lambda line: None)


def test_a_blob_that_is_not_what_its_digest_says_is_refused(tmp_path: Path, store: ImageStore):
    source = layout(tmp_path / "source", [BASE], packed="none")
    (blob,) = [
        path
        for path in (source / "blobs/sha256").iterdir()
        if path.name == hashlib.sha256(BASE).hexdigest()
    ]
    blob.write_bytes(BASE.replace(b"kept", b"KEPT"))
    with pytest.raises(BuildError, match="cannot be fetched"):
        import_image(Import(str(source), "sample"), store, lambda line: None)


def test_a_layer_that_is_not_what_the_image_says_is_refused(tmp_path: Path, store: ImageStore):
    source = layout(tmp_path / "source", [BASE], claimed=[layer(entry("other", "x"))])
    with pytest.raises(BuildError, match="should be 'sha256:"):
        import_image(Import(str(source), "sample"), store, lambda line: None)


def test_the_same_image_is_the_same_in_every_form(tmp_path: Path, store: ImageStore):
    layers = [BASE, layer(entry("etc/.wh.old", ""))]
    environment = ["PATH=/opt/bin:/bin", "A=b=c", "no name=x"]
    sources = [
        layout(tmp_path / packed, layers, environment, packed)
        for packed in ("none", "gzip", "zstd")
    ]
    sources += [docker_archive(tmp_path / "it's a : -x.tar", layers, environment)]
    digests = set()
    for number, source in enumerate(sources):
        other = ImageStore(tmp_path / f"store-{number}")
        image = import_image(Import(str(source), "sample"), other, lambda line: None)
        assert image.definition.environment == {"PATH": "/opt/bin:/bin", "A": "b=c"}
        digests.add(image.digest)
    assert len(digests) == 1


def test_an_image_comes_from_a_registry(
    tmp_path: Path, store: ImageStore, monkeypatch: pytest.MonkeyPatch
):
    source = layout(tmp_path / "source", [BASE])
    with registry(source) as address:
        settings = tmp_path / ".config/containers/registries.conf"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'[[registry]]\nlocation = "{address}"\ninsecure = true\n')
        monkeypatch.setenv("HOME", str(tmp_path))
        image = import_image(Import(f"{address}/sample", "sample"), store, lambda line: None)
        with pytest.raises(BuildError, match="cannot be fetched"):
            import_image(Import(f"{address}/other", "sample"), store, lambda line: None)
    assert tree(image)["bin/tool"] == "#!/bin/sh\n"
    assert store.get("sample") == image


@pytest.mark.parametrize(
    "source", ["absent/", "-x", "--help", "docker-daemon:x", "a b", "oci:absent"]
)
def test_what_is_no_image_is_refused(store: ImageStore, source: str):
    with pytest.raises(BuildError):
        import_image(Import(source, "sample"), store, lambda line: None)


def test_a_file_beside_it_gives_languages_and_limits(
    bring: Callable[..., StoredImage], tmp_path: Path
):
    file = tmp_path / "beside.toml"
    file.write_text(
        """
        description = "A tool"
        remove = ["/etc/old"]
        environment = { TOOL = "1" }
        [[languages]]
        name = "tool"
        source_file = "main.tool"
        run = ["tool", "main.tool"]
        hello = { code = "x", expected_output = "x" }
        limits = { memory_mb = 64 }
        """
    )
    image = bring(BASE, definition=file)
    assert image.definition.languages[0].limits.memory_bytes == 64 << 20
    assert image.definition.environment == {"TOOL": "1"}
    assert "etc/old" not in tree(image)
    file.write_text(file.read_text().replace("remove", 'packages = ["gcc"]\nremove'))
    with pytest.raises(DefinitionError, match="packages: is for images that are built"):
        bring(BASE, definition=file)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "languages: is missing"),
        ("languages = 3", "languages: must be a list"),
        ("languages = []", "needs at least one"),
        ("languages = [3]", "must be a table"),
        ('languages = [{name = "x", version_command = ["x"]}]', "is not asked of an imported"),
        ("= 3", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_beside_it_is_an_error(
    bring: Callable[..., StoredImage], tmp_path: Path, text: str, complaint: str
):
    file = tmp_path / "beside.toml"
    file.write_text(text)
    with pytest.raises(DefinitionError, match=complaint):
        bring(BASE, definition=file)


def test_a_test_that_fails_leaves_the_old_image(tmp_path: Path, store: ImageStore):
    def fail(image: StoredImage, say: object) -> None:
        raise BuildError("no")

    old = import_image(
        Import(str(layout(tmp_path / "a", [BASE])), "sample"), store, lambda line: None
    )
    newer = layout(tmp_path / "b", [layer(entry("new", "x"))])
    with pytest.raises(BuildError, match="no"):
        import_image(Import(str(newer), "sample"), store, lambda line: None, fail)
    assert store.get("sample") == old
    assert len(list(store.root.glob("sha256-*"))) == 1
    assert json.loads((old.rootfs.parent / "manifest.json").read_text())["digest"] == old.digest


def test_samples_are_what_they_should_be(tmp_path: Path):
    """The attacks are in the archives, not taken out by the library that writes them."""
    data = tmp_path / "layer.tar"
    data.write_bytes(oci_samples.layer(*ESCAPES["dots"], *ESCAPES["hard link with dots"]))
    with tarfile.open(data) as archive:
        assert archive.getnames() == ["../../outside/file", "stolen"]
