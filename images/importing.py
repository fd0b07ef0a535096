"""An image of somebody else's becomes one in the store, as if it had been built.

Nothing in it is believed, and nothing of it is run outside of a real container: its layers are
unpacked by a process without privileges (``unpack``), the tree is normalised like any other, and
the hello programs of the languages that are given beside it must do what they should before it gets
its name.

The definition's ``origin`` is a digest over the digests of its layers, so that the same image with the
same definition gives the same digest here, in whatever form it came.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from images import normalise, oci, unpack
from images.beside import definition_beside
from images.chroot import CONFINED
from images.errors import BuildError, StoreError
from images.manifest import StoredImage
from images.publishing import Progress, SelfTest, publish
from images.store import ImageStore, Installed

MAX_BYTES = 16 << 30
"""The most that the files of an image, and what is fetched of it, may have."""

MAX_ENTRIES = 2_000_000
UNPACK_TIMEOUT_S = 3600.0
"""For all layers together."""

UNPRIVILEGED = (
    *CONFINED,
    *("setpriv", f"--reuid={unpack.UNPACK_UID}", f"--regid={unpack.UNPACK_UID}"),
    *("--clear-groups", "--no-new-privs"),
)
"""Before a tool that reads what nobody trusts."""


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported.

    Attributes:
        source: as in `oci.fetch`.
        name: the image's name in the store.
        definition: a file with its languages and limits; without one it has a shell of its name.
        max_bytes: the most that its files may have.
    """

    source: str
    name: str
    definition: Path | None = None
    max_bytes: int = MAX_BYTES


def import_image(
    wanted: Import, store: ImageStore, progress: Progress, selftest: SelfTest | None = None
) -> StoredImage:
    """Fetch, unpack, normalise, test and store. On any failure the store is as it was before.

    Raises:
        BuildError: it cannot be had, or is not what an image may be.
        DefinitionError: what is given beside it is wrong.
        StoreError: the store cannot be used.
        Exception: whatever ``selftest`` raises.
    """
    # What is wrong with it is said before anything is fetched.
    definition_beside(wanted.name, "", {}, wanted.definition)
    return publish(wanted.name, store, progress, selftest, partial(_add, wanted, store))


def _add(wanted: Import, store: ImageStore, lock: int, say: Progress) -> StoredImage:
    with store.staging() as folder:
        fetched = folder / "fetched"
        fetched.mkdir(mode=0o700)
        say(f"fetching {wanted.source}")
        try:
            layout = oci.fetch(wanted.source, fetched, wanted.max_bytes, (lock,))
            image = oci.read_layout(layout)
            definition = definition_beside(
                wanted.name, image.digest, image.environment, wanted.definition
            )
            started_at_s = time.time()
            rootfs = folder / "rootfs"
            _unpack_all(image, rootfs, wanted.max_bytes, lock, say)
            normalise.remove(rootfs, definition.remove)
            normalise.normalise(rootfs, started_at_s)
        except (BuildError, OSError, RecursionError) as error:
            raise BuildError(f"{wanted.source}: {error}") from error
        shutil.rmtree(fetched)
        say("computing the digest")
        version = f"imported, {image.digest[:19]}"
        versions = {language.name: version for language in definition.languages}
        return store.add(folder, definition, Installed(versions, {}))


def _unpack_all(
    image: oci.OciImage, rootfs: Path, max_bytes: int, lock: int, say: Progress
) -> None:
    rootfs.mkdir(mode=0o755)
    os.chown(rootfs, unpack.UNPACK_UID, unpack.UNPACK_UID)
    budget = unpack.Budget(max_bytes, MAX_ENTRIES)
    deadline_s = time.monotonic() + UNPACK_TIMEOUT_S
    left_out = 0
    for number, layer in enumerate(image.layers, 1):
        say(f"unpacking layer {number} of {len(image.layers)}")
        try:
            found = _unpack(layer, rootfs, budget, lock, deadline_s - time.monotonic())
            if found.diff_id != layer.diff_id:
                raise BuildError(f"it is {found.diff_id} and should be {layer.diff_id!a}")
        except BuildError as error:
            raise BuildError(f"layer {number} of {len(image.layers)}: {error}") from error
        budget = unpack.Budget(
            budget.max_bytes - found.size_bytes, budget.max_entries - found.entries
        )
        left_out += found.left_out
    if left_out:
        say(f"left out {left_out} devices and pipes")


def _unpack(
    layer: oci.Layer, rootfs: Path, budget: unpack.Budget, lock: int, timeout_s: float
) -> unpack.Unpacked:
    # -P: the directory that this was called in may be anybody's, and is no place for modules.
    command = [*CONFINED, sys.executable, "-P", "-m", "images.unpack"]
    command += [str(rootfs), json.dumps(asdict(budget))]
    with ExitStack() as undo:
        source = undo.enter_context(layer.path.open("rb"))
        stream: int | None = source.fileno()
        if layer.is_zstd:
            unpacker = undo.enter_context(
                subprocess.Popen(
                    [*UNPRIVILEGED, "zstd", "-dcq"], stdin=source, stdout=subprocess.PIPE
                )
            )
            undo.callback(unpacker.kill)
            assert unpacker.stdout is not None
            stream = unpacker.stdout.fileno()
        try:
            done = subprocess.run(
                command,
                stdin=stream,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=max(timeout_s, 0),
                pass_fds=(lock,),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"unpacking takes more than {UNPACK_TIMEOUT_S:g} s") from error
    if done.returncode != 0:
        raise BuildError(done.stderr.strip()[-1000:] or f"unpacking ended with {done.returncode}")
    try:
        return unpack.Unpacked(**json.loads(done.stdout))
    except (ValueError, TypeError) as error:
        raise StoreError(f"the unpacker said something else: {done.stdout[:200]!a}") from error
