"""`testgen report`."""

import json
from pathlib import Path

import typer
from rich.console import Console

from testgen.reporting.figures import figures
from testgen.reporting.page import write_page
from testgen.reporting.terminal import show
from testgen.storage.workspace import read_results


def report(out: Path, html: Path | None, *, as_json: bool) -> int:
    """Show what came of a run."""
    found = figures(*read_results(out))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    if html is not None:
        write_page(found, html)
        typer.echo(f"the page is in {html}", err=True)
    if html is None and not as_json:
        show(found, Console())
    return 0


def print_report(out: Path) -> None:
    """The tables, after a run."""
    show(figures(*read_results(out)), Console())
