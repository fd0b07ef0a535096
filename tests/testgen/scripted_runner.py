"""Stands where the sandbox is asked: a function says what becomes of each test of a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.models import RunRequest, Verdict
from testgen.running.runner import Answer, Languages, Step

Rule = Callable[[RunRequest, int, str], Verdict]
"""The verdict on a test, by the request, the test's number in it and its input."""


def step(verdict: Verdict, stdout: bytes = b"1") -> Step:
    """A test that ended so."""
    return Step(verdict, 0, stdout, "", "", False, 0.1)


@dataclass
class ScriptedRunner:
    """A runner that runs nothing.

    Attributes:
        rule: CE means that the program does not compile, IE that the checker failed.
        asked: all requests, in order.
    """

    rule: Rule
    languages: Languages = field(default_factory=lambda: Languages({"python": "p", "cpp": "c"}))
    asked: list[RunRequest] = field(default_factory=list)

    async def run(self, request: RunRequest, *, attempt: int = 0) -> Answer:
        """The answer that follows from the rule."""
        self.asked.append(request)
        verdicts = [
            self.rule(request, number, str(test.stdin))
            for number, test in enumerate(request.tests or [])
        ]
        return answer_of(verdicts)


def answer_of(verdicts: Sequence[Verdict]) -> Answer:
    """An answer with these verdicts."""
    compiled = Verdict.CE not in verdicts
    failed = "the checker crashed" if Verdict.IE in verdicts else ""
    return Answer(
        verdict=verdicts[0],
        compiled=compiled,
        compile_message="" if compiled else "no",
        run=None,
        tests=tuple(step(one) for one in verdicts) if compiled else (),
        artifacts={},
        helper_failed=failed,
    )
