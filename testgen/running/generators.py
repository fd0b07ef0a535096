"""Generators: run twice with one seed in two fresh processes; the bytes must be the same.

CYaRon's own traps are met here: a script that hangs runs into its limit; one that is killed leaves empty
files, which are no cases; one that compares, or draws without the seed, is named.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from sandbox.models import Limits, RunRequest, Verdict
from testgen.running.runner import Answer, Runner
from testgen.settings import Settings
from testgen.values import Case, Program

LANGUAGE = "cyaron"
_WRAPPER = Path(__file__).parent.parent / "guest" / "generate.py"
_PACKED, _SCRIPT, _REFUSED = "cases.bin", "generator.py", 65
_HEAD_BYTES = 1 << 20
_SAID_CHARS = 2000


class GeneratorFate(StrEnum):
    """What came of a script."""

    GOOD = "good"
    REFUSED = "refused"
    HANGS = "hangs"
    CRASHES = "crashes"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSEEDED = "unseeded"
    TRIVIAL = "trivial"
    ILLEGAL = "illegal"


@dataclass(frozen=True, slots=True)
class Generated:
    """A script's cases, and what it and others must know about it."""

    program: Program
    seed: int
    fate: GeneratorFate
    said: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """How much a script may make and take. What it makes can depend on it: what is beyond is left out."""

    cases: int
    case_bytes: int
    all_bytes: int
    cpu_time_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls(
            cases=settings.cases_per_generator,
            case_bytes=settings.case_bytes,
            all_bytes=settings.cases_bytes,
            cpu_time_s=settings.generator_cpu_s,
        )


@dataclass(frozen=True, slots=True)
class _Output:
    fate: GeneratorFate
    said: str
    contents: tuple[bytes, ...]


async def generate(
    runner: Runner, settings: Settings, program: Program, seed: int, role: str
) -> Generated:
    """Run a script twice and see what it is worth."""
    room = Room.of(settings)
    request = _request(room, program, seed)
    first = _read(await runner.run(request), room)
    if first.fate is GeneratorFate.GOOD:
        second = _read(await runner.run(request, attempt=1), room)
        if second.contents != first.contents:
            said = "two runs with the same seed gave different files: something is not seeded"
            first = _Output(GeneratorFate.UNSEEDED, said, ())
    cases = tuple(
        Case(data, program.sha, seed, index, role)
        for index, data in enumerate(first.contents)
        if data.strip()
    )
    fate, said = first.fate, first.said
    if fate is GeneratorFate.GOOD and not cases:
        fate, said = GeneratorFate.EMPTY, "it wrote no file NAME.in, or only empty ones"
    elif fate is GeneratorFate.GOOD and len(cases) > 1 and len({case.tid for case in cases}) == 1:
        fate, said = GeneratorFate.TRIVIAL, "all its cases are the same"
    return Generated(program, seed, fate, said, cases)


async def regenerate(runner: Runner, room: Room, program: Program, seed: int) -> Sequence[bytes]:
    """The contents of all files of a script that is known to be good."""
    return _read(await runner.run(_request(room, program, seed)), room).contents


@cache
def _wrapper() -> str:
    return _WRAPPER.read_text(encoding="utf-8")


def _request(room: Room, program: Program, seed: int) -> RunRequest:
    bounds = (room.cases, room.case_bytes, room.all_bytes)
    return RunRequest(
        language=LANGUAGE,
        code=_wrapper(),
        files={_SCRIPT: program.code, **program.files},
        args=[str(seed), *map(str, bounds)],
        limits=Limits(cpu_time_s=room.cpu_time_s, output_kb=64),
        collect=[_PACKED],
    )


def _read(answer: Answer, room: Room) -> _Output:
    step = answer.run
    assert step is not None
    said = step.stderr[-_SAID_CHARS:].strip() or step.message
    if step.verdict is Verdict.TLE:
        return _Output(GeneratorFate.HANGS, f"it takes too long: {step.message}", ())
    if step.verdict is Verdict.RE and step.exit_code == _REFUSED:
        return _Output(GeneratorFate.REFUSED, said, ())
    if step.verdict is not Verdict.OK:
        return _Output(GeneratorFate.CRASHES, said, ())
    if _PACKED not in answer.artifacts:
        return _Output(
            GeneratorFate.EMPTY, "it ended the process before its files were written", ()
        )
    packed = answer.artifacts[_PACKED]
    if packed is None:
        return _Output(GeneratorFate.TOO_LARGE, "its files are too large together", ())
    contents = unpack(packed, room.all_bytes + _HEAD_BYTES)
    if contents is None:
        return _Output(GeneratorFate.CRASHES, "what it left is not what was packed", ())
    largest = max(map(len, contents), default=0)
    if len(contents) > room.cases or largest > room.case_bytes:
        # The wrapper holds to both, but the script shares its process.
        return _Output(GeneratorFate.TOO_LARGE, "more or larger files than were to be packed", ())
    return _Output(GeneratorFate.GOOD, said, contents)


def unpack(packed: bytes, most_bytes: int) -> tuple[bytes, ...] | None:
    """The contents of a packed file, or None if it is not one: it comes from the script's process."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed, most_bytes)
        if unpacking.unconsumed_tail or not unpacking.eof:
            return None
        line, _, body = data.partition(b"\n")
        if len(line) > _HEAD_BYTES:
            return None
        sizes = [size for _, size in json.loads(line)["cases"]]
    except (zlib.error, ValueError, KeyError, TypeError, RecursionError):
        return None
    if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != len(body):
        return None
    contents, start = [], 0
    for size in sizes:
        contents.append(body[start : start + size])
        start += size
    return tuple(contents)
