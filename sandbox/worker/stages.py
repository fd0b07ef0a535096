"""Stages: an ordered list of commands, each a run of its own, over the files that the one before left.

What is carried from stage to stage is the working directory, as data: read back when nothing of the run is
alive any more, and written again for the next one. So no process, no mount and no other file gets from one
stage into another, and what is protected is restored in between.
"""

import stat
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sandbox.globs import matches_exactly
from sandbox.jobs import Job, JobResult, JobStage, LimitChanges, Step
from sandbox.models import Verdict
from sandbox.worker.host import CollectedFile, Entry, InputFile, Limits, Outcome, Program, Slot
from sandbox.worker.protection import Tree, staged
from sandbox.worker.repository import Checkout, Finding, check_out, read_report
from sandbox.worker.steps import observed
from sandbox.worker.verdict import judge_outcome

# Most that is carried from one stage to the next.
MAX_CARRIED_BYTES = 512 << 20


# Runs a program; the outcome, and flags that tell how it was measured.
Runner = Callable[[Slot, Program, bytes, Limits], Awaitable[tuple[Outcome, tuple[str, ...]]]]


@dataclass(slots=True)
class StagesRun:
    """What came of a job's stages."""

    steps: list[Step] = field(default_factory=list)
    files: tuple[CollectedFile, ...] = ()
    rejected: str = ""
    flags: tuple[str, ...] = ()
    finding: Finding | None = None

    @property
    def verdict(self) -> Verdict:
        """The patch's, the report's, or that of the first stage that failed."""
        if self.rejected:
            return Verdict.PR
        for step in self.steps[:-1] if self.finding else self.steps:
            if step.verdict is not Verdict.OK:
                return step.verdict
        return self.finding.verdict if self.finding else Verdict.OK

    @property
    def passed(self) -> int:
        """Tests of the report, or stages."""
        if self.finding is not None:
            return self.finding.evidence.passed
        return sum(step.verdict is Verdict.OK for step in self.steps)


async def run_stages(
    job: Job,
    entry: Entry,
    slot: Slot,
    limits_of: Callable[[Limits, LimitChanges], Limits],
    run: Runner,
    result: StagesRun,
) -> None:
    """Runs the stages of a job in a slot by ``run``, into ``result``.

    Raises:
        BadArchive: the job's repository cannot be used.
    """
    checkout = await _check_out(job, entry)
    result.flags = checkout.flags
    if checkout.rejected:
        result.rejected = checkout.rejected
        result.steps += [Step(stage.name, Verdict.SK) for stage in job.stages]
        return
    tree = checkout.tree
    defaults = limits_of(entry.language.limits, job.limits)
    stopped = False
    for stage in job.stages:
        if stopped:
            result.steps.append(Step(stage.name, Verdict.SK))
            continue
        is_last = stage is job.stages[-1]
        if is_last and job.repository is not None and job.repository.report_path is not None:
            # Whoever wrote it before now was not the test run.
            tree.pop(job.repository.report_path, None)
        limits = limits_of(defaults, stage.limits)
        files = staged(tree, checkout.original, checkout.protected)
        wanted = not is_last or bool(job.collect) or _has_report_file(job)
        environment = _environment(job, stage, entry)
        carried = min(limits.disk_bytes, MAX_CARRIED_BYTES)
        with Program(
            stage.command, environment, files, collect_bytes=carried, collect_all=wanted
        ) as program:
            outcome, flags = await run(slot, program, stage.stdin, limits)
        step = _step(stage, outcome, limits, carries=not is_last)
        step = replace(step, flags=(*step.flags, *flags))
        result.steps.append(step)
        result.files = outcome.files
        tree = _left(outcome.files)
        stopped = step.verdict is not Verdict.OK and not stage.continue_on_failure
    if job.repository is not None and job.repository.report_format is not None and _reached(result):
        content = _report_content(job, result)
        result.finding = await read_report(job.repository, result.steps[-1], content)


async def _check_out(job: Job, entry: Entry) -> Checkout:
    if job.repository is not None:
        return await check_out(job.repository, job.protected)
    files = {file.path: InputFile(file.path, file.content) for file in job.files}
    if job.code:
        source = entry.language.source_file
        files[source] = InputFile(source, job.code)
    return Checkout(files, dict(files), job.protected)


def _environment(job: Job, stage: JobStage, entry: Entry) -> Mapping[str, str]:
    given = entry.image.definition.environment_of(entry.language)
    return {**given, **job.env, **stage.env}


def _step(stage: JobStage, outcome: Outcome, limits: Limits, *, carries: bool) -> Step:
    judgement = judge_outcome(outcome, limits)
    step = observed(stage.name, judgement.verdict, outcome)
    step = replace(step, message=judgement.message, flags=judgement.flags)
    lost = sum(file.content is None and file.refusal != "not_regular" for file in outcome.files)
    if lost and carries and step.verdict is Verdict.OK:
        message = f"it left more than the next stage can be given: {lost} files are lost"
        return replace(step, verdict=Verdict.RE, message=message)
    return step


def _left(files: Sequence[CollectedFile]) -> Tree:
    tree = {}
    for file in files:
        if file.content is None:
            continue
        # Whatever the mode, the next stage's files must fit into the directory.
        mode = file.mode | (0o700 if stat.S_ISDIR(file.mode) else 0)
        tree[file.path] = InputFile(file.path, file.content, mode, file.mtime_ns)
    return tree


def _has_report_file(job: Job) -> bool:
    return job.repository is not None and job.repository.report_path is not None


def _reached(result: StagesRun) -> bool:
    return bool(result.steps) and result.steps[-1].verdict is not Verdict.SK


def _report_content(job: Job, result: StagesRun) -> bytes | None:
    assert job.repository is not None
    path = job.repository.report_path
    if path is None:
        return result.steps[-1].stdout
    for file in result.files:
        if file.path == path and stat.S_ISREG(file.mode):
            return file.content
    return None


def artifacts(job: Job, files: Sequence[CollectedFile]) -> list[CollectedFile]:
    """Of the files that the last stage left, those that the request asks for."""
    return [
        replace(file, mode=file.mode & 0o777)
        for file in files
        if stat.S_ISREG(file.mode) and matches_exactly(job.collect, file.path)
    ]


def stages_result(job: Job, run: StagesRun, result: JobResult) -> JobResult:
    """The result of a job with stages, on top of what every result has."""
    verdict, finding = run.verdict, run.finding
    total = len(job.stages)
    message, flags = run.rejected, run.flags
    if finding is not None:
        total = finding.evidence.total
        message, flags = finding.evidence.message, (*flags, *finding.evidence.flags)
    elif job.repository is not None and job.repository.report_format is not None:
        total = len({*job.repository.must_pass, *job.repository.must_keep_passing})
    passed = run.passed if finding is not None or total == len(job.stages) else 0
    reward = 1.0 if verdict in (Verdict.AC, Verdict.OK) else 0.0
    if job.reward == "fraction" and total and verdict is not Verdict.PR:
        reward = passed / total
    return replace(
        result,
        verdict=verdict,
        reward=reward,
        passed=passed,
        total=total,
        message=message,
        flags=flags,
        stages=tuple(run.steps),
        cases=() if finding is None else finding.cases,
        # The exit status and the report come from processes that also ran the solution's code.
        grade="weak",
    )
