"""Programs that are run by gVisor: the same outcomes as without, by another kernel than the host's.

Many of these tests are those of the other files here, with slots of the other kind.
"""

import asyncio
import contextlib
import os
import platform
import random
import signal
from pathlib import Path

import pytest

from runtime.errors import SandboxFault
from runtime.gvisor import GVISOR_OVERHEAD, Overhead
from runtime.init_protocol import Progress
from runtime.limits import MIB, Limits
from runtime.outcome import Kill, Outcome
from runtime.pool import SlotPool
from runtime.slot import Slot
from tests.privileged.lab import QUICK, ROOMY, SLOTS, Runner, until
from tests.privileged.leaks import container_pid, members, slots_of
from tests.privileged.outcomes import FINISHED, ended, lines, said, was_short_of_memory
from tests.privileged.test_carrying import (
    test_a_program_reads_what_comes_while_it_runs,
    test_nothing_that_a_program_does_changes_what_is_protected,
)
from tests.privileged.test_collect import (
    test_a_daemon_cannot_change_what_is_collected,
    test_content_and_mode_come_back,
    test_files_come_back_of_the_working_directory_only,
    test_links_are_refused_and_not_followed,
    test_nothing_comes_back_of_a_run_that_was_ended,
)
from tests.privileged.test_fresh import (
    test_memory_holds_nothing_of_the_run_before,
    test_no_file_of_any_kind_is_there_at_the_start,
    test_usage_is_that_of_one_run,
)
from tests.privileged.test_isolation import (
    test_only_four_directories_can_be_written,
    test_process_1_cannot_be_signalled,
    test_there_is_loopback_and_nothing_else,
)
from tests.privileged.test_limits import (
    test_a_daemon_is_ended_and_counted_and_delays_nothing,
    test_a_file_cannot_be_larger_than_the_disk,
    test_an_endless_loop_is_ended_at_its_cpu_limit,
    test_an_idle_program_is_ended_at_its_wall_limit,
    test_children_that_ended_before_the_program_are_not_left,
    test_memory_of_a_child_counts_also_when_the_parent_survives,
    test_the_cpu_limit_is_shared_by_all_that_a_program_starts,
    test_the_disk_limit_is_shared_by_all_writable_places,
    test_the_number_of_open_files_is_limited,
    test_there_is_no_core_dump,
)
from tests.privileged.test_run import (
    test_arguments_arrive_as_they_are,
    test_environment_is_what_was_given_and_nothing_else,
    test_exit_code_is_reported_as_it_is,
    test_faults_of_a_c_program_are_its_signals,
    test_files_are_there_with_directories_and_modes,
    test_limits_are_those_of_this_run_and_not_of_the_last,
    test_ordinary_programs_run,
    test_output_can_be_opened_by_name,
    test_output_is_kept_byte_by_byte,
    test_signal_that_ends_a_program_is_reported,
    test_stdin_arrives_whole,
    test_stdin_cannot_be_changed,
    test_stdin_that_nobody_reads_does_not_block,
    test_stdout_and_stderr_are_kept_apart,
    test_usage_is_measured,
)
from tests.service.conftest import open_to_containers

pytestmark = pytest.mark.gvisor

__all__ = [
    "test_a_daemon_cannot_change_what_is_collected",
    "test_a_daemon_is_ended_and_counted_and_delays_nothing",
    "test_a_file_cannot_be_larger_than_the_disk",
    "test_a_program_reads_what_comes_while_it_runs",
    "test_an_endless_loop_is_ended_at_its_cpu_limit",
    "test_an_idle_program_is_ended_at_its_wall_limit",
    "test_arguments_arrive_as_they_are",
    "test_children_that_ended_before_the_program_are_not_left",
    "test_content_and_mode_come_back",
    "test_environment_is_what_was_given_and_nothing_else",
    "test_exit_code_is_reported_as_it_is",
    "test_faults_of_a_c_program_are_its_signals",
    "test_files_are_there_with_directories_and_modes",
    "test_files_come_back_of_the_working_directory_only",
    "test_limits_are_those_of_this_run_and_not_of_the_last",
    "test_links_are_refused_and_not_followed",
    "test_memory_holds_nothing_of_the_run_before",
    "test_memory_of_a_child_counts_also_when_the_parent_survives",
    "test_no_file_of_any_kind_is_there_at_the_start",
    "test_nothing_comes_back_of_a_run_that_was_ended",
    "test_nothing_that_a_program_does_changes_what_is_protected",
    "test_only_four_directories_can_be_written",
    "test_ordinary_programs_run",
    "test_output_can_be_opened_by_name",
    "test_output_is_kept_byte_by_byte",
    "test_process_1_cannot_be_signalled",
    "test_signal_that_ends_a_program_is_reported",
    "test_stdin_arrives_whole",
    "test_stdin_cannot_be_changed",
    "test_stdin_that_nobody_reads_does_not_block",
    "test_stdout_and_stderr_are_kept_apart",
    "test_the_cpu_limit_is_shared_by_all_that_a_program_starts",
    "test_the_disk_limit_is_shared_by_all_writable_places",
    "test_the_number_of_open_files_is_limited",
    "test_there_is_loopback_and_nothing_else",
    "test_there_is_no_core_dump",
    "test_usage_is_measured",
    "test_usage_is_that_of_one_run",
]

SMALL_MEMORY = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=64 * MIB, disk_bytes=256 * MIB)
FEW = Limits(cpu_time_s=2, wall_time_s=2, pids=16)
HELLO = ["echo", "hello"]

# --- another kernel -------------------------------------------------------------------------------


def test_the_kernel_is_gvisors_and_not_the_hosts(runner: Runner):
    release = said(runner.run_program(["uname", "-r"])).strip()
    messages = lines(runner.run_program(["dmesg"], filtered=False))
    assert release != platform.release()
    assert any("gVisor" in message for message in messages)


def test_the_report_cannot_be_forged(runner: Runner):
    # gVisor shows everybody which descriptors process 1 has; one of them is the report.
    code = """
import os
names = os.listdir("/proc/1/fd")
for name in names:
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY):
        try: print("opened", os.open(f"/proc/1/fd/{name}", flags))
        except OSError: pass
for path in ("/proc/1/mem", "/proc/1/cwd/dev/control", "/dev/control", "/dev/own/pids"):
    try: print("opened", os.open(path, os.O_RDONLY))
    except OSError: pass
print(len(names))
raise SystemExit(7)
"""
    outcome = runner.python(code)
    assert (7, None, None) == ended(outcome)
    assert ["1"] == outcome.stdout.decode().splitlines()


def test_it_is_nobody_of_importance_in_there_either(runner: Runner):
    code = """
import os
print(os.getresuid(), os.getresgid(), os.getgroups())
lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
print({int(lines[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd")}, lines["Seccomp"].strip())
"""
    three = (1000, 1000, 1000)
    assert [f"{three} {three} []", "{0} 2"] == lines(runner.python(code))


def test_no_device_is_there_but_the_harmless_ones(runner: Runner):
    found = set(lines(runner.python("import os; print(*os.listdir('/dev'), sep='\\n')")))
    assert {"null", "zero", "full", "random", "urandom", "shm"} <= found
    assert not found & {"fuse", "net", "tty", "ptmx", "pts", "control"}


def test_nothing_inside_names_the_host_or_the_slot(runner: Runner, pool: SlotPool):
    code = """
import os
for name in ("mounts", "mountinfo", "cgroup", "maps", "status", "environ"):
    for process in ("self", "1"):
        try: print(open(f"/proc/{process}/{name}").read())
        except OSError: pass
for folder, _, names in os.walk("/proc/sys"):
    for name in names:
        try: print(name, open(f"{folder}/{name}").read())
        except OSError: pass
print("the end")
"""
    text = said(runner.python(code))
    assert "the end" in text
    for slot in slots_of(pool):
        assert slot.name not in text
        assert str(slot._place.first_uid) not in text
    for word in (
        "/run/sandbox",
        "/var/lib/sandbox",
        "sha256",
        Path("/proc/sys/kernel/hostname").read_text(),
    ):
        assert word.strip() not in text


def test_the_file_system_is_the_images_and_nothing_of_the_hosts(runner: Runner, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    open_to_containers(tmp_path)
    secret.chmod(0o666)
    code = f"""
import os
print(*sorted(os.listdir("/")))
for path in ({str(secret)!r}, "/proc/1/root{secret}", "/box/../..{secret}"):
    try: print(open(path).read())
    except OSError as error: print(error.strerror)
"""
    names, *answers = lines(runner.python(code))
    image = {path.name for path in runner.images["python"].rootfs.iterdir()}
    assert image | {"box"} == set(names.split())
    assert {"No such file or directory", "Permission denied"} >= set(answers)
    assert 3 == len(answers)


# --- how it looks from outside --------------------------------------------------------------------


async def sleeping(runner: Runner, slot: Slot) -> asyncio.Task[Outcome]:
    """A run whose program has begun to sleep; nothing of that can be seen from outside."""
    task = asyncio.create_task(runner.run_in(slot, ["sleep", "60"]))

    def has_begun() -> bool:
        assert slot._container is not None
        page_fd = slot._container.page_fd
        return slot._run is not None and Progress.read(page_fd).start_ns > 0

    await until(has_begun)
    return task


def status_of(pid: int) -> dict[str, str]:
    """What the host says of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return {
        name: value.strip() for name, value in (line.split(":", 1) for line in text.splitlines())
    }


def namespaces_of(pid: int | str) -> set[str]:
    """The namespaces of a process that keep it from the host."""
    return {
        str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("net", "pid", "mnt", "user")
    }


def test_gvisor_has_the_slots_user_ids_and_none_of_the_hosts_namespaces(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await sleeping(runner, slot)
            init, first = container_pid(slot), slot._place.first_uid
            inside = members(slot) - {init}
            sentries = []
            for pid in inside:
                status = status_of(pid)
                assert set(map(int, status["Uid"].split())) <= set(range(first, first + 65_536))
                assert "1" == status["NoNewPrivs"]
                assert not namespaces_of(pid) & namespaces_of("self")
                sentries += [pid] * (int(status["Seccomp"]) == 2 and int(status["Threads"]) > 4)
            assert len(inside) >= 4, inside  # the keeper, runsc, the gofer, the sentry
            assert sentries  # under a filter of gVisor's own
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    runner.wait(scenario())


def keeper_of(slot: Slot) -> int:
    """The process that init has made for the run: its only child, since nothing is warm there."""
    init = container_pid(slot)
    return int(Path(f"/proc/{init}/task/{init}/children").read_text())


def test_a_gvisor_that_is_killed_is_our_fault_and_costs_no_slot(runner: Runner):
    async def scenario() -> None:
        async with runner.slot() as slot:
            task = await sleeping(runner, slot)
            for pid in members(slot) - {container_pid(slot), keeper_of(slot)}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with pytest.raises(SandboxFault, match="gvisor"):
                await task
        outcomes = await asyncio.gather(*(runner.run(HELLO) for _ in range(2 * SLOTS)))
        assert ["hello\n"] * len(outcomes) == [said(outcome) for outcome in outcomes]

    runner.wait(scenario())


def test_a_run_can_be_cancelled_at_any_moment(runner: Runner):
    delays = random.Random(1)

    async def scenario() -> None:
        for _ in range(10):
            task = asyncio.create_task(runner.run(["sh", "-c", "echo one; sleep 0.03; echo two"]))
            await asyncio.sleep(delays.random() * 0.5)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                assert "one\ntwo\n" == said(await task)
        assert "hello\n" == said(await runner.run(HELLO))

    runner.wait(scenario())


def test_a_run_can_be_stopped_and_its_slot_goes_on(runner: Runner):
    async def scenario() -> tuple[Outcome, Outcome]:
        async with runner.slot() as slot:
            task = await sleeping(runner, slot)
            slot.stop()
            return await task, await runner.run_in(slot, HELLO)

    stopped, after = runner.wait(scenario())
    assert (None, 9, Kill.STOPPED) == ended(stopped)
    assert "hello\n" == said(after)


def test_no_interpreter_is_kept_warm_outside_of_the_wall(runner: Runner, pool: SlotPool):
    assert all(slot._place.gvisor is not None for slot in slots_of(pool))
    assert "hello\n" == said(runner.run_program(HELLO))
    for slot in slots_of(pool):
        assert slot._container is None or slot._container._warm is None


def test_descriptors_are_three(runner: Runner):
    code = """
import os
def is_open(fd):
    try: return bool(os.fstat(fd))
    except OSError: return False
print([fd for fd in range(1000) if is_open(fd)])
"""
    assert "[0, 1, 2]\n" == said(runner.python(code))


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "x = [bytearray(1 << 20) for _ in range(500)]",
        "open('/tmp/x', 'wb').write(bytes(200 << 20))",
        "import mmap; x = mmap.mmap(-1, 500 << 20); x.write(bytes(500 << 20))",
    ],
    ids=["heap", "file", "shared mapping"],
)
def test_more_memory_than_allowed_is_noticed(runner: Runner, code: str):
    outcome = runner.python(code, limits=SMALL_MEMORY)
    assert was_short_of_memory(outcome)
    assert outcome.memory_bytes <= SMALL_MEMORY.memory_bytes + GVISOR_OVERHEAD.memory_bytes


def test_a_program_that_uses_nearly_all_its_memory_fits(runner: Runner):
    code = "x = bytearray(54 << 20)\nfor at in range(0, len(x), 4096): x[at] = 1"
    outcome = runner.python(code, limits=SMALL_MEMORY)
    assert FINISHED == ended(outcome)
    assert 54 * MIB <= outcome.memory_bytes <= SMALL_MEMORY.memory_bytes + 8 * MIB


@pytest.mark.parametrize("how", ["fork", "thread"])
def test_the_number_of_processes_is_limited(runner: Runner, how: str):
    code = f"""
import os, threading
def fork():
    if os.fork() == 0:
        os.read(os.pipe()[0], 1)
def thread():
    threading.Thread(target=threading.Event().wait, daemon=True).start()
started = 1
try:
    while True:
        {how}()
        started += 1
except (BlockingIOError, RuntimeError):
    print(started, flush=True)
os._exit(0)
"""
    limits = QUICK.with_changes(pids=16)
    assert ["16"] == lines(runner.python(code, limits=limits))


@pytest.mark.parametrize("how", ["fork", "vfork", "threads", "fork and exit", "sessions"])
def test_a_fork_bomb_ends_with_its_run(runner: Runner, how: str):
    outcome = runner.c_file("bomb.c", how, flags=["-pthread"], limits=FEW)
    assert outcome.killed_by in {Kill.CPU_TIME, Kill.WALL_TIME}


def test_a_fork_bomb_does_not_outlive_a_program_that_ends(runner: Runner):
    code = """
import os, time
if os.fork() == 0:
    while True:
        try: os.fork()
        except OSError: pass
time.sleep(0.3)
os._exit(7)
"""
    outcome = runner.python(code, limits=ROOMY.with_changes(pids=16))
    assert (7, None, None) == ended(outcome)
    assert outcome.leftover_processes > 0


def test_gvisor_that_dies_for_want_of_processes_is_the_programs_end(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
):
    code = """
import os
for _ in range(100):
    if os.fork() == 0:
        os.read(os.pipe()[0], 1)
"""
    limits = ROOMY.with_changes(pids=128)
    assert FINISHED == ended(runner.python(code, limits=limits))  # the control

    async def scenario() -> Outcome:
        async with runner.slot() as slot:
            assert slot._container is not None
            scarce = Overhead(memory_bytes=64 * MIB)
            monkeypatch.setattr(slot._container, "overhead", scarce)
            return await runner.run_in(
                slot, ["python3", "main.py"], {"main.py": code}, limits=limits
            )

    outcome = runner.wait(scenario())
    assert (None, 9, None) == ended(outcome)
    assert outcome.pids_refused > 0


def test_a_flood_of_output_is_ended_at_its_limit(runner: Runner):
    limits = QUICK.with_changes(output_bytes=100_000)
    outcome = runner.python("import os\nwhile True: os.write(1, b'x' * 65536)", limits=limits)
    assert (None, 9, Kill.OUTPUT) == ended(outcome)
    assert b"x" * 100_000 == outcome.stdout
