"""Putting packages of the npm registry into an image: fetched by this machine's npm, checked by us.

npm itself does not install them: it would run their scripts, and take what they ask for in whichever
version is newest. So a package must be whole in itself, as compilers usually are.
"""

import base64
import hashlib
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from images.definition import ImageDefinition
from images.errors import BuildError

DIRECTORY = "usr/lib/node_modules"
"""Where packages lie in an image."""

_FETCH_TIMEOUT_S = 600.0
# The registry puts everything below this directory.
_TOP = "package/"


def install(definition: ImageDefinition, rootfs: Path, say: Callable[[str], None]) -> None:
    """Unpack the ``npm_packages`` of ``definition`` into ``rootfs``.

    Raises:
        BuildError: there is no npm here, a package cannot be fetched, or it is not the one that was pinned.
    """
    for pinned in definition.npm_packages:
        package, integrity = pinned.split()
        say(f"fetching {package} with npm")
        with tempfile.TemporaryDirectory(dir=rootfs.parent) as folder:
            archive = _fetch(package, Path(folder))
            _check(package, archive, integrity)
            _unpack(package, archive, rootfs)


def _fetch(package: str, folder: Path) -> Path:
    command = [
        "npm",
        "pack",
        "--silent",
        "--ignore-scripts",
        f"--cache={folder / 'cache'}",
        package,
    ]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_FETCH_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise BuildError(f"{package}: npm is not installed; apt-get install npm") from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{package}: npm took more than {_FETCH_TIMEOUT_S:g} s") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise BuildError(f"{package}: npm cannot fetch it:\n{(done.stdout + done.stderr)[-2000:]}")
    return archives[0]


def _check(package: str, archive: Path, integrity: str) -> None:
    algorithm, _, expected = integrity.partition("-")
    with archive.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, algorithm).digest()).decode()
    if found != expected:
        raise BuildError(
            f"{package}: is {algorithm}-{found}, not what the definition pins; it has been changed in the"
            " registry or on its way"
        )


def _unpack(package: str, archive: Path, rootfs: Path) -> None:
    name = package.rpartition("@")[0]
    target = rootfs / DIRECTORY / name
    if not target.parent.resolve().is_relative_to(rootfs.resolve()):
        raise BuildError(f"{package}: {target.parent.resolve()} is outside of the image")
    target.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            inside = os.path.normpath(member.name)
            if not inside.startswith(_TOP):
                raise BuildError(f"{package}: holds {member.name!r}, which is not below {_TOP}")
            member.name = inside.removeprefix(_TOP)
            try:
                tar.extract(member, target, filter="data")
            except tarfile.FilterError as error:
                raise BuildError(f"{package}: {error}") from error
