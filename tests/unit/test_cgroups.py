"""Both kinds of cgroup behind one protocol, on plain files that look like the kernel's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cgroupspy.nodes import Node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.cgroups import Layout, base, detect_layout, usable_memory_bytes
from runtime.cgroups.base import (
    OWN_MEMORY_BYTES,
    OWN_PIDS,
    RESIDUE_BYTES,
    CounterFile,
    kill_members,
    remove_tree,
)
from runtime.cgroups.v1 import CONTROLLERS as V1_CONTROLLERS
from runtime.cgroups.v1 import CgroupV1
from runtime.cgroups.v2 import CONTROLLERS as V2_CONTROLLERS
from runtime.cgroups.v2 import CgroupV2, PoolV2
from runtime.errors import HostNotReady, SandboxFault, SlotBroken
from runtime.limits import MIB

counts = st.integers(0, 2**40)
on_one_cgroup = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Kernel:
    """What the kernel would write into the files of a cgroup."""

    directories: dict[str, Path]
    is_v2: bool

    def set(self, controller: str, name: str, text: str) -> None:
        (self.directories[controller] / name).write_text(text)

    def get(self, controller: str, name: str) -> str:
        return (self.directories[controller] / name).read_text()

    def cpu(self, microseconds: int) -> None:
        if self.is_v2:
            self.set("cpu", "cpu.stat", f"usage_usec {microseconds}\nuser_usec 1\nsystem_usec 2\n")
        else:
            self.set("cpuacct", "cpuacct.usage", f"{microseconds * 1000}\n")

    def ooms(self, kills: int) -> None:
        if self.is_v2:
            self.set("memory", "memory.events", f"low 0\nmax 7\noom 8\noom_kill {kills}\n")
        else:
            text = f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n"
            self.set("memory", "memory.oom_control", text)

    def refused(self, forks: int) -> None:
        self.set("pids", "pids.events", f"max {forks}\n")

    def alive(self, processes: int) -> None:
        self.set("pids", "pids.current", f"{processes}\n")

    def memory(self, now: int, peak: int) -> None:
        names = ("memory.current", "memory.peak")
        if not self.is_v2:
            names = ("memory.usage_in_bytes", "memory.max_usage_in_bytes")
        for name, value in zip(names, (now, peak), strict=True):
            self.set("memory", name, f"{value}\n")

    def files(self, reserve: int, reads: int) -> None:
        lines = f"cache 1\nactive_file {reserve - reserve // 2}\ninactive_file {reserve // 2}\n"
        self.set("memory", "memory.stat", f"{lines}pgmajfault {reads}\nunevictable 0\n")

    def memory_limit(self) -> int:
        name = "memory.max" if self.is_v2 else "memory.limit_in_bytes"
        return int(self.get("memory", name))


def kernel_v2(root: Path) -> Kernel:
    directory = root / "slot"
    directory.mkdir(parents=True)
    for name in ("memory.max", "pids.max", "cgroup.procs", "memory.swap.max", "memory.oom.group"):
        (directory / name).touch()
    return Kernel(dict.fromkeys(V2_CONTROLLERS, directory), is_v2=True)


def kernel_v1(root: Path) -> Kernel:
    files = {
        "memory": ["limit_in_bytes", "memsw.limit_in_bytes", "force_empty"],
        "pids": ["max"],
        "cpuacct": [],
        "cpuset": ["cpus", "mems"],
    }
    directories = {name: root / name / "slot" for name in files}
    for controller, names in files.items():
        directories[controller].mkdir(parents=True)
        for name in [*(f"{controller}.{name}" for name in names), "cgroup.procs"]:
            (directories[controller] / name).touch()
    (directories["memory"] / "cgroup.event_control").touch()
    return Kernel(directories, is_v2=False)


def cgroup_v1(root: Path) -> CgroupV1:
    tree = Node(os.fsencode(f"{root}/"))
    return CgroupV1({name: Node("slot", Node(name, tree)) for name in V1_CONTROLLERS})


def at_rest(kernel: Kernel) -> Kernel:
    kernel.cpu(0)
    kernel.ooms(0)
    kernel.refused(0)
    kernel.alive(1)
    kernel.memory(0, 0)
    kernel.files(0, 0)
    return kernel


@pytest.fixture(params=["v1", "v2"])
def kernel(request: pytest.FixtureRequest, tmp_path: Path) -> Kernel:
    make = kernel_v2 if request.param == "v2" else kernel_v1
    return at_rest(make(tmp_path))


@pytest.fixture
def cgroup(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CgroupV1 | CgroupV2]:
    cgroup = CgroupV2(kernel.directories["memory"]) if kernel.is_v2 else cgroup_v1(tmp_path)
    # Plain files keep the tail of a longer value; the kernel's do not.
    monkeypatch.setattr(CounterFile, "write", lambda file, value: file.path.write_text(str(value)))
    yield cgroup
    # Plain directories are not empty as the kernel's are.
    monkeypatch.setattr(base, "_remove_directory", shutil.rmtree)
    cgroup.close()


# --- the protocol, for both -----------------------------------------------------------------------


@on_one_cgroup
@given(before=counts, used=counts)
def test_the_cpu_clock_is_in_nanoseconds(kernel, cgroup, before: int, used: int):
    kernel.cpu(before)
    began_ns = cgroup.cpu_ns()
    kernel.cpu(before + used)
    assert used * 1000 == cgroup.cpu_ns() - began_ns


@on_one_cgroup
@given(before=counts, new=counts)
def test_kills_and_refusals_are_counted_from_the_start_of_the_run(kernel, cgroup, before, new):
    kernel.ooms(before)
    kernel.refused(before)
    cgroup.prepare(MIB, 1)
    assert (0, 0) == (cgroup.oom_kills(), cgroup.pids_refused())
    kernel.ooms(before + new)
    kernel.refused(before + new)
    assert (new, new) == (cgroup.oom_kills(), cgroup.pids_refused())


@on_one_cgroup
@given(before=st.integers(0, RESIDUE_BYTES), used=st.integers(1, 2**40))
def test_the_peak_is_what_the_run_has_added(kernel, cgroup, before: int, used: int):
    kernel.memory(before, before)
    cgroup.prepare(MIB, 1)
    kernel.memory(before, before + used)
    assert used == cgroup.peak_memory_bytes()


def test_the_peak_is_never_negative(kernel, cgroup):
    kernel.memory(5 * MIB, 5 * MIB)
    cgroup.prepare(MIB, 1)
    kernel.memory(MIB, 2 * MIB)
    assert 0 == cgroup.peak_memory_bytes()


@on_one_cgroup
@given(limits=st.lists(st.tuples(counts, st.integers(1, 10_000)), min_size=1, max_size=4))
def test_limits_are_those_of_the_last_preparation_and_leave_room_for_init(kernel, cgroup, limits):
    for memory_bytes, pids in limits:
        cgroup.prepare(memory_bytes, pids)
        assert memory_bytes + OWN_MEMORY_BYTES == kernel.memory_limit()
        assert pids + OWN_PIDS + 1 == int(kernel.get("pids", "pids.max"))


LIMIT = 64 * MIB


def look_twice(kernel: Kernel, cgroup, *, use: int, reserve: int, reads: int) -> bool:
    """Whether a run is found starving that had read ``reads`` pages again between two looks."""
    cgroup.prepare(LIMIT, 1)
    kernel.memory(use, use)
    kernel.files(reserve, 100)
    assert not cgroup.is_starving()  # one look tells nothing
    kernel.files(reserve, 100 + reads)
    return cgroup.is_starving()


def test_a_full_cgroup_that_reads_its_own_files_again_and_again_is_starving(kernel, cgroup):
    full = LIMIT + OWN_MEMORY_BYTES
    assert look_twice(kernel, cgroup, use=full, reserve=MIB, reads=1)
    assert not look_twice(kernel, cgroup, use=full, reserve=MIB, reads=0)
    assert not look_twice(kernel, cgroup, use=full, reserve=32 * MIB, reads=1000)
    assert not look_twice(kernel, cgroup, use=full // 2, reserve=MIB, reads=1000)


@on_one_cgroup
@given(use=st.integers(0, LIMIT), reserve=counts, reads=st.integers(0, 2**32))
def test_who_has_room_is_never_starving(kernel, cgroup, use: int, reserve: int, reads: int):
    assert not look_twice(kernel, cgroup, use=use, reserve=reserve, reads=reads)


def test_starving_is_forgotten_with_the_run(kernel, cgroup):
    assert look_twice(kernel, cgroup, use=LIMIT + OWN_MEMORY_BYTES, reserve=0, reads=1)
    cgroup.prepare(LIMIT, 1)
    kernel.files(0, 500)
    assert not cgroup.is_starving()


@pytest.mark.parametrize("alive", [0, 2, 65])
def test_a_cgroup_with_anything_but_init_is_not_clean(kernel, cgroup, alive: int):
    kernel.alive(alive)
    with pytest.raises(SlotBroken, match=f"pids.current: {alive} processes"):
        cgroup.check_clean()


def test_a_cgroup_with_init_alone_is_clean(kernel, cgroup):
    kernel.alive(1)
    cgroup.check_clean()


def test_init_can_read_cpu_time_by_the_descriptor_and_the_scale(kernel, cgroup):
    # As clock.c does it: the first number in the file, times the scale.
    kernel.cpu(1234)
    text = os.pread(cgroup.usage_fd, 4096, 0)
    digits = next(word for word in text.split() if word.isdigit())
    assert 1_234_000 == int(digits) * cgroup.usage_scale_ns == cgroup.cpu_ns()


def test_a_process_joins_every_hierarchy(kernel, cgroup):
    directories = set(kernel.directories.values())
    assert {directory / "cgroup.procs" for directory in directories} == set(cgroup.join_files())


@on_one_cgroup
@given(use=counts, residents=counts)
def test_residue_is_what_nobody_of_the_container_holds(kernel, cgroup, use: int, residents: int):
    cgroup.set_residents(2, residents)
    kernel.memory(use, use)
    assert use - residents == cgroup.residue_bytes()


def test_the_kernel_is_asked_to_take_back_what_nobody_needs(kernel, cgroup):
    name = "memory.reclaim" if kernel.is_v2 else "memory.force_empty"
    kernel.set("memory", name, "")
    cgroup.prepare(MIB, 1)
    assert "" == kernel.get("memory", name)
    cgroup.reclaim()
    assert "" != kernel.get("memory", name)


@on_one_cgroup
@given(memory=counts, residents=counts)
def test_what_residents_hold_is_not_taken_from_the_run(kernel, cgroup, memory: int, residents: int):
    cgroup.set_residents(2, residents)
    cgroup.prepare(memory, 3)
    assert memory + OWN_MEMORY_BYTES + residents == kernel.memory_limit()
    assert 3 + OWN_PIDS + 2 == int(kernel.get("pids", "pids.max"))
    kernel.alive(2)
    cgroup.check_clean()


def test_no_descriptor_outlives_the_cgroup(kernel, tmp_path, monkeypatch):
    def lowest_free() -> int:
        fd = os.dup(0)
        os.close(fd)
        return fd

    monkeypatch.setattr(base, "_remove_directory", shutil.rmtree)
    before = lowest_free()
    cgroup = CgroupV2(kernel.directories["memory"]) if kernel.is_v2 else cgroup_v1(tmp_path)
    assert lowest_free() > before
    cgroup.close()
    assert before == lowest_free()
    assert not any(path.exists() for path in kernel.directories.values())


def test_swap_gives_no_more_memory(kernel, cgroup):
    cgroup.prepare(64 * MIB, 1)
    if kernel.is_v2:
        assert "0" == kernel.get("memory", "memory.swap.max")
    else:
        memory_and_swap = int(kernel.get("memory", "memory.memsw.limit_in_bytes"))
        assert kernel.memory_limit() == memory_and_swap


# --- what only one of them has --------------------------------------------------------------------


@given(limits=st.lists(counts, min_size=1, max_size=6))
@on_one_cgroup
def test_v1_never_sets_memory_and_swap_below_memory(tmp_path_factory, limits: list[int]):
    # The kernel refuses that with EINVAL, also for the instant between two writes.
    root = tmp_path_factory.mktemp("v1")
    at_rest(kernel_v1(root))
    cgroup = cgroup_v1(root)
    values = {cgroup._limit.path: 2**63, cgroup._swap_limit.path: 2**63}  # type: ignore[union-attr]  # v1 here
    order: list[tuple[int, int]] = []

    def record(path: Path) -> Callable[[int], None]:
        def write(value: int) -> None:
            values[path] = value
            order.append((values[cgroup._limit.path], values[cgroup._swap_limit.path]))  # type: ignore[union-attr]  # v1 here

        return write

    for file in (cgroup._limit, cgroup._swap_limit):
        assert file is not None
        file.write = record(file.path)  # type: ignore[method-assign,assignment]  # to see the order
    for limit in limits:
        cgroup.prepare(limit, 1)
    assert [] == [pair for pair in order if pair[0] > pair[1]]
    assert limits[-1] + OWN_MEMORY_BYTES == order[-1][0] == order[-1][1]


def test_v1_works_without_swap_accounting(tmp_path: Path):
    kernel = at_rest(kernel_v1(tmp_path))
    (kernel.directories["memory"] / "memory.memsw.limit_in_bytes").unlink()
    cgroup_v1(tmp_path).prepare(MIB, 1)
    assert MIB + OWN_MEMORY_BYTES == kernel.memory_limit()


def test_v1_is_told_when_memory_runs_out(tmp_path: Path):
    kernel = at_rest(kernel_v1(tmp_path))
    cgroup = cgroup_v1(tmp_path)
    event_fd, control_fd = map(int, kernel.get("memory", "cgroup.event_control").split())
    assert cgroup.oom_event_fd == event_fd
    assert "memory.oom_control" == Path(f"/proc/self/fd/{control_fd}").readlink().name


def test_v2_needs_no_word_when_memory_runs_out(tmp_path: Path):
    kernel = at_rest(kernel_v2(tmp_path))
    assert None is CgroupV2(kernel.directories["memory"]).oom_event_fd


@pytest.mark.parametrize("name", ["memory.max", "pids.current", "cpu.stat", "memory.events"])
def test_a_missing_file_is_named(tmp_path: Path, name: str):
    directory = at_rest(kernel_v2(tmp_path)).directories["memory"]
    (directory / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        CgroupV2(directory)


def test_a_v2_pool_gives_its_slots_the_controllers(tmp_path: Path):
    PoolV2(tmp_path, "worker")
    for directory in (tmp_path, tmp_path / "sandbox", tmp_path / "sandbox" / "worker"):
        enabled = (directory / "cgroup.subtree_control").read_text().split()
        assert {f"+{name}" for name in V2_CONTROLLERS} == set(enabled)


# --- files ----------------------------------------------------------------------------------------

fields = st.dictionaries(
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.integers(0, 2**64), min_size=1, max_size=20
)


@on_one_cgroup
@given(values=fields, absent=st.from_regex(r"[A-Z]{1,5}", fullmatch=True))
def test_a_field_is_the_number_behind_its_name(tmp_path: Path, values: dict[str, int], absent: str):
    path = tmp_path / "file"
    path.write_text("".join(f"{name} {value}\n" for name, value in values.items()))
    file = CounterFile(path)
    assert values == {name: file.field(name.encode()) for name in values}
    assert 0 == file.field(absent.encode())
    file.close()


def test_a_name_that_is_part_of_another_is_not_it(tmp_path: Path):
    path = tmp_path / "memory.events"
    path.write_text("max 3\noom 2\noom_kill 1\noom_group_kill 0\n")
    file = CounterFile(path)
    assert [1, 2, 3] == [file.field(name) for name in (b"oom_kill", b"oom", b"max")]
    file.close()


@on_one_cgroup
@given(numbers=st.lists(counts, min_size=1, max_size=5))
def test_a_counter_is_read_anew_each_time(tmp_path: Path, numbers: list[int]):
    path = tmp_path / "file"
    path.touch()
    file = CounterFile(path)
    for number in numbers:
        path.write_text(f"{number}\n")
        assert number == file.number()
    file.close()


def test_a_write_that_fails_names_the_file_and_the_value():
    file = CounterFile(Path("/dev/full"), writable=True)
    with pytest.raises(OSError, match=r"/dev/full = 123: No space left on device"):
        file.write(123)
    file.close()


# --- ending what is inside ------------------------------------------------------------------------


class Members:
    """A cgroup.procs file with real processes in it, which leave it when they die."""

    def __init__(self, processes: list[subprocess.Popen[bytes]], extra: str = "") -> None:
        self._processes = processes
        self._extra = extra

    def read_text(self) -> str:
        return self._extra + "".join(
            f"{process.pid}\n" for process in self._processes if process.poll() is None
        )


def test_members_are_killed_until_none_is_left():
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(3)]
    kill_members(Members(processes))  # type: ignore[arg-type]  # it only reads it
    assert [-signal.SIGKILL] * 3 == [process.wait() for process in processes]


def test_a_member_that_does_not_die_is_named(tmp_path: Path):
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
        procs = tmp_path / "cgroup.procs"
        procs.write_text(f"{dead.pid}\n")
        with pytest.raises(SlotBroken, match=f"{dead.pid}.* do not die"):
            kill_members(procs, within_s=0.05)


def test_a_member_of_another_pid_namespace_is_not_taken_for_our_own_group(tmp_path: Path):
    # The kernel shows such a process as 0, and kill(0, 9) would be the end of us all.
    procs = tmp_path / "cgroup.procs"
    procs.write_text("0\n")
    with pytest.raises(SlotBroken, match="do not die"):
        kill_members(procs, within_s=0.05)


def test_a_tree_that_is_not_there_is_removed_already(tmp_path: Path):
    remove_tree(tmp_path / "none")


def test_a_tree_is_removed_from_its_leaves_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    removed: list[str] = []
    monkeypatch.setattr(base, "_remove_directory", lambda path: removed.append(path.name))
    for name in ("top", "top/a", "top/a/deep", "top/b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    remove_tree(tmp_path / "top")
    assert ["deep", "a", "b", "top"] == removed


def test_a_directory_that_cannot_be_removed_is_named(tmp_path: Path):
    directory = tmp_path / "top"
    directory.mkdir()
    (directory / "cgroup.procs").touch()  # a plain directory with a file in it
    with pytest.raises(SandboxFault, match=f"cannot remove cgroup {directory}"):
        remove_tree(directory)


# --- which one it is ------------------------------------------------------------------------------


def make_v1(root: Path, *controllers: str) -> None:
    for name in controllers:
        (root / name).mkdir(parents=True)
        (root / name / "cgroup.procs").touch()


def test_v2_is_told_by_its_controllers(tmp_path: Path):
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids\n")
    assert Layout.V2 is detect_layout(tmp_path)


def test_v1_is_told_by_its_hierarchies(tmp_path: Path):
    make_v1(tmp_path, *V1_CONTROLLERS)
    assert Layout.V1 is detect_layout(tmp_path)


def test_a_hybrid_has_a_unified_hierarchy_beside_them(tmp_path: Path):
    make_v1(tmp_path, *V1_CONTROLLERS, "unified")
    assert Layout.HYBRID is detect_layout(tmp_path)


def test_where_the_unified_hierarchy_is_not_mounted_it_is_no_hybrid(tmp_path: Path):
    make_v1(tmp_path, *V1_CONTROLLERS)
    (tmp_path / "unified").mkdir()
    assert Layout.V1 is detect_layout(tmp_path)


@pytest.mark.parametrize("missing", V1_CONTROLLERS)
def test_a_missing_v1_controller_is_named(tmp_path: Path, missing: str):
    make_v1(tmp_path, *(name for name in V1_CONTROLLERS if name != missing))
    with pytest.raises(HostNotReady, match=rf"\(v1\) lacks the cgroup controllers {missing}$"):
        detect_layout(tmp_path)


@pytest.mark.parametrize("missing", V2_CONTROLLERS)
def test_a_missing_v2_controller_is_named(tmp_path: Path, missing: str):
    others = " ".join(name for name in V2_CONTROLLERS if name != missing)
    (tmp_path / "cgroup.controllers").write_text(others)
    with pytest.raises(HostNotReady, match=rf"\(v2\) lacks the cgroup controllers {missing}$"):
        detect_layout(tmp_path)


@pytest.mark.parametrize("file", ["memory.max", "memory/memory.limit_in_bytes"], ids=["v2", "v1"])
def test_a_containers_memory_is_what_it_may_use(tmp_path: Path, file: str) -> None:
    machine_bytes = usable_memory_bytes(tmp_path)
    assert machine_bytes == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = tmp_path / file
    limit.parent.mkdir(exist_ok=True)
    for text, expected in (("65536000\n", 65_536_000), (f"{1 << 62}\n", machine_bytes)):
        limit.write_text(text)
        assert usable_memory_bytes(tmp_path) == expected


def test_a_container_without_a_limit_has_the_machines_memory(tmp_path: Path) -> None:
    machine_bytes = usable_memory_bytes(tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    assert usable_memory_bytes(tmp_path) == machine_bytes
