"""Estimates of how long runs take."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.jobs import Job, JobTest, LimitChanges
from sandbox.queue.estimate import Estimates, Kind


def job(tests: int = 0, cpu_time_s: float | None = None) -> Job:
    cases = tuple(JobTest(str(number), b"", b"") for number in range(tests))
    limits = LimitChanges(cpu_time_s=cpu_time_s)
    return Job("r_1", "python", None, b"", tests=cases, limits=limits)


def test_what_is_alike_is_one_kind():
    assert Kind.of(job(tests=100)) == Kind.of(job(tests=120))
    assert Kind.of(job(tests=1)) != Kind.of(job(tests=1000))
    assert Kind.of(job(cpu_time_s=1)) != Kind.of(job(cpu_time_s=60))


def test_an_unknown_kind_with_more_tests_is_guessed_to_take_longer():
    estimates = Estimates()
    few, many = (estimates.seconds(Kind.of(job(tests=number))) for number in (1, 500))
    assert 0 < few < many


@given(st.lists(st.floats(min_value=0.001, max_value=1000), min_size=1))
def test_an_estimate_lies_between_what_was_seen(seen: list[float]):
    estimates, kind = Estimates(), Kind.of(job())
    for seconds in seen:
        estimates.learn(kind, seconds)
    assert min(seen) * 0.999 <= estimates.seconds(kind) <= max(seen) * 1.001


def test_an_estimate_comes_close_to_what_is_so_now():
    estimates, kind = Estimates(), Kind.of(job())
    for seconds in [0.1] * 100 + [5.0] * 100:
        estimates.learn(kind, seconds)
    assert abs(estimates.seconds(kind) - 5.0) < 0.1


def test_kinds_without_end_are_forgotten_again():
    estimates = Estimates()
    for number in range(10_000):
        estimates.learn(Kind(f"language-{number}", 1, 1), 1.0)
    assert len(estimates._means_s) <= 4096
