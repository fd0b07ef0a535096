"""The commands and their options. What they do is imported when one of them is chosen."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sandbox.client import SandboxError
from testgen.errors import TestgenError

app = typer.Typer(
    name="testgen",
    help="Make test cases for programming problems, and keep those that can be trusted.\n\n"
    "First `testgen run PROBLEMS --out DIR`, with the service running; then `testgen report DIR` and "
    "`testgen export DIR`.",
    epilog="Exit codes: 0 good, 1 a problem failed or a check found something, 2 wrong use or no service.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)


class PresetName(StrEnum):
    """The two pipelines."""

    KIMI = "kimi"
    FULL = "full"


class Form(StrEnum):
    """What an export looks like."""

    JSONL = "jsonl"
    KATTIS = "kattis"


Out = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a run: its --out.")]
Url = Annotated[
    str | None,
    typer.Option(
        help="The service. By default SANDBOX_URL, else http://127.0.0.1:8000.", metavar="URL"
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a setting; may be repeated. `testgen settings` lists them.",
    ),
]


@app.command()
def run(
    problems: Annotated[
        Path,
        typer.Argument(
            metavar="PROBLEMS", help="A folder of problem folders, one of these, or a JSONL file."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where results go.")],
    preset: Annotated[
        PresetName,
        typer.Option(help="kimi: generator, vote, gate. full: everything that there is."),
    ] = PresetName.FULL,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on in a folder that has results already.")
    ] = False,
    changes: Changes = None,
    url: Url = None,
) -> None:
    """Make tests for problems.

    What was paid for is kept in DIR: after an interruption, the same command with --resume goes on and
    comes to the same end. With `--set model=NAME`, and TESTGEN_MODEL_URL, a model writes what is missing.
    """
    from testgen.cli import run as command

    raise typer.Exit(command.run(problems, out, preset.value, changes or [], url, resume=resume))


@app.command()
def report(
    out: Out,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page that stands alone, with plots."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Show what came of a run.

    The funnel beside the report's, what was set aside at each stage and why, agreement, and how strong the
    tests are. What is said of each problem and program is in --json and on the page.
    """
    from testgen.cli import report as command

    raise typer.Exit(command.report(out, html, as_json=as_json))


@app.command()
def export(
    out: Out,
    form: Annotated[
        Form, typer.Option("--format", help="JSONL rows, or Kattis packages.")
    ] = Form.JSONL,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="PATH", help="By default DIR/dataset.jsonl or DIR/kattis."),
    ] = None,
) -> None:
    """Write the kept problems with their tests."""
    from testgen.cli import export as command

    raise typer.Exit(command.export(out, form.value, to))


@app.command()
def check(
    package: Annotated[
        Path,
        typer.Argument(
            metavar="PACKAGE", help="A Kattis package with tests, or an export as JSONL."
        ),
    ],
    url: Url = None,
) -> None:
    """See whether tests do what they are for.

    A package's tests must accept its accepted solutions and reject its wrong ones. Of an export, what is
    not in the rows is made again and must be what it was.
    """
    from testgen.cli import check as command

    raise typer.Exit(command.check(package, url))


@app.command()
def settings(
    preset: Annotated[PresetName, typer.Option(help="Whose values to show.")] = PresetName.FULL,
) -> None:
    """List all settings with their values and what they mean."""
    from testgen.cli import show

    raise typer.Exit(show.settings(preset.value))


def run_command_line(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit code. Errors are one line on stderr."""
    try:
        code = app(list(arguments), prog_name="testgen", standalone_mode=False)
    except typer.TyperException as error:
        return _fail(f"{error.format_message().rstrip('.')}; 'testgen --help' tells more")
    except (TestgenError, SandboxError, ValueError) as error:
        return _fail(str(error))
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    text = "".join(one if one.isprintable() else " " for one in message)
    typer.echo(typer.style(f"error: {text}", fg="red"), err=True)
    return 2


def main() -> None:
    """The console script ``testgen``."""
    sys.exit(run_command_line(sys.argv[1:]))
