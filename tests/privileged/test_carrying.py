"""What stages and talks need: directories that come back, protected files, a stdin that comes late."""

import asyncio
import stat

import pytest

from runtime.feed import Feed
from runtime.init_protocol import PROTECTED, InputFile
from runtime.limits import MIB, Limits
from runtime.outcome import CollectedFile, Kill, Outcome
from runtime.program import Program
from tests.privileged.lab import ENVIRONMENT, QUICK, Runner

DIRECTORY, LINK = stat.S_IFDIR, stat.S_IFLNK


def carried(runner: Runner, script: str, *files: InputFile, limits: Limits = QUICK) -> Outcome:
    """Runs a shell script; everything that it leaves comes back."""

    async def run() -> Outcome:
        with Program(
            ["sh", "-ec", script], ENVIRONMENT, files, collect_bytes=16 * MIB, collect_all=True
        ) as program:
            async with runner.slot() as slot:
                return await slot.run(program, b"", limits)

    return runner.wait(run())


def by_path(outcome: Outcome) -> dict[str, CollectedFile]:
    return {file.path: file for file in outcome.files}


def again(outcome: Outcome) -> list[InputFile]:
    files = [
        InputFile(f.path, f.content, f.mode, f.mtime_ns)
        for f in outcome.files
        if f.content is not None
    ]
    return sorted(
        files, key=lambda file: (not stat.S_ISDIR(file.mode), stat.S_ISLNK(file.mode), file.path)
    )


def test_a_directory_comes_back_and_goes_in_again_as_it_was(runner: Runner):
    script = """
mkdir -p a/b .hidden; echo x > a/f; chmod 640 a/f; touch -d @1000000000.123456789 a/f
printf '#!/bin/sh' > .hidden/run; chmod 755 .hidden/run; ln -s ../f a/b/l; ln -s /nowhere broken
"""
    first = carried(runner, script)
    assert first.exit_code == 0
    found = by_path(first)
    assert {path: oct(file.mode) for path, file in found.items()} == {
        "a": oct(DIRECTORY | 0o755),
        "a/b": oct(DIRECTORY | 0o755),
        "a/b/l": oct(LINK | 0o777),
        "a/f": oct(stat.S_IFREG | 0o640),
        ".hidden": oct(DIRECTORY | 0o755),
        ".hidden/run": oct(stat.S_IFREG | 0o755),
        "broken": oct(LINK | 0o777),
    }
    assert (found["a/f"].content, found["a/f"].mtime_ns) == (b"x\n", 1_000_000_000_123_456_789)
    assert found["a/b/l"].content == b"../f"
    second = carried(runner, "cat a/b/l; test -x .hidden/run", *again(first))
    assert (second.exit_code, second.stdout) == (0, b"x\n")
    assert {(f.path, f.mode, f.content) for f in second.files} == {
        (f.path, f.mode, f.content) for f in first.files
    }
    assert by_path(second)["a/f"].mtime_ns == found["a/f"].mtime_ns


def test_what_does_not_fit_is_said_to_be_missing(runner: Runner):
    outcome = carried(
        runner, "head -c 17M /dev/zero > big; echo x > small", limits=Limits(disk_bytes=64 * MIB)
    )
    found = by_path(outcome)
    assert (found["big"].content, found["big"].refusal) == (None, "too_large")
    assert found["small"].content == b"x\n"


GUARDED = (
    InputFile("tests", b"", PROTECTED | DIRECTORY | 0o755),
    InputFile("tests/t.py", b"right", PROTECTED | 0o444),
    InputFile("empty", b"", PROTECTED | DIRECTORY | 0o755),
    InputFile("conf/a.ini", b"right", PROTECTED | 0o444),
    InputFile("conf/b.ini", b"mine"),
    InputFile("src/a.py", b"mine"),
)
ATTACKS = """
import os, shutil, ctypes
def tried(what, *args):
    try:
        what(*args)
    except OSError:
        return
    print("done:", what.__name__, args)
def write(path):
    with open(path, "r+") as file: file.write("forged")
for path in ("tests/t.py", "conf/a.ini"):
    tried(write, path)
    tried(os.unlink, path)
    tried(os.rename, path, "elsewhere")
    tried(os.chmod, path, 0o777)
    tried(os.truncate, path, 0)
    tried(os.link, path, "hard")
    tried(os.utime, path)
    tried(os.replace, "src/a.py", path)
os.mkdir("mine")
for path in ("tests", "conf", "empty"):
    tried(os.rename, path, "elsewhere")
    tried(os.chmod, path, 0o777)
    tried(os.rmdir, path)
    tried(os.rename, "mine", path)
tried(os.mkdir, "tests/new")
tried(os.symlink, "/etc/passwd", "tests/conftest.py")
tried(os.mknod, "tests/x")
tried(os.chmod, ".", 0o777)
tried(os.rename, "/box", "/box2")
libc = ctypes.CDLL(None, use_errno=True)
for call in (lambda: libc.mount(b"/tmp", b"tests", None, 4096, None), lambda: libc.unshare(0x10000000)):
    print("done: mount" if call() == 0 else "refused")
"""


def test_nothing_that_a_program_does_changes_what_is_protected(runner: Runner):
    attack = InputFile("attack.py", ATTACKS.encode())
    outcome = carried(runner, "python3 attack.py", attack, *GUARDED)
    assert (outcome.exit_code, outcome.stdout) == (0, b"refused\nrefused\n"), outcome.stderr
    found = by_path(outcome)
    assert found["tests/t.py"].content == found["conf/a.ini"].content == b"right"
    assert {path for path in found if path.startswith("tests")} == {"tests", "tests/t.py"}


def test_beside_what_is_protected_a_program_may_write(runner: Runner):
    outcome = carried(
        runner,
        "echo 1 > conf/b.ini; echo 2 > conf/new; rm src/a.py; mkdir x; cat tests/t.py",
        *GUARDED,
    )
    assert (outcome.exit_code, outcome.stdout) == (0, b"right")


@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_a_program_reads_what_comes_while_it_runs(runner: Runner, size: int):
    async def run() -> Outcome:
        feed = Feed()
        feed.write(b"a" * size)
        with Program(["cat"], ENVIRONMENT) as program:
            async with runner.slot() as slot:
                running = asyncio.create_task(slot.run(program, feed, QUICK))
                await asyncio.sleep(0.05)
                feed.write(b"b" * size)
                feed.close()
                feed.write(b"too late")
                return await running

    outcome = runner.wait(run())
    assert (outcome.exit_code, outcome.stdout) == (0, b"a" * size + b"b" * size)


def test_what_a_program_does_not_read_is_known_and_dropped(runner: Runner):
    async def run() -> tuple[Outcome, int, int]:
        feed = Feed()
        with Program(["sleep", "0.2"], ENVIRONMENT) as program:
            async with runner.slot() as slot:
                running = asyncio.create_task(slot.run(program, feed, QUICK))
                feed.write(bytes(300_000))
                await asyncio.sleep(0.1)
                unread = feed.unread_bytes()
                outcome = await running
                return outcome, unread, feed.unread_bytes()

    outcome, unread, later = runner.wait(run())
    assert (outcome.exit_code, unread, later) == (0, 300_000, 0)


def test_a_run_can_be_stopped_and_its_slot_goes_on(runner: Runner):
    async def run() -> tuple[Outcome, Outcome]:
        async with runner.slot() as slot:
            with Program(["sleep", "60"], ENVIRONMENT) as program:
                running = asyncio.create_task(slot.run(program, b"", QUICK))
                await asyncio.sleep(0.1)
                slot.stop()
                stopped = await running
            slot.stop()
            with Program(["echo", "hello"], ENVIRONMENT) as program:
                return stopped, await slot.run(program, b"", QUICK)

    stopped, after = runner.wait(run())
    assert (stopped.killed_by, stopped.signal) == (Kill.STOPPED, 9)
    assert after.stdout == b"hello\n"
