"""What a program can reach: not init, not the host, not the image, not its neighbours."""

import asyncio
import hashlib
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.container import PAYLOAD_ID
from runtime.limits import Limits
from runtime.outcome import Kill
from runtime.pool import SlotPool
from runtime.slot import Slot
from tests.privileged.lab import ROOMY, Runner, until
from tests.privileged.leaks import container_pid, members, slots_of
from tests.privileged.outcomes import FINISHED, ended, lines, said

# --- init and the keeper --------------------------------------------------------------------------

TRY = """
import os
def show(act):
    try:
        print(act())
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.parametrize("signal", [9, 15, 19, 1, 64, 0])
def test_process_1_cannot_be_signalled(runner: Runner, signal: int):
    code = TRY + f"show(lambda: os.kill(1, {signal}))"
    assert ["Operation not permitted"] == lines(runner.python(code))


def test_killing_everybody_kills_only_oneself(runner: Runner):
    code = """
import os, signal, time
child = os.fork()
if child == 0:
    time.sleep(60)
os.kill(-1, signal.SIGKILL)  # all but the caller and process 1
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
os.kill(0, signal.SIGKILL)   # the caller's group
"""
    first, second = runner.python_in_one_slot(code, "print('fine')")
    assert ((None, 9, None), b"-9\n") == (ended(first), first.stdout)
    assert "fine\n" == said(second)


def test_a_storm_of_signals_does_not_reach_init(runner: Runner):
    code = """
import os, signal
for number in signal.valid_signals() - {9, 19}:
    signal.signal(number, signal.SIG_IGN) if number not in (9, 19) else None
for _ in range(1000):
    for number in signal.valid_signals() - {9, 19}:
        for target in (0, 1, -1):
            try: os.kill(target, number)
            except OSError: pass
print("alive")
"""
    first, second = runner.python_in_one_slot(code, "print('fine')", limits=ROOMY)
    assert ("alive\n", "fine\n") == (said(first), said(second))


SECRETS = ["environ", "mem", "maps", "auxv", "stack", "syscall", "io", "fd", "fdinfo", "map_files"]
LINKS = ["exe", "cwd", "root", "ns/mnt", "ns/pid"]


def test_process_1_cannot_be_looked_into(runner: Runner):
    code = (
        TRY
        + f"""
for name in {SECRETS}:
    path = f"/proc/1/{{name}}"
    show(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100))
for name in {LINKS}:
    show(lambda: os.readlink(f"/proc/1/{{name}}"))
"""
    )
    refusals = {"Permission denied", "Operation not permitted"}
    assert refusals >= set(lines(runner.python(code)))
    # The control: a program can look into itself in these ways.
    found = lines(runner.python(code.replace("/proc/1/", "/proc/self/")))
    assert "Permission denied" not in set(found) - {found[SECRETS.index("stack")]}


def test_process_1_cannot_be_traced_even_without_the_filter(runner: Runner):
    source = """
#include <errno.h>
#include <stdio.h>
#include <sys/ptrace.h>
int main(void) { printf("%d\\n", ptrace(PTRACE_ATTACH, 1, 0, 0) < 0 ? errno : 0); return 0; }
"""
    assert ["1"] == lines(runner.c(source, filtered=False))


def test_a_program_sees_only_its_own_processes(runner: Runner):
    code = "import os; print(sorted(name for name in os.listdir('/proc') if name.isdigit()))"
    assert ["['1', '2']"] == lines(runner.python(code))


# --- seen from outside ----------------------------------------------------------------------------


def find_program(slot: Slot) -> Path | None:
    """/proc/PID of the program that runs in a slot, when it has been executed."""
    for pid in members(slot) - {container_pid(slot)}:
        path = Path(f"/proc/{pid}")
        if (path / "comm").read_text() == "sleep\n":
            return path
    return None


def test_the_host_sees_a_process_without_any_rights(runner: Runner):
    async def scenario() -> dict[str, str]:
        async with runner.slot() as slot:
            task = asyncio.create_task(runner.run_in(slot, ["sleep", "60"]))
            program = await until(lambda: find_program(slot))
            found = {
                line.split(":\t")[0]: line.split(":\t")[1]
                for line in (program / "status").read_text().splitlines()
            }
            found["uid of the slot"] = str(slot._place.first_uid + PAYLOAD_ID)
            for name in NAMESPACES:
                found[name] = str((program / "ns" / name).readlink())
            found["files"] = " ".join(sorted(path.name for path in (program / "fd").iterdir()))
            task.cancel()
            await asyncio.wait([task])
            return found

    found = runner.wait(scenario())
    assert [found["uid of the slot"]] * 4 == found["Uid"].split() == found["Gid"].split()
    assert {"0" * 16} == {
        found[kind] for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    }
    assert ("1", "2", "0 1 2") == (found["NoNewPrivs"], found["Seccomp"], found["files"])
    own = {name: str(Path(f"/proc/self/ns/{name}").readlink()) for name in NAMESPACES}
    assert [] == [name for name in NAMESPACES if found[name] == own[name]]


NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time")


def test_slots_have_user_ids_of_their_own(pool: SlotPool):
    first = [slot._place.first_uid for slot in slots_of(pool)]
    assert len(first) == len({uid >> 16 for uid in first})


# --- the file system ------------------------------------------------------------------------------

WRITABLE = {"/box", "/tmp", "/var/tmp", "/run/shm"}


def test_only_four_directories_can_be_written(runner: Runner):
    code = """
import os
for root, directories, _ in os.walk("/"):
    if root == "/":
        directories.remove("proc")
    if os.access(root, os.W_OK):
        print(root)
"""
    assert WRITABLE == set(lines(runner.python(code)))


def test_no_file_of_the_image_can_be_written(runner: Runner):
    code = """
import os
for root, directories, names in os.walk("/"):
    if root == "/":
        directories.remove("proc")
    for name in names:
        path = os.path.join(root, name)
        if os.access(path, os.W_OK) and not os.path.islink(path):
            print(path)
"""
    devices = {f"/dev/{name}" for name in ("full", "null", "random", "urandom", "zero")}
    assert {*devices, "/box/main.py"} == set(lines(runner.python(code)))


VICTIMS = ["/usr/bin/python3.11", "/etc/passwd", "/usr/lib/python3.11/os.py", "/bin/sh"]
ATTACKS = [
    "open(path, 'r+b').write(b'x')",
    "os.truncate(path, 0)",
    "os.unlink(path)",
    "os.rename(path, path + '.old')",
    "os.rename('/box/main.py', path)",
    "os.chmod(path, 0o777)",
    "os.chown(path, 1000, 1000)",
    "os.utime(path)",
    "os.link(path, '/tmp/link')",
    "open(path + '.new', 'w')",
    "os.symlink('/tmp', path + '.link')",
    "os.mkdir(path + '.d')",
    "os.setxattr(path, 'user.x', b'y')",
    "open('/proc/self/exe', 'r+b')",
    "open('/proc/1/exe', 'r+b')",
    "os.rename('/box', '/gone')",
    "os.rmdir('/tmp')",
    "os.symlink('/etc', '/run/x')",
    "os.mkdir('/sys/x')",
    "os.mkdir('/proc/x')",
    "os.mkdir('/dev/x')",
    "os.unlink('/dev/null')",
    "os.chmod('/dev/null', 0)",
]


def test_nothing_of_the_image_can_be_changed(runner: Runner):
    before = hash_of_image(runner)
    code = TRY + "".join(
        f"for path in {VICTIMS}: show(lambda: [{attack}] and 'DONE')\n" for attack in ATTACKS
    )
    outcome = runner.python(code)
    assert len(ATTACKS) * len(VICTIMS) == len(lines(outcome))
    assert "DONE" not in said(outcome)
    assert before == hash_of_image(runner)


def hash_of_image(runner: Runner) -> str:
    """Of the names, modes, times and owners of all files, and of the content of the victims."""
    root = runner.images["python"].rootfs
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        fields = (path, info.st_mode, info.st_uid, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        digest.update(repr(fields).encode())
    for victim in VICTIMS:
        digest.update((root / victim[1:]).read_bytes())
    return digest.hexdigest()


def test_there_are_no_set_user_id_programs(runner: Runner):
    find = ["find", "/", "-xdev", "-type", "f", "-perm", "/6000"]
    for image in runner.images:
        outcome = runner.run_program(find, image=image)
        assert b"" == outcome.stdout


def test_a_set_user_id_program_of_ones_own_gives_nothing(runner: Runner):
    code = """
import os, shutil, subprocess
shutil.copy("/usr/bin/id", "/tmp/id")
os.chmod("/tmp/id", 0o6755)
print(subprocess.check_output(["/tmp/id", "-u"], text=True), end="")
"""
    assert ["1000"] == lines(runner.python(code))


def test_devices_are_the_harmless_ones(runner: Runner):
    find = ["find", "/dev", "(", "-type", "c", "-o", "-type", "b", ")", "-printf", "%f "]
    names = said(runner.run_program(find)).split()
    assert ["full", "null", "random", "urandom", "zero"] == sorted(names)


@pytest.mark.parametrize("filtered", [True, False], ids=["filtered", "not filtered"])
def test_no_device_can_be_made(runner: Runner, filtered: bool):
    code = TRY + "show(lambda: os.mknod('/tmp/null', 0o020666, os.makedev(1, 3)))"
    assert ["Operation not permitted"] == lines(runner.python(code, filtered=filtered))


def test_devices_work(runner: Runner):
    code = """
assert open("/dev/null").read() == ""
assert open("/dev/zero", "rb").read(3) == bytes(3)
assert len(open("/dev/urandom", "rb").read(9)) == 9
open("/dev/null", "w").write("x")
try: open("/dev/full", "wb", buffering=0).write(b"x")
except OSError as error: print(error.strerror)
"""
    assert ["No space left on device"] == lines(runner.python(code))


# --- /proc ----------------------------------------------------------------------------------------

TELLING = ["keys", "key-users", "cmdline", "interrupts", "locks", "diskstats", "vmstat", "modules"]


def test_what_tells_about_the_host_is_empty(runner: Runner):
    code = f"""
for name in {TELLING}:
    try:
        print(repr(open("/proc/" + name).read()))
    except FileNotFoundError:
        print("''")
"""
    assert {"''"} == set(lines(runner.python(code)))
    assert Path("/proc/cmdline").read_text() != ""  # the control


# What programs and their libraries ask for; it tells how busy the machine is, see `runtime`.
NEEDED = ["cpuinfo", "filesystems", "loadavg", "meminfo", "mounts", "stat", "uptime", "version"]


def test_no_file_of_proc_tells_more_than_programs_need(runner: Runner):
    code = """
import os
for name in os.listdir("/proc"):
    try:
        with open("/proc/" + name, "rb") as file:
            if file.read(1):
                print(name)
    except OSError:
        pass
"""
    assert NEEDED == sorted(lines(runner.python(code)))


def test_a_program_cannot_tell_which_machine_it_is_on(runner: Runner):
    name = "/proc/sys/kernel/random/boot_id"
    assert "" == said(runner.run_program(["cat", name]))
    assert Path(name).read_text() != ""  # the control


def test_the_kernel_is_the_hosts(runner: Runner):
    # The control of test_gvisor.py, where it is not.
    assert f"{platform.release()}\n" == said(runner.run_program(["uname", "-r"]))


SYSTEM_FILES = [
    "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches",
    "/proc/sys/kernel/shmmax", "/proc/sys/fs/mqueue/msg_max", "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger", "/proc/self/uid_map",
    "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/loginuid", "/proc/self/attr/current",
    "/proc/1/oom_score_adj", "/proc/1/comm", "/proc/1/mem",
]  # fmt: skip


def test_no_setting_of_the_system_can_be_written(runner: Runner):
    code = (
        TRY
        + f"""
for path in {SYSTEM_FILES}:
    if os.path.exists(path):
        show(lambda: ("WRITTEN", path, os.write(os.open(path, os.O_WRONLY), b"1")))
"""
    )
    found = lines(runner.python(code))
    assert len(found) > len(SYSTEM_FILES) / 2
    assert [] == [line for line in found if "WRITTEN" in line]


def test_no_path_of_the_host_is_told(runner: Runner, pool: SlotPool):
    names = ["mountinfo", "mounts", "maps", "environ", "cmdline"]
    text = said(runner.run_program(["cat", *(f"/proc/self/{name}" for name in names)]))
    place = slots_of(pool)[0]._place
    for secret in (str(place.directory.parent), str(runner.images["python"].rootfs), "slot-"):
        assert secret not in text
    groups = lines(runner.run_program(["cat", "/proc/self/cgroup"]))
    assert {"/"} == {line.split(":", 2)[2] for line in groups}


def test_the_cgroup_file_system_is_not_there(runner: Runner):
    assert [] == lines(runner.run_program(["find", "/sys", "-mindepth", "1"]))


def test_the_host_name_is_a_constant(runner: Runner):
    assert ["sandbox"] == lines(runner.run_program(["cat", "/proc/sys/kernel/hostname"]))
    assert socket.gethostname() != "sandbox"  # the control


# --- network --------------------------------------------------------------------------------------


def test_there_is_loopback_and_nothing_else(runner: Runner):
    text = said(runner.run_program(["cat", "/proc/net/dev"]))
    assert ["lo"] == [line.split(":")[0].strip() for line in text.splitlines()[2:]]
    assert "" == "".join(said(runner.run_program(["cat", "/proc/net/route"])).splitlines()[1:])


CONNECT = """
import socket, sys
family, address = {address}
try:
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect(address)
    print("connected")
except OSError as error:
    print(error.strerror)
"""


@pytest.fixture(params=["tcp", "abstract"])
def listener(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server on this machine, as ``(family, address)`` in Python's words."""
    family = socket.AF_INET if request.param == "tcp" else socket.AF_UNIX
    with socket.socket(family) as server:
        server.bind(("127.0.0.1", 0) if request.param == "tcp" else "\0sandbox-test-listener")
        server.listen()
        yield f"{int(family)}, {server.getsockname()!r}"


def test_a_server_of_the_host_cannot_be_reached(runner: Runner, listener: str):
    code = CONNECT.format(address=listener)
    # Without the filter, so that the network namespace alone has to answer.
    assert ["Connection refused"] == lines(runner.python(code, filtered=False))
    control = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert b"connected\n" == control.stdout


# --- neighbours -----------------------------------------------------------------------------------

LOCK = """
import fcntl, os, sys, time
paths = ["/", "/box", "/tmp", "/dev", "/dev/null", "/dev/zero", "/dev/urandom", "/usr/bin/python3",
         "/etc/passwd", "/proc", "/proc/cpuinfo", "/proc/sys", "/proc/version", "/proc/mounts"]
paths += ["/proc/self/ns/" + name for name in os.listdir("/proc/self/ns")]
held = {}
for path in paths:
    try:
        file = os.open(path, os.O_RDONLY)
        key = os.fstat(file)[1:3]  # two names can be one file
        if key not in held:
            held[key] = file
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("taken", path)
    except OSError as error:
        print(path, error)
sys.stdout.flush()
time.sleep(60)
"""


def test_locks_are_not_seen_by_a_neighbour(runner: Runner):
    # Both hold all locks that they could get until their time is over.
    limits = Limits(wall_time_s=1.5)

    async def both() -> list[str]:
        run = ["python3", "-c", LOCK]
        outcomes = await asyncio.gather(*(runner.run(run, limits=limits) for _ in range(2)))
        assert {Kill.WALL_TIME} == {outcome.killed_by for outcome in outcomes}
        assert [b"", b""] == [outcome.stderr for outcome in outcomes]
        return [outcome.stdout.decode() for outcome in outcomes]

    assert ["", ""] == runner.wait(both())


def test_locks_are_seen_within_one_run(runner: Runner):
    # The control: the same program twice in one run.
    code = "import subprocess, sys, time\n"
    code += f"first = subprocess.Popen([sys.executable, '-c', {LOCK!r}])\n"
    code += f"time.sleep(0.5); subprocess.run([sys.executable, '-c', {LOCK!r}])"
    outcome = runner.python(code, limits=Limits(wall_time_s=2))
    assert b"taken /dev/null" in outcome.stdout


def test_one_slot_does_not_slow_the_end_of_another(runner: Runner):
    async def both() -> None:
        flood = "import os\nwhile True: os.write(1, b'x' * 65536)"
        greedy = Limits(output_bytes=1 << 30, cpu_time_s=60, wall_time_s=120)
        bad = asyncio.create_task(runner.run(["python3", "-c", flood], limits=greedy))
        for _ in range(20):
            assert FINISHED == ended(await runner.run(["true"]))
        assert bad.done() is False
        bad.cancel()

    runner.wait(both())
