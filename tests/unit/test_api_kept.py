"""Which results are kept: bounds for all callers together, and no caller pushes out another's."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.callers import Caller
from sandbox.api.kept import Bounds, Kept, mark_of
from sandbox.api.runs import new_run_id

CALLERS = [Caller("a"), Caller("b"), Caller("c")]
ENDS = st.lists(st.tuples(st.sampled_from(CALLERS), st.integers(0, 20)), max_size=60)


def keep(bounds: Bounds, ends: list[tuple[Caller, int]]) -> dict[str, int]:
    """What is left of runs that ended one a second: their sizes by their ids, in that order."""
    kept, left = Kept(bounds), {}
    for now_s, (caller, size_bytes) in enumerate(ends):
        run_id = new_run_id() + caller.mark
        left[run_id] = size_bytes
        kept.add(run_id, size_bytes, now_s)
        while (gone := kept.pop_surplus(now_s)) is not None:
            del left[gone]
    return left


def test_the_mark_is_what_the_callers_have() -> None:
    for caller in (*CALLERS, Caller("")):
        assert mark_of(new_run_id() + caller.mark) == caller.mark


@given(ENDS, st.integers(1, 20), st.integers(0, 200), st.integers(1, 60))
def test_the_bounds_hold(
    ends: list[tuple[Caller, int]], runs: int, size_bytes: int, age_s: int
) -> None:
    left = keep(Bounds(runs, size_bytes, age_s), ends)
    assert len(left) <= min(runs, age_s + 1)
    assert sum(left.values()) <= size_bytes


@given(ENDS, st.integers(3, 20), st.integers(0, 200))
def test_a_caller_within_its_share_loses_nothing_to_others(
    ends: list[tuple[Caller, int]], runs: int, size_bytes: int
) -> None:
    left = Counter(mark_of(run_id) for run_id in keep(Bounds(runs, size_bytes, 1000), ends))
    for caller in CALLERS:
        own = [size for whose, size in ends if whose == caller]
        if len(own) <= runs / 3 and sum(own) <= size_bytes / 3:
            assert left[caller.mark] == len(own)


@given(ENDS, st.integers(1, 20))
def test_a_caller_alone_has_all_and_loses_its_oldest(
    ends: list[tuple[Caller, int]], runs: int
) -> None:
    ends = [(CALLERS[0], size_bytes) for _, size_bytes in ends]
    left = keep(Bounds(runs, 10_000, 1000), ends)
    assert [*left.values()] == [size_bytes for _, size_bytes in ends[-runs:]]
