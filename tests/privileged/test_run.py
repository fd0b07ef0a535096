"""How a run starts and ends: exit codes, signals, input, output, environment."""

import contextlib
import hashlib
import json
import os
import random
import signal

import pytest

from runtime.init_protocol import InputFile
from runtime.limits import KIB, MIB, Limits
from runtime.outcome import Outcome, StartError
from tests.privileged.lab import QUICK, Files, Runner
from tests.privileged.outcomes import FINISHED, ended, lines, said, was_short_of_memory

ALL_BYTES = bytes(range(256))


@pytest.mark.parametrize("code", [0, 1, 3, 127, 128, 137, 139, 255])
def test_exit_code_is_reported_as_it_is(runner: Runner, code: int):
    assert (code, None, None) == ended(runner.python(f"raise SystemExit({code})"))


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("import os; os.abort()", 6),
        ("import ctypes; ctypes.string_at(0)", 11),
        ("import os; os.kill(os.getpid(), 9)", 9),
        ("import os; os.kill(os.getpid(), 15)", 15),
        ("import os, signal; signal.signal(13, signal.SIG_DFL); os.kill(os.getpid(), 13)", 13),
        ("import os; os.kill(os.getpid(), 64)", 64),
    ],
    ids=["abort", "segmentation fault", "SIGKILL", "SIGTERM", "SIGPIPE", "the last one"],
)
def test_signal_that_ends_a_program_is_reported(runner: Runner, code: str, number: int):
    assert (None, number, None) == ended(runner.python(code))


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("__builtin_trap();", 4),
        ("abort();", 6),
        ("volatile int one = 1, zero = 0; return one / zero;", 8),
        ("*(volatile int *)8 = 0;", 11),
        ("raise(SIGSYS);", 31),
    ],
)
def test_faults_of_a_c_program_are_its_signals(runner: Runner, statement: str, number: int):
    source = f"#include <signal.h>\n#include <stdlib.h>\nint main(void) {{ {statement} return 0; }}"
    assert (None, number, None) == ended(runner.c(source))


def test_a_program_that_ends_by_signal_is_told_from_one_that_says_so(runner: Runner):
    by_shell = runner.run_program(["sh", "-c", "sh -c 'kill -9 $$'; exit $?"])
    assert (137, None, None) == ended(by_shell)


# --- input ----------------------------------------------------------------------------------------


def test_stdin_arrives_whole(runner: Runner):
    data = random.Random(1).randbytes(5_000_000)
    outcome = runner.python(
        "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())",
        stdin=data,
    )
    assert hashlib.sha256(data).hexdigest() + "\n" == said(outcome)


def test_stdin_that_nobody_reads_does_not_block(runner: Runner):
    outcome = runner.python("print('done')", stdin=bytes(50 * MIB))
    assert "done\n" == said(outcome)


def test_stdin_that_is_closed_at_once_does_not_matter(runner: Runner):
    outcome = runner.python("import os; os.close(0); print('done')", stdin=bytes(MIB))
    assert "done\n" == said(outcome)


def test_empty_stdin_is_at_its_end(runner: Runner):
    assert "b''\n" == said(runner.python("import sys; print(sys.stdin.buffer.read())"))


@pytest.mark.parametrize("name", ["/dev/stdin", "/proc/self/fd/0"])
def test_stdin_can_be_opened_by_name(runner: Runner, name: str):
    assert "12\n" == said(runner.run_program(["cat", name], stdin=b"12\n"))


def test_stdin_cannot_be_changed(runner: Runner):
    code = """
import os
for act in (
    lambda: os.write(os.open("/proc/self/fd/0", os.O_WRONLY), b"x"),
    lambda: os.truncate("/proc/self/fd/0", 0),
    lambda: os.write(0, b"x"),
):
    try:
        print("changed", act())
    except PermissionError:
        print("refused")
print(os.pread(0, 99, 0))
"""
    assert ["refused"] * 3 + ["b'abc'"] == lines(runner.python(code, stdin=b"abc"))


# --- output ---------------------------------------------------------------------------------------


def test_output_is_kept_byte_by_byte(runner: Runner):
    code = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data)"
    outcome = runner.python(code, stdin=ALL_BYTES * 1000)
    assert (FINISHED, ALL_BYTES * 1000, b"") == (ended(outcome), outcome.stdout, outcome.stderr)


def test_stdout_and_stderr_are_kept_apart(runner: Runner):
    outcome = runner.run_program(["sh", "-c", "echo one; echo two >&2; echo three"])
    assert (b"one\nthree\n", b"two\n") == (outcome.stdout, outcome.stderr)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/stderr", "/proc/self/fd/1"])
def test_output_can_be_opened_by_name(runner: Runner, name: str):
    outcome = runner.python(f"print('hello', file=open({name!r}, 'w'))")
    assert (FINISHED, b"hello\n") == (ended(outcome), outcome.stdout + outcome.stderr)


def test_output_of_a_child_that_outlives_the_program_is_kept(runner: Runner):
    code = """
import os
if os.fork() == 0:
    os.write(1, b"child\\n")
    os.close(3)
    os._exit(0)
"""
    code = "import os\nr, w = os.pipe()\n" + code.replace("os.close(3)", "os.close(w)")
    code += "os.close(w); os.read(r, 1); os._exit(0)"
    assert "child\n" == said(runner.python(code))


def test_output_up_to_the_limit_is_not_too_much(runner: Runner):
    outcome = runner.python(
        "print(end='x' * 1000); import sys; print(end='y' * 1000, file=sys.stderr)",
        limits=Limits(output_bytes=1000),
    )
    assert FINISHED == ended(outcome)
    assert (b"x" * 1000, b"y" * 1000) == (outcome.stdout, outcome.stderr)
    assert (False, False) == (outcome.stdout_truncated, outcome.stderr_truncated)


# --- what the program finds -----------------------------------------------------------------------


def test_arguments_arrive_as_they_are(runner: Runner):
    words = ["", " ", "a b", "--", "é", "$HOME", "'\"\\", "\n", "x" * 100_000]
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    outcome = runner.run_program(["python3", "-c", code, *words])
    assert words == json.loads(said(outcome))


def test_a_thousand_arguments_arrive(runner: Runner):
    words = [str(number) for number in range(1000)]
    assert " ".join(words) + "\n" == said(runner.run_program(["echo", *words]))


def test_environment_is_what_was_given_and_nothing_else(runner: Runner):
    given = {"PATH": "/usr/bin", "EMPTY": "", "MODE": "x=y z", "É": "ü"}
    assert {f"{name}={value}" for name, value in given.items()} == set(
        said(runner.run_program(["env"], env=given)).splitlines()
    )


def test_an_empty_environment_is_empty(runner: Runner):
    assert "" == said(runner.run_program(["/usr/bin/env"], env={}))


def test_the_command_is_looked_up_in_the_path_that_was_given(runner: Runner):
    tool = InputFile("bin/tool", b"#!/bin/sh\necho mine\n", 0o755)
    env = {"PATH": "/nowhere:/box/bin:/usr/bin:/bin"}
    assert "mine\n" == said(runner.run_program(["tool"], {"bin/tool": tool}, env=env))


def test_files_are_there_with_directories_and_modes(runner: Runner):
    files: Files = {
        "main.txt": "text",
        "data/in.bin": ALL_BYTES,
        "a/b/c/d": "deep",
        "empty": b"",
        "tool": InputFile("tool", b"#!/bin/sh\necho runs\n", 0o755),
        "private": InputFile("private", b"", 0o600),
    }
    found = said(runner.run_program(["find", "-type", "f", "-printf", "%P %m %s\\n"], files))
    assert {
        "main.txt 644 4", "data/in.bin 644 256", "a/b/c/d 644 4", "empty 644 0", "tool 755 20",
        "private 600 0",
    } == set(found.splitlines())  # fmt: skip
    assert ALL_BYTES == runner.run_program(["cat", "data/in.bin"], files).stdout
    assert "runs\n" == said(runner.run_program(["./tool"], files))


def test_the_working_directory_is_a_writable_one(runner: Runner):
    code = "import os; open('x', 'w').write('y'); print(os.getcwd(), open('/box/x').read())"
    assert "/box y\n" == said(runner.python(code))


@pytest.mark.parametrize("path", ["../up", "a/../../up", "/abs", "/tmp/abs", "main.py/below", ""])
def test_a_file_is_never_written_outside_of_the_working_directory(runner: Runner, path: str):
    outcome = runner.run_program(["true"], {"main.py": "", path: "content"})
    assert outcome.start_error is not None
    assert "files" == outcome.start_error.doing


# --- programs that cannot be started --------------------------------------------------------------

NOT_EXECUTABLE = InputFile("tool", b"#!/bin/sh\n", 0o644)
NO_INTERPRETER = InputFile("tool", b"#!/no/such/interpreter\n", 0o755)


@pytest.mark.parametrize(
    ("argv", "file", "reason"),
    [
        (["no-such-command"], NOT_EXECUTABLE, "No such file or directory"),
        (["/no/such/file"], NOT_EXECUTABLE, "No such file or directory"),
        (["./tool"], NOT_EXECUTABLE, "Permission denied"),
        (["./tool"], NO_INTERPRETER, "No such file or directory"),
        (["/usr"], NOT_EXECUTABLE, "Permission denied"),
        (["true", "x" * 200_000], NOT_EXECUTABLE, "Argument list too long"),
    ],
)
def test_a_command_that_cannot_be_executed_says_why(
    runner: Runner, argv: list[str], file: InputFile, reason: str
):
    outcome = runner.run_program(argv, {"tool": file})
    assert StartError("exec", reason) == outcome.start_error


@pytest.mark.parametrize("sizes", [[2 * MIB], [900 * KIB, 900 * KIB]], ids=["one", "together"])
def test_files_that_do_not_fit_on_the_disk_say_so(runner: Runner, sizes: list[int]):
    files = {f"file-{number}": bytes(size) for number, size in enumerate(sizes)}
    outcome = runner.run_program(["true"], files, limits=Limits(disk_bytes=MIB))
    assert outcome.start_error is not None
    assert "files" == outcome.start_error.doing


@pytest.mark.parametrize("open_files", [4, 8, 16])
def test_few_open_files_are_enough_to_start(runner: Runner, open_files: int):
    outcome = runner.run_program(["cat", "x"], {"x": "y"}, limits=Limits(open_files=open_files))
    assert "y" == said(outcome)


# --- the state in which it starts -----------------------------------------------------------------


def status(runner: Runner) -> dict[str, str]:
    """/proc/self/status as a program sees its own."""
    text = said(runner.run_program(["cat", "/proc/self/status"]))
    return dict(line.split(":\t", 1) for line in text.splitlines())


def test_exactly_three_descriptors_are_open(runner: Runner):
    source = """
#include <fcntl.h>
#include <stdio.h>
int main(void) {
  for (int fd = 0; fd < 65536; fd++)
    if (fcntl(fd, F_GETFD) != -1) printf("%d\\n", fd);
  return 0;
}
"""
    assert ["0", "1", "2"] == lines(runner.c(source, limits=Limits(open_files=10_000)))
    # Also where files are collected, for which init has one more.
    assert ["0", "1", "2"] == lines(runner.c(source, collect=["*"]))


def test_it_is_nobody_of_importance(runner: Runner):
    found = status(runner)
    assert ["1000"] * 4 == found["Uid"].split()
    assert ["1000"] * 4 == found["Gid"].split()
    assert "" == found["Groups"].strip()
    kinds = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    assert {"0" * 16} == {found[kind] for kind in kinds}
    assert ("1", "2") == (found["NoNewPrivs"], found["Seccomp"])


def test_signals_are_as_a_program_expects_them(runner: Runner):
    # The control: Python itself ignores SIGPIPE, and that would come down to the program.
    assert signal.SIG_IGN == signal.getsignal(signal.SIGPIPE)
    found = status(runner)
    assert {"0" * 16} == {found[name] for name in ("SigIgn", "SigBlk", "SigPnd", "ShdPnd")}


def test_it_is_not_process_1_and_leads_a_session_without_terminal(runner: Runner):
    code = """
import os
fields = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
print(os.getpid() == 1, os.getpid() == os.getsid(0) == os.getpgid(0), fields[4])
try:
    os.open("/dev/tty", os.O_RDWR)
except OSError as error:
    print(error.strerror)
"""
    assert ["False True 0", "No such file or directory"] == lines(runner.python(code))


def test_umask_priority_and_out_of_memory_score_are_plain(runner: Runner):
    code = """
import os
mask = os.umask(0)
print(oct(mask), os.getpriority(os.PRIO_PROCESS, 0), open("/proc/self/oom_score_adj").read(), end="")
"""
    assert "0o22 0 1000\n" == said(runner.python(code))


def test_it_runs_on_the_one_core_of_its_slot(runner: Runner):
    code = "import os; print(*os.sched_getaffinity(0))"

    async def one_in_each_slot() -> list[Outcome]:
        places = [runner.slot() for _ in range(runner.pool.size)]
        async with contextlib.AsyncExitStack() as stack:
            slots = [await stack.enter_async_context(place) for place in places]
            return [await runner.run_in(slot, ["python3", "-c", code]) for slot in slots]

    cores = [int(said(outcome)) for outcome in runner.wait(one_in_each_slot())]
    ours = os.sched_getaffinity(0)
    assert set(cores) <= ours
    assert len(set(cores)) == min(len(cores), len(ours))


def test_usage_is_measured(runner: Runner):
    code = """
import time
block = bytearray(100 << 20)
for at in range(0, len(block), 4096):
    block[at] = 1
until = time.process_time() + 0.2
while time.process_time() < until:
    pass
time.sleep(0.3)
"""
    outcome = runner.python(code)
    assert FINISHED == ended(outcome)
    assert 0.2 <= outcome.cpu_time_s < 2
    assert outcome.wall_time_s >= outcome.cpu_time_s + 0.25
    assert 100 * MIB <= outcome.memory_bytes < 150 * MIB
    assert (0, 0, 0) == (outcome.oom_kills, outcome.pids_refused, outcome.leftover_processes)


def test_a_run_that_does_nothing_uses_next_to_nothing(runner: Runner):
    outcome = runner.run_program(["true"])
    assert outcome.cpu_time_s < 0.1
    assert outcome.memory_bytes < 8 * MIB


# --- what ordinary programs need ------------------------------------------------------------------

ORDINARY = {
    "numpy": "import numpy; print(int(numpy.arange(10).reshape(2, 5).T.dot([1, 1]).sum()))",
    "threads": """
from concurrent.futures import ThreadPoolExecutor
print(sum(ThreadPoolExecutor(4).map(int, "45630" * 2)) + 9)
""",
    "processes": """
from multiprocessing import Pool
if __name__ == "__main__":
    with Pool(2) as pool:
        print(sum(pool.map(int, ["40", "5"])))
""",
    "locks of processes": """
from multiprocessing import Lock, Process, Value
def add(total, lock):
    for _ in range(100):
        with lock:
            total.value += 1
if __name__ == "__main__":
    total, lock = Value("i", -155), Lock()
    workers = [Process(target=add, args=(total, lock)) for _ in range(2)]
    [worker.start() for worker in workers], [worker.join() for worker in workers]
    print(total.value)
""",
    "subprocess": "import subprocess as s; print(s.check_output(['echo', '45'], text=True), end='')",
    "asyncio": """
import asyncio
async def main():
    process = await asyncio.create_subprocess_exec("echo", "45", stdout=-1)
    return (await process.communicate())[0].decode().strip()
print(asyncio.run(main()))
""",
    "temporary files": """
import shutil, tempfile
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
    file.write(b"45"); file.flush()
    shutil.copyfile(file.name, folder + "/copy")
    print(open(folder + "/copy").read())
""",
    "shared memory": """
from multiprocessing.shared_memory import SharedMemory
memory = SharedMemory(create=True, size=10)
memory.buf[0] = 45
same = SharedMemory(memory.name)
print(same.buf[0])
same.close(), memory.close(), memory.unlink()
""",
    "random numbers": "import os, random; print(45 if os.urandom(16) and random.random() < 1 else 0)",
    "local sockets": """
import socket
one, other = socket.socketpair()
one.send(b"45")
print(other.recv(9).decode())
""",
    "deep recursion": """
import sys
sys.setrecursionlimit(100_000)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(20_000) - 19_955)
""",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_programs_run(runner: Runner, name: str):
    # All compute the same number, to see that they compute.
    assert "45\n" == said(runner.python(ORDINARY[name]))


def test_a_c_program_with_threads_and_deep_recursion_runs(runner: Runner):
    outcome = runner.c_file("threads.c", flags=["-pthread", "-fno-optimize-sibling-calls"])
    assert "4 threads, depth 1000000\n" == said(outcome)


def test_limits_are_those_of_this_run_and_not_of_the_last(runner: Runner):
    small = Limits(memory_bytes=64 * MIB, disk_bytes=MIB, open_files=20, output_bytes=10)
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    for limits in (QUICK, small, QUICK, small):
        outcome = runner.python(code + "; x = bytearray(100 << 20)", limits=limits)
        assert was_short_of_memory(outcome) == (limits is small)
        assert ended(outcome)[:2] == ((None, 9) if limits is small else (0, None))
        assert limits is small or outcome.killed_by is None
        assert limits.open_files == int(outcome.stdout or b"20")
