"""Where attacks are carried out: a slot, an honest neighbour in the other one, and the service's own judge.

After each attack: its slot is clean, the neighbour's verdicts were right, and an honest program in the same
slot is accepted. `carry_out` raises an AssertionError when one of that does not hold, whatever the attack
itself has come to.
"""

import asyncio
import contextlib
import dataclasses
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from images.catalog import Catalog
from images.manifest import StoredImage
from images.store import ImageStore
from runtime.cgroups.base import RESIDUE_BYTES
from runtime.pool import Image
from runtime.slot import Slot
from sandbox.api.body import parse_json
from sandbox.api.errors import ApiError
from sandbox.api.translate import Languages, to_job
from sandbox.jobs import Job, JobFile, JobResult, Step
from sandbox.models import RunRequest, Verdict
from sandbox.settings import Settings
from sandbox.worker import process
from sandbox.worker.host import Host, maximum_limits, warm_spec
from sandbox.worker.judge import Judge
from tests.attacks.attack import LISTENER, Attack
from tests.attacks.controls import Control, weakened
from tests.privileged.lab import IMAGES, Lab
from tests.privileged.leaks import cgroup_directories, container_pid, look, members, warm_pids

# What a clean slot may hold more than before: the kernel counts in batches of 64 pages a core, twice.
_MEMORY_SLACK_BYTES = 2 * 1024 * 1024
_SETTLE_S = 5.0
_SHOWN_CHARS = 120

HONEST_PYTHON = {
    "language": "python",
    "code": "import os\nprint(sum(map(int, input().split())), len(os.listdir('/box')))",
    "tests": [{"stdin": "20 22\n", "expected_output": "42 1\n"}],
}
HONEST_C = {
    "language": "c",
    "code": '#include <stdio.h>\nint main(void) { int a, b; scanf("%d%d", &a, &b);'
    ' printf("%d\\n", a + b); return 0; }',
    "tests": [{"stdin": "20 22\n", "expected_output": "42\n"}],
}


class SlotHost(Host):
    """A judge's host that has one slot."""

    def __init__(self, slot: Slot, catalog: Catalog) -> None:
        """Takes over a slot that is leased for as long as this is used."""
        self.slot = slot
        self.catalog = catalog

    @contextlib.asynccontextmanager
    async def lease(self, image: StoredImage) -> AsyncIterator[Slot]:
        """The slot, whose container is of the image already."""
        assert self.slot.is_usable, f"{self.slot.name} has been broken"
        yield self.slot

    def borrow(self, image: StoredImage) -> None:
        """There is no other."""


class Scene:
    """The lab, as attacks need it."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        """Uses the slots of ``lab``; variants of init are compiled into ``directory``."""
        self.lab = lab
        self.settings = Settings()
        self.catalog = Catalog(ImageStore(self.settings.images_dir).get(name) for name in IMAGES)
        self.languages = Languages([process._hello(self.settings, "lab", self.catalog, [])])
        self.directory = directory

    def image_of(self, language: str) -> Image:
        """The image that a language comes from, with its interpreter kept warm as in the service."""
        image = self.catalog.resolve(language).image
        return Image(f"{image.digest} of a service", image.rootfs, warm_spec(image))

    def lease(self, language: str) -> AbstractAsyncContextManager[Slot]:
        """A slot with a container for a language."""
        return self.lab.pool.lease(self.image_of(language))

    def job(self, fields: Mapping[str, Any], *, path_rules: bool = True) -> Job:
        """The job that the service would make of a request. Raises ValidationError or ApiError.

        Without ``path_rules`` files may have any names, as if the service did not look at them.
        """
        files = {} if path_rules else fields.get("files", {})
        checked = fields if path_rules else {**fields, "files": {}}
        request = RunRequest.model_validate(parse_json(json.dumps(checked).encode()))
        job = to_job("attack", request, self.languages, self.settings.maximum)
        more = (JobFile(path, content.encode()) for path, content in files.items())
        return dataclasses.replace(job, files=(*job.files, *more))

    async def judge(
        self, slot: Slot, fields: Mapping[str, Any], *, path_rules: bool = True
    ) -> JobResult:
        """What the service would answer to a request, if it were run in this slot."""
        job = self.job(fields, path_rules=path_rules)
        judge = Judge(
            SlotHost(slot, self.catalog),
            "lab",
            most=maximum_limits(self.settings),
            max_artifact_bytes=self.settings.max_artifact_bytes,
            max_result_bytes=self.settings.max_result_bytes,
        )
        return await judge.judge(job)

    async def carry_out(self, attack: Attack) -> str:
        """Carries an attack out and checks what was around it; returns what came of it."""
        before = look(self.lab.pool)
        async with self.lease(attack.language) as slot:
            clean = State(slot)
            if attack.together:
                seen = await self._carry_out_twice(attack, slot)
            else:
                seen = await self._carry_out_beside_a_neighbour(attack, slot)
            if not attack.leaves_names:
                await clean.check_again(_MEMORY_SLACK_BYTES)
            honest = HONEST_PYTHON if attack.language == "python" else HONEST_C
            assert_accepted(await self.judge(slot, honest), "the next program in the slot")
            await clean.check_again(RESIDUE_BYTES)
        await until_same(lambda: look(self.lab.pool).beyond(before))
        return seen

    async def _carry_out_twice(self, attack: Attack, slot: Slot) -> str:
        async with self.lease(attack.language) as other:
            return await self._in_both(attack, attack.request(), [slot, other])

    async def _in_both(
        self,
        attack: Attack,
        request: Mapping[str, Any],
        slots: list[Slot],
        *,
        path_rules: bool = True,
    ) -> str:
        attempts = (self._attempt(slot, request, path_rules=path_rules) for slot in slots)
        seen = await asyncio.gather(*attempts)
        # Who comes second is the one who may notice something.
        return max(seen, key=lambda words: not attack.is_as_expected(words))

    async def _carry_out_beside_a_neighbour(self, attack: Attack, slot: Slot) -> str:
        async with self.lease("python") as other:
            task = asyncio.create_task(self._attempt(slot, attack.request()))
            while True:
                assert_accepted(await self.judge(other, HONEST_PYTHON), "the neighbour")
                await asyncio.wait([task], timeout=0.05)
                if task.done():
                    return task.result()

    async def _attempt(
        self, slot: Slot, request: Mapping[str, Any], *, path_rules: bool = True
    ) -> str:
        try:
            with host_listener():
                return describe(await self.judge(slot, request, path_rules=path_rules))
        except (ValidationError, ApiError):
            return "422"

    async def carry_out_without(self, control: Control, attack: Attack) -> str:
        """Carries an attack out in slots that lack a protection; returns what came of it."""
        request = control.weaken(attack.request())
        async with contextlib.AsyncExitStack() as undo:
            count = 2 if attack.together else 1
            slots = [
                await undo.enter_async_context(self.lease(attack.language)) for _ in range(count)
            ]
            await undo.enter_async_context(
                weakened(
                    control,
                    slots,
                    self.image_of(attack.language),
                    self.lab.runner.filter_program,
                    self.directory,
                )
            )
            return await self._in_both(attack, request, slots, path_rules=control.path_rules)


@contextlib.contextmanager
def host_listener() -> Iterator[None]:
    """A server of this machine, which nobody inside may reach."""
    with socket.socket(socket.AF_UNIX) as server:
        with contextlib.suppress(OSError):  # the other of two attacks at once has it
            server.bind(LISTENER)
            server.listen()
        yield


class State:
    """What of a slot must be the same after each run."""

    def __init__(self, slot: Slot) -> None:
        """Looks at the slot now."""
        self._slot = slot
        self._mounts = self._read_mounts()
        self._memory_bytes = self._read_memory()

    def _read_mounts(self) -> list[str]:
        lines = Path(f"/proc/{container_pid(self._slot)}/mountinfo").read_text().splitlines()
        return [line.split(" ", 2)[2] for line in lines]

    def _read_memory(self) -> int:
        for directory in cgroup_directories(self._slot):
            for name in ("memory.current", "memory.usage_in_bytes"):
                if (directory / name).exists():
                    return int((directory / name).read_text())
        raise AssertionError("the slot's cgroup counts no memory")

    def _differences(self, slack_bytes: int) -> list[str]:
        found = []
        if members(self._slot) != {container_pid(self._slot)} | warm_pids(self._slot):
            found.append(f"processes {members(self._slot)}")
        if self._read_mounts() != self._mounts:
            found.append(f"mounts {self._read_mounts()}")
        more_bytes = self._read_memory() - self._memory_bytes
        if more_bytes > slack_bytes:
            found.append(f"{more_bytes} bytes more memory")
        return found

    async def check_again(self, slack_bytes: int) -> None:
        """Raises AssertionError unless the slot is as it was (or will be in an instant)."""
        await until_same(lambda: self._differences(slack_bytes))


async def until_same(differences: Callable[[], list[str]]) -> None:
    """Waits until there is no difference; what dead processes held may be counted a little longer."""
    for _ in range(int(_SETTLE_S / 0.01)):
        if not differences():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"something is left: {differences()}")


def assert_accepted(result: JobResult, who: str) -> None:
    """Raises AssertionError unless an honest program was accepted."""
    assert (Verdict.AC, 1.0) == (result.verdict, result.reward), f"{who}: {result}"


def describe(result: JobResult) -> str:
    """What came of an attack, in a line: the verdict, the signal if there is one, the last line."""
    if result.fault is not None:
        return f"{result.verdict} {result.fault.code}"
    step = _last_step(result)
    words = str(result.verdict)
    if result.verdict is Verdict.RE and step.signal is not None:
        words += f" {signal.Signals(step.signal).name}"
    elif result.verdict is Verdict.RE:
        words += f" {step.exit_code}"
    if result.verdict in (Verdict.OK, Verdict.AC, Verdict.WA, Verdict.RE):
        says = step.stdout[-4096:].decode(errors="replace").strip().split("\n")
        words += f": {says[-1][:_SHOWN_CHARS]}" if says[-1] else ""
    for file in sorted(result.artifacts, key=lambda file: file.path):
        words += f" [{file.path} {file.refused or repr(file.content)[:40]}]"
    return words


def _last_step(result: JobResult) -> Step:
    steps: Sequence[Step | None] = [result.compile, result.run, *result.tests]
    return [step for step in steps if step is not None][-1]
