"""The disks of the test machine: made once, and again when what they are made from has changed."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from images import mmdebstrap
from images.errors import BuildError
from images.store import ImageStore
from tests.image_samples import definition
from tests.privileged.lab import IMAGES

ROOT = Path(__file__).parents[2]
START = Path(__file__).with_name("start.sh")
# The Python packages are those of this machine's `.venv`, so the Python has to be the same.
SUITE, PYTHON = "bookworm", (3, 11)
PACKAGES = [
    "linux-image-cloud-amd64",
    "initramfs-tools",  # makes the ramdisk with the drivers of the disks
    "python3",
    "crun",
    "libseccomp2",
    "gcc",  # compiles init
    "libc6-dev",
    "iproute2",  # loopback
    "mount",
    "redis-server",  # for the worker's pod of Kubernetes
    "skopeo",  # for images that are imported
    "zstd",
]
# What pytest needs not, and is large.
LEFT_OUT = ("kubernetes_validate", "mypy", "mypyc", "ruff", "pip", "__pycache__", "__editable__*")
SPARE_BYTES = 4 << 30

Say = Callable[[str], None]


@dataclass(frozen=True)
class Disks:
    """Files for the emulator."""

    kernel: Path
    ramdisk: Path
    system: Path
    images: Path


def make_disks(cache: Path, say: Say) -> Disks:
    """The disks, made if they are not there.

    Raises:
        BuildError: this machine's Python is another one than Debian's, or a tool failed.
        StoreError: the images have not been built.
    """
    if sys.version_info[:2] != PYTHON:
        wanted = ".".join(map(str, PYTHON))
        raise BuildError(f"the test machine has Python {wanted}: make .venv with that one")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        system = _kept(
            cache, "system", _system_key(), lambda place: _make_system(place, lock.fileno(), say)
        )
        images = _kept(cache, "images", _images_key(), lambda place: _make_images(place, say))
    return Disks(system / "kernel", system / "ramdisk", system / "disk", images / "disk")


def _kept(cache: Path, kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The directory of this kind and key; others of the kind and what was left half made go."""
    final = cache / f"{kind}-{key}"
    for path in cache.glob(f"{kind}-*"):
        if path != final:
            shutil.rmtree(path)
    if not final.exists():
        place = cache / f"{kind}-unfinished"
        place.mkdir()
        make(place)
        place.rename(final)
    return final


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[
        :16
    ]


def _system_key() -> str:
    requirements = ROOT / "requirements-dev.txt"
    return _digest(*(path.read_bytes() for path in (Path(__file__), START, requirements)))


def _images_key() -> str:
    store = ImageStore()
    return _digest(
        Path(__file__).read_bytes(), *(store.get(name).digest.encode() for name in IMAGES)
    )


def _make_system(place: Path, lock: int, say: Say) -> None:
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        rootfs = Path(scratch) / "rootfs"
        machine = definition(name="machine", suite=SUITE, packages=PACKAGES)
        mmdebstrap.install(machine, rootfs, lock, lambda step: say(f"system disk: {step}"))
        say("system disk: adding the Python packages")
        libraries = rootfs / "usr/lib/python3/dist-packages"
        shutil.copytree(
            sysconfig.get_path("platlib"), libraries, dirs_exist_ok=True, symlinks=True,
            ignore=shutil.ignore_patterns(*LEFT_OUT),
        )  # fmt: skip
        (libraries / "project.pth").write_text("/srv/job/project\n")
        # The commands that a script asks for by name.
        shutil.copy(Path(sys.executable).parent / "kubectl", rootfs / "usr/bin/kubectl")
        command = rootfs / "usr/bin/sandbox"
        command.write_text('#!/bin/sh\nexec /usr/bin/python3 -m sandbox "$@"\n')
        command.chmod(0o755)
        shutil.copy(START, rootfs / "start")
        (rootfs / "start").chmod(0o755)
        (rootfs / "var/lib/sandbox/images").mkdir(parents=True)
        shutil.copy(rootfs / "vmlinuz", place / "kernel")
        shutil.copy(rootfs / "initrd.img", place / "ramdisk")
        _make_file_system(rootfs, place / "disk", say)


def _make_images(place: Path, say: Say) -> None:
    store = ImageStore()
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        copy = Path(scratch) / "images"
        (copy / "names").mkdir(parents=True)
        for name in IMAGES:
            image = store.get(name)
            with store.hold(image):
                source = image.rootfs.parent
                _run("cp", "--archive", str(source), str(copy))
                shutil.copy(store.root / "names" / name, copy / "names")
        _make_file_system(copy, place / "disk", say)


def _make_file_system(source: Path, disk: Path, say: Say) -> None:
    """An ext4 file system with the content of a directory, in a file with holes."""
    say(f"{disk.parent.name.partition('-')[0]} disk: writing it")
    files = [path for path, _, _ in os.walk(source)]
    count = sum(len(list(Path(path).iterdir())) for path in files)
    used = int(_run("du", "--summarize", "--block-size=1", str(source)).split()[0])
    with disk.open("wb") as file:
        file.truncate(used + used // 8 + count * 256 + SPARE_BYTES)
    _run(
        "/sbin/mkfs.ext4", "-q", "-O", "^has_journal", "-N", str(2 * count + 10_000),
        "-d", str(source), str(disk),
    )  # fmt: skip


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)} failed:\n{done.stderr.strip()[-1000:]}")
    return done.stdout
