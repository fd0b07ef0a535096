"""``sandbox capacity``: how many workers a load takes, and what is used up first."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic_core import to_json
from rich.table import Table

from sandbox import capacity
from sandbox.capacity.times import TimesError
from sandbox.cli import tables
from sandbox.cli.errors import CliError, ExitCode

_KB = 1024


@dataclass(frozen=True, slots=True)
class CapacityOptions:
    """What the command was asked."""

    rollouts_per_s: float
    p99_s: float
    slots: int
    times: Path | None
    mean_s: float
    variation: float
    overhead_s: float
    apis: int
    request_kb: float
    result_kb: float
    seed: int


def show(options: CapacityOptions, *, as_json: bool) -> ExitCode:
    """Says how many workers are enough.

    Raises:
        CliError: none are, or a figure makes no sense.
    """
    try:
        times = _times(options)
        plan = capacity.plan(
            options.rollouts_per_s,
            times,
            options.p99_s,
            options.slots,
            options.overhead_s,
            options.seed,
        )
    except (capacity.Unreachable, TimesError) as error:
        raise CliError(str(error)) from error
    load = _load(options, times, plan)
    if as_json:
        sys.stdout.buffer.write(to_json(_as_dict(options, plan, load), indent=2) + b"\n")
    else:
        _print(options, times, plan, load)
    return ExitCode.GOOD


def _times(options: CapacityOptions) -> capacity.ServiceTimes:
    if options.times is not None:
        return capacity.read_times(options.times)
    return capacity.lognormal(options.mean_s, options.variation)


def _load(
    options: CapacityOptions, times: capacity.ServiceTimes, plan: capacity.Plan
) -> capacity.Load:
    return capacity.Load(
        rate=options.rollouts_per_s,
        workers=plan.workers,
        slots=plan.slots,
        under_way=options.rollouts_per_s * times.mean_s,
        answer_s=plan.waits.mean_s + times.mean_s + options.overhead_s,
        request_bytes=options.request_kb * _KB,
        result_bytes=options.result_kb * _KB,
        apis=options.apis,
    )


def _as_dict(
    options: CapacityOptions, plan: capacity.Plan, load: capacity.Load
) -> dict[str, object]:
    return {
        "workers": plan.workers,
        "slots": plan.workers * plan.slots,
        "busy": plan.busy,
        "wait_p50_s": plan.waits.wait(0.5),
        "wait_p99_s": plan.waits.wait(0.99),
        "answer_p99_s": plan.waits.answer(0.99) + options.overhead_s,
        "demands": [{**asdict(one), "share": one.share} for one in capacity.demands(load)],
        "services": capacity.services(load),
    }


def _print(
    options: CapacityOptions,
    times: capacity.ServiceTimes,
    plan: capacity.Plan,
    load: capacity.Load,
) -> None:
    console = tables.console()
    found = capacity.demands(load)
    answer_s = plan.waits.answer(0.99) + options.overhead_s
    console.print(f"{plan.workers} workers of {plan.slots} slots", style="bold")
    console.print(
        f"{options.rollouts_per_s:g} runs a second of {times.mean_s:.3g} s keep {plan.busy:.0%} of the "
        f"slots busy; 99 of 100 wait {plan.waits.wait(0.99):.3g} s at most and are answered within "
        f"{answer_s:.3g} s."
    )
    console.print("", _table(found))
    at = options.rollouts_per_s / found[0].share
    console.print(f"What breaks first is {found[0].name}, at about {at:,.0f} runs a second.")
    count = capacity.services(load)
    if count > 1:
        console.print(f"One Redis is not enough: split this into {count} services.", style="red")


def _table(found: list[capacity.Demand]) -> Table:
    """What is used, and what to do about what is used most."""
    table = Table("what else it takes", "use", "there is", "used", "when it is not enough")
    for one in found:
        style = "red" if one.share > 1 else "yellow" if one.share > 0.5 else None
        remedy = one.remedy if one.share > 0.5 or one is found[0] else ""
        use, limit = _amount(one.use, one.unit), _amount(one.limit, one.unit)
        table.add_row(one.name, use, limit, f"{one.share:.0%}", remedy, style=style)
    return table


def _amount(value: float, unit: str) -> str:
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g} {letter}{unit}".rstrip()
    return f"{value:.3g} {unit}".rstrip()
