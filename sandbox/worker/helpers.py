"""Programs of the one who set the task, checkers and interactors: compiled once, run beside the solution.

They run in slots of their own and share nothing with the solution's: what they get of it is bytes. They are
trusted to be right but not to be well: one that does not compile, crashes or loops has no say in the
verdict, and the run is our `IE`.
"""

import asyncio
import dataclasses
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sandbox.jobs import HelperProgram, LimitChanges, pack
from sandbox.worker.gate import Gate
from sandbox.worker.host import (
    Entry,
    Feed,
    Host,
    InputFile,
    Limits,
    Listener,
    Outcome,
    Program,
    Slot,
)
from sandbox.worker.verdict import judge_outcome

MAX_CACHED = 256
MAX_CACHED_BYTES = 256 << 20
MAX_COMPILED_BYTES = 64 << 20
# What the files of a run take besides their bytes: whole pages, and directories.
_FILES_OVERHEAD_BYTES = 1 << 20

_GUARD_DIRECTORY = ".guard"
# Python ends an uncaught exception with the status that means "wrong answer" here.
_GUARD = """import os, sys
def end(kind, error, trace):
    sys.__excepthook__(kind, error, trace)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit({at_end} if issubclass(kind, EOFError) else 3)
sys.excepthook = end
"""


class HelperFailed(Exception):
    """A checker or interactor is of no use; the message is for the one who wrote it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A helper that can be run: its files, the command, and what it may use."""

    entry: Entry
    files: tuple[InputFile, ...]
    limits: Limits

    @property
    def size_bytes(self) -> int:
        """How much it takes in the cache."""
        return sum(len(file.content) for file in self.files)


class Helpers:
    """Compiles helpers, keeps what came out, and runs them."""

    def __init__(
        self, host: Host, limits: Callable[[Limits, LimitChanges], Limits], gate: Gate
    ) -> None:
        """``limits`` applies changes and the server's maxima."""
        self.gate = gate
        self._host = host
        self._limits = limits
        self._cache: OrderedDict[bytes, Ready] = OrderedDict()
        self._making: dict[bytes, asyncio.Lock] = {}

    async def ready(self, helper: HelperProgram) -> Ready:
        """The helper, compiled now or before.

        Raises:
            HelperFailed: it does not compile.
            CatalogError: its language is gone.
        """
        entry = self._host.catalog.resolve(helper.language, None)
        key = hashlib.sha256(entry.image.digest.encode() + pack(helper)).digest()
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                known = self._cache.get(key)
                if known is None:
                    known = await self._compile(helper, entry)
                    self._keep(key, known)
                self._cache.move_to_end(key)
                return known
        finally:
            if not lock.locked():
                self._making.pop(key, None)

    def _keep(self, key: bytes, ready: Ready) -> None:
        self._cache[key] = ready
        while len(self._cache) > 1 and (
            len(self._cache) > MAX_CACHED
            or sum(one.size_bytes for one in self._cache.values()) > MAX_CACHED_BYTES
        ):
            self._cache.popitem(last=False)

    async def _compile(self, helper: HelperProgram, entry: Entry) -> Ready:
        language = entry.language
        files = [InputFile(language.source_file, helper.code)]
        files += [InputFile(file.path, file.content) for file in helper.files]
        limits = self._limits(language.limits, helper.limits)
        if language.compile is None:
            return Ready(entry, tuple(files), limits)
        environment = entry.image.definition.environment_of(language)
        compile_limits = self._limits(language.compile_limits, LimitChanges())
        with Program(
            language.compile, environment, files, language.artefacts, MAX_COMPILED_BYTES
        ) as program:
            async with self._host.lease_side(entry.image) as slot, self.gate.shared():
                outcome = await slot.run(program, b"", compile_limits)
        made = [file for file in outcome.files if file.content is not None]
        judgement = judge_outcome(outcome, compile_limits)
        if judgement.message or not made:
            text = (outcome.stderr or outcome.stdout).decode(errors="replace")[-2000:]
            raise HelperFailed(f"it does not compile: {judgement.message}\n{text}".strip())
        programs = (InputFile(file.path, file.content or b"", 0o755) for file in made)
        rest = (file for file in files if file.path != language.source_file)
        return Ready(entry, (*rest, *programs), limits)

    @asynccontextmanager
    async def slot(self, ready: Ready) -> AsyncIterator[Slot]:
        """A slot for the helper; see `Host.lease_side`."""
        async with self._host.lease_side(ready.entry.image) as slot:
            yield slot

    async def run(
        self,
        slot: Slot,
        ready: Ready,
        files: Sequence[InputFile],
        *,
        stdin: bytes | Feed = b"",
        listener: Listener | None = None,
        status_at_end_of_input: int = 3,
        limits: Limits | None = None,
    ) -> Outcome:
        """Runs a helper with the names of ``files`` as its arguments."""
        language = ready.entry.language
        environment = dict(ready.entry.image.definition.environment_of(language))
        everything = [*ready.files, *files]
        if language.name == "python":
            guard = _GUARD.format(at_end=status_at_end_of_input).encode()
            everything.append(InputFile(f"{_GUARD_DIRECTORY}/sitecustomize.py", guard))
            environment["PYTHONPATH"] = _GUARD_DIRECTORY
        command = [*language.run, *(file.path for file in files)]
        with Program(command, environment, everything) as program:
            limits = roomier(limits or ready.limits, everything)
            return await slot.run(program, stdin, limits, listener)


def roomier(limits: Limits, files: Sequence[InputFile]) -> Limits:
    """Limits with room for files that somebody else made: they are not the helper's own use."""
    size = sum(len(file.content) + 8192 for file in files) + _FILES_OVERHEAD_BYTES
    return dataclasses.replace(
        limits,
        disk_bytes=limits.disk_bytes + size,
        memory_bytes=limits.memory_bytes + size,
        inodes=limits.inodes + len(files),
    )
