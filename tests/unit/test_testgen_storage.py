import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testgen.errors import DataError
from testgen.storage.blobs import Blobs
from testgen.storage.journal import Journal, read_journal
from testgen.storage.workspace import Workspace, read_results


def test_a_blob_is_what_was_put(tmp_path: Path):
    blobs = Blobs(tmp_path)
    names = [blobs.put(data) for data in (b"", b"1\n", b"\x00\xff" * 1000)]
    assert [b"", b"1\n", b"\x00\xff" * 1000] == [blobs.get(name) for name in names]
    assert names[0] == blobs.put(b"")


def test_a_blob_that_was_changed_is_refused(tmp_path: Path):
    blobs = Blobs(tmp_path)
    name, other = blobs.put(b"right"), blobs.put(b"wrong")
    place = tmp_path / name[:2] / f"{name}.gz"
    place.write_bytes((tmp_path / other[:2] / f"{other}.gz").read_bytes())
    with pytest.raises(DataError, match="something else"):
        blobs.get(name)
    place.write_bytes(b"no gzip")
    with pytest.raises(DataError, match="cannot be read"):
        blobs.get(name)


def whole_journal(path: Path, records: list[dict[str, int]]) -> bytes:
    journal = Journal(path)
    for record in records:
        journal.append(record)
    journal.close()
    return path.read_bytes()


@given(st.lists(st.dictionaries(st.text(), st.integers()), max_size=5), st.data())
def test_wherever_a_journal_is_cut_off_whole_records_are_left(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, int]], data: st.DataObject
):
    path = tmp_path_factory.mktemp("journal") / "events.jsonl"
    whole = whole_journal(path, records)
    end = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:end])
    kept = records[: whole[:end].count(b"\n")]
    journal = Journal(path)
    assert kept == journal.records
    journal.append({"more": 1})
    journal.close()
    assert [*kept, {"more": 1}] == list(read_journal(path))


def test_two_writers_are_one_too_many(tmp_path: Path):
    journal = Journal(tmp_path / "events.jsonl")
    with pytest.raises(DataError, match="another testgen"):
        Journal(tmp_path / "events.jsonl")
    journal.close()
    Journal(tmp_path / "events.jsonl").close()


def test_a_damaged_line_in_the_middle_is_an_error(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\n{"a"\n{"a":2}\n')
    with pytest.raises(DataError, match="line 2"):
        list(read_journal(path))


def test_what_was_paid_for_is_found_again(tmp_path: Path):
    with Workspace(tmp_path) as first:
        assert first.answer("run", "k") is None
        first.keep_answer("run", "k", {"verdict": "OK"})
        first.keep_result("p", "key", {"kept": True})
    with Workspace(tmp_path) as second:
        assert {"verdict": "OK"} == second.answer("run", "k")
        assert second.answer("reply", "k") is None
        assert {"kept": True} == second.result("p", "key")
        assert second.result("p", "other") is None
        assert (1, 0) == (second.found, second.bought)


def test_the_results_of_the_last_start_are_those_that_count(tmp_path: Path):
    with Workspace(tmp_path) as space:
        for key, value in (("k1", 1), ("k2", 2), ("k1", 1)):
            space.note({"type": "start", "keys": {"p": key, "q": "none"}}, again=True)
            space.keep_result("p", key, {"value": value})
    start, results = read_results(tmp_path)
    assert ({"p": "k1", "q": "none"}, [{"value": 1}]) == (start["keys"], results)


def test_an_event_is_written_once(tmp_path: Path):
    for _ in range(2):
        with Workspace(tmp_path) as space:
            space.note({"type": "stage", "stage": "vote"})
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert ["vote"] == [json.loads(line)["stage"] for line in lines]


def test_a_folder_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / "events.jsonl").write_text('{"schema_version":0,"type":"start"}\n')
    with pytest.raises(DataError, match="version 0"):
        Workspace(tmp_path)
