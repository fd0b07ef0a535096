"""The judge: compile once, run each test, compare outside the slot."""

import asyncio
import dataclasses
import functools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sandbox import checkers
from sandbox.checkers import CheckerSpec
from sandbox.jobs import Job, JobArtifact, JobResult, JobTest, LimitChanges, Step, failed
from sandbox.models import Verdict
from sandbox.scoring import Score
from sandbox.worker.calls import check_call, with_driver
from sandbox.worker.checking import check_output, ruled
from sandbox.worker.compiled import CompileCache, Compiled, key_of
from sandbox.worker.gate import Gate
from sandbox.worker.helpers import HelperFailed, Helpers, Ready
from sandbox.worker.host import (
    CatalogError,
    CollectedFile,
    Entry,
    Host,
    InputFile,
    Limits,
    Outcome,
    Program,
    SandboxFault,
    Slot,
    default_wall_time_s,
)
from sandbox.worker.interactive import Talk, talk
from sandbox.worker.lanes import Lanes
from sandbox.worker.points import course_of, is_judged, scored, scores_of, share_of
from sandbox.worker.repository import BadArchive
from sandbox.worker.stages import StagesRun, artifacts, run_stages, stages_result
from sandbox.worker.steady import Steady
from sandbox.worker.steps import observed
from sandbox.worker.verdict import judge_outcome, no_program

log = logging.getLogger(__name__)

# An artefact is a program, not a hiding place; still, a debug build of templates is large.
MAX_COMPILED_BYTES = 256 << 20
# Outputs up to this size are compared at once; larger ones in a thread, not to hold up other runs.
_COMPARE_INLINE_BYTES = 128 * 1024
_ATTEMPTS = 2


class ImageUnfit(Exception):
    """The image cannot do what its definition says, for example start its own compiler."""


@dataclass(slots=True)
class _Progress:
    """What has been found out about a job so far, and how much more of it can be sent back."""

    output_room: int
    artifact_room: int
    prepare_s: float = 0.0
    compile_s: float = 0.0
    run_s: float = 0.0
    compile: Step | None = None
    run: Step | None = None
    tests: list[Step] = field(default_factory=list)
    artifacts: list[JobArtifact] = field(default_factory=list)
    # What each judged test has gained, of 1.
    shares: dict[str, float] = field(default_factory=dict)
    stages: StagesRun = field(default_factory=StagesRun)

    def fit(self, step: Step) -> Step:
        """The step with as much of its output as there is room for in the answer."""
        stdout, stderr = step.stdout[: self.output_room], step.stderr
        self.output_room -= len(stdout)
        stderr = stderr[: self.output_room]
        self.output_room -= len(stderr)
        if len(stdout) == len(step.stdout) and len(stderr) == len(step.stderr):
            return step
        return dataclasses.replace(
            step,
            stdout=stdout,
            stderr=stderr,
            stdout_truncated=step.stdout_truncated or len(stdout) < len(step.stdout),
            stderr_truncated=step.stderr_truncated or len(stderr) < len(step.stderr),
            flags=(*step.flags, "result_too_large"),
        )

    def keep(self, files: Sequence[CollectedFile], prefix: str = "") -> None:
        """Adds collected files, as long as there is room for them in the answer."""
        for file in files:
            content, refused = file.content, file.refusal and str(file.refusal)
            if content is not None and len(content) > self.artifact_room:
                content, refused = None, "too_large"
            self.artifact_room -= len(content or b"")
            self.artifacts.append(JobArtifact(prefix + file.path, content, refused))


@dataclass(frozen=True, slots=True)
class _Tested:
    """What came of one test, before it is scored."""

    step: Step
    files: Sequence[CollectedFile]


def merged(changes: LimitChanges, more: LimitChanges) -> LimitChanges:
    """Changes of a request with those of one of its tests on top."""
    stated = {name: value for name, value in dataclasses.asdict(more).items() if value is not None}
    return dataclasses.replace(changes, **stated)


def effective_limits(default: Limits, changes: LimitChanges) -> Limits:
    """Limits with a request's changes on top.

    A changed CPU limit takes the wall-time backstop with it, unless that is stated too.
    """
    if changes.cpu_time_s is not None and changes.wall_time_s is None:
        wall_time_s = default_wall_time_s(changes.cpu_time_s)
        changes = dataclasses.replace(changes, wall_time_s=wall_time_s)
    return default.with_changes(**dataclasses.asdict(changes))


@functools.lru_cache(maxsize=1024)
def bounded_limits(default: Limits, changes: LimitChanges, most: Limits) -> Limits:
    """The effective limits, none above ``most``. Few combinations make up most of all requests."""
    return effective_limits(default, changes).at_most(most)


class Judge:
    """Judges jobs on a host."""

    def __init__(
        self,
        host: Host,
        worker: str,
        *,
        most: Limits,
        max_artifact_bytes: int,
        max_result_bytes: int,
        compile_cache_bytes: int = 0,
        cpu_grace: float = 1.0,
    ) -> None:
        """``worker`` is the name that results carry, ``most`` what no run exceeds."""
        self._host = host
        self._worker = worker
        self._most = most
        self._max_artifact_bytes = max_artifact_bytes
        self._max_result_bytes = max_result_bytes
        self._compiled = CompileCache(compile_cache_bytes)
        self._gate = Gate()
        self._steady = Steady(self._gate, cpu_grace)
        self._helpers = Helpers(host, self._limits, self._gate)

    def _limits(self, default: Limits, changes: LimitChanges) -> Limits:
        return bounded_limits(default, changes, self._most)

    async def judge(self, job: Job) -> JobResult:
        """Judges a job. Faults of ours are retried once, in another state, and then answered IE."""
        try:
            entry = self._host.catalog.resolve(job.language, job.image)
        except CatalogError as error:
            return failed(job.id, "no_such_image", str(error), retryable=False)
        job, entry = with_driver(job, entry)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._attempt(job, entry)
            except HelperFailed as error:
                return failed(job.id, "helper_failed", str(error), retryable=False)
            except BadArchive as error:
                return failed(job.id, "bad_archive", str(error), retryable=False)
            except ImageUnfit as error:
                return failed(job.id, "image_unfit", str(error), retryable=False)
            except (SandboxFault, OSError) as error:
                log.warning("run %s, attempt %d: %s", job.id, attempt, error)
        return failed(
            job.id, "sandbox_fault", "the sandbox failed twice; the worker's log says why"
        )

    async def _attempt(self, job: Job, entry: Entry) -> JobResult:
        progress = _Progress(self._max_result_bytes, self._max_artifact_bytes)
        started_s = time.monotonic()
        async with self._host.lease(entry.image) as slot:
            progress.prepare_s = time.monotonic() - started_s
            if job.stages:
                return await self._judge_stages(job, entry, slot, progress)
            files = await self._compile(job, entry, slot, progress)
            if files is not None:
                started_s = time.monotonic()
                await self._run_all(job, entry, slot, files, progress)
                progress.run_s = time.monotonic() - started_s
        return self._result(job, entry, progress)

    async def _judge_stages(
        self, job: Job, entry: Entry, slot: Slot, progress: _Progress
    ) -> JobResult:
        started_s = time.monotonic()
        run = progress.stages
        await run_stages(job, entry, slot, self._limits, self._run, run)
        progress.run_s = time.monotonic() - started_s
        progress.keep(artifacts(job, run.files))
        run.steps = [progress.fit(step) for step in run.steps]
        return stages_result(job, run, self._result(job, entry, progress))

    async def _compile(
        self, job: Job, entry: Entry, slot: Slot, progress: _Progress
    ) -> list[InputFile] | None:
        """The files that the runs start from, or None if the program does not compile."""
        language = entry.language
        given = [InputFile(file.path, file.content) for file in job.files]
        source = InputFile(language.source_file, job.code)
        if language.compile is None:
            return [source, *given]
        started_s = time.monotonic()
        compiled = await self._compile_or_recall(job, entry, slot, [source, *given])
        progress.compile_s = time.monotonic() - started_s
        progress.compile = progress.fit(compiled.step)
        if compiled.step.verdict is not Verdict.OK:
            return None
        made = {file.path for file in compiled.files}
        return [*(file for file in given if file.path not in made), *compiled.files]

    async def _compile_or_recall(
        self, job: Job, entry: Entry, slot: Slot, files: list[InputFile]
    ) -> Compiled:
        language = entry.language
        assert language.compile is not None
        limits = self._limits(language.compile_limits, job.compile_limits)
        environment = entry.image.definition.environment_of(language)
        key = key_of(entry.image.digest, language.compile, environment, language.artefacts, files)
        known = self._compiled.get(key)
        if known is not None:
            return known
        with Program(
            language.compile, environment, files, language.artefacts, MAX_COMPILED_BYTES
        ) as program:
            async with self._gate.shared():
                outcome = await slot.run(program, b"", limits)
        made = [file for file in outcome.files if file.content is not None]
        step = _compile_step(outcome, limits, made)
        programs = tuple(InputFile(file.path, file.content or b"", 0o755) for file in made)
        if step.verdict is Verdict.OK:
            again = dataclasses.replace(step, flags=(*step.flags, "compile_cached"))
            self._compiled.put(key, Compiled(again, programs))
        return Compiled(step, programs)

    async def _run_all(
        self, job: Job, entry: Entry, slot: Slot, files: list[InputFile], progress: _Progress
    ) -> None:
        language = entry.language
        environment = {**entry.image.definition.environment_of(language), **job.env}
        command = [*language.run, *job.args]
        limits = self._limits(language.limits, job.limits)
        with Program(command, environment, files, job.collect, self._max_artifact_bytes) as program:
            if not job.tests:
                outcome, flags = await self._run(slot, program, job.stdin, limits)
                step = _step(None, outcome, limits, job, language.run)
                progress.run = progress.fit(replace(step, flags=(*step.flags, *flags)))
                progress.keep(outcome.files)
                return
            await self._run_tests(job, entry, slot, program, progress)

    async def _run_tests(
        self, job: Job, entry: Entry, slot: Slot, program: Program, progress: _Progress
    ) -> None:
        helper = await self._ready_helper(job)
        course = course_of(job)

        async def run(slot: Slot, number: int) -> _Tested:
            return await self._run_test(job, entry, slot, program, helper, job.tests[number])

        def skips(number: int) -> bool:
            return course.skips(scored(job.tests[number]))

        def report(number: int, result: _Tested | None) -> None:
            test = job.tests[number]
            if result is None:
                progress.tests.append(Step(test.id, Verdict.SK))
                return
            step = result.step
            if is_judged(job, test):
                share = share_of(step, test)
                course.record(scored(test), share)
                progress.shares[test.id] = share
                step = replace(step, points=share * test.points)
            progress.tests.append(progress.fit(step))
            progress.keep(result.files, f"{test.id}/")

        await Lanes(self._host, entry.image, run, skips, report, len(job.tests)).run(slot)

    async def _run_test(
        self,
        job: Job,
        entry: Entry,
        slot: Slot,
        program: Program,
        helper: Ready | None,
        test: JobTest,
    ) -> "_Tested":
        language = entry.language
        limits = self._limits(language.limits, merged(job.limits, test.limits))
        if job.interactor is not None and helper is not None:
            talked, flags = await self._talk(helper, slot, program, limits, test)
            outcome = talked.outcome
            step = _step(test.id, outcome, limits, job, language.run)
            if talked.ruling is not None:
                step = ruled(step, talked.ruling, test)
        else:
            outcome, flags = await self._run(slot, program, test.stdin, limits)
            step = _step(test.id, outcome, limits, job, language.run)
            step = await self._check(step, test, job.checker, helper)
        return _Tested(replace(step, flags=(*step.flags, *flags)), outcome.files)

    async def _run(
        self, slot: Slot, program: Program, stdin: bytes, limits: Limits
    ) -> tuple[Outcome, tuple[str, ...]]:
        """Runs a program, again if noise could have decided; the outcome, and flags that say so."""
        measured = await self._steady.measure(
            limits,
            lambda most: slot.run(program, stdin, most),
            lambda outcome: outcome,
            slot.cpu,
        )
        return measured.result, measured.flags

    async def _talk(
        self, helper: Ready, slot: Slot, program: Program, limits: Limits, test: JobTest
    ) -> tuple[Talk, tuple[str, ...]]:
        async with self._helpers.slot(helper) as side_slot:
            slots = slot, side_slot
            measured = await self._steady.measure(
                limits,
                lambda most: talk(self._helpers, helper, slots, program, most, limits, test),
                lambda talked: talked.outcome,
                slot.cpu,
            )
        return measured.result, (*measured.result.flags, *measured.flags)

    async def _ready_helper(self, job: Job) -> Ready | None:
        """The compiled checker or interactor, if the job has one."""
        helper = job.interactor or job.checker_program
        if helper is None:
            return None
        try:
            return await self._helpers.ready(helper)
        except CatalogError as error:
            raise HelperFailed(str(error)) from error

    async def _check(
        self, step: Step, test: JobTest, checker: CheckerSpec, helper: Ready | None
    ) -> Step:
        """Judges the output of a run that ended normally, if there is something to compare with."""
        if step.verdict is not Verdict.OK:
            return step
        if test.call is not None:
            return await asyncio.to_thread(check_call, step, test)
        if helper is not None and test.expected_output is not None:
            return await check_output(self._helpers, helper, step, test)
        return await _compare(step, test, checker)

    def _result(self, job: Job, entry: Entry, progress: _Progress) -> JobResult:
        verdict, passed, total = _summary(job, progress)
        groups, score = scores_of(job, progress.shares)
        return JobResult(
            id=job.id,
            verdict=verdict,
            reward=_reward(job, verdict, passed, total, score),
            score=score,
            groups=groups,
            grade=None if score is None else "strong",
            passed=passed,
            total=total,
            compile=progress.compile,
            run=progress.run,
            tests=tuple(progress.tests),
            artifacts=tuple(progress.artifacts),
            prepare_s=progress.prepare_s,
            compile_s=progress.compile_s,
            run_s=progress.run_s,
            image_name=entry.image.name,
            image_digest=entry.image.digest,
            worker=self._worker,
        )


def _summary(job: Job, progress: _Progress) -> tuple[Verdict, int, int]:
    """The job's verdict, tests passed, tests judged.

    The verdict is that of the first judged test that failed. If no test is judged, it is that of the first
    that did not end normally.
    """
    judged = [is_judged(job, test) for test in job.tests]
    total = sum(judged)
    if progress.compile is not None and progress.compile.verdict is not Verdict.OK:
        return Verdict.CE, 0, total
    if progress.run is not None:
        return progress.run.verdict, 0, 0
    steps = progress.tests
    if total:
        steps = [step for step, counts in zip(steps, judged, strict=True) if counts]
    passed = sum(step.verdict is Verdict.AC for step in steps)
    for step in steps:
        if step.verdict not in (Verdict.AC, Verdict.OK, Verdict.SK):
            return step.verdict, passed, total
    return (Verdict.AC if total else Verdict.OK), passed, total


def _reward(
    job: Job, verdict: Verdict, passed: int, total: int, score: Score | None
) -> float | None:
    """In the shape that was asked for; nothing if there are tests and none says what is right."""
    if verdict is Verdict.OK and job.tests:
        return None
    if job.reward == "fraction" and total:
        return passed / total
    if job.reward == "points" and score is not None and score.max_points:
        return score.points / score.max_points
    return 1.0 if verdict in (Verdict.AC, Verdict.OK) else 0.0


def _compile_step(outcome: Outcome, limits: Limits, made: list[CollectedFile]) -> Step:
    """Whatever goes wrong while compiling is CE; the message says what it was."""
    if outcome.start_error is not None and outcome.start_error.doing == "exec":
        raise ImageUnfit(f"the compiler cannot be executed: {outcome.start_error.reason}")
    judgement = judge_outcome(outcome, limits)
    verdict, message = judgement.verdict, judgement.message
    if verdict is Verdict.OK and not made:
        verdict, message = Verdict.CE, no_program(outcome, MAX_COMPILED_BYTES)
    elif verdict is not Verdict.OK:
        verdict, message = Verdict.CE, f"the compiler failed: {message}"
    step = observed(None, verdict, outcome)
    return dataclasses.replace(step, message=message, flags=judgement.flags)


def _step(
    test_id: str | None, outcome: Outcome, limits: Limits, job: Job, command: Sequence[str]
) -> Step:
    not_executable = outcome.start_error is not None and outcome.start_error.doing == "exec"
    if not_executable and not command[0].startswith("./") and "PATH" not in job.env:
        # The image's own interpreter, not something that the request brought or hid.
        assert outcome.start_error is not None
        raise ImageUnfit(f"{command[0]} cannot be executed: {outcome.start_error.reason}")
    judgement = judge_outcome(outcome, limits)
    step = observed(test_id, judgement.verdict, outcome)
    return dataclasses.replace(step, message=judgement.message, flags=judgement.flags)


async def _compare(step: Step, test: JobTest, checker: CheckerSpec) -> Step:
    """Judges the output of a run that ended normally, if there is something to compare with."""
    if step.verdict is not Verdict.OK or test.expected_output is None:
        return step
    if len(step.stdout) + len(test.expected_output) <= _COMPARE_INLINE_BYTES:
        comparison = checkers.compare(checker, test.expected_output, step.stdout)
    else:
        comparison = await asyncio.to_thread(
            checkers.compare, checker, test.expected_output, step.stdout
        )
    verdict = Verdict.AC if comparison.accepted else Verdict.WA
    return dataclasses.replace(step, verdict=verdict, message=comparison.message)
