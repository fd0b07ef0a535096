"""The commands about images: to build, import, test, list, show, verify and remove them."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from images.build import ensure, up_to_date
from images.definition import ImageDefinition, fingerprint
from images.errors import ImageError, StoreError
from images.facts import NO_PROGRAM, FactResult
from images.importing import MAX_BYTES, Import, import_image
from images.loading import find_definitions
from images.manifest import StoredImage
from images.publishing import Progress, SelfTest
from images.shelf import Shelf
from images.store import DEFAULT_ROOT, ImageStore
from images.verification import complaints

ShowFacts = Callable[[StoredImage, Sequence[Path]], Iterable[FactResult]]
"""Shows an image's facts in real containers; also given are more directories with definitions."""

Store = Annotated[Path, typer.Option("--store", help="Where built images lie.")]
Definitions = Annotated[
    list[Path] | None,
    typer.Option("--definitions", help="One more directory with */image.toml; may be repeated."),
]


def make_app(
    selftest: SelfTest | None = None,
    root: Path = DEFAULT_ROOT,
    show_facts: ShowFacts | None = None,
) -> typer.Typer:
    """The sub-application.

    Args:
        selftest: runs an image's hello programs before it gets its name.
        root: the store, unless ``--store`` says otherwise.
        show_facts: what ``test`` does.
    """
    app = typer.Typer(
        help="Build and look at the images that programs run in.", no_args_is_help=True
    )

    @app.command()
    def build(
        names: Annotated[list[str] | None, typer.Argument(help="Images to build.")] = None,
        every: Annotated[
            bool, typer.Option("--all", help="Build every definition there is.")
        ] = False,
        force: Annotated[
            bool, typer.Option("--force", help="Build even what is up to date.")
        ] = False,
        check: Annotated[
            bool,
            typer.Option("--check", help="Build nothing; end with 1 if there is something to do."),
        ] = False,
        definitions: Definitions = None,
        store: Store = root,
    ) -> None:
        """Build images from their definitions, if they are missing or outdated. Needs root."""
        with _errors(), _progress() as progress:
            wanted = _select(find_definitions(definitions or ()), names or [], every=every)
            if check:
                _check(wanted, ImageStore(store), progress)
                return
            ensure(wanted, ImageStore(store), progress, selftest, force=force)

    @app.command("list")
    def list_(definitions: Definitions = None, store: Store = root) -> None:
        """List the images that are built, and those that could be."""
        with _errors():
            _console().print(_table(ImageStore(store), find_definitions(definitions or ())))

    @app.command()
    def show(name: str, store: Store = root) -> None:
        """Show one built image: its digest, languages, limits and packages."""
        with _errors():
            _print_image(_console(), ImageStore(store).get(name))

    @app.command()
    def rm(name: str, store: Store = root) -> None:
        """Remove a built image. If it is in use, its files go with a later build or removal."""
        with _errors():
            images = ImageStore(store)
            with images.exclusive(lambda: _console().print("waiting for a build to end")):
                images.remove(name)
            _console().print(f"{name}: removed", highlight=False)

    @app.command("import")
    def import_(
        source: Annotated[
            str,
            typer.Argument(
                metavar="SOURCE",
                help="An image's name in a registry, an OCI layout or a 'docker save' archive.",
            ),
        ],
        name: Annotated[str, typer.Option("--name", help="Its name here.")],
        definition: Annotated[
            Path | None,
            typer.Option(help="A file with its languages and limits; by default its shell alone."),
        ] = None,
        max_mb: Annotated[
            int, typer.Option("--max-mb", min=1, help="The most that its files may have, in MiB.")
        ] = MAX_BYTES >> 20,
        definitions: Definitions = None,
        store: Store = root,
    ) -> None:
        """Import an OCI image. Needs root. Nothing of it is run outside of a container."""
        with _errors(), _progress() as progress:
            if name in {known.name for known in find_definitions(definitions or ())}:
                raise typer.BadParameter(f"{name} is the name of an image that is built")
            wanted = Import(source, name, definition, max_mb << 20)
            import_image(wanted, ImageStore(store), progress, selftest)

    if show_facts is not None:

        @app.command()
        def test(
            names: Annotated[list[str] | None, typer.Argument(help="Images to test.")] = None,
            every: Annotated[
                bool, typer.Option("--all", help="Test every image that is built.")
            ] = False,
            definitions: Definitions = None,
            store: Store = root,
        ) -> None:
            """Show that the languages of built images do what every language must. Needs root."""
            with _errors():
                images = ImageStore(store)
                if not names and not every:
                    raise typer.BadParameter("name an image or give --all")
                wanted = images.names() if every else list(dict.fromkeys(names or []))
                tested = [images.get(name) for name in wanted]
                wrong = sum(_test(image, show_facts, definitions or ()) for image in tested)
            if wrong:
                raise typer.Exit(1)

    @app.command()
    def gc(store: Store = root) -> None:
        """Delete what broken builds and replaced images have left, unless it is in use."""
        with _errors():
            images = ImageStore(store)
            with images.exclusive(lambda: _console().print("waiting for a build to end")):
                deleted = images.prune()
            _console().print(f"{len(deleted)} images deleted", highlight=False)

    @app.command()
    def verify(
        names: Annotated[list[str] | None, typer.Argument(help="By default all.")] = None,
        store: Store = root,
    ) -> None:
        """Read every file of built images again and compare it with what was stored."""
        with _errors(), _progress() as progress:
            damaged = _verify(ImageStore(store), names, progress)
        if damaged:
            raise typer.Exit(1)

    return app


def _console() -> Console:
    return Console()


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except ImageError as error:
        Console(stderr=True).print(
            f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from error


@contextlib.contextmanager
def _progress() -> Iterator[Progress]:
    """Lines that stay, with a turning sign under them while something is going on."""
    console = _console()
    with console.status("working") as status:

        def report(line: str) -> None:
            console.print(line, highlight=False, markup=False)
            status.update(escape(line))

        yield report


def _select(
    definitions: tuple[ImageDefinition, ...], names: list[str], *, every: bool
) -> list[ImageDefinition]:
    known = {definition.name: definition for definition in definitions}
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(
            f"no definition of {', '.join(unknown)}; known: {', '.join(known)}"
        )
    if not names and not every:
        raise typer.BadParameter(f"name an image ({', '.join(known)}) or give --all")
    return list(definitions) if every else [known[name] for name in dict.fromkeys(names)]


def _check(wanted: list[ImageDefinition], store: ImageStore, progress: Progress) -> None:
    missing = [one.name for one in wanted if up_to_date(one, store) is None]
    if missing:
        progress(f"missing or outdated: {', '.join(missing)}")
        raise typer.Exit(1)


def _test(image: StoredImage, show_facts: ShowFacts, definitions: Sequence[Path]) -> int:
    """Show the facts of an image, a line for each language; returns how many are wrong."""
    console, wrong = _console(), 0
    shown: list[FactResult] = []
    with console.status(f"{image.name}: hello") as status:
        for result in show_facts(image, definitions):
            if shown and shown[-1].language != result.language:
                console.print(_summary(image, shown), highlight=False, markup=False)
                shown = []
            shown.append(result)
            status.update(f"{image.name}: {result.language} {result.fact}")
            if result.complaint:
                wrong += 1
                text = f"{image.name}: {result.language}: {result.fact}: {result.complaint}"
                console.print(text, style="red", highlight=False, markup=False)
    if shown:
        console.print(_summary(image, shown), highlight=False, markup=False)
    return wrong


def _summary(image: StoredImage, shown: Sequence[FactResult]) -> str:
    good = sum(result.absent is None and result.complaint is None for result in shown)
    wrong = [result.fact for result in shown if result.complaint]
    absent = [result.fact for result in shown if result.absent not in (None, NO_PROGRAM)]
    missing = [result.fact for result in shown if result.absent == NO_PROGRAM]
    parts = [f"{good} good"]
    for what, facts in (("wrong", wrong), ("not of it", absent), ("no program", missing)):
        parts += [f"{what}: {', '.join(facts)}"] if facts else []
    seconds = sum(result.seconds for result in shown)
    return f"{image.name}: {shown[0].language}: {'; '.join(parts)} ({seconds:.1f} s)"


def _table(store: ImageStore, definitions: tuple[ImageDefinition, ...]) -> Table:
    whole = Column("digest", no_wrap=True)
    table = Table("image", "languages", "size", "built", whole, "state")
    current = {definition.name: fingerprint(definition) for definition in definitions}
    shelf = Shelf.of(store)
    for image in shelf.images:
        outdated = current.get(image.name, image.fingerprint) != image.fingerprint
        languages = ", ".join(language.name for language in image.definition.languages)
        state = "outdated, build it again" if outdated else "ready"
        size = _megabytes(image)
        table.add_row(image.name, languages, size, _local(image.built_at), image.digest[:19], state)
    for name, error in shelf.damaged.items():
        table.add_row(name, "", "", "", "", escape(f"damaged: {error}"))
    known = {image.name for image in shelf.images} | set(shelf.damaged)
    for definition in definitions:
        if definition.name not in known:
            languages = ", ".join(language.name for language in definition.languages)
            table.add_row(definition.name, languages, "", "", "", "not built")
    return table


def _print_image(console: Console, image: StoredImage) -> None:
    packages = ", ".join(image.definition.packages)
    facts = {
        "name": image.name,
        "description": image.definition.description,
        "digest": image.digest,
        "rootfs": str(image.rootfs),
        "size": _megabytes(image),
        "built": _local(image.built_at),
        "packages": f"{packages} ({len(image.packages)} with what they need)",
    }
    for name, value in facts.items():
        console.print(f"{name:<12} {value}", markup=False, highlight=False, soft_wrap=True)
    table = Table("language", "aliases", "version", "compile", "run", "CPU", "memory")
    for language in image.definition.languages:
        limits = language.limits
        table.add_row(
            language.name,
            ", ".join(language.aliases),
            escape(image.versions.get(language.name, "")),
            escape(" ".join(language.compile or ())),
            escape(" ".join(language.run)),
            f"{limits.cpu_time_s:g} s",
            f"{limits.memory_bytes / 2**20:g} MiB",
        )
    console.print(table)


def _megabytes(image: StoredImage) -> str:
    return f"{image.size_bytes / 1e6:.0f} MB"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _verify(store: ImageStore, names: list[str] | None, progress: Progress) -> bool:
    """Whether any of the images is not what it was; says of each one how it is."""
    damaged = False
    for name in names or store.names():
        try:
            image = store.get(name)
            with store.hold(image):
                found = complaints(image)
        except StoreError as error:
            found = [str(error)]
        for complaint in found:
            progress(f"{name}: damaged: {complaint}; build or import it again")
        if not found:
            progress(f"{name}: intact, {image.digest[:19]}")
        damaged |= bool(found)
    return damaged
