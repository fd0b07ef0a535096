"""The folder of one run of the pipeline: what has been paid for, and what came of each problem."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from testgen.errors import DataError
from testgen.hashing import canonical_json
from testgen.storage.blobs import Blobs
from testgen.storage.journal import Journal, read_journal

SCHEMA_VERSION = 1
JOURNAL = "events.jsonl"


class Workspace:
    """Answers that were paid for (runs, model replies) by key, and results of problems by key.

    Attributes:
        blobs: for what is too large for the journal.
        found: how many answers were there already when they were asked for.
        bought: how many were added.
    """

    def __init__(self, root: Path) -> None:
        self.blobs = Blobs(root / "blobs")
        self._journal = Journal(root / JOURNAL)
        self._answers: dict[tuple[str, str], str] = {}
        self._seen: set[bytes] = set()
        for record in self._journal.records:
            self._learn(record)
        self._journal.records.clear()
        self.found = 0
        self.bought = 0

    def answer(self, kind: str, key: str) -> Any | None:
        """What was paid for under a key, as JSON; None if nothing was."""
        name = self._answers.get((kind, key))
        if name is None:
            return None
        self.found += 1
        return json.loads(self.blobs.get(name))

    def keep_answer(self, kind: str, key: str, answer: Any) -> None:
        """Keep an answer; it survives whatever happens after this returns."""
        self.name_answer(kind, key, self.blobs.put(canonical_json(answer)))

    def name_answer(self, kind: str, key: str, name: str) -> None:
        """Keep an answer whose JSON is a blob already."""
        self._append({"type": kind, "key": key, "blob": name})
        self.bought += 1

    def keep_result(self, pid: str, key: str, result: Any) -> None:
        """Keep what became of a problem, for the report and the export."""
        name = self.blobs.put(canonical_json(result))
        self._append({"type": "result", "pid": pid, "key": key, "blob": name})

    def note(self, record: dict[str, Any], *, again: bool = False) -> None:
        """Write an event; one that is there already is written once more only with ``again``."""
        self._append(record, again=again)

    def _append(self, record: dict[str, Any], *, again: bool = False) -> None:
        whole = {"schema_version": SCHEMA_VERSION, **record}
        if canonical_json(whole) in self._seen and not again:
            return
        self._journal.append(whole)
        self._learn(whole)

    def _learn(self, record: dict[str, Any]) -> None:
        if record.get("schema_version") != SCHEMA_VERSION:
            raise DataError(
                f"the folder is of version {record.get('schema_version')}, this program of "
                f"{SCHEMA_VERSION}; use another folder"
            )
        self._seen.add(canonical_json(record))
        if "key" in record and "blob" in record:
            kind = record["type"] if "pid" not in record else f"result:{record['pid']}"
            self._answers[kind, record["key"]] = record["blob"]

    def result(self, pid: str, key: str) -> Any | None:
        """What became of a problem, if just this (with these settings) was done before."""
        name = self._answers.get((f"result:{pid}", key))
        return None if name is None else json.loads(self.blobs.get(name))

    def close(self) -> None:
        """Let another process have the folder."""
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_results(root: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last run's start, with its `faults` by problem, and the results of its problems, by name.

    Raises:
        DataError: the folder holds no run, or a damaged one.
    """
    journal = root / JOURNAL
    if not journal.is_file():
        raise DataError(f"{root}: holds no results; `testgen run PROBLEMS --out {root}` makes them")
    records = list(read_journal(journal))
    blobs = Blobs(root / "blobs")
    start = next((one for one in reversed(records) if one["type"] == "start"), None)
    if start is None:
        raise DataError(f"{root}: no run was started here")
    wanted = start["keys"]
    newest = {(one["pid"], one["key"]): one["blob"] for one in records if one["type"] == "result"}
    names = [newest[pair] for pair in sorted(wanted.items()) if pair in newest]
    failed = {
        (one["problem"], one["run"]): one["detail"] for one in records if one["type"] == "fault"
    }
    faults = {
        pair[0]: failed.get(pair, "") for pair in sorted(wanted.items()) if pair not in newest
    }
    return {**start, "faults": faults}, [json.loads(blobs.get(name)) for name in names]


def events(root: Path) -> Iterator[dict[str, Any]]:
    """All events of a folder, in order."""
    return read_journal(root / JOURNAL)
