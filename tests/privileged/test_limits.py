"""Programs that take too much: each limit holds, is named, and leaves the slot as it was."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from runtime.limits import KIB, MIB, Limits
from runtime.outcome import Kill, Outcome
from runtime.pool import Image
from runtime.run import Run
from tests.privileged.lab import Runner, peak_begins_anew
from tests.privileged.outcomes import FINISHED, ended, lines, said, was_short_of_memory

# How much more than its limit a run may take until it is ended: the machine may be busy.
SLACK = 3.0

BY_CPU = (None, 9, Kill.CPU_TIME)
BY_WALL = (None, 9, Kill.WALL_TIME)
BY_OUTPUT = (None, 9, Kill.OUTPUT)
SHORT = Limits(cpu_time_s=0.3, wall_time_s=5)
SHORT_WALL = Limits(cpu_time_s=5, wall_time_s=0.4)


# --- CPU time -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import os\nwhile True: os.getppid()",
        "x = [0] * 1000\nwhile 1: sorted(x)",
    ],
    ids=["user", "system", "both"],
)
def test_an_endless_loop_is_ended_at_its_cpu_limit(runner: Runner, code: str):
    outcome = runner.python(code, limits=SHORT)
    assert BY_CPU == ended(outcome)
    assert SHORT.cpu_time_s <= outcome.cpu_time_s < SHORT.cpu_time_s * SLACK


@pytest.mark.parametrize("how", ["threads", "processes", "daemons"])
def test_the_cpu_limit_is_shared_by_all_that_a_program_starts(runner: Runner, how: str):
    outcome = runner.c_file("spin.c", how, "4", flags=["-pthread"], limits=SHORT)
    assert BY_CPU == ended(outcome)
    assert SHORT.cpu_time_s <= outcome.cpu_time_s < SHORT.cpu_time_s * SLACK


def test_cpu_time_of_children_that_have_ended_counts(runner: Runner):
    code = """
import os, time
while True:
    if os.fork() == 0:
        until = time.process_time() + 0.01
        while time.process_time() < until: pass
        os._exit(0)
    os.wait()
"""
    assert BY_CPU == ended(runner.python(code, limits=SHORT))


@pytest.mark.parametrize("size", [0, 50 * MIB], ids=["small", "large"])
def test_nobody_is_ended_for_cpu_time_before_it_is_used_up(runner: Runner, size: int):
    # Writing the files into the run is our work, and not on the program's clock.
    limits = Limits(cpu_time_s=0.1, wall_time_s=5, disk_bytes=64 * MIB)
    for _ in range(5):
        outcome = runner.python("while True: pass", {"big": bytes(size)}, limits=limits)
        assert BY_CPU == ended(outcome)
        assert outcome.cpu_time_s >= limits.cpu_time_s


def test_a_program_below_its_limit_is_left_alone(runner: Runner):
    code = "import time\nwhile time.process_time() < 0.2: pass"
    assert FINISHED == ended(runner.python(code, limits=SHORT))


# --- wall time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import os; os.read(os.pipe()[0], 1)",
        "import signal; signal.pthread_sigmask(0, signal.valid_signals()); signal.pause()",
        "import subprocess; subprocess.run(['sleep', '60'])",
    ],
    ids=["sleeps", "stops itself", "reads for ever", "blocks signals", "waits for a child"],
)
def test_an_idle_program_is_ended_at_its_wall_limit(runner: Runner, code: str):
    outcome = runner.python(code, limits=SHORT_WALL)
    assert BY_WALL == ended(outcome)
    assert SHORT_WALL.wall_time_s <= outcome.wall_time_s < SHORT_WALL.wall_time_s * SLACK + 1
    assert outcome.cpu_time_s < SHORT_WALL.cpu_time_s


@pytest.mark.parametrize("limits", [Limits(cpu_time_s=0), Limits(wall_time_s=0)])
def test_a_limit_of_nothing_ends_a_run_and_is_no_fault_of_ours(runner: Runner, limits: Limits):
    outcome = runner.python("while True: pass", limits=limits)
    assert outcome.killed_by in {Kill.CPU_TIME, Kill.WALL_TIME}


# --- memory ---------------------------------------------------------------------------------------

SMALL_MEMORY = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=64 * MIB, disk_bytes=256 * MIB)

HOGS = {
    "heap": "x = [bytearray(1 << 20) for _ in range(500)]",
    "shared mapping": "import mmap; x = mmap.mmap(-1, 500 << 20); x.write(bytes(500 << 20))",
    "file in /tmp": "open('/tmp/x', 'wb').write(bytes(200 << 20))",
    "file in the working directory": "open('x', 'wb').write(bytes(200 << 20))",
    "file in /dev/shm": "open('/dev/shm/x', 'wb').write(bytes(200 << 20))",
    "memory file": """
import os
fd = os.memfd_create("x")
for _ in range(200): os.write(fd, bytes(1 << 20))
""",
    "many small ones": """
import os
for _ in range(20):
    if os.fork() == 0:
        x = bytearray(20 << 20)
        for at in range(0, len(x), 4096): x[at] = 1
        os.read(os.pipe()[0], 1)
for _ in range(20): os.wait()
""",
    "pipes": """
import fcntl, os
pipes = []
while True:
    pipes.append(os.pipe())
    fcntl.fcntl(pipes[-1][1], 1031, 1 << 20)
    os.write(pipes[-1][1], bytes(1 << 20))
""",
    "sockets": """
import socket
pairs = []
for _ in range(480):
    pairs.append(socket.socketpair())
    for end in pairs[-1]:
        end.setblocking(False)
        try:
            while True: end.send(bytes(60_000))
        except BlockingIOError: pass
""",
}


@pytest.mark.parametrize("name", [name for name in HOGS if name != "pipes"])
def test_more_memory_than_allowed_is_noticed_wherever_it_is(runner: Runner, name: str):
    # The control: it is a matter of the limit, and not of the program.
    roomy = Limits(memory_bytes=2048 * MIB, disk_bytes=256 * MIB, wall_time_s=10)
    if name != "many small ones":
        assert FINISHED == ended(runner.python(HOGS[name], limits=roomy))
    outcome = runner.python(HOGS[name], limits=SMALL_MEMORY)
    assert was_short_of_memory(outcome)
    assert FINISHED != ended(outcome)
    assert outcome.memory_bytes <= SMALL_MEMORY.memory_bytes + 8 * MIB


@pytest.fixture
def cold_image(runner: Runner, tmp_path: Path) -> Image:
    """A copy of the Python image of which nothing is in memory, so that runs pay for its files."""
    rootfs = tmp_path / "rootfs"
    shutil.copytree(runner.images["python"].rootfs, rootfs, symlinks=True)
    tmp_path.chmod(0o711)
    for parent in list(tmp_path.parents)[:2]:
        parent.chmod(0o711)
    os.sync()
    for path in rootfs.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return Image("cold", rootfs)


@pytest.mark.parametrize("name", ["heap", "sockets"])
def test_a_run_that_only_reads_its_own_files_again_is_out_of_memory(
    runner: Runner, cold_image: Image, name: str
):
    # Without a look at this the kernel lets it go on until its time is up.
    async def run() -> Outcome:
        async with runner.pool.lease(cold_image) as slot:
            return await runner.run_in(
                slot, ["python3", "main.py"], {"main.py": HOGS[name]}, limits=SMALL_MEMORY
            )

    assert was_short_of_memory(runner.wait(run()))


def test_memory_of_a_child_counts_also_when_the_parent_survives(runner: Runner):
    code = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "x = bytearray(500 << 20)"])
print("survived", flush=True)
"""
    assert was_short_of_memory(runner.python(code, limits=SMALL_MEMORY))


def test_full_pipes_are_refused_or_noticed(runner: Runner):
    outcome = runner.python(HOGS["pipes"], limits=SMALL_MEMORY)
    assert FINISHED != ended(outcome)
    assert outcome.memory_bytes <= SMALL_MEMORY.memory_bytes + 8 * MIB


def test_address_space_is_free(runner: Runner):
    # The JVM, Go and sanitizers reserve much more than they use.
    source = """
#include <stdio.h>
#include <sys/mman.h>
int main(void) {
  void *got = mmap(NULL, 1ul << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  puts(got == MAP_FAILED ? "refused" : "reserved");
  return 0;
}
"""
    assert "reserved\n" == said(runner.c(source, limits=SMALL_MEMORY))


def test_files_of_a_request_that_are_larger_than_its_memory_are_its_own_fault(runner: Runner):
    limits = Limits(memory_bytes=16 * MIB, disk_bytes=64 * MIB)
    # In any slot: where the kernel has taken init along, the slot is built anew.
    for _ in range(10):
        assert was_short_of_memory(runner.python("pass", {"big": "x" * (40 << 20)}, limits=limits))


def test_files_that_fill_the_memory_do_not_outlive_their_run(runner: Runner):
    fill = "open('/tmp/x', 'wb').write(bytes(200 << 20))"
    use = "x = bytearray(60 << 20)\nfor at in range(0, len(x), 4096): x[at] = 1"
    wide = Limits(memory_bytes=512 * MIB, disk_bytes=256 * MIB)
    for _ in range(3):
        outcomes = runner.python_in_one_slot(fill, use, limits=wide)
        assert [FINISHED, FINISHED] == [ended(outcome) for outcome in outcomes]
        assert not peak_begins_anew() or 200 * MIB <= outcomes[0].memory_bytes < 230 * MIB
        assert 60 * MIB <= outcomes[1].memory_bytes < 90 * MIB
        assert FINISHED == ended(runner.python("x = bytearray(20 << 20)", limits=SMALL_MEMORY))


def test_a_program_cannot_make_the_kernel_prefer_another_victim(runner: Runner):
    code = """
import os
for score in range(-1000, 1000):
    try:
        os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), str(score).encode())
    except OSError:
        continue
    print("accepted", score)
"""
    limits = Limits(open_files=4096)
    assert [] == lines(runner.python(code, limits=limits))


def test_a_tiny_program_that_fills_the_disk_is_the_one_that_dies(runner: Runner):
    # Smaller than init itself, which the kernel would take if the program could lower its score.
    outcome = runner.c_file("fill_disk.c", flags=["-static"], limits=SMALL_MEMORY)
    assert was_short_of_memory(outcome)


def kill_its_container(run: Run) -> None:
    """Stands for the kernel, which takes init when it finds nothing else to take."""
    pid = run._container.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_a_container_that_dies_of_its_programs_memory_is_that_programs_end(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
):
    # cgroup v1 tells us; where init has to take a page at that moment, the kernel may take init.
    monkeypatch.setattr(Run, "on_oom", kill_its_container)
    outcome = runner.c_file("fill_disk.c", flags=["-static"], limits=SMALL_MEMORY)
    assert was_short_of_memory(outcome)
    assert 0 < outcome.wall_time_s < 10
    assert 0 < outcome.cpu_time_s < 10
    monkeypatch.undo()
    assert FINISHED == ended(runner.python("pass"))


def test_a_stack_overflow_is_no_matter_of_memory(runner: Runner):
    source = (
        "int main(int n, char **v) { volatile char x[999]; x[0] = 1; return main(n, v) + x[0]; }"
    )
    flags = ["-fno-optimize-sibling-calls", "-Wno-infinite-recursion"]
    outcome = runner.c(source, flags=flags, limits=Limits(memory_bytes=512 * MIB))
    assert (None, 11, None) == ended(outcome)
    assert 0 == outcome.oom_kills


# --- disk -----------------------------------------------------------------------------------------

SMALL_DISK = Limits(cpu_time_s=30, wall_time_s=60, memory_bytes=512 * MIB, disk_bytes=8 * MIB)


@pytest.mark.parametrize("directory", [".", "/tmp", "/var/tmp", "/dev/shm", "/run/shm"])
def test_the_disk_limit_is_shared_by_all_writable_places(runner: Runner, directory: str):
    code = f"""
written = 0
try:
    for number in range(100):
        with open(f"{directory}/file-{{number}}", "wb", buffering=0) as file:
            written += file.write(bytes(1 << 20))
except OSError as error:
    print(error.strerror)
print(written >> 20 < 9, written >> 20 > 5)
"""
    outcome = runner.python(code, limits=SMALL_DISK)
    assert ["No space left on device", "True True"] == lines(outcome)
    assert not was_short_of_memory(outcome)


BOMBS = {
    "files": "open(str(number), 'w').close()",
    "directories": "os.mkdir(str(number))",
    "a deep directory": "os.mkdir('d'); os.chdir('d')",
    "hard links": "number or open('x', 'w').close(); os.link('x', f'x{number}')",
    "symbolic links": "os.symlink('x' * 200, str(number))",
    "long names": "open(f'{number:0255}', 'w').close()",
    "sockets": "socket.socket(socket.AF_UNIX).bind(str(number))",
}


@pytest.mark.parametrize("name", BOMBS)
def test_the_number_of_files_is_limited(runner: Runner, name: str):
    code = f"""
import os, socket
try:
    for number in range(100_000):
        {BOMBS[name]}
except OSError as error:
    print(error.strerror, number < {SMALL_DISK.inodes})
"""
    outcome = runner.python(code, limits=SMALL_DISK)
    assert ["No space left on device True"] == lines(outcome)


@pytest.mark.parametrize("act", ["file.truncate(1 << 44)", "os.posix_fallocate(3, 0, 1 << 44)"])
def test_a_file_cannot_be_larger_than_the_disk(runner: Runner, act: str):
    # Python ignores SIGXFSZ, so it is told; a C program is ended by the signal.
    code = f"import os\nfile = open('x', 'wb')\ntry: {act}\nexcept OSError as e: print(e.strerror)"
    assert ["File too large"] == lines(runner.python(code, limits=SMALL_DISK))


def test_a_file_larger_than_the_disk_is_a_signal_to_a_c_program(runner: Runner):
    source = """
#include <fcntl.h>
#include <unistd.h>
int main(void) { return ftruncate(open("x", O_RDWR | O_CREAT, 0600), 1l << 44); }
"""
    assert (None, 25, None) == ended(runner.c(source, limits=SMALL_DISK))


# --- processes ------------------------------------------------------------------------------------

FEW = Limits(cpu_time_s=4, wall_time_s=2, pids=16)


def test_the_number_of_processes_is_limited(runner: Runner):
    code = """
import os
started = 1
try:
    while True:
        if os.fork() == 0:
            os.read(os.pipe()[0], 1)
        started += 1
except BlockingIOError:
    print(started)
"""
    outcome = runner.python(code, limits=FEW)
    assert [str(FEW.pids)] == lines(outcome)
    assert (1, FEW.pids - 1) == (outcome.pids_refused, outcome.leftover_processes)


def test_threads_count_as_processes(runner: Runner):
    code = """
import threading
started = 1
try:
    while True:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        started += 1
except RuntimeError:
    print(started)
"""
    outcome = runner.python(code, limits=FEW)
    assert [str(FEW.pids)] == lines(outcome)
    assert outcome.pids_refused > 0


FORK_BOMB = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""


def test_a_fork_bomb_ends_with_its_run(runner: Runner):
    outcome = runner.python(FORK_BOMB, limits=FEW)
    assert outcome.killed_by in {Kill.CPU_TIME, Kill.WALL_TIME}
    assert outcome.pids_refused > 0
    assert "fine\n" == said(runner.python("print('fine')"))


@pytest.mark.parametrize("how", ["fork", "vfork", "threads", "fork and exit", "sessions"])
def test_a_fork_bomb_in_c_ends_with_its_run(runner: Runner, how: str):
    outcome = runner.c_file("bomb.c", how, flags=["-pthread"], limits=FEW)
    assert outcome.killed_by in {Kill.CPU_TIME, Kill.WALL_TIME}
    assert outcome.wall_time_s < FEW.wall_time_s * SLACK + 1
    if how != "fork and exit":  # there never are many at once
        assert outcome.pids_refused > 0
    assert "fine\n" == said(runner.python("print('fine')"))


def test_a_fork_bomb_does_not_outlive_a_program_that_ends(runner: Runner):
    code = f"""
import os, time
if os.fork() == 0:
    exec({FORK_BOMB!r})
time.sleep(0.3)
os._exit(7)
"""
    outcome = runner.python(code, limits=FEW)
    assert (7, None, None) == ended(outcome)
    assert outcome.leftover_processes > 0


DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        {before}
        time.sleep(60)
    os._exit(0)
os.wait()
print("done", flush=True)
"""


def test_a_daemon_is_ended_and_counted_and_delays_nothing(runner: Runner):
    outcome = runner.python(DAEMON.format(before="pass"))
    assert "done\n" == said(outcome)
    assert 1 == outcome.leftover_processes
    assert outcome.wall_time_s < 5


def test_a_daemon_that_has_closed_its_output_is_ended_too(runner: Runner):
    outcome = runner.python(DAEMON.format(before="os.closerange(0, 100)"))
    assert ("done\n", 1) == (said(outcome), outcome.leftover_processes)


def test_a_stopped_child_is_ended_and_counted(runner: Runner):
    code = "import os, signal\nif os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)"
    outcome = runner.python(code + "\nos.waitpid(-1, os.WUNTRACED)")
    assert (FINISHED, 1) == (ended(outcome), outcome.leftover_processes)


def test_children_that_ended_before_the_program_are_not_left(runner: Runner):
    # One was killed and nobody waited for it: it is dead, and so not left running.
    code = """
import os, signal, time
dead = os.fork()
if dead == 0:
    time.sleep(60)
os.kill(dead, signal.SIGKILL)
os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)
"""
    outcome = runner.python(code)
    assert (FINISHED, 0) == (ended(outcome), outcome.leftover_processes)


# --- output ---------------------------------------------------------------------------------------

FLOOD_AND_END = Limits(output_bytes=50_000, pids=600)
LITTLE_OUTPUT = Limits(cpu_time_s=5, wall_time_s=10, output_bytes=100 * KIB)

FLOODS = {
    "stdout": ("import os\nwhile True: os.write(1, b'x' * 65536)", (True, False)),
    "stderr": ("import os\nwhile True: os.write(2, b'x' * 65536)", (False, True)),
    "byte by byte": ("import os\nwhile True: os.write(1, b'x')", (True, False)),
    "by many": (
        "import os\nfor _ in range(3): os.fork()\nwhile True: os.write(1, b'x' * 4096)",
        (True, False),
    ),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_output_is_ended_at_its_limit(runner: Runner, name: str):
    code, truncated = FLOODS[name]
    outcome = runner.python(code, limits=LITTLE_OUTPUT)
    assert BY_OUTPUT == ended(outcome)
    assert truncated == (outcome.stdout_truncated, outcome.stderr_truncated)
    assert b"x" * LITTLE_OUTPUT.output_bytes == outcome.stdout + outcome.stderr


def test_a_flood_on_both_streams_is_kept_up_to_the_limit_of_each(runner: Runner):
    code = "import os\nwhile True: os.write(1, b'x' * 4096); os.write(2, b'y' * 4096)"
    outcome = runner.python(code, limits=LITTLE_OUTPUT)
    assert BY_OUTPUT == ended(outcome)
    assert outcome.stdout_truncated or outcome.stderr_truncated
    assert max(len(outcome.stdout), len(outcome.stderr)) == LITTLE_OUTPUT.output_bytes
    assert {*b"x"} == {*outcome.stdout}
    assert {*b"y"} == {*outcome.stderr}


def test_output_beyond_the_limit_is_noticed_also_when_the_program_has_ended(runner: Runner):
    # It fits into the pipe, so the program may be gone before anybody has read it.
    limits = Limits(output_bytes=1000)
    outcome = runner.run_program(["sh", "-c", "printf %01001d 0"], limits=limits)
    assert outcome.stdout_truncated
    assert b"0" * 1000 == outcome.stdout


def test_output_beyond_the_limit_is_never_our_fault_however_late_it_is_noticed(runner: Runner):
    # The kill may come when the program has ended and its children are being ended.
    for children in ("0", "100", "500"):
        for _ in range(20):
            outcome = runner.c_file("flood_and_end.c", children, limits=FLOOD_AND_END)
            assert outcome.stdout_truncated
            assert ended(outcome) in {FINISHED, BY_OUTPUT}


# --- other ----------------------------------------------------------------------------------------


def test_the_number_of_open_files_is_limited(runner: Runner):
    code = """
import os
opened = []
try:
    while True: opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    os.closerange(3, 9999); print(error.strerror, len(opened) + 3)
"""
    outcome = runner.python(code, limits=Limits(open_files=200))
    assert ["Too many open files 200"] == lines(outcome)


@pytest.mark.parametrize("name", ["CORE", "CPU", "FSIZE", "NOFILE", "STACK", "NICE", "MEMLOCK"])
def test_no_limit_can_be_raised(runner: Runner, name: str):
    code = f"""
import resource
kind = getattr(resource, "RLIMIT_{name}", 13)
soft, hard = resource.getrlimit(kind)
print(soft == hard)
try: resource.setrlimit(kind, (hard, hard + 1))
except (PermissionError, ValueError) as error: print("refused")
"""
    assert ["True", "refused"] == lines(runner.python(code))


def test_there_is_no_core_dump(runner: Runner):
    code = "import os; os.abort()"
    outcome = runner.python(code, collect=["*core*"])
    assert ((None, 6, None), ()) == (ended(outcome), outcome.files)


PRIORITIES = {
    "nice": "os.nice(-1)",
    "real time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    "another core": "os.sched_setaffinity(0, {0, 1} - os.sched_getaffinity(0))",
    "locked memory": "import mmap; m = mmap.mmap(-1, 1 << 20); lock(m)",
}


@pytest.mark.parametrize("name", PRIORITIES)
def test_no_more_of_the_machine_can_be_had(runner: Runner, name: str):
    code = f"""
import ctypes, os
def lock(memory):
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    if ctypes.CDLL(None).mlock(ctypes.c_void_p(address), 1 << 20): raise OSError
try: {PRIORITIES[name]}
except OSError: print("refused")
"""
    assert ["refused"] == lines(runner.python(code))


def test_limits_of_a_hostile_run_do_not_stick(runner: Runner):
    limits = FEW.with_changes(memory_bytes=64 * MIB)
    for code in (HOGS["heap"], FORK_BOMB, FLOODS["stdout"][0]):
        first, second = runner.python_in_one_slot(code, "print('fine')", limits=limits)
        assert FINISHED != ended(first)
        assert "fine\n" == said(second)
        assert (0, 0, 0) == (second.oom_kills, second.pids_refused, second.leftover_processes)
