"""A slot: the reusable isolated place in which one run happens at a time.

Life cycle: made once (cgroup, network namespace, device files, a range of user ids) → a container is
booted in it for an image → many runs → the container is swapped for another image's, or replaced after
its share of runs → closed. A slot whose container dies, hangs or does not come clean raises SlotBroken;
whoever owns it closes it and makes another.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

from runtime import build_init, netns, workplace
from runtime.cgroups import RESIDUE_BYTES, CgroupPool, SlotCgroup
from runtime.container import Container, Place, boot
from runtime.errors import SlotBroken
from runtime.feed import Feed, Listener
from runtime.gvisor import Gvisor
from runtime.limits import Limits
from runtime.outcome import Outcome
from runtime.program import Program
from runtime.run import Run
from runtime.sockets import collect_lost_sockets
from runtime.tasks import carry_through
from runtime.warm import WarmSpec

_WORTH_WARMING_RUNS = 10
# Between looks at what is left of a run; usually nothing is, and nobody waits.
_PAUSES_S = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
# What is left is taken off the next run's figure, and the kernel gives it back a little later: so it is
# given some time to, up to this pause, even where what is left could stay.
_PATIENT_S = 0.02
_SMALL_RESIDUE_BYTES = 2 * 1024 * 1024


class Slot:
    """One slot. Make it with `Slot.make`; it is not safe to use from two tasks at once."""

    def __init__(
        self, place: Place, make_cgroup: Callable[[], SlotCgroup], runs_per_container: int
    ) -> None:
        """Use `make`."""
        self.name = place.name
        self.cpu: int | None = None
        self.image: str | None = None
        self.runs_in_container = 0
        self._runs_per_container = runs_per_container
        self._place = place
        self._make_cgroup = make_cgroup
        self._cgroup = make_cgroup()
        self._container: Container | None = None
        self._container_numbers = itertools.count(1)
        self._boot_again: Callable[[], Awaitable[None]] | None = None
        self._run: Run | None = None
        self._broken = False
        self._is_clean = True
        self.has_leaked = False

    @classmethod
    def make(
        cls,
        name: str,
        first_uid: int,
        cpu: int | None,
        pool: CgroupPool,
        directory: Path,
        init_directory: Path,
        crun: str,
        runs_per_container: int,
        gvisor: Gvisor | None = None,
    ) -> "Slot":
        """Makes a slot without a container.

        It forks (pyroute2 does), so call it before the process has threads.

        Args:
            name: the slot's name in its worker, ``[a-z0-9-]+``.
            first_uid: of its range of user ids, which no other live slot may share.
            cpu: the core to which it is bound, or None.
            pool: where its cgroup is made.
            directory: the worker's workplace (see `runtime.workplace`), whose mounts go with it.
            init_directory: where init has been built.
            crun: the crun binary.
            runs_per_container: after so many runs the container is replaced; 1: a fresh one each.
            gvisor: what runs the programs in the kernel's place, if wanted.

        Raises:
            SandboxFault, OSError: a step failed.
        """
        place = Place(
            name=name,
            first_uid=first_uid,
            directory=directory / name,
            network=directory / "net" / name,
            devices=directory / name / "dev",
            init=build_init.binary_path(init_directory),
            warm_library=build_init.library_path(init_directory),
            crun=crun,
            gvisor=gvisor,
        )
        place.directory.mkdir(mode=0o711)
        workplace.make_devices(place.devices)
        netns.make_network(place.network)
        numbers = itertools.count(1)
        slot = cls(place, lambda: pool.make(f"{name}.{next(numbers)}", cpu), runs_per_container)
        slot.cpu = cpu
        return slot

    async def boot(
        self, image: str, rootfs: Path, filter_program: bytes, warm: WarmSpec | None = None
    ) -> None:
        """Puts a container of an image into the slot, in place of the one that is there.

        A boot that has begun is carried through, also when the caller is cancelled meanwhile. Where a
        container serves a few runs only, no interpreter is kept warm in it: that would cost more than
        it saves. Nor is one where gVisor runs the programs: it would be outside of it.

        Raises:
            SandboxFault: it could not be booted.
        """
        if self._runs_per_container < _WORTH_WARMING_RUNS or self._place.gvisor is not None:
            warm = None
        await carry_through(self._boot(image, rootfs, filter_program, warm))

    async def _boot(
        self, image: str, rootfs: Path, filter_program: bytes, warm: WarmSpec | None
    ) -> None:
        await self._remove_container()
        name = f"{self.name}-{next(self._container_numbers)}"
        self._container = await boot(self._place, self._cgroup, rootfs, name, filter_program, warm)
        self.image = image
        self.runs_in_container = 0
        self._broken = False
        self._is_clean = False  # what crun has read may be charged to the slot
        self._boot_again = lambda: self.boot(image, rootfs, filter_program, warm)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._container.channel, self._on_message)
        if self._cgroup.oom_event_fd is not None:
            loop.add_reader(self._cgroup.oom_event_fd, self._on_oom)

    async def run(
        self,
        program: Program,
        stdin: bytes | Feed,
        limits: Limits,
        listener: Listener | None = None,
    ) -> Outcome:
        """Runs a program once, isolated from every other run.

        With a `Feed` its input comes while it runs; a listener hears its output meanwhile.
        Cancelling the task ends the run at once and leaves the slot usable.

        Raises:
            SlotBroken: the slot must be closed; nothing can be said of the program.
            SetupFailed: the isolation could not be built; the slot should be closed.
            SandboxFault: the slot is fine, but something else of ours went wrong.
        """
        if self._boot_again is not None and self.runs_in_container >= self._runs_per_container:
            await self._boot_again()
        if self._container is None or self._broken:
            raise SlotBroken(f"{self.name}: there is no container to run in")
        try:
            if not self._is_clean:  # the last run was cancelled
                await self._come_clean()
            warm = 0
            # A warm interpreter has looked at its stdin already, and that was a file.
            if not isinstance(stdin, Feed):
                warm = await self._container.warm_for(program, limits)
            self.runs_in_container += 1
            self._is_clean = False
            self._run = Run(self._container, self._cgroup, program, limits, listener, warm=warm)
            outcome = await self._run.execute(stdin)
            if not self._run.abandoned:
                await self._come_clean()
        except (OSError, SlotBroken):
            self._broken = True
            raise
        finally:
            # Also when cancelled: execute has waited for the run's end or given the slot up.
            self._broken = self._broken or (self._run is not None and self._run.abandoned)
            self._run = None
        return outcome

    async def _come_clean(self) -> None:
        """Waits until nothing of a run is left. Raises SlotBroken: something stays."""
        try:
            await self._until_nothing_is_left()
        except SlotBroken:
            self.has_leaked = True
            raise

    async def _until_nothing_is_left(self) -> None:
        """No process, and no memory that is charged to the slot.

        Memory can outlive its processes: in files that are on their way through a socket, for one.
        """
        self._cgroup.check_clean()
        for pause_s in _PAUSES_S:
            most_bytes = _SMALL_RESIDUE_BYTES if pause_s <= _PATIENT_S else RESIDUE_BYTES
            if self._cgroup.residue_bytes() <= most_bytes:
                self._is_clean = True
                return
            collect_lost_sockets()
            await asyncio.sleep(pause_s)
            await asyncio.to_thread(self._cgroup.reclaim)
        left = self._cgroup.residue_bytes()
        raise SlotBroken(f"{self.name}: {left} bytes of memory are left of a run")

    def stop(self) -> None:
        """Ends the run that is under way, if there is one; it is `Kill.STOPPED` then."""
        if self._run is not None:
            self._run.stop()

    def _on_message(self) -> None:
        """init has said something, or has died."""
        assert self._container is not None
        try:
            message = self._container.channel.recv(256)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if self._run is not None and message:
            self._run.on_report(message)
            return
        if not message:
            self._broken = True
            asyncio.get_running_loop().remove_reader(self._container.channel)
            if self._run is not None:
                self._run.on_death()

    def _on_oom(self) -> None:
        """Memory ran out (cgroup v1): the kernel kills one process, we end the family."""
        self._cgroup.take_oom_event()
        if self._run is not None:
            self._run.on_oom()

    @property
    def is_usable(self) -> bool:
        """Whether the slot has a live container."""
        return self._container is not None and not self._broken

    async def _remove_container(self) -> None:
        container, self._container = self._container, None
        self.image = None
        if container is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(container.channel)
        if self._cgroup.oom_event_fd is not None:
            loop.remove_reader(self._cgroup.oom_event_fd)
        await container.remove(self._cgroup)

    async def rebuild(self) -> None:
        """Replaces what a broken slot consists of: its container and its cgroup.

        The network namespace stays: it holds nothing but the sockets of processes, and those are dead.

        Raises:
            SlotBroken: something inside does not die; the slot must never be used again.
        """
        await carry_through(self._rebuild())

    async def _rebuild(self) -> None:
        await self._close()
        self._cgroup = await asyncio.to_thread(self._make_cgroup)
        self._broken = self.has_leaked = False

    async def close(self) -> None:
        """Ends everything inside and removes the cgroup. Raises SlotBroken like `rebuild`."""
        await carry_through(self._close())

    async def _close(self) -> None:
        self._broken = True
        await self._remove_container()
        await asyncio.to_thread(self._cgroup.close)
