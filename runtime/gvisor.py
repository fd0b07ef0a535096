"""The second wall: programs that are run by gVisor's kernel, inside of what a slot is anyway.

Theory of operation. With a runsc binary of gVisor's, init executes that in the place of each program
(``init/gvisor.c``). All the rest is as it is without: namespaces, user ids, cgroup, tmpfs and overlay are
the slot's and the run's, and hold gVisor; the program's system calls go to gVisor's kernel, a process that
needs few of this machine's own. Each run has a gVisor of its own, which is killed with it.

What gVisor needs for itself is added to the run's limits, and its CPU time is the program's: system calls
cost more. There is no warm interpreter, since it would be outside of the wall.
"""

import json
import shlex
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import HostNotReady
from runtime.limits import MIB, Limits

# The places inside a slot's container; init (gvisor.c) makes the run's root and the control directory.
_RUNSC, _BUNDLE = "/dev/runsc", "/dev/bundle"
_SCRATCH = "/tmp"  # noqa: S108 - of the slot's container, where init mounts each run's own
_ROOT, _STATE, _CONTROL = f"{_SCRATCH}/r", f"{_SCRATCH}/c/state", f"{_SCRATCH}/c/shared"
_FLAGS = (
    "--network=none",
    "--ignore-cgroups",  # the slot's holds everything
    "--overlay2=none",  # the run has an overlay already, on a tmpfs that has a size
    f"--root={_STATE}",
)
# What process 1 of a sandbox may do there, in gVisor's kernel.
_INSIDE_CAPABILITIES = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
    "CAP_SYS_ADMIN",
]  # fmt: skip
# As a program has them otherwise (jail.c); the rest of them can be set from inside.
_LIMITS = {"RLIMIT_MSGQUEUE": 0, "RLIMIT_NICE": 0, "RLIMIT_RTPRIO": 0, "RLIMIT_SIGPENDING": 1024}
# What the gofer needs besides what init has, in the slot's user namespace.
OUTSIDE_CAPABILITIES = ("CAP_FSETID",)


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a run's isolation itself takes of a slot, besides what the program may have.

    Attributes:
        memory_bytes: of memory, at most; it is added to the limit.
        least_memory_bytes: of memory, always; it is taken off what a run is said to have used.
        processes: processes and threads.
        processes_each: the same, for each that the program may have.
    """

    memory_bytes: int = 0
    least_memory_bytes: int = 0
    processes: int = 0
    processes_each: int = 0

    def limits(self, limits: Limits) -> tuple[int, int]:
        """The memory in bytes, and the processes, that a run within ``limits`` may have with this."""
        return (
            limits.memory_bytes + self.memory_bytes,
            limits.pids * (1 + self.processes_each) + self.processes,
        )


@dataclass(frozen=True, slots=True)
class Gvisor:
    """A gVisor that can be used.

    Attributes:
        runsc: its binary.
        flags: what whoever runs the service adds to our own; a platform, for one.
        bundle: the directory with the configuration of its sandboxes.
    """

    runsc: Path
    flags: tuple[str, ...]
    bundle: Path

    @classmethod
    def prepare(cls, command: str, bundle: Path) -> "Gvisor":
        """Writes the configuration, which is the same for all runs, into the new directory ``bundle``.

        Args:
            command: the binary, and flags if it needs any, quoted as for a shell.
            bundle: a directory that is not there yet.

        Raises:
            HostNotReady: there is no such binary.
        """
        name, flags = split_command(command)
        path = shutil.which(name)
        if path is None:
            raise HostNotReady(f"{name} is not there or not executable: install gVisor's runsc")
        if not Path(path).stat().st_mode & stat.S_IXOTH:
            raise HostNotReady(
                f"{path}: only its owner may execute it, and slots are others: chmod o+rx {path}"
            )
        bundle.mkdir()
        (bundle / "config.json").write_text(json.dumps(sandbox_config()))
        return cls(Path(path).resolve(), flags, bundle)

    @property
    def command(self) -> list[str]:
        """What init executes in the place of a program."""
        return [_RUNSC, *self.flags, *_FLAGS, "run", f"--bundle={_BUNDLE}", "run"]

    @property
    def mounts(self) -> list[dict[str, Any]]:
        """What a slot's container needs for it."""
        options = ["bind", "nosuid", "nodev", "ro"]
        return [
            {"destination": _RUNSC, "type": "bind", "source": str(self.runsc), "options": options},
            {
                "destination": _BUNDLE,
                "type": "bind",
                "source": str(self.bundle),
                "options": options,
            },
        ]


def split_command(command: str) -> tuple[str, tuple[str, ...]]:
    """The binary, and the flags, of a command that is quoted as for a shell.

    Raises:
        HostNotReady: its quotes do not match.
    """
    try:
        name, *flags = shlex.split(command) or [""]
    except ValueError as error:
        raise HostNotReady(f"the command of runsc, {command!r}, cannot be read: {error}") from error
    return name, tuple(flags)


def sandbox_config() -> dict[str, Any]:
    """The OCI configuration of a sandbox, as runsc finds it in a slot's container."""
    return {
        "ociVersion": "1.0.0",
        "root": {"path": _ROOT, "readonly": False},
        "hostname": "sandbox",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": ["/dev/control/init", "inside"],
            "env": [],
            "cwd": "/",
            "noNewPrivileges": True,
            "rlimits": [
                {"type": name, "soft": value, "hard": value} for name, value in _LIMITS.items()
            ],
            "capabilities": {
                kind: _INSIDE_CAPABILITIES for kind in ("bounding", "effective", "permitted")
            },
        },
        "mounts": [
            {"destination": "/dev/control", "type": "bind", "source": _CONTROL,
             "options": ["rbind", "nosuid", "nodev"]},
        ],
        "linux": {},
    }  # fmt: skip


NO_OVERHEAD = Overhead()
# Measured: an empty run takes 17 MB, a compiler 23 MB more than without, 3,000 new files 28 MB; 47
# processes and threads at first, and up to 6 for each of the program's.
GVISOR_OVERHEAD = Overhead(
    memory_bytes=32 * MIB, least_memory_bytes=16 * MIB, processes=256, processes_each=8
)
