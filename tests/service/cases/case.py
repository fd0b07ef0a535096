"""A judged case: a request, and what must come of it."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.models import RunResult

PYTHON_ECHO = "import sys; sys.stdout.write(sys.stdin.read())"


@dataclass(frozen=True)
class Case:
    """What is asked, and what must be answered; None is not looked at."""

    name: str
    request: Mapping[str, Any]
    verdict: str
    reward: float | None
    steps: Sequence[str] | None = None  # verdicts of the tests, or of the stages
    points: Sequence[float] | None = None  # of the groups; without groups, of the tests
    message: str = ""
    flags: Sequence[str] = ()
    error: str | None = None
    grade: str | None = None
    stdout: str | None = field(default=None)  # of the last step

    def check(self, result: RunResult) -> None:
        """Asserts that the result is what it must be."""
        shown = f"{self.name}: {result.model_dump_json(exclude={'timing', 'image', 'worker'})}"[
            :3000
        ]
        assert (result.verdict, result.reward) == (self.verdict, self.reward), shown
        assert self.error == (result.error and result.error.code), shown
        judged = result.tests or result.stages
        steps = [*judged, *([result.run] if result.run else [])]
        if self.steps is not None:
            assert [step.verdict for step in judged] == list(self.steps), shown
        if self.points is not None:
            gained: list[float | None] = [group.points for group in result.groups]
            gained = gained or [step.points for step in judged]
            assert gained == list(self.points), shown
        if self.message:
            said = [result.message, *(step.message for step in steps)]
            if result.error is not None:
                said.append(result.error.message)
            assert any(self.message in text for text in said), shown
        flags = {*result.flags, *(flag for step in steps for flag in step.flags)}
        assert flags.issuperset(self.flags), shown
        assert self.grade is None or result.grade == self.grade, shown
        assert self.stdout is None or steps[-1].stdout == self.stdout, shown


def tests(*pairs: tuple[str, str], **fields: Any) -> list[dict[str, Any]]:
    """Tests from inputs and outputs."""
    return [{"stdin": stdin, "expected_output": output, **fields} for stdin, output in pairs]


def sh(name: str, script: str, **fields: Any) -> dict[str, Any]:
    """A stage that is a shell script."""
    return {"name": name, "command": ["sh", "-ec", script], **fields}


def tar(files: Mapping[str, str]) -> bytes:
    """A compressed archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return packed.getvalue()
