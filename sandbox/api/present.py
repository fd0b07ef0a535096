"""From a job's result to the answer on the wire."""

import base64

from sandbox.jobs import Fault, ImageSummary, JobArtifact, JobResult, Language, LimitChanges, Step
from sandbox.models import (
    Artifact,
    CaseResult,
    ErrorBody,
    GroupResult,
    ImageInfo,
    ImageRef,
    LanguageInfo,
    Limits,
    RunResult,
    StepResult,
    Timing,
)

KIB, MIB = 1024, 1024 * 1024


def to_result(result: JobResult, queue_s: float, total_s: float) -> RunResult:
    """The answer to a run that has ended."""
    image = None
    if result.image_name is not None and result.image_digest is not None:
        image = ImageRef(name=result.image_name, digest=result.image_digest)
    fault = result.fault
    return RunResult(
        id=result.id,
        status="done" if fault is None else "failed",
        verdict=result.verdict,
        reward=result.reward,
        passed=result.passed,
        total=result.total,
        compile=_step(result.compile) if result.compile else None,
        run=_step(result.run) if result.run else None,
        tests=[_step(step) for step in result.tests],
        message=result.message,
        flags=list(result.flags),
        points=None if result.score is None else result.score.points,
        max_points=None if result.score is None else result.score.max_points,
        groups=[
            GroupResult(
                id=name, points=score.points, max_points=score.max_points, solved=score.solved
            )
            for name, score in result.groups.items()
        ],
        stages=[_step(step) for step in result.stages],
        cases=[CaseResult(id=case.id, status=case.status.value) for case in result.cases],
        grade=result.grade,
        artifacts={artifact.path: _artifact(artifact) for artifact in result.artifacts},
        timing=Timing(
            queue_s=round(queue_s, 6),
            prepare_s=round(result.prepare_s, 6),
            compile_s=round(result.compile_s, 6),
            run_s=round(result.run_s, 6),
            total_s=round(total_s, 6),
        ),
        image=image,
        worker=result.worker,
        error=None if fault is None else _error(fault),
    )


def _error(fault: Fault) -> ErrorBody:
    return ErrorBody(code=fault.code, message=fault.message, retryable=fault.retryable)


def _step(step: Step) -> StepResult:
    stdout, stdout_base64 = _text(step.stdout)
    stderr, stderr_base64 = _text(step.stderr)
    flags = list(step.flags)
    if stdout_base64 is not None or stderr_base64 is not None:
        flags.append("not_utf8")
    return StepResult(
        id=step.id,
        verdict=step.verdict,
        message=step.message,
        exit_code=step.exit_code,
        signal=step.signal,
        stdout=stdout,
        stderr=stderr,
        stdout_base64=stdout_base64,
        stderr_base64=stderr_base64,
        stdout_truncated=step.stdout_truncated,
        stderr_truncated=step.stderr_truncated,
        cpu_time_s=round(step.cpu_time_s, 6),
        wall_time_s=round(step.wall_time_s, 6),
        memory_bytes=step.memory_bytes,
        flags=flags,
        points=step.points,
    )


def _text(data: bytes) -> tuple[str, str | None]:
    """Bytes as text, and as base64 too if the text cannot hold them all."""
    try:
        return data.decode(), None
    except UnicodeDecodeError:
        return data.decode(errors="replace"), base64.b64encode(data).decode()


def _artifact(artifact: JobArtifact) -> Artifact:
    if artifact.content is None:
        return Artifact(refused=artifact.refused)
    return Artifact(base64=base64.b64encode(artifact.content).decode())


def to_language(language: Language) -> LanguageInfo:
    """An entry of ``GET /languages``."""
    return LanguageInfo(
        name=language.name,
        aliases=list(language.aliases),
        version=language.version,
        image=language.image,
        source_file=language.source_file,
        compiled=language.compiled,
        limits=_limits(language.limits),
        compile_limits=_limits(language.compile_limits),
    )


def _limits(changes: LimitChanges) -> Limits:
    return Limits(
        cpu_time_s=changes.cpu_time_s,
        wall_time_s=changes.wall_time_s,
        memory_mb=_scaled(changes.memory_bytes, MIB),
        pids=changes.pids,
        disk_mb=_scaled(changes.disk_bytes, MIB),
        output_kb=_scaled(changes.output_bytes, KIB),
        open_files=changes.open_files,
    )


def _scaled(value: int | None, unit: int) -> int | None:
    return None if value is None else value // unit


def to_image(image: ImageSummary) -> ImageInfo:
    """An entry of ``GET /images``."""
    return ImageInfo(
        name=image.name,
        digest=image.digest,
        description=image.description,
        size_bytes=image.size_bytes,
        languages=list(image.languages),
    )
