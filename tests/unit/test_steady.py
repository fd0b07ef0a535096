"""Measuring again: when it is done, what counts then, and who runs beside whom."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

import pytest

from sandbox.worker import noise, steady
from sandbox.worker.gate import Gate
from sandbox.worker.host import Kill, Limits, Outcome
from sandbox.worker.noise import Cores, Noise
from sandbox.worker.steady import Measured, Steady
from tests.api_harness import until
from tests.unit.test_verdict import outcome

LIMITS = Limits(cpu_time_s=1.0, wall_time_s=3.0)
CALM = Noise(0.0, 0.0, 0.0, 0)
SOON_S = 20


def scenario(work: Callable[[], Awaitable[Any]]) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(SOON_S):
            return await work()

    return asyncio.run(bounded())


class Machine:
    """Runs that take what a list says, on a machine that is quiet or not."""

    def __init__(self, *outcomes: Outcome, slowness: float = 1.0, starved: bool = False) -> None:
        self._outcomes = list(outcomes)
        self.limits: list[Limits] = []
        self._slowness = slowness
        self._starved = starved

    async def run(self, limits: Limits) -> Outcome:
        self.limits.append(limits)
        return self._outcomes.pop(0)

    def measure(self, *, busy: bool = False, grace: float = 1.0) -> Measured[Outcome]:
        async def work() -> Measured[Outcome]:
            gate = Gate()
            measuring = Steady(gate, grace)
            if not busy:
                return await measuring.measure(LIMITS, self.run, lambda one: one)
            async with gate.shared():
                task = asyncio.create_task(measuring.measure(LIMITS, self.run, lambda one: one))
                await until(lambda: bool(self.limits))
                await asyncio.sleep(0)
            return await task

        with (
            patch.object(steady, "PAUSES_S", (0.0,) * 4),
            patch.object(Noise, "now", lambda: CALM),
            patch.object(Noise, "starved", lambda *_: self._starved),
            patch.object(Cores, "slowness", lambda *_: self._slowness),
        ):
            result: Measured[Outcome] = scenario(work)
        return result


def took(cpu_time_s: float, **changes: Any) -> Outcome:
    return outcome(cpu_time_s=cpu_time_s, **changes)


def test_a_run_within_its_limit_is_never_run_again():
    for share in (0.1, 0.95, 1.0):
        machine = Machine(took(share), starved=True, slowness=2.0)
        assert machine.measure(busy=True) == Measured(took(share))


def test_a_run_may_go_beyond_its_limit_by_the_grace_and_no_further():
    machine = Machine(took(0.1))
    machine.measure(grace=0.25)
    assert machine.limits == [dataclasses.replace(LIMITS, cpu_time_s=1.25)]


def test_one_that_was_ended_there_is_too_slow_and_not_run_again():
    killed = took(2.0, exit_code=None, signal=9, killed_by=Kill.CPU_TIME)
    assert Machine(killed, starved=True).measure(busy=True) == Measured(killed)


def test_beside_others_one_above_its_limit_is_run_again_and_its_least_time_counts():
    assert Machine(took(1.4), took(0.9)).measure(busy=True) == Measured(took(0.9), ("rerun",))
    machine = Machine(took(1.3), took(1.4), took(1.35))
    assert machine.measure(busy=True) == Measured(took(1.3), ("rerun",))


def test_one_quiet_run_above_its_limit_may_be_chance_and_two_are_proof():
    machine = Machine(took(1.3), took(1.4), took(0.9))
    assert machine.measure(busy=True) == Measured(took(0.9), ("rerun",))
    machine = Machine(*(took(1.4),) * 5)
    assert machine.measure(busy=True) == Measured(took(1.4), ("rerun",))
    assert len(machine.limits) == 3


def test_one_above_its_limit_is_run_again_also_if_nobody_was_beside_it():
    assert Machine(took(1.4), took(0.9)).measure() == Measured(took(0.9), ("rerun",))
    assert Machine(*(took(1.4),) * 3).measure() == Measured(took(1.4), ("rerun",))


def test_two_quiet_runs_are_no_proof_if_another_one_was_near_the_limit():
    machine = Machine(took(1.3), took(1.01), took(1.4), took(1.4), took(0.99))
    assert machine.measure(busy=True) == Measured(took(0.99), ("rerun",))


def test_near_its_limit_it_is_tried_several_times():
    machine = Machine(took(1.05), took(1.06), took(1.04), took(0.99))
    assert machine.measure() == Measured(took(0.99), ("rerun",))


@pytest.mark.parametrize("noise_fields", [{"slowness": 1.5}, {"starved": True}])
def test_while_the_machine_is_noisy_it_is_tried_until_patience_ends(noise_fields: dict[str, Any]):
    machine = Machine(*(took(1.4),) * 5, **noise_fields)
    assert machine.measure(busy=True) == Measured(took(1.4), ("rerun", "noisy"))
    assert len(machine.limits) == 5


def test_an_endless_loop_is_run_again_once_at_most():
    waited = took(1.5, exit_code=None, signal=9, killed_by=Kill.WALL_TIME)
    killed = took(2.0, exit_code=None, signal=9, killed_by=Kill.CPU_TIME)
    machine = Machine(waited, killed, starved=True)
    assert machine.measure(busy=True).flags == ("rerun",)
    assert len(machine.limits) == 2


def test_what_the_wall_clock_ended_is_run_again_only_if_the_machine_was_starved():
    def ended(cpu_time_s: float) -> Outcome:
        return took(cpu_time_s, exit_code=None, signal=9, killed_by=Kill.WALL_TIME)

    assert Machine(ended(0.9)).measure(busy=True) == Measured(ended(0.9))
    assert Machine(ended(0.0), starved=True).measure() == Measured(ended(0.0))  # it slept
    machine = Machine(ended(0.9), ended(0.9), starved=True)
    assert machine.measure() == Measured(ended(0.9), ("rerun",))
    machine = Machine(ended(0.9), took(0.8), starved=True)
    assert machine.measure() == Measured(took(0.8), ("rerun",))


# --- the gate -------------------------------------------------------------------------------------


def test_those_who_share_see_each_other_and_one_alone_sees_nobody():
    async def work() -> None:
        gate = Gate()
        async with gate.shared() as first:
            assert [first.overlapped] == [False]
            async with gate.shared() as second:
                assert [first.overlapped, second.overlapped] == [True, True]
        async with gate.alone(5) as alone:
            late = asyncio.create_task(enter(gate))
            await asyncio.sleep(0.01)
            assert not late.done()
            assert not alone.overlapped
        assert not await late

    scenario(work)


async def enter(gate: Gate) -> bool:
    async with gate.shared() as presence:
        return presence.overlapped


def test_alone_waits_for_those_inside_but_not_for_ever():
    async def work() -> None:
        gate = Gate()
        inside = asyncio.Event()

        async def stay(until: asyncio.Event) -> None:
            async with gate.shared():
                inside.set()
                await until.wait()

        over = asyncio.Event()
        staying = asyncio.create_task(stay(over))
        await inside.wait()
        async with gate.alone(0.01) as presence:
            assert presence.overlapped
        over.set()
        await staying
        async with gate.alone(5) as presence:
            assert not presence.overlapped

    scenario(work)


def test_one_after_the_other_is_alone_and_a_cancelled_one_opens_the_gate_again():
    async def work() -> None:
        gate = Gate()
        order = []

        async def alone(name: str) -> None:
            async with gate.alone(5) as presence:
                order.append(name)
                await asyncio.sleep(0.01)
                assert not presence.overlapped

        await asyncio.gather(*(alone(name) for name in "abc"))
        assert order == ["a", "b", "c"]
        async with gate.shared():
            waiting = asyncio.create_task(alone("d"))
            await asyncio.sleep(0.01)
            waiting.cancel()
        assert await enter(gate) in (True, False)
        assert order == ["a", "b", "c"]

    scenario(work)


# --- noise ----------------------------------------------------------------------------------------


def test_counters_tell_a_starved_machine():
    before = Noise(100.0, 5.0, 1.0, 3)
    assert not Noise(110.0, 5.5, 1.0, 3).starved(before)
    assert Noise(110.0, 9.0, 1.0, 3).starved(before)
    assert Noise(110.0, 5.0, 1000.0, 3).starved(before)
    assert Noise(110.0, 5.0, 1.0, 4).starved(before)


def test_a_core_is_compared_with_its_best():
    cores = Cores()
    with patch.object(noise, "_measure", side_effect=[3.0, 2.0, 2.5]):
        assert cores.slowness(None) == 1.0
    with patch.object(noise, "_measure", side_effect=[3.0, 3.0, 4.0]):
        assert cores.slowness(0) == 1.5
    assert Cores().slowness(None) == 1.0
