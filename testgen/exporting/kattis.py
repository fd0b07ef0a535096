"""Kattis problem packages: a folder for each problem, which `testgen` reads again."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from testgen.errors import DataError
from testgen.exporting.rows import named_tests
from testgen.reading.languages import ENDINGS, LANGUAGES
from testgen.storage.blobs import Blobs

_FOLDERS = {"checker/testlib": ".", "checker/kattis": "output_validators"}


def write_packages(results: Sequence[Mapping[str, Any]], blobs: Blobs, root: Path) -> int:
    """Write a package for each kept problem; how many there are."""
    kept = [result for result in results if result["kept"]]
    for result in kept:
        folder = root / result["pid"]
        temporary = root / f".{result['pid']}.new"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        _write(result, blobs, temporary)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    return len(kept)


def _write(result: Mapping[str, Any], blobs: Blobs, folder: Path) -> None:
    problem = result["problem"]
    _put(folder / "problem.yaml", yaml.safe_dump(_metadata(result), sort_keys=False).encode())
    _put(folder / "problem_statement" / "problem.en.md", blobs.get(problem["statement"]))
    for number, (stdin, answer) in enumerate(problem["samples"], 1):
        _put(folder / "data" / "sample" / f"{number}.in", blobs.get(stdin))
        _put(folder / "data" / "sample" / f"{number}.ans", blobs.get(answer))
    for name, test in named_tests(result):
        _put(folder / "data" / "secret" / f"{name}.in", blobs.get(test["input"]))
        _put(folder / "data" / "secret" / f"{name}.ans", blobs.get(test["answer"]))
    for source in problem["sources"]:
        chosen = result["kind"]["comparison"] == f"checker {source['name']}"
        if chosen or not source["folder"].startswith("checker/"):
            _write_source(source, blobs, folder)


def _metadata(result: Mapping[str, Any]) -> dict[str, Any]:
    problem = result["problem"]
    custom = result["checker"].get("type") == "program"
    metadata: dict[str, Any] = {
        "name": result["pid"],
        "validation": "custom" if custom else "default",
        "limits": {"time_limit": problem["time_limit_s"], "memory": problem["memory_mb"]},
    }
    if not custom:
        metadata["validator_flags"] = _flags(result["checker"])
    return metadata


def _flags(checker: Mapping[str, Any]) -> str:
    flags = [] if checker.get("case_sensitive", True) is False else ["case_sensitive"]
    if checker["type"] in ("lines", "exact"):
        flags.append("space_change_sensitive")
    if checker["type"] == "floats":
        flags += ["float_absolute_tolerance", repr(checker["abs_tol"])]
        flags += ["float_relative_tolerance", repr(checker["rel_tol"])]
    return " ".join(flags)


def _write_source(source: Mapping[str, Any], blobs: Blobs, folder: Path) -> None:
    """Write a program: a file, or a folder if it has further files.

    Raises:
        DataError: one of its files would lie elsewhere, or where another one lies.
    """
    place = _place(source, folder)
    files = {place: source["code"]}
    within = folder / _FOLDERS.get(source["folder"], source["folder"])
    if source["files"]:
        within = place.with_suffix("")
        files = {within / f"main{ENDINGS.get(source['language'], '')}": source["code"]}
        files |= {within / other: blob for other, blob in source["files"].items()}
    for path, blob in files.items():
        if not path.resolve().is_relative_to(within.resolve()) or path.exists():
            raise DataError(f"{path}: {source['name']} must not be written there; rename it")
        _put(path, blobs.get(blob))


def _place(source: Mapping[str, Any], folder: Path) -> Path:
    name: str = source["name"]
    kind: str = source["folder"]
    ending = ENDINGS.get(source["language"], "")
    if Path(name).suffix.lower() not in LANGUAGES:
        name += ending
    if kind == "checker/testlib":
        return folder / f"checker{ending}"
    return folder / _FOLDERS.get(kind, kind) / name


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
