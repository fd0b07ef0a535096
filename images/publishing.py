"""How building and importing end: the new image is tested, and only then has the name."""

import subprocess
import time
from collections.abc import Callable

from images.errors import StoreError
from images.manifest import StoredImage
from images.store import ImageStore

Progress = Callable[[str], None]
"""Gets one line for people at a time."""

SelfTest = Callable[[StoredImage, Progress], None]
"""Runs an image's hello programs in real containers; raises ``BuildError`` to reject the image."""

Make = Callable[[int, Progress], StoredImage]
"""Adds an image to the store. Gets the store's lock, which child processes are to inherit."""


def publish(
    name: str, store: ImageStore, progress: Progress, selftest: SelfTest | None, make: Make
) -> StoredImage:
    """Make an image and put it under ``name``. On any failure the store is as it was before.

    Raises:
        StoreError: the store cannot be used.
        Exception: whatever ``make`` or ``selftest`` raises.
    """
    started = time.monotonic()

    def say(line: str) -> None:
        progress(f"{name}: {line}")

    with store.exclusive(lambda: say("waiting for another build")) as lock:
        try:
            image = make(lock, say)
            if selftest is not None:
                selftest(image, progress)
            _write_to_disk(store)
            store.publish(image)
        finally:
            store.prune()
    seconds = time.monotonic() - started
    say(f"done in {seconds:.1f} s, {image.size_bytes / 1e6:.0f} MB, {image.digest[:19]}")
    return image


def _write_to_disk(store: ImageStore) -> None:
    """Else a power cut could leave a name whose image has empty files."""
    done = subprocess.run(["sync", "--file-system", store.root], capture_output=True, text=True)
    if done.returncode != 0:
        raise StoreError(f"{store.root}: cannot be written to the disk: {done.stderr.strip()}")
