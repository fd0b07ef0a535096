"""Points and groups: the rules as tables, and what must hold for all of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.scoring import (
    Course,
    Group,
    GroupKind,
    Score,
    Scored,
    check_groups,
    score_all,
    score_groups,
)

TESTS = [Scored("1", 10, "a"), Scored("2", 30, "a"), Scored("3", 5), Scored("4", 60, "b")]
A, B = Group("a"), Group("b", depends_on=("a",))


def points(group: Group, **shares: float) -> Score:
    named = {name.removeprefix("t"): share for name, share in shares.items()}
    return score_groups([group], TESTS, named)[group.id]


@pytest.mark.parametrize(
    ("kind", "shares", "gained"),
    [
        ("all_of", (1, 1), 40),
        ("all_of", (1, 0.99), 0),
        ("min", (1, 0.5), 20),
        ("min", (0, 1), 0),
        ("sum", (1, 0), 10),
        ("sum", (0, 0.5), 15),
    ],
)
def test_each_kind_of_group(kind: GroupKind, shares: tuple[float, float], gained: float):
    score = points(Group("a", kind), t1=shares[0], t2=shares[1])
    assert (score.points, score.max_points) == (gained, 40)
    assert score.solved == (gained == 40)


def test_a_groups_own_points_replace_those_of_its_tests():
    assert points(Group("a", "sum", points=100), t1=1, t2=0) == Score(25, 100, False)


def test_a_group_whose_dependency_is_not_whole_gains_nothing():
    assert score_groups([A, B], TESTS, {"1": 1, "2": 0, "4": 1})["b"] == Score(0, 60, False)
    assert score_groups([A, B], TESTS, {"1": 1, "2": 1, "4": 1})["b"] == Score(60, 60, True)


def test_a_group_of_no_points_can_still_be_a_condition():
    samples = Group("a", points=0)
    scores = score_groups([samples, B], TESTS, {"1": 0, "2": 1, "4": 1})
    assert not scores["a"].solved
    assert scores["b"].points == 0


def test_the_whole_is_all_groups_and_the_tests_of_none():
    shares = {"1": 1.0, "2": 1.0, "3": 0.5, "4": 0.0}
    groups = score_groups([A, B], TESTS, shares)
    assert score_all(groups, TESTS, shares) == Score(42.5, 105, False)


@pytest.mark.parametrize(
    ("groups", "tests", "word"),
    [
        ([A, A], TESTS[:1], "two groups"),
        ([B, A], TESTS, "come before"),
        ([A], TESTS, "'b', which is missing"),
        ([Group("b"), Group("a")], TESTS, "must come before those"),
        ([A, Group("c")], TESTS[:1], "has no test"),
    ],
)
def test_groups_that_cannot_be_judged_in_order_are_refused(
    groups: list[Group], tests: list[Scored], word: str
):
    with pytest.raises(ValueError, match=word):
        check_groups(groups, tests)


# --- the order of judging -------------------------------------------------------------------------

shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
kinds: st.SearchStrategy[GroupKind] = st.sampled_from(["all_of", "sum", "min"])


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Group], list[Scored], dict[str, float]]:
    groups: list[Group] = []
    tests: list[Scored] = []
    for index in range(draw(st.integers(0, 4))):
        before = [group.id for group in groups]
        needs = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        stops = draw(st.sampled_from([None, False]))
        groups.append(
            Group(f"g{index}", draw(kinds), depends_on=tuple(needs), stop_on_first_failure=stops)
        )
        for _ in range(draw(st.integers(1, 3))):
            worth = draw(st.sampled_from([0.0, 1.0, 10.0]))
            tests.append(Scored(str(len(tests)), worth, f"g{index}"))
    for _ in range(draw(st.integers(0, 2))):
        tests.append(Scored(str(len(tests))))
    return groups, tests, {test.id: draw(shares) for test in tests}


@given(problems())
def test_what_is_skipped_by_itself_never_changes_a_score(problem):
    groups, tests, all_shares = problem
    check_groups(groups, tests)
    course = Course(groups, tests, stop_on_first_failure=False)
    seen = {}
    for test in tests:
        if not course.skips(test):
            seen[test.id] = all_shares[test.id]
            course.record(test, seen[test.id])
    expected = score_groups(groups, tests, all_shares)
    assert score_groups(groups, tests, seen) == expected
    assert score_all(expected, tests, seen) == score_all(expected, tests, all_shares)


@given(problems())
def test_a_score_is_between_nothing_and_everything(problem):
    groups, tests, all_shares = problem
    scores = score_groups(groups, tests, all_shares)
    for score in [*scores.values(), score_all(scores, tests, all_shares)]:
        assert 0 <= score.points <= score.max_points * (1 + 1e-12)
        assert not score.solved or math.isclose(score.points, score.max_points)


@given(problems(), st.data())
def test_doing_better_never_costs_points(problem, data):
    groups, tests, all_shares = problem
    if not tests:
        return
    better = {**all_shares, data.draw(st.sampled_from(tests)).id: 1.0}
    before = score_all(score_groups(groups, tests, all_shares), tests, all_shares)
    after = score_all(score_groups(groups, tests, better), tests, better)
    assert after.points >= before.points - 1e-9


def test_a_sum_stops_only_if_that_is_asked_for():
    for stops, skipped in ((None, False), (True, True)):
        course = Course(
            [Group("a", "sum", stop_on_first_failure=stops)], TESTS, stop_on_first_failure=False
        )
        course.record(TESTS[0], 0.0)
        assert course.skips(TESTS[1]) == skipped
        assert not course.skips(TESTS[2])


def test_the_first_failure_can_end_everything():
    course = Course([A, B], TESTS, stop_on_first_failure=True)
    course.record(TESTS[0], 1.0)
    assert not course.skips(TESTS[2])
    course.record(TESTS[2], 0.5)
    assert all(course.skips(test) for test in TESTS)
