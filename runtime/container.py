"""Containers: booted by crun from an image's read-only rootfs, each holding one process, init.

Theory of operation. crun is put into the slot's cgroup by a two-line shell, executes init as process 1
with a socket as descriptor 3, and exits. init is then a child of the worker (a "subreaper"), so its
death is noticed. config.json is generated from constants and from paths of our own; nothing of a
request ever reaches it.
"""

import asyncio
import contextlib
import json
import os
import select
import shutil
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import init_protocol as protocol
from runtime import syscalls
from runtime.cgroups import SlotCgroup
from runtime.errors import SandboxFault, SlotBroken
from runtime.gvisor import GVISOR_OVERHEAD, NO_OVERHEAD, OUTSIDE_CAPABILITIES, Gvisor, Overhead
from runtime.limits import Limits
from runtime.program import Program
from runtime.tasks import carry_through
from runtime.warm import WarmSpec
from runtime.warm.interpreters import USUAL, Interpreters

PAYLOAD_ID = 1000
UID_RANGE = 65_536
_INIT_PRIORITY = -10
_END_S = 5.0
_CAPABILITIES = [
    "CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_CHOWN",
    "CAP_FOWNER", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_SYS_RESOURCE", "CAP_SYS_CHROOT",
]  # fmt: skip
# $1 is a space-separated list of cgroup.procs files; the rest is the command.
_JOIN_AND_EXEC = 'for file in $1; do echo 0 > "$file" || exit 97; done; shift; exec "$@"'


@dataclass(frozen=True, slots=True)
class Place:
    """What a slot gives to its containers."""

    name: str
    first_uid: int
    directory: Path
    network: Path
    devices: Path
    init: Path
    warm_library: Path
    crun: str
    gvisor: Gvisor | None = None


def container_config(place: Place, rootfs: Path) -> dict[str, Any]:
    """The OCI configuration of a container in ``place`` from ``rootfs``.

    ``/dev`` is always a tmpfs: crun before 1.28 follows a symbolic link there out of the rootfs
    (CVE-2026-47766). There is never a terminal, and the working directory is constant.
    """
    ids = [{"containerID": 0, "hostID": place.first_uid, "size": UID_RANGE}]
    bind = ["bind", "nosuid"]
    capabilities, command, mounts = list(_CAPABILITIES), ["/dev/init"], []
    if place.gvisor is not None:
        capabilities += OUTSIDE_CAPABILITIES
        command += place.gvisor.command
        mounts = place.gvisor.mounts
    return {
        "ociVersion": "1.0.0",
        "root": {"path": str(rootfs), "readonly": True},
        "hostname": "sandbox",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": command,
            "env": [],
            "cwd": "/",
            "noNewPrivileges": True,
            "capabilities": {
                kind: capabilities for kind in ("bounding", "effective", "permitted")
            },
        },
        "mounts": [
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "mode=755", "size=64k"]},
            {"destination": "/dev/slot", "type": "bind", "source": str(place.devices),
             "options": [*bind, "noexec", "ro"]},
            {"destination": "/dev/init", "type": "bind", "source": str(place.init),
             "options": [*bind, "ro"]},
            {"destination": "/proc", "type": "proc", "source": "proc",
             "options": ["nosuid", "nodev", "noexec"]},
            *mounts,
        ],
        "linux": {
            "namespaces": [
                {"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
                {"type": "cgroup"}, {"type": "user"},
                {"type": "network", "path": str(place.network)},
            ],
            "uidMappings": ids,
            "gidMappings": ids,
        },
    }  # fmt: skip


class Container:
    """A booted container and the socket to its init."""

    def __init__(self, channel: socket.socket, name: str, place: Place) -> None:
        """Use `boot`."""
        self.channel = channel
        self.name = name
        self.payload_uid = place.first_uid + PAYLOAD_ID
        self.page_fd = protocol.shared_page()
        self.overhead: Overhead = NO_OVERHEAD if place.gvisor is None else GVISOR_OVERHEAD
        self._warm: Interpreters | None = None
        self._place = place
        self._bundle = place.directory / name

    async def start(self, cgroup: SlotCgroup, rootfs: Path, theirs: socket.socket) -> None:
        """Has crun start init, with ``theirs`` as its end of the channel."""
        self._bundle.mkdir()
        config = container_config(self._place, rootfs)
        (self._bundle / "config.json").write_text(json.dumps(config))
        # The boot itself needs more than a small run is given.
        cgroup.prepare(256 * 1024 * 1024, 256)
        await _crun(
            self._place, "run", "--detach", "--preserve-fds=1", f"--bundle={self._bundle}",
            f"--pid-file={self._bundle / 'pid'}", self.name, channel=theirs, cgroup=cgroup,
        )  # fmt: skip
        pid = self.pid
        if pid is None:
            raise SandboxFault(f"crun started {self.name} but did not say as which process")
        _favour(pid)

    async def configure(self, cgroup: SlotCgroup, filter_program: bytes) -> None:
        """Gives init what all runs have in common, and waits until it has taken it."""
        filter_fd = protocol.sealed_memory_file("filter", filter_program)
        try:
            message = protocol.CONFIGURE.pack(protocol.OP_CONFIGURE, cgroup.usage_scale_ns)
            fds = [filter_fd, cgroup.usage_fd, self.page_fd]
            socket.send_fds(self.channel, [message], fds)
        finally:
            os.close(filter_fd)
        async with asyncio.timeout(10):
            answer = await asyncio.get_running_loop().sock_recv(self.channel, 64)
        if len(answer) != protocol.READY.size:
            raise SandboxFault("init died while it was configured")
        _, error = protocol.READY.unpack(answer)
        if error:
            raise SandboxFault(f"init refused its configuration: {os.strerror(error)}")

    async def keep_warm(self, cgroup: SlotCgroup, spec: WarmSpec) -> None:
        """Starts the warm interpreter that most programs are forks of, and waits until it is ready."""
        library = self._place.warm_library
        self._warm = Interpreters(spec, self.channel, cgroup, self.payload_uid, library)
        await self._warm.start(USUAL)

    async def warm_for(self, program: Program, limits: Limits) -> int:
        """The number of the warm interpreter that a run is a fork of, which is ready then; 0 for none.

        Raises:
            SlotBroken: it cannot be started; the container is no good any more.
        """
        number = self._warm.number_for(program, limits) if self._warm is not None else 0
        if self._warm is not None and number:
            try:
                await carry_through(self._warm.start(number))
            except SandboxFault as error:
                raise SlotBroken(str(error)) from error
        return number

    @property
    def pid(self) -> int | None:
        """The process id of init, if crun has got as far as starting it."""
        try:
            return int((self._bundle / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    async def remove(self, cgroup: SlotCgroup) -> None:
        """Ends what there is of the container, however far its boot got, and forgets it."""
        self.channel.close()
        if self.page_fd >= 0:
            os.close(self.page_fd)
            self.page_fd = -1
        pid = self.pid
        if pid is not None:
            await asyncio.to_thread(_end, pid)
        await asyncio.to_thread(cgroup.kill)
        if pid is not None:
            with contextlib.suppress(ChildProcessError):
                await asyncio.to_thread(os.waitpid, pid, 0)
        await asyncio.to_thread(_reap_helpers)  # of a boot that failed
        # All that `crun delete` would do now; starting it made a swap half as long again.
        shutil.rmtree(_state_directory(self._place) / self.name, ignore_errors=True)
        shutil.rmtree(self._bundle, ignore_errors=True)


def _end(pid: int) -> None:
    """Kills a child of ours and waits until it is dead: with a container's process 1, all of it is.

    What the kernel cannot end is left to whoever looks at the cgroup next.
    """
    with contextlib.suppress(ProcessLookupError):
        fd = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(fd, signal.SIGKILL)
            death = select.poll()
            death.register(fd, select.POLLIN)
            death.poll(_END_S * 1000)
        finally:
            os.close(fd)


async def boot(
    place: Place,
    cgroup: SlotCgroup,
    rootfs: Path,
    name: str,
    filter_program: bytes,
    warm: WarmSpec | None = None,
) -> Container:
    """Boots a container in a slot. Do not cancel it: crun cannot be stopped half-way.

    Args:
        place: the slot's directories and ids.
        cgroup: the slot's cgroup, into which the container is born.
        rootfs: the image's root directory; it is mounted read-only.
        name: the container's name, ours and unique: ``[a-z0-9-]+``.
        filter_program: the compiled system-call policy for the runs.
        warm: the interpreter to keep warm in it, if any.

    Raises:
        SandboxFault: crun or init failed; the message has what they said, and nothing is left.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    container = Container(ours, name, place)
    try:
        with theirs:
            await container.start(cgroup, rootfs, theirs)
        cgroup.set_residents(1, 0)
        await container.configure(cgroup, filter_program)
        if warm is not None:
            await container.keep_warm(cgroup, warm)
    except (SandboxFault, OSError, TimeoutError) as error:
        await container.remove(cgroup)
        raise SandboxFault(f"{name} cannot be booted: {error}") from error
    return container


def _favour(pid: int) -> None:
    """Lets init act while its runs burn the core, and spares it when memory runs out.

    Without CAP_SYS_RESOURCE its score stays as it is: the kernel still takes the program first, whose
    score is the highest there is.
    """
    os.setpriority(os.PRIO_PROCESS, pid, _INIT_PRIORITY)
    if syscalls.has_capability(syscalls.CAP_SYS_RESOURCE):
        Path(f"/proc/{pid}/oom_score_adj").write_text("-1000")


def _state_directory(place: Place) -> Path:
    """Where crun keeps what it knows of each container."""
    return place.directory.parent / "crun"


async def _crun(
    place: Place,
    *arguments: str,
    channel: socket.socket | None = None,
    cgroup: SlotCgroup | None = None,
) -> None:
    command = [place.crun, f"--root={_state_directory(place)}",
               "--cgroup-manager=disabled", *arguments]  # fmt: skip
    if cgroup is not None:
        files = " ".join(str(path) for path in cgroup.join_files())
        command = ["/bin/sh", "-c", _JOIN_AND_EXEC, "sh", files, *command]
    # crun takes descriptors from 3 on, so the channel has to be 3 in the child.
    log = place.directory / "crun.log"
    with log.open("wb") as output:
        process = await asyncio.to_thread(_spawn, command, output.fileno(), channel)
    if process != 0:
        text = log.read_text(errors="replace").strip()[-1000:]
        raise SandboxFault(f"crun {arguments[0]} in {place.name} failed with {process}: {text}")


def _spawn(command: list[str], output_fd: int, channel: socket.socket | None) -> int:
    """Runs a command to its end with stdin empty; returns its exit status (negative: signal).

    posix_spawn and not subprocess: the channel must arrive as descriptor 3, whatever it is here.
    stdin is an empty file of our own: crun gives its owner to the container's root user, and the
    machine's /dev/null must not be his.
    """
    empty_fd = os.memfd_create("empty", os.MFD_CLOEXEC)
    actions: list[tuple[int, ...]] = [
        (os.POSIX_SPAWN_DUP2, empty_fd, 0),
        (os.POSIX_SPAWN_DUP2, output_fd, 1),
        (os.POSIX_SPAWN_DUP2, output_fd, 2),
    ]
    if channel is not None:
        actions.append((os.POSIX_SPAWN_DUP2, channel.fileno(), 3))
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    pid = os.posix_spawnp(
        command[0], command, environment, file_actions=actions, setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGINT, signal.SIGTERM),
    )  # fmt: skip
    os.close(empty_fd)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    _reap_helpers()
    return status


def _reap_helpers() -> None:
    """Reaps the processes that a detaching crun leaves behind and that we have adopted.

    They end at once, but count as members of the slot's cgroup until then. They are told from a crun
    that another thread waits for by having a session of their own, and from a container's process 1,
    which is a crun until it has executed init, by having no PID namespace of their own. Such a process
    1 is not waited for, but reaped if it has died before it was an init.
    """
    own_session = os.getsid(0)
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, children.read_text().split()):
            with contextlib.suppress(OSError):
                name, fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
                is_helper = name.endswith("(crun") and int(fields.split()[3]) != own_session
                if is_helper:
                    os.waitpid(pid, os.WNOHANG if _is_in_pid_namespace_below(pid) else 0)


def _is_in_pid_namespace_below(pid: int) -> bool:
    """Whether a process has a number in a PID namespace below ours too (also when it is a zombie)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return len(status.partition("\nNSpid:")[2].partition("\n")[0].split()) > 1
