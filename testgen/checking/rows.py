"""An export's rows: what is not inline is made again, and must be what it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.client import AsyncClient
from testgen.checking.scratch import scratch_runner
from testgen.errors import DataError
from testgen.hashing import sha256
from testgen.running.generators import LANGUAGE, Room, regenerate
from testgen.running.runner import Runner
from testgen.service import Service
from testgen.values import Program


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class GeneratedTest(_Row):
    """A test whose input is not in the row."""

    id: str
    generator: str
    seed: int
    index: int
    sha256: str


class GeneratorRow(_Row):
    """A script with its further files."""

    code: str
    files: dict[str, str]


class ExportRow(_Row):
    """What of a row this needs."""

    pid: str
    generated: list[GeneratedTest]
    generators: dict[str, GeneratorRow]
    room: Room


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A test that was made again; ``data`` is None if it is not what it was."""

    pid: str
    id: str
    data: bytes | None


async def rebuild(path: Path, client: AsyncClient, service: Service) -> list[Rebuilt]:
    """Make all inputs that an export has left out.

    Raises:
        DataError: the file cannot be read.
    """
    found = []
    async with scratch_runner(client, service) as runner:
        for row in _read(path):
            for test in row.generated:
                found.append(await _rebuilt(runner, row, test))
    return found


async def _rebuilt(runner: Runner, row: ExportRow, test: GeneratedTest) -> Rebuilt:
    script = row.generators.get(test.generator)
    if script is None:
        return Rebuilt(row.pid, test.id, None)
    program = Program(test.generator, LANGUAGE, script.code, script.files)
    made = await regenerate(runner, row.room, program, test.seed)
    data = made[test.index] if 0 <= test.index < len(made) else b""
    return Rebuilt(row.pid, test.id, data if sha256(data) == test.sha256 else None)


def _read(path: Path) -> Iterator[ExportRow]:
    try:
        lines = path.read_bytes().splitlines()
        for line in lines:
            yield ExportRow.model_validate_json(line)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise DataError(f"{path}: is no export of testgen: {error.errors()[0]['msg']}") from None
