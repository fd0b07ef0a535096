"""The worker's side of the conversation with init; the other side is ``init/protocol.h``."""

import fcntl
import mmap
import os
import signal
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from runtime.limits import Limits
from runtime.outcome import CollectedFile, Refusal

OP_CONFIGURE, OP_RUN, OP_KILL, OP_READY, OP_REPORT, OP_WARM = 1, 2, 3, 4, 5, 6

STEPS = (
    "none", "request", "clone", "mount_tmpfs", "layers", "mount_overlay", "bind_dev", "mount_proc",
    "mask_proc", "pivot", "fork", "gvisor", "score", "stdio", "capabilities", "identity", "workdir",
    "files", "rlimits", "seccomp", "exec", "running",
)  # fmt: skip
RUNNING = len(STEPS) - 1

CONFIGURE = struct.Struct("=II")
RUN = struct.Struct("=IIIIQQQQQQ")
READY = struct.Struct("=II")
PROGRESS = struct.Struct("=IiiIQQQQQ")
REPORT = struct.Struct("=IIiiIIQQQ")
KILL_MESSAGE = struct.pack("=I", OP_KILL)
_BUNDLE = struct.Struct("=IIIIII")
_FILE = struct.Struct("=IIQQ")
_COLLECTED = struct.Struct("=IIIIQQ")
MAX_STRINGS = 2048  # of a kind; init's table has room for so many
_BUNDLE_MAGIC = 0x31424E44
_REFUSALS = (None, Refusal.NOT_REGULAR, Refusal.TOO_LARGE, Refusal.TOO_MANY)

_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_MIB = 1024 * 1024


class Collecting(IntEnum):
    """What init sends back of a finished run's working directory."""

    NOTHING = 0
    BY_PATTERNS = 1
    ALL_OF_IT = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What init says when nothing of a run is alive any more."""

    step: int
    error: int
    wait_status: int
    killed: bool
    leftovers: int
    wall_s: float
    cpu_s: float
    max_rss_bytes: int

    @classmethod
    def parse(cls, message: bytes) -> Self:
        """Raises ``struct.error`` or ValueError if the message is not a report."""
        op, step, error, status, killed, leftovers, wall_ns, cpu_ns, rss = REPORT.unpack(message)
        if op != OP_REPORT or step >= len(STEPS):
            raise ValueError(f"not a report: operation {op}, step {step}")
        return cls(step, error, status, bool(killed), leftovers, wall_ns / 1e9, cpu_ns / 1e9, rss)

    @classmethod
    def of_killed(cls, wall_s: float, cpu_s: float) -> Self:
        """The report of a run that was killed together with init."""
        return cls(RUNNING, 0, int(signal.SIGKILL), True, 0, wall_s, cpu_s, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has got, from the page that init shares; times in ns, 0 for not yet.

    Attributes:
        start_ns: when the program was executed, by the monotonic clock.
        end_ns: when it ended; what comes then is our own work.
        cpu_start_ns: what the cgroup's CPU clock showed at the start.
    """

    start_ns: int
    end_ns: int
    cpu_start_ns: int

    @classmethod
    def read(cls, page_fd: int) -> Self:
        """Looks at the page now."""
        page = os.pread(page_fd, PROGRESS.size, 0)
        _, _, _, _, start_ns, end_ns, cpu_start_ns, _, _ = PROGRESS.unpack(page)
        return cls(start_ns, end_ns, cpu_start_ns)


def shared_page() -> int:
    """A descriptor of an empty page for `Progress`, which init maps."""
    fd = os.memfd_create("progress", os.MFD_CLOEXEC)
    os.ftruncate(fd, mmap.PAGESIZE)
    return fd


def run_message(
    limits: Limits,
    *,
    collect_bytes: int | None,
    collect: Collecting = Collecting.BY_PATTERNS,
    warm: int = 0,
) -> bytes:
    """The request for one run.

    Args:
        limits: of the run.
        collect_bytes: most that is brought back, or None when nothing is collected.
        collect: what is brought back, if anything is.
        warm: the number of the warm interpreter that the program is a fork of; 0: it is executed.
    """
    return _request(OP_RUN, limits, collect_bytes, collect, warm)


def warm_message(limits: Limits, number: int) -> bytes:
    """The request to start warm interpreter ``number``; what it writes and opens has limits too."""
    return _request(OP_WARM, limits, 0, Collecting.BY_PATTERNS, number)


def _request(
    op: int, limits: Limits, collect_bytes: int | None, collect: Collecting, warm: int
) -> bytes:
    return RUN.pack(
        op,
        Collecting.NOTHING if collect_bytes is None else collect,
        warm,
        limits.pids,
        limits.disk_bytes,
        limits.inodes,
        # A stack of the size of the memory limit would be fair to deep recursion, but glibc gives
        # every thread that much address space; 256 MiB is enough for both.
        min(limits.memory_bytes, 256 * _MIB),
        # The kernel counts this one by its ticks, and whoever runs at a tick has all of it: beside busy
        # neighbours 8 s by ticks were 6.5 s by the clock that limits go by. Nothing may end before that.
        2 * int(limits.cpu_time_s) + 10,
        limits.open_files,
        collect_bytes or 0,
    )


# What init may send of collected files besides their contents: headers and paths (collect.c).
MAX_COLLECTED_OVERHEAD_BYTES = 2 * 16_384 * (_COLLECTED.size + 4096)
# A file with this in its mode is root's: the program can neither change nor replace it.
PROTECTED = 0x10000


def sealed_memory_file(name: str, *parts: bytes) -> int:
    """A descriptor of an unchangeable file in memory, positioned at its start.

    Sealing matters: the program could open ``/proc/self/fd/0`` for writing otherwise.
    """
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[os.write(fd, view) :]
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
        os.lseek(fd, 0, os.SEEK_SET)
    except BaseException:
        os.close(fd)
        raise
    return fd


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a run finds in its working directory when it starts.

    ``mode`` may say too that it is a directory or a symbolic link (``stat.S_IFDIR``, ``S_IFLNK`` with the
    target as content), and that it is `PROTECTED`. An ``mtime_ns`` of 0 is now.
    """

    path: str
    content: bytes
    mode: int = 0o644
    mtime_ns: int = 0


def pack_bundle(
    argv: Sequence[str],
    env: Mapping[str, str],
    files: Sequence[InputFile],
    patterns: Sequence[str],
) -> list[bytes]:
    """The bytes of a bundle, in parts. Text is UTF-8; no string may hold a NUL.

    Raises:
        ValueError: a NUL in a string, no argument at all, or too many strings.
    """
    environment = [f"{name}={value}" for name, value in env.items()]
    strings = [text.encode() for text in (*argv, *environment, *patterns)]
    paths = [file.path.encode() for file in files]
    if max(len(argv), len(environment), len(patterns)) > MAX_STRINGS:
        raise ValueError(f"a bundle may have {MAX_STRINGS} arguments, variables and patterns each")
    if not argv or any(b"\0" in text for text in (*strings, *paths)):
        raise ValueError("a bundle needs an argument, and no string in it may hold a NUL")
    parts = [
        _BUNDLE.pack(_BUNDLE_MAGIC, len(argv), len(environment), len(patterns), len(files), 0),
        b"".join(text + b"\0" for text in strings),
    ]
    for file, path in zip(files, paths, strict=True):
        header = _FILE.pack(len(path) + 1, file.mode, len(file.content), file.mtime_ns)
        parts.append(header + path + b"\0")
        parts.append(file.content)
    return parts


def unpack_collected(data: bytes) -> tuple[CollectedFile, ...]:
    """The files that init sent; a record cut short (a killed run) is left out."""
    files = []
    position = 0
    while position + _COLLECTED.size <= len(data):
        path_bytes, mode, refusal, _, size, mtime_ns = _COLLECTED.unpack_from(data, position)
        start = position + _COLLECTED.size + path_bytes
        end = start if refusal else start + size
        if end > len(data) or refusal >= len(_REFUSALS):
            break
        # A program may name its files in any bytes; what is not UTF-8 is shown, not lost.
        path = data[start - path_bytes : start].decode(errors="backslashreplace")
        content = None if refusal else data[start:end]
        files.append(CollectedFile(path, content, mode, _REFUSALS[refusal], mtime_ns))
        position = end
    return tuple(files)
