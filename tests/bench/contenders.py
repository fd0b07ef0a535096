"""Who is compared with whom."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.bench.agents import MakeDriver
from tests.bench.containers import MakeCrun, MakeDocker
from tests.bench.engine import MakeEngine
from tests.bench.services import MakeService, MakeUnsandboxedService
from tests.bench.unsandboxed import MakeForkExec, MakeSubprocess
from tests.bench.workloads import Task, Workload

Group = Literal["alone", "direct", "http"]


@dataclass(frozen=True, slots=True)
class Place:
    """What this machine gives to the bench.

    Attributes:
        directory: the bench's own; each agent has one below it.
        state_dir: the service's, with the images and init.
        cores: how many runs happen at once, whoever makes them.
    """

    directory: Path
    state_dir: Path
    cores: int


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to run a program.

    Attributes:
        name: in the tables and on the command line.
        group: with whom it is compared.
        meaning: what exactly is measured, in one line.
        make: the drivers that it needs; each gets an agent.
        suits: the workloads in which it takes part.
        beside: the contender whose throughput this one's is told as a share of, besides the group's.
        at_most: with how many callers at once it is measured over HTTP, if it is slow.
    """

    name: str
    group: Group
    meaning: str
    make: Callable[[Task, Place], Sequence[MakeDriver]]
    suits: Callable[[Workload], bool] = lambda workload: True
    beside: str = ""
    at_most: int = 128


# Of each group; the other groups have none.
BASELINE: dict[str, str] = {"alone": "crun", "direct": "fork+exec", "http": "unsandboxed"}

CONTENDERS = (
    Contender(
        "fork+exec", "direct",
        "posix_spawn and waitpid, no sandbox: the floor",
        lambda task, place: [
            MakeForkExec(task, place.directory / f"fork-{lane}") for lane in range(place.cores)
        ],
    ),
    Contender(
        "subprocess", "direct",
        "Python's subprocess.run in a temporary directory, no sandbox",
        lambda task, place: [
            MakeSubprocess(task, place.directory / f"subprocess-{lane}")
            for lane in range(place.cores)
        ],
    ),
    Contender(
        "crun", "direct",
        "crun run for each run: namespaces, read-only root, tmpfs; no cgroup, no system-call filter",
        lambda task, place: [
            MakeCrun(task, place.directory / f"crun-{lane}") for lane in range(place.cores)
        ],
    ),
    Contender(
        "docker", "direct",
        "docker run --rm for each run, from the same root directory",
        lambda task, place: [MakeDocker(task, place.directory / "docker")],
    ),
    Contender(
        "engine", "direct",
        "runtime.SlotPool driven from Python, the whole sandbox without service and judge",
        lambda task, place: [
            MakeEngine(
                task, place.directory / "engine", place.state_dir / "init", place.cores
            )
        ],
    ),
    Contender(
        "engine x2", "direct",
        "the same with two slots for each core: while one waits for the kernel, another one works",
        lambda task, place: [
            MakeEngine(
                task, place.directory / "engine-dense", place.state_dir / "init",
                2 * place.cores, "dense",
            )
        ],
        suits=lambda workload: not workload.tests,
    ),
    Contender(
        "engine cold", "direct",
        "the same without a warm interpreter in the containers",
        lambda task, place: [
            MakeEngine(
                task, place.directory / "engine-cold", place.state_dir / "init", place.cores,
                "cold",
            )
        ],
        suits=lambda workload: workload.language == "python" and workload.command is None,
    ),
    Contender(
        "gvisor", "direct",
        "the same with gVisor (SANDBOX_RUNSC) as a second wall, where a runsc is present",
        lambda task, place: [
            MakeEngine(
                task, place.directory / "gvisor", place.state_dir / "init", place.cores, "gvisor"
            )
        ],
        suits=lambda workload: not workload.tests,
        beside="engine",
    ),
    Contender(
        "unsandboxed", "http",
        "a small FastAPI service with asyncio subprocesses, no sandbox, as many at once as cores, a"
        " request's tests too; it keeps no compiled programs, and its compiler is as Debian has it",
        lambda task, place: [
            MakeUnsandboxedService(task, place.directory / "unsandboxed-service", place.cores)
        ],
    ),
    Contender(
        "unsandboxed+", "http",
        "the same with the precompiled headers of our image",
        lambda task, place: [
            MakeUnsandboxedService(
                task, place.directory / "unsandboxed-plus", place.cores, precompiled=True
            )
        ],
        suits=lambda workload: workload.language == "cpp" and not workload.same,
    ),
    Contender(
        "service", "http",
        "POST /run to a service started with its defaults",
        lambda task, place: [MakeService(task, place.directory / "service", place.state_dir)],
    ),
    Contender(
        "service+gvisor", "http",
        "the same with gVisor as a second wall, where a runsc is present",
        lambda task, place: [
            MakeService(
                task, place.directory / "walled", place.state_dir, is_walled=True
            )
        ],
        suits=lambda workload: not workload.tests and not workload.same,
        beside="service",
        at_most=8,
    ),
)  # fmt: skip


def alone(contenders: Sequence[Contender]) -> list[Contender]:
    """Those that are also measured with one run at a time, when nobody else is in its way."""
    names = ("fork+exec", "crun", "engine", "gvisor")
    return [dataclasses.replace(one, group="alone") for one in contenders if one.name in names]


def concurrency_levels(contender: Contender, workload: Workload, place: Place) -> tuple[int, ...]:
    """With how many runs at once a contender is measured; none if it cannot do the workload."""
    if not contender.suits(workload):
        return ()
    if contender.group == "http":
        return tuple(level for level in workload.concurrency if level <= contender.at_most)
    return () if workload.same else (place.cores,)


def select(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Those of ``known`` that are named; all of them if none is."""
    named = tuple(name for name in known if name in names)
    return named or tuple(known)
