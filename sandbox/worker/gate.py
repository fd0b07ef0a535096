"""Who runs beside whom: many at once as a rule, and now and then one alone, to measure it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Presence:
    """Somebody who is running; ``overlapped`` if anybody else was at the same time."""

    overlapped: bool = False


class Gate:
    """Lets many in, or one alone. For one event loop.

    Who wants to be alone closes the gate and waits until those inside have left, but not for ever: what
    runs long then stays, and counts as an overlap. So nobody inside may wait for anybody outside; one who
    is inside must not enter again.
    """

    def __init__(self) -> None:
        """The gate is open, and nobody is inside."""
        self._open = asyncio.Event()
        self._open.set()
        self._left = asyncio.Event()
        self._inside: set[Presence] = set()
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[Presence]:
        """Beside others; waits while somebody is alone, or wants to be."""
        while not self._open.is_set():
            await self._open.wait()
        with self._enter() as presence:
            yield presence

    @asynccontextmanager
    async def alone(self, within_s: float) -> AsyncIterator[Presence]:
        """With nobody else, if that can be had within so many seconds."""
        async with self._alone:
            self._open.clear()
            try:
                deadline_s = time.monotonic() + within_s
                while self._inside and (left_s := deadline_s - time.monotonic()) > 0:
                    self._left.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._left.wait(), left_s)
                with self._enter() as presence:
                    yield presence
            finally:
                self._open.set()

    @contextmanager
    def _enter(self) -> Iterator[Presence]:
        presence = Presence(overlapped=bool(self._inside))
        for other in self._inside:
            other.overlapped = True
        self._inside.add(presence)
        try:
            yield presence
        finally:
            self._inside.discard(presence)
            self._left.set()
