"""What one run may use. Every figure is enforced by the kernel, none by the program's good will."""

from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Self

MIB = 1024 * 1024
KIB = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run.

    Attributes:
        cpu_time_s: CPU seconds of the run's whole family of processes. This is what is judged.
        wall_time_s: elapsed seconds; a backstop for programs that sleep or wait.
        memory_bytes: memory of the whole family, files on the run's tmpfs included.
        pids: processes and threads that may exist at once.
        disk_bytes: size of the run's writable layer, which is also the largest file.
        inodes: files and directories that may exist on the writable layer.
        output_bytes: bytes that are kept of stdout, and the same of stderr; one more ends the run.
        open_files: file descriptors of one process.
    """

    cpu_time_s: float = 10.0
    wall_time_s: float = 30.0
    memory_bytes: int = 512 * MIB
    pids: int = 64
    disk_bytes: int = 64 * MIB
    inodes: int = 16_384
    output_bytes: int = 1024 * KIB
    open_files: int = 1024

    def with_changes(self, **changes: Any) -> Self:
        """A copy in which the given fields are replaced; ``None`` keeps a field as it is."""
        return replace(
            self, **{name: value for name, value in changes.items() if value is not None}
        )

    def at_most(self, most: "Limits") -> Self:
        """A copy in which no limit is above that of ``most``."""
        pairs = zip(fields(self), astuple(self), astuple(most), strict=True)
        return replace(self, **{field.name: min(own, top) for field, own, top in pairs})


def default_wall_time_s(cpu_time_s: float) -> float:
    """The wall-time backstop that goes with a CPU limit: generous, since a busy host is no fault.

    The factor of three is the one that DMOJ's judge uses.
    """
    return max(3 * cpu_time_s, cpu_time_s + 2.0)
