"""pass@k: the chance that one of k samples is right, told without bias."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.evals.passk import Tally, mean_pass_at_k, pass_at_k

tallies = st.integers(1, 60).flatmap(
    lambda samples: st.builds(Tally, st.just(samples), st.integers(0, samples))
)


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.data())
def test_it_is_the_share_of_choices_with_a_right_one(counts: tuple[int, int], data: st.DataObject):
    samples, right = counts
    k = data.draw(st.integers(1, samples))
    choices = list(combinations([True] * right + [False] * (samples - right), k))
    expected = Fraction(sum(any(choice) for choice in choices), len(choices))
    assert pass_at_k(Tally(samples, right), k) == pytest.approx(float(expected), abs=1e-12)


@given(tallies, st.data())
def test_it_grows_with_k_and_with_what_is_right(tally: Tally, data: st.DataObject):
    k = data.draw(st.integers(1, tally.samples))
    value = pass_at_k(tally, k)
    assert 0 <= value <= 1
    assert (value == 0) == (tally.right == 0)
    assert pass_at_k(tally, 1) == pytest.approx(tally.right / tally.samples)
    if k < tally.samples:
        assert value <= pass_at_k(tally, k + 1)
    if tally.right < tally.samples:
        assert value <= pass_at_k(Tally(tally.samples, tally.right + 1), k)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_too_few_samples_tell_nothing(k: int):
    with pytest.raises(ValueError, match="3 samples"):
        pass_at_k(Tally(3, 1), k)


def test_many_samples_are_no_trouble():
    assert 0.999 < pass_at_k(Tally(100_000, 200), 5_000) < 1


def test_a_mean_is_told_only_where_every_problem_has_enough_samples():
    some = [Tally(10, 5), Tally(5, 0)]
    assert mean_pass_at_k(some, [1, 5, 10]) == {1: 0.25, 5: pytest.approx(0.498, abs=1e-3)}
    assert mean_pass_at_k([], [1]) == {}
