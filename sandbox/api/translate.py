"""From a request to a job: what needs to know the languages and the server's maxima."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from sandbox.api.errors import ApiError
from sandbox.api.translate_judging import (
    helper_of,
    job_call,
    job_files,
    job_repository,
    job_stages,
    limit_changes,
)
from sandbox.checkers import CheckerSpec
from sandbox.job_files import CALL_FILES
from sandbox.jobs import HelperProgram, Job, JobFile, JobTest, Language, WorkerHello
from sandbox.models import (
    Interactor,
    Limits,
    ProgramChecker,
    RunRequest,
    content_bytes,
    scoring_group,
)
from sandbox.paths import check_collisions, check_path
from sandbox.settings import MaximumLimits

MIB = 1024 * 1024


class Languages:
    """The languages that the connected workers serve."""

    def __init__(self, workers: Iterable[WorkerHello]) -> None:
        """Workers of one machine have the same images; the first to name a language is believed."""
        self._by_name: dict[str, Language] = {}
        self.all: dict[str, Language] = {}
        for worker in workers:
            for language in worker.languages:
                self.all.setdefault(language.name, language)
        for language in self.all.values():
            for name in (language.name, *language.aliases):
                self._by_name.setdefault(name.lower(), language)

    def find(self, name: str, field: str = "language") -> Language:
        """The language of a name or alias. Raises ApiError 422 with the nearest names."""
        language = self._by_name.get(name.lower())
        if language is None:
            near = difflib.get_close_matches(name.lower(), self._by_name, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(self.all)}"
            raise ApiError(
                422, "unknown_language", f"unknown language {name!r}; {hint}", field=field
            )
        return language


def to_job(
    job_id: str,
    request: RunRequest,
    languages: Languages,
    maximum: MaximumLimits,
    archives: Mapping[str, bytes] | None = None,
) -> Job:
    """The job that a request asks for; ``archives`` are those that were uploaded, by digest.

    Raises:
        ApiError: 422, naming the field.
    """
    language = languages.find(request.language)
    if request.image not in (None, language.image):
        message = f"language {language.name!r} comes from the image {language.image!r} only"
        raise ApiError(422, "unknown_image", message, field="image")
    files = job_files(request.files)
    _check_program(request, language)
    _check_files(files, language, request)
    _check_artifact_names(request)
    return Job(
        id=job_id,
        language=language.name,
        image=request.image,
        code=request.code.encode(),
        files=files,
        args=tuple(request.args),
        env=dict(request.env),
        stdin=content_bytes(request.stdin),
        limits=limit_changes(request.limits, maximum, "limits"),
        compile_limits=limit_changes(request.compile_limits, maximum, "compile_limits"),
        tests=_tests(request, maximum),
        checker=_checker(request),
        stop_on_first_failure=request.stop_on_first_failure,
        collect=tuple(request.collect),
        checker_program=_helper(request.checker, "checker", languages, maximum),
        interactor=_helper(request.interactor, "interactor", languages, maximum),
        groups=tuple(scoring_group(group) for group in request.groups),
        reward=request.reward,
        stages=job_stages(request, maximum),
        protected=tuple(request.protected),
        repository=job_repository(request, archives or {}),
    )


# A function is called by a driver in the program's own language.
CALL_LANGUAGES = ("python", "cpp", "cpp20", "javascript")


def _check_program(request: RunRequest, language: Language) -> None:
    for index, test in enumerate(request.tests):
        if test.group is not None and not request.groups:
            message = f"the group {test.group!r} is missing in 'groups'"
            raise ApiError(422, "invalid_field", message, field=f"tests.{index}.group")
        if test.call is not None and language.name not in CALL_LANGUAGES:
            message = f"functions can be called in {', '.join(CALL_LANGUAGES)} only"
            raise ApiError(422, "invalid_field", message, field=f"tests.{index}.call")
    if any(test.call is not None for test in request.tests):
        for name in CALL_FILES:
            if name in request.files:
                message = f"{name!r} is where the program or its driver goes"
                raise ApiError(422, "invalid_field", message, field="files")


def _helper(
    helper: object, field: str, languages: Languages, maximum: MaximumLimits
) -> HelperProgram | None:
    """A checker or an interactor that is a program."""
    if not isinstance(helper, ProgramChecker | Interactor):
        return None
    language = languages.find(helper.language, f"{field}.language")
    return helper_of(helper, language, field, maximum)


def _check_files(files: tuple[JobFile, ...], language: Language, request: RunRequest) -> None:
    if request.stages and not request.code:
        return
    paths = [file.path for file in files]
    if language.source_file in paths:
        message = f"{language.source_file!r} is where 'code' goes; leave it out of 'files'"
        raise ApiError(422, "invalid_field", message, field=f"files.{language.source_file}")
    try:
        check_collisions([*paths, language.source_file])
    except ValueError as error:
        raise ApiError(422, "invalid_field", str(error), field="files") from None
    # Each file takes whole pages of the writable layer, and so does each directory.
    pages = sum(2 + len(file.content) // 4096 for file in files) + 2 + len(request.code) // 4096
    for where, disk_bytes in _disk_limits(language, request):
        if disk_bytes is not None and pages * 4096 > disk_bytes:
            message = f"the files do not fit into {where}.disk_mb, {disk_bytes // MIB} MiB"
            raise ApiError(422, "invalid_field", message, field="files")


def _disk_limits(language: Language, request: RunRequest) -> Iterator[tuple[str, int | None]]:
    """The disk limit of each step that is given the files, and where it is stated."""
    if language.compiled:
        yield "compile_limits", _disk(request.compile_limits, language.compile_limits.disk_bytes)
    of_runs = _disk(request.limits, language.limits.disk_bytes)
    if not request.tests:
        yield "limits", of_runs
    for index, test in enumerate(request.tests):
        if test.limits is None or test.limits.disk_mb is None:
            yield "limits", of_runs
        else:
            yield f"tests.{index}.limits", test.limits.disk_mb * MIB


def _disk(limits: Limits, default_bytes: int | None) -> int | None:
    return default_bytes if limits.disk_mb is None else limits.disk_mb * MIB


def _check_artifact_names(request: RunRequest) -> None:
    """A collected file is named by its test and its path: no two may share a name, or look hostile.

    Whoever writes the artifacts of an answer to a disk goes by these names.
    """
    if not request.collect:
        return
    ids = [test.id or str(number) for number, test in enumerate(request.tests, 1)]
    field = ""
    try:
        for index, name in enumerate(ids):
            field = f"tests.{index}.id"
            check_path(name)
        field = "tests"
        check_collisions(ids)
    except ValueError as error:
        message = f"with 'collect', an id is the first part of a path: {error}"
        raise ApiError(422, "invalid_field", message, field=field) from None


def _tests(request: RunRequest, maximum: MaximumLimits) -> tuple[JobTest, ...]:
    return tuple(
        JobTest(
            id=test.id or str(number),
            stdin=content_bytes(test.stdin),
            expected_output=(
                None if test.expected_output is None else content_bytes(test.expected_output)
            ),
            limits=limit_changes(test.limits or Limits(), maximum, f"tests.{number - 1}.limits"),
            points=test.points,
            group=test.group,
            call=None if test.call is None else job_call(test.call),
        )
        for number, test in enumerate(request.tests, 1)
    )


def _checker(request: RunRequest) -> CheckerSpec:
    if isinstance(request.checker, ProgramChecker):
        return CheckerSpec()
    given: Mapping[str, object] = request.checker.model_dump(exclude_none=True)
    return CheckerSpec(**given)  # type: ignore[arg-type]  # the model has the same fields
