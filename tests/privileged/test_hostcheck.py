"""The host check on the machine that the tests run on, which has to be good enough for them."""

import json
import os
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

from runtime.hostcheck import Finding, Level, check_host
from sandbox.settings import Settings
from sandbox.worker.host import host_check

ROOT = Path(__file__).parents[2]

# Each of these prints one line, from a mount namespace of its own.
PRELUDE = """
import json, os
from dataclasses import astuple
from pathlib import Path
from runtime import syscalls
from runtime.hostcheck import check_host

syscalls.unshare(syscalls.CLONE_NEWNS)
syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
"""
# What a check could leave behind; an orphan becomes a child of the process, so that it is seen.
IN_A_PROCESS_OF_ITS_OWN = """
def state():
    own = Path("/proc/self")
    return {
        "mounts": (own / "mountinfo").read_text(),
        "processes": [path.read_text() for path in own.glob("task/*/children")],
        "namespaces": sorted(str(path.readlink()) for path in (own / "ns").iterdir()),
        "descriptors": sorted(path.name for path in (own / "fd").iterdir()),
        "cgroup": (own / "cgroup").read_text(),
        "privileges": [
            line
            for line in (own / "status").read_text().splitlines()
            if line.startswith(("Cap", "NoNewPrivs", "Seccomp", "Uid", "Gid"))
        ],
    }
syscalls.process_control(syscalls.PR_SET_CHILD_SUBREAPER, 1)
before = state()
check_host()
print(json.dumps([before, state()]))
"""
# Everything but /proc, where id maps are written, is read-only.
ON_A_READ_ONLY_MACHINE = """
flags = syscalls.MS_REMOUNT | syscalls.MS_BIND | syscalls.MS_RDONLY
for line in Path("/proc/self/mountinfo").read_text().splitlines():
    place = line.split()[4].encode().decode("unicode_escape")
    if not place.startswith("/proc") and os.path.lexists(place):
        syscalls.mount(None, place, None, flags)
try:
    Path("/tmp/written").touch()
except OSError:
    print(json.dumps([astuple(finding) for finding in check_host()]))
"""
# Nobody else can make a cgroup here, as they may all the time in the machine's own tree. A directory
# in which something was made and removed again has another time.
WITH_A_CGROUP_TREE_OF_ITS_OWN = """
root = Path("/sys/fs/cgroup")
syscalls.mount("tmpfs", root, "tmpfs", 0)
for name in ("memory", "pids", "cpuacct", "cpuset"):
    (root / name).mkdir()
    (root / name / "cgroup.procs").touch()
def tree():
    return [(str(path), path.stat().st_mtime_ns) for path in (root, *sorted(root.rglob("*")))]
before = tree()
found = [astuple(finding) for finding in check_host()]
print(json.dumps([before, found, tree()]))
"""
WITH_A_PART_OF_PROC_COVERED = """
syscalls.mount("/dev/null", "/proc/kallsyms", None, syscalls.MS_BIND)
print(json.dumps([astuple(finding) for finding in check_host()]))
"""


def result_of(script: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + script],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    return json.loads(done.stdout)


def named(findings: list[Finding], name: str) -> list[Finding]:
    return [finding for finding in findings if finding.name == name]


def test_mounts_processes_and_privileges_are_as_before():
    before, after = result_of(IN_A_PROCESS_OF_ITS_OWN)
    assert before == after


def test_nothing_fails_on_this_machine():
    assert [] == [finding for finding in check_host() if finding.level is Level.FAIL]


def test_a_path_without_crun_fails_by_its_name(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    expected = Finding("crun", Level.FAIL, "crun is not there", "apt-get install crun")
    assert [expected] == named(check_host(), "crun")


def test_no_cgroup_is_made_not_even_for_a_moment():
    before, found, after = result_of(WITH_A_CGROUP_TREE_OF_ITS_OWN)
    assert ["PASS"] == [level for name, level, *_ in found if name == "cgroup tree"]
    assert before == after


def test_a_machine_that_cannot_be_written_to_is_told_the_same_but_for_that():
    found = [Finding(*fields) for fields in result_of(ON_A_READ_ONLY_MACHINE)]
    (tree,) = named(found, "cgroup tree")
    assert Level.FAIL == tree.level
    expected = [finding for finding in check_host() if finding.name != tree.name]
    assert expected == [finding for finding in found if finding != tree]


def test_a_covered_proc_is_found_by_trial():
    """As in most containers: the kernel then refuses a fresh one in a user namespace."""
    found = [Finding(*fields) for fields in result_of(WITH_A_PART_OF_PROC_COVERED)]
    assert ["proc"] == [finding.name for finding in found if finding.level == Level.FAIL]


def test_a_user_is_told_to_run_as_root_and_nothing_is_raised():
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(65_534, 65_534, 65_534)
            os.setresuid(65_534, 65_534, 65_534)
            os.write(writer, json.dumps(list(map(astuple, check_host()))).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        found = [Finding(*fields) for fields in json.load(file)]
    os.waitpid(pid, 0)
    for name in ("capabilities", "worker's namespaces", "cgroup tree"):
        (finding,) = named(found, name)
        assert (Level.FAIL, "run as root") == (finding.level, finding.mend), name


def test_the_service_checks_the_places_that_it_uses(tmp_path: Path):
    assert "is built" == named(host_check(Settings()), "init")[0].finding
    elsewhere = Settings(state_dir=tmp_path, crun="no-such-crun")
    found = host_check(elsewhere)
    assert "is not built" in named(found, "init")[0].finding
    assert "no-such-crun is not there" == named(found, "crun")[0].finding


def test_the_service_checks_the_user_ids_that_it_uses(monkeypatch):
    asked: list[int] = []

    def note(_crun: str, *, first_uid: int, **_: object) -> list[Finding]:
        asked.append(first_uid)
        return []

    monkeypatch.setattr("sandbox.worker.host.check_host", note)
    host_check(Settings(first_uid=100_000))
    monkeypatch.setenv("SANDBOX_FIRST_UID", "200000")
    host_check(Settings())
    assert [100_000, 200_000] == asked


def test_it_waits_for_nothing():
    """Every start of a worker goes through it, so what it costs is work, and little of that."""
    start = os.times()
    check_host()
    end = os.times()
    assert end.user + end.system + end.children_user + end.children_system < 5.0 + (
        start.user + start.system + start.children_user + start.children_system
    )
    assert end.elapsed - start.elapsed < 30.0
