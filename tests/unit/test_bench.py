"""The bench's arithmetic, order and tables; and that its load generator counts what goes wrong."""

import asyncio
import io
import json
import os
import time
from itertools import islice
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from runtime.limits import MIB
from tests.bench import machine, plot, report, unsandboxed_service
from tests.bench.closed_loop import RunFailed, repeat
from tests.bench.contenders import CONTENDERS, Place, alone, concurrency_levels, select
from tests.bench.figures import (
    Cell,
    Figures,
    Row,
    Sample,
    percentile,
    summarise,
    times_baseline,
)
from tests.bench.idle import IdleSlot
from tests.bench.load import Answer, Exchange, generate, make_request
from tests.bench.machine import Machine
from tests.bench.rounds import Settings, in_turn
from tests.bench.unsandboxed_service import RunRequest
from tests.bench.workloads import QUICK, TESTS, WORKLOADS

VALUES = st.lists(st.floats(0, 1e6), min_size=1)
MACHINE = Machine("6.1", "a CPU", 2, 8.0, "v2", "3.11.9", "crun 1.8.1", 0.5, 0.1)


def figures(runs_per_s: float | None) -> Figures:
    return Figures(runs_per_s, 1.0, 2.0, 3.0, 4.0, 0.5)


def row(contender: str, *runs_per_s: float, group: str = "direct", **changes) -> Row:
    cell = Cell(group, "python", contender, 2)
    return Row(cell, tuple(figures(one) for one in runs_per_s), **changes)


def text_of(rows: list[Row]) -> str:
    output = io.StringIO()
    report.show(Console(file=output, width=120), MACHINE, rows)
    return output.getvalue()


# Percentiles


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)]
)
def test_percentile_is_the_nearest_rank(share: float, expected: int):
    assert expected == percentile(range(100, 0, -1), share)


def test_nothing_has_no_percentile():
    assert percentile([], 0.5) is None


@given(VALUES, st.floats(0, 1), st.floats(0, 1))
def test_percentile_is_one_of_the_values_and_grows_with_the_share(values, one, other):
    low, high = (percentile(values, share) for share in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert {low, high} <= set(values)
    assert low <= high


@given(VALUES, st.floats(0, 1))
def test_at_least_the_share_of_values_is_not_above_the_percentile(values, share):
    limit = percentile(values, share)
    assert limit is not None
    assert sum(value <= limit for value in values) >= share * len(values) * (1 - 1e-9)


# A round


def test_lanes_add_up_and_their_latencies_are_pooled():
    lanes = [
        Sample(elapsed_s=2.0, runs=4, latencies_s=(0.5,) * 4, own_cpu_s=1.0, api_cpu_s=0.01),
        Sample(elapsed_s=1.0, runs=1, latencies_s=(1.0,)),
    ]
    expected = Figures(
        runs_per_s=3.0,
        p50_ms=500.0,
        p95_ms=1000.0,
        p99_ms=1000.0,
        cpu_ms_per_run=400.0,
        driver_cores=0.5,
        api_ms_per_run=2.0,
    )
    assert expected == summarise(lanes, busy_s=2.0)


def test_the_clock_of_a_process_is_its_own():
    before_s, own_s = machine.cpu_s(os.getpid()), time.process_time()
    while time.process_time() < own_s + 0.05:
        pass
    assert machine.cpu_s(os.getpid()) - before_s >= 0.05
    with pytest.raises(OSError, match="Invalid argument"):
        machine.cpu_s(2**22 + 1)  # no process has such an id


def test_a_round_without_a_run_has_no_latency_and_no_cost():
    only_errors = Sample(elapsed_s=1.0, runs=0, latencies_s=(), errors=3)
    assert Figures(0.0, None, None, None, None, 0.0) == summarise([only_errors], busy_s=1.0)


# Rows


def test_a_row_shows_the_median_of_its_rounds():
    assert 20.0 == row("engine", 10.0, 1000.0, 20.0).median.runs_per_s


def test_a_row_without_rounds_has_no_figures():
    assert Figures(None, None, None, None, None, None) == row("docker").median


def test_ratio_compares_rounds_that_followed_each_other():
    # The machine was ten times slower in the last two rounds; the contenders' relation was the same.
    floor, engine = row("fork+exec", 100, 10, 10), row("engine", 50, 5, 5)
    assert 0.5 == times_baseline(engine, [floor, engine], "fork+exec")


def test_ratio_is_missing_without_a_baseline():
    engine = row("engine", 1.0)
    assert times_baseline(engine, [engine], "fork+exec") is None
    assert times_baseline(engine, [engine], None) is None
    assert times_baseline(engine, [engine, row("fork+exec", 0.0)], "fork+exec") is None


def test_ratio_never_takes_a_baseline_of_another_workload():
    other = Row(Cell("direct", "numpy", "fork+exec", 2), (figures(1.0),))
    engine = row("engine", 1.0)
    assert times_baseline(engine, [engine, other], "fork+exec") is None


# The order of rounds


def test_contenders_take_turns_in_every_round_and_at_every_concurrency():
    levels = {"a": (1, 8), "b": (1, 8), "c": (8,)}
    one_round = [(1, "a"), (1, "b"), (8, "a"), (8, "b"), (8, "c")]
    expected = [(number, *cell) for number in (1, 2) for cell in one_round]
    assert expected == list(in_turn(levels, rounds=2))


# The selection


def test_without_a_name_everything_is_measured():
    assert ("engine", "crun") == select([], ["engine", "crun"])


def test_names_of_workloads_do_not_narrow_the_contenders():
    assert ("engine", "crun") == select(["python"], ["engine", "crun"])


def test_named_contenders_keep_their_order():
    assert ("engine", "crun") == select(["crun", "engine"], ["engine", "docker", "crun"])


# The workloads

NAMED = {workload.name: workload for workload in WORKLOADS}


def takes_part(contender: str, workload: str) -> bool:
    (one,) = (one for one in CONTENDERS if one.name == contender)
    return bool(concurrency_levels(one, NAMED[workload], Place(Path(), Path(), 2)))


def test_every_request_has_a_program_of_its_own_unless_it_is_sent_again():
    for workload in WORKLOADS:
        sources = {workload.source_of(number) for number in islice(workload.numbers(), 5)}
        assert len(sources) == (1 if workload.same or workload.command else 5), workload.name


def test_many_tests_have_different_inputs_and_the_outputs_that_the_program_prints():
    runs = list(NAMED[f"python x{TESTS}"].runs_of(1000))
    assert TESTS == len({stdin for stdin, _ in runs})
    assert all(int(expected) == int(stdin) + 1000 for stdin, expected in runs)


def test_what_is_sent_again_is_measured_only_where_something_is_kept():
    assert takes_part("service", "c++ again")
    assert not takes_part("crun", "c++ again")


def test_cold_engine_takes_part_only_where_an_interpreter_could_be_warm():
    assert takes_part("engine cold", "numpy")
    assert not takes_part("engine cold", "c++")
    assert not takes_part("engine cold", "true")


def test_what_has_something_added_is_told_as_a_share_of_what_has_not():
    rows = [row("engine", 40.0, 20.0), row("gvisor", 10.0, 10.0), row("crun", 30.0)]
    assert ["gvisor, as a share of what engine does: python at 2 0.38"] == report.shares(rows)
    assert [] == report.shares(rows[1:])


def test_a_slow_contender_has_fewer_callers():
    (slow,) = (one for one in CONTENDERS if one.name == "service+gvisor")
    place = Place(Path(), Path(), 2)
    assert (1, 8) == concurrency_levels(slow, NAMED["python"], place)
    assert (1, 8, 32, 128) == NAMED["python"].concurrency


def test_one_run_at_a_time_is_compared_with_crun():
    expected = ["fork+exec", "crun", "engine", "gvisor"]
    assert expected == [one.name for one in alone(CONTENDERS)]
    rows = [row("crun", 10.0, group="alone"), row("engine", 30.0, group="alone")]
    assert 3.0 == report.as_document(MACHINE, Settings(1, 1, 1), rows)["rows"][1]["times_baseline"]


def test_quick_workloads_exist():
    assert set(QUICK) <= set(NAMED)


# The tables


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ""), (0, "0"), (0.0042, "0.0042"), (0.5, "0.50"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_numbers_keep_the_digits_that_matter(value: float | None, expected: str):
    assert expected == report.number(value)


def test_who_cannot_take_part_has_empty_cells_and_a_reason():
    text = text_of([row("fork+exec", 10.0), row("docker", note="no engine")])
    (line,) = (line for line in text.splitlines() if line.split()[:3] == ["python", "2", "docker"])
    assert ["python", "2", "docker"] == line.split()
    assert "docker (python): no engine" in text


def test_table_shows_ratio_errors_and_what_the_first_error_was():
    rows = [row("fork+exec", 10.0), row("engine", 5.0, errors=7, note="exit 1")]
    text = text_of(rows)
    (line,) = (line for line in text.splitlines() if " engine " in line and "5.00" in line)
    assert ["python", "2", "engine", "5.00", "0.50"] == line.split()[:5]
    assert "7" == line.split()[-1]
    assert "engine (python): exit 1" in text


def test_document_is_json_and_has_every_round():
    settings = Settings(rounds=2, seconds=1.0, at_most=8)
    document = report.as_document(MACHINE, settings, [row("fork+exec", 10.0, 30.0), row("docker")])
    done, missing = json.loads(json.dumps(document))["rows"]
    assert [10.0, 30.0] == [one["runs_per_s"] for one in done["rounds"]]
    assert (20.0, 1.0) == (done["runs_per_s"], done["times_baseline"])
    assert (None, None, []) == (
        missing["runs_per_s"],
        missing["times_baseline"],
        missing["rounds"],
    )


def test_requests_with_many_tests_count_those_too():
    (done,) = report.as_document(
        MACHINE, Settings(1, 1.0, 8), [row("engine", 2.0, runs_per_request=50)]
    )["rows"]
    assert (2.0, 100.0) == (done["runs_per_s"], done["tests_per_s"])
    assert row("engine", 2.0).tests_per_s is None


def test_idle_slots_are_in_the_table_and_in_the_document():
    slot = IdleSlot("python", True, 17 * MIB, 16 * MIB, 0.25)
    output = io.StringIO()
    report.show(Console(file=output, width=120), MACHINE, [], [slot])
    (line,) = (line for line in output.getvalue().splitlines() if line.split()[:1] == ["python"])
    assert ["python", "warm", "17.0", "16.0", "250"] == line.split()
    (shown,) = report.as_document(MACHINE, Settings(1, 1.0, 8), [], [slot])["idle"]
    assert 17 * MIB == shown["booted_bytes"]


def test_plot_is_an_image_of_what_was_measured_over_http(tmp_path):
    path = tmp_path / "plot.png"
    assert not plot.draw(path, [row("engine", 1.0)])
    assert plot.draw(path, [row("service", 1.0, group="http"), row("x", group="http")])
    assert path.read_bytes().startswith(b"\x89PNG")


# The unsandboxed service


def judge(tests: list[tuple[str, str]]) -> dict[str, Any]:
    """What it says of ``cat`` with these inputs and expected outputs."""
    task = SimpleNamespace(compile=None, run=("cat",), source_file="x", environment=os.environ)
    listed = [{"stdin": stdin, "expected_output": expected} for stdin, expected in tests]
    request = RunRequest.model_validate({"language": "x", "code": "", "tests": listed})
    return asyncio.run(unsandboxed_service._Runner(task, 2).judge(request))  # type: ignore[arg-type]  # only what is asked of it


def test_unsandboxed_service_passes_right_tests_and_no_wrong_one():
    assert ("AC", 2) == itemgetter("verdict", "passed")(judge([("1\n", "1"), ("2\n", "2")]))
    assert ("WA", 1) == itemgetter("verdict", "passed")(judge([("1\n", "1"), ("2\n", "3")]))


# The machine


def test_busy_time_leaves_out_idle_waiting_and_stolen_time():
    ticks = machine._TICKS_PER_S
    columns = [1, 2, 3, 1000, 1000, 4, 5, 1000, 1, 1]  # … idle and iowait, …, steal, guests
    stat = "cpu  " + " ".join(str(column * ticks) for column in columns) + "\ncpu0 9 9 9\n"
    assert 1 + 2 + 3 + 4 + 5 == machine.busy_s(stat)


# Runs one after the other


def test_a_failed_run_is_an_error_and_not_a_run():
    outcomes = iter([None, RunFailed("first"), RunFailed("second")])

    def run_once() -> None:
        outcome = next(outcomes, None)
        if outcome is not None:
            raise outcome

    sample = repeat(run_once, 0.05)
    assert (2, "first") == (sample.errors, sample.first_error)
    assert sample.runs == len(sample.latencies_s) > 1


def test_at_least_one_run_is_made_and_finished():
    assert 1 == repeat(lambda: None, 1e-9).runs


# The load generator


def load_on(answers: list[bytes], callers: int, seconds: float, *, close: bool = False) -> Sample:
    """Load on a server that gives these answers in turn and then the last one for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answers.pop(0) if len(answers) > 1 else answers[0])
                if close:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def check(answer: Answer) -> None:
        if answer != Answer(200, b"yes"):
            raise RunFailed(f"{answer.status}")

    async def both() -> Sample:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            exchanges = iter(lambda: Exchange(make_request("GET", "/"), check), None)
            address = server.sockets[0].getsockname()
            return await generate(address, exchanges, callers, seconds)

    return asyncio.run(both())


def http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


def test_generator_keeps_asking_and_leaves_first_latencies_out():
    sample = load_on([http(200, b"yes")], callers=3, seconds=0.1)
    assert 0 == sample.errors
    assert sample.runs == len(sample.latencies_s) + 3
    assert sample.latencies_s


def test_every_caller_asks_once_however_short_the_round():
    assert 5 == load_on([http(200, b"yes")], callers=5, seconds=0.0).runs


def test_generator_counts_refusals_and_wrong_answers_as_errors():
    answers = [http(503, b"full"), http(200, b"no"), http(200, b"yes")]
    sample = load_on(answers, callers=1, seconds=0.1)
    assert (2, "503") == (sample.errors, sample.first_error)
    assert sample.runs > 0


def test_generator_takes_a_new_connection_when_the_service_closes_one():
    sample = load_on([http(200, b"yes")], callers=1, seconds=0.1, close=True)
    assert sample.runs > 1
    assert sample.errors > 0
