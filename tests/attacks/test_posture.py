"""A running program, seen from outside: what it has, what it is in, what it can read."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runtime.container import PAYLOAD_ID, UID_RANGE
from runtime.slot import Slot
from tests.attacks.scene import Scene
from tests.privileged.lab import until
from tests.privileged.leaks import cgroup_directories, container_pid, members, warm_pids

NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
# Not of a slot but of its runs: two runs of one slot have different ones.
OF_A_RUN = ("ipc", "mnt", "pid")
READABLE_MOUNTS = {"/": "overlay", "/dev": "tmpfs", "/proc": "proc"}


class Posture:
    """What /proc tells about one process while it runs."""

    def __init__(self, slot: Slot, pid: int) -> None:
        """Reads all of it at once."""
        directory = Path(f"/proc/{pid}")
        lines = (directory / "status").read_text().splitlines()
        self.status = dict(line.split(":\t", 1) for line in lines)
        self.namespaces = {name: str((directory / "ns" / name).readlink()) for name in NAMESPACES}
        self.descriptors = {
            path.name: str(path.readlink()) for path in (directory / "fd").iterdir()
        }
        self.mounts = [line.split() for line in (directory / "mountinfo").read_text().splitlines()]
        self.score = int((directory / "oom_score_adj").read_text())
        self.cgroups = (directory / "cgroup").read_text()
        self.session, self.terminal = (
            int(word) for word in (directory / "stat").read_text().rsplit(")", 1)[1].split()[3:5]
        )
        self.cores = self.status["Cpus_allowed_list"]
        self.environment = (directory / "environ").read_bytes()
        self.limits = {
            line[:26].strip(): line[26:].split()[:2]
            for line in (directory / "limits").read_text().splitlines()[1:]
        }
        self.members = members(slot)
        self.first_uid = slot._place.first_uid
        self.init = container_pid(slot)
        self.warm = warm_pids(slot)
        self.init_namespaces = {
            name: str(Path(f"/proc/{self.init}/ns/{name}").readlink()) for name in NAMESPACES
        }

    def mounted(self) -> Mapping[str, tuple[set[str], str]]:
        """Options and file system by mount point."""
        return {
            words[4]: (set(words[5].split(",")), words[words.index("-") + 1])
            for words in self.mounts
        }


def find_program(slot: Slot) -> int | None:
    """The program that waits in a slot: the one that is the payload user and asleep."""
    own = f"Uid:\t{slot._place.first_uid + PAYLOAD_ID}\t"
    for pid in members(slot):
        text = Path(f"/proc/{pid}/status").read_text()
        if own in text and "State:\tS" in text and "Seccomp:\t2" in text:
            return pid
    return None


@pytest.fixture(params=["executed", "forked"])
def postures(scene: Scene, request: pytest.FixtureRequest) -> list[Posture]:
    """Of a program in each slot, at the same time: an executed one, or a fork of a warm interpreter."""
    warm = scene.image_of("python").warm
    argv, files, env = ["sleep", "60"], {}, None
    if request.param == "forked" and warm is not None:
        argv, env = list(warm.argv), warm.env
        files = {"main.py": "import time; time.sleep(60)"}

    async def observe() -> list[Posture]:
        found = []
        runner = scene.lab.runner
        async with scene.lease("python") as one, scene.lease("python") as other:
            tasks = []
            for slot in (one, other):
                tasks.append(asyncio.create_task(runner.run_in(slot, argv, files, env=env)))
                pid = await until(lambda slot=slot: find_program(slot))  # type: ignore[misc]  # its type
                await asyncio.sleep(0.05)  # until it has been executed
                found.append(Posture(slot, pid))
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return found

    return scene.lab.runner.wait(observe())


def every(postures: list[Posture], holds: Callable[[Posture], bool]) -> bool:
    return len(postures) == 2 and all(map(holds, postures))


def test_all_five_capability_sets_are_empty(postures: list[Posture]):
    kinds = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    assert every(postures, lambda one: {one.status[kind] for kind in kinds} == {"0" * 16})


def test_no_new_privileges_and_a_filter_are_on(postures: list[Posture]):
    assert every(postures, lambda one: one.status["NoNewPrivs"] == "1")
    assert every(postures, lambda one: one.status["Seccomp"] == "2")


def test_user_and_group_are_those_of_the_slot_and_no_others(postures: list[Posture]):
    for one in postures:
        own = [str(one.first_uid + PAYLOAD_ID)] * 4
        assert own == one.status["Uid"].split() == one.status["Gid"].split()
        assert "" == one.status["Groups"].strip()


def test_the_ranges_of_user_ids_do_not_meet(postures: list[Posture]):
    first, second = sorted(one.first_uid for one in postures)
    assert first >= UID_RANGE
    assert second - first >= UID_RANGE


@pytest.mark.parametrize("name", NAMESPACES)
def test_every_namespace_is_neither_the_hosts_nor_the_neighbours(
    postures: list[Posture], name: str
):
    host = str(Path(f"/proc/self/ns/{name}").readlink())
    assert 3 == len({host, *(one.namespaces[name] for one in postures)})


@pytest.mark.parametrize("name", OF_A_RUN)
def test_a_run_has_namespaces_that_the_container_has_not(postures: list[Posture], name: str):
    assert every(postures, lambda one: one.namespaces[name] != one.init_namespaces[name])


def test_the_network_belongs_to_the_host_so_that_nobody_inside_has_power_over_it(scene: Scene):
    # Owner of a network namespace: NS_GET_USERNS, 0xb701, answers with a descriptor.
    async def network() -> int:
        async with scene.lease("python") as slot:
            return os.open(f"/proc/{container_pid(slot)}/ns/net", os.O_RDONLY)

    fd = scene.lab.runner.wait(network())
    owner = fcntl.ioctl(fd, 0xB701)
    assert Path("/proc/self/ns/user").stat().st_ino == os.fstat(owner).st_ino
    os.close(owner)
    os.close(fd)


def test_three_descriptors_and_nothing_behind_them_that_has_a_name(postures: list[Posture]):
    for one in postures:
        assert {"0", "1", "2"} == one.descriptors.keys()
        assert "/memfd:stdin (deleted)" == one.descriptors["0"]
        assert one.descriptors["1"].startswith("pipe:")
        assert one.descriptors["2"].startswith("pipe:")


def test_mounts_are_few_and_without_devices_and_set_user_ids(postures: list[Posture]):
    for one in postures:
        mounted = one.mounted()
        own = {
            point: kind for point, (_, kind) in mounted.items() if not point.startswith("/proc/")
        }
        assert own == READABLE_MOUNTS
        assert all("nosuid" in options for options, _ in mounted.values())
        assert {"nodev", "nosuid"} <= mounted["/"][0]
        assert {"ro", "nosuid", "noexec"} <= mounted["/dev"][0]
        assert {"ro", "nosuid", "nodev", "noexec"} <= mounted["/proc"][0]
        masks = {point for point in mounted if point.startswith("/proc/")}
        assert {"/proc/kallsyms", "/proc/keys", "/proc/iomem", "/proc/cmdline"} <= masks


def test_it_is_the_first_to_die_when_memory_runs_out(postures: list[Posture]):
    assert every(postures, lambda one: one.score == 1000)
    assert int(Path("/proc/self/oom_score_adj").read_text()) < 1000


def test_it_is_in_its_slots_cgroup_and_in_no_other(postures: list[Posture], scene: Scene):
    for one in postures:
        assert find_in(one.members, one)
    assert postures[0].cgroups != postures[1].cgroups
    own = Path("/proc/self/cgroup").read_text()
    assert every(postures, lambda one: one.cgroups != own)


def find_in(pids: set[int], one: Posture) -> bool:
    return one.init in pids and len(pids - one.warm) == 3  # init, the keeper, the program


def test_it_has_one_core_of_its_own(postures: list[Posture]):
    cores = [one.cores for one in postures]
    assert len(cores) == len(set(cores)) or len(os.sched_getaffinity(0)) == 1


def test_it_has_a_session_of_its_own_and_no_terminal(postures: list[Posture]):
    assert every(postures, lambda one: one.terminal == 0)
    assert every(postures, lambda one: one.session != os.getsid(0))


def test_its_environment_is_what_it_was_given(postures: list[Posture], scene: Scene):
    warm = scene.image_of("python").warm
    names = ({"PATH", "LANG", "HOME"}, set(warm.env if warm is not None else ()))
    for one in postures:
        given = {word.split(b"=")[0].decode() for word in one.environment.split(b"\0") if word}
        assert given in names


def test_its_limits_cannot_be_raised_and_are_bounds(postures: list[Posture]):
    bounded = {
        "Max core file size": "0",
        "Max msgqueue size": "0",
        "Max nice priority": "0",
        "Max realtime priority": "0",
        "Max pending signals": "1024",
        "Max locked memory": "65536",
        "Max open files": "1024",
    }
    for one in postures:
        for name, value in bounded.items():
            assert [value, value] == one.limits[name], name
        for name in ("Max file size", "Max cpu time", "Max stack size"):
            soft, hard = one.limits[name]
            assert soft == hard != "unlimited", name


def test_the_slots_cgroups_are_not_the_workers(scene: Scene):
    async def directories() -> list[Path]:
        async with scene.lease("python") as slot:
            return cgroup_directories(slot)

    for directory in scene.lab.runner.wait(directories()):
        assert str(os.getpid()) not in (directory / "cgroup.procs").read_text().split()
