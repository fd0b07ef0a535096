import math
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.checkers import CheckerSpec, compare
from testgen.hashing import sha256
from testgen.judging.clusters import clusters
from testgen.judging.kinds import choose_level, cues, ladder, looks_special
from testgen.judging.votes import Vote, needed, vote
from testgen.outputs import Large, bytes_of
from testgen.reporting.intervals import Share

TOKENS = CheckerSpec()
outputs = st.lists(st.none() | st.sampled_from([b"1\n", b"1 ", b"2", b"3\n", b""]), max_size=12)


@given(outputs)
def test_every_voter_is_in_one_cluster_with_those_who_say_the_same(printed: list[bytes | None]):
    found = clusters(printed, TOKENS)
    members = [number for cluster in found for number in cluster.members]
    assert sorted(members) == [n for n, one in enumerate(printed) if one is not None]
    said = [{(printed[n] or b"").split()[0:1] == [] or (printed[n] or b"").split()[0] for n in one.members}
            for one in found]  # fmt: skip
    assert all(len(one) == 1 for one in said)
    assert len({str(one) for one in said}) == len(found)
    sizes = [len(cluster.members) for cluster in found]
    assert sizes == sorted(sizes, reverse=True)


LAYOUTS = [b"1 2\n", b"1 2 \r\n", b"1  2", b" 1 2\n", b"1\n2", b"1\n\n2\n"]


@given(
    st.lists(st.sampled_from(LAYOUTS), max_size=8),
    st.sampled_from([CheckerSpec("exact"), CheckerSpec("lines"), CheckerSpec("tokens")]),
)
def test_two_are_in_one_cluster_just_if_they_compare_equal(printed: list[bytes], spec: CheckerSpec):
    for one in clusters(printed, spec):
        for n, m in product(range(len(printed)), one.members):
            assert compare(spec, printed[m], printed[n]).accepted == (n in one.members)


@given(
    st.lists(st.sampled_from([b"1.0", b"1.1", b"1.10", b"1.2 ", b"1.2"]) | st.none(), max_size=9),
    st.lists(st.booleans(), min_size=9, max_size=9),
    st.sampled_from([CheckerSpec("tokens"), CheckerSpec("floats", abs_tol=0.11)]),
)
def test_where_an_output_lies_is_no_matter(
    printed: list[bytes | None], large: list[bool], spec: CheckerSpec
):
    disk = {sha256(one): one for one in printed if one is not None}
    some = [
        Large(sha256(one), len(one), disk.__getitem__) if far and one is not None else one
        for one, far in zip(printed, large, strict=False)
    ]
    found, wanted = clusters(some, spec), clusters(printed, spec)
    assert [one.members for one in wanted] == [one.members for one in found]
    assert [one.answer for one in wanted] == [bytes_of(one.answer) for one in found]


def test_large_outputs_that_are_equal_are_read_once():
    reads = []

    def read(sha: str) -> bytes:
        reads.append(sha)
        return b"1\n"

    same = [Large("a", 2, read) for _ in range(20)]
    assert 20 == vote([*same, None], TOKENS).agree
    assert ["a"] == reads


def test_the_answer_among_floats_is_the_middle_one_with_most_digits():
    spec = CheckerSpec("floats", abs_tol=0.11, rel_tol=0)
    for printed in permutations([b"1.0", b"1.1", b"1.10", b"1.2"]):
        best = clusters(list(printed), spec)[0]
        assert b"1.10" == best.answer


@pytest.mark.parametrize(("share", "drawn", "number"), [(0.7, 10, 7), (0.7, 7, 5), (0.9, 10, 9),
                                                        (0.7, 1, 1), (1.0, 3, 3), (0.7, 5, 4)])  # fmt: skip
def test_of_fewer_references_the_share_is_rounded_up(share: float, drawn: int, number: int):
    assert number == needed(share, drawn)


@given(st.floats(0.01, 1), st.integers(1, 100))
def test_what_is_needed_is_the_least_number_with_the_share(share: float, drawn: int):
    number = needed(share, drawn)
    assert number >= share * drawn - 1e-6
    assert number - 1 < share * drawn


def test_only_runs_that_ended_normally_vote_and_the_others_still_count():
    found = vote([b"1"] * 6 + [b"2"] + [None] * 3, TOKENS)
    assert (10, 7, 6, 1) == (found.drawn, found.ok, found.agree, found.second)
    assert not found.valid(0.7)
    assert vote([b"1"] * 7 + [None] * 3, TOKENS).valid(0.7)
    assert not vote([None] * 3, TOKENS).valid(0.01)


def steps_for(statement: str, *outputs: bytes) -> list[CheckerSpec]:
    tolerances = (1e-9, 1e-6, 1e-4)
    return ladder(TOKENS, cues(statement), outputs, tolerances=tolerances, untold_tolerance=1e-6)


@pytest.mark.parametrize(("statement", "error"), [
    ("with an absolute or relative error of at most $10^{-6}$", 1e-6),
    ("Answers within a tolerance of 1e-5 are accepted.", 1e-5),
    ("must not differ by more than 0.001", 1e-3), ("a relative error of 10⁻⁴", 1e-4),
    ("An error of 10^-9, or 10 ** -4, is allowed.", 1e-4),
    ("10^-6 is small.", None), ("The coins differ by 0.01. " + "x" * 200 + " 1e-6", 0.01),
    ("no error at all", None), ("up to 10^6 errors", None),
])  # fmt: skip
def test_the_error_that_a_statement_allows_is_read(statement: str, error: float | None):
    assert error == cues(statement).tolerance


@pytest.mark.parametrize(("statement", "errors"), [
    ("Print the price.", []), ("Print a real number.", [1e-9, 1e-6]),
    ("Print it with two decimals.", [1e-9, 1e-6]),
    ("The error must be at most 10^-5.", [1e-9, 1e-6, 1e-5]),
    ("The error must be at most 0.01.", [1e-9, 1e-6, 1e-4, 1e-2]),
])  # fmt: skip
def test_errors_need_the_statements_word_and_real_outputs(statement: str, errors: list[float]):
    """Once one output with a point in it was enough: prices were right to a hundredth of a cent."""
    steps = steps_for(statement, b"12", b"3 1.25")
    assert errors == [one.abs_tol for one in steps if one.type == "floats"]
    assert not any(one.type == "floats" for one in steps_for(statement, b"12", b"1.2.3", b"v1.0"))


def test_the_strictest_comparison_under_which_all_agree_is_taken():
    steps = steps_for("Print them in any order, with an error of at most 10^-6.", b"1", b"0.5")
    rows = {
        "tokens": [[b"1 2", b"1  2\n"]] * 5,
        "tokens, any case": [[b"yes", b"YES"]] * 5,
        "floats": [[b"0.3333333", b"0.3333334"]] * 5,
        "unordered_lines": [[b"1 2\n3", b"3\n1 2"]] * 5,
        "unordered_tokens": [[b"1 2", b"2 1"]] * 5,
    }
    found = {
        name: choose_level(steps, row, agree_share=0.7, level_share=0.95)
        for name, row in rows.items()
    }
    assert all(level.share == 1 for level in found.values())
    assert [level.spec.type for level in found.values()] == [name.split(",")[0] for name in rows]


def test_no_order_is_ignored_that_the_statement_asks_for():
    steps = steps_for("Print them in ascending order.", b"1")
    level = choose_level(steps, [[b"1 2", b"2 1"]] * 5, agree_share=0.7, level_share=0.95)
    assert (TOKENS, 0) == (level.spec, level.share)


@pytest.mark.parametrize("statement", [
    "If there are several such sequences, print any of them.", "Output any valid order.",
    "There may be multiple solutions; you may print any one.", "Any answer will be accepted.",
])  # fmt: skip
def test_words_for_several_answers_are_found(statement: str):
    assert cues(statement).several_answers


@pytest.mark.parametrize("statement", [
    "Print the numbers in any order.", "Is there any path? Print YES or NO.",
 "For any i, a_i is at most 5.",
    "There are several test cases.", "Print the minimum over any two of the numbers.",
])  # fmt: skip
def test_other_words_are_not(statement: str):
    assert not cues(statement).several_answers


def of(agree: int, second: int, answers: int) -> Vote:
    return Vote(10, 10, agree, second, answers, b"", frozenset())


def test_many_answers_to_small_inputs_mean_that_several_are_right():
    split, united, two_camps = of(4, 3, 4), of(10, 0, 1), of(5, 5, 2)

    def special(votes: list[Vote]) -> bool:
        return looks_special(votes, agree_share=0.7, answers=3, unsettled_share=0.2)

    assert special([split] + [united] * 4)
    assert not special([split] + [united] * 5)
    assert not special([two_camps] * 5)
    assert not special([])


@given(st.integers(0, 300), st.integers(0, 300))
def test_an_interval_holds_the_share_and_lies_between_0_and_1(hits: int, more: int):
    share = Share(hits, hits + more)
    low, high = share.interval
    assert 0 <= low <= (share.value or 0) <= high <= 1
    assert share.value is not None or hits + more == 0


def test_wilsons_interval_is_that_of_the_textbook():
    low, high = Share(60, 60).interval
    assert math.isclose(low, 0.9398, abs_tol=1e-4)
    assert high == 1
    low, high = Share(5, 10).interval
    assert math.isclose(low, 0.2366, abs_tol=1e-4)
    assert math.isclose(high, 0.7634, abs_tol=1e-4)
