"""Slots as a pool: who serves which image, what becomes of a slot that is lost, killed or abandoned."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable
from pathlib import Path

import pytest

from runtime import syscalls
from runtime.errors import HostNotReady, SandboxFault, SetupFailed, SlotBroken
from runtime.limits import Limits
from runtime.outcome import Kill, Outcome
from runtime.pool import Image, PoolConfig, SlotPool
from runtime.slot import Slot
from tests.privileged.lab import SLOTS, Runner, until
from tests.privileged.leaks import cgroup_directories, container_pid, members, slots_of
from tests.privileged.outcomes import FINISHED, ended, said

SLEEP = ["sleep", "60"]
HELLO = ["echo", "hello"]


def is_running(slot: Slot, name: str) -> bool:
    """Whether a program of that name runs in a slot, seen from outside."""
    for pid in members(slot) - {container_pid(slot)}:
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{pid}/comm").read_text() == f"{name}\n":
                return True
    return False


async def started(slot: Slot, program: Awaitable[Outcome]) -> asyncio.Task[Outcome]:
    """The task of a run whose program has been executed."""
    task = asyncio.ensure_future(program)
    await until(lambda: is_running(slot, "sleep"))
    assert isinstance(task, asyncio.Task)
    return task


async def is_fine(runner: Runner) -> None:
    """Every slot serves a run, none of them with what is left of another."""
    outcomes = await asyncio.gather(*(runner.run(HELLO) for _ in range(2 * SLOTS)))
    assert ["hello\n"] * len(outcomes) == [said(outcome) for outcome in outcomes]


# --- images and containers ------------------------------------------------------------------------


def test_a_slot_is_swapped_between_images(runner: Runner):
    async def scenario() -> list[bytes]:
        found = []
        for image in ("python", "cpp", "python", "cpp", "cpp", "python"):
            outcome = await runner.run(["sh", "-c", "command -v gcc; true"], image=image)
            found.append(outcome.stdout)
        return found

    gcc, none = b"/usr/bin/gcc\n", b""
    assert [none, gcc, none, gcc, gcc, none] == runner.wait(scenario())


def test_a_slot_that_has_the_image_is_preferred(runner: Runner):
    async def scenario() -> tuple[set[int | None], set[int | None]]:
        async with runner.slot("python"), runner.slot("cpp"):
            pass  # now one slot holds each
        pids: dict[str, set[int | None]] = {"python": set(), "cpp": set()}
        for image in ("cpp", "cpp", "python", "cpp", "python", "python"):
            async with runner.slot(image) as slot:
                pids[image].add(container_pid(slot))
        return pids["python"], pids["cpp"]

    python, cpp = runner.wait(scenario())
    assert (1, 1) == (len(python), len(cpp))


def test_a_container_is_replaced_after_its_share_of_runs(
    runner: Runner, pool: SlotPool, monkeypatch: pytest.MonkeyPatch
):
    for slot in slots_of(pool):
        monkeypatch.setattr(slot, "_runs_per_container", 3)

    async def scenario() -> list[int | None]:
        async with runner.slot() as held:  # so that all runs are in the other slot
            await held.boot("fresh", runner.images["python"].rootfs, runner.filter_program)
            async with runner.slot("python") as slot:
                image = runner.images["python"]
                await slot.boot(image.digest, image.rootfs, runner.filter_program)
            pids = []
            for _ in range(7):
                async with runner.slot() as slot:
                    await runner.run_in(slot, HELLO)
                    pids.append(container_pid(slot))
            return pids

    first, second, third = (pids := runner.wait(scenario()))[0], pids[3], pids[6]
    assert [first] * 3 + [second] * 3 + [third] == pids
    assert 3 == len({first, second, third})


def test_who_finds_no_free_slot_waits_for_one(runner: Runner):
    at_once: list[int] = []
    running = 0
    all_are_taken = asyncio.Event()

    async def one() -> None:
        nonlocal running
        async with runner.slot() as slot:
            running += 1
            at_once.append(running)
            if running == SLOTS:
                all_are_taken.set()
            await all_are_taken.wait()
            assert "hello\n" == said(await runner.run_in(slot, HELLO))
            running -= 1

    async def many() -> None:
        await asyncio.gather(*(one() for _ in range(5 * SLOTS)))

    runner.wait(many())
    assert SLOTS == max(at_once)


def test_an_image_that_cannot_be_booted_is_our_fault_and_costs_no_slot(runner: Runner):
    async def scenario() -> None:
        for rootfs in (Path("/nowhere"), Path("/dev/null")):
            with pytest.raises(SandboxFault, match="crun run in slot-"):
                async with runner.pool.lease(Image("sha256:none", rootfs)):
                    pass
        await is_fine(runner)

    runner.wait(scenario())
    assert SLOTS == runner.pool.size


def test_a_rootfs_that_lacks_what_init_needs_is_named_by_its_step(runner: Runner, tmp_path: Path):
    # /tmp is where init mounts a run's own layer.
    for name in ("dev", "proc", "etc"):
        (tmp_path / name).mkdir()
    for directory in (tmp_path, *tmp_path.parents[:3]):
        directory.chmod(0o755)

    async def scenario() -> None:
        async with runner.pool.lease(Image("sha256:without-tmp", tmp_path)) as slot:
            with pytest.raises(SetupFailed, match="step mount_tmpfs: ENOENT"):
                await runner.run_in(slot, HELLO)
        await is_fine(runner)

    runner.wait(scenario())


@pytest.mark.parametrize("link_to", ["outside", "/etc"])
def test_a_rootfs_with_a_linked_dev_changes_nothing_outside(
    runner: Runner, tmp_path: Path, link_to: str
):
    # CVE-2026-47766: crun before 1.28 makes device files where such a link leads.
    outside, rootfs = tmp_path / "outside", tmp_path / "rootfs"
    for path in (outside, rootfs, rootfs / "proc", rootfs / "tmp"):
        path.mkdir()
    (rootfs / "dev").symlink_to(outside if link_to == "outside" else link_to)

    async def scenario() -> None:
        with pytest.raises(SandboxFault):
            async with runner.pool.lease(Image("sha256:linked-dev", rootfs)):
                pass

    before = sorted(Path("/etc").iterdir())
    runner.wait(scenario())
    assert [] == list(outside.iterdir())
    assert before == sorted(Path("/etc").iterdir())


# --- cancellation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_cancelled_run_is_ended_and_nobody_gets_its_result(runner: Runner, times: int):
    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await started(slot, runner.run_in(slot, SLEEP))
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            # A caller who insists does not wait for the end; then the slot is not used again.
            assert times > 1 or (slot.is_usable and not is_running(slot, "sleep"))
        assert "hello\n" == said(await runner.run(HELLO))
        await is_fine(runner)

    runner.wait(scenario())


def test_a_cancelled_run_costs_no_container(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            before = container_pid(slot)
            for _ in range(20):
                task = await started(slot, runner.run_in(slot, SLEEP))
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert "hello\n" == said(await runner.run_in(slot, HELLO))
            assert before == container_pid(slot)

    runner.wait(scenario())


def test_a_run_can_be_cancelled_at_any_moment(runner: Runner):
    delays = random.Random(1)

    async def scenario() -> None:
        for _ in range(100):
            task = asyncio.create_task(runner.run(["sh", "-c", "echo one; sleep 0.003; echo two"]))
            await asyncio.sleep(delays.random() * 0.012)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                assert "one\ntwo\n" == said(await task)
        await is_fine(runner)

    runner.wait(scenario())


def test_a_boot_can_be_cancelled_at_any_moment(runner: Runner):
    delays = random.Random(2)

    async def scenario() -> None:
        for turn in range(40):
            image = ("python", "cpp")[turn % 2]
            tasks = [asyncio.create_task(runner.run(HELLO, image=image)) for _ in range(2)]
            await asyncio.sleep(delays.random() * 0.04)
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    assert "hello\n" == said(await task)
        await is_fine(runner)

    runner.wait(scenario())


def test_who_is_cancelled_while_waiting_takes_no_slot(runner: Runner):
    async def scenario() -> None:
        async with runner.slot(), runner.slot():
            waiting = [asyncio.create_task(runner.run(HELLO)) for _ in range(5)]
            await asyncio.sleep(0)
            for task in waiting[1:]:
                task.cancel()
            results = await asyncio.gather(*waiting[1:], return_exceptions=True)
            assert {asyncio.CancelledError} == {type(result) for result in results}
        assert "hello\n" == said(await waiting[0])
        await is_fine(runner)

    runner.wait(scenario())


# --- what is killed from outside ------------------------------------------------------------------


def test_init_that_dies_during_a_run_is_our_fault_and_costs_no_slot(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await started(slot, runner.run_in(slot, SLEEP))
            kill(container_pid(slot))
            with pytest.raises(SlotBroken, match="the container died"):
                await task
            with pytest.raises(SlotBroken):
                await runner.run_in(slot, HELLO)
        await is_fine(runner)

    runner.wait(scenario())
    assert SLOTS == runner.pool.size


def test_init_that_dies_while_idle_is_replaced_before_the_next_run(runner: Runner, pool: SlotPool):
    async def scenario() -> None:
        await is_fine(runner)
        for slot in slots_of(pool):
            kill(container_pid(slot))
            await until(lambda slot=slot: not slot.is_usable)  # type: ignore[misc]  # bound now
        await is_fine(runner)

    runner.wait(scenario())


def test_init_that_dies_just_before_a_run_is_our_fault(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            kill(container_pid(slot))
            with pytest.raises(SlotBroken):
                await runner.run_in(slot, HELLO)
        await is_fine(runner)

    runner.wait(scenario())


def test_a_keeper_that_is_killed_is_our_fault(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await started(slot, runner.run_in(slot, SLEEP))
            kill(next(pid for pid in members(slot) if parent_of(pid) == container_pid(slot)))
            with pytest.raises(SandboxFault):
                await task
        await is_fine(runner)

    runner.wait(scenario())


def test_a_program_that_is_killed_from_outside_ends_by_that_signal(runner: Runner):
    async def scenario() -> Outcome:
        async with runner.slot() as slot:
            task = await started(slot, runner.run_in(slot, SLEEP))
            for pid in members(slot) - {container_pid(slot)}:
                if parent_of(pid) != container_pid(slot):
                    kill(pid, signal.SIGUSR1)
            return await task

    assert (None, signal.SIGUSR1, None) == ended(runner.wait(scenario()))


def test_a_slot_that_does_not_come_clean_is_not_used_again(runner: Runner):
    async def scenario() -> None:
        runner.pool.take_mishaps()
        async with runner.slot() as slot:
            for directory in cgroup_directories(slot):
                (directory / "cgroup.procs").write_text(str(alien.pid))
            with pytest.raises(SlotBroken, match="2 processes after a run instead of 1"):
                await runner.run_in(slot, HELLO)
            assert not slot.is_usable
        await is_fine(runner)
        assert {"leaked": 1, "rebuilt": 1} == runner.pool.take_mishaps()

    with subprocess.Popen(["sleep", "60"]) as alien:
        runner.wait(scenario())
        assert -signal.SIGKILL == alien.wait()


LOW_LIMIT = """
import resource
from runtime import syscalls
from runtime.errors import HostNotReady
from runtime.pool import allow_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 1000))
for count in (900, 3000):
    try:
        allow_open_files(count)
    except HostNotReady as error:
        print(error)
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_limit_of_open_files_below_what_runs_may_have_is_raised_or_named():
    done = subprocess.run(
        [sys.executable, "-c", LOW_LIMIT], capture_output=True, text=True, check=True
    )
    high_enough, *too_low = done.stdout.splitlines()
    assert high_enough == "(100, 1000)"
    if syscalls.has_capability(syscalls.CAP_SYS_RESOURCE):
        assert too_low == ["(100, 3000)"]
    else:
        assert "runs may have 3000 open files, but this process only 1000: raise" in too_low[0]


def test_a_stopped_init_is_given_up(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runtime.run._KILL_ANSWER_S", 0.3)

    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await started(slot, runner.run_in(slot, SLEEP, limits=Limits(wall_time_s=0.5)))
            kill(container_pid(slot), signal.SIGSTOP)
            with pytest.raises(SlotBroken, match="does not end a run"):
                await task
        await is_fine(runner)

    runner.wait(scenario())


def kill(pid: int | None, number: int = signal.SIGKILL) -> None:
    assert pid is not None
    os.kill(pid, number)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


# --- many -----------------------------------------------------------------------------------------

Expected = tuple[int | None, int | None, Kill | None]
QUICK_ONES: list[tuple[list[str], bytes, Limits, Expected, bytes | None]] = [
    (["sh", "-c", "exit 7"], b"", Limits(), (7, None, None), b""),
    (["sh", "-c", "kill -15 $$"], b"", Limits(), (None, 15, None), b""),
    (["cat"], bytes(range(256)), Limits(), FINISHED, bytes(range(256))),
    (["sleep", "9"], b"", Limits(wall_time_s=0.02), (None, 9, Kill.WALL_TIME), b""),
    (
        ["sh", "-c", "while :; do :; done"],
        b"",
        Limits(cpu_time_s=0.02),
        (None, 9, Kill.CPU_TIME),
        b"",
    ),
    (["yes"], b"", Limits(output_bytes=10), (None, 9, Kill.OUTPUT), b"y\n" * 5),
    (["sh", "-c", "(sleep 60 &) ; echo x > /tmp/x"], b"", Limits(), FINISHED, b""),
    (["sh", "-c", "ls /tmp /box; echo 12; echo 34"], b"", Limits(), FINISHED, None),
    (["no-such-command"], b"", Limits(), (127, None, None), b""),
]


def test_two_hundred_runs_two_at_a_time_all_end_as_they_should(runner: Runner):
    choices = random.Random(3).choices(range(len(QUICK_ONES)), k=200)

    async def one(which: int) -> tuple[int, Expected, bytes]:
        argv, stdin, limits, _, _ = QUICK_ONES[which]
        outcome = await runner.run(argv, stdin=stdin, limits=limits)
        return which, ended(outcome), outcome.stdout

    async def all_of_them() -> list[tuple[int, Expected, bytes]]:
        return await asyncio.gather(*(one(which) for which in choices))

    for which, how, stdout in runner.wait(all_of_them()):
        expected = QUICK_ONES[which][4]
        if expected is None:  # what ls prints when there is nothing, for two directories
            expected = b"/box:\n\n/tmp:\n12\n34\n"
        assert (QUICK_ONES[which][3], expected) == (how, stdout), QUICK_ONES[which][0]


def test_the_same_program_ends_the_same_way_every_time(runner: Runner):
    code = "import sys; print(sorted({str(n) for n in range(99)}) == 0, id(0) and hash('x') and 1)"
    outcomes = {said(runner.python(code)) for _ in range(20)}
    assert 1 == len(outcomes)


# --- opening --------------------------------------------------------------------------------------


def test_slots_are_not_made_in_a_process_with_threads(lab):
    # The lab's event loop has threads by now.
    with pytest.raises(HostNotReady, match="before the process starts threads"):
        SlotPool.open(PoolConfig(name="test-threads", slots=1))


def test_a_loop_of_boots_never_hangs(runner: Runner):
    # A container's process is a crun for an instant before it is init; once it was waited for.
    async def scenario() -> None:
        image = runner.images["python"]

        async def boots(turns: int) -> None:
            async with runner.slot() as slot:
                for _ in range(turns):
                    await slot.boot(image.digest, image.rootfs, runner.filter_program)
                    assert "hello\n" == said(await runner.run_in(slot, HELLO))

        await asyncio.gather(boots(40), boots(40))

    runner.wait(scenario(), within_s=60)
