"""What goes wrong while the load runs: one thing after the other, then all over again."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tests.chaos.processes import Part, signal_child
from tests.redis_server import RedisServer

# Longer than a lease: when it goes on, its jobs are others'.
_PAUSED_S = 13.0
_REDIS_AWAY_S = 1.5


class Havoc:
    """Kills and stops, and starts again what an orchestrator would."""

    def __init__(
        self, redis: RedisServer, apis: Sequence[Part], workers: Sequence[Part], seed: int
    ) -> None:
        """Nothing is harmed before `run`."""
        self.done: Counter[str] = Counter()
        self._redis = redis
        self._apis = apis
        self._workers = workers
        self._random = random.Random(seed)
        self._pauses: set[asyncio.Task[None]] = set()

    async def run(self, every_s: float, rounds: int) -> None:
        """So many rounds, or until it is cancelled; what is stopped goes on then."""
        harms: list[Callable[[], Awaitable[None]]] = [
            self._pause_a_worker,
            self._kill_a_worker,
            self._kill_redis,
            self._kill_an_api,
            self._kill_a_workers_machine,
        ]
        try:
            for harm in harms * rounds:
                await asyncio.sleep(every_s)
                await harm()
                self.keep()
            while True:
                await asyncio.sleep(every_s)
                self.keep()
        finally:
            for pause in self._pauses:
                pause.cancel()
            await asyncio.gather(*self._pauses, return_exceptions=True)

    def keep(self) -> None:
        """Starts what has ended."""
        for part in (*self._apis, *self._workers):
            if part.keep():
                self.done[f"{part.name} started again"] += 1

    async def _kill_a_worker(self) -> None:
        if signal_child(self._random.choice(self._workers), signal.SIGKILL):
            self.done["workers killed"] += 1

    async def _kill_a_workers_machine(self) -> None:
        """As if its power had gone: nobody starts it again at once."""
        self._random.choice(self._workers).kill()
        self.done["worker commands killed"] += 1

    async def _kill_an_api(self) -> None:
        if signal_child(self._random.choice(self._apis), signal.SIGKILL):
            self.done["APIs killed"] += 1

    async def _kill_redis(self) -> None:
        self._redis.kill()
        await asyncio.sleep(_REDIS_AWAY_S)
        await asyncio.to_thread(self._redis.start)
        self.done["Redis killed and started again"] += 1

    async def _pause_a_worker(self) -> None:
        pid = signal_child(self._random.choice(self._workers), signal.SIGSTOP)
        if pid is not None:
            self.done["workers paused"] += 1
            pause = asyncio.create_task(_go_on_later(pid))
            self._pauses.add(pause)
            pause.add_done_callback(self._pauses.discard)


async def _go_on_later(pid: int) -> None:
    try:
        await asyncio.sleep(_PAUSED_S)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
