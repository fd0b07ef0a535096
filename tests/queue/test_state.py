"""The transitions in Redis, in any order: what is counted is what is there, and an end is the end."""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.queue.base import QueueBroken
from sandbox.queue.streams.store import Store
from tests.redis_server import RedisServer

P = "{sandbox}"
WORKERS = ("v", "w")
MARKS = ("", "_aa", "_bb")
STEPS = (
    "submit",
    "claim",
    "claim ahead",
    "begin",
    "commit",
    "stale commit",
    "beat",
    "leave",
    "succeed",
    "cancel",
    "survey",
    "forget",
    "register",
    "empty",
    "together",
    "together",
    # Most of what happens; else hardly anything would end.
    *("submit", "claim", "commit") * 3,
)

pytestmark = pytest.mark.timeout(120)


def _pairs(flat: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)


class Model:
    """What a test has done, and so what must be so."""

    def __init__(self, redis: RedisServer, seed: int) -> None:
        self._redis = redis
        self._store = Store(redis.url, lease_s=600)
        self._random = random.Random(seed)
        self._ids: list[str] = []
        self._submitted = 0
        self._held: list[tuple[str, str, int]] = []  # worker, job, token
        self._ends: dict[bytes, tuple[Any, ...]] = {}
        # As an API knows them, and the stamp that it has seen.
        self._fleet: dict[bytes, bytes] = {}
        self._stamp: int | bytes = 0
        self._hellos = 0

    async def run(self, steps: list[str]) -> None:
        """Takes the steps, and looks at everything after each."""
        try:
            with self._redis.client() as client:
                client.flushall()
                for worker in WORKERS:
                    await self._store.call("register", worker, b"hello")
                for step in steps:
                    await getattr(self, "_" + step.replace(" ", "_"))()
                    self._check(client)
        finally:
            await self._store.close()

    async def _submit(self) -> None:
        self._submitted += 1
        job_id = f"r_{self._submitted}{self._random.choice(MARKS)}"
        size = self._random.choice(("fast", "slow"))
        work_ms = self._random.randrange(5)
        state, _ = await self._store.call(
            "submit", job_id, b"job", 3, work_ms, f"{size}:", 60_000, "python", "", b"", 6, 99, 99
        )
        if state == b"accepted":
            self._ids.append(job_id)
            with self._redis.client() as client:
                # Room is asked of what comes new: what is given back may be more than that.
                assert int(client.hget(f"{P}:counts", "waiting")) <= 6

    async def _claim(self, ahead: int = 0, worker: str = "") -> None:
        worker = worker or self._random.choice(WORKERS)
        free = self._random.randrange(2 if ahead else 3)
        is_alone = set(self._there()) == {worker.encode()}
        claimed = await self._store.call("claim", worker, 3, free, 0, "", "", ahead)
        assert len(claimed) <= free + (ahead if is_alone else 0)
        assert [bool(one[-1]) for one in claimed] == [
            index >= free for index in range(len(claimed))
        ]
        self._held += [(worker, job_id.decode(), token) for job_id, token, *_ in claimed]

    async def _claim_ahead(self) -> None:
        """As often as not the other worker leaves, so that there are some for this one."""
        await self._submit()
        worker, other = self._random.sample(WORKERS, 2)
        if self._random.randrange(2):
            await self._store.call("register", worker, b"hello")
            await self._store.call("leave", other)
        await self._claim(2, worker)

    def _there(self) -> list[bytes]:
        with self._redis.client() as client:
            names: list[bytes] = client.zrange(f"{P}:workers", 0, -1)
            return names

    async def _begin(self) -> None:
        """Says of a job that was given last, whatever has become of it, that it has a slot now."""
        if self._held:
            worker, job_id, token = self._random.choice(self._held[-2:])
            assert not await self._store.call("claim", worker, 3, 0, 0, "", "", 0, job_id, token)

    async def _commit(self) -> None:
        if self._held:
            await self._say(self._held.pop(self._random.randrange(len(self._held))))

    async def _stale_commit(self) -> None:
        """As a worker does that has been paused, or whose answer was lost."""
        if self._held:
            await self._say(self._random.choice(self._held))

    async def _say(self, held: tuple[str, str, int]) -> None:
        _worker, job_id, token = held
        said = await self._store.call("commit", job_id, token, f"result {token}".encode())
        assert said in (b"done", b"fenced")

    async def _beat(self) -> None:
        worker = self._random.choice(WORKERS)
        mine = [(job_id, token) for name, job_id, token in self._held if name == worker]
        flat = [part for pair in mine for part in pair]
        lost = await self._store.call("beat", worker, self._random.randrange(2), *flat)
        if lost is None:
            await self._store.call("register", worker, b"hello")

    async def _leave(self) -> None:
        await self._store.call("leave", self._random.choice(WORKERS))

    async def _succeed(self) -> None:
        await self._store.call("succeed", self._random.choice(WORKERS))

    async def _cancel(self) -> None:
        if self._ids:
            await self._store.call("cancel", self._random.choice(self._ids))

    async def _survey(self) -> None:
        answer = await self._store.call("survey", 100, 1 << 20, 3_600_000, self._stamp)
        counts, _faults, *changes = answer
        self._stamp = dict(_pairs(counts)).get(b"fleet", b"0")
        if changes:
            names, news = changes
            known = {**self._fleet, **dict(_pairs(news))}
            self._fleet = {name: known[name] for name in names}
        with self._redis.client() as client:
            assert self._fleet == client.hgetall(f"{P}:hellos")

    async def _forget(self) -> None:
        """Some of what has ended, from the oldest on: time has gone by."""
        with self._redis.client() as client:
            ended = client.zrange(f"{P}:finished", 0, -1)
            old = ended[: self._random.randint(0, len(ended))]
            for name in old:
                owner = "".join(name.decode().split("_")[2:])
                for key in ("finished", f"owned:{owner}"):
                    client.zincrby(f"{P}:{key}", -60_000, name)
            await self._store.call("survey", 100, 1 << 20, 30_000)
            assert client.zrange(f"{P}:finished", 0, -1) == ended[len(old) :]
            assert not any(client.exists(b"%b:job:%b" % (P.encode(), name)) for name in old)
        self._ids = [name for name in self._ids if name.encode() not in old]

    async def _together(self) -> None:
        """Some steps as one call, and among them one that fails."""
        steps = (
            self._submit,
            self._claim,
            self._commit,
            self._stale_commit,
            self._cancel,
            self._beat,
        )
        some = [step() for step in self._random.choices(steps, k=self._random.randint(2, 6))]
        some.insert(self._random.randrange(len(some)), self._mistake())
        await asyncio.gather(*some)

    async def _mistake(self) -> None:
        with pytest.raises(QueueBroken):
            await self._store.call("beat")  # whose?

    async def _register(self) -> None:
        self._hellos += 1
        hello = f"hello {self._hellos}".encode()
        await self._store.call("register", self._random.choice(WORKERS), hello)

    async def _empty(self) -> None:
        """As when Redis comes back without its file."""
        with self._redis.client() as client:
            client.flushall()
        self._ids, self._held, self._ends = [], [], {}

    def _check(self, client: Any) -> None:
        jobs = {name.encode(): client.hgetall(f"{P}:job:{name}") for name in self._ids}
        queued = [one for one in jobs.values() if one[b"state"] == b"queued"]
        handed = [name for name, one in jobs.items() if one[b"state"] == b"handed"]
        waiting = [*queued, *(jobs[name] for name in handed)]
        running = [one for one in jobs.values() if one[b"state"] == b"running"]
        ended = {name: one for name, one in jobs.items() if b"finished" in one}
        assert len(waiting) + len(running) + len(ended) == len(jobs)
        assert sorted(client.zrange(f"{P}:handed", 0, -1)) == sorted(handed)
        assert all(int(one[b"deliveries"]) > 0 for one in running)
        counts = {name: int(value) for name, value in client.hgetall(f"{P}:counts").items()}
        assert counts.get(b"waiting", 0) == len(waiting)
        assert counts.get(b"running", 0) == len(running)
        for name in (b"bytes", b"work_ms"):
            assert counts.get(name, 0) == sum(int(one[name]) for one in waiting)
        kept = sum(len(one.get(b"result", b"")) for one in ended.values())
        assert counts.get(b"kept_bytes", 0) == kept
        for mark in MARKS:
            self._check_owned(client, mark, ended)
        self._check_lanes(client, len(queued), len(handed) + len(running))
        self._check_ends(ended)

    def _check_owned(self, client: Any, mark: str, ended: dict[bytes, dict[bytes, bytes]]) -> None:
        owner, marks = mark.removeprefix("_"), mark.split("_")[1:]
        own = {name: one for name, one in ended.items() if name.decode().split("_")[2:] == marks}
        assert {*client.zrange(f"{P}:owned:{owner}", 0, -1)} == own.keys()
        kept = sum(len(one.get(b"result", b"")) for one in own.values())
        assert (client.zscore(f"{P}:kept_by_runs", owner) or 0) == len(own)
        assert (client.zscore(f"{P}:kept_by_bytes", owner) or 0) == kept

    def _check_lanes(self, client: Any, queued: int, given: int) -> None:
        waiting = {name: int(value) for name, value in client.hgetall(f"{P}:lanes").items()}
        assert sum(waiting.values()) == queued
        assert min(waiting.values(), default=0) >= 0
        lanes = list(client.scan_iter(f"{P}:lane:*"))
        assert sum(client.xlen(lane) for lane in lanes) == queued + given
        assert sum(client.xpending(lane, "workers")["pending"] for lane in lanes) == given

    def _check_ends(self, ended: dict[bytes, dict[bytes, bytes]]) -> None:
        for name, one in ended.items():
            end = one[b"state"], one.get(b"result"), one.get(b"code"), one[b"finished"]
            assert self._ends.setdefault(name, end) == end
            assert b"payload" not in one
            if one[b"state"] == b"done":
                assert one[b"result"] == b"result " + one[b"token"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(STEPS), min_size=10, max_size=40), st.integers(0, 2**32))
def test_what_is_counted_is_there_and_an_end_is_the_end(
    redis: RedisServer, steps: list[str], seed: int
) -> None:
    asyncio.run(Model(redis, seed).run(steps))
