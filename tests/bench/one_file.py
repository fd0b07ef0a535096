"""An image as a tree of files, and as one file (erofs, squashfs).

``python -m tests.bench.one_file [IMAGE]``, as root, with ``erofs-utils`` and ``squashfs-tools``.
For each form: bytes on the disk, seconds to make it and to copy it elsewhere, the quickest boot of
a container from it, CPU time of a small Python program (the first time when nothing of the image is
in memory; the least of later ones), and what of it is in memory when all of it has been read: of
its files, and of the one file besides. The quickest and the least are hurt least by neighbours.
"""

import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from images.store import ImageStore
from runtime.init_protocol import InputFile
from runtime.limits import Limits
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.syscalls import mount, unmount
from sandbox.settings import Settings

FIRST_UID = 0x7680_0000
BOOTS, RUNS, COPIES = 15, 20, 3
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp"}
_MS_RDONLY = 1


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an image: how it is made (``FILE`` and ``TREE`` stand for paths), how it is mounted."""

    name: str
    command: tuple[str, ...] = ()
    file_system: str = ""
    is_loop: bool = False


_SQUASHFS = ("mksquashfs", "TREE", "FILE", "-quiet", "-no-progress")
FORMS = (
    Form("tree"),
    Form("erofs, file", ("mkfs.erofs", "FILE", "TREE"), "erofs"),
    Form("erofs, loop", ("mkfs.erofs", "FILE", "TREE"), "erofs", is_loop=True),
    Form("erofs lz4hc, file", ("mkfs.erofs", "-zlz4hc", "-C65536", "FILE", "TREE"), "erofs"),
    Form("erofs lz4hc, loop", ("mkfs.erofs", "-zlz4hc", "-C65536", "FILE", "TREE"), "erofs", is_loop=True),
    Form("squashfs lz4", (*_SQUASHFS, "-comp", "lz4", "-Xhc"), "squashfs", is_loop=True),
    Form("squashfs zstd", (*_SQUASHFS, "-comp", "zstd"), "squashfs", is_loop=True),
)  # fmt: skip


def make(form: Form, tree: Path, work: Path) -> Path:
    """The image in this form."""
    if not form.command:
        return tree
    file = work / f"{form.name.replace(' ', '-').replace(',', '')}.img"
    words = {"FILE": str(file), "TREE": str(tree)}
    command = [words.get(word, word) for word in form.command]
    subprocess.run(command, check=True, capture_output=True)
    return file


@contextlib.contextmanager
def mounted(form: Form, made: Path, work: Path) -> Iterator[Path]:
    """Where its files can be read."""
    if not form.file_system:
        yield made
        return
    root = work / "root"
    root.mkdir(exist_ok=True)
    device = ""
    if form.is_loop:
        command = ["losetup", "--find", "--show", "--read-only", "--direct-io=on", str(made)]
        device = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        mount(device or str(made), root, form.file_system, _MS_RDONLY)
        try:
            yield root
        finally:
            unmount(root, 0)
    finally:
        if device:
            subprocess.run(["losetup", "--detach", device], check=True)


def forget(path: Path) -> None:
    """Take what lies at ``path`` out of the page cache."""
    os.sync()
    files = (
        [path]
        if path.is_file()
        else [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
    )
    for file in files:
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident_bytes(root: Path) -> int:
    """What of the files at ``root`` is in the page cache."""
    files = (
        [root]
        if root.is_file()
        else [p for p in root.rglob("*") if p.is_file() and not p.is_symlink()]
    )
    command = ["xargs", "-0", "fincore", "--bytes", "--noheadings", "--output", "RES"]
    names = "\0".join(map(str, files))
    done = subprocess.run(command, input=names, check=True, capture_output=True, text=True)
    return sum(map(int, done.stdout.split()))


def read_all(root: Path) -> None:
    """Read every file once."""
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def copy_s(made: Path, work: Path) -> float:
    """To copy it to another place on the disk, from the disk."""
    target, taken = work / "copy", []
    for _ in range(COPIES):
        forget(made)
        taken.append(seconds(lambda: _copy(made, target)))
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    return statistics.median(taken)


def _copy(made: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(made), str(target)], check=True)
    subprocess.run(["sync", "--file-system", str(target)], check=True)


async def _hello(pool: SlotPool, image: Image) -> tuple[float, float]:
    """Seconds to boot the image, and CPU seconds of a program in it."""
    started = time.perf_counter()
    async with pool.lease(image) as slot:
        booted = time.perf_counter()
        files = [InputFile("main.py", b"import json, re, random\nprint(json.dumps([42]))\n")]
        with Program(("python3", "main.py"), ENVIRONMENT, files, (), 0) as program:
            outcome = await slot.run(program, b"", Limits())
        assert outcome.stdout == b"[42]\n", outcome
        return booted - started, outcome.cpu_time_s


async def _runs(pool: SlotPool, root: Path, name: str) -> tuple[float, float, float]:
    """Seconds: the quickest boot; of CPU time, the first run, and the least of later ones."""
    _, first_s = await _hello(pool, Image(f"{name} first", root, None))
    boots = [await _hello(pool, Image(f"{name} {n}", root, None)) for n in range(BOOTS)]
    runs = [await _hello(pool, Image(f"{name} {BOOTS - 1}", root, None)) for _ in range(RUNS)]
    return min(b for b, _ in boots), first_s, min(r for _, r in runs)


def measure(
    form: Form, tree: Path, work: Path, pool: SlotPool, runner: asyncio.Runner
) -> list[str]:
    """A line of the table."""
    started = time.perf_counter()
    made = make(form, tree, work)
    make_s = time.perf_counter() - started
    disk = subprocess.run(
        ["du", "-s", "-B1", str(made)], check=True, capture_output=True, text=True
    )
    copied_s = copy_s(made, work)
    forget(made)
    with mounted(form, made, work) as root:
        boot_s, first_s, later_s = runner.run(_runs(pool, root, form.name))
    forget(made)
    with mounted(form, made, work) as root:
        read_all(root)
        cached = resident_bytes(root)
        behind = resident_bytes(made) if made != root else 0
    if made != tree:
        made.unlink()
    return [
        form.name,
        f"{int(disk.stdout.split()[0]) / 1e6:.0f}",
        f"{make_s:.1f}",
        f"{copied_s:.2f}",
        *(f"{value * 1000:.1f}" for value in (boot_s, first_s, later_s)),
        f"{cached / 1e6:.0f} + {behind / 1e6:.0f}",
    ]


def main() -> None:
    """Measure each form of the image that is named, by default Python's."""
    stored = ImageStore(Settings().images_dir).get(sys.argv[1] if len(sys.argv) > 1 else "python")
    table = Table(
        "form", "disk MB", "make s", "copy s", "boot ms", "first ms", "later ms", "cache MB"
    )
    with tempfile.TemporaryDirectory(prefix="sandbox-one-file-", dir="/var/lib") as folder:
        work = Path(folder)
        work.chmod(0o711)
        tree = work / "tree"
        subprocess.run(["cp", "-a", str(stored.rootfs), str(tree)], check=True)
        config = PoolConfig(
            name="one-file", slots=1, first_slot=0, first_uid=FIRST_UID,
            workplace=work / "slots", init_directory=Settings().state_dir / "init",
        )  # fmt: skip
        pool = SlotPool.open(config)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                for form in FORMS:
                    table.add_row(*measure(form, tree, work, pool, runner))
            finally:
                runner.run(pool.close())
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
