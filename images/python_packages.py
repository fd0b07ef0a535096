"""Installing pure Python packages into an image: pinned, checked by hash, no code of theirs is run.

``pip`` of this interpreter fetches wheels from wherever this machine's own configuration says and unpacks
them where Debian's Python looks. A wheel for one platform is refused: it would have to fit the image's
Python, of which nothing is known here.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from images.definition import ImageDefinition
from images.errors import BuildError
from images.normalise import FIXED_TIME_S
from images.tree import walk

PLACE = "usr/lib/python3/dist-packages"
TIMEOUT_S = 300.0
_TAIL_LINES = 15


def install(definition: ImageDefinition, rootfs: Path, say: Callable[[str], None]) -> None:
    """Install the ``python_packages`` of a definition, if it has any.

    Raises:
        BuildError: the image has no Python, or pip failed; its last lines are in the message.
    """
    if not definition.python_packages:
        return
    place = rootfs / PLACE
    if not place.is_dir():
        raise BuildError(f"{definition.name}: python_packages need a Python; add it to packages")
    say(f"installing {len(definition.python_packages)} Python packages")
    before = {path for path, _ in walk(place)}
    _pip(definition, place)
    for path, _ in walk(place):
        if path not in before:
            os.utime(path, (FIXED_TIME_S, FIXED_TIME_S), follow_symlinks=False)


def _pip(definition: ImageDefinition, place: Path) -> None:
    argv = [sys.executable, "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    argv += ["--no-input", "--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"]
    argv += ["--platform=any", f"--target={place}", "--requirement=/dev/stdin"]
    try:
        done = subprocess.run(
            argv,
            input="\n".join(definition.python_packages) + "\n",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            umask=0o022,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{definition.name}: pip took more than {TIMEOUT_S:g} s") from error
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-_TAIL_LINES:])
        raise BuildError(f"{definition.name}: pip failed, exit status {done.returncode}:\n{tail}")
