"""``sandbox languages`` and ``sandbox status``: what the service says about itself."""

import sys

from pydantic import BaseModel
from pydantic_core import to_json
from rich.text import Text

from sandbox.cli import tables
from sandbox.cli.errors import ExitCode, visible
from sandbox.cli.service import connected
from sandbox.models import LanguageInfo


def languages(url: str | None, *, as_json: bool) -> ExitCode:
    """List what can be run. Raises CliError if there is no service."""
    with connected(url) as client:
        found = client.languages()
    if as_json:
        _print_json(found)
    else:
        tables.console().print(tables.languages_table(found))
    return ExitCode.GOOD


def status(url: str | None, *, as_json: bool) -> ExitCode:
    """Show whether the service takes work. Raises CliError if there is no service."""
    with connected(url) as client:
        readiness = client.ready()
    if as_json:
        _print_json(readiness)
    else:
        console = tables.console()
        console.print(tables.readiness_line(readiness))
        for reason in readiness.reasons:
            if reason not in readiness.faults.values():  # they follow, with their workers
                console.print(Text(f"- {visible(reason)}", style="yellow"))
        for name, fault in readiness.faults.items():
            console.print(Text(f"- {visible(name)} has given up: {visible(fault)}", style="red"))
        if readiness.workers:
            console.print("", tables.workers_table(readiness.workers))
        if readiness.host:
            console.print("", tables.findings_table(readiness.host))
    return ExitCode.GOOD if readiness.ready else ExitCode.BAD


def _print_json(found: BaseModel | list[LanguageInfo]) -> None:
    sys.stdout.buffer.write(to_json(found, indent=2) + b"\n")
