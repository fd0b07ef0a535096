"""What compiling gave, kept for the same sources.

A model that is trained sends the same program many times, and a trainer sends a program again with other
tests. What is kept is what the compile step's declared artefacts were, as data in the worker's memory: no
run can reach or change it. The key covers everything that the compiler was given: image, command,
environment, and every file with its name and content. So whoever compiles something hostile poisons the
entry of that very source only, which would give the same again.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.jobs import Step
from sandbox.worker.host import InputFile


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compile step that succeeded, and the files that it left."""

    step: Step
    files: tuple[InputFile, ...]

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return 4096 + sum(len(file.content) for file in self.files) + len(self.step.stderr)


def key_of(
    digest: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    artefacts: Sequence[str],
    files: Sequence[InputFile],
) -> bytes:
    """The key of a compile step; equal keys mean that the compiler was given the same."""
    names = [(file.path, file.mode, len(file.content)) for file in files]
    given = [digest, list(command), sorted(environment.items()), list(artefacts), names]
    hashed = hashlib.sha256(json.dumps(given).encode())
    for file in files:
        hashed.update(file.content)
    return hashed.digest()


class CompileCache:
    """The compile steps that were used last, within a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        """With 0 bytes nothing is kept."""
        self._most_bytes = most_bytes
        self._entries: OrderedDict[bytes, Compiled] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: bytes) -> Compiled | None:
        """What is kept under a key."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: bytes, compiled: Compiled) -> None:
        """Keeps a compile step, in place of those that have not been used for longest."""
        if compiled.size_bytes > self._most_bytes:
            return
        old = self._entries.pop(key, None)
        if old is not None:
            self.size_bytes -= old.size_bytes
        self._entries[key] = compiled
        self.size_bytes += compiled.size_bytes
        while self.size_bytes > self._most_bytes:
            _, oldest = self._entries.popitem(last=False)
            self.size_bytes -= oldest.size_bytes
