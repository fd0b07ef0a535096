"""`testgen export`."""

from pathlib import Path
from typing import Literal

import typer

from testgen.exporting.kattis import write_packages
from testgen.exporting.rows import write_rows
from testgen.storage.blobs import Blobs
from testgen.storage.workspace import read_results


def export(out: Path, form: Literal["jsonl", "kattis"], to: Path | None) -> int:
    """Write the kept problems and say where they are."""
    start, results = read_results(out)
    blobs = Blobs(out / "blobs")
    if form == "jsonl":
        place = to or out / "dataset.jsonl"
        number = write_rows(results, blobs, start["settings"]["inline_bytes"], place)
    else:
        place = to or out / "kattis"
        number = write_packages(results, blobs, place)
    typer.echo(f"{number} problems in {place}")
    return 0
