"""A run's standard input that becomes known while it runs, and who listens to its output meanwhile."""

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from typing import Protocol


class Listener(Protocol):
    """Hears what a run writes to its stdout, as it comes."""

    def on_data(self, data: bytes) -> None:
        """Some bytes, within the run's output limit."""

    def on_end(self) -> None:
        """Nobody can write any more."""


class Feed:
    """The writing end of a pipe that is a run's stdin.

    It never blocks and never says that it is full: what the pipe does not take yet is kept. So whoever
    writes must be bounded by other means; here it is another run's output limit.
    """

    def __init__(self) -> None:
        """Nothing is opened before the run begins; what is written before is kept."""
        self._fd = -1
        self._waiting = bytearray()
        self._closing = False
        self._gone = False

    def take_read_end(self, owner: int) -> int:
        """Opens the pipe and returns the end that the run reads, which belongs to user ``owner``."""
        read_fd, self._fd = os.pipe2(os.O_CLOEXEC)
        os.fchown(read_fd, owner, owner)
        os.set_blocking(self._fd, False)
        self._push()
        return read_fd

    def write(self, data: bytes) -> None:
        """Hands bytes on, or keeps them until there is room; a reader that is gone gets nothing."""
        if not self._closing and not self._gone:
            self._waiting += data
            self._push()

    def close(self) -> None:
        """The reader gets an end of file when it has read what was written."""
        self._closing = True
        self._push()

    def abandon(self) -> None:
        """The run has ended: drops what is left. Can be called again."""
        self._gone = True
        self._waiting.clear()
        self._release()

    def unread_bytes(self) -> int:
        """How much the run has been sent and has not taken yet."""
        in_pipe = 0
        if self._fd >= 0:
            answer = fcntl.ioctl(self._fd, termios.FIONREAD, b"\0" * 4)
            in_pipe = struct.unpack("=i", answer)[0]
        return len(self._waiting) + in_pipe

    def _push(self) -> None:
        if self._fd < 0:
            return
        loop = asyncio.get_running_loop()
        loop.remove_writer(self._fd)
        while self._waiting:
            try:
                sent = os.write(self._fd, self._waiting)
            except BlockingIOError:
                loop.add_writer(self._fd, self._push)
                return
            except BrokenPipeError:
                self.abandon()
                return
            del self._waiting[:sent]
        if self._closing:
            self._release()

    def _release(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(RuntimeError):  # the loop has been closed already
                asyncio.get_running_loop().remove_writer(self._fd)
            os.close(self._fd)
            self._fd = -1
