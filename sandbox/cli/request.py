"""A request made of local files and options."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sandbox.cli import languages
from sandbox.cli.errors import CliError
from sandbox.cli.testdata import TestData, read_file, read_tests
from sandbox.client.wire import first_mistake
from sandbox.models import MAX_TESTS, RunRequest


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What ``sandbox run`` was asked; None is left to the service.

    Attributes:
        language: by default guessed from the file's extension.
        tests: a folder as in ``testdata.py``.
        stdin: the input of a run without tests.
        files: further files of the working directory.
    """

    file: Path
    language: str | None = None
    tests: Path | None = None
    stdin: bytes = b""
    checker: str = "tokens"
    ignore_case: bool = False
    abs_tol: float | None = None
    rel_tol: float | None = None
    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_mb: int | None = None
    args: Sequence[str] = ()
    files: Sequence[Path] = ()
    stop_on_first_failure: bool = False


def build(options: RunOptions) -> RunRequest:
    """The request. Raises CliError if a file cannot be read or an option does not fit."""
    language = options.language
    fields = {
        "language": languages.guess(options.file) if language is None else language,
        "code": _source(options.file),
        "files": _files(options.files),
        "args": list(options.args),
        "stdin": content(options.stdin),
        "limits": _given(
            cpu_time_s=options.cpu_time_s,
            wall_time_s=options.wall_time_s,
            memory_mb=options.memory_mb,
        ),
        "tests": [] if options.tests is None else _tests(options.tests),
        "checker": _given(
            type=options.checker,
            case_sensitive=False if options.ignore_case else None,
            abs_tol=options.abs_tol,
            rel_tol=options.rel_tol,
        ),
        "stop_on_first_failure": options.stop_on_first_failure,
    }
    try:
        return RunRequest.model_validate(fields)
    except ValidationError as error:
        where, what = first_mistake(error)
        raise CliError(f"{where}: {what}" if where else what) from None


def content(data: bytes) -> str | dict[str, str]:
    """Bytes as the interface takes them: text if they are UTF-8, else base64."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _source(file: Path) -> str:
    try:
        return read_file(file).decode()
    except UnicodeDecodeError as error:
        raise CliError(f"{file}: not UTF-8 text (byte {error.start + 1})") from None


def _files(paths: Sequence[Path]) -> dict[str, str | dict[str, str]]:
    files: dict[str, str | dict[str, str]] = {}
    for path in paths:
        name = path.name if path.is_absolute() or ".." in path.parts else path.as_posix()
        if name in files:
            raise CliError(f"--file {path}: another file is called {name!r} in there already")
        files[name] = content(read_file(path))
    return files


def _tests(folder: Path) -> list[dict[str, object]]:
    tests = read_tests(folder)
    if len(tests) > MAX_TESTS:
        raise CliError(f"{folder}: {len(tests)} tests; one run can have {MAX_TESTS} at most")
    return [_test(test) for test in tests]


def _test(test: TestData) -> dict[str, object]:
    fields: dict[str, object] = {"id": test.name, "stdin": content(test.stdin)}
    if test.expected is not None:
        fields["expected_output"] = content(test.expected)
    return fields


def _given(**options: object) -> dict[str, object]:
    return {name: value for name, value in options.items() if value is not None}
