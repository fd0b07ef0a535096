"""The commands and their options. What they do is imported when one of them is chosen."""

import os
import sys
import traceback
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sandbox import __version__
from sandbox.cli.errors import CliError, ExitCode, visible

DEBUG_VARIABLE = "SANDBOX_DEBUG"


class CheckerName(StrEnum):
    """How an output is compared; the names are those of the HTTP interface."""

    TOKENS = "tokens"
    LINES = "lines"
    EXACT = "exact"
    FLOATS = "floats"
    UNORDERED_LINES = "unordered_lines"
    UNORDERED_TOKENS = "unordered_tokens"


Url = Annotated[
    str | None,
    typer.Option(
        help="The service. By default SANDBOX_URL, else http://127.0.0.1:8000.", metavar="URL"
    ),
]
# What no figure of a load can be; infinite is more.
_MOST = 1e9
Json = Annotated[bool, typer.Option("--json", help="Print the service's answer as JSON.")]
Ks = Annotated[str, typer.Option("--k", metavar="K,...", help="The k of pass@k.")]
Concurrency = Annotated[
    int,
    typer.Option(metavar="N", min=0, help="Programs at once; by default two for each slot."),
]
RetryRefused = Annotated[
    bool,
    typer.Option("--retry-refused", help="Send again what the service has refused before."),
]

app = typer.Typer(
    name="sandbox",
    help="Run programs that nobody trusts, and judge them.",
    epilog="Exit codes: 0 good, 1 another verdict than AC or OK, 2 wrong use or no service, "
    "3 a fault of the sandbox.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

evals = typer.Typer(help="Evaluate models' answers to benchmarks of code.", no_args_is_help=True)
app.add_typer(evals, name="eval")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sandbox {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _global_options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.UNUSABLE)


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The program's source.")],
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            "-l",
            metavar="NAME",
            help="Its language; by default told by the extension.",
        ),
    ] = None,
    tests: Annotated[
        Path | None,
        typer.Option(
            "--tests",
            "-t",
            metavar="DIR",
            help="Judge it on the tests below DIR: NAME.in with NAME.ans or NAME.out.",
        ),
    ] = None,
    stdin: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Its input; - is this command's own input."),
    ] = None,
    checker: Annotated[
        CheckerName,
        typer.Option(metavar="NAME", help=f"How outputs are compared: {', '.join(CheckerName)}."),
    ] = CheckerName.TOKENS,
    ignore_case: Annotated[
        bool,
        typer.Option(
            "--ignore-case", metavar="", help="Take ASCII letters of either case as equal."
        ),
    ] = False,
    abs_tol: Annotated[
        float | None, typer.Option(metavar="X", help="Absolute tolerance of the checker 'floats'.")
    ] = None,
    rel_tol: Annotated[
        float | None, typer.Option(metavar="X", help="Relative tolerance of the checker 'floats'.")
    ] = None,
    cpu: Annotated[
        float | None, typer.Option(metavar="S", help="Limit of CPU time, in seconds.")
    ] = None,
    wall: Annotated[
        float | None, typer.Option(metavar="S", help="Limit of elapsed time, in seconds.")
    ] = None,
    memory: Annotated[
        int | None, typer.Option(metavar="MB", help="Limit of memory, in MiB.")
    ] = None,
    arg: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="An argument for the program; may be repeated."),
    ] = None,
    extra_file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file",
            metavar="PATH",
            help="One more file for its working directory, under its relative path; may be "
            "repeated. An absolute path goes in under its last part.",
        ),
    ] = None,
    stop_on_first_failure: Annotated[
        bool, typer.Option("--stop-on-first-failure", help="Skip the tests after a failed one.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Run a local file through the service, or judge it on tests.

    Without tests, what the program writes is written here. With tests, each one is a line of a table.
    """
    from sandbox.cli.request import RunOptions
    from sandbox.cli.run import judge
    from sandbox.cli.testdata import read_input

    if tests is not None and stdin is not None:
        raise CliError("--stdin is for a run without tests; leave it or --tests out")
    options = RunOptions(
        file=file,
        language=language,
        tests=tests,
        stdin=b"" if stdin is None else read_input(stdin),
        checker=checker.value,
        ignore_case=ignore_case,
        abs_tol=abs_tol,
        rel_tol=rel_tol,
        cpu_time_s=cpu,
        wall_time_s=wall,
        memory_mb=memory,
        args=arg or (),
        files=extra_file or (),
        stop_on_first_failure=stop_on_first_failure,
    )
    raise typer.Exit(judge(options, url, as_json=as_json))


@app.command()
def languages(as_json: Json = False, url: Url = None) -> None:
    """List the languages that the service can run."""
    from sandbox.cli import info

    raise typer.Exit(info.languages(url, as_json=as_json))


@app.command()
def status(as_json: Json = False, url: Url = None) -> None:
    """Show whether the service takes work, and why not."""
    from sandbox.cli import info

    raise typer.Exit(info.status(url, as_json=as_json))


@evals.command("multipl-e")
def multipl_e(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Its .json or .json.gz files with prompt, completions and tests."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where results go; by default beside each file."),
    ] = None,
    k: Ks = "1,10,100",
    concurrency: Concurrency = 0,
    retry_refused: RetryRefused = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Evaluate a folder of MultiPL-E. What is done already is not done again.

    Writes NAME.results.json.gz as MultiPL-E does, and shows pass@k for each language.
    """
    from sandbox.cli.evals import EvalOptions, run_multipl_e

    options = EvalOptions(url, k, concurrency, as_json, retry_refused)
    raise typer.Exit(run_multipl_e(folder, output, options))


@evals.command("humaneval")
def humaneval(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Samples: JSON lines of task_id and completion.")
    ],
    problems: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The problems: HumanEval.jsonl.gz, or HumanEval-X's."),
    ] = None,
    canonical: Annotated[
        bool,
        typer.Option("--canonical", help="FILE has problems; evaluate their own solutions."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where results go; by default FILE_results.jsonl."),
    ] = None,
    cpu: Annotated[
        float | None,
        typer.Option(metavar="S", help="Limit of CPU time; by default 3 s for Python."),
    ] = None,
    k: Ks = "1,10,100",
    concurrency: Concurrency = 0,
    retry_refused: RetryRefused = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Evaluate samples of HumanEval, or of HumanEval-X in C++, Java or JavaScript.

    Writes FILE_results.jsonl with "passed" and "result" for each sample, and shows pass@k.
    """
    from sandbox.cli.evals import EvalOptions, run_humaneval

    options = EvalOptions(url, k, concurrency, as_json, retry_refused)
    raise typer.Exit(run_humaneval(file, problems, output, cpu, options, canonical=canonical))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(metavar="HOST", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port to listen on; 0 takes a free one.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Worker processes.")] = None,
    slots: Annotated[
        int | None, typer.Option(metavar="N", help="Runs at once in each worker.")
    ] = None,
) -> None:
    """Serve on this machine, until SIGTERM or Ctrl-C. Needs root.

    What is left out comes from the environment (SANDBOX_HOST, SANDBOX_PORT, ...), else a default.
    """
    from sandbox.cli import machine

    raise typer.Exit(machine.serve(host=host, port=port, workers=workers, slots=slots))


@app.command()
def api(
    host: Annotated[str | None, typer.Option(metavar="HOST", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port to listen on; 0 takes a free one.")
    ] = None,
) -> None:
    """Serve the HTTP interface alone, for workers that share the queue in SANDBOX_QUEUE.

    Needs no privileges.
    """
    from sandbox.cli import machine

    raise typer.Exit(machine.serve("api", host=host, port=port))


@app.command()
def worker(
    workers: Annotated[int | None, typer.Option(metavar="N", help="Worker processes.")] = None,
    slots: Annotated[
        int | None, typer.Option(metavar="N", help="Runs at once in each worker.")
    ] = None,
) -> None:
    """Run the jobs of the queue in SANDBOX_QUEUE on this machine. Needs root."""
    from sandbox.cli import machine

    raise typer.Exit(machine.serve("worker", workers=workers, slots=slots))


@app.command()
def key() -> None:
    """Make a key for a caller, and the digest of it for the file SANDBOX_CALLERS_FILE."""
    from sandbox.cli import machine

    raise typer.Exit(machine.key())


@app.command()
def capacity(
    rollouts_per_s: Annotated[
        float,
        typer.Option("--rollouts-per-s", metavar="N", min=0.001, max=_MOST, help="Runs a second."),
    ],
    p99: Annotated[
        float,
        typer.Option(
            metavar="S", min=0.001, max=_MOST, help="Within what time 99 of 100 are to be answered."
        ),
    ],
    slots: Annotated[
        int, typer.Option(metavar="N", min=1, max=1024, help="Slots of each worker.")
    ] = 8,
    times: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Measured times in a slot, a number of seconds a line: prepare_s + compile_s + run_s of "
            "results' `timing`.",
        ),
    ] = None,
    mean: Annotated[
        float, typer.Option(metavar="S", min=0.0001, max=_MOST, help="Without FILE: their mean.")
    ] = 0.5,
    variation: Annotated[
        float,
        typer.Option(
            metavar="X",
            min=0,
            max=3,
            help="… and their standard deviation divided by it; for more give FILE.",
        ),
    ] = 1.0,
    overhead: Annotated[
        float,
        typer.Option(
            metavar="S", min=0, max=_MOST, help="What the queue and the API add to each run."
        ),
    ] = 0.01,
    apis: Annotated[int, typer.Option(metavar="N", min=1, help="API processes.")] = 2,
    request_kb: Annotated[
        float,
        typer.Option(metavar="KB", min=0, max=_MOST, help="Size of a request, on the average."),
    ] = 8.0,
    result_kb: Annotated[
        float,
        typer.Option(metavar="KB", min=0, max=_MOST, help="Size of a result, on the average."),
    ] = 8.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the simulation.")] = 1,
    as_json: Json = False,
) -> None:
    """Tell how many workers a load takes, and what is used up first. Asks no service.

    Arrivals by chance at one queue are simulated; the figures of Redis and the API are measured ones.
    """
    from sandbox.cli.capacity import CapacityOptions, show

    options = CapacityOptions(
        rollouts_per_s, p99, slots, times, mean, variation, overhead, apis, request_kb, result_kb,
        seed,
    )  # fmt: skip
    raise typer.Exit(show(options, as_json=as_json))


@app.command()
def check() -> None:
    """Check whether this machine can run the service."""
    from sandbox.cli import machine

    raise typer.Exit(machine.check())


@app.command(
    add_help_option=False,
    options_metavar="COMMAND",
    # All that follows is handed on as it is.
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "allow_interspersed_args": False,
    },
)
def images(context: typer.Context) -> None:
    """Build and look at the images that programs run in."""
    from sandbox.cli import machine

    raise typer.Exit(machine.images(context.args))


def run_command_line(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit code. Errors are one line on stderr."""
    try:
        code = app(list(arguments), prog_name="sandbox", standalone_mode=False)
    except typer.TyperException as error:
        return _fail(f"{error.format_message().rstrip('.')}; 'sandbox --help' tells more")
    except CliError as error:
        return _fail(str(error))
    except Exception as error:  # noqa: BLE001 - the last stop: a person gets a line, not a traceback
        return _fail(f"unexpected {type(error).__name__}: {error} ({DEBUG_VARIABLE}=1 tells more)")
    return code if isinstance(code, int) else ExitCode.GOOD


def _fail(message: str) -> int:
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exc()
    text = visible(message).replace("\n", " ")
    colour = None if os.environ.get("NO_COLOR") is None else False
    typer.echo(typer.style(f"error: {text}", fg="red"), err=True, color=colour)
    return ExitCode.UNUSABLE


def main() -> None:
    """The console script ``sandbox``."""
    sys.exit(run_command_line(sys.argv[1:]))
