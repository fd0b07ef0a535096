"""The worker process: slots, queue, judge."""

import asyncio
import contextlib
import dataclasses
import logging
import signal
import socket
from pathlib import Path

import uvloop

from sandbox.jobs import (
    HostFinding,
    ImageSummary,
    Job,
    JobResult,
    Language,
    LimitChanges,
    SlotLease,
    WorkerHello,
)
from sandbox.queue.base import WorkerEnd
from sandbox.queue.open import open_worker_end
from sandbox.settings import Settings
from sandbox.worker.host import (
    Catalog,
    Entry,
    Finding,
    Host,
    ImageChanged,
    Limits,
    host_check,
    maximum_limits,
)
from sandbox.worker.judge import Judge

log = logging.getLogger(__name__)

_LIFE_S = 5.0


def run_worker(settings: Settings, index: int) -> None:
    """The whole life of a worker process: opens the slots and serves until SIGTERM.

    ``index`` tells the workers of one service apart, and stays the same after a restart.

    Raises:
        HostNotReady: the slots cannot be made; the message says what mends it.
        ImageChanged: an image is damaged, and nothing that was run here can be trusted.
    """
    # The worker is what must survive when memory runs out; its runs have the highest score.
    _spare_from_oom_killer()
    findings = host_check(settings)
    host = Host.open(settings, index)
    name = worker_name(settings, index)
    hello = _hello(settings, name, host.catalog, findings + host.findings)
    uvloop.run(_serve(settings, index, host, hello))


def worker_name(settings: Settings, index: int) -> str:
    """A worker's name, which no other that serves the same queue has."""
    if settings.queue is None:
        return f"worker-{index}"
    return f"{socket.gethostname()}-{settings.instance}-{index}"


def _spare_from_oom_killer() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text("-900")
    except PermissionError:
        log.debug("no CAP_SYS_RESOURCE: the worker is not spared by the OOM killer")


def _hello(settings: Settings, name: str, catalog: Catalog, findings: list[Finding]) -> WorkerHello:
    images = tuple(
        ImageSummary(
            image.name,
            image.digest,
            image.definition.description,
            image.size_bytes,
            tuple(language.name for language in image.definition.languages),
        )
        for image in catalog.images
    )
    most = maximum_limits(settings)
    return WorkerHello(
        name=name,
        slots=settings.slots,
        languages=tuple(_language(entry, most) for entry in catalog.languages()),
        images=images,
        host=tuple(
            HostFinding(finding.name, str(finding.level), finding.finding, finding.mend)
            for finding in findings
        ),
    )


def _language(entry: Entry, most: Limits) -> Language:
    language = entry.language
    return Language(
        name=language.name,
        aliases=tuple(language.aliases),
        version=entry.image.versions.get(language.name, ""),
        image=entry.image.name,
        source_file=language.source_file,
        compiled=language.compile is not None,
        limits=_changes(language.limits.at_most(most)),
        compile_limits=_changes(language.compile_limits.at_most(most)),
    )


def _changes(limits: Limits) -> LimitChanges:
    return LimitChanges(
        limits.cpu_time_s,
        limits.wall_time_s,
        limits.memory_bytes,
        limits.pids,
        limits.disk_bytes,
        limits.output_bytes,
        limits.open_files,
    )


async def _serve(settings: Settings, index: int, host: Host, hello: WorkerHello) -> None:
    judge = Judge(
        host,
        hello.name,
        most=maximum_limits(settings),
        max_artifact_bytes=settings.max_artifact_bytes,
        max_result_bytes=settings.max_result_bytes,
        compile_cache_bytes=settings.compile_cache_bytes,
        cpu_grace=settings.cpu_grace,
    )

    async def judge_and_count(job: Job) -> JobResult:
        result = await judge.judge(job)
        leases = [SlotLease(name, lease.how, lease.boot_s) for name, lease in host.take_leases()]
        return dataclasses.replace(result, leases=tuple(leases), mishaps=host.take_mishaps())

    queue = open_worker_end(settings, hello, judge_and_count, host.held_images)
    loop = asyncio.get_running_loop()
    host.warm()
    serving = asyncio.create_task(queue.serve())
    loop.add_signal_handler(signal.SIGTERM, queue.stop)
    watching = asyncio.create_task(_watch(settings, host, queue, serving))
    alive = asyncio.create_task(_show_life(settings.run_dir / f"alive-{index}"))
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        log.info("worker %s ends", hello.name)
    finally:
        await host.close()
        watching.cancel()
        alive.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def _show_life(path: Path) -> None:
    """Touches a file again and again, for those who want to know whether this event loop turns."""
    while True:
        _touch(path)
        await asyncio.sleep(_LIFE_S)


def _touch(path: Path) -> None:
    try:
        path.touch()
    except OSError as error:
        log.warning("%s cannot be touched: %s", path, error)


async def _watch(
    settings: Settings, host: Host, queue: WorkerEnd, serving: asyncio.Task[None]
) -> None:
    """Ends the worker when an image is found to be damaged; what it is doing is not finished."""
    if not settings.canary_s:
        return
    try:
        await host.watch(settings.canary_s)
    except (ImageChanged, OSError) as error:
        await queue.report_fault(str(error))
        serving.cancel()
        raise ImageChanged(str(error)) from error
