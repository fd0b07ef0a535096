"""Files of benchmarks: damaged, endless and odd ones are named; writing is whole or not at all."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.evals import files
from sandbox.evals.files import FileUnusable, read_json, read_json_lines, write_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
per_test = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
@given(value=json_values)
@per_test
def test_what_is_written_is_read(tmp_path: Path, name: str, value: Any):
    write_json(tmp_path / name, value)
    assert read_json(tmp_path / name) == value
    assert [path.name for path in tmp_path.iterdir()] == [name]


@given(cut=st.floats(0, 1, exclude_max=True))
@per_test
def test_a_packed_file_that_is_cut_anywhere_is_found_out(tmp_path: Path, cut: float):
    data = gzip.compress(json.dumps({"results": ["x" * 100] * 20}).encode())
    path = tmp_path / "a.json.gz"
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(FileUnusable, match=r"a\.json\.gz"):
        read_json(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b" " * (64 << 20)))
    assert path.stat().st_size < 100_000
    with pytest.raises(FileUnusable, match="more than 1 MiB"):
        read_json(path, max_bytes=1 << 20)
    with pytest.raises(FileUnusable, match="line 1 has more than 1 MiB"):
        list(read_json_lines(path, max_bytes=1 << 20))
    assert files.MAX_FILE_BYTES <= 1 << 30


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, '{"a": ' * 100_000, "1" * 10_000, "\xff", "{} {}"],
    ids=["empty", "open", "deep list", "deep object", "long number", "no UTF-8", "two"],
)
def test_what_is_no_json_is_an_error_that_names_the_file(tmp_path: Path, text: str):
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(FileUnusable, match=r"a\.json"):
        read_json(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(FileUnusable, match="not a regular file"):
        read_json(tmp_path / "a.json")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(FileUnusable, match="nothing"):
        read_json(tmp_path / "nothing.json")


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    link = tmp_path / "a.results.json"
    link.symlink_to(victim)
    write_json(link, {"results": []})
    assert victim.read_text() == "mine"
    assert not link.is_symlink()
    assert read_json(link) == {"results": []}


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "a.json"
    write_json(path, "old")
    with pytest.raises(TypeError):
        write_json(path, {"no": object()})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FileUnusable, match="cannot be written"):
        write_json(tmp_path / "folder.json", 1)
    assert read_json(path) == "old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"a.json", "folder.json"}


def test_lines_are_objects_and_empty_ones_do_not_count(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 2}')
    assert list(read_json_lines(path)) == [{"a": 1}, {"a": 2}]
    path.write_text('{"a": 1}\n[]\n')
    with pytest.raises(FileUnusable, match="line 2 is no JSON object"):
        list(read_json_lines(path))
