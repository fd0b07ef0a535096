"""JSONL: one problem a line."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from testgen.hashing import canonical_json
from testgen.storage.blobs import Blobs
from testgen.storage.workspace import SCHEMA_VERSION


def export_rows(
    results: Sequence[Mapping[str, Any]], blobs: Blobs, inline_bytes: int
) -> Iterator[bytes]:
    """One line for each kept problem."""
    for result in results:
        if result["kept"]:
            yield canonical_json(row(result, blobs, inline_bytes)) + b"\n"


def row(result: Mapping[str, Any], blobs: Blobs, inline_bytes: int) -> dict[str, Any]:
    """A problem with its tests.

    ``tests`` is what ``POST /run`` takes, and so are ``limits``: those under which the references voted. In
    a language of ``limits_by_language`` these are to be taken instead. An input that is larger than
    ``inline_bytes`` is left out and stands in ``generated``: the script, the seed, the file's place among
    those that the script writes, and the hash that the bytes must have. ``generators`` has the scripts with
    their further files, ``room`` how much they may make and take.
    """
    problem = result["problem"]
    inline: list[dict[str, Any]] = []
    generated: list[dict[str, Any]] = []
    for name, test in named_tests(result):
        answer = _content(blobs.get(test["answer"]))
        if test["bytes"] <= inline_bytes or not test["generator"]:
            data = _content(blobs.get(test["input"]))
            inline.append({"id": name, "stdin": data, "expected_output": answer})
        else:
            origin = {key: test[key] for key in ("generator", "seed", "index")}
            generated.append(
                {"id": name, "expected_output": answer, "sha256": test["tid"], **origin}
            )
    scripts = {test["generator"] for test in generated}
    sources = [one for one in problem["sources"] if one["sha"] in scripts]
    return {
        "schema_version": SCHEMA_VERSION,
        "pid": result["pid"],
        "preset": result["preset"],
        "statement": blobs.get(problem["statement"]).decode(),
        "limits": problem["limits"],
        "limits_by_language": problem["limits_by_language"],
        "kind": result["kind"],
        "checker": result["checker"],
        "core": [name for name, test in named_tests(result) if test["tier"] == "core"],
        "tests": inline,
        "generated": generated,
        "generators": {one["sha"]: _program(one, blobs) for one in sources},
        "room": problem["room"],
        "votes": {name: test["votes"] for name, test in named_tests(result)},
    }


def named_tests(result: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The tests with the names that they have outside: tier, number, role."""
    return [
        (f"{test['tier']}-{number:03}-{test['role'] or 'sample'}"[:64], test)
        for number, test in enumerate(result["tests"], 1)
    ]


def write_rows(
    results: Sequence[Mapping[str, Any]], blobs: Blobs, inline_bytes: int, path: Path
) -> int:
    """Write a file; how many problems it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    number = 0
    with temporary.open("wb") as file:
        for line in export_rows(results, blobs, inline_bytes):
            file.write(line)
            number += 1
    temporary.replace(path)
    return number


def _program(source: Mapping[str, Any], blobs: Blobs) -> dict[str, Any]:
    files = {name: blobs.get(blob).decode() for name, blob in source["files"].items()}
    return {"code": blobs.get(source["code"]).decode(), "files": files}


def _content(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
