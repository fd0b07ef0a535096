"""The local queue: bounded, in order, and nothing accepted is lost."""

import asyncio
import dataclasses
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.jobs import Job, JobResult
from sandbox.models import Verdict
from sandbox.queue.base import Demand, QueueClosed, QueueFull
from sandbox.queue.local import LocalQueue


class FakeWorker:
    """Remembers what it was sent."""

    def __init__(self, name: str = "w") -> None:
        self.name = name
        self.jobs: list[Job] = []
        self.cancelled: list[str] = []

    def send_job(self, job: Job) -> None:
        self.jobs.append(job)

    def send_cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)


def job(name: str) -> Job:
    return Job(id=name, language="python", image=None, code=b"")


def done(name: str) -> JobResult:
    return JobResult(name, Verdict.OK, 1.0)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def test_jobs_go_out_in_order_and_only_when_claimed() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(10, 1 << 20), FakeWorker()
        queue.attach(worker, slots=2)
        for name in "abc":
            await queue.submit(job(name))
        assert worker.jobs == []
        queue.claim(worker, 2)
        assert [one.id for one in worker.jobs] == ["a", "b"]
        assert (queue.waiting, queue.running) == (1, 2)

    run(scenario())


def test_a_result_resolves_its_ticket() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(10, 1 << 20), FakeWorker()
        queue.attach(worker, slots=2)
        queue.claim(worker, 1)
        ticket = await queue.submit(job("a"))
        queue.complete(worker, done("a"))
        assert await ticket.result == done("a")
        await queue.drained()

    run(scenario())


def test_a_full_queue_accepts_nothing() -> None:
    async def scenario() -> None:
        queue = LocalQueue(2, 1 << 20)
        await queue.submit(job("a"))
        await queue.submit(job("b"))
        with pytest.raises(QueueFull):
            await queue.submit(job("c"))
        assert queue.waiting == 2

    run(scenario())


def test_a_queue_is_full_by_bytes_too() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(100, 1000), FakeWorker()
        large = dataclasses.replace(job("a"), stdin=bytes(900))
        await queue.submit(large)
        with pytest.raises(QueueFull):
            await queue.submit(dataclasses.replace(large, id="b"))
        await queue.submit(job("c"))
        queue.attach(worker, slots=2)
        queue.claim(worker, 1)
        await queue.submit(dataclasses.replace(large, id="d"))
        queue.cancel("d")
        await queue.submit(dataclasses.replace(large, id="e"))

    run(scenario())


def test_a_closed_queue_finishes_what_it_has() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(2, 1 << 20), FakeWorker()
        ticket = await queue.submit(job("a"))
        queue.close()
        with pytest.raises(QueueClosed):
            await queue.submit(job("b"))
        queue.attach(worker, slots=2)
        queue.claim(worker, 1)
        queue.complete(worker, done("a"))
        await queue.drained()
        assert ticket.result.result() == done("a")

    run(scenario())


def test_a_dead_workers_jobs_run_again_once_ahead_of_others_and_then_fail() -> None:
    async def scenario() -> None:
        queue = LocalQueue(10, 1 << 20)
        tickets = [await queue.submit(job(name)) for name in "abc"]
        for attempt in range(2):
            worker = FakeWorker()
            queue.attach(worker, slots=2)
            queue.claim(worker, 2)
            assert [(one.id, one.attempt) for one in worker.jobs] == [
                ("a", attempt),
                ("b", attempt),
            ]
            queue.detach(worker)
        for ticket in tickets[:2]:
            result = ticket.result.result()
            assert (result.verdict, result.reward) == (Verdict.IE, None)
            assert result.fault is not None
            assert result.fault.code == "worker_died"
        assert not tickets[2].result.done()
        assert queue.waiting == 1

    run(scenario())


def test_cancelling_tells_the_worker_and_frees_the_caller() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(10, 1 << 20), FakeWorker()
        queue.attach(worker, slots=2)
        queue.claim(worker, 1)
        running, waiting = await queue.submit(job("a")), await queue.submit(job("b"))
        queue.cancel("a")
        queue.cancel("b")
        queue.cancel("a")
        assert worker.cancelled == ["a"]
        assert running.result.cancelled()
        assert waiting.result.cancelled()
        queue.complete(worker, done("a"))  # it was on its way already
        await queue.drained()

    run(scenario())


def test_what_is_abandoned_is_answered_as_our_fault() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(10, 1 << 20), FakeWorker()
        queue.attach(worker, slots=2)
        queue.claim(worker, 1)
        tickets = [await queue.submit(job(name)) for name in "ab"]
        assert queue.abandon("draining", "stopped") == 2
        assert [ticket.result.result().verdict for ticket in tickets] == [Verdict.IE, Verdict.IE]
        await queue.drained()

    run(scenario())


def test_a_job_that_was_claimed_ahead_waits_until_there_is_a_slot() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(2, 1 << 20), FakeWorker()
        queue.attach(worker, slots=1)
        queue.claim(worker, 3)
        first, second, third = [await queue.submit(job(name)) for name in "abc"]
        assert [one.id for one in worker.jobs] == ["a", "b", "c"]
        assert (queue.waiting, queue.running, second.claimed_s) == (2, 1, None)
        assert queue.oldest_s > 0  # also if nobody waits outside of the worker
        with pytest.raises(QueueFull):
            await queue.submit(job("d"))
        queue.cancel("b")
        assert worker.cancelled == ["b"]
        assert second.result.cancelled()
        queue.complete(worker, done("a"))
        assert (queue.waiting, queue.running) == (0, 1)
        assert first.result.result() == done("a")
        assert third.claimed_s is not None

    run(scenario())


def test_a_job_that_was_claimed_ahead_can_expire() -> None:
    async def scenario() -> None:
        queue, worker = LocalQueue(10, 1 << 20, wait_s=0.01), FakeWorker()
        queue.attach(worker, slots=1)
        queue.claim(worker, 2)
        begun, late = await queue.submit(job("a")), await queue.submit(job("b"))
        result = await late.result
        assert result.fault is not None
        assert result.fault.code == "expired"
        assert worker.cancelled == ["b"]
        queue.complete(worker, done("b"))  # it was on its way already
        queue.complete(worker, done("a"))
        assert await begun.result == done("a")
        await queue.drained()

    run(scenario())


def test_the_death_of_a_worker_costs_nothing_that_had_not_begun() -> None:
    async def scenario() -> None:
        queue = LocalQueue(10, 1 << 20)
        for name in "abc":
            await queue.submit(job(name))
        worker = FakeWorker()
        queue.attach(worker, slots=1)
        queue.claim(worker, 2)
        queue.detach(worker)
        worker = FakeWorker()
        queue.attach(worker, slots=1)
        queue.claim(worker, 3)
        assert [(one.id, one.attempt) for one in worker.jobs] == [("a", 1), ("b", 0), ("c", 0)]

    run(scenario())


_steps = st.lists(
    st.sampled_from(["submit", "attach", "claim", "complete", "detach", "cancel"]), max_size=60
)


@given(_steps, st.randoms(use_true_random=False))
def test_every_accepted_job_gets_exactly_one_end(steps: list[str], random: Any) -> None:
    """Whatever happens, in the end each ticket is done, and never was a slot given two jobs."""

    async def scenario() -> None:
        queue = LocalQueue(8, 1 << 20)
        tickets, workers, credit = [], list[FakeWorker](), dict[FakeWorker, int]()
        ends = 0

        def count_end(_: object) -> None:
            nonlocal ends
            ends += 1

        for number, step in enumerate(steps):
            if step == "submit" and queue.waiting < 8:
                ticket = await queue.submit(job(str(number)), demand=Demand(work_s=0.1 * number))
                ticket.result.add_done_callback(count_end)
                tickets.append(ticket)
            elif step == "attach":
                workers.append(FakeWorker(str(number)))
                credit[workers[-1]] = 0
                queue.attach(workers[-1], slots=2)
            elif step == "cancel" and tickets:
                queue.cancel(random.choice(tickets).id)
            elif workers:
                worker = random.choice(workers)
                if step == "claim":
                    credit[worker] += 1
                    queue.claim(worker, 1)
                elif step == "complete" and worker.jobs:
                    queue.complete(worker, done(random.choice(worker.jobs).id))
                elif step == "detach":
                    workers.remove(worker)
                    queue.detach(worker)
            assert all(len(worker.jobs) <= credit[worker] for worker in workers)
            assert queue.running <= 2 * len(workers)
            assert queue.waiting or queue.waiting_work_s == 0
        queue.abandon("end", "of the test")
        await queue.drained()
        await asyncio.sleep(0)
        assert all(ticket.result.done() for ticket in tickets)
        assert ends == len(tickets)

    run(scenario())
