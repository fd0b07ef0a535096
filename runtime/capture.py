"""Reading what a run writes, without ever blocking it and without keeping more than asked for."""

import asyncio
import os
from collections.abc import Callable

from runtime.feed import Listener

_CHUNK_BYTES = 65_536


class Capture:
    """The reading end of a pipe, drained by the event loop.

    Draining goes on past the limit, since a program that blocks on a full pipe would be judged by
    its waiting; what is beyond the limit is dropped and ``on_overflow`` is called, once.
    """

    def __init__(self, limit_bytes: int, owner: int, on_overflow: Callable[[], None]) -> None:
        """Opens a pipe; ``write_fd`` is for the program, to be closed with `close_write_end`.

        It belongs to the user ``owner``, who could not open it as ``/dev/stdout`` otherwise.
        """
        self._fd, self.write_fd = os.pipe2(os.O_CLOEXEC)
        os.fchown(self.write_fd, owner, owner)
        os.set_blocking(self._fd, False)
        self._limit_bytes = limit_bytes
        self._on_overflow = on_overflow
        self._parts: list[bytes] = []
        self._kept_bytes = 0
        self.truncated = False
        self.listener: Listener | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._read_available)

    def close_write_end(self) -> None:
        """Gives up our copy of the program's end."""
        if self.write_fd >= 0:
            os.close(self.write_fd)
            self.write_fd = -1

    def _read_available(self) -> None:
        # A bounded number of chunks a turn, so that a flood cannot starve the other slots.
        for _ in range(8):
            if not self._read_chunk():
                return

    def _read_chunk(self) -> bool:
        """Reads once; False when there is nothing more for now."""
        try:
            chunk = os.read(self._fd, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        if not chunk:
            self._loop.remove_reader(self._fd)
            if self.listener is not None:
                self.listener.on_end()
            return False
        room = self._limit_bytes - self._kept_bytes
        if len(chunk) > room:
            chunk = chunk[:room]
            if not self.truncated:
                self.truncated = True
                self._on_overflow()
        if chunk:
            self._parts.append(chunk)
            self._kept_bytes += len(chunk)
            if self.listener is not None:
                self.listener.on_data(chunk)
        return True

    def finish(self) -> bytes:
        """Takes what is left in the pipe, when no writer is alive, and closes it."""
        self._loop.remove_reader(self._fd)
        while self._fd >= 0 and self._read_chunk():
            pass
        self.close()
        return b"".join(self._parts)

    def close(self) -> None:
        """Closes both ends; can be called again."""
        self.close_write_end()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
