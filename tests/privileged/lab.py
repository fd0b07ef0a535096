"""Two real slots for all tests of this folder, and how a test runs programs in them.

The slots are made once in the pytest process: that needs a process without threads, gives it a
mount namespace of its own and lets it adopt orphans. When the last test that needs them has run,
`Lab.close` takes all of that back, so that other tests find the process as it was.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import functools
import os
import struct
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from images.errors import StoreError
from images.page_cache import ResidentFiles
from images.store import ImageStore
from runtime import seccomp, syscalls
from runtime.hostcheck.versions import parse_version
from runtime.init_protocol import InputFile
from runtime.limits import MIB, Limits
from runtime.outcome import Outcome
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.program import Program
from runtime.slot import Slot
from sandbox.settings import Settings

T = TypeVar("T")

IMAGES = ("python", "cpp")
SLOTS = 2
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"}
ROOMY = Limits(cpu_time_s=30, wall_time_s=60, memory_bytes=1024 * MIB, disk_bytes=256 * MIB)
QUICK = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=256 * MIB)

# A system-call filter that allows everything: one BPF_RET instruction with SECCOMP_RET_ALLOW.
NO_FILTER = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)

_CLONE_FS = 0x200

Files = Mapping[str, str | bytes | InputFile]


class ImagesMissing(Exception):
    """The images have to be built before the tests run."""


def find_images() -> dict[str, Image]:
    """The images that the tests use, by name."""
    store = ImageStore(Settings().images_dir)
    try:
        stored = {name: store.get(name) for name in IMAGES}
    except StoreError as error:
        raise ImagesMissing(
            f"{error}\nBuild the images first: .venv/bin/sandbox images build --all"
        ) from error
    return {name: Image(image.digest, image.rootfs) for name, image in stored.items()}


def input_files(files: Files) -> list[InputFile]:
    """The files of a run, from the shorter ways in which tests write them."""
    return [
        content
        if isinstance(content, InputFile)
        else InputFile(path, content.encode() if isinstance(content, str) else content)
        for path, content in files.items()
    ]


async def until(condition: Callable[[], T | None], within_s: float = 20.0) -> T:
    """Waits for something that nobody announces: asks again and again until there is an answer."""
    for _ in range(int(within_s / 0.01)):
        answer = condition()
        if answer:
            return answer
        await asyncio.sleep(0.01)
    raise TimeoutError(f"{condition} has no answer after {within_s} s")


class Runner:
    """Runs programs in the slots and waits for them."""

    def __init__(self, pool: SlotPool, loop: asyncio.AbstractEventLoop) -> None:
        self.pool = pool
        self.images = find_images()
        self.filter_program = seccomp.compile_policy(seccomp.load_policy("default"))
        self._loop = loop
        self._compiled: dict[tuple[str, ...], bytes] = {}

    def wait(self, coroutine: Coroutine[Any, Any, T], within_s: float = 90.0) -> T:
        """The result of a coroutine; a TimeoutError if it takes too long."""
        return self._loop.run_until_complete(asyncio.wait_for(coroutine, within_s))

    @contextlib.asynccontextmanager
    async def slot(self, image: str = "python", *, filtered: bool = True) -> AsyncIterator[Slot]:
        """A slot with a container of an image.

        Without the system-call filter for controls: what is denied there is denied by another layer.
        """
        async with self.pool.lease(self.images[image]) as slot:
            if not filtered:
                # Under another name, so that nobody else is given this container.
                await slot.boot("no filter", self.images[image].rootfs, NO_FILTER)
            yield slot

    async def run_in(
        self,
        slot: Slot,
        argv: Sequence[str],
        files: Files | None = None,
        *,
        stdin: bytes = b"",
        limits: Limits = QUICK,
        env: Mapping[str, str] | None = None,
        collect: Sequence[str] = (),
        collect_bytes: int = 16 * MIB,
    ) -> Outcome:
        """One run in a slot that the caller has."""
        environment = ENVIRONMENT if env is None else env
        with Program(
            argv, environment, input_files(files or {}), collect, collect_bytes
        ) as program:
            return await slot.run(program, stdin, limits)

    async def run(
        self, argv: Sequence[str], files: Files | None = None, *, image: str = "python",
        filtered: bool = True, **options: Any,
    ) -> Outcome:  # fmt: skip
        """One run in any slot; options as in `run_in`."""
        async with self.slot(image, filtered=filtered) as slot:
            return await self.run_in(slot, argv, files, **options)

    def run_program(
        self, argv: Sequence[str], files: Files | None = None, **options: Any
    ) -> Outcome:
        """`run`, and wait for it."""
        return self.wait(self.run(argv, files, **options))

    def python(self, code: str, files: Files | None = None, **options: Any) -> Outcome:
        """Runs a Python program."""
        return self.run_program(
            ["python3", "main.py"], {"main.py": code, **(files or {})}, **options
        )

    def python_in_one_slot(self, *codes: str, limits: Limits = QUICK) -> list[Outcome]:
        """Runs Python programs one after the other in one container."""

        async def all_of_them() -> list[Outcome]:
            async with self.slot() as slot:
                return [
                    await self.run_in(
                        slot, ["python3", "main.py"], {"main.py": code}, limits=limits
                    )
                    for code in codes
                ]

        return self.wait(all_of_them())

    def compile(self, source: str, *flags: str) -> bytes:
        """A C program, compiled in the sandbox and not on this machine."""
        key = (source, *flags)
        if key not in self._compiled:
            outcome = self.run_program(
                ["gcc", "-O1", "-Wall", "-o", "main", "main.c", *flags], {"main.c": source},
                image="cpp", limits=ROOMY, collect=["main"],
            )  # fmt: skip
            assert (0, b"") == (outcome.exit_code, outcome.stderr), outcome.stderr.decode()
            content = outcome.files[0].content
            assert content is not None
            self._compiled[key] = content
        return self._compiled[key]

    def c(self, source: str, *args: str, flags: Sequence[str] = (), **options: Any) -> Outcome:
        """Compiles a C program and runs it."""
        main = InputFile("main", self.compile(source, *flags), 0o755)
        return self.run_program(["./main", *args], {"main": main}, image="cpp", **options)

    @functools.cached_property
    def programs(self) -> Path:
        """Where longer programs lie."""
        return Path(__file__).parent / "programs"

    def c_file(self, name: str, *args: str, **options: Any) -> Outcome:
        """Compiles a C program of `programs` and runs it."""
        return self.c((self.programs / name).read_text(), *args, **options)


def peak_begins_anew() -> bool:
    """Whether a run's memory is told also when an earlier one in the slot had more."""
    release = parse_version(os.uname().release)
    return not Path("/sys/fs/cgroup/cgroup.controllers").exists() or (6, 12) <= (release or ())


def make_config(number: int, suffix: str = "", runsc: str = "") -> PoolConfig:
    """How the slots of one test process are made; processes have numbers.

    With ``runsc`` gVisor runs the programs.
    The ranges of user ids are far from those of a service that may be running on this machine.
    """
    name = f"test-{number}{suffix}"
    first = 1000 + 20 * number + (10 if suffix else 0)
    return PoolConfig(
        name=name,
        slots=SLOTS,
        first_slot=first,
        workplace=Path(f"/run/sandbox-{name}"),
        init_directory=Settings().state_dir / "init",
        runsc=runsc,
        open_files=10_000,
    )


def claim_number() -> tuple[int, int]:
    """A number that no other test process on this machine has, until the descriptor is closed.

    So two test runs at once do not clear each other's cgroups, and what a killed one left is cleared
    by the next one that gets its number.
    """
    for number in range(50):  # more would reach the user ids of others' services
        fd = os.open(f"/run/sandbox-test-{number}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
        else:
            return number, fd
    raise RuntimeError("fifty test processes are running on this machine")


class Lab:
    """The slots, their event loop, and what of this process they have changed."""

    def __init__(self, runsc: str = "") -> None:
        find_images()  # before anything is changed
        self.number, self._claim = claim_number()
        self.config = make_config(self.number, runsc=runsc)
        self._files = ResidentFiles()
        for name in IMAGES:
            self._files.add(ImageStore(Settings().images_dir).get(name).rootfs)
        self._first_mounts = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self.pool = SlotPool.open(self.config)
        self.loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self.runner = Runner(self.pool, self.loop)
        # Leaks are told from what is made once by having all of that made now.
        self.runner.wait(self._warm_up())
        self._is_open = True

    async def _warm_up(self) -> None:
        await asyncio.gather(*(self.runner.run(["true"]) for _ in range(self.config.slots)))
        await asyncio.gather(*(asyncio.to_thread(os.getpid) for _ in range(64)))

    def close(self) -> None:
        """Closes the slots and puts this process back into the mount namespace it came from."""
        if not self._is_open:
            return
        self._is_open = False
        self.runner.wait(self.pool.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        syscalls.process_control(syscalls.PR_SET_CHILD_SUBREAPER, 0)
        set_mount_namespace(self._first_mounts)
        os.close(self._first_mounts)
        self.config.workplace.rmdir()
        os.close(self._claim)
        self._files.close()

    @property
    def first_mount_namespace(self) -> str:
        """The mount namespace in which pytest was started, as a path for a child process."""
        return f"/proc/{os.getpid()}/fd/{self._first_mounts}"


def set_mount_namespace(fd: int) -> None:
    """setns(2) for the calling thread, and so for the threads and processes that it starts."""
    syscalls.unshare(_CLONE_FS)  # a mount namespace cannot be left in company
    libc = ctypes.CDLL(None, use_errno=True)
    directory = Path.cwd()
    if libc.setns(fd, syscalls.CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "setns to the first mount namespace")
    os.chdir(directory)  # the kernel goes to / with it
