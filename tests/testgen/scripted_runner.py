"""Stands where the sandbox is asked: a function says what becomes of each test of a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.models import RunRequest, Verdict
from testgen.running.runner import Answer, Languages, Step

Rule = Callable[[RunRequest, int, str], Verdict]
"""The verdict on a test, by the request, the test's number in it and its input."""


def step(verdict: Verdict, stdout: bytes = b"1", truncated: bool = False) -> Step:
    """A test that ended so."""
    return Step(verdict, 0, stdout, "", "", truncated, 0.1)


@dataclass
class ScriptedRunner:
    """A runner that runs nothing.

    Attributes:
        rule: CE means that the program does not compile, IE that the checker failed.
        output_of: what is printed for an input.
        room: bytes of output in one answer; what is beyond is cut off.
        asked: all requests, in order.
    """

    rule: Rule
    languages: Languages = field(default_factory=lambda: Languages({"python": "p", "cpp": "c"}))
    output_of: Callable[[str], bytes] = lambda stdin: b"1"
    room: int = 1 << 20
    asked: list[RunRequest] = field(default_factory=list)

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        """The answer that follows from the rule."""
        self.asked.append(request)
        verdicts = [
            self.rule(request, number, str(test.stdin))
            for number, test in enumerate(request.tests or [])
        ]
        printed, room = [], self.room
        for test in request.tests or []:
            whole = self.output_of(str(test.stdin))
            printed.append((whole[:room], len(whole) > room))
            room = max(0, room - len(whole))
        return answer_of(verdicts, printed)

    async def run_built(self, build: Callable[[], RunRequest], *, attempt: int = 0) -> Answer:
        """The same."""
        return await self.run(build(), attempt=attempt)


def answer_of(verdicts: Sequence[Verdict], printed: Sequence[tuple[bytes, bool]]) -> Answer:
    """An answer with these verdicts and outputs, each of which may be cut off."""
    steps = [step(one, *said) for one, said in zip(verdicts, printed, strict=True)]
    compiled = Verdict.CE not in verdicts
    failed = "the checker crashed" if Verdict.IE in verdicts else ""
    return Answer(
        verdict=verdicts[0],
        compiled=compiled,
        compile_message="" if compiled else "no",
        run=None,
        tests=tuple(steps) if compiled else (),
        artifacts={},
        helper_failed=failed,
    )
