"""The warm interpreters of one container: when each is started, and which one a program is a fork of."""

import asyncio
import contextlib
import os
import socket
from pathlib import Path

from runtime import init_protocol as protocol
from runtime.capture import Capture
from runtime.cgroups import SlotCgroup
from runtime.errors import SandboxFault
from runtime.limits import MIB, Limits
from runtime.program import Program
from runtime.warm import WarmSpec

# As init knows them; 0 stands for a program that is executed.
USUAL, WITH_RARE_MODULES = 1, 2
# How long one may take to load its modules from a cold disk, and what it may hold.
_WARM_UP_S = 60.0
_MEMORY_BYTES = 512 * MIB
_LIMITS = Limits(disk_bytes=16 * MIB, memory_bytes=256 * MIB, open_files=64)


class Interpreters:
    """Those of a container that keeps some."""

    def __init__(
        self, spec: WarmSpec, channel: socket.socket, cgroup: SlotCgroup, owner: int, library: Path
    ) -> None:
        """None is started yet.

        Args:
            spec: which interpreter, and what it loads.
            channel: to the container's init.
            cgroup: the slot's, whose residents they are.
            owner: the user id of programs, as the host sees it.
            library: where the library that they load has been built.
        """
        self.started: list[int] = []
        self._spec = spec
        self._channel = channel
        self._cgroup = cgroup
        self._owner = owner
        self._library = library

    def number_for(self, program: Program, limits: Limits) -> int:
        """Which one ``program`` should be a fork of; 0 if it can be of none.

        For a moment the fork needs a helper, so a run that may have one process only has no room for it.
        """
        if limits.pids <= 1 or not self._spec.accepts(program):
            return 0
        return WITH_RARE_MODULES if program.mentions(self._spec.rare_modules) else USUAL

    async def start(self, number: int) -> None:
        """Starts one, unless it has been, and waits until it is ready.

        Raises:
            SandboxFault: it does not become ready; the message has what it said.
        """
        if number in self.started:
            return
        modules = self._spec.modules
        if number == WITH_RARE_MODULES:
            modules += self._spec.rare_modules
        # What a run before has left is given back later, and is not the interpreter's.
        residue_bytes = max(0, self._cgroup.residue_bytes()) if self.started else 0
        self._cgroup.prepare(_MEMORY_BYTES, 16)
        with contextlib.ExitStack() as undo:
            outputs = [Capture(64 * 1024, self._owner, lambda: None) for _ in range(2)]
            for output in outputs:
                undo.callback(output.close)
            signal_read, signal_write = os.pipe2(os.O_CLOEXEC)
            undo.callback(os.close, signal_read)
            self._ask(number, modules, [output.write_fd for output in outputs], signal_write)
            for output in outputs:
                output.close_write_end()
            if not await _says_yes(signal_read):
                said = b"".join(output.finish() for output in outputs)[-1000:]
                raise SandboxFault(
                    f"the warm interpreter {self._spec.argv[0]} did not start:"
                    f" {said.decode(errors='replace')}"
                )
        self.started.append(number)
        held_bytes = self._cgroup.memory_in_use_bytes() - residue_bytes
        self._cgroup.set_residents(1 + len(self.started), held_bytes)

    def _ask(
        self, number: int, modules: tuple[str, ...], outputs: list[int], signal_write: int
    ) -> None:
        """Sends the request to init, and gives up our copies of what only the interpreter needs."""
        files = self._spec.files(self._library, modules)
        stdin_fd = protocol.sealed_memory_file("stdin")
        try:
            with Program(self._spec.argv, self._spec.env, files) as program:
                fds = [stdin_fd, *outputs, program.bundle_fd, signal_write]
                socket.send_fds(self._channel, [protocol.warm_message(_LIMITS, number)], fds)
        finally:
            os.close(stdin_fd)
            os.close(signal_write)


async def _says_yes(signal_read: int) -> bool:
    """Waits for the one byte that a ready interpreter writes; it closes the pipe without if it fails."""
    ready = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(signal_read, ready.set)
    try:
        async with asyncio.timeout(_WARM_UP_S):
            await ready.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(signal_read)
    return os.read(signal_read, 1) == b"1"
