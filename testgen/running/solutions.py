"""Solutions over many inputs: run and reported, or judged."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sandbox.checkers import CheckerSpec
from sandbox.models import Checker, Limits, ProgramChecker, RunRequest, Test, Verdict
from testgen.errors import Fault, TestgenError
from testgen.outputs import Output, bytes_of, size_of
from testgen.running.contents import content, pieces
from testgen.running.runner import Answer, Runner, Step
from testgen.service import Service
from testgen.settings import Settings
from testgen.values import Problem, Program

T = TypeVar("T")

NOT_COMPILED = "does not compile"


@dataclass(frozen=True, slots=True)
class Judged:
    """A test with its right answer."""

    stdin: bytes
    answer: Output

    def as_asked(self) -> Test:
        """As a request has it."""
        return Test(stdin=content(self.stdin), expected_output=content(bytes_of(self.answer)))


@dataclass(frozen=True, slots=True)
class Trial:
    """One input as a solution did on it; ``judged`` is False where it was not asked any more."""

    verdict: Verdict
    step: Step | None

    @property
    def judged(self) -> bool:
        """Whether it was run at all."""
        return self.verdict is not Verdict.SK

    @property
    def rejected(self) -> bool:
        """Whether it was run, and did not pass."""
        return self.judged and self.verdict not in (Verdict.AC, Verdict.OK)


@dataclass(frozen=True, slots=True)
class Solutions:
    """Runs solutions of one problem under its limits."""

    runner: Runner
    settings: Settings
    service: Service
    problem: Problem

    def limits(self, language: str) -> Limits:
        """What a solution may use: the problem's time, more of it for Python."""
        settings = self.settings
        factor = settings.python_time_factor if language.startswith("py") else 1.0
        time_s = max(self.problem.time_limit_s * factor, settings.least_time_limit_s)
        return Limits(
            cpu_time_s=min(time_s, settings.most_time_limit_s),
            memory_mb=self.problem.memory_mb,
            output_kb=settings.output_kb,
        )

    async def outputs(self, program: Program, inputs: Sequence[bytes]) -> list[Step]:
        """What a solution prints for each input.

        A few that ran out of time are run once more: noise is not to decide.
        """
        steps = await self._outputs(program, inputs, attempt=0)
        again = [number for number, step in enumerate(steps) if step.verdict is Verdict.TLE]
        if 0 < len(again) <= self.settings.noisy_timeouts:
            inputs_again = [inputs[number] for number in again]
            for number, step in zip(
                again, await self._outputs(program, inputs_again, attempt=1), strict=True
            ):
                steps[number] = step
        return steps

    async def compiles(self, program: Program) -> bool:
        """Whether a solution gets as far as a run: one on the first sample, or on nothing."""
        sample = next((one.stdin for one in self.problem.samples), b"")
        (step,) = await self._outputs(program, [sample], attempt=0)
        return step.verdict is not Verdict.CE

    async def _outputs(
        self, program: Program, inputs: Sequence[bytes], *, attempt: int
    ) -> list[Step]:
        asked = self._pieces(inputs, [len(data) for data in inputs])
        found = await asyncio.gather(
            *(self._printed(program, piece, attempt=attempt) for piece in asked)
        )
        return [step for steps in found for step in steps]

    async def _printed(
        self, program: Program, inputs: Sequence[bytes], *, attempt: int
    ) -> list[Step]:
        """The steps of one request. What its answer had no room for is asked for in another one.

        Raises:
            Fault: one output alone is too much for an answer.
        """

        def build() -> RunRequest:
            return self._request(program, [Test(stdin=content(data)) for data in inputs])

        answer = await self.runner.run_built(build, attempt=attempt)
        steps = _steps(answer, len(inputs))
        cut = [number for number, step in enumerate(steps) if step.cut]
        if cut and len(inputs) == 1:
            raise Fault(
                "the service does not send back what a solution may print; set a smaller output_kb "
                "or a larger SANDBOX_MAX_RESULT_BYTES"
            )
        few = cut if len(cut) < len(inputs) else cut[: len(cut) // 2]
        for some in (few, cut[len(few) :]):
            if some:
                again = await self._printed(program, [inputs[n] for n in some], attempt=attempt)
                for number, step in zip(some, again, strict=True):
                    steps[number] = step
        return steps

    async def judge(
        self,
        program: Program,
        tests: Sequence[Judged],
        checker: Checker | ProgramChecker,
        *,
        enough_timeouts: int = 0,
        stop: bool = False,
        again: bool = False,
    ) -> list[Trial]:
        """Each test's verdict on a solution.

        Args:
            enough_timeouts: after so many, the rest is not run (`SK`); 0 runs all.
            stop: the rest is not run after the first failure.
            again: a few tests that ran out of time are run once more.

        A test on which the checker itself fails is not passed: IE.
        """
        trials: list[Trial] = []
        sizes = [len(test.stdin) + size_of(test.answer) for test in tests]
        for piece in self._pieces(tests, sizes, small=enough_timeouts > 0):
            timeouts = sum(trial.verdict is Verdict.TLE for trial in trials)
            over = stop and any(trial.rejected for trial in trials)
            if over or 0 < enough_timeouts <= timeouts:
                trials += [Trial(Verdict.SK, None)] * len(piece)
                continue
            trials += await self._tried(program, piece, checker, stop=stop)
        trials = _up_to_the_end(trials, stop=stop, enough_timeouts=enough_timeouts)
        late = [number for number, trial in enumerate(trials) if trial.verdict is Verdict.TLE]
        if again and 0 < len(late) <= self.settings.noisy_timeouts:
            tests_again = [tests[number] for number in late]
            once_more = await self._tried(program, tests_again, checker, attempt=1)
            for number, trial in zip(late, once_more, strict=True):
                trials[number] = trial
        return trials

    async def _tried(
        self,
        program: Program,
        tests: Sequence[Judged],
        checker: Checker | ProgramChecker,
        *,
        stop: bool = False,
        attempt: int = 0,
    ) -> list[Trial]:
        """The trials of one request; where the checker fails on some test, of one for each test."""

        def build() -> RunRequest:
            return self._request(program, [one.as_asked() for one in tests], checker, stop=stop)

        try:
            return _trials(await self.runner.run_built(build, attempt=attempt), len(tests))
        except CheckerFailed:
            if len(tests) == 1:
                return [Trial(Verdict.IE, None)]
        alone = (self._tried(program, [test], checker, attempt=attempt) for test in tests)
        return [trial for found in await asyncio.gather(*alone) for trial in found]

    def _request(
        self,
        program: Program,
        tests: Sequence[Test],
        checker: Checker | ProgramChecker | None = None,
        *,
        stop: bool = False,
    ) -> RunRequest:
        return RunRequest(
            language=program.language,
            code=program.code,
            files=dict(program.files),
            limits=self.limits(program.language),
            tests=list(tests),
            checker=checker or Checker(),
            stop_on_first_failure=stop,
        )

    def _pieces(
        self, tests: Sequence[T], sizes: Sequence[int], *, small: bool = False
    ) -> list[Sequence[T]]:
        most = self.service.request_tests
        if small:
            most = min(self.service.slow_request_tests, most)
        return list(pieces(tests, sizes, most_items=most, most_bytes=self.service.request_bytes))


class CheckerFailed(TestgenError):
    """The problem's checker crashed or said what it must not."""


def _steps(answer: Answer, number: int) -> list[Step]:
    if not answer.compiled:
        return [
            Step(Verdict.CE, None, b"", answer.compile_message, NOT_COMPILED, False, 0.0)
        ] * number
    return list(answer.tests)


def _trials(answer: Answer, number: int) -> list[Trial]:
    if answer.helper_failed:
        raise CheckerFailed(answer.helper_failed)
    if not answer.compiled:
        return [Trial(Verdict.CE, None)] * number
    return [Trial(step.verdict, step) for step in answer.tests]


def _up_to_the_end(trials: Sequence[Trial], *, stop: bool, enough_timeouts: int) -> list[Trial]:
    """The trials without those after the one that ends them: how many shared its request is no matter."""
    timeouts = 0
    for number, trial in enumerate(trials):
        timeouts += trial.verdict is Verdict.TLE
        if (stop and trial.rejected) or 0 < enough_timeouts <= timeouts:
            left = len(trials) - number - 1
            return [*trials[: number + 1], *[Trial(Verdict.SK, None)] * left]
    return list(trials)


def plain_checker(spec: CheckerSpec) -> Checker:
    """The comparison as a request states it."""
    floats = spec.type == "floats"
    return Checker(
        type=spec.type,
        case_sensitive=None if spec.type == "exact" else spec.case_sensitive,
        abs_tol=spec.abs_tol if floats else None,
        rel_tol=spec.rel_tol if floats else None,
    )
