"""What happened in a run: observed by the kernel and by us, never told by the program."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Kill(StrEnum):
    """Why a run was ended before the program ended."""

    CPU_TIME = "cpu_time"
    WALL_TIME = "wall_time"
    MEMORY = "memory"
    OUTPUT = "output"
    STOPPED = "stopped"


class Refusal(StrEnum):
    """Why a file that matched a pattern was not collected."""

    NOT_REGULAR = "not_regular"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class StartError:
    """The program never ran.

    Attributes:
        doing: ``exec`` (the command cannot be executed) or ``files`` (its files cannot be written).
        reason: the kernel's words.
    """

    doing: Literal["exec", "files"]
    reason: str


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A file of a finished run; ``content`` is None when it was refused."""

    path: str
    content: bytes | None
    mode: int = 0o644
    refusal: Refusal | None = None
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one run.

    Attributes:
        exit_code: the program's exit status, None if a signal ended it.
        signal: the number of the signal that ended it, or None.
        killed_by: the limit for which the run was ended, or None.
        start_error: why the program could not be started at all, or None.
        cpu_time_s: CPU seconds of all its processes, from the cgroup.
        wall_time_s: seconds from exec to the program's end.
        memory_bytes: peak memory of all its processes and files, from the cgroup; where the kernel
            cannot tell that (see `SlotCgroup`), of the largest process.
        oom_kills: processes that the kernel killed for lack of memory.
        pids_refused: forks that the pids limit refused.
        leftover_processes: processes that were alive when the program had ended.
        stdout, stderr: what was written, up to the limit.
        files: collected files, in the order of the directory walk.
    """

    exit_code: int | None
    signal: int | None
    killed_by: Kill | None
    start_error: StartError | None
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int
    oom_kills: int
    pids_refused: int
    leftover_processes: int
    stdout: bytes
    stderr: bytes
    stdout_truncated: bool
    stderr_truncated: bool
    files: tuple[CollectedFile, ...] = ()
