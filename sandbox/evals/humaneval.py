"""HumanEval and HumanEval-X: every sample that has no result yet is run and marked as passed or not.

The results file has the samples in their order, each with ``passed`` and ``result``: "passed",
"timed out", "failed: …", or "refused: …" where the service does not take it. It is appended to as
far as results are complete from the beginning on; the next call cuts off a line that was not
finished, and goes on after the others. What was refused and has another result now is put in its
place at the end.
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sandbox.client import AsyncClient
from sandbox.evals.engine import NoResult, Refused, run_all
from sandbox.evals.files import FileUnusable, read_json_lines, write_whole
from sandbox.evals.humaneval_files import Problem, Sample, judge, program_of
from sandbox.evals.passk import Tally
from sandbox.evals.summary import Findings, Watch

RESULTS_ENDING = "_results.jsonl"
_REFUSED = "refused: "


async def evaluate(
    client: AsyncClient,
    samples: list[Sample],
    results: Path,
    at_once: int,
    watch: Watch,
    cpu_time_s: float | None = None,
    *,
    retry_refused: bool = False,
) -> Findings:
    """Evaluate the samples that the results file does not have yet, and say what all come to.

    With ``retry_refused`` those that were refused are evaluated again.

    Raises:
        FileUnusable: the results file cannot be used, or is of other samples.
        ServiceUnavailable, AnswerInvalid: there is no service.
    """
    findings, found = Findings(), _known_results(results, samples)
    again = {n for n, outcome in found.items() if retry_refused and outcome.startswith(_REFUSED)}
    served = {n for info in await client.languages() for n in (info.name, *info.aliases)}
    for name in sorted({s.problem.tongue.name for s in samples} - served):
        findings.unusable.append(f"the service has no {name}")
    numbers = [
        number
        for number, sample in enumerate(samples)
        if (number not in found or number in again) and sample.problem.tongue.name in served
    ]
    watch.begin(len(numbers))
    word = secrets.token_hex(16)
    work = ((number, _fields(samples[number], word, cpu_time_s)) for number in numbers)
    with _Appender(results, samples, found) as file:
        async for number, result in run_all(client, work, at_once):
            if isinstance(result, NoResult):
                findings.no_result[result.reason] += 1
            else:
                tongue = samples[number].problem.tongue
                file.note(
                    number,
                    f"{_REFUSED}{result.reason}"
                    if isinstance(result, Refused)
                    else judge(tongue, result, word),
                )
            watch.advance()
    _count(samples, found, findings)
    return findings


class _Appender:
    """The results file, with the results up to the first that is missing."""

    def __init__(self, path: Path, samples: list[Sample], found: dict[int, str]) -> None:
        """``found`` has what is in the file, without gaps, and gets what is noted."""
        self._path, self._samples, self._found = path, samples, found
        self._next = len(found)
        self._is_outdated = False
        self._file: IO[bytes] | None = None

    def __enter__(self) -> "_Appender":
        try:
            self._file = self._path.open("ab")
        except OSError as error:
            raise FileUnusable(f"{self._path}: cannot be written: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._is_outdated:
            write_whole(self._path.resolve(), map(self._line, range(self._next)))

    def note(self, number: int, outcome: str) -> None:
        """Keep a result, and append what can be appended now."""
        assert self._file is not None
        self._is_outdated |= number < self._next
        self._found[number] = outcome
        while self._next in self._found:
            self._file.write(self._line(self._next))
            self._next += 1
        self._file.flush()

    def _line(self, number: int) -> bytes:
        outcome = self._found[number]
        row = {**self._samples[number].row, "result": outcome, "passed": outcome == "passed"}
        return json.dumps(row).encode() + b"\n"


def _known_results(path: Path, samples: list[Sample]) -> dict[int, str]:
    """What the results file has, by number; a last line that was not finished is cut off.

    Nothing is cut off a file that turns out to be another one.
    """
    if path.suffix == ".gz":
        raise FileUnusable(f"{path}: results are appended, so the file cannot be a packed one")
    if not path.exists():
        return {}
    if not path.is_file():
        raise FileUnusable(f"{path}: not a regular file")
    try:
        rows, rest = _whole_lines(path)
        found: dict[int, str] = {}
        for number, row in enumerate(islice(read_json_lines(path), rows)):
            outcome, passed = row.pop("result", None), row.pop("passed", None)
            fits = number < len(samples) and row == samples[number].row
            if not fits or not isinstance(outcome, str) or passed != (outcome == "passed"):
                raise _not_ours(path, number)
            found[number] = outcome
        if rest:
            _check_begun(path, rest, len(found), samples)
            os.truncate(path, path.stat().st_size - len(rest))
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be used: {error.strerror}") from error
    return found


def _whole_lines(path: Path) -> tuple[int, bytes]:
    """How many lines have an end, without empty ones, and what stands behind the last of them."""
    rows, rest = 0, b""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                rows += bool(line.strip())
            else:
                rest = line
    return rows, rest


def _check_begun(path: Path, rest: bytes, number: int, samples: list[Sample]) -> None:
    """Raises FileUnusable unless ``rest`` is the beginning of a sample's result."""
    begin = b"" if number >= len(samples) else json.dumps(samples[number].row)[:-1].encode()
    if not begin or not (rest.startswith(begin) or begin.startswith(rest)):
        raise _not_ours(path, number)


def _not_ours(path: Path, number: int) -> FileUnusable:
    return FileUnusable(
        f"{path}: line {number + 1} is no result of these samples; "
        "move the file away, or give another --output"
    )


def _count(samples: Iterable[Sample], found: Mapping[int, str], findings: Findings) -> None:
    outcomes: dict[Problem, list[str | None]] = {}
    for number, sample in enumerate(samples):
        outcomes.setdefault(sample.problem, []).append(found.get(number))
    for outcome in found.values():
        if outcome.startswith(_REFUSED):
            findings.refused[outcome.removeprefix(_REFUSED)] += 1
    for problem, ended in outcomes.items():
        complete = None not in ended
        tally = Tally(len(ended), ended.count("passed")) if complete else None
        findings.count((".", problem.tongue.name), tally)


def _fields(sample: Sample, word: str, cpu_time_s: float | None) -> dict[str, Any]:
    tongue = sample.problem.tongue
    seconds = cpu_time_s or tongue.cpu_time_s
    return {
        "language": tongue.name,
        "code": program_of(sample, word),
        "limits": {} if seconds is None else {"cpu_time_s": seconds},
    }
