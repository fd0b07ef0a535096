"""The capacity model: held to what is known of such queues, and to what must be so of any."""

import json
import math
import random
import statistics
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.capacity import (
    Load,
    ServiceTimes,
    Unreachable,
    demands,
    lognormal,
    plan,
    read_times,
    services,
    simulate,
)
from sandbox.capacity.demands import REDIS_CONNECTIONS, REDIS_MEMORY_BYTES
from sandbox.capacity.plan import MOST_BUSY, MOST_WORKERS
from sandbox.capacity.times import TimesError
from sandbox.capacity.waiting import Traffic, make_traffic
from sandbox.cli.main import run_command_line

REDIS_CONF = Path(__file__).parents[2] / "deploy" / "k8s" / "base" / "redis" / "redis.conf"
# By its quantiles.
EXPONENTIAL = ServiceTimes(tuple(-math.log1p(-(i + 0.5) / 20_000) for i in range(20_000)))

durations = st.floats(0, 30)


def erlang_c(slots: int, load: float) -> float:
    """The share of arrivals that must wait, where all is by chance (M/M/c)."""
    blocked = 1.0
    for count in range(1, slots + 1):  # Erlang B, by its recursion
        blocked = load * blocked / (count + load * blocked)
    return slots * blocked / (slots - load * (1 - blocked))


@pytest.mark.parametrize(("slots", "busy"), [(1, 0.7), (4, 0.8), (16, 0.9), (64, 0.9)])
def test_waits_are_those_of_erlangs_formula(slots: int, busy: float):
    rate, seeds = slots * busy, range(5)  # one alone may be 15 % off: long waits come together
    waits = [simulate(make_traffic(rate, EXPONENTIAL, 300_000, seed), slots) for seed in seeds]
    delayed, leaving = erlang_c(slots, rate), slots - rate
    mean_s = statistics.mean(one.mean_s for one in waits)
    p99_s = statistics.mean(one.wait(0.99) for one in waits)
    assert mean_s == pytest.approx(delayed / leaving, rel=0.1)
    assert p99_s == pytest.approx(math.log(delayed / 0.01) / leaving, rel=0.1)


@pytest.mark.parametrize("variation", [0.0, 1.0, 2.0])
def test_the_mean_wait_at_one_slot_is_that_of_pollaczek_and_khinchine(variation: float):
    times, busy = lognormal(1.0, variation), 0.6
    spread = math.fsum(s * s for s in times.seconds) / len(times.seconds) - 1
    waits = simulate(make_traffic(busy, times, 800_000, seed=3), 1)
    assert waits.mean_s == pytest.approx(busy / (1 - busy) * (1 + spread) / 2, rel=0.1)


@given(
    st.lists(st.tuples(st.floats(0, 10), durations), min_size=1, max_size=60),
    st.lists(durations, max_size=12),
    st.integers(1, 8),
    st.integers(1, 5),
)
def test_for_the_same_traffic_another_slot_makes_nobody_wait_longer(
    runs: list[tuple[float, float]], under_way: list[float], slots: int, more: int
):
    gaps, times = zip(*runs, strict=True)
    traffic = Traffic([sum(gaps[: n + 1]) for n in range(len(gaps))], times, under_way)
    few, many = simulate(traffic, slots), simulate(traffic, slots + more)
    for fewer, greater in zip(few.waits_s, many.waits_s, strict=True):
        assert 0 <= greater <= fewer + 1e-6


@given(
    st.floats(0.5, 50), st.floats(0.05, 2), st.floats(0, 2), st.integers(1, 16), st.integers(0, 99)
)
@settings(max_examples=15, deadline=None)
def test_a_plan_is_enough_and_one_worker_less_is_not(
    rate: float, mean_s: float, variation: float, slots: int, seed: int
):
    times = lognormal(mean_s, variation)
    within_s = times.quantile(0.99) * 1.1
    found = plan(rate, times, within_s, slots, seed=seed)
    assert found.waits.answer(0.99) <= within_s
    assert found.busy <= MOST_BUSY
    fewer = (found.workers - 1) * slots
    if rate * mean_s <= fewer * MOST_BUSY:
        worse = simulate(make_traffic(rate, times, 100_000, seed), fewer)
        assert worse.answer(0.99) > within_s


def test_more_load_and_less_time_take_more_workers():
    times = lognormal(0.5, 1.0)
    workers = [plan(rate, times, 4.0, 4).workers for rate in (5, 50, 500)]
    assert workers == sorted({*workers})
    assert plan(50, times, 2.6, 4).workers >= plan(50, times, 20.0, 4).workers


def test_thousands_of_workers_are_planned_too():
    found = plan(60_000, lognormal(1.0, 1.0), 10.0, 8)
    assert 60_000 / 8 / MOST_BUSY <= found.workers <= MOST_WORKERS


@pytest.mark.parametrize(
    ("rate", "p99_s", "complaint"),
    [(10.0, 1.0, "by itself"), (1e6, 10.0, "more than 10000")],
)
def test_what_cannot_be_is_said(rate: float, p99_s: float, complaint: str):
    with pytest.raises(Unreachable, match=complaint):
        plan(rate, lognormal(1.0, 1.0), p99_s, 8)


def test_times_that_vary_have_the_mean_that_was_asked_for():
    for variation in (0.0, 0.5, 3.0):
        assert lognormal(0.2, variation).mean_s == pytest.approx(0.2)
    assert lognormal(1.0, 3.0).quantile(0.99) > lognormal(1.0, 0.5).quantile(0.99)


def test_runs_that_are_found_under_way_are_more_often_long_ones():
    left = ServiceTimes((1.0, 9.0)).left(20_000, random.Random(1))
    # Half of what is found on the average: 0.1 * 1 + 0.9 * 9.
    assert sum(left) / len(left) == pytest.approx(4.1, rel=0.05)


# What else it takes.


def load(rate: float = 100.0, workers: int = 20, apis: int = 2, result_kb: float = 8) -> Load:
    return Load(rate, workers, 8, rate * 0.5, 0.6, 8192, result_kb * 1024, apis)


def shares(of: Load) -> dict[str, float]:
    return {one.name: one.share for one in demands(of)}


@given(
    st.floats(1, 1e5),
    st.integers(1, 10_000),
    st.integers(1, 50),
    st.floats(0, 1e4),
    st.floats(1, 3),
)
def test_more_of_anything_uses_no_less(
    rate: float, workers: int, apis: int, result_kb: float, factor: float
):
    before = shares(load(rate, workers, apis, result_kb))
    more_workers = shares(load(rate, math.ceil(workers * factor), apis, result_kb))
    larger = shares(load(rate, workers, apis, result_kb * factor))
    for name, share in before.items():
        assert more_workers[name] >= share * (1 - 1e-9)
        assert larger[name] >= share * (1 - 1e-9)


def test_what_is_used_up_first_comes_first():
    found = [one.share for one in demands(load())]
    assert found == sorted(found, reverse=True)
    assert demands(load(rate=500, result_kb=4000))[0].name == "Redis: its disk"
    assert demands(load(rate=2000, apis=20))[0].name.startswith("Redis: ")


def test_a_load_that_is_too_large_for_one_redis_is_split():
    assert services(load()) == 1
    count = services(load(rate=50_000, workers=6_000, apis=80))
    assert count > 5
    assert services(load(rate=50_000 / count, workers=6_000 // count, apis=80 // count)) == 1


def test_even_an_absurd_load_is_split():
    assert services(load(result_kb=1e15)) > 1e6


def test_redis_has_what_the_manifests_give_it():
    text = REDIS_CONF.read_text()
    lines = dict(line.split(" ", 1) for line in text.splitlines() if line[:1] != "#")
    assert int(lines["maxclients"]) == REDIS_CONNECTIONS
    assert int(lines["maxmemory"].removesuffix("gb")) << 30 == REDIS_MEMORY_BYTES


# The command.


def test_measured_times_are_read(tmp_path: Path):
    file = tmp_path / "times"
    file.write_text("0.5\n1.5\n")
    assert read_times(file).mean_s == 1.0


@pytest.mark.parametrize("text", ["", "0\n0\n", "1\nx\n", "nan", "inf", "-1"])
def test_what_is_no_time_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "times"
    file.write_text(text)
    with pytest.raises(TimesError, match=str(file)):
        read_times(file)


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    file = tmp_path / "times"
    file.write_text("\n".join(["0.5"] * 99 + ["3"]))
    words = ["capacity", "--rollouts-per-s", "100", "--p99", "5", "--times", str(file)]
    assert run_command_line([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["workers"] * 8 == found["slots"] >= 100 * 0.525 / MOST_BUSY
    assert found["answer_p99_s"] <= 5
    assert found["services"] == 1
    assert run_command_line(words) == 0
    said = capsys.readouterr().out
    assert f"{found['workers']} workers of 8 slots" in said
    assert "What breaks first is" in said


@pytest.mark.parametrize(
    "option", ["--p99", "--rollouts-per-s", "--mean", "--overhead", "--request-kb", "--result-kb"]
)
@pytest.mark.parametrize("value", ["inf", "nan", "-1"])
def test_what_is_no_number_is_refused(capsys: pytest.CaptureFixture[str], option: str, value: str):
    words = ["capacity", "--rollouts-per-s", "1", "--p99", "5", f"{option}={value}"]
    assert run_command_line(words) == 2
    assert f"Invalid value for '{option}'" in capsys.readouterr().err


def test_times_vary_as_much_as_the_command_may_be_asked(capsys: pytest.CaptureFixture[str]):
    for variation in (0.5, 1.0, 3.0):
        times = lognormal(0.2, variation)
        seen = statistics.pstdev(times.seconds) / times.mean_s
        assert seen == pytest.approx(variation, rel=0.1)
    words = ["capacity", "--rollouts-per-s", "1", "--p99", "5", "--variation", "4"]
    assert run_command_line(words) == 2
    assert "Invalid value for '--variation'" in capsys.readouterr().err


def test_the_command_says_what_cannot_be(capsys: pytest.CaptureFixture[str]):
    assert run_command_line(["capacity", "--rollouts-per-s", "1", "--p99", "0.1"]) == 2
    assert "no number of workers helps" in capsys.readouterr().err
