"""The parts of a request that say how it is judged, as parts of a job."""

from collections.abc import Mapping

from sandbox.api.errors import ApiError
from sandbox.job_files import HELPER_FILES
from sandbox.jobs import (
    HelperProgram,
    JobCall,
    JobFile,
    JobRepository,
    JobStage,
    Language,
    LimitChanges,
)
from sandbox.models import (
    Base64,
    Call,
    Interactor,
    Limits,
    ProgramChecker,
    RunRequest,
    content_bytes,
)
from sandbox.models_judging import json_bytes
from sandbox.paths import check_collisions
from sandbox.settings import MaximumLimits
from sandbox.values import Tolerance

KIB, MIB = 1024, 1024 * 1024


def job_files(files: Mapping[str, str | Base64]) -> tuple[JobFile, ...]:
    """Files as a job has them."""
    return tuple(JobFile(path, content_bytes(content)) for path, content in files.items())


def job_call(call: Call) -> JobCall:
    """A call, with its values as JSON."""
    return JobCall(
        call.function,
        json_bytes(call.args),
        json_bytes(call.expected),
        Tolerance(call.abs_tol, call.rel_tol),
    )


def helper_of(
    helper: ProgramChecker | Interactor, language: Language, field: str, maximum: MaximumLimits
) -> HelperProgram:
    """A checker or interactor in a language that has been found already."""
    try:
        if language.source_file in helper.files:
            raise ValueError(f"{language.source_file!r} is where 'code' goes")
        for name in HELPER_FILES:
            if name in helper.files:
                raise ValueError(f"{name!r} is what the program is given")
        check_collisions([*helper.files, language.source_file])
    except ValueError as error:
        raise ApiError(422, "invalid_field", str(error), field=f"{field}.files") from None
    return HelperProgram(
        language.name,
        helper.code.encode(),
        job_files(helper.files),
        limit_changes(helper.limits, maximum, f"{field}.limits"),
    )


def job_stages(request: RunRequest, maximum: MaximumLimits) -> tuple[JobStage, ...]:
    """The stages of a request."""
    return tuple(
        JobStage(
            stage.name,
            tuple(stage.command),
            dict(stage.env),
            content_bytes(stage.stdin),
            limit_changes(stage.limits, maximum, f"stages.{index}.limits"),
            stage.continue_on_failure,
        )
        for index, stage in enumerate(request.stages)
    )


def job_repository(request: RunRequest, archives: Mapping[str, bytes]) -> JobRepository | None:
    """The repository of a request, with its archive.

    Raises:
        ApiError: 422, the archive is not here (any more).
    """
    asked = request.repository
    if asked is None:
        return None
    archive = (
        asked.archive.decode() if asked.archive is not None else archives.get(asked.digest or "")
    )
    if archive is None:
        message = f"there is no archive {asked.digest}; upload it (again) with POST /archives"
        raise ApiError(422, "unknown_archive", message, field="repository.digest")
    report = asked.report
    return JobRepository(
        archive=archive,
        strip_components=asked.strip_components,
        patch=None if asked.patch is None else content_bytes(asked.patch),
        overlay=job_files(asked.overlay),
        report_format=None if report is None else report.format,
        report_path=None if report is None else report.path,
        must_pass=tuple(asked.must_pass),
        must_keep_passing=tuple(asked.must_keep_passing),
        may_fail=tuple(asked.may_fail),
    )


def limit_changes(limits: Limits, maximum: MaximumLimits, where: str) -> LimitChanges:
    """The limits that a request states. Raises ApiError 422 for what is above the server's maxima."""
    for name, value in limits.model_dump(exclude_none=True).items():
        most = getattr(maximum, name)
        if value > most:
            raise ApiError(
                422,
                "limit_too_large",
                f"{name} may be {most:.15g} at most on this server",
                field=f"{where}.{name}",
            )
    return LimitChanges(
        cpu_time_s=limits.cpu_time_s,
        wall_time_s=limits.wall_time_s,
        memory_bytes=_scaled(limits.memory_mb, MIB),
        pids=limits.pids,
        disk_bytes=_scaled(limits.disk_mb, MIB),
        output_bytes=_scaled(limits.output_kb, KIB),
        open_files=limits.open_files,
    )


def _scaled(value: int | None, unit: int) -> int | None:
    return None if value is None else value * unit
