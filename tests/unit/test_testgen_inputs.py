import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testgen.inputs.bounds import bounds_of, hit
from testgen.inputs.neighbours import neighbours
from testgen.inputs.outputs import changed, hopeless, misshapen, same_but_for_layout
from testgen.inputs.spoiling import Flaw, spoilt
from testgen.judging.kinds import cues
from testgen.pipeline.bench import ProvenCase
from testgen.pipeline.cases import by_turns, distinct
from testgen.pipeline.references import normalised_source
from testgen.pipeline.selection import select
from testgen.reading.files import LARGEST_BYTES, STATEMENT_BYTES
from testgen.reading.problems import read_problems
from testgen.settings import settings_for
from testgen.values import Case, Program
from tests.testgen.sample_problem import write_problem

SIZES = (16, 64)
numbers = st.lists(st.lists(st.integers(-99, 99), min_size=1, max_size=4), min_size=1, max_size=4)


def text(lines: list[list[int]]) -> bytes:
    return "".join(" ".join(map(str, line)) + "\n" for line in lines).encode()


def case(data: bytes, index: int = 0, role: str = "random", generator: str = "g") -> Case:
    return Case(data, generator, 1, index, role)


@given(numbers)
def test_a_spoilt_input_is_never_one_of_the_same_form(lines: list[list[int]]):
    """The form: rows of integers below 100, as many of them as at first."""
    form = [len(line) for line in lines]
    found = spoilt(text(lines))
    surely = [data for flaw in (Flaw.GARBAGE, Flaw.BOUNDS, Flaw.LINES) for data in found[flaw]]
    assert len(surely) >= 10
    for data in surely:
        rows = data.decode(errors="replace").split("\n")[:-1]
        fits = [len(row.split()) for row in rows] == form and all(
            word.lstrip("-").isdecimal() and abs(int(word)) < 100
            for row in rows
            for word in row.split()
        )
        assert not fits or not data.endswith(b"\n"), data


def test_what_is_wrong_with_an_input_is_what_it_is_called():
    found = spoilt(b"2\n5 7\n", frozenset({1, 9}))
    assert {b"10\n5 7\n", b"2\n0 7\n"} <= set(found[Flaw.EDGES])
    assert {b"3\n5 7\n", b"1\n5 7\n", b"2\n5 7 7\n", b"2\n5\n"} <= set(found[Flaw.COUNTS])
    assert {b"2\n", b"5 7\n", b"2\n5 7\n5 7\n"} <= set(found[Flaw.LINES])
    assert {b"2\n5  7\n", b"2\n5 7", b" 2\n5 7\n", b"2\r\n5 7\r\n"} <= set(found[Flaw.BLANKS])
    assert [] == spoilt(b"2\n5 7\n")[Flaw.EDGES]


@given(st.binary(max_size=200))
def test_whatever_is_spoilt_nothing_fails(data: bytes):
    assert all(data not in some for some in spoilt(data, frozenset({1, 9})).values())
    spoiled = [*changed(data), *misshapen(data)]
    assert all(one.split() != data.split() for one in spoiled)
    assert hopeless(data)
    assert {tuple(data.split())} == {tuple(one.split()) for one in same_but_for_layout(data)}
    neighbours([case(data)], 5, 512, "seed")


@given(numbers, st.integers(0, 5))
def test_neighbours_are_new_and_follow_from_the_seed(lines: list[list[int]], seed: int):
    cases = [case(text(lines)), case(b"5\n", 1)]
    found = neighbours(cases, 8, 512, seed)
    assert found == neighbours(cases, 8, 512, seed)
    inputs = [one.stdin for one in found]
    assert len(set(inputs)) == len(inputs) <= 8
    assert not {one.stdin for one in cases} & set(inputs)


@pytest.mark.parametrize(("statement", "bounds"), [
    ("n (1 <= n <= 2000), each between -10^9 and 10^9", {1, 2000, -(10**9), 10**9}),
    (r"$1 \le m \le 2 \cdot 10^5$; 0 ≤ k ≤ 10^{18}.", {1, 200_000, 0, 10**18}),
    ("two integers (|a| ≤ 10⁹, 1 ≤ b ≤ 20 000)", {10**9, -(10**9), 1, 20_000}),
    ("at most 100,000 words, up to 3*10^5 letters", {100_000, 300_000}),
    ("Print 3 numbers. 1 < 2.", set()),
    ("1 <= n <= 10^999999999", {1}),
])  # fmt: skip
def test_bounds_are_read_as_people_write_them(statement: str, bounds: set[int]):
    assert bounds - {1} <= bounds_of(statement) | {1} <= bounds | {1, 10}


# What is read in a moment holds anything quadratic up for minutes: far beyond the limit.
@pytest.mark.timeout(30)
@pytest.mark.parametrize("part", [
    "order ", "several ways ", "multiple a ", "print any order ", "1", "1,", " ", "- ", "1 < ", "1 <= a ",
    "10", "10 ", "10^", "3 x 10 ", "up to ", "between ", "|", "|a", "1 000 ", "\u2074",
    "error ", "error 0.01 ", "10^-6 ", "0.0",
])  # fmt: skip
def test_no_statement_is_slow_to_read(part: str):
    statement = part * (STATEMENT_BYTES // len(part))
    assert not cues(statement).several_answers
    assert len(bounds_of(statement)) <= 1


@pytest.mark.timeout(30)
@pytest.mark.parametrize("part", ["/*", "/* ", "//", "#", "*/", "'", "a "])
def test_no_source_is_slow_to_compare(part: str):
    source = part * (LARGEST_BYTES // 32)
    copies = [Program(name, "cpp", source + end) for name, end in (("a", ""), ("b", "\n"))]
    assert 1 == len({normalised_source(one) for one in copies})


def test_a_statement_may_not_have_any_size(tmp_path: Path):
    name = "problem_statement/problem.en.md"
    write_problem(tmp_path / "set" / "longest", {name: "a" * STATEMENT_BYTES})
    write_problem(tmp_path / "set" / "longer", {name: "a" * (STATEMENT_BYTES + 1)})
    rows = [{"id": "ok", "statement": "é" * (STATEMENT_BYTES // 2)},
            {"id": "no", "statement": "é" * (STATEMENT_BYTES // 2 + 1)}]  # fmt: skip
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for path, kept in ((tmp_path / "set", "longest"), (tmp_path / "rows.jsonl", "ok")):
        found = read_problems(path)
        assert [kept] == [one.pid for one in found.problems]
        assert "256 KiB" in found.unreadable[0]


def test_a_bound_is_met_by_a_number_or_by_a_length():
    bounds = frozenset({7, 3, 5, 10**9})
    assert frozenset({7, 3}) == hit(bounds, [b"1\n7 1 1\n"])
    assert frozenset({5}) == hit(bounds, [b"abcde\n"])
    assert frozenset() == hit(bounds, [b"", b"\xff\x00"])


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=40), st.integers(1, 5)
)
def test_of_each_kind_so_many_distinct_cases_are_kept(made: list[tuple[str, int]], most: int):
    cases = [case(b"%d\n" % n, i, generator=name) for i, (name, n) in enumerate(made)]
    kept = distinct(cases, SIZES, each_bucket=most)
    assert len({one.tid for one in kept}) == len(kept)
    assert all(sum(one.generator == name for one in kept) <= most for name in "abc")
    assert sorted(by_turns(kept, SIZES), key=lambda one: one.index) == kept
    first = by_turns(kept, SIZES)[: len({one.generator for one in kept})]
    assert len({one.generator for one in first}) == len(first)


def proven(data: bytes, role: str = "random") -> ProvenCase:
    return ProvenCase(case(data, role=role), b"", 10, 10, 10, 0)


@given(
    st.lists(st.sampled_from([b"1\n", b"22 3\n", b"4 5 6\n"]), min_size=1, max_size=30),
    st.dictionaries(
        st.text("xyz", min_size=1, max_size=3), st.sets(st.integers(0, 29)), max_size=6
    ),
)
def test_the_core_rejects_whatever_all_tests_reject(
    inputs: list[bytes], found: dict[str, set[int]]
):
    tests = [proven(data) for data in inputs]
    kills = {name: frozenset(n for n in some if n < len(tests)) for name, some in found.items()}
    settings = settings_for("full", {"core_spare": 2, "core_least": 3})
    tiers = select(tests, kills, frozenset({22}), settings)
    assert sorted([*tiers.core, *tiers.audit]) == list(range(len(tests)))
    for some in kills.values():
        assert len(some & set(tiers.core)) >= min(2, len(some))
    assert len(tiers.core) >= min(3, len(tests))
    if b"22 3\n" in inputs:
        assert b"22 3\n" in [tests[number].case.stdin for number in tiers.core]


def test_the_core_has_every_role_and_the_largest_test():
    tests = [proven(b"1\n", "tiny"), proven(b"1 2\n", "random"), proven(b"1" * 99, "maximal")] * 5
    tiers = select(tests, {}, frozenset(), settings_for("full", {"core_least": 1}))
    assert {"tiny", "random", "maximal"} == {tests[number].case.role for number in tiers.core}
    assert 3 == len(tiers.core)


def test_without_minimising_all_tests_are_core():
    tiers = select([proven(b"1\n")] * 3, {}, frozenset(), settings_for("kimi", {}))
    assert ((0, 1, 2), ()) == (tiers.core, tiers.audit)


@pytest.mark.parametrize(("one", "other", "same"), [
    ("print(1) # a\n", "\nprint( 1 )\n", True),
    ("if x:\n    y()\nz()\n", "if x:\n    y()\n    z()\n", False),
    ("print(1)", "print(2)", False),
])  # fmt: skip
def test_copies_of_a_source_are_known_by_what_is_not_layout(one: str, other: str, same: bool):
    sources = {normalised_source(Program("p", "python", code)) for code in (one, other)}
    assert same == (len(sources) == 1)


def test_comments_of_cpp_are_no_difference():
    codes = ("int main() { return 0; } // x\n", "/* y\n */ int main()\n{\nreturn 0;}")
    assert 1 == len({normalised_source(Program("p", "cpp", code)) for code in codes})
