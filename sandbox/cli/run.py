"""``sandbox run``: judge a local file through the service, and show what came of it."""

import base64
import sys
from contextlib import nullcontext
from typing import BinaryIO

from rich.console import Console
from rich.text import Text

from sandbox.cli import request, tables
from sandbox.cli.errors import ExitCode, visible
from sandbox.cli.service import PATIENT_S, connected
from sandbox.models import Readiness, RunRequest, RunResult, StepResult, Verdict


def judge(options: request.RunOptions, url: str | None, *, as_json: bool) -> ExitCode:
    """Run, print, and return what to exit with.

    Raises:
        CliError: an option or a file is wrong, or there is no service.
    """
    to_send = request.build(options)
    messages = Console(stderr=True, highlight=False, soft_wrap=True)
    result = _ask(to_send, url, messages)
    if as_json:
        sys.stdout.write(result.model_dump_json(indent=2) + "\n")
    elif to_send.tests:
        _show_tests(result, messages)
    else:
        _show_run(result, messages)
    return exit_code(result)


def exit_code(result: RunResult) -> ExitCode:
    """What a result ends the command with; a run without a verdict says nothing of the program."""
    if result.verdict in {Verdict.AC, Verdict.OK}:
        return ExitCode.GOOD
    if result.verdict in {Verdict.IE, None}:
        return ExitCode.FAULT
    return ExitCode.BAD


def _ask(to_send: RunRequest, url: str | None, messages: Console) -> RunResult:
    with connected(url, retry_for_s=0) as client:  # a service that is not there is seen at once
        readiness = client.ready()
    _warn_if_not_ready(readiness, messages)
    waiting = messages.status("running") if messages.is_terminal else nullcontext()
    with connected(url, retry_for_s=PATIENT_S) as client, waiting:
        return client.run(to_send)


def _warn_if_not_ready(readiness: Readiness, messages: Console) -> None:
    if not readiness.ready:
        why = visible(", ".join(readiness.reasons)) or "it does not say why"
        messages.print(Text(f"the service is not ready ({why}); waiting", style="yellow"))


def _show_run(result: RunResult, messages: Console) -> None:
    if result.run is None:
        _show_compile(result, messages)
    else:
        _show_output(result.run)
    messages.print(tables.run_summary(result))


def _show_tests(result: RunResult, messages: Console) -> None:
    if result.verdict == Verdict.CE:
        _show_compile(result, messages)
    if result.tests and result.verdict != Verdict.CE:
        tables.console().print(tables.tests_table(result.tests))
    messages.print(tables.tests_summary(result))


def _show_compile(result: RunResult, messages: Console) -> None:
    if result.compile is not None:
        for text in (result.compile.stdout, result.compile.stderr):
            if text.strip():
                messages.print(Text(visible(text.rstrip())))


def _show_output(step: StepResult) -> None:
    """The program's own bytes, each stream to its own place."""
    _write(sys.stdout.buffer, step.stdout, step.stdout_base64)
    if sys.stdout.isatty() and step.stdout and not step.stdout.endswith("\n"):
        _write(sys.stdout.buffer, "\n", None)  # what follows begins on a line of its own
    _write(sys.stderr.buffer, step.stderr, step.stderr_base64)


def _write(stream: BinaryIO, text: str, as_base64: str | None) -> None:
    stream.write(text.encode() if as_base64 is None else base64.b64decode(as_base64))
    stream.flush()
