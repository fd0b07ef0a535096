"""MultiPL-E: a folder of problems with completions; beside each one, or in a folder like it, its results.

``NAME.json`` or ``NAME.json.gz`` has ``prompt``, ``completions``, ``tests`` and ``language``;
``NAME.results.json`` (or ``.gz``) is the same without ``completions`` and with ``results``, in
their order. A results file may hold fewer of them: those of the first completions. Paths come from
the names of files on the disk only; what a file says about itself (``name``) is never used as one.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.evals import dialects
from sandbox.evals.engine import Refused
from sandbox.evals.files import FileUnusable, read_json, write_json
from sandbox.evals.passk import Tally
from sandbox.models import RunResult

WRITE_EVERY = 20
"""After so many more results in a row a file is written, though it is not done."""

REFUSED = "Refused"
"""The status of a program that the service does not take; the others are MultiPL-E's."""

_ENDINGS = (".json.gz", ".json")
_RESULTS = ".results"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is, where its results go, and the folder that it counts with."""

    problem: Path
    results: Path
    group: str


class Sheet:
    """A problem, and the results that it has so far.

    Attributes:
        place: where it lies.
        language: as the problem calls it.
        missing: the programs to run, each once, and of which completions it is.
    """

    def __init__(
        self,
        place: Place,
        language: str,
        head: Mapping[str, Any],
        programs: list[str],
        known: Sequence[dict[str, Any]],
        *,
        retry_refused: bool,
    ) -> None:
        """``head`` is what a results file has besides; ``known`` the results of the first programs.

        With ``retry_refused`` the refused programs are run again; each stays refused until it has a result.
        """
        self.place = place
        self.language = language
        self.missing: dict[str, list[int]] = {}
        self._head = head
        self._row = self._written = len(known)
        self._replaced = 0
        by_program = {result["program"]: result for result in known}
        self._results = [*known, *map(by_program.get, programs[len(known) :])]
        for number, result in enumerate(self._results):
            if result is None or (retry_refused and result["status"] == REFUSED):
                self.missing.setdefault(programs[number], []).append(number)
        self._write_if_due()

    def record(self, program: str, result: dict[str, Any]) -> None:
        """Note the result of a program that was missing.

        Raises:
            FileUnusable: the results file cannot be written.
        """
        for number in self.missing.pop(program):
            self._results[number] = result
            self._replaced += number < self._written
        self._write_if_due()

    def write(self) -> None:
        """Put into the results file what there is up to the first gap, unless it is there.

        Raises:
            FileUnusable: it cannot be written.
        """
        if self._row > self._written or self._replaced:
            results = self._results[: self._row]
            write_json(self.place.results, {**self._head, "results": results})
            self._written, self._replaced = self._row, 0

    @property
    def tally(self) -> Tally | None:
        """What counts for pass@k; None as long as something is missing."""
        results = [result for result in self._results if result is not None]
        if not results or None in self._results:
            return None
        right = sum(r["status"] == dialects.OK and r["exit_code"] == 0 for r in results)
        return Tally(len(results), right)

    @property
    def refused(self) -> list[str]:
        """Why the service did not take programs, once for each."""
        return [
            r.get("stderr", "") for r in self._results if r is not None and r["status"] == REFUSED
        ]

    @property
    def completions(self) -> int:
        """How many there are."""
        return len(self._results)

    def _write_if_due(self) -> None:
        while self._row < len(self._results) and self._results[self._row] is not None:
            self._row += 1
        if not self.missing or self._row + self._replaced >= self._written + WRITE_EVERY:
            self.write()


def find_problems(folder: Path, output: Path | None = None) -> list[Place]:
    """The problems below a folder, sorted; links to folders and hidden folders are left out.

    Raises:
        FileUnusable: the folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise FileUnusable(f"{error.filename}: {error.strerror}") from error

    places = []
    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(root).relative_to(folder)
        for name in sorted(files):
            stem, ending = _split(name)
            if ending and stem and not stem.startswith(".") and not stem.endswith(_RESULTS):
                results = (output or folder) / inside / f"{stem}{_RESULTS}{ending}"
                places.append(Place(Path(root) / name, results, inside.as_posix()))
    return places


def open_sheet(place: Place, *, retry_refused: bool = False) -> Sheet:
    """Read a problem, and what there is of its results; ``retry_refused`` as in `Sheet`.

    A results file that is damaged counts as none: that is what a crash or a full disk leaves.

    Raises:
        FileUnusable: the problem is not one, or the results are those of other programs.
    """
    document = read_json(place.problem)
    fields = _checked(document, str(place.problem))
    programs = [f"{fields.prompt}{text}\n{fields.tests}" for text in fields.completions]
    head = {name: value for name, value in document.items() if name != "completions"}
    known = _known_results(place.results, programs)
    return Sheet(place, fields.language, head, programs, known, retry_refused=retry_refused)


def result_of(program: str, rules: dialects.Dialect, result: RunResult | Refused) -> dict[str, Any]:
    """What a results file has about a program."""
    if isinstance(result, Refused):
        return _row(program, "", result.reason, -1, REFUSED)
    judged = dialects.judge(rules, result)
    exit_code = judged.ending.exit_code
    if rules.any_exit and not judged.ending.timed_out:
        exit_code = 0 if judged.status == dialects.OK else exit_code or 1
    stdout = judged.ending.stdout.replace("!!int", "")
    return _row(program, stdout, judged.ending.stderr, exit_code, judged.status)


def _row(program: str, stdout: str, stderr: str, exit_code: int, status: str) -> dict[str, Any]:
    return {
        "program": program,
        "stdout": stdout,
        "stderr": stderr,
        "exit_code": exit_code,
        "status": status,
        "timestamp": int(time.time()),
    }


@dataclass(frozen=True, slots=True)
class _Problem:
    language: str
    prompt: str
    tests: str
    completions: list[str]


def _checked(document: Any, where: str) -> _Problem:
    if not isinstance(document, dict):
        raise FileUnusable(f"{where}: is no problem of MultiPL-E: no JSON object")
    texts = {}
    for name in ("language", "prompt", "tests"):
        if not isinstance(document.get(name), str):
            raise FileUnusable(f"{where}: is no problem of MultiPL-E: no text {name!r}")
        texts[name] = document[name]
    completions = document.get("completions")
    if not isinstance(completions, list) or not all(isinstance(c, str) for c in completions):
        raise FileUnusable(f"{where}: is no problem of MultiPL-E: no list of texts 'completions'")
    return _Problem(completions=completions, **texts)


def _known_results(path: Path, programs: list[str]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        document = read_json(path)
    except FileUnusable:
        return []
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list) or not all(_is_result(result) for result in results):
        return []
    if [result["program"] for result in results] != programs[: len(results)]:
        raise FileUnusable(
            f"{path}: has results of other programs; move it away, or give another --output"
        )
    return results


def _is_result(result: Any) -> bool:
    return (
        isinstance(result, dict)
        and isinstance(result.get("program"), str)
        and isinstance(result.get("status"), str)
        and isinstance(result.get("stderr", ""), str)
        and isinstance(result.get("exit_code"), int)
    )


def _split(name: str) -> tuple[str, str]:
    ending = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
    return name.removesuffix(ending), ending
