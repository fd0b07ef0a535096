"""A run finds nothing of the run before it, in the same slot and the same container."""

import pytest

from runtime.init_protocol import InputFile
from runtime.limits import MIB, Limits
from runtime.outcome import Outcome
from tests.privileged.lab import Runner, peak_begins_anew
from tests.privileged.outcomes import FINISHED, ended, lines, said

# Both halves of a test run one after the other in one container: the first leaves something, the
# second looks for it. The same second half, in the same run as the first, is the control.


def left_by(runner: Runner, leave: str, look: str) -> tuple[str, str]:
    """What ``look`` prints in the run in which ``leave`` was done, and in the next one."""
    same, _, next_one = runner.python_in_one_slot(f"{leave}\n{look}", leave, look)
    return said(same).strip(), said(next_one).strip()


DIRECTORIES = ["/tmp", "/box", "/var/tmp", "/dev/shm", "/run/shm"]


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_files_are_gone(runner: Runner, directory: str):
    name = f"{directory}/marker"
    assert ("True", "False") == left_by(
        runner, f"open('{name}', 'w').write('x')", f"import os; print(os.path.exists('{name}'))"
    )


def test_no_file_of_any_kind_is_there_at_the_start(runner: Runner):
    leave = """
import os, socket
for place in ("/tmp", "/box", "/var/tmp", "/dev/shm"):
    os.chdir(place)
    os.makedirs("a/b/c"); os.symlink("/", "link"); os.link("a/b/../../link", "hard")
    socket.socket(socket.AF_UNIX).bind("socket"); os.chmod("a", 0); open(".hidden", "w").close()
"""
    outcomes = runner.python_in_one_slot(leave, leave)
    assert ["", ""] == [said(outcome) for outcome in outcomes]  # nothing was in the way

    async def look() -> str:
        async with runner.slot() as slot:
            await runner.run_in(slot, ["python3", "-c", leave])
            find = ["find", "/box", "/tmp", "/var/tmp", "/run/shm", "-mindepth", "1"]
            return said(await runner.run_in(slot, find))

    assert "" == runner.wait(look())


def test_modes_and_times_of_directories_are_as_before(runner: Runner):
    leave = "import os; [os.chmod('/box', mode) for mode in (0o700, 0)]; os.utime('/box', (1, 1))"
    look = "import os; print(oct(os.stat('/box').st_mode & 0o777), os.stat('/box').st_mtime > 1)"
    assert ("0o0 False", "0o755 True") == left_by(runner, leave, look)


def test_files_of_the_first_program_are_not_those_of_the_second(runner: Runner):
    async def both() -> list[str]:
        async with runner.slot() as slot:
            await runner.run_in(slot, ["true"], {"secret.txt": "x", "main.py": "1"})
            return lines(await runner.run_in(slot, ["find", "/box", "-type", "f"], {"main.py": ""}))

    assert ["/box/main.py"] == runner.wait(both())


def test_system_v_shared_memory_is_gone(runner: Runner):
    leave = "import ctypes; libc = ctypes.CDLL(None); libc.shmget(7, 4096, 0o1666)"
    look = "import ctypes; print(ctypes.CDLL(None).shmget(7, 4096, 0o666) >= 0)"
    assert ("True", "False") == left_by(runner, leave, look)


def test_system_v_semaphores_are_gone(runner: Runner):
    leave = "import ctypes; ctypes.CDLL(None).semget(7, 1, 0o1666)"
    look = "import ctypes; print(ctypes.CDLL(None).semget(7, 1, 0o666) >= 0)"
    assert ("True", "False") == left_by(runner, leave, look)


def test_named_semaphores_and_shared_memory_are_gone(runner: Runner):
    leave = "import _posixshmem, os; _posixshmem.shm_open('/marker', os.O_CREAT | os.O_RDWR, 0o666)"
    look = "import os; print(os.path.exists('/dev/shm/marker'))"
    assert ("True", "False") == left_by(runner, leave, look)


# Memory that outlives the processes that had it: the kernel frees it later, or when it is asked to.
LASTING = {
    "shared memory": """
#include <string.h>
#include <sys/shm.h>
int main(void) {
  int id = shmget(7, 200 << 20, 01666);
  memset(shmat(id, 0, 0), 1, 200 << 20);
  return 0;
}
""",
    "files in flight": """
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  static char block[1 << 20];
  int fds[3] = {memfd_create("x", 0)};
  memset(block, 1, sizeof block);
  for (int i = 0; i < 200; i++) if (write(fds[0], block, sizeof block) < 0) return 1;
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds + 1);
  for (int end = 1; end <= 2; end++) {
    char control[CMSG_SPACE(sizeof fds)], byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET, rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(rights), fds, sizeof fds);
    if (sendmsg(fds[end], &message, 0) < 0) return 2;
  }
  return 0;
}
""",
}


USE = """
#include <stdlib.h>
int main(void) {
  volatile char *memory = malloc(60 << 20);
  for (int i = 0; i < 60 << 20; i += 4096) memory[i] = 1;
  return 0;
}
"""


@pytest.mark.parametrize("name", LASTING)
def test_memory_that_outlives_a_run_is_not_charged_to_the_next(runner: Runner, name: str):
    leave = InputFile("main", runner.compile(LASTING[name], "-D_GNU_SOURCE"), 0o755)
    use = InputFile("main", runner.compile(USE), 0o755)
    wide = Limits(memory_bytes=256 * MIB, disk_bytes=256 * MIB)
    narrow = Limits(memory_bytes=100 * MIB)

    async def turns() -> list[Outcome]:
        outcomes = []
        async with runner.slot("cpp") as slot:
            for _ in range(4):
                for program, limits in ((leave, wide), (use, narrow)):
                    outcome = await runner.run_in(
                        slot, ["./main"], {"main": program}, limits=limits
                    )
                    outcomes.append(outcome)
        return outcomes

    outcomes = runner.wait(turns())
    assert [FINISHED] * 8 == [ended(outcome) for outcome in outcomes]
    for left, used in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert not peak_begins_anew() or 200 * MIB <= left.memory_bytes < 220 * MIB
        assert 58 * MIB <= used.memory_bytes < 100 * MIB


@pytest.mark.parametrize(
    "call", ["mq_open(b'/marker', 0o102, 0o666, None)", "msgget(7, 0o1666)"], ids=["POSIX", "SysV"]
)
def test_message_queues_cannot_be_made(runner: Runner, call: str):
    code = f"import ctypes; print(ctypes.CDLL(None, use_errno=True).{call}, ctypes.get_errno())"
    assert ["-1 1"] == lines(runner.python(code))


def test_message_queues_would_be_gone_without_the_filter(runner: Runner):
    async def both() -> list[str]:
        leave = "import ctypes; print(ctypes.CDLL(None).msgget(7, 0o1666) >= 0)"
        look = "import ctypes; print(ctypes.CDLL(None).msgget(7, 0o666) >= 0)"
        async with runner.slot(filtered=False) as slot:
            return [
                said(await runner.run_in(slot, ["python3", "-c", code])).strip()
                for code in (f"{leave}\n{look}", leave, look)
            ]

    assert ["True\nTrue", "True", "False"] == runner.wait(both())


def test_keys_cannot_be_left(runner: Runner):
    # add_key to the user's keyring, which all runs of a slot would share.
    add = "ctypes.CDLL(None, use_errno=True).syscall(248, b'user', b'marker', b'x', 1, -4)"
    code = f"import ctypes; print({add}, ctypes.get_errno())"
    assert ["-1 1"] == lines(runner.python(code))
    # The control: without the filter there is such a keyring.
    assert ["-1 1"] != lines(runner.python(code, filtered=False))


LISTEN = """
import os, socket, time
server = socket.socket(socket.AF_UNIX)
server.bind("\\0marker")
server.listen()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
os.wait()
"""
CONNECT = """
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\\0marker"); print("connected")
except OSError as error:
    print(error.strerror)
"""


def test_abstract_sockets_are_gone(runner: Runner):
    assert ("connected", "Connection refused") == left_by(runner, LISTEN, CONNECT)


DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            for place in ("/tmp", "/box", "/dev/shm"):
                with open(f"{place}/{time.monotonic_ns()}", "w"): pass
            os.write(1, b"boo")
            time.sleep(0.001)
    os._exit(0)
os.wait()
"""
LOOK_AROUND = """
import os, time
until = time.monotonic() + 0.2
while time.monotonic() < until:
    found = sum((os.listdir(place) for place in ("/tmp", "/dev/shm")), [])
    processes = [name for name in os.listdir("/proc") if name.isdigit()]
    if found or len(processes) != 2:
        print(found, processes)
        break
"""


def test_a_daemon_does_not_live_on_into_the_next_run(runner: Runner):
    first, second = runner.python_in_one_slot(DAEMON, LOOK_AROUND)
    assert (FINISHED, 1) == (ended(first), first.leftover_processes)
    assert "" == said(second)
    assert 0 == second.leftover_processes


def test_process_numbers_start_anew(runner: Runner):
    code = (
        "import os; [os.wait() for _ in range(50) if os.fork() or os._exit(0)]; print(os.getpid())"
    )
    outcomes = runner.python_in_one_slot(code, code, code)
    assert ["2\n"] * 3 == [said(outcome) for outcome in outcomes]


def test_memory_holds_nothing_of_the_run_before(runner: Runner):
    leave = "x = b'marker-4711-' * 4_000_000; open('/tmp/x', 'wb').write(x)"
    look = """
import mmap
memory = mmap.mmap(-1, 200 << 20)
print(memory.find(b"marker-" + b"4711-"), memory[:].count(0) == len(memory))
"""
    outcomes = runner.python_in_one_slot(leave, look, limits=Limits(memory_bytes=700 * MIB))
    assert ["", "-1 True\n"] == [said(outcome) for outcome in outcomes]


def test_usage_is_that_of_one_run(runner: Runner):
    heavy = "x = bytearray(100 << 20)\nfor _ in range(3_000_000): pass"
    first, second, third = runner.python_in_one_slot(heavy, "pass", heavy)
    assert second.memory_bytes < first.memory_bytes / 4
    assert second.cpu_time_s < first.cpu_time_s
    assert abs(third.memory_bytes - first.memory_bytes) < 8 * MIB


def test_the_same_holds_in_another_container(runner: Runner):
    async def both() -> str:
        async with runner.slot() as slot:
            leave = "open('/tmp/marker', 'w').close()"
            await runner.run_in(slot, ["python3", "-c", leave])
            image = runner.images["cpp"]
            await slot.boot(image.digest, image.rootfs, runner.filter_program)
            return said(await runner.run_in(slot, ["find", "/tmp", "/box", "-mindepth", "1"]))

    assert "" == runner.wait(both())
