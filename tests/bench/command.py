"""The command line of `make bench`, and the order of things."""

import contextlib
import dataclasses
import errno
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from images.catalog import Catalog
from images.errors import ImageError
from images.store import ImageStore
from sandbox.settings import Settings as ServiceSettings
from tests.bench import idle, machine, plot, report
from tests.bench.contenders import CONTENDERS, Contender, Place, alone, select
from tests.bench.figures import Row
from tests.bench.rounds import Settings, Step, count_rounds, measure
from tests.bench.tasks import images_of, make_task
from tests.bench.workloads import QUICK, TRIVIAL, WORKLOADS, Task, Workload

_RUN_DIRECTORY = Path("/run/sandbox-bench")
_RESULTS = Path("bench-results")
_DEFAULT = Settings(rounds=3, seconds=0.8, at_most=128)
_QUICK = Settings(rounds=1, seconds=0.2, at_most=1)
_IDLE = "idle"
_NAMES = (_IDLE, *(one.name for one in (*CONTENDERS, *WORKLOADS)))

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def main() -> None:
    """The command. SIGTERM ends it like Ctrl-C, so that it cleans up then too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


@app.command()
def bench(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few workloads, for less than a minute.")
    ] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds of each contender.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="For how long a round starts new runs.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"A contender or workload; can be repeated. {', '.join(_NAMES)}."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Where the figures go. Default: a file in bench-results/.")
    ] = None,
) -> None:
    """Measures what a run costs, beside what it costs without a sandbox and by other ways."""
    base = _QUICK if quick else _DEFAULT
    settings = Settings(rounds or base.rounds, seconds or base.seconds, base.at_most)
    contenders, workloads = _selected(only or (list(QUICK) if quick else []))
    console = Console()
    if os.geteuid() != 0:
        _refuse("slots and containers need root: run it as root")
    with _only_bench():
        description = machine.describe()
        console.print(str(description), highlight=False)
        with _place(description.cores) as place, _tasks(place, workloads) as tasks:
            slots = idle.measure(tasks, place) if not only or _IDLE in only else []
            rows = _measure_all(console, tasks, contenders, place, settings)
    report.show(console, description, rows, slots)
    path = json or _RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    report.save(path, report.as_document(description, settings, rows, slots))
    console.print(f"figures: {path}", highlight=False)
    if plot.draw(path.with_suffix(".png"), rows):
        console.print(f"plot: {path.with_suffix('.png')}", highlight=False)


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _selected(only: list[str]) -> tuple[list[Contender], tuple[Workload, ...]]:
    unknown = [name for name in only if name not in _NAMES]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}; there are: {', '.join(_NAMES)}")
    if set(only) == {_IDLE}:
        return [], WORKLOADS
    contenders = select(only, [one.name for one in CONTENDERS])
    workloads = select(only, [one.name for one in WORKLOADS])
    return (
        [one for one in CONTENDERS if one.name in contenders],
        tuple(one for one in WORKLOADS if one.name in workloads),
    )


@contextlib.contextmanager
def _only_bench() -> Iterator[None]:
    """Holds a name that only one process of the machine can have; the kernel frees it with the process."""
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind("\0sandbox-bench")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            _refuse("another bench is running; two would measure each other")
        yield


@contextlib.contextmanager
def _place(cores: int) -> Iterator[Place]:
    """The bench's own directory."""
    _RUN_DIRECTORY.mkdir(parents=True, exist_ok=True)
    try:
        # Containers' users must be able to walk through.
        _RUN_DIRECTORY.chmod(0o711)
        yield Place(_RUN_DIRECTORY, ServiceSettings().state_dir, cores)
    finally:
        shutil.rmtree(_RUN_DIRECTORY, ignore_errors=True)


@contextlib.contextmanager
def _tasks(place: Place, workloads: tuple[Workload, ...]) -> Iterator[list[Task]]:
    """The workloads' tasks, with their images held so that nobody removes them meanwhile."""
    store = ImageStore(place.state_dir / "images")
    with contextlib.ExitStack() as held:
        try:
            catalog = Catalog(store.list())
            for image in images_of(workloads, catalog):
                held.enter_context(store.hold(image))
            tasks = [make_task(workload, catalog) for workload in workloads]
        except ImageError as error:
            _refuse(f"{error}; to build the images: sandbox images build --all")
        yield tasks


def _measure_all(
    console: Console,
    tasks: list[Task],
    contenders: list[Contender],
    place: Place,
    settings: Settings,
) -> list[Row]:
    rows: list[Row] = []
    trivial = [task for task in tasks if task.workload.name == TRIVIAL]
    single, one_core = alone(contenders), dataclasses.replace(place, cores=1)
    total = count_rounds(tasks, contenders, place, settings)
    total += count_rounds(trivial, single, one_core, settings)
    with _progress(console, total) as step:
        for task in trivial:
            rows += measure(task, single, one_core, settings, step, probe=False)
        for group in ("direct", "http"):
            members = [one for one in contenders if one.group == group]
            probe = group == "http"
            for task in tasks:
                measured = measure(task, members, place, settings, step, probe=probe)
                rows += measured
                # Once is enough: the generator does the same whatever the program.
                probe = probe and not measured
    return rows


@contextlib.contextmanager
def _progress(console: Console, total: int) -> Iterator[Step]:
    """A line that is drawn between the rounds only, so that drawing is not measured."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as progress:
        bar = progress.add_task("starting", total=total)

        def step(text: str) -> None:
            if console.is_terminal:
                progress.update(bar, description=text, refresh=True)
                progress.advance(bar)
            else:
                console.print(text, highlight=False)

        yield step
